"""Who and what a text introduces: its people with names, roles and gender, its bodies with their short forms."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extractors.lexicon import Gender, classes, fold, given_gender, lexicon, same_given, sound, states, world_bodies
from extractors.models import Actor
from extractors.names import Name, is_organization, is_place, names_in
from extractors.roles import Role, parse_role

_ACRONYM = re.compile(r"\((?:the )?[“\"']?([A-Z][A-Za-z&-]{1,8})[”\"']?\)")
_DATELINE = re.compile(r"(?m)^\s*[A-Z][A-Z .,'’-]{2,40}(?:, [\w. ]{2,30})?\s*(?:\([^)\n]{2,40}\))?\s*[—–-]")
_BYLINE = re.compile(r"(?m)^\s*(?:By|BY) ([A-Z][^\n,|]{3,40}?)\s*(?:[,|][^\n]{0,60})?$")
_STATE_HEADS = frozenset({"president", "prime minister", "chancellor", "king", "queen", "minister", "secretary of state"})
_BODY_ASPECT = re.compile(
    r"['’]s? (?:chief executive|chair\w*|board|shares|share price|shareholders|workers|workforce|spokes\w+|managers|management|profits|sales|headquarters|staff|plants?|customers|members)\b"
)
_PLACE_BEFORE = re.compile(r"\b(?:in|at|near|across|from|outside|around|into|towards?|of)(?: the)? $")


@dataclass
class Person:
    """One person of a text, or of the roster and named in it."""

    actor: Actor
    words: list[str]
    """The words of the fullest name."""
    first: int
    roles: list[tuple[int, Role]] = field(default_factory=list)
    gender: Gender = "?"
    age: str = ""

    @property
    def surname(self) -> str:
        return sound(self.words[-1])


@dataclass
class Body:
    """One organisation or state of a text."""

    actor: Actor
    nouns: set[str] = field(default_factory=set)
    """What the text calls it besides its name: "steelmaker"."""


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a person or a body."""

    start: int
    end: int
    opens: int
    who: Person | Body
    possessive: bool = False


