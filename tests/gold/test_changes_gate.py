"""The quality gate of change detection, relevance and duplicates: floors that only rise, on stories that never tuned them."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from extractors.models import Statement
from tests.gold.duplicates.score import copies, utterances
from tests.gold.histories.blind import HERE, compare
from tests.gold.histories.load import History, by_hand, histories
from tests.gold.histories.score import from_text, score
from tests.gold.relevance.load import items
from tests.gold.relevance.score import score as score_relevance

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def measured() -> dict[str, dict[str, float]]:
    precision, recall, _ = score_relevance("test")
    (copies_precision, copies_recall, _), (same_precision, same_recall, _) = copies(), utterances()
    return {
        "changes": changes("test"),
        "changes_fresh": changes("fresh"),
        "relevance": {"precision": precision, "recall": recall},
        "duplicates": {
            "copies_precision": copies_precision,
            "copies_recall": copies_recall,
            "utterances_precision": same_precision,
            "utterances_recall": same_recall,
        },
    }


def changes(part: str) -> dict[str, float]:
    hand, text = score(part), score(part, from_text)
    return {
        "hand_precision": hand.precision,
        "hand_recall": hand.recall,
        "text_precision": text.precision,
        "text_recall": text.recall,
    }


def failures(figures: dict[str, dict[str, float]]) -> list[str]:
    """What misses its floor."""
    return [
        f"{section}.{name}: {figure:.3f}, at least {FLOORS[section][name]}"
        for section, found in figures.items()
        for name, figure in found.items()
        if figure < FLOORS[section][name]
    ]


def test_the_figures_reach_their_floors() -> None:
    assert failures(measured()) == []


@pytest.mark.parametrize("section", ["changes", "relevance", "duplicates"])
def test_the_gate_fails_on_anything_worse(section: str) -> None:
    for name, floor in FLOORS[section].items():
        worse = {**measured(), section: {**measured()[section], name: floor - 0.001}}
        assert [f.split(":")[0] for f in failures(worse)] == [f"{section}.{name}"]


def test_a_logic_that_believes_every_report_would_fall_through() -> None:
    """Without folding, dating and counting, the quiet histories raise alarms: the gold tells the two apart."""

    def gullible(history: History) -> list[list[Statement]]:
        """Every report counts twice, under another outlet's name."""
        coded = by_hand(history)
        return [
            [
                replace(
                    s,
                    id=f"{s.id}{n}",
                    version_id=f"{s.version_id}{n}",
                    copy_group="",
                    url=s.url + n,
                    outlet=s.outlet + n,
                )
                for s in article
                for n in ("", "again")
            ]
            for article in coded
        ]

    found = score("test", gullible)
    assert found.precision < FLOORS["changes"]["hand_precision"]


def test_the_gold_is_as_large_and_as_quiet_as_was_asked_for() -> None:
    found = [h for part in ("dev", "test") for h in histories(part)]
    assert len(found) >= 60
    assert sum(not h.expected for h in found) >= len(found) // 2
    articles = [i for part in ("dev", "test") for i in items(part)]
    assert sum(i.relevant for i in articles) >= 100
    assert sum(not i.relevant for i in articles) >= 100


@pytest.mark.parametrize(("labelling", "part"), [("second.txt", None), ("second-fresh.txt", "fresh")])
def test_the_second_labelling_agrees(labelling: str, part: str | None) -> None:
    agreement = compare(HERE / labelling, part)
    assert agreement["same side"] >= 0.95
    assert agreement["same changes"] >= 0.95
