"""Versions to statements."""

from __future__ import annotations

from extractors.coding import CODER, code_version
from flows.stages.copies import fold_copies
from flows.stages.job import BATCH, Job
from storage.records import CodedVersion


def code_versions(job: Job, coder: str | None = None) -> None:
    """Code the versions that nobody has coded, or that ``coder`` has not (recoding), batch by batch."""
    fold_copies(job)
    while batch := job.ledger.versions_to_code(job.watch.id, coder, limit=BATCH):
        coded = []
        for todo in batch:
            result = code_version(
                todo.version,
                job.watch.codebook,
                job.watch.id,
                job.now,
                todo.copy_group,
                job.watch.file.watch.language,
            )
            coded.append(CodedVersion(todo.version.id, CODER, result.statements, result.actors, result.note, job.now))
            job.report.statements += len(result.statements)
            job.report.coded += 1
            if result.note:
                job.report.skip(result.note)
        job.ledger.save_codings(job.watch.id, coded)