class Cast:
    """The people and bodies of one text. Built once, in time linear in the text."""

    def __init__(self, text: str, roster: Sequence[Actor], title: str = "") -> None:
        self.text = text
        self.roster = _Roster(roster)
        self.people: list[Person] = []
        self.bodies: dict[str, Body] = {}
        self.by_word: dict[str, list[Person]] = {}
        self.short: dict[str, str] = _acronyms(text)
        self.state_like: set[str] = set()
        self.author: Person | None = None
        self.mentions: list[Mention] = []
        self._read(title)

    def _read(self, title: str) -> None:
        text = self.text
        skip = [m.span() for m in _DATELINE.finditer(text)] + list(_headline_lines(text))
        skip.sort()
        names = [n for n in names_in(text) if not _inside(n.start, skip)]
        self.body_like = _body_like(text, names)
        for name in names:
            if len(name.words) > 1 or name.title:
                self._introduce(name)
        for name in names_in(title) if title and not _capitalised(title) else ():
            if len(name.words) > 1 and self.kind(name) == "person" and self._known(name) is None:
                self._add(Name(0, 0, name.text, name.title))
        for name in names:
            who = self.who(name)
            if who is not None:
                self.mentions.append(Mention(name.start, name.end, name.opens, who, name.possessive))
        if byline := _BYLINE.search(text[:400]):
            author = names_in(byline[1])
            self.author = self.person(author[0]) if author else None
        self.starts = [m.start for m in self.mentions]

    # -- what a name is -------------------------------------------------------------------------------------------

    def kind(self, name: Name) -> str:
        """ "person", "body", "place" or "?" by the name's own words and the text around them."""
        key = fold(name.text)
        if key in self.short or key in self.body_like or is_organization(name.text):
            return "?" if len(name.words) == 1 and key in self.by_word and key not in world_bodies() else "body"
        if key in states().seats:
            return "body"
        if is_place(name.text):
            return "place"
        if name.title and parse_title(name.title):
            return "person"
        if len(name.words) > 1:
            given = given_gender(name.words[0])
            if given is None and _PLACE_BEFORE.search(self.text, max(0, name.start - 12), name.start):
                return "?"
            return "person" if given or not self.text[max(0, name.start - 4) : name.start].lower().endswith("the ") else "?"
        return "?"

    def who(self, name: Name) -> Person | Body | None:
        """The person or body that a name of this text stands for; None where it is neither, or unclear."""
        if (actor := self.roster.exact(name.text)) and not self._namesake(name, actor):
            return self._of_roster(actor, name)
        kind = self.kind(name)
        if kind in ("person", "?"):
            person = self.person(name)
            if person or kind == "person":
                return person
        if kind == "body" or fold(name.text) in states().names:
            return self.body(name)
        return None

    # -- people ---------------------------------------------------------------------------------------------------

    def person(self, name: Name) -> Person | None:
        """The one person that a name can mean, None for none or several."""
        words = name.words
        if len(words) > 1:
            return self._known(name)
        actor = self.roster.exact(name.text)
        key = sound(words[0])
        last = [p for p in self.by_word.get(key, ()) if p.surname == key]
        found = last or self.by_word.get(key, [])
        if actor is None and not found:
            actor = self.roster.surname(words[0])
        if actor is not None and actor.kind == "person" and not self._namesake(name, actor):
            known = self._of_roster(actor, name)
            return known if isinstance(known, Person) else None
        if len(found) > 1:
            found = self._narrowed(found, name)
        return found[0] if len(found) == 1 else None

    def namesakes(self, name: Name) -> int:
        """How many people of the text a single word can mean."""
        return len(self.by_word.get(sound(name.words[-1]), ()))

    def _narrowed(self, found: list[Person], name: Name) -> list[Person]:
        """Of people of one surname those that a title allows: Mr or Ms, a role."""
        if not name.title:
            return []
        title = fold(name.title.split()[-1])
        gender = "f" if title in lexicon()["female"] else "m" if title in lexicon()["male"] else "?"
        if gender != "?":
            return [p for p in found if p.gender == gender]
        role = parse_role(name.title)
        return [p for p in found if role and any(r.head == role.head for _, r in p.roles)]

    def _namesake(self, name: Name, actor: Actor) -> bool:
        """Whether a bare surname of somebody on the roster may mean another person whom the text introduces."""
        if len(name.words) > 1 or actor.kind != "person":
            return False
        return any(p.actor.name != actor.name and p.surname == sound(name.text) for p in self.by_word.get(sound(name.text), ()))

    def _introduce(self, name: Name) -> None:
        kind = self.kind(name)
        if kind != "person":
            return
        if len(name.words) == 1:
            if self.by_word.get(sound(name.text)):
                known = self.person(name)
                if known:
                    self._describe(known, name)
            elif not self.roster.surname(name.text) and not self.roster.exact(name.text):
                self._add(name)
            else:
                self.person(name)
            return
        person = self._known(name)
        if person is None:
            person = self._add(name)
        elif len(name.words) > len(person.words) and person.actor.name == " ".join(person.words):
            self._rename(person, name)
        self._describe(person, name)

    def _known(self, name: Name) -> Person | None:
        words = name.words
        if actor := self.roster.full(name.text):
            known = self._of_roster(actor, name)
            return known if isinstance(known, Person) else None
        last, given = sound(words[-1]), words[0]
        for person in self.by_word.get(last, ()):
            if len(person.words) == 1:
                continue
            if any(sound(w) == last for w in person.words[1:]) and same_given(given, person.words[0]):
                return person
        for person in self.by_word.get(sound(words[1]), ()) if len(words) > 2 else ():
            if person.surname in {sound(w) for w in words[1:]} and same_given(given, person.words[0]):
                return person
        # "Ms. Lund" came first, "Ada Lund" now
        alone = [p for p in self.by_word.get(last, ()) if len(p.words) == 1]
        if alone and alone[0].gender in ("?", given_gender(given) or "?"):
            self._rename(alone[0], name)
            return alone[0]
        return None

    def _rename(self, person: Person, name: Name) -> None:
        person.actor = Actor(name.text, "person", person.actor.affiliation, person.actor.aliases)
        person.words = name.words
        self._index(person)

    def _add(self, name: Name) -> Person:
        person = Person(Actor(name.text, "person"), name.words, name.start)
        self.people.append(person)
        self._index(person)
        return person

    def _index(self, person: Person) -> None:
        gender = given_gender(person.words[0]) if len(person.words) > 1 else None
        if person.gender == "?" and gender:
            person.gender = gender
        for word in person.words:
            rows = self.by_word.setdefault(sound(word), [])
            if person not in rows:
                rows.append(person)

    def _of_roster(self, actor: Actor, name: Name) -> Person | Body:
        if actor.kind != "person":
            return self.bodies.setdefault(fold(actor.name), Body(actor))
        for person in self.by_word.get(sound(actor.name.split()[-1]), ()):
            if person.actor.name == actor.name:
                return person
        person = Person(actor, actor.name.split(), name.start)
        for alias in (actor.name, *actor.aliases):
            role = parse_role(alias)
            if role:
                person.roles.append((-1, role))
        self.people.append(person)
        self._index(person)
        return person

    def _describe(self, person: Person, name: Name) -> None:
        """Note the role, age and gender that the words around a name give."""
        for role in roles_around(self.text, name):
            person.roles.append((name.start, role))
            if person.gender == "?" and role.gender in ("m", "f"):
                person.gender = "m" if role.gender == "m" else "f"
            if role.head in _STATE_HEADS and not role.state and name.owner:
                self.state_like.add(fold(name.owner))
            if person.actor.affiliation is None and not role.former and (of := role.state or name.owner):
                person.actor = Actor(person.actor.name, "person", states().of(of) or of, person.actor.aliases)
        if person.actor.affiliation is None and name.owner:
            person.actor = Actor(person.actor.name, "person", states().of(name.owner) or name.owner, person.actor.aliases)
        title = {fold(w) for w in name.title.split()}
        if person.gender == "?":
            person.gender = "f" if title & lexicon()["female"] else "m" if title & lexicon()["male"] else "?"
        if age := re.match(r",? \(?(\d{2})\b[,)]", self.text[name.end : name.end + 8]):
            person.age = age[1]

    # -- bodies ---------------------------------------------------------------------------------------------------

    def body(self, name: Name) -> Body:
        """The organisation or state of a name, under one canonical name."""
        key, table = fold(name.text), states()
        if actor := self.roster.exact(name.text):
            return self.bodies.setdefault(fold(actor.name), Body(actor))
        state = table.names.get(key) or table.seats.get(key)
        if state:
            actor = self.roster.exact(state) or Actor(state, "state")
            return self.bodies.setdefault(fold(actor.name), Body(actor))
        spelt = self.short.get(key) or name.text
        known = world_bodies().get(fold(spelt))
        affiliation = table.bodies.get(fold(spelt)) or table.of(spelt.split()[0]) or (name.owner and (table.of(name.owner) or name.owner))
        canonical = known or self._owned(spelt, name.owner)
        actor = self.roster.exact(canonical) or Actor(canonical, "organization", affiliation or None)
        body = self.bodies.setdefault(fold(actor.name), Body(actor))
        body.nouns |= self.body_like.get(key, set())
        return body

    def _owned(self, spelt: str, owner: str) -> str:
        """ "Foreign Ministry", of Russia -> "Russian Foreign Ministry"."""
        if not owner or fold(spelt) in states().bodies:
            return spelt
        words = spelt.split()
        if not {words[0], words[-1]} & {"Ministry", "Department", "Parliament", "Government", "Cabinet", "Army", "Navy", "Embassy", "Treasury", "Senate"}:
            return spelt
        return f"{adjective(owner)} {spelt}"


