"""Fit how likely an attribution is right from what extractors.attributions.evidence returns.

    python -m training.confidence extractors/weights --gold dev.jsonl --scorer SCORER.py [--bias 0 0 0] [--write]

A logistic regression by Newton's method on development data. Prints the weights, and for each fifth of the documents
judged by the others' how true they are and the F1 for several values of LEAST; `--write` puts them into the weights'
folder.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors import attributions
from extractors import tagger as run_time
from extractors.repairs import Page
from extractors.tagger import Found
from training.train import load_scorer

FloatArray = npt.NDArray[np.float64]


def fit(x: FloatArray, right: FloatArray, ridge: float = 1.0) -> FloatArray:
    """Return the weights, the constant first. `x`: rows with a leading 1; `right`: 0 or 1 for each."""
    w = np.zeros(x.shape[1])
    penalty = np.diag([0.0, *[ridge] * (x.shape[1] - 1)])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ w))
        w += np.linalg.solve((x.T * (p * (1 - p))) @ x + penalty, x.T @ (right - p) - penalty @ w)
    return w


def judged(
    tagger: run_time.Tagger, gold: dict[str, Any], scorer: Any
) -> tuple[FloatArray, FloatArray, FloatArray, int]:
    """Return each found attribution's evidence, whether it is right, its document; and how many are gold."""
    rows: list[list[float]] = []
    right: list[float] = []
    documents: list[float] = []
    wanted = 0
    seen: dict[tuple[Any, ...], tuple[float, ...]] = {}
    spell = attributions._spell

    def noting(f: Found, page: Page, trust: Any) -> attributions.Attribution:
        made = spell(f, page, trust)
        seen[made.cue, made.content] = attributions.evidence(f, page)
        return made

    attributions._spell = noting
    try:
        for number, d in enumerate(gold.values()):
            seen.clear()
            tokens = scorer.words(d["text"])
            found = [a for a in attributions.attributions_with(tagger, d["text"]) if (a.cue, a.content) in seen]
            predicted = [{"source": a.source, "cue": a.cue, "content": a.content} for a in found]
            truth = scorer.prepare(tokens, d["attributions"])
            made = [{k: scorer.covered(tokens, v) for k, v in p.items()} for p in predicted]
            hits = {j for _, j in scorer.pair(truth, made)}
            wanted += len(truth)
            rows += [[1.0, *seen[a.cue, a.content]] for a in found]
            right += [float(j in hits) for j in range(len(found))]
            documents += [float(number)] * len(found)
    finally:
        attributions._spell = spell
    return np.array(rows), np.array(right), np.array(documents), wanted


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("weights", type=Path)
    ap.add_argument("--gold", type=Path, required=True)
    ap.add_argument("--scorer", type=Path, required=True)
    ap.add_argument("--bias", type=float, nargs=3)
    ap.add_argument("--write", action="store_true")
    args = ap.parse_args()
    run_time.WEIGHTS = args.weights
    tagger = run_time.shipped()
    bias = tagger.linker.bias if args.bias is None else np.array(args.bias, dtype=np.float32)
    tagger.linker = replace(tagger.linker, bias=bias, trust=np.array([9, 0, 0, 0], dtype=np.float32))
    scorer = load_scorer(args.scorer)
    x, right, documents, wanted = judged(tagger, scorer.read(args.gold), scorer)
    odds = np.zeros(len(x))
    for fold in range(5):
        held = documents % 5 == fold
        odds[held] = x[held] @ fit(x[~held], right[~held])
    likely = 1 / (1 + np.exp(-odds))
    for least in (0.0, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5):
        kept = likely >= least
        print(f"least {least:.2f}: {kept.sum()} kept, F1 {2 * right[kept].sum() / (kept.sum() + wanted):.4f}")
    for part in np.array_split(np.argsort(-likely), 10):
        print(f"said {likely[part].mean():.2f}, right {right[part].mean():.2f}")
    w = fit(x, right)
    print("trust", *(round(float(v), 4) for v in w))
    if args.write:
        with np.load(args.weights / "attributions.npz", allow_pickle=False) as arrays:
            kept_arrays = dict(arrays) | {"trust": w.astype(np.float32), "bias": bias}
        np.savez_compressed(args.weights / "attributions.npz", allow_pickle=False, **kept_arrays)


if __name__ == "__main__":
    main()
