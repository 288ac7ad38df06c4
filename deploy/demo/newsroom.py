"""The demo newsroom: invented outlets that publish on loopback, as of a moment that the caller sets.

In: `outlets.toml`, `facts.toml`, `articles/*.md` and `templates/*.j2` beside this file.
Out: what an HTTP client would get for a path at a moment (`Newsroom.respond`), or a real server (`serve`).

Rendering is pure: no clock, no network, no state, so one moment always gives the same bytes. The file stands alone
(standard library and jinja2), because deploy/ is not a package: load it by its path. From a shell:

    python deploy/demo/newsroom.py list                  what each pass of the demo sees
    python deploy/demo/newsroom.py serve --port 8765 --now 2025-12-14T20:00:00Z
    python deploy/demo/newsroom.py baseline              the page that is kept as baseline.html
"""

from __future__ import annotations

import argparse
import hashlib
import re
import threading
import time
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape  # jinja2's own dependency

HERE = Path(__file__).parent
FEED_LENGTH = 12  # entries; real feeds forget too

CONDITIONS = ("If-None-Match", "If-Modified-Since")
FEEDS = {  # feed type -> (file name, template, media type)
    "rss": ("feed.xml", "feed.rss.j2", "application/rss+xml"),
    "atom": ("atom.xml", "feed.atom.j2", "application/atom+xml"),
    "rdf": ("index.rdf", "feed.rdf.j2", "application/rdf+xml"),
    "json": ("feed.json", "feed.json.j2", "application/feed+json"),
}
BLOCKS = {  # how a block of an article file starts -> its kind; anything else is a paragraph
    "## ": "subhead",
    "> ": "quote",
    "- ": "item",
    "::also ": "also",
    "::time ": "time",
    "::caption ": "caption",
    "::box ": "box",
}


