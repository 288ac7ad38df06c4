"""What coding costs after extraction: `python benchmarks/changes.py`.

Prints the seconds of computing for 10,000 stored statements into positions and changes, spread over many pairs and all
in one, and the milliseconds that looking up one more article's copies takes at 0 and at 100,000 stored fingerprints.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from extractors.changes import derive_changes
from extractors.duplicates import Fingerprint, fingerprint, join
from extractors.models import Attribution, Statement
from extractors.positions import position

STATEMENTS = 10_000
STORED = 100_000
PROBES = 200
START = datetime(2030, 1, 1, 9, tzinfo=UTC)


def main() -> None:
    rng = random.Random(1)
    vocabulary = ["".join(rng.choices("abcdefghijklmnop", k=rng.randint(2, 9))) for _ in range(20_000)]
    for pairs in (200, 1):
        statements = [_statement(rng, vocabulary, n, n % pairs) for n in range(STATEMENTS)]
        print(f"{STATEMENTS} statements of {pairs} pairs: {_seconds(lambda s=statements: _derive(s)):.2f} s")
    texts = [" ".join(rng.choices(vocabulary, k=400)) for _ in range(PROBES)]
    print(f"fingerprint of 400 words: {1000 * _seconds(lambda: [fingerprint(t) for t in texts]) / PROBES:.2f} ms")
    probes = [fingerprint(t) for t in texts]
    index: dict[int, list[str]] = {}
    known: dict[str, Fingerprint] = {}
    for stored in (0, STORED):
        for n in range(len(known), stored):
            known[f"v{n}"] = fingerprint(" ".join(rng.choices(vocabulary, k=120)))
            for key in known[f"v{n}"].keys:
                index.setdefault(key, []).append(f"v{n}")
        cost = _seconds(lambda: [_look_up(p, index, known) for p in probes])
        print(f"looking up one article among {stored} stored: {1000 * cost / PROBES:.3f} ms")


def _look_up(new: Fingerprint, index: dict[int, list[str]], known: dict[str, Fingerprint]) -> str:
    found = {other for key in new.keys for other in index.get(key, ())}
    return join("new", new, {other: (known[other], other) for other in found}).group


def _derive(statements: list[Statement]) -> None:
    pairs: dict[tuple[str | None, str | None], list[Statement]] = {}
    for s in statements:
        pairs.setdefault((s.actor, s.concept), []).append(s)
    for told in pairs.values():
        position(told, date(2032, 1, 1))
        derive_changes(told, told[:1], since=START.date())


def _statement(rng: random.Random, vocabulary: list[str], n: int, pair: int) -> Statement:
    day = START + timedelta(days=n * 200 // STATEMENTS)
    words = " ".join(rng.choices(vocabulary[:3000], k=rng.randint(5, 30)))
    quote = rng.choice(["direct", "indirect", "mixed"])
    return Statement(
        id=f"s{n}",
        watch_id="w",
        version_id=f"v{n}",
        actor=f"actor {pair // 10}",
        concept=f"concept {pair % 10}",
        agreement=rng.choice([-2, -1, 0, 1, 2, 2, 2]),
        words=words,
        source_text="she",
        attribution=Attribution((), (), ((0, 1),), quote),  # type: ignore[arg-type]
        said_at=day.date(),
        published_at=day,
        recorded_at=day,
        outlet=f"outlet {rng.randrange(60)}",
        url=f"https://outlet.example/{n}",
        coder="1",
        confidence=rng.uniform(0.2, 0.9),
        said_basis="published",
        copy_group=f"g{rng.randrange(n + 1)}" if rng.random() < 0.3 else f"g{n}",
    )


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
