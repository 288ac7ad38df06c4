"""``volteface recode``: the archive coded anew beside the old coding; what would change, before it is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from extractors.coding import CODER
from extractors.models import Change, Position
from flows import stages
from flows.output import signed
from flows.settings import Environment, Watch
from flows.stages import Job
from storage.ledger import Ledger, Transaction

Pair = tuple[str, str]
SHOWN = ("confirmed", "tentative")


def recode_archive(watch: Watch, environment: Environment) -> Iterator[str]:
    """Code what the present coder has not coded yet; lines that compare positions and changes under both codings."""
    ledger = Ledger(environment.home)
    accepted = ledger.accepted_coder(watch.id)
    if accepted is None:
        yield "Nothing was coded yet: do a pass first."
        return
    if accepted == CODER:
        yield f"The current coding is this coder's (version {CODER}) already."
        return
    job = stages.begin_with(watch, environment, None)
    try:
        stages.code_versions(job, coder=CODER)
        yield f"Coder {accepted} -> {CODER}: {job.report.coded} versions coded anew, {job.report.statements} statements"
        yield from _compare(job)
        job.ok = True
    finally:
        stages.finish(job)
    yield "Nothing was replaced. To make it the current one: --accept --name ... --reason ..."


def accept_coding(watch: Watch, environment: Environment, name: str, reason: str) -> str:
    """Make the present coder's coding the one that counts, derive the changes from it, publish."""
    ledger = Ledger(environment.home)
    if ledger.accepted_coder(watch.id) in (None, CODER):
        return "There is nothing to accept."
    job = stages.begin_with(watch, environment, None)
    try:
        ledger.accept_coder(watch.id, CODER, name, reason, datetime.now(UTC))
        stages.detect_changes(job, alerting=False)
        job.ok = True
    finally:
        stages.finish(job)
    return f"Coder {CODER} is the current one. Nothing was deleted."


def _compare(job: Job) -> Iterator[str]:
    """Positions and changes as they are, and as they would be with the new coding and all corrections."""
    watch_id = job.watch.id
    with _rehearsed(job) as tx:
        stands = {(p.actor, p.concept): p for p in tx.positions(watch_id)}
        ground, pairs = stages.Ground.of(tx, watch_id), tx.pairs(watch_id)
    have: list[Change] = []
    for some in stages.batches(pairs, stages.PAIRS):
        with _rehearsed(job) as tx:
            statements = tx.statements_for(watch_id, some)
        have += stages.derive(job, ground, statements)  # slow, so others may write meanwhile
    with job.ledger.transaction() as tx:
        stood = {(p.actor, p.concept): p for p in tx.positions(watch_id)}
        known = tx.changes(watch_id)
    rejected = {k.change.id for k in known if k.verdict == "reject"}
    had = [k.change for k in known]
    yield from _positions(stood, stands)
    yield from _changes(_live(had, rejected), _live(have, rejected))


@contextmanager
def _rehearsed(job: Job) -> Iterator[Transaction]:
    """The ledger as it would be with the present coder's coding."""
    with job.ledger.rehearsal() as tx:
        tx.accept_coder(job.watch.id, CODER, "rehearsal", "rehearsal", job.now)
        yield tx


def _positions(before: dict[Pair, Position], after: dict[Pair, Position]) -> Iterator[str]:
    moved = [p for p in before.keys() & after.keys() if before[p].agreement != after[p].agreement]
    yield f"Positions: {len(before)} -> {len(after)}, {len(moved)} of them elsewhere"
    yield from (
        f"  would appear: {_pair(p)} {signed(after[p].agreement)}" for p in sorted(after.keys() - before.keys())
    )
    yield from (
        f"  would vanish: {_pair(p)} {signed(before[p].agreement)}" for p in sorted(before.keys() - after.keys())
    )
    for p in sorted(moved):
        yield f"  would move: {_pair(p)} {signed(before[p].agreement)} -> {signed(after[p].agreement)}"


def _changes(before: dict[str, Change], after: dict[str, Change]) -> Iterator[str]:
    yield f"Changes: {len(before)} -> {len(after)}"
    yield from (f"  would appear: {_line(after[i])}" for i in _ordered(after, after.keys() - before.keys()))
    yield from (f"  would vanish: {_line(before[i])}" for i in _ordered(before, before.keys() - after.keys()))
    for i in _ordered(after, before.keys() & after.keys()):
        if _line(before[i]) != _line(after[i]):
            yield f"  would differ: {_line(before[i])} -> {_line(after[i])}"


def _live(changes: list[Change], rejected: set[str]) -> dict[str, Change]:
    return {c.id: c for c in changes if c.status in SHOWN and c.kind != "reaffirmed" and c.id not in rejected}


def _ordered(changes: dict[str, Change], ids: set[str]) -> list[str]:
    return sorted(ids, key=lambda i: (changes[i].actor, changes[i].concept, changes[i].said_at, i))


def _pair(pair: Pair) -> str:
    return f"{pair[0]} on {pair[1]}"


def _line(change: Change) -> str:
    levels = f"{signed(change.from_agreement)} -> {signed(change.to_agreement)}"
    return f"{change.actor} on {change.concept}, {change.kind} {levels}, {change.status}, {change.said_at}"
