"""A real SMTP server on loopback that misbehaves on command."""

from __future__ import annotations

import asyncio
import contextlib
import email
import socket
import ssl
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTPUTF8
from typing import Any, Literal, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, Session, syntax

from flows.settings import Smtp

Fault = Literal[
    "ok",
    "refuse sender",
    "refuse recipient",
    "recipient mailbox full",
    "relaying denied",
    "greylist",
    "refuse text",
    "busy after text",
    "close in data",
    "take and close",
    "take and hang",
    "say 421 to the recipient",
    "repeat the password",
]
"""What happens to one mail. The "take and ..." ones keep it and do not say so."""


@dataclass
class MailServer:
    """What arrived, and what shall happen to the mails to come ("ok" when ``faults`` is empty)."""

    faults: deque[Fault] = field(default_factory=deque)
    taken: list[EmailMessage] = field(default_factory=list)
    envelopes: list[tuple[str, list[str]]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    sessions: int = 0
    port: int = 0
    password: str = "correct horse"

    def smtp(self, **changes: Any) -> Smtp:
        """Settings that lead here."""
        given = {"host": "127.0.0.1", "security": "none", "sender": "Volteface <volteface@desk.example>"}
        return Smtp(**{**given, "port": self.port, "timeout_seconds": 5.0, **changes})

    def ids(self) -> list[str]:
        """The Message-IDs of what was taken, in order."""
        return [str(mail["Message-ID"]) for mail in self.taken]


class _Smtp(SMTP):
    def __init__(self, server: MailServer, **options: Any) -> None:
        super().__init__(_Handler(), hostname="mail.test", enable_SMTPUTF8=options.pop("utf8", True), **options)
        self.mail_server = server
        self.fault: Fault = "ok"

    @syntax("EHLO hostname")
    async def smtp_EHLO(self, hostname: str) -> None:
        self.mail_server.sessions += 1
        await super().smtp_EHLO(hostname)

    @syntax("MAIL FROM: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_MAIL(self, arg: str | None) -> None:
        if self._auth_required and not self.session.authenticated:
            await super().smtp_MAIL(arg)
            return
        self.fault = self.mail_server.faults.popleft() if self.mail_server.faults else "ok"
        if self.fault == "refuse sender":
            await self.push("550 5.7.1 not from you")
        else:
            await super().smtp_MAIL(arg)

    @syntax("RCPT TO: <address>", extended=" [SP <mail-parameters>]")
    async def smtp_RCPT(self, arg: str | None) -> None:
        answer = {
            "refuse recipient": "550 5.1.1 no such user here",
            "recipient mailbox full": "552 5.2.2 mailbox full",
            "relaying denied": "554 5.7.1 relaying denied",
            "greylist": "451 4.7.1 greylisted, come again",
            "say 421 to the recipient": "421 4.3.2 shutting down",
            "repeat the password": f"451 you said {self.mail_server.password}\x07 to me",
        }.get(self.fault)
        if answer:
            await self.push(answer)
        else:
            await super().smtp_RCPT(arg)

    @syntax("DATA")
    async def smtp_DATA(self, arg: str | None) -> None:
        if self.fault == "close in data":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class _Handler:
    async def handle_DATA(self, server: _Smtp, session: Session, envelope: Envelope) -> str:
        if server.fault == "refuse text":
            return "554 5.6.0 this I will not have"
        if server.fault == "busy after text":
            return "452 4.3.1 no room now"
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        mail = cast(EmailMessage, email.message_from_bytes(content, policy=SMTPUTF8))
        server.mail_server.taken.append(mail)
        server.mail_server.envelopes.append((envelope.mail_from or "", list(envelope.rcpt_tos)))
        if server.fault == "take and close":
            server.transport.abort()
            return "250 never heard"
        if server.fault == "take and hang":
            await asyncio.sleep(30)
        return "250 taken"


@contextlib.contextmanager
def mail_server(
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    auth: bool = False,
    utf8: bool = True,
) -> Iterator[MailServer]:
    """A server on a free loopback port; yields its state."""
    state = MailServer()

    def authenticate(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        user, password = data.login.decode(), data.password.decode()
        state.logins.append((user, password))
        if password == state.password:
            return AuthResult(success=True)
        return AuthResult(success=False, handled=False, message=f"535 5.7.8 {password} is wrong")

    options: dict[str, Any] = {"utf8": utf8}
    if starttls:
        options |= {"tls_context": starttls}
    if auth:
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": bool(starttls)}

    class _Controller(Controller):
        def factory(self) -> SMTP:
            return _Smtp(state, **options)

        def _trigger_server(self) -> None:
            """The start-up check connects to the port that was asked for; ours is the system's choice."""
            assert self.server is not None
            with socket.create_connection(self.server.sockets[0].getsockname()):
                pass

    controller = _Controller(MISSING, hostname="127.0.0.1", port=0, ssl_context=tls)
    controller.start()
    try:
        assert controller.server is not None
        state.port = controller.server.sockets[0].getsockname()[1]
        yield state
    finally:
        controller.stop(no_assert=True)


@contextlib.contextmanager
def mute_server() -> Iterator[int]:
    """A port that accepts connections and never says a word; yields it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
