"""Statements and the coding that gave them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from extractors.models import Actor, Attribution, Span, Statement
from storage.records import CodedVersion
from storage.rows import Connection, Row, insert, select, select_one
from storage.store import Store, record_states
from storage.watches import add_text_actors

_PLAIN = [f.name for f in fields(Statement) if f.name not in ("attribution",)]
FOREVER = "9999-12-31"


class Statements(Store):
    """A coding and its statements are written together, once for each version and coder."""

    def save_coding(
        self,
        watch_id: str,
        version_id: str,
        coder: str,
        statements: Sequence[Statement],
        actors: Sequence[Actor],
        note: str,
        recorded_at: datetime,
    ) -> bool:
        """Store what coding a version gave. False, and nothing is stored, where this coder has coded it already."""
        coded = CodedVersion(version_id, coder, tuple(statements), tuple(actors), note, recorded_at)
        return self.save_codings(watch_id, [coded]) == 1

    def save_codings(self, watch_id: str, codings: Sequence[CodedVersion]) -> int:
        """Store several codings in one transaction; returns how many were new."""
        with self._begin() as db:
            done = _coded(db, watch_id, [coded.version_id for coded in codings])
            unique = {(coded.version_id, coded.coder): coded for coded in reversed(codings)}
            new = [coded for key, coded in reversed(unique.items()) if key not in done]
            rows = [{f: getattr(c, f) for f in ("version_id", "coder", "note", "recorded_at")} for c in new]
            insert(db, "coding", [{"watch_id": watch_id, **row} for row in rows])
            insert(db, "statement", [_statement_row(s) for c in new for s in c.statements])
            if new:
                actors = [actor for coded in new for actor in coded.actors]
                add_text_actors(db, watch_id, actors, new[0].recorded_at)
                _adopt_first_coder(db, watch_id, new[0].coder, new[0].recorded_at)
        return len(new)

    def statements_for(
        self,
        watch_id: str,
        pairs: Iterable[tuple[str, str]] | None = None,
        *,
        known_at: datetime | date | None = None,
    ) -> list[Statement]:
        """The statements that count now (or counted at ``known_at``), with analysts' corrections applied.

        ``pairs`` of (actor, concept) choose; None gives all, those without actor or concept too. A rejected statement
        is left out. Ordered by said_at, published_at and id.
        """
        moment = known_at.isoformat() if known_at else FOREVER
        source, where, params = "statements_known_at($moment) AS s", "s.watch_id = $watch", {"watch": watch_id}
        if pairs is None:
            return self._statements(source, where, params | {"moment": moment})
        wanted = sorted(set(pairs))
        if not wanted:
            return []
        source += """
            SEMI JOIN (SELECT unnest($actors::VARCHAR[]) AS actor, unnest($concepts::VARCHAR[]) AS concept) AS p
                ON p.actor = s.actor AND p.concept = s.concept
        """
        pair_params: dict[str, Any] = {"actors": [a for a, _ in wanted], "concepts": [c for _, c in wanted]}
        with self._begin() as db:
            # What the coder saw narrows the look at the table; corrections can lead to a pair from anywhere else.
            if (
                select_one(db, "SELECT 1 AS found FROM review WHERE watch_id = ? AND subject <> 'change'", [watch_id])
                is None
            ):
                where += " AND s.coded_actor IN (SELECT unnest($actors::VARCHAR[]))"
                where += " AND s.coded_concept IN (SELECT unnest($concepts::VARCHAR[]))"
            return self._load(db, source, where, params | pair_params | {"moment": moment})

    def pairs(self, watch_id: str) -> list[tuple[str, str]]:
        """Every (actor, concept) that the statements that count now are about."""
        sql = """
            SELECT DISTINCT actor, concept FROM current_statement
            WHERE watch_id = ? AND actor IS NOT NULL AND concept IS NOT NULL ORDER BY ALL
        """
        with self._begin() as db:
            return [(row["actor"], row["concept"]) for row in select(db, sql, [watch_id])]

    def statements_by_id(self, watch_id: str, ids: Iterable[str]) -> dict[str, Statement]:
        """Id -> statement, for evidence: with corrections, whichever coder made it; unknown ids are left out."""
        wanted = list(ids)
        if not wanted:
            return {}
        where = "s.watch_id = $watch AND list_contains($ids, s.id)"
        params = {"watch": watch_id, "ids": wanted}
        found = {s.id: s for s in self._statements("statement AS s", where, params)}
        found |= {s.id: s for s in self._statements("current_statement AS s", where, params)}
        return found

    def statements_of_version(self, watch_id: str, version_id: str, coder: str | None = None) -> list[Statement]:
        """The statements of one version as coded: by ``coder``, or those that count now."""
        params: dict[str, Any] = {"watch": watch_id, "version": version_id}
        where = "s.watch_id = $watch AND s.version_id = $version"
        if coder is None:
            return self._statements("current_statement AS s", where, params)
        return self._statements("statement AS s", f"{where} AND s.coder = $coder", params | {"coder": coder})

    def accept_coder(self, watch_id: str, coder: str, name: str, reason: str, recorded_at: datetime) -> None:
        """Make ``coder`` the one whose codings count. Nothing is deleted: accept the former one to go back."""
        row = {"watch_id": watch_id, "coder": coder, "name": name, "reason": reason}
        with self._begin() as db:
            record_states(db, "coder", ["watch_id"], [row], recorded_at)

    def accepted_coder(self, watch_id: str) -> str | None:
        """The coder whose codings count, None before the first coding."""
        sql = "SELECT coder FROM coder WHERE watch_id = ? ORDER BY step DESC LIMIT 1"
        with self._begin() as db:
            row = select_one(db, sql, [watch_id])
        return row["coder"] if row else None

    def _statements(self, source: str, where: str, params: dict[str, Any]) -> list[Statement]:
        with self._begin() as db:
            return self._load(db, source, where, params)

    @staticmethod
    def _load(db: Connection, source: str, where: str, params: dict[str, Any]) -> list[Statement]:
        names = [*_PLAIN, "source", "cue", "content", "quote_type", "attribution_confidence"]
        columns = ", ".join(f"s.{name}" for name in names)
        order = "ORDER BY s.said_at NULLS LAST, s.published_at NULLS LAST, s.id"
        sql = f"SELECT {columns} FROM {source} WHERE {where} {order}"  # noqa: S608  # both come from this file
        return [_statement(row) for row in select(db, sql, params)]


def _coded(db: Connection, watch_id: str, version_ids: Sequence[str]) -> set[tuple[str, str]]:
    """(version, coder) of the codings that these versions have."""
    sql = "SELECT version_id, coder FROM coding WHERE watch_id = ? AND version_id IN (SELECT unnest(?::VARCHAR[]))"
    return {(row["version_id"], row["coder"]) for row in select(db, sql, [watch_id, list(version_ids)])}


def _adopt_first_coder(db: Connection, watch_id: str, coder: str, recorded_at: datetime) -> None:
    """The first coder of a watch is the accepted one; another becomes it only by ``accept_coder``."""
    if select_one(db, "SELECT 1 AS known FROM coder WHERE watch_id = ?", [watch_id]) is None:
        row = {"watch_id": watch_id, "coder": coder, "name": "volteface", "reason": "the first coder of this watch"}
        record_states(db, "coder", ["watch_id"], [row], recorded_at)


def _attribution_id(statement: Statement) -> str:
    a = statement.attribution
    spans = f"{a.source}{a.cue}{a.content}{a.quote_type}"
    key = f"{statement.watch_id}|{statement.version_id}|{statement.coder}|{spans}"
    return hashlib.sha256(key.encode()).hexdigest()[:24]


def _statement_row(statement: Statement) -> Row:
    attribution = statement.attribution
    content = attribution.content
    row: Row = {name: getattr(statement, name) for name in _PLAIN}
    row |= {
        "attribution_id": _attribution_id(statement),
        "source": _to_structs(attribution.source),
        "cue": _to_structs(attribution.cue),
        "content": _to_structs(content),
        "attribution_confidence": attribution.confidence,
        "quote_type": attribution.quote_type,
        "content_start": min((s for s, _ in content), default=None),
        "content_end": max((e for _, e in content), default=None),
        "copy_group": statement.copy_group or statement.version_id,
    }
    return row


def _statement(row: Row) -> Statement:
    attribution = Attribution(
        source=_to_spans(row["source"]),
        cue=_to_spans(row["cue"]),
        content=_to_spans(row["content"]),
        quote_type=row["quote_type"],
        confidence=row["attribution_confidence"],
    )
    plain = {name: row[name] for name in _PLAIN}
    return Statement(**{**plain, "basis": tuple(row["basis"]), "attribution": attribution})


def _to_structs(spans: Iterable[Span]) -> list[dict[str, int]]:
    return [{"start": start, "end": end} for start, end in spans]


def _to_spans(structs: Iterable[dict[str, int]]) -> tuple[Span, ...]:
    return tuple((span["start"], span["end"]) for span in structs)
