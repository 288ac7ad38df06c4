"""The ledger at a million statements: ``python -m benchmarks.ledger [--statements N] [--home DIR]``.

Prints how long each named query takes on the snapshot, what a pass of 100 articles and one of one article cost compared
with an empty ledger, how long publishing takes, and what the ledger takes on disk. Beside the wall clock's seconds stand those of
CPU: on a machine that has other work they are the ones to read. The statements are made up, with the
skew of real coverage: few actors and outlets have most of them, a fifth of the versions are copies, half of the
statements are about nothing in the codebook. The texts are slices of the demo newsroom's articles.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import NamedTuple

from extractors.coding import code_version
from extractors.models import Actor, Attribution, Codebook, Concept, Entry, Statement, Version
from flows.settings import load_watch
from flows.stages.job import TOGETHER, batches
from storage.database import LIVE, SNAPSHOT, transaction
from storage.ledger import Ledger, Snapshot
from storage.queries import named_queries, run_query
from storage.records import CodedVersion, FeedSource, FetchRecord, NewEntry, NewPrint, NewVersion, StoredPrint

WATCH = "bench"
START = datetime(2025, 1, 1, tzinfo=UTC)
ARTICLES = 100
STATEMENTS_PER_VERSION = 5
KEYS_PER_VERSION = 60
ACTORS, CONCEPTS, OUTLETS = 300, 20, 120
REPEATS = 5
CODED = 20

# n: number of versions, k: statements of each. hash() makes it the same every time.
_FILL = """
CREATE TEMP TABLE slice AS SELECT text, row_number() OVER () - 1 AS n FROM (SELECT unnest($slices) AS text);
CREATE TEMP TABLE snippet AS SELECT text, row_number() OVER () - 1 AS n FROM (SELECT unnest($snippets) AS text);

