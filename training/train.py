"""Train the attribution tagger.

    python -m training.train --train corpus.jsonl --dev dev.jsonl --init MINILM_FOLDER --scorer SCORER.py --out RUN

`--train` may be given several times. The run folder receives model.pt (the averaged weights of the best epoch on the
last --dev file) and log.txt.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import Tensor

from extractors.attributions import attributions_with
from extractors.tagger import Tagger as Runtime
from extractors.tagger_decode import FloatArray, Linker
from extractors.tagger_input import SEP, IntArray
from training.augment import Pool, lengthen, vary
from training.data import Batch, Document, collate, cut, prepare, read
from training.model import Config, Tagger, crf_loss, moves_between

MASK = 103  # the word piece [MASK]


def plain_tokenizer(path: Path) -> Tokenizer:
    """Load a tokenizer without its sentence encoder's truncation and padding."""
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def losses(model: Tagger, b: Batch, hide: float) -> tuple[Tensor, Tensor, Tensor]:
    """Return the batch's cue loss (per word), link loss (per cue) and role loss (per word).

    `hide`: share of the pieces that the encoder sees as [MASK], so that it leans on constructions, not on words.
    """
    masked = (torch.rand(b.pieces.shape) < hide) & (b.pieces > SEP)
    x = model.encoder(b.pieces.masked_fill(masked, MASK), b.features, b.mask)
    cue, key, query = model.heads(x)
    rows = torch.arange(len(b.first))[:, None]
    cue, key, query = cue[rows, b.first], key[rows, b.first], query[rows, b.first]
    roles = model.roles(model.dropout(x[rows, b.first]))
    role_loss = F.cross_entropy(roles.flatten(0, 1), b.role_gold.flatten())
    into = model.cue_moves[None, None].expand(cue.shape[0], cue.shape[1], 3, 3)
    cue_loss = crf_loss(cue, into, b.cue_gold, b.word_mask).sum() / b.word_mask.sum()
    if not len(b.owner):
        return cue_loss, cue_loss.new_zeros(()), role_loss
    q = torch.einsum("cw,cwd->cd", b.cue_words, query[b.owner])
    scores = model.link(key[b.owner], q, b.distance, b.paragraphs, b.others)
    emit, moves = moves_between(scores, model.link_moves)
    link_loss = crf_loss(emit, moves, b.link_gold, b.word_mask[b.owner]).mean()
    return cue_loss, link_loss, role_loss


def linker_arrays(model: Tagger, bias: Sequence[float] = (0.0, 0.0, 0.0)) -> dict[str, FloatArray]:
    """Return the weights that decoding in numpy needs; until confidence.py has run, everything is trusted alike."""
    tensors = {
        "cue_moves": model.cue_moves,
        "link_moves": model.link_moves,
        "distance": model.distance.weight,
        "paragraphs": model.paragraphs.weight,
        "others": model.others.weight,
        "out_weight": model.out.weight,
        "out_bias": model.out.bias,
    }
    arrays = {k: v.detach().numpy().astype(np.float32) for k, v in tensors.items()}
    return arrays | {"bias": np.array(bias, dtype=np.float32), "trust": np.array([1, 0, 0, 0], dtype=np.float32)}


