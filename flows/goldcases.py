"""Analysts' verdicts as gold cases: what they read and decided, in the form in which gold sets are kept.

Two forms. ``reviews.jsonl`` has every verdict on a statement with the text that it is about. ``WATCH.txt`` and the
codebook ``WATCH.toml`` hold the accepted and corrected ones as a story for ``volteface evaluate agreement --gold``;
a rejected one is left out there, since a verdict does not tell which step of the coding was wrong.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from extractors.models import Attribution, Codebook, Span, Statement
from flows.output import plain
from storage.ledger import Snapshot
from storage.records import Review

_SENTENCE_END = re.compile(r"[.!?][\"”’)]*\s|\n")


def export_gold(snapshot: Snapshot, watch_id: str, to: Path) -> list[Path]:
    """Write the gold cases of the watch into ``to``; returns the files."""
    last = {r.subject_id: r for r in snapshot.reviews(watch_id) if r.subject == "statement"}
    statements = snapshot.statements_by_id(watch_id, last)
    rows: list[dict[str, Any]] = []
    items: list[str] = []
    for identifier, review in last.items():
        statement = decided(statements[identifier], review)
        version = snapshot.version(statement.version_id)
        if version is None:
            continue
        start, end = _context(version.text, _spans(statement.attribution))
        rows.append(_row(statement, review, version.text[start:end], start))
        marked = mark(version.text, statement.attribution, start, end)
        if review.verdict != "reject" and marked:
            items.append(f"{marked}\n= {_label(statement)} | {_one_line(f'{review.name}: {review.reason}')}\n")
    to.mkdir(parents=True, exist_ok=True)
    files = {
        to / "reviews.jsonl": "".join(json.dumps(plain(row), ensure_ascii=False) + "\n" for row in rows),
        to / f"{watch_id}.txt": "\n".join(items),
        to / f"{watch_id}.toml": _codebook(snapshot.codebook(watch_id)),
    }
    for path, content in files.items():
        path.write_text(content, encoding="utf-8")
    return list(files)


def decided(statement: Statement, review: Review) -> Statement:
    """The statement as the analyst would have it, whichever coding counts now."""
    correction = review.correction
    if correction is None:
        return statement
    return replace(statement, **{name: getattr(correction, name) for name in correction.fields})


def mark(text: str, attribution: Attribution, start: int, end: int) -> str | None:
    """``text[start:end]`` in one line with the spans in brackets; None where the spans overlap and cannot be marked."""
    pieces, at = [], start
    for (first, last), letter in sorted(
        (span, letter)
        for letter, spans in (("s", attribution.source), ("c", attribution.cue), ("t", attribution.content))
        for span in spans
    ):
        if first < at:
            return None
        pieces += [_plain(text[at:first]), f"[{letter} {_plain(text[first:last]).strip()}]"]
        at = last
    return "".join([*pieces, _plain(text[at:end])]).strip().lstrip("=")


def _context(text: str, spans: Iterable[Span]) -> Span:
    """The sentences that the spans stand in."""
    first, last = min(s for s, _ in spans), max(e for _, e in spans)
    start = max((m.end() for m in _SENTENCE_END.finditer(text, 0, first)), default=0)
    closing = _SENTENCE_END.search(text, max(first, last - 1))
    return start, closing.end() if closing else len(text)


def _spans(attribution: Attribution) -> list[Span]:
    return [*attribution.source, *attribution.cue, *attribution.content]


def _plain(text: str) -> str:
    return text.replace("[", "(").replace("]", ")").replace("\n", " ")


def _one_line(text: str) -> str:
    return " ".join(text.replace("|", "/").split())


def _label(statement: Statement) -> str:
    if statement.concept is None:
        return "none"
    return f"{statement.concept} {'null' if statement.agreement is None else statement.agreement}"


def _row(statement: Statement, review: Review, context: str, offset: int) -> dict[str, Any]:
    names = (
        "watch_id",
        "version_id",
        "url",
        "outlet",
        "actor",
        "concept",
        "agreement",
        "said_at",
        "condition",
        "coder",
    )
    return {
        "statement_id": statement.id,
        "verdict": review.verdict,
        "corrected": list(review.correction.fields) if review.correction else [],
        "name": review.name,
        "reason": review.reason,
        "reviewed_at": review.recorded_at,
        **{name: getattr(statement, name) for name in names},
        "text": context,
        "offset": offset,
        "attribution": asdict(statement.attribution),
    }


def _codebook(codebook: Codebook) -> str:
    lines = []
    for concept in codebook.concepts:
        lines += ["[[concept]]", f"id = {_quoted(concept.id)}", f"proposition = {_quoted(concept.proposition)}"]
        lines += [f"{key} = {_quoted(list(getattr(concept, key)))}" for key in ("terms", "support", "oppose")]
        lines.append("")
    for actor in codebook.actors:
        lines += ["[[actor]]", f"name = {_quoted(actor.name)}", f"aliases = {_quoted(list(actor.aliases))}"]
        lines += [f"affiliation = {_quoted(actor.affiliation)}"] if actor.affiliation else []
        lines.append("")
    return "\n".join(lines)


def _quoted(value: str | list[str]) -> str:
    return json.dumps(value, ensure_ascii=False)  # JSON's strings and lists of strings are TOML's
