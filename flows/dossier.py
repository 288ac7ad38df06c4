"""The store -> a self-contained web page: who stands where, who moved, on whose word, and how the watch is doing.

The page needs no server and no network. Its policy allows its own style and its own script by their hashes and nothing
else; all text from the web is escaped. It reads without the script, which only sorts, filters and opens.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jinja2
from markupsafe import Markup

from flows.dossier_view import View
from flows.overview import Overview, overview
from flows.settings import Watch
from flows.watch_state import WatchState, watch_state
from flows.wording import day, one_line, plural, web_address
from storage.ledger import Snapshot

TEMPLATES = Path(__file__).parent / "templates" / "dossier"
CARDS = 12
"""Confirmed changes of each sort that are shown with their words at the top of the page; the rest is listed."""
LISTED = 40


def write_dossier(watch: Watch, home: Path, to: Path, now: datetime) -> Path:
    """Write the page for ``watch`` into the folder ``to`` and return its path.

    It shows what was known at the last pass (``now`` before the first): what came after, nobody has looked at. Raises
    StorageError where nothing has been published yet.
    """
    with Snapshot(home) as snapshot:
        last = next(iter(snapshot.runs(watch.id, 1)), None)
        as_of = last.started_at if last else now
        view = overview(snapshot, watch.id, as_of.date())
        named = {i for change in view.changes for i in (*change.evidence, *change.before)}
        statements = snapshot.statements_by_id(watch.id, named)
        state = watch_state(snapshot, watch.id)
    page = render(View(watch, view, statements), state, as_of)
    to.mkdir(parents=True, exist_ok=True)
    path = to / "index.html"
    path.write_text(page, encoding="utf-8")
    return path


def render(parts: View, state: WatchState, as_of: datetime) -> str:
    """The page as HTML."""
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    confirmed = [c for c in parts.view.changes if c.status == "confirmed"]
    waiting = [c for c in parts.view.changes if c.status != "confirmed"]
    moves = [c for c in confirmed if c.from_agreement is not None]
    firsts = [c for c in confirmed if c.from_agreement is None]
    rest = [*moves[CARDS:], *firsts[CARDS:]]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704  # ours
            script=Markup(script),  # noqa: S704  # ours
            title=one_line(parts.watch.title, 160),
            watch_file=one_line(parts.watch.path.name),
            baseline=_baseline(parts),
            as_of=_moment(as_of),
            parts=parts,
            confirmed=len(confirmed),
            waiting=len(waiting),
            moves=[parts.move(c, drawn=True) for c in moves[:CARDS]],
            firsts=[parts.move(c) for c in firsts[:CARDS]],
            rest=[parts.move(c) for c in rest[:LISTED]],
            rest_left=max(0, len(rest) - LISTED),
            listed=[parts.move(c) for c in waiting[:LISTED]],
            waiting_left=max(0, len(waiting) - LISTED),
            concepts=_concepts(parts.view),
            state=state,
            plural=plural,
        )
    )


def policy(style: str, script: str) -> str:
    """The page's Content-Security-Policy: nothing but this style and this script."""
    hashes = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in (style, script)]
    return (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; "
        "base-uri 'none'; form-action 'none'"
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"day": day, "moment": _moment, "host": _host, "line": one_line}
    return environment


def _baseline(parts: View) -> dict[str, Any]:
    """The baseline in words; what the watch file says where none was adopted yet."""
    given, version = parts.watch.file.baseline, parts.view.baseline
    published = version.published_at if version else given.published_at
    return {
        "adopted": version is not None,
        "outlet": one_line(version.outlet if version else given.outlet, 80),
        "title": one_line((version.title if version else given.title) or "", 200),
        "url": web_address((version.url if version else given.url) or ""),
        "day": day(published) if published else "",
    }


def _concepts(view: Overview) -> list[dict[str, str]]:
    return [{"name": view.names[c.id], "proposition": one_line(c.proposition, 300)} for c in view.concepts]


def _moment(at: datetime | None) -> str:
    return f"{day(at)}, {at:%H:%M} UTC" if at else "never"


def _host(url: str) -> str:
    return one_line(urlsplit(url).hostname or "", 80)
