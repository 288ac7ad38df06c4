"""Text to attributions: who (source), said (cue), what (content), as spans of the given text.

A small tagger proposes them (extractors/tagger.py; how it was trained and how well it does: training/CARD.md); the
rules here repair what a tagger does badly and keep out what is no article text. Pure: no network, no clock, no state
but the loaded model.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence

import numpy as np

from extractors.layout import shown
from extractors.models import Attribution, QuoteType, Span
from extractors.tagger import Found, Tagger, shipped
from extractors.tagger_input import IntArray, Words

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
    sentence = np.cumsum(words.opens).astype(np.int64)
    kept = [_repaired(f, words, word, sentence) for f in found if not barred[f.cue[0]] and not barred[f.content].any()]
    out = [_spell(f, text, words, word) for f in _outermost(kept, len(words))]
    out += [Attribution((x.source,), (x.cue,), (x.content,), "direct", 0.9) for x in by_layout]
    return sorted((a for a in out if a.cue and a.content), key=lambda a: a.cue[0])


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


def _repaired(f: Found, words: Words, word: np.ndarray[tuple[int], np.dtype[np.bool_]], sentence: IntArray) -> Found:
    """Give one attribution whole quotations, and content without holes of punctuation."""
    taken = np.union1d(f.cue, f.source)
    content = _fill(f.content, taken, word)
    content = _whole_quotes(content, taken, words)
    content = _near(content, f.cue, words, sentence)
    return Found(f.cue, _one_run(f.source, word), content, f.score)


def _near(content: IntArray, cue: IntArray, words: Words, sentence: IntArray) -> IntArray:
    """Keep of other sentences than the cue's only what is in quotation marks, if anything is left then.

    Reported speech without marks does not run on past its sentence: what follows is the reporter's.
    """
    mine = (sentence[content] == sentence[cue[0]]) | ((words.features[content] & 1) == 1)
    return content[mine] if mine.any() else content


def _fill(content: IntArray, taken: IntArray, word: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> IntArray:
    """Close holes that hold no word at all, or a single word that is neither cue nor source."""
    out = [content]
    for a, b in itertools.pairwise(content):
        hole = np.arange(a + 1, b)
        if 0 < len(hole) <= 6 and word[hole].sum() <= 1 and not np.isin(hole, taken).any():
            out.append(hole)
    return np.sort(np.concatenate(out))


def _whole_quotes(content: IntArray, taken: IntArray, words: Words) -> IntArray:
    """Stretch a content that stops a few words short of a quotation's end, or starts a few late, to the mark."""
    quoted = (words.features & 1).astype(np.bool_)
    n = len(words)
    out = [content]
    for at, step in ((int(content[0]), -1), (int(content[-1]), 1)):
        stretch: list[int] = []
        i = at
        while quoted[at] and 0 <= i + step < n and quoted[i + step] and len(stretch) < 4:
            if words.paragraph[i + step] != words.paragraph[at]:
                break
            i += step
            stretch.append(i)
        beyond = i + step
        done = not (0 <= beyond < n) or not quoted[beyond] or words.paragraph[beyond] != words.paragraph[at]
        if stretch and done and not np.isin(stretch, taken).any():
            out.append(np.array(stretch, dtype=np.int64))
    return np.unique(np.concatenate(out))


def _one_run(source: IntArray, word: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> IntArray:
    """Keep the longest run of a source; a run may hold punctuation."""
    runs: list[list[int]] = []
    for i in source.tolist():
        if runs and not word[runs[-1][-1] + 1 : i].any():
            runs[-1].extend(range(runs[-1][-1] + 1, i + 1))
        else:
            runs.append([i])
    best = max(runs, key=lambda r: int(word[r].sum()), default=[])
    return np.array(best, dtype=np.int64)


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


def _spell(f: Found, text: str, words: Words, word: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Attribution:
    """Turn word indices into spans of the text."""
    content = _spans(f.content, text, words, word, f.cue, f.source)
    cue = _spans(f.cue, text, words, word) or ((int(words.starts[f.cue[0]]), int(words.ends[f.cue[-1]])),)
    source = tuple((s, s + len(_WHEN.sub("", text[s:e]))) for s, e in _spans(f.source, text, words, word))
    spoken = f.content[word[f.content]]
    share = float((words.features[spoken] & 1).mean()) if len(spoken) else 0.0
    quote: QuoteType = "direct" if share > 0.95 else "indirect" if share == 0 else "mixed"
    # fitted on development data: how often attributions with this score were right
    confidence = 1 / (1 + float(np.exp(0.5 - 0.5 * f.score)))
    return Attribution(source, cue, content, quote, round(confidence, 3))


def _spans(
    indices: IntArray,
    text: str,
    words: Words,
    word: np.ndarray[tuple[int], np.dtype[np.bool_]],
    *barriers: Iterable[int],
) -> tuple[Span, ...]:
    """Join neighbouring words to spans, across punctuation too, and trim the edges.

    A quotation mark at an edge stays when its partner is inside.
    """
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
