"""The replays' gold is consistent, and its scorer tells right from wrong; no replay is run here."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from typing import Any

import pytest

from extractors.duplicates import fingerprint, groups_of
from flows.settings import load_watch
from tests.gold.replays.score import HERE, articles, compare, expected, stories
from tests.gold.replays.second import agreement, labelled_twice

SAME_WEEK = 7
SPUN = {
    "https://tradefeed.example/2026/05/20/important-legislator-speaks-against-commerce-pact-with-orvane",
    "https://feedline.example/2026/06/05/lumora-boss-would-agree-to-age-restriction",
    "https://portalnine.example/2026/01/09/gas-hammer-vostrangaz-turns-its-back-on-meradia-for",
}
"""What content spinners left no three words of; to the gold they are copies, and no run of words can tell."""
STORIES = [*stories("dev"), *stories("test")]


def confirmed(entry: dict[str, Any], urls: list[str], **other: Any) -> dict[str, Any]:
    """An entry of the gold as the pipeline would report it, resting on `urls`."""
    row = {key: entry[key] for key in ("actor", "concept")}
    row |= {"kind": entry["kind"][0], "to": entry["to"][0], "status": "confirmed", "said_at": entry["said_on"]}
    return {**row, "evidence": [{"url": url} for url in urls], **other}


@pytest.mark.parametrize("story", STORIES)
def test_the_copies_of_a_story_are_folded_and_nothing_else_is(story: str) -> None:
    texts = {article["url"]: article["text"] for article in articles(story)}
    days = {
        article["url"]: date.fromisoformat(article.get("published_at", "1999-01-01")[:10])
        for article in articles(story)
    }
    groups = groups_of((url, fingerprint(text)) for url, text in texts.items())
    marked = [{copy["of"], *copy["urls"]} for copy in expected(story)["copy"]]
    gold = {frozenset(pair) for urls in marked for pair in combinations(sorted(urls - SPUN), 2)}
    found = {frozenset(pair) for pair in combinations(sorted(texts), 2) if groups[pair[0]] == groups[pair[1]]}
    assert gold <= found
    # What one agency writes months apart on the same background may pass for a copy: reports are kept apart by day. Nor
    # does it matter between two articles of one outlet, which are one report.
    near = {
        (a, b)
        for a, b in map(sorted, found - gold)
        if abs((days[a] - days[b]).days) <= SAME_WEEK and a.split("/")[2] != b.split("/")[2]
    }
    assert len(near) <= 0.02 * len(found)


@pytest.mark.parametrize("story", STORIES)
def test_the_gold_names_what_is_there(story: str) -> None:
    gold, book = expected(story), load_watch(HERE / f"{story}.toml").codebook
    urls = {article["url"] for article in articles(story)}
    entries = [*gold["change"], *gold["allowed"], *gold["quiet"]]
    assert {entry["concept"] for entry in entries} == {concept.id for concept in book.concepts}
    named = {url for entry in entries for key in ("reports", "copies") for url in entry.get(key, ())}
    copies = {url for copy in gold["copy"] for url in copy["urls"]}
    assert named | copies | set(gold["foreign"]) | {copy["of"] for copy in gold["copy"]} <= urls
    for change in gold["change"]:
        assert len({url.split("/")[2] for url in change["reports"]}) >= 2
        assert not copies & set(change["reports"])
        assert set(change["copies"]) <= copies
    assert len(gold["change"]) >= 15
    assert len(gold["quiet"]) >= 15


@pytest.mark.parametrize("story", STORIES)
def test_the_careful_analyst_scores_full_marks(story: str) -> None:
    gold = expected(story)
    score = compare(gold, [confirmed(change, change["reports"]) for change in gold["change"]])
    assert (score.recall, score.precision, score.by_copies, score.by_foreign) == (1.0, 1.0, [], [])


def test_each_kind_of_error_is_counted() -> None:
    gold = expected("strait")
    turn = next(change for change in gold["change"] if len(change["copies"]) > 1)
    right = confirmed(turn, turn["reports"])
    others = [
        right,  # told twice
        confirmed(turn, turn["reports"], to=-turn["to"][0]),  # the wrong side
        confirmed(turn, turn["reports"], kind="hardened"),
        confirmed(turn, gold["foreign"][:2]),
        confirmed(turn, turn["reports"], status="tentative"),  # no alert
    ]
    score = compare(gold, [right, *others])
    assert [row for _, row in score.found] == [right]
    assert len(score.false) == 4
    assert len(score.missed) == len(gold["change"]) - 1
    assert len(score.by_foreign) == 1
    copied = compare(gold, [confirmed(turn, turn["copies"])])
    assert len(copied.by_copies) == 1


def test_a_quiet_temptation_explains_the_error() -> None:
    gold = expected("strait")
    hoax = next(quiet for quiet in gold["quiet"] if "hoax" in quiet["why"])
    row = confirmed({**hoax, "kind": ["reversed"], "said_on": date(2026, 5, 16)}, hoax["reports"])
    [(_, why)] = compare(gold, [row]).false
    assert why == hoax["why"]


def test_a_second_labelling_names_the_same_changes() -> None:
    for story in labelled_twice():
        score = agreement(story, plain=True)
        assert (score.recall, score.precision) == (1.0, 1.0)
