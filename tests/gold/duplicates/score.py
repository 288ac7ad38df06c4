"""Scores of duplicates.py on the gold: `python -m tests.gold.duplicates.score`."""

from __future__ import annotations

from collections.abc import Iterable

from extractors.duplicates import fingerprint, is_copy, same_utterance
from tests.gold.duplicates.load import pairs, wordings


def copies() -> tuple[float, float, list[str]]:
    """Return precision and recall of `is_copy` where the look-up would find the pair too, and the errors."""
    prints = {text: fingerprint(text) for a, b, _, _ in pairs() for text in (a, b)}

    def found(a: str, b: str) -> bool:
        return bool(set(prints[a].keys) & set(prints[b].keys)) and is_copy(prints[a], prints[b])

    return _score((found(a, b), copy, f"{label}: {a[:50]} | {b[:50]}") for a, b, copy, label in pairs())


def utterances() -> tuple[float, float, list[str]]:
    """Return precision and recall of `same_utterance`, and the errors."""
    return _score((same_utterance(a, b), same, f"{a} | {b}") for a, b, same in wordings())


def _score(judged: Iterable[tuple[bool, bool, str]]) -> tuple[float, float, list[str]]:
    judged = list(judged)
    right = sum(said and true for said, true, _ in judged)
    errors = [f"{'false' if said else 'missed'}: {label}" for said, true, label in judged if said != true]
    return (
        right / max(1, sum(said for said, _, _ in judged)),
        right / max(1, sum(true for _, true, _ in judged)),
        errors,
    )


if __name__ == "__main__":
    for name, (precision, recall, errors) in {"copies": copies(), "utterances": utterances()}.items():
        print(f"{name}: precision {precision:.3f} recall {recall:.3f}", *errors, sep="\n  ")
