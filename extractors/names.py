"""Names and descriptions in a text: who is introduced, with which title, and where."""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).parent / "data"
_CAPITAL = r"[A-ZÀ-ÖØ-ÞĀĂĄĆĈĊČĎĐĒĖĘĚĜĞĠĢĤĦĨĪĬĮİĴĶĹĻĽŁŃŅŇŌŎŐŒŔŖŘŚŜŞŠŢŤŨŪŬŮŰŲŴŶŹŻŽƠƯȘȚ]"
# A full stop belongs to a word only after an initial or an abbreviated title; elsewhere it ends the sentence.
_DOT = (
    r"(?:(?<=\b[A-Z])\.|(?<=\b(?:Jr|Sr|Dr|Mr|Ms|St|Lt))\.|(?<=\b(?:Mrs|Sen|Rep|Gov|Gen|Col|Rev|Sgt))\.|"
    r"(?<=\b(?:Prof|Capt))\.)?"
)
_WORD = rf"(?:{_CAPITAL}[\w'’-]*|(?:d|l|al|el|O)[’'-]{_CAPITAL}[\w-]*){_DOT}"
_PARTICLE = r"(?:von|van|de|der|den|del|della|da|dos|di|du|la|le|el|al|bin|ben|ibn|ter|ten|zu|of the|of|for|and)"
_NAME = re.compile(rf"{_WORD}(?:[ \u00a0]+(?:{_PARTICLE}[ \u00a0]+){{0,2}}{_WORD}|[ \u00a0]+(?:II|III|IV|XIV))*")


_OPENER = re.compile(
    r"(?:(?:The|A|An|But|And|Or|So|Yet|In|On|At|By|For|From|With|Without|After|Before|While|When|As|If|Since|Until|Because|"
    r"Although|Though|Even|Also|Then|Now|Today|Yesterday|Earlier|Later|Last|Next|This|That|These|Those|Its|His|Her|Their|"
    r"Our|My|Your|Both|Some|Many|Most|Several|Few|All|No|Not|Only|Still|Asked|Speaking|Confronted|Longtime|Former|Meanwhile|"
    r"However|Instead|Like|Unlike|Under|Over|Among|Between|Against|Despite|During|Within|It|He|She|They|We|I|You|"
    r"Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)\b[ \u00a0]*)+"
)


@lru_cache(maxsize=1)
def lexicon() -> dict[str, frozenset[str]]:
    """The word lists of data/names.toml."""
    data = tomllib.loads((_DATA / "names.toml").read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in data.items()}


@dataclass(frozen=True, slots=True)
class States:
    """Which state a word belongs to: its name, its people's adjective, its capital, its government's seats."""

    names: dict[str, str]
    adjectives: dict[str, str]
    capitals: dict[str, str]
    seats: dict[str, str]


@lru_cache(maxsize=1)
def states() -> States:
    """The table of data/states.toml, by folded word."""
    data: dict[str, dict[str, Any]] = tomllib.loads((_DATA / "states.toml").read_text(encoding="utf-8"))
    tables: list[dict[str, str]] = [{}, {}, {}, {}]
    for state, row in data.items():
        tables[0][fold(state)] = state
        for table, key in zip(tables, ("names", "adjectives", "capitals", "seats"), strict=True):
            table.update({fold(word): state for word in row[key]})
    return States(*tables)


@lru_cache(maxsize=20_000)
def fold(name: str) -> str:
    """``name`` without case, accents, dots, article and possessive, so that spellings of one name meet."""
    name = re.sub(r"[’']s?$", "", name.strip().replace("’", "'").rstrip(",;:")).replace(".", "")
    plain = unicodedata.normalize("NFKD", name.casefold()).translate({0x142: "l", 0xF8: "o", 0x111: "d", 0xDF: "ss"})
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"^(the|a|an) ", "", " ".join(plain.split()))


