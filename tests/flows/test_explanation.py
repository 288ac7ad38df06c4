"""What `volteface changes --explain` prints."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from extractors.changes import derive_changes, explain
from extractors.models import Attribution, Statement
from flows.explanation import write_explanation


def statement(number: int, outlet: str, agreement: int, day: date, words: str, **more: Any) -> Statement:
    published = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    attribution = Attribution(((0, 4),), ((5, 9),), ((10, 40),), "direct", 0.9)
    return Statement(
        id=f"s{number}",
        watch_id="w",
        version_id=f"v{number}",
        actor="Ada Lund",
        concept="levy",
        agreement=agreement,
        words=words,
        source_text="Lund",
        attribution=attribution,
        said_at=day,
        said_basis="on Tuesday",
        published_at=published,
        recorded_at=published,
        outlet=outlet,
        url=f"https://{outlet.lower()}.example/{number}",
        coder="3",
        basis=('"levy": oppose "rejects"', "read as oppose (0.90)"),
        confidence=0.9,
        **more,
    )


def test_a_change_is_explained_in_lines_that_a_person_can_read() -> None:
    baseline = [statement(1, "Courier", 2, date(2026, 3, 2), '"The levy has to come"')]
    news = [
        statement(2, "Tern", -2, date(2026, 3, 10), "The levy is a mistake and has to be withdrawn at once"),
        statement(3, "Ledger", -2, date(2026, 3, 10), "No levy while I am minister, whatever the council says"),
    ]
    (change,) = derive_changes([*baseline, *news], baseline)
    text = write_explanation(explain(change, [*baseline, *news]))
    lines = text.splitlines()
    assert lines[0] == "Ada Lund on levy: reversed, +2 -> -2"
    assert "confirmed, said 2026-03-10, independent reports: 2" in lines[1]
    assert "Before: +2" in lines
    assert '     "The levy has to come"' in lines
    assert "Now: -2" in lines
    assert "  1. Tern, 2026-03-10  (-2)" in lines or "  1. Ledger, 2026-03-10  (-2)" in lines
    assert any("the coder saw" in line and "read as oppose" in line for line in lines)
    assert "     https://tern.example/2" in lines
    assert not any("{" in line or "[" in line for line in lines)


def test_a_first_position_comes_from_nothing() -> None:
    news = [
        statement(n, o, 2, date(2026, 3, 10), f"The levy {o} must stay in force {n}")
        for n, o in ((2, "Tern"), (3, "Ledger"))
    ]
    (change,) = derive_changes(news, [], since=date(2026, 3, 1))
    lines = write_explanation(explain(change, news)).splitlines()
    assert lines[0].endswith("nothing -> +2")
    assert "Before: nothing" in lines
