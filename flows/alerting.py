"""``volteface alerts``: what would be sent now, and a test mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extractors.errors import DeliveryError, SettingsError
from flows import channels, mailer, outgoing
from flows.delivery import Outcome
from flows.settings import Environment, Watch
from storage.ledger import Ledger, Snapshot


def preview_alerts(watch: Watch, environment: Environment, to: Path | None) -> Iterator[str]:
    """Lines that show each message that would be sent now, and what is held back and why; files go to ``to``."""
    sender = environment.smtp.sender if environment.smtp else None
    with Snapshot(environment.home) as snapshot:
        plan = outgoing.plan(snapshot, watch, sender, datetime.now(UTC))
    for number, draft in enumerate(plan.drafts, 1):
        yield f"To {draft.recipient}: {draft.subject}"
        if draft.mail is None:
            yield draft.item.payload
            continue
        text, page = draft.mail.get_body(("plain",)), draft.mail.get_body(("html",))
        yield text.get_content() if text else ""
        if to and page:
            to.mkdir(parents=True, exist_ok=True)
            (to / f"{number:03}.eml").write_bytes(draft.mail.as_bytes())
            (to / f"{number:03}.html").write_text(page.get_content(), encoding="utf-8")
            yield f"Wrote {to / f'{number:03}.html'}"
    for recipient, held in plan.held.items():
        for one in held:
            yield f"Held for {recipient}: {one}"
    yield from plan.problems
    if not plan.drafts:
        yield "Nothing would be sent now."


def send_test(watch: Watch, environment: Environment, _: Path | None) -> Iterator[str]:
    """Send one marked test message to everybody whom the watch tells. Raises DeliveryError where one is not taken."""
    if not list(outgoing.recipients(watch)):
        raise SettingsError(str(watch.path), "[alerts] names nobody to tell", 'Write to = ["you@example.org"]')
    now = datetime.now(UTC)
    ledger = Ledger(environment.home)
    ledger.save_watch(watch.id, watch.title, watch.toml, now)
    sender = environment.smtp.sender if environment.smtp else None
    added = set(ledger.add_alerts(outgoing.notice(watch, sender, now, "test", outgoing.TEST_NOTE), now))
    due = [alert for alert in ledger.claim_alerts(now, watch_id=watch.id) if alert.item.alert_id in added]
    failures = []

    def record(outcome: Outcome) -> None:
        ledger.record_attempt(outcome.alert_id, now, error=outcome.error, next_try_at=outcome.next_try_at)
        if outcome.error:
            failures.append(outcome.error)

    senders = channels.senders(watch.file.alerts, environment.webhook_key, now)
    mailer.deliver(due, environment.smtp, now, record, senders)
    for alert in due:
        yield f"Tried {alert.item.channel} to {alert.item.recipient}"
    if failures:
        raise DeliveryError(str(watch.path), failures[0], "It stays in the outbox and is tried again")
    yield "Taken by the server."
