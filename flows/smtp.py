"""SMTP with servers that misbehave: every step, and what its failure means.

Neither what is raised nor what is returned ever holds the password, even where the server repeats it.
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import Parser
from email.policy import SMTP, SMTPUTF8
from ipaddress import ip_address

import certifi

from extractors.errors import DeliveryError, SettingsError
from flows.alerts import mail_address
from flows.delivery import Failure
from flows.settings import Smtp
from flows.wording import one_line
from storage.records import OutboxItem

_SENDER_ADVICE = "{}; set VOLTEFACE_MAIL_FROM to an address such as name@example.org"
_NETWORK = (OSError, smtplib.SMTPException, ValueError, EOFError)
"""What smtplib and ssl raise at whatever a server does; ValueError for replies that are no SMTP."""


@dataclass(frozen=True)
class Checked:
    """What a server agreed to, and a line for the sender and each recipient that it would not take, for people."""

    line: str
    refused: tuple[str, ...] = ()


def check(smtp: Smtp, context: ssl.SSLContext | None = None, recipients: Sequence[str] = ()) -> Checked:
    """Connect, encrypt, log in and offer a mail from the sender to each of ``recipients`` for real; none is sent.

    Raises DeliveryError where that does not come so far.
    """
    advice = "Nothing is lost: alerts wait in the outbox"
    connection: smtplib.SMTP | None = None
    try:
        connection = _connect(smtp, context)
        with _time_limit(connection, smtp.timeout_seconds * 4):
            code, reply = connection.noop()
            version = connection.sock.version() if isinstance(connection.sock, ssl.SSLSocket) else None
            refused = tuple(_refusals(connection, smtp, recipients)) if code < 400 else ()
    except _Refused as stop:
        raise DeliveryError(_where(smtp), stop.failure.reason, advice) from None
    except _NETWORK as error:
        raise DeliveryError(_where(smtp), said(error, smtp), advice) from None
    finally:
        _hang_up(connection)
    if code >= 400:
        raise DeliveryError(_where(smtp), f"answers {code} {_clean(reply, smtp)}", advice)
    login = f", logged in as {smtp.user}" if smtp.user else ", no login"
    return Checked(f"{_where(smtp)}: {version or 'not encrypted'}{login}", refused)


def _refusals(connection: smtplib.SMTP, smtp: Smtp, recipients: Sequence[str]) -> Iterator[str]:
    """Why the server would take nothing from the sender, or nothing for one of ``recipients``."""
    for recipient in recipients:
        try:
            _open(connection, mail_address(smtp.sender).addr_spec, mail_address(recipient).addr_spec, smtp)
        except SettingsError as error:
            yield _SENDER_ADVICE.format(error.problem)
            return
        except _Refused as refused:
            yield f"{one_line(recipient, 100)}: {refused.failure.reason}"
            if refused.broken:
                return
        connection.rset()


class _Refused(Exception):
    """Carries a Failure out of the steps of a connection. ``broken``: that connection is of no further use."""

    def __init__(self, failure: Failure, broken: bool = False) -> None:
        super().__init__(failure.reason)
        self.failure = failure
        self.broken = broken or failure.everyone


class Mail:
    """One connection for all mails of a pass, made when it is needed and again when it broke."""

    def __init__(self, smtp: Smtp | None, context: ssl.SSLContext | None) -> None:
        self._smtp = smtp
        self._context = context
        self._connection: smtplib.SMTP | None = None

    def send(self, item: OutboxItem) -> Failure | None:
        """Send the mail in ``item.payload``; None where the server took it."""
        if self._smtp is None:
            return Failure("no mail server is set; set VOLTEFACE_SMTP_HOST", everyone=True)
        try:
            envelope = _envelope(item.payload, self._smtp)
            if self._connection is None:
                self._connection = _connect(self._smtp, self._context)
            with _time_limit(self._connection, self._smtp.timeout_seconds * 4):
                _transfer(self._connection, envelope, self._smtp)
            return None
        except _Refused as refused:
            if refused.broken:
                self.close()
            else:
                self._reset()
            return refused.failure
        except _NETWORK as error:
            self.close()
            return Failure(said(error, self._smtp))

    def close(self) -> None:
        connection, self._connection = self._connection, None
        _hang_up(connection)

    def _reset(self) -> None:
        """Ready for the next mail; a connection that is not is given up."""
        try:
            if self._connection is not None and self._connection.rset()[0] != 250:
                self.close()
        except _NETWORK:
            self.close()


@dataclass(frozen=True)
class _Envelope:
    sender: str
    recipient: str
    text: bytes


def _envelope(payload: str, smtp: Smtp) -> _Envelope:
    """The mail as it goes over the wire: with the sender, where none was known when it was composed."""
    headers = Parser(policy=SMTPUTF8).parsestr(payload, headersonly=True)
    try:
        sender = mail_address(smtp.sender)
    except SettingsError as error:
        reason = _SENDER_ADVICE.format(error.problem)
        raise _Refused(Failure(reason, everyone=True)) from None
    try:
        recipient = mail_address(str(headers["To"]))
    except SettingsError as error:
        raise _Refused(Failure(error.problem, permanent=True)) from None
    if headers["From"] is None:
        origin = EmailMessage(policy=SMTP)
        origin["From"] = sender
        payload = origin.as_string().rstrip("\r\n") + "\r\n" + payload
    return _Envelope(sender.addr_spec, recipient.addr_spec, payload.encode("utf-8"))


def _connect(smtp: Smtp, context: ssl.SSLContext | None) -> smtplib.SMTP:
    """A connection that is encrypted and logged in as the settings want. Raises _Refused; never sends a password in
    the clear."""
    context = context or _trusting()
    connection: smtplib.SMTP | None = None
    try:
        if smtp.security == "tls":
            connection = smtplib.SMTP_SSL(smtp.host, smtp.port, timeout=smtp.timeout_seconds, context=context)
        else:
            connection = smtplib.SMTP(smtp.host, smtp.port, timeout=smtp.timeout_seconds)
        with _time_limit(connection, smtp.timeout_seconds * 4):
            connection.ehlo_or_helo_if_needed()
            if smtp.security == "starttls":
                _encrypt(connection, smtp, context)
            if smtp.user:
                _log_in(connection, smtp)
        return connection
    except _Refused:
        _hang_up(connection)
        raise
    except _NETWORK as error:
        _hang_up(connection)
        raise _Refused(Failure(f"{_where(smtp)} {said(error, smtp)}", everyone=True)) from None


def _encrypt(connection: smtplib.SMTP, smtp: Smtp, context: ssl.SSLContext) -> None:
    if not connection.has_extn("starttls"):
        reason = (
            f"{_where(smtp)} offers no STARTTLS; set VOLTEFACE_SMTP_SECURITY to tls, or to none on a trusted network"
        )
        raise _Refused(Failure(reason, everyone=True))
    connection.starttls(context=context)
    connection.ehlo()


def _log_in(connection: smtplib.SMTP, smtp: Smtp) -> None:
    if smtp.password is None:
        problem = "has no password for the login; set VOLTEFACE_SMTP_PASSWORD or VOLTEFACE_SMTP_PASSWORD_FILE"
    elif smtp.security == "none" and not _is_loopback(smtp.host):
        problem = "would get the password unencrypted; set VOLTEFACE_SMTP_SECURITY to starttls or tls"
    else:
        try:
            connection.login(smtp.user or "", smtp.password)
            return
        except smtplib.SMTPNotSupportedError:
            problem = "offers no login that is known here; unset VOLTEFACE_SMTP_USER if it needs none"
        except smtplib.SMTPAuthenticationError as error:
            problem = f"refuses the login ({error.smtp_code} {_clean(error.smtp_error, smtp)})"
        except UnicodeError:
            problem = "cannot be given this user or password: only ASCII works"
    raise _Refused(Failure(f"{_where(smtp)} {problem}", everyone=True))


def _transfer(connection: smtplib.SMTP, envelope: _Envelope, smtp: Smtp) -> None:
    """MAIL, RCPT, DATA. Raises _Refused unless the server took the mail for the recipient."""
    _open(connection, envelope.sender, envelope.recipient, smtp, envelope.text.isascii())
    try:
        code, reply = connection.data(envelope.text)
    except smtplib.SMTPDataError as error:
        code, reply = error.smtp_code, _bytes(error.smtp_error)
    except _NETWORK as error:
        # the server may have taken it: the next attempt has the same Message-ID
        raise _Refused(Failure(f"{said(error, smtp)} while it took the text"), broken=True) from None
    if code != 250:
        reason = f"refuses the text: {code} {_clean(reply, smtp)}"
        raise _Refused(Failure(reason, permanent=_for_good(code, reply)), broken=code == 421)


def _open(connection: smtplib.SMTP, sender: str, recipient: str, smtp: Smtp, ascii_text: bool = True) -> None:
    """MAIL and RCPT. Raises _Refused unless the server waits for the text."""
    options: list[str] = []
    if not (ascii_text and recipient.isascii() and sender.isascii()):
        if not connection.has_extn("smtputf8"):
            reason = f"{_where(smtp)} cannot write to {recipient}: it knows no SMTPUTF8"
            raise _Refused(Failure(reason, permanent=True))
        connection.command_encoding = "utf-8"
        options = ["SMTPUTF8", "BODY=8BITMIME"]
    code, reply = connection.mail(sender, options)
    if code != 250:
        login = "; set VOLTEFACE_SMTP_USER and its password" if code == 530 and not smtp.user else ""
        raise _Refused(Failure(f"refuses the sender: {code} {_clean(reply, smtp)}{login}", everyone=True))
    code, reply = connection.rcpt(recipient)
    if code not in (250, 251):
        reason = f"refuses the recipient: {code} {_clean(reply, smtp)}"
        raise _Refused(Failure(reason, permanent=_for_good(code, reply)), broken=code == 421)


def _for_good(code: int, reply: bytes) -> bool:
    """Whether a refusal is final. Policy (RFC 3463: 5.7), full mailboxes (5.2.2) and logins change with time."""
    return 500 <= code < 600 and code not in (530, 535) and not reply.startswith((b"5.7.", b"5.2.2", b"5.3."))


@contextmanager
def _time_limit(connection: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """Cut the connection after ``seconds``: a server that sends a byte now and then outlives any socket time-out."""

    def cut() -> None:
        with suppress(OSError, AttributeError):
            connection.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]  # None: AttributeError

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _hang_up(connection: smtplib.SMTP | None) -> None:
    """Say goodbye; whatever goes wrong with that is of no interest."""
    if connection is not None:
        with suppress(*_NETWORK):
            connection.quit()
        with suppress(*_NETWORK):
            connection.close()


def _trusting() -> ssl.SSLContext:
    """The machine's certificate authorities (SSL_CERT_FILE counts), and certifi's where an image has none."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _is_loopback(host: str) -> bool:
    with suppress(ValueError):
        return ip_address(host).is_loopback
    return host == "localhost"


