"""The demo newsroom as a real server, for tests that need an outlet to read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.demo import load_newsroom, newsroom_folder


@dataclass
class Newsroom:
    """A running newsroom, and a watch file that points to it."""

    server: Any
    passes: list[Any]
    watch: Path


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    folder = newsroom_folder()
    module = load_newsroom(folder)
    rooms = module.Newsroom()
    with module.serve(rooms, rooms.passes[0], 0) as server:
        text = (folder / "watch.toml").read_text(encoding="utf-8")
        text = re.sub(r"http://127\.0\.0\.1:\d+", server.base_url, text)
        (tmp_path / "baseline.html").write_bytes((folder / "baseline.html").read_bytes())
        watch = tmp_path / "watch.toml"
        watch.write_text(text, encoding="utf-8")
        yield Newsroom(server, list(rooms.passes), watch)
