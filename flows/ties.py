"""Who agrees and who conflicts with whom, at the baseline and now; and the picture of it.

Congruence and conflict as in discourse network analysis: two actors agree on a concept if they are on the same side of
it, and conflict if they are on opposite sides; an actor on no side does neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from extractors.positions import sign
from flows.charts import Inks, Spec, look
from flows.overview import Cell, Overview, display_name
from flows.wording import one_line

MOST_NODES = 22
"""More names than these cannot be read around a circle."""
_NAME = 24
_SIZE = 400
_RADIUS = 125


@dataclass(frozen=True, slots=True)
class Tie:
    """Two actors and the concepts on which they agree and conflict."""

    one: str
    other: str
    agree: tuple[str, ...]
    conflict: tuple[str, ...]
    open: frozenset[str] = frozenset()
    """Concepts on which the position of one of the two is not confirmed."""

    @property
    def balance(self) -> int:
        """Above 0 they mostly agree, below they mostly conflict."""
        return len(self.agree) - len(self.conflict)

    @property
    def confirmed(self) -> bool:
        """Whether any of it rests on confirmed positions of both."""
        return any(concept not in self.open for concept in (*self.agree, *self.conflict))


def ties(view: Overview, *, at_baseline: bool) -> dict[tuple[str, str], Tie]:
    """All pairs of actors that share a concept with a side, by their names in order."""
    stands: dict[str, list[Cell]] = {}
    for cell in view.cells.values():
        if (cell.baseline if at_baseline else cell.agreement) and not cell.actor.startswith("("):
            stands.setdefault(cell.concept, []).append(cell)
    found: dict[tuple[str, str], list[tuple[str, bool, bool]]] = {}
    for concept, cells in sorted(stands.items()):
        for one, other in combinations(sorted(cells, key=lambda c: c.actor), 2):
            a, b = ((c.baseline or 0) if at_baseline else c.agreement for c in (one, other))
            same, firm = sign(a) == sign(b), at_baseline or (one.confirmed and other.confirmed)
            found.setdefault((one.actor, other.actor), []).append((concept, same, firm))
    return {
        pair: Tie(
            *pair,
            agree=tuple(c for c, same, _ in shared if same),
            conflict=tuple(c for c, same, _ in shared if not same),
            open=frozenset(c for c, _, firm in shared if not firm),
        )
        for pair, shared in sorted(found.items())
    }


def circle(view: Overview, now: dict[tuple[str, str], Tie]) -> list[str]:
    """The actors to draw, allies beside one another: each the nearest to the one before, the best known first."""
    rank = {a.name: i for i, a in enumerate(view.actors)}
    linked = {name for pair in now for name in pair}
    left = sorted(linked, key=lambda name: rank[name])[:MOST_NODES]
    order = left[:1]
    while len(order) < len(left):
        rest = [name for name in left if name not in order]
        order.append(max(rest, key=lambda name: (_closeness(now, order[-1], name), -rank[name])))
    return order


def _closeness(found: dict[tuple[str, str], Tie], one: str, other: str) -> int:
    tie = found.get((min(one, other), max(one, other)))
    return tie.balance if tie else 0


def network(order: Sequence[str], found: dict[tuple[str, str], Tie], inks: Inks) -> Spec:
    """The actors on a circle; a solid blue line where a pair mostly agrees, a dashed orange one where it conflicts.

    Faint where no position that it rests on is confirmed.
    """
    spots = {name: _spot(i, len(order)) for i, name in enumerate(order)}
    edges = [
        {
            **dict(zip(("x", "y", "x2", "y2"), (*spots[tie.one], *spots[tie.other]), strict=True)),
            "w": min(5, 1 + abs(tie.balance)),
            "o": 0.85 if tie.confirmed else 0.35,
            "kind": "agree" if tie.balance > 0 else "conflict",
        }
        for tie in found.values()
        if tie.one in spots and tie.other in spots and tie.balance
    ]
    tied = {name for pair in found for name in pair}
    nodes: list[Spec] = [
        {"x": x, "y": y, "t": one_line(display_name(name), _NAME), "o": 1.0 if name in tied else 0.6}
        for name, (x, y) in spots.items()
    ]
    half = _SIZE / 2
    domain = {"domain": [-half, half], "nice": False}
    x: Spec = {"field": "x", "type": "quantitative", "axis": None, "scale": domain}
    y: Spec = {"field": "y", "type": "quantitative", "axis": None, "scale": domain}
    ends: Spec = {"x": x, "y": y, "x2": {"field": "x2"}, "y2": {"field": "y2"}}
    faint: Spec = {"field": "o", "type": "quantitative", "scale": None}
    layers: list[Spec] = []
    for kind, colour, dash in (("agree", inks.support, [1, 0]), ("conflict", inks.oppose, [5, 4])):
        if chosen := [edge for edge in edges if edge["kind"] == kind]:
            layers.append(
                {
                    "data": {"values": chosen},
                    "mark": {"type": "rule", "color": colour, "strokeDash": dash},
                    "encoding": {**ends, "strokeWidth": {**faint, "field": "w"}, "opacity": faint},
                }
            )
    layers.append(
        {
            "data": {"values": nodes},
            "mark": {"type": "point", "filled": True, "size": 70, "color": inks.ink},
            "encoding": {"x": x, "y": y, "opacity": faint},
        }
    )
    for align, chosen in (("left", [n for n in nodes if n["x"] >= 0]), ("right", [n for n in nodes if n["x"] < 0])):
        if chosen:
            layers.append(
                {
                    "data": {"values": chosen},
                    "mark": {"type": "text", "align": align, "dx": 9 if align == "left" else -9, "color": inks.ink},
                    "encoding": {"x": x, "y": y, "text": {"field": "t"}, "opacity": faint},
                }
            )
    return {"width": _SIZE, "height": _SIZE * 0.72, "layer": layers, **look(inks)}


def _spot(index: int, count: int) -> tuple[float, float]:
    angle = 2 * math.pi * (index + 0.5) / max(count, 1)
    return round(_RADIUS * math.sin(angle), 1), round(1.35 * _RADIUS * math.cos(angle), 1)
