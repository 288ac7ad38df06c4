"""The quality gate of extraction: floors that only rise, on the tenth of our corpus that no weights ever saw."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

import pytest

from extractors.attribution_scoring import Score, score_attributions
from extractors.attributions import extract_attributions
from extractors.models import Attribution
from training.corpus import Article, articles, held_out

HERE = Path(__file__).parent
CORPUS = HERE.parents[1] / "training" / "corpus"
FLOORS = tomllib.loads((HERE / "floors.toml").read_text(encoding="utf-8"))["attributions"]
_LAG = 0.03
"""How far a figure may have risen above its floor before the floor must follow."""


@lru_cache(maxsize=1)
def gold() -> tuple[Article, ...]:
    return tuple(a for path in sorted(CORPUS.glob("*.txt")) for a in articles(path) if held_out(a.id))


def score(extract: Callable[[str], list[Attribution]]) -> dict[str, float]:
    table: dict[str, Score] = score_attributions(
        (
            a.text,
            [{"source": x.source, "cue": x.cue, "content": x.content} for x in a.attributions.values()],
            [{"source": x.source, "cue": x.cue, "content": x.content} for x in extract(a.text)],
        )
        for a in gold()
    )
    return {name.replace(" ", "_"): value.f1 for name, value in table.items()}


@lru_cache(maxsize=1)
def measured() -> dict[str, float]:
    return score(extract_attributions)


def failures(figures: dict[str, float]) -> list[str]:
    """What misses its floor."""
    return [f"{n}: {figures[n]:.3f}, at least {f}" for n, f in FLOORS.items() if figures[n] < f]


def test_the_held_out_articles_reach_the_floors() -> None:
    assert failures(measured()) == []


def test_floors_follow_the_figures() -> None:
    assert [n for n, f in FLOORS.items() if measured()[n] - f > _LAG] == []


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_gate_fails_on_anything_worse(name: str) -> None:
    assert failures({**measured(), name: FLOORS[name] - 0.001})


def test_the_gate_fails_on_quotations_alone() -> None:
    """What could be had without a tagger: the direct quotations."""
    found = score(lambda text: [a for a in extract_attributions(text) if a.quote_type == "direct"])
    assert failures(found)


def test_nothing_of_the_gold_was_trained_on() -> None:
    trained = (CORPUS.parent / "trained_on.txt").read_text(encoding="utf-8").split("\n")
    assert not {a.id for a in gold()} & set(trained)
    assert sum(map(bool, trained)) > 500


def test_the_gold_is_large_and_clean() -> None:
    assert len(gold()) >= 60
    assert sum(len(a.attributions) for a in gold()) >= 800
    assert not [p for a in gold() for p in a.problems]
    assert len({a.meta["beat"] for a in gold()}) >= 10
