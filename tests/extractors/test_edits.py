"""Silent edits: which paragraphs changed, and whose words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.edits import edited_attributions, edits
from extractors.models import Attribution, Span

OLD = "The board met on Monday.\nThe tariff stays, said Petra Vance.\nNobody else spoke."
NEW = "The board met on Monday.\nThe tariff goes, said Petra Vance.\nNobody else spoke.\nIt rained."


def at(text: str, words: str) -> tuple[Span, ...]:
    start = text.index(words)
    return ((start, start + len(words)),)


def says(text: str, source: str, cue: str, content: str) -> Attribution:
    return Attribution(at(text, source), at(text, cue), at(text, content))


def test_changed_and_added_paragraphs_with_the_words_that_differ() -> None:
    changed, added = edits(OLD, NEW)
    assert (changed.kind, changed.before, changed.after) == (
        "changed", "The tariff stays, said Petra Vance.", "The tariff goes, said Petra Vance.",
    )  # fmt: skip
    ((before, after),) = changed.pieces
    assert (OLD[slice(*before)], NEW[slice(*after)]) == ("stays", "goes")
    assert (added.kind, added.before, added.after) == ("added", "", "It rained.")


def test_a_removed_paragraph() -> None:
    (gone,) = edits(NEW, OLD.replace("stays", "goes"))
    assert (gone.kind, gone.before, gone.after_span) == ("removed", "It rained.", None)


def test_white_space_is_no_edit() -> None:
    assert edits(OLD, OLD.replace("\n", "\n\n").replace("on Monday", "on  Monday")) == []


def test_words_put_in_have_a_place_and_no_former_words() -> None:
    (changed,) = edits("He said that the tariff stays.", "He said that the tariff on steel stays.")
    ((before, after),) = changed.pieces
    assert before[0] == before[1]
    assert "He said that the tariff on steel stays."[slice(*after)] == "on steel"


def test_whose_words_changed() -> None:
    old = says(OLD, "Petra Vance", "said", "The tariff stays")
    new = says(NEW, "Petra Vance", "said", "The tariff goes")
    (edit,) = edited_attributions(OLD, [old], NEW, [new])
    assert (edit.kind, edit.source, edit.words_before, edit.words_after) == (
        "changed", "Petra Vance", "The tariff stays", "The tariff goes",
    )  # fmt: skip


def test_words_that_move_or_change_their_marks_are_the_same() -> None:
    moved = "It rained.\n“The tariff stays,” said Petra Vance."
    old = says(OLD, "Petra Vance", "said", "The tariff stays")
    assert edited_attributions(OLD, [old], moved, [says(moved, "Petra Vance", "said", "“The tariff stays,”")]) == []


def test_words_given_to_somebody_else_are_a_change() -> None:
    text = OLD.replace("Petra Vance", "Ivo Marsh")
    before, after = (says(t, w, "said", "The tariff stays") for t, w in ((OLD, "Petra Vance"), (text, "Ivo Marsh")))
    (edit,) = edited_attributions(OLD, [before], text, [after])
    assert (edit.kind, edit.source) == ("changed", "Ivo Marsh")


def test_added_and_removed_attributions() -> None:
    one = says(OLD, "Petra Vance", "said", "The tariff stays")
    assert [e.kind for e in edited_attributions(OLD, [one], OLD, [])] == ["removed"]
    assert [e.kind for e in edited_attributions(OLD, [], OLD, [one])] == ["added"]


texts = st.lists(st.text("ab c", max_size=8), max_size=5).map("\n".join)


@given(texts, texts)
def test_edits_lead_from_one_text_to_the_other(old: str, new: str) -> None:
    def key(text: str) -> str:
        return " ".join(text.split())

    found = edits(old, new)
    for edit in found:
        assert edit.before_span is None or old[slice(*edit.before_span)] == edit.before
        assert edit.after_span is None or new[slice(*edit.after_span)] == edit.after
    kept_old = sorted(map(key, filter(str.strip, old.split("\n"))))
    kept_new = sorted(map(key, filter(str.strip, new.split("\n"))))
    for edit in found:
        if edit.before:
            kept_old.remove(key(edit.before))
        if edit.after:
            kept_new.remove(key(edit.after))
    assert kept_old == kept_new
    assert bool(found) == (
        [key(x) for x in old.split("\n") if x.strip()] != [key(x) for x in new.split("\n") if x.strip()]
    )
