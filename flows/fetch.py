"""URL -> bytes, safely and politely. The only user of the HTTP client.

Safety: only http and https; the address that is connected to must be public, for every redirect too, unless the watch
allows that host by name; size (unpacked), time and redirects are capped; proxies of the environment are ignored.
Politeness: robots.txt with its crawl delay, one request at a time per host with a gap, conditional requests, and a host
that asks for a pause gets it.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import certifi
import httpcore2
import httpx2

from flows.addresses import ClosedAddress, Deadline, PublicOnly, Resolver, resolve
from flows.encodings import Unpacker
from flows.failures import FetchFailure
from flows.headers import retry_after_seconds
from flows.hops import Cookies, join, origin, plain
from flows.robots import RETRY_SECONDS, Robots

VERSION = "0.1"
PRODUCT = "Volteface"
MAX_REDIRECTS = 5
MAX_URL = 4000
CONNECTIONS = 32
BUSY_SECONDS = 600.0
"""How long a host that answers 429 without saying for how long is left alone."""


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How the fetcher behaves; from the watch's [fetch] table."""

    allow_hosts: frozenset[str] = frozenset()
    gap_seconds: float = 1.0
    timeout_seconds: float = 20.0
    """For connecting and for each read; an answer with its redirects has twice as long in all."""
    max_bytes: int = 5_000_000
    """Of one body, after decompression."""
    contact: str | None = None
    obey_robots: bool = True

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach them."""
        contact = f"; +{self.contact}" if self.contact else ""
        return f"{PRODUCT}/{VERSION} (news monitor{contact})"


@dataclass(frozen=True, slots=True)
class Request:
    """A GET, or a POST where it has a form; the validators make it conditional."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    robots: bool = True
    """Whether robots.txt applies: to pages it does, a feed that its reader names is published to be asked for."""
    form: bytes | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. ``url`` is where it came from in the end; ``moved_to`` only where every hop was permanent."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case; of a repeated header the first."""
    moved_to: str | None = None

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass
class _Host:
    """One host's turn: held during a request, with the moments of the last one and of the next allowed one."""

    turn: threading.Lock = field(default_factory=threading.Lock)
    last: float = float("-inf")
    closed_until: float = float("-inf")


