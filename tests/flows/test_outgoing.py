"""From stored changes to delivered messages, through the real ledger and a real mail server; and killed on the way."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_string
from email.policy import SMTPUTF8
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from flows import channels, mailer, outgoing
from flows.alerts import Note
from flows.delivery import Outcome
from flows.settings import Smtp, Watch
from storage.ledger import Ledger
from tests.flows.alertkit import NOW, make_change, make_watch, store
from tests.flows.smtpd import mail_server

SENDER = "Volteface <volteface@desk.example>"
HALF_HOUR = timedelta(minutes=30)


def send_due(ledger: Ledger, watch: Watch, smtp: Smtp | None, now: datetime) -> list[Outcome]:
    """What a pass does after detection."""

    def record(outcome: Outcome) -> None:
        ledger.record_attempt(outcome.alert_id, now, error=outcome.error, next_try_at=outcome.next_try_at)

    due = ledger.claim_alerts(now, watch_id=watch.id)
    return mailer.deliver(due, smtp, now, record, channels.senders(watch.file.alerts, None, now, {}))


def queue(ledger: Ledger, watch: Watch, now: datetime = NOW) -> outgoing.Plan:
    with ledger.transaction() as tx:
        return outgoing.queue(tx, watch, SENDER, now)


def test_a_change_is_queued_once_and_delivered(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    (draft,) = queue(ledger, watch).drafts
    assert draft.subject == "Lindqvist reverses on new quay, now against (2 reports)"
    assert queue(ledger, watch).drafts == []
    with mail_server() as server:
        assert [o.error for o in send_due(ledger, watch, server.smtp(), NOW)] == [None]
        assert send_due(ledger, watch, server.smtp(), NOW + HALF_HOUR) == []
    (mail,) = server.taken
    assert draft.mail is not None and mail["Message-ID"] == draft.mail["Message-ID"]
    assert [a.state for a in ledger.alerts()] == ["sent"]


def test_one_person_on_three_watches_is_told_once(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "home")
    subjects = []
    for number, name in enumerate(("harbour", "quay", "port")):
        watch = make_watch(tmp_path, 'to = ["Desk <desk@example.org>", "DESK@example.org"]', name)
        store(ledger, watch, [make_change(1, id=f"of-{name}", said_at=make_change().said_at + timedelta(days=number))])
        subjects += [d.subject for d in queue(ledger, watch).drafts]
    assert len(subjects) == 1


def test_everybody_is_told_for_themselves(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["a@example.org", "b@example.org"]')
    ledger = Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    drafts = queue(ledger, watch).drafts
    assert [d.recipient.key for d in drafts] == ["a@example.org", "b@example.org"]
    assert len({d.item.alert_id for d in drafts}) == 2
    assert all("a@example.org" not in d.item.payload for d in drafts if d.recipient.key.startswith("b"))


def test_a_bad_address_is_a_problem_and_not_the_end(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["desk@-bad-.org", "desk@example.org"]')
    ledger = Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    plan = queue(ledger, watch)
    assert len(plan.drafts) == 1 and "desk@-bad-.org" in plan.problems[0] and "harbour.toml" in plan.problems[0]


def test_no_recipient_is_fine(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path, ""), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    assert queue(ledger, watch).drafts == []


def test_a_correction_hangs_under_what_it_corrects(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    (first,) = queue(ledger, watch).drafts
    later = NOW + HALF_HOUR
    ledger.save_changes(watch.id, [replace(make_change(1), status="reverted")], None, later)
    (second,) = queue(ledger, watch, later).drafts
    assert second.subject == "Correction: Lindqvist has not reversed on new quay"
    assert first.mail is not None and second.mail is not None
    assert first.mail["Message-ID"] == second.mail["In-Reply-To"]


def test_what_an_analyst_rejects_is_corrected(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    queue(ledger, watch)
    ledger.review_change(watch.id, "change1", "reject", "Ana", "She spoke of another quay", NOW + HALF_HOUR)
    (draft,) = queue(ledger, watch, NOW + HALF_HOUR).drafts
    assert draft.mail is not None and draft.item.topic == "correction"
    assert "Rejected by Ana: She spoke of another quay" in " ".join(draft.mail.as_string().split())


def test_a_further_report_does_not_make_an_old_change_news(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path, ""), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    later = NOW + timedelta(days=4)
    ledger.save_changes(watch.id, [make_change(1, independent_reports=3)], None, later)
    joined = make_watch(tmp_path)
    plan = queue(ledger, joined, later)
    assert plan.drafts == []
    assert [h.reason for h in plan.dropped["desk@example.org"]] == ["noticed too long ago to be news"]
    ledger.save_changes(watch.id, [replace(make_change(2, concept="night-shifts"), status="tentative")], None, NOW)
    ledger.save_changes(watch.id, [make_change(2, concept="night-shifts")], None, later)
    assert [d.subject for d in queue(ledger, joined, later).drafts] == [
        "Lindqvist reverses on night shifts, now against (2 reports)"
    ]


def test_a_week_without_a_server_loses_nothing(tmp_path: Path) -> None:
    watch, ledger = make_watch(tmp_path), Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    with ledger.transaction() as tx:
        outgoing.queue(tx, watch, None, NOW)
    now = NOW
    for _ in range(7 * 2):
        send_due(ledger, watch, None, now)
        now += timedelta(hours=12)
    assert outgoing.undelivered(ledger, watch.id, now) == [
        "1 message to desk@example.org, still waiting: no mail server is set; set VOLTEFACE_SMTP_HOST"
    ]
    with mail_server() as server:
        assert [o.error for o in send_due(ledger, watch, server.smtp(), now)] == [None]
    assert server.taken[0]["From"].addresses[0].addr_spec == "volteface@desk.example"


def test_what_cannot_be_delivered_is_in_the_next_mail_that_can(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["gone@example.org", "desk@example.org"]')
    ledger = Ledger(tmp_path / "home")
    store(ledger, watch, [make_change(1)])
    queue(ledger, watch)
    with mail_server() as server:
        first = min(ledger.alerts(), key=lambda a: a.item.alert_id).item.recipient
        server.faults.append("refuse recipient")
        send_due(ledger, watch, server.smtp(), NOW)
        later = NOW + timedelta(days=1)
        store(ledger, watch, [make_change(2, concept="night-shifts")], later)
        texts = [d.mail.as_string() for d in queue(ledger, watch, later).drafts if d.mail]
    line = f"1 message to {first}, given up: refuses the recipient: 550 5.1.1 no such user here"
    assert outgoing.undelivered(ledger, watch.id, later) == [line]
    body = message_from_string(texts[0], policy=SMTPUTF8).get_body(("plain",))  # type: ignore[attr-defined]
    assert line in " ".join(body.get_content().split())
    assert outgoing.undelivered(ledger, watch.id, NOW + timedelta(days=8)) == []


def test_notices_go_to_everybody_and_each_incident_once(tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["a@example.org"]\nwebhook = "https://hooks.example/in"')
    ledger = Ledger(tmp_path / "home")
    store(ledger, watch, [])
    note = Note("Volteface sees nothing", "All 3 feeds fail", ("Since 08:00.",), (("Feed", "https://x.example"),))
    for now in (NOW, NOW + HALF_HOUR):
        ledger.add_alerts(outgoing.notice(watch, SENDER, now, "warning", note, incident="since 08:00"), now)
    ledger.add_alerts(outgoing.notice(watch, SENDER, NOW, "recovery", note, incident="since 08:00"), NOW)
    assert Counter((a.item.channel, a.item.topic) for a in ledger.alerts()) == {
        ("mail", "notice"): 2,
        ("webhook", "notice"): 2,
    }
    assert "/in" not in "".join(a.item.recipient + a.item.payload for a in ledger.alerts())


# --- killed on the way --------------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process dies here."""


