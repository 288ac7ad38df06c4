"""What training a reader of sides takes: feeding it examples, stepping, and measuring on what was held out."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext

import numpy as np
import torch
from torch import Tensor, nn

from extractors.scoring import macro_f1
from extractors.tagger_input import CLS, PAD, SEP
from training.side_data import Examples, Statements, measured
from training.side_model import SideReader

WARM_UP = 0.04  # of all steps
DECAY = 0.01
ROUND = 8
"""Lengths are rounded up to a multiple of it, which suits an accelerator's memory."""


class Feeder:
    """Turns examples into the pieces, roles and mask that a reader takes, on `device`."""

    def __init__(self, data: Statements, device: torch.device) -> None:
        self.data, self.device = data, device

        def table(values: np.ndarray) -> Tensor:
            return torch.from_numpy(np.asarray(values, dtype=np.int32)).to(device)

        self.said, self.roles, self.said_lengths = table(data.pieces), table(data.roles), table(data.lengths)
        self.asked, self.asked_lengths = table(data.wordings), table(data.wording_lengths)

    def __call__(self, examples: Examples) -> tuple[Tensor, Tensor, Tensor]:
        longest = -(-int(self.data.size(examples).max()) // ROUND) * ROUND
        passages, wordings = self.on(examples.passages), self.on(examples.wordings)
        at = torch.arange(longest, device=self.device)[None, :]
        first, second = self.asked_lengths[wordings][:, None], self.said_lengths[passages][:, None]
        asked = self.asked[wordings].gather(1, (at - 1).clamp(0, self.asked.shape[1] - 1).expand(len(wordings), -1))
        place = (at - first - 2).clamp(0, self.said.shape[1] - 1)
        said, roles = self.said[passages].gather(1, place), self.roles[passages].gather(1, place)
        within_asked, within_said = (at >= 1) & (at <= first), (at >= first + 2) & (at < first + 2 + second)
        pieces = torch.where(within_asked, asked, torch.where(within_said, said, SEP))
        mask = at < first + second + 3
        pieces = torch.where(at == 0, CLS, torch.where(mask, pieces, PAD))
        return pieces.long(), torch.where(within_asked, 1, torch.where(within_said, roles, 0)).long(), mask

    def on(self, values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values)).to(self.device, non_blocking=True)


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def precision(on: torch.device) -> AbstractContextManager[object]:
    """Half precision for the products where the accelerator has it."""
    return torch.autocast("cuda", torch.bfloat16) if on.type == "cuda" else nullcontext()


class Stepper:
    """Adam with a warm-up and a linear fall to a fiftieth; the embeddings of words and places stay as they are."""

    def __init__(self, model: SideReader, rate: float, head_rate: float, steps: int) -> None:
        self.model = model
        for frozen in (model.encoder.words, model.encoder.places):
            frozen.weight.requires_grad_(False)
        head = [*model.hidden.parameters(), *model.out.parameters()]
        body = [p for p in model.encoder.parameters() if p.requires_grad]
        groups = [{"params": body, "lr": rate}, {"params": head, "lr": head_rate}]
        self.optimizer = torch.optim.AdamW(groups, weight_decay=DECAY, fused=model.out.weight.is_cuda)
        warm = max(1, int(WARM_UP * steps))
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: min(1.0, (step + 1) / warm) * max(0.02, 1 - step / steps)
        )

    def step(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.schedule.step()


@torch.inference_mode()
def shares_of(model: SideReader, feed: Feeder, examples: Examples, size: int = 256) -> np.ndarray:
    """Return (examples, 4): the shares of SIDES and the chance that the side is a qualified one."""
    learning = model.training
    model.eval()
    out = np.zeros((len(examples), 4))
    order = np.argsort(feed.data.size(examples), kind="stable")
    for k in range(0, len(order), size):
        with precision(feed.device):
            raw = model(*feed(examples.at(order[k : k + size]))).float()
        out[order[k : k + size]] = torch.cat([torch.softmax(raw[:, :3], 1), torch.sigmoid(raw[:, 3:])], 1).cpu()
    model.train(learning)
    return out


def report(model: SideReader, feed: Feeder) -> str:
    """Macro-F1 and wrong signs on what was held out, read against the propositions and against their opposites."""
    cells = []
    for name, column in (("proposition", 0), ("opposite", 2)):
        rows = measured(feed.data, column)
        labels, told = rows.labels, shares_of(model, feed, rows)[:, :3].argmax(axis=1)
        wrong = (told < 2) & (labels < 2) & (told != labels)
        f1 = macro_f1(list(zip(labels.tolist(), told.tolist(), strict=True)), (0, 1, 2))
        cells.append(f"{name}: macro-F1 {f1:.3f}, wrong sign {wrong.mean():.3f}")
    return "; ".join(cells)


class Progress:
    """Prints how far a training is: `every` so many steps the mean loss, and the examples a second."""

    def __init__(self, every: int = 500) -> None:
        self.every, self.start = every, time.monotonic()
        self.steps, self.examples, self.losses = 0, 0, list[Tensor]()

    def add(self, loss: Tensor, examples: int) -> None:
        self.steps, self.examples = self.steps + 1, self.examples + examples
        self.losses.append(loss.detach())
        if self.steps % self.every == 0:
            mean = torch.stack(self.losses).mean().item()
            self.losses.clear()
            took = time.monotonic() - self.start
            print(f"  step {self.steps}: {mean:.3f}, {took:.0f} s, {self.examples / took:.0f} a second", flush=True)
