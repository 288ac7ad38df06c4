"""Tables and results as Parquet, CSV and JSON files, read from the published snapshot.

Files are written by a connection that may touch nothing but the very file it writes, then moved into place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import duckdb

from extractors.errors import StorageError
from storage.errors import explained
from storage.queries import prepared
from storage.rows import Connection
from storage.snapshot import snapshot_path

Form = Literal["parquet", "csv", "json"]
_OPTIONS = {
    "parquet": "FORMAT parquet, COMPRESSION zstd",
    "csv": "FORMAT csv, HEADER true",
    "json": "FORMAT json, ARRAY true",
}
_FORMS: tuple[Form, ...] = ("parquet", "csv", "json")
VIEWS = (
    "current_statement",
    "current_change",
    "latest_positions",
    "position_timeline",
    "coverage_by_outlet",
    "who_agrees_with_whom",
    "silent_edit",
    "feed_state",
)
"""The derived tables that are exported beside the facts."""

# Tables without a watch of their own belong to it through another one.
_THROUGH = {
    "article": "id IN (SELECT article_id FROM version JOIN watch_version ON version_id = id WHERE watch_id = {watch})",
    "version": "id IN (SELECT version_id FROM watch_version WHERE watch_id = {watch})",
    "fingerprint": "version_id IN (SELECT version_id FROM watch_version WHERE watch_id = {watch})",
    "fingerprint_key": "version_id IN (SELECT version_id FROM watch_version WHERE watch_id = {watch})",
    "regrouping": "version_id IN (SELECT version_id FROM watch_version WHERE watch_id = {watch})",
    "run_end": "run_id IN (SELECT run_id FROM run WHERE watch_id = {watch})",
    "alert_change": "alert_id IN (SELECT alert_id FROM alert WHERE watch_id = {watch})",
    "alert_attempt": "alert_id IN (SELECT alert_id FROM alert WHERE watch_id = {watch})",
    "migration": "true",
}


def export_tables(home: Path, watch_id: str, to: Path, forms: tuple[Form, ...] = ("parquet", "csv")) -> list[Path]:
    """Write every table and the views in VIEWS, as far as they concern the watch, to ``to``/FORM/NAME.FORM.

    Returns the files. Raises StorageError where nothing was published yet or the folder cannot be written.
    """
    written = []
    for form in forms:
        for name, condition in _relations(home, watch_id):
            path = to / form / f"{name}.{form}"
            _write(home, f'SELECT * FROM "{name}" WHERE {condition}', {}, path, form)  # noqa: S608
            written.append(path)
    return written


def save_result(
    home: Path, name_or_sql: str, params: Mapping[str, Any] | None, path: Path, form: Form | None = None
) -> Path:
    """Write the result of a named query or of free SQL to ``path``, in the format of its suffix or in ``form``."""
    form = form or _form(path)
    sql, values = prepared(name_or_sql, params)
    _write(home, sql.rstrip().rstrip(";"), values, path, form)
    return path


def _form(path: Path) -> Form:
    suffix = path.suffix.removeprefix(".").lower()
    for form in _FORMS:
        if suffix == form:
            return form
    raise StorageError(str(path), "has no known format", "End it in .parquet, .csv or .json")


def _relations(home: Path, watch_id: str) -> list[tuple[str, str]]:
    quoted = _quote(watch_id)
    with _attached(home) as db:
        sql = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY table_name"
        tables = [str(row[0]) for row in db.execute(sql).fetchall()]
    conditions = dict.fromkeys([*tables, *VIEWS], f"watch_id = {quoted}")
    conditions |= {name: where.format(watch=quoted) for name, where in _THROUGH.items()}
    return sorted(conditions.items())


def _write(home: Path, sql: str, params: Mapping[str, Any], path: Path, form: Form) -> None:
    part = path.with_name(f".{path.name}.part").absolute()
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with _attached(home, part) as db:
                # The result first, as a table: COPY takes no parameters.
                db.execute(f"CREATE TEMP TABLE result AS {sql}", dict(params) or None)
                db.execute(f"COPY result TO {_quote(str(part))} ({_OPTIONS[form]}, USE_TMP_FILE false)")
            part.replace(path)
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException):
                raise
            raise StorageError("SQL", str(error).strip(), "") from error
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def _attached(home: Path, allowed: Path | None = None) -> Iterator[Connection]:
    """The snapshot in an instance of its own, which may write ``allowed`` and touch nothing else."""
    db = duckdb.connect(":memory:")
    try:
        db.execute(f"ATTACH {_quote(str(snapshot_path(home)))} AS snapshot (READ_ONLY)")
        db.execute("USE snapshot")
        db.execute("SET TimeZone = 'UTC'")
        if allowed is not None:
            db.execute(f"SET allowed_paths = [{_quote(str(allowed))}]")
        db.execute("SET enable_external_access = false")
        db.execute("SET lock_configuration = true")
        yield db
    finally:
        db.close()


def _quote(text: str) -> str:
    return "'" + re.sub("'", "''", text) + "'"
