"""Rows to a table for people, or to JSON or CSV for programs. JSON keys are the column names."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

FORMATS = ("table", "json", "csv")


def plain(value: Any) -> Any:
    """``value`` as JSON knows it: dates as ISO 8601, datetimes in UTC with a Z, dataclasses as objects."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, float):
        return round(value, 4)
    if value is None or isinstance(value, str | int | bool):
        return value
    return str(value)


def show(rows: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str] = (), title: str = "") -> None:
    """Print ``rows`` to standard output in one of FORMATS; ``columns`` choose and order what a table shows."""
    rows = [plain(row) for row in rows]
    if form == "json":
        print(json.dumps(rows, ensure_ascii=False, indent=2))
    elif form == "csv":
        print(to_csv(rows, columns), end="")
    else:
        _table(rows, columns, title)


def to_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """CSV with a header; nested values are JSON inside their cell."""
    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in names])
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return value


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], title: str) -> None:
    # rich costs a tenth of a second: only people pay it
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    names = list(columns) or list(dict.fromkeys(name for row in rows for name in row))
    if not rows:
        print(f"{title}: nothing" if title else "nothing")
        return
    table = Table(title=title or None, title_justify="left", show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name, overflow="fold")
    for row in rows:
        # Text(), not str: words from the web may hold what rich takes for markup
        table.add_row(*(Text(_for_people(row.get(name))) for name in names))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)


def _for_people(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    # control characters in a page's words must not reach the terminal
    return "".join(c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(value))


def signed(agreement: int | None) -> str:
    """-2..+2 with its sign, as analysts write it; "?" where not stated."""
    return "?" if agreement is None else f"{agreement:+d}" if agreement else "0"
