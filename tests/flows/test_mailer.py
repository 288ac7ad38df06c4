"""Delivery against a real server that misbehaves: what is recorded, what is tried again, and that nothing leaks."""

from __future__ import annotations

import logging
import ssl
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import trustme

from extractors.errors import DeliveryError
from flows.alerts import AlertContext, Note, compose
from flows.delivery import BACKOFF, GIVE_UP, Outcome
from flows.mailer import deliver
from flows.settings import Smtp
from flows.smtp import _is_loopback, check
from storage.records import Alert, OutboxItem
from tests.flows.smtpd import Fault, MailServer, closed_port, mail_server, mute_server

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
CONTEXT = AlertContext("harbour", "Harbour talks", "harbour.toml", "Volteface <volteface@desk.example>")


def alert(number: int, to: str = "desk@example.org", attempts: int = 1, age: timedelta = timedelta()) -> Alert:
    note = Note(f"Note {number}", "A note", ("Straight.", ".A line that begins with a dot"))
    mail = compose([], CONTEXT, to, NOW, "test", note=note, identity=f"id{number}")
    item = OutboxItem(f"id{number}", "harbour", "mail", to, "test", mail.as_string())
    return Alert(item, "pending", attempts, NOW - age)


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


def send(server: MailServer, *alerts: Alert, **smtp: object) -> list[Outcome]:
    recorded: list[Outcome] = []
    returned = deliver(alerts, server.smtp(**smtp), NOW, recorded.append)
    assert recorded == returned
    return returned


def test_mail_arrives_as_it_was_composed(server: MailServer) -> None:
    outcomes = send(server, alert(1), alert(2, "Kęstutis <k@müller.example>"))
    assert outcomes == [Outcome("id1"), Outcome("id2")]
    assert server.sessions == 1
    assert server.envelopes == [
        ("volteface@desk.example", ["desk@example.org"]),
        ("volteface@desk.example", ["k@xn--mller-kva.example"]),
    ]
    first, second = server.taken
    assert first["Message-ID"] == "<id1.volteface@desk.example>"
    body = first.get_body(("plain",))
    assert body is not None and "\n.A line that begins with a dot\n" in body.get_content().replace("\r\n", "\n")
    assert second["To"].addresses[0].display_name == "Kęstutis"


FAULTS: list[tuple[Fault, str, bool]] = [
    # what the server does, what is said about it, is it tried again
    ("refuse sender", "refuses the sender: 550 5.7.1 not from you", True),
    ("refuse recipient", "refuses the recipient: 550 5.1.1 no such user here", False),
    ("recipient mailbox full", "refuses the recipient: 552 5.2.2 mailbox full", True),
    ("relaying denied", "refuses the recipient: 554 5.7.1 relaying denied", True),
    ("greylist", "refuses the recipient: 451 4.7.1 greylisted, come again", True),
    ("say 421 to the recipient", "refuses the recipient: 421 4.3.2 shutting down", True),
    ("refuse text", "refuses the text: 554 5.6.0 this I will not have", False),
    ("busy after text", "refuses the text: 452 4.3.1 no room now", True),
    ("close in data", "closed the connection while it took the text", True),
    ("take and close", "closed the connection while it took the text", True),
    ("take and hang", "gave no answer within 0.5 seconds while it took the text", True),
]


@pytest.mark.parametrize(("fault", "said", "again"), FAULTS, ids=[f[0] for f in FAULTS])
def test_each_fault_is_recorded_and_does_not_keep_the_next_mail(
    server: MailServer, fault: Fault, said: str, again: bool
) -> None:
    server.faults.append(fault)
    first, second = send(server, alert(1), alert(2), timeout_seconds=0.5 if fault == "take and hang" else 5.0)
    assert first == Outcome("id1", said, NOW + BACKOFF[0] if again else None)
    if fault == "refuse sender":  # a matter of settings: nobody else's mail would be taken either
        assert second.error == said and second.next_try_at is not None
    else:
        assert second == Outcome("id2")
    if again:
        again_sent = send(server, alert(1, attempts=2))
        assert again_sent == [Outcome("id1")]
        copies = [i for i in server.ids() if i.startswith("<id1.")]
        assert len(copies) == (2 if fault.startswith("take") else 1)


def test_a_repeat_is_the_same_mail_byte_for_byte(server: MailServer) -> None:
    server.faults.append("take and close")
    one = alert(1)
    send(server, one)
    send(server, one)
    assert len(server.taken) == 2
    assert server.taken[0].as_bytes() == server.taken[1].as_bytes()


