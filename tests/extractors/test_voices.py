"""Whose position a statement is: one line a case."""

import pytest

from extractors.actors import resolve_actors
from extractors.gold import parse_marked
from extractors.models import Actor
from extractors.voices import speaks_for

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
    # two bodies, and nobody can tell whose director it is
    ("Varda Steel met the Harbour Union. [t It was useful], [s their director Rolf Amsel] [c said].", None),
]  # fmt: skip


@pytest.mark.parametrize(("marked", "expected"), CASES)
def test_whose_position_it_is(marked: str, expected: str | None) -> None:
    text, attribution = parse_marked(marked)
    (resolution,) = resolve_actors(text, [attribution], ROSTER)
    body = speaks_for(text, attribution, resolution, ROSTER)
    assert (body.name if body else None) == expected
