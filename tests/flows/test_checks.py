"""``volteface alerts`` and ``doctor`` on the command line, against a mail server that misbehaves on command."""

from __future__ import annotations

import email
import json
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTPUTF8
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from extractors.errors import DeliveryError, SettingsError, VoltefaceError
from flows import outgoing
from flows.cli import cli
from storage.ledger import Ledger
from tests.flows.alertkit import make_change, make_watch, store
from tests.flows.smtpd import Fault, MailServer, closed_port, mail_server, mute_server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
SUBJECT = "Lindqvist reverses on new quay, now against (2 reports)"


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


class Desk:
    """A watch with its home, and the environment that leads to a mail server."""

    def __init__(self, folder: Path, alerts: str = 'to = ["desk@example.org"]') -> None:
        self.watch = make_watch(folder, alerts)
        self.ledger = Ledger(folder / "home")
        self.now = datetime.now(UTC).replace(microsecond=0)
        self.env = {"VOLTEFACE_HOME": str(self.ledger.home), "VOLTEFACE_SMTP_TIMEOUT": "5"}

    def leads_to(self, port: int, security: str = "none", **more: str) -> Desk:
        self.env |= {
            "VOLTEFACE_SMTP_HOST": "127.0.0.1",
            "VOLTEFACE_SMTP_PORT": str(port),
            "VOLTEFACE_SMTP_SECURITY": security,
            "VOLTEFACE_MAIL_FROM": "Volteface <volteface@desk.example>",
            **more,
        }
        return self

    def published(self, queued: bool = False) -> Desk:
        """With a change that was found just now, told to the outbox or not."""
        store(self.ledger, self.watch, [make_change(1)], self.now)
        if queued:
            with self.ledger.transaction() as tx:
                outgoing.queue(tx, self.watch, "volteface@desk.example", self.now)
        self.ledger.publish_snapshot()
        return self

    def run(self, *arguments: str) -> Result:
        done = CliRunner().invoke(cli, [arguments[0], str(self.watch.path), *arguments[1:]], env=self.env)
        assert done.exception is None or isinstance(done.exception, VoltefaceError | SystemExit), done.exception
        return done

    def doctor(self) -> dict[str, list[tuple[str, str]]]:
        """State and detail of each check."""
        rows: dict[str, list[tuple[str, str]]] = {}
        for row in json.loads(self.run("doctor", "--format", "json").stdout):
            rows.setdefault(row["check"], []).append((row["state"], row["detail"]))
        return rows


def words(mail: EmailMessage) -> str:
    """The plain text of a mail, on one line."""
    body = mail.get_body(("plain",))
    return " ".join(str(body.get_content()).split()) if body else ""


# --- preview ------------------------------------------------------------------------------------------------------


def test_a_preview_shows_on_the_terminal_and_in_files_what_would_be_sent(tmp_path: Path, server: MailServer) -> None:
    desk = Desk(tmp_path).leads_to(server.port).published()
    done = desk.run("alerts", "--preview", "--to", str(tmp_path / "out"))
    assert done.exit_code == 0
    assert f"To desk@example.org: {SUBJECT}" in done.output and "the quay can wait, report 1" in done.output
    mail = email.message_from_bytes((tmp_path / "out" / "001.eml").read_bytes(), policy=SMTPUTF8)
    assert mail["Subject"] == SUBJECT and mail["From"].addresses[0].addr_spec == "volteface@desk.example"
    assert "the quay can wait, report 1" in (tmp_path / "out" / "001.html").read_text(encoding="utf-8")
    assert server.sessions == 0 and desk.ledger.alerts() == []  # nothing was sent, queued or counted as told


def test_a_preview_goes_to_the_home_folder_where_no_other_is_named(tmp_path: Path) -> None:
    desk = Desk(tmp_path).published()
    done = desk.run("alerts", "--preview")
    assert (desk.ledger.home / "preview" / "001.html").exists() and "preview/001.html" in done.output


def test_a_preview_shows_what_waits_in_the_outbox(tmp_path: Path) -> None:
    desk = Desk(tmp_path).published(queued=True)
    (due,) = desk.ledger.claim_alerts(desk.now)
    later = desk.now + timedelta(hours=3)
    desk.ledger.record_attempt(due.item.alert_id, desk.now, error="refuses the connection", next_try_at=later)
    desk.ledger.publish_snapshot()
    done = desk.run("alerts", "--preview")
    assert f"To desk@example.org: {SUBJECT}" in done.output
    assert f"is tried again after {later:%Y-%m-%d %H:%M} UTC; last time: refuses the connection" in done.output


