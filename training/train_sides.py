"""Train the model behind extractors/sides.py, and export it.

    python -m training.train_sides statements.npz --init MPNET_FOLDER --out RUN [--epochs 3] [--seed 8]

Reads what training/side_data.py writes. Every epoch sees each statement with one wording of each of its
propositions; after the first quarter of the epochs, a third of them with the opposite wording and a quarter denied,
which turns the label round: sooner, the two contradict one another before the model can tell the wordings apart, and
it learns no side at all. From the second epoch on come sentences made from the propositions themselves, statements
asked about a proposition that they are not about, and pairs of statements about one. What is held out
(training/agreement_data.py) is only measured. Writes RUN/model.pt, RUN/sides.onnx and its parts; average_sides.py makes
one of several runs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.side_data import Drawer, Examples, Statements, batches, joined
from training.side_model import SideReader, export
from training.side_training import Feeder, Progress, Stepper, device, precision, report

MADE, ELSEWHERE = 0.1, 0.2
"""Share of the sentences made from propositions and of pairs; and of statements asked about another proposition."""
OPPOSITES, OPPOSITES_AFTER = 0.33, 0.25
DENIALS = 0.25
QUALIFIED = 0.3  # weight of the loss of the second task


def draw(drawer: Drawer, epoch: int, epochs: int) -> Examples:
    turning = epoch > max(1, round(OPPOSITES_AFTER * epochs))
    parts = [drawer.statements(OPPOSITES * turning, DENIALS * turning)]
    if epoch > 1:
        few = int(MADE * drawer.items)
        parts += [drawer.sentences(few), drawer.pairs(few), drawer.elsewhere(int(ELSEWHERE * drawer.items))]
    return joined(parts)


def loss_of(raw: Tensor, labels: Tensor, known_degree: Tensor, weights: Tensor) -> Tensor:
    sides = F.cross_entropy(raw[:, :3], labels, reduction="none", label_smoothing=0.05)
    known = (known_degree >= 0).float() * weights
    degree = F.binary_cross_entropy_with_logits(raw[:, 3], known_degree.clamp(min=0).float(), reduction="none")
    return (sides * weights).sum() / weights.sum() + QUALIFIED * (degree * known).sum() / known.sum().clamp(min=1)


def train(data: Statements, model: SideReader, args: argparse.Namespace) -> None:
    on = device()
    feed, rng = Feeder(data, on), np.random.default_rng(args.seed)
    drawer = Drawer(data, rng)
    model.to(on).train()
    steps = args.epochs * len(draw(Drawer(data, np.random.default_rng(0)), 2, args.epochs)) // args.size
    stepper = Stepper(model, args.rate, args.head_rate, steps)
    progress = Progress()
    for epoch in range(1, args.epochs + 1):
        rows = draw(drawer, epoch, args.epochs)
        for index in batches(data.size(rows), args.size, rng):
            some = rows.at(index)
            with precision(on):
                raw = model(*feed(some)).float()
            loss = loss_of(raw, feed.on(some.labels), feed.on(some.qualified), feed.on(some.weights))
            stepper.step(loss)
            progress.add(loss, len(some))
        print(f"epoch {epoch}, held out: {report(model, feed)}", flush=True)
        torch.save(model.state_dict(), args.out / "model.pt")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("statements", type=Path)
    ap.add_argument("--init", type=Path, required=True, help="folder with MPNet's model.safetensors")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--epochs", type=int, default=3)
    ap.add_argument("--size", type=int, default=64, help="examples a step")
    ap.add_argument("--rate", type=float, default=4e-5)
    ap.add_argument("--head-rate", type=float, default=5e-4)
    ap.add_argument("--seed", type=int, default=8)
    args = ap.parse_args()
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    model = SideReader()
    model.encoder.load_mpnet(args.init)
    train(Statements.load(args.statements), model, args)
    export(model.cpu(), args.out / "sides.onnx")


if __name__ == "__main__":
    main()
