"""The watch's actors, by every spelling of their names."""

from __future__ import annotations

from collections.abc import Sequence

from extractors.lexicon import fold, same_given, sound
from extractors.models import Actor


class Roster:
    """Look-up of actors by name, alias and surname; a look-up that fits several gives None."""

    def __init__(self, roster: Sequence[Actor]) -> None:
        self.actors = list(roster)
        self._exact: dict[str, list[Actor]] = {}
        self._last: dict[str, list[Actor]] = {}
        for actor in roster:
            for key in {k for n in (actor.name, *actor.aliases) for k in (fold(n), "~" + sound(n))}:
                self._exact.setdefault(key, []).append(actor)
            if actor.kind == "person":
                self._last.setdefault(sound(actor.name.split()[-1]), []).append(actor)

    def exact(self, name: str) -> Actor | None:
        """The one actor that has ``name`` as a name or alias, in any usual spelling."""
        for key in (fold(name), "~" + sound(name)):
            found = self._exact.get(key, [])
            if found and len(key) > 1:
                return found[0] if len(found) == 1 else None
        return None

    def surname(self, word: str) -> Actor | None:
        found = self._last.get(sound(word), [])
        return found[0] if len(found) == 1 else None

    def full(self, name: str) -> Actor | None:
        """The one person whose surname sounds the same and whose given name can be the same."""
        if actor := self.exact(name):
            return actor
        words = name.split()
        found = [
            a
            for a in self._last.get(sound(words[-1]), [])
            if len(a.name.split()) > 1 and same_given(words[0], a.name.split()[0])
        ]
        return found[0] if len(found) == 1 else None
