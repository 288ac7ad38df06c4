"""News searches: their addresses, their links and their ways to fail."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from extractors.models import Entry
from flows.failures import FetchFailure
from flows.fetch import Request, Response
from flows.polling import decide
from flows.searches import ENGINES, is_wrapped, publisher_link, read_google_answer, resolve, search_url, tidy_entry
from storage.records import FeedState
from tests.flows.faulty import item, rss

NOW = datetime(2025, 12, 15, 12, tzinfo=UTC)
ARTICLE = "https://outlet.example/world/a?id=1"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_search_is_a_feed_at_the_engine(engine: str) -> None:
    parts = urlsplit(search_url(engine, 'peace talks "NATO" & more', "es", "MX"))
    query = parse_qs(parts.query)
    assert (parts.scheme, parts.hostname) == ("https", ENGINES[engine].host)
    assert (query.get("q") or query["query"])[0].startswith('peace talks "NATO" & more')


def test_language_and_country() -> None:
    assert parse_qs(urlsplit(search_url("google-news", "x", "de", "AT")).query)["ceid"] == ["AT:de"]
    assert parse_qs(urlsplit(search_url("bing-news", "x", "de", "AT")).query)["mkt"] == ["de-AT"]
    assert "sourcelang:german" in parse_qs(urlsplit(search_url("gdelt", "x", "de", "AT")).query)["query"][0]


def test_an_engine_that_nobody_knows() -> None:
    with pytest.raises(ValueError, match="altavista"):
        search_url("altavista", "x")


def token(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


OLD = token(b"\x08\x13\x22" + bytes([len(ARTICLE)]) + ARTICLE.encode() + b"\xd2\x01\x1ahttps://outlet.example/amp")
NEW = token(b"\x08\x13\x22\x95\x01AU_yqLOpaqueAndLongEnough-0123456789")
LINKS = [
    (f"https://news.google.com/rss/articles/{OLD}?oc=5", ARTICLE),
    (f"https://news.google.com/rss/articles/{NEW}?oc=5", None),
    ("http://www.bing.com/news/apiclick.aspx?ref=F&url=https%3a%2f%2foutlet.example%2fworld%2fa%3fid%3d1", ARTICLE),
    (f"https://www.bing.com/ck/a?u=a1{token(ARTICLE.encode())}", ARTICLE),
    ("https://www.google.com/url?q=https://outlet.example/world/a%3Fid%3D1&sa=U", ARTICLE),
    ("https://www.bing.com/news/apiclick.aspx?url=javascript:alert(1)", None),
    ("https://www.bing.com/news/apiclick.aspx?url=file:///etc/passwd", None),
    ("https://evil.example/news/apiclick.aspx?url=https://outlet.example/", None),
    (ARTICLE, None), ("http://[", None), ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("link", "expected"), LINKS)
def test_the_publisher_s_link(link: str, expected: str | None) -> None:
    assert publisher_link(link) == expected


def test_an_entry_looks_like_the_publisher_s_own() -> None:
    entry = Entry("k", LINKS[0][0], "Tariff stays - Outlet", outlet="Outlet")
    tidy = tidy_entry("google-news", entry)
    assert (tidy.url, tidy.title, tidy.key) == (ARTICLE, "Tariff stays", "k")
    assert tidy_entry(None, entry) == entry


@dataclass
class Google:
    """Answers as Google News does: a page with a signature, and a service that tells the address for it."""

    page: str = f'<c-wiz><div data-n-a-id="{NEW}" data-n-a-ts="1765800000" data-n-a-sg="AbC&amp;1_-"></div></c-wiz>'
    service: str = ""
    status: int = 200
    asked: list[Request] = field(default_factory=list)

    def get(self, request: Request) -> Response:
        self.asked.append(request)
        body = self.page if request.form is None else self.service
        return Response(request.url, self.status, body.encode())


def told(url: object) -> str:
    inner = json.dumps(["garturlres", url, 1])
    return f")]}}'\n\n{json.dumps([['wrb.fr', 'Fbv4je', inner, None], ['di', 19]])}\n"


def test_a_token_is_exchanged_for_the_address() -> None:
    google = Google(service=told(ARTICLE))
    assert resolve(LINKS[1][0], google) == ARTICLE
    _, post = google.asked
    assert post.form is not None
    call = json.loads(json.loads(parse_qs(post.form.decode())["f.req"][0])[0][0][1])
    assert call[-3:] == [NEW, 1765800000, "AbC&1_-"]


def test_what_needs_no_asking_is_not_asked() -> None:
    google = Google()
    assert resolve(LINKS[0][0], google) == ARTICLE
    assert resolve(ARTICLE, google) == ARTICLE
    assert google.asked == []


@pytest.mark.parametrize(
    "google",
    [
        Google(status=429), Google(page="<p>Before you continue"), Google(service=""), Google(service=told(None)),
        Google(service=told("javascript:alert(1)")), Google(service=")]}'\n\n[[\"wrb.fr\",\"Fbv4je\",\"nonsense\"]]"),
        Google(service="[" * 99_999 + '"Fbv4je"'),
    ],
)  # fmt: skip
def test_when_google_does_not_tell_the_page_is_tried_later(google: Google) -> None:
    with pytest.raises(FetchFailure) as caught:
        resolve(LINKS[1][0], google)
    assert caught.value.retry_after == 3600


def test_the_answer_is_found_between_others() -> None:
    noise = json.dumps([["wrb.fr", "Other", "[]"]])
    assert read_google_answer(f"120\n{noise}\n{told(ARTICLE)}".encode()) == ARTICLE


def test_which_links_are_wrapped() -> None:
    assert [is_wrapped(link) for link, _ in LINKS[:3]] == [True, True, True]
    assert not is_wrapped(ARTICLE)


STATE = FeedState("w", "s1", search_url("gdelt", "x"), engine="gdelt")


@pytest.mark.parametrize(
    ("body", "url", "says"),
    [
        (b"Please limit requests to one every 5 seconds", STATE.url, "limit requests"),
        (b"Your query was too short", STATE.url, "too short"),
        (b"<html>", "https://consent.google.com/m", "consent or a captcha"),
        (b"<html><p>captcha", "https://www.google.com/sorry/index", "consent or a captcha"),
    ],
)
def test_an_engine_s_complaint_is_a_failure_of_its_feed(body: bytes, url: str, says: str) -> None:
    result, _ = decide(STATE, Response(url, 200, body), NOW)
    assert result.outcome == "failed"
    assert says in (result.error or "")


def test_a_search_is_asked_no_more_often_than_its_index_changes() -> None:
    result, _ = decide(STATE, Response(STATE.url, 200, rss(item(1))), NOW)
    assert result.outcome == "fetched"
    assert result.next_at is not None
    assert (result.next_at - NOW).total_seconds() == ENGINES["gdelt"].shortest_interval_seconds
