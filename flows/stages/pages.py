"""Reading the pages that entries lead to."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from extractors.links import canonical_url
from extractors.models import Version
from flows.pages import PageRequest, PageResult
from flows.pages import read_pages as fetch_pages
from flows.stages.job import Job, batches
from flows.stages.keeping import GivenArticle, new_version
from storage.records import FeedState, FetchRecord, NewVersion, PendingPage


def read_pages(job: Job) -> None:
    """Fetch the pages of new entries, and those due for a second look, and keep their text."""
    limit = job.watch.file.fetch.max_articles
    with job.ledger.transaction() as tx:
        pages = tx.pages_due(job.watch.id, job.now, limit)
        if not pages:
            return
        states = {s.feed_id: s for s in tx.feed_states(job.watch.id)}
        kept = tx.latest_versions(page.article_id for page in pages if page.has_text)
    requests = {page.article_id: _request(job, page, states, kept.get(page.article_id)) for page in pages}
    with job.fetcher() as fetcher:
        for batch in batches(fetch_pages(list(requests.values()), job.now, fetcher)):
            _keep_pages(job, [(requests[result.article_id], result) for result in batch])


def _request(job: Job, page: PendingPage, states: dict[str, FeedState], kept: Version | None) -> PageRequest:
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


def _keep_pages(job: Job, read: list[tuple[PageRequest, PageResult]]) -> None:
    """Store what the pages gave, and the records of the requests, in one go."""
    versions: list[NewVersion] = []
    records: list[FetchRecord] = []
    for request, result in read:
        new = _new_version(job, request, result)
        versions += [new] if new else []
        records.append(_record(request, result, new, job.now))
    with job.ledger.transaction() as tx:
        tx.save_versions(job.watch.id, versions)
        tx.record_fetches(job.watch.id, records)


def _new_version(job: Job, request: PageRequest, result: PageResult) -> NewVersion | None:
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
        job.report.pages += 1
        return new_version(job, given, _address(result, request))
    if result.outcome in ("skipped", "failed", "gone"):
        job.report.skip(result.reason or result.error or result.outcome)
    return None


def _record(request: PageRequest, result: PageResult, new: NewVersion | None, now: datetime) -> FetchRecord:
    return FetchRecord(
        url=result.url,
        requested_at=now,
        outcome=result.outcome,
        article_id=request.article_id,
        status=result.status,
        final_url=result.final_url,
        etag=result.etag,
        last_modified=result.last_modified,
        body_sha256=result.body_sha256,
        bytes=result.bytes,
        error=result.reason or result.error,
        next_at=result.next_at,
        version_id=new.version.id if new else None,
    )


def _address(result: PageResult, request: PageRequest) -> str:
    """The article's one address. A page may name another of its own host; one of a foreign host anybody can claim."""
    named = result.canonical_url
    own = {urlsplit(canonical_url(url)).hostname for url in (result.final_url, request.url) if url}
    return named if named and urlsplit(named).hostname in own else result.final_url or request.url
