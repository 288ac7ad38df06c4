"""What a tagger does badly and a rule does well: where the content and the source of one attribution end.

Word indices in, word indices out. Pure functions.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from extractors.tagger import Found
from extractors.tagger_input import IntArray, Words
from extractors.wordlists import finite_verbs

# What follows a content behind a comma and still belongs to it, however short the tagger cut it.
_GOES_ON = {"including", "especially", "particularly", "like"}
_OPENERS = {"that", "whether", "if", "to"}
_RELATIVES = {"which", "whom", "whose", "who", "where"}
_SAYS = {"said", "says", "added"}
_BEHIND_NAMES = {"in", "on", "at", "after", "before", "during", "who", "to", "when", "as", "from", "last"}
_LONGEST_NAME = 8
_NO_NAMES = {"that", "nothing", "it", "he", "she"}
_FARTHEST = 40  # words and marks that such a rest may have


@dataclass(frozen=True)
class Page:
    """A text and its words: which of them are no punctuation, and the number of each one's sentence."""

    text: str
    words: Words
    word: npt.NDArray[np.bool_]
    sentence: IntArray

    def spell(self, first: int, last: int) -> str:
        """The text from word `first` to word `last`; empty where there are no such words."""
        if not 0 <= first <= last < len(self.words):
            return ""
        return self.text[int(self.words.starts[first]) : int(self.words.ends[last])]

    def stop(self, at: int) -> int:
        """Where the sentence of the word `at` ends: behind its last word, its full stop left out."""
        end = int(np.searchsorted(self.sentence, self.sentence[at], side="right"))
        return end - 1 if self.spell(end - 1, end - 1) == "." else end

    def quoted(self, indices: IntArray) -> npt.NDArray[np.bool_]:
        """Which of the words stand in quotation marks."""
        return (self.words.features[indices] & 1).astype(np.bool_)


def repaired(f: Found, page: Page) -> Found:
    """Give one attribution whole quotations and sentences, and content without holes."""
    f = _inverted(f, page)
    taken = np.union1d(f.cue, f.source)
    content = _fill(f.content, taken, page.word)
    content = _whole_quotes(content, taken, page)
    content = _block(content, f.cue, page)
    content = _near(content, taken, f.cue, page)
    content = _with_rest(content, taken, page)
    content = _around(content, taken, page)
    content = _next_paragraphs(content, page)
    return Found(f.cue, _one_run(f.source, page.word), content, f.score)


def _inverted(f: Found, page: Page) -> Found:
    """Turn round "The crews were out of the question, said the minister": what the tagger took for the content begins
    with the speaker. In "Lund, the minister, said the crews ..." a verb follows, and nothing is turned.
    """
    cue = int(f.cue[0])
    if len(f.cue) > 1 or f.content[0] != cue + 1 or page.spell(cue - 1, cue - 1) != "," or page.quoted(f.content).any():
        return f
    start = int(np.searchsorted(page.sentence, page.sentence[cue], side="left"))
    stop = next((i for i in range(cue + 1, page.stop(cue)) if _ends_name(page, i)), page.stop(cue))
    name, before = range(cue + 1, stop), range(start, cue - 1)
    spoken = [page.spell(i, i).lower() for i in before]
    if page.spell(cue, cue).lower() not in _SAYS or not 0 < len(name) <= _LONGEST_NAME or not _finite(spoken):
        return f
    if _finite([page.spell(i, i) for i in name]) or page.spell(cue + 1, cue + 1).lower() in _NO_NAMES:
        return f
    if page.quoted(np.array(before)).any() or spoken[0] in _RELATIVES - {"where"}:
        return f
    if page.spell(stop, stop) == ";":
        before = range(start, page.stop(cue))
    content = np.array([i for i in before if not cue - 1 <= i < stop], dtype=np.int64)
    return Found(f.cue, np.array(name, dtype=np.int64), content, f.score)


def _ends_name(page: Page, i: int) -> bool:
    return (not page.word[i] and page.spell(i, i) != "-") or page.spell(i, i) in _BEHIND_NAMES


def _finite(words: Sequence[str]) -> bool:
    """Whether a finite verb stands among the words, as far as closed lists and endings tell; names have capitals."""
    return any(w in finite_verbs() or (w.islower() and w.endswith("ed") and len(w) > 4) for w in words)


def _block(content: IntArray, cue: IntArray, page: Page) -> IntArray:
    """Give "The statement reads:" at the end of a paragraph the quotation that opens the next."""
    paragraph = page.words.paragraph
    last = int(np.searchsorted(paragraph, paragraph[cue[-1]], side="right")) - 1
    if last - cue[-1] > 8 or last + 2 >= len(paragraph) or page.spell(last, last) != ":":
        return content
    quoted = _quotation(last + 1, page)
    return quoted if len(quoted) else content


