"""The cross-encoder's input and the examples that it learns from, and that it tells sides it was not told."""

from pathlib import Path

import numpy as np
import pytest

from extractors.gold import parse_marked
from extractors.sessions import tokenizer
from extractors.sides import LONGEST, SIDES, Spans, encode, read_side
from extractors.tagger_input import CLS, SEP
from training.side_data import NEITHER, OPPOSE, SUPPORT, Drawer, build, denied


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


def test_a_contrary_proposition_turns_the_side() -> None:
    passage = given("[s Ode] [c said] [t the old ferry had served its time].")
    one, other = read_side(*passage, "The ferry should go"), read_side(*passage, "The ferry should not go")
    assert one[0] > 0.5 and other[1] > 0.5


def test_examples_are_drawn_as_they_are_read(tmp_path: Path) -> None:
    stances = tmp_path / "s1-01.txt"
    stances.write_text(
        "# story: ferry\n! f | The ferry should go | The ferry should stay | An end to the ferry\n"
        "[s Ode] [c said] [t it must go].\n= f 2\n[s Pell] [c said] [t the ferry could stay for now].\n= f -1\n"
        "[s Orr] [c said] [t it rained].\n= none\n",
        encoding="utf-8",
    )
    data = build([stances])
    drawer = Drawer(data, np.random.default_rng(1))
    found = drawer.statements(opposites=1.0, denials=0.0)
    assert found.labels.tolist() == [OPPOSE, SUPPORT] and found.qualified.tolist() == [0, 1]
    assert drawer.statements(opposites=1.0, denials=1.0).labels.tolist() == [SUPPORT, OPPOSE]
    assert drawer.elsewhere(3).labels.tolist() == [NEITHER] * 3
    assert drawer.pairs(5).labels.tolist() == [OPPOSE] * 5
    text, spans = given("[s Ode] [c said] [t it must go].")
    pieces, roles = encode(tokenizer(), text, spans, "The ferry should stay")
    row, asked = found.passages[0], found.wordings[0]
    said = data.pieces[row, : data.lengths[row]].tolist()
    assert [CLS, *data.wordings[asked, : data.wording_lengths[asked]].tolist(), SEP, *said, SEP] == pieces
    assert roles[-len(said) - 1 : -1] == data.roles[row, : len(said)].tolist()
