"""The schema as an append-only list of SQL files, each applied once in a transaction of its own."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from extractors.errors import StorageError
from storage.rows import Connection

FOLDER = Path(__file__).parent
_TABLE = """
CREATE TABLE IF NOT EXISTS migration (
    version    INTEGER PRIMARY KEY,
    name       VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL
)
"""


@cache
def migrations() -> tuple[tuple[int, Path], ...]:
    """Number and file of every migration, in order."""
    found = sorted(FOLDER.glob("[0-9][0-9][0-9]_*.sql"))
    return tuple((int(path.name[:3]), path) for path in found)


def migrate(db: Connection, where: Path, up_to: int | None = None) -> int:
    """Bring the schema to the newest version (or ``up_to``) and return how many migrations were applied.

    Raises StorageError for a ledger that a newer Volteface has written.
    """
    version = schema_version(db)
    newest = migrations()[-1][0]
    if version > newest:
        problem = f"was written by a newer Volteface (schema {version}, this one knows {newest})"
        raise StorageError(str(where), problem, "Upgrade Volteface, or set VOLTEFACE_HOME to another folder")
    due = [(n, path) for n, path in migrations() if version < n <= (up_to or newest)]
    for number, path in due:
        _apply(db, number, path)
    return len(due)


def schema_version(db: Connection) -> int:
    """The number of the last migration applied, 0 for an empty database."""
    known = db.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'migration'").fetchone()
    if not known or not known[0]:
        return 0
    row = db.execute("SELECT coalesce(max(version), 0) FROM migration").fetchone()
    return int(row[0]) if row else 0


def _apply(db: Connection, number: int, path: Path) -> None:
    name = re.sub(r"^\d+_|\.sql$", "", path.name)
    db.execute("BEGIN TRANSACTION")
    try:
        db.execute(_TABLE)
        db.execute(path.read_text(encoding="utf-8"))
        db.execute("INSERT INTO migration VALUES (?, ?, now())", [number, name])
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")
