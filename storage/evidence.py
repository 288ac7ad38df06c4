"""The evidence for one change, in one zip file that stands by itself."""

from __future__ import annotations

import dataclasses
import json
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Any

from extractors.errors import StorageError
from extractors.models import Statement, Version
from storage.errors import explained
from storage.ledger import Snapshot
from storage.pages import load_page
from storage.queries import named_query

_README = """Evidence for one change
=======================

change.json      the change as it stands, and every state it went through
statements.json  the statements that carry it and those that carried the position before: the exact words, who said
                 them, where they stand (character offsets, half open, into the text of the version), when they were
                 said, published and recorded, and the version of the coder that coded them
versions/        the text of each version, as it was coded, one file a version: the offsets count in these
pages/           the archived pages as they were fetched, named by their SHA-256
reviews.json     what analysts decided about the change and these statements
query.sql        the SQL that leads to the statements, for DuckDB on snapshot.duckdb
missing.txt      only where something could not be put in, and why
"""
_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The time of every file in the zip: the same evidence gives the same bytes."""


def write_evidence(snapshot: Snapshot, home: Path, watch_id: str, change_id: str, path: Path) -> Path:
    """Write the bundle for a change of the watch to ``path``. Raises StorageError for an unknown change."""
    known = next((k for k in snapshot.changes(watch_id) if k.change.id == change_id), None)
    if known is None:
        advice = "List them with: volteface query WATCH changes_since --param since=2000-01-01"
        raise StorageError(change_id, f"is no change of {watch_id}", advice)
    ids = [*known.change.evidence, *known.change.before]
    statements = snapshot.statements_by_id(watch_id, ids)
    versions = {s.version_id: snapshot.version(s.version_id) for s in statements.values()}
    history = snapshot.change_history(watch_id, change_id)
    subjects = {change_id, *ids}
    files: dict[str, str | bytes] = {
        "README.txt": _README,
        "change.json": _json({"watch": watch_id, "now": known, "history": history}),
        "statements.json": _json(
            [_told(statements[i], versions, known.change.evidence) for i in ids if i in statements]
        ),
        "reviews.json": _json([r for r in snapshot.reviews(watch_id) if r.subject_id in subjects]),
        "query.sql": _query(watch_id, change_id),
    }
    files |= {f"versions/{v.id}.txt": v.text for v in versions.values() if v}
    missing = [f"statement {i}" for i in ids if i not in statements]
    pages, without = _pages(home, filter(None, versions.values()))
    files |= pages
    if missing or without:
        files["missing.txt"] = "\n".join([*missing, *without, ""])
    _write(path, files)
    return path


def _told(statement: Statement, versions: dict[str, Version | None], evidence: Iterable[str]) -> dict[str, Any]:
    version = versions.get(statement.version_id)
    return {
        "carries": "the new position" if statement.id in set(evidence) else "the position before",
        **dataclasses.asdict(statement),
        "article_id": version.article_id if version else None,
        "title": version.title if version else None,
        "page_sha256": version.page_sha256 if version else None,
    }


def _pages(home: Path, versions: Iterable[Version]) -> tuple[dict[str, str | bytes], list[str]]:
    pages: dict[str, str | bytes] = {}
    without = []
    for version in versions:
        if version.page_sha256 is None:
            without.append(f"page of {version.url}: the text was given, no page was fetched")
            continue
        try:
            pages[f"pages/{version.page_sha256}.html"] = load_page(home, version.page_sha256)
        except StorageError as error:
            without.append(f"page of {version.url}: {error}")
    return pages, without


def _query(watch_id: str, change_id: str) -> str:
    sql = named_query("reports_for_change").sql
    for name, value in (("watch", watch_id), ("change", change_id)):
        sql = sql.replace(f"${name}", "'" + value.replace("'", "''") + "'")
    return sql


def _write(path: Path, files: dict[str, str | bytes]) -> None:
    part = path.with_name(f".{path.name}.part")
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as bundle:
                for name, content in sorted(files.items()):
                    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
                    bundle.writestr(zipfile.ZipInfo(name, _MOMENT), data, zipfile.ZIP_DEFLATED)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, default=_plain) + "\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: getattr(value, f.name) for f in dataclasses.fields(value)}
    raise TypeError(f"no JSON for a {type(value).__name__}")
