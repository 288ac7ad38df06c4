"""What the nouns of the ledger have in common: they work inside a transaction, their own or a shared one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from storage.rows import Connection, Row, insert, select


class Store:
    """Base of the nouns. ``_begin`` gives the connection of a transaction."""

    def _begin(self) -> AbstractContextManager[Connection]:
        raise NotImplementedError


def record_states(
    db: Connection,
    table: str,
    key: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    recorded_at: datetime,
) -> list[Row]:
    """Add a step for each row whose state differs from the last step of its ``key``; return what was added.

    The first name of ``key`` must be "watch_id", and all rows must be of one watch.
    """
    if not rows:
        return []
    watch_id = rows[0][key[0]]
    names = ", ".join(f'"{name}"' for name in key)
    sql = f"""
        SELECT * FROM {table} WHERE "{key[0]}" = ?
        QUALIFY row_number() OVER (PARTITION BY {names} ORDER BY step DESC) = 1
    """  # noqa: S608  # names come from this package
    last = {tuple(row[name] for name in key): row for row in select(db, sql, [watch_id])}
    added: list[Row] = []
    for row in rows:
        before = last.get(tuple(row[name] for name in key))
        if before is not None and all(_same(before[name], value) for name, value in row.items()):
            continue
        step = before["step"] + 1 if before else 1
        added.append({**row, "step": step, "recorded_at": recorded_at})
        last[tuple(row[name] for name in key)] = added[-1]
    insert(db, table, added)
    return added


def _same(stored: Any, given: Any) -> bool:
    return bool(stored == (list(given) if isinstance(given, tuple) else given))
