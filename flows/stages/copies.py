"""Which stored texts are copies of one another."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from extractors.duplicates import Fingerprint, fingerprint, groups_of
from flows.stages.job import TOGETHER, Job
from storage.ledger import Transaction
from storage.records import NewPrint, StoredPrint


def fold_copies(job: Job) -> None:
    """Put every version that is in no group of copies yet into its group; groups that it joins become one."""
    while texts := job.ledger.versions_to_fold(TOGETHER):
        prints = {version_id: fingerprint(text) for version_id, text in texts.items()}
        with job.ledger.transaction() as tx:
            _fold(tx, prints, job.now)
        if len(texts) < TOGETHER:
            return


def _fold(tx: Transaction, prints: dict[str, Fingerprint], now: datetime) -> None:
    candidates = tx.copy_candidates({version_id: print_.keys for version_id, print_ in prints.items()})
    stored = {
        candidate.version_id: (Fingerprint(**asdict(candidate.fingerprint)), candidate.copy_group)
        for found in candidates.values()
        for candidate in found
    }
    groups = groups_of(prints.items(), stored)
    tx.save_prints([NewPrint(i, StoredPrint(**asdict(p)), p.keys, groups[i]) for i, p in prints.items()])
    merged = {group: groups[i] for i, (_, group) in stored.items() if groups[i] != group}
    if merged:
        members = tx.copy_groups(merged)
        tx.regroup({version_id: merged[group] for version_id, group in members.items()}, now)
