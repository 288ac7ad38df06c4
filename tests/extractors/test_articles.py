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


BOXES = [
    '<div class="also-read"><b>Also read: Snowplough row</b><br>“We withdraw nothing,” says Enid Farrow.</div>',
    '<div class="x7"><b>Also read: Snowplough row</b><br>“We withdraw nothing,” says Enid Farrow.</div>',
    '<p><strong>Read more:</strong> “We withdraw nothing,” says Enid Farrow</p>',
    '<div><a href="/x">Lea también: La regata</a> «Nada retiramos», dice Enid Farrow.</div>',
    '<section><h3>Lesen Sie auch</h3><ul><li><a href="/x">Enid Farrow lenkt ein</a></li></ul></section>',
    '<h3>Читайте также</h3><ul><li><a href="/x">Enid Farrow</a></li></ul>',
    '<div class="promo">WIN a day with Enid Farrow! Entries by Friday.</div>',
    '<div class="newsletter-signup"><h3>By breakfast</h3><p>Sign up for letters from Enid Farrow.</p></div>',
    '<figure><img src="x.jpg"><figcaption>Enid Farrow in the harbour.</figcaption></figure>',
    '<div class="wp-caption"><img src="x.jpg"><p>Enid Farrow in the harbour.</p></div>',
    '<p>Photo: Enid Farrow/Quillmark</p>',
    '<p>(Reporting by Enid Farrow; editing by Ivo Marsh)</p>',
    '<p><a href="/x">Enid Farrow and the snowplough, the whole story</a></p>',
    '<div style="display:none"><p>“We withdraw nothing,” says Enid Farrow.</p></div>',
    '<p>Sign up for our newsletter by Enid Farrow</p>',
    '<div class="ticker">EUR 1.16 Enid Farrow 1.33</div>',
]  # fmt: skip


@pytest.mark.parametrize("box", BOXES)
def test_what_stands_between_the_paragraphs_is_not_the_article(box: str) -> None:
    half = BODY.index("<p>", len(BODY) // 2)
    found = extract_article(page(f"<article><h1>Tariff stays</h1>{BODY[:half]}{box}{BODY[half:]}</article>"), URL)
    assert "Farrow" not in found.text
    assert found.text.count("The harbour board") == 6
    assert len(found.text.split("\n")) == 6


SENTENCES = [
    "<p>Read more than one book, Petra Vance told the pupils of Holmstad in the morning.</p>",
    "<p>Related parties must sign, said Petra Vance of the board.</p>",
    '<p>Petra Vance <a href="/v">said on Monday</a> that the tariff stays.</p>',
    '<p><a href="/v">Petra Vance, the chair, said that the tariff stays for good.</a></p>',
    "<blockquote><p>“The tariff stays,” Petra Vance said.</p></blockquote>",
    "<p>Watch what they do, Petra Vance said: the tariff stays.</p>",
    "<ul><li>The tariff stays, Petra Vance said.</li></ul>",
    "<p>See also the report, which Petra Vance read out.</p>",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentences_that_look_like_it_stay(sentence: str) -> None:
    assert "Petra Vance" in extract_article(page(f"<article>{BODY}{sentence}{BODY}</article>"), URL).text


def test_an_article_in_a_badly_named_element_is_found() -> None:
    assert "harbour board" in extract_article(page(f'<div class="share"><h2>Tariff</h2>{BODY * 3}</div>'), URL).text


GLUED = [
    ('<p>Minister <a href="/x">Vance</a>had said so. Vance had left.</p>', "Minister Vance had said so."),
    ('<p>Then <a href="/x">Szijjart</a>accused them of it.</p>', "Then Szijjart accused them of it."),
    ('<p>It was <a href="/x">Pesk</a>ov who said it.</p>', "It was Peskov who said it."),
    ('<p>Vance, <a href="/x">Van</a>ce and Vance had it.</p>', "Vance, Vance and Vance had it."),
    ("<p>They made clear on Tuesday.Neither side moved.</p>", "They made clear on Tuesday. Neither side moved."),
    ("<p>He <b>said</b> <i>no</i>\nto <a href='/x'>all</a> of it.</p>", "He said no to all of it."),
    ("<p>The U.S.Army and node.js and 3.Five stayed.</p>", "The U.S.Army and node.js and 3.Five stayed."),
]


@pytest.mark.parametrize(("paragraph", "expected"), GLUED)
def test_glued_words(paragraph: str, expected: str) -> None:
    assert expected in extract_article(page(f"<article>{BODY}{paragraph}</article>"), URL).text


def test_lines_above_the_text_go_and_the_first_sentence_stays() -> None:
    meta = "<div>Newsroom | Monday 1 December 2025 12:20</div><div>Video 00:41 cannot be played</div>"
    found = extract_article(page(f"<main><h1>Tariff stays</h1>{meta}<div>{BODY}</div></main>"), URL)
    assert found.text.startswith("The harbour board")


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ('<meta property="og:title" content="Tariff &amp;amp; board">', "Tariff & board"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Tariff & board"}</script>',
            "Tariff & board",
        ),
    ],
)
def test_the_headline_is_not_the_name_of_the_outlet(head: str, title: str) -> None:
    assert extract_article(page(f"<h1>The Holmstad Herald</h1><article>{BODY}</article>", head), URL).title == title


