"""Train the model behind extractors/sides.py, and export it.

    python -m training.train_sides training/stances/[pq]*.txt --init MINILM_FOLDER --out RUN1 [--hold]
    python -m training.train_sides training/stances/[qr]*.txt --start RUN1/model.pt --out RUN2 [--hold] --epochs 3

Reads statements as AGREEMENT.md describes them. Every epoch sees each statement with one wording of each of its
propositions; from the third on, a third of them with the opposite wording, which turns the label round: sooner, the
two contradict one another before the model can tell the wordings apart, and it learns no side at all. A model that is
trained on (`--start`) can tell them and sees the opposites at once, at half the rate. From the second epoch on come
sentences made from the propositions themselves, statements asked about a proposition that they are not about, and
pairs of statements about one. `--hold` leaves the files of `held_out` out, for the figures and for the fit of
agreement.json. Writes RUN/model.pt and RUN/sides.onnx.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from extractors.gold import parse_marked
from extractors.positions import sign
from extractors.scoring import macro_f1
from extractors.sessions import tokenizer
from extractors.sides import SIDES, denied, encode
from training.agreement_data import Item, held_out, read_items
from training.side_model import SideReader, export

SIZE = 32
RATE, HEAD_RATE = 1.5e-4, 1e-3
MADE, ELSEWHERE = 0.1, 0.2
"""Share of the sentences made from propositions and of pairs; and of statements asked about another proposition."""
OPPOSITES, OPPOSITES_FROM = 0.33, 3
DENIALS = 0.25
"""Share of the wordings that are denied, which turns the label round too, as the coder does at run time."""
QUALIFIED = 0.3  # weight of the loss of the second task
CLASSES = {1: 0, -1: 1, 0: 2}
NAMES = ("Orla Finch", "Minister Pell", "the union", "The council", "Sven Aldo", "the ministry", "she", "He")
SAYING = {
    2: """
said that; argued that; insisted that; maintained that; is convinced that; demanded that; believes that; agrees that;
made clear that; repeated that; told reporters that; has always held that; wrote that; urged that
""",
    -2: """
denied that; rejected the idea that; does not accept that; disputed that; does not believe that; dismissed the claim
that; rejects the demand that; sees no reason to think that; is against the idea that; called it wrong to say that;
will never accept that; fights the proposal that
""",
    0: """
