"""Named queries and free SQL, on a snapshot with a little of everything."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import pytest

from extractors.errors import StorageError
from extractors.models import Actor, Attribution
from storage.evidence import write_evidence
from storage.export import VIEWS, export_tables, save_result
from storage.ledger import Ledger, Snapshot
from storage.networks import export_networks
from storage.queries import FOLDER, named_queries, named_query, run_query, tables
from storage.records import FeedSource, FetchRecord
from tests.storage.builders import DAY, HOUR, WATCH, change, entry, statement, store, version, watched

VALUES = {"at": "2025-12-31", "since": "2025-12-01", "actor": "Petra Vance", "concept": "toll", "change": "change-a"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a ledger and its snapshot; read only, so one for all."""
    ledger = watched(Ledger(tmp_path_factory.mktemp("query") / "home"))
    page = ledger.save_page(b"<html>needs a toll</html>")
    edited = replace(version("a"), id="version-a2", text="Petra Vance said nothing.", recorded_at=DAY + 9 * HOUR)
    brandt = {"actor": "Ole Brandt", "agreement": -2, "outlet": "Post", "said_at": date(2025, 12, 10)}
    with ledger.transaction() as tx:
        tx.save_feeds(WATCH, [FeedSource("courier", "https://courier.example/rss", "Courier")], DAY)
        tx.save_entries(WATCH, "courier", [entry("a"), entry("b"), entry("gone")], DAY)
        gone = FetchRecord("https://courier.example/gone", DAY, "gone", article_id="article-gone", error="404")
        tx.record_fetch(WATCH, gone)
        tx.save_version(WATCH, replace(version("a"), page_sha256=page))
        tx.save_version(WATCH, edited, skipped="in es")
        tx.save_actors(WATCH, [Actor("Ole Brandt", "organization", "Ship\x02owners")], DAY)
    store(
        ledger,
        statement("a"),
        statement("b", of="b", copy_group="version-a", outlet="Post"),
        statement("c", of="c", **brandt),
        statement("d", of="c", actor=None, source_text="officials"),
        statement("e", of="e", agreement=1, said_at=date(2025, 12, 11), attribution=Attribution((), (), ((2, 9),))),
    )
    ledger.save_changes(
        WATCH, [change("a", evidence=("statement-e", "statement-b"), before=("statement-a",))], None, DAY
    )
    ledger.review_statement(WATCH, "statement-e", "accept", "Ida", "checked", DAY + HOUR)
    run_id = ledger.start_run(WATCH, DAY)
    ledger.finish_run(run_id, DAY + HOUR, "ok", {"pages": 3})
    ledger.publish_snapshot()
    return ledger.home


@pytest.fixture
def snapshot(home: Path) -> Any:
    with Snapshot(home) as opened:
        yield opened


def rows(snapshot: Snapshot, name: str, **params: Any) -> list[dict[str, Any]]:
    return run_query(snapshot, name, {"watch": WATCH, **params}).mappings()


def test_every_question_of_the_issue_has_its_query() -> None:
    names = {query.name for query in named_queries()}
    assert len(names) >= 12
    assert names >= {
        "latest_positions", "timeline", "changes_since", "who_agrees", "who_changed_most", "first_to_say",
        "coverage_by_outlet", "reports_for_change", "statements_behind", "silent_edits", "unresolved_sources", "feed_health",
    }  # fmt: skip


@pytest.mark.parametrize("name", [query.name for query in named_queries()])
def test_every_query_runs_and_says_what_it_answers(snapshot: Snapshot, name: str) -> None:
    query = named_query(name)
    assert query.question.endswith((".", "?"))
    assert set(query.parameters) <= set(VALUES) | {"status", "words"}
    needed = {p: VALUES[p] for p in query.parameters if p not in query.optional}
    result = run_query(snapshot, name, {"watch": WATCH, **needed})
    assert result.columns
    all_given = {p: VALUES.get(p) for p in query.parameters}
    assert len(run_query(snapshot, name, {"watch": WATCH, **all_given}).rows) <= len(result.rows)
    assert run_query(snapshot, name, {"watch": "another", **needed}).rows == ()
    used = {word for word in query.sql.replace("(", " ").replace(")", " ").replace(",", " ").split() if word[0] == "$"}
    assert {word.rstrip(":;") for word in used} == {f"${p}" for p in query.parameters} | {"$watch"}


