"""Clauses of a sentence: where the words that bear on a concept begin and end, and under which condition they stand.

There is no parser here. Boundaries are marks, conjunctions and relative pronouns; what lies between is close enough to
a clause for finding the operators that govern one of its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.phrases import Token, find_phrase, phrase
from extractors.wordlists import auxiliaries, word_set

HARD = frozenset(".;?!:—–")
BREAKS = word_set("breaks")
CONCESSIVE = word_set("concessive")
SUBJECTS = word_set("subjects")
STARTERS = SUBJECTS | frozenset(["the", "a", "an", "our", "their", "his", "her", "these", "those", "my", "some", "no"])

CONDITIONS = (
    # phrase, whether the speaker asks for what follows it
    ("in exchange for", True),
    ("in return for", True),
    ("on condition that", True),
    ("on the condition that", True),
    ("on condition of", True),
    ("conditional on", True),
    ("contingent on", True),
    ("subject to", True),
    ("provided that", False),
    ("provided", False),
    ("providing", False),
    ("as long as", True),
    ("so long as", True),
    ("only if", True),
    ("only after", True),
    ("only once", True),
    ("only when", True),
    ("only in return for", True),
    ("not until", True),
    ("not before", True),
    ("unless", True),
    ("until", True),
    ("without", True),
    ("except if", True),
    ("assuming", False),
    ("if", False),
    ("in case", False),
    ("should it", False),
    ("once", False),
    ("as soon as", False),
    ("before", False),
    ("depends on", False),
    ("depending on", False),
)
_IDLE = word_set("idle_if")
"""Words that make "if" an idiom."""
_LEADS = tuple(sorted(((phrase(p), asked, p) for p, asked in CONDITIONS), key=lambda c: -len(c[0])))


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition at the words [start, end); `asked`: the speaker wants what it names."""

    start: int
    end: int
    lead: str
    asked: bool


def left_bound(words: Sequence[Token], at: int) -> int:
    """First word of the clause that holds word `at`."""
    for k in range(at - 1, -1, -1):
        if words[k].lower in HARD or words[k].lower in BREAKS:
            return k + 1
        if words[k].lower == "," and k + 1 < at and words[k + 1].lower in STARTERS and not _inserted(words, k):
            return k + 1
        if words[k].lower == "and" and k + 1 < len(words) and words[k + 1].lower in SUBJECTS and k + 1 <= at:
            return k + 1
        if words[k].lower == "," and words[k + 1].lower == "and" and k + 2 <= at and _goes_on(words, k + 2, at):
            return k + 2
    return 0


def _goes_on(words: Sequence[Token], start: int, at: int) -> bool:
    """Whether a clause of its own begins at `start`: a noun group that holds word `at`, and then a finite verb."""
    if not (words[start].lower in STARTERS or words[start].capital) or any(
        w.lower in auxiliaries() for w in words[start:at]
    ):
        return False
    for word in words[at + 1 : at + 8]:
        if word.lower in HARD or word.lower in {",", "and"}:
            return False
        if word.lower in auxiliaries():
            return True
    return False


def right_bound(words: Sequence[Token], at: int) -> int:
    """One past the last word of the clause that goes on at word `at`."""
    for k in range(at, len(words)):
        if words[k].lower in HARD or words[k].lower in BREAKS:
            return k
        following = words[k + 1].lower if k + 1 < len(words) else ""
        if words[k].lower == "," and (
            following in STARTERS
            or following in {"and", "not", "so", "or", "just", "only", "even", "yet", "said", "says"}
        ):
            return k
        if words[k].lower == "and" and (following in SUBJECTS or following == "not"):
            return k
    return len(words)


def _inserted(words: Sequence[Token], comma: int) -> bool:
    """Whether the comma closes an insertion ("We reject, in the strongest terms, the plan")."""
    for k in range(comma - 1, max(-1, comma - 9), -1):
        if words[k].lower in HARD or words[k].lower in BREAKS:
            return False
        if words[k].lower == ",":
            return words[k + 1].lower not in STARTERS and words[k + 1].lower not in {"and", "but", "or"}
    return False


def conditions(words: Sequence[Token]) -> list[Condition]:
    """Return the conditions among `words`: from their conjunction to the end of their clause."""
    found: list[Condition] = []
    for lead, asked, text in _LEADS:
        for i, j in find_phrase(words, lead, gap=0):
            if any(c.start <= i < c.end or i <= c.start < j for c in found):
                continue
            if text in {"without", "before"} and not _excludes(words, i):
                continue
            if text == "if" and not _supposes(words, i):
                continue
            if text in {"once", "provided", "providing"} and not _opens_clause(words, i):
                continue
            found.append(Condition(i, _condition_end(words, j), text, asked))
    return sorted(found, key=lambda c: c.start)


def _supposes(words: Sequence[Token], i: int) -> bool:
    """Not so "even if", "if possible", "if there was ever a year"; "if the targets are to be met" names a purpose."""
    before = words[i - 1].lower if i else ""
    after = [w.lower for w in words[i + 1 : i + 9]]
    if before in {"even", "as", "what"} or (after and after[0] in _IDLE) or {"there", "ever"} <= {*after[:4]}:
        return False
    return not any(a in {"is", "are"} and b == "to" for a, b in pairwise(after))


def _excludes(words: Sequence[Token], i: int) -> bool:
    """ "No deal without X" and "Without X, ..." ask for X; "without delay" does not. "No deal before X" supposes it."""
    before = {w.lower for w in words[max(0, i - 10) : i]}
    opens = i == 0 or words[i - 1].lower in {",", '"', "“", "that", "said", "says", "warned", "argued", "told"}
    return opens or bool(before & {"no", "not", "n't", "never", "cannot", "nothing"})


def _opens_clause(words: Sequence[Token], i: int) -> bool:
    """ "once" and "provided" are conjunctions only before a subject."""
    after = words[i + 1] if i + 1 < len(words) else None
    before = words[i - 1].lower if i else ","
    return (
        after is not None
        and (after.lower in STARTERS or after.capital)
        and before not in {"at", "has", "have", "had", "be", "is", "was"}
    )


def _condition_end(words: Sequence[Token], start: int) -> int:
    for k in range(start, len(words)):
        if words[k].lower in HARD or (words[k].lower == "but" and k > start):
            return k
        if words[k].lower == "," and k + 1 < len(words) and words[k + 1].lower in STARTERS | {"then"}:
            return k
    return len(words)


def concessive(words: Sequence[Token], at: int) -> bool:
    """Whether word `at` stands in a clause that only concedes ("Although we like the plan, ...")."""
    bound = left_bound(words, at)
    return bound > 0 and words[bound - 1].lower in CONCESSIVE
