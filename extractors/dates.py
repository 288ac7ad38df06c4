"""The day on which something was said, from the words beside the cue and the date of publication.

A date inside the content is about the content, not about the utterance, so only the attribution's own sentence
outside its content is read, nearest the cue first. Where the text says that the utterance is old but not when, the
day is unknown: an old quote printed again must never look new.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice

from extractors.models import Attribution, Span
from extractors.phrases import sentences

_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_MONTHS = [m.lower() for m in calendar.month_name]
_NUMBERS = {
    w: i
    for i, w in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
    )
} | {"a": 1, "an": 1, "a couple of": 2, "several": 0, "few": 0, "a few": 0, "many": 0, "some": 0}
_DAY = (
    r"(?P<weekday>mon(?:day)?|tues?(?:day)?|wed(?:nesday)?|thurs?(?:day)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)\b\.?"
)
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?P<year>(?:19|20)\d\d)\b"
_COUNT = (
    r"(?P<count>\d+|a couple of|a few|an?|few|several|some|many|two|three|four|five|six|seven|eight|nine|ten|eleven"
    r"|twelve)"
)


LEAD = 3
"""Sentences of a page that tell which time it is about."""
LONG_AGO = 5
"""Years."""
_THIS_WEEK = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|yesterday|today|tonight|tomorrow)\b", re.IGNORECASE
)
_OLD = re.compile(
    r"\b(?P<ago>(?:[5-9]|\d\d|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|twenty|thirty|forty|fifty)(?:-\w+)?"
    r"\s+years\s+(?:ago|earlier|before|on)|decades\s+ago|a\s+generation\s+ago)\b|\b(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A date expression: where it stands and the day it names, None where it only says "long ago"."""

    span: Span
    day: date | None
    basis: str


def said_on(text: str, attribution: Attribution, published_at: datetime | None) -> tuple[date | None, str]:
    """Return the day of the utterance, and what that rests on.

    Without any date beside the cue it is the day of publication ("published"). A weekday is the most recent one, the
    day of publication included. A period ("last month", "in March") gives its last day, or the day of publication
    while it lasts. `None` where neither text nor page tells, where the text only tells that it was long ago, and where
    the page begins in another time.
    """
    published = published_at.date() if published_at else None
    found = [f for a, b in _own_clause(text, attribution) for f in _expressions(text, a, b, published)]
    anchor = _anchor(attribution)
    for expression in sorted(found, key=lambda f: _distance(f.span, anchor)):
        if expression.day is None or published is None or expression.day <= published:
            return expression.day, expression.basis
    if published is None:
        return None, "undated page"
    return (None, "a page that looks back") if _looks_back(text, published.year) else (published, "published")


@lru_cache(maxsize=64)
def _looks_back(text: str, year: int) -> bool:
    """Whether the page begins in another time: a year long past in its first sentences, and no day of this week."""
    lead = " ".join(text[a:b] for a, b in islice(sentences(text), LEAD))
    if _THIS_WEEK.search(lead):
        return False
    return any(m["ago"] or int(m["year"]) <= year - LONG_AGO for m in _OLD.finditer(lead))


def _anchor(attribution: Attribution) -> Span:
    """The cue, else the source, else the content: dates belong to what is nearest to it."""
    return (attribution.cue or attribution.source or attribution.content)[0]


def _distance(span: Span, anchor: Span) -> int:
    before, after = anchor[0] - span[1], span[0] - anchor[1]
    return max(before * 2, after, 0)  # "said on Tuesday" before "On Friday, ... said"


def _own_clause(text: str, attribution: Attribution) -> list[Span]:
    """The attribution's own sentence around its cue, without contents, cut at marks that end the clause."""
    anchor = _anchor(attribution)
    around = [(a, b) for a, b in sentences(text) if a <= anchor[0] < b] or [(0, len(text))]
    start, end = around[0]
    # sentence marks inside a quotation end sentences too: the cue after a quote stands in the last one
    kept = [(start, end)]
    for a, b in sorted(attribution.content):
        kept = [piece for s, e in kept for piece in ((s, min(e, a)), (max(s, b), e)) if piece[0] < piece[1]]
    return kept


def _expressions(text: str, start: int, end: int, published: date | None) -> list[_Found]:
    found: list[_Found] = []
    taken: list[Span] = []
    for pattern, resolve in _PATTERNS:
        for match in pattern.finditer(text, start, end):
            span = match.span()
            if any(a < span[1] and span[0] < b for a, b in taken):
                continue
            known, day = resolve(match, published)
            if known:
                taken.append(span)
                words = " ".join(match.group().split())
                found.append(_Found(span, day, words + _remark(words, day, published)))
    return found


def _remark(words: str, day: date | None, published: date | None) -> str:
    if day is None:
        return ""
    if re.search(r"\b(?:week|month|year|in)\b", words) and not re.search(r"\d", words.replace(str(day.year), "")):
        return " (published within it)" if day == published else " (its last day)"
    return ""


Resolved = tuple[bool, date | None]


