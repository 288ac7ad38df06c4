"""What changed in a pass, as pictures for the run's page."""

from __future__ import annotations

from flows.pictures import as_markdown, draw_pictures
from flows.stages.job import Job


def show(job: Job) -> str:
    """Markdown with the matrix and the timelines of what this pass found; "" where it found no change."""
    if not (job.report.tentative or job.report.confirmed or job.report.reverted):
        return ""
    known = job.ledger.changes(job.watch.id)
    found = [k.change for k in known if k.run_id == job.run_id and k.verdict != "reject"]
    found.sort(key=lambda change: (change.status != "confirmed", -change.independent_reports, change.id))
    pictures = draw_pictures(job.ledger, job.watch.id, found, job.now)
    return as_markdown(job.watch.title, pictures) if pictures else ""
