"""Pictures in mails and on the run's page: they help, and nothing hangs on them."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from datetime import datetime
from email import message_from_string
from email.policy import SMTPUTF8
from pathlib import Path
from typing import Any

import pytest

from extractors.errors import VoltefaceError
from extractors.models import Change
from flows import drawing, outgoing, pictures
from flows.mailpage import with_pictures
from flows.pictures import MATRIX, as_markdown, draw_pictures
from flows.settings import Watch
from storage.ledger import Ledger, Nouns
from tests.flows.alertkit import NOW, make_change, make_watch, store
from tests.flows.browsing import PATIENCE_MS, chromium
from tests.flows.smtpd import mail_server
from tests.flows.test_outgoing import SENDER, send_due


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(tmp_path / "home")
    union = make_change(2, actor="Dockers' Union", kind="softened", to_agreement=1)
    store(ledger, make_watch(tmp_path, 'to = ["a@example.org", "b@example.org"]'), [make_change(1), union])
    return ledger


def queue(ledger: Ledger, watch: Watch, draw: Any = draw_pictures) -> list[outgoing.Draft]:
    with ledger.transaction() as tx:
        return outgoing.queue(tx, watch, SENDER, NOW, draw=draw).drafts


def test_a_mail_carries_its_pictures_and_loads_none(ledger: Ledger, tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["a@example.org", "b@example.org"]')
    drafts = queue(ledger, watch)
    with mail_server() as server:
        assert [o.error for o in send_due(ledger, watch, server.smtp(), NOW)] == [None] * len(drafts)
    for mail in server.taken:
        assert mail.get_content_type() == "multipart/alternative"
        text, page = mail.iter_parts()
        assert text.get_content_type() == "text/plain" and page.get_content_type() == "multipart/related"
        html, *images = page.iter_parts()
        names = re.findall(r'src="([^"]*)"', html.get_content())
        assert names == [f"cid:{image['Content-ID'].strip('<>')}" for image in images] and len(set(names)) == len(names)
        assert all(image.get_content().startswith(b"\x89PNG") for image in images)
        assert all(len(image.get_content()) < 80_000 for image in images)
        told = " ".join(re.findall(r'alt="([^"]*)"', html.get_content()))
        assert re.search(r"(Mara Lindqvist|Dockers&#39; Union|Dockers' Union) on new quay: \d report", told), told
        assert "cid:" not in text.get_content()
        assert all(len(line) <= 998 for line in mail.as_bytes().splitlines())


def test_the_same_message_has_the_same_bytes_and_one_drawing_serves_everybody(ledger: Ledger, tmp_path: Path) -> None:
    watch = make_watch(tmp_path, 'to = ["a@example.org", "b@example.org"]')
    asked: list[tuple[str, ...]] = []

    def counted(reader: Nouns, watch_id: str, changes: Sequence[Change], now: datetime) -> tuple[pictures.Picture, ...]:
        asked.append(tuple(change.id for change in changes))
        return draw_pictures(reader, watch_id, changes, now)

    with ledger.transaction() as tx:
        first = [d.item.payload for d in outgoing.plan(tx, watch, SENDER, NOW, draw=counted).drafts]
        assert first and len(asked) == len(set(asked))
        assert [d.item.payload for d in outgoing.plan(tx, watch, SENDER, NOW, draw=draw_pictures).drafts] == first
    assert len({message_from_string(p, policy=SMTPUTF8)["Message-ID"] for p in first}) == len(first)


def test_what_cannot_be_drawn_is_left_out(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> bytes:
        raise VoltefaceError("picture", "cannot be drawn", "")

    monkeypatch.setattr(pictures, "png", broken)
    drafts = queue(ledger, make_watch(tmp_path))
    assert drafts
    for draft in drafts:
        assert draft.mail is not None and "<img" not in draft.item.payload
        assert [p.get_content_type() for p in draft.mail.iter_parts()] == ["text/plain", "text/html"]


def test_a_panic_of_the_library_is_an_error_like_any_other() -> None:
    class PanicException(BaseException):
        """As the library's own, which no Exception covers."""

    def panics() -> str:
        raise PanicException("index out of bounds")

    with pytest.raises(VoltefaceError, match="index out of bounds"):
        drawing._drawn(panics)
    with pytest.raises(VoltefaceError, match="cannot be drawn"):
        drawing.svg({"mark": "no such mark", "encoding": {"x": {"field": 3}}})


def test_a_change_that_is_taken_back_has_no_picture(ledger: Ledger, tmp_path: Path) -> None:
    watch = make_watch(tmp_path)
    queue(ledger, watch)
    ledger.save_changes(watch.id, [make_change(1, status="reverted")], None, NOW)
    corrections = [d for d in queue(ledger, watch) if d.subject.startswith("Correction")]
    assert len(corrections) == 1 and "image/png" not in corrections[0].item.payload


def test_markdown_for_the_runs_page_needs_nothing_else_and_its_words_are_no_markup(ledger: Ledger) -> None:
    drawn = draw_pictures(ledger, "harbour", [make_change(1)], NOW)
    assert [p.about for p in drawn] == ["change1", MATRIX]
    text = as_markdown("Harbour ![x](https://evil.example/x.png) <script>", drawn)
    assert re.findall(r"\]\((.{14})", text) == ["data:image/png"] * 2
    assert "<script" not in text and "](https" not in text
    assert base64.b64decode(text.split("base64,")[1].split(")")[0]) == drawn[0].data


@pytest.mark.browser
def test_the_preview_shows_them(ledger: Ledger, tmp_path: Path) -> None:
    (draft, *_) = queue(ledger, make_watch(tmp_path))
    assert draft.mail is not None
    page = tmp_path / "preview.html"
    page.write_text(with_pictures(draft.mail), encoding="utf-8")
    with chromium("the preview of mails") as browser:
        tab = browser.new_page(viewport={"width": 360, "height": 800})
        tab.set_default_timeout(PATIENCE_MS)
        tab.goto(page.as_uri())
        assert all(width > 200 for width in tab.evaluate("[...document.images].map(i => i.naturalWidth)"))
        assert tab.evaluate("document.images.length") >= 1
        assert tab.evaluate("document.documentElement.scrollWidth") <= 360
