"""Text to attributions: who (source), said (cue), what (content), as spans of the given text.

A small tagger proposes them (extractors/tagger.py; how it was trained and how well it does: training/CARD.md); the
rules here repair what a tagger does badly and keep out what is no article text. Pure: no network, no clock, no state
but the loaded model.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from extractors.introductions import DATELINE
from extractors.layout import shown
from extractors.models import Attribution, QuoteType, Span
from extractors.repairs import Page, repaired
from extractors.tagger import Found, Tagger, shipped
from extractors.tagger_decode import FloatArray
from extractors.tagger_input import IntArray, Words

LEAST = 0.4
"""Attributions that are less likely right than this are left out; chosen on development data."""

# Paragraphs that are not the article's own prose. Each must be recognisable by its form alone.
_FURNITURE = re.compile(
    r"""\s*(?:
      (?:also\ read|read\ (?:more|also|next|the\ full\ story)|see\ also|more\ (?:on\ this|from\ this|stories)
        |related(?:\ (?:articles?|stories|coverage|links))?|recommended|most\ read|don['’]t\ miss
        |watch(?:\ (?:now|live|more))?|listen(?:\ now)?|photos?|images?|pictures?|captions?|file(?:\ photo)?|credit
        |advertisement|sponsored|gallery|sign\ up|subscribe|follow\ us|share\ this|click\ here|continue\ reading
        |editor['’]s\ picks)\s*(?:[:|»>–—-]|$)
      | (?-i:[Bb]y|BY)\ (?-i:[A-Z][\w.'’-]+(?:\ [A-Z][\w.'’-]+){1,3})\s*(?:(?:[|,/–—-]|and\b)[^.!?]{0,80})?$
      | .{0,400}(?:\((?:photo|image|picture|file|ap\ photo|credit)[^)]{0,120}\)
          |(?:photo|image|picture|photograph|credit)\s*(?:by|:|courtesy)[^.]{0,60}
          |/\s*(?-i:Getty(?:\ Images)?|AFP|AP|Reuters|REUTERS|EPA|Shutterstock|Alamy)\b[^.]{0,40}
          |file\ (?:photo|picture|image))\.?$
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_ENDS_CUT = re.compile(r"(?:\.\.\.|…|\[…\]|\[\+\d+ chars\]|\w|[,;:–—-])\s*$")
# The day stands behind a speaker as often as behind a cue, and is no part of either.
_WHEN = re.compile(
    r",?\s+(?:(?:on|late|early|earlier|last|this)\s+)*(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|today|yesterday)"
    r"(?:\s+(?:morning|afternoon|evening|night))?$"
)
_EDGE = " \t\r\n,;:–—-"


def extract_attributions(text: str) -> list[Attribution]:
    """Return the attributions of an English text in the order of their cues.

    `text` may be anything; every offset indexes it as given. A text without attributions gives an empty list.
    """
    if not text or text.isspace():
        return []
    return attributions_with(shipped(), text)


def attributions_with(tagger: Tagger, text: str) -> list[Attribution]:
    """Do the same with another tagger (training measures its models through this)."""
    words, found = tagger.tag(text)
    if not len(words):
        return []
    by_layout = shown(text)
    word = np.array([text[s : s + 1].isalnum() for s in words.starts], dtype=np.bool_)
    barred = _barred(text, words)
    for x in by_layout:
        barred[np.searchsorted(words.ends, x.start, "right") : np.searchsorted(words.starts, x.end, "left")] = True
    page = Page(text, words, word, np.cumsum(words.opens).astype(np.int64))
    kept = [repaired(f, page) for f in found if not barred[f.cue[0]] and not barred[f.content].any()]
    out = [_spell(f, page, tagger.linker.trust) for f in _outermost(kept, len(words))]
    out = [a for a in out if a.confidence >= LEAST]
    out += [Attribution((x.source,), (x.cue,), (x.content,), "direct", 0.9) for x in by_layout]
    out = [
        replace(a, source=_without_dateline(text, a.source), content=_without_dateline(text, a.content))
        for a in out
        if a.cue and a.content
    ]
    return sorted(out, key=lambda a: a.cue[0])


def _without_dateline(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """The source or the content of an agency's first sentence begins behind "OSLO, May 3 (Tern) -"."""
    if not spans:
        return spans
    (start, end), *rest = spans
    line = DATELINE.match(text, text.rfind("\n", 0, start) + 1)
    if not line or not start < line.end() < end:
        return spans
    return ((end - len(text[line.end() : end].lstrip()), end), *rest)


def _barred(text: str, words: Words) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Mark the words of paragraphs that are furniture, and of a last paragraph that is cut off in mid-statement."""
    barred = np.zeros(len(words), dtype=np.bool_)
    bounds = np.flatnonzero(np.diff(words.paragraph, prepend=-1))
    for at, to in zip(bounds, [*bounds[1:], len(words)], strict=True):
        start, end = int(words.starts[at]), int(words.ends[to - 1])
        if end - start <= 600 and _FURNITURE.match(text[start:end]):
            barred[at:to] = True
        elif to == len(words) and at > 0 and to - at > 8 and _ENDS_CUT.search(text[max(start, end - 20) : end]):
            sentences = np.flatnonzero(words.opens[at:to])
            barred[at + (int(sentences[-1]) if len(sentences) else 0) : to] = True
    return barred


def _outermost(found: Sequence[Found], n: int) -> list[Found]:
    """Of attributions that claim the same content (the spans are flat), keep the surer one. `n`: words of the text."""
    owner = np.full(n, -1, dtype=np.int64)
    sizes: list[int] = []
    kept: list[Found] = []
    for f in sorted(found, key=lambda f: (-f.score, int(f.cue[0]))):
        claimed = owner[f.content]
        shared = np.bincount(claimed[claimed >= 0], minlength=1)
        rival = int(shared.argmax())
        if shared[rival] > 0.5 * min(len(f.content), sizes[rival] if sizes else 1):
            continue
        owner[f.content[claimed < 0]] = len(kept)
        sizes.append(len(f.content))
        kept.append(f)
    return sorted(kept, key=lambda f: int(f.cue[0]))


def evidence(f: Found, page: Page) -> tuple[float, float, float]:
    """What tells how likely an attribution is right: the cue's lead, the content's length, its share of quotation."""
    spoken = f.content[page.word[f.content]]
    share = float(page.quoted(spoken).mean()) if len(spoken) else 0.0
    return f.score, math.log(max(1, len(spoken))), share


def _spell(f: Found, page: Page, trust: FloatArray) -> Attribution:
    """Turn word indices into spans of the text."""
    content = _spans(f.content, page, f.cue, f.source)
    cue = _spans(f.cue, page) or ((int(page.words.starts[f.cue[0]]), int(page.words.ends[f.cue[-1]])),)
    source = tuple((s, s + len(_WHEN.sub("", page.text[s:e]))) for s, e in _spans(f.source, page))
    grounds = evidence(f, page)
    quote: QuoteType = "direct" if grounds[2] > 0.95 else "indirect" if grounds[2] == 0 else "mixed"
    confidence = 1 / (1 + math.exp(-float(trust @ np.array([1.0, *grounds]))))
    return Attribution(source, cue, content, quote, round(confidence, 3))


def _spans(indices: IntArray, page: Page, *barriers: Iterable[int]) -> tuple[Span, ...]:
    """Join neighbouring words to spans, across punctuation too, and trim the edges.

    A quotation mark at an edge stays when its partner is inside.
    """
    text, words, word = page.text, page.words, page.word
    runs: list[list[int]] = []
    blocked = {int(i) for b in barriers for i in b}
    for i in indices.tolist():
        if runs and not word[runs[-1][1] + 1 : i].any() and not blocked.intersection(range(runs[-1][1] + 1, i)):
            runs[-1][1] = i
        else:
            runs.append([i, i])
    spans = []
    for a, b in runs:
        start, end = int(words.starts[a]), int(words.ends[b])
        while start < end and text[start] in _EDGE:
            start += 1
        while start < end and text[end - 1] in _EDGE:
            end -= 1
        if any(c.isalnum() for c in text[start:end]):
            spans.append((start, end))
    return tuple(spans)
