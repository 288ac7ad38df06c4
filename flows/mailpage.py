"""The two faces of a mail, text and HTML, from what ``alerts.compose`` puts on its page. Pure but for the templates.

Everything on the page is plain text; what goes into HTML is escaped there and nowhere else.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
import jinja2

WIDTH = 76
"""Columns of the plain text."""
TEMPLATES = Path(__file__).parent / "templates" / "mail"


def render_text(page: Mapping[str, Any]) -> str:
    """The plain-text part: lines of WIDTH columns, addresses and commands whole."""
    body = _environment().get_template("alert.txt.j2").render(page)
    lines = [line.rstrip() if line != "-- " else line for line in body.splitlines()]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def render_html(page: Mapping[str, Any]) -> str:
    """The HTML part: styles inline, since many mail programs drop others; media queries stay in one style element."""
    body = _environment().get_template("alert.html.j2").render(page, css=(TEMPLATES / "alert.css").read_text("utf-8"))
    return _inliner().inline(body)


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), disabled_extensions=("txt.j2",)),
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["wrap"] = _wrap
    return environment


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)


def _wrap(text: str, indent: str = "", later: str | None = None, first: int = 0) -> str:
    """``text`` in lines of WIDTH columns; addresses stay whole. ``first``: columns taken on the first line already."""
    later = indent if later is None else later
    lead = indent + " " * first
    filled = textwrap.fill(
        text, WIDTH, initial_indent=lead, subsequent_indent=later, break_long_words=False, break_on_hyphens=False
    )
    return filled[first:]
