"""Statements of one actor on one concept -> the changes that a careful analyst would report.

The steps: pass over what cannot move a position (no agreement, no day, no actor, too unsure); put every utterance
on the day on which it was made, and fold copies into independent reports (reports.py); walk through the days
(moves.py); name the moves. The result depends on the set of statements alone, never on their order.

What counts as a change, and when:

- `reversed`: from one side to the other. `softened`: towards no side. `hardened`: further to a side, or from none
  to one. `new_concept`: an actor of the baseline takes a side on a concept on which the baseline has nothing from him;
  `new_actor`: the same for an actor of whom the baseline has nothing at all. A condition that is named before and after
  and has become another is `hardened` or `softened` at the same agreement.
- `tentative` until ``confirm_by`` independent reports carry it, surely coded on the whole, and at least twice as many
  as hold on to the old position; `reverted` when as many hold the old position again before it is firm; `confirmed` for
  good: if the actor moves back, that is a change of its own.
- What was said before the baseline's day can tell where a newcomer stood, and is no change itself. Nor is the first
  position on a concept on which the baseline has words of the actor that nobody could read.
- Not a change: the same in other words, copies, quotes printed again, second articles of one outlet, statements of
  both sides on one day, "did not rule out", one report alone, silence.

``Change.id`` is made of the kind of move, its side, and how many such moves of this pair were firm before it. Later
reports of the same move, whichever day they give, leave it as it is, so that one change is mailed once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import prod
from typing import Any

from extractors.context import by_context
from extractors.models import Change, ChangeKind, ChangeStatus, Statement
from extractors.moves import takes_no_side, walk
from extractors.positions import position, sign
from extractors.reasons import reason
from extractors.reports import Report, original_days, reports, usable
from extractors.standing import Move, Standing


@dataclass(frozen=True, slots=True)
class ChangeRules:
    """When a change is firm."""

    confirm_by: int = 2
    """Independent reports (outlets, copies folded) before a change is confirmed."""
    min_confidence: float = 0.2
    """Statements coded less surely than this never move a position (0..1)."""

    def __post_init__(self) -> None:
        if self.confirm_by < 1 or not 0 <= self.min_confidence <= 1:
            raise ValueError(f"no rules to work by: {self}")


def derive_changes(
    statements: Sequence[Statement],
    baseline: Sequence[Statement],
    rules: ChangeRules | None = None,
    *,
    actor_known: bool = True,
    since: date | None = None,
    touched: bool = False,
) -> list[Change]:
    """Return the changes of one actor on one concept against the baseline, in order of `said_at`.

    `statements` and `baseline` are of that pair, in any order; statements of the baseline may be among both.
    `actor_known`: the baseline has a statement of this actor on any concept. `since`: the baseline's day; without it,
    the day of the baseline's statements, or everything counts. `touched`: the baseline may hold a position of the actor
    that its statements do not tell (extractors/ground.py).
    """
    rules = rules or ChangeRules()
    ground = _dated(baseline, since, rules)
    since = since or max((_printed(s) for s in ground), default=None)
    told = usable((s for s in statements if s.id not in {b.id for b in baseline}), rules.min_confidence)
    if not told:
        return []
    placed = original_days(sorted({s.id: s for s in [*ground, *told]}.values(), key=_by_day))
    told_ids = {s.id for s in told}
    news = reports([s for s in placed if s.id in told_ids])
    standing, unclear = _start(reports([s for s in placed if s.id not in told_ids]), ground)
    unclear = unclear or (standing.level is None and (touched or any(_unread(s) for s in baseline)))
    fresh = [r for r in news if since is None or r.day >= since]
    history = Standing()
    if standing.level is None and not unclear:
        walk([r for r in news if since is not None and r.day < since], history, rules.confirm_by)
        standing.held |= history.held
    original_level = standing.level
    moves = walk(fresh, standing, rules.confirm_by)
    if unclear:  # the first firm position is only what the baseline failed to tell
        moves = [m for m in moves if m.kind != "first"]
    first = told[0]
    listed = _number(moves)
    changes = [_change(m, n, history, first, actor_known, original_level, rules) for m, n in listed]
    return sorted(changes, key=lambda c: (c.said_at, c.id))


def explain(change: Change, statements: Iterable[Statement]) -> dict[str, Any]:
    """Return `change` with everything that it rests on, ready to be printed or written as JSON.

    `statements` hold at least those named in the change's `evidence` and `before`. Keys: actor, concept, kind, status,
    reason, said_at, confidence, `from` and `to` (agreement, condition, reports). A report has the outlet, the words and
    what the coder saw in them, and `copies`: where else the same was printed.
    """
    known = {s.id: s for s in statements}
    return {
        "id": change.id,
        "actor": change.actor,
        "concept": change.concept,
        "kind": change.kind,
        "status": change.status,
        "said_at": change.said_at.isoformat(),
        "independent_reports": change.independent_reports,
        "confidence": change.confidence,
        "baseline_agreement": change.baseline_agreement,
        "reason": change.reason,
        "from": _side(change.from_agreement, change.from_condition, change.before, known),
        "to": _side(change.to_agreement, change.to_condition, change.evidence, known),
    }


def _dated(baseline: Sequence[Statement], since: date | None, rules: ChangeRules) -> list[Statement]:
    """The baseline's usable statements; what it does not date was said by its own day at the latest."""
    day = since or max((_printed(s) for s in baseline if s.said_at or s.published_at), default=None)
    dated = [replace(s, said_at=s.said_at or day or s.recorded_at.date()) for s in baseline]
    return [s for s in usable(dated, rules.min_confidence) if s.agreement or takes_no_side([s])]


