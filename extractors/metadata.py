"""What a page says about itself: meta elements, JSON-LD, headings. Machine-readable statements only."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from extractors.dateparsing import parse_date

_DATES = (
    "article:published_time", "og:article:published_time", "ld:datepublished", "datepublished", "article.published",
    "parsely-pub-date", "sailthru.date", "publishdate", "publish-date", "pubdate", "date", "dc.date.issued", "dc.date",
    "dcterms.issued", "dcterms.created", "dcterms.date", "ld:datecreated",
)  # fmt: skip
_ARTICLE_TYPES = re.compile(r"article|posting|report|review", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """A page's own statements about its article; None or empty where it makes none."""

    title: str
    author: str | None
    outlet: str | None
    published_at: datetime | None
    canonical_url: str | None
    free: bool | None
    """Whether the page says that the whole article is open to read (isAccessibleForFree)."""


def read_metadata(tree: Any, url: str) -> Metadata:
    """Read the metadata of ``tree`` (an lxml document) that came from ``url``."""
    meta = _meta(tree)
    for name, value in _linked_data(tree):
        meta.setdefault(name, value)
    free = {"false": False, "true": True}.get(meta.get("ld:isaccessibleforfree", "").lower())
    if free is None and re.fullmatch(r"locked|metered", meta.get("article:content_tier", ""), re.IGNORECASE):
        free = False
    return Metadata(
        title=_title(tree, meta),
        author=_author(tree, meta),
        outlet=_line(meta.get("og:site_name") or meta.get("ld:publisher") or meta.get("application-name")) or None,
        published_at=_published(tree, meta),
        canonical_url=_canonical(tree, meta, url),
        free=free,
    )


def _meta(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = str(element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name and element.get("content"):
            found.setdefault(name, str(element.get("content")))
    return found


def _linked_data(tree: Any) -> Iterator[tuple[str, str]]:
    """ "ld:..." names and values of JSON-LD, those of article types first."""
    items = [item for script in tree.xpath('//script[@type="application/ld+json"]/text()') for item in _items(script)]
    for item in sorted(items, key=lambda item: not _ARTICLE_TYPES.search(str(item.get("@type")))):
        for key in ("datePublished", "dateCreated", "headline", "isAccessibleForFree"):
            if isinstance(item.get(key), str | bool):
                yield f"ld:{key.lower()}", str(item[key])
        for key in ("author", "publisher"):
            if names := _names(item.get(key)):
                yield f"ld:{key}", names


def _items(script: str) -> list[dict[str, Any]]:
    try:
        data = json.loads(re.sub(r"^\s*(?:<!--|//<!\[CDATA\[)|(?:-->|//\]\]>)\s*$", "", script), strict=False)
    except (ValueError, RecursionError):
        return []
    todo = data if isinstance(data, list) else [data]
    todo = [inner for item in todo if isinstance(item, dict) for inner in (item, *_list(item.get("@graph")))]
    return [item for item in todo if isinstance(item, dict)][:100]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _names(value: object) -> str:
    people = value if isinstance(value, list) else [value]
    names = [person.get("name") if isinstance(person, dict) else person for person in people[:10]]
    return ", ".join(name for name in names if isinstance(name, str) and not re.match(r"https?://", name))


def _line(text: object) -> str:
    """One line of plain text; references that were escaped twice are read twice."""
    plain = html.unescape(html.unescape(str(text or ""))).replace("\xad", "")
    return " ".join("".join(c if c.isprintable() else " " for c in re.sub(r"<[^>]{0,500}>", "", plain)).split())[:500]


def _published(tree: Any, meta: Mapping[str, str]) -> datetime | None:
    """The page's own machine-readable date; a date in the running text is too often another one."""
    found = next(filter(None, (parse_date(meta.get(name)) for name in _DATES)), None)
    if found:
        return found
    marked = tree.xpath('//*[@itemprop="datePublished"]') or tree.xpath("//article//time[@datetime]")
    if not marked:
        times = tree.xpath("//time[@datetime]")
        # several moments on a page without an article element are those of its teasers
        marked = times if len({time.get("datetime") for time in times}) == 1 else []
    return next(filter(None, (parse_date(m.get("datetime") or m.get("content")) for m in marked[:3])), None)


def _author(tree: Any, meta: Mapping[str, str]) -> str | None:
    named = [meta.get(name, "") for name in ("ld:author", "author", "article:author", "dc.creator", "parsely-author")]
    named += [" ".join(e.text_content().split()) for e in tree.xpath('//*[@rel="author" or @itemprop="author"]')[:1]]
    lines = (re.sub(r"^by\s+", "", _line(name), flags=re.IGNORECASE) for name in named)
    return next((line for line in lines if line and not re.match(r"https?://", line) and len(line) < 200), None)


def _title(tree: Any, meta: Mapping[str, str]) -> str:
    """The headline: the heading that the page's own metadata knows, else the article's, else what they say."""
    stated = [_line(meta.get(name)) for name in ("og:title", "ld:headline", "twitter:title")]
    window = _line("".join(tree.xpath("string(//head/title)")))
    headings = [_line(h.text_content()) for h in (*tree.xpath("//article//h1")[:3], *tree.xpath("//h1")[:5])]
    headings = [heading for heading in headings if heading]
    known = " ".join([*stated, window]).casefold()
    for heading in headings:
        if heading.casefold() in known:
            return heading
    # a first heading that no metadata knows is often the outlet's name
    return next(filter(None, [*stated[:2], *headings, window]), "")


def _canonical(tree: Any, meta: Mapping[str, str], url: str) -> str | None:
    """The address that the page gives for itself; a front page for every article is a mistake, and no address."""
    raw = tree.xpath('string(//link[@rel="canonical"]/@href)').strip() or meta.get("og:url", "").strip()
    try:
        found = urljoin(url, raw) if raw else ""
        parts = urlsplit(found)
    except ValueError:
        return None
    named = parts.scheme in ("http", "https") and parts.hostname and (parts.path.strip("/") or parts.query)
    return found if named and len(found) <= 2000 else None
