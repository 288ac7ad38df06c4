"""The attribution tagger: MiniLM, a head that finds cues, and a linker that gives each cue its source and content.

Method: the encoder reads a window once. A linear-chain CRF over B/I/O marks the cues. For every cue, each word of the
window is then scored as O, source or content of *that* cue (key of the word, scaled and shifted by the query of the
cue, plus embeddings of distance, of paragraphs and of other cues in between), with scores for where a run starts and
ends, and a second CRF picks the best sequence. So linking is learnt, contents may be discontinuous, two cues may share
a source, and a cue without a source simply gets none.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

from extractors.tagger_decode import FORBIDDEN, KINDS, N_DISTANCES, N_OTHERS, N_PARAGRAPHS
from extractors.tagger_input import N_FEATURES

_MASKED = -1e4


@dataclass(frozen=True)
class Config:
    """Sizes; the first five are MiniLM's."""

    vocab: int = 30522
    width: int = 384
    heads: int = 12
    inner: int = 1536
    layers: int = 6
    positions: int = 512
    link: int = 192
    dropout: float = 0.1
    eps: float = 1e-12

    def as_dict(self) -> dict[str, float]:
        return asdict(self)


class Layer(nn.Module):
    """One BERT layer (attention and feed-forward, normalised after the residual)."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.heads = c.heads
        self.query = nn.Linear(c.width, c.width)
        self.key = nn.Linear(c.width, c.width)
        self.value = nn.Linear(c.width, c.width)
        self.merge = nn.Linear(c.width, c.width)
        self.merge_norm = nn.LayerNorm(c.width, eps=c.eps)
        self.up = nn.Linear(c.width, c.inner)
        self.down = nn.Linear(c.inner, c.width)
        self.norm = nn.LayerNorm(c.width, eps=c.eps)
        self.dropout = nn.Dropout(c.dropout)

    def forward(self, x: Tensor, bias: Tensor) -> Tensor:
        b, n, w = x.shape
        q, k, v = (
            f(x).view(b, n, self.heads, w // self.heads).transpose(1, 2) for f in (self.query, self.key, self.value)
        )
        # no dropout on the attention: it costs a sixth of the time on a CPU and gains nothing measurable
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=bias).transpose(1, 2).reshape(b, n, w)
        x = self.merge_norm(x + self.dropout(self.merge(mixed)))
        out: Tensor = self.norm(x + self.dropout(self.down(F.gelu(self.up(x)))))
        return out


class Encoder(nn.Module):
    """MiniLM with an added embedding of layout features, which starts at zero."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.config = c
        self.words = nn.Embedding(c.vocab, c.width)
        self.places = nn.Embedding(c.positions, c.width)
        self.features = nn.Embedding(N_FEATURES, c.width)
        nn.init.zeros_(self.features.weight)
        self.norm = nn.LayerNorm(c.width, eps=c.eps)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.layers))
        self.dropout = nn.Dropout(c.dropout)

    def forward(self, pieces: Tensor, features: Tensor, mask: Tensor) -> Tensor:
        places = torch.arange(pieces.shape[1], device=pieces.device)
        x = self.words(pieces) + self.features(features) + self.places(places)
        x = self.dropout(self.norm(x))
        bias = self.bias(mask.to(x.dtype))
        for layer in self.layers:
            x = layer(x, bias)
        out: Tensor = x
        return out

    def bias(self, mask: Tensor) -> Tensor:
        """Return what is added to the attention of every head on every word."""
        return (1.0 - mask)[:, None, None, :] * _MASKED

    def load_minilm(self, folder: Path) -> None:
        """Take over the weights of a BERT checkpoint: `folder` holds its model.safetensors."""
        weights = load_file(folder / "model.safetensors")
        names = {
            "attention.self.query": "query",
            "attention.self.key": "key",
            "attention.self.value": "value",
            "attention.output.dense": "merge",
            "attention.output.LayerNorm": "merge_norm",
            "intermediate.dense": "up",
            "output.dense": "down",
            "output.LayerNorm": "norm",
        }
        state = {
            "words.weight": weights["embeddings.word_embeddings.weight"],
            # all our tokens are of type 0: its embedding is folded into the places
            "places.weight": weights["embeddings.position_embeddings.weight"]
            + weights["embeddings.token_type_embeddings.weight"][0],
            "norm.weight": weights["embeddings.LayerNorm.weight"],
            "norm.bias": weights["embeddings.LayerNorm.bias"],
            "features.weight": self.features.weight.detach(),
        }
        for i in range(len(self.layers)):
            for theirs, ours in names.items():
                for kind in ("weight", "bias"):
                    state[f"layers.{i}.{ours}.{kind}"] = weights[f"encoder.layer.{i}.{theirs}.{kind}"]
        self.load_state_dict(state)


