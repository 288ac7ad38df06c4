"""Pages read in processes of their own: on all cores, and where a page that takes too long can be stopped.

Run as ``python -m flows.extraction`` this is such a process: it reads pages from standard input and writes articles to
standard output until its input ends. Both ends are ours, so pickles between them are safe.
"""

from __future__ import annotations

import os
import pickle
import queue
import select
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Protocol

from extractors.errors import ArticleError
from extractors.models import ArticleText

LONGEST_SECONDS = 20.0
"""For one page; a usual one takes a fiftieth of a second."""

TAME_BYTES = 400_000
"""A page of this size that is made to be slow takes some seconds."""


class Extract(Protocol):
    """Page, address, Content-Type -> article. Raises ArticleError for a page that cannot be read."""

    def __call__(self, page: bytes, url: str, content_type: str | None) -> ArticleText: ...


class _Reader:
    """One process."""

    def __init__(self) -> None:
        # Let the child find our packages wherever this one did
        path = os.pathsep.join(filter(None, [str(Path(__file__).parent.parent), os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "flows.extraction"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )

    def read(self, page: bytes, url: str, content_type: str | None) -> ArticleText:
        assert self._process.stdin and self._process.stdout
        try:
            _send(self._process.stdin, (page, url, content_type))
            found = self._receive(time.monotonic() + LONGEST_SECONDS)
        except TimeoutError:
            self.close()
            raise ArticleError(url, f"takes more than {LONGEST_SECONDS:.0f} s to read", "It is skipped") from None
        except (OSError, EOFError, pickle.UnpicklingError):
            self.close()
            raise ArticleError(url, "the page makes the reader crash", "It is skipped") from None
        if isinstance(found, BaseException):
            raise found
        assert isinstance(found, ArticleText)
        return found

    def _receive(self, deadline: float) -> object:
        assert self._process.stdout
        handle = self._process.stdout.fileno()
        data, size = bytearray(), 4
        while len(data) < size:
            if not select.select([handle], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            chunk = os.read(handle, 1 << 20)
            if not chunk:
                raise EOFError
            data += chunk
            if len(data) >= 4:
                size = 4 + struct.unpack(">I", data[:4])[0]
        return pickle.loads(data[4:size])  # noqa: S301  # from our own process

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                try:
                    pipe.close()
                except BrokenPipeError:  # what was still to be written to it
                    continue


class Readers:
    """A few such processes, as one function that many threads may call. A context manager."""

    def __init__(self, processes: int) -> None:
        """Starts nothing yet: a process starts when the first page needs it."""
        self._free: queue.LifoQueue[_Reader | None] = queue.LifoQueue()
        for _ in range(processes):
            self._free.put(None)
        self._all: list[_Reader] = []
        self._guard = threading.Lock()

    def __call__(self, page: bytes, url: str, content_type: str | None) -> ArticleText:
        reader = self._free.get()
        try:
            if reader is None or not reader.alive:
                reader = _Reader()
                with self._guard:
                    self._all = [*(r for r in self._all if r.alive), reader]
            return reader.read(page, url, content_type)
        finally:
            self._free.put(reader if reader is not None and reader.alive else None)

    def __enter__(self) -> Readers:
        return self

    def __exit__(self, *_: object) -> None:
        with self._guard:
            for reader in self._all:
                reader.close()


_inline = threading.Lock()


def extract_inline(page: bytes, url: str, content_type: str | None) -> ArticleText:
    """In this process, one page at a time: for a few pages, where starting a process would take longer."""
    from extractors.articles import extract_article  # and the models that it needs: only where a page is read

    with _inline:
        return extract_article(page, url, content_type)


def inline_if_tame(readers: Readers) -> Extract:
    """In this process what is no larger than articles are; in one of ``readers`` what may take forever."""

    def extract(page: bytes, url: str, content_type: str | None) -> ArticleText:
        return (extract_inline if len(page) <= TAME_BYTES else readers)(page, url, content_type)

    return extract


def _send(pipe: IO[bytes], value: object) -> None:
    data = pickle.dumps(value, protocol=5)
    pipe.write(struct.pack(">I", len(data)) + data)
    pipe.flush()


def _serve(source: IO[bytes], sink: IO[bytes]) -> None:
    from extractors.articles import extract_article

    while head := source.read(4):
        page, url, content_type = pickle.loads(source.read(struct.unpack(">I", head)[0]))  # noqa: S301
        found: ArticleText | Exception
        try:
            found = extract_article(page, url, content_type)
        except ArticleError as error:
            found = error
        except Exception as error:  # a bug of ours, which the pass has to hear of: its traceback goes to stderr
            import traceback

            traceback.print_exc()
            found = RuntimeError(f"{url}: {type(error).__name__}: {error}")
        _send(sink, found)


if __name__ == "__main__":
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    sys.stdout = sys.stderr  # whatever a library prints must not come between the articles
    try:
        _serve(sys.stdin.buffer, out)
    except (KeyboardInterrupt, BrokenPipeError):
        sys.exit(1)
