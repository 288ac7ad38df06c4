"""The position step and the macros of the ledger are two wordings of one definition: they must give the same."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from extractors.models import Position, Statement
from extractors.positions import position
from flows.reading import position_rows
from storage.ledger import Ledger, Snapshot
from storage.records import Correction
from tests.storage.builders import DAY, HOUR, WATCH, statement, store, watched

PAIRS = 60
DAYS = [date(2025, 12, day) for day in (1, 3, 4, 8, 15, 22, 31)]


def told(rng: random.Random) -> Iterator[Statement]:
    """Statements of many pairs: few outlets, copies, old quotes printed again, and what is not stated."""
    for pair in range(PAIRS):
        for n in range(rng.randint(1, 9)):
            name = f"{pair}-{n}"
            published = DAY.replace(day=rng.randint(3, 28), hour=rng.randint(0, 23))
            made = statement(
                name,
                of=name,
                actor=f"Actor {pair % 12}",
                concept=f"concept-{pair // 12}",
                agreement=rng.choice([-2, -2, -1, 0, 1, 2, 2, None]),
                said_at=rng.choice([published.date(), date(2025, 12, rng.randint(3, 9)), None]),
                published_at=rng.choice([published, published, None]),
                recorded_at=published.replace(hour=12) + timedelta(days=rng.randint(0, 3)),
                outlet=f"Outlet {rng.randint(0, 3)}",
                confidence=rng.choice([0.0, 0.25, 0.5, 0.5, 0.9]),
                condition=rng.choice([None, "if asked"]),
                copy_group=f"version-{pair}-{rng.randint(0, n)}",
            )
            kind = rng.choice(["direct", "indirect", "mixed"])
            yield replace(made, attribution=replace(made.attribution, quote_type=kind))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    ledger = watched(Ledger(tmp_path_factory.mktemp("positions") / "home"))
    rng = random.Random(12)
    statements = list(told(rng))
    for recorded in sorted({s.recorded_at for s in statements}):
        store(ledger, *(s for s in statements if s.recorded_at == recorded), recorded_at=recorded)
    late = DAY.replace(day=20)
    for s in rng.sample([s for s in statements if s.recorded_at < late], 12):
        ledger.review_statement(
            WATCH, s.id, "correct", "Ida", "read it", late, Correction(("agreement",), agreement=-1)
        )
    for s in rng.sample([s for s in statements if s.recorded_at < late], 6):
        ledger.review_statement(WATCH, s.id, "reject", "Ida", "satire", late + HOUR)
    ledger.merge_actor(WATCH, "Actor 1", "Actor 2", "Ida", "the same", late + 2 * HOUR)
    ledger.publish_snapshot()
    return ledger.home


def derived(statements: Iterable[Statement], as_of: date) -> list[Position]:
    groups: dict[tuple[str, str], list[Statement]] = {}
    for s in statements:
        if s.actor and s.concept:
            groups.setdefault((s.concept, s.actor), []).append(s)
    found = (position(group, as_of) for _, group in sorted(groups.items()))
    return [p for p in found if p]


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC) - timedelta(microseconds=1)


def check(mine: list[Position], ours: list[Position]) -> None:
    assert [(p.actor, p.concept) for p in mine] == [(p.actor, p.concept) for p in ours]
    for one, other in zip(mine, ours, strict=True):
        assert one.score == pytest.approx(other.score, abs=2e-6)
        assert one.confidence == pytest.approx(other.confidence, abs=2e-4)
        assert replace(one, score=0.0, confidence=0.0) == replace(other, score=0.0, confidence=0.0)


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_as_of_agrees(home: Path, day: date) -> None:
    with Snapshot(home) as snapshot:
        check(snapshot.positions(WATCH, as_of=day), derived(snapshot.statements_for(WATCH), day))


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_known_at_agrees(home: Path, day: date) -> None:
    with Snapshot(home) as snapshot:
        known = snapshot.statements_for(WATCH, known_at=end_of(day))
        check(snapshot.positions(WATCH, as_of=day, known_at=day), derived(known, day))
        for then in (day, end_of(day)):  # a date is its whole day
            sql = f"SELECT actor, concept, score FROM positions_known_at('{then.isoformat()}') ORDER BY concept, actor"
            ours = [(p.actor, p.concept, p.score) for p in snapshot.positions(WATCH, as_of=day, known_at=then)]
            assert snapshot.connection.execute(sql).fetchall() == ours


def test_both_at_once_agree(home: Path) -> None:
    """What was known on the 22nd about the 8th."""
    with Snapshot(home) as snapshot:
        then, known = date(2025, 12, 8), end_of(date(2025, 12, 22))
        ours = snapshot.positions(WATCH, as_of=then, known_at=known)
        check(ours, derived(snapshot.statements_for(WATCH, known_at=known), then))
        assert ours != snapshot.positions(WATCH, as_of=then)
        rows = position_rows(snapshot, WATCH, then, known.date(), date(2026, 1, 1))
        assert [(r["actor"], r["score"], r["statements"]) for r in rows] == [
            (p.actor, p.score, list(p.statements)) for p in ours
        ]


def test_the_case_is_worth_comparing(home: Path) -> None:
    """Corrections, merges and every day make a difference, and all sides occur."""
    with Snapshot(home) as snapshot:
        each = [snapshot.positions(WATCH, as_of=day) for day in DAYS[1:]]
        assert all(one != other for one, other in pairwise(each))
        assert {p.agreement for p in each[-1]} == {-2, -1, 0, 1, 2}
        assert "Actor 1" not in {p.actor for p in each[-1]}
        assert len(each[-1]) > PAIRS / 2
