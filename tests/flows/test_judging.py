"""recode, review and export as an analyst uses them, on a ledger made by a replay of two small articles."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import pytest
from filelock import FileLock

from extractors.coding import CODER, Coded
from extractors.models import Actor, Attribution, Codebook, Statement, Version
from extractors.relevance import Relevance
from flows.cli import main
from tests.flows.test_cli import STORY, WATCH

FILLERS = (
    " The board of the harbour met for two hours. The crane on the north quay stood still all morning, and no ship"
    " left before noon. Two ferries waited outside the breakwater until the tide turned.",
    " Trade in the market hall was slow after the holiday. Rain fell on the square where a brass band played, and"
    " the tram to the station ran late twice. Schools open again next week in most districts.",
)
ARTICLES = [
    ("Harbour Post", "2025-06-02", "Mayor Ada Lund said on Monday that the port cannot afford a four-day week."),
    (
        "Coast Herald",
        "2025-06-03",
        "In a turn that surprised many, Ada Lund said the town cannot afford a four-day week.",
    ),
]
ME = ("--name", "Ida Berg", "--reason", "read the page")
NEWER = f"{CODER}.1"
REVERSED = ("Ada Lund", "reversed", "confirmed")


# outlet -> who says what: what a coder sees in each text. The tests are about what is done with it.
SEEN = {
    "unknown outlet": [("Ada Lund", 2, "introduce a four-day week"), ("Piet Marsh", -2, "the port cannot afford it")],
    "Harbour Post": [("Ada Lund", -2, "the port cannot afford a four-day week")],
    "Coast Herald": [("Ada Lund", -2, "the town cannot afford a four-day week")],
}


def coded(
    version: Version, codebook: Codebook, watch_id: str, recorded_at: datetime, copy_group: str = "", *_: object
) -> Coded:
    """A coder with SEEN in its head: fast, and the same every time."""
    statements = []
    for actor, agreement, words in SEEN.get(version.outlet, SEEN["unknown outlet"]):
        name, start = version.text.index(actor), version.text.index(words)
        spans = ((name, name + len(actor)),), (), ((start, start + len(words)),)
        made = Statement(
            id=hashlib.sha256(f"{version.id}{actor}".encode()).hexdigest()[:24],
            watch_id=watch_id,
            version_id=version.id,
            actor=actor,
            concept=codebook.concepts[0].id,
            agreement=agreement,
            words=words,
            source_text=actor,
            attribution=Attribution(*spans, "indirect", 0.9),
            said_at=version.published_at.date() if version.published_at else None,
            published_at=version.published_at,
            recorded_at=recorded_at,
            outlet=version.outlet,
            url=version.url,
            coder=CODER,
            confidence=0.9,
            copy_group=copy_group,
        )
        statements.append(made)
    return Coded(tuple(statements), (Actor("Ada Lund"), Actor("Piet Marsh")))


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a watch and a ledger in which Ada Lund has reversed, on the word of two outlets."""
    folder = tmp_path_factory.mktemp("judging")
    (folder / "story.txt").write_text(STORY, encoding="utf-8")
    (folder / "watch.toml").write_text(WATCH, encoding="utf-8")
    lines = [
        {"url": f"https://{n}.example/a", "outlet": o, "published_at": d, "title": "Port", "text": t + FILLERS[n]}
        for n, (o, d, t) in enumerate(ARTICLES)
    ]
    (folder / "articles.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOLTEFACE_HOME", str(folder / "home"))
        patch.setattr("flows.stages.coding.code_version", coded)
        patch.setattr("flows.stages.keeping.assess", lambda *_: Relevance(True, 1.0, ""))
        patch.setattr(sys, "argv", ["volteface", "replay", str(folder / "watch.toml"), str(folder / "articles.jsonl")])
        main()
    return folder


