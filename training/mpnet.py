"""MPNet as an encoder that reads the same word pieces as MiniLM, and has five times its parameters.

Method: Song and others, "MPNet: Masked and Permuted Pre-training for Language Understanding" (2020); the buckets of
relative positions are T5's (Raffel and others, 2020). The weights are those of all-mpnet-base-v2 (Apache-2.0). Its
vocabulary is MiniLM's behind four tokens of its own.
"""

from __future__ import annotations

import math
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from extractors.tagger_input import CLS, SEP
from training.model import Config, Encoder

MPNET = Config(width=768, inner=3072, layers=12, positions=512, eps=1e-5)
BUCKETS, FARTHEST = 32, 128
_OWN, _START, _END = 4, 0, 2
"""Tokens of its own before MiniLM's; its [CLS] and [SEP]."""
_PLACES = 2  # its first position
_NAMES = {
    "attention.attn.q": "query",
    "attention.attn.k": "key",
    "attention.attn.v": "value",
    "attention.attn.o": "merge",
    "attention.LayerNorm": "merge_norm",
    "intermediate.dense": "up",
    "output.dense": "down",
    "output.LayerNorm": "norm",
}


class Mpnet(Encoder):
    """MPNet with an added embedding of roles, which starts at zero."""

    def __init__(self, c: Config = MPNET) -> None:
        super().__init__(c)
        self.relative = nn.Embedding(BUCKETS, c.heads)

    def bias(self, mask: Tensor) -> Tensor:
        places = torch.arange(mask.shape[1], device=mask.device)
        near = self.relative(bucket(places[None, :] - places[:, None]))
        return super().bias(mask) + near.permute(2, 0, 1)[None]

    def load_mpnet(self, folder: Path) -> None:
        """Take over the weights of a checkpoint: `folder` holds its model.safetensors."""
        weights = load_file(folder / "model.safetensors")
        words = weights["embeddings.word_embeddings.weight"]
        mine = words[_OWN : _OWN + self.config.vocab].clone()
        mine[CLS], mine[SEP] = words[_START], words[_END]
        state = {
            "words.weight": mine,
            "places.weight": weights["embeddings.position_embeddings.weight"][_PLACES:],
            "norm.weight": weights["embeddings.LayerNorm.weight"],
            "norm.bias": weights["embeddings.LayerNorm.bias"],
            "features.weight": self.features.weight.detach(),
            "relative.weight": weights["encoder.relative_attention_bias.weight"],
        }
        for i in range(len(self.layers)):
            for theirs, ours in _NAMES.items():
                for kind in ("weight", "bias"):
                    state[f"layers.{i}.{ours}.{kind}"] = weights[f"encoder.layer.{i}.{theirs}.{kind}"]
        self.load_state_dict(state)


def bucket(distance: Tensor) -> Tensor:
    """Return the bucket of each distance between two words: exact when near, then on a scale of logarithms."""
    half = BUCKETS // 2
    exact = half // 2
    far = exact + (torch.log(distance.abs().clamp(min=1) / exact) / math.log(FARTHEST / exact) * (half - exact)).long()
    steps = torch.where(distance.abs() < exact, distance.abs(), far.clamp(max=half - 1))
    return steps + half * (distance > 0)
