"""Sides on real news copy: `python -m tests.gold.realcopy.score DIR`, DIR with PolNeAR's train.jsonl and dev.jsonl.

What is invented for a gold set is always about something. In the articles of PolNeAR (Newell et al. 2018: the American
election of 2016, seven outlets, eleven months) most of what the watch's actors say near a word of the codebook takes no
side at all, and that is where false alarms come from. `labels.tsv` judges what an earlier coder (4b71d09) found there: every pair
to which it gave a side, and a sample of those to which it gave none. The corpus states no licence: its text
is not here, and nothing is trained or fitted on it. The labels tell places and judgements only; each was given once.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from extractors.coding import code_version
from extractors.models import Span, Version
from extractors.positions import sign
from tests.gold.histories.load import codebook

HERE = Path(__file__).parent
SAME = 0.5
"""Share of a labelled content that a statement must cover to be the same one."""


@dataclass(frozen=True, slots=True)
class Label:
    """One judgement: `side` is 0 where the actor takes none, or where it is not the actor who speaks."""

    article: str
    content: tuple[Span, ...]
    actor: str
    concept: str
    side: int


def labels() -> list[Label]:
    """The judgements, in order of article."""
    found = []
    with (HERE / "labels.tsv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            content = tuple((int(a), int(b)) for a, _, b in (s.partition("-") for s in row["content"].split(",")))
            takes_side = row["marked"] == "ok" and row["agreement"] not in {"null", "none"}
            side = sign(int(row["agreement"])) if takes_side else 0
            found.append(Label(row["article"], content, row["actor"], row["concept"], side))
    return found


def sides(folder: Path, wanted: Sequence[Label]) -> Iterator[tuple[Label, int]]:
    """Each of `wanted` with the side that the shipped line gives it, 0 for none."""
    texts = {}
    for name in ("train.jsonl", "dev.jsonl"):
        for line in (folder / name).read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts[row["id"]] = row["text"]
    by_article = defaultdict(list)
    for label in wanted:
        by_article[label.article].append(label)
    book = codebook("watch", HERE)  # as an analyst would write it in twenty minutes; never fitted to the texts
    for article, its in by_article.items():
        outlet, day, _ = article.split("_", 2)
        published = datetime.fromisoformat(day).replace(tzinfo=UTC)
        text = texts[article]
        version = Version(article, article, article, outlet, text.split("\n", 1)[0], text, published, published, "en")
        coded = [s for s in code_version(version, book, "real", published).statements if s.agreement]
        for label in its:
            said = [s for s in coded if (s.actor, s.concept) == (label.actor, label.concept)]
            same = [s for s in said if _covered(label.content, s.attribution.content) >= SAME]
            yield label, sign(same[0].agreement or 0) if same else 0


def _covered(labelled: Sequence[Span], found: Sequence[Span]) -> float:
    shared = sum(max(0, min(b, d) - max(a, c)) for a, b in labelled for c, d in found)
    return shared / sum(b - a for a, b in labelled)


def report(judged: Sequence[tuple[Label, int]]) -> Iterator[str]:
    """The lines for people: all together, and each concept."""
    for name in ("all", *sorted({label.concept for label, _ in judged})):
        counts: Counter[str] = Counter()
        for label, told in judged:
            if name not in {"all", label.concept}:
                continue
            counts["sided"] += label.side != 0
            if told:
                counts["told"] += 1
                counts["right" if told == label.side else "wrong sign" if label.side else "no side"] += 1
        precision = counts["right"] / max(1, counts["told"])
        recall = counts["right"] / max(1, counts["sided"])
        yield (
            f"{name:18} told {counts['told']:4}  right {counts['right']:4}  wrong sign {counts['wrong sign']:3}"
            f"  takes no side {counts['no side']:4}  precision {precision:.2f}  recall {recall:.2f}"
        )


if __name__ == "__main__":
    print("\n".join(report(list(sides(Path(sys.argv[1]), labels())))))
