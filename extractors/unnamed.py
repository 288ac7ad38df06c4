"""Sources without a name: "a senior official", "two people familiar with the talks", "the official"."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from extractors.lexicon import classes, fold, lexicon, states
from extractors.models import Actor
from extractors.roles import parse_role

_COUNT = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|several"
    r"|a (?:second|third|fourth|few)|another|some|both)"
)
_INDEFINITE = re.compile(rf"(?i)(an?|one of (?:the|his|her|its)|{_COUNT})\s")
_OFFICIALS = re.compile(
    r"\b(officials?|sources?|diplomats?|aides?|advis[eo]rs?|persons?|insiders?|negotiators?"
    r"|people (?:familiar|close|with|briefed|involved|who))\b"
)
_ORDINAL = re.compile(r"(?i)\b(first|second|third|fourth|other|last|former|latter|same)\b")
_NUMBER = re.compile(
    r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|several|many|most|some|few|both|dozens|hundreds|thousands|\d+)\b"
)
_CUT = re.compile(r",|\s[—–]\s|\s-\s|\(| (?:who|whom|which|that|speaking|because|on condition|told|said|says|asking)\b")
_COMPLEMENT = re.compile(
    r" (?:of|for|from|at|in|to|on|with|by|familiar|close|briefed|involved|near|inside|within|working|under|aware)\b"
)
_PLURALS = {"people": "person", "spokespeople": "spokesperson"}


@dataclass(frozen=True, slots=True)
class Described:
    """An unnamed person or small group of the text."""

    start: int
    actor: Actor
    noun: str
    plural: bool


class Unnamed:
    """The unnamed people of one text in the order they come up."""

    def __init__(self, text: str) -> None:
        self._text = text
        nouns = "|".join(
            sorted(
                {w for w in lexicon()["people"] if not w.endswith("s")} - {"people", "police"}, key=len, reverse=True
            )
        )
        scan = re.compile(rf"\b(?:[Aa]n?|[Oo]ne|[Aa]nother) (?=((?:(?:[\w’'-]+|(?:[A-Z]\.)+) ){{0,5}}?)({nouns})\b)")
        self._seen: list[Described] = []
        self._groups: set[str] = set()
        for match in scan.finditer(text):
            phrase = f"{match[1]}{match[2]}"
            if not re.search(r"\b(?:of|for|to|by|with|the|a|and|said|told|was|is|in|as|from|on|at)\b", match[1]):
                self._seen.append(Described(match.start(), _actor(phrase), match[2].lower(), False))
        self._starts = [d.start for d in self._seen]

    def describe(self, phrase: str, at: int) -> Actor | None:
        """The actor for an indefinite source, noted for later reference; None for a crowd that nobody could name."""
        core = _CUT.split(phrase)[0].strip()
        noun, plural = head_noun(core)
        if noun is None:
            return None
        if plural and not _OFFICIALS.search(fold(phrase)):
            return None
        actor = _actor(core)
        if plural:
            self._groups.add(actor.name)
        i = bisect_left(self._starts, at)
        if i < len(self._seen) and self._seen[i].start == at:
            self._seen[i] = Described(at, actor, noun, plural)
        else:
            self._seen.insert(i, Described(at, actor, noun, plural))
            self._starts.insert(i, at)
        return actor

    def back(self, phrase: str, at: int, near: int) -> Actor | None:
        """Whom "the official" means: the unnamed person of that noun before ``at``; None for none or two at hand.

        ``near``: the offset from which on two are two too many.
        """
        noun, plural = head_noun(_CUT.split(phrase)[0])
        if noun is None:
            return None
        if (order := _ORDINAL.search(phrase)) and not plural:
            return self._ordinal(order[1].lower(), noun, at)
        found: list[Described] = []
        for i in range(bisect_left(self._starts, at) - 1, -1, -1):
            described = self._seen[i]
            if described.noun == noun and described.plural == plural:
                if found and described.start < near:
                    break
                if all(described.actor.name != d.actor.name for d in found):
                    found.append(described)
        return found[0].actor if len(found) == 1 else None

    def is_group(self, actor: Actor) -> bool:
        """Whether a description stands for several people."""
        return actor.name in self._groups

    def _ordinal(self, order: str, noun: str, at: int) -> Actor | None:
        if order in ("former", "latter", "other", "last", "same"):
            return None
        singles = [d for d in self._seen[: bisect_left(self._starts, at)] if d.noun == noun and not d.plural]
        named = [d for d in singles if order in fold(d.actor.name).split()]
        if named:
            return named[-1].actor
        distinct = list({d.actor.name: d for d in singles}.values())
        place = ["first", "second", "third", "fourth"].index(order)
        if place == 0 and len(distinct) == 1 and len(singles) == 1:
            return distinct[0].actor
        if place < len(distinct) and len(distinct) > 1:
            return distinct[place].actor
        return self.describe(f"{order} {noun}", at)


def is_indefinite(phrase: str) -> bool:
    """Whether a noun phrase brings in somebody new: "a ...", "two ...", or a bare plural."""
    return bool(_INDEFINITE.match(phrase))


def head_noun(core: str) -> tuple[str | None, bool]:
    """The person noun of a phrase, in the singular, and whether it stood in the plural; None where there is none."""
    before = _COMPLEMENT.split(core)[0]
    if re.match(r"(?i)one of\s+\S", core):  # a span may end with its "of"
        rest = re.sub(r"(?i)^one of\s+(?:(?:the|his|her|its|their)\b\s*)?", "", core)
        noun, _ = head_noun(rest)
        return noun, False
    words = re.findall(r"[\w-]+", before.lower())
    if not words:
        return None, False
    last = words[-1]
    plural = last in _PLURALS or (last.endswith("s") and last[:-1] in (lexicon()["people"] | lexicon()["heads"]))
    noun = _PLURALS.get(last, last[:-1] if plural else last)
    known = noun in lexicon()["people"] or noun in lexicon()["heads"] or parse_role(before) is not None
    if not known and re.match(r"(?:[Aa]n?|[Oo]ne|[Aa]nother) [^A-Z]+$", before):
        # "a lifeguard": what ends so and is no body or document is a person
        other = lexicon()["documents"] | lexicon()["bodies"] | set(classes())
        known = bool(re.search(r"(?:er|or|ist|ian|man|woman|guard|eer|boy|girl)$", noun)) and noun not in other
    plural = plural or (bool(_NUMBER.search(before)) and not re.match(r"(?i)an? ", before))
    return (noun, plural) if known else (None, plural)


def _actor(phrase: str) -> Actor:
    core = re.sub(r"(?i)^(the|an?|one of the|one|some|many|several) (?=\S)", "", " ".join(phrase.split()))[:90]
    return Actor(f"({core})", "person", _belongs(core))


def _belongs(phrase: str) -> str | None:
    words = phrase.split()
    for size in (2, 1):
        for i in range(len(words) - size + 1):
            word = " ".join(words[i : i + size])
            if word[0].isupper() and (state := states().of(word) or states().bodies.get(fold(word))):
                return state
    return None
