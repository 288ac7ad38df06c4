"""Which changes are told to whom, and when: the watch's [alerts] over what was found and what was told. Pure.

Nothing is queued here. Each pass asks again, over all changes of the watch, what a recipient has not been told yet;
so whatever is held back (quiet hours, cooldown, a digest that is not due) can be neither lost nor grow stale, and a
change that is reverted while it waits is never told.

* A confirmed change is told once, at once or in the digest; a tentative one at most once and in a digest only.
* A change that was told and did not hold is corrected, whatever the filters say: only quiet hours delay that.
* The same change found again by another watch of the same home, or under another id because late reports moved
  its figures, counts as told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Literal

from extractors.models import Actor, Change
from flows.hours import LENGTH, Period, digest_period, is_quiet, last_boundary, next_boundary, quiet_end, zone_of
from flows.memory import Memory, fold
from flows.watchfile import AlertsTable
from storage.records import Told

ToldAs = Literal["tentative", "confirmed", "corrected", "restored"]
"""As which a change is told; "restored" is one that was corrected and holds after all."""

BUNDLE_ABOVE = 3
"""More news than this about different actors or concepts in one pass share one mail."""
FRESH = timedelta(days=2)
"""A change that was noticed longer ago (plus the digest's period and the cooldown) is no news: it is not told to
somebody who joins later."""


@dataclass(frozen=True)
class Found:
    """A change of this watch, and when it first got its present status."""

    change: Change
    noticed_at: datetime
    proposition: str = ""


@dataclass(frozen=True)
class History:
    """What one recipient has been told by all watches of this home, and when this watch last looked."""

    told: tuple[Told, ...] = ()
    last_pass: datetime | None = None
    """Start of this watch's previous pass, None for the first."""
    last_digest: datetime | None = None
    """When this watch last queued a digest for this recipient."""


@dataclass(frozen=True)
class Telling:
    """One change in one message."""

    change: Change
    told_as: ToldAs
    earlier: Told | None = None
    """What the recipient was told about it before: for corrections, and for confirmations of what a digest listed."""


@dataclass(frozen=True)
class Planned:
    """A message to compose now. No tellings: the digest that says that nothing changed."""

    kind: Literal["immediate", "digest", "correction"]
    tellings: tuple[Telling, ...]
    period: Period | None = None
    since: datetime | None = None
    """For digests: the end of the period before."""
    until: datetime | None = None


@dataclass(frozen=True)
class Held:
    """A change that is not told now, why, and until when if that is known."""

    change: Change
    reason: str
    until: datetime | None = None

    def __str__(self) -> str:
        ends = f", until {self.until:%Y-%m-%d %H:%M} UTC" if self.until else ""
        return f"{self.change.actor} on {self.change.concept} ({self.change.kind}): {self.reason}{ends}"


@dataclass(frozen=True)
class Selection:
    """What to send to one recipient now, and what not."""

    planned: tuple[Planned, ...] = ()
    held: tuple[Held, ...] = ()
    """Waits and will be asked about again."""
    dropped: tuple[Held, ...] = ()
    """The rules say no."""


@dataclass
class _Sorting:
    """Tellings and the rest while select works."""

    at_once: list[Telling] = field(default_factory=list)
    corrections: list[Telling] = field(default_factory=list)
    for_digest: list[tuple[Telling, datetime]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    dropped: list[Held] = field(default_factory=list)


def select(
    found: Sequence[Found],
    rules: AlertsTable,
    history: History,
    now: datetime,
    *,
    watch_id: str,
    actors: Sequence[Actor] = (),
) -> Selection:
    """What one recipient is to be told at ``now``.

    ``found``: all changes of the watch in their present state, in any order; ``actors``: the watch's, so that rules
    may use aliases. All datetimes aware.
    """
    period = digest_period(rules)
    boundary = last_boundary(rules, period, now) if period else None
    told = Memory(history.told, watch_id, {item.change.id for item in found})
    sorting = _Sorting()
    for item in sorted(found, key=lambda f: (f.change.said_at, f.change.id)):
        _sort(item, rules, told, now, _canonical(actors), sorting)
    if is_quiet(rules, now):
        until = quiet_end(rules, now)
        waiting = [*sorting.corrections, *sorting.at_once, *(t for t, _ in sorting.for_digest)]
        held = [Held(t.change, "quiet hours", until) for t in waiting]
        return Selection((), (*sorting.held, *held), tuple(sorting.dropped))
    planned = [Planned("correction", group) for group in _bundles(sorting.corrections)]
    planned += [Planned("immediate", group) for group in _bundles(sorting.at_once)]
    if period and boundary:
        planned += _digest(sorting, rules, history, boundary, period, now)
    return Selection(tuple(planned), tuple(sorting.held), tuple(sorting.dropped))


# --- one change -------------------------------------------------------------------------------------------------


def _sort(
    item: Found, rules: AlertsTable, told: Memory, now: datetime, canonical: Callable[[str], str], out: _Sorting
) -> None:
    """Put one change where it belongs."""
    change = item.change
    earlier = told.last(change)
    if change.status == "reverted":
        if earlier and not told.was(change, "corrected") and not told.stands(change):
            telling = Telling(change, "corrected", earlier)
            if earlier.what.told_as == "tentative":
                out.for_digest.append((telling, item.noticed_at))
            else:
                out.corrections.append(telling)
        return
    firm = change.status == "confirmed" and change.independent_reports >= rules.confirm_by
    told_as: ToldAs = "confirmed" if firm else "tentative"
    if earlier and earlier.what.told_as == "corrected":
        if not firm or told.was(change, "restored"):
            return
        told_as = "restored"
    elif earlier and (earlier.what.told_as != "tentative" or not firm):
        return
    if why := _unwanted(item, rules, canonical) or _stale(item, rules, now):
        out.dropped.append(Held(change, why))
        return
    if change.confidence < rules.minimum_confidence:
        out.held.append(Held(change, f"confidence {change.confidence:.2f} is below {rules.minimum_confidence:g}"))
        return
    ready = item.noticed_at
    if firm and (ends := _cooling(item, rules, told)):
        if ends > now:
            out.held.append(Held(change, "cooldown", ends))
            return
        ready = max(ready, ends)
    telling = Telling(change, told_as, earlier)
    if firm and rules.digest == "immediate":
        out.at_once.append(telling)
    elif digest_period(rules):
        out.for_digest.append((telling, ready))
    else:
        out.held.append(Held(change, f"tentative: {change.independent_reports} of {rules.confirm_by} reports"))


def _unwanted(item: Found, rules: AlertsTable, canonical: Callable[[str], str]) -> str:
    """Why the rules leave this change out, "" where they do not."""
    change = item.change
    actor = canonical(change.actor)
    if change.kind not in rules.kinds:
        return f"kind {change.kind} is not asked for"
    if rules.actors and actor not in {canonical(name) for name in rules.actors}:
        return "the actor is not among those asked for"
    if actor in {canonical(name) for name in rules.exclude_actors}:
        return "the actor is excluded"
    if rules.concepts and change.concept not in rules.concepts:
        return "the concept is not among those asked for"
    if change.concept in rules.exclude_concepts:
        return "the concept is excluded"
    noticed = item.noticed_at.astimezone(zone_of(rules)).date()
    for mute in rules.mute:
        here = (mute.actor is None or canonical(mute.actor) == actor) and mute.concept in (None, change.concept)
        if here and noticed < mute.until:
            return f"muted until {mute.until}"
    return ""


def _stale(item: Found, rules: AlertsTable, now: datetime) -> str:
    return "noticed too long ago to be news" if item.noticed_at < now - freshness(rules) else ""


def freshness(rules: AlertsTable) -> timedelta:
    """How long after it was noticed a change may still be told as news."""
    period = digest_period(rules)
    return FRESH + timedelta(hours=rules.cooldown_hours) + (LENGTH[period] if period else timedelta())


def _cooling(item: Found, rules: AlertsTable, told: Memory) -> datetime | None:
    """When the cooldown ends that an alert at least as large about the same new position had started.

    What was told after the change was noticed does not count, or one change could wait for another without end; nor
    does what was taken back, since then the recipient believes the contrary.
    """
    change = item.change
    starts = [
        t.told_at
        for t in told.about(change.actor, change.concept)
        if t.what.told_as in ("confirmed", "restored")
        and t.told_at <= item.noticed_at
        and t.what.change_id != change.id
        and not told.was_corrected(t)
        and t.what.to_agreement == change.to_agreement
        and size(t.what.kind, t.what.from_agreement, t.what.to_agreement)
        >= size(change.kind, change.from_agreement, change.to_agreement)
    ]
    return max(starts) + timedelta(hours=rules.cooldown_hours) if starts and rules.cooldown_hours else None


def size(kind: str, from_agreement: int | None, to_agreement: int | None) -> tuple[bool, int]:
    """How large a change is, comparable: a change of sides before any other, then by steps on the scale."""
    steps = abs((to_agreement or 0) - (from_agreement or 0))
    return kind == "reversed", steps


def _canonical(actors: Sequence[Actor]) -> Callable[[str], str]:
    aliases = {fold(alias): fold(actor.name) for actor in actors for alias in (*actor.aliases, actor.name)}
    return lambda name: aliases.get(fold(name), fold(name))


# --- messages ---------------------------------------------------------------------------------------------------


def _bundles(tellings: Sequence[Telling]) -> list[tuple[Telling, ...]]:
    """One message for each actor and concept; one for all where there are many."""
    ordered = sorted(tellings, key=lambda t: (fold(t.change.actor), t.change.concept, t.change.said_at, t.change.id))
    groups = [tuple(g) for _, g in groupby(ordered, key=lambda t: (fold(t.change.actor), t.change.concept))]
    return groups if len(groups) <= BUNDLE_ABOVE else [tuple(ordered)]


def _digest(
    sorting: _Sorting, rules: AlertsTable, history: History, boundary: datetime, period: Period, now: datetime
) -> list[Planned]:
    """The digest, if the first pass after ``boundary`` is this one or an earlier one was interrupted."""
    first_since = history.last_pass is not None and history.last_pass < boundary
    overdue = any(ready <= boundary for _, ready in sorting.for_digest)
    if not (first_since or overdue):
        until = next_boundary(rules, period, now)
        sorting.held += [Held(t.change, f"{period} digest", until) for t, _ in sorting.for_digest]
        return []
    since = history.last_digest or boundary - LENGTH[period]
    if sorting.for_digest:
        return [Planned("digest", tuple(t for t, _ in sorting.for_digest), period, since, now)]
    told_since = any(t.told_at >= boundary - LENGTH[period] for t in history.told)
    silent = history.last_digest is None or history.last_digest < boundary
    if rules.nothing_changed and silent and not told_since:
        return [Planned("digest", (), period, since, now)]
    return []
