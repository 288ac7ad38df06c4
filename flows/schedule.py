"""Passes on their schedules, through Prefect, never two of one watch at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from extractors.errors import SettingsError
from flows.engine import STARTUP_TIMEOUT_SECONDS
from flows.settings import load_watch

USUAL_PORT = 4200


def serve_watches(paths: Sequence[Path], home: Path) -> None:
    """Run passes over ``paths`` on their schedules until interrupted. Raises SettingsError for a bad watch file.

    A pass that is due while one of the same watch is still running is cancelled by Prefect; passes that were started
    by other means are held off by the watch's lock. Where PREFECT_API_URL is set, that server is used; else one of
    our own is started on loopback, since Prefect's ephemeral server runs no scheduler.
    """
    watches = [load_watch(path) for path in paths]  # complain before anything starts
    with _server(home):
        from prefect import serve
        from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
        from prefect.types.entrypoint import EntrypointType

        from flows.monitor import monitor

        deployments = [
            monitor.to_deployment(
                name=watch.id,
                parameters={"watch_path": str(watch.path)},
                cron=watch.file.watch.schedule,
                concurrency_limit=ConcurrencyLimitConfig(
                    limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW
                ),
                # a path would put flows/ first on sys.path, where its module names shadow others
                entrypoint_type=EntrypointType.MODULE_PATH,
                description=watch.title,
            )
            for watch in watches
        ]
        for watch in watches:
            print(f"{watch.id}: {watch.file.watch.schedule} (cron, UTC)", flush=True)
        serve(*deployments, pause_on_shutdown=False, print_starting_message=False, limit=len(deployments))  # type: ignore[arg-type]


@contextmanager
def _server(home: Path) -> Iterator[None]:
    """A Prefect server for as long as the block runs, unless the environment names one."""
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    log = (home / "prefect" / "server.log").open("ab")
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    # a group of its own: Ctrl-C goes to us, and the server ends after the passes that still report to it
    server = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)  # noqa: S603
    try:
        _wait_for(address, server, Path(log.name))
        os.environ["PREFECT_API_URL"] = f"{address}/api"
        print(f"Prefect on {address}, its log in {log.name}", flush=True)
        yield
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTUP_TIMEOUT_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(f"{address}/api/health", timeout=5) as answer:  # noqa: S310  # our own address
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SettingsError(str(log), "Prefect's server did not start", "Its log says why")


def _free_port() -> int:
    """Prefect's usual port where it is free, so that its pages are where people look for them; else any."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SettingsError("127.0.0.1", "has no free port", "End what holds them")
