"""The README's pictures of the demo's dossier: ``python docs/screenshots.py DEMO-OUT``.

Needs Chromium. DEMO-OUT is the folder of ``volteface demo --out``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

IMAGES = Path(__file__).parent / "images"
CHROMIUM = "/usr/bin/chromium"
WIDTH = 1120
HEIGHTS = {"moved": 790, "matrix": 1400, "words": 900}
"""What is longer is cut."""
CHANGE = "reverses on NATO membership, now against"
"""The change whose words are shown, by the end of its headline."""


def take(page: Path, to: Path) -> list[Path]:
    """Photograph who moved, the matrix, and one change side by side, and return the files."""
    from playwright.sync_api import sync_playwright

    to.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        tab = browser.new_page(viewport={"width": WIDTH, "height": 900})
        tab.set_default_timeout(120_000)
        tab.goto(page.as_uri())
        taken = [_clip(tab, "header, #moved", to, "moved")]
        taken.append(_clip(tab, "#matrix", to, "matrix"))
        tab.locator("#moved h4 a", has_text=CHANGE).first.click()
        taken.append(_clip(tab, "details.pair[open]", to, "words"))
        browser.close()
    return taken


def _clip(tab: Any, selector: str, to: Path, name: str) -> Path:
    boxes = [box for element in tab.locator(selector).all() if (box := element.bounding_box())]
    scrolled = tab.evaluate("scrollY")
    top = min(box["y"] for box in boxes) + scrolled
    bottom = max(box["y"] + box["height"] for box in boxes) + scrolled
    clip = {"x": 0, "y": top, "width": WIDTH, "height": min(HEIGHTS[name], bottom - top)}
    path = to / f"dossier-{name}.png"
    tab.screenshot(path=path, full_page=True, clip=clip)
    return path


if __name__ == "__main__":
    for picture in take(Path(sys.argv[1]).absolute() / "dossier" / "index.html", IMAGES):
        print(f"{picture}  {picture.stat().st_size / 1000:.0f} kB")
