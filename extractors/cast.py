"""Who and what a text introduces: its people with names, roles and gender, its bodies with their short forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from extractors.introductions import (
    BYLINE,
    DATELINE,
    PLACE_BEFORE,
    acronyms,
    adjective,
    body_like,
    headline_lines,
    in_spans,
    in_title_case,
    parse_title,
)
from extractors.kinds import is_organization, is_place
from extractors.lexicon import fold, given_gender, lexicon, sound, states, world_bodies
from extractors.models import Actor
from extractors.names import Name, names_in
from extractors.people import People, Person, title_gender


@dataclass
class Body:
    """One organisation or state of a text."""

    actor: Actor
    first: int = 1 << 60
    """Offset of the first mention."""
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
    unclear: bool = False
    """One of several that the name can mean."""


class Cast(People):
    """The people and bodies of one text. Built once, in time linear in the text."""

    def __init__(self, text: str, roster: Sequence[Actor], title: str = "") -> None:
        super().__init__(text, roster)
        self.bodies: dict[str, Body] = {}
        self.short: dict[str, str] = acronyms(text)
        self.author: Person | None = None
        self.first_words: dict[str, set[str]] = {}
        """First word of a body's name -> folded names of the bodies that it may be short for."""
        self.body_nouns: set[str] = set()
        self.mentions: list[Mention] = []
        self._read(title)

    def _read(self, title: str) -> None:
        text = self.text
        skip = [m.span() for m in DATELINE.finditer(text)] + list(headline_lines(text))
        skip.sort()
        names = [n for n in names_in(text) if not in_spans(n.start, skip)]
        self.body_like = body_like(text, names)
        for name in names:
            if len(name.words) == 1 and title_gender(name) != "?":
                self.addressed.setdefault(sound(name.text), set()).add(title_gender(name))
        for name in names:
            if len(name.words) > 1 or name.title:
                self._introduce(name)
        for name in names_in(title) if title and not in_title_case(title) else ():
            if len(name.words) > 1 and self.kind(name) == "person" and self.known(name) is None:
                self.add(Name(0, 0, name.text, name.title))
        for person in self.people:
            self.settle(person)
        for name in names:
            if len(name.words) > 1 and self.kind(name) == "body":
                self._abbreviate(name)
        for name in names:
            who = self.who(name)
            if who is not None:
                self.mentions.append(Mention(name.start, name.end, name.opens, who, name.possessive))
            elif len(name.words) == 1:
                # a name that two can have makes both of them present
                for person in self.by_word.get(sound(name.text), ()):
                    if person.surname == sound(name.text):
                        self.mentions.append(Mention(name.start, name.end, name.opens, person, name.possessive, True))
        if byline := BYLINE.search(text[:400]):
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
            # "Jordan" may be a member of parliament
            bearer = [p for p in self.by_word.get(sound(name.text), ()) if p.surname == sound(name.text)]
            return "?" if len(name.words) == 1 and bearer else "place"
        if name.title and parse_title(name.title):
            return "person"
        if name.text.isupper() and len(name.words) > 1 and given_gender(name.words[0]) is None:
            return "?"  # a heading in capitals
        if " of " in name.text or " for " in name.text:
            return "?"
        if len(name.words) > 1:
            given = given_gender(name.words[0])
            if given is None and PLACE_BEFORE.search(self.text, max(0, name.start - 12), name.start):
                return "?"
            the = self.text[max(0, name.start - 4) : name.start].lower().endswith("the ")
            return "person" if given or not the else "?"
        return "?"

    def who(self, name: Name) -> Person | Body | None:
        """The person or body that a name of this text stands for; None where it is neither, or unclear."""
        if (actor := self.roster.exact(name.text)) and not self.has_namesake(name, actor):
            return self.listed(actor, name.start) or self.bodies.setdefault(fold(actor.name), Body(actor))
        kind = self.kind(name)
        if kind in ("person", "?"):
            person = self.person(name)
            if person or kind == "person":
                return person
        if kind == "body" or (kind == "place" and fold(name.text) in states().names):
            return self.body(name)
        short = self._short(name)
        if kind == "?" and short and not [p for p in self.by_word.get(sound(name.text), ()) if p.first < name.start]:
            return short
        return None

    def _short(self, name: Name) -> Body | None:
        """The one body, named in full before, that a word can be short for."""
        found = [b for b in (self.bodies[k] for k in self.first_words.get(fold(name.text), ())) if b.first < name.start]
        return found[0] if len(found) == 1 else None

    def _abbreviate(self, name: Name) -> None:
        """Note what a body of several words may be called for short: "Norvik" for Norvik Steel, "the quartet"."""
        body = self.body(name)
        body.first = min(body.first, name.start)
        if body.actor.kind == "state":
            return
        first, last = name.words[0], body.actor.name.split()[-1]
        self.body_nouns.add(fold(last))
        generic = first in lexicon()["organizations"] or first in ("Royal", "National", "United", "International")
        if not generic and not is_place(first) and len(first) > 2:
            self.first_words.setdefault(fold(first), set()).add(fold(body.actor.name))

    def person(self, name: Name) -> Person | None:
        """The one person that a name can mean, None for none or several, and where a body is called so before."""
        found = super().person(name)
        if found and len(name.words) == 1 and found.first > name.start and self._short(name):
            return None
        return found

    def _introduce(self, name: Name) -> None:
        kind = self.kind(name)
        if kind != "person":
            return
        if len(name.words) == 1:
            if self.by_word.get(sound(name.text)):
                known = self.person(name)
                gender = title_gender(name)
                if known is None and gender != "?" and all(p.gender != gender for p in self.by_word[sound(name.text)]):
                    known = self.add(name)
                if known:
                    self.describe(known, name)
            elif not self.roster.surname(name.text) and not self.roster.exact(name.text):
                self.add(name)
            else:
                self.person(name)
            return
        person = self.known(name)
        if person is None:
            person = self.add(name)
        person.forms[name.text] += 1
        self.describe(person, name)

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
        affiliation = (
            table.bodies.get(fold(spelt))
            or table.of(spelt.split()[0])
            or (name.owner and (table.of(name.owner) or name.owner))
        )
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
        if not {words[0], words[-1]} & lexicon()["state_bodies"]:
            return spelt
        return f"{adjective(owner)} {spelt}"
