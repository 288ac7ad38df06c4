"""Scores of relevance on the gold: `python -m tests.gold.relevance.score [dev|test]`."""

from __future__ import annotations

import sys

from extractors.relevance import assess
from tests.gold.relevance.load import items, profile


def score(part: str) -> tuple[float, float, list[str]]:
    """Return precision and recall of what is let in, and the errors."""
    gold = items(part)
    profiles = {story: profile(story) for story in {i.story for i in gold}}
    judged = [(i, assess(profiles[i.story], i.title, i.text)) for i in gold]
    right = sum(i.relevant and r.relevant for i, r in judged)
    errors = [
        f"{'let in' if r.relevant else 'kept out'} {r.score}: {i.story}, {i.kind}: {i.title or i.text[:60]} ({r.reason})"
        for i, r in judged
        if i.relevant != r.relevant
    ]
    return right / sum(r.relevant for _, r in judged), right / sum(i.relevant for i in gold), errors


if __name__ == "__main__":
    precision, recall, errors = score((sys.argv[1:] or ["dev"])[0])
    print(f"precision {precision:.3f} recall {recall:.3f}", *errors, sep="\n")
