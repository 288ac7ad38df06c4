"""Prefect's own settings, made before Prefect is imported: import nothing of Prefect before ``prepare``.

A Prefect server that the user has configured (PREFECT_API_URL) is left alone: then passes run against that.
"""

from __future__ import annotations

import os
from pathlib import Path

# The ephemeral server needs 7 to 28 s on a small machine and gives up after 20 by default.
STARTUP_TIMEOUT_SECONDS = 120


def prepare(home: Path) -> None:
    """Point Prefect's state below ``home`` and switch its telemetry off. What the user has set wins."""
    prefect_home = home / "prefect"
    prefect_home.mkdir(parents=True, exist_ok=True)
    for name, value in {
        "PREFECT_HOME": str(prefect_home),
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": str(STARTUP_TIMEOUT_SECONDS),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_ALLOW_EPHEMERAL_MODE": "true",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_CLI_PROMPT": "false",
        "DO_NOT_TRACK": "1",
    }.items():
        os.environ.setdefault(name, value)


def warm_up() -> None:
    """Start Prefect's server now, so that what comes next is the work and not the waiting."""
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        client.hello()
