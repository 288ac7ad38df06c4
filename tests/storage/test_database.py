"""The live file under bad conditions: locked, damaged, full, too new, too old."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest

import storage.database as database
from extractors.errors import StorageError
from storage.ledger import Ledger
from storage.migrations import migrate, migrations, schema_version
from storage.rows import select_one
from tests.storage.builders import DAY, WATCH, statement, store, version, watched

_HOLD = """
import sys, duckdb
db = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""
_FILL = """
import resource, sys
from pathlib import Path
from extractors.errors import StorageError
from storage.ledger import Ledger
from tests.storage.builders import WATCH, version
home, limit = Path(sys.argv[1]), int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
ledger = Ledger(home)
saved = 0
try:
    for n in range(1000):
        import random
        text = "".join(random.Random(n).choices("abcdefghijklmnopqrstuvwxyz ", k=100_000))
        ledger.save_version(WATCH, version(str(n), text=text))
        saved += 1
except StorageError as error:
    print(saved, error.problem, sep="|")
"""


_MIGRATE_AND_DIE = """
import os, sys
from pathlib import Path
from storage.database import LIVE, open_live
from storage.migrations import migrate
db = open_live(Path(sys.argv[1]) / LIVE, 0)
migrate(db, Path(sys.argv[1]), int(sys.argv[2]))
os._exit(0)  # without closing: the log is all that there is
"""


@pytest.mark.parametrize("number", [n for n, _ in migrations()])
def test_killed_right_after_a_migration(tmp_path: Path, number: int) -> None:
    subprocess.run([sys.executable, "-c", _MIGRATE_AND_DIE, str(tmp_path), str(number)], check=True)
    assert (tmp_path / f"{database.LIVE}.wal").exists()
    ledger = watched(Ledger(tmp_path))
    store(ledger, statement("a"))
    ledger.publish_snapshot()
    assert ledger.statements_for(WATCH) == [statement("a")]


def test_a_ledger_that_stays_locked_gives_up(tmp_path: Path) -> None:
    ledger = watched(Ledger(tmp_path, busy_timeout_s=0.2))
    released, taken = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger.transaction():
            taken.set()
            released.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        taken.wait()
        with pytest.raises(StorageError, match=r"volteface\.lock: is locked for 0\.2 seconds"):
            ledger.watch(WATCH)
    finally:
        released.set()
        thread.join()
    assert ledger.watch(WATCH) is not None


def test_a_second_transaction_inside_a_first_is_a_mistake_and_no_deadlock(ledger: Ledger) -> None:
    with ledger.transaction(), pytest.raises(RuntimeError, match="a transaction is open already"):
        ledger.watch(WATCH)
    assert ledger.watch(WATCH) is not None