def adjective(owner: str) -> str:
    """The adjective of a state ("Russia" -> "Russian"), else the owner as it is."""
    state = states().of(owner)
    word = next((a for a, s in states().adjectives.items() if s == state), None) if state else None
    return word.title() if word and len(word) > 2 else owner


def parse_title(title: str) -> bool:
    """Whether a title is a person's: a role or an honorific at its end."""
    last = fold(title.split()[-1])
    return last in lexicon()["honorifics"] or parse_role(title) is not None or last in states().adjectives or last.islower()


class _Roster:
    """The watch's actors, by every spelling of their names."""

    def __init__(self, roster: Sequence[Actor]) -> None:
        self.actors = list(roster)
        self._exact: dict[str, list[Actor]] = {}
        self._last: dict[str, list[Actor]] = {}
        for actor in roster:
            for key in {k for n in (actor.name, *actor.aliases) for k in (fold(n), "~" + sound(n))}:
                self._exact.setdefault(key, []).append(actor)
            if actor.kind == "person":
                self._last.setdefault(sound(actor.name.split()[-1]), []).append(actor)

    def exact(self, name: str) -> Actor | None:
        """The one actor that has ``name`` as a name or alias, in any usual spelling."""
        for key in (fold(name), "~" + sound(name)):
            found = self._exact.get(key, [])
            if found and len(key) > 1:
                return found[0] if len(found) == 1 else None
        return None

    def surname(self, word: str) -> Actor | None:
        found = self._last.get(sound(word), [])
        return found[0] if len(found) == 1 else None

    def full(self, name: str) -> Actor | None:
        """The one person whose surname sounds the same and whose given name can be the same."""
        if actor := self.exact(name):
            return actor
        words = name.split()
        found = [a for a in self._last.get(sound(words[-1]), []) if len(a.name.split()) > 1 and same_given(words[0], a.name.split()[0])]
        return found[0] if len(found) == 1 else None


