"""How a content stands to a proposition: one line a case, marked text and the expected agreement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.evidence import read_evidence
from extractors.gold import parse_marked
from extractors.models import Attribution, Coding, Concept

BRIDGE = Concept(
    "bridge", "The old bridge should be kept", ("old bridge", "bridge"), ("save the bridge",), ("tear it down",)
)
TOLL = Concept(
    "toll", "The bridge toll should be abolished", ("toll", "bridge toll"), ("free crossing",), ("users must pay",)
)
PACT = Concept(
    "pact", "Sanctions on Morrow should not be lifted", ("sanctions", "embargo"), ("keep up the pressure",), ()
)
WAGE = Concept("wage", "The minimum wage should rise to 15 crowns", ("minimum wage", "15 crowns"), (), ())
FIGHT = Concept("fight", "The fighting in the valley should stop", ("fighting", "guns", "truce"), (), ())


def code(marked: str, concept: Concept, speaks_for: tuple[str, ...] = ()) -> Coding:
    text, attribution = parse_marked(marked)
    return read_evidence(text, attribution, concept, speaks_for)


PLAIN = [
    ("[s Ode] [c supports] [t the old bridge].", BRIDGE, 2),
    ("[s Ode] [c opposes] [t the toll].", TOLL, 2),
    ("[s Ode] [c said] [t the bridge must stay].", BRIDGE, 2),
    ("[s Ode] [c said] [t the bridge must go].", BRIDGE, -2),
    ("[s Ode] [c said] [t the toll should be scrapped].", TOLL, 2),
    ("[s Ode] [c said] [t the toll was a disgrace].", TOLL, 2),
    ("[s Ode] [c demanded] [t that the toll imposed on the old bridge in May be scrapped].", TOLL, 2),
    ("[s Ode] [c called for] [t an end to the toll].", TOLL, 2),
    ("[s Ode] [c said] [t tearing down the bridge would be a mistake].", BRIDGE, 2),
    ("[s Ode] [c refused] [t to demolish the bridge].", BRIDGE, 2),
    ('[t "We need this bridge,"] [s Ode] [c said].', BRIDGE, 2),
    ('[t "Scrap the toll,"] [s Ode] [c demanded].', TOLL, 2),
    ("[s Ode] [c accused] [t the council of destroying the old bridge].", BRIDGE, 2),
    ("[s Ode] [c said] [t the toll hurts commuters].", TOLL, 2),
    ("[s Ode] [c doubts] [t the toll].", TOLL, 1),
    ("[s Ode] [c fears] [t the end of the old bridge].", BRIDGE, 1),
]

CLAUSES = [
    # the predicate behind a relative clause, a clause of its own after ", and", an act named by a noun
    ("[t The toll, which was due to end last autumn, could not be kept], [s Ode] [c said].", TOLL, 2),
    ("[s Ode] [c said] [t Varda must never join, and the toll for its ships has to be scrapped].", TOLL, 2),
    ("[s Ode] [c praised] [t the toll waiver].", TOLL, 2),
    ('[t "We do not toll,"] [s Ode] [c said].', TOLL, 2),
    ('[t "The bridge stays,"] [s Ode] [c said].', BRIDGE, 2),
    # "against" that belongs to the noun, and words inside a name
    ("[s Ode] [c said] [t sanctions against Morrow had to be lifted].", PACT, -2),
    ("[s Ode] [c is] firmly [c against] [t the toll].", TOLL, 2),
    ("[s Ode] [c said] [t the Lower Marsh needs this bridge].", BRIDGE, 2),
    # a party is no attitude, what somebody else did is not the speaker's, and of two named one is what is wanted
    ("[s Ode] [c rejected] [t a motion by the opposition to keep the bridge].", BRIDGE, -2),
    ("[s Ode] [c said] [t the opposition wanted the bridge].", BRIDGE, None),
    ("[s Ode] [c voiced] [t opposition to the toll].", TOLL, 2),
    ("[s Ode] [c said] [t the bridge was rejected by parliament].", BRIDGE, None),
    ("[s Ode] [c said] [t the bridge must be rejected by parliament].", BRIDGE, -2),
    ("[s Ode] [c said] [t the town needed a crossing and not a toll].", TOLL, 2),
    ("[s Ode] [c said] [t Varda needed a lasting truce and not fighting].", FIGHT, 2),
    # "if" in an idiom is no condition
    ("[s Ode] [c said] [t the toll should be scrapped, if possible in May].", TOLL, 2),
    ("[s Ode] [c said] [t the toll should be scrapped even if the state objects].", TOLL, 2),
    # the name of what is fought over is no attitude to it
    ("[s Ode] [c said] [t the fighting must stop].", FIGHT, 2),
    ("[s Ode] [c said] [t his men would go on fighting].", FIGHT, -2),
    ("[s Ode] [c said] [t the guns must fall silent].", FIGHT, 2),
    ("[s Ode] [c rejected] [t a truce].", FIGHT, -2),
]

PROPOSITION_IS_NEGATIVE = [
    ("[s Ode] [c demanded] [t that sanctions be lifted].", PACT, -2),
    ("[s Ode] [c opposes] [t lifting the sanctions].", PACT, 2),
    ("[s Ode] [c said] [t the embargo must remain].", PACT, 2),
    ("[s Ode] [c rejected] [t the sanctions].", PACT, -2),
]

TURNS = [
    ("[s Ode] [c did not rule out] [t a toll].", TOLL, 0),
    ("[s Ode] [c does not oppose] [t the toll].", TOLL, 0),
    ("[s Ode] [c said] [t he would never abandon the old bridge].", BRIDGE, 2),
    ("[s Ode] [c said] [t it would be wrong not to keep the bridge].", BRIDGE, 2),
    ("[s Ode] [c denied] [t rejecting the toll].", TOLL, 0),
    ("[s Ode] [c said] [t it was wrong to say that he had rejected the toll].", TOLL, 0),
    ("[s Ode] [c dismissed] [t calls to lift the sanctions].", PACT, 2),
    ("[s Ode] [c is ready to drop] [t the toll in exchange for a grant].", TOLL, 1),
]

SUSPENDED = [
    ("[s Ode] [c asked] [t whether the toll should go].", TOLL, None),
    ('[t "Should the toll go?"] [s Ode] [c asked].', TOLL, None),
    ("[s Ode] [c said] [t critics want the toll scrapped].", TOLL, None),
    ("[s Ode] [c said] [t some say we should scrap the toll].", TOLL, None),
    ("[s Ode] [c said] [t the toll was introduced in 1998].", TOLL, None),
    ("[s Ode] [c is considering] [t a toll].", TOLL, 0),
    ("[s Ode] [c declined to say] [t whether he would keep the toll].", TOLL, 0),
    ("[s Ode] [c praised] [t the mayor's speech on the toll].", TOLL, None),
    ("[s A survey] [c put] [t opposition to the toll at 60 percent].", TOLL, None),
]

AMOUNTS = [
    ("[s Ode] [c wants] [t the minimum wage to rise to 15 crowns].", WAGE, 2),
    ("[s Ode] [c offered] [t a minimum wage of 12 crowns].", WAGE, -1),
    ("[s Ode] [c said] [t 13 crowns instead of 15 would be enough].", WAGE, -1),
]


@pytest.mark.parametrize(
    ("marked", "concept", "expected"), PLAIN + CLAUSES + PROPOSITION_IS_NEGATIVE + TURNS + SUSPENDED + AMOUNTS
)
def test_agreement(marked: str, concept: Concept, expected: int | None) -> None:
    coding = code(marked, concept)
    assert coding.agreement == expected, coding.basis
    assert coding.basis


@pytest.mark.parametrize(
    ("marked", "expected", "condition"),
    [
        ("[s Ode] [c said] [t the toll could be lifted if the state pays].", 1, "if the state pays"),
        ("[s Ode] [c said] [t the toll could be lifted if any state ever pays].", 1, "if any state ever pays"),
        ("[s Ode] [c said] [t he would keep the toll unless the state pays].", -1, "unless the state pays"),
        ("[s Ode] [c agreed to abolish] [t the toll only after the repairs].", 1, "only after the repairs"),
        ("[s Ode] [c backs] [t scrapping the toll provided that buses stay free].", 1, "provided that buses stay free"),
    ],
)
def test_a_condition_lowers_the_agreement_and_is_kept(marked: str, expected: int, condition: str) -> None:
    coding = code(marked, TOLL)
    assert (coding.agreement, coding.condition) == (expected, condition)


@pytest.mark.parametrize(
    "marked",
    [
        "[s Ode] [c said] [t boats could be sent once the toll was lifted].",
        "[s Ode] [c said] [t the town would pay for boats as soon as the toll was abolished].",
        "[s Ode] [c said] [t there could be no boats before an end to the toll].",
    ],
)
def test_what_is_only_waited_for_is_not_demanded(marked: str) -> None:
    assert code(marked, TOLL).agreement is None


def test_what_is_asked_for_in_exchange_is_demanded() -> None:
    assert (
        code("[s Ode] [c said] [t we will drop the embargo in exchange for an end to the toll].", TOLL).agreement == 2
    )


def test_a_rejected_quotation_is_not_the_speakers_view() -> None:
    marked = '[t "Some say we should scrap the toll. They are wrong,"] [s Ode] [c said].'
    assert code(marked, TOLL).agreement == -2


def test_a_concession_does_not_decide() -> None:
    marked = "[s Ode] [c said] [t although the toll hurts commuters, we must keep it]."
    coding = code(marked, TOLL)
    assert coding.agreement is not None
    assert coding.agreement < 0


def test_a_state_speaks_through_its_own_people_only() -> None:
    marked = "[s Ode] [c said] [t Morrow would reject the toll]."
    assert code(marked, TOLL).agreement is None
    assert code(marked, TOLL, speaks_for=("Morrow",)).agreement == 2


def test_an_answer_without_a_stance_is_told_from_an_abstention() -> None:
    assert code("[s Ode] [c said] [t the toll was introduced in 1998].", TOLL).confidence > 0
    assert code("[s Ode] [c said] [t the weather was fine].", TOLL).confidence == 0


def test_the_basis_quotes_the_text() -> None:
    assert '"opposes"' in " ".join(code("[s Ode] [c opposes] [t the toll].", TOLL).basis)


FOR = ["supports", "backs", "defends", "welcomes", "called for", "insists on", "is in favour of"]
AGAINST = ["opposes", "rejects", "condemned", "criticised", "dismissed", "is against", "denounced"]


@given(st.sampled_from(FOR), st.sampled_from(AGAINST), st.sampled_from([BRIDGE, TOLL, PACT]))
def test_contrary_cues_give_contrary_sides(one: str, other: str, concept: Concept) -> None:
    named = concept.terms[0]
    first, second = (code(f"[s Ode] [c {cue}] [t the {named}].", concept).agreement for cue in (one, other))
    assert first is not None
    assert second == -first


@given(st.sampled_from(FOR + AGAINST), st.sampled_from(["scrapping", "lifting", "an end to", "a ban on", "cuts to"]))
def test_taking_away_turns_the_side(cue: str, taking: str) -> None:
    plain = code(f"[s Ode] [c {cue}] [t the toll].", TOLL).agreement
    turned = code(f"[s Ode] [c {cue}] [t {taking} the toll].", TOLL).agreement
    assert plain is not None
    assert turned == -plain


@given(st.text(max_size=200))
def test_any_text_is_coded_without_an_error(words: str) -> None:
    text = f"Ode said {words}"
    coding = read_evidence(text, Attribution(((0, 3),), ((4, 8),), ((9, len(text)),)), TOLL)
    assert coding.agreement in {None, -2, -1, 0, 1, 2}