def test_another_program_that_has_the_live_file_open(tmp_path: Path) -> None:
    ledger = watched(Ledger(tmp_path, busy_timeout_s=0.3))
    command = [sys.executable, "-c", _HOLD, str(tmp_path / database.LIVE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StorageError, match="is held open by another program") as caught:
            ledger.watch(WATCH)
        assert f"PID {other.pid}" in caught.value.advice
        other.communicate()
    assert ledger.watch(WATCH) is not None


@pytest.mark.parametrize("content", [b"this is no database" * 1000, b"\x00" * 5000])
def test_a_file_that_is_no_database(tmp_path: Path, content: bytes) -> None:
    (tmp_path / database.LIVE).write_bytes(content)
    with pytest.raises(StorageError, match=r"volteface\.duckdb: is damaged") as caught:
        Ledger(tmp_path).watch(WATCH)
    assert "snapshot.duckdb" in caught.value.advice
    assert (tmp_path / database.LIVE).read_bytes() == content


def test_a_file_that_was_cut_short(ledger: Ledger) -> None:
    store(ledger, *(statement(str(n), of=str(n)) for n in range(50)))
    live = ledger.home / database.LIVE
    live.write_bytes(live.read_bytes()[: live.stat().st_size // 3])
    with pytest.raises(StorageError):
        ledger.statements_for(WATCH)


def test_a_home_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(StorageError, match="the folder cannot be made"):
        Ledger(tmp_path / "home").watch(WATCH)


def test_a_full_disk_is_told_and_loses_nothing(ledger: Ledger) -> None:
    limit = (ledger.home / database.LIVE).stat().st_size + 2_000_000
    command = [sys.executable, "-c", _FILL, str(ledger.home), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    saved, problem = done.stdout.strip().split("|")
    assert problem == "the disk is full"
    assert int(saved) > 0
    # with room again, everything that was said to be saved is there, and more can be saved
    assert len(ledger.versions_to_code(WATCH)) in (int(saved), int(saved) + 1)
    assert ledger.save_version(WATCH, version("more"))
    ledger.publish_snapshot()


def test_a_newer_ledger_is_refused(ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        tx.connection.execute("INSERT INTO migration VALUES (999, 'from the future', now())")
    with pytest.raises(StorageError, match=r"newer Volteface \(schema 999, this one knows \d+\)"):
        ledger.watch(WATCH)


@pytest.mark.parametrize("number", [n for n, _ in migrations()])
def test_migrations_lead_from_every_older_version_to_the_same_schema(tmp_path: Path, number: int) -> None:
    def schema(db: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
        return db.execute("""
            SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() WHERE NOT internal
            UNION ALL
            SELECT function_name, macro_definition, NULL, NULL, comment FROM duckdb_functions() WHERE NOT internal
            UNION ALL
            SELECT table_name, constraint_text, NULL, NULL, NULL FROM duckdb_constraints()
            ORDER BY ALL
        """).fetchall()

    old, new = duckdb.connect(str(tmp_path / "old")), duckdb.connect(str(tmp_path / "new"))
    assert migrate(old, tmp_path, up_to=number) == number
    assert schema_version(old) == number
    assert migrate(old, tmp_path) == len(migrations()) - number
    assert migrate(old, tmp_path) == 0
    migrate(new, tmp_path)
    assert schema(old) == schema(new)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_migration_that_fails_leaves_the_version_before_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = tmp_path / f"{len(migrations()) + 1:03}_bad.sql"
    bad.write_text("CREATE TABLE half (a INTEGER); SELECT * FROM no_such_table;")
    known = migrations()
    monkeypatch.setattr("storage.migrations.migrations", lambda: (*known, (len(known) + 1, bad)))
    db = duckdb.connect(str(tmp_path / "db"))
    with pytest.raises(duckdb.CatalogException):
        migrate(db, tmp_path)
    assert schema_version(db) == len(known)
    assert db.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'half'").fetchone() == (0,)


def test_an_error_rolls_everything_back(ledger: Ledger) -> None:
    with pytest.raises(duckdb.ConstraintException), ledger.transaction() as tx:
        tx.save_version(WATCH, version("a"))
        tx.save_coding(WATCH, "version-a", "1", [statement("a", agreement=5)], [], "", DAY)
    assert ledger.version("version-a") is None


def test_times_without_a_zone_are_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        ledger.start_run(WATCH, DAY.replace(tzinfo=None)) and ledger.save_watch(WATCH, "", "", DAY.replace(tzinfo=None))


def test_surrogates_and_other_odd_text_keep_their_length(ledger: Ledger) -> None:
    text = "a\ud800b\x00c\U0001f6a2 e\u0301 \u202e"
    ledger.save_version(WATCH, version("a", text=text))
    stored = ledger.version("version-a")
    assert stored is not None
    assert stored.text == text.replace("\ud800", "?")


def test_the_file_is_written_for_the_oldest_duckdb_that_we_support(ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        row = select_one(
            tx.connection, "SELECT tags FROM duckdb_databases() WHERE path = ?", [str(ledger.home / database.LIVE)]
        )
    assert row is not None
    assert row["tags"]["storage_version"].startswith(database.STORAGE_VERSION)