@dataclass
class Shell:
    """A folder of one test, and ``volteface`` in it."""

    folder: Path
    run: Callable[..., str]

    def rows(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run(*arguments, "--format", "json"))
        return found

    def changes(self, *more: str) -> list[tuple[str, str, str]]:
        return [(r["actor"], r["kind"], r["status"]) for r in self.rows("changes", "watch.toml", *more)]

    def position(self, actor: str) -> int | None:
        return next((r["agreement"] for r in self.rows("positions", "watch.toml") if r["actor"] == actor), None)

    def reports(self) -> list[str]:
        """Ids of the statements that carry the change."""
        (change,) = self.rows("changes", "watch.toml", "--status", "all")
        found = self.rows("query", "watch.toml", "reports_for_change", "--param", f"change={change['id']}")
        return [row["statement_id"] for row in found]


@pytest.fixture
def shell(replayed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    shutil.copytree(replayed, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("VOLTEFACE_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("flows.stages.keeping.assess", lambda *_: Relevance(True, 1.0, ""))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["volteface", *arguments])
        ended = 0
        try:
            main()
        except SystemExit as stop:
            ended = int(stop.code or 0)
        done = capsys.readouterr()
        assert ended == code, done.out + done.err
        return done.out if code == 0 else done.err

    return Shell(tmp_path, run)


def recoded(monkeypatch: pytest.MonkeyPatch, number: str, change: Callable[[Any], Any]) -> None:
    """Make this process's coder a newer one whose statements went through ``change``."""

    def newer(*arguments: Any) -> Coded:
        found = coded(*arguments)
        statements = [change(replace(s, coder=number)) for s in found.statements]
        return replace(found, statements=tuple(s for s in statements if s))

    for place in ("flows.stages.coding.CODER", "flows.recoding.CODER"):
        monkeypatch.setattr(place, number)
    monkeypatch.setattr("flows.stages.coding.code_version", newer)


def test_recode_shows_what_would_vanish_and_changes_nothing_before_accept(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "already" in shell.run("recode", "watch.toml")
    assert shell.changes() == [REVERSED]
    recoded(monkeypatch, NEWER, lambda s: None if s.outlet == "Coast Herald" else s)
    shown = shell.run("recode", "watch.toml")
    assert f"Coder {CODER} -> {NEWER}: 3 versions coded anew" in shown
    assert "would differ: Ada Lund on four-day-week, reversed +2 -> -2, confirmed" in shown
    assert ", tentative, 2025-06-02" in shown
    assert "Nothing was replaced" in shown
    assert shell.changes() == [REVERSED]
    assert "0 versions coded anew" in shell.run("recode", "watch.toml")
    assert "--accept needs --name and --reason" in shell.run("recode", "watch.toml", "--accept", code=2)
    assert "Nothing was deleted" in shell.run("recode", "watch.toml", "--accept", *ME)
    assert shell.changes() == [("Ada Lund", "reversed", "tentative")]
    (kept,) = shell.rows("query", "watch.toml", "SELECT count(*) AS n FROM statement WHERE outlet = 'Coast Herald'")
    assert kept["n"] >= 1
    accepted = shell.rows("query", "watch.toml", "SELECT coder, name, reason FROM coder ORDER BY step")
    assert accepted[-1] == {"coder": NEWER, "name": "Ida Berg", "reason": "read the page"}


def test_recode_shows_what_would_appear_and_a_change_without_statements_is_withdrawn(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    recoded(monkeypatch, NEWER, lambda s: replace(s, actor="Jo Brandt") if s.actor == "Ada Lund" else s)
    shown = shell.run("recode", "watch.toml")
    assert "would appear: Jo Brandt on four-day-week" in shown
    assert "would vanish: Ada Lund on four-day-week" in shown
    shell.run("recode", "watch.toml", "--accept", *ME)
    assert ("Ada Lund", "reversed", "reverted") in shell.changes("--status", "all")
    assert shell.position("Ada Lund") is None
    assert shell.position("Jo Brandt") is not None


def test_a_corrected_statement_moves_position_and_change_and_outlives_recoding(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = shell.reports()
    assert shell.position("Ada Lund") == -2
    for identifier in (first, second[:10]):
        shell.run("review", "watch.toml", "statement", identifier, "correct", "--agreement", "2", *ME)
    assert shell.position("Ada Lund") == 2
    assert [status for *_, status in shell.changes("--status", "all")] == ["reverted"]
    recoded(monkeypatch, NEWER, lambda s: s)
    assert "would" not in shell.run("recode", "watch.toml")
    shell.run("recode", "watch.toml", "--accept", *ME)
    assert shell.position("Ada Lund") == 2
    assert shell.changes() == []
    wish = ("--agreement", "none", "--said-at", "2025-06-01")
    shell.run("review", "watch.toml", "statement", first, "correct", *wish, *ME)
    found = shell.rows("query", "watch.toml", f"SELECT agreement, said_at FROM current_statement WHERE id = '{first}'")
    assert found == [{"agreement": None, "said_at": "2025-06-01"}]


def test_a_rejected_change_is_silent_for_good(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    (change,) = shell.rows("changes", "watch.toml")
    assert "Recorded: change" in shell.run("review", "watch.toml", "change", change["id"][:8], "reject", *ME)
    assert shell.changes() == []
    recoded(monkeypatch, NEWER, lambda s: s)
    assert "would" not in shell.run("recode", "watch.toml")
    shell.run("recode", "watch.toml", "--accept", *ME)
    shell.run("replay", "watch.toml", "articles.jsonl")
    assert shell.changes("--status", "all") == []
    (verdict,) = shell.rows("query", "watch.toml", "corrections")
    assert (verdict["name"], verdict["verdict"], verdict["reason"]) == ("Ida Berg", "reject", "read the page")
    shell.run("review", "watch.toml", "change", change["id"], "accept", *ME)
    assert shell.changes() == [REVERSED]


def test_rejected_statements_take_the_change_back(shell: Shell) -> None:
    for identifier in shell.reports():
        shell.run("review", "watch.toml", "statement", identifier, "reject", *ME)
    assert shell.changes() == []
    assert shell.position("Ada Lund") == 2


def test_merged_actors_speak_as_one(shell: Shell) -> None:
    def voices() -> set[str]:
        return {r["actor"] for r in shell.rows("query", "watch.toml", "SELECT DISTINCT actor FROM current_statement")}

    before = voices()
    assert {"Ada Lund", "Piet Marsh"} <= before
    shell.run("review", "watch.toml", "actor", "Piet Marsh", "merge", "--actor", "Ada Lund", *ME)
    assert voices() == before - {"Piet Marsh"}
    shell.run("review", "watch.toml", "actor", "Piet Marsh", "merge", "--actor", "Piet Marsh", *ME)
    assert voices() == before


def test_while_a_pass_runs_a_verdict_is_kept_and_takes_effect_later(shell: Shell) -> None:
    (change,) = shell.rows("changes", "watch.toml")
    first, _ = shell.reports()
    with FileLock(shell.folder / "home/locks/harbour.lock"):
        said = shell.run("review", "watch.toml", "statement", first, "reject", *ME)
    assert "A pass over this watch is running" in said
    assert shell.changes() == [REVERSED]
    shell.run("replay", "watch.toml", "articles.jsonl")
    assert [(r["id"], r["status"]) for r in shell.rows("changes", "watch.toml")] == [(change["id"], "tentative")]


# arguments -> words of the message
MISTAKES = [
    (["statement", "zzz", "reject"], ["zzz", "no statement has this id", "statements_behind"]),
    (["change", "zzz", "reject"], ["zzz", "no change has this id"]),
    (["change", "{change}", "correct", "--agreement", "1"], ["cannot be decided by correct", "correct its statements"]),
    (["statement", "{statement}", "correct"], ["needs --agreement"]),
    (["statement", "{statement}", "merge", "--actor", "Ada Lund"], ["cannot be decided by merge"]),
    (["statement", "{statement}", "reject", "--agreement", "1"], ["--agreement says nothing with reject"]),
    (["statement", "{statement}", "correct", "--concept", "four-day-weak"], ["Did you mean four-day-week?"]),
    (["actor", "Ada Lunt", "merge", "--actor", "Piet Marsh"], ["is no actor", "Did you mean Ada Lund?"]),
    (["actor", "Ada Lund", "merge"], ["--actor INTO"]),
]


def test_mistakes_are_named_and_record_nothing(shell: Shell) -> None:
    names = {"change": shell.rows("changes", "watch.toml")[0]["id"], "statement": shell.reports()[0]}
    for arguments, words in MISTAKES:
        said = shell.run("review", "watch.toml", *(a.format(**names) for a in arguments), *ME, code=1)
        assert [word for word in words if word not in said] == [], said
    assert shell.rows("query", "watch.toml", "corrections") == []
    assert "--name" in shell.run("review", "watch.toml", "change", names["change"], "reject", code=2)


def test_decisions_become_gold_cases_that_evaluate_reads(shell: Shell) -> None:
    first, second = shell.reports()
    shell.run("review", "watch.toml", "statement", first, "accept", *ME)
    shell.run("review", "watch.toml", "statement", second, "correct", "--agreement", "-1", *ME)
    shell.run("export", "watch.toml", "--to", "gold", "--gold")
    rows = [json.loads(line) for line in Path("gold/reviews.jsonl").read_text(encoding="utf-8").splitlines()]
    found = {(r["statement_id"], r["verdict"], r["agreement"]) for r in rows}
    assert found == {(first, "accept", -2), (second, "correct", -1)}
    for row in rows:
        start, end = row["attribution"]["content"][0]
        assert "four-day week" in row["text"][start - row["offset"] : end - row["offset"]]
    story = Path("gold/harbour.txt").read_text(encoding="utf-8")
    assert "= four-day-week -1 | Ida Berg: read the page" in story
    assert "[s " in story
    assert "[t " in story
    assert shell.rows("evaluate", "agreement", "--gold", "gold/harbour.txt")


def test_export_of_everything_opens_elsewhere(shell: Shell) -> None:
    listed = shell.run("export", "watch.toml", "--to", "out", "--as-of", "2025-06-30").split()
    assert all(Path(path).is_file() for path in listed)
    stated = duckdb.sql("SELECT actor, agreement FROM 'out/parquet/current_statement.parquet' WHERE agreement < 0")
    assert ("Ada Lund", -2) in stated.fetchall()
    with Path("out/csv/change.csv").open(encoding="utf-8") as file:
        assert {row["kind"] for row in csv.DictReader(file)} == {"reversed"}
    edge = nx.read_graphml("out/actor_concept.graphml").edges["Ada Lund", "concept: four-day-week"]
    assert edge["agreement"] < 0
    assert edge["since"] == "2025-06-02"
    for name in ("congruence", "conflict"):
        assert "Ada Lund" in nx.read_graphml(f"out/{name}.graphml").nodes
    with Path("out/statements_dna.csv").open(encoding="utf-8") as file:
        events = list(csv.DictReader(file))
    assert {"document_id", "person", "organization", "concept", "agreement", "time"} <= set(events[0])
    said = {(e["person"], e["concept"], e["agreement"], e["time"]) for e in events}
    assert ("Ada Lund", "four-day-week", "0", "2025-06-02") in said


def test_export_of_the_evidence_for_one_change(shell: Shell) -> None:
    (change,) = shell.rows("changes", "watch.toml")
    (path,) = shell.run("export", "watch.toml", "--to", "out", "--change", change["id"][:8]).split()
    with zipfile.ZipFile(path) as bundle:
        files = {name: bundle.read(name).decode() for name in bundle.namelist()}
    for told in json.loads(files["statements.json"]):
        start, end = told["attribution"]["content"][0]
        assert files[f"versions/{told['version_id']}.txt"][start:end] in told["words"]
        assert told["coder"] == CODER
    assert change["id"] in files["query.sql"]
    rows = json.loads(shell.run("query", "watch.toml", "--format", "json", "--", files["query.sql"]))
    assert [row["statement_id"] for row in rows] == shell.reports()
    assert "no change has this id" in shell.run("export", "watch.toml", "--to", "out", "--change", "zzz", code=1)


def test_results_as_csv_json_and_parquet_and_mistakes_with_their_place(shell: Shell) -> None:
    for suffix in ("csv", "json", "parquet"):
        shell.run("query", "watch.toml", "latest_positions", "--to", f"out.{suffix}")
        found = duckdb.sql(f"SELECT agreement FROM 'out.{suffix}' WHERE actor = 'Ada Lund'").fetchall()
        assert found == [(-2,)]
    said = shell.run("query", "watch.toml", "SELECT actr\nFROM statement", code=1)
    assert "LINE 1" in said
    assert '"actor"' in said
    assert "^" in said
