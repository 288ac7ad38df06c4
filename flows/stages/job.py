"""One pass over a watch: how it begins and ends, and what it carries from stage to stage."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import TypeVar

from filelock import FileLock, Timeout

from extractors.errors import SettingsError
from extractors.relevance import StoryProfile
from flows.fetch import Fetcher, FetchPolicy
from flows.report import PassReport
from flows.searches import search_url
from flows.settings import Environment, Watch, load_environment, load_watch
from storage.ledger import Ledger
from storage.records import FeedSource

BATCH = 50
"""Articles that are committed together: what a kill can cost is read again."""
TOGETHER = 200
"""Texts that are taken up at once: whatever is left is looked for in the whole ledger, for one text or for many."""
T = TypeVar("T")


class PassRunning(SettingsError):
    """Another pass over the watch holds its lock."""


@dataclass
class Job:
    """One pass: what it works on, and what it has done so far."""

    watch: Watch
    environment: Environment
    ledger: Ledger
    now: datetime
    run_id: str
    lock: FileLock
    report: PassReport = field(default_factory=PassReport)
    profile: StoryProfile | None = None
    ok: bool = False

    @property
    def policy(self) -> FetchPolicy:
        table = self.watch.file.fetch
        return FetchPolicy(
            allow_hosts=frozenset(host.lower() for host in table.allow_hosts),
            gap_seconds=table.gap_seconds,
            timeout_seconds=table.timeout_seconds,
            max_bytes=table.max_bytes,
            contact=table.contact,
        )

    def fetcher(self) -> Fetcher:
        return Fetcher(self.policy, robots_folder=self.environment.home / "robots")


def begin(watch_path: str, now: datetime | None) -> Job:
    """Read watch and environment, take the watch's lock, note the start. Raises SettingsError."""
    return begin_with(load_watch(watch_path), load_environment(), now)


def begin_with(watch: Watch, environment: Environment, now: datetime | None) -> Job:
    """As ``begin``, for settings that are read already. ``now`` None: the clock."""
    folder = environment.home / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / f"{watch.id}.lock", thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        advice = "Wait for it to end; the lock of a killed one is free at once"
        raise PassRunning(str(watch.path), "another pass over this watch is running", advice) from None
    ledger = Ledger(environment.home)
    started = now or datetime.now(UTC)
    try:
        with ledger.transaction() as tx:
            tx.save_watch(watch.id, watch.title, watch.toml, started)
            tx.save_codebook(watch.id, watch.codebook, started)
            tx.save_feeds(watch.id, list(_feeds(watch)), started)
            run_id = tx.start_run(watch.id, started)
    except BaseException:
        lock.release()
        raise
    return Job(watch, environment, ledger, started, run_id, lock)


def finish(job: Job) -> PassReport:
    """Publish the snapshot, note how the pass ended, and let go of the watch."""
    try:
        status = "ok" if job.ok else "failed"
        job.ledger.finish_run(job.run_id, job.now, status, job.report.as_dict())
        job.ledger.publish_snapshot()
    finally:
        job.lock.release()
    return job.report


def _feeds(watch: Watch) -> Iterator[FeedSource]:
    for feed in watch.file.feed:
        yield FeedSource(short_id(feed.url), feed.url, feed.outlet)
    for search in watch.file.search:
        url = search_url(search.engine, search.query, search.language, search.country)
        yield FeedSource(short_id(url), url, None, search.engine)


def short_id(text: str) -> str:
    """The id of what an address names: the same everywhere and for good."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[list[T]]:
    """``items`` in lists of at most ``size``."""
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
