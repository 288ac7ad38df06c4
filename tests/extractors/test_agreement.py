"""Evidence and the judgement of it together: one line a case."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.agreement import VERDICTS, code_agreement, features, judge, shares
from extractors.evidence import read_evidence
from extractors.gold import parse_marked
from extractors.models import Coding, Concept

TOLL = Concept("toll", "The bridge toll should be abolished", ("toll", "bridge toll"), ("free crossing",), ())

CASES = [
    ("[s Ode] [c called for] [t an end to the toll].", 2),
    ("[s Ode] [c said] [t the toll should be scrapped].", 2),
    ("[s Ode] [c defended] [t the toll].", -2),
    ("[s Ode] [c could accept] [t an end to the toll if the state pays].", 1),
    ('[t "Who pays for the bridge without a toll?"] [s Ode] [c asked].', None),
    ("[s Ode] [c said] [t the toll was introduced in 1971].", None),
]


@pytest.mark.parametrize(("marked", "expected"), CASES)
def test_cases(marked: str, expected: int | None) -> None:
    text, attribution = parse_marked(marked)
    assert code_agreement(text, attribution, TOLL).agreement == expected


SEEN = Coding(2, ("evidence",), "if the state pays", 0.8)


@pytest.mark.parametrize(
    ("odds", "agreement"),
    [
        ((0.1, 0.8, 0.1), 2),
        ((0.5, 0.4, 0.1), 2),  # the side stands unless it is clear that none is taken
        ((0.9, 0.08, 0.02), None),
        ((0.1, 0.1, 0.8), None),  # probably the other side: none is better than a wrong one
    ],
)
def test_what_is_left_of_a_side(odds: tuple[float, float, float], agreement: int | None) -> None:
    judged = judge(SEEN, np.array(odds))
    assert judged.agreement == agreement
    assert judged.confidence <= 0.9
    assert judged.basis[0] == "evidence"
    assert (judged.condition is not None) == (agreement is not None)


def test_the_codebooks_own_wording_needs_no_judge() -> None:
    seen = Coding(-2, ('"not a single crown": wording',), None, 0.8)
    assert judge(seen, np.array((0.1, 0.1, 0.8))) == seen


def test_a_stated_neutrality_is_left_alone() -> None:
    seen = Coding(0, ("neutral",), None, 0.5)
    assert judge(seen, np.array((0.1, 0.8, 0.1))) == seen


@given(st.text(max_size=120))
def test_any_content_has_shares_of_one(words: str) -> None:
    text, attribution = parse_marked("[s Ode] [c said] [t the toll]")
    text = f"{text} {words}"
    seen = read_evidence(text, attribution, TOLL)
    odds = shares(features(text, attribution, seen), bool(seen.agreement))
    assert odds.sum() == pytest.approx(1.0)
    assert len(odds) == len(VERDICTS)
