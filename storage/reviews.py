"""What analysts decided: verdicts on statements and changes, actors merged; each with name and reason.

A verdict on a statement is tied to the words (version, concept, place in the text), not to the coder that made it, so
it outlives recoding. The views and macros apply it; the rows that it is about stay as they were.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from extractors.errors import StorageError
from extractors.models import Actor
from storage.records import Correction, Review, Verdict
from storage.rows import Connection, Row, insert, select, select_one
from storage.store import Store
from storage.watches import add_text_actors

CORRECTABLE = ("actor", "concept", "agreement", "said_at", "condition")
_NOTHING = Correction(())


class Reviews(Store):
    """Corrections, append-only: a later verdict on the same thing replaces an earlier one."""

    def review_statement(
        self,
        watch_id: str,
        statement_id: str,
        verdict: Verdict,
        name: str,
        reason: str,
        recorded_at: datetime,
        correction: Correction | None = None,
    ) -> Review:
        """Accept, reject or correct a statement. Raises StorageError for an unknown one or an empty correction."""
        if verdict == "correct" and not (correction and correction.fields):
            raise StorageError(statement_id, "a correction names no field", f"Name one of {', '.join(CORRECTABLE)}")
        unknown = set(correction.fields if correction else ()) - set(CORRECTABLE)
        if unknown:
            raise StorageError(statement_id, f"{sorted(unknown)[0]} cannot be corrected", "See the table statement")
        sql = """
            SELECT version_id, concept, content_start, content_end FROM statement WHERE watch_id = ? AND id = ? LIMIT 1
        """
        with self._begin() as db:
            place = select_one(db, sql, [watch_id, statement_id])
            if place is None:
                raise StorageError(statement_id, f"is no statement of {watch_id}", "Take the id from current_statement")
            if correction and "actor" in correction.fields and correction.actor:
                add_text_actors(db, watch_id, [Actor(correction.actor)], recorded_at)
            row = _row(watch_id, "statement", statement_id, verdict, name, reason, recorded_at, correction)
            return _save(db, row | place, correction)

    def review_change(
        self, watch_id: str, change_id: str, verdict: Verdict, name: str, reason: str, recorded_at: datetime
    ) -> Review:
        """Accept or reject a change. A rejected one stays rejected, whatever is coded again."""
        with self._begin() as db:
            sql = "SELECT 1 AS known FROM change WHERE watch_id = ? AND id = ?"
            if select_one(db, sql, [watch_id, change_id]) is None:
                raise StorageError(change_id, f"is no change of {watch_id}", "Take the id from current_change")
            return _save(db, _row(watch_id, "change", change_id, verdict, name, reason, recorded_at, None), None)

    def merge_actor(
        self, watch_id: str, actor: str, into: str, name: str, reason: str, recorded_at: datetime
    ) -> list[Review]:
        """Count the statements of ``actor`` as those of ``into``, and so for what was merged into ``actor`` before.

        Merging an actor into itself undoes it.
        """
        sql = """
            SELECT subject_id AS actor, arg_max(to_actor, rowid) AS to_actor
            FROM review WHERE watch_id = ? AND subject = 'actor' GROUP BY subject_id
        """
        with self._begin() as db:
            merged = {row["actor"]: row["to_actor"] for row in select(db, sql, [watch_id])}
            target = merged.get(into, into) if actor != into else into
            followers = [a for a, to in merged.items() if to == actor and a != actor and target != actor]
            correction = Correction(("actor",), actor=target)
            return [
                _save(db, _row(watch_id, "actor", who, "merge", name, reason, recorded_at, correction), correction)
                for who in [actor, *followers]
            ]

    def reviews(self, watch_id: str) -> list[Review]:
        """All verdicts, in the order in which they were given."""
        sql = "SELECT * FROM review WHERE watch_id = ? ORDER BY rowid"
        with self._begin() as db:
            return [_review(row) for row in select(db, sql, [watch_id])]


def _row(
    watch_id: str,
    subject: str,
    subject_id: str,
    verdict: str,
    name: str,
    reason: str,
    recorded_at: datetime,
    correction: Correction | None,
) -> Row:
    if not name.strip() or not reason.strip():
        raise StorageError(subject_id, "a verdict needs a name and a reason", "Say who decides, and why")
    c = correction or _NOTHING
    return {
        "review_id": uuid.uuid4().hex,
        "watch_id": watch_id,
        "subject": subject,
        "subject_id": subject_id,
        "verdict": verdict,
        "name": name.strip(),
        "reason": reason.strip(),
        "corrects": list(c.fields),
        **{f"to_{field}": getattr(c, field) if field in c.fields else None for field in CORRECTABLE},
        "recorded_at": recorded_at,
    }


def _save(db: Connection, row: Row, correction: Correction | None) -> Review:
    insert(db, "review", [row])
    names = ("review_id", "watch_id", "subject", "subject_id", "verdict", "name", "reason", "recorded_at")
    return Review(**{name: row[name] for name in names}, correction=correction)


def _review(row: Row) -> Review:
    names = ("review_id", "watch_id", "subject", "subject_id", "verdict", "name", "reason", "recorded_at")
    fields = tuple(row["corrects"])
    correction = Correction(fields, **{f: row[f"to_{f}"] for f in CORRECTABLE}) if fields else None
    return Review(**{name: row[name] for name in names}, correction=correction)
