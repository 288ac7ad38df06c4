"""Changes: what is one, what is none, and that the order of arrival does not matter."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.changes import ChangeRules, derive_changes, explain
from tests.extractors.speaking import on, said

FOR = [said(2, 0, "Base", quote="direct")]
IF = [said(1, 0, "Base", condition="if they give guarantees for 15 years")]


def _told(statements, baseline=FOR, **options):
    """What was found: kind, status and agreement of each change."""
    found = derive_changes(statements, baseline, ChangeRules(), since=on(0), **options)
    return [(c.kind, c.status, c.to_agreement) for c in found]


def _against(*outlets: str, day: int = 9, **more):
    return [said(-2, day, o, quote="direct", **more) for o in outlets]


@pytest.mark.parametrize(
    ("statements", "baseline", "found"),
    [
        ([], FOR, []),
        (_against("A", "B"), FOR, [("reversed", "confirmed", -2)]),
        (_against("A"), FOR, [("reversed", "tentative", -2)]),
        (_against("A") + _against("A", day=10), FOR, [("reversed", "tentative", -2)]),
        ([said(2, 9, "A"), said(2, 9, "B")], FOR, []),
        ([said(1, 9, "A"), said(1, 9, "B")], FOR, []),
        ([said(1, 9, o, condition="if they stop dumping") for o in "AB"], FOR, [("softened", "confirmed", 1)]),
        ([said(1, 9, o) for o in "ABC"], FOR, [("softened", "confirmed", 1)]),
        ([said(2, 9, o) for o in "ABC"], IF, [("hardened", "confirmed", 2)]),
        ([said(0, 9, o, basis=('"tariffs": neutral "undecided"',)) for o in "AB"], FOR, [("softened", "confirmed", 0)]),
        ([said(0, 9, o, basis=('"tariffs": double negation: no side',)) for o in "AB"], FOR, []),
        (_against("A") + [said(2, 12, "B")], FOR, [("reversed", "reverted", -2)]),
        (_against("A") + [said(2, 9, "B")], FOR, []),
        (_against("A", "B") + [said(2, 9, o) for o in "CD"], FOR, []),
        (_against("A", "B") + [said(2, 9, "C")], FOR, [("reversed", "confirmed", -2)]),
        (_against("A", day=9) + _against("B", day=80), FOR, [("reversed", "tentative", -2)]),
        # a turn that trickles in over weeks must be surely read
        (_against("A") + _against("B", day=12, confidence=0.5), FOR, [("reversed", "confirmed", -2)]),
        (_against("A") + _against("B", day=20, confidence=0.5), FOR, [("reversed", "tentative", -2)]),
        (_against("A") + _against("B", day=20, confidence=0.7), FOR, [("reversed", "confirmed", -2)]),
        ([said(-2, 9, o, confidence=0.1) for o in "AB"], FOR, []),
        (_against("A", "B", confidence=0.45), FOR, [("reversed", "tentative", -2)]),
        (_against("A", "B", "C", confidence=0.45), FOR, [("reversed", "tentative", -2)]),
        (_against("A", "B", "C", confidence=0.45) + _against("D"), FOR, [("reversed", "confirmed", -2)]),
        # what one report tells twice leaves less doubt, however often a single one cannot confirm
        (
            [said(-2, 9, o, quote="direct", confidence=0.45, words=f"{o}{w}") for o in "AB" for w in ("no", "never")],
            FOR,
            [("reversed", "confirmed", -2)],
        ),
        (
            [said(-2, 9, "A", quote="direct", confidence=0.45, words=w) for w in ("no", "never", "not ever", "nein")],
            FOR,
            [("reversed", "tentative", -2)],
        ),
        (_against(*"ABCDEF", confidence=0.25), FOR, [("reversed", "tentative", -2)]),
        ([said(-2, None, o) for o in "AB"], FOR, []),
        ([said(-2, 9, o, actor=None) for o in "AB"], FOR, []),
        ([said(None, 9, o) for o in "AB"], FOR, []),
        ([said(-2, -9, o, printed=5) for o in "AB"], FOR, []),
        ([said(2, 9, "A"), said(2, 9, "B")], [], [("new_concept", "confirmed", 2)]),
        ([said(2, 9, "A")], [], [("new_concept", "tentative", 2)]),
        ([said(0, 9, "A"), said(0, 9, "B")], [], []),
    ],
)
def test_what_is_a_change(statements, baseline, found):
    assert list(_told(statements, baseline)) == found


def test_a_newcomer_is_a_new_actor():
    assert _told([said(2, 9, "A"), said(2, 9, "B")], [], actor_known=False) == [("new_actor", "confirmed", 2)]


def test_where_a_newcomer_stood_before_the_baseline_is_told():
    statements = [said(2, -9, "A"), said(2, -9, "B"), *_against("A", "B")]
    (change,) = derive_changes(statements, [], since=on(0))
    assert (change.kind, change.from_agreement, change.to_agreement) == ("reversed", 2, -2)


def test_a_wire_story_is_one_report_however_many_print_it():
    assert _told(_against("Wire", "B", "C", "D", group="w")) == [("reversed", "tentative", -2)]


def test_the_writers_own_sentence_in_two_outlets_is_one_report():
    words = "that the duties had done more harm than good and would be gone before the end of the year"
    assert _told([said(-2, 9, o, words=words) for o in "AB"]) == [("reversed", "tentative", -2)]


def test_the_speakers_sentence_in_two_outlets_is_two_reports():
    words = "The duties have done more harm than good and will be gone by winter"
    assert _told([said(-2, 9, o, words=words, quote="direct") for o in "AB"]) == [("reversed", "confirmed", -2)]


def test_an_edited_page_is_one_report():
    first, second = _against("A", "A2")
    edited = replace(second, url=first.url, outlet="A")
    assert _told([first, edited]) == [("reversed", "tentative", -2)]


def test_an_old_quote_printed_again_changes_nothing():
    slogan = "We will defend every job in every mill with these tariffs"
    old = said(2, 0, "Base", quote="direct", words=slogan)
    away = _against("A", "B", day=9)
    again = [said(2, 40, o, quote="direct", words=slogan + ".") for o in "CDE"]
    assert _told([*away, *again], [old]) == [("reversed", "confirmed", -2)]


def test_old_positions_recalled_in_the_writers_words_do_not_turn_him_back():
    recalled = [said(2, 12, o, words=f"{o}: had defended the tariffs") for o in "CD"]
    found = _told([*_against("A", "B"), *recalled])
    assert ("reversed", "confirmed", 2) not in found
    assert ("reversed", "confirmed", -2) in found


def test_a_change_back_is_a_change_of_its_own():
    back = [said(2, 60, o, quote="direct", words=f"On {o} I say: the tariffs are here to stay") for o in "CD"]
    assert _told([*_against("A", "B"), *back]) == [("reversed", "confirmed", -2), ("reversed", "confirmed", 2)]


def test_a_page_that_prints_old_and_new_side_by_side_is_about_the_new():
    both = [said(2, 9, "A", version="a"), said(-2, 9, "A", version="a")]
    assert _told([*both, *_against("B")]) == [("reversed", "confirmed", -2)]
    again = [said(2, 9, "C", version="c"), said(-2, 9, "C", version="c")]
    assert _told([*both, *again]) == [("reversed", "tentative", -2)]


@pytest.mark.parametrize(
    ("condition", "kind"),
    [
        ("if they give guarantees for 50 years", "hardened"),
        ("only if guarantees are given for 5 years", "softened"),
        ("if there are guarantees for 15 years", None),
        ("if the guarantees are binding", None),
        ("once all prisoners come home", "hardened"),
    ],
)
def test_another_condition(condition, kind):
    found = _told([said(1, 9, o, condition=condition) for o in "AB"], IF)
    assert found == ([(kind, "confirmed", 1)] if kind else [])


def test_a_baseline_with_both_sides_raises_no_alarm():
    assert _told(_against("A", "B"), [said(2, 0, "Base", ident="x"), said(-2, 0, "Base", ident="y")]) == []


@pytest.mark.parametrize(
    ("unread", "found"),
    [
        (said(None, 0, "Base", confidence=0.0, basis=('term "tariffs"',)), []),
        (
            said(None, 0, "Base", confidence=0.0, basis=('sentence before: term "tariffs"',)),
            [("new_concept", "confirmed", 2)],
        ),
        (said(None, 0, "Base", confidence=0.6, basis=('term "tariffs"',)), [("new_concept", "confirmed", 2)]),
    ],
)
def test_what_nobody_could_read_in_the_baseline_is_not_new(unread, found):
    taken_up = [said(2, 9, "A"), said(2, 9, "B")]
    assert _told(taken_up, [unread]) == found
    assert _told([*taken_up, *_against("A", "B", day=30)], [unread])[len(found) :] == [("reversed", "confirmed", -2)]


def test_more_reports_are_asked_for():
    rules = ChangeRules(confirm_by=3)
    (change,) = derive_changes(_against("A", "B"), FOR, rules, since=on(0))
    assert change.status == "tentative"
    assert change.reason.endswith(
        "1 more independent report would confirm it; a report of the former position reverts it."
    )
    with pytest.raises(ValueError, match="no rules"):
        ChangeRules(confirm_by=0)


def test_evidence_begins_with_one_statement_for_each_report():
    copy = said(-2, 9, "Copy", printed=10, group="A-9-None")
    statements = [*_against("A", "B"), copy]
    (change,) = derive_changes(statements, FOR, since=on(0))
    assert [s.outlet for i in change.evidence for s in statements if s.id == i] == ["A", "B", "Copy"]
    assert change.before == (FOR[0].id,)
    assert change.independent_reports == 2
    assert change.said_at == on(9)


def test_an_explanation_can_be_written_as_json():
    statements = [*_against("A", "B"), *FOR]
    (change,) = derive_changes(statements, FOR, since=on(0))
    told = json.loads(json.dumps(explain(change, statements)))
    assert told["from"]["reports"][0]["words"] == FOR[0].words
    assert [r["outlet"] for r in told["to"]["reports"]] == ["A", "B"]


_STATEMENTS = st.lists(
    st.builds(
        said,
        st.sampled_from([None, -2, -2, -1, 0, 1, 2, 2]),
        st.sampled_from([-5, 0, 1, 2, 3, 10, 11, 30, 31, 90]),
        st.sampled_from("ABCD"),
        words=st.sampled_from(
            [None, "we will keep the tariffs as long as they are needed", "the tariffs are a mistake"]
        ),
        quote=st.sampled_from(["direct", "indirect"]),
        condition=st.sampled_from([None, None, "if they pay for 10 years", "if they pay for 20 years"]),
        group=st.sampled_from(["", "", "", "g1", "g2"]),
    ),
    max_size=14,
    unique_by=lambda s: s.id,
)


@settings(max_examples=200)
@given(_STATEMENTS, st.sampled_from([[], FOR, IF]), st.randoms(use_true_random=False))
def test_order_of_arrival_does_not_matter(statements, baseline, rng: random.Random):
    shuffled = rng.sample(statements, len(statements)) + rng.sample(statements, len(statements) // 2)
    found = derive_changes(statements, baseline, since=on(0))
    assert derive_changes(shuffled, baseline, since=on(0)) == found
    assert len({c.id for c in found}) == len(found)


@settings(max_examples=200)
@given(_STATEMENTS, st.sampled_from([[], FOR]), st.data())
def test_copies_add_no_change(statements, baseline, data):
    """Copies that other outlets print later, on any later day, change neither what is found nor its standing."""
    if not statements:
        return
    original = data.draw(st.sampled_from(statements))
    copies = [
        replace(
            s,
            id=s.id + "copy",
            version_id=s.version_id + "copy",
            url=s.url + "copy",
            outlet="Copier",
            published_at=later,
        )
        for s in statements
        if s.copy_group == original.copy_group and s.published_at
        for later in [s.published_at.replace(year=2032)]
    ]

    def key(found):
        return [
            (c.id, c.kind, c.status, c.from_agreement, c.to_agreement, c.said_at, c.independent_reports) for c in found
        ]

    assert key(derive_changes([*statements, *copies], baseline, since=on(0))) == key(
        derive_changes(statements, baseline, since=on(0))
    )


@settings(max_examples=200)
@given(_STATEMENTS)
def test_one_outlet_alone_never_confirms(statements):
    alone = [replace(s, outlet="A") for s in statements]
    assert all(c.status != "confirmed" for c in derive_changes(alone, FOR, since=on(0)))


@settings(max_examples=100)
@given(_STATEMENTS)
def test_unusable_statements_change_nothing(statements):
    noise = [said(None, 5, "N"), said(-2, None, "M"), said(-2, 5, "L", confidence=0.05), said(-2, 5, "K", actor=None)]
    assert derive_changes([*statements, *noise], FOR, since=on(0)) == derive_changes(statements, FOR, since=on(0))


def test_a_position_that_the_baseline_may_have_held_is_no_news() -> None:
    news = _against("A", "B")
    assert _told(news, []) == [("new_concept", "confirmed", -2)]
    assert _told(news, [], touched=True) == []
    # what comes after it is
    turned = [*news, *(said(2, 30, o, quote="direct") for o in "ABC")]
    assert _told(turned, [], touched=True) == [("reversed", "confirmed", 2)]
    # and a position that it does hold is what counts
    assert _told(news, FOR, touched=True) == [("reversed", "confirmed", -2)]
