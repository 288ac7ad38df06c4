"""Any interleaving of passes, crashes and corrections leaves the ledger that it would leave without the crashes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.ledger import Ledger
from storage.records import Correction, FeedSource, FetchRecord, NewPrint, OutboxItem, StoredPrint, ToldChange
from tests.storage.builders import DAY, HOUR, WATCH, change, entry, statement, version, watched

# Random by nature: the names of passes and reviews.
OWN = {"run_id", "review_id"}


class Killed(BaseException):
    """Stands for SIGKILL: nobody catches it."""


class Dying:
    """A connection whose process is killed at its ``left``-th statement."""

    def __init__(self, db: Any, ledger: DyingLedger) -> None:
        self._db, self._ledger = db, ledger

    def execute(self, *arguments: Any) -> Any:
        if self._ledger.left == 0:
            raise Killed
        self._ledger.left -= 1
        return self._db.execute(*arguments)


class DyingLedger(Ledger):
    def __init__(self, home: Path, left: int) -> None:
        super().__init__(home)
        self.left = left

    @contextmanager
    def _begin(self) -> Iterator[Any]:
        with super()._begin() as db:
            yield Dying(db, self)


def one_pass(ledger: Ledger, names: str) -> None:
    """A pass in the transactions of a real one; the articles ``names`` are what the feed shows."""
    with ledger.transaction() as tx:
        tx.save_feeds(WATCH, [FeedSource("courier", "https://courier.example/rss")], DAY)
        tx.save_entries(WATCH, "courier", [entry(name) for name in names], DAY)
    for page in ledger.pages_due(WATCH, DAY):
        name = page.article_id.removeprefix("article-")
        with ledger.transaction() as tx:
            tx.save_version(WATCH, version(name))
            read = FetchRecord(page.url, DAY, "fetched", article_id=page.article_id, version_id=f"version-{name}")
            tx.record_fetch(WATCH, read)
    while texts := ledger.versions_to_fold(2):
        with ledger.transaction() as tx:
            twins = tx.copy_candidates({i: [ord(i[-1]) // 2] for i in texts})
            groups = {i: min([c.copy_group for c in found], default=i) for i, found in twins.items()}
            tx.save_prints([NewPrint(i, StoredPrint(ord(i[-1]), 1), (ord(i[-1]) // 2,), groups[i]) for i in texts])
    for todo in ledger.versions_to_code(WATCH):
        name = todo.version.id.removeprefix("version-")
        agreement = ord(name) % 5 - 2
        coded = statement(
            name, of=name, agreement=agreement, actor=f"Actor {ord(name) % 2}", copy_group=todo.copy_group
        )
        ledger.save_coding(WATCH, todo.version.id, "1", [coded], [], "", DAY + HOUR)
    todo_pairs = ledger.to_detect(WATCH)
    if todo_pairs.pairs:
        told = ledger.statements_for(WATCH, todo_pairs.pairs)
        found = {s.actor: change(str(s.actor), actor=s.actor, evidence=(s.id,)) for s in told if s.agreement}
        with ledger.transaction() as tx:
            steps = tx.save_changes(WATCH, list(found.values()), None, DAY + HOUR, pairs=todo_pairs.pairs)
            for step in steps:
                c = step.change
                as_told = ToldChange(c.id, "tentative", c.actor, c.concept, c.kind, 2, 1, c.said_at)
                item = OutboxItem(f"<{c.id}>", WATCH, "mail", "desk@example.org", "change", "", (as_told,))
                tx.add_alerts([item], DAY + HOUR)
            tx.save_detection(WATCH, todo_pairs, None, DAY + HOUR)


def correct(ledger: Ledger, number: int) -> None:
    """Review the n-th statement, where there is one, unless that was done already."""
    known = sorted(s.id for s in ledger.statements_for(WATCH))
    if not known:
        return
    chosen = known[number % len(known)]
    if chosen not in {r.subject_id for r in ledger.reviews(WATCH)}:
        correction = Correction(("agreement",), agreement=number % 3)
        ledger.review_statement(WATCH, chosen, "correct", "Ida", "looked", DAY + HOUR, correction)


def content(ledger: Ledger) -> dict[str, list[str]]:
    """All rows of all tables, without what is random by nature; the order of rows within one insert is DuckDB's."""
    with ledger.transaction() as tx:
        names = tx.connection.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        result = {}
        for (name,) in names:
            cursor = tx.connection.execute(f'SELECT * FROM "{name}"')
            columns = [c[0] for c in cursor.description or ()]
            rows = [{k: v for k, v in zip(columns, r, strict=True) if k not in OWN} for r in cursor.fetchall()]
            result[name] = sorted(map(str, rows)) if name != "migration" else []
        return result


steps = st.one_of(
    st.tuples(st.just("pass"), st.text("abcdefg", min_size=1, max_size=4)),
    st.tuples(st.just("correct"), st.integers(0, 5)),
)


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(steps, st.integers(0, 60)), min_size=1, max_size=3))
def test_crashes_leave_no_trace(plan: list[tuple[tuple[str, Any], int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        calm, wild = watched(Ledger(Path(folder) / "calm")), watched(Ledger(Path(folder) / "wild"))
        for (what, how), left in plan:
            act = one_pass if what == "pass" else correct
            act(calm, how)
            try:
                act(DyingLedger(wild.home, left), how)
            except Killed:
                act(wild, how)
        assert content(wild) == content(calm)


def test_the_dying_ledger_dies_where_it_should(ledger: Ledger) -> None:
    """The property above would hold for a ledger that never dies."""
    deaths = 0
    for left in range(0, 60, 4):
        try:
            one_pass(DyingLedger(ledger.home, left), "abc")
        except Killed:
            deaths += 1
    assert deaths > 5
    one_pass(ledger, "abc")
    assert len(ledger.statements_for(WATCH)) == 3
