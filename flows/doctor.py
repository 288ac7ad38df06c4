"""Is everything in place? One line a check: what was looked at, whether it is well, and what to do if not."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.util import find_spec

from extractors.errors import StorageError, VoltefaceError
from flows.settings import Environment, Watch
from storage.database import SNAPSHOT
from storage.ledger import Snapshot

LEAST_FREE_BYTES = 1_000_000_000


def examine(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    """Rows of ``check``, ``state`` (ok, warning, failed) and ``detail``.

    Changes nothing. The mail server is greeted and offered a mail to each recipient, and sent none.
    """
    yield _row("watch", "ok", f"{watch.path}: {len(watch.file.feed)} feeds, {len(watch.file.search)} searches")
    yield from _guarded("home", lambda: _home(environment))
    yield from _guarded("models", _models)
    yield from _guarded("recipients", lambda: _recipients(watch))
    yield from _guarded("mail", lambda: _mail(watch, environment))
    yield from _guarded("channels", lambda: _channels(watch, environment))
    try:
        snapshot = Snapshot(environment.home)
    except StorageError as error:
        first = not (environment.home / SNAPSHOT).exists()
        detail = f"nothing was published yet: volteface run {watch.path}" if first else str(error)
        yield _row("ledger", "warning" if first else "failed", detail)
        return
    with snapshot:
        yield from _guarded("ledger", lambda: _ledger(watch, snapshot))
        yield from _guarded("feeds", lambda: _feeds(watch, snapshot))
        yield from _guarded("outbox", lambda: _outbox(watch, snapshot))


def _guarded(name: str, check: Callable[[], Iterator[dict[str, str]]]) -> Iterator[dict[str, str]]:
    try:
        yield from check()
    except (VoltefaceError, OSError) as error:
        yield _row(name, "failed", str(error))


def _row(check: str, state: str, detail: str) -> dict[str, str]:
    return {"check": check, "state": state, "detail": detail}


def _home(environment: Environment) -> Iterator[dict[str, str]]:
    environment.home.mkdir(parents=True, exist_ok=True)
    probe = environment.home / ".writable"
    probe.touch()
    probe.unlink()
    free = shutil.disk_usage(environment.home).free
    state = "ok" if free > LEAST_FREE_BYTES else "warning"
    yield _row("home", state, f"{environment.home}: {free / 1e9:.1f} GB free")


def _models() -> Iterator[dict[str, str]]:
    from extractors.agreement import code_agreement
    from extractors.attributions import extract_attributions
    from extractors.concepts import match_concepts
    from extractors.models import Concept

    sentence = "The mayor said on Monday that the bridge would stay closed until the spring."
    bridge = Concept("bridge", "The bridge should be closed", ("bridge",))
    found = extract_attributions(sentence)
    sides = [code_agreement(sentence, a, m.concept) for a in found for m in match_concepts(sentence, a, [bridge])]
    state = "ok" if sides else "failed"
    yield _row("models", state, f"tagger, embeddings and sides load; {len(found)} attribution in the test sentence")


def _ledger(watch: Watch, snapshot: Snapshot) -> Iterator[dict[str, str]]:
    runs = snapshot.runs(watch.id, 1)
    if not runs:
        yield _row("ledger", "warning", f"no pass over this watch was published yet: volteface run {watch.path}")
        return
    run = runs[0]
    state = "ok" if run.status == "ok" else "warning"
    detail = f"last pass {run.started_at:%Y-%m-%d %H:%M} UTC: {run.status} {run.error or ''}"
    yield _row("ledger", state, detail.strip())


def _feeds(watch: Watch, snapshot: Snapshot) -> Iterator[dict[str, str]]:
    states = snapshot.feed_states(watch.id)
    for state in states:
        if state.retired:
            yield _row("feed", "warning", f"{state.url}: gone for good; take it out of the watch")
        elif state.failures_in_a_row:
            detail = f"{state.url}: failed {state.failures_in_a_row} times in a row: {state.last_error}"
            yield _row("feed", "warning", detail)
    well = sum(not s.retired and not s.failures_in_a_row for s in states)
    yield _row("feeds", "ok" if well or not states else "failed", f"{well} of {len(states)} feeds answer")


def _recipients(watch: Watch) -> Iterator[dict[str, str]]:
    from flows.outgoing import recipients

    problems: list[str] = []
    people = list(recipients(watch, problems))
    for problem in problems:
        yield _row("recipients", "failed", problem)
    if not people:
        advice = '[alerts] names nobody to tell; write to = ["you@example.org"]'
        yield _row("recipients", "warning", advice)
    else:
        yield _row("recipients", "ok", ", ".join(map(str, people)))


def _mail(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    from flows.outgoing import recipients
    from flows.smtp import check

    addresses = [r.address for r in recipients(watch) if r.channel == "mail"]
    if environment.smtp is None:
        if addresses:
            yield _row("mail", "failed", "no mail server is set: VOLTEFACE_SMTP_HOST and its fellows")
        return
    checked = check(environment.smtp, recipients=addresses)
    yield _row("mail", "ok", checked.line)
    for line in checked.refused:
        yield _row("mail", "failed", line)


def _channels(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    """Whether webhook and apprise have what they need; whether they take a message only a test message shows."""
    from flows.channels import address_in, webhook_address, webhook_label
    from flows.delivery import Failure

    rules = watch.file.alerts
    if rules.webhook:
        found = webhook_address(rules.webhook, os.environ)
        if isinstance(found, Failure):
            yield _row("webhook", "failed", found.reason)
        elif not environment.webhook_key:
            yield _row("webhook", "failed", "there is no key to sign with; set VOLTEFACE_WEBHOOK_KEY")
        else:
            yield _row("webhook", "ok", f"{webhook_label(rules.webhook)}; try it: volteface alerts {watch.path} --test")
    if rules.apprise and find_spec("apprise") is None:
        yield _row("apprise", "failed", "apprise is not installed; install volteface[apprise]")
    for name in rules.apprise:
        if isinstance(missing := address_in(os.environ, name), Failure):
            yield _row("apprise", "failed", missing.reason)


def _outbox(watch: Watch, snapshot: Snapshot) -> Iterator[dict[str, str]]:
    from flows.outgoing import undelivered

    waiting = snapshot.alerts(watch.id, "pending")
    for line in undelivered(snapshot, watch.id, datetime.now(UTC), stuck=1):
        yield _row("outbox", "warning", line)
    since = f", the oldest since {waiting[0].recorded_at:%Y-%m-%d %H:%M} UTC" if waiting else ""
    yield _row("outbox", "ok", f"{len(waiting)} messages wait{since}")
