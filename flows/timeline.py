"""The timeline of one actor on one concept, as a Vega-Lite specification and in words. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import zip_longest

from extractors.reports import Report
from flows.charts import Inks, Spec, as_given, look
from flows.overview import Cell, display_name
from flows.wording import day, one_line, plural, position_words

STEPS = (2, 1, 0, -1, -2)
KINDS = {
    "reversed": "reversed",
    "softened": "softened",
    "hardened": "hardened",
    "new_concept": "takes a side",
    "new_actor": "new voice",
    "reaffirmed": "the same",
}
TIMELINE_WIDTH = 620
_LEVELS_SHORT = "datum.value > 0 ? '+' + datum.value : datum.value < 0 ? '−' + -datum.value : '0'"
_LEVELS = f"datum.value == 2 ? 'supports +2' : datum.value == -2 ? 'rejects −2' : {_LEVELS_SHORT}"
CLOSE = 9.0
"""Points between two reports of one day."""
MOST_OF_A_DAY = 14
"""Marks of one day and level; more would leave the picture."""


def span_of(cells: Sequence[Cell], baseline_day: date | None, today: date) -> tuple[date, date]:
    """The days that the timelines of these cells share, so that they can be compared."""
    days = [r.day for c in cells for r in c.said] + [s.day for c in cells for s in c.course] + [today]
    days += [baseline_day] if baseline_day else []
    first, last = min(days), max(max(days), today)
    return first, last if last > first else first + timedelta(days=1)


def timeline(
    cell: Cell, span: tuple[date, date], baseline_day: date | None, inks: Inks, *, small: bool = False
) -> Spec:
    """One actor on one concept: reports as points, copies as rings, the position as a line, changes marked.

    ``small``: half as wide, without the words on the axis.
    """
    width = TIMELINE_WIDTH // 2 if small else TIMELINE_WIDTH
    first, last = span
    scale_days = max(1, (last - first).days)
    margin = timedelta(days=scale_days * 14 / width)
    x = {
        "type": "temporal",
        "title": None,
        "scale": {"domain": [_at(first - margin), _at(last + margin)]},
        "axis": {
            "format": "%-d %b %y" if scale_days > 300 else "%-d %b",
            "tickCount": 4 if small else 6,
            "grid": False,
        },
    }
    y = {
        "field": "y",
        "type": "quantitative",
        "title": None,
        "scale": {"domain": [-2.4, 2.8], "nice": False},
        "axis": {"values": list(STEPS), "labelExpr": _LEVELS, "minExtent": 84}
        if not small
        else {"values": [2, 0, -2], "labelExpr": _LEVELS_SHORT, "minExtent": 26},
    }
    place = {"x": {**x, "field": "x"}, "y": y}
    lines = {**place, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    firm, open_ = _segments(cell, last)
    layers: list[Spec] = []
    if baseline_day and first <= baseline_day <= last:
        layers.append(
            {
                "data": {"values": [{"x": _at(baseline_day), "y": -2.4, "y2": 2.8, "t": "baseline"}]},
                "encoding": {**place, "y2": {"field": "y2"}},
                "layer": [
                    {"mark": {"type": "rule", "color": inks.muted, "strokeDash": [1, 3]}},
                    {
                        "mark": {"type": "text", "align": "left", "dx": 4, "baseline": "bottom", "color": inks.muted},
                        "encoding": {"text": {"field": "t"}},
                    },
                ],
            }
        )
    if cell.baseline is not None:
        level = {"x": _at(first), "x2": _at(last), "y": cell.baseline, "y2": cell.baseline}
        layers.append(_rules([level], lines, inks.muted, 1, [2, 4]))
    layers += [_rules(firm, lines, inks.ink, 2), _rules(open_, lines, inks.ink, 1.5, [5, 4])]
    layers += _marks(cell, place, span, inks, width)
    layers.append(_labels(cell, place, inks))
    return {
        "width": width,
        "height": 110 if small else 150,
        "layer": [layer for layer in layers if layer],
        **look(inks),
    }


def describe_timeline(cell: Cell, concept: str) -> str:
    """What the timeline shows, in a sentence or two, for those who do not see it."""
    copies = sum(len({s.version_id for s in r.copies}) for r in cell.said)
    told = f"{plural(len(cell.said), 'report')}"
    told += f" and {'1 copy' if copies == 1 else f'{copies} copies'}" if copies else ""
    told += f" from {day(cell.said[0].day)} to {day(cell.said[-1].day)}" if cell.said else ""
    base = f" In the baseline: {position_words(cell.baseline)}." if cell.baseline is not None else ""
    changed = "".join(
        f" {day(c.said_at)}: {KINDS[c.kind]}, {position_words(c.to_agreement)}"
        f"{'' if c.status == 'confirmed' else ', not confirmed'}."
        for c in cell.changes
    )
    return f"{display_name(cell.actor)} on {concept}: {told}.{base}{changed}"


# --- its parts ----------------------------------------------------------------------------------------


def _segments(cell: Cell, last: date) -> tuple[list[Spec], list[Spec]]:
    """The line of the position: what is firm, and what waits to be confirmed."""
    firm = [s for s in cell.course if s.firm]
    solid: list[Spec] = []
    for step, after in zip_longest(firm, firm[1:]):
        end = after.day if after else last
        solid.append({"x": _at(step.day), "x2": _at(end), "y": step.level, "y2": step.level})
        if after:
            solid.append({"x": _at(end), "x2": _at(end), "y": step.level, "y2": after.level})
    dashed: list[Spec] = []
    for step in (s for s in cell.course if not s.firm):
        level = next((f.level for f in reversed(firm) if f.day <= step.day), None)
        if level is not None and level != step.level:
            dashed.append({"x": _at(step.day), "x2": _at(step.day), "y": level, "y2": step.level})
        dashed.append({"x": _at(step.day), "x2": _at(last), "y": step.level, "y2": step.level})
    return solid, dashed


def _marks(cell: Cell, place: Spec, span: tuple[date, date], inks: Inks, width: int) -> list[Spec]:
    """Reports as discs (the baseline's as diamonds), copies as small rings beside them."""
    apart = timedelta(days=max(1, (span[1] - span[0]).days) * CLOSE / width)
    by_place: dict[tuple[date, int], list[tuple[Report, bool]]] = {}
    for report in cell.said:
        spot = by_place.setdefault((report.day, report.level), [])
        spot.append((report, False))
    for report in cell.said:
        by_place[report.day, report.level] += [(report, True)] * len({s.version_id for s in report.copies})
    discs: list[Spec] = []
    rings: list[Spec] = []
    for (on, level), marks in by_place.items():
        shown = marks[:MOST_OF_A_DAY]
        for number, (report, copied) in enumerate(shown):
            shift = apart * (number - (len(shown) - 1) / 2)
            mark = {"x": _at(on, shift), "y": level, "c": inks.side(level)}
            if copied:
                rings.append({**mark, "t": f"copy of {report.outlet}'s report"})
                continue
            base = any(s.id in cell.ground for s in report.statements)
            words = one_line(report.statements[0].words, 90)
            told = f"{day(on)}, {one_line(report.outlet, 60)}{' (baseline)' if base else ''}: {words}"
            shape = "diamond" if base else "circle"
            discs.append({**mark, "t": told, "o": 0.45 + 0.55 * min(1.0, report.confidence), "s": shape})
    colour = as_given("c")
    base_encoding = {**place, "description": {"field": "t"}}
    layers: list[Spec] = []
    if discs:
        layers.append(
            {
                "data": {"values": discs},
                "mark": {"type": "point", "filled": True, "size": 85, "stroke": inks.paper, "strokeWidth": 1},
                "encoding": {
                    **base_encoding,
                    "fill": colour,
                    "shape": as_given("s"),
                    "opacity": {"field": "o", "type": "quantitative", "scale": None},
                },
            }
        )
    if rings:
        layers.append(
            {
                "data": {"values": rings},
                "mark": {"type": "point", "filled": False, "size": 30, "strokeWidth": 1.4, "opacity": 0.9},
                "encoding": {**base_encoding, "stroke": colour},
            }
        )
    return layers


def _labels(cell: Cell, place: Spec, inks: Inks) -> Spec:
    """The changes, named above the line on which they were made."""
    if not cell.changes:
        return {}
    values = [
        {
            "x": _at(change.said_at),
            "y": 2.8 - 0.42 * (number % 2),
            "t": f"{KINDS[change.kind]}{'' if change.status == 'confirmed' else '?'}",
        }
        for number, change in enumerate(cell.changes)
    ]
    return {
        "data": {"values": values},
        "mark": {"type": "text", "baseline": "bottom", "color": inks.ink},
        "encoding": {**place, "text": {"field": "t"}},
    }


def _rules(values: list[Spec], encoding: Spec, colour: str, thick: float, dash: Sequence[int] = ()) -> Spec:
    if not values:
        return {}
    mark: Spec = {"type": "rule", "color": colour, "strokeWidth": thick}
    return {
        "data": {"values": values},
        "mark": mark | ({"strokeDash": list(dash)} if dash else {}),
        "encoding": encoding,
    }


def _at(on: date, shift: timedelta = timedelta()) -> str:
    """A moment as Vega reads it, without a zone: the days are not to move."""
    return (datetime.combine(on, time()) + timedelta(seconds=int(shift.total_seconds()))).isoformat()
