"""Evidence and model weighed together: one line a case."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.agreement import code_agreement, features, weigh
from extractors.gold import parse_marked
from extractors.models import Coding, Concept

TOLL = Concept("toll", "The bridge toll should be abolished", ("toll", "bridge toll"), ("free crossing",), ())

CASES = [
    ("[s Ode] [c called for] [t an end to the toll].", 2),
    ("[s Ode] [c said] [t the toll should be scrapped].", 2),
    ("[s Ode] [c defended] [t the toll].", -2),
    ("[s Ode] [c could accept] [t an end to the toll if the state pays].", 1),
    ("The toll came up again. [s Ode] [c said] [t it would stay until the bridge is paid for].", -2),
    ('[t "Who pays for the bridge without a toll?"] [s Ode] [c asked].', None),
    ("[s Ode] [c said] [t the toll was introduced in 1971].", None),
]


@pytest.mark.parametrize(("marked", "expected"), CASES)
def test_cases(marked: str, expected: int | None) -> None:
    text, attribution = parse_marked(marked)
    coding = code_agreement(text, attribution, TOLL)
    if expected is None:
        assert not coding.agreement
    else:
        assert coding.agreement is not None
        assert coding.agreement * expected > 0


def test_a_condition_makes_a_side_a_qualified_one() -> None:
    text, attribution = parse_marked("[s Ode] [c could accept] [t an end to the toll if the state pays].")
    coding = code_agreement(text, attribution, TOLL)
    assert coding.agreement == 1
    assert coding.condition == "if the state pays"


def test_what_it_rests_on_names_both_readers() -> None:
    text, attribution = parse_marked("[s Ode] [c called for] [t an end to the toll].")
    basis = code_agreement(text, attribution, TOLL).basis
    assert 'oppose "called for an end to"' in basis[0]
    assert basis[-1].startswith("read as support")


SEEN = Coding(2, ('"toll": demand "called for"',), None, 0.8)


def test_evidence_moves_the_odds_towards_its_side() -> None:
    even = np.array([0.33, 0.33, 0.34, 0.0])
    assert weigh(SEEN, even)[0] > 0.5
    assert weigh(SEEN, even)[0] > weigh(Coding(None, ("no evidence of a side",)), even)[0]


def test_a_pointer_back_counts_less_than_the_concepts_own_word() -> None:
    even = np.array([0.33, 0.33, 0.34, 0.0])
    back = Coding(2, ('"it": demand "called for" (refers back)',), None, 0.8)
    assert weigh(back, even)[0] < weigh(SEEN, even)[0]


def test_the_two_sides_are_treated_alike() -> None:
    turned = Coding(-2, SEEN.basis, None, 0.8)
    shares = np.array([0.6, 0.1, 0.3, 0.0])
    assert weigh(SEEN, shares)[[0, 1, 2]] == pytest.approx(weigh(turned, shares[[1, 0, 2, 3]])[[1, 0, 2]])


def test_features_name_the_kind_of_evidence() -> None:
    assert set(features(SEEN)) == {"side", "side demand", "side sure 0.8"}
    assert set(features(Coding(None, ("no evidence of a side",)))) == {"unseen"}
    assert "none" in set(features(Coding(None, ("a question",), None, 0.3)))


@settings(max_examples=20)
@given(st.text(max_size=120))
def test_any_content_gets_an_answer(words: str) -> None:
    text, attribution = parse_marked("[s Ode] [c said] [t the toll]")
    coding = code_agreement(f"{text} {words}", attribution, TOLL)
    assert coding.agreement in {-2, -1, 0, 1, 2, None}
    assert 0 <= coding.confidence <= 1
