"""The outbox to its recipients."""

from __future__ import annotations

from flows import channels, mailer
from flows.delivery import Outcome
from flows.hours import is_quiet
from flows.stages.detecting import queue
from flows.stages.job import Job


def deliver(job: Job) -> None:
    """Send what is due in the outbox; what cannot be delivered stays there."""
    rules = job.watch.file.alerts
    with job.ledger.transaction() as tx:
        queue(job, tx)  # digests, quiet hours and cooldowns end by themselves
        # a retry must not ring at night either
        due = [] if is_quiet(rules, job.now) else tx.claim_alerts(job.now, watch_id=job.watch.id)
        job.report.waiting = len(tx.alerts(job.watch.id, "pending"))
    if due:

        def record(outcome: Outcome) -> None:
            job.ledger.record_attempt(outcome.alert_id, job.now, error=outcome.error, next_try_at=outcome.next_try_at)

        senders = channels.senders(rules, job.environment.webhook_key, job.now)
        outcomes = mailer.deliver(due, job.environment.smtp, job.now, record, senders)
        job.report.sent += sum(outcome.error is None for outcome in outcomes)
        whom = {alert.item.alert_id: f"{alert.item.channel} to {alert.item.recipient}" for alert in due}
        problems = dict.fromkeys(f"{whom[o.alert_id]}: {o.error}" for o in outcomes if o.error)
        job.report.problems += problems
        job.report.waiting -= sum(outcome.next_try_at is None for outcome in outcomes)
    job.ok = True
