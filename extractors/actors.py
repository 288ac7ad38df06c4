"""The actor behind a source span: aliases, titles, surnames, pronouns, metonyms, descriptions; or unresolved.

A wrong name is worse than none: wherever two readings are possible the answer is None.

Order of evidence: the watch's roster (aliases are data), names that the text itself introduces, roles that it gives to
them, bodies and metonyms, unnamed descriptions; pronouns go to whoever stands out most (extractors/pronouns.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.cast import Body, Cast, Person
from extractors.lexicon import fold, lexicon, states
from extractors.models import Actor, Attribution, Resolution
from extractors.names import Name, names_in
from extractors.pronouns import Discourse, before_relative
from extractors.roles import fits, parse_role
from extractors.unnamed import Unnamed, body_of, head_noun, is_indefinite

_UNKNOWN = Resolution(None, "unresolved", 0.0)
_HE, _SHE, _IT, _THEY = {"he", "him", "his", "himself"}, {"she", "her", "hers", "herself"}, {"it", "its"}, {"they", "them", "their"}
_RELATIVE = {"who", "which", "that", "whom", "whose"}
_NOBODY = {"we", "us", "you", "one", "some", "many", "others", "everyone", "nobody", "most", "both", "all", "our", "your", "people", "someone", "anyone", "this", "these", "those", "what", "there"}  # fmt: skip
_TAIL = re.compile(r"(?:,\s*|\s+)(?:who|which|whose|whom|where|speaking|citing|quoting|asked|writing|adding|responding|referring)\b")
_JOINED = re.compile(r"^(?:['’]s?)?,?\s+(?:and|or|&|as well as|along with|together with|alongside)\s")
_JOINS = re.compile(r"(?:^|\s)(?:and|or|both|neither|nor|&)\s+(?:the |his |her |its )?$")
_BEFORE = re.compile(
    r"\b(?:of|for|from|at|in|to|on|with|by|against|about|near|under|behind|inside|within|outside|than|like|representing|over|between|among|including|close to)(?: the| its| his| her| an?)?(?: [a-z-]+){0,3}\s*$"
)


def resolve_actors(
    text: str, attributions: Sequence[Attribution], roster: Sequence[Actor], title: str = ""
) -> list[Resolution]:
    """The actor behind each attribution's source, in the order given.

    ``roster``: the watch's actors, matched first. ``title``: the headline; names in it count as introduced. People and
    bodies that only the text introduces become new actors; an unnamed source becomes an actor whose name is its
    description in parentheses, which the caller must not merge across articles (``Resolution.basis`` starts with
    "description").
    """
    reader = _Reader(text, attributions, roster, title)
    results: list[Resolution] = [_UNKNOWN] * len(attributions)
    for index in sorted(range(len(attributions)), key=lambda i: _start(attributions[i])):
        if attributions[index].source:
            results[index] = reader.resolve(attributions[index])
    return results


def _start(attribution: Attribution) -> int:
    return min((s for s, _ in attribution.source or attribution.cue or attribution.content), default=0)


class _Reader:
    """Reads one text from its beginning to its end."""

    def __init__(self, text: str, attributions: Sequence[Attribution], roster: Sequence[Actor], title: str) -> None:
        self.text = text
        self.cast = Cast(text, roster, title)
        self.discourse = Discourse(text, self.cast, attributions)
        self.unnamed = Unnamed(text)
        self.last: tuple[int, Resolution] | None = None
        """The last source that was resolved, and where."""

    def resolve(self, attribution: Attribution) -> Resolution:
        start, end = attribution.source[0][0], max(e for _, e in attribution.source)
        spans = attribution.source
        if len(spans) > 1:
            start, end = max(spans, key=lambda s: s[1] - s[0])
        cue = " ".join(self.text[s:e] for s, e in attribution.cue)
        cue_at = attribution.cue[0][0] if attribution.cue else end
        self.discourse.read_to(start)
        result, person = self._source(start, end, cue, cue_at)
        if person is not None:
            self.discourse.spoke(start, person)
        if result.actor is not None or fold(self.text[start:end]) not in _RELATIVE:
            self.last = (start, result)
        return result

    def _source(self, start: int, end: int, cue: str, cue_at: int) -> tuple[Resolution, Person | None]:
        while start < end and not (self.text[start].isalnum()):
            start += 1
        phrase = " ".join(self.text[start:end].split()).strip(" ,:;\"“”'—–-")
        key = fold(phrase)
        if key in _HE or key in _SHE:
            return self._pronoun(start, "m" if key in _HE else "f", cue)
        if key in _IT or key in _THEY:
            return self._it(start, key in _THEY), None
        if key in _RELATIVE:
            return self._relative(start)
        if key in ("i", "me", "my") and self.cast.author and not self.discourse.quoted(start):
            return _of(self.cast.author, "the byline", 0.8)
        if key in _NOBODY or key in ("i", "me", "my"):
            return _UNKNOWN, None
        if re.match(r"(?i)(?:he|she|it|they|we|i|you|both)\b.*\b(?:and|or)\b", phrase):
            return _UNKNOWN, None
        if tail := _TAIL.search(self.text, start + 1, end):
            end, phrase = tail.start(), " ".join(self.text[start : tail.start()].split()).strip(" ,:;\"“”'—–-")
        if (actor := self.cast.roster.exact(phrase)) and len(phrase.split()) > 1:
            return self._listed(actor, phrase)
        named = self._named(start, end, phrase, cue_at)
        return named if named is not None else self._nameless(start, phrase)

    def _listed(self, actor: Actor, phrase: str) -> tuple[Resolution, Person | None]:
        name = Name(0, 0, actor.name, "")
        who = self.cast.who(name)
        return _of(who if who and who.actor.name == actor.name else Body(actor), f"alias: {phrase}", 1.0)

    # -- names ----------------------------------------------------------------------------------------------------

    def _named(self, start: int, end: int, phrase: str, cue_at: int) -> tuple[Resolution, Person | None] | None:
        """A source with a name for its head; None where no name is the head."""
        heads = [n for n in names_in(self.text, start, end) if self._is_head(n, start, end)]
        if not heads:
            return None
        found: list[tuple[Name, Person | Body | None]] = [(n, self._who(n)) for n in heads]
        people = [(n, w) for n, w in found if isinstance(w, Person) or (w is None and self._personal(n))]
        ranked = people or [(n, w) for n, w in found if w is not None]
        if not ranked:
            return Resolution(None, f"unresolved: {heads[-1].text} is not introduced", 0.0), None
        if self._plural(ranked, start, end):
            return Resolution(None, "unresolved: several at once", 0.0), None
        # rubbish may stand before the speaker: the name next to the cue is theirs
        name, who = ranked[0] if len(ranked) == 1 or cue_at < ranked[0][0].start else ranked[-1]
        if who is None:
            return Resolution(None, f"unresolved: {self.cast.namesakes(name)} people can be {name.text}", 0.0), None
        if isinstance(who, Person):
            return _of(who, f"name: {name.text}", 1.0 if len(name.words) > 1 else 0.95)
        return _of(who, "state or metonym" if who.actor.kind == "state" else "organisation", 0.9)

    def _who(self, name: Name) -> Person | Body | None:
        who = self.cast.who(name)
        if who is None:
            key = fold(name.text)
            if len(name.words) == 1 and key not in states().names and (person := self.cast.person(name)):
                return person
            if state := states().capitals.get(key):
                actor = self.cast.roster.exact(name.text) or self.cast.roster.exact(state) or Actor(state, "state")
                return self.cast.bodies.setdefault(fold(actor.name), Body(actor))
        return who

    def _personal(self, name: Name) -> bool:
        return self.cast.namesakes(name) > 1 and len(name.words) == 1

    def _is_head(self, name: Name, start: int, end: int) -> bool:
        """Whether a name is what a source is about, and no modifier, owner or complement in it."""
        opens = max(start, name.opens)
        if _BEFORE.search(self.text, start, opens) and not re.match(r"\w+ of [A-Z]", self.text[start:opens]):
            return False
        after = self.text[name.end : end]
        if name.possessive and re.match(r"['’]?s?\s*[\w]", after):
            return False
        return not re.match(r"[ -](?!and\b|or\b|of\b|for\b|from\b|in\b|at\b|on\b|with\b|as\b|also\b|later\b)[a-z]", after)

    def _plural(self, ranked: Sequence[tuple[Name, object]], start: int, end: int) -> bool:
        """Whether a source joins several: "Lund and Okoro", "Lund and her deputy"."""
        for name, _ in ranked:
            if _JOINED.match(self.text[name.end : end]):
                return True
            before = self.text[start : max(start, name.opens)]
            if _JOINS.search(before) and parse_role(re.sub(r"\band\s*$", "", before)) is None:
                return True
        between = [self.text[a.end : max(a.end, b.opens)] for (a, _), (b, _) in zip(ranked, ranked[1:], strict=False)]
        return any(re.search(r"\b(?:and|or)\b|&", gap) and len(gap) < 40 for gap in between)

    # -- without a name -------------------------------------------------------------------------------------------

    def _nameless(self, start: int, phrase: str) -> tuple[Resolution, Person | None]:
        core = re.split(r"[,(—–]| - ", phrase)[0].strip()
        core = re.sub(r"['’]s?$", "", core)
        words = core.split()
        if not words:
            return _UNKNOWN, None
        last = fold(words[-1])
        if re.search(r" (?:and|or) (?:the|his|her|its|other|some|an?)\b", core):
            return Resolution(None, "unresolved: several at once", 0.0), None
        if age := re.fullmatch(r"(?i)the (\d{2})-year-old", core):
            aged = [p for p in self.cast.people if p.age == age[1]]
            return _of(aged[0], "age", 0.8) if len(aged) == 1 else (_UNKNOWN, None)
        if is_indefinite(core) or not re.match(r"(?i)(?:the|this|that|his|her|its|their|[\w.-]+['’]s) ", core):
            if described := self._introduced(core, phrase, start):
                return described
        if last in lexicon()["documents"]:
            return Resolution(None, "unresolved: a document", 0.0), None
        if body := body_of(self.cast, core, start):
            return _of(body, f"the {last} -> {body.actor.name}", 0.8)
        return self._by_role(core, start)

    def _introduced(self, core: str, phrase: str, start: int) -> tuple[Resolution, Person | None] | None:
        noun, plural = head_noun(core)
        if noun is None:
            return None
        if not is_indefinite(core) and not plural:
            return None  # "Kremlin spokesman": a role
        actor = self.unnamed.describe(phrase, start)
        if actor is None:
            return Resolution(None, "unresolved: a crowd", 0.0), None
        return Resolution(actor, "description", 0.8), None

    def _by_role(self, core: str, start: int) -> tuple[Resolution, Person | None]:
        """ "The foreign minister", "Ukraine's president": the one person who has this role here, or on the roster."""
        back = self.unnamed.back(core, start, self.discourse_start(start)) if re.match(r"(?i)(?:the|that|this) ", core) else None
        query = parse_role(core)
        if query is None:
            if back:
                return Resolution(back, "description, again", 0.75), None
            return _UNKNOWN, None
        fitting = [p for p in self.cast.people if fits(query, (r for at, r in p.roles), _also(p)) and p.gender in ("?", query.gender if query.gender != "?" else p.gender)]
        early = [p for p in fitting if any(at < start for at, _ in p.roles)]
        fitting = early or fitting
        if back and not fitting:
            return Resolution(back, "description, again", 0.75), None
        if len(fitting) == 1 and not back:
            return _of(fitting[0], f"role: {core}", 0.85)
        if not fitting and query.words and not query.former:
            listed = [a for a in self.cast.roster.actors if a.kind == "person" and fits(query, filter(None, map(parse_role, a.aliases)))]
            if len(listed) == 1:
                return self._listed(listed[0], core)
        return Resolution(None, "unresolved: a role without a name" if not fitting else "unresolved: several have this role", 0.0), None

    def discourse_start(self, at: int) -> int:
        """The beginning of the paragraph before that of ``at``."""
        return self.text.rfind("\n", 0, max(0, self.text.rfind("\n", 0, at))) + 1

    # -- pronouns -------------------------------------------------------------------------------------------------

    def _pronoun(self, start: int, gender: str, cue: str) -> tuple[Resolution, Person | None]:
        person, confidence = self.discourse.antecedent(start, gender, cue)
        if person is None:
            return Resolution(None, "unresolved: a pronoun", 0.0), None
        return _of(person, f"pronoun -> {person.actor.name}", confidence)

    def _it(self, start: int, plural: bool) -> Resolution:
        """ "It" and "they": the body, or the unnamed group, that spoke last, close by."""
        if self.last is None or self.last[1].actor is None or self.text.count("\n", self.last[0], start) > 2:
            return _UNKNOWN
        if self.discourse.sentence(start) - self.discourse.sentence(self.last[0]) > 2:
            return _UNKNOWN
        actor = self.last[1].actor
        if actor.kind == "person" and not (plural and self.last[1].basis.startswith("description")):
            return _UNKNOWN
        basis = "description, again" if self.last[1].basis.startswith("description") else f"pronoun -> {actor.name}"
        return Resolution(actor, basis, 0.7)

    def _relative(self, start: int) -> tuple[Resolution, Person | None]:
        mention = before_relative(self.cast, self.text, start)
        return _of(mention.who, f"relative -> {mention.who.actor.name}", 0.8) if mention else (_UNKNOWN, None)


def _also(person: Person) -> frozenset[str]:
    """What narrows a person down besides the role itself: the state they belong to."""
    words = {w for _, r in person.roles if not r.former for w in r.words}
    return frozenset(words | ({"=" + person.actor.affiliation} if person.actor.affiliation else set()))


def _of(who: Person | Body, basis: str, confidence: float) -> tuple[Resolution, Person | None]:
    return Resolution(who.actor, basis, confidence), who if isinstance(who, Person) else None
