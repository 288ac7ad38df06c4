"""Which texts are copies of one another, found in time linear in the number of texts.

A fingerprint has three parts. MinHash over shingles of three words (Broder 1997) estimates the resemblance of two
texts; its values taken in bands are the keys under which candidates are looked up (locality-sensitive hashing: Indyk
and Motwani 1998). A sample of the longer shingles, those whose hash falls under a threshold, tells how much of a short
text is contained in a long one (winnowing's cousin, "scaled MinHash": Broder 1997, Irber et al. 2022). Exact copies of
short texts are found by a digest.

Words in quotation marks belong to the speaker and not to the outlet, so two outlets that quote the same speech at
length are no copies: each quotation counts as one word, as long as enough of the outlet's own words is left.

What a store has to keep: per version its `Fingerprint` and its copy group, and one row ``(key, version)`` for each of
`Fingerprint.keys`, indexed by key. For a new text: the versions under any of its keys are the candidates; `join`
tells which group it belongs to, and which groups turn out to be one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from extractors.utterances import same_utterance

__all__ = ["Fingerprint", "Joined", "fingerprint", "is_copy", "join", "resemblance", "same_utterance", "similarity"]

PERMUTATIONS = 64
ROWS = 3
"""Values in a band: with 21 bands, texts of resemblance 0.5 share one in 94 cases of 100, of 0.1 in 2."""
SHINGLE = 3
PASSAGE = 8
"""Words in a passage shingle."""
SAMPLE = 12
"""One in so many passage shingles is kept."""
MOST_PASSAGES = 96
SHORTEST = 25
"""Own words below which a text is only compared whole: two lines of a ticker resemble each other by chance."""
RESEMBLANCE = 0.2
CONTAINMENT = 0.4
"""Independent texts on one event stay under 0.13 and 0.23, copies that were trimmed, edited line by line and given an
introduction come down to 0.19 and 0.47 (tests/gold/duplicates/, tests/gold/replays/, dev)."""
SHARED_PASSAGES = 3

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_QUOTED = re.compile(r"“[^“”\n]{2,900}”|„[^„“”\n]{2,900}[“”]|«[^«»\n]{2,900}»|»[^«»\n]{2,900}«|\"[^\"\n]{2,900}\"")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is kept of a text in order to recognise its copies: some 100 whole numbers below 2**63."""

    digest: int
    """Of the words in order: equal for texts that differ in nothing but case, marks and spaces."""
    size: int
    """Number of different shingles."""
    signature: tuple[int, ...]
    """MinHash values, empty for a text too short to compare."""
    passages: tuple[int, ...]
    """The sampled hashes of longer shingles, ascending."""

    @property
    def keys(self) -> tuple[int, ...]:
        """Return the numbers under which this text is stored and looked up; copies share at least one."""
        bands = [
            _number(f"band {i} {self.signature[i : i + ROWS]}") for i in range(0, len(self.signature) - ROWS + 1, ROWS)
        ]
        return (self.digest, *bands, *self.passages)


@dataclass(frozen=True, slots=True)
class Joined:
    """The copy group of a new text; `merged` are former groups that now belong to it too."""

    group: str
    merged: tuple[str, ...] = ()


def fingerprint(text: str) -> Fingerprint:
    """Return the fingerprint of `text`, the same on every machine and in every run."""
    words = _words(text)
    digest = _number(" ".join(words))
    own = _words(_QUOTED.sub(" qqq ", text))
    if sum(w != "qqq" for w in own) < SHORTEST:
        own = words
    if len(own) < SHORTEST:
        return Fingerprint(digest, 0, (), ())
    hashes = _hashes(own, SHINGLE)
    return Fingerprint(digest, len(hashes), _minhash(hashes), _sample(own))


def resemblance(a: Fingerprint, b: Fingerprint) -> float:
    """Return the estimated share of shingles that the two texts have in common (Jaccard), 0..1."""
    if a.digest == b.digest:
        return 1.0
    if not a.signature or not b.signature:
        return 0.0
    return sum(x == y for x, y in zip(a.signature, b.signature, strict=True)) / PERMUTATIONS


