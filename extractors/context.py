"""What stands before an attribution: the sentences that its content can refer back to."""

from __future__ import annotations

from extractors.models import Attribution, Span
from extractors.phrases import sentences

BACK = 3
"""Sentences before the attribution's own, whatever paragraph they stand in: news copy breaks after every sentence."""
FAR = 400
"""Characters from the content from which a source or cue is left out of the passage."""

AROUND, BEFORE, LEAD = "sentence around", "sentence before", "the lead"
"""Where a concept was named that the content does not name itself."""


def by_context(basis: str) -> bool:
    """Whether a concept was matched by what stands around the content, going by the words that explain the match."""
    return basis.startswith((AROUND, BEFORE, LEAD))


def context_spans(text: str, attribution: Attribution) -> list[Span]:
    """Return what its sentence has before and behind the content, then the sentences before it, and the lead."""
    start, end = attribution.content[0][0], attribution.content[-1][1]
    spans = list(sentences(text))
    here = [i for i, (a, b) in enumerate(spans) if a < end and b > start]
    if not here:
        return []
    around = [(min(spans[here[0]][0], start), start), (end, max(end, spans[here[-1]][1]))]
    lead = spans[:1] if here[0] > BACK else []
    return [*around, *reversed(spans[max(0, here[0] - BACK) : here[0]]), *lead]


def passage(text: str, attribution: Attribution) -> Span:
    """Return the span of the sentences that hold the attribution."""
    low, high = attribution.content[0][0], attribution.content[-1][1]
    for start, end in (*attribution.source, *attribution.cue):
        if start > low - FAR and end < high + FAR:
            low, high = min(low, start), max(high, end)
    spans = [(a, b) for a, b in sentences(text) if a < high and b > low]
    return min([low, *(a for a, _ in spans)]), max([high, *(b for _, b in spans)])
