from __future__ import annotations

from pathlib import Path

import pytest

from storage.ledger import Ledger
from tests.storage.builders import watched


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one watch in it."""
    return watched(Ledger(tmp_path / "home"))
