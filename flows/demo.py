"""The main job on the bundled newsroom, offline: real feeds and pages over loopback HTTP, real mail to a catcher.

Runs the same flow as ``volteface run``; only the clock is set, so that a month of coverage passes in a minute.
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from extractors.errors import SettingsError
from flows.dossier import write_dossier
from flows.settings import load_watch

PORT = 8765


def newsroom_folder() -> Path:
    """Where the newsroom lies: in a checkout under deploy/, in an installed wheel beside this file."""
    here = Path(__file__).parent
    for folder in (here.parent / "deploy" / "demo", here / "newsroom"):
        if (folder / "newsroom.py").is_file():
            return folder
    raise SettingsError(str(here.parent / "deploy" / "demo"), "the demo newsroom is not there", "Use a full checkout")


def load_newsroom(folder: Path) -> ModuleType:
    """deploy/ is no package: load newsroom.py by its path."""
    spec = importlib.util.spec_from_file_location("volteface_demo_newsroom", folder / "newsroom.py")
    if spec is None or spec.loader is None:
        raise SettingsError(str(folder / "newsroom.py"), "cannot be loaded", "Use a full checkout")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class _Catcher:
    """Keeps every mail that arrives as a numbered .eml file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir(parents=True, exist_ok=True)
        self.count = 0

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.count += 1
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        (self.folder / f"{self.count:03}.eml").write_bytes(content)
        return "250 OK"


class _FreePort(Controller):
    """aiosmtpd's start-up check connects to the port it was given; a free one is known only once it listens."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def mail_catcher(folder: Path) -> Iterator[tuple[int, _Catcher]]:
    """A real SMTP server on a free loopback port that keeps mails in ``folder``; yields its port and itself."""
    catcher = _Catcher(folder)
    controller = _FreePort(catcher, hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield controller.port, catcher
    finally:
        controller.stop()


def run_demo(out: Path, say: Callable[[str], None] = print) -> dict[str, Any]:
    """Run the whole demo into ``out`` and return what it measured.

    ``out`` must be empty or hold an earlier demo, which is replaced; it is a VOLTEFACE_HOME afterwards.
    """
    started = time.monotonic()
    folder = newsroom_folder()
    _clear(out)
    module = load_newsroom(folder)
    newsroom = module.Newsroom()
    with _serve(module, newsroom) as server, mail_catcher(out / "mails") as (smtp_port, catcher):
        watch = _watch_for(folder, out, server.base_url)
        os.environ |= {
            "VOLTEFACE_HOME": str(out),
            "VOLTEFACE_SMTP_HOST": "127.0.0.1",
            "VOLTEFACE_SMTP_PORT": str(smtp_port),
            "VOLTEFACE_SMTP_SECURITY": "none",
            "VOLTEFACE_MAIL_FROM": "volteface@demo.invalid",
        }
        say(f"Newsroom on {server.base_url}, mail on 127.0.0.1:{smtp_port}, everything kept in {out}")
        say("Starting Prefect (this is the slow part) ...")
        before = time.monotonic()
        from flows.engine import prepare, warm_up

        prepare(out)
        warm_up()
        prefect_seconds = time.monotonic() - before
        from flows.monitor import monitor

        for moment in newsroom.passes:
            server.now = moment
            mails = catcher.count
            report = monitor(str(watch), moment + timedelta(seconds=1))
            say(f"{moment:%d %b %H:%M}  {report.line()}" + _mails(catcher.count - mails))
    loaded = load_watch(watch)
    page = write_dossier(loaded, out, out / "dossier", newsroom.passes[-1])
    return {
        "page": page,
        "seconds": time.monotonic() - started,
        "prefect_seconds": prefect_seconds,
        "mails": catcher.count,
        "watch": loaded,
    }


def _mails(count: int) -> str:
    return f", {count} mail{'s' if count > 1 else ''} sent" if count else ""


def _serve(module: ModuleType, newsroom: Any) -> Any:
    first = newsroom.passes[0]
    try:
        return module.serve(newsroom, first, PORT)
    except OSError:
        return module.serve(newsroom, first, 0)


def _watch_for(folder: Path, out: Path, base_url: str) -> Path:
    """The bundled watch with the newsroom's real address, kept in ``out`` beside what it led to."""
    text = (folder / "watch.toml").read_text(encoding="utf-8")
    text = re.sub(r"http://127\.0\.0\.1:\d+", base_url, text)
    baseline = (folder / "baseline.html").read_bytes()
    (out / "baseline.html").write_bytes(baseline)
    path = out / "watch.toml"
    path.write_text(text, encoding="utf-8")
    return path


def _clear(out: Path) -> None:
    """Make ``out`` an empty folder, but only ever delete an earlier demo."""
    import shutil

    out.mkdir(parents=True, exist_ok=True)
    left = list(out.iterdir())
    marker = out / ".volteface-demo"
    if left and not marker.is_file():
        raise SettingsError(str(out), "is not empty and holds no earlier demo", "Name another folder with --out")
    for path in left:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    marker.touch()
