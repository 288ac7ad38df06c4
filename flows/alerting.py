"""``volteface alerts``: what would be sent now, and a test message."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.policy import SMTPUTF8
from pathlib import Path

from extractors.errors import DeliveryError, SettingsError
from flows import channels, mailer, outgoing
from flows.hours import is_quiet, quiet_end
from flows.mailpage import with_pictures
from flows.pictures import draw_pictures
from flows.rules import Held
from flows.settings import Environment, Watch
from storage.ledger import Snapshot
from storage.records import Alert, OutboxItem

FOLDER = "preview"
"""In the home folder: where previews go that name no other place."""
DROPPED_SHOWN = 10


@dataclass(frozen=True)
class _Shown:
    """One message of the preview."""

    item: OutboxItem
    note: str = ""


def preview_alerts(watch: Watch, environment: Environment, to: Path | None) -> Iterator[str]:
    """Lines that show each message that would be sent now, and what is held back and why.

    Each message is written to a file as well, in the folder ``to`` (None: "preview" in the home folder).
    Raises SettingsError where that cannot be written, StorageError where no pass was published yet.
    """
    now = datetime.now(UTC)
    sender = environment.smtp.sender if environment.smtp else None
    with Snapshot(environment.home) as snapshot:
        waiting = snapshot.alerts(watch.id, "pending")
        plan = outgoing.plan(snapshot, watch, sender, now, draw=draw_pictures)
    messages = [_Shown(alert.item, _waits(alert, now)) for alert in waiting]
    messages += [_Shown(draft.item) for draft in plan.drafts]
    if is_quiet(watch.file.alerts, now):
        yield f"Quiet hours: nothing is sent before {quiet_end(watch.file.alerts, now):%Y-%m-%d %H:%M} UTC."
    for number, message in enumerate(messages, 1):
        yield from _show(message, (to or environment.home / FOLDER) / f"{number:03}")
    for recipient, held in plan.held.items():
        for one in held:
            yield f"Held for {recipient}: {one}"
    for recipient, dropped in plan.dropped.items():
        yield from _dropped(recipient, dropped)
    yield from plan.problems
    if not list(outgoing.recipients(watch)):
        yield "[alerts] names nobody to tell."
    if not messages:
        yield "Nothing would be sent now."


def _waits(alert: Alert, now: datetime) -> str:
    """How it stands with a message that is in the outbox already."""
    failed = f"; last time: {alert.last_error}" if alert.last_error else ""
    due = alert.next_try_at if alert.next_try_at and alert.next_try_at > now else None
    when = f"is tried again after {due:%Y-%m-%d %H:%M} UTC" if due else "is due"
    return f"In the outbox since {alert.recorded_at:%Y-%m-%d %H:%M} UTC, {when}{failed}"


def _show(message: _Shown, path: Path) -> Iterator[str]:
    """One message on the terminal and in files whose names begin with ``path``."""
    item = message.item
    mail = email.message_from_string(item.payload, policy=SMTPUTF8) if item.channel == "mail" else None
    yield f"To {item.recipient}: {mail['Subject']}" if mail else f"To {item.channel} {item.recipient}:"
    if message.note:
        yield message.note
    if mail is None:
        yield json.dumps(json.loads(item.payload), ensure_ascii=False, indent=2)
        yield _write(path.with_suffix(".json"), item.payload.encode())
        return
    text = mail.get_body(("plain",))
    yield "\n" + (text.get_content().replace("\r\n", "\n") if text else "")
    yield _write(path.with_suffix(".eml"), item.payload.encode("utf-8", "surrogateescape"))
    if page := with_pictures(mail):
        yield _write(path.with_suffix(".html"), page.encode())


def _write(path: Path, content: bytes) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise SettingsError(
            str(path), f"cannot be written: {error.strerror}", "Name another folder with --to"
        ) from None
    return f"Wrote {path}"


def _dropped(recipient: str, dropped: tuple[Held, ...]) -> Iterator[str]:
    """What the rules leave out; of many the latest."""
    for one in dropped[-DROPPED_SHOWN:]:
        yield f"Not for {recipient}: {one}"
    if len(dropped) > DROPPED_SHOWN:
        yield f"Not for {recipient}: {len(dropped) - DROPPED_SHOWN} earlier changes"


def send_test(watch: Watch, environment: Environment) -> Iterator[str]:
    """Send one marked test message to everybody whom the watch tells, now and past the outbox, and say how each went.

    Raises SettingsError where there is nobody to tell, DeliveryError at the end where a message was not taken.
    """
    now = datetime.now(UTC)
    problems: list[str] = []
    if not list(outgoing.recipients(watch, problems)):
        raise SettingsError(
            str(watch.path), "; ".join(["[alerts] names nobody to tell", *problems]), 'Write to = ["you@example.org"]'
        )
    yield from problems
    sender = environment.smtp.sender if environment.smtp else None
    items = outgoing.notice(watch, sender, now, "test", outgoing.TEST_NOTE)
    senders = channels.senders(watch.file.alerts, environment.webhook_key, now)
    refused = 0
    for item in items:
        # one at a time, since only an outcome says which of them it was
        (outcome,) = mailer.deliver([Alert(item, "pending", 1, now)], environment.smtp, now, lambda _: None, senders)
        refused += outcome.error is not None
        yield f"{item.channel} to {item.recipient}: {outcome.error or 'taken'}"
    if refused or problems:
        count = refused + len(problems)
        raise DeliveryError(
            str(watch.path),
            f"{count} of {len(items) + len(problems)} test messages were not taken",
            "See: volteface doctor",
        )
