"""News searches as feeds: their addresses, their limits, and the publisher's link behind theirs."""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass, replace
from html import unescape
from typing import Protocol
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from extractors.models import Entry
from flows.failures import FetchFailure
from flows.fetch import Request, Response

MAX_RECORDS = 75


@dataclass(frozen=True, slots=True)
class Engine:
    """A news search that answers with a feed."""

    host: str
    gap_seconds: float
    """Between two requests."""
    shortest_interval_seconds: float
    """Between two askings of one search: its index is not renewed faster."""


ENGINES = {
    "google-news": Engine("news.google.com", 2.0, 15 * 60),
    "bing-news": Engine("www.bing.com", 2.0, 15 * 60),
    # "Please limit requests to one every 5 seconds", and an index that is renewed every 15 minutes
    "gdelt": Engine("api.gdeltproject.org", 5.5, 15 * 60),
}
_GDELT_LANGUAGES = {
    "ar": "arabic", "bg": "bulgarian", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "et": "estonian", "fi": "finnish", "fr": "french", "he": "hebrew", "hi": "hindi",
    "hr": "croatian", "hu": "hungarian", "id": "indonesian", "it": "italian", "ja": "japanese", "ko": "korean",
    "lt": "lithuanian", "lv": "latvian", "nl": "dutch", "no": "norwegian", "pl": "polish", "pt": "portuguese",
    "ro": "romanian", "ru": "russian", "sk": "slovak", "sl": "slovenian", "sr": "serbian", "sv": "swedish",
    "tr": "turkish", "uk": "ukrainian", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip


def search_url(engine: str, query: str, language: str = "en", country: str = "US") -> str:
    """The address of the feed that answers ``query``. ``engine`` is a key of ENGINES, else ValueError."""
    if engine == "google-news":
        values = {"q": query, "hl": f"{language}-{country}", "gl": country, "ceid": f"{country}:{language}"}
        return "https://news.google.com/rss/search?" + urlencode(values)
    if engine == "bing-news":
        market = f"{language}-{country}"
        return "https://www.bing.com/news/search?" + urlencode({"q": query, "format": "rss", "mkt": market})
    if engine == "gdelt":
        name = _GDELT_LANGUAGES.get(language)
        values = {
            "query": f"{query} sourcelang:{name}" if name else query,
            "mode": "artlist",
            "format": "rss",
            "maxrecords": str(MAX_RECORDS),
            "timespan": "3d",
            "sort": "datedesc",
        }
        return "https://api.gdeltproject.org/api/v2/doc/doc?" + urlencode(values)
    raise ValueError(f'no engine "{engine}"')


def search_trouble(engine: str | None, response: Response) -> str | None:
    """What a search engine complains about in an answer that claims to be fine; None where it does not."""
    if engine not in ENGINES:
        return None
    body = response.body[:2000].lstrip()
    if urlsplit(response.url).hostname in ("consent.google.com", "www.google.com"):
        return "the search engine asks for consent or a captcha instead of answering"
    if body and not body.startswith((b"<", b"{", b"\xef\xbb\xbf")):
        # GDELT writes its complaints as plain text with status 200
        return f"the search engine says: {' '.join(body[:200].decode('utf-8', 'replace').split())}"
    return None


def publisher_link(url: str) -> str | None:
    """The publisher's address inside a search engine's link where the link itself holds it, else None. Pure."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").lower()
        query = parse_qs(parts.query)
    except ValueError:
        return None
    found: str | None = None
    if host.endswith("bing.com") and parts.path.startswith(("/news/apiclick", "/ck/a")):
        found = next(iter(query.get("url", [])), None) or _bing_packed(next(iter(query.get("u", [])), ""))
    elif host in ("www.google.com", "google.com") and parts.path == "/url":
        found = next(iter(query.get("url", []) or query.get("q", [])), None)
    elif host == "news.google.com" and (token := google_token(url)):
        found = _google_packed(token)
    return found if found and re.match(r"https?://[^/\s]+", found) else None


def tidy_entry(engine: str | None, entry: Entry) -> Entry:
    """An engine's entry as the publisher's own feed would give it: its link, its title without the outlet's name."""
    if engine not in ENGINES:
        return entry
    title = entry.title.removesuffix(f" - {entry.outlet}") if entry.outlet else entry.title
    return replace(entry, url=publisher_link(entry.url) or entry.url, title=title)


def is_wrapped(url: str) -> bool:
    """Whether ``url`` is a search engine's link that leads to a publisher's page."""
    return publisher_link(url) is not None or google_token(url) is not None


def google_token(url: str) -> str | None:
    """The article's token in a Google News link, None for other links."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    found = re.search(r"/(?:articles|read)/([\w-]{16,2000})/?$", parts.path)
    return found[1] if found and (parts.hostname or "").lower() == "news.google.com" else None


def _unpack(token: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        return b""


def _bing_packed(token: str) -> str | None:
    return _unpack(token[2:]).decode("utf-8", "replace") if token.startswith("a1") else None


def _google_packed(token: str) -> str | None:
    """Links of before 2024 hold the address itself, in a protobuf string after two fixed bytes."""
    found = re.search(rb"https?://[\x21-\x7e]+", _unpack(token))
    # A second address (the AMP form) may follow, parted by control bytes, which the pattern ends at
    return found[0].decode("ascii") if found else None


class Asks(Protocol):
    """What resolving needs of a fetcher."""

    def get(self, request: Request) -> Response: ...


def resolve(url: str, fetcher: Asks) -> str:
    """The publisher's address behind a search engine's link; ``url`` itself where it is no such link.

    Google's newer links hold only a token: its page has a signature, and with that its service tells the address.
    Raises FetchFailure where it does not; the page is then tried again later, like one whose server is down.
    """
    if known := publisher_link(url):
        return known
    token = google_token(url)
    if token is None:
        return url
    page = fetcher.get(Request(f"https://news.google.com/articles/{quote(token)}", accept="text/html", robots=False))
    text = page.body.decode("utf-8", "replace")
    signature, moment = (re.search(rf'data-n-a-{name}="([^"]{{1,400}})"', text) for name in ("sg", "ts"))
    if page.status == 200 and signature and moment and moment[1].isdigit():
        call = ["garturlreq", _CALL, token, int(moment[1]), unescape(signature[1])]
        form = urlencode({"f.req": json.dumps([[["Fbv4je", json.dumps(call), None, "generic"]]])}).encode()
        answer = fetcher.get(Request(_GOOGLE_SERVICE, form=form, robots=False))
        if found := read_google_answer(answer.body):
            return found
    problem = f"Google News does not tell the publisher's address (it answered {page.status})"
    raise FetchFailure(url, problem, "It is tried again later", "busy", 3600.0)


_GOOGLE_SERVICE = "https://news.google.com/_/DotsSplashUi/data/batchexecute"
# The reader's settings as the page's own script sends them: language, country, and flags that the service insists on
_CALL = [
    ["X", "X", ["X", "X"], None, None, 1, 1, "US:en", None, 1, None, None, None, None, None, 0, 1],
    "X", "X", 1, [1, 1, 1], 1, 1, None, 0, 0, None, 0,
]  # fmt: skip


def read_google_answer(body: bytes) -> str | None:
    """The address in the service's answer: JSON in JSON, after a line that keeps it from being run as a script."""
    for line in body.decode("utf-8", "replace").splitlines():
        if '"Fbv4je"' not in line:
            continue
        try:
            for row in json.loads(line):
                if row[:2] == ["wrb.fr", "Fbv4je"]:
                    found = json.loads(row[2])[1]
                    return found if isinstance(found, str) and re.match(r"https?://", found) else None
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
    return None
