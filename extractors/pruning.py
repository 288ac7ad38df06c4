"""What surrounds an article, taken out of the page before its text is read, and out of the text after.

The extractor finds the part of a page that holds the article, and leaves in it what stands between the paragraphs:
"Also read" boxes that quote other people, captions, prompts to share. A quotation from a box would be filed as said
in this story, so the boxes go first. Three signs, none of them enough for a large part of the page:

- what the page's author calls the element (class and id);
- the label that a block starts with, where nothing but a colon or a link follows it;
- a block that is nothing but links.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from typing import Any

_DATA: dict[str, Any] = tomllib.loads((files("extractors") / "data" / "pages.toml").read_text("utf-8"))
NOTICES: dict[str, re.Pattern[str]] = {
    kind: re.compile(rf"\b(?:{'|'.join(patterns)})", re.IGNORECASE) for kind, patterns in _DATA["notices"].items()
}


def _alternatives(words: Iterable[str]) -> str:
    # the longest first: "read more" must not hide "read more on this story"
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LABEL = re.compile(
    rf"\W{{0,3}}(?:{_alternatives(_DATA['labels'])})\s*(?P<mark>[:|»›>–—…]|\.\.\.|-\s)?\s*", re.IGNORECASE
)
_NAMES = re.compile(rf"(?:^|[\s_])(?:{_alternatives(_DATA['names'])})(?=$|[\s_])")
_LINES = re.compile("|".join(f"(?:{line})" for line in _DATA["lines"]), re.IGNORECASE)

_BLOCKS = {"p", "div", "section", "aside", "li", "ul", "ol", "dl", "figure", "table", "center", "blockquote", "nav"}
_INLINE = {"a", "b", "strong", "em", "i", "span", "small", "u", "font", "mark", "label"}
_HEADINGS = {"h2", "h3", "h4", "h5", "h6"}
_ALWAYS = "//figcaption|//form|//button|//nav|//dialog|//template|//svg|//video|//audio|//canvas|//select|//textarea"
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NEVER = {"html", "body", "main", "article", "head"}
LONGEST_BOX = 800
"""Characters. A larger block is not dropped for the label that it starts with."""
MOST_BOXES = 1000
LARGEST_SHARE = 0.3
"""Of the page's text. A block that holds more of it is the article, whatever it is called."""


def prune(tree: Any) -> None:
    """Take out of ``tree`` (an lxml document) what is not the article; its element tree changes in place."""
    for element in tree.xpath(_ALWAYS):
        _drop(element)
    limit = LARGEST_SHARE * len(tree.text_content())
    doomed: list[Any] = []
    for element in tree.iter(*_BLOCKS, *_INLINE, *_HEADINGS):
        if len(doomed) >= MOST_BOXES:
            break  # no page that is meant for readers has so many
        if element.tag in _BLOCKS and _is_named_so(element):
            if not _holds_more(element, limit) and element.find(".//h1") is None:
                doomed.append(element)
        elif element.text and (label := _LABEL.match(element.text)):
            doomed += _box(element, label, limit)
        elif element.tag in ("p", "li", "div") and _only_links(element):
            doomed.append(element)
    for element in doomed:
        _drop(element)


def _is_named_so(element: Any) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if names != " " and _NAMES.search(names.lower().replace("__", " ").replace("--", " ")):
        return True
    return bool(_HIDDEN.search(element.get("style") or "")) or element.get("aria-hidden") == "true"


def _box(element: Any, label: re.Match[str], limit: float) -> list[Any]:
    """The block that the label in ``element`` opens, and what follows a heading that is one."""
    rest = element.text[label.end() :].strip()
    linked = not rest and len(element) > 0 and element[0].tag == "a"
    alone = not rest and len(element) == 0
    if not (label["mark"] or linked or alone):
        return []  # a sentence that happens to start with these words
    box = element
    # Climb while the label opens the parent too: <div><p><b>Also read:</b> ...</p> ...</div>
    while (parent := box.getparent()) is not None and parent.tag not in _NEVER:
        if (parent.text or "").strip() or next(iter(parent)) is not box:
            break
        if _holds_more(parent, min(LONGEST_BOX, limit)):
            break
        box = parent
    if _holds_more(box, LONGEST_BOX):
        return []
    if box.tag in _INLINE and (box.getparent() is None or box.getparent().tag not in _INLINE):
        # an inline label in a larger block: only itself goes
        return [box] if alone or linked else []
    following = box.getnext()
    if (
        box.tag in _HEADINGS
        and following is not None
        and following.tag in ("ul", "ol", "div")
        and _links_share(following) > 0.6
    ):
        return [box, following]
    return [box]


