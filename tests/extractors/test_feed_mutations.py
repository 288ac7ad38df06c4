"""Feeds that are broken in every way that chance finds: none may crash, hang, open anything, or lose its manners."""

from __future__ import annotations

import builtins
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extractors.errors import FeedError
from extractors.feeds import Feed, parse_feed
from tests.extractors.test_feeds import ATOM, JSON, RDF, RSS

URL = "https://feeds.example/rss"
BOMB = b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd"><!ENTITY b "&a;&a;"><!ENTITY % c SYSTEM "http://10.0.0.1/">%c;]>'
SEEDS = [RSS, ATOM, RDF, JSON, BOMB + RSS, RSS.replace(b"<item>", b"<item xml:base='file:///'>")]
DIRT = [
    b"<", b">", b"&", b"&#0;", b"&#x110000;", b"&amp;amp;", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"<?xml?>", b"\x00", b"\xff\xfe",
    b"\xed\xa0\x80", b'"', b"'", b"=", b"/", b"\r", b"xmlns:a='b'", b"<item>", b"</item>", b"<entry>", b"</channel>", b"<link href='",
    b"file:///etc/passwd", b"http://[", b"javascript:", b"<script>", b"<div>", b"<base href='http://10.0.0.1/'>", b"{", b"[", b"null",
    b"1e999", b"<!DOCTYPE x SYSTEM 'http://10.0.0.1/x.dtd'>", b"<!ENTITY a 'b'>", b"&a;", b"<rss>", b"<feed>", b"99999-99-99T99:99:99Z",
    b"Sun, 31 Feb 2025 25:61:61 +9999", b"<guid isPermaLink='true'>", b"<dc:date>", b"<content type='base64'>", b"<svg:svg>", b"\xe2\x80\xae",
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A feed with up to eight pieces cut, doubled, swapped, flipped or put in."""
    body = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(body)))
        size = draw(st.integers(0, 60))
        how = draw(st.sampled_from(["cut", "double", "dirt", "flip", "end", "many", "noise"]))
        if how == "cut":
            del body[at : at + size]
        elif how == "double":
            body[at:at] = body[at : at + size] * draw(st.integers(1, 20))
        elif how == "dirt":
            body[at:at] = draw(st.sampled_from(DIRT))
        elif how == "many":
            body[at:at] = draw(st.sampled_from(DIRT)) * draw(st.integers(2, 300))
        elif how == "flip" and at < len(body):
            body[at] ^= draw(st.integers(1, 255))
        elif how == "noise":
            body[at:at] = draw(st.binary(max_size=30))
        elif how == "end":
            del body[max(at, 40) :]
    return bytes(body)


@contextmanager
def nothing_is_opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def refuse(name: str) -> Callable[..., Any]:
        def opened(*args: Any, **_: Any) -> Any:
            raise AssertionError(f"{name} was called with {args!r}")

        return opened

    with monkeypatch.context() as patch:
        patch.setattr(builtins, "open", refuse("open"))
        patch.setattr(socket, "socket", refuse("socket"))
        patch.setattr(socket, "getaddrinfo", refuse("getaddrinfo"))
        patch.setattr(urllib.request, "urlopen", refuse("urlopen"))
        patch.setattr(subprocess, "Popen", refuse("Popen"))
        yield


def read(body: bytes, content_type: str | None) -> Feed | None:
    try:
        return parse_feed(body, URL, content_type)
    except FeedError as error:
        assert error.where == URL
        assert error.problem
        return None


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(mutated(), st.sampled_from([None, "text/xml", "text/html; charset=utf-7", "application/json", "x" * 99]))
def test_a_broken_feed_is_read_or_refused(
    monkeypatch: pytest.MonkeyPatch, body: bytes, content_type: str | None
) -> None:
    read(RSS, None)  # what is loaded on first use may open files
    with nothing_is_opened(monkeypatch):
        started = time.thread_time()
        feed = read(body, content_type)
        assert time.thread_time() - started < 1.0, "the bar for any feed of this size"
    for entry in feed.entries if feed else ():
        assert urlsplit(entry.url).scheme in ("http", "https")
        assert entry.key
        assert not re.search(r"[\x00-\x1f]", entry.title + entry.summary)
        assert entry.published_at is None or entry.published_at.tzinfo is not None
    assert feed is None or len({entry.key for entry in feed.entries}) == len(feed.entries)


@pytest.mark.parametrize("body", SEEDS[4:], ids=["entities", "base"])
def test_what_a_feed_points_to_is_never_opened(monkeypatch: pytest.MonkeyPatch, body: bytes) -> None:
    with nothing_is_opened(monkeypatch):
        feed = read(body, "application/xml")
    assert "root:" not in str(feed)
