"""The cross-encoder behind extractors/sides.py: MiniLM over proposition and passage, and a head on pooled words.

Method: one pass over both texts with an embedding of the role of every piece (proposition, content, cue, source);
proposition and content with cue are pooled by their means p and t, and a layer over [CLS], p, t, p*t and |p-t| gives
support, oppose and neither, and whether a side is a qualified one.
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from extractors.sides import ROLES, SIDES
from training.export import quantize
from training.model import Config, Encoder

HIDDEN = 192
PROPOSITION, CONTENT, CUE = (ROLES.index(name) for name in ("proposition", "content", "cue"))


class SideReader(nn.Module):
    """Logits of SIDES and of "qualified", (batch, 4), from pieces, roles and mask."""

    def __init__(self) -> None:
        super().__init__()
        config = Config()
        self.encoder = Encoder(config)
        self.dropout = nn.Dropout(config.dropout)
        self.hidden = nn.Linear(5 * config.width, HIDDEN)
        self.out = nn.Linear(HIDDEN, len(SIDES) + 1)

    def forward(self, pieces: Tensor, roles: Tensor, mask: Tensor) -> Tensor:
        x = self.encoder(pieces, roles, mask)
        asked = _mean(x, roles == PROPOSITION)
        said = _mean(x, (roles == CONTENT) | (roles == CUE))
        pooled = torch.cat([x[:, 0], asked, said, asked * said, (asked - said).abs()], dim=1)
        out: Tensor = self.out(self.dropout(F.gelu(self.hidden(self.dropout(pooled)))))
        return out


def _mean(x: Tensor, where: Tensor) -> Tensor:
    weights = where.to(x.dtype)[:, :, None]
    return (x * weights).sum(dim=1) / weights.sum(dim=1).clamp(min=1.0)


class _Single(nn.Module):
    """One passage at a time, without padding, as at run time."""

    def __init__(self, model: SideReader) -> None:
        super().__init__()
        self.model = model

    def forward(self, pieces: Tensor, roles: Tensor) -> Tensor:
        out: Tensor = self.model(pieces, roles, torch.ones_like(pieces))
        return out


def export(model: SideReader, path: Path) -> None:
    """Write the model as int8 ONNX: weights per channel in seven bits, like the tagger's."""
    model.eval()
    full = path.with_suffix(".full.onnx")
    pieces = torch.randint(1000, 20000, (1, 40))
    with torch.inference_mode():
        torch.onnx.export(
            _Single(model),
            (pieces, torch.randint(0, len(ROLES), (1, 40))),
            str(full),
            input_names=["pieces", "roles"],
            output_names=["logits"],
            dynamic_axes={"pieces": {1: "length"}, "roles": {1: "length"}},
            opset_version=17,
            dynamo=False,
        )
    quantize(full, path)
    full.unlink()
    full.with_suffix(".prepared.onnx").unlink()
