"""Which propositions a content is about, and drafts where the codebook has none."""

import pytest

from extractors.agreement import ask_concepts
from extractors.concepts import content_text, match_concepts, near_concepts
from extractors.drafts import draft_concepts, propose_concepts
from extractors.gold import parse_marked
from extractors.models import Attribution, Concept

CODEBOOK = (
    Concept("bridge", "Varda should keep the old bridge", ("old bridge", "river crossing"), ("save the bridge",), ()),
    Concept("toll", "Varda should abolish the toll", ("toll", "road charge"), ("free crossing",), ("users must pay",)),
    Concept("ferry", "Varda should buy a second ferry", ("second ferry", "new ferry"), (), ("one boat is enough",)),
)


def matched(marked: str) -> list[str]:
    text, attribution = parse_marked(marked)
    return [m.concept.id for m in match_concepts(text, attribution, CODEBOOK)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[s Ode] [c said] [t the old bridge would stay].", ["bridge"]),
        ("[s Ode] [c said] [t the bridge, though old, would stay].", ["bridge"]),
        ("[s Ode] [c said] [t tolls were unfair].", ["toll"]),
        ("[s Ode] [c said] [t the road charges were unfair].", ["toll"]),
        ("[s Ode] [c said] [t the town would rather have a new ferry than the toll].", ["ferry", "toll"]),
        ("[s Ode] [c said] [t one boat was enough].", ["ferry"]),
        ("[s Ode] [c said] [t Varda should no longer charge drivers for the road].", ["toll"]),
        ("[s Ode] [c said] [t Varda had won the cup].", []),
        ("[s Ode] [c said] [t Varda should keep calm].", []),
        ("[s Ode] [c said] [t it rained].", []),
        ("[s Ode] [c praised] [t the Toll House brewery for its beer].", []),
    ],
)
def test_concepts_of_a_content(marked: str, expected: list[str]) -> None:
    assert sorted(matched(marked)) == sorted(expected)


def test_an_elliptic_content_takes_its_topic_from_the_sentence_around() -> None:
    assert matched("Asked about the toll, [s Ode] [c said] [t it had to go].") == ["toll"]
    text, attribution = parse_marked("Asked about the toll, [s Ode] [c said] [t it had to go].")
    (match,) = match_concepts(text, attribution, CODEBOOK)
    assert match.basis.startswith("sentence around")
    assert match.score < 0.75


def test_a_content_goes_on_about_what_was_said_before_across_paragraphs() -> None:
    before = "Lund was asked about the toll.\nIt was a wet day in Varda.\n"
    assert matched(before + "[s Ode] [c said] [t it had to go].") == ["toll"]
    assert matched(before + "[s Ode] [c said] [t drivers ought to cross without paying a charge].") == ["toll"]


def test_a_full_content_does_not() -> None:
    marked = (
        "At the toll station [s Ode] [c said] [t the harvest of apples and pears had been poor after a wet summer]."
    )
    assert matched(marked) == []


def test_an_empty_codebook_matches_nothing() -> None:
    text, attribution = parse_marked("[s Ode] [c said] [t the toll must go].")
    assert match_concepts(text, attribution, ()) == []


def test_scores_are_between_the_threshold_and_one_and_surest_first() -> None:
    text, attribution = parse_marked("[s Ode] [c said] [t a second ferry is better than the toll].")
    scores = [m.score for m in match_concepts(text, attribution, CODEBOOK)]
    assert scores == sorted(scores, reverse=True)
    assert all(0.5 <= s <= 1.0 for s in scores)


def test_content_text_joins_pieces() -> None:
    text, attribution = parse_marked("[t Tolls], [s Ode] [c said], [t must go].")
    assert content_text(text, attribution) == "Tolls ... must go"


CONTENTS = [
    "the market square should be closed to cars",
    "cars have no place in the market square",
    "a market square without cars would be a blessing",
    "the school needs a new roof",
    "her dog had run away",
]


def test_recurring_contents_are_proposed_as_one_concept() -> None:
    (proposal,) = propose_concepts(CONTENTS, at_least=3)
    assert set(proposal.contents) == {0, 1, 2}
    assert "market square" in proposal.concept.terms
    assert proposal.concept.proposition


def test_proposals_do_not_depend_on_anything_but_the_contents() -> None:
    assert propose_concepts(CONTENTS) == propose_concepts(list(CONTENTS))
    assert propose_concepts([]) == []


def test_a_baseline_drafts_concepts_with_terms_and_unique_ids() -> None:
    text, attributions = "", []
    for marked in [
        "[s Ode] [c said] [t the market square should be closed to cars].",
        "[s Rahn] [c opposes] [t closing the market square to cars].",
        "[s Ode] [c demanded] [t a new roof for the school].",
    ]:
        piece, a = parse_marked(marked)
        n = len(text)
        shifted = [tuple((s + n, e + n) for s, e in spans) for spans in (a.source, a.cue, a.content)]
        attributions.append(Attribution(shifted[0], shifted[1], shifted[2], a.quote_type))
        text += piece + "\n"
    drafts = draft_concepts(text, attributions)
    assert len(drafts) == 2
    assert drafts[0].proposition == "The market square should be closed to cars"
    assert len({d.id for d in drafts}) == len(drafts)
    assert all(d.terms for d in drafts)
    assert drafts == draft_concepts(text, attributions)


FERRY = (
    Concept("ferry", "The night ferry should be scrapped", ("night ferry",)),
    Concept("bridge", "A bridge should be built to the island", ("bridge",)),
    Concept("school", "The island school should stay open", ("island school",)),
)


def test_a_content_that_names_nothing_is_asked_for_its_side() -> None:
    text, at = parse_marked("[s Ode Lund] [c said] [t lessons on the island must not end].")
    near = near_concepts(text, at, FERRY)
    assert [m.concept.id for m in ask_concepts(text, at, near)] == ["school"]


def test_a_content_without_a_side_is_about_nothing_when_asked() -> None:
    text, at = parse_marked("[s Ode Lund] [c said] [t the children had sung on the mainland on Sunday].")
    assert ask_concepts(text, at, near_concepts(text, at, FERRY)) == []
    assert ask_concepts(text, at, ()) == []
