"""Longer contents from short ones, and longer sentences around short contents: both need no new annotation.

Written training articles have shorter contents than newspapers. Inside a clause that is said everything belongs to its
holder, whatever it says: clauses and sentences of other articles put there teach that such a content does not end at
the first comma, and that a reporting verb inside a content is no cue. Behind the object of a stance ("opposes the
merger") or a plan, what follows is the reporter's: put there, it teaches that such a content does end. Common cues give
way to rarer ones that fit the place. Input and output are rows in the scorer's shape.
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
# What a reporter adds behind the object of a stance, or behind a plan. The first kind would belong to a plan.
_WHEN_AND_WHERE = (
    *(" on Tuesday", " last week", " in March", " this spring", " earlier this year", " two years ago", " for weeks"),
    *(" at a rally in the harbour", " at a news conference", " during the debate", " in a speech to teachers"),
    *(" in an interview on Sunday", " in a radio interview", " on the campaign trail", " in the days after the storm"),
    *(" for the third time", " from the start", " since the spring", " before the vote", " after the meeting"),
    *(" in front of some 400 supporters", " in a letter to members", " at every stop", " again on Friday"),
)
_RELATIVE = (
    *(", which would cost the county $40 million", ", which has been closed since May", ", which is due in the autumn"),
    *(
        ", which passed by two votes",
        ", which opened in 2014",
        ", which the court struck down",
        ", which drew applause",
    ),
    *(", the largest in the region", ", a move that surprised even allies", ", a favourite target of the party"),
    *(", including one that had failed twice", ", part of a package of nine bills", ", now in its fourth year"),
)
_REPORTERS = (
    *(" after ", ", after ", ", as ", " as ", ", while ", ", but ", ", but ", ", and ", ", although ", ", though "),
    *(
        " because ",
        " since ",
        ", since ",
        " even though ",
        " when ",
        " before ",
        ", even as ",
        " despite the fact that ",
    ),
)
_CLAUSE = re.compile(r"(?:that|what|how|why|whether|if|where|when|who|he|she|it|they|we|i|you|there)\b", re.IGNORECASE)
_FINITE = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|does|do|did|\w+n['’]t|\w{2,}ed)\b"
)
_SAYING = re.compile(r"\b(?:said|says?|saying|told|tells?|telling|add(?:s|ed|ing)|according|writes?|wrote|put)\b|:")

# Cues that fit one another's places. Written articles use a few of them over and over, newspapers all.
_SWAPS = tuple(
    tuple(row.split(", "))
    for row in (
        "said, added, noted, continued, explained, argued, warned, acknowledged, stated, insisted, recalled, "
        "concluded, claimed, declared, responded, also said, then said, has said, said in a statement, "
        "said in an interview",
        "says, adds, notes, argues, explains, warns, insists, claims, writes, recalls, acknowledges, suggests",
        "say, argue, note, believe, think, insist, claim, fear, suspect",
        "saying, adding, noting, arguing, warning, claiming, insisting, explaining, suggesting, declaring",
        "criticised, criticized, attacked, blasted, denounced, slammed, condemned, mocked, assailed, has criticized, "
        "questioned, blamed",
        "praised, hailed, lauded, applauded, commended, celebrated, thanked, has praised",
        "supports, backs, favors, endorses, likes, has endorsed, has backed, defends, champions",
        "support, back, favor, endorse, prefer, would back",
        "supported, backed, favored, endorsed, embraced, defended, championed",
        "opposes, rejects, dislikes, has opposed, has rejected, is against, fears",
        "opposed, rejected, dismissed, disputed, resisted, ruled out",
        "shows, suggests, indicates, reveals, finds",
        "showed, suggested, indicated, revealed, found, showing",
    )
)
_TO_SWAPS = tuple(
    tuple(row.split(", "))
    for row in (
        "wants, plans, hopes, intends, aims, expects, is seeking, is hoping, is trying, has pledged, has promised",
        "want, plan, hope, intend, aim, expect, are seeking, are hoping",
        "vowed, promised, pledged, agreed, decided, offered, threatened, refused, declined, sought, wanted, planned",
    )
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


def vary(row: Row, rng: random.Random, share: float) -> Row:
    """Return the article with about `share` of its common cues replaced by others that fit the place."""
    text: str = row["text"]
    edits: list[tuple[int, int, str]] = []
    for a in row["attributions"]:
        if len(a["cue"]) != 1 or not a["content"] or rng.random() >= share:
            continue
        start, end = a["cue"][0]
        groups = (*_SWAPS, *_TO_SWAPS) if text[a["content"][0][0] :].startswith("to ") else _SWAPS
        others = [g for g in groups if text[start:end] in g]
        if others:
            edits.append((start, end, rng.choice(others[0])))
    edits.sort()

    def moved(at: int) -> int:
        return at + sum(len(new) - (e - s) for s, e, new in edits if e <= at)

    for start, end, new in reversed(edits):
        text = text[:start] + new + text[end:]
    attributions = [
        {role: [[moved(s), moved(e)] for s, e in a[role]] for role in ("source", "cue", "content")}
        for a in row["attributions"]
    ]
    return row | {"text": text, "attributions": attributions}


def lengthen(row: Row, pool: Pool, rng: random.Random, share: float) -> Row:
    """Return the article with about `share` of its contents lengthened."""
    text: str = row["text"]
    inserts: list[tuple[int, str, int]] = []  # where, what, whose content (-1: nobody's)
    for k, a in enumerate(row["attributions"]):
        if not a["content"] or rng.random() >= share:
            continue
        start, end = rng.choice(a["content"])
        cue = " ".join(text[s:e] for s, e in a["cue"])
        if _is_object(text[start:end], cue) and (start, end) == tuple(a["content"][-1]):
            if text[end : end + 1] == "." and end > max((e for _, e in a["cue"]), default=end):
                inserts.append((end, _tail(text[start:end], pool, rng), -1))
        elif made := _extra(text, start, end, pool, rng):
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


def _is_object(piece: str, cue: str) -> bool:
    """Say whether a content is the object of a stance or a plan, and no statement."""
    plain = not any(q in piece for q in _QUOTES) and not _SAYING.search(cue) and not _CLAUSE.match(piece)
    return plain and (piece.startswith("to ") or (len(piece.split()) <= 10 and not _FINITE.search(piece)))


def _tail(piece: str, pool: Pool, rng: random.Random) -> str:
    """Make up what the reporter adds behind such a content."""
    kind = rng.random()
    if kind < 0.4 and not piece.startswith("to "):
        tail = rng.choice(_WHEN_AND_WHERE)
        return (
            tail if rng.random() < 0.6 or not pool.clauses else tail + rng.choice(_REPORTERS) + rng.choice(pool.clauses)
        )
    if kind < 0.55 or not pool.clauses:
        return rng.choice(_RELATIVE)
    return rng.choice(_REPORTERS) + rng.choice(pool.clauses)


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
