"""Attributions that a page shows by its layout alone, where no sentence says who speaks.

Transcripts ("LUND: We will stay."), signed quotations ("“We will stay.” ― Ada Lund") and headlines with the source
behind a dash ("Port to close in spring - mayor") are regular enough for rules, and too rare or too long for a tagger. A
rule applies to whole paragraphs only. Pure functions of the text.
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
_HEADLINE = re.compile(
    r"\s*(?P<content>[^\n]{12,160}?\w[\"”’']?)[ ](?P<cue>[-–—―])[ ](?P<source>[^\n:;,.?!–—―\"“”]{3,40}?)[ ]*(?:\n|$)"
)
# who speaks in a headline without a name; any other words behind the dash may be a rubric or the outlet
_ROLE = re.compile(
    r"(?:the )?(?:[\w-]+ ){0,2}(?:aides?|agency|analysts?|army|chief|council|court|economists?|envoys?|experts?|family|"
    r"governor|government|hospital|judge|lawyers?|leaders?|mayor|medics|military|minister|ministers|ministry|officials?|"
    r"opposition|owners?|police|poll|president|prosecutors?|regulator|report|researchers|residents|scientists|sources?|"
    r"spokes\w+|study|survey|think tank|union|unions|watchdog|witness(?:es)?)"
)
_OUTLET = re.compile(
    r"\b(?:News|Times|Post|Herald|Tribune|Journal|Gazette|Wire|Press|Online|TV|Radio|Today|Daily|Weekly|Magazine|Mail|Sun|"
    r"Review|Telegraph|Guardian|Observer|Reuters|A[FP]P?|Agency|Media|Live|Network|Updates?|Opinion|Video|Analysis)\b|\.\w"
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
    return sorted([*_headline(text), *_turns(text), *_signed(text)], key=lambda x: x.start)


def _headline(text: str) -> list[Shown]:
    """Find the source behind the dash of a headline: a role, or a name that the article goes on to speak of."""
    m = _HEADLINE.match(text)
    if m is None or len(m["content"].split()) < 3 or _OUTLET.search(m["source"]):
        return []
    body = text[m.end() :]
    name = m["source"].split()[-1]
    named = name[:1].isupper() and not name.isupper() and re.search(rf"(?<!\()\b{re.escape(name)}\b(?!\))", body)
    if not named and not _ROLE.fullmatch(m["source"]):
        return []
    return [Shown(m.span("source"), m.span("cue"), m.span("content"), m.start("content"), m.end("source"))]


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
