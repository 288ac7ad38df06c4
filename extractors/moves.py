"""The reports of one actor on one concept, day by day -> how the standing position moved.

A change is looked for in the manner of Page's cumulative sums (1954): a report off the standing position opens an
attempt; every further outlet that carries it counts for the attempt, every outlet that holds the standing position
meanwhile counts against it. An attempt whose account falls to nothing is given up. It is firm once ``confirm_by``
outlets carry it, surely coded on the whole and one of them by itself (`SOLID`, `SUREST`), and at least twice as many as
hold on to the old position.

Some moves need more, because they are where coverage errs most:

- from one degree to another on one side ("supports" to "supports if"): a condition that is new and that two outlets
  name (in whatever words, where there was none before), or one more outlet; and a clear distance from the mean of
  what was reported before;
- whatever has been attempted before and came to nothing: one outlet more for every false start, since coverage that
  errs about an actor goes on to do so;
- to another side, where not even the outlets that any change needs tell it within a few days (`CLOSE`): a real turn is
  news when it is made, and what trickles in over weeks are slips and recalls. Each report must then be surely coded;
- back to a side that was held before: quoted words or a date, in one report at least, since old positions are recalled
  without either all the time; and a report that prints both sides counts for the one that is new;
- to "takes no side": a stated one. "Did not rule out", "declined to say" and denials are no position at all;
- another condition: see demands.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations, groupby

from extractors.demands import compare, related
from extractors.models import Statement
from extractors.positions import sign
from extractors.reports import Report
from extractors.standing import Kind, Move, Standing, fresh, mean_level

MOST_CAUTION = 3
"""Outlets that false starts can add at most."""
MARGIN = 2
"""How many times the outlets that hold the old position those must be that carry the new one."""
SOLID = 0.5
"""Mean confidence of the reports that a move needs; more of them make up for less."""
SUREST = 0.55
"""Confidence that one report at least must have: what all outlets quote alike is misread alike."""
CLOSE, SURE = 3, 0.6
"""Days within which reports tell the same news; the confidence that a turn needs of each of them where they do not."""
STEP = 0.6
"""Distance between the means of the agreements before and after, for a step on one side."""
PATIENCE = 45
"""Days without a further report after which an attempt that never got firm is given up."""
_TAKES_NO_SIDE = re.compile(
    r"\b(neutral|neutrality|undecided|no side|takes? sides|no position|open question|agnostic|ambivalent|abstain\w*"
    r"|not (?:yet )?(?:formed? (?:a|any) (?:view|opinion)|made? up (?:\w+ )?minds?|decided)"
    r"|reconsider\w*|rethink\w*|review\w*|on the fence|leave it to|no longer (?:support|oppos)\w*"
    r"|neither (?:for|support|oppos)\w*|free vote)",
    re.IGNORECASE,
)
_NEUTRAL = re.compile(r'neutral "([^"]*)"')
"""How the coder names the words by which a text leaves a side open."""


def walk(reports: Sequence[Report], standing: Standing, confirm_by: int) -> list[Move]:
    """Take `standing` through `reports` (in order of day); return every attempt to move it, in order of start.

    `standing` is moved along: at the end it is the position that is firm.
    """
    moves: list[Move] = []
    attempts: dict[tuple[str, int], Move] = {}
    for day, of_day in groupby(reports, key=lambda r: r.day):
        today = [r for r in of_day if not (r.level == 0 and not takes_no_side(r.statements))]
        for report in today:
            for kind, key in _departures(report, standing):
                if key in attempts and (day - attempts[key].latest).days > PATIENCE:
                    attempts[key].state = "given up"
                    _abandon(attempts.pop(key), standing)
                if key not in attempts:
                    attempts[key] = _open(kind, key, report, standing)
                    moves.append(attempts[key])
        for move in list(attempts.values()):
            _count(move, today, standing)
            if move.outlets <= move.opposed:
                move.state = "dropped" if move.start == day else "given up"
                _abandon(move, standing)
                del attempts[move.key]
        firm = max((m for m in attempts.values() if _is_firm(m, standing, confirm_by)), key=_precedence, default=None)
        if firm:
            _settle(firm, standing)
            for move in attempts.values():
                move.state = "firm" if move is firm else "dropped"
            attempts.clear()
        else:
            _hold(today, standing, moves)
    return [m for m in moves if m.for_it]


def takes_no_side(statements: Iterable[Statement]) -> bool:
    """Tell whether any of them states that the actor is on neither side, rather than merely avoiding the question."""
    return any(_TAKES_NO_SIDE.search(" ".join((s.words, *_NEUTRAL.findall(" ".join(s.basis))))) for s in statements)


def level_for(report: Report, standing: Standing) -> int | None:
    """What a report says, given what was known: of two sides the one that is new; None where neither is."""
    if report.other is None:
        return report.level
    new = [x for x in (report.level, report.other) if sign(x) not in standing.held]
    return new[0] if len(new) == 1 else None


def _departures(report: Report, standing: Standing) -> list[tuple[Kind, tuple[str, int]]]:
    """The attempts that a report belongs to, by the way in which it is off the standing position."""
    level = level_for(report, standing)
    if level is None:
        return []
    side, stand = sign(level), standing.level
    if stand is None:
        return [("first", ("first", side))] if side else []
    if side != sign(stand):
        kind: Kind = "zero" if side == 0 else "side" if stand == 0 else "flip"
        return [(kind, (kind, side))]
    if level != stand:
        return [] if standing.moved_on and fresh(report.day, standing.moved_on) else [("step", ("step", level))]
    return _other_demand(report, standing)


def _other_demand(report: Report, standing: Standing) -> list[tuple[Kind, tuple[str, int]]]:
    if not report.condition or not standing.conditions:
        return []
    differences = [compare(known, report.condition) for known in standing.conditions]
    found = differences[-1]
    if "same" in differences or "unclear" in differences or found not in {"more", "less", "other"}:
        return []
    return [(found, (found, report.level))]


def _open(kind: Kind, key: tuple[str, int], report: Report, standing: Standing) -> Move:
    condition = standing.conditions[-1] if standing.conditions else None
    return Move(kind, key, report.day, tuple(standing.reports), standing.level, condition)


def _count(move: Move, today: Sequence[Report], standing: Standing) -> None:
    """Add the day's reports to the account of an attempt."""
    for report in today:
        if any(key == move.key for _, key in _departures(report, standing)):
            if move.kind != "other" or _agrees(report, move):
                move.for_it.append(report)
        elif _opposes(report, move, standing):
            move.against.append(report)
    levels = [level for r in move.for_it if (level := level_for(r, standing)) is not None]
    move.level = mean_level(levels)
    move.condition = next((r.condition for r in move.for_it if r.condition), None)


