"""Score a trained model, or the exported weights that ship, on gold files.

    python -m training.measure RUN/model.pt --init MINILM_FOLDER --gold dev.jsonl --scorer SCORER.py
    python -m training.measure extractors/weights --gold dev.jsonl --scorer SCORER.py

`--bias` (cue, source, content) may be given several times to choose it on development data.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from extractors import tagger as run_time
from training.export import load_model
from training.train import load_scorer, plain_tokenizer, predict, runtime


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model", type=Path)
    ap.add_argument("--init", type=Path)
    ap.add_argument("--gold", type=Path, action="append", required=True)
    ap.add_argument("--scorer", type=Path, required=True)
    ap.add_argument("--bias", type=float, nargs=3, action="append")
    ap.add_argument("--write", type=Path, help="write the last predictions here")
    args = ap.parse_args()
    if args.model.is_dir():
        run_time.WEIGHTS = args.model
        tagger = run_time.shipped()
    else:
        tagger = runtime(load_model(args.model), plain_tokenizer(args.init / "tokenizer.json"))
    scorer = load_scorer(args.scorer)
    for path in args.gold:
        gold = scorer.read(path)
        for bias in args.bias or [tagger.linker.bias.tolist()]:
            tagger.linker = replace(tagger.linker, bias=np.array(bias, dtype=np.float32))
            predicted = predict(tagger, list(gold.values()))
            table, n_gold, n_predicted = scorer.score(gold, predicted)
            print(f"{path.name} bias {bias}: gold {n_gold} predicted {n_predicted}")
            for name, (p, r, f) in table.items():
                print(f"  {name:14} P {p:.3f}  R {r:.3f}  F1 {f:.3f}", flush=True)
            if args.write:
                args.write.write_text("".join(json.dumps(x) + "\n" for x in predicted.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
