"""One pass over a watch: the stages, in order, and nothing else.

Every stage asks the ledger what is left to do, so a pass that was killed is completed by the next one, and a pass
repeated changes nothing.
"""

from __future__ import annotations

from datetime import datetime

from prefect import flow

from flows import tasks
from flows.report import PassReport


@flow(name="volteface-pass", flow_run_name="{watch_path}", retries=0, persist_result=False)
def monitor(watch_path: str, now: datetime | None = None) -> PassReport:
    """Run one pass over the watch file at ``watch_path``.

    ``now`` is the moment the pass takes for its own (default: the clock); the demo and tests set it.
    Returns what was read, coded, found and sent. Raises VoltefaceError when nothing could be read at all.
    """
    job = tasks.begin(watch_path, now)
    try:
        tasks.adopt_baseline(job)
        tasks.poll_feeds(job)
        tasks.read_pages(job)
        tasks.code_versions(job)
        tasks.detect_changes(job)
        tasks.deliver(job)
        tasks.show(job, return_state=True)  # without pictures a pass is whole, too: a failure stays the task's own
    finally:
        report = tasks.finish(job)
    return report
