"""Bytes -> entries of a feed. The only user of feedparser."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import feedparser
from lxml import html as lxml_html

from extractors.dateparsing import parse_date
from extractors.errors import FeedError
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
    if body.lstrip()[:1] == b"{":
        return _json_feed(body, url)
    # A BytesIO with headers: given a bare string, feedparser would open it as a file or an address.
    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=True)
    if not parsed.get("version") and not parsed.entries:
        found = discover_feeds(body, url)
        advice = f"Its page names the feed {found[0]}" if found else "Give the address of an RSS, Atom or JSON feed"
        raise FeedError(url, "is no feed", advice)
    entries = tuple(_once(filter(None, (_entry(item, url) for item in parsed.entries))))
    return Feed(_text(parsed.feed.get("title")), entries, parsed.feed.get("language"))


def _entry(item: Mapping[str, Any], base: str) -> Entry | None:
    link = str(item.get("link") or "").strip()
    key = str(item.get("id") or link).strip()
    if not link and re.match(r"https?://", key):
        link = key
    link = urljoin(base, link) if link else ""
    if not re.match(r"https?://", link):
        return None
    # The raw strings again: feedparser misreads zone names and some formats.
    dates = (item.get(name) for name in ("published", "created", "updated", "date"))
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
    for item in data["items"]:
        if not isinstance(item, dict):
            continue
        link = urljoin(url, str(item.get("url") or item.get("external_url") or ""))
        if (not item.get("url") and not item.get("external_url")) or not re.match(r"https?://", link):
            continue
        date = parse_date(str(item.get("date_published") or item.get("date_modified") or ""))
        summary = item.get("summary") or item.get("content_text") or item.get("content_html")
        entries.append(Entry(str(item.get("id") or link), link, _text(item.get("title")), _text(summary)[:2000], date))
    return Feed(_text(data.get("title")), tuple(_once(iter(entries))), data.get("language"))


def _once(entries: Iterator[Entry]) -> Iterator[Entry]:
    seen = set()
    for entry in entries:
        if entry.key not in seen:
            seen.add(entry.key)
            yield entry


def _text(value: object) -> str:
    """Plain text of a title or summary: no tags, no entities, no control characters, one line."""
    text = html.unescape(re.sub(r"<[^>]{0,2000}>", " ", str(value or "")))
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def discover_feeds(page: bytes, url: str) -> list[str]:
    """The feeds that an HTML page names in its <link rel="alternate"> elements, as absolute addresses."""
    try:
        tree = lxml_html.fromstring(page[:1_000_000], base_url=url)
    except (ValueError, lxml_html.etree.ParserError):
        return []
    links = tree.xpath('//link[@href and contains(concat(" ", @rel, " "), " alternate ")]')
    found = (urljoin(url, link.get("href")) for link in links if str(link.get("type")).lower() in _FEED_TYPES)
    return [address for address in dict.fromkeys(found) if re.match(r"https?://", address)]
