"""The many addresses of one article come to one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.links import canonical_url

SAME = [
    ("https://Example.org/a/b", "https://example.org/a/b"),
    ("https://example.org/a?utm_source=rss&utm_medium=feed", "https://example.org/a"),
    ("https://example.org/a?id=3&fbclid=x#top", "https://example.org/a?id=3"),
    ("https://example.org/story/amp/", "https://example.org/story"),
    ("https://example.org/story.amp.html", "https://example.org/story.html"),
    ("https://m.example.org/a", "https://example.org/a"),
    ("https://www.example.org/a", "https://example.org/a"),
    ("http://www.example.org:80/a", "https://example.org/a"),
    ("https://amp.news.example.org/a", "https://news.example.org/a"),
    ("https://www.m.example/a", "https://m.example/a"),
    ("https://www.org/a", "https://www.org/a"),
    ("https://www.google.com/amp/s/example.org/a", "https://example.org/a"),
    ("https://example.org/a?ref=home&at_campaign=x", "https://example.org/a"),
    ("https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a/amp?id=1", "https://example.org/a?id=1"),
    ("https://www.google.com/amp/s/amp.example.org/a.amp", "https://example.org/a"),
    ("https://example.org:443/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
    ("https://example.org/é", "https://example.org/%C3%A9"),
    ("http://127.0.0.1:8765/a?utm_source=rss", "http://127.0.0.1:8765/a"),
    ("https://[2001:db8::1]:8080/a#x", "https://[2001:db8::1]:8080/a"),
]


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_forms_of_one_article(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://e.example/view?id=7&page=2", "https://e.example/view?id=8&page=2"),
        ("https://e.example/a?reference=7", "https://e.example/a?reference=8"),
        ("https://e.example/a?view=7", "https://e.example/a?view=8"),
        ("https://e.example/a", "https://e.example/b"),
        ("https://e.example/a", "https://e.example:8443/a"),
        ("https://m.example/a", "https://www.example/a"),
    ],
)
def test_what_is_read_stays(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize("url", ["", "not an address", "http://[", "mailto:a@e.example", "https://"])
def test_what_is_no_address_comes_back(url: str) -> None:
    assert canonical_url(url) == url


@given(
    st.from_regex(
        r"https?://(m\.|amp\.)?[a-z]{1,8}\.example(:80)?/[a-z/.%é]{0,20}(\?[a-z]{1,4}=[a-z0-9&=]{0,8})?", fullmatch=True
    )
)
def test_canonical_is_canonical(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)
