"""robots.txt, as RFC 9309 wants it, kept for a day so that it is asked for once a day and not once a pass."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.failures import FetchFailure

if TYPE_CHECKING:
    from protego import Protego

KEEP_SECONDS = 24 * 3600.0
RETRY_SECONDS = 3600.0
"""How soon a robots.txt that could not be read is asked for again."""
MAX_BYTES = 512_000
"""RFC 9309 2.5 wants at least 500 kibibytes to be read."""
MAX_CRAWL_DELAY_SECONDS = 30.0
MAX_WILDCARDS = 6
"""In one rule."""

Ask = Callable[[str], tuple[int, bytes]]
"""URL -> status and body, redirects followed. Raises FetchFailure."""


@dataclass(frozen=True)
class _Kept:
    at: float
    status: int
    """0 where the server could not be reached."""
    text: str
    """The file; what went wrong where there is none."""


class Robots:
    """The rules of every origin that was asked. Safe to use from several threads."""

    def __init__(
        self, agent: str, ask: Ask, folder: Path | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        """``folder``: where answers outlive the pass, None to keep them in memory; ``clock``: seconds since 1970."""
        self._agent, self._ask, self._folder, self._clock = agent, ask, folder, clock
        self._rules: dict[str, tuple[_Kept, Protego | None]] = {}
        self._guard = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}

    def allows(self, origin: str, url: str) -> bool | None:
        """Whether ``url`` may be read; None where the server failed to say (then: not now, RFC 9309 2.3.1.4)."""
        kept, rules = self._of(origin)
        if kept.status >= 500 or kept.status in (0, 429):
            return None
        return rules is None or bool(rules.can_fetch(url, self._agent))

    def trouble(self, origin: str) -> str:
        """Why the rules of ``origin`` are not known."""
        with self._guard:
            kept, _ = self._rules.get(origin, (_Kept(0, 0, "not asked yet"), None))
        return f"the server answered {kept.status}" if kept.status else kept.text

    def delay(self, origin: str) -> float:
        """The crawl delay in seconds that ``origin`` asked for, if it was asked already; at most half a minute."""
        with self._guard:
            _, rules = self._rules.get(origin, (None, None))
        wish = rules.crawl_delay(self._agent) if rules is not None else None
        return min(max(float(wish or 0), 0.0), MAX_CRAWL_DELAY_SECONDS)

    def _of(self, origin: str) -> tuple[_Kept, Protego | None]:
        with self._guard:
            turn = self._turns.setdefault(origin, threading.Lock())
        with turn:  # nobody asks the same origin twice at a time
            found = self._rules.get(origin)
            if found and self._fresh(found[0]):
                return found
            kept = self._load(origin) or self._fetch(origin)
            found = (kept, _parse(kept.text) if kept.status == 200 and kept.text else None)
            with self._guard:
                self._rules[origin] = found
            return found

    def _fresh(self, kept: _Kept) -> bool:
        failed = kept.status >= 500 or kept.status in (0, 429)
        return 0 <= self._clock() - kept.at < (RETRY_SECONDS if failed else KEEP_SECONDS)

    def _fetch(self, origin: str) -> _Kept:
        try:
            status, body = self._ask(f"{origin}/robots.txt")
            # A page in place of robots.txt holds no rules; anything below 500 that is not 200 allows all
            text = body[:MAX_BYTES].decode("utf-8", "replace").lstrip("\ufeff") if status == 200 else ""
            kept = _Kept(self._clock(), status, text)
        except FetchFailure as error:
            if error.kind == "address":
                raise  # not a matter of robots.txt
            kept = _Kept(self._clock(), 0, error.problem[:200])
        self._save(origin, kept)
        return kept

    def _path(self, origin: str) -> Path | None:
        return self._folder / f"{hashlib.sha256(origin.encode()).hexdigest()[:32]}.json" if self._folder else None

    def _load(self, origin: str) -> _Kept | None:
        path = self._path(origin)
        if path is None:
            return None
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            kept = _Kept(float(data["at"]), int(data["status"]), str(data["text"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or half written by a pass that was killed: ask again
        return kept if data.get("origin") == origin and self._fresh(kept) else None

    def _save(self, origin: str, kept: _Kept) -> None:
        path = self._path(origin)
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_suffix(f".{threading.get_ident()}.tmp")
            data = {"origin": origin, "at": kept.at, "status": kept.status, "text": kept.text}
            temporary.write_text(json.dumps(data), encoding="utf-8")
            temporary.replace(path)
        except OSError:
            return  # a full disk costs a request more, and nothing else


def _parse(text: str) -> Protego | None:
    from protego import Protego

    # A rule full of wildcards takes a matcher minutes on a long address: nobody means such a rule
    lines = [line for line in text.splitlines() if line.count("*") <= MAX_WILDCARDS]
    try:
        return Protego.parse("\n".join(lines))
    except Exception:  # whatever a hostile file does to the parser: no rules could be read, as for a 404
        return None
