"""Replays a story and compares its confirmed changes with the gold: `python -m tests.gold.replays.score dev|test [-v]`.

`--home DIR` keeps what was replayed, and scores it again without a replay when it is there. What goes right and wrong in a
test story is shown only with `--look`: nobody tunes on it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Row = dict[str, Any]


@dataclass(slots=True)
class Score:
    """What became of one story's changes."""

    must: int
    found: list[tuple[Row, Row]] = field(default_factory=list)
    """(expected, confirmed)."""
    missed: list[Row] = field(default_factory=list)
    allowed: list[Row] = field(default_factory=list)
    false: list[tuple[Row, str]] = field(default_factory=list)
    """(confirmed, why that is wrong)."""
    other_degree: int = 0
    by_copies: list[Row] = field(default_factory=list)
    by_foreign: list[Row] = field(default_factory=list)

    @property
    def precision(self) -> float:
        right = len(self.found) + len(self.allowed)
        return right / (right + len(self.false)) if right + len(self.false) else 1.0

    @property
    def recall(self) -> float:
        return len(self.found) / self.must if self.must else 1.0


def stories(part: str) -> list[str]:
    """The names of a part's stories."""
    return list(tomllib.loads((HERE / "parts.toml").read_text(encoding="utf-8"))[part])


def expected(story: str) -> dict[str, Any]:
    """The gold of a story."""
    return tomllib.loads((HERE / f"{story}-expected.toml").read_text(encoding="utf-8"))


def articles(story: str) -> list[Row]:
    """The lines of a story, in order of publication."""
    return [json.loads(line) for line in (HERE / f"{story}.jsonl").read_text(encoding="utf-8").splitlines()]


def replay(story: str, home: Path) -> tuple[list[Row], tuple[float, float]]:
    """Return the changes that stand after a replay into `home`, and its seconds by the clock and of computing.

    Both are 0 for a replay that was there already.
    """
    from flows.reading import change_rows
    from flows.replay import replay_articles
    from flows.settings import Environment, load_watch
    from storage.ledger import Snapshot

    watch, seconds, done = load_watch(HERE / f"{story}.toml"), (0.0, 0.0), home / "replayed"
    if not done.exists():
        clock, computing = time.perf_counter(), time.process_time()
        replay_articles(watch, Environment(home=home, smtp=None), HERE / f"{story}.jsonl")
        seconds = (time.perf_counter() - clock, time.process_time() - computing)
        done.touch()
    with Snapshot(home) as snapshot:
        return change_rows(snapshot, watch.id, None, ("confirmed", "tentative", "reverted")), seconds


def compare(gold: dict[str, Any], rows: Sequence[Row], confirm_by: int = 2) -> Score:
    """Sort the confirmed among `rows` into found, allowed and false."""
    score = Score(must=len(gold["change"]))
    open_ = list(gold["change"])
    original = {url: copy["of"] for copy in gold["copy"] for url in copy["urls"]}
    for row in (r for r in rows if r["status"] == "confirmed"):
        if len({_report(e, original) for e in row["evidence"]}) < confirm_by:
            score.by_copies.append(row)
        if any(e["url"] in gold["foreign"] for e in row["evidence"]):
            score.by_foreign.append(row)
        match = next((e for e in open_ if _carries(e, row)), None)
        if match:
            open_.remove(match)
            score.found.append((match, row))
            score.other_degree += row["to"] not in match["to"]
        elif any(_fits(entry, row) for entry in gold["allowed"]):
            score.allowed.append(row)
        else:
            score.false.append((row, _why(gold, row)))
    score.missed = open_
    return score


def _report(evidence: Row, original: dict[str, str]) -> str:
    """The outlet whose report a piece of evidence is, once copies are folded."""
    return original.get(evidence["url"], evidence["url"]).split("/")[2]


def _carries(entry: Row, row: Row) -> bool:
    return _fits(entry, row) and any(e["url"] in {*entry["reports"], *entry["copies"]} for e in row["evidence"])


