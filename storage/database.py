"""The live database file: opened for one short transaction at a time, under a file lock.

DuckDB lets one process write and locks all others out. So nobody keeps the file open: ``transaction`` takes the lock
of ``volteface.lock`` with bounded, jittered retries, opens, migrates where needed, runs the block, commits and closes.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import BaseFileLock, FileLock, Timeout

from extractors.errors import StorageError
from storage.errors import explained
from storage.migrations import migrate
from storage.rows import Connection

LIVE = "volteface.duckdb"
SNAPSHOT = "snapshot.duckdb"
LOCK = "volteface.lock"
TURNSTILE = "volteface.turnstile"
STORAGE_VERSION = "v1.5.0"
"""The oldest DuckDB that reads what we write; 2.0 reads it too."""
BUSY_TIMEOUT_SECONDS = 60.0
MEMORY_LIMIT = "2GB"
"""Of one transaction; DuckDB spills to disk beyond it."""
THREADS = 2
ROW_GROUP_SIZE = 16_384
"""Rows that are written together. Writing the log into the file rewrites the last group of each table that grew: with
DuckDB's own 122,880 and texts in the rows that took six seconds on a large ledger, with this half a second."""
SHORT_LOG_BYTES = 500_000
LOG_SHARE = 150


_held = threading.local()


@contextmanager
def exclusive(home: Path, busy_timeout_s: float = BUSY_TIMEOUT_SECONDS) -> Iterator[None]:
    """Hold the ledger's lock. Raises StorageError when others hold it for ``busy_timeout_s`` seconds.

    The operating system frees the lock of a process that dies.
    """
    key = str(home)
    homes: set[str] = _held.__dict__.setdefault("homes", set())
    if key in homes:
        raise RuntimeError("a transaction is open already in this thread: use it instead of opening a second one")
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        advice = "Set VOLTEFACE_HOME to a folder that you may write to"
        raise StorageError(key, f"the folder cannot be made: {error.strerror}", advice) from error
    deadline = time.monotonic() + busy_timeout_s
    # Who lets go of the lock and wants it again at once must not overtake those who wait: there is one turnstile
    # before it, and whoever is next holds that.
    turnstile = _acquired(home / TURNSTILE, deadline, busy_timeout_s)
    try:
        lock = _acquired(home / LOCK, deadline, busy_timeout_s)
    finally:
        turnstile.release()
    homes.add(key)
    try:
        yield
    finally:
        homes.discard(key)
        lock.release()


def _acquired(path: Path, deadline: float, busy_timeout_s: float) -> BaseFileLock:
    """The lock of ``path``, asked for again and again with jitter until ``deadline``."""
    lock = FileLock(path, thread_local=False)
    while True:
        try:
            lock.acquire(blocking=False)
            return lock
        except Timeout:
            if time.monotonic() >= deadline:
                advice = "Another pass is writing. Wait for it, or look for one that hangs"
                raise StorageError(str(path), f"is locked for {busy_timeout_s:g} seconds", advice) from None
            time.sleep(random.uniform(0.002, 0.02))
        except OSError as error:
            advice = "Set VOLTEFACE_HOME to a folder that you may write to"
            raise StorageError(str(path), f"cannot be locked: {error.strerror}", advice) from error


@contextmanager
def transaction(home: Path, busy_timeout_s: float = BUSY_TIMEOUT_SECONDS) -> Iterator[Connection]:
    """One transaction on the live file: committed at the end of the block, rolled back on any error."""
    started = time.monotonic()
    with exclusive(home, busy_timeout_s), explained(home / LIVE):
        left = busy_timeout_s - (time.monotonic() - started)
        db = open_live(home / LIVE, left)
        try:
            if migrate(db, home / LIVE):
                db.execute("CHECKPOINT")
            db.execute("BEGIN TRANSACTION")
            try:
                yield db
            except BaseException:
                _roll_back(db)
                raise
            db.execute("COMMIT")
            if _log_is_long(home / LIVE):
                db.execute("CHECKPOINT")
        finally:
            db.close()


def open_live(path: Path, busy_timeout_s: float) -> Connection:
    """Open the live file, patiently while another program (say an analyst's shell) has it open.

    It is attached to an empty database: opened as the first database of its process, DuckDB 1.5 cannot replay a log
    with comments on columns of tables that have CHECK constraints, as a kill in mid-migration leaves it.
    """
    db = duckdb.connect(":memory:", config={"memory_limit": MEMORY_LIMIT, "threads": THREADS})
    options = f"STORAGE_VERSION '{STORAGE_VERSION}', ROW_GROUP_SIZE {ROW_GROUP_SIZE}"
    quoted = str(path).replace("'", "''")
    deadline = time.monotonic() + busy_timeout_s
    try:
        while True:
            try:
                db.execute(f"ATTACH '{quoted}' AS ledger ({options})")
                break
            except duckdb.IOException as error:
                if "lock on file" not in str(error) or time.monotonic() >= deadline:
                    raise
                time.sleep(random.uniform(0.02, 0.2))
        db.execute("USE ledger")
        db.execute("SET TimeZone = 'UTC'")
        # Closing would write every table's last row group anew, texts and all, after each small transaction.
        db.execute("PRAGMA disable_checkpoint_on_shutdown")
    except BaseException:
        db.close()
        raise
    return db


def _log_is_long(path: Path) -> bool:
    """Whether reading the write-ahead log at every opening costs more than writing it into the file now and then.

    What was committed is as safe in the log. Reading takes some 15 ms a megabyte; writing takes longer the more the
    file holds.
    """
    log = path.with_name(f"{path.name}.wal")
    try:
        return log.stat().st_size > max(SHORT_LOG_BYTES, path.stat().st_size / LOG_SHARE)
    except FileNotFoundError:
        return False


def _roll_back(db: Connection) -> None:
    """Roll back; where DuckDB has given the transaction up already (a full disk), there is nothing left to do."""
    try:
        db.execute("ROLLBACK")
    except duckdb.Error:
        return
