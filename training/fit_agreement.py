"""Fit the weights by which extractors/agreement.py judges its evidence.

    python -m training.fit_agreement training/stances/*.txt --out extractors/weights/agreement.json

Every eighth file is held out for the figures printed;
the weights written are fitted on all. Features that occur in fewer than FEWEST stories are left out, so that no
story's own words are learnt.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from extractors.agreement import VERDICTS, features
from extractors.evidence import read_evidence
from extractors.models import Concept
from extractors.positions import sign
from extractors.scoring import macro_f1
from training.agreement_data import Item, read_items

FEWEST = 8
"""Stories in which a feature must occur."""
PENALTY = 2.0  # L2, in units of one example
STEPS = 400
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Example:
    """One statement read against one wording of one concept."""

    story: str
    features: set[str]
    gold: int
    side: int
    """The side that the evidence takes, 0 for none."""

    @property
    def verdict(self) -> int:
        """Index into VERDICTS. Without a side of the evidence, "right" stands for any side."""
        name = "neither" if self.gold == 0 else "right" if self.side in (0, self.gold) else "other"
        return VERDICTS.index(name)


def examples(items: Sequence[Item]) -> Iterator[Example]:
    """Every statement with each of its concepts and with the opposite of each, which turns the label round."""
    for item in items:
        for concept in item.concepts:
            if concept.id in item.labels:
                gold = sign(item.labels[concept.id] or 0)
                for wording, turn in ((concept.wording, 1), (concept.opposite, -1)):
                    seen = read_evidence(item.text, item.attribution, Concept(concept.id, wording))
                    found = features(item.text, item.attribution, seen)
                    yield Example(item.story, found, gold * turn, sign(seen.agreement or 0))


def vocabulary(rows: Sequence[Example]) -> list[str]:
    stories = defaultdict(set)
    for row in rows:
        for name in row.features:
            stories[name].add(row.story)
    return sorted(name for name, where in stories.items() if len(where) >= FEWEST)


def matrix(rows: Sequence[Example], names: Sequence[str]) -> Floats:
    index = {name: i for i, name in enumerate(names)}
    x = np.zeros((len(rows), len(names) + 1), dtype=np.float32)
    x[:, -1] = 1.0
    for i, row in enumerate(rows):
        x[i, [index[f] for f in row.features if f in index]] = 1.0
    return x


def probabilities(x: Floats, w: Floats, rows: Sequence[Example]) -> Floats:
    raw = x @ w.T
    raw[[row.side == 0 for row in rows], VERDICTS.index("other")] = -np.inf
    odds = np.exp(raw - raw.max(axis=1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=1, keepdims=True))


def fit(rows: Sequence[Example], names: Sequence[str]) -> Floats:
    """Softmax regression by Nesterov's accelerated gradient descent; the last column is the offset."""
    x = matrix(rows, names)
    wanted = np.eye(len(VERDICTS), dtype=np.float32)[[row.verdict for row in rows]]
    w = np.zeros((len(VERDICTS), x.shape[1]), dtype=np.float32)
    ahead = w
    # the curvature is at most half the largest eigenvalue of x'x: by power iteration
    v = np.ones(x.shape[1], dtype=np.float32)
    for _ in range(20):
        v = x.T @ (x @ v)
        v /= np.linalg.norm(v)
    rate = 1.0 / (0.5 * float(np.linalg.norm(x @ v) ** 2) + 2 * PENALTY)
    for step in range(STEPS):
        slope = (probabilities(x, ahead, rows) - wanted).T @ x + 2 * PENALTY * ahead
        following = ahead - rate * slope
        ahead = following + step / (step + 3) * (following - w)
        w = following
    return w


def report(rows: Sequence[Example], shares: Floats) -> str:
    """Macro-F1 over the sides where it answers, how often it answers, and wrong signs; and of the evidence alone."""
    plain = [(r.gold, r.side) for r in rows if "answer unseen" not in r.features]
    pairs = []
    for row, (neither, right, other) in zip(rows, shares, strict=True):
        if neither >= 0.5:
            pairs.append((row.gold, 0))
        elif row.side and right >= max(neither, other):
            pairs.append((row.gold, row.side))
    cells = []
    for name, found in (("evidence alone", plain), ("judged", pairs)):
        signs = sum(a * b < 0 for a, b in found) / len(found)
        f1 = macro_f1(found, (1, -1, 0))
        cells.append(f"{name}: answers {len(found) / len(rows):.3f}, macro-F1 {f1:.3f}, wrong sign {signs:.3f}")
    return "; ".join(cells)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("stances", type=Path, nargs="+")
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    paths = sorted(args.stances)
    held = set(paths[7::8])
    train = list(examples([i for p in paths if p not in held for i in read_items(p)]))
    measure = list(examples([i for p in held for i in read_items(p)]))
    names = vocabulary(train)
    w = fit(train, names)
    print(f"{len(train)} examples, {len(names)} features; held out, {len(measure)} examples:")
    print(report(measure, probabilities(matrix(measure, names), w, measure)))
    every = [*train, *measure]
    names = vocabulary(every)
    w = fit(every, names)
    stored = {
        "offset": np.round(w[:, -1], 3).tolist(),
        "weights": {name: np.round(w[:, i], 3).tolist() for i, name in enumerate(names)},
    }
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":")).replace('],"', '],\n"')
    args.out.write_text(text + "\n", encoding="utf-8")
    print(f"{len(names)} features written, {args.out.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
