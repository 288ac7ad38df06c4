"""What a baseline says of an actor on a concept beyond what could be coded.

Where it touches the matter in words that nobody could read, or behind which nobody was found, an actor's first position
is not news: it is what the baseline failed to tell.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from extractors.models import Actor, Concept, Span, Statement
from extractors.names import any_of
from extractors.phrases import sentences, tokens
from extractors.targets import mentions, target


def touches(text: str, told: Sequence[Statement], actor: Actor, concept: Concept) -> bool:
    """Whether a baseline may hold a position of `actor` on `concept` that its statements do not tell.

    `text` is the baseline's, `told` are its statements. So it is where one sentence names both, and where a side that
    nobody was found behind stands in a paragraph that names the actor.
    """
    named = _pattern(actor)
    if any(named.search(text, a, b) for a, b in _about(text, concept)):
        return True
    nobodys = (s for s in told if s.actor is None and s.concept == concept.id and s.agreement)
    return any(named.search(_paragraph(text, s.attribution.content[0][0])) for s in nobodys)


@lru_cache(maxsize=256)
def _about(text: str, concept: Concept) -> tuple[Span, ...]:
    """The sentences that name the concept."""
    return tuple((a, b) for a, b in sentences(text) if mentions(tokens(text, a, b), target(concept), 0))


def _paragraph(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : end if end >= 0 else len(text)]


@lru_cache(maxsize=512)
def _pattern(actor: Actor) -> re.Pattern[str]:
    names = {actor.name, *(a for a in actor.aliases if a[:1].isupper())}
    if actor.kind == "person":
        names.add(actor.name.split()[-1])
    return any_of(names)
