"""Whose position a statement is: "its director Rolf Amsel" speaks for the association that the watch follows.

A person whom the watch does not list, introduced anywhere in a text as the head or spokesperson of an organisation that
it does list, states that organisation's position throughout it. States have many voices, so nobody's words become a
state's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from extractors.lexicon import fold, lexicon
from extractors.models import Actor, Attribution, Resolution
from extractors.names import any_of
from extractors.phrases import sentences
from extractors.roles import Role, parse_role

_OWN = re.compile(r"(?:its|their)\b", re.IGNORECASE)
_BY_NOUN = re.compile(r"\b(?:[Tt]he|[Ii]ts|[Tt]heir) ([A-Za-z-]+)['’]s?\s|\b(?:of|for) (?:the|its|their) ([A-Za-z-]+)")
_LEADS = (
    r",? who (?:now |also |has )?(?:heads?|leads?|led|headed|chairs?|chaired|runs?|speaks for) "
    r"(?:the |its )?([^,.;\n]{3,60})"
)
_REACH = 400  # characters in which "its" finds its body


def voices(
    text: str, attributions: Sequence[Attribution], resolutions: Sequence[Resolution], roster: Sequence[Actor]
) -> list[Actor | None]:
    """Return for each attribution the organisation of `roster` that its source speaks for, None where for itself."""
    bodies = tuple(a for a in roster if a.kind == "organization")
    listed = {a.name for a in roster}
    found = [
        None if r.actor and r.actor.name in listed else _spoken_for(text, a, r, bodies)
        for a, r in zip(attributions, resolutions, strict=True)
    ]
    known: dict[str, set[Actor]] = {}
    for resolution, body in zip(resolutions, found, strict=True):
        if resolution.actor and resolution.actor.name not in listed:
            of = known.setdefault(resolution.actor.name, set(_led(text, resolution.actor.name, bodies)))
            of |= {body} if body else set()
    only = {name: next(iter(of)) for name, of in known.items() if len(of) == 1}
    return [body or (only.get(r.actor.name) if r.actor else None) for r, body in zip(resolutions, found, strict=True)]


def _spoken_for(text: str, attribution: Attribution, resolution: Resolution, bodies: tuple[Actor, ...]) -> Actor | None:
    if not attribution.source or not bodies:
        return None
    start, end = attribution.source[0][0], attribution.source[-1][1]
    source = " ".join(text[start:end].split())
    role = parse_role(source)
    if role is None or role.former or role.head not in lexicon()["speaking_roles"]:
        return None
    named = _named(source, bodies) or _called(source, text[:start], bodies)
    if not named and _OWN.match(source):
        named = _owners(text, start, bodies)
    if not named and resolution.actor and resolution.actor.affiliation:
        named = _named(resolution.actor.affiliation, bodies)
    if not named and _appointed(role, source, resolution.actor):
        named = _named(text[:start], bodies)
    return named[0] if len(named) == 1 else None


def _appointed(role: Role, source: str, actor: Actor | None) -> bool:
    """Whether a role that names no body belongs to one all the same: only bodies have chief executives.

    A president may be any state's, unless a body's comes behind the name: "said Rolf Amsel, the president".
    """
    if role.words - {fold(w) for w in (actor.name.split() if actor else ())}:
        return False
    return role.head in lexicon()["appointed_roles"] or bool(re.search(r", (?:the|its) [a-z -]+,?$", source))


def _led(text: str, name: str, bodies: tuple[Actor, ...]) -> list[Actor]:
    """The bodies that the person of this name is said to lead: "Rolf Amsel, who heads the union"."""
    found = (
        _named(match[1], bodies) or _called("of the " + match[1], text[: match.start()], bodies)
        for match in re.finditer(re.escape(name) + _LEADS, text)
    )
    return [body for some in found if len(some) == 1 for body in some]


def _called(source: str, before: str, bodies: tuple[Actor, ...]) -> list[Actor]:
    """The bodies named before that "the union's" or "of the union" in a source can mean by a word of their names."""
    for match in _BY_NOUN.finditer(source):
        noun = (match[1] or match[2]).lower()
        of = tuple(b for b in bodies if any(noun == w.lower() for n in (b.name, *b.aliases) for w in n.split()))
        if named := _named(before, of):
            return named
        if noun in lexicon()["any_body"]:
            return _owners(before, len(before), bodies)
    return []


def _owners(text: str, at: int, bodies: tuple[Actor, ...]) -> list[Actor]:
    """The bodies that "its" at `at` can mean: those of its own sentence so far, else of the one or two before."""
    reach = max(0, at - _REACH)
    for start, end in reversed(list(sentences(text[reach:at]))[-3:]):
        if named := _named(text[reach + start : reach + end], bodies):
            return named
    return []


def _named(words: str, bodies: tuple[Actor, ...]) -> list[Actor]:
    return [body for body, pattern in _patterns(bodies) if pattern.search(words)]


@lru_cache(maxsize=16)
def _patterns(bodies: tuple[Actor, ...]) -> tuple[tuple[Actor, re.Pattern[str]], ...]:
    return tuple((body, any_of((body.name, *body.aliases))) for body in bodies)
