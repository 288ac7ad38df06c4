"""Is everything in place? One line a check: what was looked at, whether it is well, and what to do if not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from extractors.errors import VoltefaceError
from flows.settings import Environment, Watch

LEAST_FREE_BYTES = 1_000_000_000


def examine(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    """Rows of ``check``, ``state`` (ok, warning, failed) and ``detail``. Changes nothing, greets the mail server."""
    yield _row("watch", "ok", f"{watch.path}: {len(watch.file.feed)} feeds, {len(watch.file.search)} searches")
    yield from _guarded("home", lambda: _home(environment))
    yield from _guarded("models", _models)
    yield from _guarded("ledger", lambda: _ledger(watch, environment))
    yield from _guarded("feeds", lambda: _feeds(watch, environment))
    yield from _guarded("mail", lambda: _mail(watch, environment))


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
    from extractors.attributions import extract_attributions
    from extractors.embeddings import embed

    embed(["a sentence"])
    found = extract_attributions("The mayor said on Monday that the bridge would stay closed until the spring.")
    state = "ok" if found else "failed"
    yield _row("models", state, f"tagger and embeddings load; {len(found)} attribution in the test sentence")


def _ledger(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    from storage.ledger import Snapshot

    with Snapshot(environment.home) as snapshot:
        runs = snapshot.runs(watch.id, 1)
        if not runs:
            yield _row(
                "ledger", "warning", "no pass over this watch was published yet: volteface run " + str(watch.path)
            )
            return
        run = runs[0]
        state = "ok" if run.status == "ok" else "warning"
        yield _row(
            "ledger", state, f"last pass {run.started_at:%Y-%m-%d %H:%M} UTC: {run.status} {run.error or ''}".strip()
        )


def _feeds(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    from storage.ledger import Snapshot

    with Snapshot(environment.home) as snapshot:
        states = snapshot.feed_states(watch.id)
    for state in states:
        if state.retired:
            yield _row("feed", "warning", f"{state.url}: gone for good; take it out of the watch")
        elif state.failures_in_a_row:
            detail = f"{state.url}: failed {state.failures_in_a_row} times in a row: {state.last_error}"
            yield _row("feed", "warning", detail)
    well = sum(not s.retired and not s.failures_in_a_row for s in states)
    yield _row("feeds", "ok" if well else "failed", f"{well} of {len(states)} feeds answer")


def _mail(watch: Watch, environment: Environment) -> Iterator[dict[str, str]]:
    from flows import outgoing
    from flows.smtp import check
    from storage.ledger import Snapshot

    if not watch.file.alerts.to:
        yield _row("mail", "warning", "[alerts] to is empty: nobody is told")
    elif environment.smtp is None:
        yield _row("mail", "failed", "no mail server is set: VOLTEFACE_SMTP_HOST and its fellows")
    else:
        yield _row("mail", "ok", check(environment.smtp))
    with Snapshot(environment.home) as snapshot:
        for line in outgoing.undelivered(snapshot, watch.id, datetime.now(UTC)):
            yield _row("outbox", "warning", line)
