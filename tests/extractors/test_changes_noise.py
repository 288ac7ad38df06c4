"""Coverage as it is: a third of the statements missed, degrees and some sides wrong, old positions recalled without a day."""

from __future__ import annotations

import random
from collections.abc import Callable

from extractors.changes import derive_changes
from extractors.models import Statement
from tests.extractors.speaking import on, said

SEEDS = 100
OUTLETS = 12


def _coverage(rng: random.Random, stand: Callable[[int], int], reports: int = 25, days: int = 60) -> list[Statement]:
    """Reports of an actor who stands at ``stand(day)``, coded with errors."""
    found = []
    for n in range(reports):
        day, outlet = rng.randrange(1, days), f"Outlet {rng.randrange(OUTLETS)}"
        if rng.random() < 0.35:
            continue
        error, level = rng.random(), stand(day)
        if error < 0.04:
            level = -level
        elif error < 0.24:
            level = (1 if abs(level) == 2 else 2) * (1 if level > 0 else -1)
        elif error < 0.29:
            level = 0
        condition = "if they pay" if abs(level) == 1 and rng.random() < 0.4 else None
        sure, quote = rng.uniform(0.3, 0.8), rng.choice(["direct", "indirect", "indirect"])
        words = f"{n} {rng.random()} says that it is so"
        found.append(
            said(level, day, outlet, quote=quote, words=words, version=f"v{n}", confidence=sure, condition=condition)
        )
        if stand(day) != stand(0) and rng.random() < 0.3:
            recalled = f"{n} {rng.random()} had always said so before"
            found.append(said(stand(0), day, outlet, words=recalled, version=f"v{n}", confidence=rng.uniform(0.2, 0.6)))
    return found


def _found(seed: int, stand: Callable[[int], int], **more: int) -> list[str]:
    baseline = [said(stand(0), 0, "Base", quote="direct")]
    changes = derive_changes(_coverage(random.Random(seed), stand, **more), baseline, since=on(0))
    return [c.kind for c in changes if c.status == "confirmed"]


def test_who_stands_still_is_left_in_peace():
    found = [_found(seed, lambda day: 2) for seed in range(SEEDS)]
    assert sum(bool(kinds) for kinds in found) <= 0.15 * SEEDS
    assert sum("reversed" in kinds for kinds in found) <= 0.02 * SEEDS


def test_more_coverage_does_not_mean_more_alarms():
    found = [_found(seed, lambda day: 2, reports=200, days=200) for seed in range(SEEDS)]
    assert sum(bool(kinds) for kinds in found) <= 0.2 * SEEDS


def test_who_changes_sides_is_noticed_once():
    found = [_found(seed, lambda day: 2 if day < 30 else -1) for seed in range(SEEDS)]
    assert sum("reversed" in kinds for kinds in found) >= 0.95 * SEEDS
    assert sum(kinds.count("reversed") > 1 for kinds in found) <= 0.03 * SEEDS
