"""Sources to actors: tables of short texts with the sources in brackets, then properties."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.actors import resolve_actors
from extractors.gold import parse_marked
from extractors.models import Actor, Attribution, Resolution

ROSTER = (
    Actor("Viktors Kalnins", "person", "Latvia", ("Kalnins", "the Latvian president")),
    Actor("Latvia", "state", None, ("Riga",)),
    Actor("Russia", "state", None, ("Moscow", "the Kremlin")),
)


def resolved(marked: str, roster: tuple[Actor, ...] = (), title: str = "") -> list[Resolution]:
    """Resolve the sources in brackets; each one's cue is the word after it, or before where ">" opens the bracket."""
    text, attributions, last = "", [], 0
    for match in re.finditer(r"\[(>?)([^\]]+)\]", marked):
        text += marked[last : match.start()]
        start = len(text)
        text += match[2]
        cue = (start - 5, start - 1) if match[1] else (len(text) + 1, len(text) + 5)
        attributions.append(Attribution(((start, len(text)),), (cue,), ((0, 0),)))
        last = match.end()
    text += marked[last:]
    return resolve_actors(text, attributions, roster, title)


def names(marked: str, roster: tuple[Actor, ...] = (), title: str = "") -> list[str | None]:
    return [r.actor.name if r.actor else None for r in resolved(marked, roster, title)]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        # names
        ("Ada Lund came. [Lund] said so.", ["Ada Lund"]),
        ("[Estonia's Margus Kallaste] said so.", ["Margus Kallaste"]),
        ("[Margus Kallaste of Estonia] said so.", ["Margus Kallaste"]),
        ("[Ada Lund's] claim stands.", ["Ada Lund"]),
        ("[Petra Vance, who runs the port,] said so.", ["Petra Vance"]),
        ("[Petra Vance, a former aide to Jon Ek,] said so.", ["Petra Vance"]),
        ("[The E.U.'s chief diplomat, Kaja Toome,] said so.", ["Kaja Toome"]),
        ("Bill Okoro came. Bill Okoro sat. [William Okoro] said so.", ["Bill Okoro"]),
        ("Jürgen Müller came. [Mueller] said so.", ["Jürgen Müller"]),
        ("Ada Lund came. OKAY. [LUND]: We go.", ["Ada Lund"]),
        # one role, two people: who was named just before
        (
            "Farm minister Ada Lund came. Defence minister Jon Ek sat.\nIt rained.\nMinister Lund spoke. [The minister] said so.",
            ["Ada Lund"],
        ),
        ("Farm minister Ada Lund came. Defence minister Jon Ek sat. [The minister] said so.", [None]),
        # several at once, and rubbish before the speaker
        ("[Steve Okoro and Jared Lund] said so.", [None]),
        ("[Ada Lund and her deputy] said so.", [None]),
        ('Jon Ek and Ada Lund came. "Not to [Jon Ek, Lund] said."', ["Ada Lund"]),
        # one surname, two people
        ("Anton Veselko and Marek Veselko came. [Veselko] said so.", [None]),
        ("Anton Veselko and Greta Veselko came. [Ms. Veselko] said so.", ["Greta Veselko"]),
        ("Mayor Stellan Krogh came. [Krogh] spoke. Ingrid Krogh wept. [Krogh] left.", ["Stellan Krogh", None]),
        ("President Okoro spoke. Michelle Okoro, his wife, sat. [Mr. Okoro] said so.", ["Okoro"]),
        ("Lund Says Harbour Museum Will Tell Story.\n\nAda Lund came. [Lund] said so.", ["Ada Lund"]),
        # roles
        ("Latvia's trade minister, Ada Lund, came. [The Latvian minister] said so.", ["Ada Lund"]),
        ("Ada Lund, the Latvian trade minister, came. [Latvia's trade minister] said so.", ["Ada Lund"]),
        ("Trade Minister Ada Lund met Health Minister Jon Ek. [The minister] said so.", [None]),
        ("Trade Minister Ada Lund met Health Minister Jon Ek. [The trade minister] said so.", ["Ada Lund"]),
        ("Ada Lund, the former mayor, came. [The mayor] said so.", [None]),
        ("Ada Lund, the former mayor, came. [The former mayor] said so.", ["Ada Lund"]),
        ("Latvia's president, Ada Lund, met his Danish counterpart, Jo Ek. [The Danish president] spoke.", ["Jo Ek"]),
        ("[The foreign minister] said so.", [None]),
        # the lead has the role, the next source the name
        ("OSLO - [Varda's port chief] said so.\n\n[Ada Lund] told them why.", ["Ada Lund", "Ada Lund"]),
        ("[Varda's prime minister] said so.\n\n[Trade Minister Ada Lund] told them why.", [None, "Ada Lund"]),
        ("Ada Lund came. [Varda's port chief] said so.\n\n[Lund] told them why.", [None, "Ada Lund"]),
        ("It rained.\n\n[Varda's port chief] said so.\n\n[Ada Lund] told them why.", [None, "Ada Lund"]),
        # documents are their authors'
        ("Ada Lund came. It will stay, a [>statement from her office] says.", ["Ada Lund"]),
        ("[Ada Lund] said so in a letter to the port. We will stay, [the letter] says.", ["Ada Lund", "Ada Lund"]),
        ("[Ada Lund] said so. We will stay, [the letter] says.", ["Ada Lund", None]),
        ("Ada Lund, the deputy mayor, came. [The mayor] said so. [The deputy mayor] left.", [None, "Ada Lund"]),
        # bodies
        (
            "[The Alliance of Free Schools (AFS)] met. [The AFS] said so. [The alliance] left.",
            ["Alliance of Free Schools"] * 3,
        ),
        ("The Ministry of Fish met. [The ministry] said so.", ["Ministry of Fish"]),
        ("Norvik Steel and Brunn Motors met. [The company] said so.", [None]),
        ("Norvik Steel met. [Norvik] said so.", ["Norvik Steel"]),
        (
            "[Belarus's foreign ministry] spoke. [The Belarusian Foreign Ministry] spoke.",
            ["Belarusian Foreign Ministry"] * 2,
        ),
        ("[The government of Ghana] said so.", ["Ghana"]),
        ("[Moscow] said so.", ["Russia"]),
        ("[The White House] said so.", ["United States"]),
        ("[Officials in Moscow] said so.", ["(Officials in Moscow)"]),
        ("[The report] said so. [Her submission to the court] agreed. [Federal court] rules.", [None, None, None]),
        ("[The top British journal] said so. [The Reuters/Norvik poll] agreed.", [None, None]),
        # unnamed
        ("[A senior U.S. official] spoke. [The official] said so.", ["(senior U.S. official)"] * 2),
        ("A U.S. official and a Danish official met. [The official] said so.", [None]),
        ("[Two people familiar with it] spoke. [The people] said so.", ["(Two people familiar with it)"] * 2),
        ("[The first person] spoke. [The second person] spoke.", ["(first person)", "(second person)"]),
        ("[Residents] said so. [Critics] agreed. [Analysts] did not.", [None, None, None]),
        ("[A spokeswoman for Norvik Steel] spoke. [She] left.", ["(spokeswoman for Norvik Steel)"] * 2),
        # nobody
        ("[I] said so. [We] agreed. [Some] did not.", [None, None, None]),
        ("By Petra Vance\n\n[I] said so.", ["Petra Vance"]),
    ],
)
def test_a_careful_reading(marked: str, expected: list[str | None]) -> None:
    assert names(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("Ada Lund spoke. [She] said so.", ["Ada Lund"]),
        ("Ada Lund met Bruno Okoro. [He] said so.", ["Bruno Okoro"]),
        ("Anton Ek and Bruno Okoro came. [He] said so.", [None]),
        (
            "Before he met with Bruno Okoro and Marek Lund on Tuesday, Anton Ek spoke, from which, [he] said so.",
            ["Anton Ek"],
        ),
        ("[Anton Ek] said that Bruno Okoro was late. [He] added so.", ["Anton Ek", "Anton Ek"]),
        ("Anton Ek spoke. [She] said so.", [None]),
        ("Norvik Steel met. [The company] said so. [It] added more.", ["Norvik Steel", "Norvik Steel"]),
        ("Ada Lund, [who] said so, left.", ["Ada Lund"]),
        ("It was Ada Lund at Norvik Steel [who] said so.", [None]),
        ("“Anton Ek is late,” said [>Bruno Okoro]. “I know,” [he] said.", ["Bruno Okoro", "Bruno Okoro"]),
    ],
)
def test_pronouns(marked: str, expected: list[str | None]) -> None:
    assert names(marked) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("[Viktor Kalninsh] said so.", "Viktors Kalnins"),
        ("[The Latvian president] said so.", "Viktors Kalnins"),
        ("[Latvia's president] said so.", "Viktors Kalnins"),
        ("[Kalnins] said so.", "Viktors Kalnins"),
        ("[The former Latvian president] said so.", None),
        ("[Riga] said so.", "Latvia"),
        ("[A Kremlin aide] said so.", "(Kremlin aide)"),
        ("Ilze Kalnins, a singer, came. Ilze Kalnins sang. [Kalnins] said so.", "Ilze Kalnins"),
        ("Viktors Kalnins came. Ilze Kalnins sang. Ilze Kalnins left. [Kalnins] said so.", None),
        ("Viktors Kalnins came. Ilze Kalnins sang. [Kalnins] said so.", "Viktors Kalnins"),
    ],
)
def test_the_roster_comes_first(marked: str, expected: str | None) -> None:
    assert names(marked, ROSTER) == [expected]


