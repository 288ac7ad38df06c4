"""A pass: repeated it changes nothing, and killed at any moment it is completed by the next one."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from storage.ledger import Ledger, Snapshot
from tests.flows.conftest import Newsroom

WATCH_ID = "demo-ukraine-peace-talks"
# One pass without Prefect: the stages that the flow composes, in its order.
ONE_PASS = """
import sys
from datetime import datetime
from flows import stages
job = stages.begin(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
try:
    for stage in (stages.adopt_baseline, stages.poll_feeds, stages.read_pages, stages.code_versions,
                  stages.detect_changes, stages.deliver):
        stage(job)
finally:
    stages.finish(job)
"""


def start(newsroom: Newsroom, home: Path, now: datetime) -> subprocess.Popen[bytes]:
    env = {**os.environ, "VOLTEFACE_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-c", ONE_PASS, str(newsroom.watch), now.isoformat()], env=env)


def contents(home: Path) -> Mapping[str, Any]:
    """What the ledger holds, without the marks of when and by which run."""
    ledger = Ledger(home)
    statements = ledger.statements_for(WATCH_ID)
    return {
        "statements": sorted((s.id, s.actor, s.concept, s.agreement, s.said_at, s.words) for s in statements),
        "changes": sorted(
            (k.change.id, k.change.kind, k.change.status, k.change.independent_reports)
            for k in ledger.changes(WATCH_ID)
        ),
        "alerts": sorted(a.item.alert_id for a in ledger.alerts(WATCH_ID)),
        "told": sorted((c.change_id, c.told_as) for a in ledger.alerts(WATCH_ID) for c in a.item.changes),
    }


def test_a_pass_repeated_changes_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    home = tmp_path / "home"
    newsroom.server.now = newsroom.passes[1]
    assert start(newsroom, home, newsroom.passes[1]).wait() == 0
    once = contents(home)
    assert once["statements"]
    assert start(newsroom, home, newsroom.passes[1] + timedelta(minutes=30)).wait() == 0
    assert contents(home) == once


def test_killed_passes_end_where_whole_ones_do(newsroom: Newsroom, tmp_path: Path) -> None:
    rng = random.Random(7)
    moments = newsroom.passes[:3]
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    for moment in moments:
        newsroom.server.now = moment
        began = time.monotonic()
        assert start(newsroom, whole, moment).wait() == 0
        seconds = time.monotonic() - began
        kills = 0
        for attempt in range(3):
            victim = start(newsroom, broken, moment + timedelta(seconds=attempt))
            try:
                victim.wait(timeout=rng.uniform(0.2, 0.95) * seconds)
            except subprocess.TimeoutExpired:
                victim.send_signal(signal.SIGKILL)
                victim.wait()
                kills += 1
        assert kills, "no pass was caught alive: nothing was tested"
        assert start(newsroom, broken, moment + timedelta(seconds=9)).wait() == 0
    assert contents(broken) == contents(whole)
    with Snapshot(broken) as snapshot:
        assert len(snapshot.changes(WATCH_ID)) == len(contents(whole)["changes"])
