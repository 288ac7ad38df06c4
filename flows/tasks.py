"""The stages as Prefect tasks: names, retries, nothing else.

Tasks work on batches, one task run a stage: on SQLite more than about a hundred task runs a flow slow Prefect's own
server down. Time-outs are the HTTP and SMTP clients' affair, since a task's does not interrupt blocking I/O.
"""

from __future__ import annotations

import re
from datetime import datetime

from prefect import task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE

from flows import stages
from flows.report import PassReport
from flows.stages import Job


@task(cache_policy=NO_CACHE)
def begin(watch_path: str, now: datetime | None) -> Job:
    """Read the watch and note the start of the pass."""
    return stages.begin(watch_path, now)


@task(cache_policy=NO_CACHE)
def adopt_baseline(job: Job) -> None:
    """Store and code the baseline article, once."""
    stages.adopt_baseline(job)


@task(cache_policy=NO_CACHE)
def poll_feeds(job: Job) -> None:
    """Ask each feed that is due for new entries."""
    stages.poll_feeds(job)


@task(cache_policy=NO_CACHE)
def read_pages(job: Job) -> None:
    """Fetch the pages of new entries and keep their text."""
    stages.read_pages(job)


@task(cache_policy=NO_CACHE)
def code_versions(job: Job) -> None:
    """Code every version that this coder has not coded."""
    stages.code_versions(job)


@task(cache_policy=NO_CACHE)
def detect_changes(job: Job) -> None:
    """Derive the changes of the positions touched and put their alerts into the outbox."""
    stages.detect_changes(job)


@task(cache_policy=NO_CACHE)
def deliver(job: Job) -> None:
    """Send what is due in the outbox."""
    stages.deliver(job)


@task(cache_policy=NO_CACHE)
def show(job: Job) -> None:
    """Put what changed, as pictures, on the run's page."""
    if markdown := stages.show(job):
        key = "volteface-" + re.sub(r"[^a-z0-9]+", "-", job.watch.id.lower()).strip("-")
        create_markdown_artifact(markdown=markdown, key=key, description="Who stands where")


@task(cache_policy=NO_CACHE)
def finish(job: Job) -> PassReport:
    """Publish the snapshot and note the end of the pass."""
    return stages.finish(job)
