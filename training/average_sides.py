"""Average models that were trained one from another: they err less than any of them (Wortsman and others, 2022).

    python -m training.average_sides RUN3/model.pt RUN4/model.pt --shares 0.4 0.6 --out RUN

Writes RUN/model.pt and RUN/sides.onnx, as training/train_sides.py does.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from training.side_model import SideReader, export


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("models", type=Path, nargs="+")
    ap.add_argument("--shares", type=float, nargs="+", required=True)
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    states = [(torch.load(path), share) for path, share in zip(args.models, args.shares, strict=True)]
    whole = sum(args.shares)
    average = {
        name: (sum(state[name].float() * share for state, share in states) / whole).to(states[0][0][name].dtype)
        for name in states[0][0]
    }
    model = SideReader()
    model.load_state_dict(average)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.save(average, args.out / "model.pt")
    export(model, args.out / "sides.onnx")


if __name__ == "__main__":
    main()
