"""An HTML page -> the article's text and metadata. The only user of trafilatura."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urljoin

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from extractors.dateparsing import parse_date
from extractors.errors import ArticleError
from extractors.language import detect_language
from extractors.models import ArticleText

# A page nested deeper or larger than this is no article; lxml would spend minutes or overflow on it.
MAX_PAGE_BYTES = 10_000_000
SHORTEST_ARTICLE = 200
"""Characters; below it a page is a stub, a notice or a teaser."""

_CONSENT = re.compile(
    r"\b(we (and our partners )?(use|store) cookies|cookie (policy|settings|preferences)|your (privacy|consent)|"
    r"accept all|manage (your )?(preferences|choices)|before you continue)\b",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"\b(subscribe (now )?to (continue|read|keep)|already a subscriber|(this|the full) (article|story) is for "
    r"(our )?(subscribers|members)|log ?in to (continue|read)|to (continue|keep) reading|unlock this article|"
    r"start your (free )?trial|register to (continue|read))\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(page not found|404 error|access denied|are you a robot|verify (that )?you are (a )?human|"
    r"enable javascript|checking your browser|service unavailable)\b",
    re.IGNORECASE,
)


def extract_article(page: bytes, url: str, content_type: str | None = None) -> ArticleText:
    """The article on ``page``, which came from ``url`` with the header ``content_type``.

    A page that is a notice (consent, paywall, error, nothing) has ``notice`` set and should not be coded.
    Raises ArticleError for what is no HTML page.
    """
    if len(page) > MAX_PAGE_BYTES:
        raise ArticleError(url, f"the page has {len(page):,} bytes", f"Pages over {MAX_PAGE_BYTES:,} are not read")
    tree = _tree(page, url, content_type)
    found: Any = trafilatura.bare_extraction(
        tree, url=url, fast=True, include_tables=False, include_comments=False, with_metadata=True
    )
    meta = dict(_metadata(tree))
    paragraphs = _paragraphs(found.text or "") if found else []
    title = _title(tree, meta, (found.title or "") if found else "")
    if paragraphs and _same(paragraphs[0], title):
        del paragraphs[0]
    text = "\n".join(paragraphs)
    canonical = tree.xpath('string(//link[@rel="canonical"]/@href)').strip()
    canonical = urljoin(url, canonical) if canonical else ""
    return ArticleText(
        title=title,
        text=text,
        author=(found.author if found else None) or None,
        outlet=(found.sitename if found else None) or None,
        language=detect_language(text),
        published_at=_published(meta),
        canonical_url=canonical if re.match(r"https?://[^/]+/.", canonical) else None,
        notice=_notice(text, title),
    )


def plain_article(text: str, title: str = "", outlet: str | None = None) -> ArticleText:
    """An article that is given as text: paragraphs kept, control characters out. Raises nothing."""
    paragraphs = _paragraphs(text)
    body = "\n".join(paragraphs)
    return ArticleText(title=title, text=body, outlet=outlet, language=detect_language(body), notice=_notice(body, ""))


def _tree(page: bytes, url: str, content_type: str | None) -> Any:
    if b"\x00" in page[:1000] and not page.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleError(url, "is no HTML page", "It looks like a binary file")
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True)
        tree = lxml_html.document_fromstring(_decode(page, content_type).encode("utf-8", "replace"), parser=parser)
    except (ValueError, etree.ParserError, etree.XMLSyntaxError) as error:
        raise ArticleError(url, f"cannot be parsed as HTML: {error}", "It is skipped") from None
    return tree


def _decode(page: bytes, content_type: str | None) -> str:
    """Text of ``page``: what decodes cleanly wins over what header and meta claim, since they often lie."""
    for bom, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if page.startswith(bom):
            return page.decode(name, "replace")
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError:
        pass
    claims = re.findall(r"charset=[\"']?([\w-]+)", f"{content_type or ''} {page[:4096].decode('ascii', 'replace')}")
    for name in [*claims, "windows-1252"]:
        if name.lower().replace("_", "-") in ("utf-8", "utf8"):
            continue  # it is not, or we would not be here
        if name.lower() in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"):
            name = "windows-1252"  # what browsers read these as (WHATWG Encoding)
        try:
            return page.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return page.decode("windows-1252", "replace")


def _paragraphs(text: str) -> list[str]:
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\xad", ""))
    return [" ".join(line.split()) for line in clean.split("\n") if line.strip()]


def _same(a: str, b: str) -> bool:
    return re.sub(r"\W+", "", a).casefold() == re.sub(r"\W+", "", b).casefold()


def _metadata(tree: Any) -> Iterator[tuple[str, str]]:
    """name -> content of meta elements and of JSON-LD's top level, first one wins."""
    seen = set()
    for element in tree.iter("meta"):
        name = str(element.get("property") or element.get("name") or element.get("itemprop") or "").lower()
        if name and name not in seen and element.get("content"):
            seen.add(name)
            yield name, str(element.get("content"))
    for script in tree.xpath('//script[@type="application/ld+json"]/text()'):
        try:
            data = json.loads(script)
        except (ValueError, RecursionError):
            continue
        items = data.get("@graph", [data]) if isinstance(data, dict) else data
        for item in items if isinstance(items, list) else []:
            for key in ("datePublished", "headline") if isinstance(item, dict) else ():
                name = "ld:" + key.lower()
                if isinstance(item.get(key), str) and name not in seen:
                    seen.add(name)
                    yield name, item[key]
    for element in tree.xpath("//time[@datetime][1]"):
        yield "time", str(element.get("datetime"))


def _published(meta: dict[str, str]) -> datetime | None:
    """The page's own machine-readable date; a date in the running text is too often another one."""
    names = ("article:published_time", "ld:datepublished", "datepublished", "date", "dc.date.issued", "pubdate", "time")
    return next(filter(None, (parse_date(meta.get(name)) for name in names)), None)


def _title(tree: Any, meta: dict[str, str], found: str) -> str:
    """The headline; of <title> only what stands before the outlet's name."""
    heading = " ".join(tree.xpath("string((//article//h1|//h1)[1])").split())
    title = heading or meta.get("og:title") or meta.get("ld:headline") or found
    return " ".join(title.split())[:500]


def _notice(text: str, title: str) -> Literal["consent", "paywall", "empty", "error"] | None:
    """Whether the text is a notice instead of an article. Long texts may mention cookies and still be articles."""
    head = f"{title}\n{text}"
    if len(text) < 1200:
        if _ERROR.search(head):
            return "error"
        if len(_CONSENT.findall(head)) >= 2:
            return "consent"
        if _PAYWALL.search(head):
            return "paywall"
    return "empty" if len(text) < SHORTEST_ARTICLE else None