def test_retries_back_off_and_end(server: MailServer) -> None:
    server.faults.extend(["greylist"] * 9)
    waits = []
    for attempts in range(1, 9):
        (outcome,) = send(server, alert(1, attempts=attempts, age=timedelta(days=8)))
        assert outcome.next_try_at is not None
        waits.append(outcome.next_try_at - NOW)
    assert waits == sorted(waits) and waits[0] == BACKOFF[0] and waits[-1] == BACKOFF[-1]
    (last,) = send(server, alert(1, attempts=90, age=GIVE_UP + timedelta(hours=1)))
    assert last.next_try_at is None and (last.error or "").startswith("given up after 30 days: refuses the recipient")


@pytest.mark.parametrize("count", [1, 3])
def test_a_server_that_is_down_is_asked_once(count: int) -> None:
    port = closed_port()
    smtp = Smtp("127.0.0.1", port, "none", "v@desk.example")
    outcomes = deliver([alert(n) for n in range(count)], smtp, NOW, lambda _: None)
    assert {o.error for o in outcomes} == {f"127.0.0.1:{port} refuses the connection"}
    assert all(o.next_try_at == NOW + BACKOFF[0] for o in outcomes)


def test_a_server_that_says_nothing() -> None:
    with mute_server() as port:
        smtp = Smtp("127.0.0.1", port, "none", "v@desk.example", timeout_seconds=0.3)
        outcomes = deliver([alert(1), alert(2)], smtp, NOW, lambda _: None)
    assert {o.error for o in outcomes} == {f"127.0.0.1:{port} gave no answer within 0.3 seconds"}


def test_an_unknown_host() -> None:
    smtp = Smtp("nowhere.invalid", 25, "none", "v@desk.example", timeout_seconds=2)
    (outcome,) = deliver([alert(1)], smtp, NOW, lambda _: None)
    assert outcome.error == "nowhere.invalid:25 is a name that cannot be resolved" and outcome.next_try_at


def test_no_server_and_no_channel() -> None:
    other = Alert(OutboxItem("p", "harbour", "pigeon", "x", "test", "{}"), "pending", 1, NOW)
    mail, pigeon = deliver([alert(1), other], None, NOW, lambda _: None)
    assert mail.error == "no mail server is set; set VOLTEFACE_SMTP_HOST" and mail.next_try_at
    assert pigeon.error == "nothing is set up for the channel pigeon" and pigeon.next_try_at


def test_what_the_budget_leaves_is_left_alone(server: MailServer) -> None:
    assert deliver([alert(1)], server.smtp(), NOW, lambda _: None, budget_seconds=-1) == []
    assert server.taken == []


def test_an_outcome_is_recorded_before_the_next_mail_goes_out(server: MailServer) -> None:
    seen: list[int] = []
    deliver([alert(1), alert(2), alert(3)], server.smtp(), NOW, lambda _: seen.append(len(server.taken)))
    assert seen == [1, 2, 3]


def test_a_mail_composed_before_there_was_a_server_gets_its_sender(server: MailServer) -> None:
    context = AlertContext("harbour", "Harbour talks", "harbour.toml")
    mail = compose([], context, "desk@example.org", NOW, "test", note=Note("Hello", "Hello"), identity="early")
    assert mail["From"] is None
    item = OutboxItem("early", "harbour", "mail", "desk@example.org", "test", mail.as_string())
    deliver([Alert(item, "pending", 1, NOW)], server.smtp(sender="Kęstutis <k@desk.example>"), NOW, lambda _: None)
    (taken,) = server.taken
    assert taken["From"].addresses[0].display_name == "Kęstutis"
    assert taken["Message-ID"] == mail["Message-ID"] and taken["Subject"] == "Hello"
    assert taken.defects == []


def test_bad_addresses(server: MailServer) -> None:
    broken = EmailMessage(policy=SMTP)
    broken["To"] = "nobody"
    item = OutboxItem("b", "harbour", "mail", "nobody", "test", broken.as_string())
    bad, good = send(server, Alert(item, "pending", 1, NOW), alert(2))
    assert bad == Outcome("b", '"nobody" is not a mail address') and good == Outcome("id2")
    (outcome,) = send(server, alert(3), sender="volteface")
    assert outcome.next_try_at and "set VOLTEFACE_MAIL_FROM" in (outcome.error or "")


def test_a_local_part_that_is_not_ascii() -> None:
    with mail_server() as able:
        assert send(able, alert(1, "kęstutis@example.org")) == [Outcome("id1")]
        assert able.envelopes[0][1] == ["kęstutis@example.org"]
    with mail_server(utf8=False) as unable:
        (outcome,) = send(unable, alert(1, "kęstutis@example.org"))
        assert outcome.next_try_at is None and "knows no SMTPUTF8" in (outcome.error or "")


