"""URL -> bytes, safely and politely. The only user of the HTTP client.

Safety: only http and https; the address that is connected to must be public, for every redirect too, unless the watch
allows that host by name; size, time and redirects are capped; proxies of the environment are ignored.
Politeness: robots.txt with its crawl delay, one request at a time per host with a gap, conditional requests.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import httpcore2
import httpx2
from protego import Protego

from extractors.errors import FetchError

VERSION = "0.1"
MAX_REDIRECTS = 5
WORKERS = 16
"""Hosts that are asked at the same time."""
MAX_CRAWL_DELAY_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class FetchPolicy:
    """How the fetcher behaves; from the watch's [fetch] table."""

    allow_hosts: frozenset[str] = frozenset()
    gap_seconds: float = 1.0
    timeout_seconds: float = 20.0
    max_bytes: int = 5_000_000
    contact: str | None = None
    obey_robots: bool = True

    @property
    def user_agent(self) -> str:
        """Who asks, and how to reach them."""
        contact = f"; +{self.contact}" if self.contact else ""
        return f"Volteface/{VERSION} (news monitor{contact})"


@dataclass(frozen=True, slots=True)
class Request:
    """A GET; the validators make it conditional."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What came back. ``url`` is where it came from in the end; ``moved_to`` only where every hop was permanent."""

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    moved_to: str | None = None

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    @property
    def not_modified(self) -> bool:
        return self.status == 304


class _PublicOnly(httpcore2.NetworkBackend):
    """Connects only to public addresses: it resolves, checks, and connects to the address that it checked."""

    def __init__(self, allowed: frozenset[str]) -> None:
        self._allowed = allowed
        self._plain = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved: {error}") from None
        addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
        if host.lower() not in self._allowed:
            closed = [a for a in addresses if not _is_public(a)]
            if closed:
                raise httpcore2.ConnectError(f"{host} leads to {closed[0]}, which is no public address")
        failure: Exception | None = None
        for address in addresses:
            try:
                return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"the name {host} has no address")


def _is_public(address: str) -> bool:
    ip = ipaddress.ip_address(address.split("%")[0])
    inner = getattr(ip, "ipv4_mapped", None) or getattr(ip, "sixtofour", None)
    return ip.is_global and not ip.is_multicast and (inner is None or inner.is_global)


class Fetcher:
    """Fetches for one pass. A context manager; safe to use from several threads."""

    def __init__(self, policy: FetchPolicy, sleep: Callable[[float], None] = time.sleep) -> None:
        self._policy = policy
        self._sleep = sleep
        self._locks: dict[str, threading.Lock] = {}
        self._last: dict[str, float] = {}
        self._robots: dict[str, Protego | None] = {}
        self._guard = threading.Lock()
        context = ssl.create_default_context(cafile=certifi.where())
        transport = httpx2.HTTPTransport(verify=context, trust_env=False)
        # httpx2 has no argument for the network backend; its pool does
        transport._pool = httpcore2.ConnectionPool(
            ssl_context=context, max_connections=WORKERS * 2, network_backend=_PublicOnly(policy.allow_hosts)
        )
        self._client = httpx2.Client(
            transport=transport,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(policy.timeout_seconds),
            headers={"user-agent": policy.user_agent, "accept-encoding": "gzip, deflate"},
        )

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def get_all(self, requests: Iterable[Request]) -> list[Response | FetchError]:
        """One result a request, in their order: many hosts in parallel, each host one at a time."""
        todo = list(requests)
        by_host: dict[str, list[int]] = {}
        for index, request in enumerate(todo):
            by_host.setdefault(urlsplit(request.url).netloc, []).append(index)
        results: dict[int, Response | FetchError] = {}

        def work(indices: list[int]) -> None:
            for index in indices:
                try:
                    results[index] = self.get(todo[index])
                except FetchError as error:
                    results[index] = error

        with ThreadPoolExecutor(max_workers=WORKERS) as pool:
            list(pool.map(work, by_host.values()))
        return [results[index] for index in range(len(todo))]

    def get(self, request: Request) -> Response:
        """Fetch one URL, following redirects. Raises FetchError for whatever keeps it from being read."""
        url, permanent = request.url, True
        for _ in range(MAX_REDIRECTS + 1):
            self._check(url)
            response = self._one(url, request)
            target = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                moved = response.url if permanent and response.url != request.url else None
                return Response(response.url, response.status, response.body, response.headers, moved)
            permanent = permanent and response.status in (301, 308)
            url = urljoin(url, target)
        raise FetchError(request.url, f"redirects more than {MAX_REDIRECTS} times", "It is tried again later")

    def _check(self, url: str) -> None:
        try:
            scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
        except ValueError:
            scheme, host = "", None
        if scheme not in ("http", "https") or not host:
            raise FetchError(url, "is no http or https address", "Only those are fetched")
        if self._policy.obey_robots and not self._allowed(url):
            raise FetchError(url, "robots.txt asks us not to read it", "The page is left alone")

    def _allowed(self, url: str) -> bool:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            try:
                answer = self._one(f"{origin}/robots.txt", Request(""))
                text = answer.body[:500_000].decode("utf-8", "replace") if answer.status == 200 else ""
            except FetchError:
                text = ""  # RFC 9309 wants "disallow all" on a server error; the page request will fail as well then
            self._robots[origin] = Protego.parse(text) if text else None
        rules = self._robots[origin]
        return rules is None or bool(rules.can_fetch(url, self._policy.user_agent))

    def _gap(self, url: str) -> float:
        parts = urlsplit(url)
        rules = self._robots.get(f"{parts.scheme}://{parts.netloc}")
        delay = rules.crawl_delay(self._policy.user_agent) if rules is not None else None
        return max(self._policy.gap_seconds, min(float(delay or 0), MAX_CRAWL_DELAY_SECONDS))

    def _one(self, url: str, request: Request) -> Response:
        """One request, without redirects, in its host's turn."""
        host = urlsplit(url).netloc
        with self._guard:
            lock = self._locks.setdefault(host, threading.Lock())
        with lock:
            wait = self._last.get(host, float("-inf")) + self._gap(url) - time.monotonic()
            if wait > 0:
                self._sleep(wait)
            try:
                return self._read(url, request)
            finally:
                self._last[host] = time.monotonic()

    def _read(self, url: str, request: Request) -> Response:
        headers = {}
        if request.etag:
            headers["if-none-match"] = request.etag
        if request.last_modified:
            headers["if-modified-since"] = request.last_modified
        deadline = time.monotonic() + self._policy.timeout_seconds * 2
        try:
            with self._client.stream("GET", url, headers=headers) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes(65_536):
                    body += chunk
                    if len(body) > self._policy.max_bytes:
                        raise FetchError(
                            url,
                            f"is larger than {self._policy.max_bytes:,} bytes",
                            "Raise [fetch] max_bytes to read it",
                        )
                    if time.monotonic() > deadline:
                        raise FetchError(url, "took too long to arrive", "It is tried again later")
                return Response(url, answer.status_code, bytes(body), {k.lower(): v for k, v in answer.headers.items()})
        except httpx2.TimeoutException:
            raise FetchError(url, "did not answer in time", "It is tried again later") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, UnicodeError) as error:
            raise FetchError(url, f"cannot be read: {error}", "It is tried again later") from None