def test_metadata_of_the_article_and_not_of_its_surroundings() -> None:
    data = """{"@graph": [{"@type": "WebPage", "datePublished": "2019-01-01"},
        {"@type": "NewsArticle", "datePublished": "2025-12-14T09:00:00Z", "publisher": {"name": "Herald"},
         "author": [{"name": "Ada Ek"}, {"name": "Bo Ek"}]}]}"""
    found = extract_article(
        page(f"<article>{BODY}</article>", f'<script type="application/ld+json">{data}</script>'), URL
    )
    assert (found.author, found.outlet) == ("Ada Ek, Bo Ek", "Herald")
    assert found.published_at == datetime(2025, 12, 14, 9, tzinfo=UTC)


def test_the_dates_of_teasers_are_not_the_article_s() -> None:
    times = '<time datetime="2025-12-01">1</time><time datetime="2025-12-02">2</time>'
    assert extract_article(page(f"{times}<div>{BODY}</div>"), URL).published_at is None


FOREIGN_NOTICES = [
    ("<p>Wir verwenden Cookies. Alle akzeptieren.</p>", "consent"),
    ("<p>Nous utilisons des cookies.</p><button>Tout accepter</button><p>Tout accepter</p>", "consent"),
    ("<p>Cet article est réservé aux abonnés.</p>", "paywall"),
    ("<p>Jetzt abonnieren und weiterlesen.</p>", "paywall"),
    ("<p>Página no encontrada</p>", "error"),
]


@pytest.mark.parametrize(("body", "notice"), FOREIGN_NOTICES)
def test_notices_in_other_languages(body: str, notice: str) -> None:
    assert extract_article(page(body), URL).notice == notice


def test_a_site_that_is_down_may_be_the_news() -> None:
    text = BODY[: len(BODY) // 2] + "<p>The site is temporarily unavailable, the board said. Access was denied.</p>"
    assert extract_article(page(f"<article>{text}</article>"), URL).notice is None


def test_a_whole_article_that_calls_itself_paid_is_an_article() -> None:
    head = '<script type="application/ld+json">{"@type": "NewsArticle", "isAccessibleForFree": "False"}</script>'
    assert extract_article(page(f"<article>{BODY}{BODY}</article>", head), URL).notice is None
    assert extract_article(page(f"<article>{BODY[: len(BODY) // 2]}</article>", head), URL).notice == "paywall"


def test_a_consent_layer_over_a_short_article_is_no_notice() -> None:
    layer = "<div class='consent-layer'><p>We use cookies. Accept all or manage preferences. Your privacy.</p></div>"
    found = extract_article(page(f"{layer}<article>{BODY[: len(BODY) // 2]}</article>"), URL)
    assert found.notice is None
    assert "cookies" not in found.text


def test_the_pages_of_the_demo_newsroom_give_their_paragraphs_and_no_box() -> None:
    import html
    import re

    from flows.demo import load_newsroom, newsroom_folder

    newsroom = load_newsroom(newsroom_folder()).Newsroom()

    def letters(text: object) -> str:
        return re.sub(r"\W+", "", html.unescape(re.sub(r"<[^>]+>", "", str(text)))).casefold()

    for article in newsroom.articles:
        version = article.versions[0]
        answer = newsroom.respond(article.path, base_url="http://127.0.0.1:1", now=version.since)
        found = extract_article(answer.body, URL, answer.headers["Content-Type"])
        lines = {letters(line) for line in found.text.split("\n")}
        wanted = {letters(b.html) for b in version.blocks if b.kind in ("paragraph", "quote", "item")}
        boxes = {letters(b.html) for b in version.blocks if b.kind in ("also", "box", "caption")}
        assert wanted <= lines, article.id
        assert not boxes & lines, article.id
        assert found.notice is None, article.id
        # an aggregator's dates are wrong by design: it states none that a machine could read
        assert found.published_at == (None if article.outlet.id == "relaymark" else version.since), article.id


def test_plain_text_keeps_its_paragraphs() -> None:
    found = plain_article("One.\n\nTwo\x07 words.\n")
    assert found.text == "One.\nTwo words."
    assert found.notice == "empty"
