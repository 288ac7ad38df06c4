"""Positions: the formula, its folding, and what can never move one."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.positions import fold_copies, position, round_away
from tests.extractors.speaking import on, said


def test_one_statement_is_the_position():
    found = position([said(2, 3)], on(10))
    assert found is not None
    assert (found.agreement, found.score, found.reports, found.since) == (2, 2.0, 1, on(3))


@pytest.mark.parametrize(
    "statements",
    [[], [said(None, 1)], [said(2, None)], [said(2, 11)]],
    ids=["nothing", "no agreement", "no day", "said later"],
)
def test_nothing_usable_is_no_position(statements):
    assert position(statements, on(10)) is None


def test_a_week_halves_the_weight():
    found = position([said(2, 0, "A", confidence=0.8), said(-1, 7, "B", confidence=0.8)], on(30))
    assert found is not None
    assert found.score == pytest.approx((0.5 * 2 - 1) / 1.5)
    assert found.agreement == 0


def test_indirect_speech_weighs_less():
    found = position([said(2, 0, "A"), said(-2, 0, "B", quote="direct")], on(1))
    assert found is not None
    assert found.score == pytest.approx((0.8 * 2 - 2) / 1.8, abs=1e-6)


def test_copies_count_once_and_the_first_printing_speaks():
    copies = [said(2, 0, "Wire", group="w"), said(-2, 0, "Copy", printed=1, group="w")]
    found = position(copies, on(2))
    assert found is not None
    assert (found.agreement, found.reports) == (2, 1)


def test_one_article_with_an_old_and_a_new_utterance_keeps_both():
    both = [said(2, 0, version="v", printed=9, ident="old"), said(-2, 9, version="v", printed=9, ident="new")]
    assert {s.id for s in fold_copies(both)} == {"old", "new"}


def test_since_is_the_start_of_the_present_run():
    told = [said(2, 0, "A"), said(-2, 5, "A"), said(2, 20, "A"), said(2, 25, "B")]
    found = position(told, on(30))
    assert found is not None
    assert found.since == on(20)


@pytest.mark.parametrize(("score", "whole"), [(0.5, 1), (-0.5, -1), (1.5, 2), (-1.49, -1), (0.49, 0), (2.0, 2)])
def test_halves_round_away_from_zero(score, whole):
    assert round_away(score) == whole


_STATEMENTS = st.lists(
    st.builds(
        said,
        st.sampled_from([None, -2, -1, 0, 1, 2]),
        st.sampled_from([None, *range(0, 40, 3)]),
        st.sampled_from(["A", "B", "C"]),
        confidence=st.sampled_from([0.3, 0.6, 0.9]),
        group=st.sampled_from(["", "g1", "g2"]),
    ),
    max_size=12,
    unique_by=lambda s: s.id,
)


@given(_STATEMENTS, st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(statements, rng: random.Random):
    shuffled = rng.sample(statements, len(statements))
    assert position(shuffled, on(40)) == position(statements, on(40))


@given(_STATEMENTS)
def test_a_position_lies_within_what_was_said(statements):
    found = position(statements, on(40))
    levels = [s.agreement for s in statements if s.agreement is not None and s.said_at is not None]
    if found is None:
        assert not levels
    else:
        assert min(levels) <= found.score <= max(levels)
        assert 0 <= found.confidence <= 1
        assert set(found.statements) <= {s.id for s in statements}
