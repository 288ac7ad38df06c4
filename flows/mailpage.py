"""The two faces of a mail, text and HTML, from what ``alerts.compose`` puts on its page. Pure but for the templates.

Everything on the page is plain text; what goes into HTML is escaped there and nowhere else.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Mapping
from email.message import EmailMessage
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


def with_pictures(mail: EmailMessage) -> str:
    """The HTML of ``mail`` with its pictures inside: a browser has no parts of a mail to look them up in."""
    body = mail.get_body(("html",))
    page = str(body.get_content()) if body else ""
    for part in mail.walk():
        name = (part["Content-ID"] or "").strip("<>")
        if name and part.get_content_maintype() == "image":
            data = base64.b64encode(part.get_content()).decode()
            page = page.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{data}")
    return page


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
