"""Can the watch still see? Pure: from feed states, the moments at which something was seen, and ``now``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from flows.alerts import Note
from flows.wording import one_line
from storage.records import FeedState

SHORTEST_SILENCE = timedelta(days=1)
"""News pauses overnight and on holidays: a shorter silence is never remarkable."""
UNKNOWN_SILENCE = timedelta(days=7)
"""What is remarkable for a watch that has not seen enough to have a usual."""
CERTAIN = 2
"""Failures in a row from which on a feed that has answered before counts as failing: a single one passes by itself."""
FEEDS_SHOWN = 10
ENOUGH_GAPS = 8
TIMES_USUAL = 3


@dataclass(frozen=True, slots=True)
class Blind:
    """A watch that sees nothing, and why."""

    kind: Literal["feeds", "silence"]
    """``feeds``: every feed fails; ``silence``: the feeds answer, and bring nothing for longer than usual."""
    since: datetime | None
    """The last success or the last new entry, None where there never was one."""
    reason: str


def blindness(states: Sequence[FeedState], seen: Sequence[datetime], now: datetime) -> Blind | None:
    """Why the watch is blind at ``now``, or None where it sees.

    ``states``: its feeds; ``seen``: when entries that were new were recorded, any order, repeats allowed. While the
    answer is not None, nobody's silence means anything.
    """
    if not states:
        return None
    failing = [state for state in states if _fails(state)]
    if len(failing) == len(states):
        since = max((s.last_success_at for s in states if s.last_success_at), default=None)
        gone = sum(state.retired for state in states)
        what = f"All {len(states)} feeds fail" if len(states) > 1 else "The only feed fails"
        parts = [f"{what}{f' ({gone} of them gone for good)' if gone else ''}"]
        parts.append(f"the last success was on {since:%d %B %Y at %H:%M} UTC" if since else "none ever answered")
        return Blind("feeds", since, ", ".join(parts))
    moments = sorted(set(seen))
    if not moments:
        return None  # a watch that has just begun
    silence = now - moments[-1]
    usual = usual_silence(moments)
    if silence <= usual:
        return None
    reason = (
        f"The feeds answer, but nothing new came since {moments[-1]:%d %B %Y at %H:%M} UTC: "
        f"{_words(silence)}, where {_words(usual)} would be long"
    )
    return Blind("silence", moments[-1], reason)


def sees_nothing(states: Sequence[FeedState]) -> bool:
    """Whether every feed failed when it was last asked: no time to say that nothing changed."""
    return bool(states) and all(state.retired or state.failures_in_a_row for state in states)


def _fails(state: FeedState) -> bool:
    return state.retired or state.failures_in_a_row >= (CERTAIN if state.last_success_at else 1)


def warning(title: str, watch_file: str, blind: Blind, states: Sequence[FeedState]) -> Note:
    """The message that says that the watch ``title`` sees nothing, and what each feed last said."""
    said = [
        ("Feed", one_line(f"{s.url}: {'gone for good' if s.retired else s.last_error or 'answers'}"))
        for s in states[:FEEDS_SHOWN]
    ]
    rest = len(states) - len(said)
    return Note(
        subject=f"Blind: {title}",
        headline="This watch sees nothing",
        paragraphs=(
            f"{blind.reason}.",
            "Until it sees again, no alert may come although a position changed, and nobody's silence means anything. "
            f"One message will tell when it does. More: volteface feeds {watch_file}",
        ),
        facts=(*said, *([("And", f"{rest} more")] if rest > 0 else [])),
    )


def recovery(title: str, since: datetime, states: Sequence[FeedState]) -> Note:
    """The message that says that the watch ``title``, blind as we said at ``since``, sees again."""
    well = sum(not _fails(state) for state in states)
    return Note(
        subject=f"Sees again: {title}",
        headline="This watch sees again",
        paragraphs=(
            f"{well} of {len(states)} feeds answer, and bring news. We warned on {since:%d %B %Y at %H:%M} UTC.",
            "What is still in the feeds of what was published meanwhile is read now.",
        ),
    )


def usual_silence(moments: Sequence[datetime]) -> timedelta:
    """The longest silence that is not remarkable: three times the gap that nineteen in twenty stay below.

    ``moments``: when something was seen, in order. The last hundred count.
    """
    recent = moments[-101:]
    gaps = sorted(b - a for a, b in pairwise(recent))
    if len(gaps) < ENOUGH_GAPS:
        return UNKNOWN_SILENCE
    return max(gaps[int(len(gaps) * 0.95)] * TIMES_USUAL, SHORTEST_SILENCE)


def _words(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours < 72 else f"{hours / 24:.0f} days"