@pytest.mark.parametrize(
    ("alerts", "said"),
    [
        ("", ["[alerts] names nobody to tell", "Nothing would be sent now"]),
        ('to = ["desk@example.org"]\nkinds = ["softened"]', ["Not for desk@example.org", "kind reversed is not asked"]),
        ('to = ["desk@example.org"]\nminimum_confidence = 0.9', ["Held for desk@example.org", "0.84 is below 0.9"]),
        ('to = ["desk@example.org"]\nconfirm_by = 3', ["Held for desk@example.org", "tentative: 2 of 3 reports"]),
        ('to = ["desk"]', ["harbour.toml:", '"desk" is not a mail address', "Nothing would be sent"]),
        (
            'to = ["desk@example.org"]\nquiet_hours = {start = 00:00:00, end = 23:59:59}',
            ["Quiet hours: nothing is sent before", "quiet hours, until"],
        ),
    ],
)
def test_a_preview_says_what_is_not_sent_and_why(tmp_path: Path, alerts: str, said: list[str]) -> None:
    done = Desk(tmp_path, alerts).published().run("alerts", "--preview")
    assert done.exit_code == 0
    for words in said:
        assert words in done.output


def test_a_preview_of_other_channels(tmp_path: Path) -> None:
    done = Desk(tmp_path, 'webhook = "https://hooks.example/in"').published().run("alerts", "--preview")
    assert "To webhook https://hooks.example" in done.output and '"actor": "Mara Lindqvist"' in done.output
    assert json.loads((tmp_path / "home" / "preview" / "001.json").read_text())["kind"] == "immediate"


