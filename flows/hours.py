"""Quiet hours and the times of digests: the clock on a recipient's wall. Pure; all datetimes aware."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal

from flows.watchfile import AlertsTable

Period = Literal["hourly", "daily", "weekly"]
DIGEST_TIME = time(7)
"""When a daily or weekly (Monday) digest goes out, in the time zone of the quiet hours, else UTC."""
LENGTH = {"hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(days=7)}


def digest_period(rules: AlertsTable) -> Period | None:
    """How often a digest may go out; None where the watch has none.

    A watch that mails at once has a daily one only to say that nothing changed, if it asks for that.
    """
    if rules.digest == "immediate":
        return "daily" if rules.nothing_changed else None
    return rules.digest


def is_quiet(rules: AlertsTable, moment: datetime) -> bool:
    """Whether ``moment`` (aware) lies in the watch's quiet hours; they may cross midnight."""
    quiet = rules.quiet_hours
    if quiet is None or quiet.start == quiet.end:
        return False
    wall = moment.astimezone(quiet.zone).time()
    if quiet.start < quiet.end:
        return quiet.start <= wall < quiet.end
    return wall >= quiet.start or wall < quiet.end


def quiet_end(rules: AlertsTable, moment: datetime) -> datetime:
    """When the quiet hours that ``moment`` lies in end, in UTC; ``moment`` itself outside of them."""
    quiet = rules.quiet_hours
    if quiet is None or not is_quiet(rules, moment):
        return moment
    local = moment.astimezone(quiet.zone)
    day = local.date() if local.time() < quiet.end else local.date() + timedelta(days=1)
    return datetime.combine(day, quiet.end, quiet.zone).astimezone(UTC)


def last_boundary(rules: AlertsTable, period: Period, now: datetime) -> datetime:
    """The latest moment up to ``now`` at which a digest was to go out, in UTC; never in quiet hours."""
    return max(b for b in _boundaries(rules, period, now) if b <= now)


def next_boundary(rules: AlertsTable, period: Period, now: datetime) -> datetime:
    """The earliest moment after ``now`` at which a digest is to go out, in UTC; never in quiet hours."""
    return min(b for b in _boundaries(rules, period, now) if b > now)


def _boundaries(rules: AlertsTable, period: Period, now: datetime) -> Iterable[datetime]:
    """Every boundary from well before ``now`` to well after it."""
    zone = zone_of(rules)
    if period == "hourly":
        hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        moments = [hour + timedelta(hours=n) for n in range(-26, 27)]
    else:
        today = now.astimezone(zone).date()
        days = [today + timedelta(days=n) for n in range(-15, 16)]
        chosen = [d for d in days if period == "daily" or d.weekday() == 0]
        moments = [datetime.combine(d, DIGEST_TIME, zone).astimezone(UTC) for d in chosen]
    return [quiet_end(rules, moment) for moment in moments]


def zone_of(rules: AlertsTable) -> tzinfo:
    """The recipients' time zone as far as the watch tells it."""
    return rules.quiet_hours.zone if rules.quiet_hours else UTC