class Fetcher:
    """Fetches for one pass. A context manager; safe to use from several threads."""

    def __init__(
        self,
        policy: FetchPolicy,
        sleep: Callable[[float], None] = time.sleep,
        robots_folder: Path | None = None,
        resolver: Resolver = resolve,
        ssl_context: ssl.SSLContext | None = None,
    ) -> None:
        """``robots_folder`` keeps robots.txt between passes; the other arguments are for tests."""
        self._policy = policy
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()
        self._deadline = Deadline()
        self._robots = Robots(PRODUCT, self._ask_robots, robots_folder)
        self._pool = httpcore2.ConnectionPool(
            ssl_context=ssl_context or ssl.create_default_context(cafile=certifi.where()),
            max_connections=CONNECTIONS * 2,
            max_keepalive_connections=CONNECTIONS,
            keepalive_expiry=15.0,
            network_backend=PublicOnly(policy.allow_hosts, self._deadline, resolver),
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()

    def get(self, request: Request) -> Response:
        """Fetch one URL, following redirects. Raises FetchFailure for whatever keeps it from being read.

        A status such as 404 is an answer and no failure.
        """
        url, permanent, cookies = request.url, True, Cookies()
        left = self._policy.timeout_seconds * 2
        for _ in range(MAX_REDIRECTS + 1):
            url = self._checked(url, request.robots)
            response, spent = self._one(url, request, cookies.header(url), left)
            left -= spent
            target = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not target or request.form is not None:
                return replace(response, moved_to=url if permanent and url != plain(request.url) else None)
            cookies.keep(url, response.headers.get("set-cookie"))
            permanent = permanent and response.status in (301, 308)
            url = join(url, target)
        problem = f"redirects more than {MAX_REDIRECTS} times"
        raise FetchFailure(request.url, problem, "It is tried again later", "redirects")

    def wait_seconds(self, url: str) -> float:
        """How long the host of ``url`` must be left alone before it may be asked again; 0 where it may be now."""
        host = self._host(url)
        return max(0.0, host.last + self._gap(url) - time.monotonic())

    def _checked(self, url: str, robots: bool) -> str:
        """``url`` without its fragment. Raises FetchFailure where it may not be asked for."""
        advice = "Only plain http and https addresses are fetched"
        url = plain(url)
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise FetchFailure(url[:MAX_URL], "is no valid address", advice, "address") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FetchFailure(url[:MAX_URL], "is no http or https address", advice, "address")
        if len(url) > MAX_URL or "@" in parts.netloc or any(ord(c) < 33 or c == "\x7f" for c in url):
            raise FetchFailure(url[:MAX_URL], "is no plain address", advice, "address")
        if port is not None and port < 1024 and port not in (80, 443):
            raise FetchFailure(url, f"names port {port}, where no web server listens", advice, "address")
        if robots and self._policy.obey_robots:
            self._ask_leave(url)
        return url

    def _ask_leave(self, url: str) -> None:
        leave = self._robots.allows(origin(url), url)
        if leave is None:
            advice = "Until it says otherwise, its pages are left alone"
            problem = f"robots.txt cannot be read ({self._robots.trouble(origin(url))})"
            raise FetchFailure(url, problem, advice, "robots", RETRY_SECONDS)
        if not leave:
            raise FetchFailure(url, "robots.txt asks us not to read it", "The page is left alone", "robots")

    def _ask_robots(self, url: str) -> tuple[int, bytes]:
        answer = self.get(Request(url, accept="text/plain, */*;q=0.5", robots=False))
        return answer.status, answer.body

    def _host(self, url: str) -> _Host:
        with self._guard:
            return self._hosts.setdefault(urlsplit(url).netloc.lower(), _Host())

    def _gap(self, url: str) -> float:
        return max(self._policy.gap_seconds, self._robots.delay(origin(url)))

    def _one(self, url: str, request: Request, cookies: str, seconds: float) -> tuple[Response, float]:
        """One request, without redirects, in its host's turn; and how long the server took."""
        host = self._host(url)
        with host.turn:
            closed = host.closed_until - time.monotonic()
            if closed > 0:
                problem = f"{urlsplit(url).netloc} asked to be left alone for {closed:.0f} seconds more"
                raise FetchFailure(url, problem, "It is tried again after that", "busy", closed)
            wait = host.last + self._gap(url) - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            started = time.monotonic()
            try:
                response = self._read(url, self._headers(url, request, cookies), request.form, seconds)
            finally:
                host.last = time.monotonic()
            pause = retry_after_seconds(response.headers, time.time())
            if response.status == 429 or (response.status == 503 and pause):
                host.closed_until = host.last + (pause if pause is not None else BUSY_SECONDS)
            return response, host.last - started

    def _headers(self, url: str, request: Request, cookies: str) -> list[tuple[bytes, bytes]]:
        headers = {
            "user-agent": self._policy.user_agent,
            "accept": request.accept,
            "accept-encoding": "gzip, deflate",
            "accept-language": "*",
            "if-none-match": request.etag,
            "if-modified-since": request.last_modified,
            "cookie": cookies,
        }
        if request.form is not None:
            headers |= {
                "content-type": "application/x-www-form-urlencoded;charset=UTF-8",
                "content-length": str(len(request.form)),
            }
        host = httpx2.URL(url).netloc
        return [(b"host", host)] + [(k.encode(), v.encode("latin-1", "replace")) for k, v in headers.items() if v]

    def _read(self, url: str, headers: list[tuple[bytes, bytes]], form: bytes | None, seconds: float) -> Response:
        """Send and read one request; once more where a connection that was kept open had died in the meantime."""
        self._deadline.start(seconds)
        for attempt in (1, 2):
            try:
                return self._exchange(url, headers, form)
            except (httpcore2.TimeoutException, TimeoutError):
                raise FetchFailure(url, "did not answer in time", "It is tried again later", "time") from None
            except ClosedAddress as error:
                advice = "Name the host in [fetch] allow_hosts if it is yours"
                raise FetchFailure(url, str(error), advice, "address") from None
            except (httpcore2.RemoteProtocolError, httpcore2.ReadError, httpcore2.WriteError) as error:
                if attempt == 2 or form is not None or "complete message body" in str(error):
                    raise _broken(url, error) from None
            except (
                httpcore2.NetworkError,
                httpcore2.ProtocolError,
                httpcore2.UnsupportedProtocol,
                httpx2.InvalidURL,
                OSError,
                ValueError,  # what the parsers of URLs and headers raise
            ) as error:
                raise _broken(url, error) from None
        raise AssertionError("unreachable")

    def _exchange(self, url: str, headers: list[tuple[bytes, bytes]], form: bytes | None) -> Response:
        parts = httpx2.URL(url)  # IDNA and percent-encoding
        target = httpcore2.URL(scheme=parts.raw_scheme, host=parts.raw_host, port=parts.port, target=parts.raw_path)
        seconds = self._policy.timeout_seconds
        timeout = {"connect": seconds, "read": seconds, "write": seconds, "pool": seconds * 2}
        method = "GET" if form is None else "POST"
        with self._pool.stream(
            method, target, headers=headers, content=form, extensions={"timeout": timeout}
        ) as answer:
            named: dict[str, str] = {}
            for name, value in answer.headers:
                named.setdefault(name.decode("latin-1").lower(), value.decode("latin-1"))
            if answer.status in (204, 304):
                return Response(url, answer.status, b"", named)
            unpacker = Unpacker(url, named, self._policy.max_bytes)
            for chunk in answer.iter_stream():
                unpacker.add(chunk)
            return Response(url, answer.status, unpacker.finish(), named)


def _broken(url: str, error: Exception) -> FetchFailure:
    return FetchFailure(
        url, f"cannot be read: {error or type(error).__name__}", "It is tried again later", "connection"
    )