def _unread(statement: Statement) -> bool:
    """Whether its own words are about the concept, and nobody could tell what they say of it."""
    return (
        statement.agreement is None
        and not statement.confidence
        and bool(statement.basis)
        and not by_context(statement.basis[0])
    )


def _printed(statement: Statement) -> date:
    """The day on which it was in print, as far as is known."""
    printed: datetime | None = statement.published_at
    return printed.date() if printed else statement.said_at or statement.recorded_at.date()


def _by_day(statement: Statement) -> tuple[date, str]:
    return (statement.said_at or date.min, statement.id)


def _start(ground: Sequence[Report], statements: Sequence[Statement]) -> tuple[Standing, bool]:
    """Where the baseline leaves the actor; and whether it prints both sides, so that nobody can tell."""
    if not ground:
        return Standing(), False
    last = max(s.said_at for s in statements if s.said_at)
    stands = position(statements, last)
    if stands is None:
        return Standing(), False
    if any(r.mixed for r in ground if r.day == ground[-1].day):
        return Standing(held={-1, 1}), True
    carrying = [r for r in ground if sign(r.level) == sign(stands.agreement)]
    conditions = [c for r in carrying if (c := r.condition)]
    return Standing(stands.agreement, carrying, {sign(stands.agreement)}, conditions[-1:]), False


def _number(moves: Sequence[Move]) -> list[tuple[Move, int]]:
    """Number the moves of each kind; of attempts at the same move only the one that went furthest is listed."""
    firm: dict[tuple[str, int], int] = {}
    listed: dict[tuple[tuple[str, int], int], Move] = {}
    rank = {"firm": 3, "open": 2, "given up": 1}
    for move in moves:
        if move.state == "dropped" or (move.kind == "step" and move.state != "firm" and move.condition is None):
            continue
        slot = ((move.kind, sign(move.level)), firm.get((move.kind, sign(move.level)), 0))
        if slot not in listed or rank[move.state] >= rank[listed[slot].state]:
            listed[slot] = move
        if move.state == "firm":
            firm[slot[0]] = slot[1] + 1
    still_open = [m for m in listed.values() if m.state == "open"]
    strongest = max(still_open, key=lambda m: (m.outlets, m.kind == "flip", -m.start.toordinal()), default=None)
    return [(m, n) for (_, n), m in listed.items() if m.state != "open" or m is strongest]


