"""How the watch itself is doing: last passes, coverage, feeds, what was skipped and why, versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from extractors.coding import CODER
from flows.wording import one_line
from storage.ledger import Snapshot
from storage.queries import run_query
from storage.records import Run

PASSES = 5
Row = Mapping[str, Any]


@dataclass(frozen=True)
class WatchState:
    """Rows as the named queries give them."""

    runs: tuple[Run, ...]
    """The last passes, newest first."""
    outlets: tuple[Row, ...]
    feeds: tuple[Row, ...]
    skipped: tuple[Row, ...]
    """(reason, pages) with figures taken out of the reason, so that one reason is one row."""
    versions: tuple[tuple[str, str], ...]

    @property
    def articles(self) -> int:
        return sum(row["articles"] for row in self.outlets)

    @property
    def failing(self) -> list[Row]:
        return [row for row in self.feeds if row["failures_in_a_row"] or row["retired"]]


def watch_state(snapshot: Snapshot, watch_id: str) -> WatchState:
    """Ask the snapshot. Every list here is the answer of one named query."""

    def ask(name: str) -> tuple[Row, ...]:
        return tuple(run_query(snapshot, name, {"watch": watch_id}).mappings())

    reasons: dict[str, int] = {}
    for row in ask("pages_not_coded"):
        reason = one_line(row["reason"], 200)
        head, _, detail = reason.partition(": ")
        reason = f"{head}: {detail.partition(':')[0]}" if head == "skipped" else reason
        reasons[reason] = reasons.get(reason, 0) + row["pages"]
    coder = snapshot.accepted_coder(watch_id)
    versions = [("Volteface", version("volteface")), ("Coder of these statements", coder or "nothing coded yet")]
    versions += [("Coder of this Volteface", CODER)] if coder not in (None, CODER) else []
    return WatchState(
        runs=tuple(snapshot.runs(watch_id, PASSES)),
        outlets=ask("coverage_by_outlet"),
        feeds=ask("feed_health"),
        skipped=tuple({"reason": r, "pages": n} for r, n in sorted(reasons.items(), key=lambda i: (-i[1], i[0]))),
        versions=tuple(versions),
    )
