"""The outbox -> SMTP, and to whatever other channels there are.

A failed delivery is an Outcome and never an exception: it is recorded, shown by ``doctor``, and tried again later or
given up. Every outcome is recorded before the next message is tried, so that a process that dies repeats one
message at most, under the Message-ID that it had.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from flows.delivery import Failure, Outcome, Sender, outcome_of
from flows.settings import Smtp
from flows.smtp import Mail
from flows.wording import one_line
from storage.records import Alert, OutboxItem

BUDGET_SECONDS = 300.0
"""What one call may take; the rest waits for the next pass. Shorter than the outbox's lease."""


def deliver(
    alerts: Sequence[Alert],
    smtp: Smtp | None,
    now: datetime,
    record: Callable[[Outcome], None],
    others: Mapping[str, Sender] | None = None,
    *,
    budget_seconds: float = BUDGET_SECONDS,
    context: ssl.SSLContext | None = None,
) -> list[Outcome]:
    """Try to send each of ``alerts`` (as ``Ledger.claim_alerts`` gives them) and return how it went.

    ``record`` is called with each outcome right after its delivery. ``others``: a sender for each channel but mail.
    What ``budget_seconds`` leaves no time for has no outcome; it is due again when its lease is over.
    """
    started = time.monotonic()
    outcomes: list[Outcome] = []
    down: dict[str, Failure] = {}
    mail = Mail(smtp, context)
    try:
        senders: dict[str, Sender] = {"mail": mail.send, **(others or {})}
        for alert in alerts:
            if time.monotonic() - started > budget_seconds:
                break
            channel = alert.item.channel
            send = senders.get(channel, _no_such_channel)
            failure = down.get(channel) or send(alert.item)
            if failure and failure.everyone:
                down[channel] = failure
            outcomes.append(outcome_of(alert, failure, now))
            record(outcomes[-1])
    finally:
        mail.close()
    return outcomes


def _no_such_channel(item: OutboxItem) -> Failure:
    return Failure(f"nothing is set up for the channel {one_line(item.channel, 40)}", everyone=True)
