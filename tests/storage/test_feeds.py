"""The state of feeds and pages follows from what asking them gave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import duckdb
import pytest

from storage.ledger import Ledger
from storage.records import FeedSource, FeedState, FetchOutcome, FetchRecord
from tests.storage.builders import DAY, HOUR, WATCH, entry, version

FEED = FeedSource("courier", "https://courier.example/rss", "Courier")


def asked(hours: int, outcome: FetchOutcome, **more: Any) -> FetchRecord:
    return FetchRecord(FEED.url, DAY + hours * HOUR, outcome, feed_id=FEED.feed_id, **more)


def state(ledger: Ledger) -> FeedState:
    (found,) = ledger.feed_states(WATCH)
    return found


@pytest.fixture
def fed(ledger: Ledger) -> Ledger:
    ledger.save_feeds(WATCH, [FEED], DAY)
    return ledger


def test_a_new_feed_is_due_at_once(fed: Ledger) -> None:
    assert state(fed) == FeedState(WATCH, "courier", FEED.url, "Courier")
    assert fed.save_feeds(WATCH, [FEED], DAY + HOUR) == 0


def test_health_after_success_and_failures(fed: Ledger) -> None:
    fed.record_fetches(
        WATCH,
        [
            asked(0, "failed", error="refused"),
            asked(1, "fetched", etag="e1", last_modified="m", body_sha256="s", last_item_at=DAY),
            asked(2, "unchanged"),
            asked(3, "failed", error="slow", next_at=DAY + 5 * HOUR),
            asked(4, "failed", error="slower", next_at=DAY + 8 * HOUR),
        ],
    )
    now = state(fed)
    assert (now.etag, now.last_modified, now.body_sha256) == ("e1", "m", "s")
    assert now.last_success_at == DAY + 2 * HOUR
    assert (now.failures_in_a_row, now.last_error, now.next_poll_at) == (2, "slower", DAY + 8 * HOUR)
    assert now.last_item_at == DAY
    assert not now.retired
    fed.record_fetch(WATCH, asked(9, "fetched", etag=None))
    now = state(fed)
    assert (now.failures_in_a_row, now.last_error, now.etag) == (0, None, None)


def test_redirects_and_retirement_last_until_the_watch_file_changes(fed: Ledger) -> None:
    fed.record_fetch(WATCH, asked(0, "fetched", moved_to="https://new.example/rss", etag="e"))
    assert state(fed).url == "https://new.example/rss"
    fed.record_fetch(WATCH, asked(1, "gone", error="410"))
    assert state(fed).retired
    fed.save_feeds(WATCH, [replace(FEED, url="https://other.example/rss")], DAY + 2 * HOUR)
    now = state(fed)
    assert (now.url, now.retired, now.etag) == ("https://other.example/rss", False, None)


def test_a_feed_that_leaves_the_watch_file_is_no_longer_listed(fed: Ledger) -> None:
    fed.save_feed(WATCH, FeedSource("post", "https://post.example/rss"), DAY)
    assert len(fed.feed_states(WATCH)) == 2
    fed.save_feeds(WATCH, [FEED], DAY + HOUR)
    assert state(fed).feed_id == "courier"


def test_entries_are_new_once_whatever_feed_brings_them(fed: Ledger) -> None:
    assert fed.save_entries(WATCH, "courier", [entry("a"), entry("b"), entry("a")], DAY) == 2
    assert fed.save_entries(WATCH, "post", [entry("a", key="other"), entry("c")], DAY) == 1
    assert [p.article_id for p in fed.pages_due(WATCH, DAY)] == ["article-a", "article-b", "article-c"]
    assert fed.pages_due("another watch", DAY) == []


def page(name: str, hours: int, outcome: FetchOutcome, **more: Any) -> FetchRecord:
    url = f"https://courier.example/{name}"
    return FetchRecord(url, DAY + hours * HOUR, outcome, article_id=f"article-{name}", **more)


@pytest.mark.parametrize(
    ("fetches", "pending_after", "recheck_after"),
    [
        ([], 0, None),
        ([page("a", 0, "failed", error="slow", next_at=DAY + 2 * HOUR)], 2, None),
        ([page("a", 0, "failed", error="given up")], None, None),
        ([page("a", 0, "gone", error="404")], None, None),
        ([page("a", 0, "skipped", error="in es")], None, None),
        ([page("a", 0, "fetched", version_id="version-a")], None, None),
        ([page("a", 0, "fetched", version_id="version-a", next_at=DAY + 3 * HOUR)], None, 3),
        (
            [
                page("a", 0, "fetched", version_id="version-a", next_at=DAY + 3 * HOUR),
                page("a", 3, "unchanged", next_at=DAY + 6 * HOUR),
            ],
            None,
            6,
        ),
        (
            [
                page("a", 0, "fetched", version_id="version-a", next_at=DAY + 3 * HOUR),
                page("a", 3, "failed", error="slow", next_at=DAY + 4 * HOUR),
            ],
            None,
            4,
        ),
    ],
)
def test_when_a_page_is_due(
    fed: Ledger, fetches: list[FetchRecord], pending_after: int | None, recheck_after: int | None
) -> None:
    fed.save_entries(WATCH, "courier", [entry("a")], DAY)
    fed.record_fetches(WATCH, fetches)
    with fed.transaction() as tx:
        for hours in range(10):
            now = DAY + hours * HOUR
            due = [page.has_text for page in tx.pages_due(WATCH, now)]
            assert (False in due) == (pending_after is not None and hours >= pending_after)
            assert (True in due) == (recheck_after is not None and hours >= recheck_after)
        if recheck_after:
            (due,) = tx.pages_due(WATCH, DAY + 99 * HOUR)
            assert (due.article_id, due.has_text, due.attempts) == ("article-a", True, len(fetches))


def test_limit_takes_the_oldest_first(fed: Ledger) -> None:
    fed.save_entries(WATCH, "courier", [entry("a", published_at=DAY), entry("b", published_at=DAY - HOUR)], DAY)
    assert [p.article_id for p in fed.pages_due(WATCH, DAY, 1)] == ["article-b"]


def test_a_fetch_is_for_a_feed_or_for_a_page(ledger: Ledger) -> None:
    with pytest.raises(duckdb.ConstraintException):
        ledger.record_fetch(WATCH, FetchRecord("https://x.example", DAY, "fetched"))


def test_versions_are_stored_once_and_shared_by_watches(ledger: Ledger) -> None:
    ledger.save_watch("other", "Other", "", DAY)
    edited = replace(version("a"), id="version-a2", text="Petra Vance said nothing.", recorded_at=DAY + 2 * HOUR)
    assert ledger.save_version(WATCH, version("a"))
    assert not ledger.save_version(WATCH, version("a"))
    assert ledger.save_version("other", version("a"))
    assert ledger.save_version(WATCH, edited)
    assert ledger.version("version-a") == version("a")
    assert ledger.versions("article-a") == [version("a"), edited]
    assert ledger.latest_versions(["article-a", "article-x"]) == {"article-a": edited}
    assert ledger.save_version(WATCH, version("base"), role="baseline")
    assert ledger.baseline(WATCH) == version("base")
    assert ledger.baseline("other") is None
    assert [v.version.id for v in ledger.versions_to_code(WATCH)] == ["version-base", "version-a", "version-a2"]
