"""What DuckDB and the file system say, as StorageError with what is wrong, where, and what to do."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from extractors.errors import StorageError

_FULL = ("no space left on device", "disk quota exceeded", "file too large", "could not write all")
_CORRUPT = ("not a valid duckdb database", "corrupt", "checksum", "failed to deserialize", "serialization error")
_NEWER = ("created with a newer version", "newer version of duckdb", "storage version", "version number")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn failures of the database file at ``path`` into StorageError; mistakes in our own SQL stay what they are."""
    try:
        yield
    except duckdb.Error as error:
        known = explain(path, error)
        if known is None:
            raise
        raise known from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise _full(path) from error
        raise


def explain(path: Path, error: duckdb.Error) -> StorageError | None:
    """The failure of a file behind ``error``, None where it is none (a constraint, a mistake in SQL)."""
    said = str(error)
    low = said.lower()
    if any(words in low for words in _FULL):
        return _full(path)
    if "lock on file" in low:
        holder = said.split("Conflicting lock is held in ")[-1].split(". ")[0]
        advice = f"Read the snapshot instead of the live file; it is held by {holder}"
        return StorageError(str(path), "is held open by another program", advice)
    if isinstance(error, duckdb.IOException | duckdb.SerializationException | duckdb.FatalException) and any(
        words in low for words in _CORRUPT
    ):
        advice = f"Move it and its .wal away and put a copy of {path.with_name('snapshot.duckdb').name} in its place"
        return StorageError(str(path), f"is damaged: {_first_line(said)}", advice)
    if any(words in low for words in _NEWER):
        return StorageError(str(path), f"was written by a newer DuckDB: {_first_line(said)}", "Upgrade duckdb")
    if isinstance(error, duckdb.IOException):
        return StorageError(str(path), f"cannot be read or written: {_first_line(said)}", "Check the disk and rights")
    if isinstance(error, duckdb.FatalException | duckdb.OutOfMemoryException):
        return StorageError(str(path), f"DuckDB gave up: {_first_line(said)}", "Run again; free memory and disk")
    return None


def _full(path: Path) -> StorageError:
    advice = "Free some space and run again; what was committed is safe"
    return StorageError(str(path), "the disk is full", advice)


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0][:300]