def _change(
    move: Move,
    number: int,
    history: Standing,
    sample: Statement,
    actor_known: bool,
    baseline: int | None,
    rules: ChangeRules,
) -> Change:
    status: ChangeStatus = {"firm": "confirmed", "open": "tentative", "given up": "reverted"}[move.state]  # type: ignore[assignment]
    came_from, before = move.from_level, move.before
    if move.kind == "first" and history.level is not None and sign(history.level) == -sign(move.level):
        came_from, before = history.level, tuple(history.reports)
    kind = _kind(move, came_from, actor_known)
    evidence = _evidence(move.for_it)
    watch, actor, concept = sample.watch_id, sample.actor or "", sample.concept or ""
    name = f"{watch}|{actor}|{concept}|{move.kind}|{sign(move.level)}|{number}"
    carried = [
        max(r.confidence for r in move.for_it if r.outlet == outlet) for outlet in {r.outlet for r in move.for_it}
    ]
    sure = (1 - prod(1 - min(c, 0.9) for c in carried)) * move.outlets / (move.outlets + move.opposed)
    return Change(
        id=hashlib.sha256(name.encode()).hexdigest()[:24],
        actor=actor,
        concept=concept,
        kind=kind,
        from_agreement=came_from,
        to_agreement=move.level,
        status=status,
        said_at=move.said_at,
        independent_reports=move.outlets,
        evidence=evidence,
        baseline_agreement=baseline,
        before=_evidence(before),
        confidence=round(min(0.99, sure), 4),
        reason=reason(move, kind, status, came_from, rules.confirm_by),
        from_condition=move.from_condition,
        to_condition=move.condition,
    )


def _kind(move: Move, came_from: int | None, actor_known: bool) -> ChangeKind:
    if came_from is None:
        return "new_concept" if actor_known else "new_actor"
    if move.kind in {"more", "other"}:
        return "hardened"
    if move.kind == "less":
        return "softened"
    if sign(move.level) == -sign(came_from) and move.level:
        return "reversed"
    return "softened" if abs(move.level) < abs(came_from) else "hardened"


def _evidence(found: Sequence[Report]) -> tuple[str, ...]:
    """Statement ids: one for each independent report first, the earliest of its outlet, then all others."""
    first: list[str] = []
    rest: list[str] = []
    outlets: set[str] = set()
    for report in found:
        ids = [s.id for s in report.statements]
        if report.outlet not in outlets:
            outlets.add(report.outlet)
            first.append(ids.pop(0))
        rest += [*ids, *(s.id for s in report.copies)]
    return tuple(dict.fromkeys([*first, *rest]))


def _side(
    agreement: int | None, condition: str | None, ids: Sequence[str], known: dict[str, Statement]
) -> dict[str, Any]:
    carried = [known[i] for i in ids if i in known]
    groups: dict[str, list[Statement]] = {}
    for s in carried:
        groups.setdefault(s.copy_group or s.version_id, []).append(s)
    return {
        "agreement": agreement,
        "condition": condition,
        "reports": [{**_printout(first), "copies": [_printout(s) for s in rest]} for first, *rest in groups.values()],
    }


def _printout(s: Statement) -> dict[str, Any]:
    return {
        "statement": s.id,
        "outlet": s.outlet,
        "url": s.url,
        "said_at": s.said_at.isoformat() if s.said_at else None,
        "said_basis": s.said_basis,
        "published_at": s.published_at.isoformat() if s.published_at else None,
        "source": s.source_text,
        "words": s.words,
        "quote_type": s.attribution.quote_type,
        "agreement": s.agreement,
        "condition": s.condition,
        "basis": list(s.basis),
        "confidence": s.confidence,
    }
