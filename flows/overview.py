"""Who stands where and who moved, as the dossier and the pictures show it: the ledger -> an overview. Only reads.

A position stands as the baseline has it until a change is confirmed, and then as the last confirmed change has it.
Where there is neither, it is what the statements add up to, and not confirmed. So what a page shows and what a mail
told are the same, and an old quote that is printed again moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from extractors.models import Actor, Change, Codebook, Concept, Statement, Version
from extractors.positions import position
from extractors.reports import Report, original_days, reports, usable
from flows.wording import concept_name, one_line
from storage.ledger import Nouns

Pair = tuple[str, str]
"""An actor's name and a concept's id."""
UNNAMED = "unnamed"
"""The kind of sources that a text describes without a name; their names are in brackets."""


@dataclass(frozen=True, slots=True)
class Step:
    """From this day on the position is ``level``; ``firm``: by the baseline or a confirmed change."""

    day: date
    level: int
    firm: bool


@dataclass(frozen=True)
class Cell:
    """Where one actor stands on one concept, and everything that this rests on."""

    actor: str
    concept: str
    agreement: int
    confidence: float
    since: date
    reports: int
    """Independent ones behind the position."""
    confirmed: bool
    """By the baseline or a confirmed change."""
    condition: str | None
    baseline: int | None
    changes: tuple[Change, ...]
    """Confirmed and tentative ones, in the order in which they were said."""
    said: tuple[Report, ...]
    """All reports, in order of day."""
    ground: frozenset[str]
    """Ids of the baseline's statements."""
    course: tuple[Step, ...]

    @property
    def moved(self) -> Change | None:
        """The change that tells how the position came to be: the last confirmed one, else the last tentative one."""
        firm = [c for c in self.changes if c.status == "confirmed"]
        return next(reversed(firm or self.changes), None)

    @property
    def direction(self) -> int:
        """+1 or -1 where the position has moved against the baseline, or is about to, else 0."""
        change = self.moved
        if change is None:
            return 0
        start = self.baseline if self.baseline is not None else change.from_agreement
        goal = change.to_agreement
        if start is None or goal is None:
            return 0
        return (goal > start) - (goal < start)


@dataclass(frozen=True)
class Overview:
    """All positions of a watch, or of some pairs of it."""

    watch_id: str
    today: date
    baseline: Version | None
    actors: tuple[Actor, ...]
    """Those with a position: who moved first, then who is known best."""
    concepts: tuple[Concept, ...]
    """Those with a position, the most talked of first."""
    names: dict[str, str]
    """Concept id -> its name in a few words."""
    cells: dict[Pair, Cell]
    changes: tuple[Change, ...] = field(default=())
    """All that are shown, newest first."""

    @property
    def baseline_day(self) -> date | None:
        published = self.baseline.published_at if self.baseline else None
        return published.date() if published else None


def overview(reader: Nouns, watch_id: str, today: date, pairs: Iterable[Pair] | None = None) -> Overview:
    """The positions of a watch on ``today``; ``pairs`` chooses some of them, None gives all."""
    baseline = reader.baseline(watch_id)
    known = [k.change for k in reader.changes(watch_id) if k.verdict != "reject"]
    shown = [c for c in known if c.status != "reverted" and c.kind != "reaffirmed"]
    told: dict[Pair, list[Statement]] = {}
    for statement in reader.statements_for(watch_id, pairs):
        if statement.actor and statement.concept:
            told.setdefault((statement.actor, statement.concept), []).append(statement)
    moved: dict[Pair, list[Change]] = {}
    for change in sorted(shown, key=lambda c: (c.said_at, c.id)):
        moved.setdefault((change.actor, change.concept), []).append(change)
    cells = {
        pair: cell
        for pair, statements in told.items()
        if (cell := _cell(pair, statements, moved.get(pair, []), baseline, today))
    }
    book = Codebook(reader.concepts(watch_id), reader.actors(watch_id))
    listed = [c for changes in moved.values() for c in changes if (c.actor, c.concept) in cells]
    return Overview(
        watch_id=watch_id,
        today=today,
        baseline=baseline,
        actors=_actors(book, cells),
        concepts=_concepts(book, cells),
        names={c.id: concept_name(c, book) for c in book.concepts} | _retired(book, cells),
        cells=cells,
        changes=tuple(sorted(listed, key=lambda c: (c.said_at, c.id), reverse=True)),
    )