def test_what_the_queries_answer(snapshot: Snapshot) -> None:
    assert [(r["actor"], r["agreement"]) for r in rows(snapshot, "latest_positions")] == [
        ("Ole Brandt", -2),
        ("Petra Vance", 1),
    ]
    as_of = rows(snapshot, "positions_as_of", at="2025-12-05")
    assert [(r["actor"], r["agreement"], r["reports"]) for r in as_of] == [("Petra Vance", 2, 1)]
    assert rows(snapshot, "positions_known_at", at="2025-12-02") == []
    timeline = rows(snapshot, "timeline", actor="Petra Vance")
    assert [(r["said_at"].day, r["agreement"], r["moved"]) for r in timeline] == [(3, 2, None), (11, 1, -1)]
    assert [r["id"] for r in rows(snapshot, "changes_since", since="2025-12-03")] == ["change-a"]
    assert rows(snapshot, "changes_since", since="2025-12-04") == []
    (pair,) = rows(snapshot, "who_agrees")
    assert (pair["actor"], pair["other"], pair["agree"], pair["conflict_on"]) == (
        "Ole Brandt",
        "Petra Vance",
        0,
        ["toll"],
    )
    assert [(r["actor"], r["tentative"]) for r in rows(snapshot, "who_changed_most")] == [("Petra Vance", 1)]
    first = {r["side"]: (r["actor"], r["said_at"].day) for r in rows(snapshot, "first_to_say")}
    assert first == {"support": ("Petra Vance", 3), "oppose": ("Ole Brandt", 10)}
    reports = rows(snapshot, "reports_for_change", change="change-a")
    assert [(r["statement_id"], r["is_copy"]) for r in reports] == [("statement-e", False), ("statement-b", False)]
    coverage = {
        r["outlet"]: (r["articles"], r["versions"], r["copies"], r["skipped"])
        for r in rows(snapshot, "coverage_by_outlet")
    }
    assert coverage == {"Courier": (2, 3, 0, 1), "Post": (2, 2, 1, 0)}
    (edit,) = rows(snapshot, "silent_edits")
    assert (edit["words_gone"], edit["words_new"]) == (["Petra Vance: needs a toll"], [])
    assert [r["source_text"] for r in rows(snapshot, "unresolved_sources")] == ["officials"]
    assert {r["reason"] for r in rows(snapshot, "pages_not_coded")} == {"gone: 404", "skipped: in es"}
    assert [r["words"] for r in rows(snapshot, "said_by", actor="Ole Brandt", words="TOLL")] == ["needs a toll"]
    assert rows(snapshot, "said_by", actor="Ole Brandt", words="bridge") == []


@pytest.mark.parametrize(
    ("sql", "params", "complaint"),
    [
        ("latest_position", {}, "Did you mean latest_positions"),
        ("latest-positions", {"actr": "x"}, "Did you mean actor"),
        ("timeline", {}, "needs actor: the actor's name"),
        ("positions_as_of", {"at": "soon"}, "Conversion Error"),
        ("SELECT * FROM statemnt", {}, "LINE 1: SELECT . FROM statemnt"),
        ("SELECT actor FRM statement", {}, "syntax error"),
        ("SELECT $x", {}, "the parameter .x has no value"),
        ("DROP TABLE statement", {}, "read-only"),
    ],
)
def test_mistakes_are_told_with_their_place(
    snapshot: Snapshot, sql: str, params: dict[str, str], complaint: str
) -> None:
    with pytest.raises(StorageError, match=complaint):
        run_query(snapshot, sql, {"watch": WATCH, **params})


def test_free_sql_with_parameters(snapshot: Snapshot) -> None:
    result = run_query(
        snapshot, "SELECT actor FROM latest_positions WHERE actor LIKE $like", {"like": "Petra%", "watch": WATCH}
    )
    assert result.mappings() == [{"actor": "Petra Vance"}]


def test_every_table_view_and_column_is_described(snapshot: Snapshot) -> None:
    assert [name for name, _, comment in tables(snapshot) if not comment] == []
    bare = snapshot.connection.execute("""
        SELECT c.table_name || '.' || c.column_name FROM duckdb_columns() AS c
        SEMI JOIN duckdb_tables() AS t ON t.table_name = c.table_name
        WHERE c.comment IS NULL
    """).fetchall()
    assert bare == []


def test_export_of_every_table(home: Path, tmp_path: Path) -> None:
    written = export_tables(home, WATCH, tmp_path / "it's here")
    names = {path.stem for path in written if path.suffix == ".parquet"}
    assert names == {path.stem for path in written if path.suffix == ".csv"}
    assert names >= {"statement", "version", "fetch", "review", "change", "alert_attempt", *VIEWS}
    with Snapshot(home) as snapshot:
        expected = snapshot.connection.execute("SELECT * FROM statement ORDER BY id").fetchall()
    parquet = str(tmp_path / "it's here/parquet/statement.parquet")
    db = duckdb.connect()
    db.execute("SET TimeZone = 'UTC'")
    assert db.execute("SELECT * FROM read_parquet(?) ORDER BY id", [parquet]).fetchall() == expected
    with (tmp_path / "it's here/csv/statement.csv").open(encoding="utf-8") as file:
        assert len(list(csv.DictReader(file))) == len(expected)
    assert not list(tmp_path.rglob("*.part"))
    nothing = export_tables(home, "another", tmp_path / "none", ("csv",))
    with next(p for p in nothing if p.stem == "version").open(encoding="utf-8") as file:
        assert list(csv.DictReader(file)) == []


