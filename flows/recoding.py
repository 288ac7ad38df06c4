"""``volteface recode``: the archive coded anew beside the old coding; what would change, before it is trusted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from extractors.coding import CODER
from extractors.models import Change
from flows import stages
from flows.output import signed
from flows.settings import Environment, Watch
from storage.ledger import Ledger


def recode_archive(watch: Watch, environment: Environment) -> Iterator[str]:
    """Code what the present coder has not coded yet; lines that compare the changes under both codings."""
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
        job.ok = True
    finally:
        stages.finish(job)
    old = {_key(k.change) for k in ledger.changes(watch.id) if k.change.status == "confirmed"}
    statements = ledger.statements_by_coder(watch.id, CODER)
    new = {_key(c) for c in stages.derive_all(job, statements) if c.status == "confirmed"}
    yield f"Coder {accepted} -> {CODER}: {len(statements)} statements, {len(old)} confirmed changes -> {len(new)}"
    yield from (f"  would appear: {_line(key)}" for key in sorted(new - old))
    yield from (f"  would vanish: {_line(key)}" for key in sorted(old - new))
    yield "Nothing was replaced. To make it the current one: --accept --name ... --reason ..."


def accept_coding(watch: Watch, environment: Environment, name: str, reason: str) -> str:
    """Make the present coder's coding the one that counts, derive the changes from it, publish."""
    Ledger(environment.home).accept_coder(watch.id, CODER, name, reason, datetime.now(UTC))
    job = stages.begin_with(watch, environment, None)
    try:
        stages.detect_changes(job, alerting=False)
        job.ok = True
    finally:
        stages.finish(job)
    return f"Coder {CODER} is the current one. Nothing was deleted."


def _key(change: Change) -> tuple[str, str, str, int]:
    return (change.actor, change.concept, change.kind, change.to_agreement if change.to_agreement is not None else 9)


def _line(key: tuple[str, str, str, int]) -> str:
    actor, concept, kind, to = key
    return f"{actor}, {concept}: {kind} to {signed(to if to != 9 else None)}"
