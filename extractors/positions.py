"""Statements of one actor on one concept -> the position that they add up to on a day.

A position is the weighted mean of the agreements. A statement weighs by the confidence of its coding, by whose words
it is in (direct and mixed quotes 1, indirect speech 0.8) and by age: half as much for every week that it lies before
the newest. Copies of one text count once for what they report of one day. The macros in storage/ compute the same in
SQL.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date

from extractors.models import Position, Statement

HALF_LIFE = 7.0
"""Days after which a statement weighs half as much, counted back from the newest usable one."""
QUOTE_WEIGHTS = {"direct": 1.0, "mixed": 1.0, "indirect": 0.8}


def position(statements: Sequence[Statement], as_of: date) -> Position | None:
    """Return where the actor stood on `as_of`, going by what was said until then; None where nothing tells.

    `statements` are of one actor and one concept, in any order; those without agreement or day are passed over.
    ``reports`` counts the outlets on the position's side, copies folded. ``confidence`` is the share of the weight that
    is on that side, times ``1 - 0.5 ** weight``: one report is never sure.
    """
    known = [s for s in fold_copies(statements) if s.said_at is not None and s.said_at <= as_of]
    if not known:
        return None
    newest_day = max(_day(s) for s in known)
    weights = {s.id: _weight(s, newest_day) for s in known}
    total = sum(weights.values())
    if total <= 0:
        return None
    score = sum(weights[s.id] * (s.agreement or 0) for s in known) / total
    agreement = round_away(score)
    newest_first = sorted(known, key=lambda s: (-_day(s).toordinal(), -weights[s.id], s.id))
    side = [s for s in newest_first if sign(s.agreement or 0) == sign(agreement)]
    support = sum(weights[s.id] for s in side)
    return Position(
        actor=known[0].actor or "",
        concept=known[0].concept or "",
        agreement=agreement,
        score=round(score, 6),
        confidence=round(support / total * (1 - 0.5**support), 4),
        since=_since(newest_first, sign(agreement), newest_day),
        reports=len({s.outlet for s in side}),
        statements=tuple(s.id for s in newest_first),
        condition=side[0].condition if side else None,
    )


def fold_copies(statements: Iterable[Statement]) -> list[Statement]:
    """Return the usable statements, of each copy group and day only one: first published, then surest, then by id."""
    kept: dict[tuple[str, date], Statement] = {}
    for statement in sorted(statements, key=precedence):
        if statement.agreement is not None and statement.said_at is not None:
            kept.setdefault((statement.copy_group or statement.version_id, statement.said_at), statement)
    return list(kept.values())


def precedence(statement: Statement) -> tuple[bool, float, float, str]:
    """Sort key: first published first (undated pages last), then surest, then by id."""
    published = statement.published_at
    return (published is None, published.timestamp() if published else 0.0, -statement.confidence, statement.id)


def sign(agreement: float) -> int:
    """Return the side: -1, 0 or +1."""
    return (agreement > 0) - (agreement < 0)


def round_away(score: float) -> int:
    """Round to the nearest whole number, halves away from zero (Python's own `round` goes to the even one)."""
    return sign(score) * math.floor(abs(score) + 0.5 + 1e-9)


def _weight(statement: Statement, newest: date) -> float:
    age = (newest - _day(statement)).days
    decay: float = 0.5 ** (age / HALF_LIFE)
    return statement.confidence * QUOTE_WEIGHTS[statement.attribution.quote_type] * decay


def _day(statement: Statement) -> date:
    assert statement.said_at is not None  # fold_copies keeps no other
    return statement.said_at


def _since(newest_first: Sequence[Statement], side: int, default: date) -> date:
    """The earliest day of the present run of statements on `side`."""
    since: date | None = None
    for statement in newest_first:
        if sign(statement.agreement or 0) == side:
            since = _day(statement)
        elif since is not None:
            break
    return since or default