@pytest.mark.parametrize("suffix", ["parquet", "csv", "json"])
def test_results_as_files(home: Path, tmp_path: Path, suffix: str) -> None:
    path = save_result(home, "latest_positions", {"watch": WATCH, "actor": "Petra Vance"}, tmp_path / f"r.{suffix}")
    found = duckdb.connect().execute(f"SELECT actor, agreement FROM read_{suffix}(?)", [str(path)]).fetchall()
    assert found == [("Petra Vance", 1)]


def test_results_that_cannot_be_files(home: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="has no known format"):
        save_result(home, "latest_positions", {"watch": WATCH}, tmp_path / "r.xlsx")
    with pytest.raises(StorageError, match="no_such"):
        save_result(home, "SELECT * FROM no_such", {}, tmp_path / "r.csv")
    with pytest.raises(StorageError, match="file system operations are disabled"):
        save_result(home, "SELECT * FROM read_text('/etc/hostname')", {}, tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


def test_networks_open_in_networkx(home: Path, tmp_path: Path) -> None:
    with Snapshot(home) as snapshot:
        export_networks(snapshot, WATCH, tmp_path)
        export_networks(snapshot, WATCH, tmp_path / "early", date(2025, 12, 5))
    two_mode = nx.read_graphml(tmp_path / "actor_concept.graphml")
    edge = two_mode.edges["Petra Vance", "concept: toll"]
    assert (edge["agreement"], edge["weight"], edge["since"]) == (1, 1, "2025-12-03")
    assert two_mode.nodes["Ole Brandt"]["affiliation"] == "Ship owners"
    assert two_mode.nodes["concept: toll"]["label"] == "The harbour should levy a toll"
    conflict = nx.read_graphml(tmp_path / "conflict.graphml")
    assert conflict.edges["Ole Brandt", "Petra Vance"]["weight"] == 1
    assert nx.read_graphml(tmp_path / "congruence.graphml").number_of_edges() == 0
    assert nx.read_graphml(tmp_path / "early/actor_concept.graphml").number_of_edges() == 1
    with (tmp_path / "statements_dna.csv").open(encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    assert len(events) == 4
    assert [(e["person"], e["organization"], e["agreement"]) for e in events[2:]] == [
        ("", "Ole Brandt", "0"),
        ("Petra Vance", "Port of Ombria", "1"),
    ]


def test_the_evidence_of_a_change_stands_by_itself(home: Path, tmp_path: Path) -> None:
    with Snapshot(home) as snapshot:
        path = write_evidence(snapshot, home, WATCH, "change-a", tmp_path / "evidence.zip")
        again = write_evidence(snapshot, home, WATCH, "change-a", tmp_path / "again.zip")
        with pytest.raises(StorageError, match="is no change of harbour"):
            write_evidence(snapshot, home, WATCH, "change-x", tmp_path / "no.zip")
        assert path.read_bytes() == again.read_bytes()
        with zipfile.ZipFile(path) as bundle:
            files = {name: bundle.read(name) for name in bundle.namelist()}
        statements = json.loads(files["statements.json"])
        assert [s["id"] for s in statements] == ["statement-e", "statement-b", "statement-a"]
        for told in statements:
            assert f"versions/{told['version_id']}.txt" in files
            assert told["coder"] == "1"
        start, end = statements[2]["attribution"]["content"][0]
        assert files["versions/version-a.txt"].decode()[start:end] == "needs a toll"
        page = statements[2]["page_sha256"]
        assert files[f"pages/{page}.html"] == b"<html>needs a toll</html>"
        assert json.loads(files["change.json"])["now"]["change"]["kind"] == "softened"
        assert json.loads(files["reviews.json"])[0]["verdict"] == "accept"
        assert b"the text was given" in files["missing.txt"]
        found = snapshot.connection.execute(files["query.sql"].decode()).fetchall()
        assert [row[-1] for row in found] == ["statement-e", "statement-b"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["again.zip", "evidence.zip"]


def test_query_files_are_what_is_listed() -> None:
    assert {path.stem for path in FOLDER.glob("*.sql")} == {query.name for query in named_queries()}
