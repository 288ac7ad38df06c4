"""Alerts: written with the change they tell about, sent later, each told once to each recipient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any

from storage.records import Alert, AlertState, OutboxItem, Told, ToldChange
from storage.rows import Connection, Row, insert, select, select_one
from storage.store import Store

LEASE = timedelta(minutes=15)
"""How long a started delivery keeps others from starting it too: longer than any SMTP time-out."""


class Outbox(Store):
    """An alert is pending until an attempt was recorded as sent or given up. Attempts are only added."""

    def add_alerts(self, items: Sequence[OutboxItem], recorded_at: datetime) -> list[str]:
        """Put messages into the outbox and return the ids of those that were added.

        Left out are ids that are there already, and messages that tell of changes only that the recipient has been
        told before as the same, by any watch.
        """
        with self._begin() as db:
            return put_alerts(db, items, recorded_at)

    def told(self, channel: str, recipient: str) -> list[Told]:
        """What the outbox holds for this recipient, sent or not, of all watches; oldest first."""
        with self._begin() as db:
            return _told(db, channel, recipient)

    def last_alert_at(self, watch_id: str, channel: str, recipient: str, topic: str) -> datetime | None:
        """When the watch last put a message on this topic ("digest") into the outbox for the recipient."""
        sql = "SELECT max(recorded_at) AS at_last FROM alert WHERE (watch_id, channel, recipient, topic) = (?, ?, ?, ?)"
        with self._begin() as db:
            row = select_one(db, sql, [watch_id, channel, recipient, topic])
        return row["at_last"] if row else None

    def claim_alerts(
        self, now: datetime, limit: int = 50, *, watch_id: str | None = None, lease: timedelta = LEASE
    ) -> list[Alert]:
        """Take the pending alerts that are due, oldest first, and record that their delivery was started.

        Until ``lease`` is over nobody else gets them, so that two passes never send the same one; after a crash they
        are due again. The alerts carry the number of the attempt that was started.
        """
        where = "state = 'pending' AND next_try_at <= $now AND ($watch IS NULL OR watch_id = $watch)"
        with self._begin() as db:
            due = _alerts(db, where, {"now": now, "watch": watch_id}, f"LIMIT {int(limit)}")
            rows = [
                {
                    "alert_id": alert.item.alert_id,
                    "attempt": alert.attempts + 1,
                    "outcome": "started",
                    "next_try_at": now + lease,
                    "recorded_at": now,
                }
                for alert in due
            ]
            insert(db, "alert_attempt", rows)
        return [Alert(a.item, a.state, a.attempts + 1, a.recorded_at, now + lease, a.last_error) for a in due]

    def record_attempt(
        self, alert_id: str, at: datetime, *, error: str | None = None, next_try_at: datetime | None = None
    ) -> None:
        """Record how the started delivery ended: sent without ``error``; else tried again at ``next_try_at``, or,
        where that is None, given up."""
        outcome = "sent" if error is None else "failed" if next_try_at else "given_up"
        with self._begin() as db:
            sql = "SELECT coalesce(max(attempt), 1) AS attempt FROM alert_attempt WHERE alert_id = ?"
            last = select_one(db, sql, [alert_id])
            row = {
                "alert_id": alert_id,
                "attempt": last["attempt"] if last else 1,
                "outcome": outcome,
                "error": error,
                "next_try_at": next_try_at,
                "recorded_at": at,
            }
            insert(db, "alert_attempt", [row], ignore_known=True)

    def alerts(self, watch_id: str | None = None, state: AlertState | None = None) -> list[Alert]:
        """The outbox, oldest first: of one watch or all, in one state or all."""
        where = "($watch IS NULL OR watch_id = $watch) AND ($state IS NULL OR state = $state)"
        with self._begin() as db:
            return _alerts(db, where, {"watch": watch_id, "state": state}, "")


def put_alerts(db: Connection, items: Sequence[OutboxItem], recorded_at: datetime) -> list[str]:
    """``Outbox.add_alerts`` inside the caller's transaction."""
    added = []
    for item in items:
        told = {(t.what.change_id, t.what.told_as) for t in _told(db, item.channel, item.recipient)}
        news = [change for change in item.changes if (change.change_id, change.told_as) not in told]
        if item.changes and not news:
            continue
        row = {k: v for k, v in asdict(item).items() if k != "changes"}
        row |= {"not_before": item.not_before or recorded_at, "recorded_at": recorded_at}
        if not insert(db, "alert", [row], ignore_known=True):
            continue
        whom = {"channel": item.channel, "recipient": item.recipient, "alert_id": item.alert_id}
        insert(db, "alert_change", [{**whom, **asdict(change)} for change in news])
        added.append(item.alert_id)
    return added


def _told(db: Connection, channel: str, recipient: str) -> list[Told]:
    sql = """
        SELECT c.*, a.recorded_at, a.watch_id FROM alert_change AS c JOIN alert AS a USING (alert_id)
        WHERE c.channel = ? AND c.recipient = ? ORDER BY a.recorded_at, a.alert_id, c.change_id
    """
    rows = select(db, sql, [channel, recipient])
    return [Told(_told_change(row), row["recorded_at"], row["watch_id"], row["alert_id"]) for row in rows]


def _told_change(row: Row) -> ToldChange:
    return ToldChange(**{f.name: row[f.name] for f in fields(ToldChange)})


def _alerts(db: Connection, where: str, params: dict[str, Any], limit: str) -> list[Alert]:
    sql = f"SELECT * FROM alert_state WHERE {where} ORDER BY recorded_at, alert_id {limit}"  # noqa: S608  # from this file
    rows = select(db, sql, params)
    ids = [row["alert_id"] for row in rows]
    links: dict[str, list[ToldChange]] = {}
    sql = "SELECT * FROM alert_change WHERE list_contains(?::VARCHAR[], alert_id) ORDER BY change_id, told_as"
    for link in select(db, sql, [ids]):
        links.setdefault(link["alert_id"], []).append(_told_change(link))
    return [_alert(row, tuple(links.get(row["alert_id"], ()))) for row in rows]


def _alert(row: Row, changes: tuple[ToldChange, ...]) -> Alert:
    item = OutboxItem(
        alert_id=row["alert_id"],
        watch_id=row["watch_id"],
        channel=row["channel"],
        recipient=row["recipient"],
        topic=row["topic"],
        payload=row["payload"],
        changes=changes,
        not_before=row["not_before"],
    )
    names = ("state", "attempts", "recorded_at", "next_try_at", "last_error", "sent_at")
    return Alert(item=item, **{name: row[name] for name in names})
