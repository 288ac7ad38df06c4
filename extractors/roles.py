"""Roles: "Ukraine's foreign minister", "the Ukrainian president", "head of the port union", and whom they fit."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from extractors.lexicon import fold, lexicon, sound, states

_DATA = Path(__file__).parent / "data"
_WORD = re.compile(r"[^\W_][\w.’'&-]*")
_SECOND = frozenset({"vice", "deputy", "assistant"})
_SPELLINGS = {"defense": "defence", "labor": "labour", "centre": "center"}
_DEMONYM = ("n", "an", "ian", "ese", "ish", "i", "er", "ic")


@dataclass(frozen=True, slots=True)
class Role:
    """What a person is, reduced to what can be compared."""

    head: str
    """The role's own noun, one for all its names: "spokesperson", "prime minister"."""
    words: frozenset[str] = frozenset()
    """What narrows it down, folded; a state as "=Ukraine" whether the text says Ukraine's or Ukrainian."""
    former: bool = False
    gender: str = "?"

    @property
    def state(self) -> str | None:
        """The state that the role belongs to, if the words name exactly one."""
        found = [w[1:] for w in self.words if w.startswith("=")]
        return found[0] if len(found) == 1 else None


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    rows = tomllib.loads((_DATA / "roles.toml").read_text(encoding="utf-8"))
    return {fold(w): fold(row[0]) for row in rows["same"] for w in row}, {
        fold(k): tuple(fold(w) for w in v) for k, v in rows["wider"].items()
    }


@lru_cache(maxsize=20_000)
def parse_role(phrase: str) -> Role | None:
    """The role that a noun phrase names, or None: "the former Latvian defence minister"."""
    found = [(m[0], m.start()) for m in _WORD.finditer(phrase[:160])]
    words = [w for w, _ in found]
    lower = [_SPELLINGS.get(fold(w), fold(w)) for w in words]
    stop = next(
        (
            i
            for i, w in enumerate(words)
            if i
            and w in lexicon()["role_ends"]
            and lower[i : i + 2] != ["of", "state"]
            and lower[i : i + 2] != ["of", "staff"]
        ),
        len(words),
    )
    heads = lexicon()["heads"]
    at = -1
    for i in range(stop - 1, -1, -1):
        size = next((n for n in (3, 2, 1) if i - n + 1 >= 0 and " ".join(lower[i - n + 1 : i + 1]) in heads), 0)
        if size:
            at = i - size + 1
            break
    if at < 0:
        return None
    raw = " ".join(lower[at : at + size])
    # what stands between the head and "of" must be a name ("minister Jo Ek") or nothing
    head = _tables()[0].get(raw, raw)
    idle, former = lexicon()["idle"], False
    narrow: set[str] = set()
    i = 0
    while i < len(words):
        if at <= i < at + size:
            i = at + size
            continue
        if i >= at + size and i < stop and not _after_head(words[i]):
            i += 1
            continue
        if i >= stop and words[i] in ("who", "whose", "which", "that", "until", "since", "under", "as", "during"):
            break
        word = lower[i]
        pair = " ".join(lower[i : i + 2])
        state = states().of(pair) if i + 1 < len(words) and words[i][0].isupper() else None
        if state:
            narrow.add("=" + state)
            i += 2
            continue
        if i < at and (word in lexicon()["former"] or re.match(r"(?:ex|then|former)-", word)):
            former = True
        elif words[i][0].islower() and re.search(r"['’]s?$", words[i]):
            narrow.clear()  # "the company's chief executive": which company, the reader knows
        elif state := (states().of(words[i]) if words[i][0].isupper() else None):
            narrow.add("=" + state)
        elif word in states().capitals and i >= stop:
            narrow.add("=" + states().capitals[word])
            narrow.add(word)
        elif word and word not in idle and words[i] not in lexicon()["role_ends"] and word not in _tables()[0]:
            narrow.add(word)
        i += 1
    gender = "f" if raw in lexicon()["female"] else "m" if raw in lexicon()["male"] else "?"
    return Role(head, frozenset(narrow), former, gender)


def _after_head(word: str) -> bool:
    return word[0].isupper()


def fits(query: Role, held: Iterable[Role], also: frozenset[str] = frozenset()) -> bool:
    """Whether a person with these roles can be meant by ``query``; ``also``: what else is known to narrow the person.

    An office that is past does not count as a present one; narrower words of the person's do no harm, words of the
    query that the person has not are a contradiction.
    """
    for role in held:
        if role.former != query.former or role.words & _SECOND != query.words & _SECOND:
            continue
        mine = role.words | also
        for head, extra in _readings(query.head):
            if head == role.head and all(_has(mine, w) for w in query.words | extra):
                return True
    return False


def heads(query: Role) -> list[str]:
    """The heads of the roles that can answer a query."""
    return list(dict.fromkeys(head for head, _ in _readings(query.head)))


@lru_cache(maxsize=2_000)
def _readings(head: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The heads that a query's head can stand for, each with the words it then needs."""
    out = [(head, frozenset[str]())]
    for phrase in _tables()[1].get(head, ()):
        role = parse_role(phrase)
        if role:
            out.append((role.head, role.words))
    role = parse_role(head)
    if role and role.head != head:
        out.append((role.head, role.words))
    return tuple(out)


def _has(words: frozenset[str], wanted: str) -> bool:
    if wanted in words:
        return True
    if wanted.startswith("="):
        return False
    return any(_alike(wanted, w.lstrip("=")) for w in words)


def _alike(one: str, other: str) -> bool:
    """ "Varda" and "Vardan": a place of the text's own and the adjective of its people."""
    a, b = sorted((sound(one), sound(other)), key=len)
    if a == b:
        return True
    stem = a.rstrip("aeiou")
    return len(stem) >= 4 and b.startswith(stem) and b.endswith(_DEMONYM) and len(b) - len(a) <= 4
