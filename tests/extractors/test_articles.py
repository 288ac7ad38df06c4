"""Pages with their dirt: what text is found, what is a notice, which date and encoding win."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from extractors.articles import extract_article, plain_article
from extractors.errors import ArticleError

URL = "https://outlet.example/a"
BODY = "".join(
    f"<p>The harbour board of Holmstad met again on day {n} and argued about the tariff on steel for many hours.</p>"
    for n in range(6)
)


def page(body: str, head: str = "") -> bytes:
    return f"<html><head><title>Tariff stays | Outlet</title>{head}</head><body>{body}</body></html>".encode()


def test_body_without_navigation_and_title() -> None:
    found = extract_article(
        page(f"<nav><a href='/'>Home</a></nav><article><h1>Tariff stays</h1>{BODY}</article><footer>About us</footer>"),
        URL,
    )
    assert found.title == "Tariff stays"
    assert found.text.startswith("The harbour board")
    assert "Home" not in found.text
    assert found.language == "en"
    assert found.notice is None


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2025-12-14T10:00:00+01:00">',
        '<script type="application/ld+json">{"@type": "NewsArticle", "datePublished": "2025-12-14T09:00:00Z"}</script>',
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2025-12-14T09:00:00Z"}]}</script>',
    ],
)
def test_the_date_is_the_machine_readable_one(head: str) -> None:
    found = extract_article(page(f"<p>1 January 1999</p><article>{BODY}</article>", head), URL)
    assert found.published_at == datetime(2025, 12, 14, 9, tzinfo=UTC)


def test_no_date_is_unknown_even_with_one_in_the_text() -> None:
    assert extract_article(page(f"<p>Friday 3 May 2019</p><article>{BODY}</article>"), URL).published_at is None


NOTICES = [
    ("<p>We use cookies. Accept all or manage preferences. Your privacy matters.</p>", "consent"),
    ("<p>Subscribe to continue reading this story.</p>", "paywall"),
    ("<h1>Page not found</h1><p>Sorry about that, it may have moved.</p>", "error"),
    ("<p>A line.</p>", "empty"),
    ("", "empty"),
]


@pytest.mark.parametrize(("body", "notice"), NOTICES)
def test_notices_are_no_articles(body: str, notice: str) -> None:
    assert extract_article(page(body), URL).notice == notice


def test_a_long_article_about_cookies_is_an_article() -> None:
    text = "".join(
        f"<p>We use cookies on {n} pages, site {n} said, and your privacy is at stake.</p>" for n in range(30)
    )
    assert extract_article(page(f"<article>{BODY}{text}</article>"), URL).notice is None


@pytest.mark.parametrize(
    ("raw", "header"),
    [
        ("Señor Ibáñez añadió".encode("windows-1252"), "text/html; charset=utf-8"),
        ("Señor Ibáñez añadió".encode(), "text/html; charset=iso-8859-1"),
        ("Señor Ibáñez añadió".encode("utf-16"), None),
    ],
    ids=["cp1252 that claims utf-8", "utf-8 that claims latin-1", "utf-16 with a mark"],
)
def test_what_decodes_wins_over_what_is_claimed(raw: bytes, header: str | None) -> None:
    encoding = {b"\xff\xfe": "utf-16"}.get(raw[:2]) or ("utf-8" if b"\xc3" in raw else "windows-1252")
    text = f"<html><body><article><p>Señor Ibáñez añadió</p>{BODY}</article></body></html>".encode(encoding)
    assert "Señor Ibáñez añadió" in extract_article(text, URL, header).text


@pytest.mark.parametrize(
    "raw", [b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0d", b"", b"<p>x" * 3_000_000], ids=["image", "empty", "12 MB"]
)
def test_what_is_no_page_is_an_error_with_its_url(raw: bytes) -> None:
    with pytest.raises(ArticleError, match=r"outlet\.example"):
        extract_article(raw, URL)


def test_plain_text_keeps_its_paragraphs() -> None:
    found = plain_article("One.\n\nTwo\x07 words.\n")
    assert found.text == "One.\nTwo words."
    assert found.notice == "empty"
