"""An HTML page -> the article's text and metadata. The only user of trafilatura."""

from __future__ import annotations

import re
from typing import Any, Literal

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from extractors.errors import ArticleError
from extractors.language import detect_language
from extractors.markup import crowded
from extractors.metadata import Metadata, read_metadata
from extractors.models import ArticleText
from extractors.pruning import NOTICES, clean_lines, prune, unglue_links

MAX_PAGE_BYTES = 10_000_000
MAX_ELEMENTS = 60_000
"""A large live blog has 20,000; the extractor's time grows faster than their number."""
MAX_ATTRIBUTES = 300
"""Of one element: the parser's time grows with their square."""
SHORTEST_ARTICLE = 120
"""Characters; below it a page is a stub, a notice or a teaser."""
LONGEST_NOTICE = 1200
LONGEST_TEASER = 600
"""Of an article that the page says is not free: a longer one is here all the same."""

Notice = Literal["consent", "paywall", "empty", "error"]


def extract_article(page: bytes, url: str, content_type: str | None = None) -> ArticleText:
    """The article on ``page``, which came from ``url`` with the header ``content_type``.

    A page that is a notice (consent, paywall, error, nothing) has ``notice`` set and should not be coded.
    Raises ArticleError for what is no HTML page.
    """
    if len(page) > MAX_PAGE_BYTES:
        raise ArticleError(url, f"the page has {len(page):,} bytes", f"Pages over {MAX_PAGE_BYTES:,} are not read")
    tree = _tree(page, url, content_type)
    try:
        meta = read_metadata(tree, url)
        visible = _visible(tree)
        unglue_links(tree)
        prune(tree)
    except (RecursionError, etree.LxmlError) as error:
        raise ArticleError(url, f"cannot be read ({type(error).__name__})", "It is skipped") from error
    found = _find(tree, url)
    text = "\n".join(clean_lines(_paragraphs(found.text or "") if found else [], meta.title))
    return ArticleText(
        title=meta.title,
        text=text,
        author=meta.author,
        outlet=meta.outlet,
        language=detect_language(text),
        published_at=meta.published_at,
        canonical_url=meta.canonical_url,
        notice=_notice(text, meta, visible),
    )


def _find(tree: Any, url: str) -> Any:
    """What trafilatura finds on the page, None where it finds nothing."""
    try:
        return trafilatura.bare_extraction(
            tree, url=url, fast=True, include_tables=False, include_comments=False, with_metadata=False
        )
    except Exception as error:  # what a hostile page does to a library that is not ours is the page's failure
        raise ArticleError(url, f"cannot be read ({type(error).__name__})", "It is skipped") from error


def plain_article(text: str, title: str = "", outlet: str | None = None) -> ArticleText:
    """An article that is given as text: paragraphs kept, control characters out. Raises nothing."""
    body = "\n".join(_paragraphs(text))
    notice = _notice(body, None, body)
    return ArticleText(title=title, text=body, outlet=outlet, language=detect_language(body), notice=notice)


def _tree(page: bytes, url: str, content_type: str | None) -> Any:
    if b"\x00" in page[:1000] and not page.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ArticleError(url, "is no HTML page", "It looks like a binary file")
    if crowded(page, MAX_ATTRIBUTES):
        raise ArticleError(url, f"an element has more than {MAX_ATTRIBUTES} attributes", "It is skipped")
    try:
        parser = lxml_html.HTMLParser(encoding="utf-8", huge_tree=False, no_network=True, remove_pis=True)
        tree = lxml_html.document_fromstring(_decode(page, content_type).encode("utf-8", "replace"), parser=parser)
    except (ValueError, etree.ParserError, etree.XMLSyntaxError) as error:
        raise ArticleError(url, f"cannot be parsed as HTML: {error}", "It is skipped") from None
    if page.count(b"<") > MAX_ELEMENTS and sum(1 for _ in tree.iter()) > MAX_ELEMENTS:
        raise ArticleError(url, f"the page has more than {MAX_ELEMENTS:,} elements", "It is skipped")
    return tree


def _decode(page: bytes, content_type: str | None) -> str:
    """Text of ``page``: what decodes cleanly wins over what header and meta claim, since they often lie."""
    for bom, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if page.startswith(bom):
            return page.decode(name, "replace")
    try:
        return page.decode("utf-8")
    except UnicodeDecodeError as error:
        # A page that is cut in the middle of a character is UTF-8 all the same
        if error.start > len(page) - 4 and error.start > 100:
            return page.decode("utf-8", "replace")
    claims = re.findall(r"charset=[\"']?([\w-]+)", f"{content_type or ''} {page[:4096].decode('ascii', 'replace')}")
    for name in [*claims, "windows-1252"]:
        if name.lower().replace("_", "-") in ("utf-8", "utf8", "utf-16", "utf-32", "utf-7"):
            continue  # it is not, or we would not be here
        if name.lower() in ("iso-8859-1", "latin-1", "latin1", "ascii", "us-ascii"):
            name = "windows-1252"  # what browsers read these as (WHATWG Encoding)
        try:
            return page.decode(name)
        except (LookupError, UnicodeDecodeError, ValueError):
            continue
    return page.decode("windows-1252", "replace")


def _visible(tree: Any) -> str:
    """The start of all text that a reader would see, for pages on which no article is found."""
    texts = tree.xpath("//body//text()[not(ancestor::script or ancestor::style or ancestor::noscript)]")
    return " ".join(" ".join(texts[:400]).split())[:3000]


def _paragraphs(text: str) -> list[str]:
    clean = "".join(c if c.isprintable() or c == "\n" else " " for c in text.replace("\xad", "").replace("\u200b", ""))
    return [" ".join(line.split()) for line in clean.split("\n") if line.strip()]


def _notice(text: str, meta: Metadata | None, visible: str) -> Notice | None:
    """Whether the text is a notice instead of an article. Long texts may mention cookies and still be articles."""
    if len(text) >= LONGEST_NOTICE:
        return None
    short = len(text) < SHORTEST_ARTICLE
    title = meta.title if meta else ""
    # Where an article was found, what stands around it (a consent layer, a prompt to subscribe) proves nothing,
    # and a site that is down may be the news: an error says so at once
    said = f"{title}\n{visible if short else text}"
    if NOTICES["error"].search(said if short else f"{title}\n{text[:80]}"):
        return "error"
    if NOTICES["paywall"].search(said) or (meta and meta.free is False and len(text) < LONGEST_TEASER):
        return "paywall"
    if len({found.group().casefold() for found in NOTICES["consent"].finditer(said)}) >= 2:
        return "consent"
    return "empty" if short else None
