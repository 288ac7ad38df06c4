"""The stance lexicon, and where its phrases stand among the words of a text.

An operator is a phrase that carries a side ("supports", "a mistake"), turns it ("lift", "not") or says in which mode
it is meant ("should", "might"). What the operators on the way to a concept add up to is worked out in readings.py.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from extractors.phrases import Token, phrase, stem, stem_set, tokens
from extractors.wordlists import word_set

LEXICON = Path(__file__).parent / "data" / "stance.toml"

ATTITUDES = frozenset({"support", "demand", "want", "oppose", "doubt", "open", "give_up"})
DIRECTIONS = frozenset({"more", "less"})
VALUES = frozenset({"good", "bad"})
EFFECTS = frozenset({"help", "harm"})
SIGNS = {
    "support": 1,
    "demand": 1,
    "want": 1,
    "open": 1,
    "more": 1,
    "good": 1,
    "help": 1,
    "oppose": -1,
    "doubt": -1,
    "give_up": -1,
    "less": -1,
    "bad": -1,
    "harm": -1,
}


@dataclass(frozen=True, slots=True)
class Operator:
    """A phrase of the lexicon at the words [start, end)."""

    kind: str
    start: int
    end: int
    text: str

    @property
    def sign(self) -> int:
        return SIGNS.get(self.kind, 0)


@lru_cache(maxsize=1)
def _lexicon() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Phrases by their first stem, longest first; of two classes with one phrase, the earlier in the file wins."""
    groups = tomllib.loads(LEXICON.read_text(encoding="utf-8"))
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    seen: set[tuple[str, ...]] = set()
    for kinds in groups.values():
        for kind, listed in kinds.items():
            if kind.endswith("_noun"):
                continue
            for words in listed.replace("\n", " ").split(";"):
                stems = _stems(words)
                if stems and stems not in seen:
                    seen.add(stems)
                    by_first.setdefault(stems[0], []).append((stems, kind))
    for entries in by_first.values():
        entries.sort(key=lambda e: -len(e[0]))
    return by_first


def _stems(words: str) -> tuple[str, ...]:
    return tuple(t.stem for t in tokens(words.strip()))


@lru_cache(maxsize=2)
def nouns(kind: str) -> frozenset[str]:
    """Stems of the things whose increase is good ("good_noun") or bad ("bad_noun")."""
    listed = tomllib.loads(LEXICON.read_text(encoding="utf-8"))["value"][kind]
    return frozenset(phrase(w)[-1] for w in listed.split(";") if phrase(w))


def operators(words: Sequence[Token]) -> list[Operator]:
    """Return the operators among `words`, in order, never overlapping; the longest phrase wins."""
    found: list[Operator] = []
    i = 0
    while i < len(words):
        operator = _at(words, i)
        if operator:
            found.append(operator)
            i = operator.end
        else:
            i += 1
    return found


def _at(words: Sequence[Token], i: int) -> Operator | None:
    for stems, kind in _lexicon().get(words[i].stem, ()):
        end = _match(words, i, stems) or _apart(words, i, stems)
        if end and not _other_sense(words, i, end, kind):
            return Operator(kind, i, end, " ".join(w.lower for w in words[i:end]))
    return None


def _match(words: Sequence[Token], i: int, stems: tuple[str, ...]) -> int:
    """End of the phrase that starts at `i`, 0 where it is not there. One adverb or pronoun may stand in between."""
    at = i + 1
    for wanted in stems[1:]:
        if at < len(words) and words[at].stem == wanted:
            at += 1
        elif (
            at + 1 < len(words)
            and words[at + 1].stem == wanted
            and (_may_intervene(words[at]) or (stems[0] == "no" and words[at].is_word))
        ):
            at += 2
        else:
            return 0
    return at


def _apart(words: Sequence[Token], i: int, stems: tuple[str, ...]) -> int:
    """End of the verb of a phrase whose particle stands behind its object ("shut the ward down"), else 0."""
    if len(stems) != 2 or stems[1] not in _PARTICLES or i + 2 >= len(words) or words[i + 1].lower not in _DETERMINERS:
        return 0
    for k in range(i + 2, min(i + 8, len(words))):
        if not words[k].is_word:
            return 0
        if words[k].stem == stems[1]:
            return i + 1
    return 0


_PARTICLES = word_set("particles")


def _may_intervene(word: Token) -> bool:
    return word.lower.endswith("ly") or word.lower in _BETWEEN


_BETWEEN = word_set("between")
_VERB_SLOT = word_set("verb_slot")
_DETERMINERS = word_set("determiners")


_BE = word_set("be")
_FIRMLY = word_set("before_against")
"""Words after which "against" is an attitude; after a noun it belongs to that ("sanctions against Ostmark")."""
_NOUNISH = stem_set("nounish")
_CALLS = stem_set("calls")
_AGENTS = word_set("agents")
_OWNERS = word_set("owners")


def _other_sense(words: Sequence[Token], i: int, end: int, kind: str) -> bool:
    """Whether the phrase is here another word that looks the same ("come back", "May", "as well")."""
    before = words[i - 1].lower if i else ""
    after = words[end].lower if end < len(words) else ""
    word = words[i].lower
    if words[end - 1].lower == "go" and after in {"up", "ahead", "on", "forward", "further", "through", "into"}:
        return True
    if word == "opposition":  # "opposition to" is an attitude, "by the opposition to" and "the opposition" are a party
        by = words[i - 2].lower if i > 1 else ""
        return (before == "the" and by in _AGENTS) if end - i > 1 else before not in _OWNERS
    if end - i > 1:
        return False
    if word == "against":
        return bool(before) and not (before in _BE or before.endswith("ly") or before in _FIRMLY)
    if kind in DIRECTIONS | VALUES | EFFECTS and words[i].capital and end < len(words) and words[end].capital:
        return True  # "the Lower Ossel"
    if kind in VALUES and word.endswith("ly"):
        return True  # "essentially", "illegally": how it is done, not what it is
    if word in {"need", "needs"}:
        return before in _DETERMINERS
    if word == "back":
        return not (before in _VERB_SLOT or (not before and after in _DETERMINERS))
    if word == "may":
        return words[i].capital and i > 0
    if word in {"present", "means", "meaning"}:
        return True
    if word in {"will", "can", "must"}:
        return before in _DETERMINERS
    if words[i].stem == stem("question"):
        return before in _DETERMINERS
    if word == "gone":
        return before in {"have", "has", "had", "'ve"} or after == "to"
    if word == "works":
        return after in {"with", "on", "for", "in", "at", "to"} or before in _DETERMINERS
    if word in {"leaves", "left"}:
        return before in {"the", "is", "are", "be"} or after in {"with", "over"}
    if words[i].stem in _NOUNISH and not word.endswith(("ed", "ing")):
        return not (before in _VERB_SLOT or not before or (after == "for" and words[i].stem in _CALLS))
    if after == "than" and kind in {"more", "less"}:
        return True  # "more than 40"
    if word == "longer":
        return before in {"no", "any"}
    if word == "no":
        return after == "."
    return False
