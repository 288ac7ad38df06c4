"""The demo, end to end: the real flow on Prefect's own engine, real HTTP, real mail; against the careful analyst."""

from __future__ import annotations

import email
import itertools
import json
import os
import re
import subprocess
import sys
import tomllib
from email import policy
from pathlib import Path
from typing import Any

import pytest

from flows.demo import newsroom_folder
from tests.flows.browsing import SCHEMES, WIDTHS, chromium, fits, serious, visit

CLI = [sys.executable, "-c", "from flows.cli import main; main()"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demo left and what it printed."""
    out = tmp_path_factory.mktemp("demo") / "out"
    done = subprocess.run([*CLI, "demo", "--out", str(out)], capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    return out, done.stdout


def ask(out: Path, *arguments: str) -> Any:
    """What a reading command prints as JSON, with the demo's folder as home and the bundled watch file."""
    watch = str(newsroom_folder() / "watch.toml")
    command, *rest = arguments
    env = {**os.environ, "VOLTEFACE_HOME": str(out)}
    done = subprocess.run(
        [*CLI, command, watch, *rest, "--format", "json"], capture_output=True, text=True, env=env, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_offer_of_14_december_is_a_confirmed_change_with_its_words(demo: tuple[Path, str]) -> None:
    out, _ = demo
    rows = ask(out, "changes", "--status", "confirmed")
    offer = [r for r in rows if r["actor"] == "Volodymyr Zelenskyy" and r["concept"] == "nato-membership"]
    assert [r["to"] for r in offer] in ([-1], [-2])
    assert offer[0]["said_at"] == "2025-12-14"
    assert offer[0]["independent_reports"] >= 2
    assert len({e["outlet"] for e in offer[0]["evidence"]}) >= 2
    for evidence in offer[0]["evidence"]:
        assert evidence["url"].startswith("http://127.0.0.1")
        assert 0 <= evidence["start"] < evidence["end"]


def test_copies_recycled_quotes_and_foreign_stories_raise_nothing(demo: tuple[Path, str]) -> None:
    out, _ = demo
    confirmed = ask(out, "changes", "--status", "confirmed")
    # the demand of early December is printed again on 23 and 26 December: he has not taken it up again
    moves = [r for r in confirmed if (r["actor"], r["concept"]) == ("Volodymyr Zelenskyy", "nato-membership")]
    assert len(moves) == 1
    expected = tomllib.loads((newsroom_folder() / "expected.toml").read_text(encoding="utf-8"))
    for quiet in expected["quiet"]:
        for kind in quiet.get("kinds", ()):
            found = {(r["actor"], r["concept"], r["kind"]) for r in confirmed}
            assert (quiet["actor"], quiet["concept"], kind) not in found, quiet["why"]
    every = ask(out, "changes", "--status", "all")
    foreign = [e["url"] for r in every for e in r["evidence"] if "regatta" in e["url"] or "keltara" in e["url"]]
    assert foreign == []


def test_mail_arrived_once_for_each_change(demo: tuple[Path, str]) -> None:
    out, printed = demo
    mails = [
        email.message_from_bytes(f.read_bytes(), policy=policy.default) for f in sorted((out / "mails").glob("*.eml"))
    ]
    assert mails
    ids = [mail["Message-ID"] for mail in mails]
    assert len(ids) == len(set(ids))
    assert any("Zelenskyy" in str(mail["Subject"]) for mail in mails)
    assert f"{len(mails)} .eml files" in printed


def test_the_folder_serves_as_home_for_the_bundled_watch(demo: tuple[Path, str]) -> None:
    out, printed = demo
    assert "Try next:" in printed
    positions = ask(out, "positions", "--as-of", "2025-12-20")
    assert {"actor", "concept", "agreement", "since", "confidence"} <= set(positions[0])
    assert ask(out, "query", "latest_positions")
    assert (out / "dossier" / "index.html").is_file()


def test_mails_carry_pictures_that_are_in_the_mail(demo: tuple[Path, str]) -> None:
    out, _ = demo
    for file in sorted((out / "mails").glob("*.eml")):
        mail = email.message_from_bytes(file.read_bytes(), policy=policy.default)
        names = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
        page = mail.get_body(("html",))
        assert page is not None and names
        assert set(re.findall(r'src="cid:([^"]*)"', page.get_content())) == names


@pytest.mark.browser
def test_the_dossier_in_a_browser(demo: tuple[Path, str]) -> None:
    """As an analyst does: look, filter, sort, open a change, follow to the evidence; at three widths, light and dark."""
    page = demo[0] / "dossier" / "index.html"
    with chromium("the demo's dossier") as browser:
        for width, scheme in itertools.product(WIDTHS, SCHEMES):
            with visit(browser, page, width, scheme) as tab:
                fits(tab, width)
                tab.get_by_label("Search").fill("zelensky")
                names = tab.locator("#grid tbody tr:visible .name").all_inner_texts()
                assert "Volodymyr Zelenskyy" in names and len(names) < tab.locator("#grid tbody tr").count()
                tab.get_by_role("columnheader", name="NATO membership").get_by_role("button").click()
                tab.locator("#moved h4 a", has_text="Zelenskyy reverses on NATO membership").first.click()
                change = tab.locator(".change:target")
                assert change.locator(".side").nth(1).locator("blockquote").first.is_visible()
                link = change.locator(".side").nth(1).locator("article a").first
                assert link.get_attribute("href").startswith("http://127.0.0.1")
        assert serious(browser, page, 1280, "light") == []
