"""The cross-encoder's input, and that it tells sides it was not told."""

import pytest

from extractors.gold import parse_marked
from extractors.sessions import tokenizer
from extractors.sides import LONGEST, SIDES, Spans, denied, encode, read_both_ways, read_side


def given(marked: str) -> tuple[str, Spans]:
    text, at = parse_marked(marked)
    return text, (at.content, at.cue, at.source)


def test_every_piece_carries_its_role() -> None:
    text, spans = given("On Monday [s Ode Lund] [c said] [t the toll must go].")
    pieces, roles = encode(tokenizer(), text, spans, "The toll should go")
    words = [tokenizer().id_to_token(p) for p in pieces]
    by_role = {role: [w for w, r in zip(words, roles, strict=True) if r == role] for role in range(5)}
    assert by_role[1] == ["the", "toll", "should", "go"]
    assert by_role[2] == ["the", "toll", "must", "go"]
    assert by_role[3] == ["said"]
    assert "lu" in "".join(by_role[4])
    assert by_role[0] == ["[CLS]", "[SEP]", "on", "monday", ".", "[SEP]"]


def test_a_long_passage_is_cut() -> None:
    text, spans = given("[s Ode] [c said] [t the toll must go and " + "go and " * 300 + "go].")
    pieces, roles = encode(tokenizer(), text, spans, "The toll should go")
    assert len(pieces) == len(roles) == LONGEST + 4 + 3
    assert read_side(text, spans, "The toll should go and " * 300)[:3].sum() == pytest.approx(1)


def test_any_characters_can_be_read() -> None:
    text = "Ode said \x00 \ud800 ✓ toll"
    assert read_side(text, (((9, len(text)),), ((4, 8),), ((0, 3),)), "The toll \x00 should go")[
        :3
    ].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("marked", "side"),
    [
        ("[s Ode] [c said] [t the old ferry had served its time, and she would not shed a tear for it].", "support"),
        (
            "[s Ode] [c said] [t the old ferry was the soul of the village and would sail for another twenty years].",
            "oppose",
        ),
        ("[s Ode] [c said] [t the old ferry had been built in 1962].", "neither"),
    ],
)
def test_sides_without_any_word_of_the_proposition_but_its_name(marked: str, side: str) -> None:
    shares = read_side(*given(marked), "The old ferry should be scrapped")
    assert SIDES[int(shares[:3].argmax())] == side


@pytest.mark.parametrize(
    ("proposition", "contrary"),
    [
        ("The old ferry should be scrapped", "The old ferry should not be scrapped"),
        ("The old ferry should not be scrapped", "The old ferry should be scrapped"),
        ("The law that is hated must go", "The law that is hated must not go"),
        ("Twelve percent is justified", "Twelve percent is not justified"),
        ("No ferry should sail", None),
        ("A toll on the bridge", None),
    ],
)
def test_a_proposition_denied(proposition: str, contrary: str | None) -> None:
    assert denied(proposition) == contrary


def test_both_ways_are_weighed() -> None:
    passage = given("[s Ode] [c said] [t the old ferry had served its time].")
    one, other = read_side(*passage, "The ferry should go"), read_side(*passage, "The ferry should not go")
    both = read_both_ways(*passage, "The ferry should go")
    assert both[:3].sum() == pytest.approx(1)
    assert min(one[0], other[1]) - 0.05 <= both[0] <= max(one[0], other[1]) + 0.05
    nominal = "A toll on the ferry"
    assert read_both_ways(*passage, nominal).tolist() == read_side(*passage, nominal).tolist()
