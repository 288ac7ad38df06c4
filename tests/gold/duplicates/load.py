"""Pairs of texts, and pairs of wordings, with what they are to one another."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

from tests.gold.histories.load import histories

HERE = Path(__file__).parent
COPIED = {
    "grain-07": {1, 2},
    "sugar-03": {1, 2, 3},
    "flights-06": {0, 1},
    "rent-04": {1, 2},
    "orbit-07": {1, 2, 3, 4},
    "tongue-04": {1, 2},
    "daycare-01": {2, 4},
    "daycare-06": {1, 2, 3},
    "bases-06": {2, 4},
    "bases-10": {1, 2, 3},
    "tribunal-04": {1, 2, 3},
    "tribunal-09": {2, 3},
    "ringroad-09": {2, 3},
    "bullion-06": {1, 2, 3},
    "bullion-09": {2, 3},
}
"""The articles of the histories that are copies of one another; all others tell the same in words of their own."""


def texts() -> list[list[tuple[str, str]]]:
    """Return the items: each a list of (label, text), the wire first."""
    items: list[list[tuple[str, str]]] = []
    for line in (HERE / "texts.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            items.append([])
        elif line.startswith("== "):
            items[-1].append((line[3:], ""))
        elif line:
            label, text = items[-1][-1]
            items[-1][-1] = (label, f"{text}\n{line}".strip())
    return items


def pairs() -> list[tuple[str, str, bool, str]]:
    """Return (a, b, is a copy, what it is); all pairs of one history's articles are among them."""
    found = []
    for (_, wire), *others in texts():
        found += [(wire, text, label.startswith("copy"), label) for label, text in others]
    for a, b in combinations(texts(), 2):
        found += [(x, y, False, "another story") for _, x in a for _, y in b]
    for part in ("dev", "test"):
        for history in histories(part):
            for (m, x), (n, y) in combinations(enumerate(a.text for a in history.articles), 2):
                copied = {m, n} <= COPIED.get(history.id, set())
                found.append((x, y, copied, f"history {history.id}: {m}, {n}"))
    return found


def wordings() -> list[tuple[str, str, bool]]:
    """Return (a, b, is the same utterance)."""
    found = []
    for line in (HERE / "utterances.txt").read_text(encoding="utf-8").splitlines():
        if line[:2] in {"= ", "! "}:
            a, b = line[2:].split(" | ")
            found.append((a, b, line[0] == "="))
    return found