class Tagger(nn.Module):
    """Encoder, cue head and linker; see the module's docstring for the method."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.config = c
        self.encoder = Encoder(c)
        self.dropout = nn.Dropout(c.dropout)
        self.cue = nn.Linear(c.width, 3)  # O, B, I
        self.roles = nn.Linear(c.width, 3)  # O, source, content of any cue: an auxiliary task in training only
        self.cue_moves = nn.Parameter(torch.zeros(3, 3))
        self.key = nn.Linear(c.width, c.link)
        self.query = nn.Linear(c.width, 2 * c.link)  # a scale and a shift
        self.distance = nn.Embedding(N_DISTANCES, c.link)
        self.paragraphs = nn.Embedding(N_PARAGRAPHS, c.link)
        self.others = nn.Embedding(N_OTHERS, c.link)
        for table in (self.distance, self.paragraphs, self.others):
            nn.init.normal_(table.weight, std=0.1)
        self.out = nn.Linear(c.link, 6)  # source, content: in, start, end
        self.link_moves = nn.Parameter(torch.zeros(3, 3))

    def forward(self, pieces: Tensor, features: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return what decoding needs for every piece: cue scores, keys and queries."""
        return self.heads(self.encoder(pieces, features, mask))

    def heads(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Do the same from the encoder's output."""
        x = self.dropout(x)
        return self.cue(x), self.key(x), self.query(x)

    def link(self, key: Tensor, query: Tensor, distance: Tensor, paragraphs: Tensor, others: Tensor) -> Tensor:
        """Score the words of a window for each cue.

        `key`: cues x words x link (that of the cue's window); `query`: cues x 2 link; the rest: cues x words.
        Returns cues x words x 6.
        """
        scale, shift = query[:, None].chunk(2, -1)
        hidden = key * (1 + scale) + shift + self.distance(distance) + self.paragraphs(paragraphs) + self.others(others)
        scores: Tensor = self.out(self.dropout(F.relu(hidden)))
        return scores


def moves_between(scores: Tensor, moves: Tensor) -> tuple[Tensor, Tensor]:
    """Turn link scores into CRF terms over the states of `KINDS`.

    Returns emissions (cues x words x states) and moves into each word (cues x words x states x states).
    """
    zero = torch.zeros_like(scores[..., :1])
    kinds = torch.tensor(KINDS)
    inside = torch.cat([zero, scores[..., 0:2]], -1)[..., kinds]
    start = torch.cat([zero, scores[..., 2:4]], -1)[..., kinds]
    end = torch.cat([zero, scores[..., 4:6]], -1)[..., kinds]
    change = (kinds[:, None] != kinds[None, :]).to(scores.dtype)
    before = F.pad(end, (0, 0, 1, 0))[:, :-1]
    into = change * (before[..., :, None] + start[..., None, :])
    return inside, into + moves[kinds][:, kinds] + torch.from_numpy(FORBIDDEN)


def crf_loss(emit: Tensor, into: Tensor, gold: Tensor, mask: Tensor) -> Tensor:
    """Negative log-likelihood of `gold` (sequences x words) under a linear-chain CRF; one value a sequence.

    `emit`: sequences x words x labels; `into[:, j]`: scores of moving from each label to each label at word j, whose
    row 0 serves for the first word (as if the word before were O). Words outside `mask` must come last.
    """
    n, length, _ = emit.shape
    rows = torch.arange(n)
    previous = F.pad(gold, (1, 0))[:, :-1]
    steps = torch.arange(length)
    taken = emit.gather(2, gold[..., None]).squeeze(2)
    taken = taken + into[rows[:, None], steps[None, :], previous, gold]
    path = (taken * mask).sum(1)
    alpha = emit[:, 0] + into[:, 0, 0]
    # one masked step a word; unbinding first keeps autograd from building a slice of the whole tensor each time
    for emission, move, keep in zip(emit.unbind(1)[1:], into.unbind(1)[1:], mask.unbind(1)[1:], strict=True):
        following = torch.logsumexp(alpha[:, :, None] + move, 1) + emission
        alpha = torch.where(keep[:, None] > 0, following, alpha)
    return torch.logsumexp(alpha, 1) - path
