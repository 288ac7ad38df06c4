"""What fetching costs: ``python -m benchmarks.fetching [--pages N] [--only PART ...]``.

Against a server in a process of its own, on loopback: polling in which nothing changed, the same as a whole pass with
ledger and Prefect, a pass over 500 feeds of which
5 changed, 1,000 new pages from 50 hosts beside what trafilatura alone does with the same pages in as many processes,
and memory over 100 passes. The pages are those of the demo newsroom with the navigation, scripts and teasers of a
real page around them (some 60 kB). Exits 1 where a bound is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import importlib.util
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from flows.fetch import Fetcher, FetchPolicy
from flows.pages import PageRequest, read_pages
from flows.polling import poll
from storage.records import FeedState

NOW = datetime(2025, 12, 30, 22, tzinfo=UTC)
HOSTS = [f"127.0.0.{n}" for n in range(2, 52)]
POLICY = FetchPolicy(allow_hosts=frozenset(HOSTS), gap_seconds=0)
PROCESSES = os.cpu_count() or 1
MODELS = ("onnxruntime", "tokenizers", "trafilatura", "py3langid", "feedparser")
"""What an unchanged pass has no use for."""


def real_pages() -> list[bytes]:
    """The demo's pages, each with the weight of a real one around its text."""
    folder = Path(__file__).parent.parent / "deploy" / "demo"
    spec = importlib.util.spec_from_file_location("demo_newsroom", folder / "newsroom.py")
    assert spec and spec.loader
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    newsroom = module.Newsroom()
    rng = random.Random(7)
    words = "harbour tariff letter village regatta council morning bridge winter lamp".split()  # noqa: SIM905

    def teaser(n: int) -> str:
        text = " ".join(rng.choices(words, k=9)).capitalize()
        return f'<li class="card"><a href="/s/{n}"><img src="/i/{n}.jpg" alt=""><h4>{text}</h4></a></li>'

    pages = []
    for article in newsroom.articles:
        answer = newsroom.respond(article.path, base_url="http://127.0.0.1:1", now=article.versions[0].since)
        script = "".join(f"window.x{n}={{a:{n},b:'{rng.choice(words)}'}};" for n in range(900))
        menu = "".join(f'<li><a href="/m/{n}">{rng.choice(words)}</a></li>' for n in range(80))
        more = "".join(map(teaser, range(60)))
        start = f"<script>{script}</script><nav class='menu'><ul>{menu}</ul></nav>".encode()
        end = f"<section class='more'><ul>{more}</ul></section><script>{script}</script>".encode()
        body = answer.body.replace(b"</body>", end + b"</body>")
        at = body.index(b">", body.index(b"<body")) + 1
        pages.append(body[:at] + start + body[at:])
    return pages


FEED = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>'
    + "".join(
        f"<item><title>Tariff {n}</title><link>https://outlet.example/{n}</link><guid>{n}</guid>"
        f"<pubDate>Tue, 30 Dec 2025 {n % 22:02}:00:00 GMT</pubDate><description>Words of item {n}.</description></item>"
        for n in range(40)
    )
    + "</channel></rss>"
).encode()


