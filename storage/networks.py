"""Discourse networks: who stands how to what, who agrees with whom; as GraphML and as a list of statements.

Two-mode and one-mode networks as in discourse network analysis (Leifeld 2017): the actor-concept network has an edge
for each position; in the congruence network the weight of an edge is the number of concepts on which two actors are on
the same side, in the conflict network of those on which they are on opposite sides.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx

from storage.errors import explained
from storage.ledger import Snapshot
from storage.rows import Row, select

_POSITIONS = """
    SELECT p.actor, p.concept, p.agreement, p.score, p.confidence, p.since, p.said_at, p.reports,
        a.kind, a.affiliation, c.proposition
    FROM positions_as_of($as_of) AS p
    LEFT JOIN current_actor AS a ON a.watch_id = p.watch_id AND a.name = p.actor
    LEFT JOIN current_concept AS c ON c.watch_id = p.watch_id AND c.id = p.concept
    WHERE p.watch_id = $watch
    ORDER BY p.actor, p.concept
"""
_EVENTS = """
    SELECT s.id AS statement_id, s.said_at AS "time", v.article_id AS document_id, v.title AS document_title,
        v.author AS document_author, s.outlet AS document_source, v.url AS document_url,
        CASE WHEN coalesce(a.kind, 'person') = 'person' THEN s.actor END AS person,
        CASE WHEN coalesce(a.kind, 'person') = 'person' THEN a.affiliation ELSE s.actor END AS organization,
        s.concept, CASE WHEN s.agreement > 0 THEN 1 WHEN s.agreement < 0 THEN 0 END AS agreement,
        s.agreement AS agreement_scale, s.quote_type, s.words AS text
    FROM current_statement AS s
    JOIN version AS v ON v.id = s.version_id
    LEFT JOIN current_actor AS a ON a.watch_id = s.watch_id AND a.name = s.actor
    WHERE s.watch_id = $watch AND s.actor IS NOT NULL AND s.concept IS NOT NULL AND s.agreement IS NOT NULL
    ORDER BY s.said_at NULLS LAST, s.id
"""


def export_networks(snapshot: Snapshot, watch_id: str, to: Path, as_of: date | None = None) -> list[Path]:
    """Write actor_concept, congruence and conflict .graphml and statements_dna.csv to ``to``; returns the files.

    ``as_of`` takes the positions of that day instead of the present ones.
    """
    moment = as_of.isoformat() if as_of else "9999-12-31"
    positions = select(snapshot.connection, _POSITIONS, {"watch": watch_id, "as_of": moment})
    to.mkdir(parents=True, exist_ok=True)
    graphs = {"actor_concept": actor_concept(positions)}
    graphs |= {name: actor_actor(positions, same_side=name == "congruence") for name in ("congruence", "conflict")}
    written = []
    for name, graph in graphs.items():
        path = to / f"{name}.graphml"
        with explained(path):
            nx.write_graphml_xml(graph, path, encoding="utf-8", named_key_ids=True)
        written.append(path)
    return [*written, _write_events(snapshot, watch_id, to / "statements_dna.csv")]


def actor_concept(positions: list[Row]) -> nx.Graph:
    """The two-mode network: an edge for each position, weighted by its independent reports."""
    graph = nx.Graph()
    for row in positions:
        actor, concept = _add_actor(graph, row), f"concept: {_clean(row['concept'])}"
        label = _clean(row["proposition"] or row["concept"])
        graph.add_node(concept, label=label, type="concept", kind="concept", affiliation="")
        graph.add_edge(
            actor,
            concept,
            weight=max(1, row["reports"]),
            agreement=row["agreement"],
            score=float(row["score"]),
            confidence=float(row["confidence"]),
            since=row["since"].isoformat(),
            said_at=row["said_at"].isoformat(),
        )
    return graph


def actor_actor(positions: list[Row], *, same_side: bool) -> nx.Graph:
    """The congruence (``same_side``) or conflict network of the actors; those on no side have no edges."""
    graph = nx.Graph()
    by_concept: dict[str, list[Row]] = {}
    for row in positions:
        _add_actor(graph, row)
        if row["agreement"]:
            by_concept.setdefault(row["concept"], []).append(row)
    for concept, rows in sorted(by_concept.items()):
        for i, one in enumerate(rows):
            for other in rows[i + 1 :]:
                if (one["agreement"] * other["agreement"] > 0) == same_side:
                    _add_tie(graph, one, other, concept)
    return graph


def _add_tie(graph: nx.Graph, one: Row, other: Row, concept: str) -> None:
    ends = (_clean(one["actor"]), _clean(other["actor"]))
    since = max(one["since"], other["since"]).isoformat()
    if graph.has_edge(*ends):
        tie = graph.edges[ends]
        tie.update(weight=tie["weight"] + 1, concepts=f"{tie['concepts']}; {concept}", since=min(tie["since"], since))
    else:
        graph.add_edge(*ends, weight=1, concepts=_clean(concept), since=since)


def _add_actor(graph: nx.Graph, row: Row) -> str:
    name = _clean(row["actor"])
    kind, affiliation = row["kind"] or "person", _clean(row["affiliation"] or "")
    graph.add_node(name, label=name, type="actor", kind=kind, affiliation=affiliation)
    return name


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(c if c.isprintable() else " " for c in text)


def _write_events(snapshot: Snapshot, watch_id: str, path: Path) -> Path:
    """One row a statement, in the columns of the Discourse Network Analyzer's event list.

    Its agreement is 1 or 0; ``agreement_scale`` keeps ours, and 0 on it (no side) leaves the other empty.
    """
    rows = select(snapshot.connection, _EVENTS, {"watch": watch_id})
    names = list(rows[0]) if rows else ["statement_id", "time", "person", "organization", "concept", "agreement"]
    with explained(path), path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return path


def _cell(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
