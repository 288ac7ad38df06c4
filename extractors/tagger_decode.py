"""From the tagger's scores to cues, and from each cue to the words of its source and content.

Pure numpy; the training code shares the features, so that they mean the same on both sides. The method is described in
training/model.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.tagger_input import IntArray

FloatArray = npt.NDArray[np.float32]

_EDGES = np.array([1, 2, 3, 4, 5, 7, 9, 12, 16, 21, 28, 38, 50, 70, 100, 150])
N_DISTANCES = 2 * len(_EDGES) + 2
N_PARAGRAPHS = 7
N_OTHERS = 9


def pair_features(
    paragraph: IntArray, cue: IntArray, cue_starts: IntArray, width: int
) -> tuple[IntArray, IntArray, IntArray]:
    """Describe where each word of a window stands seen from one cue.

    `paragraph`: the words' paragraph numbers; `cue`: the cue's word indices; `cue_starts`: first words of all cues of
    the window, sorted; `width`: length of the rows to return (longer than the window: padded with zeros).
    Returns three rows of bucket numbers: signed distance, signed paragraphs apart, signed number of cues in between.
    """
    n = len(paragraph)
    rows = np.zeros((3, width), dtype=np.int64)
    at = np.arange(n)
    lo, hi = int(cue[0]), int(cue[-1])
    after = at > hi
    gap = np.where(after, at - hi, np.maximum(lo - at, 0))
    bucket = np.searchsorted(_EDGES, gap, side="right")  # 0 on the cue itself
    rows[0, :n] = np.where(after, len(_EDGES) + 1 + bucket - 1, bucket)
    rows[1, :n] = np.clip(paragraph - paragraph[lo], -3, 3) + 3
    rank = np.searchsorted(cue_starts, at, side="right")
    mine = int(np.searchsorted(cue_starts, lo, side="right"))
    # before the cue: cues that start after the word, up to mine; behind it: cues that start by then
    rows[2, :n] = np.clip(np.where(after, rank - mine, np.minimum(rank - mine + (at < lo), 0)), -4, 4) + 4
    return rows[0], rows[1], rows[2]


# States of the linker's chain. A cue has at most one source, so the states remember whether it has been seen:
# O, source, content before it or without one; O, content behind it.
KINDS = (0, 1, 2, 0, 2)
_ALLOWED = ((0, 1, 2), (1, 3, 4), (0, 1, 2), (3, 4), (3, 4))
FORBIDDEN = np.array([[0.0 if b in row else -1e4 for b in range(len(KINDS))] for row in _ALLOWED], dtype=np.float32)

# The same chain for a cue that must have a content: its states remember whether one has been seen, too, and it may only
# end in one that has. First those without (O, source, O behind it), then those with.
_SPOKEN_KINDS = (0, 1, 0, 0, 1, 2, 0, 2)
_SPOKEN_ALLOWED = ((0, 1, 5), (1, 2, 7), (2, 7), (3, 4, 5), (4, 6, 7), (3, 4, 5), (6, 7), (6, 7))
_SPOKEN_FORBIDDEN = np.array(
    [[0.0 if b in row else -1e4 for b in range(len(_SPOKEN_KINDS))] for row in _SPOKEN_ALLOWED], dtype=np.float32
)
_SPOKEN_FIRST_END = 3


@dataclass(frozen=True)
class Linker:
    """The linker's weights, as exported by training/export.py."""

    cue_moves: FloatArray
    link_moves: FloatArray
    distance: FloatArray
    paragraphs: FloatArray
    others: FloatArray
    out_weight: FloatArray
    out_bias: FloatArray
    bias: FloatArray
    """Added to the scores of starting a cue, a source and a content: precision against recall, chosen on dev data."""
    trust: FloatArray
    """How likely an attribution is right, in log odds: a constant, and weights for what attributions.evidence returns;
    fitted on dev data (training/confidence.py)."""

    @classmethod
    def from_arrays(cls, arrays: Any) -> Linker:
        """Build from a mapping of names to arrays (an opened .npz)."""
        return cls(**{name: np.asarray(arrays[name], dtype=np.float32) for name in cls.__dataclass_fields__})


