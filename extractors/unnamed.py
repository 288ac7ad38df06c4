"""Sources without a name: "a senior official", "two people familiar with the talks", "the official", "the ministry"."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from extractors.cast import Body, Cast, adjective
from extractors.lexicon import classes, fold, lexicon, states
from extractors.models import Actor
from extractors.roles import parse_role

_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|\d{1,2}|several|a (?:second|third|fourth|few)|another|some|both)"
_INDEFINITE = re.compile(rf"(?i)(an?|one of (?:the|his|her|its)|{_COUNT})\s")
_OFFICIALS = re.compile(
    r"\b(officials?|sources?|diplomats?|aides?|advis[eo]rs?|persons?|people (?:familiar|close|with|briefed|involved|who)|insiders?|negotiators?)\b"
)
_ORDINAL = re.compile(r"(?i)\b(first|second|third|fourth|other|last|former|latter|same)\b")
_NUMBER = re.compile(r"(?i)\b(?:two|three|four|five|six|seven|eight|nine|ten|several|many|most|some|few|both|dozens|hundreds|thousands|\d+)\b")
_CUT = re.compile(r",|\s[—–]\s|\s-\s|\(| (?:who|whom|which|that|speaking|because|on condition|told|said|says|asking)\b")
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
        nouns = "|".join(sorted({w for w in lexicon()["people"] if not w.endswith("s")} - {"people", "police"}, key=len, reverse=True))
        scan = re.compile(rf"\b(?:[Aa]n?|[Oo]ne|[Aa]nother) (?=((?:[\w.’'-]+ ){{0,5}}?)({nouns})\b)")
        self._seen: list[Described] = []
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

    def latest(self, at: int, since: int) -> Actor | None:
        """The last group described between two offsets, for "they"."""
        i = bisect_left(self._starts, at) - 1
        if i >= 0 and self._seen[i].start >= since and self._seen[i].plural:
            return self._seen[i].actor
        return None

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
    before = re.split(r" (?:of|for|from|at|in|to|on|with|by|familiar|close|briefed|involved|near|inside|within|working|under|aware)\b", core)[0]
    if re.match(r"(?i)one of\b", core):
        rest = re.sub(r"(?i)^one of (?:the|his|her|its|their)?\s*", "", core)
        noun, _ = head_noun(rest)
        return noun, False
    words = re.findall(r"[\w-]+", before.lower())
    if not words:
        return None, False
    last = words[-1]
    plural = last in _PLURALS or (last.endswith("s") and last[:-1] in (lexicon()["people"] | lexicon()["heads"]))
    noun = _PLURALS.get(last, last[:-1] if plural else last)
    known = noun in lexicon()["people"] or noun in lexicon()["heads"] or parse_role(before) is not None
    plural = plural or (bool(_NUMBER.search(before)) and not re.match(r"(?i)an? ", before))
    return (noun, plural) if known else (None, plural)


def _actor(phrase: str) -> Actor:
    core = re.sub(r"(?i)^(the|an?|one of the|one) (?=\S)", "", " ".join(phrase.split()))[:90]
    return Actor(f"({core})", "person", _belongs(core))


def _belongs(phrase: str) -> str | None:
    words = phrase.split()
    for size in (2, 1):
        for i in range(len(words) - size + 1):
            word = " ".join(words[i : i + size])
            if word[0].isupper() and (state := states().of(word) or states().bodies.get(fold(word))):
                return state
    return None


_OWNED = re.compile(r"(?i)^(?:the |its |an? )?(.*?)([A-Z].*?)?\b((?:[a-z-]+ ){0,3}?)([a-z-]+)$")


def body_of(cast: Cast, phrase: str, at: int) -> Body | None:
    """The body behind a noun: "the ministry", "the Russian foreign ministry", "Holmstad city council"; None if unclear."""
    words = phrase.split()
    noun = fold(words[-1]) if words else ""
    if noun not in lexicon()["bodies"] and noun not in classes():
        return None
    core = [w for w in words if fold(w) not in ("the", "an", "a", "its")]
    proper = [w for w in core[:-1] if w[0].isupper()]
    if proper:
        return _owned_body(cast, core, noun)
    if re.match(r"(?i)(?:an?|one|another|some|several|other)\b", phrase):
        return None
    return _earlier(cast, [fold(w) for w in core], at)


def _owned_body(cast: Cast, core: list[str], noun: str) -> Body | None:
    joined = " ".join(re.sub(r"['’]s?$", "", w) for w in core)
    state = next((states().of(" ".join(core[i : i + n])) for n in (2, 1) for i in range(len(core) - n + 1) if core[i][0].isupper() and states().of(" ".join(core[i : i + n]))), None)
    if state and noun in ("government", "administration", "leadership", "side", "authorities") and len(core) <= 3:
        actor = cast.roster.exact(state) or Actor(state, "state")
        return cast.bodies.setdefault(fold(actor.name), Body(actor))
    if state:
        rest = [w for w in core if states().of(w) is None]
        spelt = " ".join(w[0].upper() + w[1:] for w in rest)
        known = f"{adjective(state)} {spelt}"
        actor = cast.roster.exact(known) or Actor(known, "organization", state)
        return cast.bodies.setdefault(fold(actor.name), Body(actor))
    if known_body := cast.bodies.get(fold(joined)):
        return known_body
    actor = cast.roster.exact(joined) or Actor(joined, "organization")
    return cast.bodies.setdefault(fold(actor.name), Body(actor))


def _earlier(cast: Cast, words: list[str], at: int) -> Body | None:
    """ "The foreign ministry", "the union": the one body named before that can be called so."""
    noun, extra = words[-1], words[:-1]
    can = classes().get(noun, frozenset({noun.title()}))
    i = bisect_left(cast.starts, at)
    found: dict[str, tuple[int, Body]] = {}
    for mention in cast.mentions[max(0, i - 400) : i]:
        body = mention.who
        if not isinstance(body, Body) or body.actor.kind == "state":
            continue
        spelt = body.actor.name.split()
        called = noun in body.nouns or spelt[-1] in can or any(w in can for w in spelt[:-1])
        if called and all(any(fold(w) == x for w in spelt) for x in extra):
            found[body.actor.name] = (mention.start, body)
    if len(found) == 1:
        return next(iter(found.values()))[1]
    if len(found) > 1:
        # several of the kind: the one of this or the last paragraph, if it is the only one there
        start = cast.text.rfind("\n", 0, max(0, cast.text.rfind("\n", 0, at)))
        near = [body for begin, body in found.values() if begin > start]
        strict = [b for b in near if noun in b.nouns or fold(b.actor.name.split()[-1]) == noun]
        if len(near) == 1 and strict:
            return near[0]
    return None