_AFTER = re.compile(r"(?:, (?:aged )?\d{1,3})?(?: \([^)\n]{1,30}\))?, ([^,;.:—–\n“”\"()]{3,110})|(?: \([^)\n]{1,30}\))? ?\(([^)\n]{3,60})\)")
_CLAUSE = re.compile(r"\b(?:said|says|told|who|which|was|is|were|are|has|have|had|will|would|and (?:[A-Z]|he|she))\b")
_DETERMINER = re.compile(r"(?:^|(?<= ))(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er|[Oo]ur|[Oo]ne of the) |[A-Z][\w.-]*(?: [A-Z][\w.-]*)*[’']s? |(?:former|then) )")


def roles_around(text: str, name: Name) -> Iterator[Role]:
    """The roles that title and appositions give to a name."""
    if name.title and (role := parse_role(name.title)):
        yield role
    elif name.title and fold(name.title.split()[-1]) in lexicon()["heads"] and (role := parse_role(name.title)):
        yield role
    if after := _AFTER.match(text, name.end, name.end + 160):
        phrase = _CLAUSE.split(after[1] or after[2])[0].strip()
        if _DETERMINER.match(phrase) or _starts_with_role(phrase):
            if role := parse_role(phrase):
                yield role
    before = text[max(0, name.opens - 110) : name.opens]
    if before.endswith(", "):
        segment = re.split(r"[,;.!?:—–\n“”\"()](?= |$|\n)|\n", before[:-2])[-1]
        for start in sorted((m.start() for m in _DETERMINER.finditer(segment)), reverse=True):
            phrase = segment[start:].strip()
            if not _CLAUSE.search(phrase) and (role := parse_role(phrase)):
                yield role
                break


def _starts_with_role(phrase: str) -> bool:
    words = phrase.split()
    return any(fold(" ".join(words[i:j])) in lexicon()["heads"] for i in range(min(3, len(words))) for j in range(i + 1, min(i + 4, len(words)) + 1))


def _acronyms(text: str) -> dict[str, str]:
    """Folded short form -> the full name it is introduced with: "Alliance to Reclaim Schools (ARS)"."""
    out: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        letters = re.sub(r"[^A-Za-z]", "", match[1]).upper()
        before = re.split(r"[.!?\n;:(]\s", text[max(0, match.start() - 110) : match.start()].rstrip())[-1].split()
        for size in range(2, min(len(before), 11) + 1):
            words = before[-size:]
            if not words[0][:1].isupper():
                continue
            big = "".join(p[0] for w in words for p in w.split("-") if p[:1].isupper())
            every = "".join(w[0] for w in words).upper()
            if big == letters or every == letters:
                out.setdefault(fold(match[1]), " ".join(words).strip(",“”\"'"))
                break
    return out


def _body_like(text: str, names: list[Name]) -> dict[str, set[str]]:
    """Folded names that the text treats as bodies, with what it calls them: "the steelmaker Norvik", "Norvik, a charity"."""
    out: dict[str, set[str]] = {}
    nouns = lexicon()["bodies"] | set(classes())
    for name in names:
        if name.title or is_place(name.text):
            continue
        before = re.search(r"(?:^|[\s“\"])([a-z-]+) $", text[max(0, name.start - 24) : name.start])
        after = re.match(r", (?:the|a|an|which|one of) ([^,;.\n“”\"]{3,60})", text[name.end : name.end + 70])
        found: set[str] = set()
        if before and before[1] in nouns:
            found.add(before[1])
        if after:
            head = re.split(r" (?:that|which|who|of|for|in|at|with|based|behind|from|to) ", after[1])[0].split()
            if head and head[-1] in nouns:
                found.add(head[-1])
        known = given_gender(name.words[0]) is not None and len(name.words) > 1
        if found or (not known and _BODY_ASPECT.match(text, name.end - 2 if name.possessive else name.end)):
            out.setdefault(fold(name.text), set()).update(found)
    return out


def _capitalised(line: str) -> bool:
    """Whether a line is a headline in title case, where capitals tell nothing."""
    words = [w for w in re.findall(r"[A-Za-z][\w’'-]*", line) if len(w) > 3]
    return len(words) >= 4 and sum(w[0].isupper() for w in words) > 0.75 * len(words)


def _headline_lines(text: str) -> Iterator[tuple[int, int]]:
    for line in re.finditer(r"(?m)^[^\n]{12,200}$", text):
        if line[0].rstrip()[-1:] not in ".!?”\"'" and _capitalised(line[0]):
            yield line.span()


def _inside(at: int, spans: list[tuple[int, int]]) -> bool:
    i = bisect_left(spans, (at + 1, 0)) - 1
    return i >= 0 and spans[i][0] <= at < spans[i][1]
