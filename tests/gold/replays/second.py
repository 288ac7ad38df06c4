"""Compares a second, blind labelling of whole stories with the gold: `python -m tests.gold.replays.second`.

Who labels has the watch, the baseline and the articles, and no list of what is expected. `<story>-second.toml` has one `[[change]]` for
each change that two independent reports carry, as in the gold, but for `to`, which names the sides ("support", "oppose"); positions of
bodies and states are marked `body`, and what may be argued `doubtful`.
"""

from __future__ import annotations

import tomllib
from typing import Any

from tests.gold.replays.score import HERE, Score, compare, expected

SIDES = {"support": 2, "oppose": -2, "neither": 0}


def labelled_twice() -> list[str]:
    """The names of the stories that have a second labelling."""
    return sorted(path.name.removesuffix("-second.toml") for path in HERE.glob("*-second.toml"))


def agreement(story: str, plain: bool) -> Score:
    """Score the second labelling as if it had been found: its `plain` changes, or those of bodies and the doubtful."""
    found = tomllib.loads((HERE / f"{story}-second.toml").read_text(encoding="utf-8"))["change"]
    wanted = [c for c in found if plain != bool(c.get("body") or c.get("doubtful"))]
    return compare(expected(story), [_row(change) for change in wanted])


def _row(change: dict[str, Any]) -> dict[str, Any]:
    row = {name: change[name] for name in ("actor", "concept")}
    row |= {
        "kind": change["kind"][0],
        "to": SIDES[change["to"][0]],
        "status": "confirmed",
        "said_at": change["said_on"],
    }
    return {**row, "evidence": [{"url": url} for url in change["reports"]]}


if __name__ == "__main__":
    for name in labelled_twice():
        sure, rest = agreement(name, plain=True), agreement(name, plain=False)
        print(
            f"{name}: {len(sure.found)} of {sure.must} named by both, {len(sure.false)} by the second alone;", end=" "
        )
        print(f"of bodies and doubtful ones {len(rest.found) + len(rest.allowed)} allowed, {len(rest.false)} not")
