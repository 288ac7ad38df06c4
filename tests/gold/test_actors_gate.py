"""The quality gate of actor resolution: floors that only rise, on articles that never tuned it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from pathlib import Path

import pytest

from extractors.models import Actor, Attribution, Resolution
from extractors.names import names_in
from tests.gold.actors.score import Article, Figures, judge, read, resolver, score

FLOORS = tomllib.loads((Path(__file__).parent / "floors.toml").read_text(encoding="utf-8"))["actors"]
_LAG = 0.03
"""How far a figure may have risen above its floor before the floor must follow."""


@lru_cache(maxsize=2)
def part(name: str) -> tuple[Article, ...]:
    return tuple(read(name))


@lru_cache(maxsize=1)
def measured() -> Figures:
    return score(part("test"))


def failures(figures: Figures) -> list[str]:
    """What misses its floor."""
    return [f"{n}: {asdict(figures)[n]:.3f}, at least {f}" for n, f in FLOORS.items() if asdict(figures)[n] < f]


def nearest_name(text: str, attributions: Sequence[Attribution], roster: Sequence[Actor]) -> Sequence[Resolution]:
    """What could be had without any of this: the last name in or before the source."""
    out = []
    for attribution in attributions:
        names = names_in(text, 0, max(e for _, e in attribution.source))
        out.append(Resolution(Actor(names[-1].text) if names else None, "nearest name"))
    return out


def test_the_test_articles_reach_the_floors() -> None:
    assert failures(measured()) == []


def test_floors_are_what_was_asked_for_and_follow_the_figures() -> None:
    assert FLOORS["precision"] >= 0.95
    assert FLOORS["recall"] >= 0.85
    assert [n for n, f in FLOORS.items() if asdict(measured())[n] - f > _LAG] == []


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_gate_fails_on_anything_worse(name: str) -> None:
    assert failures(replace(measured(), **{name: FLOORS[name] - 0.001}))


def test_the_gate_fails_on_the_nearest_name() -> None:
    assert len(failures(score(part("test"), nearest_name))) == len(FLOORS)


def test_the_gate_fails_on_a_resolver_that_never_answers() -> None:
    silent = score(part("test"), lambda text, attributions, roster: [Resolution(None, "")] * len(attributions))
    assert failures(silent)
    assert silent.abstention == 1.0


def test_the_gold_is_large_enough_and_its_parts_are_apart() -> None:
    articles = [*part("dev"), *part("test")]
    assert len(articles) >= 44
    assert sum(len(a.actors) for a in articles) >= 330
    assert len({a.beat for a in articles}) >= 10
    assert len({a.id for a in articles}) == len(articles)
    assert not {a.text for a in part("dev")} & {a.text for a in part("test")}


def test_markup_becomes_spans_of_the_text() -> None:
    article = part("test")[0]
    first = article.attributions[0]
    assert article.text[slice(*first.source[0])] == "Latvia's foreign minister, Edgars Ozolnieks,"
    assert article.text[slice(*first.cue[0])] == "warned"
    assert article.text[slice(*first.content[0])].startswith("that the fishing accord")
    assert not any(mark in a.text for a in [*part("dev"), *part("test")] for mark in "[]|")


def test_one_key_is_one_unnamed_person_and_two_keys_are_two() -> None:
    article = Article("x", "beat", actors=["(a)", "(a)", "(b)"])
    one, other = Resolution(Actor("(official)"), "description"), Resolution(Actor("(aide)"), "description")
    assert judge(article, [one, one, other]) == [True, True, True]
    assert judge(article, [one, other, one]) == [True, False, False]
    assert judge(article, [Resolution(None, ""), one, one]) == [None, True, False]


def test_an_answer_to_an_open_question_is_wrong() -> None:
    article = part("dev")[0]
    given = list(resolver(article.text, article.attributions, article.roster))
    at = article.actors.index("?")
    given[at] = Resolution(Actor("Somebody"), "guess")
    assert judge(article, given)[at] is False
