"""Readers read whole passes, whatever the writers do; nothing that was committed is lost when a process is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest

from extractors.errors import StorageError
from storage.database import LIVE, LOCK, SNAPSHOT, TURNSTILE
from storage.ledger import Ledger, Snapshot
from storage.snapshot import PART
from tests.storage.builders import DAY, HOUR, WATCH, change, statement, store, version, watched

STATEMENTS_A_PASS = 7
_READ = """
import sys, time
from pathlib import Path
from storage.ledger import Snapshot
home, stop = Path(sys.argv[1]), Path(sys.argv[2])
reads, seen = 0, set()
while not stop.exists():
    with Snapshot(home) as snapshot:
        coded, = snapshot.connection.execute("SELECT count(*) FROM coding").fetchone()
        stated, = snapshot.connection.execute("SELECT count(*) FROM statement").fetchone()
        assert stated == 7 * coded, (stated, coded)
        runs = "SELECT count(*), count(e.run_id) FROM run LEFT JOIN run_end AS e USING (run_id)"
        started, ended = snapshot.connection.execute(runs).fetchone()
        assert started == ended == coded, (started, ended, coded)
    time.sleep(0.02)
    reads += 1
    seen.add(coded)
print(reads, len(seen))
"""
_PASSES = """
import sys
from pathlib import Path
from storage.ledger import Ledger
from tests.storage.test_snapshot import one_pass
home, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
for number in range(first, last):
    one_pass(Ledger(home), number)
    print(number, flush=True)
"""


def one_pass(ledger: Ledger, number: int) -> None:
    """A small pass: its run, a version, its coding, the snapshot. The same again changes nothing but the runs."""
    name = str(number)
    ledger.save_version(WATCH, version(name))
    of = [statement(f"{name}-{n}", of=name) for n in range(STATEMENTS_A_PASS)]
    with ledger.transaction() as tx:
        run_id = tx.start_run(WATCH, DAY)
        tx.save_coding(WATCH, f"version-{name}", "1", of, [], "", DAY + HOUR)
        tx.finish_run(run_id, DAY + HOUR, "ok", {})
    ledger.publish_snapshot()


def spawn(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ten_readers_see_only_whole_passes_while_two_writers_work(ledger: Ledger, tmp_path: Path) -> None:
    ledger.publish_snapshot()
    stop = tmp_path / "stop"
    readers = [spawn(_READ, ledger.home, stop) for _ in range(10)]
    writers = [spawn(_PASSES, ledger.home, first, first + 4) for first in (0, 100)]
    results = [writer.communicate() for writer in writers]
    stop.touch()
    assert [error for _, error in results] == ["", ""]
    for reader in readers:
        out, error = reader.communicate()
        assert error == ""
        assert int(out.split()[0]) > 0
    with Snapshot(ledger.home) as snapshot:
        assert len(snapshot.statements_for(WATCH)) == 8 * STATEMENTS_A_PASS


def test_killed_at_any_moment_the_next_pass_completes_it(ledger: Ledger) -> None:
    ledger.publish_snapshot()
    done = 0
    for round_ in range(6):
        writer = spawn(_PASSES, ledger.home, done, 1000)
        assert writer.stdout is not None
        writer.stdout.readline()  # it is at work
        time.sleep(0.013 * round_)
        os.kill(writer.pid, signal.SIGKILL)
        writer.communicate()
        with Snapshot(ledger.home) as snapshot:  # whatever was published is whole
            published = snapshot.statements_for(WATCH)
            assert len(published) % STATEMENTS_A_PASS == 0
        kept = ledger.statements_for(WATCH)
        assert {s.id for s in published} <= {s.id for s in kept}
        waiting = ledger.versions_to_code(WATCH)
        assert len(waiting) <= 1
        done = len(kept) // STATEMENTS_A_PASS
    one_pass(ledger, done)
    assert len(ledger.statements_for(WATCH)) == (done + 1) * STATEMENTS_A_PASS
    assert ledger.versions_to_code(WATCH) == []
    assert not (ledger.home / PART).exists()


def test_what_a_killed_publication_left_does_no_harm(ledger: Ledger) -> None:
    one_pass(ledger, 1)
    live = (ledger.home / LIVE).read_bytes()
    one_pass(ledger, 2)
    (ledger.home / PART).write_bytes(live)
    log = ledger.home / f"{PART}.wal"
    ledger.start_run(WATCH, DAY)  # leaves a log beside the live file
    log.write_bytes((ledger.home / f"{LIVE}.wal").read_bytes())
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as snapshot:
        assert len(snapshot.statements_for(WATCH)) == 2 * STATEMENTS_A_PASS
        assert len(snapshot.runs(WATCH)) == 3
    assert not log.exists()


def test_a_reader_keeps_the_snapshot_that_it_opened(ledger: Ledger) -> None:
    one_pass(ledger, 1)
    script = """
