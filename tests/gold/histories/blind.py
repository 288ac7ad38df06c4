"""Strip the labels of the histories for a second labelling, and compare it with the first.

    python -m tests.gold.histories.blind strip 7 > blind.txt
    python -m tests.gold.histories.blind compare second.txt
    python -m tests.gold.histories.blind strip 7 fresh > blind.txt
    python -m tests.gold.histories.blind compare second-fresh.txt fresh

Without a part, dev and test are meant. A line of the second labelling is `id:article:statement agreement`, or `id > kind ...`, in any order.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from extractors.scoring import kappa
from tests.gold.histories.load import HERE, History, codebook, histories


def strip(seed: int, part: str | None = None) -> list[str]:
    """Return the histories of one part (or of dev and test) in random order, their statements numbered, without labels."""
    found = _histories(part)
    random.Random(seed).shuffle(found)
    lines = []
    for h in found:
        proposition = next(c.proposition for c in codebook(h.story).concepts if c.id == h.concept)
        lines.append(f"## {h.id} | {h.actor} | {proposition}")
        for n, article in enumerate(h.articles):
            lines.append(f"[{n}] {article.published} {article.outlet}: {article.text}")
            lines += [f"   {h.id}:{n}:{k} {told.words}" for k, told in enumerate(article.told)]
    return lines


def compare(path: Path, part: str | None = None) -> dict[str, float]:
    """Return the share of equal labels, and Cohen's kappa: to the degree, to the side, and the changes of whole histories."""
    levels, kinds = _read(path)
    known = {h.id: h for h in _histories(part)}
    told = [(_first(known, key), value) for key, value in levels.items()]
    changes = [(tuple(sorted(known[name].expected)), tuple(sorted(found))) for name, found in kinds.items()]
    return {
        "statements": float(len(told)),
        "same degree": sum(a == b for a, b in told) / len(told),
        "same side": sum(_side(a) == _side(b) for a, b in told) / len(told),
        "kappa of sides": kappa([_side(a) for a, _ in told], [_side(b) for _, b in told]),
        "histories": float(len(changes)),
        "same changes": sum(a == b for a, b in changes) / len(changes),
        "kappa of changes": kappa([a for a, _ in changes], [b for _, b in changes]),
    }


def _histories(part: str | None) -> list[History]:
    return [h for name in ([part] if part else ["dev", "test"]) for h in histories(name)]


def _first(known: dict[str, History], key: str) -> int | None:
    name, article, statement = key.split(":")
    return known[name].articles[int(article)].told[int(statement)].agreement


def _side(agreement: int | None) -> int | None:
    return None if agreement is None else (agreement > 0) - (agreement < 0)


def _read(path: Path) -> tuple[dict[str, int | None], dict[str, list[str]]]:
    levels: dict[str, int | None] = {}
    kinds: dict[str, list[str]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        if " > " in line:
            name, found = line.split(" > ")
            kinds[name] = [k for k in found.split() if k != "none"]
        elif line.strip() and not line.startswith("#"):
            key, label = line.split()
            levels[key] = None if label == "null" else int(label)
    return levels, kinds


if __name__ == "__main__":
    if sys.argv[1:2] == ["strip"]:
        print("\n".join(strip(int(sys.argv[2]), *sys.argv[3:])))
    else:
        for name, value in compare(HERE / sys.argv[2], *sys.argv[3:]).items():
            print(f"{name}: {value:.3f}")
