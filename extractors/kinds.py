"""What a capitalised name stands for by its own words: an organisation, a place, or neither."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from extractors.lexicon import fold, given_gender, lexicon, states, world_bodies


@lru_cache(maxsize=50_000)
def is_organization(name: str) -> bool:
    """Whether a name's words say that it is an organisation: "... Ministry", "Port of ...", "NATO"."""
    words = [w.strip(".,") for w in name.split()]
    if not words:
        return False
    key = fold(name)
    if key in world_bodies() or key in states().bodies:
        return True
    if key in states().names or key in states().capitals or key in states().seats:
        return False
    endings = lexicon()["organizations"]
    surname = words[-1] in lexicon()["surnames"] and given_gender(words[0]) is not None
    if len(words) == 1 and words[0] in endings:
        return words[0] in lexicon()["alone"]
    if words[-1] in endings and not surname:
        return True
    if len(words) > 1 and words[0] in endings and given_gender(words[0]) is None and given_gender(words[1]) is None:
        return True
    if any(w in endings for w, nxt in itertools.pairwise(words) if nxt in ("of", "for", "to", "on", "without")):
        return True
    if any(w in ("and", "&") or re.search(r"['’]s?$", w) for w in words) and any(w in endings for w in words):
        return True
    return len(words) == 1 and 2 <= len(words[0]) <= 7 and words[0].isupper() and words[0].isalnum()


@lru_cache(maxsize=50_000)
def is_place(name: str) -> bool:
    """Whether a name is that of a state, a capital, or something else that is neither person nor body."""
    key, words = fold(name), name.split()
    table = states()
    if key in table.names or key in table.capitals or key in table.adjectives:
        return True
    if fold(words[-1]) in table.adjectives and given_gender(words[0]) not in ("m", "f"):
        return True
    return (words[-1] in lexicon()["things"] or words[-1] in lexicon()["labels"]) and not (
        words[-1] in lexicon()["surnames"] and given_gender(words[0]) is not None
    )
