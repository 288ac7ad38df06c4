"""The words of a source: which name in it is the speaker's, and whether it joins several speakers."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from extractors.names import Name
from extractors.roles import parse_role

HE, SHE, IT, THEY = (
    {"he", "him", "his", "himself"},
    {"she", "her", "hers", "herself"},
    {"it", "its"},
    {"they", "them", "their"},
)
RELATIVE = {"who", "which", "that", "whom", "whose"}
TAIL = re.compile(
    r"(?:,\s*|\s+)(?:who|which|whose|whom|where|speaking|citing|quoting|asked|writing|adding|responding|referring)\b"
)
LEAD_IN = re.compile(r"(?i)(?:from|by|for|of|to|in)\s+(?=\S)")
CROWD = re.compile(
    r"(?:[Dd]ozens|[Hh]undreds|[Tt]housands|[Mm]any|[Ss]ome|[Ss]everal|[Mm]ost|[Oo]ther|[Ff]ew|[Tt]wo|[Tt]hree|[Ff]our"
    r"|[Ff]ive) (?:of )?[a-z]"
)
_JOINED = re.compile(r"^(?:['’]s?)?,?\s+(?:and|or|&|as well as|along with|together with|alongside)\s")
_JOINS = re.compile(r"(?:^|\s)(?:and|or|both|neither|nor|&)\s+(?:the |his |her |its )?$")
_BEFORE = re.compile(
    r"\b(?:of|for|from|at|in|to|on|with|by|against|about|near|under|behind|inside|within|outside|than|like"
    r"|representing|over|between|among|including|close to)(?: the| its| his| her| an?)?(?: [a-z-]+){0,3}\s*$"
)


def is_head(text: str, name: Name, start: int, end: int) -> bool:
    """Whether a name is what a source is about, and no modifier, owner or complement in it."""
    opens = max(start, name.opens)
    if re.search(r"(?i)\ban?(?: [a-z-]+){0,2} $", text[start:opens]) and opens == name.start:
        return False
    if _BEFORE.search(text, start, opens) and not re.match(r"\w+ of [A-Z]", text[start:opens]):
        return False
    after = text[name.end : end]
    if after.startswith("/"):
        return False
    if name.possessive and re.match(r"['’]?s?\s*[\w]", after):
        return False
    return not re.match(r"[ -](?!and\b|or\b|of\b|for\b|from\b|in\b|at\b|on\b|with\b|as\b|also\b|later\b)[a-z]", after)


def joins_several(text: str, names: Sequence[Name], start: int, end: int) -> bool:
    """Whether a source joins several: "Lund and Okoro", "Lund and her deputy"."""
    for name in names:
        if _JOINED.match(text[name.end : end]):
            return True
        before = text[start : max(start, name.opens)]
        if _JOINS.search(before) and parse_role(re.sub(r"\band\s*$", "", before)) is None:
            return True
    between = [text[a.end : max(a.end, b.opens)] for a, b in itertools.pairwise(names)]
    return any(re.search(r"\b(?:and|or)\b|&", gap) and len(gap) < 40 for gap in between)
