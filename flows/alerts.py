"""Changes -> EmailMessage. Pure: the clock, the watch and everything told are arguments.

Message-ID and content follow from what is told to whom, so that composing the same message twice gives the same bytes:
a mail that a server took just before it died can arrive twice, but is recognisable as one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import parseaddr
from typing import Any, Literal

import idna

from extractors.errors import SettingsError
from extractors.models import Version
from flows.hours import Period
from flows.items import Item, headline, subject_of
from flows.mailpage import render_html, render_text
from flows.mailview import view
from flows.pictures import MATRIX, Picture
from flows.settings import Watch
from flows.wording import day, one_line, plural, web_address

NO_DOMAIN = "volteface.invalid"
"""In Message-IDs that are made before a sender is known."""
THREAD = 10
"""Earlier mails that References names."""
Kind = Literal["immediate", "digest", "correction", "test", "warning", "recovery"]


@dataclass(frozen=True)
class AlertContext:
    """What all messages of a watch have in common."""

    watch_id: str
    title: str
    watch_file: str
    """Its name, for the commands that a mail suggests."""
    sender: str | None = None
    """"name@example.org" or "Name <name@example.org>"; None: the mailer knows it, when there is a mail server."""
    baseline_outlet: str = ""
    baseline_title: str = ""
    baseline_url: str | None = None
    baseline_day: datetime | None = None
    unsubscribe: str | None = None
    zone: tzinfo = UTC
    undelivered: tuple[str, ...] = ()
    """A line for each earlier message that could not be delivered, for people."""

    @classmethod
    def of(
        cls, watch: Watch, sender: str | None, baseline: Version | None = None, undelivered: Sequence[str] = ()
    ) -> AlertContext:
        """From the watch file and the baseline that it adopted, where there is one yet.

        A ``sender`` that is no address counts as none: the mails wait in the outbox until the mailer is given another.
        """
        given, rules = watch.file.baseline, watch.file.alerts
        return cls(
            watch_id=watch.id,
            title=one_line(watch.title, 120),
            watch_file=one_line(watch.path.name),
            sender=sender if sender and _is_address(sender) else None,
            baseline_outlet=one_line(baseline.outlet if baseline else given.outlet, 80),
            baseline_title=one_line((baseline.title if baseline else given.title) or "", 160),
            baseline_url=web_address(baseline.url if baseline else given.url or ""),
            baseline_day=baseline.published_at if baseline else given.published_at,
            unsubscribe=rules.unsubscribe,
            zone=rules.quiet_hours.zone if rules.quiet_hours else UTC,
            undelivered=tuple(one_line(line) for line in undelivered),
        )


@dataclass(frozen=True)
class Note:
    """What a message without changes says: a test, a warning that the watch has gone blind, or its recovery."""

    subject: str
    headline: str
    paragraphs: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = field(default=())


def compose(
    items: Sequence[Item],
    context: AlertContext,
    recipient: str,
    now: datetime,
    kind: Kind = "immediate",
    *,
    period: Period | None = None,
    since: datetime | None = None,
    note: Note | None = None,
    identity: str | None = None,
    pictures: Sequence[Picture] = (),
) -> EmailMessage:
    """One mail to one recipient, text and HTML.

    ``items``: what it tells, none for notes and for the digest that says that nothing changed; ``period`` and ``since``
    (start) are a digest's; ``identity``: what makes this message the same as another one, default what it tells to
    whom. ``pictures`` travel in the mail, beside its HTML. Raises SettingsError for an address that cannot be written
    to.
    """
    to = mail_address(recipient)
    sender = mail_address(context.sender) if context.sender else None
    domain = sender.domain if sender else NO_DOMAIN
    identity = identity or alert_id(context.watch_id, "mail", recipient, kind, items, since)
    utf8 = not (to.username + (sender.username if sender else "")).isascii()
    message = EmailMessage(policy=SMTPUTF8 if utf8 else SMTP)
    message["Subject"] = subject(items, context, note)
    if sender:
        message["From"] = sender
    message["To"] = to
    message["Date"] = now.astimezone(context.zone)
    message["Message-ID"] = message_id(identity, domain)
    for name, value in _threading(items, context, recipient, domain).items():
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Id"] = f"<{context.watch_id}.volteface.{domain}>"
    if link := unsubscribe_link(context.unsubscribe):
        message["List-Unsubscribe"] = link
    message["Content-Language"] = "en"
    page = _page(items, context, now, kind, period, since, note, subject(items, context, note))
    names = {p.about: f"picture{number}.{identity[:24]}@{domain}" for number, p in enumerate(pictures, 1)}
    page["pictures"] = {p.about: {"cid": names[p.about], "alt": p.alt, "width": p.width} for p in pictures}
    page["matrix"] = page["pictures"].get(MATRIX)
    message.set_content(render_text(page), cte="quoted-printable")
    message.add_alternative(render_html(page), subtype="html", cte="quoted-printable")
    if pictures:
        _attach(message, pictures, names, identity)
    message.set_boundary(f"=_{identity[:40]}_=")  # else it is random
    return message


def _attach(message: EmailMessage, pictures: Sequence[Picture], names: dict[str, str], identity: str) -> None:
    """Put the pictures beside the HTML that shows them. Their boundary, too, would be random otherwise."""
    body = message.get_body(("html",))
    assert body is not None  # it has just been added
    for number, picture in enumerate(pictures, 1):
        cid, name = f"<{names[picture.about]}>", f"picture{number}.png"
        body.add_related(picture.data, "image", "png", cid=cid, disposition="inline", filename=name)
    body.set_boundary(f"=_{identity[:34]}_html_=")


# --- identity ---------------------------------------------------------------------------------------------------


def alert_id(
    watch_id: str, channel: str, recipient: str, kind: str, items: Sequence[Item], since: datetime | None = None
) -> str:
    """The identity of a message: what it tells, as what, to whom; and the period of a digest that tells nothing."""
    told = sorted(f"{item.change.id} {item.told_as}" for item in items)
    parts = [watch_id, channel, person(recipient) if channel == "mail" else recipient, kind, *told]
    if not items and since:
        parts.append(since.astimezone(UTC).isoformat())
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def message_id(identity: str, domain: str) -> str:
    """The Message-ID of the message with this identity."""
    return f"<{identity}.volteface@{domain}>"


def person(recipient: str) -> str:
    """A recipient as one person, however the address is written: bare, folded, its domain in ASCII."""
    address = mail_address(recipient)
    return f"{address.username}@{address.domain}".casefold()


def mail_address(text: str) -> Address:
    """ "Name <name@example.org>" taken apart, an international domain in its ASCII form.

    Raises SettingsError that names the address where it is none.
    """
    name, bare = parseaddr(text) if text.isprintable() else ("", "")
    local, _, domain = bare.rpartition("@")
    try:
        if text.strip() != bare and not text.rstrip().endswith(f"<{bare}>"):
            raise ValueError("more than an address")
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
        if not re.fullmatch(r"[^\s<>()\[\]:;@\\,\"]+", local) or ".." in bare:
            raise ValueError("no name")
        if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?", ascii_domain):
            raise ValueError("no domain")
        return Address(display_name=one_line(name, 80), username=local, domain=ascii_domain.lower())
    except (ValueError, idna.IDNAError):
        problem = f'"{one_line(text, 100)}" is not a mail address'
        raise SettingsError("[alerts] to", problem, "Write name@example.org") from None


def _is_address(text: str) -> bool:
    try:
        mail_address(text)
    except SettingsError:
        return False
    return True


def unsubscribe_link(address: str | None) -> str | None:
    """The value of List-Unsubscribe for a mailto: or https: or mail address, None for anything else."""
    if not address:
        return None
    link = f"mailto:{address}" if re.fullmatch(r"[^\s<>:@]+@[^\s<>:@]+", address) else address
    return f"<{link}>" if re.fullmatch(r"(?:mailto:[!-;=?-~]+@|https://)[!-;=?-~]+", link) else None


def _threading(items: Sequence[Item], context: AlertContext, recipient: str, domain: str) -> dict[str, str]:
    """References for a mail about one actor and concept: a root that all of them share, then the mail before."""
    pairs = {(item.change.actor, item.change.concept) for item in items}
    if len(pairs) != 1:
        return {}
    seed = "\n".join([context.watch_id, person(recipient), *pairs.pop()])
    root = message_id("thread." + hashlib.sha256(seed.encode()).hexdigest()[:40], domain)
    before = sorted({(t.told_at, t.alert_id) for item in items for t in item.thread})
    chain = [root, *(message_id(alert, domain) for _, alert in before[-THREAD:])]
    return {"In-Reply-To": chain[-1], "References": " ".join(chain)}


# --- words ------------------------------------------------------------------------------------------------------


def subject(items: Sequence[Item], context: AlertContext, note: Note | None = None) -> str:
    """The subject, one line. With several changes it leads with the first: phones show little more."""
    if note is not None:
        return one_line(note.subject, 150)
    if not items:
        return one_line(f"Nothing changed: {context.title}", 150)
    lead = in_order(items)[0]
    prefix = "Unconfirmed: " if lead.told_as == "tentative" else ""
    if len(items) == 1:
        return one_line(prefix + subject_of(lead), 150)
    rest = f" (and {len(items) - 1} more)"
    return one_line(prefix + headline(lead), 150 - len(rest)) + rest


def in_order(items: Sequence[Item]) -> list[Item]:
    """Corrections first, then the largest confirmed changes, tentative ones last."""
    rank = {"corrected": 0, "restored": 1, "confirmed": 2, "tentative": 3}
    kinds = ["reversed", "softened", "hardened", "new_concept", "new_actor", "reaffirmed"]
    return sorted(
        items,
        key=lambda i: (
            rank[i.told_as],
            kinds.index(i.change.kind),
            -i.change.independent_reports,
            i.change.said_at,
            i.change.id,
        ),
    )


def _page(
    items: Sequence[Item],
    context: AlertContext,
    now: datetime,
    kind: Kind,
    period: Period | None,
    since: datetime | None,
    note: Note | None,
    subject_line: str,
) -> dict[str, Any]:
    """What both templates show, in words already."""
    ordered = in_order(items)
    baseline = _baseline(context)
    views = [{**view(item, context.zone, baseline), "id": item.change.id} for item in ordered]
    span = f"{day(since, context.zone)} to {day(now, context.zone)}" if since else day(now, context.zone)
    if note is not None:
        title = note.headline
    elif not items:
        title = "Nothing changed"
    elif len(items) == 1 or len({(i.change.actor, i.change.concept) for i in items}) == 1:
        title = views[0]["headline"]
    else:
        title = _count_line(ordered)
    return {
        "context": context,
        "subject": subject_line,
        "kind": kind,
        "kicker": f"{period.capitalize()} digest, {span}" if period else "",
        "title": title,
        "preview": views[0]["move"] if views else " ".join(note.paragraphs[:1]) if note else "",
        "items": views,
        "baseline": baseline,
        "note": note,
        "since": day(since, context.zone) if since else "",
        "mutes": [item.mute for item in ordered if item.told_as != "corrected"],
        "unsubscribe": (unsubscribe_link(context.unsubscribe) or "").strip("<>").removeprefix("mailto:"),
        "unsubscribe_url": (unsubscribe_link(context.unsubscribe) or "").strip("<>"),
        "changes_command": f"volteface changes {context.watch_file}",
    }


def _count_line(items: Sequence[Item]) -> str:
    """ "1 correction, 3 changes, 2 not confirmed yet"."""
    counts = [
        sum(item.told_as in names for item in items)
        for names in (("corrected",), ("confirmed", "restored"), ("tentative",))
    ]
    parts = [
        plural(counts[0], "correction") if counts[0] else "",
        plural(counts[1], "change") if counts[1] else "",
        f"{counts[2]} not confirmed yet" if counts[2] else "",
    ]
    return ", ".join(part for part in parts if part)


def _baseline(context: AlertContext) -> str:
    """ "NBC News, 3 December 2025"."""
    when = f", {day(context.baseline_day, context.zone)}" if context.baseline_day else ""
    return f"{context.baseline_outlet}{when}" if context.baseline_outlet else "the baseline"
