"""Who is told what and when: each rule of [alerts] alone, and what must hold for all of them together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.models import Actor, Change
from flows.hours import is_quiet, last_boundary, next_boundary, quiet_end
from flows.rules import Found, History, Selection, ToldAs, select
from flows.watchfile import AlertsTable
from storage.records import Told, ToldChange
from tests.flows.alertkit import NOW, SAID, make_change

HOUR = timedelta(hours=1)
ACTORS = [Actor("Mara Lindqvist", aliases=("Lindqvist",)), Actor("Kęstutis Jonaitis", aliases=("Jonaitis",))]


def rules(**given: Any) -> AlertsTable:
    return AlertsTable.model_validate({"to": ["desk@example.org"], **given})


def found(*changes: Change, at: datetime = NOW) -> list[Found]:
    return [Found(change, at) for change in changes]


def told(change: Change, told_as: ToldAs = "confirmed", at: datetime = NOW - HOUR, watch_id: str = "harbour") -> Told:
    what = ToldChange(
        change.id,
        told_as,
        change.actor,
        change.concept,
        change.kind,
        change.from_agreement,
        change.to_agreement,
        change.said_at,
    )
    return Told(what, at, watch_id, f"alert-{change.id}-{told_as}")


def ask(
    changes: list[Found], table: AlertsTable | None = None, *history: Told, now: datetime = NOW, **more: Any
) -> Selection:
    memory = History(
        history, last_pass=more.pop("last_pass", now - HOUR / 2), last_digest=more.pop("last_digest", None)
    )
    return select(changes, table or rules(), memory, now, watch_id="harbour", actors=ACTORS)


def sent(selection: Selection) -> list[tuple[str, list[tuple[str, str]]]]:
    return [(p.kind, [(t.change.id, t.told_as) for t in p.tellings]) for p in selection.planned]


FIRM = make_change(1)
WEAK = make_change(2, status="tentative", independent_reports=1)
GONE = make_change(3, status="reverted")
NEWS = [("immediate", [("change1", "confirmed")])]


def test_only_confirmed_changes_are_told_at_once() -> None:
    chosen = ask(found(FIRM, WEAK, GONE))
    assert sent(chosen) == NEWS
    assert [(h.change.id, h.reason) for h in chosen.held] == [("change2", "tentative: 1 of 2 reports")]


@pytest.mark.parametrize(
    ("given", "change", "reason"),
    [
        ({"kinds": ["softened"]}, FIRM, "kind reversed is not asked for"),
        ({}, replace(FIRM, kind="reaffirmed"), "kind reaffirmed is not asked for"),
        ({"actors": ["Jonaitis"]}, FIRM, "the actor is not among those asked for"),
        ({"exclude_actors": ["lindqvist"]}, FIRM, "the actor is excluded"),
        ({"concepts": ["night-shifts"]}, FIRM, "the concept is not among those asked for"),
        ({"exclude_concepts": ["new-quay"]}, FIRM, "the concept is excluded"),
        ({"mute": [{"actor": "Lindqvist", "until": date(2026, 3, 3)}]}, FIRM, "muted until 2026-03-03"),
        ({"mute": [{"concept": "new-quay", "until": date(2026, 3, 3)}]}, FIRM, "muted until 2026-03-03"),
    ],
)
def test_what_the_rules_leave_out(given: dict[str, Any], change: Change, reason: str) -> None:
    chosen = ask(found(change), rules(**given))
    assert sent(chosen) == []
    assert [h.reason for h in chosen.dropped] == [reason]


@pytest.mark.parametrize(
    "given",
    [
        {"actors": ["lindqvist"]},
        {"concepts": ["new-quay"]},
        {"kinds": ["reversed"]},
        {"exclude_actors": ["Jonaitis"]},
        {"mute": [{"actor": "Lindqvist", "concept": "night-shifts", "until": date(2026, 4, 1)}]},
        {"mute": [{"actor": "Jonaitis", "until": date(2026, 4, 1)}]},
        {"mute": [{"actor": "Lindqvist", "until": date(2026, 3, 2)}]},  # ended as the day began
        {"minimum_confidence": 0.84},
    ],
)
def test_what_the_rules_let_through(given: dict[str, Any]) -> None:
    assert sent(ask(found(FIRM), rules(**given))) == NEWS


def test_a_change_found_while_muted_stays_silent_when_the_mute_ends() -> None:
    table = rules(mute=[{"actor": "Lindqvist", "until": date(2026, 3, 3)}])
    assert sent(ask(found(FIRM), table, now=datetime(2026, 3, 3, 12, tzinfo=UTC))) == []
    later = datetime(2026, 3, 3, 11, tzinfo=UTC)
    assert sent(ask(found(FIRM, at=later), table, now=later + HOUR)) == NEWS


def test_confidence_below_the_minimum_waits() -> None:
    chosen = ask(found(FIRM), rules(minimum_confidence=0.9))
    assert sent(chosen) == [] and [h.reason for h in chosen.held] == ["confidence 0.84 is below 0.9"]


def test_a_stricter_recipient_waits_for_more_reports() -> None:
    assert sent(ask(found(FIRM), rules(confirm_by=3))) == []
    assert sent(ask(found(replace(FIRM, independent_reports=3)), rules(confirm_by=3))) == NEWS


def test_somebody_who_joins_later_is_not_told_the_past() -> None:
    chosen = ask(found(FIRM, at=NOW - timedelta(days=3)))
    assert sent(chosen) == [] and [h.reason for h in chosen.dropped] == ["noticed too long ago to be news"]


# --- once ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "memory",
    [
        told(FIRM),
        told(FIRM, watch_id="another"),
        told(replace(FIRM, id="other", said_at=SAID + timedelta(days=2)), watch_id="another"),
        told(replace(FIRM, id="other", to_agreement=-2)),  # here, before late reports moved its figures
    ],
    ids=["by this watch", "by another watch", "by another watch, dated otherwise", "under another id"],
)
def test_nothing_is_told_twice(memory: Told) -> None:
    assert sent(ask(found(FIRM), None, memory)) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(FIRM, id="other", actor="Kęstutis Jonaitis"),
        replace(FIRM, id="other", concept="night-shifts"),
        replace(FIRM, id="other", kind="softened", to_agreement=0),
        replace(FIRM, id="other", from_agreement=1),
        replace(FIRM, id="other", said_at=SAID - timedelta(days=4)),
    ],
    ids=["actor", "concept", "kind", "from", "day"],
)
def test_another_change_is_not_taken_for_the_same(other: Change) -> None:
    assert sent(ask(found(FIRM), None, told(other, watch_id="another"))) == NEWS


def test_two_like_changes_of_this_watch_are_two() -> None:
    back = replace(FIRM, id="other", said_at=SAID - timedelta(days=2))
    assert sent(ask(found(FIRM, back), None, told(back))) == NEWS


def test_confirmed_after_it_was_listed_is_told_once_more() -> None:
    listed = told(FIRM, "tentative")
    (planned,) = ask(found(FIRM), None, listed).planned
    assert planned.tellings[0].told_as == "confirmed" and planned.tellings[0].earlier == listed


def test_a_change_that_was_told_and_does_not_hold_is_corrected_once() -> None:
    memory = told(GONE)
    correction = [("correction", [("change3", "corrected")])]
    assert sent(ask(found(GONE), None, memory)) == correction
    assert sent(ask(found(GONE), rules(exclude_actors=["Lindqvist"], kinds=["softened"]), memory)) == correction
    assert sent(ask(found(GONE), None, memory, told(GONE, "corrected", NOW))) == []
    assert sent(ask(found(GONE))) == []


def test_a_correction_that_was_wrong_is_taken_back_once() -> None:
    memory = (told(FIRM, at=NOW - 3 * HOUR), told(FIRM, "corrected", NOW - 2 * HOUR))
    assert sent(ask(found(FIRM), None, *memory)) == [("immediate", [("change1", "restored")])]
    assert sent(ask(found(FIRM), None, *memory, told(FIRM, "restored", NOW - HOUR))) == []
    assert sent(ask(found(replace(FIRM, status="reverted")), None, *memory, told(FIRM, "restored"))) == []


def test_no_correction_while_the_same_event_stands() -> None:
    gone = replace(FIRM, status="reverted")
    assert sent(ask(found(gone), None, told(gone), told(replace(FIRM, id="other"), watch_id="another"))) == []


def test_what_was_only_listed_is_corrected_in_the_digest() -> None:
    table = rules(digest="daily")
    noticed = found(GONE, at=datetime(2026, 3, 2, 6, tzinfo=UTC))
    memory = told(GONE, "tentative", NOW - timedelta(days=1))
    assert sent(ask(noticed, rules(), memory)) == []
    assert sent(ask(noticed, table, memory)) == [("digest", [("change3", "corrected")])]


# --- cooldown -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "hours", "goes_out"),
    [
        (replace(FIRM, id="x", said_at=SAID - timedelta(days=9)), 24, False),  # as large, the same position
        (replace(FIRM, id="x", said_at=SAID - timedelta(days=9)), 0.5, True),  # over
        (replace(FIRM, id="x", kind="softened", from_agreement=-2), 24, True),  # smaller: must not hide this one
        (replace(FIRM, id="x", from_agreement=1), 24, True),  # a shorter way to the same position
        (replace(FIRM, id="x", to_agreement=-2), 24, True),  # another position
        (replace(FIRM, id="x", actor="Kęstutis Jonaitis"), 24, True),
        (replace(FIRM, id="x", concept="night-shifts"), 24, True),
    ],
)
def test_cooldown(before: Change, hours: float, goes_out: bool) -> None:
    chosen = ask([*found(FIRM), *found(before)], rules(cooldown_hours=hours), told(before))
    assert ("change1" in str(sent(chosen))) is goes_out
    if not goes_out:
        assert [(h.reason, h.until) for h in chosen.held] == [("cooldown", NOW - HOUR + timedelta(hours=hours))]


def test_what_the_cooldown_held_is_told_when_it_ends_even_days_later() -> None:
    before = replace(FIRM, id="x", said_at=SAID - timedelta(days=9))
    table = rules(cooldown_hours=72)
    end = NOW - HOUR + timedelta(hours=72)
    assert sent(ask(found(FIRM), table, told(before), now=end - HOUR)) == []
    assert sent(ask(found(FIRM), table, told(before), now=end)) == NEWS


def test_a_correction_ends_the_cooldown() -> None:
    before = replace(FIRM, id="x", said_at=SAID - timedelta(days=9))
    memory = (told(before, at=NOW - 3 * HOUR), told(before, "corrected", NOW - 2 * HOUR))
    assert sent(ask(found(FIRM), rules(cooldown_hours=48), *memory)) == NEWS


# --- hours and digests --------------------------------------------------------------------------------------------

NIGHT = {"start": "22:00", "end": "07:30", "timezone": "Europe/Vilnius"}  # UTC+2 in winter, +3 in summer


@pytest.mark.parametrize(
    ("moment", "quiet", "end"),
    [
        (datetime(2026, 3, 2, 19, 59, tzinfo=UTC), False, None),
        (datetime(2026, 3, 2, 20, 0, tzinfo=UTC), True, datetime(2026, 3, 3, 5, 30, tzinfo=UTC)),
        (datetime(2026, 3, 3, 5, 29, tzinfo=UTC), True, datetime(2026, 3, 3, 5, 30, tzinfo=UTC)),
        (datetime(2026, 3, 3, 5, 30, tzinfo=UTC), False, None),
        (datetime(2026, 3, 28, 21, 0, tzinfo=UTC), True, datetime(2026, 3, 29, 4, 30, tzinfo=UTC)),  # clocks go forward
        (datetime(2026, 7, 1, 19, 0, tzinfo=UTC), True, datetime(2026, 7, 2, 4, 30, tzinfo=UTC)),
    ],
)
def test_quiet_hours(moment: datetime, quiet: bool, end: datetime | None) -> None:
    table = rules(quiet_hours=NIGHT)
    assert is_quiet(table, moment) is quiet
    assert quiet_end(table, moment) == (end or moment)
    chosen = ask(found(FIRM, at=moment), table, now=moment)
    assert sent(chosen) == ([] if quiet else NEWS)
    if quiet:
        assert [(h.reason, h.until) for h in chosen.held] == [("quiet hours", end)]


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = rules(quiet_hours={"start": "12:00", "end": "13:00"})
    assert is_quiet(noon, datetime(2026, 3, 2, 12, 30, tzinfo=UTC))
    assert not is_quiet(noon, datetime(2026, 3, 2, 13, 0, tzinfo=UTC))
    assert not is_quiet(rules(quiet_hours={"start": "12:00", "end": "12:00"}), datetime(2026, 3, 2, 12, tzinfo=UTC))


def test_a_change_reverted_in_the_night_is_never_told() -> None:
    table = rules(quiet_hours=NIGHT)
    night, morning = datetime(2026, 3, 2, 23, tzinfo=UTC), datetime(2026, 3, 3, 6, tzinfo=UTC)
    assert sent(ask(found(FIRM, at=night), table, now=night)) == []
    assert sent(ask(found(replace(FIRM, status="reverted"), at=morning), table, now=morning)) == []


@pytest.mark.parametrize(
    ("digest", "quiet", "last", "following"),
    [  # NOW is Monday 09:30 UTC
        ("hourly", None, datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)),
        ("daily", None, datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 3, 7, tzinfo=UTC)),
        ("weekly", None, datetime(2026, 3, 2, 7, tzinfo=UTC), datetime(2026, 3, 9, 7, tzinfo=UTC)),
        ("daily", NIGHT, datetime(2026, 3, 2, 5, 30, tzinfo=UTC), datetime(2026, 3, 3, 5, 30, tzinfo=UTC)),
        (
            "hourly",
            {"start": "09:00", "end": "11:15"},
            datetime(2026, 3, 2, 8, tzinfo=UTC),
            datetime(2026, 3, 2, 11, 15, tzinfo=UTC),
        ),
    ],
)
def test_when_digests_go_out(digest: Any, quiet: Any, last: datetime, following: datetime) -> None:
    table = rules(digest=digest, quiet_hours=quiet)
    assert last_boundary(table, digest, NOW) == last
    assert next_boundary(table, digest, NOW) == following


def test_a_digest_gathers_and_goes_out_once() -> None:
    table = rules(digest="daily")
    news = found(FIRM, WEAK, at=datetime(2026, 3, 1, 15, tzinfo=UTC))
    early, due = datetime(2026, 3, 2, 6, 30, tzinfo=UTC), datetime(2026, 3, 2, 7, 1, tzinfo=UTC)
    chosen = ask(news, table, now=early)
    assert sent(chosen) == []
    assert {(h.reason, h.until) for h in chosen.held} == {("daily digest", due.replace(minute=0))}
    digest = [("digest", [("change1", "confirmed"), ("change2", "tentative")])]
    assert sent(ask(news, table, now=due, last_pass=early)) == digest
    memory = (told(FIRM, at=due), told(WEAK, "tentative", at=due))
    assert sent(ask(news, table, *memory, now=due + HOUR, last_pass=due, last_digest=due)) == []


def test_a_digest_that_a_crash_prevented_goes_out_with_the_next_pass() -> None:
    news = found(FIRM, at=datetime(2026, 3, 2, 6, tzinfo=UTC))
    assert len(sent(ask(news, rules(digest="daily"), now=NOW, last_pass=NOW - HOUR))) == 1


def test_news_after_the_digest_wait_for_the_next() -> None:
    assert sent(ask(found(FIRM, at=NOW), rules(digest="daily"), now=NOW, last_pass=NOW - HOUR)) == []


def test_a_daily_watch_with_a_daily_digest_tells_what_it_has_just_found() -> None:
    """At 06:00 each day, before the time of digests: nothing waits a whole day."""
    now = datetime(2026, 3, 2, 6, tzinfo=UTC)
    chosen = ask(found(FIRM, at=now), rules(digest="daily"), now=now, last_pass=now - timedelta(days=1))
    assert sent(chosen) == [("digest", [("change1", "confirmed")])]


def test_nothing_changed_is_said_only_if_asked_and_once() -> None:
    due = datetime(2026, 3, 2, 7, 1, tzinfo=UTC)
    before = {"last_pass": due - HOUR}
    assert sent(ask([], rules(digest="daily"), now=due, **before)) == []
    for table in (rules(digest="daily", nothing_changed=True), rules(nothing_changed=True)):
        assert sent(ask([], table, now=due, **before)) == [("digest", [])]
        assert sent(ask([], table, now=due + HOUR, last_pass=due, last_digest=due)) == []
        assert sent(ask([], table, told(FIRM, at=due - 3 * HOUR), now=due, **before)) == []


def test_few_news_are_mails_of_their_own_and_many_share_one() -> None:
    def moved(number: int) -> Change:
        return make_change(number, concept=f"concept-{number}")

    assert len(ask(found(*map(moved, range(3)))).planned) == 3
    (planned,) = ask(found(*map(moved, range(4)))).planned
    assert len(planned.tellings) == 4
    twice = [make_change(1), make_change(2, said_at=SAID + timedelta(days=1))]
    (planned,) = ask(found(*twice)).planned
    assert [t.change.id for t in planned.tellings] == ["change1", "change2"]


# --- all together -------------------------------------------------------------------------------------------------

statuses = st.lists(st.sampled_from(["tentative", "confirmed", "reverted"]), min_size=1, max_size=6)


@settings(max_examples=150)
@given(
    histories=st.lists(statuses, min_size=1, max_size=5),
    digest=st.sampled_from(["immediate", "hourly", "daily", "weekly"]),
    quiet=st.sampled_from([None, NIGHT]),
    cooldown=st.sampled_from([0, 5, 100]),
    step_hours=st.sampled_from([1, 5, 24]),
)
def test_whatever_happens_nobody_is_told_twice_and_nothing_firm_is_missed(
    histories: list[list[str]], digest: Any, quiet: Any, cooldown: float, step_hours: int
) -> None:
    table = rules(digest=digest, quiet_hours=quiet, cooldown_hours=cooldown)
    memory: list[Told] = []
    now, last_pass = NOW, None
    noticed = {}
    state: dict[str, Change] = {}
    for step in range(6 + 24 * 14 // step_hours):
        for number, history in enumerate(histories):
            change = make_change(number, status=history[min(step, len(history) - 1)], concept=f"c{number % 2}")
            change = replace(change, said_at=SAID + timedelta(days=4 * number))
            if state.get(change.id) != change:
                state[change.id], noticed[change.id] = change, now
        chosen = select(
            [Found(c, noticed[c.id]) for c in state.values()],
            table,
            History(tuple(memory), last_pass),
            now,
            watch_id="harbour",
        )
        assert not (chosen.planned and is_quiet(table, now))
        for planned in chosen.planned:
            memory += [told(t.change, t.told_as, now) for t in planned.tellings]
        last_pass, now = now, now + timedelta(hours=step_hours)
    keys = [(t.what.change_id, t.what.told_as) for t in memory]
    assert len(keys) == len(set(keys))
    for change in state.values():
        last = [t.what.told_as for t in memory if t.what.change_id == change.id]
        if change.status == "confirmed":
            assert last and last[-1] in ("confirmed", "restored")
        elif change.status == "reverted":
            assert not last or last[-1] == "corrected" or last.count("corrected") == 1
