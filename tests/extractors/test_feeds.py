"""Feeds of every family, whole and broken: what they give."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.dateparsing import parse_date, plausible
from extractors.errors import FeedError
from extractors.feeds import discover_feeds, parse_feed

URL = "https://feeds.example/rss"
WHEN = datetime(2025, 12, 14, 9, 30, tzinfo=UTC)

RSS = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>Offer &amp;amp; answer</title><link>/a?x=1</link><guid>g1</guid>
<pubDate>Sun, 14 Dec 2025 10:30:00 +0100</pubDate><description>&lt;b&gt;Bold&lt;/b&gt; words</description></item>
<item><title>Again</title><link>/a?x=1</link><guid>g1</guid></item>
<item><title>No link</title><guid isPermaLink="false">x</guid></item>
</channel></rss>"""
ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><id>tag:1</id><title>Offer</title>
<link href="https://e.example/a"/><published>2025-12-14T09:30:00Z</published></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Wire</title></channel>
<item rdf:about="https://e.example/a"><title>Offer</title><link>https://e.example/a</link>
<dc:date>2025-12-14T09:30:00Z</dc:date></item></rdf:RDF>"""
JSON = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "Wire", "items": [{"id": "1", "title": "Offer",
 "url": "https://e.example/a", "date_published": "2025-12-14T09:30:00Z"}, "dirt", {"id": "2"}]}"""


@pytest.mark.parametrize("body", [RSS, ATOM, RDF, JSON], ids=["rss", "atom", "rdf", "json"])
def test_each_family_gives_title_link_and_date(body: bytes) -> None:
    feed = parse_feed(body, URL)
    assert feed.title == "Wire"
    entry = feed.entries[0]
    assert entry.title.startswith("Offer")
    assert entry.url.startswith("https://")
    assert entry.published_at == WHEN
    assert len(feed.entries) == 1


def test_markup_and_entities_are_gone_and_links_absolute() -> None:
    entry = parse_feed(RSS, URL).entries[0]
    assert entry.title == "Offer & answer"
    assert entry.summary == "Bold words"
    assert entry.url == "https://feeds.example/a?x=1"


def test_a_broken_feed_gives_what_can_be_read() -> None:
    cut = RSS[: RSS.index(b"<item><title>Again")]
    assert len(parse_feed(cut, URL).entries) == 1


@pytest.mark.parametrize("body", [b"", b"hello", b"<html><p>no feed</p></html>", b'{"a": 1}', b"{" * 5000, b"\x00\xff"])
def test_no_feed_is_an_error_that_says_so(body: bytes) -> None:
    with pytest.raises(FeedError, match="is no"):
        parse_feed(body, URL)


def test_a_page_instead_of_a_feed_names_the_feed_it_links() -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/rss.xml"></head><p>x</html>'
    assert discover_feeds(page, "https://e.example/news") == ["https://e.example/rss.xml"]
    with pytest.raises(FeedError, match=r"https://feeds\.example/rss\.xml"):
        parse_feed(page, URL)


def test_one_id_at_several_links_is_none() -> None:
    body = RSS.replace(b"<link>/a?x=1</link><guid>g1</guid></item>", b"<link>/b</link><guid>g1</guid></item>")
    entries = parse_feed(body, URL).entries
    assert [entry.url for entry in entries] == ["https://feeds.example/a?x=1", "https://feeds.example/b"]
    assert len({entry.key for entry in entries}) == 2


def test_a_counting_address_gives_way_to_the_article() -> None:
    link = b"<link>https://counter.example/x</link><f:origLink>https://e.example/a</f:origLink>"
    rss = (
        b'<rss xmlns:f="http://rssnamespace.org/feedburner/ext/1.0"><channel><item>' + link + b"</item></channel></rss>"
    )
    assert [entry.url for entry in parse_feed(rss, URL).entries] == ["https://e.example/a"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_encodings(encoding: str) -> None:
    assert parse_feed(RSS.decode().encode(encoding), URL).title == "Wire"


@pytest.mark.parametrize("encoding", ["utf-7", "ibm037", "iso-2022-jp"])
def test_encodings_that_hide_markup_are_refused(encoding: str) -> None:
    with pytest.raises(FeedError, match="is written in"):
        parse_feed(RSS.replace(b'"1.0"?', f'"1.0" encoding="{encoding}"?'.encode()), URL)


def test_entities_that_a_feed_declares_for_letters_are_read() -> None:
    body = b'<!DOCTYPE rss [<!ENTITY eacute "&#233;">]>' + RSS.replace(b"Offer", b"Caf&eacute;")
    assert "Caf" in parse_feed(body, URL).entries[0].title


def test_a_bare_path_is_never_opened() -> None:
    with pytest.raises(FeedError):
        parse_feed(b"/etc/passwd", URL)


@pytest.mark.parametrize(
    ("raw", "hour"),
    [
        ("Sun, 14 Dec 2025 10:00:00 CEST", 8),
        ("Sun, 14 Dec 2025 10:00:00 BST", 9),
        ("Sun, 14 Dec 2025 10:00:00 EST", 15),
        ("2025-12-14T10:00:00+05:30", 4),
        ("2025/12/14 10:00", 10),
        ("14 December 2025, 10:00", 10),
        ("14.12.2025 10:00", 10),
        ("12/14/2025 10:00 PST", 18),
        ("14/12/2025 10:00", 10),
        ("Sun, 14 Dec 2025 10:00:00 ZZZ", 10),
        ("20251214T101500Z", 10),
        ("2025-12-14T10:00:00.123456789Z", 10),
    ],
)
def test_dates_with_zone_names_and_odd_formats(raw: str, hour: int) -> None:
    moment = parse_date(raw)
    assert moment is not None
    assert (moment.day, moment.hour) == (14, hour)


def test_with_points_the_day_comes_first() -> None:
    assert parse_date("06.07.2026 10:00") == datetime(2026, 7, 6, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        "yesterday",
        "14 December",
        "Dec 2025",
        "10:30",
        "2025",
        "99/99/9999",
        "x" * 500,
        "03/04/2025",
        "3-4-2025 10:00",
    ],
)
def test_an_unknown_date_stays_unknown(raw: str | None) -> None:
    assert parse_date(raw) is None


def test_a_date_in_the_future_is_not_believed() -> None:
    assert plausible(datetime(2031, 1, 1, tzinfo=UTC), WHEN) is None
    assert plausible(WHEN, WHEN) == WHEN
