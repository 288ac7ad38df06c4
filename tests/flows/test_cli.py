"""The command line as a user meets it: exit codes, messages, JSON."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CLI = [sys.executable, "-c", "from flows.cli import main; main()"]
STORY = """The harbour board met on Tuesday in Holmstad.
Ada Lund, the mayor of Holmstad, said the port should introduce a four-day week. “We cannot wait any longer,” she said.
She added that the unions had waited long. According to Piet Marsh, the port's director, the port cannot afford it.
“It is a dream,” Marsh told reporters. He said that the plan would cost 40 million crowns a year.
"""
WATCH = """
[watch]
id = "harbour"
[baseline]
file = "story.txt"
published_at = 2025-03-04
[[feed]]
url = "http://127.0.0.1:9/rss"
[[actor]]
name = "Ada Lund"
[[concept]]
id = "four-day-week"
proposition = "The port should introduce a four-day week"
terms = ["four-day week", "shorter week"]
support = ["introduce a four-day week"]
oppose = ["cannot afford a four-day week"]
[fetch]
allow_hosts = ["127.0.0.1"]
"""


def volteface(*arguments: str, home: Path) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "VOLTEFACE_HOME": str(home)}
    return subprocess.run([*CLI, *arguments], capture_output=True, text=True, env=env, timeout=200)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "story.txt").write_text(STORY, encoding="utf-8")
    (tmp_path / "watch.toml").write_text(WATCH, encoding="utf-8")
    return tmp_path


def test_extract_gives_offsets_into_the_text(folder: Path) -> None:
    done = volteface("extract", str(folder / "story.txt"), home=folder)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["id"] == "story.txt"
    contents = [" ".join(STORY[s:e] for s, e in a["content"]) for a in found["attributions"]]
    assert any("four-day week" in content for content in contents)
    actors = {a["actor"] for a in found["attributions"]}
    assert "Ada Lund" in actors
    assert {"source", "cue", "content", "quote_type", "actor"} <= set(found["attributions"][0])


def test_extract_says_when_a_text_is_not_coded(folder: Path) -> None:
    (folder / "es.txt").write_text(
        "El alcalde dijo el martes que el puerto no puede pagar una semana de cuatro días. " * 5
    )
    found = json.loads(volteface("extract", str(folder / "es.txt"), home=folder).stdout)
    assert found["attributions"] == []
    assert "es" in found["note"]


def test_init_drafts_a_watch_that_loads(folder: Path) -> None:
    out = folder / "draft.toml"
    done = volteface("init", str(folder / "story.txt"), "-o", str(out), home=folder)
    assert done.returncode == 0, done.stderr
    text = out.read_text(encoding="utf-8")
    assert 'name = "Ada Lund"' in text
    assert 'name = "Piet Marsh"' in text
    assert "[[concept]]" in text
    from flows.settings import load_watch

    assert load_watch(out).file.search
    again = volteface("init", str(folder / "story.txt"), "-o", str(out), home=folder)
    assert again.returncode == 1
    assert "--force" in again.stderr


def test_replay_then_changes_then_positions(folder: Path) -> None:
    articles = [
        (
            "Harbour Post",
            "2025-06-02T08:00:00Z",
            "Mayor Ada Lund said on Monday that the port cannot afford a four-day week.",
        ),
        (
            "Coast Herald",
            "2025-06-03T08:00:00Z",
            "In a turn that surprised the unions, Ada Lund said the town cannot afford a four-day week at the port.",
        ),
    ]
    fillers = [
        " The board of the harbour met for two hours. The crane on the north quay stood still all morning, and no ship"
        " left before noon. Two ferries waited outside the breakwater until the tide turned.",
        " Trade in the market hall was slow after the holiday. Rain fell on the square where a brass band played, and"
        " the tram to the station ran late twice. Schools open again next week in most districts.",
    ]
    lines = [
        json.dumps(
            {"url": f"https://{n}.example/a", "outlet": o, "published_at": d, "title": "Port", "text": t + fillers[n]}
        )
        for n, (o, d, t) in enumerate(articles)
    ]
    (folder / "articles.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = volteface("replay", str(folder / "watch.toml"), str(folder / "articles.jsonl"), home=folder / "home")
    assert done.returncode == 0, done.stderr
    done = volteface("changes", str(folder / "watch.toml"), "--format", "json", home=folder / "home")
    rows = json.loads(done.stdout)
    assert [(r["actor"], r["concept"], r["status"]) for r in rows] == [("Ada Lund", "four-day-week", "confirmed")]
    assert rows[0]["kind"] == "reversed"
    assert {"url", "outlet", "published_at", "text", "start", "end"} <= set(rows[0]["evidence"][0])
    then = volteface(
        "positions", str(folder / "watch.toml"), "--as-of", "2025-03-05", "--format", "json", home=folder / "home"
    )
    assert [r["agreement"] for r in json.loads(then.stdout) if r["actor"] == "Ada Lund"] == [2]
    listed = volteface("query", str(folder / "watch.toml"), home=folder / "home")
    assert "latest_positions" in listed.stdout
    free = volteface(
        "query",
        str(folder / "watch.toml"),
        "SELECT count(*) AS n FROM version",
        "--format",
        "json",
        home=folder / "home",
    )
    assert json.loads(free.stdout) == [{"n": 3}]


# arguments -> exit code and words of the message; {f} is the folder
BAD = [
    (["run", "{f}/none.toml"], 1, ["there is no such watch file"]),
    (["init", "{f}/empty.txt"], 1, ["no readable article text"]),
    (["init", "{f}/none.txt"], 1, ["cannot be read"]),
    (["extract", "{f}/none.txt"], 1, ["none.txt", "cannot be read"]),
    (["extract"], 2, ["name either files or --jsonl"]),
    (["changes", "{f}/watch.toml"], 1, ["nothing has been published yet"]),
    (["positions", "{f}/watch.toml", "--as-of", "soon"], 2, ["is no date"]),
    (["replay", "{f}/watch.toml", "{f}/bad.jsonl"], 1, ["bad.jsonl:2", "no JSON"]),
    (["replay", "{f}/watch.toml", "{f}/nodate.jsonl"], 1, ["nodate.jsonl:1", "is no date"]),
    (["frobnicate"], 2, ["No such command"]),
]


@pytest.mark.parametrize(("arguments", "code", "words"), BAD, ids=[" ".join(b[0])[:30] for b in BAD])
def test_bad_input_is_named(folder: Path, arguments: list[str], code: int, words: list[str]) -> None:
    (folder / "empty.txt").write_text("", encoding="utf-8")
    (folder / "bad.jsonl").write_text('{"url": "https://a.example", "text": "x"}\n{broken\n', encoding="utf-8")
    (folder / "nodate.jsonl").write_text('{"url": "https://a.example", "text": "x", "published_at": "soon"}\n')
    done = volteface(*(a.format(f=folder) for a in arguments), home=folder / "home")
    assert done.returncode == code, done.stderr
    for word in words:
        assert word in done.stderr
    assert "Traceback" not in done.stderr


def test_a_pass_in_which_no_feed_answers_says_so_and_exits_1(folder: Path) -> None:
    done = volteface("run", str(folder / "watch.toml"), home=folder / "home")
    assert done.returncode == 1
    assert "http://127.0.0.1:9/rss" in done.stderr
    assert "nothing could be read" in done.stderr
    feeds = json.loads(volteface("feeds", str(folder / "watch.toml"), "--format", "json", home=folder / "home").stdout)
    assert feeds[0]["failures_in_a_row"] == 1


def test_asking_does_not_load_prefect(folder: Path) -> None:
    code = "import sys, flows.cli, flows.reading; sys.exit('prefect' in sys.modules or 'onnxruntime' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