def _absolute(match: re.Match[str], published: date | None) -> Resolved:
    month = _month(match["month"])
    year = match.groupdict().get("year")
    day = match.groupdict().get("day")
    if not day:
        if not year and published is None:
            return False, None
        when = _last_of_month(int(year), month) if year else _latest_month(month, published or date.max)
        return True, _capped(when, date(when.year, month, 1), published)
    if year:
        return _valid(int(year), month, int(day))
    if published is None:
        return False, None
    good, when_or_none = _valid(published.year, month, int(day))
    if good and when_or_none and when_or_none > published:
        return _valid(published.year - 1, month, int(day))
    return good, when_or_none


def _valid(year: int, month: int, day: int) -> Resolved:
    try:
        return True, date(year, month, day)
    except ValueError:
        return False, None


def _month(name: str) -> int:
    return next(i for i, full in enumerate(_MONTHS) if full and full.startswith(name.lower().rstrip(".")[:3]))


def _last_of_month(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def _latest_month(month: int, published: date) -> date:
    """The last day of the most recent such month that had begun by `published`."""
    year = published.year if month <= published.month else published.year - 1
    return _last_of_month(year, month)


def _capped(last: date, first: date, published: date | None) -> date:
    """A period that is not over yet ends on the day of publication."""
    return published if published and first <= published < last else last


def _weekday(match: re.Match[str], published: date | None) -> Resolved:
    if published is None:
        return False, None
    wanted = next(i for i, name in enumerate(_DAYS) if name.startswith(match["weekday"].lower().rstrip(".")[:3]))
    back = (published.weekday() - wanted) % 7
    if (match.groupdict().get("which") or "").lower() == "last" and back == 0:
        back = 7
    return True, published - timedelta(days=back)


def _ago(match: re.Match[str], published: date | None) -> Resolved:
    if published is None:
        return False, None
    raw = match["count"].lower()
    count = int(raw) if raw.isdigit() else _NUMBERS[raw]
    if count == 0:
        return True, None
    unit = match["unit"].lower()
    if unit.startswith(("hour", "minute")):
        return True, published - timedelta(hours=count) if count >= 24 else published
    if unit.startswith("day"):
        return True, published - timedelta(days=count)
    if unit.startswith("week"):
        return True, published - timedelta(weeks=count)
    months = count * (12 if unit.startswith("year") else 1)
    index = published.year * 12 + published.month - 1 - months
    last = _last_of_month(index // 12, index % 12 + 1)
    return True, last.replace(day=min(last.day, published.day))


def _relative(match: re.Match[str], published: date | None) -> Resolved:
    if published is None:
        return False, None
    words = " ".join(match.group().lower().split())
    if words.startswith(("yesterday", "the day before", "last night", "overnight")):
        return True, published - timedelta(days=1)
    if words.startswith(("today", "tonight", "this ", "earlier today")) and "week" not in words:
        return True, published
    monday = published - timedelta(days=published.weekday())
    if "week" in words and "weekend" not in words:
        return True, published if "this" in words else monday - timedelta(days=1)
    if "weekend" in words:
        return True, published if published.weekday() >= 5 else monday - timedelta(days=1)
    if "month" in words:
        return True, published if "this" in words else published.replace(day=1) - timedelta(days=1)
    return True, date(published.year - 1, 12, 31)


def _year(match: re.Match[str], published: date | None) -> Resolved:
    year = int(match["year"])
    if published and year > published.year:
        return False, None
    return True, _capped(date(year, 12, 31), date(year, 1, 1), published)


def _unknown(match: re.Match[str], published: date | None) -> Resolved:
    return True, None


def _p(pattern: str) -> re.Pattern[str]:
    return re.compile(r"\b" + pattern, re.IGNORECASE)


_PATTERNS = (
    (_p(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}(?:,? {_YEAR})?"), _absolute),
    (_p(rf"{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\d)(?:,? {_YEAR})?"), _absolute),
    (_p(r"(?P<year>20\d\d)-(?P<m>\d\d)-(?P<d>\d\d)\b"), lambda m, p: _valid(int(m["year"]), int(m["m"]), int(m["d"]))),
    (_p(rf"(?:in|since|back in|last|early|late) (?:early |late |mid-)?{_MONTH}(?:,? {_YEAR})?"), _absolute),
    (_p(rf"(?:in|back in) {_YEAR}"), _year),
    (_p(rf"{_COUNT} (?P<unit>minutes?|hours?|days?|weeks?|months?|years?) (?:ago|earlier|before|previously)\b"), _ago),
    (
        _p(r"(?:earlier )?(?:today|yesterday|tonight|the day before|this (?:morning|afternoon|evening)|last night)\b"),
        _relative,
    ),
    (
        _p(
            r"(?:earlier |late |early |over )?(?:the )?(?:this|last|previous|past) (?:week|weekend|month|year)\b"
            r"(?! ?['’]s)"
        ),
        _relative,
    ),
    (_p(rf"(?:on )?(?:(?P<which>last|this) )?{_DAY}(?! (?:next|after))"), _weekday),
    (_p(r"(?:has|have|had) (?:long|always|previously|repeatedly|often|already|earlier|in the past|once)\b"), _unknown),
    (
        _p(r"(?:previously|at the time|in the past|long ago|years ago|once (?:said|told|wrote|argued)|then said)\b"),
        _unknown,
    ),
)