def viterbi(emit: FloatArray, into: FloatArray) -> IntArray:
    """Return the best label sequence of each row.

    `emit`: rows x words x labels; `into`: rows (or 1) x words x labels x labels, the scores of moving into each word;
    before the first word stands label 0.
    """
    n, length, labels = emit.shape
    into = np.broadcast_to(into, (n, length, labels, labels))
    best = emit[:, 0] + into[:, 0, 0]
    back = np.zeros((length, n, labels), dtype=np.int8)
    for j in range(1, length):
        total = best[:, :, None] + into[:, j]
        back[j] = total.argmax(1)
        best = total.max(1) + emit[:, j]
    path = np.zeros((n, length), dtype=np.int64)
    path[:, -1] = best.argmax(1)
    rows = np.arange(n)
    for j in range(length - 1, 0, -1):
        path[:, j - 1] = back[j, rows, path[:, j]]
    return path


def find_cues(scores: FloatArray, linker: Linker) -> list[IntArray]:
    """Return the cues of a window as arrays of word indices. `scores`: words x 3 (O, B, I)."""
    if not len(scores):
        return []
    emit = scores.copy()
    emit[:, 1] += linker.bias[0]
    labels = viterbi(emit[None], linker.cue_moves[None, None])[0]
    cues: list[list[int]] = []
    for i, label in enumerate(labels):
        if label == 1:
            cues.append([i])
        elif label == 2 and cues and cues[-1][-1] == i - 1:
            cues[-1].append(i)
        elif label == 2:
            cues.append([i])
    return [np.array(c, dtype=np.int64) for c in cues]


def link(
    key: FloatArray,
    query: FloatArray,
    cues: list[IntArray],
    starts: IntArray,
    paragraph: IntArray,
    linker: Linker,
    sure: npt.NDArray[np.bool_],
) -> IntArray:
    """Label every word of a window as O (0), source (1) or content (2) of each cue.

    `key`: words x link; `query`: words x 2 link; `starts`: where the cues of the window start, these and others;
    `sure`: the cues that are certain enough to be given a content even where none is the likeliest reading.
    Returns the labels, cues x words.
    """
    n, width = key.shape
    rows = [pair_features(paragraph, c, starts, n) for c in cues]
    distance, paragraphs, others = (np.stack([r[k] for r in rows]) for k in range(3))
    q = np.stack([query[c].mean(0) for c in cues])[:, None]
    hidden = key[None] * (1 + q[..., :width]) + q[..., width:]
    hidden += linker.distance[distance]
    hidden += linker.paragraphs[paragraphs]
    hidden += linker.others[others]
    np.maximum(hidden, 0, out=hidden)
    scores = hidden @ linker.out_weight.T + linker.out_bias
    for row, c in zip(scores, cues, strict=True):
        row[c, :2] = -1e4
    labels = _paths(scores, linker, KINDS, FORBIDDEN, 0)
    empty = sure & ~(labels == 2).any(1)
    if empty.any() and n > 1:
        labels[empty] = _paths(scores[empty], linker, _SPOKEN_KINDS, _SPOKEN_FORBIDDEN, _SPOKEN_FIRST_END)
        for row, c in zip(labels, cues, strict=True):
            row[c] = 0
    return labels


def _paths(
    scores: FloatArray, linker: Linker, states: tuple[int, ...], forbidden: FloatArray, first_end: int
) -> IntArray:
    """Return the likeliest kinds of the words; a path may end in the states from `first_end` on."""
    kinds = np.array(states)
    inside, start, end = (np.zeros((*scores.shape[:2], 3), dtype=np.float32) for _ in range(3))
    for k, table in enumerate((inside, start, end)):
        table[..., 1:] = scores[..., 2 * k : 2 * k + 2]
    start[..., 1:] += linker.bias[1:]
    before = np.concatenate([np.zeros_like(end[:, :1]), end[:, :-1]], 1)
    change = (kinds[:, None] != kinds[None, :]).astype(np.float32)
    into = change * (before[..., kinds][..., :, None] + start[..., kinds][..., None, :])
    into += linker.link_moves[kinds][:, kinds] + forbidden
    emit = inside[..., kinds]
    emit[:, -1, :first_end] -= 1e5
    return kinds[viterbi(emit, into)]
