"""What the reporter tells of positions: subject, verb and the rest of sentences that nobody is quoted in."""

import pytest

from extractors.gold import parse_marked
from extractors.narration import told_positions


def told(text: str) -> tuple[str, str, str] | None:
    found = told_positions(text, [])
    if not found:
        return None
    (one,) = found
    source, cue, content = (text[a:b] for (a, b), *_ in (one.source, one.cue, one.content))
    return source, cue, content


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The Brae Traders are against an export ban.", ("The Brae Traders", "are against", "an export ban")),
        ("Chief executive Ode Lund no longer rejects a shorter week.", ("Chief executive Ode Lund", "no longer rejects", "a shorter week")),
        ("Ode Lund, the farm minister, has dropped her plan for a levy.", ("Ode Lund, the farm minister", "has dropped", "her plan for a levy")),
        ("On the levy, Lund is offering something else.", ("Lund", "is offering", "something else")),
        ("Only in January he had spoken out against it.", ("he", "had spoken", "out against it")),
        ("Is the minister against the ban on exports?", None),
        ("It rained.", None),
        ("prices rose by a tenth in the old port", None),
    ],
)  # fmt: skip
def test_sentences(text: str, expected: tuple[str, str, str] | None) -> None:
    assert told(text) == expected


def test_what_is_attributed_already_is_left_alone() -> None:
    text, attribution = parse_marked("[s Ode Lund] [c said] [t the toll would stay]. Ode Lund opposes the bridge toll.")
    (one,) = told_positions(text, [attribution])
    assert text[slice(*one.content[0])] == "the bridge toll"


@pytest.mark.parametrize(
    ("after", "source"),
    [
        ("With these words Mayor Ode Lund opened the bridge on Friday.", "Mayor Ode Lund"),
        ("Ode Lund's speech had only begun.", "Ode Lund's"),
        ("Ode Lund was answering Jon Ek.", None),
        ("The hall was full.", None),
    ],
)
def test_a_quotation_at_the_head_of_a_paragraph_is_whose_the_next_sentence_names(
    after: str, source: str | None
) -> None:
    text = f'It rained.\n\n"The toll has to go, and it goes today." {after}'
    found = [a for a in told_positions(text, []) if text[slice(*a.content[0])].startswith('"')]
    assert [text[slice(*a.source[0])] for a in found] == ([source] if source else [])
