"""What servers do to those who read them, a line a fault: what happens, and what must come of it."""
# a fault stays on its line

from __future__ import annotations

import hashlib
import json
import re
import ssl
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from flows.fetch import Fetcher, FetchPolicy
from flows.pages import PageRequest, PageResult, read_page
from flows.polling import PollResult, poll
from storage.records import FeedState
from tests.flows.faulty import (
    PARAGRAPHS,
    RESET,
    Faulty,
    Route,
    bomb,
    drip,
    endless,
    head,
    in_turn,
    item,
    move,
    packed,
    page,
    rss,
    say,
    send,
)

NOW = datetime(2025, 12, 15, 12, tzinfo=UTC)
POLICY = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), gap_seconds=0, timeout_seconds=0.4, max_bytes=300_000)
FEED = rss(item(1), item(2))
STATE = FeedState("w", "f", "", etag='"e1"', last_success_at=NOW - timedelta(hours=1), last_item_at=NOW)
LENGTH = {"Content_Length": str(len(FEED))}
HOUR = timedelta(hours=1)

LOL = (
    '<!DOCTYPE r [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)


@dataclass(frozen=True)
class Fault:
    """``also`` sees the result and the server after it."""

    what: str
    routes: Route | dict[str, Route]
    outcome: str
    says: str = ""
    also: Callable[..., bool] = lambda result, server: True
    state: FeedState = STATE

    def __str__(self) -> str:
        return self.what


def links(result: PollResult) -> list[str]:
    return [entry.url for entry in result.entries]


def later(result: PollResult | PageResult) -> timedelta:
    assert result.next_at is not None
    return result.next_at - NOW


def conditional(asked_etag: str) -> Route:
    return lambda asked: (say(b"", 304) if asked.headers.get("if-none-match") == asked_etag else say(FEED))(asked)


FEEDS = [
    # --- nothing wrong, or only unusual
    Fault("a feed", say(FEED), "fetched", also=lambda r, s: len(r.entries) == 2 and r.error is None),
    Fault("304", conditional('"e1"'), "unchanged", also=lambda r, s: r.etag == '"e1"' and len(s.asked) == 1),
    Fault("an ETag that is new for the same body", in_turn(say(FEED, ETag="b")), "unchanged",
          state=replace(STATE, body_sha256="f" * 64), also=lambda r, s: r.etag == "b"),
    Fault("the same ETag for another body", say(FEED, ETag='"e1"'), "fetched"),
    Fault("304 for a changed body, for a day", conditional('"e1"'), "fetched",
          state=replace(STATE, last_success_at=NOW - timedelta(days=2), last_item_at=NOW - timedelta(days=3))),
    Fault("304 to a request without conditions", say(b"", 304), "failed", "never asked", state=replace(STATE, etag=None)),
    Fault("an ETag over a kilobyte", say(FEED, ETag="x" * 2000), "fetched", also=lambda r, s: r.etag is None),
    Fault("early hints before the answer", send(b"HTTP/1.1 103 X\r\nLink: </a>\r\n\r\n", head(200, **LENGTH), FEED), "fetched"),
    Fault("a feed that calls itself a page", say(FEED, Content_Type="text/html"), "fetched"),
    Fault("a feed that calls itself a picture", say(FEED, Content_Type="image/png"), "fetched"),
    Fault("white space and a mark before the feed", say(b"\xef\xbb\xbf\n\n" + FEED), "fetched"),
    Fault("UTF-16", say(FEED.decode().encode("utf-16")), "fetched"),
    Fault("windows-1252 that calls itself UTF-8",
          say(rss(item(1).replace("Tariff", "Señor")).decode().encode("windows-1252"), Content_Type="text/xml; charset=utf-8"),
          "fetched", also=lambda r, s: "Señor" in r.entries[0].title),
    # --- moves
    Fault("301", {"/f": move("/g"), "/g": say(FEED)}, "fetched", also=lambda r, s: r.moved_to == s.url + "/g"),
    Fault("308", {"/f": move("/g", 308), "/g": say(FEED)}, "fetched", also=lambda r, s: r.moved_to == s.url + "/g"),
    Fault("302", {"/f": move("/g", 302), "/g": say(FEED)}, "fetched", also=lambda r, s: r.moved_to is None),
    Fault("301, then 307", {"/f": move("/g"), "/g": move("/h", 307), "/h": say(FEED)}, "fetched",
          also=lambda r, s: r.moved_to is None and r.final_url == s.url + "/h"),
    Fault("301 to what is no feed", {"/f": move("/g"), "/g": say(b"<p>Log in")}, "failed", "no feed",
          also=lambda r, s: r.moved_to is None),
    Fault("a redirect to itself", move("/f", 302), "failed", "redirects more than 5", also=lambda r, s: len(s.asked) == 6),
    Fault("a ring of redirects", {"/f": move("/g"), "/g": move("/f")}, "failed", "redirects more than 5"),
    Fault("a redirect until a cookie comes back",
          lambda asked: (say(FEED) if "c=1" in asked.headers.get("cookie", "") else move("/f", 302, Set_Cookie="c=1; Path=/"))(asked),
          "fetched"),
    Fault("a redirect without an address", say(b"", 302), "failed", "302"),
    Fault("a redirect to a file", move("file:///etc/passwd"), "failed", "no http or https"),
    Fault("a redirect to a script", move("javascript:alert(1)"), "failed", "no http or https"),
    Fault("a redirect to cloud metadata", move("http://169.254.169.254/latest"), "failed", "no public address"),
    Fault("a redirect to loopback by name", move("http://localhost:1234/"), "failed", "no public address"),
    Fault("a redirect to loopback as a number", move("http://2130706433:8080/"), "failed", "no public address"),
    Fault("a redirect to loopback in IPv6", move("http://[::ffff:127.0.0.1]:8080/"), "failed", "no public address"),
    Fault("a redirect to a mail server", move("http://127.0.0.1:25/"), "failed", "port 25"),
    Fault("a redirect with a password", move("http://user:secret@127.0.0.1/"), "failed", "no plain address"),
    Fault("a redirect to nonsense", move("http://[nonsense"), "failed", "no valid address"),
    # --- refusals
    Fault("404", say(b"", 404), "failed", "404", also=lambda r, s: timedelta(minutes=10) < later(r) < timedelta(minutes=20)),
    Fault("404 for the ninth time", say(b"", 404), "failed", state=replace(STATE, failures_in_a_row=8),
          also=lambda r, s: timedelta(hours=17) < later(r) <= timedelta(days=1)),
    Fault("403", say(b"", 403), "failed", "403"),
    Fault("410", say(b"", 410), "gone", also=lambda r, s: r.next_at is None),
    Fault("500", say(FEED, 500), "failed", "500"),
    Fault("204", say(b"", 204), "failed", "204"),
    Fault("206", say(FEED[:200], 206), "failed", "206"),
    Fault("503 for two hours", say(b"", 503, Retry_After="7200"), "failed", also=lambda r, s: later(r) == 2 * HOUR),
    Fault("429 until a date", say(b"", 429, Retry_After="Mon, 15 Dec 2025 15:00:00 GMT", Date="Mon, 15 Dec 2025 12:00:00 GMT"),
          "failed", also=lambda r, s: later(r) == 3 * HOUR),
    Fault("429 for ten years", say(b"", 429, Retry_After="315360000"), "failed", also=lambda r, s: later(r) == timedelta(days=7)),
    Fault("429 until nonsense", say(b"", 429, Retry_After="soon"), "failed", "429"),
    Fault("fresh for an hour", say(FEED, Cache_Control="public, max-age=3600"), "fetched", also=lambda r, s: later(r) == HOUR),
    Fault("fresh for a year", say(FEED, Cache_Control="max-age=31536000"), "fetched", also=lambda r, s: later(r) == 6 * HOUR),
    Fault("never fresh", say(FEED, Cache_Control="no-cache, max-age=900"), "fetched", also=lambda r, s: later(r) == 0 * HOUR),
    # --- connections
    Fault("nobody speaks", send(3.0), "failed", "in time"),
    Fault("headers in drops", drip(b"", head() + FEED), "failed", "in time"),
    Fault("a body in drops", drip(head(200, **LENGTH), FEED), "failed", "in time"),
    Fault("a packed body in drops", drip(head(Content_Encoding="gzip"), packed(FEED)), "failed", "in time"),
    Fault("closed without a word", send(), "failed", "cannot be read", also=lambda r, s: len(s.asked) == 2),
    Fault("closed once, then fine", in_turn(send(), say(FEED)), "fetched"),
    Fault("closed within the headers", send(b"HTTP/1.1 200 OK\r\nContent-"), "failed", "cannot be read"),
    Fault("reset", send(RESET), "failed", "cannot be read"),
    Fault("reset within the body", send(head(200, **LENGTH), FEED[:99], 0.05, RESET), "failed", "cannot be read"),
    Fault("longer than sent", send(head(Content_Length="99999"), FEED), "failed", "cannot be read"),
    Fault("shorter than sent", send(head(Content_Length=str(len(FEED) - 90)), FEED), "fetched", also=lambda r, s: len(r.entries) >= 1),
    Fault("a length that is none", send(head(Content_Length="many"), FEED), "failed", "cannot be read"),
    Fault("chunks that stop", send(head(Transfer_Encoding="chunked"), b"fff\r\n<rss"), "failed", "cannot be read"),
    Fault("chunks that are none", send(head(Transfer_Encoding="chunked"), FEED), "failed", "cannot be read"),
    Fault("not HTTP", send(b"SSH-2.0-OpenSSH_9.6\r\n"), "failed", "cannot be read"),
    Fault("a body without headers", send(FEED), "failed", "cannot be read"),
    Fault("a header without end", endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 65536), "failed", "cannot be read|in time"),
    # --- lengths and encodings
    Fault("gzip", say(packed(FEED), Content_Encoding="gzip"), "fetched"),
    Fault("gzip that is not announced", say(packed(FEED)), "fetched"),
    Fault("plain that is announced as gzip", say(FEED, Content_Encoding="gzip"), "fetched"),
    Fault("deflate without its header", say(zlib.compress(FEED)[2:-4], Content_Encoding="deflate"), "fetched"),
    Fault("gzip that stops", say(packed(FEED)[:-40], Content_Encoding="gzip"), "failed", "cut off"),
    Fault("gzip with a hole", say(packed(FEED)[:60] + bytes(40) + packed(FEED)[100:], Content_Encoding="gzip"), "failed", "unpacked"),
    Fault("an encoding that nobody asked for", say(FEED, Content_Encoding="br"), "failed", "not asked for"),
    Fault("gzip in gzip", say(packed(packed(FEED)), Content_Encoding="gzip, gzip"), "failed", "not asked for"),
    Fault("a gzip bomb", say(bomb(100 << 20), Content_Encoding="gzip"), "failed", "larger than 300,000"),
    Fault("too long, and says so", send(head(Content_Length="999999999")), "failed", "larger than 300,000"),
    Fault("a body without end", endless(head(), b"<item>" * 1000), "failed", "larger than 300,000"),
    # --- contents
    Fault("nothing", say(b""), "failed", "no feed"),
    Fault("half a feed", say(rss(*map(item, range(10)))[:1500]), "fetched", also=lambda r, s: 5 <= len(r.entries) < 10),
    Fault("a picture", say(b"\x89PNG\r\n\x1a\n\x00\x00"), "failed", "no feed"),
    Fault("a page that names its feed",
          {"/f": say('<link rel="alternate" type="application/rss+xml" href="/g">'), "/g": say(FEED)}, "fetched",
          also=lambda r, s: r.moved_to == s.url + "/g" and len(r.entries) == 2),
    Fault("a page that names itself", say('<link rel="alternate" type="application/rss+xml" href="/f">'), "failed", "no feed",
          also=lambda r, s: len(s.asked) == 1),
    Fault("a page that names a private feed", say('<link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/">'),
          "failed", "no feed"),
    Fault("two thousand items", say(rss(*(f"<item><link>https://e.example/{n}</link></item>" for n in range(2000)))), "fetched",
          also=lambda r, s: len(r.entries) == 500 and links(r)[0].endswith("/0") and links(r)[-1].endswith("/1999")),
    Fault("one id for all items", say(rss(item(1, guid="x"), item(2, guid="x"), item(3, guid="x"))), "fetched",
          also=lambda r, s: len({e.key for e in r.entries}) == 3),
    Fault("the same item twice", say(rss(item(1), item(1))), "fetched", also=lambda r, s: len(r.entries) == 1),
    Fault("dates in the future", say(rss(item(1, date="Sun, 14 Dec 2031 10:00:00 GMT"))), "fetched",
          also=lambda r, s: r.entries[0].published_at is None and r.last_item_at is None),
    Fault("dates that are none", say(rss(item(1, date="last Tuesday"))), "fetched", also=lambda r, s: r.entries[0].published_at is None),
    Fault("no dates", say(rss(item(1, date=""))), "fetched", also=lambda r, s: r.entries[0].published_at is None),
    Fault("items without links", say(rss("<item><title>x</title></item>")), "fetched", also=lambda r, s: r.entries == ()),
    Fault("links to files and scripts", say(rss(item(1, "file:///etc/passwd"), item(2, "javascript:x()"), item(3))), "fetched",
          also=lambda r, s: len(r.entries) == 1),
    Fault("links that are none", say(rss(item(1, "http://[x"), item(2, "https:///"), item(3))), "fetched",
          also=lambda r, s: len(r.entries) == 1),
    Fault("entities that grow", say(rss(item(1).replace("Tariff", "&i;"), before=LOL)), "failed", "entities that grow"),
    Fault("one large entity, often",
          say(rss("&a;" * 9999, before=f"<!DOCTYPE r [<!ENTITY a '{'a' * 50_000}'>]>")), "failed", "entities that grow"),
    Fault("an entity that is a file", say(rss(item(1), before='<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>')), "failed",
          "outside of itself"),
    Fault("a DTD elsewhere", lambda asked: say(rss(item(1), before=f'<!DOCTYPE r SYSTEM "http://{asked.headers["host"]}/dtd">'))(asked),
          "fetched", also=lambda r, s: s.paths() == ["/f"]),
    Fault("nested without end", say(rss("<a>" * 50_000)), "failed", "nested more than"),
    Fault("an element with 20,000 attributes", say(rss("<a " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>")), "failed",
          "attributes"),
    Fault("JSON nested without end", say(b'{"version": "https://jsonfeed.org/version/1", "items": ' + b"[" * 50_000), "failed", "JSON"),
    Fault("JSON that is no feed", say(json.dumps({"items": []})), "failed", "no JSON feed"),
]  # fmt: skip


@pytest.mark.parametrize("fault", FEEDS, ids=str)
def test_feed(fault: Fault) -> None:
    routes = fault.routes if isinstance(fault.routes, dict) else {"/f": fault.routes}
    state = fault.state
    if state.body_sha256:
        state = replace(state, body_sha256=hashlib.sha256(FEED).hexdigest())
    with Faulty(routes) as server, Fetcher(POLICY) as fetcher:
        (result,) = poll([replace(state, url=server.url + "/f")], NOW, fetcher)
        assert result.outcome == fault.outcome, result
        assert re.search(fault.says, result.error or ""), result.error
        assert bool(result.error) == (fault.outcome in ("failed", "gone"))
        assert fault.also(result, server), result


TEXT = "The harbour board of Holmstad"
FORBID = say("User-agent: *\nDisallow: /")
DATED = page(head='<meta property="article:published_time" content="2025-12-14T10:00:00Z">')
WANT = PageRequest("a1", "", published_at=NOW - timedelta(days=1), outlet="Wire", first_seen_at=NOW)


@dataclass(frozen=True)
class PageFault(Fault):
    want: PageRequest = WANT


def kept(result: PageResult, server: Faulty) -> bool:
    return result.article is not None and TEXT in result.article.text and bool(result.body)


PAGES = [
    PageFault("a page", say(page()), "fetched", also=kept),
    PageFault("robots.txt forbids", {"/robots.txt": FORBID, "/p": say(page())}, "skipped", "asks us not to",
              also=lambda r, s: r.reason == "robots.txt" and s.paths() == ["/robots.txt"]),
    PageFault("robots.txt forbids another", {"/robots.txt": say("User-agent: Other\nDisallow: /"), "/p": say(page())}, "fetched"),
    PageFault("robots.txt forbids us by name", {"/robots.txt": say("User-agent: volteface\nDisallow: /p"), "/p": say(page())}, "skipped"),
    PageFault("robots.txt is missing", {"/robots.txt": say(b"", 404), "/p": say(page())}, "fetched"),
    PageFault("robots.txt is forbidden", {"/robots.txt": say(b"", 403), "/p": say(page())}, "fetched"),
    PageFault("robots.txt fails", {"/robots.txt": say(b"", 500), "/p": say(page())}, "failed", "answered 500",
              also=lambda r, s: later(r) == HOUR and s.paths() == ["/robots.txt"]),
    PageFault("robots.txt never comes", {"/robots.txt": send(3.0), "/p": say(page())}, "failed", "robots.txt cannot be read"),
    PageFault("robots.txt moves", {"/robots.txt": move("/r"), "/r": FORBID, "/p": say(page())}, "skipped"),
    PageFault("robots.txt moves to a private host", {"/robots.txt": move("http://10.0.0.1/"), "/p": say(page())}, "skipped", "no public"),
    PageFault("robots.txt is a page", {"/robots.txt": say(page()), "/p": say(page())}, "fetched"),
    PageFault("robots.txt is binary", {"/robots.txt": say(bytes(range(256)) * 99), "/p": say(page())}, "fetched"),
    PageFault("robots.txt with a rule that never ends",
              {"/robots.txt": say(f"User-agent: *\nDisallow: /{'*a' * 50}b"), "/p": say(page())}, "fetched"),
    PageFault("a redirect to what robots.txt forbids",
              {"/robots.txt": say("User-agent: *\nDisallow: /q"), "/p": move("/q"), "/q": say(page())}, "skipped", "asks us not to"),
    PageFault("404", say(b"", 404), "failed", "404"),
    PageFault("404 for the sixth time", say(b"", 404), "gone", "6 times", want=replace(WANT, attempts=5)),
    PageFault("410", say(page(), 410), "gone", "410", also=lambda r, s: r.next_at is None),
    PageFault("451", say(b"", 451), "gone", "451"),
    PageFault("403", say(page(), 403), "failed", "403"),
    PageFault("500 for the sixth time", say(b"", 500), "skipped", "6 times", want=replace(WANT, attempts=5)),
    PageFault("503 for two hours", say(b"", 503, Retry_After="7200"), "failed", also=lambda r, s: later(r) == 2 * HOUR),
    PageFault("a PDF", say(b"%PDF-1.7", Content_Type="application/pdf"), "skipped", "application/pdf"),
    PageFault("a picture that calls itself a page", say(b"\x89PNG\r\n\x1a\n" + bytes(99), Content_Type="text/html"), "skipped", "no HTML"),
    PageFault("a redirect to the front page", {"/p": move("/", 302), "/": say(page())}, "skipped", "front page"),
    PageFault("a redirect to metadata", move("http://169.254.169.254/"), "skipped", "no public address"),
    PageFault("a consent notice", say(page("<p>We use cookies. Accept all or manage your preferences. Your privacy.</p>", "")),
              "skipped", "consent", also=lambda r, s: r.reason == "consent" and r.article is None and not r.body),
    PageFault("a paywall", say(page("<p>Holmstad argues.</p><p>Subscribe to continue reading this story.</p>")), "skipped", "paywall"),
    PageFault("a teaser that is not free",
              say(page(f"<p>{TEXT} met again and argued for a very long time about the tariff on steel and on paper, "
                       "and then it came to nothing after all, as so often.</p>",
                       head='<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": false}</script>')),
              "skipped", "paywall"),
    PageFault("an error with status 200", say(page("<p>Sorry about that.</p>", "Page not found")), "failed", "error message"),
    PageFault("a robot check", say(page("<p>Verify you are human</p>", "Just a moment...")), "failed", "error message"),
    PageFault("nothing", say(b""), "skipped", "parsed"),
    PageFault("an empty frame", say(page("")), "failed", "no text"),
    PageFault("a text without end", endless(head(), b"<p>word" * 999), "skipped", "larger than"),
    PageFault("a gzip bomb", say(bomb(50 << 20), Content_Encoding="gzip"), "skipped", "larger than"),
    PageFault("nested without end", say(page("<div>" * 40_000 + PARAGRAPHS)), "failed", "no text"),
    PageFault("an element with 20,000 attributes", say(page(f"<p {' '.join(f'a{n}=1' for n in range(20_000))}>" + PARAGRAPHS)),
              "skipped", "attributes"),
    PageFault("windows-1252 that calls itself UTF-8",
              say(page(PARAGRAPHS + "<p>Señor Ibáñez añadió.</p>").decode().encode("windows-1252"), Content_Type="text/html; charset=utf-8"),
              "fetched", also=lambda r, s: "Señor Ibáñez añadió" in r.article.text),
    PageFault("UTF-8 that calls itself ISO-8859-1",
              say(page(PARAGRAPHS + "<p>Señor Ibáñez añadió.</p>"), Content_Type="text/html; charset=iso-8859-1"), "fetched",
              also=lambda r, s: "Señor Ibáñez añadió" in r.article.text),
    PageFault("UTF-8 that is cut within a character", say(page(PARAGRAPHS + "<p>Ibáñez, the añ").rpartition(b"\xb1")[0]), "fetched",
              also=lambda r, s: "Ibáñez" in r.article.text),
    PageFault("a canonical address with tracking", say(page(head='<link rel="canonical" href="/x?utm_source=rss">')), "fetched",
              also=lambda r, s: r.canonical_url == s.url + "/x"),
    PageFault("a front page as canonical address", say(page(head='<link rel="canonical" href="/">')), "fetched",
              also=lambda r, s: r.canonical_url == s.url + "/p"),
    PageFault("a page's date in the future", say(DATED.replace(b"2025", b"2031")), "fetched",
              also=lambda r, s: r.article.published_at == WANT.published_at),
    PageFault("a page's date a week before the feed's", say(DATED.replace(b"-14T", b"-06T")), "fetched",
              also=lambda r, s: r.article.published_at == WANT.published_at),
    PageFault("a page's date near the feed's", say(DATED), "fetched", also=lambda r, s: r.article.published_at.hour == 10),
    PageFault("no date anywhere", say(page()), "fetched", want=replace(WANT, published_at=None),
              also=lambda r, s: r.article.published_at is None),
    PageFault("304", say(b"", 304), "unchanged", want=replace(WANT, etag="e", has_text=True), also=lambda r, s: r.etag == "e"),
    PageFault("other bytes with the same text", say(page(PARAGRAPHS) + b"<!-- 12:01 -->"), "unchanged",
              want=replace(WANT, text="\n".join(re.findall(r"<p>(.*?)</p>", PARAGRAPHS)), has_text=True)),
    PageFault("a silent edit", say(page(PARAGRAPHS + "<p>She takes it back, Vance said later.</p>")), "fetched",
              want=replace(WANT, text="\n".join(re.findall(r"<p>(.*?)</p>", PARAGRAPHS)), has_text=True), also=kept),
    PageFault("gone when looked at again", say(b"", 404), "failed", "404", want=replace(WANT, etag="e", has_text=True, attempts=9)),
]  # fmt: skip


@pytest.mark.parametrize("fault", PAGES, ids=str)
def test_page(fault: PageFault) -> None:
    routes = fault.routes if isinstance(fault.routes, dict) else {"/p": fault.routes}
    with Faulty(routes) as server, Fetcher(POLICY) as fetcher:
        result = read_page(replace(fault.want, url=server.url + "/p"), NOW, fetcher)
        assert result.outcome == fault.outcome, replace(result, body=b"")
        assert re.search(fault.says, result.error or ""), result.error
        assert (result.article is not None) == (fault.outcome == "fetched")
        assert fault.also(result, server), replace(result, body=b"")


def server_side(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_certificates_rotate_and_only_trusted_ones_are_believed() -> None:
    ours, theirs = trustme.CA(), trustme.CA()
    trust = ssl.create_default_context()
    ours.configure_trust(trust)
    outcomes = []
    with (
        Faulty({"/f": say(FEED)}, tls=server_side(ours, "127.0.0.1")) as server,
        Fetcher(POLICY, ssl_context=trust) as fetcher,
    ):
        state = replace(STATE, url=server.url + "/f")
        for context in (
            server_side(ours, "127.0.0.1"),
            server_side(ours, "127.0.0.1"),  # a new one of the same authority
            server_side(theirs, "127.0.0.1"),
            server_side(ours, "other.example"),
            server_side(ours, "127.0.0.1"),
        ):
            server.tls = context
            (result,) = poll([state], NOW, fetcher)
            outcomes.append(result.outcome)
            assert result.outcome == "fetched" or "certificate" in (result.error or "").lower()
    assert outcomes == ["fetched", "fetched", "failed", "failed", "fetched"]


def test_there_are_enough_faults() -> None:
    assert len(FEEDS) + len(PAGES) >= 60
    assert len({fault.what for fault in FEEDS}) == len(FEEDS)
