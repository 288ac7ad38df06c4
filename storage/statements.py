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
            new = []
            for coded in codings:
                row = {
                    "watch_id": watch_id,
                    "version_id": coded.version_id,
                    "coder": coded.coder,
                    "note": coded.note,
                    "recorded_at": coded.recorded_at,
                }
                if insert(db, "coding", [row], ignore_known=True):
                    new.append(coded)
            attributions = {r["id"]: r for c in new for s in c.statements for r in [_attribution_row(s)]}
            insert(db, "attribution", list(attributions.values()))
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
        condition, params = "", {"watch": watch_id, "moment": moment}
        if pairs is not None:
            wanted = sorted(set(pairs))
            if not wanted:
                return []
            params |= {"actors": [a for a, _ in wanted], "concepts": [c for _, c in wanted]}  # type: ignore[dict-item]
            condition = """
                SEMI JOIN (SELECT unnest($actors::VARCHAR[]) AS actor, unnest($concepts::VARCHAR[]) AS concept) AS p
                    ON p.actor = s.actor AND p.concept = s.concept
            """
        return self._statements(f"statements_known_at($moment) AS s {condition}", "s.watch_id = $watch", params)

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

    def statements_by_coder(self, watch_id: str, coder: str) -> list[Statement]:
        """What the ledger would hold were ``coder`` accepted: its codings, and the present ones where it has none."""
        sql = """
            SELECT version_id FROM coding WHERE watch_id = ? AND coder = ?
        """
        with self._begin() as db:
            done = {row["version_id"] for row in select(db, sql, [watch_id, coder])}
            rest = self._load(db, "current_statement AS s", "s.watch_id = $watch", {"watch": watch_id})
            where = "s.watch_id = $watch AND s.coder = $coder"
            own = self._load(db, "statement AS s", where, {"watch": watch_id, "coder": coder})
        return sorted([s for s in rest if s.version_id not in done] + own, key=lambda s: s.id)

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
        columns = ", ".join(f"s.{name}" for name in _PLAIN)
        sql = f"""
            WITH chosen AS (SELECT {columns}, s.attribution_id, s.quote_type FROM {source} WHERE {where})
            SELECT c.*, a.source, a.cue, a.content, a.confidence AS attribution_confidence
            FROM chosen AS c
            JOIN attribution AS a ON a.id = c.attribution_id
            ORDER BY c.said_at NULLS LAST, c.published_at NULLS LAST, c.id
        """  # noqa: S608  # sources and conditions come from this file
        return [_statement(row) for row in select(db, sql, params)]


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


def _attribution_row(statement: Statement) -> Row:
    a = statement.attribution
    return {
        "id": _attribution_id(statement),
        "watch_id": statement.watch_id,
        "version_id": statement.version_id,
        "coder": statement.coder,
        "source": _to_structs(a.source),
        "cue": _to_structs(a.cue),
        "content": _to_structs(a.content),
        "quote_type": a.quote_type,
        "confidence": a.confidence,
        "recorded_at": statement.recorded_at,
    }


def _statement_row(statement: Statement) -> Row:
    content = statement.attribution.content
    row: Row = {name: getattr(statement, name) for name in _PLAIN}
    row |= {
        "attribution_id": _attribution_id(statement),
        "quote_type": statement.attribution.quote_type,
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
