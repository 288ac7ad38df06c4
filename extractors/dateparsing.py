"""Dates as machines write them, in feeds and metadata. Unknown stays unknown: never "now", never a guessed part."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from dateutil import parser
from dateutil.tz import tzoffset

# Zone names that RFC 2822 does not know and that feeds write all the same, in hours east of Greenwich.
ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "CET": 1, "MEZ": 1, "CEST": 2,
    "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "GST": 4, "PKT": 5, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "BRT": -3, "ART": -3,
}  # fmt: skip
_DAY_FIRST = re.compile(r"\d{1,2}\.\s?\d{1,2}\.\s?\d{4}\b")
"""With points, the day is written first everywhere."""
_EITHER = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2\d{4}\b")
"""With slashes, the month comes first in one country and the day in others."""
# Two defaults that share no part: what differs between the two readings was not in the text.
_DEFAULTS = (datetime(2003, 1, 1), datetime(2004, 2, 2))


def parse_date(raw: str | None) -> datetime | None:
    """The moment that ``raw`` names, in UTC; None where it names no full date or cannot be read.

    A date without a zone is taken as UTC, one without a time as midnight. What may be read in two ways (3/4/2025)
    is not known.
    """
    if not raw or not raw.strip() or len(raw) > 100:
        return None
    raw = raw.strip()
    either = _EITHER.match(raw)
    if either and int(either[1]) <= 12 and int(either[3]) <= 12 and either[1] != either[3]:
        return None
    day_first = bool(_DAY_FIRST.match(raw))
    try:
        first, second = (parser.parse(raw, default=d, tzinfos=_offset, dayfirst=day_first) for d in _DEFAULTS)
        if first.date() != second.date():
            return None
        moment = first if first.tzinfo else first.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def _offset(name: str | None, seconds: int | None) -> tzoffset:
    """The zone that is named; one that nobody knows counts as UTC, like none."""
    return tzoffset(None, seconds if seconds is not None else int(ZONES.get((name or "").upper(), 0) * 3600))


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """``moment``, unless it lies more than a day after ``now`` or before the web: then it is not known."""
    if moment is None or moment > now + timedelta(days=1) or moment.year < 1990:
        return None
    return moment