def runtime(model: Tagger, tokenizer: Tokenizer) -> Runtime:
    """Wrap a torch model as the run-time tagger, so that evaluation is what users get."""
    model.eval()

    def encode(pieces: IntArray, features: IntArray, mask: IntArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        with torch.inference_mode():
            out = model(torch.from_numpy(pieces), torch.from_numpy(features), torch.from_numpy(mask))
        cue, key, query = (x.numpy() for x in out)
        return cue, key, query

    return Runtime(encode, Linker.from_arrays(linker_arrays(model)), tokenizer)


def load_scorer(path: Path) -> Any:
    """Import the scorer from its file."""
    spec = importlib.util.spec_from_file_location("scorer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predict(tagger: Runtime, documents: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Extract from every document, in the scorer's shape."""
    out = {}
    for d in documents:
        found = attributions_with(tagger, d["text"])
        rows = [{"source": a.source, "cue": a.cue, "content": a.content} for a in found]
        out[d["id"]] = {"id": d["id"], "attributions": rows}
    return out


def evaluate(tagger: Runtime, gold: dict[str, Any], scorer: Any) -> dict[str, tuple[float, float, float]]:
    """Return the scorer's table."""
    result: dict[str, tuple[float, float, float]] = scorer.score(gold, predict(tagger, list(gold.values())))[0]
    return result


class Averaged:
    """Exponential moving average of the weights."""

    def __init__(self, model: Tagger, decay: float) -> None:
        self.decay, self.steps = decay, 0
        self.state = {k: v.detach().clone() for k, v in model.state_dict().items()}

    def update(self, model: Tagger) -> None:
        self.steps += 1
        keep = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for k, v in model.state_dict().items():
            self.state[k].lerp_(v, 1 - keep)


def groups(model: Tagger, lr: float, head_lr: float, freeze_words: bool) -> list[dict[str, Any]]:
    """Return the optimizer's parameter groups: encoder slow, heads fast, no decay on norms and biases."""
    if freeze_words:
        model.encoder.words.weight.requires_grad_(False)
    made: dict[tuple[float, float], list[Tensor]] = {}
    for name, p in model.named_parameters():
        if p.requires_grad:
            slow = name.startswith("encoder.") and "features" not in name
            decay = 0.01 if p.ndim > 1 and "moves" not in name else 0.0
            made.setdefault((lr if slow else head_lr, decay), []).append(p)
    return [{"params": ps, "lr": rate, "weight_decay": decay} for (rate, decay), ps in made.items()]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--train", type=Path, action="append", required=True)
    ap.add_argument("--dev", type=Path, action="append", required=True)
    ap.add_argument("--init", type=Path, required=True, help="folder with MiniLM's model.safetensors, tokenizer.json")
    ap.add_argument("--scorer", type=Path, required=True)
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--start", type=Path, help="go on from this model.pt, with a grown corpus")
    ap.add_argument("--epochs", type=int, default=6)
    ap.add_argument("--lr", type=float, default=2e-4)
    ap.add_argument("--head-lr", type=float, default=1e-3)
    ap.add_argument("--size", type=int, default=256, help="word pieces in a training window")
    ap.add_argument("--batch", type=int, default=6, help="windows in a batch")
    ap.add_argument("--link-weight", type=float, default=0.02)
    ap.add_argument("--role-weight", type=float, default=0.1)
    ap.add_argument("--hide", type=float, default=0.1, help="share of the word pieces hidden in training")
    ap.add_argument("--dropout", type=float, default=0.1)
    ap.add_argument("--average", type=float, default=0.99)
    ap.add_argument("--lengthen", type=float, default=0.0, help="share of the contents to lengthen, see augment.py")
    ap.add_argument("--vary", type=float, default=0.0, help="share of the common cues to replace, see augment.py")
    ap.add_argument("--freeze-words", action="store_true")
    ap.add_argument("--limit", type=int, help="use the first N documents of each training file only")
    ap.add_argument("--eval-from", type=int, default=1, help="first epoch after which to evaluate")
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(args.seed)
    rng = random.Random(args.seed)
    tokenizer = plain_tokenizer(args.init / "tokenizer.json")
    scorer = load_scorer(args.scorer)
    devs = {p: scorer.read(p) for p in args.dev}
    rows = [row for p in args.train for row in read(p, args.limit)]
    pool = Pool.of(rows)
    documents = [prepare(row, tokenizer) for row in rows]

    def changed(rng: random.Random) -> list[Document]:
        return [prepare(lengthen(vary(row, rng, args.vary), pool, rng, args.lengthen), tokenizer) for row in rows]

    config = Config(dropout=args.dropout)
    model = Tagger(config)
    if args.start:
        model.load_state_dict(torch.load(args.start, weights_only=True)["state"])
    else:
        model.encoder.load_minilm(args.init)
    optimizer = torch.optim.AdamW(groups(model, args.lr, args.head_lr, args.freeze_words), fused=True)
    pieces = sum(int(d.words.first[-1]) for d in documents)
    if args.lengthen:  # as long as the epochs will be, for the schedule
        documents = changed(random.Random(0))
    per_epoch = len(list(cut(documents, args.size, random.Random(0), args.batch)))
    total = per_epoch * args.epochs
    warm = max(1, total // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min((s + 1) / warm, max(0.02, (total - s) / max(1, total - warm)))
    )
    average = Averaged(model, args.average)
    log = (args.out / "log.txt").open("a", encoding="utf-8")

    def say(line: str) -> None:
        print(line, flush=True)
        print(line, file=log, flush=True)

    say(" ".join(sys.argv[1:]))
    say(f"{len(documents)} documents, {sum(len(d.links) for d in documents)} attributions, {pieces} pieces")
    began, step, best = time.monotonic(), 0, -1.0
    for epoch in range(1, args.epochs + 1):
        model.train()
        sums = np.zeros(2)
        if args.lengthen:
            documents = changed(rng)
        for n, items in enumerate(cut(documents, args.size, rng, args.batch), 1):
            cue_loss, link_loss, role_loss = losses(model, collate(items), args.hide)
            (cue_loss + args.link_weight * link_loss + args.role_weight * role_loss).backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad(set_to_none=True)
            average.update(model)
            step += 1
            sums += [cue_loss.item(), link_loss.item()]
            if n % 50 == 0:
                cue_mean, link_mean = sums / n
                say(f"  {step}/{total} cue {cue_mean:.4f} link {link_mean:.3f} {time.monotonic() - began:.0f} s")
        cue_mean, link_mean = sums / n
        say(f"epoch {epoch}: cue {cue_mean:.4f} link {link_mean:.3f}, {time.monotonic() - began:.0f} s")
        if epoch < args.eval_from and epoch < args.epochs:
            continue
        averaged = Tagger(config)
        averaged.load_state_dict(average.state)
        for path, gold in devs.items():
            table = evaluate(runtime(averaged, tokenizer), gold, scorer)
            cells = "  ".join(f"{k} {p:.3f}/{r:.3f}/{f:.3f}" for k, (p, r, f) in table.items())
            say(f"  {path.name}: {cells}")
        value = table["attribution"][2] + table["+speaker"][2] + table["exact content"][2]
        if value > best:
            best = value
            torch.save({"config": config.as_dict(), "state": average.state}, args.out / "model.pt")
            (args.out / "table.json").write_text(json.dumps(table, indent=1))


if __name__ == "__main__":
    main()
