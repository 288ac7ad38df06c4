"""What response headers say about when to come back. Pure: ``now`` is an argument, in seconds since 1970."""

from __future__ import annotations

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

LONGEST_PAUSE_SECONDS = 7 * 24 * 3600.0
"""A Retry-After beyond this is taken for a mistake: it would blind the watch."""
LONGEST_FRESH_SECONDS = 6 * 3600.0
"""A feed that calls itself fresh for longer may have dropped items by the time it is asked again."""


def retry_after_seconds(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that Retry-After asks us to wait (RFC 9110 10.2.3: seconds or a date); None where it says nothing."""
    raw = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", raw):
        seconds = float(raw)
    else:
        moment = _moment(raw)
        if moment is None:
            return None
        seconds = moment - (_moment(headers.get("date", "")) or now)
    return min(max(seconds, 0.0), LONGEST_PAUSE_SECONDS)


def fresh_seconds(headers: Mapping[str, str], now: float) -> float:
    """For how many seconds an answer need not be asked for again (RFC 9111 4.2), by Cache-Control, else Expires."""
    control = headers.get("cache-control", "").lower()
    if re.search(r"\bno-(cache|store)\b", control):
        return 0.0
    age = headers.get("age", "").strip()
    if found := re.search(r"\bmax-age\s*=\s*\"?(\d{1,12})", control):
        seconds = float(found[1]) - (float(age) if age.isdigit() else 0.0)
    else:
        expires = _moment(headers.get("expires", ""))
        seconds = expires - (_moment(headers.get("date", "")) or now) if expires is not None else 0.0
    return min(max(seconds, 0.0), LONGEST_FRESH_SECONDS)


def _moment(raw: str) -> float | None:
    try:
        return parsedate_to_datetime(raw).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
