"""Statements to changes, and changes to alerts in the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from extractors.changes import ChangeRules, derive_changes
from extractors.ground import touches
from extractors.models import Actor, Change, Codebook, Statement, Version
from flows import outgoing
from flows.pictures import draw_pictures
from flows.stages.job import Job, batches
from storage.ledger import Nouns, Transaction

PAIRS = 200
"""Pairs of actor and concept whose statements are held in memory together."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What changes are measured against: the baseline and who speaks in it."""

    baseline: Version | None
    told: tuple[Statement, ...] = ()

    @classmethod
    def of(cls, reader: Nouns, watch_id: str) -> Ground:
        """``reader``: the ledger, or a rehearsal of it."""
        baseline = reader.baseline(watch_id)
        return cls(baseline, tuple(reader.statements_of_version(watch_id, baseline.id)) if baseline else ())

    def touches(self, actor: str, concept: str, codebook: Codebook) -> bool:
        """Whether the baseline may hold a position that its statements do not tell."""
        who = next((a for a in codebook.actors if a.name == actor), Actor(actor))
        what = next((c for c in codebook.concepts if c.id == concept), None)
        return what is not None and self.baseline is not None and touches(self.baseline.text, self.told, who, what)


def detect_changes(job: Job, alerting: bool = True) -> None:
    """Derive the changes of every position that may have moved; store them with their alerts in one transaction."""
    with job.ledger.transaction() as tx:
        ground = Ground.of(tx, job.watch.id)
        if ground.baseline is None:
            return  # nothing is marked as done, so nothing is lost
        todo = tx.to_detect(job.watch.id)
        pairs = set(tx.pairs(job.watch.id) if todo.pairs is None else todo.pairs)
        if todo.pairs is None:
            # what only the former coder found has no statement that tells its pair
            pairs |= {(k.change.actor, k.change.concept) for k in tx.changes(job.watch.id)}
        elif not pairs:
            return
    changes: list[Change] = []
    for some in batches(sorted(pairs), PAIRS):
        changes += derive(job, ground, job.ledger.statements_for(job.watch.id, some))
    with job.ledger.transaction() as tx:
        steps = tx.save_changes(job.watch.id, changes, job.run_id, job.now, pairs=pairs)
        tx.save_detection(job.watch.id, todo, job.run_id, job.now)
        if alerting:
            queue(job, tx)
    for step in steps:
        if step.previous != step.change.status:
            job.report.found(step.change.status)


def derive(job: Job, ground: Ground, statements: Iterable[Statement]) -> list[Change]:
    """The changes that follow from ``statements``, which must be all of their pairs of actor and concept."""
    baseline = ground.baseline
    since = baseline.published_at.date() if baseline and baseline.published_at else None
    by_pair: dict[tuple[str, str], list[Statement]] = {}
    for statement in statements:
        if statement.actor and statement.concept:
            by_pair.setdefault((statement.actor, statement.concept), []).append(statement)
    rules = ChangeRules(confirm_by=job.watch.file.alerts.confirm_by)
    changes: list[Change] = []
    known = {statement.actor for statement in ground.told}
    for (actor, concept), told in sorted(by_pair.items()):
        spoken = [s for s in told if baseline and s.version_id == baseline.id]
        touched = ground.touches(actor, concept, job.watch.codebook)
        changes += derive_changes(told, spoken, rules, actor_known=actor in known, since=since, touched=touched)
    return changes


def queue(job: Job, tx: Transaction) -> None:
    """Put into the outbox what is due to be told."""
    smtp = job.environment.smtp
    plan = outgoing.queue(tx, job.watch, smtp.sender if smtp else None, job.now, job.run_id, draw_pictures)
    job.report.problems += [problem for problem in plan.problems if problem not in job.report.problems]