def test_a_preview_that_cannot_be_made(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    assert "nothing has been published" in str(desk.run("alerts", "--preview").exception)
    (tmp_path / "file").touch()
    done = desk.published().run("alerts", "--preview", "--to", str(tmp_path / "file" / "below"))
    assert "cannot be written" in str(done.exception) and "--to" in str(done.exception)
    assert desk.run("alerts").exit_code == desk.run("alerts", "--preview", "--test").exit_code == 2


# --- test ---------------------------------------------------------------------------------------------------------


def test_one_marked_test_mail(tmp_path: Path, server: MailServer) -> None:
    desk = Desk(tmp_path, 'to = ["Kęstutis Budrys <desk@example.org>"]').leads_to(server.port)
    done = desk.run("alerts", "--test")
    assert done.exit_code == 0 and done.output == "mail to desk@example.org: taken\n"
    (mail,) = server.taken
    assert mail["Subject"].startswith("[Test] ") and mail["To"].addresses[0].display_name == "Kęstutis Budrys"
    assert mail["Auto-Submitted"] == "auto-generated" and "No position has changed" in words(mail)
    assert not desk.ledger.home.exists()  # it is no alert: nothing is kept, nothing is sent later


def test_a_test_says_of_each_recipient_how_it_went(tmp_path: Path, server: MailServer) -> None:
    desk = Desk(tmp_path, 'to = ["gone@example.org", "desk@example.org", "nobody"]').leads_to(server.port)
    server.faults.append("refuse recipient")
    done = desk.run("alerts", "--test")
    assert "mail to gone@example.org: refuses the recipient: 550 5.1.1 no such user here\n" in done.output
    assert "mail to desk@example.org: taken\n" in done.output and '"nobody" is not a mail address' in done.output
    assert isinstance(done.exception, DeliveryError) and "2 of 3 test messages" in str(done.exception)
    assert [mail["To"].addresses[0].addr_spec for mail in server.taken] == ["desk@example.org"]


def test_a_test_without_server_or_recipient(tmp_path: Path) -> None:
    done = Desk(tmp_path).run("alerts", "--test")
    assert done.exit_code == 1 and "set VOLTEFACE_SMTP_HOST" in done.output
    done = Desk(tmp_path, "").run("alerts", "--test")
    assert isinstance(done.exception, SettingsError) and "names nobody to tell" in str(done.exception)


# --- doctor -------------------------------------------------------------------------------------------------------


def test_a_doctor_who_finds_everything_in_place(tmp_path: Path, server: MailServer) -> None:
    desk = Desk(tmp_path).leads_to(server.port)
    before = desk.doctor()
    assert before["ledger"][0][0] == "warning" and "volteface run" in before["ledger"][0][1]
    desk.published()
    desk.ledger.start_run(desk.watch.id, desk.now)
    after = desk.doctor()
    assert after["mail"] == [("ok", f"127.0.0.1:{server.port}: not encrypted, no login")]
    assert after["recipients"] == [("ok", "desk@example.org")]
    assert after["outbox"] == [("ok", "0 messages wait")]
    assert server.taken == []
    assert desk.run("doctor").exit_code == 0


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def test_a_doctor_who_logs_in_over_starttls(tmp_path: Path, authority: trustme.CA) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    (tmp_path / "password").write_text("correct horse\n")
    with mail_server(starttls=serving(authority, "127.0.0.1"), auth=True) as server:
        login = {"VOLTEFACE_SMTP_USER": "desk", "VOLTEFACE_SMTP_PASSWORD_FILE": str(tmp_path / "password")}
        desk = Desk(tmp_path).leads_to(server.port, "starttls", SSL_CERT_FILE=str(tmp_path / "ca.pem"), **login)
        ((state, detail),) = desk.doctor()["mail"]
        assert state == "ok" and "TLSv1." in detail and "logged in as desk" in detail
        assert desk.run("alerts", "--test").exit_code == 0
        server.password = "another"
        ((state, detail),) = desk.doctor()["mail"]
        assert state == "failed" and "refuses the login (535 5.7.8 *** is wrong)" in detail
        assert desk.run("doctor").exit_code == 1
        assert len(server.taken) == 1


@pytest.mark.parametrize("name", ["elsewhere.example", "127.0.0.1"])
def test_a_doctor_who_meets_a_certificate_that_is_not_accepted(
    tmp_path: Path, authority: trustme.CA, name: str
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    trusted = {"SSL_CERT_FILE": str(tmp_path / "ca.pem")} if name == "elsewhere.example" else {}
    with mail_server(starttls=serving(authority, name)) as server:
        ((state, detail),) = Desk(tmp_path).leads_to(server.port, "starttls", **trusted).doctor()["mail"]
    assert state == "failed" and "has a certificate that is not accepted" in detail
    assert ("IP address mismatch" in detail) is (name == "elsewhere.example")


def test_a_doctor_who_reaches_nobody_still_shows_the_outbox(tmp_path: Path) -> None:
    desk = Desk(tmp_path).published(queued=True).leads_to(closed_port())
    (due,) = desk.ledger.claim_alerts(desk.now)
    later = desk.now + timedelta(minutes=5)
    desk.ledger.record_attempt(due.item.alert_id, desk.now, error="refuses the connection", next_try_at=later)
    desk.ledger.publish_snapshot()
    rows = desk.doctor()
    assert rows["mail"][0][0] == "failed" and "refuses the connection" in rows["mail"][0][1]
    assert rows["outbox"][0] == (
        "warning",
        "1 message to desk@example.org, still waiting: refuses the connection",
    )
    assert rows["outbox"][1][1].startswith("1 messages wait, the oldest since")
    assert desk.run("doctor").exit_code == 1


def test_a_doctor_who_gets_no_answer(tmp_path: Path) -> None:
    with mute_server() as port:
        rows = Desk(tmp_path).leads_to(port, VOLTEFACE_SMTP_TIMEOUT="0.3").doctor()
    assert "gave no answer within 0.3 seconds" in rows["mail"][0][1]


FAULTS: list[tuple[Fault, str]] = [
    ("refuse recipient", "desk@example.org: refuses the recipient: 550 5.1.1 no such user here"),
    ("greylist", "desk@example.org: refuses the recipient: 451 4.7.1 greylisted, come again"),
    ("refuse sender", "desk@example.org: refuses the sender: 550 5.7.1 not from you"),
    ("say 421 to the recipient", "desk@example.org: refuses the recipient: 421 4.3.2 shutting down"),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS, ids=[f[0] for f in FAULTS])
def test_a_doctor_whose_recipient_is_refused(tmp_path: Path, server: MailServer, fault: Fault, said: str) -> None:
    server.faults.append(fault)
    rows = Desk(tmp_path).leads_to(server.port).doctor()
    assert [state for state, _ in rows["mail"]] == ["ok", "failed"] and rows["mail"][1][1] == said
    assert server.taken == []


@pytest.mark.parametrize(
    ("alerts", "env", "check", "said"),
    [
        ("", {}, "recipients", ("warning", "names nobody to tell")),
        ('to = ["desk"]', {}, "recipients", ("failed", '"desk" is not a mail address')),
        ('to = ["a@b.example"]', {}, "mail", ("failed", "no mail server is set")),
        ('webhook = "https://h.example/in"', {}, "webhook", ("failed", "set VOLTEFACE_WEBHOOK_KEY")),
        ('webhook = "DESK_HOOK"', {}, "webhook", ("failed", "variable DESK_HOOK is not set")),
        ('webhook = "DESK_HOOK"', {"DESK_HOOK": "ftp://x"}, "webhook", ("failed", "holds no http or https address")),
        (
            'webhook = "DESK_HOOK"',
            {"DESK_HOOK": "https://h.example/s3cret", "VOLTEFACE_WEBHOOK_KEY": "k"},
            "webhook",
            ("ok", "DESK_HOOK; try it"),
        ),
        ('apprise = ["DESK_CHAT"]', {}, "apprise", ("failed", "DESK_CHAT")),
    ],
)
def test_a_doctor_for_settings_that_lack_something(
    tmp_path: Path, alerts: str, env: dict[str, str], check: str, said: tuple[str, str]
) -> None:
    desk = Desk(tmp_path, alerts)
    desk.env |= env
    found = desk.doctor()[check]
    assert any(state == said[0] and said[1] in detail for state, detail in found), found
    assert "s3cret" not in str(found)


def test_a_sender_that_is_no_address(tmp_path: Path, server: MailServer) -> None:
    desk = Desk(tmp_path).leads_to(server.port, VOLTEFACE_MAIL_FROM="volteface").published()
    with desk.ledger.transaction() as tx:  # a pass goes on, and keeps the alert
        assert len(outgoing.queue(tx, desk.watch, "volteface", desk.now).drafts) == 1
    assert "set VOLTEFACE_MAIL_FROM" in desk.doctor()["mail"][1][1]
    assert "set VOLTEFACE_MAIL_FROM" in desk.run("alerts", "--test").output
