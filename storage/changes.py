"""Changes: every state that one went through, and the state it is in now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from extractors.models import Change
from storage.outbox import put_alerts
from storage.records import ChangeStep, KnownChange, OutboxItem
from storage.rows import Row, select
from storage.store import Store, record_states

_NAMES = [f.name for f in fields(Change)]
WITHDRAWN = "no longer follows from the statements"


class Changes(Store):
    """Rows are only added: one whenever a change is new or anything about it differs."""

    def save_changes(
        self,
        watch_id: str,
        changes: Sequence[Change],
        run_id: str | None,
        recorded_at: datetime,
        *,
        pairs: Iterable[tuple[str, str]] = (),
        alerts: Sequence[OutboxItem] = (),
    ) -> list[ChangeStep]:
        """Record the present state of ``changes`` and return the steps that are new; the same again adds nothing.

        ``pairs`` are the (actor, concept) for which ``changes`` is complete: a change known for one of them that is no
        longer among ``changes`` is recorded as reverted. ``alerts`` go into the outbox in the same transaction; to
        compose them from the steps, do both in one ``Ledger.transaction()``.
        """
        given = {change.id for change in changes}
        whole = set(pairs)
        with self._begin() as db:
            known = self._known(db, watch_id)
            gone = [
                replace(old.change, status="reverted", reason=WITHDRAWN)
                for old in known.values()
                if (old.change.actor, old.change.concept) in whole
                and old.change.id not in given
                and old.change.status != "reverted"
            ]
            rows = [{"watch_id": watch_id, **asdict(change), "run_id": run_id} for change in [*changes, *gone]]
            differing = [row for row in rows if _differs(row, known.get(row["id"]))]
            record_states(db, "change", ["watch_id", "id"], differing, recorded_at)
            put_alerts(db, alerts, recorded_at)
        return [
            ChangeStep(_change(row), known[row["id"]].change.status if row["id"] in known else None, recorded_at)
            for row in differing
        ]

    def changes(self, watch_id: str) -> list[KnownChange]:
        """The changes as they stand now, with analysts' verdicts; oldest first."""
        with self._begin() as db:
            known = self._known(db, watch_id)
        return sorted(known.values(), key=lambda k: (k.change.said_at, k.change.id))

    def change_history(self, watch_id: str, change_id: str) -> list[ChangeStep]:
        """All recorded states of one change, first to last."""
        sql = "SELECT * FROM change WHERE watch_id = ? AND id = ? ORDER BY step"
        with self._begin() as db:
            rows = select(db, sql, [watch_id, change_id])
        before = [None, *(row["status"] for row in rows)]
        return [
            ChangeStep(_change(row), previous, row["recorded_at"])
            for row, previous in zip(rows, before[:-1], strict=True)
        ]

    @staticmethod
    def _known(db: Any, watch_id: str) -> dict[str, KnownChange]:
        rows = select(db, "SELECT * FROM current_change WHERE watch_id = ?", [watch_id])
        return {
            row["id"]: KnownChange(
                change=_change(row),
                recorded_at=row["recorded_at"],
                run_id=row["run_id"],
                verdict=row["verdict"],
                reviewed_by=row["reviewed_by"],
                review_reason=row["review_reason"],
            )
            for row in rows
        }


def _change(row: Row) -> Change:
    values = {name: row[name] for name in _NAMES}
    return Change(**{**values, "evidence": tuple(row["evidence"]), "before": tuple(row["before"])})


def _differs(row: Row, known: KnownChange | None) -> bool:
    """Whether anything but the run differs: a later run that finds the same adds nothing."""
    return known is None or _change(row) != known.change
