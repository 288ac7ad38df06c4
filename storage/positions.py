"""Positions: derived from the statements by the macros of the schema, never stored as truth."""

from __future__ import annotations

from datetime import date, datetime

from extractors.models import Position
from storage.rows import Row, select
from storage.statements import FOREVER
from storage.store import Store

_NAMES = ("actor", "concept", "agreement", "score", "confidence", "since", "reports", "condition")


class Positions(Store):
    """Who stood where, as statements and corrections tell now or told at a moment of the past."""

    def positions(
        self, watch_id: str, *, as_of: date | None = None, known_at: date | datetime | None = None
    ) -> list[Position]:
        """The positions by what was said until the day ``as_of`` and known at ``known_at``, by concept and actor.

        None: all that was said, all that is known. A date stands for its whole day (UTC).
        """
        params = {"watch": watch_id, "as_of": as_of.isoformat() if as_of else FOREVER}
        source = "positions_as_of($as_of)"
        if known_at:
            source = "positions_at($as_of, $known_at)"
            params["known_at"] = known_at.isoformat()
        sql = f"SELECT * FROM {source} WHERE watch_id = $watch ORDER BY concept, actor"  # noqa: S608
        with self._begin() as db:
            return [_position(row) for row in select(db, sql, params)]


def _position(row: Row) -> Position:
    return Position(**{name: row[name] for name in _NAMES}, statements=tuple(row["statements"]))
