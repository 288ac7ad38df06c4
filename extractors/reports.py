"""Statements of one actor on one concept -> independent reports, each on the day on which the actor spoke.

Most coverage is copies of copies, and most old quotes are printed again. So before anything is counted:

- An utterance belongs to the day on which it was made. Words that were in print before the day on which they are
  supposed to have been said are an old quote, and take the day of the earlier print; the same words, dated by one text
  and undated in another, take the date (extractors/utterances.py says what "the same words" are).
- One report is: all versions of one article, all copies of one text (``copy_group``), all texts that share a
  sentence in the writer's own words. It belongs to the outlet that printed it first, and speaks through that first
  printing alone, so that copies add nothing. What the others printed is kept as evidence.
- Independent are reports of different outlets. Two outlets that tell the same speech in their own words are two, even
  if they quote the same sentence of it; two articles of one outlet are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import prod

from extractors.models import Statement
from extractors.positions import QUOTE_WEIGHTS, precedence, round_away, sign
from extractors.utterances import same_utterance, shingles, wording

QUOTE_WORDS = 5
"""Words in a quotation from which its repetition is the same utterance and not the same idea."""
SPEECH_WORDS = 8
"""The same for indirect speech, where short sentences come out alike by chance."""
COPY_WORDS = 9
"""Words in indirect speech from which two outlets do not write the same sentence independently."""
COPY_DAYS = 3
DOMINANT = 2.0
"""How often the weight of one side must exceed the other's in one report to be what it says."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one outlet's own reporting says an actor said on a day."""

    day: date
    group: str
    outlet: str
    level: int
    """-2..2; of a mixed report the level of its heavier side."""
    other: int | None
    """The level of the other side where the report prints both without a clear lead, else None."""
    statements: tuple[Statement, ...]
    """Of the first printing, heaviest first."""
    copies: tuple[Statement, ...] = ()

    @property
    def mixed(self) -> bool:
        return self.other is not None

    @property
    def condition(self) -> str | None:
        """The condition that the report names for its level, None where it names none."""
        return next((s.condition for s in self._on_its_side() if s.condition), None)

    @property
    def confidence(self) -> float:
        """The chance that not all of its statements on its side were misread: what is told twice leaves less doubt."""
        return 1 - prod(1 - s.confidence for s in self._on_its_side())

    def _on_its_side(self) -> list[Statement]:
        return [s for s in self.statements if sign(s.agreement or 0) == sign(self.level)]

    @property
    def own_words(self) -> bool:
        """Whether it quotes the actor, or dates the utterance by more than the day of publication."""
        return any(s.attribution.quote_type != "indirect" or dated(s) for s in self.statements)


def dated(statement: Statement) -> bool:
    """Tell whether the text itself says when it was said."""
    return statement.said_basis not in {"", "published", "undated page"}


def usable(statements: Iterable[Statement], min_confidence: float) -> list[Statement]:
    """Return those that can move a position, each once, in an order that does not depend on that of arrival."""
    kept = {
        s.id: s
        for s in statements
        if s.agreement is not None and s.actor and s.concept and s.said_at and s.confidence >= min_confidence
    }
    return sorted(kept.values(), key=lambda s: (s.said_at, *precedence(s)))


def original_days(statements: Sequence[Statement]) -> list[Statement]:
    """Return the statements with `said_at` moved back to the day on which the words were first said.

    `statements` as `usable` gives them. Linear in their number: wordings are looked up by the runs of three words that
    they share.
    """
    known: dict[tuple[str, ...], list[Statement]] = {}
    placed: list[Statement] = []
    for statement in sorted(statements, key=lambda s: (s.said_at, not dated(s), *precedence(s))):
        if _long_enough(statement):
            runs = shingles(statement.words)
            earlier = _earlier(statement, {c.id: c for run in runs for c in known.get(run, ())}.values())
            if earlier is None:
                for run in runs:
                    if len(known.setdefault(run, [])) < 8:  # a run of everyday words leads nowhere
                        known[run].append(statement)
            elif earlier.said_at != statement.said_at:
                statement = replace(statement, said_at=earlier.said_at)
        placed.append(statement)
    return sorted(placed, key=lambda s: (s.said_at, *precedence(s)))


def reports(statements: Sequence[Statement]) -> list[Report]:
    """Fold `statements` (of one actor and concept, with their original days) into reports, in order of day."""
    groups = _groups(statements)
    origin: dict[str, str] = {}
    for s in sorted(statements, key=precedence):
        origin.setdefault(groups[s.id], s.outlet)
    bundles: dict[tuple[date, str], list[Statement]] = {}
    for s in sorted(statements, key=precedence):
        if s.said_at is not None:
            bundles.setdefault((s.said_at, groups[s.id]), []).append(s)
    return [_report(day, group, origin[group], bundle) for (day, group), bundle in sorted(bundles.items())]


def _report(day: date, group: str, outlet: str, bundle: Sequence[Statement]) -> Report:
    """`bundle` in order of precedence: what the first printing says counts, the rest are copies."""
    first = bundle[0].version_id
    own = sorted((s for s in bundle if s.version_id == first), key=lambda s: (-_weight(s), s.id))
    sides = {side: sum(_weight(s) for s in own if sign(s.agreement or 0) == side) for side in (-1, 0, 1)}
    lead = 0 if not (sides[1] or sides[-1]) else 1 if sides[1] >= sides[-1] else -1
    other = None
    if lead and sides[-lead] and sides[lead] < DOMINANT * sides[-lead]:
        other = _level(own, -lead)
    return Report(
        day, group, outlet, _level(own, lead), other, tuple(own), tuple(s for s in bundle if s.version_id != first)
    )


def _level(statements: Sequence[Statement], side: int) -> int:
    """The weighted mean of the agreements on `side`, rounded."""
    chosen = [s for s in statements if sign(s.agreement or 0) == side]
    total = sum(_weight(s) for s in chosen) or 1.0
    return round_away(sum(_weight(s) * (s.agreement or 0) for s in chosen) / total) or side


def _weight(statement: Statement) -> float:
    return statement.confidence * QUOTE_WEIGHTS[statement.attribution.quote_type]


def _long_enough(statement: Statement) -> bool:
    fewest = SPEECH_WORDS if statement.attribution.quote_type == "indirect" else QUOTE_WORDS
    return len(wording(statement.words).stems) >= fewest


def _earlier(statement: Statement, candidates: Iterable[Statement]) -> Statement | None:
    """The earliest of `candidates` with the same words, if it tells that these are old; None otherwise."""
    for known in sorted(candidates, key=lambda s: (s.said_at, *precedence(s))):
        if statement.said_at is None or known.said_at is None or known.said_at > statement.said_at:
            continue
        in_print = known.published_at is not None and known.published_at.date() < statement.said_at
        better_dated = dated(known) and not dated(statement)
        if not (in_print or better_dated):
            continue
        if sign(known.agreement or 0) == sign(statement.agreement or 0):
            if same_utterance(known.words, statement.words):
                return known
        elif wording(known.words) == wording(statement.words):  # coded otherwise, and yet the same words
            return known
    return None


def _groups(statements: Sequence[Statement]) -> dict[str, str]:
    """Statement id -> the name of its group: joined by version, address, copy group, and the writer's own sentences."""
    parent: dict[str, str] = {}

    def find(x: str) -> str:
        while parent.setdefault(x, x) != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def unite(x: str, y: str) -> None:
        low, high = sorted((find(x), find(y)))
        parent[high] = low

    for s in statements:
        unite("s" + s.id, "v" + s.version_id)
        unite("s" + s.id, "u" + s.url)
        if s.copy_group:
            unite("s" + s.id, "c" + s.copy_group)
    for a, b in _shared_sentences(statements):
        unite("s" + a, "s" + b)
    return {s.id: find("s" + s.id) for s in statements}


def _shared_sentences(statements: Sequence[Statement]) -> list[tuple[str, str]]:
    """Pairs of statements whose indirect speech is word for word the same: nobody writes that twice independently."""
    last: dict[tuple[str, ...], Statement] = {}
    pairs = []
    for s in statements:  # in order of day, so that the last one is the nearest
        stems = wording(s.words).stems
        if s.attribution.quote_type != "indirect" or len(stems) < COPY_WORDS:
            continue
        known = last.get(stems)
        if known and known.said_at and s.said_at and (s.said_at - known.said_at).days <= COPY_DAYS:
            pairs.append((known.id, s.id))
        last[stems] = s
    return pairs