def similarity(a: Fingerprint, b: Fingerprint) -> float:
    """Return how much of the shorter text stands in the longer one, 0..1: 1 for copies, trimmed ones included."""
    jaccard = resemblance(a, b)
    smaller = min(a.size, b.size)
    contained = min(1.0, jaccard / (1 + jaccard) * (a.size + b.size) / smaller) if smaller else jaccard
    shared = len(set(a.passages) & set(b.passages))
    fewer = min(len(a.passages), len(b.passages))
    if shared < SHARED_PASSAGES:
        return contained if contained > jaccard and smaller * 4 >= max(a.size, b.size) else jaccard
    return max(contained, shared / fewer)


def is_copy(a: Fingerprint, b: Fingerprint) -> bool:
    """Tell whether one text is a copy of the other: whole, with local edits, trimmed, or as a passage of it."""
    return resemblance(a, b) >= RESEMBLANCE or similarity(a, b) >= CONTAINMENT


def join(version: str, new: Fingerprint, candidates: Mapping[str, tuple[Fingerprint, str]]) -> Joined:
    """Return the copy group of the version `version` with fingerprint `new`.

    `candidates` are the stored versions that share a key with it: version -> (fingerprint, copy group). Groups are
    the connected parts of "is a copy of", so every order of arrival ends in the same parts, provided that the store
    renames the `merged` groups. A version without copies is a group of its own, named like the version.
    """
    groups = sorted({group for other, (known, group) in candidates.items() if other != version and is_copy(new, known)})
    return Joined(groups[0], tuple(groups[1:])) if groups else Joined(version)


def _words(text: str) -> list[str]:
    """Words of any language in lower case; scripts without spaces give one word a sign."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return _WORD.findall(_UNSPACED.sub(r" \g<0> ", folded))


def _hashes(words: list[str], size: int) -> npt.NDArray[np.uint64]:
    shingles = {" ".join(words[i : i + size]) for i in range(len(words) - size + 1)}
    return np.fromiter((_number(s) for s in shingles), dtype=np.uint64, count=len(shingles))


def _minhash(hashes: npt.NDArray[np.uint64]) -> tuple[int, ...]:
    factors, offsets = _permutations()
    with np.errstate(over="ignore"):  # arithmetic modulo 2**64 is the permutation
        values = (hashes[:, None] * factors + offsets) >> np.uint64(32)
    return tuple(int(v) for v in values.min(axis=0))


def _sample(words: list[str]) -> tuple[int, ...]:
    hashes = _hashes(words, PASSAGE)
    limit = 2**63 // SAMPLE
    return tuple(sorted(int(h) for h in hashes if h < limit)[:MOST_PASSAGES])


def _number(text: str) -> int:
    """A hash that is the same everywhere, below 2**63 so that it fits a signed column."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big") >> 1


@lru_cache(maxsize=1)
def _permutations() -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    factors = [_number(f"factor {i}") * 2 + 1 for i in range(PERMUTATIONS)]
    offsets = [_number(f"offset {i}") for i in range(PERMUTATIONS)]
    return np.array(factors, dtype=np.uint64), np.array(offsets, dtype=np.uint64)


def groups_of(
    fingerprints: Iterable[tuple[str, Fingerprint]],
    stored: Mapping[str, tuple[Fingerprint, str]] | None = None,
) -> dict[str, str]:
    """Return version -> copy group for many new texts at once, by the same look-up as for one.

    `stored` are the versions that share a key with any of them: version -> (fingerprint, copy group). They are in the
    result too: a group that comes out under another name has become one with it, its other members as well.
    """
    index: dict[int, list[str]] = {}
    known = {version: print_ for version, (print_, _) in (stored or {}).items()}
    group = {version: name for version, (_, name) in (stored or {}).items()}
    for version, print_ in known.items():
        for key in print_.keys:
            index.setdefault(key, []).append(version)
    for version, new in fingerprints:
        found = {other for key in new.keys for other in index.get(key, ())}
        joined = join(version, new, {other: (known[other], group[other]) for other in found})
        for other, name in group.items() if joined.merged else ():
            if name in joined.merged:
                group[other] = joined.group
        known[version], group[version] = new, joined.group
        for key in new.keys:
            index.setdefault(key, []).append(version)
    return group
