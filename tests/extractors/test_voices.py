"""Whose position a statement is: one line a case."""

import pytest

from extractors.actors import resolve_actors
from extractors.gold import parse_marked
from extractors.models import Actor, Attribution
from extractors.voices import voices

ROSTER = (
    Actor("Harbour Union", "organization", None, ("the Dockers' Union",)),
    Actor("Varda Steel", "organization"),
    Actor("Varda", "state"),
    Actor("Ada Lund", "person", "Harbour Union", ("Lund",)),
)

CASES = [
    ("[s Harbour Union president Rolf Amsel] [c said] [t the strike goes on].", "Harbour Union"),
    ("[s Rolf Amsel, the president of the Harbour Union,] [c said] [t the strike goes on].", "Harbour Union"),
    ("The Harbour Union is not impressed. [t The strike goes on], [s its president Rolf Amsel] [c said].", "Harbour Union"),
    ("The Harbour Union does not want a strike, [s its leader] [c says].[t  We talk].", "Harbour Union"),
    ("[s A spokeswoman for Varda Steel] [c said] [t the furnace stays cold].", "Varda Steel"),
    # whom the watch lists speaks for himself, and so does who merely belongs to the body or once led it
    ("[s Ada Lund, president of the Harbour Union,] [c said] [t the strike goes on].", None),
    ("[s Rolf Amsel, a member of the Harbour Union,] [c said] [t the strike goes on].", None),
    ("[s Rolf Amsel, a former president of the Harbour Union,] [c said] [t the strike goes on].", None),
    # a state has many voices
    ("[s Varda's president Rolf Amsel] [c said] [t the border stays open].", None),
    # a word of the body's name stands for it, and so does what any body may be called
    ("The Harbour Union met. [t The strike goes on], [s the union's secretary, Rolf Amsel] [c said].", "Harbour Union"),
    ("Varda Steel is full. [s Rolf Amsel, a director of the company,] [c said] [t so].", "Varda Steel"),
    # only bodies have chief executives; a president may be any state's, unless he comes behind his name
    ("Varda Steel is full. [t We hire], [s Chief Executive Rolf Amsel] [c said].", "Varda Steel"),
    ("Varda Steel met the Harbour Union. [t We hire], [s Chief Executive Rolf Amsel] [c said].", None),
    ("The Harbour Union met. [t It was time], [s President Rolf Amsel] [c said].", None),
    ("The Harbour Union met. [t It was time], [c said] [s Rolf Amsel, the president].", "Harbour Union"),
    # two bodies, and nobody can tell whose director it is
    ("Varda Steel met the Harbour Union. [t It was useful], [s their director Rolf Amsel] [c said].", None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), CASES)
def test_whose_position_it_is(marked: str, expected: str | None) -> None:
    text, attribution = parse_marked(marked)
    (resolution,) = resolve_actors(text, [attribution], ROSTER)
    (body,) = voices(text, [attribution], [resolution], ROSTER)
    assert (body.name if body else None) == expected


def test_who_was_introduced_as_the_head_speaks_for_the_body_throughout() -> None:
    text = (
        "Rolf Amsel, who has led the Harbour Union since 2031, was angry. He said the strike goes on. "
        "The port's lawyer, Jo Ek, said that it would not."
    )
    said = [(text.index("He said"), "He"), (text.index("The port's lawyer"), "The port's lawyer, Jo Ek,")]
    attributions = [
        Attribution(((at, at + len(source)),), ((at + len(source) + 1, at + len(source) + 5),), ((at + 40, at + 50),))
        for at, source in said
    ]
    resolutions = resolve_actors(text, attributions, ROSTER)
    assert [a and a.name for a in voices(text, attributions, resolutions, ROSTER)] == ["Harbour Union", None]
