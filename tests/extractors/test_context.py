"""What stands before an attribution."""

from extractors.context import context_spans, passage
from extractors.gold import parse_marked

MARKED = "First things.\nThe toll is old. It rained.\nOne more day. Then Ode, asked about the toll, [s Ode] [c said] [t it must go]."


def test_the_nearest_comes_first_across_paragraphs_and_then_the_lead() -> None:
    text, attribution = parse_marked(MARKED)
    spoken = [text[a:b].strip() for a, b in context_spans(text, attribution)]
    assert spoken[0].startswith("Then Ode, asked about the toll")
    assert spoken[1] == "."
    assert spoken[2:] == ["One more day.", "It rained.", "The toll is old.", "First things."]


def test_a_passage_is_the_sentences_of_the_attribution() -> None:
    text, attribution = parse_marked('It rained. "[t It must go]," [s Ode] [c said]. "[t Today]." He left.')
    start, end = passage(text, attribution)
    assert text[start:end] == '"It must go," Ode said. "Today."'


def test_a_source_far_away_is_left_out() -> None:
    text, attribution = parse_marked("[s Ode] spoke. " + "It rained. " * 60 + "[t It must go], she [c said].")
    start, _ = passage(text, attribution)
    assert text[start:].startswith("It must go")
