"""Questions to the snapshot: the named queries of queries/*.sql, or any SQL."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from extractors.errors import StorageError
from storage.errors import explained
from storage.ledger import Snapshot
from storage.rows import Connection, from_db

FOLDER = Path(__file__).parent / "queries"


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A query of this package: ``question`` is what it answers, ``parameters`` what it wants beside the watch."""

    name: str
    question: str
    sql: str
    parameters: Mapping[str, str]
    """Name -> what it means."""
    optional: frozenset[str]


@dataclass(frozen=True, slots=True)
class Result:
    """Columns and rows, in the order of the query; datetimes in UTC."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def mappings(self) -> list[dict[str, Any]]:
        """The rows as column -> value."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@cache
def named_queries() -> tuple[NamedQuery, ...]:
    """All named queries, by name."""
    return tuple(_parse(path) for path in sorted(FOLDER.glob("*.sql")))


def named_query(name: str) -> NamedQuery:
    """The named query. Raises StorageError that names the nearest one."""
    known = {query.name: query for query in named_queries()}
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.4)
        advice = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known)}"
        raise StorageError(name, "there is no query of this name", advice)
    return known[name]


def is_name(text: str) -> bool:
    """Whether ``text`` can only be meant as a query's name: one word that is no SQL statement by itself."""
    return re.fullmatch(r"[A-Za-z][\w-]*", text.strip()) is not None


def run_query(snapshot: Snapshot, name_or_sql: str, params: Mapping[str, Any] | None = None) -> Result:
    """Run a named query or free SQL on an open snapshot.

    ``params`` are bound by name ($actor); "watch" may always be there, and is bound only where it is used. Raises
    StorageError for an unknown name, a missing or unknown parameter, and, with its place, for what is wrong in SQL.
    """
    sql, values = prepared(name_or_sql, params)
    return _run(snapshot.connection, name_or_sql if is_name(name_or_sql) else "SQL", sql, values)


def prepared(name_or_sql: str, params: Mapping[str, Any] | None = None) -> tuple[str, dict[str, Any]]:
    """The SQL behind a name, or the SQL itself, and the values of the parameters that it uses."""
    given = dict(params or {})
    if is_name(name_or_sql):
        query = named_query(name_or_sql.strip().replace("-", "_"))
        return query.sql, _checked(query, given)
    used = set(re.findall(r"\$([A-Za-z_]\w*)", name_or_sql))
    missing = sorted(used - set(given))
    if missing:
        raise StorageError("SQL", f"the parameter ${missing[0]} has no value", f"Add: --param {missing[0]}=VALUE")
    return name_or_sql, {name: given[name] for name in used}


def _checked(query: NamedQuery, given: Mapping[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(query.parameters) - {"watch"})
    if unknown:
        near = difflib.get_close_matches(unknown[0], query.parameters, n=1, cutoff=0.4)
        known = ", ".join(query.parameters) or "none but the watch"
        advice = f"Did you mean {near[0]}?" if near else f"It has: {known}"
        raise StorageError(query.name, f"there is no parameter {unknown[0]}", advice)
    missing = [name for name in query.parameters if name not in given and name not in query.optional]
    if missing:
        advice = f"Add: --param {missing[0]}=VALUE"
        raise StorageError(query.name, f"needs {missing[0]}: {query.parameters[missing[0]]}", advice)
    values = {name: given.get(name) for name in query.parameters}
    return values | ({"watch": given.get("watch")} if "$watch" in query.sql else {})


def _run(db: Connection, where: str, sql: str, params: Mapping[str, Any]) -> Result:
    try:
        with explained(Path(where)):
            cursor = db.execute(sql, dict(params) or None)
            columns = tuple(column[0] for column in cursor.description or ())
            return Result(columns, tuple(tuple(map(from_db, row)) for row in cursor.fetchall()))
    except duckdb.Error as error:
        raise StorageError(where, str(error).strip(), "") from error


def _parse(path: Path) -> NamedQuery:
    """The comment at the top says what the query answers, then one line a parameter: -- $name (optional): meaning."""
    text = path.read_text(encoding="utf-8")
    question: list[str] = []
    parameters: dict[str, str] = {}
    optional: set[str] = set()
    for line in text.splitlines():
        if not line.startswith("--"):
            break
        found = re.fullmatch(r"-- \$(\w+)( \(optional\))?: (.+)", line)
        if found:
            parameters[found[1]] = found[3]
            optional |= {found[1]} if found[2] else set()
        else:
            question.append(line.removeprefix("--").strip())
    return NamedQuery(path.stem, " ".join(question), text, parameters, frozenset(optional))


def tables(snapshot: Snapshot) -> Sequence[tuple[str, str, str]]:
    """(name, kind, what it holds) of every table and view, by name: for people who write SQL."""
    sql = """
        SELECT table_name, 'table', coalesce(comment, '') FROM duckdb_tables() WHERE NOT internal
        UNION ALL
        SELECT view_name, 'view', coalesce(comment, '') FROM duckdb_views() WHERE NOT internal
        ORDER BY 1
    """
    return [(str(a), str(b), str(c)) for a, b, c in snapshot.connection.execute(sql).fetchall()]