@lru_cache(maxsize=20_000)
def sound(name: str) -> str:
    """A skeleton of ``name`` under which the usual transliterations of one name fall together (Andriy, Andrii)."""
    key = fold(name)
    for pattern, put in _SOUNDS:
        key = pattern.sub(put, key)
    return re.sub(r"(.)\1+", r"\1", key)


_SOUNDS = [
    (re.compile(p), r)
    for p, r in [
        (r"(iy|yi|yy|ii|ij|yj|iyi|y)", "i"), (r"(sch|sz|sh)", "s"), (r"(tch|tsch|ch|cz)", "c"), (r"kh", "h"),
        (r"(ks|x)", "k"), (r"w", "v"), (r"ph", "f"), (r"(zh|j)", "z"), (r"ck", "k"), (r"ie", "e"), (r"[^a-z ]", ""),
    ]
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name in a text, its title words cut off."""

    start: int
    end: int
    text: str
    title: str
    """The role before it, lower case ("foreign minister"), "" where there is none."""


def names_in(text: str, start: int = 0, end: int | None = None) -> list[Name]:
    """The names between two offsets of ``text``, in order; titles that stand before them are split off."""
    found = []
    for match in _NAME.finditer(text, start, len(text) if end is None else end):
        first = match.start()
        # a sentence's first word is capitalised whatever it is
        if opener := _OPENER.match(text, first, match.end()):
            first = opener.end()
        for begin, stop in _parts(text, first, match.end()):
            name = _without_title(text, begin, stop)
            if name:
                found.append(name)
    return found


def _parts(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Two people joined by "and" are two names; "Ministry for Trade and Labour" is one."""
    whole = text[start:end]
    if " and " not in whole or is_organization(whole):
        return [(start, end)]
    cut = whole.index(" and ")
    return [(start, start + cut), *_parts(text, start + cut + 5, end)]


def _without_title(text: str, start: int, end: int) -> Name | None:
    """Cut capitalised titles off the front of a name and look for lower-case ones before it."""
    roles = lexicon()["roles"]
    words = [(m.start() + start, m.end() + start) for m in re.finditer(r"[^\s\u00a0]+", text[start:end])]
    title: list[str] = []
    while words:
        # "Foreign Minister Petra Vance": whatever stands up to the last role word is title
        cut = next(
            (
                i
                for i in range(min(len(words) - 1, 6), 0, -1)
                if any(fold(text[words[j][0] : words[i - 1][1]]) in roles for j in range(i))
            ),
            0,
        )
        if not cut:
            break
        title += [text[s:e] for s, e in words[:cut]]
        words = words[cut:]
    if not words or not _bare(text[words[0][0] : words[-1][1]]):
        return None
    at = words[0][0]
    before = re.search(r"((?:[\w'’.-]+[ \u00a0]){1,5})$", text[max(0, at - 80) : at])
    if before and not title:
        tail = before[1].split()
        for size in range(min(4, len(tail)), 0, -1):
            if fold(" ".join(tail[-size:])) in roles:
                title = tail[-size:]
                break
    return Name(at, words[-1][1], _bare(text[at : words[-1][1]]), fold(" ".join(title)))


def _bare(name: str) -> str:
    name = re.sub(r"[’']s?$", "", " ".join(name.split()))
    return name if re.search(r"\b[A-Z]\.$|\b(Jr|Sr|Inc|Ltd|Corp|U\.S|U\.N|E\.U)\.$", name) else name.rstrip(".")


def is_organization(name: str) -> bool:
    """Whether a name's words say that it is an organisation: "... Ministry", "Port of ...", "NATO"."""
    words = name.split()
    endings = lexicon()["organizations"]
    if not words:
        return False
    bare = [w.strip(".,") for w in words]
    if (
        bare[-1] in endings
        or bare[0] in endings
        or any(w in endings for w, nxt in itertools.pairwise(bare) if nxt in ("of", "for"))
    ):
        return True
    return len(words) == 1 and len(bare[0]) >= 2 and bare[0].isupper() and fold(bare[0]) not in states().names
