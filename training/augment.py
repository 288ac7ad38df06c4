"""Longer contents from short ones: clauses and sentences of other articles are put into contents at random.

Written training articles have shorter contents than newspapers. Inside a content everything belongs to its holder,
whatever it says, so text put there needs no new annotation, and it teaches that a content does not end at the first
comma and that a reporting verb inside a content is no cue. Input and output are rows in the scorer's shape.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Row = dict[str, Any]
_QUOTES = "\"“”‘’«»'"
_JOINS = (
    *(" and that ", ", and that ", " because ", ", because ", ", while ", ", although ", " and ", ", and ", ", but "),
    *(" even if ", " as ", ", since ", " when ", ", after ", " unless ", ", so that ", " if "),
)


@dataclass(frozen=True)
class Pool:
    """Material: clauses without quotation, and sentences people say in quotation marks, and plain sentences."""

    clauses: tuple[str, ...]
    quoted: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, rows: Sequence[Row]) -> Pool:
        """Collect the material of the training articles themselves."""
        clauses, quoted, plain = [], [], []
        for row in rows:
            text = row["text"]
            for a in row["attributions"]:
                for s, e in a["content"]:
                    piece = text[s:e]
                    match = re.match(r"that (?=\w)(.{20,200}[\w])$", piece)
                    if match and not any(q in piece for q in _QUOTES):
                        clauses.append(match[1])
                    inner = re.match(r"[\"“](.*)[\"”]$", piece)
                    if inner:
                        quoted += [x for x in re.split(r"(?<=[.?!])\s+", inner[1].rstrip(",")) if len(x.split()) > 3]
            for sentence in re.split(r"(?<=[.?!])\s+|\n", text):
                like_prose = sentence.endswith(".") and 6 < len(sentence.split()) < 35
                if like_prose and not any(q in sentence for q in _QUOTES):
                    plain.append(sentence)
        return cls(tuple(clauses), tuple(quoted), tuple(plain))


def lengthen(row: Row, pool: Pool, rng: random.Random, share: float) -> Row:
    """Return the article with about `share` of its contents lengthened."""
    text: str = row["text"]
    inserts: list[tuple[int, str, int]] = []  # where, what, whose content
    for k, a in enumerate(row["attributions"]):
        if not a["content"] or rng.random() >= share:
            continue
        start, end = rng.choice(a["content"])
        made = _extra(text, start, end, pool, rng)
        if made:
            inserts.append((*made, k))
    inserts.sort()
    if not inserts:
        return row

    def moved(span: Sequence[int], owner: int | None) -> list[int]:
        s, e = span
        before = sum(len(x) for at, x, _ in inserts if at < s or (at == s and s > 0))
        within = sum(len(x) for at, x, k in inserts if s < at < e or (at == e and k == owner))
        return [s + before, e + before + within]

    out, last = [], 0
    for at, extra, _ in inserts:
        out += [text[last:at], extra]
        last = at
    out.append(text[last:])
    attributions = [
        {
            "source": [moved(x, None) for x in a["source"]],
            "cue": [moved(x, None) for x in a["cue"]],
            "content": [moved(x, k) for x in a["content"]],
        }
        for k, a in enumerate(row["attributions"])
    ]
    return row | {"text": "".join(out), "attributions": attributions}


def _extra(text: str, start: int, end: int, pool: Pool, rng: random.Random) -> tuple[int, str] | None:
    """Return where to put what into the content piece [start, end), or None where nothing fits."""
    piece, following = text[start:end], text[end : end + 1]
    if len(piece.split()) < 3:
        return None
    if piece[-1] in '"”' and piece[0] in '"“' and pool.quoted:
        n = rng.choice((1, 1, 2, 3))
        sentences = [rng.choice(pool.quoted if rng.random() < 0.7 else pool.plain) for _ in range(n)]
        sentences = [x if x[-1] in ".?!" else x + "." for x in (y[:1].upper() + y[1:] for y in sentences)]
        mark = piece[-2:-1]
        if mark == ",":
            return end - 2, ". " + " ".join(sentences)[:-1]
        if mark in ".?!":
            return end - 1, " " + " ".join(sentences)
        return None
    if following not in ".,;\n" or piece[-1] in _QUOTES or not piece[-1].isalnum() or not pool.clauses:
        return None
    extra = rng.choice(_JOINS) + rng.choice(pool.clauses)
    if rng.random() < 0.3:
        extra += rng.choice(_JOINS) + rng.choice(pool.clauses)
    return end, extra
