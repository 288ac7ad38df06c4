"""Passes and the notices about a watch that has gone blind."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from storage.records import Notice, Run
from storage.rows import Row, insert, select, to_json
from storage.store import Store, record_states


class Runs(Store):
    """When a pass began and how it ended. One that was killed has no end and stays "unfinished"."""

    def start_run(self, watch_id: str, at: datetime) -> str:
        """Record the start of a pass and return its id."""
        run_id = f"{at:%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
        with self._begin() as db:
            insert(db, "run", [{"run_id": run_id, "watch_id": watch_id, "started_at": at}])
        return run_id

    def finish_run(
        self, run_id: str, at: datetime, status: str, stats: Mapping[str, Any], error: str | None = None
    ) -> None:
        """Record the end of a pass, once: ``status`` in a word ("ok", "failed"), ``stats`` as counts."""
        row = {"run_id": run_id, "finished_at": at, "status": status, "stats": to_json(stats), "error": error}
        with self._begin() as db:
            sql = (
                "INSERT INTO run_end SELECT $run_id, $finished_at, $status, $stats::JSON, $error ON CONFLICT DO NOTHING"
            )
            db.execute(sql, row)

    def runs(self, watch_id: str, limit: int = 20) -> list[Run]:
        """The last passes of the watch, newest first."""
        sql = "SELECT * FROM run_log WHERE watch_id = ? ORDER BY started_at DESC, run_id DESC LIMIT ?"
        with self._begin() as db:
            return [_run(row) for row in select(db, sql, [watch_id, limit])]

    def save_notice(
        self, watch_id: str, topic: str, state: Literal["warned", "recovered"], detail: str, recorded_at: datetime
    ) -> bool:
        """Record a warning or its recovery. False where the topic was in this state already."""
        row = {"watch_id": watch_id, "topic": topic, "state": state}
        with self._begin() as db:
            last = {n.topic: n for n in self._notices(db, watch_id)}
            if topic in last and last[topic].state == state:
                return False
            return bool(record_states(db, "notice", ["watch_id", "topic"], [{**row, "detail": detail}], recorded_at))

    def notices(self, watch_id: str) -> list[Notice]:
        """The last notice of each topic."""
        with self._begin() as db:
            return self._notices(db, watch_id)

    @staticmethod
    def _notices(db: Any, watch_id: str) -> list[Notice]:
        sql = """
            SELECT watch_id, topic, state, detail, recorded_at FROM notice WHERE watch_id = ?
            QUALIFY row_number() OVER (PARTITION BY topic ORDER BY step DESC) = 1 ORDER BY topic
        """
        return [Notice(**row) for row in select(db, sql, [watch_id])]


def _run(row: Row) -> Run:
    return Run(**{**row, "stats": json.loads(row["stats"]) if row["stats"] else {}})
