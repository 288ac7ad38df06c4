"""What one pass did, for the terminal and the ledger's run table."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class PassReport:
    """Counts, unless said otherwise."""

    feeds: int = 0
    feeds_failed: list[str] = field(default_factory=list)
    """"address: reason" for each feed that could not be read."""
    entries: int = 0
    pages: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """Reason -> pages or versions from which nothing was taken."""
    coded: int = 0
    statements: int = 0
    tentative: int = 0
    confirmed: int = 0
    reverted: int = 0
    sent: int = 0
    waiting: int = 0
    """Alerts in the outbox that could not be delivered yet."""

    problems: list[str] = field(default_factory=list)
    """What could not be delivered, and why; for people."""

    def skip(self, reason: str) -> None:
        """Note one page or version that gave nothing."""
        self.skipped[reason.split(":")[0][:80]] += 1

    def found(self, status: str) -> None:
        """Note a change that reached ``status`` in this pass."""
        setattr(self, status, getattr(self, status) + 1)

    @property
    def nothing_read(self) -> bool:
        """Whether every feed that was asked failed."""
        return self.feeds > 0 and len(self.feeds_failed) == self.feeds

    def line(self) -> str:
        """One line for people."""
        parts = [f"{self.feeds} feeds", f"{self.entries} new entries", f"{self.pages} pages"]
        parts += [f"{self.statements} statements"] if self.coded else []
        parts += [f"{n} {name}" for name in ("tentative", "confirmed", "reverted") if (n := getattr(self, name))]
        parts += [f"{n} skipped ({why})" for why, n in sorted(self.skipped.items())]
        parts += [f"{len(self.feeds_failed)} feeds failed"] if self.feeds_failed else []
        parts += [f"{self.sent} alerts sent"] if self.sent else []
        parts += [f"{self.waiting} alerts waiting"] if self.waiting else []
        return ", ".join(parts)

    def as_dict(self) -> dict[str, Any]:
        """For the ledger."""
        return {**asdict(self), "skipped": dict(self.skipped)}
