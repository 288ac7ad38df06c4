"""Channels besides mail: a signed webhook, and whatever apprise can reach. Both go through the outbox like mail.

Addresses that hold secrets are never stored: the watch file and the outbox name the environment variable that holds
one, and it is looked up when a message is delivered. A plain webhook goes by its host and a short hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import certifi
import httpx2

from extractors.errors import SettingsError
from flows.alerts import AlertContext, Kind, Note, subject
from flows.delivery import Failure, Sender
from flows.items import Item, item_json
from flows.mailview import view
from flows.output import plain
from flows.settings import secret
from flows.watchfile import AlertsTable
from flows.wording import one_line, web_address
from storage.records import OutboxItem

SIGNATURE = "Volteface-Signature"
TIMEOUT_SECONDS = 20.0
FINAL = frozenset((410, 413, 422))
"""Statuses by which a receiver refuses this very message, or all for ever."""


# --- what is sent -----------------------------------------------------------------------------------------------


def webhook_payload(
    items: Sequence[Item], context: AlertContext, identity: str, kind: Kind, now: datetime, note: Note | None = None
) -> str:
    """The JSON that a webhook gets: ``changes`` as ``volteface changes --format json`` prints them."""
    body: dict[str, Any] = {
        "id": identity,
        "watch": context.watch_id,
        "kind": kind,
        "subject": subject(items, context, note),
        "created_at": now.astimezone(UTC),
        "changes": [item_json(item) for item in items],
    }
    if note:
        body["text"] = list(note.paragraphs)
    return json.dumps(plain(body), ensure_ascii=False)


def apprise_payload(items: Sequence[Item], context: AlertContext, note: Note | None = None) -> str:
    """Title and a few lines for chat programs and telephones."""
    lines = list(note.paragraphs) if note else []
    for item in items:
        shown = view(item, context.zone, "")
        lines += [shown["headline"], shown["move"], f"Said {shown['said']}; {shown['reports_line']}"]
        if item.reports:
            first = item.reports[0]
            link = web_address(first.url)
            lines += [f"> {first.words}", f"{first.outlet}{f', {link}' if link else ''}"]
        lines.append("")
    return json.dumps({"title": subject(items, context, note), "body": "\n".join(lines).strip()}, ensure_ascii=False)


# --- webhook ----------------------------------------------------------------------------------------------------


def webhook_label(target: str) -> str:
    """What the outbox calls a webhook: its environment variable, or scheme, host and a hash of the address."""
    if "://" not in target:
        return target
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.hostname or ''} {hashlib.sha256(target.encode()).hexdigest()[:12]}"


def address_in(env: Mapping[str, str], name: str) -> str | Failure:
    """The address in the environment variable ``name`` or in the file that ``name``_FILE names."""
    try:
        found = secret(env, name)
    except SettingsError as error:
        return Failure(one_line(str(error)))
    return found or Failure(f"the environment variable {name} is not set")


def sign(body: bytes, key: str, moment: datetime) -> str:
    """The signature header: the time in seconds and the HMAC-SHA256 of "time.body" under ``key``."""
    seconds = str(int(moment.timestamp()))
    return f"t={seconds},v1={_mac(seconds, body, key)}"


def verify(body: bytes, header: str, key: str, now: datetime, tolerance: timedelta = timedelta(minutes=5)) -> bool:
    """Whether ``header`` signs ``body`` under ``key`` and is not older than ``tolerance``: what a receiver checks."""
    fields = dict(part.partition("=")[::2] for part in header.split(","))
    seconds = fields.get("t", "")
    if not seconds.isdecimal() or abs(now.timestamp() - int(seconds)) > tolerance.total_seconds():
        return False
    return hmac.compare_digest(fields.get("v1", "").encode(), _mac(seconds, body, key).encode())


def _mac(seconds: str, body: bytes, key: str) -> str:
    return hmac.new(key.encode(), seconds.encode() + b"." + body, hashlib.sha256).hexdigest()


def webhook_address(target: str, env: Mapping[str, str]) -> str | Failure:
    """Where to post for the watch's ``target``, an address or the name of a variable that holds it."""
    url = target if "://" in target else address_in(env, target)
    if isinstance(url, str) and not re.match(r"https?://[^\s/]", url, re.IGNORECASE):
        return Failure(f"{target} holds no http or https address")
    return url


