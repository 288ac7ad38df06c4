"""Reading the pages that entries lead to."""

from __future__ import annotations

from urllib.parse import urlsplit

from extractors.models import Version
from flows.pages import PageRequest, PageResult
from flows.pages import read_pages as fetch_pages
from flows.stages.job import Job
from flows.stages.keeping import GivenArticle, as_version, save
from storage.records import FeedState, FetchRecord, PendingPage


def read_pages(job: Job) -> None:
    """Fetch the pages of new entries, and those due for a second look, and keep their text."""
    limit = job.watch.file.fetch.max_articles
    states = {s.feed_id: s for s in job.ledger.feed_states(job.watch.id)}
    pages = job.ledger.pending_pages(job.watch.id, job.now, limit)
    pages += job.ledger.recheck_due(job.watch.id, job.now, max(0, limit - len(pages)))
    if not pages:
        return
    requests = {page.article_id: _request(job, page, states) for page in pages}
    with job.fetcher() as fetcher:
        for result in fetch_pages(list(requests.values()), job.now, fetcher):
            _keep_page(job, requests[result.article_id], result)


def _request(job: Job, page: PendingPage, states: dict[str, FeedState]) -> PageRequest:
    kept = job.ledger.latest_version(page.article_id) if page.has_text else None
    state = states.get(page.feed_id)
    return PageRequest(
        article_id=page.article_id,
        url=page.entry.url,
        title=page.entry.title,
        published_at=page.entry.published_at,
        outlet=page.entry.outlet or (state.outlet if state else None),
        etag=page.etag,
        last_modified=page.last_modified,
        body_sha256=kept.page_sha256 if kept else None,
        text=kept.text if kept else None,
        attempts=page.attempts,
        has_text=page.has_text,
        first_seen_at=kept.recorded_at if kept else job.now,
    )


def _keep_page(job: Job, request: PageRequest, result: PageResult) -> None:
    """Store what one page gave, and the record of the request, in one go."""
    reason = result.reason or result.error
    version: Version | None = None
    skipped: str | None = None
    if result.outcome == "fetched" and result.article is not None:
        article = result.article
        given = GivenArticle(
            url=result.final_url or result.url,
            outlet=article.outlet or request.outlet or "unknown outlet",
            title=article.title or request.title,
            article=article,
            published_at=article.published_at,
            page=result.body,
        )
        version, skipped = as_version(job, given, _address(result, request))
        job.report.pages += 1
    elif result.outcome in ("skipped", "failed", "gone"):
        job.report.skip(reason or result.outcome)
    record = FetchRecord(
        url=result.url,
        requested_at=job.now,
        outcome=result.outcome,
        article_id=request.article_id,
        status=result.status,
        final_url=result.final_url,
        etag=result.etag,
        last_modified=result.last_modified,
        body_sha256=result.body_sha256,
        bytes=result.bytes,
        error=reason,
        next_at=result.next_at,
        version_id=version.id if version else None,
    )
    with job.ledger.transaction() as tx:
        if version:
            save(tx, job, version, skipped=skipped)
        tx.record_fetch(job.watch.id, record)


def _address(result: PageResult, request: PageRequest) -> str:
    """The article's one address. A page may name another of its own host; one of a foreign host anybody can claim."""
    named = result.canonical_url
    own = {urlsplit(url).hostname for url in (result.final_url, request.url) if url}
    return named if named and urlsplit(named).hostname in own else result.final_url or request.url
