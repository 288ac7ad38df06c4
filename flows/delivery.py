"""How a delivery ends, whatever the channel: taken, to be tried again, or given up. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import Alert, OutboxItem

BACKOFF = tuple(timedelta(minutes=m) for m in (5, 10, 30, 60, 120, 180))
"""Until the next attempt, after the first, second, ... one; the last for all that follow."""
GIVE_UP = timedelta(days=30)
"""How long a message is tried: longer than any outage, shorter than anybody's interest in it."""


@dataclass(frozen=True)
class Failure:
    """Why a message was not taken."""

    reason: str
    permanent: bool = False
    """The same message will never be taken: nothing that time or the operator does would help."""
    everyone: bool = False
    """It concerns the server or its settings, so no other message need be tried now."""
    retry_after: timedelta | None = None
    """Where the server says when to come again."""


@dataclass(frozen=True)
class Outcome:
    """How one delivery ended: no ``error``, taken; with ``next_try_at``, tried again then; else given up."""

    alert_id: str
    error: str | None = None
    next_try_at: datetime | None = None


Sender = Callable[[OutboxItem], Failure | None]
"""Delivers one message; None where it was taken."""


def outcome_of(alert: Alert, failure: Failure | None, now: datetime) -> Outcome:
    """What to record for ``alert`` at ``now``: retries back off with the number of attempts."""
    if failure is None:
        return Outcome(alert.item.alert_id)
    if failure.permanent:
        return Outcome(alert.item.alert_id, failure.reason)
    if now - alert.recorded_at > GIVE_UP:
        return Outcome(alert.item.alert_id, f"given up after {GIVE_UP.days} days: {failure.reason}")
    pause = failure.retry_after or BACKOFF[min(max(alert.attempts, 1), len(BACKOFF)) - 1]
    return Outcome(alert.item.alert_id, failure.reason, now + min(pause, timedelta(days=1)))
