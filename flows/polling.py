"""Asking feeds: what to send, what to make of the answer, and when to come back.

``decide`` and its helpers are pure (state, answer and ``now`` in, result out); ``poll`` asks many feeds at once.
A feed's state lives in the ledger; the outcomes are those of its fetch table.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol
from urllib.parse import urlsplit

from extractors.dateparsing import plausible
from extractors.errors import FeedError
from extractors.models import Entry
from flows.failures import FetchFailure
from flows.fetch import Fetcher, Request, Response
from flows.headers import fresh_seconds, retry_after_seconds
from flows.searches import ENGINES, search_trouble, tidy_entry
from flows.turns import in_turns

Outcome = Literal["fetched", "unchanged", "gone", "failed", "skipped"]

FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(days=1)
EARLY = timedelta(minutes=1)
"""A feed that is due within this time is asked now: passes do not start on the second."""
TRUST_304 = timedelta(days=1)
"""A feed that brought nothing new for so long is asked without conditions once a day: servers lie about 304."""
ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/feed+json, application/xml;q=0.9, "
    "text/xml;q=0.9, application/json;q=0.8, text/html;q=0.5, */*;q=0.1"
)


class FeedState(Protocol):
    """What is known about a feed; a row of the ledger's feed_state."""

    @property
    def feed_id(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def engine(self) -> str | None: ...
    @property
    def etag(self) -> str | None: ...
    @property
    def last_modified(self) -> str | None: ...
    @property
    def body_sha256(self) -> str | None: ...
    @property
    def last_success_at(self) -> datetime | None: ...
    @property
    def last_item_at(self) -> datetime | None: ...
    @property
    def failures_in_a_row(self) -> int: ...
    @property
    def next_poll_at(self) -> datetime | None: ...
    @property
    def retired(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class PollResult:
    """What asking one feed once led to; its fields are those of a fetch in the ledger."""

    feed_id: str
    url: str
    """Where it was asked."""
    outcome: Outcome
    next_at: datetime | None
    """When to ask again; None for a feed that is gone."""
    entries: tuple[Entry, ...] = ()
    """Empty unless fetched. Dates that cannot be are None."""
    status: int | None = None
    final_url: str | None = None
    moved_to: str | None = None
    """Where to ask from now on: the end of permanent redirects, or the feed that a page named."""
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    bytes: int | None = None
    error: str | None = None
    last_item_at: datetime | None = None
    """Publication of the newest item, None where no item says."""


def poll(states: Iterable[FeedState], now: datetime, fetcher: Fetcher) -> Iterator[PollResult]:
    """Ask every feed that is due, many hosts at a time, and yield what came of it in the order of the answers.

    ``now`` is the pass's moment. Feeds that are retired or not due are left out. Raises nothing for a feed that fails.
    """
    waiting = [state for state in states if is_due(state, now)]
    return in_turns(
        waiting, lambda state: state.url, lambda url: wait_seconds(fetcher, url), lambda s: _ask(s, now, fetcher)
    )


def wait_seconds(fetcher: Fetcher, url: str) -> float:
    """The host's gap: the fetcher's, or what a search engine wants where that is longer."""
    wait = fetcher.wait_seconds(url)
    host = urlsplit(url).hostname or ""
    return max([wait, *(engine.gap_seconds for engine in ENGINES.values() if engine.host == host)])


def is_due(state: FeedState, now: datetime) -> bool:
    """Whether the feed is to be asked at ``now``."""
    return not state.retired and (state.next_poll_at is None or state.next_poll_at <= now + EARLY)


def request_for(state: FeedState, now: datetime) -> Request:
    """The request for a feed: conditional, except once a day for a feed that brought nothing new for a day."""
    if _doubts(state, now):
        return Request(state.url, accept=ACCEPT, robots=False)
    return Request(state.url, state.etag, state.last_modified, accept=ACCEPT, robots=False)


def _doubts(state: FeedState, now: datetime) -> bool:
    if state.last_success_at is None or (state.last_item_at and now - state.last_item_at < TRUST_304):
        return False
    # The day's boundary lies elsewhere for every feed, so that not all are asked for everything in one pass
    offset = timedelta(days=_share(state.feed_id, "doubt"))
    return (state.last_success_at + offset).astimezone(UTC).date() != (now + offset).astimezone(UTC).date()


def _ask(state: FeedState, now: datetime, fetcher: Fetcher) -> PollResult:
    result, found = _attempt(state, state.url, request_for(state, now), now, fetcher)
    if not found:
        return result
    # A page in place of the feed, and it names its feed: that is asked at once, and remembered if it is one
    second, _ = _attempt(state, found, Request(found, accept=ACCEPT, robots=False), now, fetcher)
    return replace(second, url=state.url, moved_to=found) if second.outcome == "fetched" else result


def _attempt(
    state: FeedState, url: str, request: Request, now: datetime, fetcher: Fetcher
) -> tuple[PollResult, str | None]:
    try:
        response = fetcher.get(request)
    except FetchFailure as failure:
        return failed(state, now, failure.problem, failure.retry_after), None
    if response.not_modified and not (request.etag or request.last_modified):
        return failed(state, now, "the server says that nothing changed since it was never asked", None, response), None
    return decide(replace_url(state, url), response, now)


def decide(state: FeedState, response: Response, now: datetime) -> tuple[PollResult, str | None]:
    """What ``response`` means for the feed, and the feed that a page in its place names. Pure."""
    pause = retry_after_seconds(response.headers, now.timestamp())
    seen = PollResult(
        feed_id=state.feed_id,
        url=state.url,
        outcome="unchanged",
        next_at=_next_success(state, response, now),
        status=response.status,
        final_url=response.url,
        etag=_validator(response.headers.get("etag")) or state.etag,
        last_modified=_validator(response.headers.get("last-modified")) or state.last_modified,
        body_sha256=state.body_sha256,
        bytes=len(response.body),
        last_item_at=state.last_item_at,
    )
    if response.not_modified:
        return seen, None
    if response.status == 410:
        return replace(seen, outcome="gone", next_at=None, error="the server says that it is gone for good (410)"), None
    trouble = None if response.status == 200 else f"the server answered {response.status}"
    if trouble := trouble or search_trouble(state.engine, response):
        return failed(state, now, trouble, pause, response), None
    moved = response.moved_to if response.moved_to and not _downgrade(state.url, response.moved_to) else None
    sha256 = hashlib.sha256(response.body).hexdigest()
    if sha256 == state.body_sha256:
        return replace(seen, moved_to=moved), None
    return _read(seen, state, response, sha256, moved, now)


def _read(
    seen: PollResult, state: FeedState, response: Response, sha256: str, moved: str | None, now: datetime
) -> tuple[PollResult, str | None]:
    from extractors.feeds import discover_feeds, parse_feed  # the parser is not needed where nothing changed

    try:
        feed = parse_feed(response.body, response.url, response.content_type)
    except FeedError as error:
        found = [url for url in discover_feeds(response.body, response.url) if url != state.url]
        return failed(state, now, f"{error.problem}. {error.advice}", None, response), next(iter(found), None)
    dated = (replace(entry, published_at=plausible(entry.published_at, now)) for entry in feed.entries)
    entries = tuple(tidy_entry(state.engine, entry) for entry in dated)
    dates = [entry.published_at for entry in entries if entry.published_at]
    fetched = replace(
        seen,
        outcome="fetched",
        entries=entries,
        moved_to=moved,
        # of this answer alone: an old ETag beside a new body would make the server say 304 for another one
        etag=_validator(response.headers.get("etag")),
        last_modified=_validator(response.headers.get("last-modified")),
        body_sha256=sha256,
        last_item_at=max(dates, default=None),
    )
    return fetched, None


def failed(
    state: FeedState, now: datetime, error: str, pause: float | None = None, response: Response | None = None
) -> PollResult:
    """A failure: the feed is asked again after a growing, scattered delay, and never before the server's own wish."""
    delay = backoff(state.failures_in_a_row + 1, state.feed_id)
    return PollResult(
        feed_id=state.feed_id,
        url=state.url,
        outcome="failed",
        next_at=now + max(delay, timedelta(seconds=pause or 0)),
        status=response.status if response else None,
        final_url=response.url if response else None,
        etag=state.etag,
        last_modified=state.last_modified,
        body_sha256=state.body_sha256,
        bytes=len(response.body) if response else None,
        error=error,
        last_item_at=state.last_item_at,
    )


def backoff(failures: int, key: str) -> timedelta:
    """The delay after ``failures`` failures in a row (1 or more): doubling from a quarter of an hour up to a day.

    Scattered by up to a quarter either way, by ``key``: feeds that failed together do not come back together.
    """
    full: timedelta = min(FIRST_RETRY * int(2 ** min(failures - 1, 10)), LONGEST_RETRY)
    return min(full * (0.75 + 0.5 * _share(key, str(failures))), LONGEST_RETRY)


def _share(key: str, purpose: str) -> float:
    """A number in [0, 1) that is always the same for the same arguments, and evenly spread over others."""
    return int.from_bytes(hashlib.sha256(f"{purpose}\0{key}".encode()).digest()[:6], "big") / 2**48


def _next_success(state: FeedState, response: Response, now: datetime) -> datetime:
    shortest = ENGINES[state.engine].shortest_interval_seconds if state.engine in ENGINES else 0.0
    return now + timedelta(seconds=max(fresh_seconds(response.headers, now.timestamp()), shortest))


def _validator(value: str | None) -> str | None:
    """A validator that can be sent back: one line of moderate length."""
    return value if value and len(value) <= 500 and value.isprintable() else None


def _downgrade(old: str, new: str) -> bool:
    """A redirect from https to http is followed and never remembered."""
    return urlsplit(old).scheme == "https" and urlsplit(new).scheme != "https"


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """A state under another address: nothing that the old address sent counts there."""

    feed_id: str
    url: str
    engine: str | None
    etag: str | None
    last_modified: str | None
    body_sha256: str | None
    last_success_at: datetime | None
    last_item_at: datetime | None
    failures_in_a_row: int
    next_poll_at: datetime | None
    retired: bool


def replace_url(state: FeedState, url: str) -> FeedState:
    """``state``, or its like for another address, without validators."""
    if url == state.url:
        return state
    return _Elsewhere(
        feed_id=state.feed_id,
        url=url,
        engine=state.engine,
        etag=None,
        last_modified=None,
        body_sha256=None,
        last_success_at=None,
        last_item_at=state.last_item_at,
        failures_in_a_row=state.failures_in_a_row,
        next_poll_at=None,
        retired=False,
    )
