"""The faulty newsroom: a loopback server that does to its clients whatever a test tells it to.

A route is a function of the request that yields what goes over the wire, piece by piece: bytes, or seconds to wait.
When it ends the connection is closed. ``say`` and its like make the usual pieces.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import ssl
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

Piece = bytes | float
"""Bytes to send, or seconds to wait."""


@dataclass(frozen=True)
class Asked:
    """A request as it came in; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes = b""


Route = Callable[[Asked], Iterable[Piece]]


@dataclass
class Faulty:
    """The server, running inside ``with``. ``asked`` keeps every request in order."""

    routes: dict[str, Route] = field(default_factory=dict)
    host: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    asked: list[Asked] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._socket = socket.create_server((self.host, 0), backlog=128)
        self.port = self._socket.getsockname()[1]
        self._closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http{'s' if self.tls else ''}://{self.host}:{self.port}"

    def paths(self) -> list[str]:
        return [asked.path for asked in self.asked]

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._closing.set()
        self._socket.close()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), connection:
            connection.settimeout(10)
            wire = self.tls.wrap_socket(connection, server_side=True) if self.tls else connection
            with wire:
                self._answer(wire)

    def _answer(self, wire: socket.socket) -> None:
        data = b""
        while b"\r\n\r\n" not in data:
            data += (more := wire.recv(65536))
            if not more:
                return
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", "0")):
            body += wire.recv(65536)
        asked = Asked(first.split(" ")[1], headers, body)
        self.asked.append(asked)
        route = self.routes.get(asked.path) or self.routes.get("*")
        for piece in (route or missing)(asked):
            if isinstance(piece, float):
                if self._closing.wait(piece):
                    return
            elif piece is RESET:
                # no lingering: the kernel sends a reset instead of a goodbye
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            else:
                wire.sendall(piece)


RESET = bytes(bytearray(b"(reset)"))


def head(status: int = 200, **headers: str) -> bytes:
    """Status line and headers; underscores in names stand for hyphens."""
    lines = [f"HTTP/1.1 {status} X", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    return ("\r\n".join([*lines, "Connection: close", "", ""])).encode("latin-1")


def say(body: bytes | str = b"", status: int = 200, **headers: str) -> Route:
    """An honest answer."""
    raw = body.encode() if isinstance(body, str) else body
    return lambda asked: [head(status, **{"Content_Length": str(len(raw)), **headers}), raw]


def missing(asked: Asked) -> Iterable[Piece]:
    return say(b"not here", 404)(asked)


def send(*pieces: Piece) -> Route:
    """Exactly these pieces."""
    return lambda asked: pieces


def in_turn(*routes: Route) -> Route:
    """The first route for the first request, and so on; the last for all later ones."""
    left = list(routes)

    def route(asked: Asked) -> Iterable[Piece]:
        return (left.pop(0) if len(left) > 1 else left[0])(asked)

    return route


def drip(start: bytes, rest: bytes, pause: float = 0.05, step: int = 1) -> Route:
    """``start`` at once, then ``rest`` in small drops."""

    def route(asked: Asked) -> Iterator[Piece]:
        yield start
        for at in range(0, len(rest), step):
            yield rest[at : at + step]
            yield pause

    return route


def endless(start: bytes, block: bytes) -> Route:
    def route(asked: Asked) -> Iterator[Piece]:
        yield start
        until = time.monotonic() + 5
        while time.monotonic() < until:
            yield block

    return route


def move(to: str, status: int = 301, **headers: str) -> Route:
    return say(b"", status, Location=to, **headers)


def bomb(size: int) -> bytes:
    """``size`` zeros, gzipped: a thousandth of it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(size >> 20)) + packer.flush()


def packed(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def item(n: int, link: str = "", guid: str = "", date: str = "Sun, 14 Dec 2025 10:00:00 GMT") -> str:
    link = link or f"https://outlet.example/a{n}"
    return (
        f"<item><title>Tariff {n}</title><link>{link}</link><guid>{guid or link}</guid>"
        f"{f'<pubDate>{date}</pubDate>' if date else ''}<description>Words {n}.</description></item>"
    )


def rss(*items: str, before: str = "") -> bytes:
    body = "".join(items)
    return (
        f'<?xml version="1.0"?>{before}<rss version="2.0"><channel><title>Wire</title>{body}</channel></rss>'
    ).encode()


PARAGRAPHS = "".join(
    f"<p>The harbour board of Holmstad met on day {n} and argued about the tariff on steel for many hours, "
    f"its chair Petra Vance said in the evening.</p>"
    for n in range(8)
)


def page(body: str = PARAGRAPHS, title: str = "Tariff stays", head: str = "") -> bytes:
    """An article's page, or a page with another body."""
    inner = f"<article><h1>{title}</h1>{body}</article>"
    return f"<html><head><title>{title}</title>{head}</head><body>{inner}</body></html>".encode()
