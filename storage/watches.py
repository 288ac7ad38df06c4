"""Watches, their codebooks, and the actors that texts introduce."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from extractors.models import Actor, Codebook, Concept
from storage.records import StoredWatch
from storage.rows import Connection, Row, insert, select, select_one
from storage.store import Store, record_states


class Watches(Store):
    """Every wording of a watch file and of its codebook is kept; the last one counts."""

    def save_watch(self, watch_id: str, title: str, toml: str, recorded_at: datetime) -> bool:
        """Record the watch file. True where it is new or differs from the one before."""
        with self._begin() as db:
            insert(db, "watch", [{"watch_id": watch_id, "recorded_at": recorded_at}], ignore_known=True)
            row = {"watch_id": watch_id, "title": title, "toml": toml}
            return bool(record_states(db, "watch_file", ["watch_id"], [row], recorded_at))

    def watch(self, watch_id: str) -> StoredWatch | None:
        """The watch as last recorded, None for an unknown one."""
        with self._begin() as db:
            row = select_one(db, "SELECT * FROM current_watch WHERE watch_id = ?", [watch_id])
        return StoredWatch(**row) if row else None

    def watch_ids(self) -> list[str]:
        """All watches of this ledger, sorted."""
        with self._begin() as db:
            return [row["watch_id"] for row in select(db, "SELECT watch_id FROM watch ORDER BY watch_id")]

    def save_codebook(self, watch_id: str, codebook: Codebook, recorded_at: datetime) -> int:
        """Record the concepts and actors of the watch file and retire those that are no longer in it.

        Returns how many rows were added: 0 where nothing changed.
        """
        with self._begin() as db:
            return _save_concepts(db, watch_id, codebook.concepts, recorded_at) + _save_actors(
                db, watch_id, codebook.actors, recorded_at
            )

    def save_actors(self, watch_id: str, actors: Sequence[Actor], recorded_at: datetime) -> int:
        """Record actors that texts introduced. Known names stay as they are; returns how many were new."""
        with self._begin() as db:
            return add_text_actors(db, watch_id, actors, recorded_at)

    def codebook(self, watch_id: str) -> Codebook:
        """Concepts and actors of the watch file, as last recorded, in the order of their names."""
        return Codebook(concepts=tuple(self.concepts(watch_id)), actors=tuple(self._actors(watch_id, "watch")))

    def concepts(self, watch_id: str) -> list[Concept]:
        """The concepts in force, by id."""
        sql = "SELECT * EXCLUDE (watch_id, recorded_at) FROM current_concept WHERE watch_id = ? ORDER BY id"
        with self._begin() as db:
            rows = select(db, sql, [watch_id])
        return [
            Concept(r["id"], r["proposition"], tuple(r["terms"]), tuple(r["support"]), tuple(r["oppose"])) for r in rows
        ]

    def actors(self, watch_id: str) -> list[Actor]:
        """All actors, from the watch file and from texts, by name."""
        return self._actors(watch_id, None)

    def _actors(self, watch_id: str, origin: str | None) -> list[Actor]:
        sql = """
            SELECT a.name, a.kind, a.affiliation, coalesce(l.aliases, []) AS aliases
            FROM current_actor AS a
            LEFT JOIN (
                SELECT watch_id, actor, list(alias ORDER BY alias) AS aliases FROM current_alias GROUP BY ALL
            ) AS l ON l.watch_id = a.watch_id AND l.actor = a.name
            WHERE a.watch_id = $watch AND ($origin IS NULL OR a.origin = $origin)
            ORDER BY a.name
        """
        with self._begin() as db:
            rows = select(db, sql, {"watch": watch_id, "origin": origin})
        return [Actor(r["name"], r["kind"], r["affiliation"], tuple(r["aliases"])) for r in rows]


def _save_concepts(db: Connection, watch_id: str, concepts: Iterable[Concept], recorded_at: datetime) -> int:
    rows: list[Row] = [
        {
            "watch_id": watch_id,
            "id": c.id,
            "proposition": c.proposition,
            "terms": c.terms,
            "support": c.support,
            "oppose": c.oppose,
            "retired": False,
        }
        for c in concepts
    ]
    known = select(db, "SELECT * EXCLUDE (recorded_at) FROM current_concept WHERE watch_id = ?", [watch_id])
    kept = {row["id"] for row in rows}
    rows += [{**row, "retired": True} for row in known if row["id"] not in kept]
    return len(record_states(db, "concept", ["watch_id", "id"], rows, recorded_at))


def _save_actors(db: Connection, watch_id: str, actors: Sequence[Actor], recorded_at: datetime) -> int:
    rows = [_actor_row(watch_id, actor, "watch") for actor in actors]
    kept = {actor.name for actor in actors}
    sql = "SELECT * EXCLUDE (recorded_at) FROM current_actor WHERE watch_id = ? AND origin = 'watch'"
    rows += [{**row, "retired": True} for row in select(db, sql, [watch_id]) if row["name"] not in kept]
    aliases: list[Row] = [
        {"watch_id": watch_id, "actor": actor.name, "alias": alias, "retired": False}
        for actor in actors
        for alias in actor.aliases
    ]
    given = {(row["actor"], row["alias"]) for row in aliases}
    sql = "SELECT * EXCLUDE (recorded_at) FROM current_alias WHERE watch_id = ?"
    gone = [row for row in select(db, sql, [watch_id]) if (row["actor"], row["alias"]) not in given]
    # an alias that a text gave to an actor of its own is not the watch file's to retire
    own = {row["name"] for row in rows}
    aliases += [{**row, "retired": True} for row in gone if row["actor"] in own]
    added = record_states(db, "actor", ["watch_id", "name", "origin"], rows, recorded_at)
    return len(added) + len(record_states(db, "alias", ["watch_id", "actor", "alias"], aliases, recorded_at))


def add_text_actors(db: Connection, watch_id: str, actors: Sequence[Actor], recorded_at: datetime) -> int:
    """Add the actors whose names are new, with their aliases, inside the caller's transaction."""
    known = {r["name"] for r in select(db, "SELECT name FROM current_actor WHERE watch_id = ?", [watch_id])}
    new = {actor.name: actor for actor in actors if actor.name not in known}
    rows = [_actor_row(watch_id, actor, "text") for actor in new.values()]
    record_states(db, "actor", ["watch_id", "name", "origin"], rows, recorded_at)
    aliases = [
        {"watch_id": watch_id, "actor": actor.name, "alias": alias, "retired": False}
        for actor in new.values()
        for alias in dict.fromkeys(actor.aliases)
    ]
    record_states(db, "alias", ["watch_id", "actor", "alias"], aliases, recorded_at)
    return len(new)


def _actor_row(watch_id: str, actor: Actor, origin: str) -> Row:
    return {
        "watch_id": watch_id,
        "name": actor.name,
        "origin": origin,
        "kind": actor.kind,
        "affiliation": actor.affiliation,
        "retired": False,
    }