import sys
from pathlib import Path
from storage.ledger import Snapshot
with Snapshot(Path(sys.argv[1])) as snapshot:
    for line in sys.stdin:
        print(len(snapshot.statements_for("harbour")), flush=True)
"""
    command = [sys.executable, "-c", script, str(ledger.home)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask() -> int:
            print("?", file=reader.stdin, flush=True)
            assert reader.stdout is not None
            return int(reader.stdout.readline())

        assert ask() == STATEMENTS_A_PASS
        one_pass(ledger, 2)
        assert ask() == STATEMENTS_A_PASS
        reader.stdin.close()
    with Snapshot(ledger.home) as snapshot:
        assert len(snapshot.statements_for(WATCH)) == 2 * STATEMENTS_A_PASS


def test_many_threads_of_one_process_take_turns(ledger: Ledger) -> None:
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            one_pass(ledger, number)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(ledger.statements_for(WATCH)) == 6 * STATEMENTS_A_PASS


def test_nothing_published_yet(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nothing has been published yet"):
        Snapshot(tmp_path)


def test_the_snapshot_is_the_ledger_with_the_positions_held(ledger: Ledger) -> None:
    store(ledger, statement("a"))
    ledger.save_changes(WATCH, [change("a")], None, DAY)
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as snapshot, ledger.transaction() as tx:
        assert snapshot.statements_for(WATCH) == tx.statements_for(WATCH) == [statement("a")]
        assert snapshot.changes(WATCH) == tx.changes(WATCH)
        held, derived = (s.connection.execute("SELECT * FROM latest_positions").fetchall() for s in (snapshot, tx))
        assert held == derived != []


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_text('/etc/hostname')",
        "COPY (SELECT 1) TO '/tmp/volteface-should-not-be'",
        "ATTACH '/tmp/volteface-should-not-be.duckdb'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "INSERT INTO watch VALUES ('x', now())",
        "CREATE TABLE x (a INTEGER)",
        "EXPORT DATABASE '/tmp/volteface-should-not-be'",
    ],
)
def test_a_reader_can_neither_write_nor_reach_out(ledger: Ledger, sql: str) -> None:
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as snapshot, pytest.raises(duckdb.Error):
        snapshot.connection.execute(sql)


def test_two_snapshots_open_in_one_process(ledger: Ledger) -> None:
    ledger.publish_snapshot()
    with Snapshot(ledger.home) as one, Snapshot(ledger.home) as other:
        zones = [s.connection.execute("SELECT current_setting('TimeZone')").fetchone() for s in (one, other)]
    assert zones == [("UTC",), ("UTC",)]


def test_a_full_disk_while_publishing_keeps_the_old_snapshot(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    one_pass(ledger, 1)
    before = (ledger.home / SNAPSHOT).read_bytes()
    one_more = statement("x", of="x")
    store(ledger, one_more)

    def full(source: Path, target: Path) -> None:
        target.write_bytes(source.read_bytes()[:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("storage.snapshot.shutil.copyfile", full)
    with pytest.raises(StorageError, match="the disk is full"):
        ledger.publish_snapshot()
    assert (ledger.home / SNAPSHOT).read_bytes() == before
    assert sorted(p.name for p in ledger.home.iterdir()) == sorted([SNAPSHOT, LIVE, LOCK, TURNSTILE])


def test_two_ledgers_do_not_wait_for_each_other(tmp_path: Path) -> None:
    one, other = (
        watched(Ledger(tmp_path / "1", busy_timeout_s=0.1)),
        watched(Ledger(tmp_path / "2", busy_timeout_s=0.1)),
    )
    with one.transaction() as a, other.transaction() as b:
        assert a.watch(WATCH) == b.watch(WATCH)
