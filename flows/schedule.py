"""Passes on their schedules, through Prefect, never two of one watch at once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from flows.settings import load_watch


def serve_watches(paths: Sequence[Path]) -> None:
    """Run passes over ``paths`` on their schedules until interrupted. Raises SettingsError for a bad watch file.

    A pass that is still running when the next is due makes Prefect cancel the new one; the watch's lock file holds
    off passes that were started by other means.
    """
    watches = [load_watch(path) for path in paths]  # complain before anything starts
    from prefect import serve
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.monitor import monitor

    # The passes run in processes of their own, started from this folder with this environment.
    os.environ.setdefault("PYTHONPATH", str(Path(__file__).parent.parent))
    deployments = [
        monitor.to_deployment(
            name=watch.id,
            parameters={"watch_path": str(watch.path)},
            cron=watch.file.watch.schedule,
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
            entrypoint_type=EntrypointType.MODULE_PATH,
            description=watch.title,
        )
        for watch in watches
    ]
    serve(*deployments, pause_on_shutdown=False, print_starting_message=True, limit=len(deployments))  # type: ignore[arg-type]
