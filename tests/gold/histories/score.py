"""Scores of change detection on the histories: `python -m tests.gold.histories.score [dev|test|fresh] [--text]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from extractors.changes import ChangeRules, derive_changes
from extractors.ground import touches
from extractors.models import Change, Statement
from tests.gold.histories.load import History, by_hand, codebook, copy_groups, histories, versions

RULES = ChangeRules(confirm_by=2)


@dataclass(slots=True)
class Score:
    """Confirmed changes: found and right, found and wrong, missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    errors: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def from_text(history: History) -> list[list[Statement]]:
    """Return the statements that the pipeline finds in the articles: attribution, actors, concepts, dates, agreement."""
    from extractors.coding import code_version  # the models load only where text is read

    book, groups = codebook(history.story), copy_groups(history)
    found = []
    for version in versions(history):
        coded = code_version(version, book, history.story, version.recorded_at, groups[version.id])
        pair = (history.actor, history.concept)
        found.append([s for s in coded.statements if (s.actor, s.concept) == pair])
    return found


def changes(history: History, coded: Sequence[Sequence[Statement]], touched: bool = False) -> list[Change]:
    """Return what is derived from the statements of the articles, the first of which is the baseline."""
    baseline, told = coded[0], [s for article in coded[1:] for s in article]
    since = history.articles[0].published
    return derive_changes(told, baseline, RULES, actor_known=True, since=since, touched=touched)


def touched(history: History) -> bool:
    """Whether the baseline may hold more than the program reads in it; who codes by hand reads all of it."""
    book = codebook(history.story)
    actor = next(a for a in book.actors if a.name == history.actor)
    return touches(history.articles[0].text, (), actor, next(c for c in book.concepts if c.id == history.concept))


def score(part: str, code: Callable[[History], list[list[Statement]]] = by_hand) -> Score:
    """Compare the confirmed changes of every history of `part` with those expected, kind by kind."""
    total = Score()
    for history in histories(part):
        derived = changes(history, code(history), code is from_text and touched(history))
        found = [c.kind for c in derived if c.status == "confirmed"]
        expected = list(history.expected)
        for kind in list(found):
            if kind in expected:
                expected.remove(kind)
                found.remove(kind)
                total.right += 1
        total.wrong += len(found)
        total.missed += len(expected)
        if found or expected:
            seen = "; ".join(f"{c.kind} {c.from_agreement}>{c.to_agreement} {c.status}: {c.reason}" for c in derived)
            total.errors.append(f"{history.id}: false {found}, missed {expected} [{seen}]")
    return total


if __name__ == "__main__":
    part = next((a for a in sys.argv[1:] if not a.startswith("-")), "dev")
    result = score(part, from_text if "--text" in sys.argv else by_hand)
    print(f"precision {result.precision:.3f} recall {result.recall:.3f} right {result.right} wrong {result.wrong}")
    print("\n".join(result.errors))