def _agrees(report: Report, move: Move) -> bool:
    return not move.for_it or compare(move.for_it[0].condition or "", report.condition or "") == "same"


def _opposes(report: Report, move: Move, standing: Standing) -> bool:
    level = level_for(report, standing)
    if level is None or report.mixed:
        return False
    target = move.key[1]
    if move.kind == "first":
        return sign(level) == -target
    if move.kind in {"flip", "zero"}:
        return sign(level) == sign(move.from_level or 0)
    if move.kind == "side":
        return sign(level) != target
    if move.kind == "step":
        return sign(level) != sign(target) or level == move.from_level
    return report.condition is not None and any(compare(c, report.condition) == "same" for c in standing.conditions)


def _is_firm(move: Move, standing: Standing, confirm_by: int) -> bool:
    move.needed = confirm_by + min(MOST_CAUTION, standing.false_starts.get(move.kind, 0))
    if move.kind == "step" and not _names_condition(move, standing):
        move.needed += 1
    if move.outlets < move.needed or move.outlets < MARGIN * move.opposed or all(r.mixed for r in move.for_it):
        return False
    if not surely_coded(move) or trickles_in(move, confirm_by):
        return False
    if move.kind == "step":
        levels = [r.level for r in move.for_it]
        return abs(sum(levels) / len(levels) - standing.mean) >= STEP
    if move.kind in {"flip", "side"} and sign(move.level) in standing.held:
        return any(r.own_words and not r.mixed for r in move.for_it)
    return True


def surely_coded(move: Move) -> bool:
    """Whether the reports that carry `move` leave little doubt, all in all and one of them alone."""
    return move.weight >= SOLID * move.needed and any(r.confidence >= SUREST for r in move.for_it)


def trickles_in(move: Move, confirm_by: int) -> bool:
    """Whether `move` is a turn that no `confirm_by` outlets tell within days, nor all that it needs surely."""
    if move.kind not in {"flip", "side"} or move.told_within(CLOSE, confirm_by):
        return False
    return len({r.outlet for r in move.for_it if r.confidence >= SURE}) < move.needed


def _names_condition(move: Move, standing: Standing) -> bool:
    """Whether two outlets name a condition where none was named before, or both the same new one."""
    named = {r.outlet for r in move.for_it if r.condition}
    if not standing.conditions:
        return len(named) > 1
    new = {
        r.outlet: c for r in move.for_it if (c := r.condition) and not any(related(k, c) for k in standing.conditions)
    }
    return any(related(a, b) for a, b in combinations(new.values(), 2))


def _abandon(move: Move, standing: Standing) -> None:
    """Note an attempt that came to nothing."""
    standing.false_starts[move.kind] = standing.false_starts.get(move.kind, 0) + 1
    standing.conditions += [c for r in move.for_it if (c := r.condition)]
    if move.kind == "step":
        standing.reports += move.for_it


def _precedence(move: Move) -> tuple[int, int, date]:
    order: tuple[Kind, ...] = ("other", "less", "more", "step", "zero", "side", "first", "flip")
    return (move.outlets, order.index(move.kind), move.start)


def _settle(move: Move, standing: Standing) -> None:
    standing.level = move.level
    standing.moved_on = move.start
    standing.held.add(sign(move.level))
    standing.reports = list(move.for_it)
    standing.conditions = [c for r in move.for_it if (c := r.condition)][:1]
    standing.false_starts = {}


def _hold(today: Sequence[Report], standing: Standing, moves: Sequence[Move]) -> None:
    """Reports on the standing side make it firmer, and are evidence of the move that led there while it is fresh."""
    if standing.level is None:
        return
    latest = next((m for m in reversed(moves) if m.state == "firm"), None)
    for report in today:
        if report.mixed or sign(report.level) != sign(standing.level):
            continue
        if not _departures(report, standing):
            standing.reports.append(report)
        if report.condition and not standing.conditions:
            standing.conditions.append(report.condition)
        if latest and fresh(report.day, latest.start):
            latest.for_it.append(report)
            if latest.kind in {"flip", "first", "side"}:
                latest.level = standing.level = mean_level([r.level for r in latest.for_it if not r.mixed])
