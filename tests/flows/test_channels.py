"""Webhooks against a real HTTP server, and apprise; both through the outbox."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from flows import mailer, outgoing
from flows.channels import SIGNATURE, apprise_sender, senders, sign, verify, webhook_label
from flows.delivery import BACKOFF, Outcome
from flows.output import plain
from flows.reading import change_rows
from flows.settings import Watch
from storage.ledger import Ledger, Snapshot
from storage.records import Alert, OutboxItem
from tests.flows.alertkit import NOW, make_change, make_watch, store
from tests.flows.smtpd import closed_port, mute_server

KEY = "a key that nobody knows"


@dataclass
class Hook:
    """A receiver: answers with ``answers`` in turn, then 204, and keeps what came."""

    url: str = ""
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def hook() -> Iterator[Hook]:
    state = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            state.got.append((self.path, dict(self.headers), body))
            status, headers = state.answers.pop(0) if state.answers else (204, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    state.url = f"http://127.0.0.1:{server.server_port}/in?token=s3cret"
    yield state
    server.shutdown()
    server.server_close()


HOOK = 'webhook = "DESK_HOOK"'


def hooked(tmp_path: Path) -> tuple[Watch, Ledger]:
    watch, ledger = make_watch(tmp_path, HOOK), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    with ledger.transaction() as tx:
        outgoing.queue(tx, watch, None, NOW)
    return watch, ledger


def send_due(watch: Watch, ledger: Ledger, url: str, now: datetime = NOW, key: str | None = KEY) -> list[Outcome]:
    def record(outcome: Outcome) -> None:
        ledger.record_attempt(outcome.alert_id, now, error=outcome.error, next_try_at=outcome.next_try_at)

    due = ledger.claim_alerts(now, watch_id=watch.id)
    return mailer.deliver(due, None, now, record, senders(watch.file.alerts, key, now, {"DESK_HOOK": url}))


def test_changes_arrive_signed(tmp_path: Path, hook: Hook) -> None:
    watch, ledger = hooked(tmp_path)
    (outcome,) = send_due(watch, ledger, hook.url)
    assert outcome.error is None
    ((path, headers, body),) = hook.got
    assert path == "/in?token=s3cret" and headers["Content-Type"].startswith("application/json")
    assert verify(body, headers[SIGNATURE], KEY, NOW)
    message = json.loads(body)
    assert (message["watch"], message["kind"]) == ("harbour", "immediate")
    assert headers["Idempotency-Key"] == message["id"] == outcome.alert_id
    (change,) = message["changes"]
    expected = {
        "actor": "Mara Lindqvist",
        "concept": "new-quay",
        "kind": "reversed",
        "from": 2,
        "to": -1,
        "status": "confirmed",
        "said_at": "2026-03-01",
        "independent_reports": 2,
    }
    assert {name: change[name] for name in expected} == expected
    assert change["evidence"][0] == {
        "url": "https://harbour-gazette.example/change1-0",
        "outlet": "Harbour Gazette",
        "published_at": "2026-03-01T18:00:00Z",
        "text": "the quay can wait, report 0",
        "start": 9,
        "end": 36,
        "version_id": "harbour-v-change1-0",
        "copies": [],
    }
    assert send_due(watch, ledger, hook.url, NOW + timedelta(hours=1)) == [] and len(hook.got) == 1


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (500, {}, BACKOFF[0]),
        (503, {"Retry-After": "7200"}, timedelta(hours=2)),
        (503, {"Retry-After": "Tue, 03 Mar 2026 00:00:00 GMT"}, BACKOFF[0]),
        (429, {"Retry-After": "99999999"}, timedelta(days=1)),
        (404, {}, BACKOFF[0]),
        (401, {}, BACKOFF[0]),
        (302, {"Location": "http://127.0.0.1:1/elsewhere"}, BACKOFF[0]),
        (410, {}, None),
        (422, {}, None),
    ],
)
def test_refusals_are_tried_again_through_the_outbox(
    tmp_path: Path, hook: Hook, status: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    hook.answers.append((status, headers))
    watch, ledger = hooked(tmp_path)
    (outcome,) = send_due(watch, ledger, hook.url)
    assert outcome.error == f"127.0.0.1 answers {status}"
    assert outcome.next_try_at == (NOW + wait if wait else None)
    later = NOW + timedelta(days=2)
    again = send_due(watch, ledger, hook.url, later)
    if wait is None:
        assert again == [] and [a.state for a in ledger.alerts()] == ["failed"]
    else:
        assert [o.error for o in again] == [None] and [a.state for a in ledger.alerts()] == ["sent"]
        assert hook.got[0][2] == hook.got[1][2]  # the same body; signed anew, at its own time
        assert verify(hook.got[1][2], hook.got[1][1][SIGNATURE], KEY, later)


def test_nobody_there(tmp_path: Path) -> None:
    watch, ledger = hooked(tmp_path)
    (outcome,) = send_due(watch, ledger, f"http://127.0.0.1:{closed_port()}/in?token=s3cret")
    assert outcome.error == "127.0.0.1 cannot be reached (ConnectError)" and outcome.next_try_at


def test_no_answer() -> None:
    from flows.channels import webhook_sender

    with mute_server() as port:
        url = f"http://127.0.0.1:{port}/"
        item = OutboxItem("x", "harbour", "webhook", webhook_label(url), "change", "{}")
        failure = webhook_sender(url, KEY, NOW, timeout_seconds=0.3)(item)
    assert failure is not None and failure.reason == "127.0.0.1 gave no answer within 0.3 seconds"


def test_no_key_no_message(tmp_path: Path, hook: Hook) -> None:
    watch, ledger = hooked(tmp_path)
    (outcome,) = send_due(watch, ledger, hook.url, key=None)
    assert outcome.next_try_at and "set VOLTEFACE_WEBHOOK_KEY" in (outcome.error or "") and hook.got == []


def test_a_webhook_that_left_the_watch_file_gets_nothing(tmp_path: Path, hook: Hook) -> None:
    _, ledger = hooked(tmp_path)
    changed = make_watch(tmp_path, 'webhook = "https://hooks.example/in"')
    (outcome,) = send_due(changed, ledger, hook.url)
    assert outcome.next_try_at is None and "no longer in the watch file" in (outcome.error or "") and hook.got == []


def test_tokens_are_neither_stored_nor_told(tmp_path: Path, hook: Hook, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    hook.answers.append((500, {}))
    watch, ledger = hooked(tmp_path)
    outcomes = send_due(watch, ledger, hook.url)
    with ledger.transaction() as tx:
        plan = outgoing.plan(tx, make_watch(tmp_path, f'{HOOK}\nto = ["a@b.example"]'), None, NOW)
    assert [str(draft.recipient) for draft in plan.drafts] == ["a@b.example"] and "s3cret" not in repr(plan)
    kept = "".join(repr(alert) for alert in ledger.alerts()) + repr(outcomes)
    assert "s3cret" not in kept and "DESK_HOOK" in kept
    assert "s3cret" not in caplog.text and len(hook.got) == 1


@pytest.mark.parametrize(
    ("body", "key", "seconds", "good"),
    [
        (b"{}", KEY, 0, True),
        (b"{}", KEY, 299, True),
        (b"{}", KEY, 301, False),
        (b"{}", KEY, -301, False),
        (b"{} ", KEY, 0, False),
        (b"{}", "another key", 0, False),
    ],
)
def test_signatures(body: bytes, key: str, seconds: int, good: bool) -> None:
    assert verify(body, sign(b"{}", KEY, NOW), key, NOW + timedelta(seconds=seconds)) is good


@pytest.mark.parametrize("header", ["", "t=1", "v1=abc", "t=x,v1=é", "t=,v1=", "t=1772443800"])
def test_signatures_that_are_none(header: str) -> None:
    assert not verify(b"{}", header, KEY, NOW)


# --- apprise ------------------------------------------------------------------------------------------------------


def apprised(tmp_path: Path) -> list[Alert]:
    watch, ledger = make_watch(tmp_path, 'apprise = ["DESK_CHAT"]'), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    with ledger.transaction() as tx:
        outgoing.queue(tx, watch, None, NOW)
    return ledger.claim_alerts(NOW)


def test_apprise_reaches_what_the_environment_names(tmp_path: Path, hook: Hook) -> None:
    pytest.importorskip("apprise")
    address = hook.url.partition("?")[0].replace("http://", "json://")
    (alert,) = apprised(tmp_path)
    assert alert.item.recipient == "DESK_CHAT"
    assert apprise_sender({"DESK_CHAT": address})(alert.item) is None
    message = json.loads(hook.got[0][2])
    assert message["title"] == "Lindqvist reverses on new quay, now against (2 reports)"
    assert "+2 supports → -1 rejects" in message["message"]
    assert "https://harbour-gazette.example/change1-0" in message["message"]


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "the environment variable DESK_CHAT is not set"),
        ({"DESK_CHAT": "s3cret"}, "DESK_CHAT holds no URL that apprise knows"),
        ({"DESK_CHAT": "nonsense://s3cret"}, "DESK_CHAT holds no URL that apprise knows"),
        ({"DESK_CHAT": "json://user:s3cret@127.0.0.1:1/"}, "DESK_CHAT: apprise could not deliver"),
    ],
)
def test_apprise_failures_wait_and_keep_the_secret(
    tmp_path: Path, env: dict[str, str], said: str, caplog: pytest.LogCaptureFixture
) -> None:
    pytest.importorskip("apprise")
    caplog.set_level(logging.DEBUG)
    alerts = apprised(tmp_path)
    (outcome,) = mailer.deliver(alerts, None, NOW, lambda _: None, {"apprise": apprise_sender(env)})
    assert outcome.error == said and outcome.next_try_at == NOW + BACKOFF[0]
    assert "s3cret" not in caplog.text


def test_apprise_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    (outcome,) = mailer.deliver(apprised(tmp_path), None, NOW, lambda _: None, {"apprise": apprise_sender({})})
    assert outcome.error == "apprise is not installed; install volteface[apprise]" and outcome.next_try_at


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({}, "the environment variable DESK_HOOK is not set"),
        ({"DESK_HOOK": "s3cret"}, "DESK_HOOK holds no http or https address"),
        ({"DESK_HOOK_FILE": "/nonexistent/hook"}, "DESK_HOOK_FILE: cannot read /nonexistent/hook"),
    ],
)
def test_an_address_that_is_missing_is_waited_for(tmp_path: Path, env: dict[str, str], said: str) -> None:
    watch, ledger = hooked(tmp_path)
    due = ledger.claim_alerts(NOW)
    ready = senders(watch.file.alerts, KEY, NOW, env)
    (outcome,) = mailer.deliver(due, None, NOW, lambda _: None, ready)
    assert (outcome.error or "").startswith(said) and outcome.next_try_at and "s3cret" not in (outcome.error or "")


def test_an_address_may_lie_in_a_file(tmp_path: Path, hook: Hook) -> None:
    (tmp_path / "hook").write_text(f"{hook.url}\n")
    watch, ledger = hooked(tmp_path)
    ready = senders(watch.file.alerts, KEY, NOW, {"DESK_HOOK_FILE": str(tmp_path / "hook")})
    (outcome,) = mailer.deliver(ledger.claim_alerts(NOW), None, NOW, lambda _: None, ready)
    assert outcome.error is None and hook.got[0][0] == "/in?token=s3cret"


def test_a_webhook_gets_what_changes_prints(tmp_path: Path, hook: Hook) -> None:
    watch, ledger = hooked(tmp_path)
    send_due(watch, ledger, hook.url)
    (sent,) = json.loads(hook.got[0][2])["changes"]
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as snapshot:
        (printed,) = plain(change_rows(snapshot, watch.id, None, ["confirmed"]))
    assert {name: sent[name] for name in printed if name != "evidence"} == {
        name: printed[name] for name in printed if name != "evidence"
    }
    for ours, theirs in zip(sent["evidence"], printed["evidence"], strict=True):
        assert ours.items() >= theirs.items()


def test_each_webhook_has_a_name_of_its_own() -> None:
    labels = {webhook_label(u) for u in ("https://h.example/a", "https://h.example/b", "https://h.example/a?x")}
    assert len(labels) == 3 and all(label.startswith("https://h.example ") for label in labels)