def test_what_a_listed_body_is_called_before_its_name() -> None:
    roster = (Actor("Varda Steel", "organization"),)
    lead = "[Brenn's largest steelmaker] said so. "
    assert names(lead + "Varda Steel, which has 400 workers, is full.", roster) == ["Varda Steel"]
    assert names(lead + "The workers of Varda Steel rejoiced.", roster) != ["Varda Steel"]
    assert names("[Delegates of Varda Steel] said so.", roster) == ["Varda Steel"]


def test_two_voices_of_one_state_stay_two_people() -> None:
    given = resolved("[Danish Prime Minister Jo Ek] spoke. [Danish Foreign Minister Ada Lund] spoke.")
    assert [(r.actor.name, r.actor.affiliation) for r in given if r.actor] == [
        ("Jo Ek", "Denmark"),
        ("Ada Lund", "Denmark"),
    ]


def test_the_headline_introduces() -> None:
    assert names("[Lund] said so.", title="Ada Lund wants less") == ["Ada Lund"]


def test_unnamed_sources_are_marked_for_the_caller() -> None:
    given = resolved("[A senior U.S. official] spoke. [The official] said so. [Ada Lund] spoke.")
    assert [r.basis.startswith("description") for r in given] == [True, True, False]
    assert given[0].actor == given[1].actor


