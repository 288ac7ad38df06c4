"""Feeds, what asking them gave, and the entries found in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from extractors.models import Entry
from storage.records import FeedSource, FeedState, FetchRecord, NewEntry, PendingPage
from storage.rows import Row, insert, select
from storage.store import Store, record_states


class Feeds(Store):
    """Feeds, fetches and entries. A feed's and a page's state is derived from its fetches."""

    def save_feeds(self, watch_id: str, feeds: Sequence[FeedSource], recorded_at: datetime) -> int:
        """Record all feeds of the watch file; those no longer in it are removed. Returns how many rows were added."""
        rows: list[Row] = [{"watch_id": watch_id, **asdict(feed), "removed": False} for feed in feeds]
        kept = {feed.feed_id for feed in feeds}
        with self._begin() as db:
            sql = "SELECT * EXCLUDE (recorded_at) FROM current_feed WHERE watch_id = ?"
            rows += [{**r, "removed": True} for r in select(db, sql, [watch_id]) if r["feed_id"] not in kept]
            return len(record_states(db, "feed", ["watch_id", "feed_id"], rows, recorded_at))

    def save_feed(self, watch_id: str, feed: FeedSource, recorded_at: datetime) -> bool:
        """Record one feed and leave the others alone. True where it is new or differs."""
        row = {"watch_id": watch_id, **asdict(feed), "removed": False}
        with self._begin() as db:
            return bool(record_states(db, "feed", ["watch_id", "feed_id"], [row], recorded_at))

    def feed_states(self, watch_id: str) -> list[FeedState]:
        """The feeds of the watch with their health, by id."""
        with self._begin() as db:
            rows = select(db, "SELECT * FROM feed_state WHERE watch_id = ? ORDER BY feed_id", [watch_id])
        return [FeedState(**row) for row in rows]

    def record_fetch(self, watch_id: str, fetch: FetchRecord) -> None:
        """Record one request for a feed or for an article's page."""
        self.record_fetches(watch_id, [fetch])

    def record_fetches(self, watch_id: str, fetches: Sequence[FetchRecord]) -> None:
        """Record requests for feeds and pages."""
        with self._begin() as db:
            insert(db, '"fetch"', [{"watch_id": watch_id, **asdict(fetch)} for fetch in fetches])

    def save_entries(self, watch_id: str, feed_id: str, entries: Sequence[NewEntry], recorded_at: datetime) -> int:
        """Record the entries of a feed and return how many lead to an article that the watch did not know."""
        unique = list({entry.article_id: entry for entry in reversed(entries)}.values())[::-1]
        articles = [
            {"id": e.article_id, "url": e.url, "outlet": e.entry.outlet, "recorded_at": recorded_at} for e in unique
        ]
        rows = [
            {
                "watch_id": watch_id,
                "article_id": e.article_id,
                "feed_id": feed_id,
                **asdict(e.entry),
                "recorded_at": recorded_at,
            }
            for e in unique
        ]
        with self._begin() as db:
            insert(db, "article", articles, ignore_known=True)
            return insert(db, "entry", rows, ignore_known=True)

    def entry_moments(self, watch_id: str, last: int = 500) -> list[datetime]:
        """The last ``last`` different moments at which new entries were recorded, oldest first."""
        sql = "SELECT DISTINCT recorded_at FROM entry WHERE watch_id = ? ORDER BY recorded_at DESC LIMIT ?"
        with self._begin() as db:
            return sorted(row["recorded_at"] for row in select(db, sql, [watch_id, last]))

    def pages_due(self, watch_id: str, now: datetime, limit: int | None = None) -> list[PendingPage]:
        """Entries whose page was not read yet, or failed and is due again; oldest entries first. Then articles with a
        text whose last fetch asked to be looked at again by ``now``, for silent edits."""
        # First which articles can be due at all, so that not every page ever read is looked at.
        candidates = """
            SELECT article_id FROM entry
            ANTI JOIN (SELECT article_id FROM "fetch" WHERE watch_id = $watch) AS f USING (article_id)
            WHERE watch_id = $watch
            UNION
            SELECT article_id FROM "fetch" WHERE watch_id = $watch AND article_id IS NOT NULL AND next_at <= $now
        """
        sql = f"""
            SELECT * FROM page_states($ids::VARCHAR[])
            WHERE watch_id = $watch AND (outcome IS NULL OR ((has_text OR outcome = 'failed') AND next_at <= $now))
            ORDER BY has_text, coalesce(published_at, recorded_at), recorded_at, article_id
            LIMIT {int(limit) if limit is not None else "ALL"}
        """  # noqa: S608
        params: dict[str, Any] = {"watch": watch_id, "now": now}
        with self._begin() as db:
            ids = [row["article_id"] for row in select(db, candidates, params)]
            rows = select(db, sql, params | {"ids": ids}) if ids else []
        return [_page(row) for row in rows]


def _page(row: Row) -> PendingPage:
    entry = Entry(row["key"], row["entry_url"], row["title"], row["summary"], row["published_at"], row["outlet"])
    names = ("watch_id", "article_id", "url", "feed_id", "attempts", "has_text", "etag", "last_modified")
    return PendingPage(entry=entry, last_fetch_at=row["last_fetch_at"], **{name: row[name] for name in names})