CREATE TEMP TABLE made AS
SELECT
    i,
    'v' || md5(i::VARCHAR)[:23] AS version_id,
    'a' || md5('a' || i)[:23] AS article_id,
    'https://outlet-' || o || '.example/' || i AS url,
    'Outlet ' || o AS outlet,
    TIMESTAMPTZ '2025-01-01 00:00:00+00' + INTERVAL 1 MINUTE * (i * 300000 // $n) AS published_at,
    CASE WHEN hash(i * 7) % 5 = 0 AND i > 50 THEN 'v' || md5((i - hash(i) % 50)::VARCHAR)[:23]
         ELSE 'v' || md5(i::VARCHAR)[:23] END AS copy_group
FROM (SELECT i, floor(power((hash(i * 3) % 10000) / 10000.0, 2) * $outlets)::INTEGER AS o FROM range($n) AS t (i));

INSERT INTO article SELECT article_id, url, outlet, published_at + INTERVAL 1 HOUR FROM made;
INSERT INTO entry
SELECT 'bench', article_id, 'feed-' || i % 30, url, url, 'Title ' || i, 'Summary ' || i, published_at, outlet,
    published_at + INTERVAL 1 HOUR FROM made;
INSERT INTO "fetch" BY NAME
SELECT 'bench' AS watch_id, article_id, url, published_at + INTERVAL 1 HOUR AS requested_at, 'fetched' AS outcome,
    200 AS status, version_id, 5000 AS bytes, sha256(url) AS body_sha256 FROM made;
INSERT INTO "fetch" BY NAME
SELECT 'bench' AS watch_id, 'feed-' || i % 30 AS feed_id, 'https://feed.example/' || i % 30 AS url,
    published_at AS requested_at, CASE WHEN hash(i) % 20 = 0 THEN 'failed' ELSE 'unchanged' END AS outcome,
    304 AS status FROM made;
INSERT INTO version
SELECT version_id, article_id, url, outlet, 'Title ' || i, text, published_at, published_at + INTERVAL 1 HOUR, 'en',
    NULL, sha256(url) FROM made JOIN slice ON n = hash(i) % len($slices);
INSERT INTO watch_version SELECT 'bench', version_id, 'coverage', NULL, published_at + INTERVAL 1 HOUR FROM made;
INSERT INTO coding SELECT 'bench', version_id, '1', '', published_at + INTERVAL 1 HOUR FROM made;
INSERT INTO fingerprint BY NAME
SELECT version_id, (hash(i) // 2)::BIGINT AS digest, 400 AS size, [] AS signature, [] AS passages, copy_group,
    unhex(list_aggregate([md5(i || 's' || j) FOR j IN range(32)], 'string_agg', '')) AS signature_bytes,
    unhex(list_aggregate([md5(i || 'p' || j) FOR j IN range(($keys - 22) // 2)], 'string_agg', '')) AS passages_bytes
FROM made;
INSERT INTO fingerprint_key SELECT (hash(i, j) >> 32)::UINTEGER, version_id FROM made, range($keys) AS t (j);

CREATE TEMP TABLE said AS
SELECT m.*, j, i * $k + j AS s,
    'Actor ' || floor(power((hash(i * 11 + j) % 100000) / 100000.0, 3) * $actors)::INTEGER AS actor,
    CASE WHEN hash(i, j) % 2 = 0 THEN 'concept-' || hash('c' || i || '-' || j) % $concepts END AS concept,
    md5('s' || (i * $k + j))[:24] AS id, (hash(i, j, 3) % 3500)::INTEGER AS at_letter
FROM made AS m, range($k) AS t (j);
INSERT INTO statement BY NAME
SELECT id, 'bench' AS watch_id, version_id, 't' || id[:23] AS attribution_id,
    [{'start': at_letter, 'end': at_letter + 10}] AS source, [{'start': at_letter + 11, 'end': at_letter + 15}] AS cue,
    [{'start': at_letter + 16, 'end': at_letter + 180}] AS content, 0.9 AS attribution_confidence,
    CASE WHEN hash(i, j, 4) % 10 < 8 THEN actor END AS actor, concept,
    CASE WHEN concept IS NOT NULL AND hash(i, j, 5) % 4 > 0
        THEN (hash(actor, concept) % 3 + hash(i, j, 6) % 3)::INTEGER - 2 END AS agreement,
    text AS words, actor AS source_text,
    ['direct', 'indirect', 'mixed'][1 + (hash(s) % 3)::INTEGER] AS quote_type, at_letter + 16 AS content_start,
    at_letter + 180 AS content_end, (published_at AT TIME ZONE 'UTC')::DATE AS said_at, published_at,
    published_at + INTERVAL 1 HOUR AS recorded_at, outlet, url, '1' AS coder, ['supports', 'full name'] AS basis,
    0.5 + (hash(s) % 50) / 100.0 AS confidence, 'published' AS said_basis, copy_group
FROM said JOIN snippet ON n = hash(s) % len($snippets);
INSERT INTO change BY NAME
SELECT 'bench' AS watch_id, md5('c' || c)[:24] AS id, 1 AS step, 'Actor ' || c % $actors AS actor,
    'concept-' || hash(c) % $concepts AS concept, ['reversed', 'softened', 'hardened'][1 + c % 3] AS kind,
    1 AS from_agreement, -1 AS to_agreement,
    ['tentative', 'confirmed', 'reverted'][1 + (hash(c) % 3)::INTEGER] AS status,
    DATE '2025-01-01' + (c % 200)::INTEGER AS said_at, 3 AS independent_reports,
    [md5('s' || (c * 97 + d))[:24] FOR d IN range(5)] AS evidence, [md5('s' || c)[:24]] AS before, 0.8 AS confidence,
    'made up' AS reason, TIMESTAMPTZ '2025-01-01 00:00:00+00' + INTERVAL 1 DAY * (c % 200) AS recorded_at
FROM range(2000) AS t (c);
"""


def fill(home: Path, statements: int) -> None:
    """Make a ledger of ``statements`` statements in ``home``."""
    ledger = Ledger(home)
    ledger.save_watch(WATCH, "Benchmark", "", START)
    concepts = tuple(Concept(f"concept-{i}", f"Proposition {i}") for i in range(CONCEPTS))
    actors = tuple(Actor(f"Actor {i}", affiliation=f"Side {i % 7}") for i in range(ACTORS))
    ledger.save_codebook(WATCH, Codebook(concepts, actors), START)
    feeds = [FeedSource(f"feed-{i}", f"https://feed.example/{i}", f"Outlet {i}") for i in range(30)]
    ledger.save_feeds(WATCH, feeds, START)
    corpus = _corpus()
    params = {
        "n": statements // STATEMENTS_PER_VERSION,
        "k": STATEMENTS_PER_VERSION,
        "keys": KEYS_PER_VERSION,
        "actors": ACTORS,
        "concepts": CONCEPTS,
        "outlets": OUTLETS,
        "slices": [corpus[n : n + 4000] for n in range(0, len(corpus) - 4000, 500)],
        "snippets": [corpus[n : n + 160] for n in range(0, len(corpus) - 160, 97)],
    }
    with transaction(home) as db:
        db.execute("SET memory_limit = '8GB'")
        for sql in filter(str.strip, _FILL.split(";\n")):
            db.execute(sql, {name: params[name] for name in set(re.findall(r"\$(\w+)", sql))} or None)
        db.execute("INSERT INTO coder VALUES ('bench', 1, '1', 'bench', 'first', ?)", [START])


def _corpus() -> str:
    folder = Path(__file__).parent.parent / "deploy/demo/articles"
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md")))


class Cost(NamedTuple):
    """Seconds, of the clock and of CPU."""

    wall: float
    cpu: float

    @classmethod
    def of(cls, action: Callable[[], object]) -> Cost:
        """What one call costs."""
        wall, cpu = time.perf_counter(), time.process_time()
        action()
        return cls(time.perf_counter() - wall, time.process_time() - cpu)

    @classmethod
    def median(cls, costs: Sequence[Cost]) -> Cost:
        """The median of each."""
        return cls(*(statistics.median(values) for values in zip(*costs, strict=True)))

    def __str__(self) -> str:
        return f"{self.wall:.2f} s ({self.cpu:.2f} s of CPU)"


def store_pass(ledger: Ledger, number: int, articles: int = ARTICLES) -> None:
    """Store what a pass over new articles stores, in the transactions of a pass."""
    at = START + timedelta(days=400)
    ids = [f"p{number}-{i}" for i in range(articles)]
    corpus = _corpus()
    run_id = ledger.start_run(WATCH, at)
    entries = [NewEntry(f"a{i}", f"https://new.example/{i}", Entry(i, f"https://new.example/{i}", i)) for i in ids]
    ledger.save_entries(WATCH, "feed-1", entries, at)
    ledger.pages_due(WATCH, at, articles)
    for batch in batches(ids):
        new = []
        for n, i in enumerate(batch):
            text = corpus[n * 500 : n * 500 + 4000]
            version = Version(i, f"a{i}", f"https://new.example/{i}", "Outlet 1", i, text, at, at, "en")
            new.append(NewVersion(version))
        with ledger.transaction() as tx:
            tx.save_versions(WATCH, new)
            tx.record_fetches(
                WATCH,
                [
                    FetchRecord(f"https://new.example/{i}", at, "fetched", article_id=f"a{i}", version_id=i)
                    for i in batch
                ],
            )
    fresh = ledger.versions_to_fold(TOGETHER)
    with ledger.transaction() as tx:
        keys = {i: tuple(abs(hash((i, k))) for k in range(KEYS_PER_VERSION)) for i in fresh}
        tx.copy_candidates(keys)
        print_ = StoredPrint(0, 400, tuple(range(64)), tuple(range(40)))
        tx.save_prints([NewPrint(i, print_, keys[i], i) for i in fresh])
    for some in batches(ledger.versions_to_code(WATCH, limit=TOGETHER)):
        ledger.save_codings(WATCH, [_coded(t.version.id, at) for t in some])
    with ledger.transaction() as tx:
        tx.baseline(WATCH)
        detect = tx.to_detect(WATCH)
    ledger.statements_for(WATCH, detect.pairs)
    with ledger.transaction() as tx:
        tx.save_changes(WATCH, [], run_id, at)
        tx.save_detection(WATCH, detect, run_id, at)
    ledger.finish_run(run_id, at, "ok", {"pages": articles})


def _coded(version_id: str, at: datetime) -> CodedVersion:
    statements = tuple(
        Statement(
            id=f"{version_id}-{n}",
            watch_id=WATCH,
            version_id=version_id,
            actor=f"Actor {n}",
            concept="concept-1",
            agreement=1,
            words="w" * 160,
            source_text="Actor",
            attribution=Attribution(((0, 5),), ((6, 10),), ((n * 20, n * 20 + 15),)),
            said_at=date(2026, 2, 5),
            published_at=at,
            recorded_at=at,
            outlet="Outlet 1",
            url="https://new.example/",
            coder="1",
            confidence=0.8,
        )
        for n in range(STATEMENTS_PER_VERSION)
    )
    return CodedVersion(version_id, "1", statements, (), "", at)


def quiet() -> str:
    """How busy the machine is besides: figures taken on a busy one say little."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def timed(action: Callable[[], object], repeats: int = REPEATS) -> Cost:
    """Median cost of ``action``."""
    return Cost.median([Cost.of(action) for _ in range(repeats)])


def main(argv: list[str] | None = None) -> int:
    """Run and print; 1 where a figure misses its bound."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--statements", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="keep the ledger here (default: a temporary folder)")
    options = parser.parse_args(argv)
    home = options.home or Path(tempfile.mkdtemp(prefix="volteface-bench-"))
    try:
        return _run(home, options.statements)
    finally:
        if options.home is None:
            shutil.rmtree(home, ignore_errors=True)


def _run(home: Path, statements: int) -> int:
    missed = []
    print(f"A ledger of {statements:,} statements in {statements // STATEMENTS_PER_VERSION:,} versions; {quiet()}")
    if not (home / LIVE).exists():
        started = time.perf_counter()
        fill(home, statements)
        print(f"  made in {time.perf_counter() - started:.0f} s")
    ledger = Ledger(home)
    publish = timed(ledger.publish_snapshot, 3)
    print(f"  publishing the snapshot: {publish} (bound 10 s)")
    missed += ["publish"] if publish.wall > 10 else []
    size = (home / LIVE).stat().st_size
    print(f"  on disk: live {size / 1e6:.0f} MB, snapshot {(home / SNAPSHOT).stat().st_size / 1e6:.0f} MB,", end=" ")
    print(f"{size / statements:.0f} bytes a statement, its share of text and fingerprints included")
    print("Named queries on the snapshot, median of 5, seconds (bound 1 s each)")
    for query in named_queries():
        params = {"watch": WATCH} | {name: _example(name) for name in query.parameters if name not in query.optional}
        with Snapshot(home) as snapshot:
            rows: list[int] = []
            cost = timed(lambda: rows.append(len(run_query(snapshot, query.name, params).rows)))  # noqa: B023
        print(f"  {query.name:28} {cost.wall:6.3f}  {cost.cpu:6.3f} of CPU  {rows[-1]} rows")
        missed += [query.name] if cost.wall > 1 else []
    whole, stored = _passes(ledger)
    print(f"At the end: {quiet()}")
    missed += ["pass"] if whole > 1.2 else []
    missed += ["storing a pass"] if stored > 1.2 else []
    print(f"Missed: {', '.join(missed)}" if missed else "All within their bounds")
    return 1 if missed else 0


def _example(name: str) -> object:
    with_values = {"actor": "Actor 1", "concept": "concept-1", "since": "2025-06-01", "at": "2025-06-01"}
    with_values |= {"change": hashlib.md5(b"c1").hexdigest()[:24]}
    return with_values.get(name)


def _passes(ledger: Ledger) -> tuple[float, float]:
    """Print what passes cost on an empty ledger and on this one; the ratios for many articles, whole and of storage."""
    coding = _coding()
    print(f"Coding an article of the demo newsroom: {coding}")
    with tempfile.TemporaryDirectory() as folder:
        empty = Ledger(Path(folder))
        empty.save_watch(WATCH, "Benchmark", "", START)
        empty.save_feed(WATCH, FeedSource("feed-1", "https://feed.example/1"), START)
        ratios = [_compare(empty, ledger, articles, coding) for articles in (ARTICLES, 1)]
    return ratios[0]


def _compare(empty: Ledger, large: Ledger, articles: int, coding: Cost) -> tuple[float, float]:
    costs: dict[Ledger, list[Cost]] = {empty: [], large: []}
    base = time.time_ns() // 1_000_000
    for n in range(REPEATS):
        for ledger in costs:
            costs[ledger].append(Cost.of(partial(store_pass, ledger, base + n, articles)))
            ledger.publish_snapshot()  # as every pass does at its end; it has a bound of its own
    small, big = (Cost.median(costs[ledger]) for ledger in (empty, large))
    added = articles * coding.cpu
    whole = (big.cpu + added) / (small.cpu + added)
    print(f"Storing a pass of {articles}: {small} on an empty ledger, {big} on this one,", end=" ")
    print(
        f"{big.wall / small.wall:.2f} times, of CPU {big.cpu / small.cpu:.2f}; with coding, of CPU {whole:.3f}", end=""
    )
    print(" (bound 1.2)" if articles == ARTICLES else "")
    return whole, big.cpu / small.cpu


def _coding() -> Cost:
    """What coding one article costs on average, after the models were loaded."""
    folder = Path(__file__).parent.parent / "deploy/demo"
    codebook = load_watch(folder / "watch.toml").codebook
    at = START + timedelta(days=400)
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "articles").glob("*.md"))[:CODED]]
    versions = [Version(f"v{n}", f"a{n}", "https://new.example/", "Outlet", "", t, at, at) for n, t in enumerate(texts)]
    code_version(versions[0], codebook, WATCH, at)
    whole = Cost.of(lambda: [code_version(version, codebook, WATCH, at) for version in versions])
    return Cost(whole.wall / len(versions), whole.cpu / len(versions))


if __name__ == "__main__":
    sys.exit(main())
