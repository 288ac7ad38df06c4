"""Asking the feeds, and warning when a watch sees nothing any more."""

from __future__ import annotations

from extractors.links import canonical_url
from flows import outgoing
from flows.blindness import blindness, recovery, warning
from flows.polling import poll
from flows.stages.job import Job, short_id
from storage.ledger import Transaction
from storage.records import FetchRecord, NewEntry


def poll_feeds(job: Job) -> None:
    """Ask the feeds that are due, and record their answers and their new entries, feed by feed."""
    states = job.ledger.feed_states(job.watch.id)
    quiet: list[FetchRecord] = []
    with job.fetcher() as fetcher:
        for result in poll(states, job.now, fetcher):
            job.report.feeds += 1
            record = FetchRecord(
                url=result.url,
                requested_at=job.now,
                outcome=result.outcome,
                feed_id=result.feed_id,
                status=result.status,
                final_url=result.final_url,
                moved_to=result.moved_to,
                etag=result.etag,
                last_modified=result.last_modified,
                body_sha256=result.body_sha256,
                bytes=result.bytes,
                error=result.error,
                next_at=result.next_at,
                last_item_at=result.last_item_at,
            )
            if result.error:
                job.report.feeds_failed.append(f"{result.url}: {result.error}")
            if not result.entries:
                quiet.append(record)
                continue
            entries = [NewEntry(short_id(canonical_url(e.url)), canonical_url(e.url), e) for e in result.entries]
            with job.ledger.transaction() as tx:
                job.report.entries += tx.save_entries(job.watch.id, result.feed_id, entries, job.now)
                tx.record_fetch(job.watch.id, record)
    with job.ledger.transaction() as tx:
        tx.record_fetches(job.watch.id, quiet)  # most feeds have nothing new: one transaction for all of them
        _report_blindness(job, tx)


def _report_blindness(job: Job, tx: Transaction) -> None:
    """Warn once when the watch sees nothing any more, and tell once when it sees again."""
    smtp = job.environment.smtp
    states = tx.feed_states(job.watch.id)
    blind = blindness(states, tx.entry_moments(job.watch.id), job.now)
    last = next((n for n in tx.notices(job.watch.id) if n.topic == "blind"), None)
    warned = last is not None and last.state == "warned"
    if bool(blind) == warned:
        return
    sender = smtp.sender if smtp else None
    if blind:
        tx.save_notice(job.watch.id, "blind", "warned", blind.reason, job.now)
        note = warning(job.watch.title, job.watch.path.name, blind, states)
        items = outgoing.notice(job.watch, sender, job.now, "warning", note)
    elif last:
        note = recovery(job.watch.title, last.recorded_at, states)
        tx.save_notice(job.watch.id, "blind", "recovered", note.paragraphs[0], job.now)
        items = outgoing.notice(job.watch, sender, job.now, "recovery", note)
    tx.add_alerts(items, job.now)
