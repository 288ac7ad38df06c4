"""An overview as the words and pictures of the dossier: what its templates show. Pure but for the drawing.

Everything here is plain text, escaped by the templates and nowhere else; only pictures are markup.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from extractors.models import Change, Codebook, Statement
from extractors.reports import Report
from flows.charts import PAGE, signed
from flows.drawing import svg
from flows.items import build_item, headline
from flows.mailview import confidence_word
from flows.overview import Cell, Overview, display_name, evidence, kind_of
from flows.rules import ToldAs
from flows.settings import Watch
from flows.ties import Tie, circle, network, ties
from flows.timeline import KINDS, describe_timeline, span_of, timeline
from flows.wording import day, one_line, plural, position_words, web_address

WORDS, SHORT = 500, 240
"""Characters of one quotation: one that carries a change, and any other."""
FORMER = 3
"""Reports of a former position that are shown beside a change."""
REPORTS = 10
"""Reports of one position beside those that carry a change, fewer where there are many positions; the rest is named
in a query."""
ALL_REPORTS = 1000
PAIRS = 700
"""Positions with their words in the page: those that moved first, then those with the most reports."""
TIMELINES = 120
"""Timelines in the page, in the same order. Each takes some 4 kB."""
TIES = 60
_SURE = {"High": 3, "Fair": 2, "Low": 1}
_LEVELS = {2: "p2", 1: "p1", 0: "z0", -1: "n1", -2: "n2", None: "none"}


class View:
    """The page's parts. ``statements``: by id, those that changes name and the overview has not."""

    def __init__(self, watch: Watch, view: Overview, statements: Mapping[str, Statement]) -> None:
        self.watch, self.view, self.statements = watch, view, statements
        self.book = Codebook(view.concepts, view.actors)
        actors = {a.name: i for i, a in enumerate(view.actors)}
        concepts = {c.id: i for i, c in enumerate(view.concepts)}
        in_order = sorted(view.cells, key=lambda pair: (actors[pair[0]], concepts[pair[1]]))
        by_weight = sorted(view.cells.values(), key=lambda c: (-len(c.changes), -len(c.said)))
        weightiest = [(c.actor, c.concept) for c in by_weight[:PAIRS]]
        self.drawn = {p for p in weightiest[:TIMELINES] if len(view.cells[p].said) > 1 or view.cells[p].changes}
        kept = set(weightiest)
        self.ids = {pair: f"p{number}" for number, pair in enumerate((p for p in in_order if p in kept), 1)}
        self.left = len(in_order) - len(kept)
        self.reports = max(1, min(REPORTS, ALL_REPORTS // max(1, len(kept))))
        self.file = shlex.quote(one_line(watch.path.name))
        cells = list(view.cells.values())
        self.span = span_of(cells, view.baseline_day, view.today) if cells else None
        self.now = datetime.combine(view.today, time(), UTC)

    def query(self, name: str, **params: str) -> str:
        """The command that gives a figure of the page."""
        given = [f"--param {shlex.quote(f'{key}={one_line(value)}')}" for key, value in params.items()]
        return " ".join(["volteface query", self.file, name, *given])

    # --- who moved ------------------------------------------------------------------------------------------------

    def move(self, change: Change, *, drawn: bool = False) -> dict[str, Any]:
        """One change in a line and a half, with a link to its words, and a small timeline where it is ``drawn``."""
        told_as: ToldAs = "confirmed" if change.status == "confirmed" else "tentative"
        item = build_item(change, {}, self.watch, self.now, told_as, codebook=self.book)
        cell = self.view.cells[change.actor, change.concept]
        carrying = evidence(cell, change.evidence, self.statements)
        first = carrying[0].statements[0] if carrying else None
        return {
            "id": f"c-{change.id[:16]}",
            "headline": headline(item) if told_as == "confirmed" else f"Unconfirmed: {headline(item)}",
            "said": day(change.said_at),
            "iso": change.said_at.isoformat(),
            "kind": KINDS[change.kind],
            "confirmed": change.status == "confirmed",
            "from": level(change.from_agreement),
            "to": level(change.to_agreement),
            "reports": plural(change.independent_reports, "report"),
            "sure": sure(change.confidence),
            "words": one_line(first.words, 220) if first else "",
            "outlet": one_line(first.outlet, 80) if first else "",
            "chart": self._timeline(cell, small=True) if drawn else "",
        }

    # --- matrix ---------------------------------------------------------------------------------------------------

    def rows(self) -> list[dict[str, Any]]:
        """One row a stakeholder, with a cell or None for each concept."""
        rows = []
        for actor in self.view.actors:
            cells = [self.view.cells.get((actor.name, c.id)) for c in self.view.concepts]
            known = [c for c in cells if c]
            name = display_name(actor.name)
            rows.append(
                {
                    "name": name,
                    "kind": kind_of(actor),
                    "affiliation": one_line(actor.affiliation or "", 60),
                    "search": " ".join([name, *actor.aliases, actor.affiliation or ""]).casefold()[:400],
                    "moved": any(c.status == "confirmed" for cell in known for c in cell.changes),
                    "known": len(known),
                    "cells": [self._cell(c) if c else None for c in cells],
                }
            )
        return rows

    def _cell(self, cell: Cell) -> dict[str, Any]:
        change, arrow = cell.moved, cell.direction
        firm = change is not None and change.status == "confirmed"
        waits = "" if firm or cell.confirmed else "not confirmed, "
        said = {1: "up from ", -1: "down from "}
        marks = {(1, True): "▲", (-1, True): "▼", (1, False): "△", (-1, False): "▽"}
        start = cell.baseline if cell.baseline is not None else change.from_agreement if change else None
        told = f", {'moved' if firm else 'may have moved'} {said[arrow]}{signed(start or 0)}" if arrow else ""
        return {
            **level(cell.agreement),
            "href": self.ids.get((cell.actor, cell.concept)),
            "value": cell.agreement,
            "open": not cell.confirmed,
            "mark": "*" if firm and not arrow else marks.get((arrow, firm), ""),
            "sure": _SURE[confidence_word(cell.confidence)],
            "told": f"{position_words(cell.agreement)}{told}, {waits}{plural(cell.reports, 'report')}",
        }

    # --- the words ------------------------------------------------------------------------------------------------

    def pairs(self) -> list[dict[str, Any]]:
        """Everything about each stakeholder and concept, in the matrix's order."""
        return [self._pair(self.view.cells[pair]) for pair in self.ids]

    def _pair(self, cell: Cell) -> dict[str, Any]:
        concept = next(c for c in self.view.concepts if c.id == cell.concept)
        name = self.view.names[cell.concept]
        newest = sorted(cell.changes, key=lambda c: (c.status != "confirmed", -c.said_at.toordinal()))
        changes = [self._change(cell, change) for change in newest]
        shown = {s for change in changes for s in change.pop("statements")}
        rest = [r for r in reversed(cell.said) if not shown.intersection(s.id for s in r.statements)]
        since = f"since {day(cell.since)}"
        return {
            "id": self.ids[cell.actor, cell.concept],
            "actor": display_name(cell.actor),
            "concept": name,
            "proposition": one_line(concept.proposition, 300),
            "stands": level(cell.agreement),
            "confirmed": cell.confirmed,
            "line": f"{since}, {plural(cell.reports, 'report')}" if cell.reports else f"{since}, reports disagree",
            "sure": sure(cell.confidence),
            "condition": one_line(cell.condition or "", 200),
            "baseline": level(cell.baseline),
            "chart": self._timeline(cell) if (cell.actor, cell.concept) in self.drawn else "",
            "caption": describe_timeline(cell, name),
            "changes": changes,
            "reports": [self.report(r, cell, SHORT) for r in rest[: self.reports]],
            "more": max(0, len(rest) - self.reports),
            "query": self.query("statements_behind", actor=cell.actor, concept=cell.concept),
            "moved": any(c.status == "confirmed" for c in cell.changes),
            "open": bool(cell.changes) and not any(c.status == "confirmed" for c in cell.changes),
        }

    def _timeline(self, cell: Cell, *, small: bool = False) -> Markup:
        assert self.span is not None  # there is a cell
        drawn = svg(timeline(cell, self.span, self.view.baseline_day, PAGE, small=small))
        return Markup(drawn)  # noqa: S704  # serialised by lxml, all text in it escaped

    def _change(self, cell: Cell, change: Change) -> dict[str, Any]:
        carrying = evidence(cell, change.evidence, self.statements)
        former = evidence(cell, change.before, self.statements)
        former, left = former[-FORMER:], max(0, len(former) - FORMER)
        return {
            **self.move(change),
            "reason": one_line(change.reason, 500),
            "condition": one_line(change.to_condition or "", 200),
            "former_condition": one_line(change.from_condition or "", 200),
            "from_baseline": cell.baseline is not None and cell.baseline == change.from_agreement,
            "carrying": [self.report(r, cell) for r in carrying],
            "former": [self.report(r, cell) for r in former],
            "former_left": left,
            "query": f"volteface changes {self.file} --explain --id {change.id[:12]}",
            "statements": [s.id for r in (*carrying, *former) for s in r.statements],
        }

    def report(self, report: Report, cell: Cell, limit: int = WORDS) -> dict[str, Any]:
        """One report: the exact words, where they stand, what the coder saw, and the copies that do not count."""
        first, *others = report.statements
        copies = {s.url: s for s in report.copies if s.url != first.url}
        return {
            **_source(first),
            "words": one_line(first.words, limit),
            "more": [one_line(s.words, WORDS) for s in others[:2]],
            "said": day(report.day),
            "basis": one_line(first.said_basis, 60) if first.said_basis not in ("", "published") else "",
            "published": day(first.published_at),
            "coded": level(first.agreement),
            "saw": [one_line(b, 160) for b in first.basis[:6]],
            "speaker": one_line(first.source_text, 80),
            "sure": f"{first.confidence:.2f}",
            "in_baseline": first.id in cell.ground,
            "copies": [_source(s) for s in copies.values()],
        }

    # --- network --------------------------------------------------------------------------------------------------

    def network(self) -> dict[str, Any]:
        """Both pictures, on one circle, and the pairs as rows."""
        now, before = ties(self.view, at_baseline=False), ties(self.view, at_baseline=True)
        order = circle(self.view, now | before)
        both = {"baseline": before, "now": now} if order else {}
        pictures = {title: Markup(svg(network(order, found, PAGE))) for title, found in both.items()}  # noqa: S704  # ditto
        listed = sorted(now.values(), key=lambda t: (not t.confirmed, -len(t.agree) - len(t.conflict), t.one, t.other))
        return {
            "pictures": pictures,
            "drawn": len(order),
            "linked": len({name for pair in now | before for name in pair}),
            "rows": [self._tie(t, before.get((t.one, t.other))) for t in listed[:TIES]],
            "left": max(0, len(listed) - TIES),
        }

    def _tie(self, tie: Tie, before: Tie | None) -> dict[str, Any]:
        def named(concepts: Sequence[str]) -> list[dict[str, Any]]:
            return [{"name": self.view.names[c], "open": c in tie.open} for c in concepts]

        was = (before.balance > 0) - (before.balance < 0) if before else None
        return {
            "one": display_name(tie.one),
            "other": display_name(tie.other),
            "agree": named(tie.agree),
            "conflict": named(tie.conflict),
            "before": {None: "no shared concept", 1: "agreed", -1: "conflicted", 0: "both"}[was],
        }


def level(agreement: int | None) -> dict[str, Any]:
    """An agreement as the page shows it: its sign, its words, and the class that colours it."""
    sign = "?" if agreement is None else signed(agreement)
    return {"sign": sign, "words": position_words(agreement), "class": _LEVELS[agreement]}


def sure(confidence: float) -> dict[str, Any]:
    word = confidence_word(confidence)
    return {"word": word.lower(), "figure": f"{confidence:.2f}", "steps": _SURE[word]}


def _source(statement: Statement) -> dict[str, Any]:
    url = web_address(statement.url)
    host = one_line(urlsplit(url).hostname or "", 60).removeprefix("www.") if url else ""
    return {"outlet": one_line(statement.outlet, 80), "url": url, "host": host}
