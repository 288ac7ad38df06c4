"""Neutral knowledge about names, read from data/*.toml: spellings, genders, states, bodies, word lists."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

Gender = Literal["m", "f", "?"]
_DATA = Path(__file__).parent / "data"
_LETTERS = {0x142: "l", 0xF8: "o", 0x111: "d", 0xDF: "ss", 0xE6: "ae", 0x153: "oe", 0xFE: "th", 0xF0: "d", 0x131: "i"}


@lru_cache(maxsize=1)
def lexicon() -> dict[str, frozenset[str]]:
    """The word lists of data/names.toml, data/roles.toml and data/grammar.toml."""
    tables = (_read("names.toml"), _read("roles.toml"), _read("grammar.toml"))
    lists = {key: words for table in tables for key, words in table.items() if key not in ("classes", "same", "wider")}
    return {key: frozenset(words) for key, words in lists.items()}


@lru_cache(maxsize=1)
def classes() -> dict[str, frozenset[str]]:
    """A noun for a body ("the union") -> words of the names that it can refer back to."""
    return {noun: frozenset(words) for noun, words in _read("names.toml")["classes"].items()}


@dataclass(frozen=True, slots=True)
class States:
    """Which state a folded word belongs to: its name, its people's adjective, its capital, seats and institutions."""

    names: dict[str, str]
    adjectives: dict[str, str]
    capitals: dict[str, str]
    seats: dict[str, str]
    bodies: dict[str, str]

    def of(self, word: str) -> str | None:
        """The state that ``word`` names or describes, or None. Capitals do not count: they are places too."""
        key = fold(word)
        return self.names.get(key) or self.adjectives.get(key) or self.seats.get(key)


@lru_cache(maxsize=1)
def states() -> States:
    """The table of data/states.toml, by folded word."""
    tables: list[dict[str, str]] = [{}, {}, {}, {}, {}]
    for state, row in _read("states.toml").items():
        tables[0][fold(state)] = state
        for table, key in zip(tables, ("names", "adjectives", "capitals", "seats", "bodies"), strict=True):
            table.update({fold(word): state for word in row.get(key, ())})
    return States(*tables)


@lru_cache(maxsize=1)
def world_bodies() -> dict[str, str]:
    """Folded name -> canonical name of the bodies that everybody knows (data/bodies.toml)."""
    rows = _read("bodies.toml")
    return {fold(name): body for body, others in rows.items() for name in (body, *others)}


def given_gender(word: str) -> Gender | None:
    """The gender that a given name mostly stands for, "?" for both; None for a word that we do not know as one."""
    return _given().get(fold(word).split("-")[0])


@lru_cache(maxsize=1)
def _given() -> dict[str, Gender]:
    rows = _read("given_names.toml")
    table: dict[str, Gender] = {}
    groups: list[tuple[Gender, list[str]]] = [("?", w) for w in rows["same"]]
    groups += [("?", rows["any"]), ("m", rows["male"]), ("f", rows["female"])]
    for gender, words in groups:
        table.update(dict.fromkeys(map(fold, words), gender))
    for row in rows["same"]:
        known = {table[fold(w)] for w in row} - {"?"}
        if len(known) == 1:
            table |= {fold(w): next(iter(known)) for w in row if fold(w) not in {fold(x) for x in rows["any"]}}
    return table


@lru_cache(maxsize=1)
def _forms() -> dict[str, frozenset[int]]:
    table: dict[str, set[int]] = {}
    for number, row in enumerate(_read("given_names.toml")["same"]):
        for word in row:
            table.setdefault(fold(word), set()).add(number)
    return {word: frozenset(numbers) for word, numbers in table.items()}


def same_given(one: str, other: str) -> bool:
    """Whether two given names can be one: spellings, forms of other languages, short forms, initials."""
    a, b = fold(one), fold(other)
    if not a or not b:
        return False
    if a == b or sound(a) == sound(b) or (min(len(a), len(b)) == 1 and a[0] == b[0]):
        return True
    if _forms().get(a, frozenset()) & _forms().get(b, frozenset()):
        return True
    short, long = sorted((sound(a), sound(b)), key=len)
    # a declined form: Mark, Markas
    return len(short) >= 4 and len(long) - len(short) <= 2 and long.startswith(short)


@lru_cache(maxsize=50_000)
def fold(name: str) -> str:
    """``name`` without case, accents, dots, article and possessive, so that spellings of one name meet."""
    name = re.sub(r"['’]s?$", "", name.strip(" \t\n,;:.")).replace(".", "").replace("’", "'")
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_LETTERS)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"^(the|a|an) (?=.)", "", " ".join(plain.split()))


@lru_cache(maxsize=50_000)
def sound(name: str) -> str:
    """A skeleton of ``name`` under which the usual transliterations of one name fall together (Andriy, Andrii)."""
    key = fold(name)
    for pattern, put in _SOUNDS:
        key = pattern.sub(put, key)
    return re.sub(r"(.)\1+", r"\1", key)


_SOUNDS = [
    (re.compile(p), r)
    for p, r in [
        (r"[^a-z -]", ""), (r"(schtsch|shch)", "s"), (r"(tsch|tch|ch|cz)", "c"), (r"(sch|sh|sz|zh|s|z)", "s"),
        (r"[yij]+", "i"), (r"kh", "h"), (r"(ks|x)", "ks"), (r"w", "v"), (r"ph", "f"), (r"ck|q", "k"), (r"th", "t"),
        (r"ou", "u"), (r"oe", "o"), (r"ae", "a"), (r"ue", "u"), (r"ie", "e"),
    ]
]  # fmt: skip


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_DATA / name).read_text(encoding="utf-8"))
