"""Bytes -> entries of a feed. The only user of feedparser."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from extractors.dateparsing import parse_date
from extractors.errors import FeedError
from extractors.feedguards import MAX_ITEMS, as_ascii_compatible, check_feed, shorten, transparent_type
from extractors.markup import TAG, attribute
from extractors.models import Entry

_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed's title and its entries, in the order of the feed, each key once."""

    title: str
    entries: tuple[Entry, ...]
    language: str | None = None


def parse_feed(body: bytes, url: str, content_type: str | None = None) -> Feed:
    """Read RSS 0.9x to 2.0, Atom, RDF or JSON Feed from ``body``; ``url`` resolves relative links.

    A feed that is not well-formed gives the entries that can be read. Raises FeedError for what is no feed.
    """
    body = as_ascii_compatible(body, url)
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _json_feed(body, url)
    check_feed(body, url)
    parsed = _parse(shorten(body), url, content_type)
    if not parsed.get("version") and not parsed.entries:
        found = discover_feeds(body, url)
        advice = f"Its page names the feed {found[0]}" if found else "Give the address of an RSS, Atom or JSON feed"
        raise FeedError(url, "is no feed", advice)
    entries = tuple(_once(filter(None, (_entry(item, url) for item in parsed.entries))))
    return Feed(_text(parsed.feed.get("title")), entries, parsed.feed.get("language"))


def _parse(body: bytes, url: str, content_type: str | None) -> Any:
    # A BytesIO with headers: given a bare string, feedparser would open it as a file or an address.
    # Its clean-up of HTML is left out, it costs more than all the rest and the texts lose their markup below.
    headers = {"content-location": url, "content-type": transparent_type(content_type)}
    try:
        return feedparser.parse(
            io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as error:  # what a hostile feed does to a parser that is not ours is the feed's failure
        name = type(error).__name__
        raise FeedError(url, f"cannot be parsed ({name})", "It is tried again later") from error


def _entry(item: dict[str, Any], base: str) -> Entry | None:
    # feedburner puts a counting address in the place of the link
    link = str(item.get("feedburner_origlink") or item.get("link") or "").strip()
    key = str(item.get("id") or link).strip()
    if not link and re.match(r"https?://", key):
        link = key
    link = _absolute(base, link)
    if not link:
        return None
    # The raw strings again: feedparser misreads zone names and some formats.
    # And from the bare dictionary: feedparser puts other dates in the place of missing ones.
    dates = (dict.get(item, name) for name in ("published", "created", "updated", "date"))
    return Entry(
        key=key or link,
        url=link,
        title=_text(item.get("title")),
        summary=_text(item.get("summary"))[:2000],
        published_at=next(filter(None, map(parse_date, dates)), None),
        outlet=_text((item.get("source") or {}).get("title")) or None,
    )


def _json_feed(body: bytes, url: str) -> Feed:
    """JSON Feed 1.1 (jsonfeed.org)."""
    try:
        data = json.loads(body)
        if "jsonfeed.org" not in str(data.get("version")) or not isinstance(data.get("items"), list):
            raise ValueError('it has no "version" of jsonfeed.org')
    except (ValueError, RecursionError, AttributeError) as error:
        raise FeedError(url, f"is no JSON feed: {error}", "Give the address of an RSS, Atom or JSON feed") from None
    entries = []
    for item in data["items"][:MAX_ITEMS]:
        if not isinstance(item, dict):
            continue
        link = _absolute(url, str(item.get("url") or item.get("external_url") or ""))
        if not link:
            continue
        date = parse_date(str(item.get("date_published") or item.get("date_modified") or ""))
        summary = item.get("summary") or item.get("content_text") or item.get("content_html")
        entries.append(Entry(str(item.get("id") or link), link, _text(item.get("title")), _text(summary)[:2000], date))
    return Feed(_text(data.get("title")), tuple(_once(entries)), data.get("language"))


def _once(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Each entry once. An id that stands at several links (some systems write one for all) is none."""
    links: dict[str, str] = {}
    seen = set()
    for entry in entries:
        if links.setdefault(entry.key, entry.url) != entry.url:
            entry = replace(entry, key=entry.url)
        if entry.key not in seen:
            seen.add(entry.key)
            yield entry


def _absolute(base: str, link: str) -> str:
    """``link`` as an absolute http address, empty where it is none."""
    try:
        found = urljoin(base, link.strip()) if link.strip() else ""
        return found if re.match(r"https?://[^/\s]", found) and urlsplit(found).hostname and len(found) < 4000 else ""
    except ValueError:
        return ""


def _text(value: object) -> str:
    """Plain text of a title or summary: no tags, no entities, no control characters, one line."""
    text = html.unescape(re.sub(r"<[^>]{0,2000}>", " ", str(value or "")))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def discover_feeds(page: bytes, url: str) -> list[str]:
    """The feeds that an HTML page names in its <link rel="alternate"> elements, as absolute addresses."""
    found = []
    for tag in TAG.finditer(page[:500_000]):
        rel = attribute(tag.group(), "rel").lower().split() if tag.group()[1:5].lower() == b"link" else []
        if "alternate" in rel and attribute(tag.group(), "type").lower() in _FEED_TYPES:
            found.append(_absolute(url, html.unescape(attribute(tag.group(), "href"))))
    return list(dict.fromkeys(filter(None, found)))