asked whether; is still considering whether; has not decided whether; declined to say whether; discussed whether; will
examine whether; left open whether; wants to hear from experts whether; has no view on whether
""",
}


@dataclass(frozen=True)
class Example:
    """One passage read against one proposition."""

    pieces: Sequence[int]
    roles: Sequence[int]
    label: int
    """Index into SIDES."""
    qualified: float
    """1 for a qualified side, 0 for a plain one, -1 where there is none."""
    weight: float = 1.0


def example(item: Item, proposition: str, label: int | None, weight: float = 1.0) -> Example:
    spans = (item.attribution.content, item.attribution.cue, item.attribution.source)
    pieces, roles = encode(tokenizer(), item.text, spans, proposition)
    qualified = float(abs(label) == 1) if label else -1.0
    return Example(pieces, roles, CLASSES[sign(label or 0)], qualified, weight * (0.7 if qualified == 1 else 1.0))


def statements(items: Sequence[Item], opposites: float, denials: float, rng: random.Random) -> Iterator[Example]:
    for item in items:
        for concept in item.concepts:
            if concept.id not in item.labels:
                continue
            label = item.labels[concept.id]
            if rng.random() < opposites:
                wording, turn = concept.opposite, -1
            else:
                wording, turn = concept.wording if rng.random() < 0.6 else concept.paraphrase, 1
            contrary = denied(wording) if rng.random() < denials else None
            if contrary:
                wording, turn = contrary, -turn
            yield example(item, wording, label * turn if label else label)


def made(items: Sequence[Item], count: int, rng: random.Random) -> Iterator[Example]:
    """Sentences that say, deny or leave open one wording of a proposition, read against another wording."""
    concepts = sorted({c for i in items for c in i.concepts}, key=lambda c: (c.wording, c.id))
    for _ in range(count):
        concept, label = rng.choice(concepts), rng.choice((2, 2, -2, -2, 0))
        said, asked = rng.sample([(concept.wording, 1), (concept.paraphrase, 1), (concept.opposite, -1)], 2)
        body = said[0][0].lower() + said[0][1:] if said[0].split()[0] in _LOWERED else said[0]
        cue, conjunction = " ".join(rng.choice(SAYING[label].split(";")).split()).rsplit(" ", 1)
        text, attribution = parse_marked(f"[s {rng.choice(NAMES)}] [c {cue}] {conjunction} [t {body}].")
        item = Item("", text, attribution, (), {})
        yield example(item, asked[0], label * said[1] * asked[1], 0.7)


_LOWERED = frozenset(
    ("The", "A", "An", "All", "No", "It", "There", "Their", "His", "Her", "Its", "These", "This", "Some")
)


def elsewhere(items: Sequence[Item], count: int, rng: random.Random) -> Iterator[Example]:
    """Statements asked about a proposition of their story that they are not about."""
    open_ = [(i, c) for i in items for c in i.concepts if c.id not in i.labels]
    for item, concept in rng.sample(open_, min(count, len(open_))):
        yield example(item, concept.wording, None, 0.7)


def pairs(items: Sequence[Item], count: int, rng: random.Random) -> Iterator[Example]:
    """Statements read against what somebody else said about the same proposition, in his words."""
    by_concept = defaultdict(list)
    for item in items:
        for identifier, label in item.labels.items():
            if label:
                by_concept[item.story, identifier].append((item, label))
    groups = [g for g in by_concept.values() if len(g) > 3]
    for _ in range(count):
        (said, label), (other, asked) = rng.sample(rng.choice(groups), 2)
        words = " ".join(other.text[a:b] for a, b in other.attribution.content)
        yield example(said, words, sign(label) * sign(asked) * 2, 0.5)


def batches(rows: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """Batches of like length, in random order."""
    order = list(rows)
    rng.shuffle(order)
    found = []
    for i in range(0, len(order), SIZE * 24):
        chunk = sorted(order[i : i + SIZE * 24], key=lambda r: len(r.pieces))
        found += [chunk[k : k + SIZE] for k in range(0, len(chunk), SIZE)]
    rng.shuffle(found)
    yield from found


def tensors(rows: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    width = max(len(r.pieces) for r in rows)
    pieces = torch.zeros(len(rows), width, dtype=torch.long)
    roles, mask = torch.zeros_like(pieces), torch.zeros_like(pieces)
    for i, row in enumerate(rows):
        n = len(row.pieces)
        pieces[i, :n], roles[i, :n], mask[i, :n] = torch.tensor(row.pieces), torch.tensor(row.roles), 1
    return pieces, roles, mask


def loss_of(model: SideReader, rows: Sequence[Example]) -> Tensor:
    raw = model(*tensors(rows))
    weights = torch.tensor([r.weight for r in rows])
    labels = torch.tensor([r.label for r in rows])
    sides = F.cross_entropy(raw[:, :3], labels, reduction="none", label_smoothing=0.05)
    qualified = torch.tensor([r.qualified for r in rows])
    known = (qualified >= 0).float() * weights
    degree = F.binary_cross_entropy_with_logits(raw[:, 3], qualified.clamp(min=0), reduction="none")
    return (sides * weights).sum() / weights.sum() + QUALIFIED * (degree * known).sum() / known.sum().clamp(min=1)


@torch.inference_mode()
def shares_of(model: SideReader, rows: Sequence[Example]) -> np.ndarray:
    """Return (len(rows), 4): the shares of SIDES and the chance that the side is a qualified one."""
    model.eval()
    out = np.zeros((len(rows), len(SIDES) + 1))
    order = sorted(range(len(rows)), key=lambda i: len(rows[i].pieces))
    for k in range(0, len(order), 64):
        some = order[k : k + 64]
        raw = model(*tensors([rows[i] for i in some]))
        out[some] = torch.cat([torch.softmax(raw[:, :3], 1), torch.sigmoid(raw[:, 3:])], 1).numpy()
    model.train()
    return out


def report(shares: np.ndarray, rows: Sequence[Example]) -> str:
    """Macro-F1 and wrong signs over all, and over the seven in ten that the model is surest of."""
    labels = np.array([r.label for r in rows])
    sure = shares[:, :3].max(axis=1)
    cells = []
    for share in (1.0, 0.7):
        kept = np.argsort(-sure)[: int(share * len(rows))]
        told = shares[kept, :3].argmax(axis=1)
        wrong = (told < 2) & (labels[kept] < 2) & (told != labels[kept])
        f1 = macro_f1(list(zip(labels[kept].tolist(), told.tolist(), strict=True)), (0, 1, 2))
        cells.append(f"{share:.0%}: macro-F1 {f1:.3f}, wrong sign {wrong.mean():.3f}")
    return "; ".join(cells)


def train(
    items: Sequence[Item], held: Sequence[Item], model: SideReader, epochs: int, seed: int, out: Path, again: bool
) -> None:
    """Train `model` on `items`; `again`: it is trained already."""
    rng, slower = random.Random(seed), 0.5 if again else 1.0
    for frozen in (model.encoder.words, model.encoder.places):
        frozen.weight.requires_grad_(False)
    head = [*model.hidden.parameters(), *model.out.parameters()]
    body = [p for p in model.encoder.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": slower * RATE}, {"params": head, "lr": slower * HEAD_RATE}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    asked = sum(len(i.labels) for i in items)
    total = int(epochs * (asked + (2 * MADE + ELSEWHERE) * len(items)) / SIZE)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / 120) * max(0.02, 1 - step / total)
    )
    measured = list(statements(held, 0.0, 0.0, random.Random(1)))
    turned = list(statements(held, 1.0, 0.0, random.Random(1)))
    start = time.monotonic()
    for epoch in range(1, epochs + 1):
        turning = again or epoch >= OPPOSITES_FROM
        rows = list(statements(items, OPPOSITES * turning, DENIALS * turning, rng))
        if again or epoch > 1:
            for make, share in ((made, MADE), (elsewhere, ELSEWHERE), (pairs, MADE)):
                rows += make(items, int(share * len(items)), rng)
        lost = 0.0
        for n, batch in enumerate(batches(rows, rng), 1):
            loss = loss_of(model, batch)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            lost += loss.item()
            if n % 100 == 0:
                print(f"  {n * SIZE}/{len(rows)}: {lost / n:.3f}, {time.monotonic() - start:.0f} s", flush=True)
        print(f"epoch {epoch}: loss {lost / n:.3f}, {time.monotonic() - start:.0f} s", flush=True)
        if held:
            print("  held out", report(shares_of(model, measured), measured), flush=True)
            print("  against the opposite", report(shares_of(model, turned), turned), flush=True)
        torch.save(model.state_dict(), out / "model.pt")


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("stances", type=Path, nargs="+")
    begin = ap.add_mutually_exclusive_group(required=True)
    begin.add_argument("--init", type=Path, help="folder with MiniLM's model.safetensors")
    begin.add_argument("--start", type=Path, help="model.pt of a training before")
    ap.add_argument("--out", type=Path, required=True)
    ap.add_argument("--hold", action="store_true")
    ap.add_argument("--epochs", type=int, default=6)
    ap.add_argument("--seed", type=int, default=7)
    args = ap.parse_args()
    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    held = held_out(args.stances) if args.hold else set[Path]()
    items = [i for p in sorted(args.stances) if p not in held for i in read_items(p)]
    measured = [i for p in sorted(held) for i in read_items(p)]
    print(f"{len(items)} statements, {len(measured)} held out")
    model = SideReader()
    if args.start:
        model.load_state_dict(torch.load(args.start))
    else:
        model.encoder.load_minilm(args.init)
    train(items, measured, model, args.epochs, args.seed, args.out, again=bool(args.start))
    export(model, args.out / "sides.onnx")


if __name__ == "__main__":
    main()
