"""The ledger: everything kept. One facade over the nouns of this package.

ledger = Ledger(home)
ledger.save_watch(...)                 # a transaction of its own
with ledger.transaction() as tx:       # several writes, all or nothing
    steps = tx.save_changes(...)
    tx.add_alerts(...)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from storage.changes import Changes
from storage.database import BUSY_TIMEOUT_SECONDS, SNAPSHOT, transaction
from storage.detection import Detection
from storage.feeds import Feeds
from storage.outbox import Outbox
from storage.pages import load_page, save_page
from storage.positions import Positions
from storage.reviews import Reviews
from storage.rows import Connection
from storage.runs import Runs
from storage.snapshot import open_snapshot, publish_snapshot
from storage.statements import Statements
from storage.versions import Versions
from storage.watches import Watches


class Nouns(Watches, Feeds, Versions, Statements, Positions, Detection, Changes, Outbox, Runs, Reviews):
    """All that can be saved and loaded."""


class Transaction(Nouns):
    """The nouns inside one open transaction. Got from ``Ledger.transaction()``, not to be kept after its block."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    @property
    def connection(self) -> Connection:
        """The open DuckDB connection, for what has no noun."""
        return self._db

    def _begin(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._db)


class _Curtain(Exception):
    """Ends a rehearsal: its transaction is rolled back."""


class Ledger(Nouns):
    """The ledger in ``home``. Holds nothing open: each method is one short transaction under the ledger's lock.

    Safe to use from several threads and processes at once. Raises StorageError where the lock cannot be had within
    ``busy_timeout_s`` seconds, the disk is full, or the file is damaged or from a newer version.
    """

    def __init__(self, home: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_SECONDS) -> None:
        self.home = home.absolute()
        self.busy_timeout_s = busy_timeout_s

    def _begin(self) -> AbstractContextManager[Connection]:
        return transaction(self.home, self.busy_timeout_s)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Several calls in one transaction: committed at the end of the block, nothing of it on an error.

        Keep it short, others wait; and call nothing of the ledger itself inside, only of what it gives.
        """
        with self._begin() as db:
            yield Transaction(db)

    @contextmanager
    def rehearsal(self) -> Iterator[Transaction]:
        """As ``transaction``, but nothing of it is kept: for "what would hold if ..."."""
        try:
            with self._begin() as db:
                yield Transaction(db)
                raise _Curtain
        except _Curtain:
            return

    @property
    def snapshot_path(self) -> Path:
        return self.home / SNAPSHOT

    def publish_snapshot(self) -> Path:
        """Publish what is committed for readers, atomically; returns its path."""
        return publish_snapshot(self.home, self.busy_timeout_s)

    def save_page(self, body: bytes) -> str:
        """Archive a raw page and return its SHA-256."""
        return save_page(self.home, body)

    def load_page(self, sha256: str) -> bytes:
        """The archived page with this SHA-256."""
        return load_page(self.home, sha256)


class Snapshot(Nouns):
    """The published snapshot, with the loading methods of the ledger: for commands that only read.

    A context manager: ``with Snapshot(home) as snapshot: snapshot.changes(watch_id)``. Never waits for a pass; a pass
    that publishes meanwhile does not disturb it. Saving methods fail, the file is open read-only. Raises StorageError
    where nothing was published yet.
    """

    def __init__(self, home: Path) -> None:
        self._db = open_snapshot(home.absolute())

    @property
    def connection(self) -> Connection:
        """The open DuckDB connection, for queries.py and export.py."""
        return self._db

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def _begin(self) -> AbstractContextManager[Connection]:
        return nullcontext(self._db)