def _only_links(element: Any) -> bool:
    """Whether a short block holds links and hardly anything else, and no full sentence."""
    if len(element) == 0 or len(element) > 30 or (element.text or "").strip():
        return False
    text = " ".join(element.text_content().split())
    if not 0 < len(text) < 200 or text[-1] in '.!?”"»':
        return False
    return _links_share(element) > 0.9


def _links_share(element: Any) -> float:
    total = len("".join(element.text_content().split()))
    linked = sum(len("".join(link.text_content().split())) for link in element.iter("a"))
    return linked / total if total else 0.0


def _holds_more(element: Any, limit: float) -> bool:
    """Whether ``element`` holds more than ``limit`` characters of text; reads no further than it must."""
    seen = 0
    for text in element.itertext():
        seen += len(text)
        if seen > limit:
            return True
    return False


def _drop(element: Any) -> None:
    parent = element.getparent()
    if parent is None or element.tag in _NEVER:
        return
    element.drop_tree()  # keeps the text that follows the element


def clean_lines(lines: Iterable[str], title: str = "") -> list[str]:
    """The paragraphs among ``lines``: without bullets, credits, prompts, and what stands before the first sentence.

    That is the title again, the date and the author.
    """
    kept: list[str] = []
    heading = _letters(title)
    for raw in lines:
        line = unglue_sentences(re.sub(r"^(?:[-•·▪◦–]\s+)+", "", raw))
        if (
            not line
            or _LINES.fullmatch(line)
            or _is_label(line)
            or (not kept and (_is_meta(line) or _letters(line) == heading))
        ):
            continue
        kept.append(line)
    return kept


def _letters(line: str) -> str:
    return re.sub(r"\W+", "", line).casefold()


def _is_label(line: str) -> bool:
    found = _LABEL.match(line)
    return found is not None and (found.end() == len(line) or (found["mark"] == ":" and len(line) < 120))


def _is_meta(line: str) -> bool:
    """A line above the text that gives date, place on the site, author or length: no sentence, and a number in it."""
    if len(line) > 140 or line[-1:] in '.!?”"’»:)':
        return False
    if re.search(r"\b(19|20)\d\d\b|\b\d{1,2}:\d\d\b", line) and re.search(r"[|•·/,:]|\d\s*$", line):
        return True
    return bool(re.match(r"(by|von|par|por|di|door)\s+[A-ZÀ-Þ]", line, re.IGNORECASE)) and len(line.split()) <= 8


def unglue_sentences(line: str) -> str:
    """Put the space back that a content system lost between two sentences: "on Tuesday.Neither" has none."""
    return re.sub(r"(?<=[a-zß-ÿ]{3})([.!?][”\"’»)]?)(?=[A-ZÀ-Þ][a-zß-ÿ]+[ ,’'])", r"\1 ", line)


def unglue_links(tree: Any) -> None:
    """Put the space back where the end of a link is glued to the next word ("[Name]said"), in place.

    Links also end inside words ("[Nam]e's"), so the page itself has to show that two words were meant: the joined
    form stands nowhere else on it, and one of the two parts does, as a word of its own; or the part behind the link
    is too long for an ending.
    """
    links = [a for a in tree.iter("a") if a.tail and a.tail[:1].isalpha() and (a.text_content() or " ")[-1].isalpha()]
    if not links:
        return
    words: dict[str, int] = {}
    for word in re.findall(r"[^\W\d_]+", tree.text_content()):
        words[word] = words.get(word, 0) + 1
    for link in links:
        left = re.findall(r"[^\W\d_]+", link.text_content())[-1]
        right = re.match(r"[^\W\d_]+", link.tail)[0]  # type: ignore[index]  # the tail starts with a letter
        if not right.islower() or len(left) < 3 or words.get(left + right, 0) > 1:
            continue
        if len(right) >= 6 or (len(right) >= 3 and (words.get(left, 0) or words.get(right, 0))):
            link.tail = " " + link.tail
