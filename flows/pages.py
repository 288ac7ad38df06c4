"""Reading many pages: fetched from many hosts at a time, read on all cores, and decided one by one.

``decide`` and its helpers are pure; the outcomes are those of the ledger's fetch table.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from extractors.dateparsing import plausible
from extractors.errors import ArticleError
from extractors.links import canonical_url
from extractors.models import ArticleText
from flows.extraction import Extract, Readers, extract_inline, inline_if_tame
from flows.failures import FetchFailure
from flows.fetch import Fetcher, Request, Response
from flows.headers import retry_after_seconds
from flows.polling import backoff, wait_seconds
from flows.searches import is_wrapped, resolve
from flows.turns import in_turns

Outcome = Literal["fetched", "unchanged", "gone", "failed", "skipped"]

MANY = 40
"""From so many pages on, processes pay for their start."""
MAX_TRIES = 6
"""With the growing delays between them, about a day."""
DATES_AGREE = timedelta(days=2)
LOOK_AGAIN = tuple(map(timedelta, (0, 1, 3, 7), (3 * 3600, 0, 0, 0)))
"""How long after publication a page is looked at again for silent edits."""
ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to read, with what its feed said about it."""

    article_id: str
    url: str
    title: str = ""
    published_at: datetime | None = None
    outlet: str | None = None
    language: str | None = None
    etag: str | None = None
    """This and the next three: of the version that is kept, where there is one."""
    last_modified: str | None = None
    body_sha256: str | None = None
    text: str | None = None
    has_text: bool = False
    """Whether a version is kept: then this is a look for silent edits."""
    attempts: int = 0
    """Requests so far."""
    first_seen_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PageResult:
    """What reading one page led to."""

    article_id: str
    url: str
    """Where it was asked."""
    outcome: Outcome
    next_at: datetime | None = None
    """When to ask again: after a failure, or for silent edits. None: never."""
    reason: str = ""
    """In a word or two, for counting: robots.txt, paywall, consent, empty, not a page, ..."""
    error: str | None = None
    """In a sentence, for people."""
    article: ArticleText | None = None
    """Only where fetched; outlet, language, title and date are decided between page and feed."""
    body: bytes = b""
    """The raw page, only where fetched."""
    body_sha256: str | None = None
    status: int | None = None
    final_url: str | None = None
    canonical_url: str | None = None
    """One address for all forms of the article: what the page says, else made from where it came from."""
    etag: str | None = None
    last_modified: str | None = None
    bytes: int | None = None


