"""The people of one text: under which names, with which roles and gender, and whom a name can mean."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.introductions import roles_around
from extractors.kinds import is_organization, is_place
from extractors.lexicon import Gender, fold, given_gender, lexicon, same_given, sound, states
from extractors.models import Actor
from extractors.names import Name
from extractors.roles import Role, fits, heads, parse_role
from extractors.roster import Roster


@dataclass
class Person:
    """One person of a text, or of the roster and named in it."""

    actor: Actor
    words: list[str]
    """The words of the name that it is known under."""
    first: int
    forms: Counter[str] = field(default_factory=Counter)
    roles: list[tuple[int, Role]] = field(default_factory=list)
    gender: Gender = "?"
    age: str = ""

    def belongs(self) -> frozenset[str]:
        """What narrows a person down besides the role itself: the state or body of theirs, as words of a role."""
        words = {w for _, r in self.roles if not r.former for w in r.words}
        return frozenset(words | ({"=" + self.actor.affiliation} if self.actor.affiliation else set()))

    @property
    def sure(self) -> bool:
        """Whether anything besides two capitalised words says that this is a person."""
        return (
            bool(self.roles or self.age or self.gender != "?")
            or len(self.words) == 1
            or given_gender(self.words[0]) is not None
        )

    @property
    def surname(self) -> str:
        return sound(self.words[-1])


class People:
    """The people named so far, by every word of their names and by the heads of their roles."""

    def __init__(self, text: str, roster: Sequence[Actor]) -> None:
        self.text = text
        self.roster = Roster(roster)
        self.people: list[Person] = []
        self.by_word: dict[str, list[Person]] = {}
        self.by_head: dict[str, list[Person]] = {}
        self.addressed: dict[str, set[str]] = {}
        """The genders of the forms of address that the text gives to a surname: Mr, Ms."""
        self._last_described: Person | None = None

    def person(self, name: Name) -> Person | None:
        """The one person that a name can mean, None for none or several."""
        words = name.words
        if len(words) > 1:
            return self.known(name)
        actor = self.roster.exact(name.text)
        key = sound(words[0])
        last = [p for p in self.by_word.get(key, ()) if p.surname == key]
        found = last or self.by_word.get(key, [])
        if actor is None and not found:
            actor = self.roster.surname(words[0])
        if actor is not None and actor.kind == "person" and not self.has_namesake(name, actor):
            return self.listed(actor, name.start)
        if len(found) > 1:
            # who is not introduced yet cannot be meant
            found = (
                [p for p in found if p.first < name.start]
                if not name.title and self._early(found, name)
                else self._narrowed(found, name)
            )
        if len(found) != 1:
            return None
        gender = title_gender(name)
        return found[0] if gender == "?" or found[0].gender in ("?", gender) else None

    def _early(self, found: list[Person], name: Name) -> bool:
        return sum(p.first < name.start for p in found) == 1

    def _narrowed(self, found: list[Person], name: Name) -> list[Person]:
        """Of people of one surname those that a title allows: Mr or Ms, a role."""
        if not name.title:
            return []
        gender = title_gender(name)
        if gender != "?":
            return [p for p in found if p.gender == gender]
        role = parse_role(name.title)
        return [p for p in found if role and any(r.head == role.head for _, r in p.roles)]

    def namesakes(self, name: Name) -> int:
        """How many people of the text a single word can mean."""
        return len(self.by_word.get(sound(name.words[-1]), ()))

    def owner(self, spelt: str) -> Person | None:
        """The person whose name a possessor's is: "Ada Lund's" campaign."""
        words = re.sub(r"['’]s?$", "", spelt).split()
        if words and fold(words[0]) in lexicon()["honorifics"]:
            words = words[1:]
        name = Name(len(self.text), len(self.text), " ".join(words), "")
        return self.person(name) if words and not is_place(name.text) and not is_organization(name.text) else None

    def has_namesake(self, name: Name, actor: Actor) -> bool:
        """Whether a bare surname of somebody on the roster may mean another person whom the text introduces."""
        if len(name.words) > 1 or actor.kind != "person":
            return False
        alike = [p for p in self.by_word.get(sound(name.text), ()) if p.surname == sound(name.text)]
        listed = sum(sum(p.forms.values()) for p in alike if p.actor.name == actor.name)
        # an alias of the watch holds as long as the text speaks of its bearer at least as much as of the namesake
        return any(p.actor.name != actor.name and sum(p.forms.values()) > listed for p in alike)

    def known(self, name: Name) -> Person | None:
        words = name.words
        if actor := self.roster.full(name.text):
            return self.listed(actor, name.start)
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
        gender = given_gender(given) or "?"
        if alone and "?" in (gender, alone[0].gender) and gender in ("?", *(self.addressed.get(last) or gender)):
            self._rename(alone[0], name)
            return alone[0]
        return None

    def add(self, name: Name) -> Person:
        person = Person(Actor(name.text, "person"), name.words, name.start)
        self.people.append(person)
        self._index(person)
        return person

    def _rename(self, person: Person, name: Name) -> None:
        person.actor = Actor(name.text, "person", person.actor.affiliation, person.actor.aliases)
        person.words = name.words
        self._index(person)

    def settle(self, person: Person) -> None:
        """Know a person under the full name that the text uses most; of equals under the one that others begin with."""
        if self.roster.exact(person.actor.name) or not person.forms:
            return
        most = max(person.forms.values())
        best = [f for f, n in person.forms.items() if n == most]
        best = [f for f in best if not any(f != g and f.startswith(g + " ") for g in person.forms)] or best
        name = max(best, key=len)
        person.actor = Actor(name, "person", person.actor.affiliation, person.actor.aliases)
        person.words = name.split()

    def _index(self, person: Person) -> None:
        gender = given_gender(person.words[0]) if len(person.words) > 1 else None
        if person.gender == "?" and gender:
            person.gender = gender
        for word in person.words:
            rows = self.by_word.setdefault(sound(word), [])
            if person not in rows:
                rows.append(person)

    def listed(self, actor: Actor, at: int) -> Person | None:
        """A person of the roster, present in this text from now on; None for an actor that is no person."""
        if actor.kind != "person":
            return None
        for person in self.by_word.get(sound(actor.name.split()[-1]), ()):
            if person.actor.name == actor.name:
                return person
        person = Person(actor, actor.name.split(), at)
        for alias in (actor.name, *actor.aliases):
            role = parse_role(alias)
            if role:
                self._hold(person, -1, role)
        self.people.append(person)
        self._index(person)
        return person

    def describe(self, person: Person, name: Name) -> None:
        """Note the role, age and gender that the words around a name give."""
        for role in roles_around(self.text, name):
            self._hold(person, name.start, role)
            if role.head in ("counterpart", "colleague") and self._last_described not in (None, person):
                # "his Danish counterpart, Jo Ek": of the same office as the person before
                for _, held in list(self._last_described.roles):
                    own = frozenset(w for w in held.words if not w.startswith("=")) | frozenset(
                        w for w in role.words if w.startswith("=")
                    )
                    self._hold(person, name.start, Role(held.head, own))
            if person.gender == "?" and role.gender in ("m", "f"):
                person.gender = "m" if role.gender == "m" else "f"
            if person.actor.affiliation is None and not role.former and (of := role.state or name.owner):
                person.actor = Actor(person.actor.name, "person", states().of(of) or of, person.actor.aliases)
        self._last_described = person if person.roles else self._last_described
        if person.actor.affiliation is None and name.owner:
            person.actor = Actor(
                person.actor.name, "person", states().of(name.owner) or name.owner, person.actor.aliases
            )
        if person.gender == "?":
            person.gender = title_gender(name)
        if age := re.match(r",? \(?(\d{2})\b[,)]", self.text[name.end : name.end + 8]):
            person.age = age[1]

    def _hold(self, person: Person, at: int, role: Role) -> None:
        person.roles.append((at, role))
        holders = self.by_head.setdefault(role.head, [])
        if person not in holders[-1:]:
            holders.append(person)

    def holders(self, query: Role) -> list[Person]:
        """The people whom a role can mean by its words and their gender, in the order of the text."""
        found = {id(p): p for head in heads(query) for p in self.by_head.get(head, ())}
        gender = query.gender
        fitting = [p for p in found.values() if "?" in (gender, p.gender) or p.gender == gender]
        return [p for p in fitting if fits(query, (r for _, r in p.roles), p.belongs())]


def title_gender(name: Name) -> Gender:
    """The gender that the title before a name tells, "?" where it tells none."""
    words = {fold(w) for w in name.title.split()}
    return "f" if words & lexicon()["female"] else "m" if words & lexicon()["male"] else "?"
