"""Work on many hosts at the same time, and on each of them one thing at a time."""

from __future__ import annotations

import heapq
import itertools
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar
from urllib.parse import urlsplit

Item = TypeVar("Item")
Result = TypeVar("Result")

WORKERS = 24
"""Hosts that are asked at the same time."""
WAITING = 32
"""Results that may wait for their reader before the workers pause: memory stays flat however long the list is."""


def host_of(url: str) -> str:
    """The key under which the requests of one host queue up."""
    try:
        return urlsplit(url).netloc.lower()
    except ValueError:
        return ""


class _Queues(Generic[Item]):
    """The hosts' queues, and which may go next. Used by several threads."""

    def __init__(self, items: Iterable[Item], url_of: Callable[[Item], str], wait: Callable[[str], float]) -> None:
        queues: dict[str, deque[Item]] = {}
        for item in items:
            queues.setdefault(host_of(url_of(item)), deque()).append(item)
        self.hosts = len(queues)
        self.left = sum(map(len, queues.values()))
        self._url_of, self._wait = url_of, wait
        self._order = itertools.count()
        # The longest queue first: with a gap between requests it is the one that ends last
        longest_first = sorted(queues.values(), key=len, reverse=True)
        self._ready = [(0.0, next(self._order), found) for found in longest_first]
        self._changed = threading.Condition()
        self._stopped = False

    def take(self) -> tuple[Item, deque[Item]] | None:
        """The next item whose host may be asked, waiting for it; None when nothing is left for this worker."""
        with self._changed:
            while not self._stopped and self.left:
                if not self._ready:
                    self._changed.wait()
                    continue
                pause = self._ready[0][0] - time.monotonic()
                if pause > 0:
                    self._changed.wait(pause)
                    continue
                found = heapq.heappop(self._ready)[2]
                self.left -= 1
                return found.popleft(), found
            return None

    def done(self, item: Item, rest: deque[Item]) -> None:
        """The item is done: its host's next one may go after the gap."""
        with self._changed:
            if rest:
                at = time.monotonic() + self._wait(self._url_of(item))
                heapq.heappush(self._ready, (at, next(self._order), rest))
            self._changed.notify_all()

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()


def in_turns(
    items: Iterable[Item],
    url_of: Callable[[Item], str],
    wait: Callable[[str], float],
    work: Callable[[Item], Result],
    workers: int = WORKERS,
) -> Iterator[Result]:
    """Yield ``work(item)`` for every item, as they are done.

    ``url_of`` names the item's host; ``wait`` says for how many seconds that host must rest now. What ``work``
    raises is raised here and ends the rest; so does closing the iterator early.
    """
    queues = _Queues(items, url_of, wait)
    results: queue.Queue[tuple[Result | None, BaseException | None]] = queue.Queue(WAITING)
    expected = queues.left
    stopped = threading.Event()

    def put(result: Result | None, error: BaseException | None) -> None:
        while not stopped.is_set():
            try:
                results.put((result, error), timeout=0.2)
                return
            except queue.Full:
                continue

    def run() -> None:
        while (taken := queues.take()) is not None:
            item, rest = taken
            try:
                put(work(item), None)
            except BaseException as error:
                put(None, error)
                queues.stop()
            finally:
                queues.done(item, rest)

    threads = [
        threading.Thread(target=run, name=f"volteface-fetch-{n}", daemon=True)
        for n in range(min(workers, queues.hosts))
    ]
    for thread in threads:
        thread.start()
    try:
        for _ in range(expected):
            result, error = results.get()
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # it is a Result where there is no error
    finally:
        stopped.set()
        queues.stop()
        for thread in threads:
            thread.join()
