"""The dossier in a real browser: filters, sorts, opens a change, follows to the evidence; without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.flows.browsing import SCHEMES, WIDTHS, chromium, fits, serious, visit
from tests.flows.dossierkit import BOOK, crowd, hostile, moving, page_of, said

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium("the dossier") as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    return {
        "moving": moving(folder / "moving"),
        "hostile": hostile(folder / "hostile"),
        "crowd": crowd(folder / "crowd", actors=200, articles=70),
        "empty": page_of(folder / "empty"),
        "one": page_of(folder / "one", [said(1, "Petra Vance", "toll", 1, date(2025, 12, 9))], book=BOOK),
    }


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["moving", "hostile", "crowd", "empty", "one"])
def test_it_fits_and_is_quiet(browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    with visit(browser, pages[name], width, scheme) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((d, i) => { d.open = i < 80 })")
        fits(tab, width)
        dark = tab.evaluate("parseInt(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]) < 60")
        assert dark is (scheme == "dark")
        assert tab.evaluate("window.hit") is None


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [(n, w, s) for n in ("moving", "hostile", "empty") for w, s in ((1280, "light"), (390, "dark"))]
    + [("crowd", 820, "light")],
)
def test_axe_finds_nothing_serious(browser: Any, pages: dict[str, Path], name: str, width: int, scheme: str) -> None:
    assert serious(browser, pages[name], width, scheme) == []


def test_from_the_change_to_the_words_and_back(browser: Any, pages: dict[str, Path]) -> None:
    with visit(browser, pages["moving"]) as tab:
        assert not tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()
        tab.get_by_role("link", name="Vance reverses on toll").click()
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()
        assert tab.evaluate("document.activeElement.closest('.change') !== null")
        tab.get_by_text("What the coder saw; 1 copy").click()
        assert tab.get_by_text("Not counted, since copied from it").is_visible()
        source = tab.locator(".side article a").first
        assert source.get_attribute("href") == "https://courier.example/baseline" or source.get_attribute("href")
        tab.get_by_role("link", name="Back to the matrix").first.click()
        tab.locator("#grid td a").first.click()  # one click on a cell leads to the same words
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()


def test_search_kind_and_who_moved(browser: Any, pages: dict[str, Path]) -> None:
    with visit(browser, pages["moving"]) as tab:
        names = tab.locator("#grid tbody tr:visible .name")
        tab.get_by_label("Search").fill("harbour MASTER")  # an alias, in other letters
        assert names.all_inner_texts() == ["Petra Vance"]
        assert tab.locator("#count").inner_text() == "1 of 3"
        assert tab.locator("details.pair:visible").count() == 1
        tab.get_by_label("Search").fill("nobody")
        assert tab.locator("#none").is_visible()
        tab.get_by_role("link", name="Vance reverses on toll").click()  # what is filtered away can still be opened
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()
        tab.get_by_label("Search").fill("")
        tab.get_by_label("Kind").select_option("organization")
        assert names.all_inner_texts() == ["Dockers' Union"]
        tab.get_by_label("Kind").select_option("")
        tab.get_by_label("only who moved").check()
        assert names.all_inner_texts() == ["Petra Vance"]


def test_sorting_by_name_and_by_a_concept_with_the_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    with visit(browser, pages["moving"]) as tab:
        names = tab.locator("#grid tbody .name")
        tab.get_by_label("Order").select_option("name")
        assert names.all_inner_texts() == ["Ada Lund", "Dockers' Union", "Petra Vance"]
        header = tab.get_by_role("columnheader", name="toll")
        header.get_by_role("button").focus()
        tab.keyboard.press("Enter")
        assert names.all_inner_texts() == ["Ada Lund", "Petra Vance", "Dockers' Union"]
        assert header.get_attribute("aria-sort") == "descending"
        tab.keyboard.press("Enter")
        assert names.all_inner_texts() == ["Petra Vance", "Ada Lund", "Dockers' Union"]
        assert header.get_attribute("aria-sort") == "ascending"
        tab.get_by_label("Order").select_option("moved")
        assert names.all_inner_texts()[0] == "Petra Vance" and header.get_attribute("aria-sort") is None


def test_a_link_to_a_change_opens_it_and_the_page_prints_its_words(
    browser: Any, pages: dict[str, Path], tmp_path: Path
) -> None:
    with visit(browser, pages["moving"]) as tab:
        address = tab.locator("#moved h4 a").get_attribute("href")
        tab.goto(pages["moving"].as_uri() + address)
        tab.reload()
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()
        tab.goto(pages["moving"].as_uri())
        tab.emulate_media(media="print")
        tab.set_viewport_size({"width": 700, "height": 1000})  # A4 within its margins
        tab.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()
        assert not tab.locator("#controls").is_visible()
        assert tab.evaluate("document.documentElement.scrollWidth") <= 700


def test_without_script_everything_can_be_read(browser: Any, pages: dict[str, Path]) -> None:
    with visit(browser, pages["moving"], java_script_enabled=False) as tab:
        assert not tab.locator("#controls").is_visible()
        assert tab.locator("#grid td a").count() == 3
        tab.locator("details.pair summary").first.click()
        assert tab.locator(".side").get_by_text("the harbour needs a toll").is_visible()


def test_two_hundred_rows_filter_at_once(browser: Any, pages: dict[str, Path]) -> None:
    with visit(browser, pages["crowd"], 390) as tab:
        tab.get_by_label("Search").fill("surname77")
        assert tab.locator("#grid tbody tr:visible").count() == 1
        assert tab.locator("#count").inner_text() == "1 of 200"