PACKAGES = tuple(str(Path(__file__).parents[2] / name) + os.sep for name in ("flows", "storage"))


@contextmanager
def death_at(place: str, call: int, die: Callable[[], None]) -> Iterator[Counter[str]]:
    """Die at the ``call``-th call of a function of ours in the file ``place``; yields the calls of each file so far."""
    calls: Counter[str] = Counter()

    def trace(frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGES):
            name = Path(frame.f_code.co_filename).name
            calls[name] += 1
            if name == place and calls[name] == call:
                sys.settrace(None)
                die()

    sys.settrace(trace)
    try:
        yield calls
    finally:
        sys.settrace(None)


def one_pass(home: Path, watch: Watch, smtp: Smtp, number: int, now: datetime) -> None:
    """Detection finds (or finds again) all changes so far and queues their alerts; then delivery."""
    ledger = Ledger(home)
    changes = [make_change(n, concept=f"concept-{n}", evidence=(), before=()) for n in range(number + 1)]
    with ledger.transaction() as tx:
        tx.save_changes(watch.id, changes, None, now)
        outgoing.queue(tx, watch, SENDER, now)
    send_due(ledger, watch, smtp, now)


def raise_killed() -> None:
    raise Killed


@pytest.mark.timeout(900)  # a minute of computing, more where others compute too
def test_two_hundred_kills_lose_nothing_and_double_nothing_unrecognisably(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    watch, home = make_watch(tmp_path), tmp_path / "home"
    store(Ledger(home), watch, [])
    now, kills, rounds = NOW, 0, 200
    with mail_server() as server:
        smtp = server.smtp()
        calls = calls_of_a_pass(home, watch, smtp)
        for number in range(1, rounds + 1):
            now += HALF_HOUR
            # any file is as likely as any other, so that every stage of the way sees its share of deaths
            place = chance.choice(sorted(calls))
            try:
                with death_at(place, chance.randint(1, calls[place]), raise_killed):
                    one_pass(home, watch, smtp, number, now)
            except Killed:
                kills += 1
        for _ in range(3):
            now += HALF_HOUR
            one_pass(home, watch, smtp, rounds, now)
    assert kills > rounds * 0.7
    assert len(server.taken) > len(set(server.ids())) > 30  # deaths struck after mails were taken, too
    _all_delivered(Ledger(home), server, rounds + 1, kills)


def calls_of_a_pass(home: Path, watch: Watch, smtp: Smtp) -> Counter[str]:
    """How often a pass with one new change calls functions of each of our files."""
    with death_at("", 0, raise_killed) as calls:
        one_pass(home, watch, smtp, 0, NOW)
    assert {"outgoing.py", "rules.py", "alerts.py", "outbox.py", "mailer.py", "smtp.py", "delivery.py"} <= set(calls)
    return calls


def _all_delivered(ledger: Ledger, server: Any, changes: int, kills: int) -> None:
    """Every change was told in exactly one message; messages that came twice are the same to the byte."""
    alerts = ledger.alerts()
    assert {a.state for a in alerts} == {"sent"}
    told = Counter(c.change_id for a in alerts for c in a.item.changes)
    assert len(told) == changes and set(told.values()) == {1}
    arrived: dict[str, set[bytes]] = {}
    for mail in server.taken:
        arrived.setdefault(str(mail["Message-ID"]), set()).add(mail.as_bytes())
    assert {i.strip("<>").partition(".")[0] for i in arrived} == {a.item.alert_id for a in alerts}
    assert all(len(forms) == 1 for forms in arrived.values())
    assert len(server.taken) - len(arrived) <= kills


CHILD = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from flows.settings import Smtp, load_watch
from tests.flows.test_outgoing import death_at, one_pass
home, watch, port, number, now, place, call = sys.argv[1:]
smtp = Smtp("127.0.0.1", int(port), "none", "Volteface <volteface@desk.example>", timeout_seconds=5)
with death_at(place, int(call), lambda: os.kill(os.getpid(), signal.SIGKILL)):
    one_pass(Path(home), load_watch(watch), smtp, int(number), datetime.fromisoformat(now))
"""


def test_processes_that_are_really_killed(tmp_path: Path) -> None:
    chance = random.Random(7)
    watch, home = make_watch(tmp_path), tmp_path / "home"
    store(Ledger(home), watch, [])
    now, killed = NOW, 0
    with mail_server() as server:
        calls = calls_of_a_pass(home, watch, server.smtp())
        for number in range(1, 9):
            now += HALF_HOUR
            place = chance.choice(["outbox.py", "mailer.py", "smtp.py", "delivery.py"] if number % 2 else sorted(calls))
            where = [str(home), str(watch.path), str(server.port), str(number), now.isoformat()]
            when = [place, str(chance.randint(1, calls[place]))]
            root = Path(__file__).parents[2]
            ended = subprocess.run([sys.executable, "-c", CHILD, *where, *when], cwd=root, check=False)
            assert ended.returncode in (0, -signal.SIGKILL)
            killed += ended.returncode != 0
        for _ in range(3):
            now += HALF_HOUR
            one_pass(home, watch, server.smtp(), 8, now)
    assert killed >= 4
    _all_delivered(Ledger(home), server, 9, killed)
