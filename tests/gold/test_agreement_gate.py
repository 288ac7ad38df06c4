"""The quality gate of statement coding: floors that only rise, on stories that never tuned the coder."""

from __future__ import annotations

import tomllib
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import pytest

from extractors.gold import GoldStory
from extractors.models import Coding
from extractors.scoring import (
    AgreementScores,
    keywords,
    majority,
    rules,
    score_agreement,
    score_matches,
    side,
)
from tests.gold.agreement.blind import HERE, compare, stories

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))["agreement"]
CEILINGS = {"sign_errors"}


@lru_cache(maxsize=4)
def part(name: str) -> tuple[GoldStory, ...]:
    return tuple(stories(name))


def measuring() -> tuple[GoldStory, ...]:
    """The stories that only measure: those of the first hour, and those that were written after the coder."""
    return part("test") + part("fresh")


@lru_cache(maxsize=1)
def measured() -> AgreementScores:
    return score_agreement(measuring())


def failures(scores: dict[str, float]) -> list[str]:
    """What misses its floor (or passes its ceiling)."""
    return [
        f"{name}: {scores[name]:.3f}, {'at most' if name in CEILINGS else 'at least'} {bound}"
        for name, bound in FLOORS.items()
        if (scores[name] > bound if name in CEILINGS else scores[name] < bound)
    ]


def figures() -> dict[str, float]:
    matches = score_matches(measuring())
    return {**asdict(measured()), "concept_precision": matches.precision, "concept_recall": matches.recall}


def test_the_test_stories_reach_the_floors() -> None:
    assert not failures(figures())


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_gate_fails_on_anything_worse(name: str) -> None:
    worse = figures()
    worse[name] = FLOORS[name] + 0.001 if name in CEILINGS else FLOORS[name] - 0.001
    assert [f.split(":")[0] for f in failures(worse)] == [name]


def test_a_coder_that_ignores_negation_fails_the_gate() -> None:
    def naive(item, concept):  # type: ignore[no-untyped-def]
        coded = rules(item, concept)
        turned = any("negation" in b or "takes away" in b for b in coded.basis)
        return Coding(-(coded.agreement or 0), confidence=1.0) if turned else coded

    assert failures({**figures(), **asdict(score_agreement(measuring(), naive))})


def test_a_coder_that_abstains_from_all_but_the_easy_fails_the_gate() -> None:
    def shy(item, concept):  # type: ignore[no-untyped-def]
        coded = rules(item, concept)
        return coded if coded.confidence >= 0.8 else Coding(None)

    assert any(f.startswith("answering") for f in failures({**figures(), **asdict(score_agreement(measuring(), shy))}))


def test_the_coder_beats_majority_and_keywords_by_far() -> None:
    for baseline in (majority(part("dev")), keywords):
        assert measured().macro_f1 > score_agreement(measuring(), baseline).macro_f1 + 0.2


def test_the_gold_is_what_it_is_said_to_be() -> None:
    dev, test = part("dev"), measuring()
    assert not {s.name for s in dev} & {s.name for s in test}
    pairs = [(i.note, label) for s in (*dev, *test) for i in s.items for _, label in i.labels]
    assert len(pairs) >= 420
    assert len({s.name for s in (*dev, *test)}) >= 7
    assert sum(len(i.labels) for s in test for i in s.items) >= 0.4 * len(pairs)
    ordinary = sum(not note for note, _ in pairs)
    assert 0.5 <= ordinary / len(pairs) <= 0.8
    shares = [sum(side(label) == c for _, label in pairs) / len(pairs) for c in ("support", "oppose", "neither")]
    assert min(shares) > 0.2


@pytest.mark.parametrize(
    ("labelling", "part", "pairs"), [("second.txt", None, 483), ("second-fresh.txt", "fresh", 292)]
)
def test_two_labellings_agree(labelling: str, part: str | None, pairs: int) -> None:
    agreement = compare(HERE / labelling, part)
    assert agreement["pairs"] == pairs
    assert agreement["kappa_classes"] >= 0.8
