"""The mean of several trainings of one reader of sides, exported.

    python -m training.average_sides RUN/model.pt RUN/model.pt --scale 1.7 --out extractors/weights

Runs that began from the same weights lie in one valley, and their mean reads a little better than each (Wortsman and
others, "Model soups", 2022). It is less sure than they are, so its logits are multiplied by `--scale`: choose the one
by which the shares fit held-out labels best.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from extractors.sides import SIDES
from training.side_model import SideReader, export


def mean_of(paths: Sequence[Path], scale: float = 1.0) -> SideReader:
    """Return the reader whose weights are the mean of those saved at `paths`, its logits of sides times `scale`."""
    states = [torch.load(path, weights_only=True, map_location="cpu") for path in paths]
    model = SideReader()
    model.load_state_dict({name: sum(s[name].float() for s in states) / len(states) for name in states[0]})
    with torch.no_grad():
        model.out.weight[: len(SIDES)] *= scale
        model.out.bias[: len(SIDES)] *= scale
    return model


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("model", type=Path, nargs="+")
    ap.add_argument("--scale", type=float, default=1.0)
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    export(mean_of(args.model, args.scale), args.out / "sides.onnx")


if __name__ == "__main__":
    main()