def test_one_resolution_per_attribution_in_their_order() -> None:
    text = "Ada Lund said so. Jon Ek said so."
    spans = [Attribution(((18, 24),), ((25, 29),), ((30, 32),)), Attribution((), ((9, 13),), ((14, 16),))]
    spans.append(Attribution(((0, 8),), ((9, 13),), ((14, 16),)))
    assert [r.actor.name if r.actor else None for r in resolve_actors(text, spans, ())] == ["Jon Ek", None, "Ada Lund"]


_PIECES = st.sampled_from(
    [*"“”\"—,(é😀\0 \nA", "Ada Lund", "Lund", " said ", "he", "She", "the minister", ". ", " of ", "and", "Mr. ",
     "Norvik's", "(AFS)", "'s", " a senior official", "The ", "President of ", "Jon Ek and ", " who ", "two people"]
)  # fmt: skip


@given(st.lists(_PIECES, max_size=40).map("".join), st.data())
def test_any_text_and_spans_are_survived(text: str, data: st.DataObject) -> None:
    at = st.integers(0, len(text))
    spans = [tuple(sorted(data.draw(st.tuples(at, at)))) for _ in range(3)]
    attributions = [Attribution((s,), (s,), (s,)) for s in spans]  # type: ignore[arg-type]
    given = resolve_actors(text, attributions, ROSTER, text[:30])
    assert len(given) == len(attributions)
    assert all(0.0 <= r.confidence <= 1.0 and r.basis for r in given)
    assert given == resolve_actors(text, attributions, ROSTER, text[:30])


def test_who_opens_a_sentence_of_reported_speech_says_it() -> None:
    before = "The prime minister, Marit Osgaard, defended the plan.\n\n"
    text, attribution = parse_marked(
        f"{before}[t The finance minister, Edda Fairlow, whose party is small, would agree to the levy], [s she] [c said]."
    )
    (found,) = resolve_actors(text, [attribution], [Actor(n, "person") for n in ("Marit Osgaard", "Edda Fairlow")])
    assert found.actor is not None
    assert found.actor.name == "Edda Fairlow"


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_a_role_of_several_is_whoever_is_named_in_the_paragraph(gap: str) -> None:
    text, attribution = parse_marked(
        f"Anton Ek, the president of Norland, wants peace.{gap}Ostland's president, Ada Lund, does not. What Ostland needed"
        " was [t time], [c said] [s the president]."
    )
    roster = [Actor("Anton Ek", "person", "Norland"), Actor("Ada Lund", "person", "Ostland")]
    (found,) = resolve_actors(text, [attribution], roster)
    assert found.actor is not None
    assert found.actor.name == "Ada Lund"