# --- what went wrong, in words, and never with a secret -----------------------------------------------------------


def _where(smtp: Smtp) -> str:
    return f"{one_line(smtp.host, 100)}:{smtp.port}"


def said(error: Exception, smtp: Smtp) -> str:
    """What ``error`` means, as the rest of a sentence that begins with the server."""
    match error:
        case ssl.SSLCertVerificationError():
            return f"has a certificate that is not accepted: {_clean(error.verify_message, smtp)}"
        case ssl.SSLError():
            return f"cannot be spoken to over TLS: {_clean(error.reason or 'it ended the handshake', smtp)}"
        case socket.gaierror():
            return "is a name that cannot be resolved"
        case ConnectionRefusedError():
            return "refuses the connection"
        case TimeoutError() | smtplib.SMTPServerDisconnected(__context__=TimeoutError()):  # smtplib hides the former
            return f"gave no answer within {smtp.timeout_seconds:g} seconds"
        case smtplib.SMTPResponseException():
            return f"answers {error.smtp_code} {_clean(error.smtp_error, smtp)}"
        case smtplib.SMTPServerDisconnected() | ConnectionError() | EOFError():
            return "closed the connection"
        case smtplib.SMTPNotSupportedError():
            return "lacks an extension that is needed"
        case OSError():
            return f"cannot be reached: {_clean(error.strerror or type(error).__name__, smtp)}"
    return f"gave an answer that is no SMTP ({type(error).__name__})"


def _clean(reply: bytes | str, smtp: Smtp) -> str:
    """A server's reply on one line, without the login even if the server repeats it."""
    text = one_line(_bytes(reply).decode("utf-8", "replace"), 300)
    user, password = smtp.user or "", smtp.password or ""
    for secret in (password, _base64(password), _base64(f"\0{user}\0{password}")) if password else ():
        text = text.replace(secret, "***")
    return text


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _bytes(reply: bytes | str) -> bytes:
    return reply.encode("utf-8", "replace") if isinstance(reply, str) else reply
