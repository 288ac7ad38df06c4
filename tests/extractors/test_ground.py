"""Where a baseline touches a concept in words that no statement tells."""

from dataclasses import replace

import pytest

from extractors.ground import touches
from extractors.models import Actor, Attribution, Concept
from tests.extractors.speaking import said

TARIFFS = Concept("tariffs", "The tariffs on steel should stay", ("tariffs on steel", "steel tariffs"))
LUND = Actor("Ada Lund", aliases=("the minister",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lund wants the port open, the steel tariffs gone and peace.", True),
        ("Lund wants the port open. Others want the steel tariffs gone.", False),
        ("Ada Lund said nothing of the kind.", False),
        ("The minister wants the steel tariffs gone.", False),  # any minister
    ],
)
def test_one_sentence_that_names_both(text: str, found: bool) -> None:
    assert touches(text, (), LUND, TARIFFS) == found


def test_a_side_that_nobody_was_found_behind() -> None:
    text = "Jo Ek spoke.\n\nAda Lund came. They have to go, she said.\n\nIt rained."
    at = text.index("They")
    statement = replace(said(-2, 0, actor=None), attribution=Attribution((), (), ((at, at + 15),)))
    assert touches(text, [statement], LUND, TARIFFS)
    assert not touches(text, [statement], Actor("Jo Ek"), TARIFFS)
    assert not touches(text, [said(-2, 0)], LUND, TARIFFS)
