"""The steps of one request: from address to address, with the cookies that servers hand out on the way."""

from __future__ import annotations

import contextlib
from urllib.parse import urljoin, urlsplit


class Cookies:
    """What servers set on the way of one request: some send a reader round until it comes back. Forgotten after it."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, str]] = {}

    def keep(self, url: str, header: str | None) -> None:
        name, equals, value = (header or "").split(";")[0].strip().partition("=")
        if equals and len(name) + len(value) < 4000:
            self._kept.setdefault(urlsplit(url).netloc, {})[name] = value

    def header(self, url: str) -> str:
        return "; ".join(f"{name}={value}" for name, value in self._kept.get(urlsplit(url).netloc, {}).items())


def origin(url: str) -> str:
    """Scheme, host and port: what a robots.txt holds for."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def plain(url: str) -> str:
    """``url`` without its fragment, and with the slashes that browsers read for backslashes."""
    return url.partition("#")[0].replace("\\", "/")


def join(url: str, target: str) -> str:
    """Where a Location header leads; a target that is no address is refused by the next check."""
    with contextlib.suppress(UnicodeError):  # servers write UTF-8 into a header that is latin-1
        target = target.encode("latin-1").decode("utf-8")
    try:
        return urljoin(url, target.strip().replace(" ", "%20"))
    except ValueError:
        return target
