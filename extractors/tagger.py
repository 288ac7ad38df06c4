"""The attribution tagger at run time: an int8 ONNX encoder, then decoding in numpy. No torch.

Its weights, tokenizer and training data are described in training/CARD.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from extractors.sessions import WEIGHTS, session, tokenizer
from extractors.tagger_decode import FloatArray, Linker, find_cues, link
from extractors.tagger_input import CLS, PAD, SEP, IntArray, Window, Words, split_words, windows

if TYPE_CHECKING:
    from tokenizers import Tokenizer

WINDOW = 384  # word pieces that are read together
OVERLAP = 128
SURE = 4.0  # a cue with this lead has a content somewhere, even where the linker would rather see none
BATCH_PIECES = 3072  # padded pieces in one call: bounds the memory whatever the text
Encode = Callable[[IntArray, IntArray, IntArray], tuple[FloatArray, FloatArray, FloatArray]]


@dataclass(frozen=True)
class Found:
    """One attribution in word indices; `score` is the cue's lead over no cue, in logits."""

    cue: IntArray
    source: IntArray
    content: IntArray
    score: float


class Tagger:
    """Finds attributions in texts.

    `encode` maps pieces, features and mask (windows x pieces) to cue scores, keys and queries of every piece.
    """

    def __init__(self, encode: Encode, linker: Linker, tokenizer: Tokenizer) -> None:
        self._encode = encode
        self.linker = linker
        self.tokenizer = tokenizer

    def tag(self, text: str) -> tuple[Words, list[Found]]:
        """Return the words of `text` and the attributions in it, in order of their cues."""
        words = split_words(text, self.tokenizer)
        found: list[Found] = []
        for batch in _batches(words, windows(words, WINDOW, OVERLAP)):
            pieces, features, mask = _pad(words, batch)
            cue, key, query = self._encode(pieces, features, mask)
            for i, window in enumerate(batch):
                at = words.first[window.start : window.end] - words.first[window.start] + 1
                found += self._decode(words, window, cue[i][at], key[i][at], query[i][at])
        found.sort(key=lambda f: int(f.cue[0]))
        return words, found

    def _decode(
        self, words: Words, window: Window, cue: FloatArray, key: FloatArray, query: FloatArray
    ) -> Iterator[Found]:
        cues = find_cues(cue, self.linker)
        if not cues:
            return
        starts = np.array([int(c[0]) for c in cues], dtype=np.int64)
        mine = [c for c in cues if window.core_start <= c[0] + window.start < window.core_end]
        if not mine:
            return
        paragraph = words.paragraph[window.start : window.end]
        scores = np.array([cue[c[0], 1] - cue[c[0], 0] for c in mine])
        labels = link(key, query, mine, starts, paragraph, self.linker, scores > SURE)
        for c, row, score in zip(mine, labels, scores, strict=True):
            content = np.flatnonzero(row == 2)
            if len(content):
                source = np.flatnonzero(row == 1)
                yield Found(c + window.start, source + window.start, content + window.start, float(score))


def _batches(words: Words, spans: list[Window]) -> Iterator[list[Window]]:
    """Group windows of like length, at most BATCH_PIECES padded pieces together."""

    def length(w: Window) -> int:
        return int(words.first[w.end] - words.first[w.start]) + 2

    batch: list[Window] = []
    for window in sorted(spans, key=length):
        if batch and length(window) * (len(batch) + 1) > BATCH_PIECES:
            yield batch
            batch = []
        batch.append(window)
    if batch:
        yield batch


def _pad(words: Words, batch: list[Window]) -> tuple[IntArray, IntArray, IntArray]:
    """Return the batch's pieces, layout features and mask, padded to its longest window."""
    ranges = [(int(words.first[w.start]), int(words.first[w.end])) for w in batch]
    width = max(b - a for a, b in ranges) + 2
    pieces = np.full((len(batch), width), PAD, dtype=np.int64)
    features = np.zeros_like(pieces)
    mask = np.zeros_like(pieces)
    for i, (w, (a, b)) in enumerate(zip(batch, ranges, strict=True)):
        pieces[i, 0], pieces[i, b - a + 1] = CLS, SEP
        pieces[i, 1 : b - a + 1] = words.pieces[a:b]
        lengths = np.diff(words.first[w.start : w.end + 1])
        features[i, 1 : b - a + 1] = np.repeat(words.features[w.start : w.end], lengths)
        mask[i, : b - a + 2] = 1
    return pieces, features, mask


@lru_cache(maxsize=1)
def shipped() -> Tagger:
    """Load the tagger that comes with the package, once."""

    def encode(pieces: IntArray, features: IntArray, mask: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        cue, key, query = session("attributions").run(None, {"pieces": pieces, "features": features, "mask": mask})
        return cue, key, query

    with np.load(WEIGHTS / "attributions.npz", allow_pickle=False) as arrays:
        linker = Linker.from_arrays(arrays)
    return Tagger(encode, linker, tokenizer())
