"""Still pictures for mails and for the run's page: a timeline for each change that is told, and the matrix.

A picture is a help and never a condition: what cannot be drawn is left out, and the message goes without it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.errors import VoltefaceError
from extractors.models import Change
from flows.charts import MAIL, Spec, matrix
from flows.drawing import png
from flows.items import Item
from flows.overview import Overview, Pair, overview
from flows.timeline import describe_timeline, span_of, timeline
from storage.ledger import Nouns

TIMELINES = 3
"""Changes of one message that get a picture; a digest of many would weigh too much."""
NEWEST = 80
"""Changes whose stakeholders and concepts the matrix shows, if there are more."""
MATRIX = "matrix"
SHARP = 2.0
"""Pixels a point."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG. ``about``: the id of the change that it shows, or MATRIX; ``alt``: what it shows, in words."""

    about: str
    alt: str
    data: bytes
    width: int
    """At which it is shown, in points; the PNG has more pixels, for sharp screens."""


Draw = Callable[[Nouns, str, Sequence[Change], datetime], tuple[Picture, ...]]


def draw_pictures(reader: Nouns, watch_id: str, changes: Sequence[Change], now: datetime) -> tuple[Picture, ...]:
    """A timeline for each of the first of ``changes``, and the matrix of those who moved; what can be drawn of it."""
    if not changes:
        return ()
    view = overview(reader, watch_id, now.date(), _pairs(reader, watch_id, changes))
    drawn = [_timeline(view, change) for change in changes[:TIMELINES]]
    return tuple(picture for picture in (*drawn, _matrix(view)) if picture)


def pictured(items: Sequence[Item]) -> tuple[Change, ...]:
    """The changes of ``items`` that pictures may show: what is taken back has none."""
    return tuple(item.change for item in items if item.told_as in ("confirmed", "tentative", "restored"))


def as_markdown(title: str, pictures: Iterable[Picture]) -> str:
    """The pictures as Markdown that needs no other file; words in it can be no markup."""
    shown = [
        f"![{_plain(p.alt)}](data:image/png;base64,{base64.b64encode(p.data).decode()})\n\n{_plain(p.alt)}"
        for p in pictures
    ]
    return "\n\n".join([f"# {_plain(title)}", *shown])


def _pairs(reader: Nouns, watch_id: str, changes: Sequence[Change]) -> set[Pair]:
    """Those of ``changes``, and of the newest that stand: not all of the ledger for one message."""
    known = [k.change for k in reader.changes(watch_id) if k.verdict != "reject" and k.change.status != "reverted"]
    newest = sorted(known, key=lambda c: c.said_at, reverse=True)[:NEWEST]
    return {(c.actor, c.concept) for c in (*newest, *changes)}


def _timeline(view: Overview, change: Change) -> Picture | None:
    cell = view.cells.get((change.actor, change.concept))
    if cell is None:
        return None
    spec = timeline(cell, span_of([cell], view.baseline_day, view.today), view.baseline_day, MAIL, small=True)
    return _picture(change.id, describe_timeline(cell, view.names[cell.concept]), spec, 440)


def _matrix(view: Overview) -> Picture | None:
    if len(view.cells) < 2:  # one position is better said in words
        return None
    return _picture(
        MATRIX, "Who stands where, of those who moved or spoke up for the first time.", matrix(view, MAIL), 548
    )


def _picture(about: str, alt: str, spec: Spec, widest: int) -> Picture | None:
    """``widest``: points that the mail has for it; it may be shown a little larger than it was drawn."""
    try:
        data = png(spec, SHARP)
    except VoltefaceError:
        return None
    points = int.from_bytes(data[16:20], "big") / SHARP
    return Picture(about, alt, data, round(min(widest, points * 1.2)))


def _plain(text: str) -> str:
    return re.sub(r"[\[\]()<>`*_#!|\\&]", " ", text)
