"""What the pictures show, as Vega-Lite specifications. Pure: an overview in, a specification out.

Blue is for, orange against, grey neither: told apart by the colour-blind, and never by colour alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flows.overview import Cell, Overview, display_name
from flows.wording import one_line

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Inks:
    """Colours by what they are for. ``fills`` and ``texts``: by agreement."""

    ink: str
    muted: str
    grid: str
    paper: str
    support: str
    oppose: str
    neither: str
    fills: Mapping[int, str]
    texts: Mapping[int, str]

    def side(self, agreement: float) -> str:
        return self.support if agreement > 0 else self.oppose if agreement < 0 else self.neither


PAGE = Inks(
    *(
        "currentColor",
        "var(--muted)",
        "var(--line)",
        "var(--card)",
        "var(--support)",
        "var(--oppose)",
        "var(--neither)",
    ),
    fills={},
    texts={},
)
"""The page's own colours, which follow the reader's colour scheme."""
MAIL = Inks(
    ink="#1f2328",
    muted="#5b6068",
    grid="#ddd7cc",
    paper="#fffdfa",
    support="#2166ac",
    oppose="#b35806",
    neither="#6b6b6b",
    fills={2: "#2166ac", 1: "#bcd7ec", 0: "#e4e1db", -1: "#fbd3b2", -2: "#b35806"},
    texts={2: "#ffffff", 1: "#1f2328", 0: "#1f2328", -1: "#1f2328", -2: "#ffffff"},
)
"""Pictures cannot follow a scheme: dark on light, as the mail's own card."""


def matrix(view: Overview, inks: Inks, actors: int = 14, concepts: int = 10) -> Spec:
    """Stakeholders by concepts, the first ones of each: the agreement as colour and sign, an arrow where it moved.

    Filled is confirmed, outlined is not.
    """
    names = [a.name for a in view.actors[:actors]]
    ids = [c.id for c in view.concepts if any((name, c.id) in view.cells for name in names)][:concepts]
    rows = {name: one_line(display_name(name), 32) for name in names}
    columns = {concept: one_line(view.names[concept], 26) for concept in ids}
    cells = [view.cells[name, concept] for name in names for concept in ids if (name, concept) in view.cells]
    values = [_square(cell, rows[cell.actor], columns[cell.concept], inks) for cell in cells]
    axis: Spec = {"domain": False, "ticks": False, "labelLimit": 220}
    sides: Spec = {"type": "nominal", "title": None}
    top = {**axis, "orient": "top", "labelAngle": -40}
    place = {
        "x": {**sides, "field": "concept", "sort": list(columns.values()), "axis": top},
        "y": {**sides, "field": "actor", "sort": list(rows.values()), "axis": axis},
    }
    arrows: Spec = {"type": "point", "size": 42, "xOffset": 15, "strokeWidth": 1.3, "opacity": 1}
    return {
        "width": {"step": 48},
        "height": {"step": 26},
        "data": {"values": values},
        "encoding": place,
        "layer": [
            {
                "mark": {"type": "rect", "strokeWidth": 1.5, "cornerRadius": 3, "width": 43, "height": 21},
                "encoding": {"fill": as_given("fill"), "stroke": as_given("edge")},
            },
            {
                "mark": {"type": "text", "fontSize": 12, "fontWeight": 600, "xOffset": -4},
                "encoding": {"text": {"field": "text"}, "color": as_given("ink")},
            },
            {
                "transform": [{"filter": "datum.arrow"}],
                "mark": arrows,
                "encoding": {"shape": as_given("arrow"), "fill": as_given("arrowFill"), "stroke": as_given("ink")},
            },
        ],
        **look(inks),
    }


def _square(cell: Cell, row: str, column: str, inks: Inks) -> Spec:
    """One cell of the matrix picture."""
    colour = inks.side(cell.agreement)
    ink = inks.texts[cell.agreement] if cell.confirmed else colour
    firm = cell.moved is not None and cell.moved.status == "confirmed"
    return {
        "actor": row,
        "concept": column,
        "text": signed(cell.agreement),
        "fill": inks.fills[cell.agreement] if cell.confirmed else inks.paper,
        "edge": inks.fills[cell.agreement] if cell.confirmed else colour,
        "ink": ink,
        "arrow": {1: "triangle-up", -1: "triangle-down", 0: None}[cell.direction],
        "arrowFill": ink if firm else "transparent",
    }


def as_given(field: str) -> Spec:
    """An encoding by values that are colours or shapes already."""
    return {"field": field, "type": "nominal", "scale": None}


def look(inks: Inks) -> Spec:
    """What all pictures have in common."""
    axis = {
        "labelColor": inks.ink,
        "domain": False,
        "ticks": False,
        "labelPadding": 5,
        "gridColor": inks.grid,
        "labelFontSize": 11.5,
    }
    return {
        "background": inks.paper if inks is MAIL else None,
        "padding": 6 if inks is MAIL else {"left": 2, "right": 8, "top": 4, "bottom": 2},
        "config": {"font": "sans-serif", "axis": axis, "view": {"stroke": None}, "text": {"fontSize": 11.5}},
    }


def signed(agreement: int) -> str:
    """-2..+2 with its sign, with a true minus."""
    return f"+{agreement}" if agreement > 0 else f"−{-agreement}" if agreement else "0"
