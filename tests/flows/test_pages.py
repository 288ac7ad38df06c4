"""Many pages: all of them, in parallel, in processes, and with what the feed knew."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.errors import ArticleError
from extractors.models import ArticleText
from flows import extraction
from flows.extraction import Readers
from flows.fetch import Fetcher, FetchPolicy
from flows.pages import MAX_TRIES, PageRequest, decide_date, next_look, read_page, read_pages
from tests.flows.faulty import PARAGRAPHS, Faulty, page, say

NOW = datetime(2025, 12, 15, 12, tzinfo=UTC)
POLICY = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), gap_seconds=0)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("on_page", "in_feed", "expected"),
    [
        (ago(hours=5), ago(hours=4), ago(hours=5)),
        (ago(days=9), ago(hours=4), ago(hours=4)),
        (None, ago(hours=4), ago(hours=4)),
        (ago(days=9), None, ago(days=9)),
        (ago(days=-9), ago(hours=4), ago(hours=4)),
        (ago(days=-9), None, None),
        (ago(hours=5), ago(days=-9), ago(hours=5)),
        (None, None, None),
    ],
)
def test_whose_date_counts(on_page: datetime | None, in_feed: datetime | None, expected: datetime | None) -> None:
    assert decide_date(on_page, in_feed, NOW) == expected


@pytest.mark.parametrize(
    ("published", "looks"),
    [(ago(hours=1), ago(hours=-2)), (ago(hours=5), ago(hours=-19)), (ago(days=2), ago(days=-1)), (ago(days=8), None)],
)
def test_when_a_page_is_looked_at_again(published: datetime, looks: datetime | None) -> None:
    assert next_look(PageRequest("a", "u", published_at=published), NOW) == looks


def test_what_the_page_does_not_say_the_feed_does() -> None:
    want = PageRequest("a", "", "Title of the feed", ago(hours=3), "Outlet of the feed", "fr", first_seen_at=NOW)
    body = page("<p>1234567 " + "0" * 200 + "</p>", "").replace(b"<h1></h1>", b"").replace(b"<title></title>", b"")
    with Faulty({"/p": say(body)}) as server, Fetcher(POLICY) as fetcher:
        result = read_page(replace(want, url=server.url + "/p"), NOW, fetcher)
    assert result.article is not None
    found = result.article
    assert (found.title, found.outlet, found.language) == ("Title of the feed", "Outlet of the feed", "fr")
    assert found.published_at == want.published_at


def test_an_outlet_that_nobody_names_is_the_host() -> None:
    with Faulty({"/p": say(page())}) as server, Fetcher(POLICY) as fetcher:
        result = read_page(PageRequest("a", server.url + "/p"), NOW, fetcher)
    assert result.article is not None
    assert result.article.outlet == "127.0.0.1"


def test_a_page_that_fails_is_given_up_in_the_end() -> None:
    outcomes = []
    with Faulty() as server, Fetcher(POLICY) as fetcher:
        for attempts in range(MAX_TRIES):
            result = read_page(PageRequest("a", server.url + "/p", attempts=attempts), NOW, fetcher)
            outcomes.append((result.outcome, result.next_at is None))
    assert outcomes == [("failed", False)] * (MAX_TRIES - 1) + [("gone", True)]


@pytest.mark.parametrize("processes", [0, 2])
def test_many_pages_are_all_read_wherever_they_are_read(processes: int) -> None:
    routes = {f"/{n}": say(page(f"<p>Number {n}.</p>{PARAGRAPHS}")) for n in range(12)}
    with Faulty(routes) as server, Fetcher(POLICY) as fetcher:
        requests = [PageRequest(str(n), f"{server.url}/{n}") for n in range(13)]
        results = {r.article_id: r for r in read_pages(requests, NOW, fetcher, processes)}
        assert server.paths().count("/robots.txt") == 1
    assert len(results) == 13
    for n in range(12):
        article = results[str(n)].article
        assert article is not None
        assert article.text.startswith(f"Number {n}.")
    assert results["12"].outcome == "failed"


def test_stopping_early_stops_the_rest() -> None:
    with Faulty({"*": say(page())}) as server, Fetcher(POLICY) as fetcher:
        pages = read_pages([PageRequest(str(n), f"{server.url}/{n}") for n in range(500)], NOW, fetcher)
        assert next(pages).outcome == "fetched"
        pages.close()  # type: ignore[attr-defined]
        assert len(server.asked) < 100


# --- processes


def test_a_process_reads_says_why_it_cannot_and_goes_on() -> None:
    with Readers(1) as readers:
        found = readers(page(), "http://o.example/a", None)
        assert isinstance(found, ArticleText)
        assert "harbour board" in found.text
        with pytest.raises(ArticleError, match=r"o\.example/b: is no HTML page"):
            readers(b"\x89PNG\x00\x00", "http://o.example/b", None)
        assert readers(page(), "http://o.example/a", None) == found


def test_a_process_that_died_is_replaced() -> None:
    with Readers(1) as readers:
        readers(page(), "u", None)
        readers._all[0]._process.kill()
        readers._all[0]._process.wait()
        assert "harbour board" in readers(page(), "u", None).text


def test_a_page_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with Readers(1) as readers:
        readers(page(), "u", None)
        monkeypatch.setattr(extraction, "LONGEST_SECONDS", 0.0)
        with pytest.raises(ArticleError, match="takes more than"):
            readers(page(PARAGRAPHS * 200), "u", None)
        monkeypatch.undo()
        assert "harbour board" in readers(page(), "u", None).text
