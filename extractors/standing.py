"""Where an actor stands at a point of the walk through the days (moves.py), and the attempts to move him from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from extractors.positions import round_away, sign
from extractors.reports import Report

Kind = Literal["first", "flip", "zero", "side", "step", "more", "less", "other"]
"""`first` position at all; `flip` to the other side; `zero`: to neither; `side`: from neither; `step` on one side; and
the three differences of a condition."""

FOLLOW_UP = 7
"""Days after its first one in which further reports count as evidence of a move."""
FAINT = 0.3
"""Confidence below which a report adds nothing to what makes a move firm."""


@dataclass(slots=True)
class Move:
    """One attempt to move the standing position, and how far it came."""

    kind: Kind
    key: tuple[str, int]
    start: date
    before: tuple[Report, ...]
    from_level: int | None
    from_condition: str | None
    for_it: list[Report] = field(default_factory=list)
    against: list[Report] = field(default_factory=list)
    state: Literal["open", "firm", "given up", "dropped"] = "open"
    """`dropped`: overtaken by another move, or contradicted on its first day; nothing to tell."""
    level: int = 0
    condition: str | None = None
    needed: int = 2
    """Outlets that it takes."""

    @property
    def said_at(self) -> date:
        """The first day of the week that carried the move by itself; of one that came drop by drop the very first."""
        return self.told_within(FOLLOW_UP, self.needed) or min(r.day for r in self.for_it)

    def told_within(self, days: int, outlets: int) -> date | None:
        """The first day from which so many outlets carry it within `days`; None where they never do."""
        for first in sorted({r.day for r in self.for_it}):
            if len({r.outlet for r in self.for_it if 0 <= (r.day - first).days <= days}) >= outlets:
                return first
        return None

    @property
    def outlets(self) -> int:
        return len({r.outlet for r in self.for_it})

    @property
    def weight(self) -> float:
        """How sure the coding of its reports is, one for each outlet, added up; many faint ones make nothing sure."""
        surest: dict[str, float] = {}
        for report in self.for_it:
            if report.confidence >= FAINT:
                surest[report.outlet] = max(report.confidence, surest.get(report.outlet, 0.0))
        return sum(surest.values())

    @property
    def latest(self) -> date:
        return self.for_it[-1].day if self.for_it else self.start

    @property
    def opposed(self) -> int:
        return len({r.outlet for r in self.against})


@dataclass(slots=True)
class Standing:
    """Where the actor stands at a point of the walk, and on what reports that rests."""

    level: int | None = None
    reports: list[Report] = field(default_factory=list)
    held: set[int] = field(default_factory=set)
    """The sides on which he has ever stood."""
    conditions: list[str] = field(default_factory=list)
    """All that were named with it, false starts included."""
    moved_on: date | None = None
    """The day of the move that led here; in the week after it, its degree is still being told."""
    false_starts: dict[str, int] = field(default_factory=dict)
    """Attempts at each kind of move that came to nothing since he stands here."""

    @property
    def mean(self) -> float:
        levels = [r.level for r in self.reports if sign(r.level) == sign(self.level or 0)]
        return sum(levels) / len(levels) if levels else float(self.level or 0)


def fresh(day: date, start: date) -> bool:
    """Tell whether `day` is in the week that begins with `start`."""
    return (day - start).days <= FOLLOW_UP


def mean_level(levels: Sequence[int]) -> int:
    """Return the mean, rounded, but never 0 for levels of a side; 0 for none."""
    if not levels:
        return 0
    return round_away(sum(levels) / len(levels)) or sign(levels[0])
