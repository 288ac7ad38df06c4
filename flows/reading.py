"""What the reading commands show: rows made from the published snapshot. JSON keys are the column names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from extractors.changes import explain
from extractors.models import Change, Statement
from storage.ledger import Snapshot


def end_of_day(day: date) -> datetime:
    """The last moment of a day, UTC: what was known on a date includes that date."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1) - timedelta(microseconds=1)


def position_rows(
    snapshot: Snapshot, watch_id: str, as_of: date | None, known_at: date | None, today: date
) -> list[dict[str, Any]]:
    """Who stands where: one row an actor and concept, by concept and actor."""
    known = end_of_day(known_at) if known_at else None
    return [
        {
            "actor": found.actor,
            "concept": found.concept,
            "agreement": found.agreement,
            "score": found.score,
            "confidence": found.confidence,
            "since": found.since,
            "reports": found.reports,
            "condition": found.condition,
            "statements": list(found.statements),
        }
        for found in snapshot.positions(watch_id, as_of=as_of or known_at or today, known_at=known)
    ]


def change_rows(snapshot: Snapshot, watch_id: str, since: date | None, statuses: Sequence[str]) -> list[dict[str, Any]]:
    """The changes with their evidence, in the order in which they were said. Rejected ones are left out."""
    known = [k for k in snapshot.changes(watch_id) if k.verdict != "reject"]
    chosen = [k.change for k in known if k.change.status in statuses and (not since or k.change.said_at >= since)]
    statements = snapshot.statements_by_id(watch_id, {i for c in chosen for i in c.evidence})
    return [change_row(change, statements) for change in chosen]


def change_row(change: Change, statements: dict[str, Statement]) -> dict[str, Any]:
    """One change as `volteface changes --format json` prints it."""
    return {
        "id": change.id,
        "actor": change.actor,
        "concept": change.concept,
        "kind": change.kind,
        "from": change.from_agreement,
        "to": change.to_agreement,
        "status": change.status,
        "said_at": change.said_at,
        "independent_reports": change.independent_reports,
        "confidence": change.confidence,
        "reason": change.reason,
        "evidence": [evidence_row(statements[i]) for i in change.evidence if i in statements],
    }


def evidence_row(statement: Statement) -> dict[str, Any]:
    """The exact words: ``start`` and ``end`` are offsets into the text of the version."""
    spans = statement.attribution.content
    return {
        "url": statement.url,
        "outlet": statement.outlet,
        "published_at": statement.published_at,
        "text": statement.words,
        "start": spans[0][0] if spans else None,
        "end": spans[-1][1] if spans else None,
        "version_id": statement.version_id,
    }


def explanation(snapshot: Snapshot, watch_id: str, change_id: str) -> dict[str, Any] | None:
    """Everything that one change rests on; None for an unknown id."""
    known = {k.change.id: k.change for k in snapshot.changes(watch_id)}
    change = known.get(change_id)
    if change is None:
        return None
    statements = snapshot.statements_by_id(watch_id, {*change.evidence, *change.before})
    return explain(change, statements.values())


def feed_rows(snapshot: Snapshot, watch_id: str) -> list[dict[str, Any]]:
    """Feed health: one row a feed."""
    return [
        {
            "outlet": state.outlet or state.engine,
            "url": state.url,
            "last_success_at": state.last_success_at,
            "last_item_at": state.last_item_at,
            "failures_in_a_row": state.failures_in_a_row,
            "next_poll_at": state.next_poll_at,
            "retired": state.retired,
            "last_error": state.last_error,
        }
        for state in snapshot.feed_states(watch_id)
    ]