@dataclass(frozen=True, slots=True)
class Outlet:
    """One invented outlet. `encoding` is what its bytes are, the other two are what it says they are."""

    id: str
    name: str
    tagline: str
    template: str
    feed: str
    language: str
    sections: tuple[str, ...]
    encoding: str = "utf-8"
    header_charset: str = "utf-8"  # empty: the header names none
    meta_charset: str = "utf-8"
    curly: bool = True  # typographic quotation marks
    link_suffix: str = ""  # tracking that its feed hangs on every link

    @property
    def feed_path(self) -> str:
        return f"/{self.id}/{FEEDS[self.feed][0]}"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a body. `label` is the part before " | ", where the kind has one."""

    kind: str
    html: Markup
    label: str = ""


@dataclass(frozen=True, slots=True)
class Version:
    """What one page says from `since` on, until the next version."""

    since: datetime
    title: str
    author: str
    summary: str
    facts: tuple[int, ...]
    blocks: tuple[Block, ...]
    caption: str = ""
    hashtags: tuple[str, ...] = ()
    stray_date: str = ""  # printed before the text, and wrong
    related: tuple[str, ...] = ()
    invented: str = ""  # whom we made up, for the notice at the foot of the page


@dataclass(frozen=True, slots=True)
class Article:
    """One URL. `wire` names the article it is a copy of; from `gone_at` on the page answers 410."""

    id: str
    outlet: Outlet
    url_path: str
    language: str
    versions: tuple[Version, ...]
    gone_at: datetime | None = None
    wire: str = ""
    baseline: bool = False

    @property
    def path(self) -> str:
        return f"/{self.outlet.id}/{self.url_path}"

    @property
    def published_at(self) -> datetime:
        return self.versions[0].since

    def at(self, now: datetime) -> Version | None:
        """The version that stands at `now`; None before publication."""
        return next((v for v in reversed(self.versions) if v.since <= now), None)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    headers: Mapping[str, str]
    body: bytes


class Newsroom:
    """All outlets and articles, and the pages and feeds that they make of them."""

    def __init__(self, root: Path = HERE) -> None:
        config = tomllib.loads((root / "outlets.toml").read_text("utf-8"))
        self.outlets = {row["id"]: _outlet(row) for row in config["outlet"]}
        self.passes: tuple[datetime, ...] = tuple(config["passes"])
        self.articles = load_articles(root / "articles", self.outlets)
        facts = tomllib.loads((root / "facts.toml").read_text("utf-8"))["fact"]
        self._sources: dict[int, list[str]] = {row["number"]: row["urls"] for row in facts}
        self._env = Environment(
            loader=FileSystemLoader(root / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._env.filters |= {"rfc822": format_datetime, "iso": datetime.isoformat, "entities": entities}

    def visible(self, now: datetime, outlet: Outlet | None = None) -> list[Article]:
        """What was published by `now` (by `outlet`, if given), newest first."""
        found = [a for a in self.articles if a.published_at <= now and outlet in (None, a.outlet)]
        return sorted(found, key=lambda a: a.published_at, reverse=True)

    def respond(
        self, path: str, *, base_url: str, now: datetime, request_headers: Mapping[str, str] | None = None
    ) -> Response:
        """What a client gets for `path` at `now`.

        `base_url` has no slash at its end; `now` has a zone. Of `request_headers` only If-None-Match and
        If-Modified-Since count, spelt so. Statuses: 200, 304, 404, and 410 for a page that was taken down.
        """
        path = urlsplit(path).path
        if path == "/robots.txt":
            return _answer(b"User-agent: *\nDisallow: /search\n", "text/plain; charset=utf-8", None, {})
        parts = path.strip("/").split("/", 1)
        outlet = self.outlets.get(parts[0])
        articles = self.visible(now, outlet)
        modified = max((v.since for a in articles for v in a.versions if v.since <= now), default=None)
        common = {"base_url": base_url, "now": now, "outlet": outlet, "articles": articles[:FEED_LENGTH]}
        if outlet is None:
            known = path == "/"
            text = self._render("index.html.j2", outlets=self.outlets.values(), **common) if known else "not found"
            return _answer(text.encode(), "text/html; charset=utf-8", modified, {}, 200 if known else 404)
        if path == outlet.feed_path:
            _, template, media_type = FEEDS[outlet.feed]
            text = self._render(template, **common)
            return _answer(text.encode(), media_type, modified, request_headers or {})
        if len(parts) == 1:
            text = self._render("front.html.j2", **common)
            return _answer(text.encode(), "text/html; charset=utf-8", modified, request_headers or {})
        article = next((a for a in articles if a.path == path), None)
        if article is None:
            return _answer(b"<h1>Page not found</h1>", "text/html", None, {}, 404)
        if article.gone_at and article.gone_at <= now:
            return _answer(b"<h1>This page has been removed</h1>", "text/html", None, {}, 410)
        return self._page(article, base_url, now, request_headers or {})

    def _page(self, article: Article, base_url: str, now: datetime, headers: Mapping[str, str]) -> Response:
        version, outlet = article.at(now), article.outlet
        assert version is not None  # respond() looks among the visible ones only
        sources = [url for number in version.facts for url in self._sources[number]]
        text = self._render(
            f"{outlet.template}.html.j2",
            article=article,
            version=version,
            outlet=outlet,
            base_url=base_url,
            sources=list(dict.fromkeys(sources)),
        )
        # A character that the encoding lacks becomes a reference, as old content systems do it.
        body = text.encode(outlet.encoding, "xmlcharrefreplace")
        charset = f"; charset={outlet.header_charset}" if outlet.header_charset else ""
        return _answer(body, f"text/html{charset}", version.since, headers)

    def _render(self, template: str, **values: Any) -> str:
        return self._env.get_template(template).render(values)


def load_articles(folder: Path, outlets: Mapping[str, Outlet]) -> tuple[Article, ...]:
    """Every article under `folder`, edits folded into the article that they edit. ValueError names a bad file."""
    articles: dict[str, Article] = {}
    for file in sorted(folder.glob("*.md")):
        if not file.name.endswith(".edit.md"):
            article = _article(file, outlets)
            if article.id in articles:
                raise ValueError(f"{file}: id {article.id!r} is taken")
            articles[article.id] = article
    for file in sorted(folder.glob("*.edit.md")):
        front, text = _front_matter(file)
        old = articles[front.pop("edits")]
        edit = _version(front, front.pop("edited_at"), text, old.outlet)
        articles[old.id] = _replace_versions(old, (*old.versions, edit))
    return tuple(sorted(articles.values(), key=lambda a: a.published_at))


def entities(text: str) -> Markup:
    """Escaped `text` with named, decimal, hexadecimal and doubly escaped references mixed, as found on real pages."""
    table = {"’": "&rsquo;", "“": "&ldquo;", "”": "&#8221;", "–": "&#x2013;", "—": "&mdash;", "é": "&eacute;"}
    messy = "".join(table.get(char, char) for char in str(escape(text)))
    messy = re.sub(r"(?<=Article) (?=5)", "&amp;nbsp;", messy)  # escaped twice: the reader sees it
    # Escaped above, and our own text: S704 has nothing to fear here, nor in _blocks.
    return Markup(re.sub(r"(?<=negotia)(?=tion)|(?<=guaran)(?=tee)", "&shy;", messy))  # noqa: S704


def _front_matter(file: Path) -> tuple[dict[str, Any], str]:
    try:
        _, front, text = file.read_text("utf-8").split("+++\n", 2)
        return tomllib.loads(front), text
    except ValueError as error:  # tomllib's own error is one too
        raise ValueError(f"{file}: {error}") from error


def _outlet(row: dict[str, Any]) -> Outlet:
    return Outlet(**{**row, "sections": tuple(row["sections"])})


def _article(file: Path, outlets: Mapping[str, Outlet]) -> Article:
    front, text = _front_matter(file)
    try:
        outlet = outlets[front.pop("outlet")]
        own = {key: front.pop(key) for key in ("id", "url_path", "gone_at", "wire", "baseline") if key in front}
        language = front.pop("language", outlet.language)
        versions = (_version(front, front.pop("published_at"), text, outlet),)
        return Article(outlet=outlet, language=language, versions=versions, **own)
    except (KeyError, TypeError) as error:  # a key that is missing, or that nobody knows
        raise ValueError(f"{file}: {error}") from error


def _version(front: dict[str, Any], since: datetime, text: str, outlet: Outlet) -> Version:
    values: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in front.items()}
    values |= {key: _curl(values[key]) for key in ("title", "summary", "caption") if outlet.curly and key in values}
    pieces = re.split(r"\n\s*\n|\n(?=- )", text.strip())  # items of a list follow each other
    return Version(since=since, blocks=tuple(_blocks(pieces, outlet.curly)), **values)


def _replace_versions(article: Article, versions: Iterable[Version]) -> Article:
    values = {name: getattr(article, name) for name in Article.__slots__}
    return Article(**{**values, "versions": tuple(sorted(versions, key=lambda v: v.since))})


def _blocks(pieces: Iterable[str], curly: bool) -> Iterable[Block]:
    for piece in pieces:
        mark = next((mark for mark in BLOCKS if piece.startswith(mark)), "")
        label, _, text = piece.removeprefix(mark).replace("\n", " ").rpartition(" | ")
        text = _curl(text) if curly else text
        # The one inline mark-up: [words](address). Links may start and end inside a word, as on real pages.
        html = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r'<a href="\2">\1</a>', str(escape(text)))
        yield Block(BLOCKS.get(mark, "paragraph"), Markup(html), _curl(label) if curly else label)  # noqa: S704


def _curl(text: str) -> str:
    text = re.sub(r'(^|[\s(\[—–])"', r"\1“", text).replace('"', "”")
    return re.sub(r"(^|[\s(\[“])'", r"\1‘", text).replace("'", "’")


def _answer(
    body: bytes, media_type: str, modified: datetime | None, asked: Mapping[str, str], status: int = 200
) -> Response:
    """A response with its validators, or 304 where those of the request still hold (RFC 9110, 13.2.2)."""
    headers = {"Content-Type": media_type, "Cache-Control": "no-cache"}
    if status != 200:
        return Response(status, headers, body)
    etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
    headers["ETag"] = etag
    if modified:
        headers["Last-Modified"] = format_datetime(modified.astimezone(UTC), usegmt=True)
    if "If-None-Match" in asked:  # where it is given, the date does not count
        tags = [tag.strip().removeprefix("W/") for tag in asked["If-None-Match"].split(",")]
        unchanged = etag in tags or "*" in tags
    else:
        unchanged = modified is not None and _not_after(modified, asked.get("If-Modified-Since", ""))
    return Response(304, headers, b"") if unchanged else Response(200, headers, body)


def _not_after(modified: datetime, header: str) -> bool:
    try:
        return modified <= parsedate_to_datetime(header)
    except (TypeError, ValueError):  # absent, unreadable, or without a zone
        return False


class NewsroomServer:
    """A threaded server on 127.0.0.1, running inside `with`. Set `now` to move the newsroom's clock."""

    def __init__(self, newsroom: Newsroom, now: datetime, port: int = 0) -> None:
        self.newsroom, self.now = newsroom, now
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                asked = {
                    key: self.headers[key] for key in ("If-None-Match", "If-Modified-Since") if key in self.headers
                }
                response = newsroom.respond(self.path, base_url=outer.base_url, now=outer.now, request_headers=asked)
                self.send_response(response.status)
                for key, value in {**response.headers, "Content-Length": str(len(response.body))}.items():
                    self.send_header(key, value)
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(response.body)

            do_HEAD = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet: the demo prints its own account."""

        self._http = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._http.daemon_threads = True  # a client that keeps its connection open must not hold up the exit
        self._thread = threading.Thread(target=self._http.serve_forever, name="demo-newsroom", daemon=True)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


def serve(newsroom: Newsroom, now: datetime, port: int = 0) -> NewsroomServer:
    """A server for `with serve(newsroom, now) as server`; port 0 takes a free one. OSError if `port` is taken."""
    return NewsroomServer(newsroom, now, port)


def account(newsroom: Newsroom) -> Iterable[str]:
    """What each pass sees that the one before did not, a line for each; times are UTC."""
    before = datetime.min.replace(tzinfo=UTC)
    for now in newsroom.passes:
        yield f"{now:%Y-%m-%d %H:%M}  {len(newsroom.visible(now))} articles in all"
        events: list[tuple[datetime, str, Article, str]] = []
        for article in newsroom.articles:
            for number, version in enumerate(article.versions):
                sign = "~" if number else "=" if article.wire else "+"
                events.append((version.since, sign, article, version.title))
            if article.gone_at:
                events.append((article.gone_at, "-", article, article.versions[-1].title))
        for moment, sign, article, title in sorted(events, key=lambda event: event[0]):
            if before < moment <= now:
                yield f"  {sign} {moment.astimezone(UTC):%d %b %H:%M}  {article.outlet.name:24} {title}"
        before = now
    yield "+ new   = copy of a wire story   ~ silently edited   - taken down"


def main() -> None:
    parser = argparse.ArgumentParser(description="The demo newsroom.")
    parser.add_argument("command", choices=["list", "serve", "baseline"])
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--now", type=datetime.fromisoformat, help="moment with a zone; default: the last pass")
    options = parser.parse_args()
    newsroom = Newsroom()
    now = options.now or newsroom.passes[-1]
    if options.command == "list":
        print("\n".join(account(newsroom)))
    elif options.command == "baseline":
        article = next(a for a in newsroom.articles if a.baseline)
        print(newsroom.respond(article.path, base_url="http://127.0.0.1:8765", now=now).body.decode())
    else:
        with serve(newsroom, now, options.port) as server:
            print(f"{server.base_url}  as of {now:%Y-%m-%d %H:%M}; Ctrl-C ends it", flush=True)
            try:
                while True:
                    time.sleep(3600)
            except KeyboardInterrupt:
                pass


if __name__ == "__main__":
    main()
