"""What a page changed without saying so: two versions of one text, and in whose words they differ.

Paragraphs are compared first, then the words inside those that were changed (difflib, Ratcliff and Obershelp 1988).
Pure; offsets are characters, half open, into the text that they belong to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from extractors.models import Attribution, Span

EditKind = Literal["added", "removed", "changed"]

SAME_PARAGRAPH = 0.5
"""Share of words that two paragraphs have in common from which one counts as the other, reworded."""
SAME_WORDS = 0.6
"""The same for the contents of two attributions."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A paragraph that was added, removed or changed."""

    kind: EditKind
    before: str
    """Empty where it was added."""
    after: str
    """Empty where it was removed."""
    before_span: Span | None
    after_span: Span | None
    pieces: tuple[tuple[Span, Span], ...] = ()
    """Of a changed paragraph: what was put in the place of what, as spans of the old and of the new text."""


@dataclass(frozen=True, slots=True)
class AttributionEdit:
    """An attribution that a silent edit added, removed or changed: somebody's words are not what they were."""

    kind: EditKind
    before: Attribution | None
    after: Attribution | None
    source: str
    """Whose words: the source as the newer text has it, else the older one's; empty where none is named."""
    words_before: str
    words_after: str


def edits(old: str, new: str) -> list[Edit]:
    """The paragraphs in which ``new`` differs from ``old``, in the new text's order; white space does not count."""
    a, b = _lines(old), _lines(new)
    matcher = SequenceMatcher(None, [_key(old, s) for s in a], [_key(new, s) for s in b], autojunk=False)
    found: list[Edit] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            found += _pair(old, new, a[i1:i2], b[j1:j2])
    return found


def _pair(old: str, new: str, before: list[Span], after: list[Span]) -> Iterator[Edit]:
    """Match paragraphs that were reworded, in order; the rest was removed or added."""
    start = 0
    for span in after:
        scores = [_likeness(_words(old, other), _words(new, span)) for other in before[start:]]
        best = max(range(len(scores)), key=scores.__getitem__, default=None)
        if best is None or scores[best] < SAME_PARAGRAPH:
            yield Edit("added", "", new[span[0] : span[1]], None, span)
            continue
        for gone in before[start : start + best]:
            yield Edit("removed", old[gone[0] : gone[1]], "", gone, None)
        match = before[start + best]
        pieces = tuple(_pieces(old, new, match, span))
        yield Edit("changed", old[match[0] : match[1]], new[span[0] : span[1]], match, span, pieces)
        start += best + 1
    for gone in before[start:]:
        yield Edit("removed", old[gone[0] : gone[1]], "", gone, None)


def _pieces(old: str, new: str, before: Span, after: Span) -> Iterator[tuple[Span, Span]]:
    a, b = _tokens(old, before), _tokens(new, after)
    matcher = SequenceMatcher(None, [old[s:e] for s, e in a], [new[s:e] for s, e in b], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag != "equal":
            yield _cover(a, i1, i2, before), _cover(b, j1, j2, after)


def _cover(tokens: list[Span], start: int, end: int, whole: Span) -> Span:
    """The span from token ``start`` to before ``end``; where it is empty, the place between two tokens."""
    if start < end:
        return tokens[start][0], tokens[end - 1][1]
    place = tokens[start][0] if start < len(tokens) else whole[1]
    return place, place


def edited_attributions(
    old_text: str, old: Sequence[Attribution], new_text: str, new: Sequence[Attribution]
) -> list[AttributionEdit]:
    """The attributions that differ between two versions: first those of the new text, then those that are gone.

    ``old`` and ``new`` are what was found in the two texts. Two attributions are the same where source and content
    are, wherever they stand.
    """
    left = list(old)
    changed: list[AttributionEdit] = []
    fresh = []
    for attribution in new:
        same = next((o for o in left if _said(old_text, o) == _said(new_text, attribution)), None)
        if same is None:
            fresh.append(attribution)
        else:
            left.remove(same)
    for attribution in fresh:
        words = _said(new_text, attribution)
        best = max(left, key=lambda o: _nearness(_said(old_text, o), words), default=None)
        if best is not None and _nearness(_said(old_text, best), words) < SAME_WORDS:
            best = None
        if best is not None:
            left.remove(best)
        changed.append(_edit(old_text, best, new_text, attribution))
    return changed + [_edit(old_text, gone, new_text, None) for gone in left]


def _edit(old_text: str, before: Attribution | None, new_text: str, after: Attribution | None) -> AttributionEdit:
    kind: EditKind = "added" if before is None else "removed" if after is None else "changed"
    source = (_join(new_text, after.source) if after else "") or (_join(old_text, before.source) if before else "")
    words_before = _join(old_text, before.content) if before else ""
    words_after = _join(new_text, after.content) if after else ""
    return AttributionEdit(kind, before, after, source, words_before, words_after)


def _said(text: str, attribution: Attribution) -> tuple[str, str]:
    """Source and content, without what is only spelling: white space, quotation marks, capitals."""
    return _plain(_join(text, attribution.source)), _plain(_join(text, attribution.content))


def _nearness(a: tuple[str, str], b: tuple[str, str]) -> float:
    """How alike two attributions are: their contents, a little less where the source is another."""
    return _likeness(a[1].split(), b[1].split()) * (1.0 if a[0] == b[0] else 0.9)


def _join(text: str, spans: Sequence[Span]) -> str:
    return " ... ".join(text[start:end] for start, end in spans)


def _plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def _likeness(a: Sequence[str], b: Sequence[str]) -> float:
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def _lines(text: str) -> list[Span]:
    return [found.span() for found in re.finditer(r"[^\n]*\S[^\n]*", text)]


def _key(text: str, span: Span) -> str:
    return " ".join(text[span[0] : span[1]].split())


def _words(text: str, span: Span) -> list[str]:
    return re.findall(r"\w+", text[span[0] : span[1]].casefold())


def _tokens(text: str, span: Span) -> list[Span]:
    return [found.span() for found in re.compile(r"\w+|[^\w\s]").finditer(text, *span)]