def webhook_sender(
    target: str | None,
    key: str | None,
    now: datetime,
    env: Mapping[str, str] | None = None,
    *,
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Sender:
    """A sender that posts to ``target``, signed with ``key`` at ``now``; ``env`` None: the process's environment."""

    def send(item: OutboxItem) -> Failure | None:
        if target is None or webhook_label(target) != item.recipient:
            return Failure(
                f"the webhook {one_line(item.recipient, 100)} is no longer in the watch file", permanent=True
            )
        if not key:
            return Failure("the webhook has no key to sign with; set VOLTEFACE_WEBHOOK_KEY", everyone=True)
        url = webhook_address(target, os.environ if env is None else env)
        return url if isinstance(url, Failure) else _post(url, item, key, now, timeout_seconds)

    return send


def _post(url: str, item: OutboxItem, key: str, now: datetime, timeout_seconds: float) -> Failure | None:
    body = item.payload.encode("utf-8")
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Volteface (webhook)",
        "Idempotency-Key": item.alert_id,
        SIGNATURE: sign(body, key, now),
    }
    where = urlsplit(url).hostname or "the webhook"
    try:
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        with (
            _silenced("httpx2", "httpcore2"),
            httpx2.Client(timeout=timeout_seconds, trust_env=False, follow_redirects=False, verify=context) as client,
            client.stream("POST", url, content=body, headers=headers) as response,
        ):
            status, wait = response.status_code, response.headers.get("retry-after", "")
    except httpx2.TimeoutException:
        return Failure(f"{where} gave no answer within {timeout_seconds:g} seconds", everyone=True)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, ValueError) as error:
        # the error's own words may hold the address and its token
        return Failure(f"{where} cannot be reached ({type(error).__name__})", everyone=True)
    if 200 <= status < 300:
        return None
    pause = timedelta(seconds=min(int(wait), 86400)) if wait.isdecimal() else None
    return Failure(f"{where} answers {status}", permanent=status in FINAL, retry_after=pause)


# --- apprise ----------------------------------------------------------------------------------------------------


def apprise_sender(env: Mapping[str, str] | None = None) -> Sender:
    """A sender for whatever URL the environment variable holds that the outbox names."""
    env = os.environ if env is None else env

    def send(item: OutboxItem) -> Failure | None:
        name = one_line(item.recipient, 80)
        try:
            import apprise
        except ImportError:
            return Failure("apprise is not installed; install volteface[apprise]", everyone=True)
        url = address_in(env, item.recipient)
        if isinstance(url, Failure):
            return url
        target = apprise.Apprise()
        with _silenced("apprise"):
            if not target.add(url):
                return Failure(f"{name} holds no URL that apprise knows")
            message = json.loads(item.payload)
            try:
                taken = target.notify(
                    title=message["title"], body=message["body"], body_format=apprise.NotifyFormat.TEXT
                )
            except Exception as error:  # a plugin's bug must not stop the pass, and its words may hold the URL
                return Failure(f"{name}: apprise failed ({type(error).__name__})")
        return None if taken else Failure(f"{name}: apprise could not deliver")

    return send


@contextmanager
def _silenced(*names: str) -> Iterator[None]:
    """Keep libraries' logs, in which addresses with tokens appear, away from ours while the block runs."""
    loggers = [logging.getLogger(name) for name in names]
    below = tuple(f"{name}." for name in names)
    loggers += [logging.getLogger(name) for name in logging.root.manager.loggerDict if name.startswith(below)]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, disabled in zip(loggers, before, strict=True):
            logger.disabled = disabled


def senders(
    rules: AlertsTable, webhook_key: str | None, now: datetime, env: Mapping[str, str] | None = None
) -> dict[str, Sender]:
    """The senders of a watch for every channel but mail, as ``mailer.deliver`` wants them."""
    return {"webhook": webhook_sender(rules.webhook, webhook_key, now, env), "apprise": apprise_sender(env)}
