"""Reading the baseline article, and drafting a watch from it."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from extractors.coding import read
from extractors.drafts import draft_concepts
from extractors.errors import ArticleError
from extractors.models import Actor, ArticleText, Concept
from flows.fetch import Fetcher, FetchPolicy, Request

SEARCH_WORDS = 6


def read_baseline_file(path: Path) -> tuple[ArticleText, bytes]:
    """The article in an .html or .txt file, and the file's bytes. Raises ArticleError for one without a text."""
    from extractors.articles import extract_article, plain_article  # trafilatura only where a page is read

    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ArticleError(str(path), f"cannot be read: {error.strerror}", "Name an .html or .txt file") from None
    if path.suffix.lower() in (".html", ".htm", ".xhtml") or raw.lstrip()[:1] == b"<":
        return _checked(extract_article(raw, path.absolute().as_uri()), str(path)), raw
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("windows-1252", "replace")
    if "\x00" in text:
        raise ArticleError(str(path), "is no text", "Name an .html or .txt file")
    return _checked(plain_article(text), str(path)), raw


def read_baseline_url(url: str, policy: FetchPolicy) -> tuple[ArticleText, bytes]:
    """The article at ``url``. Raises FetchError or ArticleError that says what to do."""
    from extractors.articles import extract_article

    with Fetcher(policy) as fetcher:
        response = fetcher.get(Request(url))
    if response.status != 200:
        advice = "Save the page as .html and name it with [baseline] file"
        raise ArticleError(url, f"the server answered {response.status}", advice)
    return _checked(extract_article(response.body, url, response.content_type), url), response.body


def _checked(article: ArticleText, where: str) -> ArticleText:
    if article.notice == "empty" or not article.text:
        advice = "Save the article's text as .txt and use that"
        raise ArticleError(where, "the baseline has no readable article text", advice)
    if article.notice:
        raise ArticleError(where, f"shows a {article.notice} notice instead of the article", "Save the page by hand")
    return article


def draft_watch(article: ArticleText, source: str, watch_file: Path | None) -> str:
    """The text of a watch file drafted from a baseline: its speakers, what they speak about, a news search.

    ``source`` is the URL or path as the user gave it; a path is written relative to ``watch_file``'s folder.
    """
    pairs = read(article.text, (), article.title)
    said = Counter(r.actor.name for _, r in pairs if r.actor)
    actors = {r.actor.name: r.actor for _, r in pairs if r.actor}
    concepts = draft_concepts(article.text, [attribution for attribution, _ in pairs])
    is_url = bool(re.match(r"https?://", source))
    name = article.title or (source if is_url else Path(source).stem)
    lines = [
        f"# Drafted from {source}: a start, to be read and corrected by somebody who knows the story.",
        "",
        "[watch]",
        f"id = {_quote(_slug(name))}",
        f"title = {_quote(name)}",
        'schedule = "*/30 * * * *"  # cron, UTC',
        "",
        "[baseline]",
        f"url = {_quote(source)}" if is_url else f"file = {_quote(_relative(source, watch_file))}",
    ]
    lines += [f"outlet = {_quote(article.outlet)}"] if article.outlet else []
    if article.published_at:
        lines.append(f"published_at = {article.published_at:%Y-%m-%dT%H:%M:%SZ}")
    else:
        lines.append("# published_at = 2025-12-03   # the page does not say; without it old quotes are hard to tell")
    lines += ["", "# [[feed]]", '# url = "https://example.org/rss.xml"', '# outlet = "..."', ""]
    lines += ["[[search]]", 'engine = "google-news"', f"query = {_quote(_query(article, said))}", ""]
    lines += [f"# {len(actors)} speakers found in the baseline. Add the aliases that other outlets use."]
    for actor_name, _ in said.most_common():
        lines += ["", *_actor_lines(actors[actor_name])]
    lines += ["", f"# {len(concepts)} propositions drafted from what they said. Add the wording of the two sides."]
    for concept in concepts:
        lines += ["", *_concept_lines(concept)]
    lines += ["", "[alerts]", 'to = []  # such as ["desk@example.org"]', "confirm_by = 2", 'digest = "immediate"', ""]
    return "\n".join(lines)


def _actor_lines(actor: Actor) -> list[str]:
    lines = ["[[actor]]", f"name = {_quote(actor.name)}", f"kind = {_quote(actor.kind)}"]
    if actor.affiliation:
        lines.append(f"affiliation = {_quote(actor.affiliation)}")
    if actor.aliases:
        lines.append(f"aliases = {_array(actor.aliases)}")
    return lines


def _concept_lines(concept: Concept) -> list[str]:
    return [
        "[[concept]]",
        f"id = {_quote(concept.id)}",
        f"proposition = {_quote(concept.proposition)}",
        f"terms = {_array(concept.terms)}",
        f"support = {_array(concept.support)}",
        f"oppose = {_array(concept.oppose)}",
    ]


def _query(article: ArticleText, said: Counter[str]) -> str:
    """Words to search the news for: the headline's longest, else the most frequent speakers' surnames."""
    words = [w for w in re.findall(r"[\w'’-]+", article.title) if len(w) > 3 or w.isupper()]
    names = [name.split()[-1] for name, _ in said.most_common() if not name.startswith("(")]  # unnamed sources
    return " ".join((words or names)[:SEARCH_WORDS]) or "news"


def _relative(source: str, watch_file: Path | None) -> str:
    beside = watch_file.absolute().parent if watch_file else Path.cwd()
    return Path(os.path.relpath(Path(source).absolute(), beside)).as_posix()


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40].strip("-") or f"watch-{datetime.now(UTC):%Y%m%d}"


def _quote(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'


def _array(values: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quote, values)) + "]"
