"""Whose view is it? The subject of an attitude inside a content, and whether it is the source or somebody else.

"He said that critics want the levy gone" tells what critics want. Without a parser the subject is looked for right
before the verb group; where none is found the holder is the source, whose words these are.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

from extractors.phrases import Token, stem_set, tokens
from extractors.wordlists import word_set

FIRST_PERSON = word_set("first_person")
OTHERS = stem_set("others")
_BODIES = stem_set("bodies")
AUXILIARIES = word_set("auxiliaries")
SPEECH = word_set("speech")
_NO_SUBJECT = word_set("no_subject")
_BREAKS = frozenset('.;?!:,—–"“”')


def own_subject(words: Sequence[Token], verb: int, low: int, own: frozenset[str]) -> bool:
    """Whether the verb at word `verb` has the speaker as its subject, in so many words; `low` bounds the search."""
    group = _subject(words, verb, low)
    return bool(group) and _speaks_for(group, own)


def others_view(words: Sequence[Token], verb: int, low: int, own: frozenset[str]) -> bool:
    """Whether the verb has a subject that is neither the speaker nor what he speaks for."""
    group = _subject(words, verb, low)
    return bool(group) and not _speaks_for(group, own)


def plainly_others(words: Sequence[Token], verb: int, low: int) -> bool:
    """Whether the verb's subject is somebody else whoever speaks ("critics say"), not only by its name ("Ostmark")."""
    return any(w.stem in OTHERS for w in _subject(words, verb, low))


def _speaks_for(group: Sequence[Token], own: frozenset[str]) -> bool:
    """Whether a subject is the source, "we", or a body that the source may speak for."""
    if any(w.stem in OTHERS and w.stem not in own and w.lower not in own for w in group):
        return False
    head = group[-1]
    if head.lower in FIRST_PERSON or head.stem in own or head.lower in own:
        return True
    near = {w.lower for w in group} | {w.stem for w in group}
    if near & FIRST_PERSON or near & own:
        return True
    if head.capital and any(len(o) >= 5 and o[:5] == head.stem[:5] for o in own):
        return True  # "Norlandic minister", "Norland"
    return head.stem in _BODIES and not any(w.capital for w in group[:-1])


def _subject(words: Sequence[Token], verb: int, low: int) -> Sequence[Token]:
    """The noun group right before the verb group, empty where there is none ("to oppose", "and rejected")."""
    k = verb - 1
    while k >= low and (words[k].lower in AUXILIARIES or (words[k].lower.endswith("ly") and len(words[k].lower) > 4)):
        if words[k].lower == "to":
            return ()
        k -= 1
    if k < low or not words[k].is_word or words[k].lower in _NO_SUBJECT:
        return ()
    start = k
    while start > low and k - start < 4 and words[start - 1].lower not in _BREAKS and not _verbal(words[start - 1]):
        start -= 1
    return words[start : k + 1]


def _verbal(word: Token) -> bool:
    return (
        word.lower in AUXILIARIES or word.lower in SPEECH or word.lower in {"that", "and", "but", "or", "whether", "if"}
    )


def side_names(names: Iterable[str]) -> frozenset[str]:
    """Stems of all names by which a source's own side is called, given some of them.

    A state brings its people's adjective, its capital and its seats of government along (data/states.toml).
    """
    found: set[str] = set()
    for name in names:
        for other in (name, *_states().get(name.lower(), ())):
            found |= {t.stem for t in tokens(other) if t.capital and len(t.lower) > 2}
    return frozenset(found)


@lru_cache(maxsize=1)
def _states() -> dict[str, tuple[str, ...]]:
    """Every name of a state with all of its names."""
    listed = tomllib.loads((Path(__file__).parent / "data" / "states.toml").read_text(encoding="utf-8"))
    known: dict[str, tuple[str, ...]] = {}
    for state, entry in listed.items():
        if isinstance(entry, dict):
            keys = ("names", "adjectives", "capitals", "seats")
            names = (state, *(n for key in keys for n in entry.get(key, ())))
            known |= {n.lower(): names for n in names}
    return known


def names_beside(words: Sequence[Token], source: frozenset[str]) -> frozenset[str]:
    """Stems of the proper names that stand with the source and its office ("Ostmark's premier, Igor Stell").

    Who holds an office speaks for what the office is of. `words` are those of the article, `source` the stems of the
    source's own capitalised words.
    """
    found: set[str] = set()
    for i, word in enumerate(words):
        if not word.capital or word.stem not in source:
            continue
        window = words[max(0, i - 6) : i + 8]
        if any(w.stem in _OFFICES for w in window):
            left = next((k for k in range(i, max(-1, i - 7), -1) if words[k].lower in '.;:"“”'), i - 7)
            right = next((k for k in range(i, min(len(words), i + 8)) if words[k].lower in '.;:"“”'), i + 8)
            found |= {w.stem for w in words[max(0, left + 1) : right] if w.capital and len(w.lower) > 2}
    return frozenset(found)


_OFFICES = stem_set("offices")
