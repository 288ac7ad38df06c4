"""The same stages over saved articles, in order of publication, without a network and without Prefect.

A replay is how coding is judged and how an archive is brought in. It writes what a live pass would have written but
mails nothing: what is old news to the reader must not arrive as an alert.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extractors.articles import extract_article, plain_article
from extractors.dateparsing import parse_date
from extractors.errors import ArticleError, VoltefaceError
from extractors.models import ArticleText
from flows import stages
from flows.extract import read_jsonl
from flows.report import PassReport
from flows.settings import Environment, Watch

LAST = datetime.max.replace(tzinfo=UTC)


def replay_articles(watch: Watch, environment: Environment, path: Path) -> PassReport:
    """Store and code the articles of a JSON Lines file and derive the changes.

    Each line: ``{"url", "outlet", "published_at", "title", "text" or "html"}``. Lines that cannot be used raise a
    VoltefaceError that names the line before anything is stored; pages without a readable text are recorded as skipped.
    """
    lines = sorted(_lines(path), key=lambda line: line[1]["published_at"] or LAST)
    job = stages.begin_with(watch, environment, now=None)
    try:
        stages.adopt_baseline(job)
        stages.keep_articles(job, (_given(where, row) for where, row in lines))
        stages.code_versions(job)
        stages.detect_changes(job, alerting=False)
        job.ok = True
    finally:
        report = stages.finish(job)
    return report


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """(file:line, checked object) of each line."""
    for number, row in read_jsonl(path):
        where = f"{path}:{number}"
        if not isinstance(row.get("url"), str) or not row["url"].strip():
            raise VoltefaceError(where, 'the line has no "url"', "Every article needs one")
        if not isinstance(row.get("text") or row.get("html"), str):
            raise VoltefaceError(where, 'the line has neither "text" nor "html"', "Every article needs one of them")
        raw = row.get("published_at")
        moment = parse_date(str(raw)) if raw else None
        if raw and moment is None:
            raise VoltefaceError(where, f'"published_at" is no date: {raw!r}', "Write 2025-12-14T10:00:00Z")
        yield where, {**row, "published_at": moment}


def _given(where: str, row: dict[str, Any]) -> stages.GivenArticle:
    url = row["url"].strip()
    try:
        if isinstance(row.get("text"), str):
            article = plain_article(row["text"], str(row.get("title") or ""))
        else:
            article = extract_article(row["html"].encode("utf-8", "replace"), url, "text/html; charset=utf-8")
    except ArticleError:
        article = ArticleText(title=str(row.get("title") or ""), text="", notice="empty")
    return stages.GivenArticle(
        url=url,
        outlet=str(row.get("outlet") or article.outlet or "unknown outlet"),
        title=str(row.get("title") or article.title),
        article=article,
        published_at=row["published_at"] or article.published_at,
    )
