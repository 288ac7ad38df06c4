"""When feeds are asked, with what, and what is remembered; when a watch is blind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.blindness import blindness
from flows.fetch import Fetcher, FetchPolicy, Response
from flows.polling import LONGEST_RETRY, backoff, decide, failed, is_due, poll, request_for
from storage.records import FeedState
from tests.flows.faulty import Asked, Faulty, Piece, item, rss, say

NOW = datetime(2025, 12, 15, 12, tzinfo=UTC)
URL = "https://feeds.example/rss"
STATE = FeedState("w", "f1", URL, etag='"e"', last_modified="Mon", last_success_at=NOW, last_item_at=NOW)
POLICY = FetchPolicy(allow_hosts=frozenset({"127.0.0.1"}), gap_seconds=0)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("state", "due"),
    [
        (STATE, True),
        (replace(STATE, next_poll_at=NOW), True),
        (replace(STATE, next_poll_at=NOW + timedelta(seconds=30)), True),  # passes do not start on the second
        (replace(STATE, next_poll_at=NOW + timedelta(minutes=5)), False),
        (replace(STATE, retired=True), False),
    ],
)
def test_who_is_asked(state: FeedState, due: bool) -> None:
    assert is_due(state, NOW) is due


def test_requests_are_conditional() -> None:
    request = request_for(STATE, NOW + hours(20))
    assert (request.etag, request.last_modified, request.robots) == ('"e"', "Mon", False)


def test_a_feed_that_is_silent_for_a_day_is_asked_without_conditions_once_a_day() -> None:
    state = replace(STATE, last_item_at=NOW - timedelta(days=5))
    unconditional = 0
    for step in range(96):
        moment = NOW + step * hours(0.5)
        unconditional += request_for(state, moment).etag is None
        state = replace(state, last_success_at=moment)
    assert unconditional == 2  # in two days


@given(st.integers(1, 10_000), st.text(max_size=20))
def test_backoff_grows_and_stays_below_a_day(failures: int, key: str) -> None:
    assert timedelta(minutes=11) < backoff(failures, key) <= LONGEST_RETRY
    assert backoff(failures + 2, key) >= backoff(failures, key) or backoff(failures, key) > LONGEST_RETRY * 0.75
    assert backoff(failures, key) == backoff(failures, key)


def test_feeds_that_failed_together_do_not_come_back_together() -> None:
    delays = {backoff(3, f"feed{n}") for n in range(50)}
    assert len(delays) == 50
    assert max(delays) - min(delays) > timedelta(minutes=20)


@given(st.floats(0, 7 * 86400), st.integers(0, 20))
def test_a_server_s_wish_is_never_cut_short(pause: float, failures: int) -> None:
    result = failed(replace(STATE, failures_in_a_row=failures), NOW, "x", pause)
    assert result.next_at is not None
    assert result.next_at - NOW >= timedelta(seconds=pause)


def test_a_failure_keeps_what_was_known() -> None:
    result = failed(STATE, NOW, "no")
    assert (result.etag, result.last_modified, result.last_item_at) == (
        STATE.etag,
        STATE.last_modified,
        STATE.last_item_at,
    )


def answer(status: int = 200, body: bytes = b"", moved: str | None = None, **headers: str) -> Response:
    return Response(URL, status, body, {k.replace("_", "-"): v for k, v in headers.items()}, moved)


def test_validators_belong_to_the_body_that_they_came_with() -> None:
    result, _ = decide(STATE, answer(body=rss(item(1))), NOW)
    assert (result.outcome, result.etag, result.last_modified) == ("fetched", None, None)
    unchanged, _ = decide(STATE, answer(304), NOW)
    assert (unchanged.etag, unchanged.last_modified) == (STATE.etag, STATE.last_modified)


def test_a_move_from_https_to_http_is_not_remembered() -> None:
    assert decide(STATE, answer(body=rss(item(1)), moved="http://feeds.example/rss"), NOW)[0].moved_to is None
    assert (
        decide(STATE, answer(body=rss(item(1)), moved="https://new.example/"), NOW)[0].moved_to
        == "https://new.example/"
    )


def test_the_newest_item() -> None:
    feed = rss(item(1), item(2, date="Mon, 15 Dec 2025 11:00:00 +0100"), item(3, date=""))
    assert decide(STATE, answer(body=feed), NOW)[0].last_item_at == datetime(2025, 12, 15, 10, tzinfo=UTC)


def test_a_feed_fails_backs_off_recovers_and_moves() -> None:
    """A life: what one pass records is what the next one starts from."""
    state = STATE
    script = [(500, "failed"), (500, "failed"), (200, "fetched"), (304, "unchanged"), (410, "gone")]
    moment = NOW
    for status, outcome in script:
        state = replace(state, last_item_at=moment)
        result, _ = decide(state, answer(status, rss(item(1)), etag='"n"'), moment)
        assert result.outcome == outcome
        fails = state.failures_in_a_row + 1 if outcome == "failed" else 0
        state = replace(
            state, etag=result.etag, body_sha256=result.body_sha256, failures_in_a_row=fails,
            next_poll_at=result.next_at, retired=outcome == "gone",
        )  # fmt: skip
        if outcome == "failed":
            assert not is_due(state, moment + timedelta(minutes=5))
        moment = max(moment + hours(0.5), result.next_at or moment)
        assert is_due(state, moment) == (outcome != "gone")
    assert state.etag == '"n"'


def test_many_feeds_cost_one_conditional_request_each_and_only_the_changed_are_read() -> None:
    def route(asked: Asked) -> list[bytes]:
        number = int(asked.path[1:])
        pieces = (
            say(b"", 304) if asked.headers.get("if-none-match") == '"e"' and number % 20 else say(rss(item(number)))
        )
        return list(pieces(asked))  # type: ignore[arg-type]

    with Faulty({"*": route}) as server, Fetcher(POLICY) as fetcher:
        states = [replace(STATE, feed_id=f"f{n}", url=f"{server.url}/{n}") for n in range(60)]
        results = list(poll(states, NOW, fetcher))
        assert sorted(server.paths()) == sorted(f"/{n}" for n in range(60))
    assert sorted(r.feed_id for r in results if r.outcome == "fetched") == ["f0", "f20", "f40"]
    assert sum(r.outcome == "unchanged" for r in results) == 57


def test_hosts_are_asked_at_the_same_time() -> None:
    """Every host answers only after all of them were asked: one after the other would never end."""
    import threading

    together = threading.Barrier(4, timeout=10)

    def route(asked: Asked) -> list[Piece]:
        together.wait()
        return list(say(rss(item(1)))(asked))

    servers = [Faulty({"*": route}, host=f"127.0.0.{n}") for n in range(2, 6)]
    policy = FetchPolicy(allow_hosts=frozenset(s.host for s in servers), gap_seconds=0)
    with servers[0], servers[1], servers[2], servers[3], Fetcher(policy) as fetcher:
        states = [replace(STATE, feed_id=s.host, url=s.url + "/f") for s in servers]
        assert [r.outcome for r in poll(states, NOW, fetcher)] == ["fetched"] * 4


def test_a_bug_stops_the_pass_and_leaves_no_thread() -> None:
    import threading

    class Broken(Fetcher):
        def get(self, request: object) -> Response:
            raise KeyError("a bug")

    with Broken(POLICY) as fetcher, pytest.raises(KeyError):
        list(poll([replace(STATE, feed_id=str(n), url=f"http://h{n}.example/") for n in range(9)], NOW, fetcher))
    assert not [t for t in threading.enumerate() if t.name.startswith("volteface-fetch")]


# --- blindness

OK = replace(STATE, last_success_at=NOW)
BAD = replace(STATE, failures_in_a_row=3, last_success_at=NOW - hours(30))
HALF_HOURLY = [NOW - hours(0.5) * n for n in range(200)]


@pytest.mark.parametrize(
    ("states", "seen", "kind"),
    [
        ([], [], None),
        ([OK, OK], HALF_HOURLY, None),
        ([OK, BAD], HALF_HOURLY, None),
        ([BAD, BAD], HALF_HOURLY, "feeds"),
        ([BAD, replace(OK, failures_in_a_row=1)], HALF_HOURLY, None),  # a moment's failure is no blindness
        ([BAD, replace(OK, failures_in_a_row=2)], HALF_HOURLY, "feeds"),
        ([BAD, replace(OK, retired=True)], HALF_HOURLY, "feeds"),
        ([replace(BAD, last_success_at=None)], [], "feeds"),
        ([replace(BAD, last_success_at=None, failures_in_a_row=1)], [], "feeds"),  # an address that never was one
        ([OK], [], None),  # a watch that has just begun
        ([OK], [m - hours(23) for m in HALF_HOURLY], None),  # a night and a day
        ([OK], [m - hours(25) for m in HALF_HOURLY], "silence"),
        ([OK], [NOW - hours(60 + 24 * n) for n in range(30)], None),  # one a day: three days are not unusual
        ([OK], [NOW - hours(80 + 24 * n) for n in range(30)], "silence"),
        ([OK], [NOW - hours(100), NOW - hours(101)], None),  # too little to know what is usual
        ([OK], [NOW - hours(200), NOW - hours(201)], "silence"),
    ],
)
def test_blindness(states: list[FeedState], seen: list[datetime], kind: str | None) -> None:
    found = blindness(states, seen, NOW)
    assert (found.kind if found else None) == kind


def test_a_warning_says_since_when() -> None:
    found = blindness([BAD, BAD], [], NOW)
    assert found is not None
    assert found.since == NOW - hours(30)
    assert "All 2 feeds fail" in found.reason
    assert "14 December 2025 at 06:00" in found.reason


@given(st.lists(st.integers(0, 5000), max_size=40))
def test_the_order_of_what_was_seen_does_not_matter(minutes: list[int]) -> None:
    seen = [NOW - timedelta(minutes=m) for m in minutes]
    assert blindness([OK], seen, NOW) == blindness([OK], sorted(seen), NOW) == blindness([OK], seen * 2, NOW)
