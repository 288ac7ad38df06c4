"""Positions in SQL: the definition, point by point. That Python agrees is tested where both can be imported."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from extractors.models import Statement
from storage.ledger import Ledger
from storage.rows import Row, select, select_one
from tests.storage.builders import DAY, HOUR, WATCH, statement, store


def said(day: int, agreement: int | None, name: str = "", **more: Any) -> Statement:
    """Said and published on that day of December, in an article and an outlet of its own."""
    name = name or f"{day}{agreement}"
    when = DAY.replace(day=day)
    more = {"said_at": when.date(), "published_at": when, "copy_group": f"version-{name}"} | more
    return statement(name, of=name, agreement=agreement, outlet=f"Outlet {name}", recorded_at=when + HOUR, **more)


def positions(ledger: Ledger, sql: str = "latest_positions") -> list[Row]:
    with ledger.transaction() as tx:
        return select(tx.connection, f"SELECT * FROM {sql} WHERE watch_id = ? ORDER BY actor, concept", [WATCH])


def the_position(ledger: Ledger, sql: str = "latest_positions") -> Row:
    (row,) = positions(ledger, sql)
    return row


def test_one_statement(ledger: Ledger) -> None:
    store(ledger, said(3, 2, condition="if asked"))
    row = the_position(ledger)
    assert (row["agreement"], row["score"], row["reports"], row["condition"]) == (2, 2.0, 1, "if asked")
    assert (row["since"], row["said_at"], row["statements"]) == (date(2025, 12, 3), date(2025, 12, 3), ["statement-32"])
    assert row["confidence"] == pytest.approx(1 - 0.5**0.8, abs=1e-4)


def indirect(made: Statement) -> Statement:
    return replace(made, attribution=replace(made.attribution, quote_type="indirect"))


@pytest.mark.parametrize(
    ("statements", "score", "agreement"),
    [
        ([said(3, 2), said(10, -2)], (2 * 0.5 - 2 * 1) / 1.5, -1),  # a week older counts half
        ([said(3, 2, confidence=0.4), said(3, -2, confidence=0.8)], (2 * 0.4 - 2 * 0.8) / 1.2, -1),
        ([indirect(said(3, 2)), said(3, -2)], (2 * 0.8 - 2 * 1) / 1.8, 0),
        ([said(3, 2), said(3, 1)], 1.5, 2),  # halves go away from zero
        ([said(3, -2), said(3, -1)], -1.5, -2),
        ([said(3, 2), said(3, None, "n"), said(3, -2, "u", said_at=None)], 2.0, 2),  # nothing stated, no day
        # copies of one text count once for what they report of one day: the first published
        ([said(3, 2, "a"), said(3, -2, "b", copy_group="version-a", published_at=DAY + HOUR)], 2.0, 2),
        ([said(3, 2, "a", published_at=None), said(3, -2, "b", copy_group="version-a")], -2.0, -2),
        ([said(3, 2, "a", confidence=0.5), said(3, -2, "b", copy_group="version-a", published_at=DAY)], -2.0, -2),
        ([said(3, 2, "a"), said(3, -2, "b", copy_group="version-a", published_at=DAY)], 2.0, 2),
    ],
)
def test_weights_and_copies(ledger: Ledger, statements: list[Statement], score: float, agreement: int) -> None:
    store(ledger, *statements)
    row = the_position(ledger)
    assert row["score"] == pytest.approx(score, abs=1e-6)
    assert row["agreement"] == agreement


def test_a_position_needs_actor_concept_and_weight(ledger: Ledger) -> None:
    store(ledger, said(3, 2, "a", actor=None), said(3, 2, "b", concept=None), said(3, 2, "c", confidence=0.0))
    assert positions(ledger) == []


@pytest.mark.parametrize(
    ("agreements", "since", "reports"),
    [
        ([(3, 2), (4, 2), (5, 2)], 3, 3),
        ([(3, 2), (4, -2), (5, 2), (6, 2)], 5, 3),
        ([(3, 2), (4, 2), (5, -1)], 3, 2),  # the newest is not on the position's side: it is skipped
        ([(3, -2), (4, 2), (5, -2), (6, -2), (7, 1)], 5, 3),
    ],
)
def test_since_is_the_start_of_the_present_run(
    ledger: Ledger, agreements: list[tuple[int, int]], since: int, reports: int
) -> None:
    store(ledger, *(said(day, agreement) for day, agreement in agreements))
    row = the_position(ledger)
    assert (row["since"].day, row["reports"]) == (since, reports)


def test_reports_are_outlets_not_statements(ledger: Ledger) -> None:
    store(ledger, said(3, 2, "a"), replace(said(4, 2, "b"), outlet="Outlet a"), said(4, -1, "c"))
    assert the_position(ledger)["reports"] == 1


def test_as_of_and_known_at(ledger: Ledger) -> None:
    late = said(20, -2, "late", said_at=date(2025, 12, 5))  # said on the 5th, recorded on the 20th
    store(ledger, said(3, 2), said(10, -2))
    store(ledger, late, recorded_at=late.recorded_at)

    def score(sql: str) -> float | None:
        rows = positions(ledger, sql)
        return rows[0]["score"] if rows else None

    assert score("positions_as_of('2025-12-02')") is None
    assert score("positions_as_of('2025-12-03')") == score("positions_as_of(DATE '2025-12-03')") == 2.0
    weight = 0.5 ** (2 / 7)
    assert score("positions_as_of('2025-12-05')") == pytest.approx((2 * weight - 2) / (weight + 1), abs=1e-6)
    assert score("positions_known_at('2025-12-05')") == 2.0
    assert score("positions_known_at(TIMESTAMPTZ '2025-12-03 12:59:00+00')") is None
    assert score("positions_known_at('2025-12-03T13:00:00Z')") == 2.0
    assert positions(ledger, "positions_known_at('2025-12-31')") == positions(ledger)
    assert positions(ledger, "positions_as_of('2025-12-31')") == positions(ledger)


def test_dates_do_not_depend_on_the_time_zone_of_the_session(ledger: Ledger) -> None:
    store(ledger, said(3, 2), said(10, -2))
    with ledger.transaction() as tx:
        for zone in ("UTC", "America/New_York", "Pacific/Auckland"):
            tx.connection.execute(f"SET TimeZone = '{zone}'")
            row = select_one(tx.connection, "SELECT day_of('2025-12-03') AS d, end_of('2025-12-03') AS e")
            assert row == {"d": date(2025, 12, 3), "e": DAY.replace(hour=0, day=4) - timedelta(microseconds=1)}
            assert select(tx.connection, "SELECT score FROM positions_known_at('2025-12-03')") == [{"score": 2.0}]


def test_the_timeline_ends_in_the_position_and_passes_through_the_earlier_ones(ledger: Ledger) -> None:
    store(ledger, said(3, 2), said(4, 1), said(10, -2), said(10, -1), said(24, 2))
    timeline = positions(ledger, "position_timeline")
    days = [3, 4, 10, 24]
    assert [row["said_at"].day for row in timeline] == days
    for row, day in zip(timeline, days, strict=True):
        as_of = the_position(ledger, f"positions_as_of('2025-12-{day:02}')")
        assert row["agreement"] == as_of["agreement"]
        assert row["score"] == pytest.approx(as_of["score"], abs=1e-5)
    assert [row["moved"] for row in timeline] == [None, -1, -1, 1]
    assert [row["outlets"] for row in timeline] == [1, 1, 2, 1]
