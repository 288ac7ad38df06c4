"""Figures for extraction: attributions found against gold ones.

Measures as in the literature on attribution relations (Pareti 2015, Newell et al. 2018), on word tokens, so that
punctuation and quotation marks at the edges do not matter:

- attribution: a predicted one pairs with a gold one when the Jaccard overlap of their contents is at least a half, one
  to one, best first;
- speaker: of those pairs, the sources share a word, or both are empty;
- exact source, cue, content: spans that are equal word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ROLES = ("source", "cue", "content")
PAIRING = 0.5
_WORD = re.compile(r"\w+(?:[’']\w+)?|[$€£%]")
Words = frozenset[int]
Marked = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class Score:
    """Hits, predictions and gold items of one measure."""

    hits: int = 0
    predicted: int = 0
    gold: int = 0

    @property
    def precision(self) -> float:
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def recall(self) -> float:
        return self.hits / self.gold if self.gold else 0.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    def __add__(self, other: Score) -> Score:
        return Score(self.hits + other.hits, self.predicted + other.predicted, self.gold + other.gold)


def score_attributions(
    documents: Iterable[tuple[str, Sequence[Mapping[str, Any]], Sequence[Mapping[str, Any]]]],
) -> dict[str, Score]:
    """Score (text, gold, predicted) documents; an attribution is a mapping of role to [start, end) spans."""
    total = {name: Score() for name in ("attribution", "speaker", *(f"exact {role}" for role in ROLES))}
    for text, gold, predicted in documents:
        words = [match.span() for match in _WORD.finditer(text)]
        for name, score in _document(_marked(words, gold), _marked(words, predicted)).items():
            total[name] += score
    return total


def _marked(words: Sequence[tuple[int, int]], attributions: Sequence[Mapping[str, Any]]) -> list[Marked]:
    """Spans as sets of word numbers; attributions without a content are no attributions."""
    rows = [
        {
            role: frozenset(
                n for n, (start, end) in enumerate(words) if any(start < e and end > s for s, e in item.get(role) or ())
            )
            for role in ROLES
        }
        for item in attributions
    ]
    return [row for row in rows if row["content"]]


def _document(gold: list[Marked], predicted: list[Marked]) -> dict[str, Score]:
    pairs = _pairs(gold, predicted)
    speakers = 0
    for g, p in pairs:
        right, found = gold[g]["source"], predicted[p]["source"]
        speakers += bool(right & found) or not (right or found)
    scores = {
        "attribution": Score(len(pairs), len(predicted), len(gold)),
        "speaker": Score(speakers, len(predicted), len(gold)),
    }
    for role in ROLES:
        right_spans = {row[role] for row in gold if row[role]}
        found_spans = {row[role] for row in predicted if row[role]}
        scores[f"exact {role}"] = Score(len(right_spans & found_spans), len(found_spans), len(right_spans))
    return scores


def _pairs(gold: list[Marked], predicted: list[Marked]) -> list[tuple[int, int]]:
    overlaps = []
    for g, right in enumerate(gold):
        for p, found in enumerate(predicted):
            overlap = len(right["content"] & found["content"]) / len(right["content"] | found["content"])
            if overlap >= PAIRING:
                overlaps.append((-overlap, g, p))
    pairs: list[tuple[int, int]] = []
    for _, g, p in sorted(overlaps):
        if all(g != a and p != b for a, b in pairs):
            pairs.append((g, p))
    return pairs