def _few(port: int) -> bytes:
    """A feed of five items whose pages this server has."""
    items = "".join(
        f"<item><title>Page {n}</title><link>http://{HOSTS[0]}:{port}/{n}</link><guid>{n}</guid></item>"
        for n in range(5)
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>Few</title>{items}</channel></rss>'.encode()


async def _serve(ready: object) -> None:
    pages = [gzip.compress(page) for page in real_pages()]
    feed = gzip.compress(FEED)
    counts = {"feed": 0, "conditional": 0, "robots": 0, "page": 0}

    def answer(path: str, head: bytes) -> bytes:
        zipped = "Content-Encoding: gzip\r\n"
        if path == "/counts":
            return _http("200 OK", json.dumps(counts).encode())
        if path == "/robots.txt":
            counts["robots"] += 1
            return _http("404 Not Found", b"")
        if path.startswith("/feed"):
            counts["feed"] += 1
            conditional = b"if-none-match" in head.lower()
            counts["conditional"] += conditional
            if conditional and not path.endswith("new"):
                return _http("304 Not Modified", b"")
            if path.startswith("/feed-few"):
                return _http("200 OK", _few(port), 'ETag: "e"\r\nContent-Type: application/rss+xml\r\n')
            return _http("200 OK", feed, zipped + 'ETag: "e"\r\nContent-Type: application/rss+xml\r\n')
        counts["page"] += 1
        return _http("200 OK", pages[int(path[1:]) % len(pages)], zipped + "Content-Type: text/html\r\n")

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(answer(head.split(b" ", 2)[1].decode(), head))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    first = await asyncio.start_server(connected, HOSTS[0], 0)
    port = first.sockets[0].getsockname()[1]
    for host in HOSTS[1:]:
        await asyncio.start_server(connected, host, port)
    ready.put(port)  # type: ignore[attr-defined]
    await asyncio.Event().wait()


def _http(status: str, body: bytes, headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _run_server(ready: object) -> None:
    asyncio.run(_serve(ready))


@contextmanager
def server() -> Iterator[int]:
    """The server on all hosts; yields its port."""
    context = multiprocessing.get_context("spawn")
    ready = context.Queue()
    process = context.Process(target=_run_server, args=(ready,), daemon=True)
    process.start()
    try:
        yield ready.get(timeout=60)
    finally:
        process.kill()
        process.join()


def states(port: int, count: int, changed: int = 0) -> list[FeedState]:
    """Feeds that were read before; the first ``changed`` of them have something new."""
    return [
        FeedState(
            "w", f"f{n}", f"http://{HOSTS[n % len(HOSTS)]}:{port}/feed{n}{'new' if n < changed else ''}",
            etag='"e"', last_success_at=NOW, last_item_at=NOW,
        )
        for n in range(count)
    ]  # fmt: skip


def counts(port: int) -> dict[str, int]:
    from urllib.request import urlopen

    with urlopen(f"http://{HOSTS[0]}:{port}/counts") as answer:
        return dict(json.loads(answer.read()))


def one_pass(port: int, count: int, changed: int = 0) -> tuple[float, float]:
    """Seconds, and seconds of CPU, of one poll over ``count`` feeds."""
    started, cpu = time.perf_counter(), time.process_time()
    with Fetcher(POLICY) as fetcher:
        results = list(poll(states(port, count, changed), NOW, fetcher))
    took = time.perf_counter() - started, time.process_time() - cpu
    assert sum(r.outcome == "fetched" for r in results) == changed, results[0]
    assert sum(r.outcome == "unchanged" for r in results) == count - changed
    assert sum(len(r.entries) for r in results) == changed * 40
    return took


_UNCHANGED = """
import sys, time
started = time.perf_counter()
from benchmarks.fetching import MODELS, one_pass
seconds, _ = one_pass(int(sys.argv[1]), 20)
print(time.perf_counter() - started, seconds, *[m for m in MODELS if m in sys.modules])
"""


def unchanged(port: int) -> bool:
    before = counts(port)
    done = subprocess.run([sys.executable, "-c", _UNCHANGED, str(port)], check=True, capture_output=True, text=True)
    whole, seconds, *models = done.stdout.split()
    after = counts(port)
    asked = {name: after[name] - before[name] for name in after}
    print(f"A pass over 20 unchanged feeds: {float(seconds):.2f} s, with starting Python {float(whole):.2f} s")
    print(f"  requests: {asked['feed']}, conditional {asked['conditional']}, for robots.txt {asked['robots']}")
    print(f"  of {', '.join(MODELS)} it loaded: {', '.join(models) or 'none'}")
    return asked["feed"] == asked["conditional"] == 20 and asked["robots"] == 0 and not models and float(seconds) < 2


_WATCH = """
[watch]
id = "bench"
[baseline]
file = {baseline}
published_at = 2025-12-03
[fetch]
allow_hosts = {hosts}
gap_seconds = 0
[[concept]]
id = "nato-membership"
proposition = "Ukraine should join NATO"
terms = ["NATO membership"]
"""
_PASS = """
import json, os, sys, time
from functools import wraps
from pathlib import Path
started = time.perf_counter()
from flows.engine import prepare, warm_up
prepare(Path(os.environ["VOLTEFACE_HOME"]))
from flows import stages
from flows.monitor import monitor
warm_up()
ready = time.perf_counter()
ours = {"wall": 0.0, "cpu": 0.0}
def timed(stage):
    @wraps(stage)
    def run(*arguments):
        wall, cpu = time.perf_counter(), time.process_time()
        try:
            return stage(*arguments)
        finally:
            took = time.perf_counter() - wall
            ours["wall"] += took
            ours["cpu"] += time.process_time() - cpu
            print(f"{stage.__name__} {took:.2f}", file=sys.stderr)
    return run
for name in ("begin", "adopt_baseline", "poll_feeds", "read_pages", "code_versions", "detect_changes", "deliver", "finish"):
    setattr(stages, name, timed(getattr(stages, name)))
report = monitor(sys.argv[1])
whole = time.perf_counter() - ready
loaded = [m for m in sys.argv[2].split(",") if m in sys.modules]
found = {**ours, "whole": whole, "start": ready - started, "loaded": loaded, "pages": report.pages, "feeds": report.feeds}
print(json.dumps(found))
"""


def whole_pass(port: int) -> bool:
    """A pass of ``volteface run`` in which nothing changed: ours within two seconds, and nothing of a model loaded."""
    demo = Path(__file__).parent.parent / "deploy" / "demo"
    with tempfile.TemporaryDirectory() as folder:
        watch = Path(folder) / "watch.toml"
        feeds = "".join(f'[[feed]]\nurl = "http://{HOSTS[n]}:{port}/feed-few{n}"\n' for n in range(20))
        given = {"baseline": json.dumps(str(demo / "baseline.html")), "hosts": json.dumps(HOSTS)}
        watch.write_text(_WATCH.format(**given) + feeds, encoding="utf-8")
        env = {**os.environ, "VOLTEFACE_HOME": f"{folder}/home"}
        command = [sys.executable, "-c", _PASS, str(watch), ",".join(MODELS)]
        passes = []
        for _ in range(2):
            before = counts(port)
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=env)
            passes.append(json.loads(done.stdout.splitlines()[-1]))
    first, second = passes
    asked = {name: number - before[name] for name, number in counts(port).items()}
    print(f"A whole pass over 20 unchanged feeds, with ledger and Prefect (the first read {first['pages']} pages):")
    print(f"  ours {second['wall']:.2f} s ({second['cpu']:.2f} of CPU), Prefect's own", end=" ")
    print(f"{second['whole'] - second['wall']:.2f} s and {second['start']:.2f} s to start")
    print(
        f"  requests: {asked['feed'] + asked['page'] + asked['robots']}, conditional {asked['conditional']}", end="; "
    )
    print(f"of {', '.join(MODELS)} it loaded: {', '.join(second['loaded']) or 'none'}")
    alone = asked["feed"] == asked["conditional"] == 20 and asked["page"] == asked["robots"] == 0
    return alone and not second["loaded"] and second["wall"] < 2


def few_changed(port: int) -> bool:
    one_pass(port, 10, 5)  # load what is loaded once

    def cost(count: int, changed: int) -> tuple[float, float]:
        took = [one_pass(port, count, changed) for _ in range(3)]
        return min(wall for wall, _ in took), min(cpu for _, cpu in took)

    nothing, five, alone, none = cost(500, 0), cost(500, 5), cost(5, 5), cost(5, 0)
    print(f"A pass over 500 feeds, seconds (of CPU): nothing changed {nothing[0]:.2f} ({nothing[1]:.2f}),", end=" ")
    print(f"5 changed {five[0]:.2f} ({five[1]:.2f}); 5 changed alone {alone[0]:.2f} ({alone[1]:.2f})")
    return five[1] <= nothing[1] + (alone[1] - none[1]) * 1.2 + 0.1


def _alone(page: bytes, metadata: bool = True) -> int:
    import trafilatura

    found = trafilatura.bare_extraction(
        page, url="http://o.example/a", fast=True, include_tables=False, include_comments=False, with_metadata=metadata
    )
    return len(found.text) if found else 0


def _text_alone(page: bytes) -> int:
    return _alone(page, metadata=False)


def throughput(port: int, number: int) -> bool:
    bodies = real_pages()
    work = [bodies[n % len(bodies)] for n in range(number)]
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(_alone, work[: 4 * PROCESSES])
        speeds = []
        for function in (_alone, _text_alone):
            started = time.perf_counter()
            pool.map(function, work, chunksize=10)
            speeds.append(number / (time.perf_counter() - started))
    requests = [
        PageRequest(str(n), f"http://{HOSTS[n % len(HOSTS)]}:{port}/{n}", first_seen_at=NOW) for n in range(number)
    ]
    started = time.perf_counter()
    with Fetcher(POLICY) as fetcher:
        outcomes = [result.outcome for result in read_pages(requests, NOW, fetcher)]
    ours = number / (time.perf_counter() - started)
    kept = outcomes.count("fetched")
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(
        f"{number} pages of {size:.0f} kB from {len(HOSTS)} hosts, {kept} kept: {ours:.0f} a second, fetched and read"
    )
    print(f"  trafilatura alone, in {PROCESSES} processes that run already, on pages that are there already:", end=" ")
    print(f"{speeds[0]:.0f} a second, ours is {ours / speeds[0]:.0%}; without metadata {speeds[1]:.0f}", end=", ")
    print(f"ours is {ours / speeds[1]:.0%}")
    return ours >= 0.8 * speeds[0] and kept == number


def _resident() -> int:
    """Resident kilobytes of this process."""
    return int(next(s for s in Path("/proc/self/status").read_text().splitlines() if s.startswith("VmRSS")).split()[1])


def memory(port: int, passes: int = 100) -> bool:
    """Whether memory stays flat over ``passes``, after as many in which the allocator finds its size."""
    sizes = []
    for number in range(2 * passes):
        with Fetcher(POLICY) as fetcher:
            list(poll(states(port, 50, 5), NOW, fetcher))
            pages = [PageRequest(str(n), f"http://{HOSTS[n % 50]}:{port}/{n + number}") for n in range(5)]
            assert all(replace(r, body=b"").outcome == "fetched" for r in read_pages(pages, NOW, fetcher))
        sizes.append(_resident())
    early, late = min(sizes[passes : passes + 20]), min(sizes[-20:])
    print(f"{passes} passes of 50 feeds and 5 pages: {early / 1000:.0f} MB at first, {late / 1000:.0f} MB at last")
    return late - early < 3000


def main() -> int:
    parser = argparse.ArgumentParser(description="What fetching costs.")
    parser.add_argument("--pages", type=int, default=1000)
    parts: dict[str, Callable[[int], bool]] = {
        "polling": unchanged,
        "pass": whole_pass,
        "few-changed": few_changed,
        "throughput": lambda port: throughput(port, options.pages),
        "memory": memory,
    }
    parser.add_argument("--only", nargs="*", choices=parts, default=list(parts))
    options = parser.parse_args()
    with server() as port:
        results = {name: parts[name](port) for name in options.only}
    missed = [name for name, held in results.items() if not held]
    print(f"Missed: {', '.join(missed)}" if missed else "All within their bounds")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
