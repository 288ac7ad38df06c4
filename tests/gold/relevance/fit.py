"""Fits the weights of extractors/relevance.py on the dev stories: `python -m tests.gold.relevance.fit`.

Prints the weights to copy, and precision and recall over thresholds with each dev story left out in turn.
"""

from __future__ import annotations

from dataclasses import astuple

import numpy as np
import numpy.typing as npt

from extractors.relevance import read_signs
from tests.gold.relevance.load import items, profile

PENALTY = 3.0
Floats = npt.NDArray[np.float64]


def fit(signs: Floats, relevant: Floats) -> Floats:
    """Logistic regression on standardised signs with an L2 penalty; return raw weights, the bias last."""
    mean, spread = signs.mean(axis=0), signs.std(axis=0) + 1e-9
    rows = np.c_[(signs - mean) / spread, np.ones(len(signs))]
    penalty = PENALTY * np.r_[np.ones(signs.shape[1]), 1e-6]
    weights = np.zeros(rows.shape[1])
    for _ in range(60):  # Newton's method
        p = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (p - relevant) + penalty * weights
        weights -= np.linalg.solve((rows * (p * (1 - p))[:, None]).T @ rows + np.diag(penalty), gradient)
    raw = weights[:-1] / spread
    return np.r_[raw, weights[-1] - raw @ mean]


def main() -> None:
    gold = items("dev")
    profiles = {story: profile(story) for story in {i.story for i in gold}}
    signs = np.array([astuple(read_signs(profiles[i.story], i.title, i.text)) for i in gold])
    relevant = np.array([float(i.relevant) for i in gold])
    story = np.array([i.story for i in gold])
    weights = fit(signs, relevant)
    print("WEIGHTS =", tuple(float(w) for w in weights[:-1].round(2)), "\nBIAS =", float(weights[-1].round(2)))
    scores = np.zeros(len(gold))
    for left_out in profiles:
        w = fit(signs[story != left_out], relevant[story != left_out])
        scores[story == left_out] = 1 / (1 + np.exp(-(signs[story == left_out] @ w[:-1] + w[-1])))
    for threshold in (0.2, 0.25, 0.3, 0.33, 0.36, 0.4, 0.5):
        let_in = scores >= threshold
        right = (let_in * relevant).sum()
        print(f"{threshold}: precision {right / let_in.sum():.3f} recall {right / relevant.sum():.3f}")


if __name__ == "__main__":
    main()
