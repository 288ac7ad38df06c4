"""Statements to changes, and changes to alerts in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from extractors.changes import ChangeRules, derive_changes
from extractors.models import Change, Statement
from flows import outgoing
from flows.pictures import draw_pictures
from flows.stages.job import Job
from storage.ledger import Nouns, Transaction


def detect_changes(job: Job, alerting: bool = True) -> None:
    """Derive the changes of every position that may have moved; store them with their alerts in one transaction."""
    if job.ledger.baseline(job.watch.id) is None:
        return  # nothing is marked as done, so nothing is lost
    todo = job.ledger.to_detect(job.watch.id)
    if todo.pairs is not None and not todo.pairs:
        return
    changes = _derive(job, todo.pairs)
    with job.ledger.transaction() as tx:
        # another coder: what was found by the former one and is not found any more has no statement to tell its pair
        pairs = todo.pairs if todo.pairs is not None else {_pair(k.change) for k in tx.changes(job.watch.id)}
        steps = tx.save_changes(job.watch.id, changes, job.run_id, job.now, pairs=pairs)
        tx.save_detection(job.watch.id, todo, job.run_id, job.now)
        if alerting:
            queue(job, tx)
    for step in steps:
        if step.previous != step.change.status:
            job.report.found(step.change.status)


def _pair(change: Change) -> tuple[str, str]:
    return change.actor, change.concept


def _derive(job: Job, pairs: frozenset[tuple[str, str]] | None) -> list[Change]:
    return derive_all(job.ledger, job, job.ledger.statements_for(job.watch.id, pairs))


def derive_all(reader: Nouns, job: Job, statements: Iterable[Statement]) -> list[Change]:
    """The changes that follow from ``statements``, which must be all of their pairs of actor and concept.

    ``reader`` is where the baseline and its speakers are looked up: the ledger, or a rehearsal of it.
    """
    baseline = reader.baseline(job.watch.id)
    known: set[str | None] = set()
    since: date | None = None
    if baseline:
        known = {s.actor for s in reader.statements_of_version(job.watch.id, baseline.id)}
        since = baseline.published_at.date() if baseline.published_at else None
    by_pair: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        if statement.actor and statement.concept:
            by_pair.setdefault((statement.actor, statement.concept), []).append(statement)
    rules = ChangeRules(confirm_by=job.watch.file.alerts.confirm_by)
    changes: list[Change] = []
    for (actor, _), told in sorted(by_pair.items()):
        ground = [s for s in told if baseline and s.version_id == baseline.id]
        changes += derive_changes(told, ground, rules, actor_known=actor in known, since=since)
    return changes


def queue(job: Job, tx: Transaction) -> None:
    """Put into the outbox what is due to be told."""
    smtp = job.environment.smtp
    plan = outgoing.queue(tx, job.watch, smtp.sender if smtp else None, job.now, job.run_id, draw_pictures)
    job.report.problems += [problem for problem in plan.problems if problem not in job.report.problems]
