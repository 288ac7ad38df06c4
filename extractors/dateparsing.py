"""Dates as machines write them, in feeds and metadata. Unknown stays unknown: never "now", never a guessed part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dateutil import parser

# Zone names that RFC 2822 does not know and that feeds write all the same, in hours east of Greenwich.
ZONES = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "CET": 1, "MEZ": 1, "CEST": 2,
    "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3, "TRT": 3, "GST": 4, "PKT": 5, "SGT": 8, "HKT": 8, "JST": 9, "KST": 9,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7,
    "MDT": -6, "PST": -8, "PDT": -7, "BRT": -3, "ART": -3,
}  # fmt: skip
_TZINFOS = {name: int(hours * 3600) for name, hours in ZONES.items()}
# Two defaults that share no part: what differs between the two readings was not in the text.
_DEFAULTS = (datetime(2003, 1, 1), datetime(2004, 2, 2))


def parse_date(raw: str | None) -> datetime | None:
    """The moment that ``raw`` names, in UTC; None where it names no full date or cannot be read.

    A date without a zone is taken as UTC, a date without a time as midnight.
    """
    if not raw or not raw.strip() or len(raw) > 100:
        return None
    try:
        first, second = (parser.parse(raw.strip(), default=d, tzinfos=_TZINFOS) for d in _DEFAULTS)
        if first.date() != second.date():
            return None
        moment = first if first.tzinfo else first.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError, TypeError):
        return None


def plausible(moment: datetime | None, now: datetime) -> datetime | None:
    """``moment``, unless it lies more than a day after ``now`` or before the web: then it is not known."""
    if moment is None or moment > now + timedelta(days=1) or moment.year < 1990:
        return None
    return moment
