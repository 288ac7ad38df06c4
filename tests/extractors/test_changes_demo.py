"""The demo newsroom's statements, as coded by hand in expected.toml, end in the changes that a careful analyst finds."""

from __future__ import annotations

import re
import tomllib
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from extractors.changes import derive_changes
from extractors.duplicates import fingerprint, groups_of
from extractors.models import Attribution, Change, QuoteType, Statement

DEMO = Path(__file__).parents[2] / "deploy" / "demo"
EXPECTED = tomllib.loads((DEMO / "expected.toml").read_text(encoding="utf-8"))
PASSES: list[datetime] = tomllib.loads((DEMO / "outlets.toml").read_text(encoding="utf-8"))["passes"]
BASELINE, BASELINE_DAY = "nc-1203", date(2025, 12, 3)


@lru_cache(maxsize=1)
def articles() -> dict[str, tuple[dict[str, Any], str]]:
    found = {}
    for path in sorted((DEMO / "articles").glob("*.md")):
        if ".edit." not in path.name:
            _, head, body = path.read_text(encoding="utf-8").split("+++", 2)
            text = "\n".join(line for line in body.splitlines() if line.strip() and not line.startswith("::"))
            found[tomllib.loads(head)["id"]] = (tomllib.loads(head), text)
    return found


@lru_cache(maxsize=1)
def statements() -> tuple[Statement, ...]:
    in_order = sorted(articles().items(), key=lambda item: item[1][0]["published_at"])
    groups = groups_of((name, fingerprint(text)) for name, (_, text) in in_order)
    return tuple(
        _statement(article["id"], n, told, groups[article["id"]])
        for article in EXPECTED["article"]
        for n, told in enumerate(article["statements"])
    )


def _statement(name: str, n: int, told: dict[str, Any], group: str) -> Statement:
    head, text = articles()[name]
    return Statement(
        id=f"{name}-{n}",
        watch_id="demo",
        version_id=name,
        actor=told["actor"],
        concept=told["concept"],
        agreement=told.get("agreement"),
        words=told["words"],
        source_text=told["actor"],
        attribution=Attribution((), (), ((0, 1),), _quote(text, told["words"])),
        said_at=told["said_on"],
        published_at=head["published_at"],
        recorded_at=head["published_at"],
        outlet=head["outlet"],
        url=head["url_path"],
        coder="hand",
        confidence=0.8,
        said_basis="published" if told["said_on"] == head["published_at"].date() else "in the text",
        copy_group=group,
    )


def _quote(text: str, words: str) -> QuoteType:
    """Direct inside quotation marks, mixed around them."""
    text = re.sub("[“”]", '"', text.replace("’", "'"))
    at = text.find(words.replace("’", "'"))
    if at >= 0 and text.count('"', text.rfind("\n", 0, at) + 1, at) % 2:
        return "direct"
    return "mixed" if '"' in words else "indirect"


def derived(until: datetime) -> list[Change]:
    seen = [s for s in statements() if s.published_at and s.published_at <= until]
    baseline = [s for s in statements() if s.version_id == BASELINE]
    known = {s.actor for s in baseline}
    found: list[Change] = []
    for actor, concept in sorted({(s.actor or "", s.concept or "") for s in seen}):
        pair = [s for s in seen if (s.actor, s.concept) == (actor, concept)]
        before = [s for s in baseline if (s.actor, s.concept) == (actor, concept)]
        found += derive_changes(pair, before, actor_known=actor in known, since=BASELINE_DAY)
    return [c for c in found if c.status == "confirmed"]


def _pass(day: date) -> datetime:
    return next(moment for moment in PASSES if moment.date() == day)


@pytest.mark.parametrize("wanted", EXPECTED["change"], ids=lambda w: f"{w['actor']}: {w['concept']}")
def test_the_changes_are_found_by_the_pass_that_should_find_them(wanted):
    found = [c for c in derived(_pass(wanted["pass"])) if (c.actor, c.concept) == (wanted["actor"], wanted["concept"])]
    assert any(
        c.kind in wanted["kind"] and c.to_agreement in wanted["to"] and c.said_at == wanted["said_on"] for c in found
    ), found


def test_nothing_else_is_found():
    known = [(w["actor"], w["concept"], k) for w in [*EXPECTED["change"], *EXPECTED["allowed"]] for k in w["kind"]]
    assert [c for c in derived(PASSES[-1]) if (c.actor, c.concept, c.kind) not in known] == []


def test_copies_are_no_reports():
    for wanted in EXPECTED["change"]:
        for change in derived(PASSES[-1]):
            if (change.actor, change.concept, change.said_at) == (
                wanted["actor"],
                wanted["concept"],
                wanted["said_on"],
            ):
                leading = change.evidence[: change.independent_reports]
                assert not {i.rsplit("-", 1)[0] for i in leading} & set(wanted["copies"])


def test_the_offer_of_the_day_is_tentative_that_evening():
    evening = _pass(date(2025, 12, 14))
    assert not [c for c in derived(evening) if c.concept == "nato-membership" and c.kind == "reversed"]


def test_every_pass_keeps_the_identity_of_what_is_firm():
    firm: dict[str, tuple[str, str, str]] = {}
    for moment in PASSES:
        now = {c.id: (c.actor, c.concept, c.kind) for c in derived(moment)}
        assert {i: now.get(i) for i in firm} == firm, "what was mailed must not change its name or vanish"
        firm = now
