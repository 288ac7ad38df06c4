"""The published copy of the ledger: everything that reads, reads this.

It is the live file copied byte by byte while the ledger is locked and closed, then put in place at once. Whoever has
an old snapshot open keeps it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import duckdb

from extractors.errors import StorageError
from storage.database import BUSY_TIMEOUT_SECONDS, LIVE, SNAPSHOT, exclusive, open_live
from storage.errors import explained
from storage.migrations import migrate
from storage.rows import Connection

PART = "snapshot.part"
HELD = ("counted_report", "latest_positions")
"""Views of the ledger that are tables in the snapshot; the second is made from the first."""
_COMMENTS = """
    SELECT NULL, comment FROM duckdb_views() WHERE view_name = ?
    UNION ALL
    SELECT column_name, comment FROM duckdb_columns() WHERE table_name = ?
"""


def publish_snapshot(home: Path, busy_timeout_s: float = BUSY_TIMEOUT_SECONDS) -> Path:
    """Publish what is committed, atomically, and return the snapshot's path."""
    target, part = home / SNAPSHOT, home / PART
    with exclusive(home, busy_timeout_s), explained(target):
        db = open_live(home / LIVE, busy_timeout_s)
        try:
            migrate(db, home / LIVE)
            db.execute("CHECKPOINT")
        finally:
            db.close()
        # Closed, and nobody else may open it: only now may the file be touched by other means than DuckDB's.
        _clear(part)  # a publication that was killed may have left its own, and its log would be taken for ours
        try:
            shutil.copyfile(home / LIVE, part)
            _hold_results(part)
            with part.open("rb+") as file:
                os.fsync(file.fileno())
            part.replace(target)
        except BaseException:
            _clear(part)
            raise
    return target


def _clear(part: Path) -> None:
    part.unlink(missing_ok=True)
    part.with_name(f"{part.name}.wal").unlink(missing_ok=True)


def _hold_results(part: Path) -> None:
    """Turn the views that most questions rest on into tables: derived once, and not by every reader."""
    db = open_live(part, 0)
    try:
        for view in HELD:
            comments = db.execute(_COMMENTS, [view, view]).fetchall()
            db.execute(f"CREATE TABLE held AS SELECT * FROM {view} ORDER BY watch_id, actor, concept")  # noqa: S608
            db.execute(f"DROP VIEW {view}")
            db.execute(f"ALTER TABLE held RENAME TO {view}")
            for column, comment in comments:
                thing = f'COLUMN {view}."{column}"' if column else f"TABLE {view}"
                db.execute("COMMENT ON {} IS '{}'".format(thing, str(comment).replace("'", "''")))
        db.execute("CHECKPOINT")
    finally:
        db.close()


def snapshot_path(home: Path) -> Path:
    """Where the published snapshot lies. Raises StorageError where there is none yet."""
    path = home.absolute() / SNAPSHOT
    if not path.exists():
        raise StorageError(str(path), "nothing has been published yet", "Do a pass first: volteface run WATCH")
    return path


def open_snapshot(home: Path) -> Connection:
    """Open the published snapshot: read-only, without access to other files or the network, settings locked."""
    path = snapshot_path(home)
    with explained(path):
        db = duckdb.connect(str(path), read_only=True, config={"enable_external_access": "false"})
        # Within one process DuckDB shares one instance a file: where that is open already, it is locked already too.
        if db.execute("SELECT current_setting('lock_configuration')").fetchone() == (False,):
            db.execute("SET GLOBAL TimeZone = 'UTC'")
            db.execute("SET lock_configuration = true")
    return db
