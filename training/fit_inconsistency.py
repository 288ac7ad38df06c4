"""Fit the weights of extractors/inconsistency.py, and say how good they are by cross-validation.

    python -m training.fit_inconsistency PAIRS.csv extractors/weights/inconsistency.json

PAIRS.csv holds pairs of political statements judged consistent, inconsistent or unrelated (Sagimbayeva et al., CC BY
4.0; columns text_1, text_2, label_3). To them come the 984 pairs of training/pairs.csv, which we wrote and labelled
in the same manner; one of PAIRS counts as much as two of ours. All figures printed are from ten folds of PAIRS that the
weights did not see, averaged over five shufflings; the weights written are fitted on all pairs, so no figure on these
pairs describes them.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from extractors.inconsistency import NAMES, OPPOSED, VERDICTS, Floats, features
from extractors.phrases import content_words, tokens
from extractors.scoring import macro_f1

PENALTY = 3.4  # L2, in units of one pair
STEPS = 150
FOLDS = 10
OURS = Path(__file__).parent / "pairs.csv"
Fit = tuple[Floats, Floats, Floats, Floats]


def load(path: Path) -> tuple[list[tuple[str, str]], np.ndarray]:
    """Return the pairs and their classes as indices into VERDICTS."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels = np.array([VERDICTS.index(r["label_3"].lower()) for r in rows])
    return [(r["text_1"], r["text_2"]) for r in rows], labels


def fit(figures: Floats, labels: np.ndarray) -> Fit:
    """Softmax regression with classes weighed equally; Nesterov's accelerated gradient descent from zero."""
    mean = figures.mean(axis=0)
    scale = np.maximum(figures.std(axis=0), 1e-3)
    scale[: len(NAMES)] /= 0.3  # the few figures that say something by themselves, and
    scale[len(NAMES) :] *= np.sqrt(384.0)  # the many that only do together
    x = (figures - mean) / scale
    counts = np.bincount(labels, minlength=len(VERDICTS))
    weight = (len(labels) / (len(VERDICTS) * np.maximum(counts, 1)))[labels]
    wanted = np.eye(len(VERDICTS))[labels]
    w = np.zeros((len(VERDICTS), x.shape[1]))
    b = np.zeros(len(VERDICTS))
    ahead_w, ahead_b = w, b
    rate = 1.0 / (0.5 * np.linalg.norm(x * np.sqrt(weight)[:, None], 2) ** 2 + 0.5 * weight.sum() + PENALTY)
    for step in range(STEPS):
        raw = x @ ahead_w.T + ahead_b
        odds = np.exp(raw - raw.max(axis=1, keepdims=True))
        miss = (odds / odds.sum(axis=1, keepdims=True) - wanted) * weight[:, None]
        next_w = ahead_w - rate * (miss.T @ x + PENALTY * ahead_w)
        next_b = ahead_b - rate * miss.sum(axis=0)
        momentum = step / (step + 3)
        ahead_w, ahead_b = next_w + momentum * (next_w - w), next_b + momentum * (next_b - b)
        w, b = next_w, next_b
    return w, b, mean, scale


def predict(model: Fit, figures: Floats) -> np.ndarray:
    w, b, mean, scale = model
    chosen: np.ndarray = ((figures - mean) / scale @ w.T + b).argmax(axis=1)
    return np.where(figures[:, OPPOSED] > 0, VERDICTS.index("inconsistent"), chosen)


def folds(labels: np.ndarray, seed: int) -> np.ndarray:
    """Return the fold of every pair, each class spread evenly."""
    rng = np.random.default_rng(seed)
    fold = np.zeros(len(labels), dtype=int)
    for k in range(len(VERDICTS)):
        members = rng.permutation(np.flatnonzero(labels == k))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def cross_validate(
    figures: Floats, labels: np.ndarray, shufflings: int = 5, learn: Callable[[Floats, np.ndarray], Fit] = fit
) -> list[float]:
    """Return the macro-F1 over all held-out folds, one for each shuffling."""
    scores = []
    for seed in range(shufflings):
        fold = folds(labels, seed)
        said = np.zeros_like(labels)
        for k in range(FOLDS):
            held = fold == k
            said[held] = predict(learn(figures[~held], labels[~held]), figures[held])
        scores.append(f1(labels, said))
    return scores


def f1(labels: np.ndarray, said: np.ndarray) -> float:
    return macro_f1(list(zip(labels.tolist(), said.tolist(), strict=True)), range(len(VERDICTS)))


def keyword_baseline(pairs: list[tuple[str, str]]) -> np.ndarray:
    """No shared word: unrelated; one text negated and the other not: inconsistent; else consistent."""
    said = []
    for one, two in pairs:
        a, b = ({t.stem for t in tokens(text) if t.is_word} for text in (one, two))
        negated = [bool(s & {"not", "no", "never", "oppos", "reject", "against"}) for s in (a, b)]
        shared = set(content_words(a)) & set(content_words(b))
        said.append(2 if not shared else 1 if negated[0] != negated[1] else 0)
    return np.array(said)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    pairs, labels = load(args.pairs)
    figures = np.stack([features(one, two)[0] for one, two in pairs])
    ours, our_labels = load(OURS)
    our_figures = np.stack([features(one, two)[0] for one, two in ours])

    def learn(x: Floats, y: np.ndarray) -> Fit:
        return fit(np.concatenate([x, x, our_figures]), np.concatenate([y, y, our_labels]))

    print(f"on PAIRS alone {np.mean(cross_validate(figures, labels)):.3f}")
    scores = cross_validate(figures, labels, learn=learn)
    print(f"cross-validated macro-F1 {np.mean(scores):.3f} (+- {np.std(scores):.3f}) over {len(pairs)} pairs")
    print(f"majority {f1(labels, np.full_like(labels, 1)):.3f}, keywords {f1(labels, keyword_baseline(pairs)):.3f}")
    w, b, mean, scale = learn(figures, labels)
    rounded = {
        "weights": np.round(w, 5).tolist(),
        "offset": np.round(b, 5).tolist(),
        "mean": np.round(mean, 6).tolist(),
        "scale": np.round(scale, 6).tolist(),
    }
    args.out.write_text(json.dumps(rounded, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
