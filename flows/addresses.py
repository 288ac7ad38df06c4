"""Which addresses may be connected to, and the network backend that holds to it.

The name is resolved, every address of the answer is checked, and the connection goes to an address that was checked:
a second look-up cannot give another one (DNS rebinding), and a redirect is checked like any other request.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterable
from typing import Any

import httpcore2

Resolver = Callable[[str, int], list[str]]
"""Host name and port -> addresses. Raises OSError where the name has none."""

_NETWORKS = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # the metadata service of a large cloud, on a public address
            "192.0.0.0/24",  # protocol assignments; another cloud's metadata
            "192.88.99.0/24",  # 6to4 relays
            "::/96",  # IPv4-compatible, long deprecated
            "64:ff9b:1::/48",  # local NAT64
            "fec0::/10",  # site-local, deprecated
        ),
    )
)
"""Closed although ``is_global`` of some Python versions lets them through."""
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether ``address`` belongs to the open internet, and so does the IPv4 address that it may carry inside."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:  # a zone ("fe80::1%eth0") or no address at all
        return False
    if not ip.is_global or ip.is_multicast or ip.is_reserved or any(ip in network for network in _NETWORKS):
        return isinstance(ip, ipaddress.IPv6Address) and ip in _NAT64 and _inner_is_public(ip)
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        return is_public(str(inner)) if inner else ip not in _NAT64 or _inner_is_public(ip)
    return True


def _inner_is_public(ip: ipaddress.IPv6Address) -> bool:
    return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))


def resolve(host: str, port: int) -> list[str]:
    """Ask the system's resolver."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


class Deadline:
    """When the request that this thread makes must be over, whatever the server drips. One for a Fetcher."""

    def __init__(self) -> None:
        self._local = threading.local()

    def start(self, seconds: float) -> None:
        self._local.at = time.monotonic() + seconds

    def left(self, timeout: float | None) -> float:
        """Seconds that the next read or write may take. Raises ReadTimeout when there are none."""
        left = float(getattr(self._local, "at", float("inf"))) - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the whole answer took too long")
        return left if timeout is None else min(timeout, left)


class _TimedStream(httpcore2.NetworkStream):
    """A stream that also keeps to the deadline: a read time-out alone never ends a server that drips bytes."""

    def __init__(self, inner: httpcore2.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        secure = self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout))
        return _TimedStream(secure, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class ClosedAddress(httpcore2.ConnectError):
    """A host that leads to an address which is not of the open internet."""


class PublicOnly(httpcore2.NetworkBackend):
    """Connects only to public addresses, except for hosts that are allowed by name."""

    def __init__(self, allowed: Collection[str], deadline: Deadline, resolver: Resolver = resolve) -> None:
        self._allowed = {name.lower().strip("[]") for name in allowed}
        self._deadline = deadline
        self._resolve = resolver
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
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved: {error}") from None
        if host.lower().strip("[]") not in self._allowed:
            closed = [address for address in addresses if not is_public(address)]
            if closed:
                raise ClosedAddress(f"{host} leads to {closed[0]}, which is no public address")
        failure: Exception | None = None
        for address in addresses:
            try:
                left = self._deadline.left(timeout)
                stream = self._plain.connect_tcp(address, port, left, local_address, socket_options)
                return _TimedStream(stream, self._deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"the name {host} has no address")
