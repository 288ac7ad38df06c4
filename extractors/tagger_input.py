"""Text to the tagger's input: words, word pieces, layout features and windows.

Training and run time both go through this module, so the two can never see a text differently.
Everything here is linear in the length of the text.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from tokenizers import Tokenizer

IntArray = npt.NDArray[np.int64]

CLS, SEP, PAD = 101, 102, 0
N_FEATURES = 18  # 3 kinds of gap before a word x 3 kinds of capitals x in a quotation or not
_ABBREVIATION = re.compile(
    r"[a-z]|mrs?|ms|dr|prof|sen|rep|gov|gen|lt|col|sgt|capt|adm|st|[js]r|rev|hon|pres|vs|no|inc|corp|co|ltd"
    r"|jan|feb|mar|apr|ju[nl]|aug|sept?|oct|nov|dec|fla|calif|pa|mass|mich|minn|wis|tenn|ariz|conn|va|md"
)
_REACH = 48  # word pieces that a window may start earlier, to start with a sentence
_BLOCK = 8_000  # characters handed to the tokenizer at once, so that a megabyte costs no more per word

# What closes a quotation that this mark opened. Typewriter marks ('' is an old wire habit) close themselves.
_MARKS = {"“": "”", "„": "”“", "«": "»", '"': '"', "‘": "’", "''": "''", "``": "''"}


@dataclass(frozen=True)
class Words:
    """The words of one text, in order; every array but `pieces` has one entry a word.

    `starts`, `ends`: character offsets into the text; `pieces`: the word pieces of all words, flat, word i's from
    `first[i]` to `first[i + 1]`; `features`: layout feature; `paragraph`: number of its paragraph;
    `opens`: whether a sentence starts here.
    """

    starts: IntArray
    ends: IntArray
    pieces: IntArray
    first: IntArray
    features: IntArray
    paragraph: IntArray
    opens: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.starts)


@dataclass(frozen=True)
class Window:
    """Words [start, end) go through the encoder together; the cues in [core_start, core_end) are read off there."""

    start: int
    end: int
    core_start: int
    core_end: int


def encodable(text: str) -> str:
    """Return `text` with what the tokenizer cannot take replaced, one character for one, so that offsets hold."""
    if text.isascii():
        return text.replace("\x00", " ")
    return "".join("\ufffd" if 0xD800 <= ord(c) <= 0xDFFF else " " if c == "\x00" else c for c in text)


def _blocks(text: str) -> list[tuple[int, str]]:
    """Cut the text into blocks of at most `_BLOCK` characters, at line ends or spaces where there are any."""
    blocks, start = [], 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        if end < len(text):
            cut = text.rfind("\n", start, end)
            if cut <= start:
                cut = text.rfind(" ", start, end)
            if cut > start:
                end = cut
        blocks.append((start, text[start:end]))
        start = end
    return blocks


def split_words(text: str, tokenizer: Tokenizer) -> Words:
    """Return the words of `text` as the tokenizer sees them (runs of letters and digits, single marks).

    `tokenizer` must neither truncate nor pad. The text may be anything: offsets index it as given.
    """
    blocks = _blocks(encodable(text))
    encodings = tokenizer.encode_batch([block for _, block in blocks], add_special_tokens=False)
    starts: list[int] = []
    ends: list[int] = []
    pieces: list[int] = []
    first: list[int] = []
    for (offset, _), encoding in zip(blocks, encodings, strict=True):
        last = -1
        for piece, word, (s, e) in zip(encoding.ids, encoding.word_ids, encoding.offsets, strict=True):
            if word is None:  # a special piece: none are added, but a text may spell one out
                continue
            if word != last:
                first.append(len(pieces))
                starts.append(offset + s)
                ends.append(offset + e)
                last = word
            else:
                ends[-1] = offset + e
            pieces.append(piece)
    first.append(len(pieces))
    features, paragraph, opens = _layout(text, starts, ends)
    return Words(
        np.array(starts, dtype=np.int64),
        np.array(ends, dtype=np.int64),
        np.array(pieces, dtype=np.int64),
        np.array(first, dtype=np.int64),
        features,
        paragraph,
        opens,
    )


def _layout(text: str, starts: list[int], ends: list[int]) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
    """Return what an uncased tokenizer loses: line breaks, capitals, quotation; and where sentences start."""
    n = len(starts)
    features = np.zeros(n, dtype=np.int64)
    paragraph = np.zeros(n, dtype=np.int64)
    opens = np.zeros(n, dtype=np.bool_)
    number, closing, stop, end = 0, "", True, 0
    for i, (s, e) in enumerate(zip(starts, ends, strict=True)):
        gap = text[end:s] if i else "\n"
        if not gap:
            space = 0
        elif "\n" in gap or "\r" in gap:
            space, closing, stop = 2, "", True
            number += 1
        else:
            space = 1
        word = text[s:e]
        capitals = (2 if len(word) > 1 and word.isupper() else 1) if word[:1].isupper() else 0
        mark = _mark(text, s, e)
        if mark and closing and mark in closing:
            closing, inside = "", True
        elif mark in _MARKS and not closing:
            closing, inside = _MARKS[mark], True
        else:
            inside = bool(closing)
        features[i] = space * 6 + capitals * 2 + inside
        paragraph[i] = number
        fresh = word[:1].isupper() or not word[:1].isalpha()
        opens[i] = space == 2 or (stop and space > 0 and fresh)
        if word in ".?!":
            last = text[starts[i - 1] : s].lower() if i else ""
            stop = word != "." or not _ABBREVIATION.fullmatch(last)
        elif opens[i] or word[:1].isalnum():
            stop = False
        end = e
    return features, paragraph, opens


def _mark(text: str, start: int, end: int) -> str:
    """Return the quotation mark that the word [start, end) is or is half of, else the empty string."""
    word = text[start:end]
    if word in "'`":
        if text[end : end + 1] == word:
            return word * 2
        return ""  # the second half, or an apostrophe
    if word == "‘":
        return word if text[end : end + 1].isalnum() else ""
    if word == "’":
        return "" if text[end : end + 1].isalnum() else word
    return word if word in _MARKS or word in "”»" else ""


def windows(words: Words, size: int, overlap: int, first: int | None = None) -> list[Window]:
    """Cut the words into windows of at most `size` word pieces that overlap by about `overlap`.

    A window starts at the start of a sentence where one is near. `first` is the size of the first window (training
    shifts the cuts from epoch to epoch). The cores of the windows cover every word once.
    """
    spans: list[tuple[int, int]] = []
    n, start, room = len(words), 0, first or size
    while start < n:
        end = int(np.searchsorted(words.first, words.first[start] + room, side="right")) - 1
        end = min(max(end, start + 1), n)
        spans.append((start, end))
        if end == n:
            break
        back = int(np.searchsorted(words.first, words.first[end] - overlap, side="left"))
        back = max(back, start + 1)
        reach = int(np.searchsorted(words.first, words.first[back] - _REACH, side="left"))
        near = np.flatnonzero(words.opens[max(reach, start + 1) : back + 1])
        start, room = (max(reach, start + 1) + int(near[-1]) if len(near) else back), size
    cuts = [0]
    cuts += [(b[0] + a[1]) // 2 for a, b in itertools.pairwise(spans)]
    cuts.append(n)
    return [Window(s, e, a, b) for (s, e), a, b in zip(spans, cuts, cuts[1:], strict=False)]