def _quotation(first: int, page: Page) -> IntArray:
    """The words from `first` on that stand in quotation marks, within one paragraph."""
    end = int(np.searchsorted(page.words.paragraph, page.words.paragraph[first], side="right"))
    marked = page.quoted(np.arange(first, end))
    outside = np.flatnonzero(~marked)
    return np.arange(first, first + (int(outside[0]) if len(outside) else len(marked)))


def _next_paragraphs(content: IntArray, page: Page) -> IntArray:
    """Follow a quotation that its paragraph leaves open into the paragraphs that open it again."""
    paragraph = page.words.paragraph
    while (last := int(content[-1])) + 2 < len(paragraph) and paragraph[last + 1] != paragraph[last]:
        closed = page.spell(last, last)[-1:] in "\"”»'’" and page.spell(last, last) != "“"
        if closed or not page.quoted(content[-1:])[0] or page.spell(last + 1, last + 1) not in ('"', "“", "«"):
            break
        more = _quotation(last + 1, page)
        content = np.concatenate([content, more])
        if int(more[-1]) + 1 < len(paragraph) and paragraph[more[-1] + 1] == paragraph[more[-1]]:
            break
    return content


def _near(content: IntArray, taken: IntArray, cue: IntArray, page: Page) -> IntArray:
    """Keep of other sentences than the cue's only what is in quotation marks.

    Reported speech without marks does not run on past its sentence: what follows is the reporter's. Where nothing is
    left then, the content is what the cue's own sentence has before source and cue.
    """
    mine: npt.NDArray[np.bool_] = (page.sentence[content] == page.sentence[cue[0]]) | page.quoted(content)
    if mine.any():
        return content[mine]
    start = int(np.searchsorted(page.sentence, page.sentence[cue[0]], side="left"))
    before = np.arange(start, int(taken[0]))
    ends = int(taken[-1]) + 2 >= len(page.sentence) or page.sentence[taken[-1] + 2] != page.sentence[cue[0]]
    return before if ends and page.word[before].sum() > 2 else content


def _with_rest(content: IntArray, taken: IntArray, page: Page) -> IntArray:
    """Add what follows behind "including" and the like, or a "that" left alone, to the end of the sentence."""
    last = int(content[-1])
    if len(content) == 1 and page.spell(last, last).lower() in _OPENERS and last > taken[-1]:
        return np.arange(last, page.stop(last))
    if last < taken[-1] or page.quoted(content[-1:])[0] or page.spell(last + 1, last + 1) != ",":
        return content
    rest = np.arange(last + 1, page.stop(last))
    if page.spell(last + 2, last + 2).lower() not in _GOES_ON or len(rest) > _FARTHEST:
        return content
    return np.concatenate([content, rest])


def _around(content: IntArray, taken: IntArray, page: Page) -> IntArray:
    """Give a statement without marks that has ", she said" in it or behind it all that stands before that."""
    lo, hi = int(taken[0]), int(taken[-1])
    if hi - lo >= len(taken) or page.spell(lo - 1, lo - 1) != "," or page.spell(lo - 2, lo - 2) in _RELATIVES:
        return content
    inserted = content[0] == hi + 2 and page.spell(hi + 1, hi + 1) == ","
    if not inserted and not (content[0] < lo and content[-1] in (lo - 1, lo - 2)):
        return content
    start = int(np.searchsorted(page.sentence, page.sentence[lo], side="left"))
    before = np.arange(start, lo - 1)
    if not 0 < len(before) <= 80 or page.quoted(before).any() or page.quoted(content).any():
        return content
    return np.union1d(before, content)


def _fill(content: IntArray, taken: IntArray, word: npt.NDArray[np.bool_]) -> IntArray:
    """Close holes that hold no word at all, or a single word that is neither cue nor source."""
    out = [content]
    for a, b in itertools.pairwise(content):
        hole = np.arange(a + 1, b)
        if 0 < len(hole) <= 6 and word[hole].sum() <= 1 and not np.isin(hole, taken).any():
            out.append(hole)
    return np.sort(np.concatenate(out))


def _whole_quotes(content: IntArray, taken: IntArray, page: Page) -> IntArray:
    """Stretch a content that stops a few words short of a quotation's end, or starts a few late, to the mark."""
    words = page.words
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


def _one_run(source: IntArray, word: npt.NDArray[np.bool_]) -> IntArray:
    """Keep the longest run of a source; a run may hold punctuation."""
    runs: list[list[int]] = []
    for i in source.tolist():
        if runs and not word[runs[-1][-1] + 1 : i].any():
            runs[-1].extend(range(runs[-1][-1] + 1, i + 1))
        else:
            runs.append([i])
    best = max(runs, key=lambda r: int(word[r].sum()), default=[])
    return np.array(best, dtype=np.int64)
