"""The outbox -> SMTP, and to whatever other channels there are.

A failed delivery is an Outcome and never an exception: it is recorded, shown by ``doctor``, and tried again later or
given up. Every outcome is recorded before the next message is tried, so that a process that dies repeats one
message at most, under the Message-ID that it had.
"""

from __future__ import annotations

import base64
import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_string
from email.message import EmailMessage
from email.policy import SMTPUTF8
from ipaddress import ip_address

import certifi

from extractors.errors import DeliveryError, SettingsError
from flows.alerts import mail_address
from flows.settings import Smtp
from flows.wording import one_line
from storage.records import Alert, OutboxItem

BACKOFF = tuple(timedelta(minutes=m) for m in (5, 10, 30, 60, 120, 180))
"""Until the next attempt, after the first, second, ... one; the last for all that follow."""
GIVE_UP = timedelta(days=30)
"""How long a message is tried: longer than any outage, shorter than anybody's interest in it."""
BUDGET_SECONDS = 300.0
"""What one call may take; the rest waits for the next pass. Shorter than the outbox's lease."""
_NETWORK = (OSError, smtplib.SMTPException, ValueError, EOFError)
"""What smtplib and ssl raise at whatever a server does; ValueError for replies that are no SMTP."""


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
    mail = _Mail(smtp, context)
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
            outcomes.append(_outcome(alert, failure, now))
            record(outcomes[-1])
    finally:
        mail.close()
    return outcomes


def check(smtp: Smtp, context: ssl.SSLContext | None = None) -> str:
    """Connect, encrypt and log in for real; returns what was agreed on, for people. Raises DeliveryError."""
    connection = None
    try:
        connection = _connect(smtp, context)
        code, reply = connection.noop()
        encrypted = isinstance(connection.sock, ssl.SSLSocket)
        version = connection.sock.version() if encrypted else None
    except _Refused as refused:
        raise DeliveryError(_where(smtp), refused.failure.reason, "Nothing is lost: alerts wait in the outbox") from None
    except _NETWORK as error:
        raise DeliveryError(_where(smtp), _said(error, smtp), "Nothing is lost: alerts wait in the outbox") from None
    finally:
        _hang_up(connection)
    if code >= 400:
        raise DeliveryError(_where(smtp), f"answers {code} {_clean(reply, smtp)}", "Ask its operator")
    login = f", logged in as {smtp.user}" if smtp.user else ", no login"
    return f"{_where(smtp)}: {version or 'not encrypted'}{login}"


def _outcome(alert: Alert, failure: Failure | None, now: datetime) -> Outcome:
    if failure is None:
        return Outcome(alert.item.alert_id)
    if failure.permanent:
        return Outcome(alert.item.alert_id, failure.reason)
    if now - alert.recorded_at > GIVE_UP:
        return Outcome(alert.item.alert_id, f"given up after {GIVE_UP.days} days: {failure.reason}")
    pause = failure.retry_after or BACKOFF[min(max(alert.attempts, 1), len(BACKOFF)) - 1]
    return Outcome(alert.item.alert_id, failure.reason, now + min(pause, timedelta(days=1)))


def _no_such_channel(item: OutboxItem) -> Failure:
    return Failure(f"nothing is set up for the channel {one_line(item.channel, 40)}", everyone=True)


# --- SMTP -------------------------------------------------------------------------------------------------------


class _Refused(Exception):
    """Carries a Failure out of the steps of a connection."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class _Mail:
    """One connection for all mails of a pass, made when it is needed and again when it broke."""

    def __init__(self, smtp: Smtp | None, context: ssl.SSLContext | None) -> None:
        self._smtp = smtp
        self._context = context
        self._connection: smtplib.SMTP | None = None

    def send(self, item: OutboxItem) -> Failure | None:
        """Send the mail in ``item.payload``; None where the server took it."""
        if self._smtp is None:
            return Failure("no mail server is set; set VOLTEFACE_SMTP_HOST", everyone=True)
        try:
            envelope = _envelope(item.payload, self._smtp)
            if self._connection is None:
                self._connection = _connect(self._smtp, self._context)
            with _time_limit(self._connection, self._smtp.timeout_seconds * 4):
                _transfer(self._connection, envelope, self._smtp)
            return None
        except _Refused as refused:
            if refused.failure.everyone:
                self.close()
            else:
                self._reset()
            return refused.failure
        except _NETWORK as error:
            self.close()
            return Failure(_said(error, self._smtp))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        _hang_up(connection)

    def _reset(self) -> None:
        """Ready for the next mail; a connection that is not is given up."""
        try:
            if self._connection is not None and self._connection.rset()[0] != 250:
                self.close()
        except _NETWORK:
            self.close()


@dataclass(frozen=True)
class _Envelope:
    sender: str
    recipient: str
    text: bytes


def _envelope(payload: str, smtp: Smtp) -> _Envelope:
    """The mail as it goes over the wire: with the sender where it had none when it was composed."""
    message = message_from_string(payload, policy=SMTPUTF8)
    assert isinstance(message, EmailMessage)
    try:
        sender = mail_address(smtp.sender)
        recipient = mail_address(str(message["To"]))
    except SettingsError as error:
        raise _Refused(Failure(error.problem, permanent="To" in str(error), everyone=False)) from None
    if message["From"] is None:
        payload = f"From: {_folded(sender)}\r\n{payload}"
    return _Envelope(sender.addr_spec, recipient.addr_spec, payload.encode("utf-8"))
