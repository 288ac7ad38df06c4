"""The statements that we wrote about propositions. Their format is described in AGREEMENT.md.

    python -m training.agreement_data training/stances/*.txt

checks files and prints how many statements of each label they hold.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from extractors.gold import parse_marked
from extractors.models import Attribution

_LABELS = {"-2": -2, "-1": -1, "0": 0, "1": 1, "2": 2, "null": None}


@dataclass(frozen=True)
class Proposition:
    """A concept: the proposition, its opposite, and the same in other words."""

    id: str
    wording: str
    opposite: str
    paraphrase: str


@dataclass(frozen=True)
class Item:
    """One statement and where it stands on the concepts that it is about."""

    story: str
    text: str
    attribution: Attribution
    concepts: tuple[Proposition, ...]
    labels: dict[str, int | None]


def held_out(paths: Iterable[Path]) -> set[Path]:
    """Return the files that are not trained on, to measure and to fit on: every eighth of `p*` and of `r*` to `u*`."""
    ordered = sorted(paths)
    return {p for first in "prstu" for p in [p for p in ordered if p.name.startswith(first)][7::8]}


def read_items(path: Path) -> list[Item]:
    """Read a file. Raises ValueError with file and line where the markup is wrong."""
    items: list[Item] = []
    story, concepts, marked = path.stem, dict[str, Proposition](), ""
    labels: dict[str, int | None] | None = None

    def close(number: int) -> None:
        if marked and labels is None:
            raise ValueError(f"{path}:{number}: a statement without a label: {marked[:80]}")
        if marked:
            text, attribution = parse_marked(marked)
            items.append(Item(story, text, attribution, tuple(concepts.values()), dict(labels or {})))

    for number, line in enumerate([*path.read_text(encoding="utf-8").splitlines(), ""], 1):
        line = line.strip()
        try:
            if line.startswith("= "):
                labels = labels or {}
                _label(line, concepts, labels)
                continue
            close(number)
            marked, labels = "", None
            if line.startswith("# "):
                story, concepts = f"{path.stem}/{line[2:].removeprefix('story:').strip()}", {}
            elif line.startswith("! "):
                identifier, *wordings = (p.strip() for p in line[2:].split("|"))
                concepts = {**concepts, identifier: Proposition(identifier, *wordings)}
            elif line:
                marked = line
        except (ValueError, KeyError, TypeError) as problem:
            raise ValueError(f"{path}:{number}: {problem!r}: {line[:100]}") from problem
    return items


def _label(line: str, concepts: dict[str, Proposition], labels: dict[str, int | None]) -> None:
    words = line[2:].split("|")[0].split()
    if words != ["none"]:
        if words[0] not in concepts:
            raise ValueError(f"no such concept: {words[0]}")
        labels[words[0]] = _LABELS[words[1]]


def main() -> None:
    counts: Counter[str] = Counter()
    for path in sorted(map(Path, sys.argv[1:])):
        items = read_items(path)
        labels = Counter(str(v) for i in items for v in i.labels.values())
        labels["none"] = sum(not i.labels for i in items)
        counts += labels
        print(f"{path}: {len(items)} statements, {len({i.story for i in items})} stories, {dict(labels)}")
    print(f"all: {dict(counts)}")


if __name__ == "__main__":
    main()
