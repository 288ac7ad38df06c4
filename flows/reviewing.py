"""``volteface review``: an analyst's verdict, with name and reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from extractors.errors import SettingsError
from flows import stages
from flows.exporting import whole_id
from flows.settings import Environment, Watch
from storage.ledger import Ledger, Snapshot
from storage.records import Correction


@dataclass(frozen=True, slots=True)
class Wish:
    """What the analyst wants; the last three are for ``correct`` and ``merge``."""

    subject: str
    subject_id: str
    verdict: str
    name: str
    reason: str
    agreement: int | None = None
    actor: str | None = None
    concept: str | None = None


def review_subject(watch: Watch, environment: Environment, wish: Wish) -> str:
    """Record the verdict, derive the changes anew, publish, and say what was done. Raises for what makes no sense."""
    ledger, now = Ledger(environment.home), datetime.now(UTC)
    _record(ledger, environment, watch, wish, now)
    job = stages.begin_with(watch, environment, None)
    try:
        stages.detect_changes(job, alerting=False)
        job.ok = True
    finally:
        report = stages.finish(job)
    moved = f"; {report.reverted} changes no longer hold" if report.reverted else ""
    return f"Recorded: {wish.subject} {wish.subject_id} {wish.verdict}{moved}."


def _record(ledger: Ledger, environment: Environment, watch: Watch, wish: Wish, now: datetime) -> None:
    if wish.subject == "actor":
        if wish.verdict != "merge" or not wish.actor:
            raise SettingsError("review actor", "an actor can only be merged", "Write: actor NAME merge --actor INTO")
        ledger.merge_actor(watch.id, wish.subject_id, wish.actor, wish.name, wish.reason, now)
    elif wish.subject == "change":
        if wish.verdict not in ("accept", "reject"):
            raise SettingsError(
                "review change", "a change is accepted or rejected", "To correct it, correct its statements"
            )
        with Snapshot(environment.home) as snapshot:
            change = whole_id(snapshot, watch.id, wish.subject_id)
        ledger.review_change(watch.id, change, wish.verdict, wish.name, wish.reason, now)  # type: ignore[arg-type]
    else:
        if wish.verdict == "merge":
            raise SettingsError("review statement", "statements are not merged", "Use accept, reject or correct")
        values = {"agreement": wish.agreement, "actor": wish.actor, "concept": wish.concept}
        fields = tuple(name for name, value in values.items() if value is not None)
        correction = Correction(fields, actor=wish.actor, concept=wish.concept, agreement=wish.agreement)
        ledger.review_statement(
            watch.id,
            wish.subject_id,
            wish.verdict,  # type: ignore[arg-type]
            wish.name,
            wish.reason,
            now,
            correction if wish.verdict == "correct" else None,
        )
