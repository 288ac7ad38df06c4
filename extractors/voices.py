"""Whose position a statement is: "its director Rolf Amsel" speaks for the association that the watch follows.

A person whom the watch does not list, introduced as the head or spokesperson of an organisation that it does list,
states that organisation's position. States have many voices, so nobody's words become a state's.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from extractors.lexicon import lexicon
from extractors.models import Actor, Attribution, Resolution
from extractors.phrases import sentences
from extractors.roles import parse_role

_OWN = re.compile(r"(?:its|their)\b", re.IGNORECASE)
_REACH = 400  # characters in which "its" finds its body


def speaks_for(text: str, attribution: Attribution, resolution: Resolution, roster: Sequence[Actor]) -> Actor | None:
    """Return the organisation of `roster` that the source speaks for, None where it speaks for itself.

    `attribution` and `resolution` are of one source in `text`.
    """
    actor = resolution.actor
    if not attribution.source or (actor and any(actor.name == a.name for a in roster)):
        return None
    start, end = attribution.source[0][0], attribution.source[-1][1]
    source = " ".join(text[start:end].split())
    role = parse_role(source)
    if role is None or role.former or role.head not in lexicon()["speaking_roles"]:
        return None
    bodies = tuple(a for a in roster if a.kind == "organization")
    named = _named(source, bodies)
    if not named and _OWN.match(source):
        named = _owners(text, start, bodies)
    if not named and actor and actor.affiliation:
        named = _named(actor.affiliation, bodies)
    return named[0] if len(named) == 1 else None


def _owners(text: str, at: int, bodies: tuple[Actor, ...]) -> list[Actor]:
    """The bodies that "its" at `at` can mean: those of its own sentence so far, else those of the one before."""
    reach = max(0, at - _REACH)
    for start, end in reversed(list(sentences(text[reach:at]))[-2:]):
        if named := _named(text[reach + start : reach + end], bodies):
            return named
    return []


def _named(words: str, bodies: tuple[Actor, ...]) -> list[Actor]:
    return [body for body, pattern in _patterns(bodies) if pattern.search(words)]


@lru_cache(maxsize=16)
def _patterns(bodies: tuple[Actor, ...]) -> tuple[tuple[Actor, re.Pattern[str]], ...]:
    made = []
    for body in bodies:
        names = sorted({body.name, *body.aliases}, key=len, reverse=True)
        made.append((body, re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)")))
    return tuple(made)