# --- encryption and login -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, name: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def test_starttls_and_login(authority: trustme.CA) -> None:
    with mail_server(starttls=serving(authority, "127.0.0.1"), auth=True) as server:
        smtp = server.smtp(security="starttls", user="desk", password=server.password)
        outcomes = deliver([alert(1)], smtp, NOW, lambda _: None, context=trusting(authority))
        assert outcomes == [Outcome("id1")] and server.logins == [("desk", server.password)]
        line = check(smtp, trusting(authority)).line
    assert "TLSv1." in line and "logged in as desk" in line and server.password not in line


def test_tls_from_the_first_byte(authority: trustme.CA) -> None:
    with mail_server(tls=serving(authority, "127.0.0.1")) as server:
        smtp = server.smtp(security="tls")
        assert deliver([alert(1)], smtp, NOW, lambda _: None, context=trusting(authority)) == [Outcome("id1")]


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_for_another_name(authority: trustme.CA, security: str) -> None:
    context = serving(authority, "elsewhere.example")
    with mail_server(**{security: context}) as server:  # type: ignore[arg-type]
        smtp = server.smtp(security=security)
        (outcome,) = deliver([alert(1)], smtp, NOW, lambda _: None, context=trusting(authority))
        assert server.taken == []
        with pytest.raises(DeliveryError, match="certificate that is not accepted"):
            check(smtp, trusting(authority))
    assert outcome.next_try_at is not None
    assert "has a certificate that is not accepted: IP address mismatch" in (outcome.error or "")


def test_a_certificate_that_nobody_vouches_for(authority: trustme.CA) -> None:
    with mail_server(starttls=serving(authority, "127.0.0.1")) as server:
        (outcome,) = deliver([alert(1)], server.smtp(security="starttls"), NOW, lambda _: None)
        assert "certificate that is not accepted" in (outcome.error or "") and outcome.next_try_at
        assert server.taken == []


def test_no_encryption_where_it_is_asked_for(server: MailServer) -> None:
    (outcome,) = send(server, alert(1), security="starttls", user="desk", password="secret")
    assert "offers no STARTTLS" in (outcome.error or "") and outcome.next_try_at
    assert server.taken == [] and server.logins == []


def test_a_login_is_needed() -> None:
    with mail_server(auth=True) as server:
        (outcome,) = send(server, alert(1))
    assert "refuses the sender: 530" in (outcome.error or "") and "set VOLTEFACE_SMTP_USER" in (outcome.error or "")
    assert outcome.next_try_at is not None


def test_a_login_that_nobody_asks_for(server: MailServer) -> None:
    (outcome,) = send(server, alert(1), user="desk", password="secret")
    assert "offers no login that is known here" in (outcome.error or "") and outcome.next_try_at


def test_a_password_is_never_sent_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with mail_server(auth=True) as server:
        monkeypatch.setattr("flows.smtp._is_loopback", lambda host: False)
        (outcome,) = send(server, alert(1), user="desk", password=server.password)
        assert server.logins == []
    assert "would get the password unencrypted" in (outcome.error or "") and outcome.next_try_at


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("127.1.2.3", True), ("::1", True), ("localhost", True), ("10.0.0.1", False), ("a.b", False)],
)
def test_what_is_loopback(host: str, loopback: bool) -> None:
    assert _is_loopback(host) is loopback


def test_secrets_leak_nowhere(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    caplog.set_level(logging.DEBUG)
    with mail_server(auth=True) as server:
        secret = "hunter2-swordfish"
        smtp = server.smtp(user="desk", password=secret)
        (outcome,) = deliver([alert(1)], smtp, NOW, lambda _: None)
        with pytest.raises(DeliveryError) as caught:
            check(smtp)
        server.password = secret
        server.faults.append("repeat the password")
        (repeated,) = deliver([alert(1)], smtp, NOW, lambda _: None)
        assert server.logins[-1] == ("desk", secret)
    assert "refuses the login (535 5.7.8 *** is wrong)" in (outcome.error or "") and outcome.next_try_at
    assert repeated.error == "refuses the recipient: 451 you said *** to me"
    shown = "".join(traceback.format_exception(caught.value))
    captured = capfd.readouterr()
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]  # that one is the server's
    everything = [repr(outcome), repr(repeated), repr(smtp), shown, *logged, captured.out, captured.err]
    assert secret not in "\n".join(everything)


def test_a_password_that_smtp_cannot_carry() -> None:
    with mail_server(auth=True) as server:
        (outcome,) = send(server, alert(1), user="desk", password="pässwörd")
    assert "only ASCII works" in (outcome.error or "") or "refuses the login" in (outcome.error or "")
    assert "pässwörd" not in (outcome.error or "") and outcome.next_try_at
