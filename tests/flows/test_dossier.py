"""The dossier: what it says, that it is safe and small, and that it reads whatever is in the ledger."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import date
from pathlib import Path

import pytest
from lxml import html

from extractors.errors import StorageError
from extractors.models import Actor, Codebook, Concept
from flows.charts import MAIL, matrix
from flows.dossier import write_dossier
from flows.drawing import png, svg
from flows.overview import overview
from flows.ties import circle, network, ties
from flows.timeline import describe_timeline, span_of, timeline
from storage.ledger import Ledger, Snapshot
from storage.records import FeedSource, FetchRecord
from tests.flows.dossierkit import BASE, BOOK, MARKUP, NOW, crowd, hostile, moving, page_of, said, watch_in
from tests.storage.builders import WATCH, change, version


def parsed(page: Path) -> html.HtmlElement:
    return html.document_fromstring(page.read_bytes())


def text(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return moving(tmp_path_factory.mktemp("moving"))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile(tmp_path_factory.mktemp("hostile"))


# --- what it says -------------------------------------------------------------------------------------------------


def test_one_look_tells_who_moved_from_where_to_where_and_how_sure_we_are(moved: Path) -> None:
    card = parsed(moved).cssselect("#moved .card")
    assert len(card) == 1
    words = text(card[0])
    for expected in ("9 December 2025", "Vance reverses on toll, now against", "+2", "−2", "rejects", "3 reports"):
        assert expected in words
    assert "confidence high" in words
    assert "1 change not confirmed yet" in text(parsed(moved).get_element_by_id("moved"))


def test_the_matrix_has_sign_colour_arrow_and_confidence_and_is_empty_where_nothing_is_known(moved: Path) -> None:
    rows = {text(row.cssselect(".name")[0]): row for row in parsed(moved).cssselect("#grid tbody tr")}
    assert list(rows) == ["Petra Vance", "Ada Lund", "Dockers' Union"]  # who moved comes first
    heads = [text(h) for h in parsed(moved).cssselect("#grid thead th")]
    assert heads == ["Stakeholder", "toll", "night shifts"]
    vance, lund, union = rows["Petra Vance"], rows["Ada Lund"], rows["Dockers' Union"]
    toll, shifts = vance.cssselect("td")
    assert text(toll) == "−2▼, rejects, moved down from +2, 3 reports"
    assert "n2" in toll[0].classes and "open" not in toll[0].classes and "s3" in toll[0].classes
    assert text(shifts) == "" and len(shifts) == 0
    assert "open" in lund.cssselect("td a")[0].classes
    assert text(lund.cssselect("td")[0]).startswith("+1, supports, with conditions, not confirmed")
    assert text(union.cssselect("td")[1]).startswith("−2, rejects, 1 report")  # the baseline's position is firm
    assert [row.get("data-kind") for row in rows.values()] == ["person", "person", "organization"]


def test_every_cell_leads_to_the_words_side_by_side_with_outlet_date_and_link(moved: Path) -> None:
    page = parsed(moved)
    link = page.cssselect("#grid td a")[0].get("href")
    pair = page.get_element_by_id(link[1:])
    before, now = pair.cssselect(".side")
    assert "the harbour needs a toll" in text(before) and "Baseline +2 supports" in text(before)
    assert len(now.cssselect("article")) == 3
    for number, report in zip((2, 3, 4), now.cssselect("article"), strict=True):
        assert f"in the words of outlet {number}, no toll at all" in text(report)
        assert f"Outlet {number}" in text(report) and "said 9 December 2025" in text(report)
        assert report.cssselect("a")[0].get("href") == f"https://courier.example/{number:05}"
        assert "needs" in text(report.cssselect(".saw")[0])  # what the coder saw
    first = now.cssselect("article .saw")[0]
    assert "1 copy" in text(first) and "Not counted, since copied from it: Outlet 5" in text(first)


def test_the_timeline_tells_reports_copies_baseline_and_change_apart(moved: Path) -> None:
    with Snapshot(moved.parent.parent / "home") as snapshot:
        view = overview(snapshot, WATCH, NOW.date())
    cell = view.cells["Petra Vance", "toll"]
    spec = timeline(cell, span_of([cell], view.baseline_day, view.today), view.baseline_day, MAIL)
    marks = [layer for layer in spec["layer"] if layer.get("mark", {}).get("type") == "point"]
    discs, rings = (layer["data"]["values"] for layer in marks)
    assert [d["s"] for d in discs] == ["diamond", "circle", "circle", "circle"]
    assert len(rings) == 1 and "copy of Outlet 2" in rings[0]["t"]
    assert [step.level for step in cell.course] == [2, -2] and all(step.firm for step in cell.course)
    drawn = svg(spec)
    assert "reversed" in drawn and "baseline" in drawn
    told = describe_timeline(cell, "toll")
    assert "4 reports and 1 copy from 3 December 2025 to 9 December 2025" in told
    assert "In the baseline: supports. 9 December 2025: reversed, rejects." in told
    assert told in text(parsed(moved).cssselect("figcaption")[0])


def test_an_old_quote_that_is_printed_again_leaves_the_position_as_it_was_confirmed(tmp_path: Path) -> None:
    statements = [
        said(1, "Petra Vance", "toll", 2, date(2025, 12, 3), version_id=BASE),
        *(said(n, "Petra Vance", "toll", -2, date(2025, 12, 9), words=f"never a toll, {n}") for n in (2, 3)),
        *(said(n, "Petra Vance", "toll", 2, date(2025, 12, 29), confidence=0.9) for n in (4, 5, 6)),
    ]
    firm = change(
        "a",
        kind="reversed",
        status="confirmed",
        to_agreement=-2,
        baseline_agreement=2,
        evidence=("statement-00002", "statement-00003"),
        before=("statement-00001",),
    )
    page = parsed(page_of(tmp_path, statements, [firm], BOOK))
    assert text(page.cssselect("#grid td a")[0]).startswith("−2▼, rejects")


def test_the_network_shows_who_agrees_at_the_baseline_and_now(moved: Path) -> None:
    statements = [
        said(1, "Petra Vance", "toll", 2, date(2025, 12, 3), version_id=BASE),
        said(2, "Ada Lund", "toll", 2, date(2025, 12, 3), version_id=BASE),
        said(3, "Petra Vance", "toll", -2, date(2025, 12, 9), words="no toll in my time"),
    ]
    firm = change(
        "a", kind="reversed", status="confirmed", to_agreement=-2, baseline_agreement=2, evidence=("statement-00003",)
    )
    page = page_of(moved.parent / "network", statements, [firm], BOOK)
    with Snapshot(page.parent.parent / "home") as snapshot:
        view = overview(snapshot, WATCH, NOW.date())
    before, now = ties(view, at_baseline=True), ties(view, at_baseline=False)
    pair = ("Ada Lund", "Petra Vance")
    assert (before[pair].agree, before[pair].conflict) == (("toll",), ())
    assert (now[pair].agree, now[pair].conflict) == ((), ("toll",))
    assert sorted(circle(view, now)) == list(pair)
    rules = [
        layer["mark"]["color"]
        for layer in network(circle(view, now), now, MAIL)["layer"]
        if "strokeDash" in layer["mark"]
    ]
    assert rules == [MAIL.oppose]
    row = [text(cell) for cell in parsed(page).cssselect("#network tbody tr")[0]]
    assert row == ["Ada Lund, Petra Vance", "", "toll", "agreed"]
    assert len(parsed(page).cssselect("#network svg")) == 2


def test_the_page_is_as_old_as_the_last_pass(moved: Path, tmp_path: Path) -> None:
    home = moved.parent.parent / "home"
    later = write_dossier(watch_in(tmp_path), home, tmp_path / "site", NOW.replace(year=2027))
    assert later.read_text(encoding="utf-8") == moved.read_text(encoding="utf-8")
    assert "As of 5 January 2026, 07:00 UTC" in text(parsed(later).cssselect(".sub")[0])


def test_the_state_of_the_watch_names_passes_coverage_versions_and_queries(moved: Path) -> None:
    state = text(parsed(moved).get_element_by_id("state"))
    for expected in ("5 January 2026, 07:00 UTC", "Outlet 2", "Volteface 0", "volteface query watch.toml passes"):
        assert expected in state
    for section in ("moved", "matrix", "network", "state"):
        assert parsed(moved).get_element_by_id(section).cssselect(".query")


# --- safe ---------------------------------------------------------------------------------------------------------


def test_the_policy_lets_in_this_style_and_this_script_and_nothing_else(moved: Path) -> None:
    page = parsed(moved)
    policy = page.cssselect("meta[http-equiv]")[0].get("content")
    rules = dict(rule.strip().partition(" ")[::2] for rule in policy.split(";"))
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    for tag in ("style", "script"):
        (element,) = page.cssselect(tag)
        digest = base64.b64encode(hashlib.sha256(element.text.encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{digest}'"
    assert set(rules) == {"default-src", "style-src", "script-src", "base-uri", "form-action"}


@pytest.mark.parametrize("name", ["moved", "attacked"])
def test_nothing_is_loaded_and_nothing_runs_but_the_pages_own_script(request: pytest.FixtureRequest, name: str) -> None:
    page = parsed(request.getfixturevalue(name))
    assert len(page.cssselect("script")) == len(page.cssselect("style")) == 1
    assert page.cssselect("img, iframe, object, embed, link, base, audio, video, source, image, use") == []
    for element in page.iter():
        for attribute, value in element.attrib.items():
            assert not attribute.startswith("on") and attribute not in ("style", "src", "srcset")
            if attribute in ("href", "xlink:href"):
                assert re.match(r"#[\w-]+$|https?://", value), value


def test_markup_arrives_as_text(attacked: Path) -> None:
    page = parsed(attacked)
    assert MARKUP[:60] in text(page.cssselect("h1")[0])
    assert any(MARKUP[:60] in text(quote) for quote in page.cssselect("blockquote"))
    assert "{{ 7*7 }}" in text(page)
    assert "javascript:" not in attacked.read_text(encoding="utf-8")
    assert "\u202e" not in attacked.read_text(encoding="utf-8")


# --- small, and whatever is in the ledger -------------------------------------------------------------------------


def test_five_hundred_articles_and_two_hundred_actors_stay_under_two_megabytes(tmp_path: Path) -> None:
    page = crowd(tmp_path)
    assert page.stat().st_size < 2_000_000
    found = parsed(page)
    assert len(found.cssselect("#grid tbody tr")) == 200
    linked = {a.get("href")[1:] for a in found.cssselect("#grid td a[href]")}
    assert linked == {d.get("id") for d in found.cssselect("details.pair")}
    assert "500 articles read" in text(found.cssselect(".tiles")[0])
    assert len(found.cssselect("#moved .card")) == 12  # the others are listed
    assert "28 more confirmed changes" in text(found.get_element_by_id("moved"))


def test_an_empty_ledger_says_that_there_is_nothing_yet(tmp_path: Path) -> None:
    page = parsed(page_of(tmp_path))
    for section in ("moved", "matrix", "words", "network", "state"):
        assert page.get_element_by_id(section).cssselect(".empty")
    assert "The baseline has not been read yet" in text(page)


def test_one_actor_without_a_change(tmp_path: Path) -> None:
    page = parsed(page_of(tmp_path, [said(1, "Petra Vance", "toll", 1, date(2025, 12, 9))], book=BOOK))
    assert text(page.cssselect("#grid td")[0]).startswith("+1, supports, with conditions, not confirmed, 1 report")
    assert "No change has been confirmed" in text(page.get_element_by_id("moved"))
    assert "No two stakeholders" in text(page.get_element_by_id("network"))


def test_statements_without_a_side_a_day_or_a_concept_that_is_still_watched(tmp_path: Path) -> None:
    statements = [
        said(1, "Petra Vance", "toll", None, date(2025, 12, 9)),
        said(2, "Ada Lund", "gone-from-the-codebook", -2, date(2025, 12, 9)),
        said(3, "Mo Berg", "toll", 2, date(2025, 12, 9), said_at=None),
        said(4, "(minister) [7225d243]", "toll", 2, date(2025, 12, 9)),
    ]
    page = parsed(page_of(tmp_path, statements, book=BOOK))
    rows = page.cssselect("#grid tbody tr")
    assert [text(r.cssselect(".name")[0]) for r in rows] == ["Ada Lund", "minister, unnamed"]
    assert [r.get("data-kind") for r in rows] == ["person", "unnamed"]
    assert "gone from the codebook" in text(page.cssselect("#grid thead")[0])


def test_without_a_published_snapshot_the_error_says_what_to_do(tmp_path: Path) -> None:
    Ledger(tmp_path / "home").save_watch(WATCH, "x", "[watch]", NOW)
    with pytest.raises(StorageError, match="volteface run"):
        write_dossier(watch_in(tmp_path), tmp_path / "home", tmp_path / "site", NOW)


def test_pictures_of_names_in_any_script(tmp_path: Path) -> None:
    names = ("وزير الخارجية", "Łucja Øst", "外交部長", "A" * 300, "<b>&\"'", "\x07bell")
    book = Codebook((Concept("toll", "The toll"),), tuple(Actor(n) for n in names))
    page = page_of(tmp_path, [said(i, n, "toll", i % 5 - 2, date(2025, 12, 9)) for i, n in enumerate(names)], book=book)
    with Snapshot(page.parent.parent / "home") as snapshot:
        view = overview(snapshot, WATCH, NOW.date())
    picture = png(matrix(view, MAIL))
    assert picture.startswith(b"\x89PNG") and len(picture) < 300_000
    assert picture == png(matrix(view, MAIL))


def test_a_feed_that_fails_and_pages_that_were_skipped_are_named_with_the_reason(tmp_path: Path) -> None:
    page = page_of(tmp_path, [said(1, "Petra Vance", "toll", 1, date(2025, 12, 9))], book=BOOK)
    ledger = Ledger(tmp_path / "home")
    feeds = [
        FeedSource("f1", "https://user:secret@wire.example/rss?key=secret", None),
        FeedSource("f2", "https://b.example/rss", "B"),
    ]
    ledger.save_feeds(WATCH, feeds, NOW)
    for feed, error in (("f1", f"answers 500 {MARKUP}"), ("f2", None)):
        url = f"https://{feed}.example/rss"
        ledger.record_fetch(WATCH, FetchRecord(url, NOW, "failed" if error else "fetched", feed_id=feed, error=error))
    ledger.save_version(WATCH, version("regatta"), skipped="other story: 0.2 like the baseline")
    ledger.publish_snapshot()
    state = parsed(write_dossier(watch_in(tmp_path), ledger.home, tmp_path / "site", NOW)).get_element_by_id("state")
    warning = text(state.cssselect(".warning")[0])
    assert "1 feed that fails" in warning and "wire.example" in warning and "1 failure in a row" in warning
    assert "answers 500 </script>" in warning and "last read never" in warning
    assert "1 skipped: other story" in text(state)
    assert "secret" not in page.read_text(encoding="utf-8")  # an address may hold a token