def _fits(entry: Row, row: Row) -> bool:
    """Whether actor and concept are the entry's, and kind, side and day among those that it lists, if it lists any."""
    return (
        _plain(row["actor"]) in map(_plain, _listed(entry["actor"]))
        and row["concept"] == entry["concept"]
        and row["kind"] in entry.get("kind", (row["kind"],))
        and _side(row["to"]) in map(_side, entry.get("to", (row["to"],)))
        and row["said_at"] < entry.get("before", date.max)
    )


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


def _plain(name: str) -> str:
    return name.casefold().removeprefix("the ")


def _side(agreement: int | None) -> int | None:
    return None if agreement is None else (agreement > 0) - (agreement < 0)


def _why(gold: dict[str, Any], row: Row) -> str:
    quiet = next((q for q in gold["quiet"] if _fits(q, row)), None)
    if quiet:
        return str(quiet["why"])
    near = [c for c in gold["change"] if (_plain(c["actor"]), c["concept"]) == (_plain(row["actor"]), row["concept"])]
    if any(_carries(c, row) for c in near):
        return "told twice"
    if near:
        return "another change was expected: " + "; ".join(
            f"{c['kind'][0]} to {c['to'][0]}, {c['said_on']}" for c in near
        )
    return "nothing was expected of this actor on this concept"


def report(story: str, score: Score, rows: Sequence[Row], seconds: tuple[float, float], details: bool) -> Iterable[str]:
    """The lines for people."""
    count = len(articles(story))
    speed = "not replayed again"
    if all(seconds):
        clock, computing = (count / value for value in seconds)
        speed = f"{clock:.1f} articles a second, {computing:.1f} a second of computing"
    yield f"{story}: {count} articles, {speed}"
    yield f"  must be found       {len(score.found)} of {score.must} (another degree on the same side: {score.other_degree})"
    yield f"  allowed             {len(score.allowed)}"
    yield f"  false               {len(score.false)}"
    yield f"  raised by copies    {len(score.by_copies)}"
    yield f"  by foreign stories  {len(score.by_foreign)}"
    yield f"  precision {score.precision:.3f}  recall {score.recall:.3f}"
    if not details:
        return
    for entry in score.missed:
        yield f"MISSED {entry['actor']} {entry['concept']}: {entry['kind'][0]} to {entry['to'][0]}, {entry['said_on']}"
        same = [r for r in rows if (r["actor"], r["concept"]) == (entry["actor"], entry["concept"])]
        for row in same:
            yield from _shown("  there is", row)
    for entry, row in score.found:
        yield from _shown(f"FOUND ({entry['said_on']})", row)
    for row in score.allowed:
        yield from _shown("ALLOWED", row)
    for row, why in score.false:
        yield from _shown("FALSE", row, f" [{why}]")
    for name, found in (("COPIES", score.by_copies), ("FOREIGN", score.by_foreign)):
        for row in found:
            yield from _shown(name, row)


def _shown(label: str, row: Row, note: str = "") -> Iterable[str]:
    turn = f"{row['kind']} {row['from']} -> {row['to']} {row['status']}"
    yield f"{label} {row['actor']} {row['concept']}: {turn} {row['said_at']}{note}"
    for evidence in row["evidence"]:
        day = f"{evidence['published_at']:%d %b}" if evidence["published_at"] else "no date"
        yield f"      {evidence['outlet']}, {day}: {evidence['text']}"


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.gold.replays.score", description=(__doc__ or "").splitlines()[0]
    )
    parser.add_argument("part", choices=["dev", "test"])
    parser.add_argument("-v", dest="details", action="store_true", help="each change with its evidence")
    parser.add_argument("--look", action="store_true", help="with -v: also for a test story, and never to tune on it")
    parser.add_argument("--home", type=Path, help="keep what was replayed in this folder and use it again")
    given = parser.parse_args(arguments)
    if given.details and given.part == "test" and not given.look:
        parser.error("the details of a test story are shown only with --look")
    for story in stories(given.part):
        with tempfile.TemporaryDirectory() as folder:
            home = (given.home or Path(folder)).absolute() / story
            rows, seconds = replay(story, home)
        score = compare(expected(story), rows)
        print("\n".join(report(story, score, rows, seconds, given.details)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