def kind_of(actor: Actor) -> str:
    """person, organization, state, or unnamed."""
    return UNNAMED if actor.name.startswith("(") else actor.kind


def display_name(name: str) -> str:
    """An actor's name for people: "(minister) [7225d243]", somebody without a name, becomes "minister, unnamed"."""
    if not name.startswith("("):
        return one_line(name, 120)
    return f"{one_line(name[1:].partition(')')[0], 100)}, unnamed"


def evidence(cell: Cell, ids: Sequence[str], statements: Mapping[str, Statement]) -> list[Report]:
    """The reports that the statements ``ids`` make, copies folded; of ``statements`` where the cell has them not."""
    own = {s.id: s for report in cell.said for s in (*report.statements, *report.copies)}
    found = [s for i in ids if (s := own.get(i) or statements.get(i))]
    return reports(usable(found, 0.0))


def _cell(
    pair: Pair, statements: Sequence[Statement], changes: Sequence[Change], baseline: Version | None, today: date
) -> Cell | None:
    """None where no statement tells a side."""
    day = baseline.published_at.date() if baseline and baseline.published_at else None
    ground = [replace(s, said_at=s.said_at or day) for s in statements if baseline and s.version_id == baseline.id]
    ids = frozenset(s.id for s in ground)
    dated = [*ground, *(s for s in statements if s.id not in ids)]
    weighed = position(dated, today)
    based = position(ground, today)
    firm = next((c for c in reversed(changes) if c.status == "confirmed" and c.to_agreement is not None), None)
    start = next((c.baseline_agreement for c in changes), based.agreement if based else None)
    if weighed is None and firm is None:
        return None
    said = tuple(reports(original_days(usable(dated, 0.0))))
    if firm is not None and firm.to_agreement is not None:
        level, sure, since = firm.to_agreement, firm.confidence, firm.said_at
        count, condition = firm.independent_reports, firm.to_condition
    elif start is not None and based is not None:
        same = weighed if weighed and weighed.agreement == start else based
        level, sure, since, count, condition = start, same.confidence, same.since, same.reports, same.condition
    elif weighed is not None:
        level, sure, since = weighed.agreement, weighed.confidence, weighed.since
        count, condition = weighed.reports, weighed.condition
    else:
        return None
    return Cell(
        actor=pair[0],
        concept=pair[1],
        agreement=level,
        confidence=sure,
        since=since,
        reports=count,
        confirmed=firm is not None or start is not None,
        condition=condition,
        baseline=start,
        changes=tuple(changes),
        said=said,
        ground=ids,
        course=_course(start, day or (said[0].day if said else since), changes, level, since),
    )


def _course(start: int | None, day: date, changes: Sequence[Change], level: int, since: date) -> tuple[Step, ...]:
    """How the position went: from the baseline (of ``day``) through the confirmed changes to those that wait."""
    steps = [Step(day, start, True)] if start is not None else []
    for change in changes:
        if change.to_agreement is None:
            continue
        if change.from_agreement is not None and not steps:
            steps.append(Step(min(day, change.said_at), change.from_agreement, True))
        steps.append(Step(change.said_at, change.to_agreement, change.status == "confirmed"))
    return tuple(steps or [Step(since, level, False)])


def _actors(book: Codebook, cells: dict[Pair, Cell]) -> tuple[Actor, ...]:
    known = {a.name: a for a in book.actors}
    names = {actor for actor, _ in cells}

    def rank(name: str) -> tuple[bool, int, int, int, str]:
        mine = [c for c in cells.values() if c.actor == name]
        firm = sum(change.status == "confirmed" for c in mine for change in c.changes)
        return (name.startswith("("), -firm, -len(mine), -sum(c.reports for c in mine), name.casefold())

    return tuple(known.get(name) or Actor(name) for name in sorted(names, key=rank))


def _concepts(book: Codebook, cells: dict[Pair, Cell]) -> tuple[Concept, ...]:
    known = {c.id: c for c in book.concepts}
    counts: dict[str, int] = {}
    for _, concept in cells:
        counts[concept] = counts.get(concept, 0) + 1
    return tuple(known.get(c) or Concept(c, "") for c in sorted(counts, key=lambda c: (-counts[c], c)))


def _retired(book: Codebook, cells: dict[Pair, Cell]) -> dict[str, str]:
    """Names of concepts that are no longer in the watch file, from their ids."""
    known = {c.id for c in book.concepts}
    return {c: concept_name(Concept(c, "")) for _, c in cells if c not in known}
