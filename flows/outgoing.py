"""From the changes of a watch to the messages in its outbox: rules, words and channels, put together.

``queue`` belongs into the transaction that stores the changes, so that no change is kept without its alert. It may be
called as often as one likes: what was told is not told again. It is called in every pass, also when nothing changed,
since digests and quiet hours end by themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Literal

from extractors.errors import SettingsError
from extractors.models import Change, Codebook
from flows.alerts import AlertContext, Kind, Note, alert_id, compose, in_order, person
from flows.blindness import sees_nothing
from flows.channels import apprise_payload, webhook_label, webhook_payload
from flows.delivery import GIVE_UP
from flows.items import Item, build_item
from flows.pictures import Draw, Picture, pictured
from flows.rules import Found, Held, History, Planned, freshness, select
from flows.settings import Watch
from flows.wording import one_line, plural
from storage.ledger import Nouns
from storage.records import KnownChange, OutboxItem, Told, ToldChange

Channel = Literal["mail", "webhook", "apprise"]
TOPICS: dict[Kind, str] = {
    "immediate": "change",
    "digest": "digest",
    "correction": "correction",
    "test": "test",
    "warning": "notice",
    "recovery": "notice",
}
TEST_NOTE = Note(
    subject="[Test] Volteface can write to you",
    headline="Volteface can write to you",
    paragraphs=(
        "This is a test that somebody asked for with “volteface alerts --test”. No position has changed.",
        "Alerts say who moved, on what, from where to where, and in whose words.",
    ),
)
STUCK_ATTEMPTS = 3
"""Attempts after which a message that still waits is worth mentioning."""
RECENT = timedelta(days=7)
"""How long mails mention a message that was given up."""


@dataclass(frozen=True)
class Recipient:
    """Somebody who is told: ``key`` is what the outbox compares, ``address`` what the watch file says."""

    channel: Channel
    key: str
    address: str = field(repr=False)  # a webhook's may hold a token

    def __str__(self) -> str:
        return self.key if self.channel == "mail" else f"{self.channel} {self.key}"


@dataclass(frozen=True)
class Draft:
    """A message that would be sent now; ``mail`` is None for other channels."""

    recipient: Recipient
    item: OutboxItem
    subject: str
    mail: EmailMessage | None = None


@dataclass
class Plan:
    """What to send now, what waits (by recipient's key), and which recipients cannot be written to."""

    drafts: list[Draft] = field(default_factory=list)
    held: dict[str, tuple[Held, ...]] = field(default_factory=dict)
    dropped: dict[str, tuple[Held, ...]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def queue(
    tx: Nouns, watch: Watch, sender: str | None, now: datetime, run_id: str | None = None, draw: Draw | None = None
) -> Plan:
    """Put what is to be told at ``now`` into the outbox and return the plan.

    ``tx``: the transaction that stored the changes. ``sender``: the From address, None where no mail server is set
    (the mailer adds it). ``run_id``: the pass that is running. ``draw`` makes the pictures that mails carry, None for
    none. ``plan.problems`` are for the pass's report.
    """
    made = plan(tx, watch, sender, now, run_id, draw)
    tx.add_alerts([draft.item for draft in made.drafts], now)
    return made


def plan(
    reader: Nouns, watch: Watch, sender: str | None, now: datetime, run_id: str | None = None, draw: Draw | None = None
) -> Plan:
    """What ``queue`` would put into the outbox at ``now``. Only reads: for ``--preview`` on a snapshot, too."""
    made = Plan()
    known = reader.changes(watch.id)
    codebook = Codebook(reader.concepts(watch.id) or watch.codebook.concepts, reader.actors(watch.id))
    propositions = {c.id: c.proposition for c in codebook.concepts}
    people = list(recipients(watch, made.problems))
    told_to = {r.key: tuple(reader.told(r.channel, r.key)) for r in people}
    settled = _told_to_all(told_to.values())
    found = [_found(reader, watch, k, propositions.get(k.change.concept, ""), now, settled) for k in known]
    last_pass = next((run.started_at for run in reader.runs(watch.id, 5) if run.run_id != run_id), None)
    unseeing = sees_nothing(reader.feed_states(watch.id))
    context: AlertContext | None = None
    drawn: dict[tuple[str, ...], tuple[Picture, ...]] = {}
    for recipient in people:
        told = told_to[recipient.key]
        last_digest = reader.last_alert_at(watch.id, recipient.channel, recipient.key, "digest")
        history = History(told, last_pass, last_digest)
        chosen = select(found, watch.file.alerts, history, now, watch_id=watch.id, actors=codebook.actors)
        made.held[recipient.key], made.dropped[recipient.key] = chosen.held, chosen.dropped
        for planned in chosen.planned:
            if unseeing and not planned.tellings:
                continue  # nobody's silence means anything now
            context = context or _context(reader, watch, sender, now)
            items = _items(reader, watch, planned, told, codebook, now)
            pictures: tuple[Picture, ...] = ()
            if draw and recipient.channel == "mail":
                shown = pictured(in_order(items))
                key = tuple(change.id for change in shown)
                pictures = drawn[key] = drawn.get(key) or draw(reader, watch.id, shown, now)
            finished = _finished(recipient, context, items, planned.kind, now, planned=planned, pictures=pictures)
            made.drafts.append(finished)
    return made


def recipients(watch: Watch, problems: list[str] | None = None) -> Iterator[Recipient]:
    """Everybody whom the watch tells, each once; addresses that are none become ``problems``."""
    rules = watch.file.alerts
    seen: set[str] = set()
    for address in rules.to:
        try:
            key = person(address)
        except SettingsError as error:
            if problems is not None:
                problems.append(f"{watch.path.name}:{_line_of(watch, address)}: {error}")
            continue
        if key not in seen:
            seen.add(key)
            yield Recipient("mail", key, address)
    if rules.webhook:
        yield Recipient("webhook", webhook_label(rules.webhook), rules.webhook)
    for name in dict.fromkeys(rules.apprise):
        yield Recipient("apprise", name, name)


def _line_of(watch: Watch, address: str) -> int:
    """The line of the watch file that names ``address``, 1 where it is written in some other way there."""
    lines = enumerate(watch.toml.splitlines(), 1)
    return next((number for number, line in lines if address in line), 1)


def notice(
    watch: Watch, sender: str | None, now: datetime, kind: Kind, note: Note, incident: str = ""
) -> list[OutboxItem]:
    """Messages without changes for everybody: a test, a warning or a recovery.

    ``incident`` tells one warning from the next about the same thing (when it began); default: ``now``.
    """
    context = AlertContext.of(watch, sender)
    return [
        _finished(r, context, (), kind, now, note=note, incident=incident or now.isoformat()).item
        for r in recipients(watch)
    ]


def _told_to_all(tellings: Iterable[Sequence[Told]]) -> Set[str]:
    """Ids of the changes that every recipient was told as confirmed: when they were noticed no longer matters."""
    each = [{t.what.change_id for t in told if t.what.told_as == "confirmed"} for told in tellings]
    return set.intersection(*each) if each else set()


def _found(
    reader: Nouns, watch: Watch, known: KnownChange, proposition: str, now: datetime, settled: Set[str]
) -> Found:
    """A change and when it got its status. One that an analyst rejected does not hold, whatever the reports say."""
    change: Change = known.change
    if known.verdict == "reject":
        change = replace(change, status="reverted", reason=f"Rejected by {known.reviewed_by}: {known.review_reason}")
    since = known.recorded_at  # of the last row, which any further report adds
    if since >= now - freshness(watch.file.alerts) and change.id not in settled:
        for step in reversed(reader.change_history(watch.id, change.id)):
            if step.change.status != known.change.status:
                break
            since = step.recorded_at
    return Found(change, since, proposition)


def _context(reader: Nouns, watch: Watch, sender: str | None, now: datetime) -> AlertContext:
    wrong: list[str] = []
    list(recipients(watch, wrong))
    return AlertContext.of(watch, sender, reader.baseline(watch.id), [*undelivered(reader, watch.id, now), *wrong])


def undelivered(reader: Nouns, watch_id: str, now: datetime, stuck: int = STUCK_ATTEMPTS) -> list[str]:
    """A line for each recipient and reason for which messages of the watch were given up lately, or keep failing.

    ``stuck``: after so many attempts a message that still waits is worth a line.
    """
    counts: Counter[tuple[str, str, str]] = Counter()
    for alert in [*reader.alerts(watch_id, "failed"), *reader.alerts(watch_id, "pending")]:
        if not alert.last_error:
            continue
        if (
            alert.state == "failed"
            and now - alert.recorded_at < (GIVE_UP if alert.attempts > 1 else timedelta()) + RECENT
        ):
            counts[alert.item.recipient, "given up", alert.last_error] += 1
        elif alert.state == "pending" and alert.attempts >= stuck:
            counts[alert.item.recipient, "still waiting", alert.last_error] += 1
    return [
        one_line(f"{plural(count, 'message')} to {recipient}, {state}: {error}")
        for (recipient, state, error), count in sorted(counts.items())
    ]


def _items(
    reader: Nouns, watch: Watch, planned: Planned, told: Sequence[Told], codebook: Codebook, now: datetime
) -> list[Item]:
    ids = [i for telling in planned.tellings for i in (*telling.change.evidence, *telling.change.before)]
    statements = reader.statements_by_id(watch.id, ids) if ids else {}
    return [
        build_item(t.change, statements, watch, now, t.told_as, t.earlier, told=told, codebook=codebook)
        for t in planned.tellings
    ]


def _finished(
    recipient: Recipient,
    context: AlertContext,
    items: Sequence[Item],
    kind: Kind,
    now: datetime,
    *,
    planned: Planned | None = None,
    note: Note | None = None,
    incident: str = "",
    pictures: Sequence[Picture] = (),
) -> Draft:
    """One message in the form of its channel."""
    period, since = (planned.period, planned.since) if planned else (None, None)
    label = f"{kind} {incident}" if incident else kind
    identity = alert_id(context.watch_id, recipient.channel, recipient.key, label, items, since)
    mail: EmailMessage | None = None
    if recipient.channel == "mail":
        mail = compose(
            items,
            context,
            recipient.address,
            now,
            kind,
            period=period,
            since=since,
            note=note,
            identity=identity,
            pictures=pictures,
        )
        payload, title = mail.as_string(), str(mail["Subject"])
    elif recipient.channel == "webhook":
        payload = webhook_payload(items, context, identity, kind, now, note)
        title = one_line(str(kind))
    else:
        payload = apprise_payload(items, context, note)
        title = one_line(str(kind))
    item = OutboxItem(
        alert_id=identity,
        watch_id=context.watch_id,
        channel=recipient.channel,
        recipient=recipient.key,
        topic=TOPICS[kind],
        payload=payload,
        changes=tuple(_told_change(i) for i in items),
    )
    return Draft(recipient, item, title, mail)


def _told_change(item: Item) -> ToldChange:
    change = item.change
    return ToldChange(
        change_id=change.id,
        told_as=item.told_as,
        actor=change.actor,
        concept=change.concept,
        kind=change.kind,
        from_agreement=change.from_agreement,
        to_agreement=change.to_agreement,
        said_at=change.said_at,
        proposition=item.proposition,
    )
