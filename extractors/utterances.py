"""Is it the same utterance? One quotation goes round in many wordings: cut, mended, translated back, spun.

Two wordings are the same utterance when most of their words agree in order, when they name the same numbers, and when
none of the words that differ can turn a side: "we never accept" and "we never reject" share three words of four.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache

from extractors.embeddings import embed
from extractors.phrases import stem, tokens
from extractors.stance import operators

RATIO = 0.66
"""Words in common, in order, of all words between the first and the last that they share."""
COVERED = 0.6
"""Of the shorter wording's words that must be shared: what is cut away hangs at the ends."""
FEWEST = 4
"""Words below which only identical wordings are the same utterance."""
FEWEST_TURNED = 6
"""Words from which their order does not matter: clauses change places."""
OTHER_WORDS = 0.4
"""Weighty words of one wording alone, of all weighty ones of both, from which it is another utterance."""
REPLACED = 10
"""Weighty words in which one may be replaced by something that is not its neighbour in meaning."""
NEIGHBOUR = 0.4
"""Cosine of two words from which one can stand for the other (compromise, concession: 0.45; ferries, coal: 0.23)."""
BEFORE = 4
"""Words before the shared part in which a negation still turns it ("I do not think that ...")."""
_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W_]+(?:[-'][^\W_]+)*")
_NOT = re.compile(r"n't\b")
_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEGATIONS = _set("against not n't no never none nor nobody nothing neither cannot without hardly")
_IFS = _set("if unless until provided")
_LIGHT = _set(
    """a an the this that these those it its of to in on at by for from with as and or but so if then than there here
    i we you he she they our my your his her their us them me be is are was were been being am have has had do does did
    will would shall can could may very just only also too already still yet now right away immediately soon all any
    well really actually"""
)
_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty"""
_NUMBER_WORDS = {word: str(n) for n, word in enumerate(_SMALL.split()) if n != 1}  # "one" is mostly a pronoun
_NUMBER_WORDS |= {"thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "hundred": "100"}


@dataclass(frozen=True, slots=True)
class Wording:
    """The words of an utterance, ready to be compared."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    negations: tuple[bool, ...]
    """Which of them negate, or say "against"."""

    def cut(self, start: int, end: int) -> Wording:
        return Wording(self.words[start:end], self.stems[start:end], self.negations[start:end])

    @property
    def numbers(self) -> frozenset[str]:
        return frozenset(s.replace(",", "") for s in self.stems if _DIGITS.fullmatch(s))

    @property
    def negated(self) -> bool:
        """Whether it has an odd number of negations."""
        return sum(self.negations) % 2 == 1


def same_utterance(words_a: str, words_b: str) -> bool:
    """Tell whether two wordings (contents of statements of one actor) are the same quotation."""
    if words_a == words_b:
        return True
    a, b = sorted((wording(words_a), wording(words_b)), key=lambda w: w.stems)  # alignment is not symmetric by itself
    if a.stems == b.stems:
        return True
    if min(len(a.stems), len(b.stems)) < FEWEST or _conditions(a) != _conditions(b):
        return False
    if len(a.stems) >= FEWEST_TURNED and sorted(a.stems) == sorted(b.stems):
        return True
    blocks = SequenceMatcher(None, a.stems, b.stems, autojunk=False).get_matching_blocks()[:-1]
    long = [m for m in blocks if m.size > 1]
    if not long:
        return False
    start_a, start_b = _start(long[0].a, long[0].b)
    tail = min(len(a.stems) - long[-1].a - long[-1].size, len(b.stems) - long[-1].b - long[-1].size)
    in_a = a.cut(start_a, long[-1].a + long[-1].size + tail)
    in_b = b.cut(start_b, long[-1].b + long[-1].size + tail)
    common = sum(m.size for m in blocks if m.a >= start_a and m.b >= start_b)
    if 2 * common < RATIO * (len(in_a.stems) + len(in_b.stems)):
        return False
    if common < COVERED * min(len(a.stems), len(b.stems)) or in_a.numbers != in_b.numbers:
        return False
    lead_a, lead_b = a.cut(max(0, start_a - BEFORE), start_a), b.cut(max(0, start_b - BEFORE), start_b)
    if (in_a.negated ^ lead_a.negated) != (in_b.negated ^ lead_b.negated):
        return False
    return not _turned(in_a, in_b)


@lru_cache(maxsize=32768)
def wording(words: str) -> Wording:
    """Return `words` as stems without marks, numbers in digits."""
    found = _WORD.findall(_NOT.sub(" not", words.lower().replace("’", "'")))
    stems = tuple(_NUMBER_WORDS.get(w) or stem(w) for w in found)
    return Wording(tuple(found), stems, tuple(w in _NEGATIONS for w in found))


def shingles(words: str, size: int = 3) -> set[tuple[str, ...]]:
    """Return the runs of `size` stems; two long wordings of one utterance share at least one."""
    stems = wording(words).stems
    return {stems[i : i + size] for i in range(max(1, len(stems) - size + 1))} if stems else set()


def _start(a: int, b: int) -> tuple[int, int]:
    """Where the comparison starts: words before the shared part count when both wordings have them."""
    both = min(a, b)
    return a - both, b - both


def _turned(a: Wording, b: Wording) -> bool:
    """Whether the words that differ carry different sides, or are more than a matter of wording."""
    weighty_a, weighty_b = set(a.stems) - _LIGHT_STEMS, set(b.stems) - _LIGHT_STEMS
    only_a, only_b = weighty_a - weighty_b, weighty_b - weighty_a
    if len(only_a) + len(only_b) > OTHER_WORDS * (len(weighty_a) + len(weighty_b)):
        return True
    if _replaced(_surface(a, only_a), _surface(b, only_b)) * REPLACED > min(len(weighty_a), len(weighty_b)):
        return True
    signs_a, signs_b = {s for w in only_a for s in _signs(w)}, {s for w in only_b for s in _signs(w)}
    return bool(signs_a and signs_b and signs_a != signs_b)


def _surface(wording: Wording, stems: set[str]) -> list[str]:
    """The words of `wording` whose stems are among `stems`."""
    return [w for w, s in zip(wording.words, wording.stems, strict=True) if s in stems]


def _replaced(only_a: list[str], only_b: list[str]) -> int:
    """How many words of one wording stand where the other has something else altogether."""
    if not only_a or not only_b:
        return 0
    near = embed(only_a) @ embed(only_b).T >= NEIGHBOUR
    return int(min((~near.any(axis=1)).sum(), (~near.any(axis=0)).sum()))


def _conditions(wording: Wording) -> int:
    return sum(w in _IFS for w in wording.stems)


@lru_cache(maxsize=8192)
def _signs(word: str) -> frozenset[int]:
    """The sides that a word can carry by itself."""
    return frozenset(o.sign for o in operators(tokens(word)) if o.sign)


_LIGHT_STEMS = frozenset(stem(w) for w in _LIGHT) | _LIGHT
