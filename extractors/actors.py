"""The actor behind a source span: aliases, titles, surnames, pronouns, metonyms, descriptions; or unresolved.

A wrong name is worse than none: wherever two readings are possible the answer is None.

Order of evidence: the watch's roster (aliases are data), names that the text itself introduces, roles that it gives to
them, bodies and metonyms, unnamed descriptions; pronouns go to whoever stands out most (extractors/pronouns.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from extractors.bodies import body_of
from extractors.cast import Body, Cast
from extractors.lexicon import Gender, fold, lexicon, states
from extractors.models import Actor, Attribution, Resolution
from extractors.names import Name, names_in
from extractors.people import Person
from extractors.pronouns import Discourse, before_relative
from extractors.roles import Role, fits, parse_role
from extractors.sources import CROWD, HE, IT, LEAD_IN, RELATIVE, SHE, TAIL, THEY, is_head, joins_several
from extractors.unnamed import Unnamed, head_noun, is_indefinite

_UNKNOWN = Resolution(None, "unresolved", 0.0)
_NAMELESS = "unresolved: a role without a name"
_ORGAN = re.compile(
    r"(?i:(?:the )?(?:delegates|board|leadership|executive|congress|conference|assembly|management)) of (?:the )?(.+)"
)
"""What decides for a body: it speaks as the body."""
_SINGLED_OUT = re.compile(r"\b(?:largest|biggest|leading|main|oldest|top|only)\b")
_ISSUED = re.compile(r" (?:from|by) (?=(?:his|her) |the |[A-Z])")


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
    order = [
        i for i in sorted(range(len(attributions)), key=lambda i: _start(attributions[i])) if attributions[i].source
    ]
    for index in order:
        results[index] = reader.resolve(attributions[index])
    for index, following in pairwise(order):
        if results[index].basis == _NAMELESS and (found := reader.named_after(attributions[index], results[following])):
            results[index] = found
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
        self.nobodies: dict[str, Person] = {}
        self.last: tuple[int, Resolution] | None = None
        """The last source that was resolved, and where."""
        self.spoken: list[tuple[int, Resolution]] = []
        """All sources so far, and where."""

    def resolve(self, attribution: Attribution) -> Resolution:
        start, end = attribution.source[0][0], max(e for _, e in attribution.source)
        spans = attribution.source
        if len(spans) > 1:
            start, end = max(spans, key=lambda s: s[1] - s[0])
        cue = " ".join(self.text[s:e] for s, e in attribution.cue)
        cue_at = attribution.cue[0][0] if attribution.cue else end
        self.discourse.read_to(start)
        result, person = self._source(start, end, cue, cue_at)
        if (
            person is None
            and result.actor
            and result.basis.startswith("description")
            and not self.unnamed.is_group(result.actor)
        ):
            person = self._nobody(result.actor)
        if person is not None:
            self.discourse.spoke(start, person)
        if result.actor is not None or fold(self.text[start:end]) not in RELATIVE:
            self.last = (start, result)
        self.spoken.append((start, result))
        return result

    def named_after(self, attribution: Attribution, following: Resolution) -> Resolution | None:
        """Who a role in the lead is, where the text names them only as its next source.

        So agencies begin: "Varda's justice minister on Friday proposed ... Ada Lund told reporters ...".
        """
        start, end = attribution.source[0][0], attribution.source[-1][1]
        actor = following.actor
        if "\n" in self.text[:start].lstrip() or actor is None or not following.basis.startswith("name: "):
            return None
        role = parse_role(" ".join(self.text[start:end].split()))
        person = next((m.who for m in self.cast.mentions if m.who.actor is actor), None)
        if (
            role is None
            or not isinstance(person, Person)
            or any(m.start < end for m in self.cast.mentions if m.who is person)
        ):
            return None
        if "?" not in (role.gender, person.gender) and role.gender != person.gender:
            return None
        if role.state and actor.affiliation and states().of(actor.affiliation) not in (None, role.state):
            return None
        if any(_contradict(role, held) for _, held in person.roles):
            return None
        return Resolution(actor, f"role, named just after: {actor.name}", 0.8)

    def _nobody(self, actor: Actor) -> Person:
        """An unnamed person as one that a pronoun can mean."""
        words = set(fold(actor.name.strip("()")).split())
        gender: Gender = "f" if words & lexicon()["female"] else "m" if words & lexicon()["male"] else "?"
        return self.nobodies.setdefault(actor.name, Person(actor, [actor.name], 0, gender=gender))

    def _source(self, start: int, end: int, cue: str, cue_at: int) -> tuple[Resolution, Person | None]:
        while start < end and not (self.text[start].isalnum()):
            start += 1
        if lead := LEAD_IN.match(self.text, start, end):
            start = lead.end()
        phrase = " ".join(self.text[start:end].split()).strip(" ,:;\"“”'—–-")
        key = fold(phrase)
        if key in HE or key in SHE:
            return self._pronoun(start, "m" if key in HE else "f", cue)
        if key in IT or key in THEY:
            return self._it(start, key in THEY), None
        if key in RELATIVE:
            return self._relative(start)
        if key in ("i", "me", "my") and self.cast.author and not self.discourse.quoted(start):
            return _of(self.cast.author, "the byline", 0.8)
        if phrase.lower() in lexicon()["nobody"] or key in ("i", "me", "my"):
            return _UNKNOWN, None
        if re.match(r"(?i)(?:he|she|it|they|we|i|you|both)\b.*\b(?:and|or)\b", phrase):
            return _UNKNOWN, None
        if tail := TAIL.search(self.text, start + 1, end):
            end, phrase = tail.start(), " ".join(self.text[start : tail.start()].split()).strip(" ,:;\"“”'—–-")
        new = re.match(r"(?i)(?:an?|one|another) [a-z]", self.text[start:end])
        if not new and len(phrase.split()) > 1 and (actor := self.cast.roster.exact(phrase)):
            return self._listed(actor, phrase)
        if (organ := _ORGAN.match(phrase)) and (actor := self.cast.roster.exact(organ[1])) and actor.kind != "person":
            return self._listed(actor, phrase)
        named = self._named(start, end, phrase, cue_at)
        return named if named is not None else self._nameless(start, end, phrase)

    def _listed(self, actor: Actor, phrase: str) -> tuple[Resolution, Person | None]:
        name = Name(0, 0, actor.name, "")
        who = self.cast.who(name)
        return _of(who if who and who.actor.name == actor.name else Body(actor), f"alias: {phrase}", 1.0)

    # -- names ----------------------------------------------------------------------------------------------------

    def _named(self, start: int, end: int, phrase: str, cue_at: int) -> tuple[Resolution, Person | None] | None:
        """A source with a name for its head; None where no name is the head."""
        heads = [n for n in names_in(self.text, start, end) if is_head(self.text, n, start, end)]
        if not heads or CROWD.match(phrase):
            return None
        found: list[tuple[Name, Person | Body | None]] = [(n, self._who(n)) for n in heads]
        named = [(n, w) for n, w in found if w is not None]
        people = [(n, w) for n, w in found if isinstance(w, Person) or (w is None and self._personal(n))]
        ranked: Sequence[tuple[Name, Person | Body | None]] = people or named
        if not ranked:
            return Resolution(None, f"unresolved: {heads[-1].text} is not introduced", 0.0), None
        if joins_several(self.text, [n for n, _ in ranked], start, end):
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

    # -- without a name -------------------------------------------------------------------------------------------

    def _nameless(self, start: int, end: int, phrase: str) -> tuple[Resolution, Person | None]:
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
        new = is_indefinite(core) or not re.match(r"(?i)(?:the|this|that|his|her|its|their|[\w.-]+['’]s) ", core)
        if new and (described := self._introduced(core, phrase, start)):
            return described
        if last in lexicon()["documents"] or (new and _ISSUED.search(core)):
            return self._author(start, end, last)
        if body := self._named_next(core, end) or body_of(self.cast, core, start):
            return _of(body, f"the {last} -> {body.actor.name}", 0.8)
        return self._by_role(core, start)

    def _named_next(self, core: str, end: int) -> Body | None:
        """The listed body that the next sentence opens with, for the first time, after "Varda's largest steelmaker"."""
        if "\n" in self.text[:end].lstrip() or not _SINGLED_OUT.search(core):
            return None
        opening = self.discourse.opening(end, -1)
        i = bisect_left(self.cast.starts, opening)
        if i == len(self.cast.mentions) or self.cast.mentions[i].opens - opening > 4:
            return None
        who = self.cast.mentions[i].who
        new = all(m.who is not who for m in self.cast.mentions[:i])
        return who if isinstance(who, Body) and new and self.cast.roster.exact(who.actor.name) else None

    def _author(self, start: int, end: int, noun: str) -> tuple[Resolution, Person | None]:
        """Whose a document is: "a statement from his office"; "the letter" that somebody was just said to write."""
        if issued := _ISSUED.search(self.text, start, end):
            if own := re.match(r"(his|her) ", self.text[issued.end() : end]):
                result, person = self._pronoun(issued.end(), "m" if own[1] == "his" else "f", "")
            else:
                result, person = self._source(issued.end(), end, "", end)
            return replace(result, basis=f"{noun} of {result.basis}", confidence=0.9 * result.confidence), person
        wrote = re.compile(rf"\b(?:an?|his|her|its|their) (?:[\w-]+ )?{re.escape(noun)}\b")
        here = self.discourse.sentence(start)
        near = takewhile(lambda row: here - self.discourse.sentence(row[0]) <= 2, reversed(self.spoken))
        writers = {r.actor.name: r.actor for at, r in near if r.actor and wrote.search(self._sentence(at))}
        if len(writers) == 1 and re.match(r"(?:the|this) ", self.text[start:end], re.IGNORECASE):
            writer = next(iter(writers.values()))
            return Resolution(writer, f"the {noun} -> {writer.name}", 0.75), None
        return Resolution(None, "unresolved: a document", 0.0), None

    def _sentence(self, at: int) -> str:
        return self.text[self.discourse.opening(at) : self.discourse.opening(at, -1)]

    def _introduced(self, core: str, phrase: str, start: int) -> tuple[Resolution, Person | None] | None:
        noun, plural = head_noun(core)
        if noun is None:
            return None
        if not is_indefinite(core) and not plural:
            return None  # "Kremlin spokesman": a role
        actor = self.unnamed.describe(phrase, start)
        if actor is None or (plural and " and " in core):
            return Resolution(None, "unresolved: a crowd", 0.0), None
        return Resolution(actor, "description", 0.8), None

    def _by_role(self, core: str, start: int) -> tuple[Resolution, Person | None]:
        """ "The foreign minister", "Ukraine's president": the one person who has this role here, or on the roster."""
        back = (
            self.unnamed.back(core, start, self._begins(start, 1))
            if re.match(r"(?i)(?:the|that|this) ", core)
            else None
        )
        query = parse_role(core)
        if query is None:
            if back:
                return Resolution(back, "description, again", 0.75), None
            return _UNKNOWN, None
        if query.head in ("counterpart", "colleague") and query.state:
            fitting = [p for p in self.cast.people if "=" + query.state in p.belongs()]
            return _of(fitting[0], f"role: {core}", 0.8) if len(fitting) == 1 else (_UNKNOWN, None)
        fitting = self.cast.holders(query)
        early = [p for p in fitting if any(at < start for at, _ in p.roles)]
        if re.match(r"(?:[Hh]is|[Hh]er|[Tt]heir|[Ii]ts) [^A-Z]*$", core):
            # "his lawyer" is not everybody's: only one who was just introduced
            fitting = early = [p for p in early if any(self._begins(start, 1) <= at < start for at, _ in p.roles)]
        fitting = early or fitting
        if back and not fitting:
            return Resolution(back, "description, again", 0.75), None
        if len(fitting) == 1 and not back:
            return _of(fitting[0], f"role: {core}", 0.85)
        if not fitting and query.words and not query.former:
            listed = [
                a
                for a in self.cast.roster.actors
                if a.kind == "person" and fits(query, filter(None, map(parse_role, a.aliases)))
            ]
            if len(listed) == 1:
                return self._listed(listed[0], core)
        near = next(filter(None, ([p for p in fitting if self._named_in(p, n, start)] for n in (0, 1))), [])
        if len(near) == 1 and not back and re.match(r"(?i)the ", core):
            return _of(near[0], f"role: {core}, named just before", 0.75)
        return Resolution(None, _NAMELESS if not fitting else "unresolved: several have this role", 0.0), None

    def _named_in(self, person: Person, back: int, at: int) -> bool:
        """Whether a person is named before ``at`` in its paragraph, or from the one ``back`` before it on."""
        return any(m.who is person and self._begins(at, back) <= m.start < at for m in self.cast.mentions)

    def _begins(self, at: int, back: int) -> int:
        """Where the paragraph of ``at`` begins, or the one ``back`` before it."""
        begin = self.text.rfind("\n", 0, at) + 1
        for _ in range(back):
            begin = self.text.rfind("\n", 0, len(self.text[:begin].rstrip())) + 1
        return begin

    # -- pronouns -------------------------------------------------------------------------------------------------

    def _pronoun(self, start: int, gender: str, cue: str) -> tuple[Resolution, Person | None]:
        person, confidence = self.discourse.antecedent(start, gender, cue)
        if person is None:
            return Resolution(None, "unresolved: a pronoun", 0.0), None
        basis = "description, again" if person.actor.name in self.nobodies else f"pronoun -> {person.actor.name}"
        return _of(person, basis, confidence)

    def _it(self, start: int, plural: bool) -> Resolution:
        """ "It" and "they": the body, or the unnamed group, that spoke last, close by."""
        if body := self._subject_body(start, 0):  # "The union now wants a ban, it says in a letter"
            return Resolution(body.actor, f"pronoun -> {body.actor.name}", 0.65)
        if self.last is None or self.last[1].actor is None or self.text.count("\n", self.last[0], start) > 2:
            return _UNKNOWN
        if self.discourse.sentence(start) - self.discourse.sentence(self.last[0]) > 2:
            return _UNKNOWN
        actor = self.last[1].actor
        if not plural and actor.kind == "person" and (body := self._subject_body(start, 1)):
            return Resolution(body.actor, f"pronoun -> {body.actor.name}", 0.65)
        if actor.kind == "person" and not (plural and self.last[1].basis.startswith("description")):
            return _UNKNOWN
        basis = "description, again" if self.last[1].basis.startswith("description") else f"pronoun -> {actor.name}"
        return Resolution(actor, basis, 0.7)

    def _subject_body(self, at: int, back: int) -> Body | None:
        """The body that the sentence `back` sentences before opens with, if it is the only one in it so far."""
        begin = self.discourse.opening(at, back)
        i, j = (bisect_left(self.cast.starts, x) for x in (begin, at))
        bodies = [m for m in self.cast.mentions[i:j] if isinstance(m.who, Body)]
        if (
            len({m.who.actor.name for m in bodies}) == 1
            and bodies[0].opens - begin < 6
            and isinstance(bodies[0].who, Body)
        ):
            return bodies[0].who
        return None

    def _relative(self, start: int) -> tuple[Resolution, Person | None]:
        mention = before_relative(self.cast, self.text, start)
        return _of(mention.who, f"relative -> {mention.who.actor.name}", 0.8) if mention else (_UNKNOWN, None)


def _contradict(one: Role, other: Role) -> bool:
    """Whether two roles are of two people: of one office whose words differ, or of two offices of a state."""
    if one.head == other.head:
        narrow, held = ({w for w in r.words if not w.startswith("=")} for r in (one, other))
        return bool(narrow and held and not narrow & held)
    return bool({one.head, other.head} & lexicon()["offices_of_state"])


def _of(who: Person | Body, basis: str, confidence: float) -> tuple[Resolution, Person | None]:
    return Resolution(who.actor, basis, confidence), who if isinstance(who, Person) else None
