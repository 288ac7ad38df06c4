"""``volteface review``: an analyst's verdict, with name and reason."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime

from extractors.errors import SettingsError, VoltefaceError
from flows import stages
from flows.exporting import whole_id
from flows.settings import Environment, Watch
from storage.ledger import Ledger, Snapshot
from storage.queries import run_query
from storage.records import Correction

NOT_STATED = "none"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the analyst wants. What follows ``reason`` is for ``correct``; ``actor`` is for ``merge`` too."""

    subject: str
    subject_id: str
    verdict: str
    name: str
    reason: str
    agreement: str | None = None
    """-2 to 2, or NOT_STATED."""
    actor: str | None = None
    concept: str | None = None
    said_at: date | None = None

    def correction(self) -> Correction:
        """The fields that are given."""
        given = {f: getattr(self, f) for f in ("agreement", "actor", "concept", "said_at")}
        values = {name: value for name, value in given.items() if value is not None}
        if self.agreement is not None:
            values["agreement"] = None if self.agreement == NOT_STATED else int(self.agreement)
        return Correction(tuple(values), **values)


def review_subject(watch: Watch, environment: Environment, wish: Wish) -> str:
    """Record the verdict, derive the changes anew, publish, and say what was done. Raises for what makes no sense."""
    _check(wish)
    with Snapshot(environment.home) as snapshot:
        wish = _resolved(snapshot, watch, wish)
    _record(Ledger(environment.home), watch, wish, datetime.now(UTC))
    said = f"Recorded: {wish.subject} {wish.subject_id} {wish.verdict}"
    try:
        job = stages.begin_with(watch, environment, None)
    except stages.PassRunning:
        return f"{said}. A pass over this watch is running: positions and changes follow when the next one ends."
    try:
        stages.detect_changes(job, alerting=False)
        job.ok = True
    finally:
        report = stages.finish(job)
    counts = {status: getattr(report, status) for status in ("tentative", "confirmed", "reverted")}
    moved = ", ".join(f"{n} now {status}" for status, n in counts.items() if n)
    return f"{said}. Changes: {moved or 'none moved'}."


def _check(wish: Wish) -> None:
    """Whether the verdict suits the subject, and the options the verdict."""
    allowed = {"statement": ("accept", "reject", "correct"), "change": ("accept", "reject"), "actor": ("merge",)}
    if wish.verdict not in allowed[wish.subject]:
        advice = f"Use {' or '.join(allowed[wish.subject])}"
        if wish.subject == "change":
            advice += "; to correct a change, correct its statements"
        raise SettingsError(f"review {wish.subject}", f"cannot be decided by {wish.verdict}", advice)
    given = wish.correction().fields
    wanted = {"correct": given, "merge": ("actor",) if wish.actor else ()}.get(wish.verdict, ())
    if wish.verdict in ("correct", "merge") and not wanted:
        options = "--agreement, --actor, --concept or --said-at" if wish.verdict == "correct" else "--actor INTO"
        raise SettingsError(f"review {wish.subject}", f"{wish.verdict} needs {options}", "See volteface review --help")
    for name in given:
        if name not in wanted:
            option = f"--{name.replace('_', '-')}"
            raise SettingsError(f"review {wish.subject}", f"{option} says nothing with {wish.verdict}", "Leave it out")


def _resolved(snapshot: Snapshot, watch: Watch, wish: Wish) -> Wish:
    """The wish with whole ids, and with names that the watch knows."""
    values = {f.name: getattr(wish, f.name) for f in fields(wish)}
    if wish.subject == "change":
        values["subject_id"] = whole_id(snapshot, watch.id, wish.subject_id)
    elif wish.subject == "statement":
        values["subject_id"] = _statement(snapshot, watch.id, wish.subject_id)
    else:
        known = {actor.name for actor in snapshot.actors(watch.id)}
        for name in (wish.subject_id, str(wish.actor)):
            _known(name, known, "actor", f"volteface query {watch.path} said_by --param actor=NAME")
    if wish.concept is not None:
        ids = {concept.id for concept in watch.codebook.concepts}
        _known(wish.concept, ids, "concept", f"The codebook is in {watch.path}")
    return Wish(**values)


def _known(name: str, known: set[str], what: str, otherwise: str) -> None:
    if name in known:
        return
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    raise VoltefaceError(name, f"is no {what} of this watch", f"Did you mean {near[0]}?" if near else otherwise)


def _statement(snapshot: Snapshot, watch_id: str, beginning: str) -> str:
    sql = "SELECT DISTINCT id FROM statement WHERE watch_id = $watch AND starts_with(id, $id) LIMIT 2"
    found = [str(row[0]) for row in run_query(snapshot, sql, {"watch": watch_id, "id": beginning}).rows]
    if len(found) == 1:
        return found[0]
    problem = "no statement has this id" if not found else "several statements have ids that start so"
    raise VoltefaceError(beginning, problem, "They are in the column id of: volteface query WATCH statements_behind")


def _record(ledger: Ledger, watch: Watch, wish: Wish, now: datetime) -> None:
    if wish.subject == "actor":
        ledger.merge_actor(watch.id, wish.subject_id, str(wish.actor), wish.name, wish.reason, now)
    elif wish.subject == "change":
        ledger.review_change(watch.id, wish.subject_id, wish.verdict, wish.name, wish.reason, now)  # type: ignore[arg-type]
    else:
        correction = wish.correction() if wish.verdict == "correct" else None
        verdict = wish.verdict
        ledger.review_statement(watch.id, wish.subject_id, verdict, wish.name, wish.reason, now, correction)  # type: ignore[arg-type]
