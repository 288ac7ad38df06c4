"""Relevance: what a profile holds, and what moves the score. How good it is, the gate measures."""

from __future__ import annotations

import pytest

from extractors.anchors import anchors, other_scene
from extractors.models import Actor, Codebook, Concept
from extractors.relevance import StoryProfile, assess, read_signs

TITLE = "Skerry quarrels over a tunnel"
BASELINE = """The governor of Skerry, Maud Iversen, wants a tunnel to the mainland. The ferries had had their day, she said.
Grey Ferries, the company that runs them, is against it. In winter the island is cut off for weeks. A vote is planned for May."""
BOOK = Codebook(
    (
        Concept(
            "tunnel",
            "Skerry should build a tunnel to the mainland",
            ("tunnel", "undersea road"),
            (),
            ("keep the ferries",),
        ),
    ),
    (Actor("Maud Iversen", aliases=("Iversen",)), Actor("Grey Ferries", "organization")),
)
INSIDE = """Governor Maud Iversen has promised the islanders of Skerry a vote on the tunnel before the summer. She would resign if
they said no. Grey Ferries put up posters on its ships: keep the ferries."""
OUTSIDE = """The orchestra of Halm played three new works on Friday. The audience of the town hall clapped for eleven minutes.
Its conductor, Ilse Brand, bowed and then sat down at the piano."""


@pytest.fixture(scope="module")
def profile() -> StoryProfile:
    return StoryProfile.from_watch(TITLE, BASELINE, BOOK)


def test_the_story_is_in_and_another_one_out(profile):
    inside, outside = assess(profile, "Vote before summer", INSIDE), assess(profile, "Three new works", OUTSIDE)
    assert inside.relevant
    assert not outside.relevant
    assert inside.score > outside.score


def test_the_baseline_belongs_to_its_own_story(profile):
    assert assess(profile, TITLE, BASELINE).score > 0.9


def test_the_reason_says_what_was_seen(profile):
    reason = assess(profile, "", INSIDE).reason
    assert "names a concept" in reason
    assert "names no concept" in assess(profile, "", f"It rained on Skerry. {OUTSIDE}").reason
    assert "looks back to earlier years" in assess(profile, "", "Twenty years ago the ferry sank. " + INSIDE).reason


def test_looking_back_and_strange_names_count_against(profile):
    today = assess(profile, "", INSIDE).score
    assert assess(profile, "", "It is an anniversary: forty years ago, in 1974. " + INSIDE).score < today
    elsewhere = (
        INSIDE.replace("Maud Iversen", "Ole Brand").replace("Skerry", "Oom").replace("Grey Ferries", "Blue Boats")
    )
    assert assess(profile, "", elsewhere).score < today


def test_aliases_are_enough(profile):
    signs = read_signs(profile, "", "On Tuesday Iversen spoke about the tunnel.")
    assert signs.named_here == signs.named == 0.5


@pytest.mark.parametrize("text", ["", "   ", "Short.", "漁業大臣は月曜日、北の漁場を閉鎖すると述べた。", "x" * 5000])
def test_any_text_gets_an_answer(profile, text):
    found = assess(profile, "", text)
    assert 0 <= found.score <= 1


def test_a_watch_without_a_codebook_has_a_profile_too():
    bare = StoryProfile.from_watch(TITLE, BASELINE, Codebook())
    assert assess(bare, "", INSIDE).score > assess(bare, "", OUTSIDE).score


def test_what_stands_below_the_lead_adds_nothing_to_the_score(profile):
    padding = " ".join(["Word"] * 200)
    assert (
        assess(profile, "", f"{OUTSIDE} {padding} {INSIDE}").score == assess(profile, "", f"{OUTSIDE} {padding}").score
    )


def test_the_same_quarrel_in_another_place_is_another_story(profile):
    assert profile.anchors == {"skerry"}
    lead = "The governor of Oom has promised a vote on the tunnel, Ole Brand of the Blue Boats said in Marrow."
    assert not assess(profile, "Oom votes on its tunnel", lead).relevant
    assert assess(profile, "Oom votes on its tunnel", lead).reason.startswith("names nothing that the story is about")
    assert not assess(profile, "Oom looks to Skerry", lead).reason.startswith("names nothing")


def test_a_neighbour_that_shares_one_power_is_about_the_place_in_its_headline():
    story, known = frozenset({"skerry", "marrow"}), {"skerry", "marrow", "iversen"}
    text = "Marrow will lift its levy on fish from Oom. Talks with Oom had gone on for a year. In Oom they cheered."
    assert other_scene(story, known, "Marrow and Oom make peace over fish", text) == "oom"
    assert other_scene(story, known, "Marrow makes peace over fish", text) is None
    assert other_scene(story, known, "Marrow and Oom make peace over fish", f"{text} Skerry was not asked.") is None
    assert other_scene(frozenset({"marrow"}), known, "Marrow and Oom make peace over fish", text) is None
    people = text.replace("In Oom they", "Ole Oom and they")
    assert other_scene(story, known, "Marrow and Oom make peace over fish", people) is None


def test_names_that_few_propositions_name_are_no_anchors():
    baseline = "The fees that Grandis asks are too high, Maud Iversen said of Grandis."
    about, other = "The fees of Grandis must fall.", "Ferries must be free."
    assert anchors([about, other], baseline, ()) == {"grandis"}
    assert anchors([about, other, "Trams must be free."], baseline, ()) == frozenset()
