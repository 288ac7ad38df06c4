"""Feeds that are made to hurt, recognised before a parser sees them: one pass over the bytes, linear in their number.

Expat refuses to expand entities without end, but feedparser falls back to a parser of its own where expat gives up,
and that one is slow on deep nesting and on elements with many attributes.
"""

from __future__ import annotations

import re

from extractors.errors import FeedError
from extractors.markup import crowded

MAX_DEPTH = 500
MAX_ATTRIBUTES = 200
"""Of one element, and as many declarations of name spaces in one feed without their names repeating."""
MAX_ITEMS = 500
"""More than any outlet publishes between two passes. Of a longer feed the ends are read: one of them is the newest."""
_LAST = 100
_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    (b"<\x00\x00\x00", "utf-32-le"), (b"\x00\x00\x00<", "utf-32-be"), (b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"),
)  # fmt: skip
_OPAQUE = re.compile(
    r"(utf-?(7|16|32)|ucs|csucs|ebcdic|cp?0?(037|273|424|500|1026|1140)|ibm|hz|iso-?2022|rot)", re.IGNORECASE
)
_VOID = (b"br", b"img", b"hr", b"wbr", b"input")
_ADVICE = "It is tried again later"


def check_feed(body: bytes, url: str) -> None:
    """Raise FeedError for an XML feed that would take a parser long or make it open something."""
    _check_entities(body, url)
    prefixes = set(re.findall(rb"xmlns:([^\s=]{1,100})\s*=", body))
    if len(prefixes) > MAX_ATTRIBUTES:
        raise FeedError(url, f"declares {len(prefixes)} name spaces", _ADVICE)
    if crowded(body, MAX_ATTRIBUTES):
        raise FeedError(url, f"holds an element with more than {MAX_ATTRIBUTES} attributes", _ADVICE)
    depth = at = 0
    while (at := body.find(b"<", at)) >= 0:
        following = body[at + 1 : at + 2]
        if following == b"!" or following == b"?":
            at = _behind(body, at)
            continue
        end = body.find(b">", at)
        if end < 0:
            return
        if following == b"/":
            depth = max(depth - 1, 0)
        elif following.isalpha() and body[end - 1 : end] != b"/":
            if not body[at + 1 : at + 6].lower().startswith(_VOID):
                depth += 1
            if depth > MAX_DEPTH:
                raise FeedError(url, f"is nested more than {MAX_DEPTH} elements deep", _ADVICE)
        at += 1


def _behind(body: bytes, at: int) -> int:
    """Where the comment, CDATA section, declaration or instruction that starts at ``at`` ends."""
    for start, end in ((b"<!--", b"-->"), (b"<![CDATA[", b"]]>"), (b"<?", b"?>")):
        if body.startswith(start, at):
            found = body.find(end, at + len(start))
            return len(body) if found < 0 else found
    return at + 2


def _check_entities(body: bytes, url: str) -> None:
    head = body[: body.find(b"]>", 0, 1_000_000) + 1] if b"<!ENTITY" in body else b""
    for found in re.finditer(rb"<!ENTITY\s+(%\s+)?[^\s>]{1,200}\s+([^>]{0,2000})", head):
        value = found[2].lstrip()
        if value[:6] in (b"SYSTEM", b"PUBLIC") and not found[1]:
            raise FeedError(url, "refers to an entity outside of itself", "Nothing outside a feed is opened")
        if not found[1] and (len(value) > 100 or re.search(rb"[&%]\w", value)):
            raise FeedError(url, "declares entities that grow when they are read", _ADVICE)
    if body.count(b"<!ENTITY") > MAX_ATTRIBUTES * 2:
        raise FeedError(url, "declares too many entities", _ADVICE)


def as_ascii_compatible(body: bytes, url: str) -> bytes:
    """``body`` in an encoding in which markup is ASCII, so that the checks see what a parser will see.

    UTF-16 and UTF-32 become UTF-8. Raises FeedError for encodings that hide markup.
    """
    for mark, name in _MARKS:
        if body.startswith(mark):
            text = body.decode(name, "replace").removeprefix("\ufeff")
            return re.sub(r"^\s*<\?xml[^>]*\?>", "", text).encode("utf-8", "replace")
    declared = re.match(rb"\s*<\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w.:-]{1,40})", body)
    if declared and _OPAQUE.match(declared[1].decode("ascii", "replace")):
        raise FeedError(url, f"is written in {declared[1].decode('ascii', 'replace')}", "Ask the outlet for UTF-8")
    return body


def transparent_type(content_type: str | None) -> str:
    """The Content-Type for the parser, without a character set that hides markup."""
    found = content_type or "application/xml"
    charset = re.search(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", found, re.IGNORECASE)
    return found.split(";")[0] if charset and _OPAQUE.match(charset[1]) else found


def shorten(body: bytes) -> bytes:
    """``body`` without the items in the middle of a feed that has more than MAX_ITEMS."""
    ends = [found.end() for found in re.finditer(rb"</(?:\w{1,20}:)?(?:item|entry)\s*>", body, re.IGNORECASE)]
    if len(ends) <= MAX_ITEMS:
        return body
    return body[: ends[MAX_ITEMS - _LAST - 1]] + body[ends[-_LAST - 1] :]
