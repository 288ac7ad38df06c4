"""Two statements of one voice: consistent, inconsistent or unrelated?"""

from pathlib import Path

import numpy as np
import pytest

from extractors.inconsistency import NAMES, OPPOSED, VERDICTS, compare_texts, features

PAIRS = Path(__file__).parents[3] / "shared" / "data" / "political-inconsistency" / "dev.csv"
EXAMPLES = [
    ("The harbour must stay open.", "The harbour must be closed."),
    ("We want to raise the toll to 15 crowns.", "A toll of 12 crowns is enough."),
    ("Schools need more teachers.", "The ferry should be painted blue."),
]


@pytest.mark.parametrize(("one", "two"), EXAMPLES)
def test_the_order_does_not_matter(one: str, two: str) -> None:
    assert compare_texts(one, two).verdict == compare_texts(two, one).verdict
    np.testing.assert_allclose(features(one, two)[0], features(two, one)[0], atol=1e-6)


@pytest.mark.parametrize(("one", "two"), EXAMPLES)
def test_probabilities_add_up_and_lead_to_the_verdict_unless_opposite_sides_settle_it(one: str, two: str) -> None:
    result = compare_texts(one, two)
    assert sum(result.probabilities) == pytest.approx(1.0)
    settled = features(one, two)[0][OPPOSED]
    assert result.verdict == ("inconsistent" if settled else VERDICTS[int(np.argmax(result.probabilities))])


def test_every_figure_has_its_name() -> None:
    assert len(features(*EXAMPLES[0])[0]) == len(NAMES) + 2 * 384


def test_opposite_demands_are_inconsistent_and_strangers_unrelated() -> None:
    assert compare_texts(*EXAMPLES[0]).verdict == "inconsistent"
    assert compare_texts(*EXAMPLES[2]).verdict == "unrelated"
    assert '"harbor": opposite side' in compare_texts(*EXAMPLES[0]).basis


def test_numbers_of_one_unit_are_compared() -> None:
    figures = dict(zip(NAMES, features(*EXAMPLES[1])[0], strict=False))
    assert figures["numbers_differ"] == 1.0
    assert dict(zip(NAMES, features(*EXAMPLES[0])[0], strict=False))["numbers_differ"] == 0.0


@pytest.mark.shared
@pytest.mark.skipif(not PAIRS.exists(), reason="the political-inconsistency pairs are not part of the product")
def test_cross_validated_on_the_pairs_it_beats_majority_and_keywords_by_far() -> None:
    from training.fit_inconsistency import cross_validate, f1, keyword_baseline, load

    pairs, labels = load(PAIRS)
    figures = np.stack([features(one, two)[0] for one, two in pairs])
    (score,) = cross_validate(figures, labels, shufflings=1)
    assert score >= 0.46
    assert score > f1(labels, np.full_like(labels, 1)) + 0.15
    assert score > f1(labels, keyword_baseline(pairs)) + 0.15
