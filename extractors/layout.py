"""Attributions that a page shows by its layout alone, where no sentence says who speaks.

Transcripts ("LUND: We will stay.") and signed quotations ("“We will stay.” ― Ada Lund") are regular enough for rules,
and too rare and too long for a tagger. A rule applies to whole paragraphs only. Pure functions of the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from extractors.models import Span

_TURN = re.compile(
    r"""^[ \t\xa0]*(?P<mark>["“”]?)(?P<source>[A-Z][A-Z.'’-]+(?:[ ][A-Z][A-Z.'’-]*){0,4})(?:[ ]\([^()\n]{1,40}\))?
        (?P<cue>:)[ \t\xa0]+(?P<content>\S[^\n]*)$""",
    re.VERBOSE | re.MULTILINE,
)
_NO_SPEAKER = re.compile(
    r"(?:UPDATED?|WATCH|PHOTOS?|VIDEO|NOTE|EDITOR|BREAKING|CORRECTION|LISTEN|READ|RELATED|MORE|LIVE|EXCLUSIVE|PS|FAQ|"
    r"THE|OUR|FACTS?|CLAIM|VERDICT|OPINION|ANALYSIS|SCORE|RESULTS?|SOURCES?|CREDIT|CAPTION|WHAT|WHEN|WHERE|WHO|WHY|HOW)\b"
)
_SIGNED = re.compile(
    r"""^[ \t\xa0]*(?P<content>["“”][^\n]*?["”])[ \t\xa0]*(?P<cue>[―—–]|--?)[ \t\xa0]*
        (?P<source>[A-Z][\w.'’-]+(?:[ \xa0](?:[A-Z][\w.'’-]*|of|de|van|von|al)){1,5}(?:,[ ][^\n.!?"“”]{2,60})?)
        [.]?[ \t\xa0]*$""",
    re.VERBOSE | re.MULTILINE,
)
_TRAILING = '"“” \t\xa0'


@dataclass(frozen=True)
class Shown:
    """One attribution, and the part of the text, [start, end), for which nothing else may be claimed."""

    source: Span
    cue: Span
    content: Span
    start: int
    end: int


def shown(text: str) -> list[Shown]:
    """Return the attributions that the layout of `text` shows, in order."""
    return sorted([*_turns(text), *_signed(text)], key=lambda x: x.start)


def _turns(text: str) -> list[Shown]:
    """Find the turns of a transcript: at least two paragraphs that open with a speaker in capitals."""
    found = [m for m in _TURN.finditer(text) if not _NO_SPEAKER.match(m["source"])]
    if len(found) < 2:
        return []
    out = []
    for i, m in enumerate(found):
        limit = found[i + 1].start() if i + 1 < len(found) else len(text)
        end = m.end()
        # a transcript quoted from elsewhere repeats the opening mark on every paragraph: those go on with the turn
        while m["mark"]:
            more = re.compile(r"\s*\n[ \t\xa0]*[\"“](?!\(?[A-Z]{4,})[^\n]*").match(text, end, limit)
            if more is None:
                break
            end = more.end()
        stop = end
        while stop > m.start("content") and text[stop - 1] in _TRAILING:
            stop -= 1
        if any(c.isalnum() for c in text[m.start("content") : stop]):
            out.append(Shown(m.span("source"), m.span("cue"), (m.start("content"), stop), m.start(), end))
    return out


def _signed(text: str) -> list[Shown]:
    """Find quotations that fill a paragraph and are signed with a name behind a dash."""
    return [
        Shown(m.span("source"), m.span("cue"), m.span("content"), m.start(), m.end())
        for m in _SIGNED.finditer(text)
        if len(m["content"].split()) >= 4
    ]
