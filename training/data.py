"""Annotated documents as training batches."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from extractors.tagger_decode import pair_features
from extractors.tagger_input import CLS, PAD, SEP, IntArray, Window, Words, split_words, windows
from training.augment import Row


@dataclass(frozen=True)
class Link:
    """One attribution as word indices."""

    cue: IntArray
    source: IntArray
    content: IntArray


@dataclass(frozen=True)
class Document:
    """One annotated text."""

    id: str
    text: str
    words: Words
    links: tuple[Link, ...]


@dataclass(frozen=True)
class Batch:
    """Padded tensors. Cues are rows of their own and point to their window by `owner`."""

    pieces: Tensor
    features: Tensor
    mask: Tensor
    first: Tensor  # windows x words: index of each word's first piece
    word_mask: Tensor
    cue_gold: Tensor  # windows x words: O, B, I
    role_gold: Tensor  # windows x words: O, source, content of any cue, -100 where padded
    owner: Tensor
    cue_words: Tensor  # cues x words: 1 / length on the cue's words, so that a product is the mean
    distance: Tensor
    paragraphs: Tensor
    others: Tensor
    link_gold: Tensor  # cues x words: the states of KINDS


def covered(words: Words, spans: list[list[int]]) -> IntArray:
    """Return the indices of the words that the spans touch."""
    found = [
        np.arange(np.searchsorted(words.ends, s, side="right"), np.searchsorted(words.starts, e, side="left"))
        for s, e in spans
        if s < e
    ]
    return np.unique(np.concatenate(found)).astype(np.int64) if found else np.zeros(0, dtype=np.int64)


def read(path: Path, limit: int | None = None) -> list[Row]:
    """Read a JSONL file in the scorer's format."""
    with path.open(encoding="utf-8") as lines:
        rows: list[Row] = [json.loads(line) for line in lines if line.strip()]
    return rows[:limit]


def prepare(row: Row, tokenizer: Tokenizer) -> Document:
    """Turn one annotated text into words and links; attributions without cue or content are left out."""
    words = split_words(row["text"], tokenizer)
    links = []
    for a in row["attributions"]:
        cue, source, content = (covered(words, a[role]) for role in ("cue", "source", "content"))
        link = Link(_main_run(cue), source, content)
        if len(link.cue) and len(link.content):
            links.append(link)
    links.sort(key=lambda x: int(x.cue[0]))
    return Document(row["id"], row["text"], words, tuple(links))


def _first_run(indices: IntArray) -> IntArray:
    """Return the first contiguous run: a source is one run of words (all but one in two thousand are)."""
    gaps = np.flatnonzero(np.diff(indices) > 1)
    return indices[: gaps[0] + 1] if len(gaps) else indices


def _main_run(cue: IntArray) -> IntArray:
    """Return the longest contiguous run of a cue ("charged ... with"): the rest would be taken for a cue of its own."""
    runs = np.split(cue, np.flatnonzero(np.diff(cue) > 1) + 1)
    return max(runs, key=len)


def cut(
    documents: list[Document], size: int, rng: random.Random, per_batch: int
) -> Iterator[list[tuple[Document, Window]]]:
    """Yield the windows of an epoch in batches of about `per_batch` windows, at random cuts, of like length."""
    items = []
    for d in documents:
        n = int(d.words.first[-1])
        whole = n <= size
        first = None if whole else rng.randint(size // 3, size)
        items += [(d, w) for w in windows(d.words, size, 0, first)]
    rng.shuffle(items)
    chunk = per_batch * 12
    batches = []
    for i in range(0, len(items), chunk):
        part = sorted(items[i : i + chunk], key=lambda x: x[1].end - x[1].start)
        batches += [part[j : j + per_batch] for j in range(0, len(part), per_batch)]
    rng.shuffle(batches)
    yield from batches


def collate(items: list[tuple[Document, Window]]) -> Batch:
    """Pad the windows and their gold labels into tensors.

    A cue whose source or content lies partly outside the window is marked as a cue but not linked.
    """
    n_words = max(w.end - w.start for _, w in items)
    n_pieces = 2 + max(int(d.words.first[w.end] - d.words.first[w.start]) for d, w in items)
    b = len(items)
    pieces = np.full((b, n_pieces), PAD)
    features = np.zeros((b, n_pieces), dtype=np.int64)
    mask = np.zeros((b, n_pieces), dtype=np.float32)
    first = np.zeros((b, n_words), dtype=np.int64)
    word_mask = np.zeros((b, n_words), dtype=np.float32)
    cue_gold = np.zeros((b, n_words), dtype=np.int64)
    role_gold = np.full((b, n_words), -100, dtype=np.int64)
    owner, cue_words, link_gold, pairs = [], [], [], []
    for i, (d, w) in enumerate(items):
        words = d.words
        at, to = int(words.first[w.start]), int(words.first[w.end])
        k, n = to - at, w.end - w.start
        pieces[i, : k + 2] = [CLS, *words.pieces[at:to], SEP]
        lengths = np.diff(words.first[w.start : w.end + 1])
        features[i, 1 : k + 1] = np.repeat(words.features[w.start : w.end], lengths)
        mask[i, : k + 2] = 1
        first[i, :n] = words.first[w.start : w.end] - at + 1
        word_mask[i, :n] = 1
        role_gold[i, :n] = 0
        for x in d.links:
            for label, span in ((2, x.content), (1, x.source)):
                role_gold[i, span[(span >= w.start) & (span < w.end)] - w.start] = label
        inside = [x for x in d.links if w.start <= x.cue[0] and x.cue[-1] < w.end]
        for x in inside:
            c = x.cue - w.start
            cue_gold[i, c] = 2
            cue_gold[i, c[0]] = 1
        cue_starts = np.array(sorted(int(x.cue[0]) - w.start for x in inside), dtype=np.int64)
        for x in inside:
            every = np.concatenate([x.source, x.content])
            if every.min() < w.start or every.max() >= w.end:
                continue
            mean = np.zeros(n_words, dtype=np.float32)
            mean[x.cue - w.start] = 1 / len(x.cue)
            gold = np.zeros(n_words, dtype=np.int64)
            gold[x.content - w.start] = 2
            source = _first_run(x.source) - w.start
            if len(source):
                gold[source] = 1
                gold[source[-1] + 1 :][gold[source[-1] + 1 :] == 0] = 3
                gold[source[-1] + 1 :][gold[source[-1] + 1 :] == 2] = 4
            owner.append(i)
            cue_words.append(mean)
            link_gold.append(gold)
            pairs.append(pair_features(words.paragraph[w.start : w.end], x.cue - w.start, cue_starts, n_words))
    if not owner:
        shape: tuple[int, ...] = (0, n_words)
        distance = paragraphs = others = np.zeros(shape, dtype=np.int64)
        means, golds = np.zeros(shape, dtype=np.float32), np.zeros(shape, dtype=np.int64)
    else:
        distance, paragraphs, others = (np.stack([p[r] for p in pairs]) for r in range(3))
        means, golds = np.stack(cue_words), np.stack(link_gold)
    tensors = (pieces, features, mask, first, word_mask, cue_gold, role_gold, np.array(owner, dtype=np.int64), means)
    return Batch(*(torch.from_numpy(x) for x in (*tensors, distance, paragraphs, others, golds)))
