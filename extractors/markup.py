"""Markup looked at as bytes, before a parser sees it. Everything here is linear in the number of bytes."""

from __future__ import annotations

import re

# A tag with its quoted values, which may hold ">". Possessive: never tried in another way.
TAG = re.compile(rb"<[A-Za-z_][^<>\"']*+(?:(?:\"[^\"<]{0,20000}+\"|'[^'<]{0,20000}+')[^<>\"']*+)*+>")
_QUOTED = re.compile(rb"\"[^\"]*\"|'[^']*'")


def crowded(body: bytes, limit: int) -> bool:
    """Whether a tag has more than ``limit`` attributes: parsers' time grows with the square of their number."""
    return any(attributes(found.group()) > limit for found in TAG.finditer(body) if len(found.group()) > 2 * limit)


def attributes(tag: bytes) -> int:
    """How many attributes ``tag`` has, at most."""
    bare = _QUOTED.sub(b"", tag)
    return max(bare.count(b"="), len(bare.split()) - 1)


def attribute(tag: bytes, name: str) -> str:
    """The value of the attribute ``name`` of ``tag``, empty where it has none."""
    pattern = rf"[\s\"']{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
    found = re.search(pattern, tag.decode("utf-8", "replace"), re.IGNORECASE)
    return next((value for value in found.groups() if value is not None), "") if found else ""
