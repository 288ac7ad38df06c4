"""Which pairs of actor and concept changes must be derived anew for, and up to where that was done.

Tables only grow, so the number of the last row seen says what is new since. It does not depend on the clock, and it
is recorded in the transaction of the changes: a pass that was killed leaves it where it was.
"""

from __future__ import annotations

from datetime import datetime

from storage.records import ToDetect
from storage.rows import Connection, insert, select, select_one
from storage.store import Store

_MARKS = """
    SELECT
        (SELECT coalesce(max(rowid), -1) FROM statement) AS statement_mark,
        (SELECT coalesce(max(rowid), -1) FROM review) AS review_mark,
        (SELECT coalesce(max(rowid), -1) FROM regrouping) AS regrouping_mark,
        (SELECT count(*) FROM coder WHERE watch_id = ?) AS coder_mark
"""
_NAMES = ("statement_mark", "review_mark", "regrouping_mark", "coder_mark")
_NEW = """
    SELECT DISTINCT coalesce(m.to_actor, s.actor) AS actor, s.concept
    FROM statement AS s
    LEFT JOIN (
        SELECT subject_id AS actor, arg_max(to_actor, rowid) AS to_actor FROM review
        WHERE watch_id = $watch AND subject = 'actor' GROUP BY subject_id
    ) AS m ON m.actor = s.actor
    WHERE s.rowid > $statement_mark AND s.watch_id = $watch AND s.actor IS NOT NULL AND s.concept IS NOT NULL
"""
# Statements whose copies were regrouped, and statements that reviews touch: under the names that they had and the ones
# that they have now. A review touches what it is about whenever that is coded, so all reviews are looked at where
# there are new statements too.
_TOUCHED = """
    WITH reviewed AS (SELECT * FROM review WHERE watch_id = $watch AND rowid > $review_mark),
    touched AS (
        SELECT s.id FROM statement AS s JOIN regrouping AS r USING (version_id)
        WHERE s.watch_id = $watch AND r.rowid > $regrouping_mark
        UNION
        SELECT s.id FROM statement AS s JOIN reviewed AS r USING (version_id) WHERE s.watch_id = $watch
        UNION
        SELECT s.id FROM statement AS s JOIN review AS r USING (version_id)
        WHERE s.watch_id = $watch AND s.rowid > $statement_mark AND r.watch_id = $watch
        UNION
        SELECT s.id FROM statement AS s
        JOIN reviewed AS r ON r.subject = 'actor' AND (s.actor = r.subject_id OR s.actor = r.to_actor)
        WHERE s.watch_id = $watch
    ),
    pair AS (
        SELECT actor, concept FROM statement SEMI JOIN touched USING (id)
        UNION
        SELECT actor, concept FROM current_statement SEMI JOIN touched USING (id) WHERE watch_id = $watch
    )
    SELECT actor, concept FROM pair WHERE actor IS NOT NULL AND concept IS NOT NULL
"""


class Detection(Store):
    """Bookkeeping of the step from statements to changes."""

    def to_detect(self, watch_id: str) -> ToDetect:
        """The pairs that statements, reviews or copies have touched since the last ``save_detection``."""
        with self._begin() as db:
            marks = _marks(db, watch_id)
            sql = "SELECT * FROM detection WHERE watch_id = ? ORDER BY step DESC LIMIT 1"
            last = select_one(db, sql, [watch_id]) or dict.fromkeys(_NAMES, -1)
            if marks["coder_mark"] > max(1, last["coder_mark"]):
                return ToDetect(None, _tuple(marks))
            params = {name: last[name] for name in _NAMES[:3]}
            rows = select(db, _NEW, {"watch": watch_id, "statement_mark": last["statement_mark"]})
            if marks["review_mark"] >= 0 or marks["regrouping_mark"] > last["regrouping_mark"]:
                rows += select(db, _TOUCHED, {"watch": watch_id, **params})
        return ToDetect(frozenset((row["actor"], row["concept"]) for row in rows), _tuple(marks))

    def save_detection(self, watch_id: str, done: ToDetect, run_id: str | None, recorded_at: datetime) -> None:
        """Record that the changes of ``done`` were derived: in the transaction of ``save_changes``."""
        with self._begin() as db:
            sql = "SELECT * FROM detection WHERE watch_id = ? ORDER BY step DESC LIMIT 1"
            last = select_one(db, sql, [watch_id])
            if last and _tuple(last) == done.mark:
                return
            row = {
                "watch_id": watch_id,
                "step": last["step"] + 1 if last else 1,
                **dict(zip(_NAMES, done.mark, strict=True)),
                "run_id": run_id,
                "recorded_at": recorded_at,
            }
            insert(db, "detection", [row])


def _marks(db: Connection, watch_id: str) -> dict[str, int]:
    return select_one(db, _MARKS, [watch_id]) or dict.fromkeys(_NAMES, -1)


def _tuple(marks: dict[str, int]) -> tuple[int, int, int, int]:
    return (marks["statement_mark"], marks["review_mark"], marks["regrouping_mark"], marks["coder_mark"])
