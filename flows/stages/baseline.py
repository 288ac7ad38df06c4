"""The article that the watch compares with."""

from __future__ import annotations

import hashlib
from pathlib import Path

from extractors.coding import version_id
from extractors.errors import ArticleError, FetchError
from extractors.links import canonical_url
from extractors.models import Version
from flows.baseline import read_baseline_file, read_baseline_url
from flows.stages.job import Job, short_id


def adopt_baseline(job: Job) -> None:
    """Read and store the baseline article, once, unless the watch names another one now."""
    known = job.ledger.baseline(job.watch.id)
    table, path = job.watch.file.baseline, job.watch.baseline_path
    url = path.as_uri() if path else str(table.url)
    if known and known.url == url and (path is None or _adopted(known, path, table.title)):
        return
    try:
        article, raw = read_baseline_file(path) if path else read_baseline_url(url, job.policy)
    except (FetchError, ArticleError) as error:
        # coverage is read and kept all the same; changes wait until there is something to compare with
        job.report.problems.append(f"the baseline is missing: {error}")
        return
    article_id = short_id(canonical_url(url) if not path else url)
    title = table.title or article.title
    version = Version(
        id=version_id(article_id, title, article.text),
        article_id=article_id,
        url=url,
        outlet=table.outlet,
        title=title,
        text=article.text,
        published_at=table.published_at or article.published_at,
        recorded_at=job.now,
        language=article.language,
        author=article.author,
        page_sha256=job.ledger.save_page(raw),
    )
    job.ledger.save_version(job.watch.id, version, role="baseline")


def _adopted(known: Version, path: Path, title: str | None) -> bool:
    """Whether the file is the one that was adopted: reading it anew would load the extractor in every pass."""
    try:
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return False
    return sha256 == known.page_sha256 and title in (None, known.title)