def read_pages(
    requests: Iterable[PageRequest], now: datetime, fetcher: Fetcher, processes: int | None = None
) -> Iterator[PageResult]:
    """Fetch and read every page and yield what came of it, in the order in which they are done.

    ``now`` is the pass's moment; ``processes``: how many to read in, 0: in this one, default by the number of pages and
    cores. Raises nothing for a page that fails. Stop early by closing the iterator.
    """
    todo = list(requests)
    if processes is None:
        processes = 0 if len(todo) < MANY else min(os.cpu_count() or 1, len(todo) // (MANY // 2))
    with ExitStack() as stack:
        readers = stack.enter_context(Readers(max(processes, 1)))
        extract: Extract = readers if processes else inline_if_tame(readers)
        results = in_turns(
            todo,
            lambda request: request.url,
            lambda url: wait_seconds(fetcher, url),
            lambda request: read_page(request, now, fetcher, extract),
        )
        yield from results


def read_page(request: PageRequest, now: datetime, fetcher: Fetcher, extract: Extract = extract_inline) -> PageResult:
    """Fetch and read one page. Raises nothing for a page that fails."""
    try:
        url = resolve(request.url, fetcher) if is_wrapped(request.url) else request.url
        response = fetcher.get(Request(url, request.etag, request.last_modified, accept=ACCEPT))
    except FetchFailure as failure:
        return _refused(request, failure, now)
    result = judge(request, response, now)
    if result.outcome != "fetched":
        return result
    try:
        article = extract(response.body, response.url, response.content_type)
    except ArticleError as error:
        return replace(result, outcome="skipped", reason="not a page", error=error.problem, body=b"", next_at=None)
    return decide(request, result, article, now)


def judge(request: PageRequest, response: Response, now: datetime) -> PageResult:
    """What the answer means before the page is read: "fetched" where it should be read. Pure."""
    sha256 = hashlib.sha256(response.body).hexdigest()
    result = PageResult(
        request.article_id,
        request.url,
        "fetched",
        next_at=next_look(request, now),
        status=response.status,
        final_url=response.url,
        canonical_url=canonical_url(response.url),
        etag=response.headers.get("etag") or request.etag,
        last_modified=response.headers.get("last-modified") or request.last_modified,
        body_sha256=sha256,
        bytes=len(response.body),
        body=response.body,
    )
    kind = (response.content_type or "text/html").split(";")[0].strip().lower()
    if response.not_modified or (response.status == 200 and sha256 == request.body_sha256):
        return _same(request, result)
    if response.status in (410, 451):
        return _over(result, "gone", "gone", f"the server says that it is gone ({response.status})")
    if response.status == 404:
        return _again(request, result, now, "not found", "the server does not find it (404)", None, final="gone")
    if response.status in (401, 402, 403):
        trouble = f"the server does not let us read it ({response.status})"
        return _again(request, result, now, "forbidden", trouble, None)
    if response.status != 200:
        pause = retry_after_seconds(response.headers, now.timestamp())
        return _again(request, result, now, "server error", f"the server answered {response.status}", pause)
    if "html" not in kind and kind not in ("text/plain", "application/xml", "text/xml", "application/octet-stream"):
        return _over(result, "skipped", "not a page", f"is no web page but {kind[:60]}")
    if _is_front(response.url) and not _is_front(request.url):
        return _over(result, "skipped", "front page", "leads to a front page instead of the article")
    return result


def decide(request: PageRequest, result: PageResult, article: ArticleText, now: datetime) -> PageResult:
    """What a page that was read means: kept, the same as before, or a notice. Pure."""
    if article.notice in ("error", "empty"):
        return _again(request, result, now, article.notice, _NOTICES[article.notice], None)
    if article.notice:
        return _over(result, "skipped", article.notice, _NOTICES[article.notice])
    if request.text is not None and article.text == request.text:
        return _same(request, result)
    published = decide_date(article.published_at, request.published_at, now)
    host = (urlsplit(result.final_url or request.url).hostname or "").removeprefix("www.")
    decided = replace(
        article,
        title=article.title or request.title,
        outlet=request.outlet or article.outlet or host,
        language=article.language or request.language,
        published_at=published,
    )
    canonical = canonical_url(article.canonical_url) if article.canonical_url else result.canonical_url
    when = next_look(replace(request, published_at=published or request.published_at), now)
    return replace(result, article=decided, canonical_url=canonical, next_at=when)


_NOTICES = {
    "consent": "shows a consent notice instead of the article",
    "paywall": "shows a paywall instead of the article",
    "error": "shows an error message instead of the article",
    "empty": "has no text that could be read",
}


def decide_date(page: datetime | None, feed: datetime | None, now: datetime) -> datetime | None:
    """When an article was published: the page's date, unless it is missing, impossible, or far from the feed's."""
    page, feed = plausible(page, now), plausible(feed, now)
    if page is None or (feed is not None and abs(page - feed) > DATES_AGREE):
        return feed
    return page


def next_look(request: PageRequest, now: datetime) -> datetime | None:
    """When to look at a page again for silent edits; None when it has been out for long."""
    start = plausible(request.published_at, now) or request.first_seen_at or now
    return next((start + step for step in LOOK_AGAIN if start + step > now), None)


def _is_front(url: str) -> bool:
    path = urlsplit(url).path
    return bool(re.fullmatch(r"/?((index|home)(\.\w{2,5})?)?/?", path)) and not urlsplit(url).query


def _same(request: PageRequest, result: PageResult) -> PageResult:
    return replace(result, outcome="unchanged", body=b"", body_sha256=request.body_sha256 or result.body_sha256)


def _over(result: PageResult, outcome: Outcome, reason: str, error: str) -> PageResult:
    return replace(result, outcome=outcome, reason=reason, error=error, next_at=None, body=b"")


def _again(
    request: PageRequest,
    result: PageResult,
    now: datetime,
    reason: str,
    error: str,
    pause: float | None,
    final: Outcome = "skipped",
) -> PageResult:
    """A failure that may pass: tried again after a growing delay, and given up in the end."""
    if request.has_text:  # a look for edits that failed: the next one is due anyway
        return replace(result, outcome="failed", reason=reason, error=error, body=b"")
    if request.attempts + 1 >= MAX_TRIES:
        return _over(result, final, reason, f"{error}, {MAX_TRIES} times")
    delay = max(backoff(request.attempts + 1, request.article_id), timedelta(seconds=pause or 0))
    return replace(result, outcome="failed", reason=reason, error=error, next_at=now + delay, body=b"")


def _refused(request: PageRequest, failure: FetchFailure, now: datetime) -> PageResult:
    result = PageResult(
        request.article_id,
        request.url,
        "failed",
        next_at=next_look(request, now),
        etag=request.etag,
        last_modified=request.last_modified,
        body_sha256=request.body_sha256,
    )
    reason = {"robots": "robots.txt", "size": "too large", "busy": "busy", "address": "address"}.get(
        failure.kind, "unreachable"
    )
    if failure.kind in ("address", "size") or (failure.kind == "robots" and failure.retry_after is None):
        return _over(result, "skipped", reason, failure.problem)
    return _again(request, result, now, reason, failure.problem, failure.retry_after)
