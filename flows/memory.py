"""What a recipient was told, looked up by change. Pure."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import timedelta

from extractors.models import Change
from storage.records import Told

SAME_EVENT = timedelta(days=3)
"""Two watches may date one utterance differently by this much."""


class Memory:
    """``told``: everything of all watches; ``live``: ids of the changes that the watch ``watch_id`` has now."""

    def __init__(self, told: Sequence[Told], watch_id: str, live: Set[str]) -> None:
        self._watch_id = watch_id
        self._live = live
        self._by_change: dict[str, list[Told]] = defaultdict(list)
        self._by_pair: dict[tuple[str, str], list[Told]] = defaultdict(list)
        for telling in sorted(told, key=lambda t: t.told_at):
            self._by_change[telling.what.change_id].append(telling)
            self._by_pair[fold(telling.what.actor), telling.what.concept].append(telling)

    def about(self, actor: str, concept: str) -> Sequence[Told]:
        """What was told about an actor on a concept, oldest first."""
        return self._by_pair.get((fold(actor), concept), ())

    def last(self, change: Change) -> Told | None:
        """The latest thing said about this change, None if it is new to the recipient."""
        about = self._by_change.get(change.id, [])
        if not about and change.status != "reverted":
            about = [
                t for t in self.about(change.actor, change.concept) if self._elsewhere(t) and same_event(t, change)
            ]
        # a correction told in one message with the news counts after it
        return max(about, key=lambda t: (t.told_at, t.what.told_as in ("corrected", "restored")), default=None)

    def was(self, change: Change, told_as: str) -> bool:
        """Whether this very change was told as that."""
        return any(t.what.told_as == told_as for t in self._by_change.get(change.id, ()))

    def was_corrected(self, telling: Told) -> bool:
        """Whether ``telling`` was taken back later."""
        later = self._by_change.get(telling.what.change_id, ())
        return any(t.what.told_as == "corrected" and t.told_at > telling.told_at for t in later)

    def stands(self, change: Change) -> bool:
        """Whether another watch told the same event and has not taken it back: then it is not corrected here."""
        others = {
            t.what.change_id: t
            for t in self.about(change.actor, change.concept)
            if t.what.change_id != change.id and same_event(t, change)
        }
        return any(t.what.told_as != "corrected" for t in others.values())

    def _elsewhere(self, telling: Told) -> bool:
        """Told by another watch, or here under an id that late reports have changed since."""
        return telling.watch_id != self._watch_id or telling.what.change_id not in self._live


def same_event(told: Told, change: Change) -> bool:
    """Whether a telling is about this very change, found by another watch or under another id.

    The same actor moves on the same concept (by id) from the same position to the same side, in the same way and on
    the same days; nothing larger or later can pass for it.
    """
    what = told.what
    return (
        fold(what.actor) == fold(change.actor)
        and what.concept == change.concept
        and what.kind == change.kind
        and what.from_agreement == change.from_agreement
        and side_of(what.to_agreement) == side_of(change.to_agreement)
        and abs(what.said_at - change.said_at) <= SAME_EVENT
    )


def side_of(agreement: int | None) -> int | None:
    """-1, 0 or 1."""
    return None if agreement is None else (agreement > 0) - (agreement < 0)


def fold(name: str) -> str:
    """A name as it is compared: composed characters, one space, no case."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
