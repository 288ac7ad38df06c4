"""A real Chromium for tests, and the walk that an analyst takes through a dossier."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

CHROMIUM = Path("/usr/bin/chromium")
WIDTHS = (390, 820, 1280)
SCHEMES = ("light", "dark")
PATIENCE_MS = 120_000
"""Browsers are slow on a machine that does much else."""


@contextmanager
def chromium(untested: str) -> Iterator[Any]:
    """A running browser; without Chromium the test is skipped and says what was not tested."""
    if not CHROMIUM.exists():
        pytest.skip(f"Chromium is not installed (Debian: apt-get install chromium): {untested.upper()} WAS NOT TESTED")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield running
        running.close()


@contextmanager
def visit(browser: Any, page: Path, width: int = 1280, scheme: str = "light", **options: Any) -> Iterator[Any]:
    """The page in a tab. At the end: no message on the console, no error, no request but for the page itself."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
    context.set_default_timeout(PATIENCE_MS)
    tab = context.new_page()
    heard: list[str] = []
    asked: list[str] = []
    tab.on("console", lambda message: heard.append(message.text))
    tab.on("pageerror", lambda error: heard.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    tab.goto(page.as_uri())
    try:
        yield tab
        assert heard == []
        assert set(asked) == {page.as_uri()}
    finally:
        context.close()


def fits(tab: Any, width: int) -> None:
    """Nothing sticks out of the window sideways, and no text is too small to read."""
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    small = """[...document.querySelectorAll('main *')].filter(e => !e.closest('svg') && e.getClientRects().length &&
        [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) &&
        parseFloat(getComputedStyle(e).fontSize) < 11).map(e => e.outerHTML.slice(0, 80))"""
    assert tab.evaluate(small) == []


def serious(browser: Any, page: Path, width: int, scheme: str) -> list[str]:
    """What axe finds that is serious or critical, with everything on the page unfolded."""
    # axe is a script of its own, which the page's policy keeps out: only here it is let in
    with visit(browser, page, width, scheme, bypass_csp=True) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((d, i) => { d.open = i < 80 })")
        found = Axe().run(tab).response["violations"]
        return [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in found if v["impact"] in ("serious", "critical")]
