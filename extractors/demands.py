"""Conditions compared: does an actor attach the same string as before, a longer one, or another one?

Conservative on purpose. Outlets shorten and reorder conditions, so only two differences count: the same demand with
another number, and words that have nothing in common with what was asked before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from extractors.embeddings import embed
from extractors.phrases import content_words
from extractors.utterances import wording

Difference = Literal["same", "more", "less", "other", "unclear"]
"""`more`: the demand has grown; `less`: it has shrunk; `other`: another demand; `unclear`: cannot be told."""

SAME_TOPIC = 0.4
"""Content words in common, of all of both, from which two conditions are about the same thing."""
OTHER_TOPIC = 0.1
RELATED = 0.25
NEAR = 0.5
"""Cosine from which two conditions without common words are taken for the same."""
FEWEST = 2
"""Content words that a condition needs in order to be compared with one about something else."""
_CEILING = re.compile(
    r"\b(at most|no more than|not more than|up to|within|below|under|less than|fewer than|maximum|by)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def compare(before: str, after: str) -> Difference:
    """Return how the condition `after` differs from `before`."""
    words_a, words_b = _content(before), _content(after)
    numbers_a, numbers_b = _numbers(before), _numbers(after)
    shared = len(words_a & words_b) / max(1, len(words_a | words_b))
    if shared >= SAME_TOPIC or (not words_a and not words_b):
        if numbers_a == numbers_b:
            return "same"
        return _grown(before, after, numbers_a, numbers_b)
    if shared <= OTHER_TOPIC and min(len(words_a), len(words_b)) >= FEWEST:
        return "other"
    return "unclear"


def related(one: str, other: str) -> bool:
    """Tell whether two conditions can be the same one in other words."""
    words_a, words_b = _content(one), _content(other)
    if len(words_a & words_b) >= RELATED * len(words_a | words_b) > 0:
        return True
    vectors = embed([one, other])
    return bool(vectors[0] @ vectors[1] >= NEAR)


def _grown(before: str, after: str, a: Sequence[float], b: Sequence[float]) -> Difference:
    """One number against one number; a higher ceiling is a smaller demand."""
    if len(a) != 1 or len(b) != 1 or bool(_CEILING.search(before)) != bool(_CEILING.search(after)):
        return "unclear"
    return "more" if (b[0] > a[0]) != bool(_CEILING.search(after)) else "less"


def _content(condition: str) -> frozenset[str]:
    return frozenset(w for w in content_words(wording(condition).stems) if not w[0].isdigit())


def _numbers(condition: str) -> list[float]:
    found = (s for s in wording(condition).stems if _NUMBER.fullmatch(s))
    return sorted(float(s.replace(",", "")) for s in found if s.replace(",", "").replace(".", "", 1).isdigit())
