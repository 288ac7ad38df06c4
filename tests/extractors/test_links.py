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
    ("https://m.example.org/a", "https://www.example.org/a"),
    ("https://www.google.com/amp/s/example.org/a", "https://example.org/a"),
    ("https://example.org/a?ref=home&at_campaign=x", "https://example.org/a"),
]


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_forms_of_one_article(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


def test_what_is_read_stays() -> None:
    assert canonical_url("https://e.example/view?id=7&page=2") != canonical_url("https://e.example/view?id=8&page=2")


@given(st.from_regex(r"https://[a-z]{1,8}\.example/[a-z/]{0,20}(\?[a-z]{1,4}=[a-z0-9]{0,4})?", fullmatch=True))
def test_canonical_is_canonical(url: str) -> None:
    assert canonical_url(canonical_url(url)) == canonical_url(url)
