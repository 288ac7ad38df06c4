"""Fit the weights by which extractors/agreement.py weighs the evidence against the model.

    python -m training.fit_agreement training/stances/*.txt --out extractors/weights/agreement.json

Fitted on the statements that were held out when the model was trained (training/train_sides.py, `--hold`), read
against both wordings of their propositions, and on the practice stories of tests/gold/agreement. The figures
printed come from five folds over stories.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from extractors.agreement import features
from extractors.evidence import read_evidence
from extractors.gold import GoldItem
from extractors.models import Concept
from extractors.positions import sign
from extractors.scoring import macro_f1
from extractors.sides import FAINTEST, SIDES, read_side
from tests.gold.agreement.blind import stories
from training.agreement_data import Item, held_out, read_items

FEWEST = 12
"""Examples in which a feature must occur."""
PENALTY = 2.0  # L2, in units of one example
STEPS = 3000
RATE = 12.0  # of the mean over the examples
FOLDS = 5
CLASSES = {1: 0, -1: 1, 0: 2}
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Example:
    """One statement read against one wording of one concept."""

    story: str
    logs: Floats
    """Logarithms of the model's shares of SIDES."""
    names: frozenset[str]
    side: int
    """The side that the evidence takes, 0 for none."""
    gold: int
    """Index into SIDES."""


def examples(paths: Sequence[Path]) -> Iterator[Example]:
    for path in sorted(held_out(paths)):
        for item in read_items(path):
            for concept in item.concepts:
                if concept.id in item.labels:
                    gold = sign(item.labels[concept.id] or 0)
                    yield _example(item, concept.wording, Concept(concept.id, concept.wording), gold)
                    yield _example(item, concept.opposite, Concept(concept.id, concept.opposite), -gold)
    for story in stories("practice"):
        for item in story.items:
            for identifier, label in item.labels:
                concept = story.concept(identifier)
                yield _example(item, concept.proposition, concept, sign(label or 0), item.speaks_for)


def _example(
    item: Item | GoldItem, proposition: str, concept: Concept, gold: int, speaks_for: Sequence[str] = ()
) -> Example:
    seen = read_evidence(item.text, item.attribution, concept, speaks_for)
    at = item.attribution
    shares = read_side(item.text, (at.content, at.cue, at.source), proposition)
    return Example(
        item.story, np.log(shares[:3] + FAINTEST), frozenset(features(seen)), sign(seen.agreement or 0), CLASSES[gold]
    )


class Weights:
    """Weight of the model's logarithms, and for each feature what it adds to its own side, the other and neither."""

    def __init__(self, rows: Sequence[Example]) -> None:
        counts = Counter(name for r in rows for name in r.names)
        self.names = sorted(n for n, count in counts.items() if count >= FEWEST)
        self.model = 1.0
        self.table = np.zeros((len(self.names), 3))

    def odds(self, rows: Sequence[Example]) -> Floats:
        return self._odds(*self._inputs(rows))

    def _inputs(self, rows: Sequence[Example]) -> tuple[Floats, Floats, np.ndarray]:
        index = {n: i for i, n in enumerate(self.names)}
        x = np.zeros((len(rows), len(self.names)))
        for i, row in enumerate(rows):
            x[i, [index[n] for n in row.names if n in index]] = 1.0
        # where own, other and neither of an example are among SIDES; what has no side only counts for neither
        places = np.array([(0, 1, 2) if r.side > 0 else (1, 0, 2) if r.side < 0 else (-1, -1, 2) for r in rows])
        return np.stack([r.logs for r in rows]), x, places

    def _odds(self, logs: Floats, x: Floats, places: np.ndarray) -> Floats:
        raw = self.model * logs
        added = x @ self.table
        for k in range(3):
            some = np.flatnonzero(places[:, k] >= 0)
            raw[some, places[some, k]] += added[some, k]
        odds = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(odds / odds.sum(axis=1, keepdims=True))

    def fit(self, rows: Sequence[Example]) -> Weights:
        logs, x, places = self._inputs(rows)
        wanted, rate = np.eye(3)[[r.gold for r in rows]], RATE / len(rows)
        for _ in range(STEPS):
            miss = self._odds(logs, x, places) - wanted
            turned = np.zeros_like(miss)
            for k in range(3):
                some = np.flatnonzero(places[:, k] >= 0)
                turned[some, k] = miss[some, places[some, k]]
            self.table -= rate * (x.T @ turned + PENALTY * self.table)
            self.model -= 0.1 * rate * float((miss * logs).sum())
        return self


def report(rows: Sequence[Example], odds: Floats) -> str:
    """Macro-F1, wrong signs and the share answered at three thresholds."""
    gold = np.array([r.gold for r in rows])
    cells = []
    for sure in (0.0, 0.5, 0.6, 0.7, 0.8):
        kept = odds.max(axis=1) >= sure
        told = odds[kept].argmax(axis=1)
        wrong = (told < 2) & (gold[kept] < 2) & (told != gold[kept])
        f1 = macro_f1(list(zip(gold[kept].tolist(), told.tolist(), strict=True)), range(len(SIDES)))
        cells.append(f"{sure}: answers {kept.mean():.3f} macro-F1 {f1:.3f} wrong sign {wrong.mean():.3f}")
    return "\n    ".join(cells)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("stances", type=Path, nargs="+")
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    rows = list(examples(args.stances))
    names = sorted({r.story for r in rows})
    fold = {name: i % FOLDS for i, name in enumerate(np.random.default_rng(1).permutation(names).tolist())}
    odds = np.zeros((len(rows), 3))
    for k in range(FOLDS):
        learnt = Weights(rows).fit([r for r in rows if fold[r.story] != k])
        here = [i for i, r in enumerate(rows) if fold[r.story] == k]
        odds[here] = learnt.odds([rows[i] for i in here])
    practice = {s.name for s in stories("practice")}
    for title, wanted in (("held-out statements", False), ("practice stories", True)):
        some = [i for i, r in enumerate(rows) if (r.story in practice) == wanted]
        print(f"{title}, {len(some)} examples, five folds\n    {report([rows[i] for i in some], odds[some])}")
        alone = np.exp(np.stack([rows[i].logs for i in some]))
        print(f"  the model alone\n    {report([rows[i] for i in some], alone / alone.sum(axis=1, keepdims=True))}")
    final = Weights(rows).fit(rows)
    stored = {"model": [round(final.model, 3)]} | {
        n: [round(float(v), 3) for v in final.table[i]] for i, n in enumerate(final.names)
    }
    args.out.write_text(json.dumps(stored).replace("], ", "],\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
