"""Versions to statements."""

from __future__ import annotations

from extractors.coding import CODER, code_version
from flows.stages.copies import fold_copies
from flows.stages.job import TOGETHER, Job, batches
from storage.records import CodedVersion, VersionToCode


def code_versions(job: Job, coder: str | None = None) -> None:
    """Code the versions that nobody has coded, or that ``coder`` has not (recoding), batch by batch."""
    fold_copies(job)
    while waiting := job.ledger.versions_to_code(job.watch.id, coder, limit=TOGETHER):
        for batch in batches(waiting):
            job.ledger.save_codings(job.watch.id, [_coded(job, todo) for todo in batch])
        if len(waiting) < TOGETHER:
            return


def _coded(job: Job, todo: VersionToCode) -> CodedVersion:
    language = job.watch.file.watch.language
    result = code_version(todo.version, job.watch.codebook, job.watch.id, job.now, todo.copy_group, language)
    job.report.statements += len(result.statements)
    job.report.coded += 1
    if result.note:
        job.report.skip(result.note)
    return CodedVersion(todo.version.id, CODER, result.statements, result.actors, result.note, job.now)
