"""The statements of training/stances as arrays: what train_sides.py draws its examples from.

    python -m training.side_data training/stances/*.txt --out statements.npz

A passage is a statement in its copy, a wording a proposition: either of a concept (as written, in other words,
the opposite, and each of the three denied) or, to compare two statements, the content of another one. Drawing works on
whole arrays, so that an accelerator need not wait for it.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from extractors.gold import parse_marked
from extractors.sessions import tokenizer
from extractors.sides import LONGEST, encode
from extractors.tagger_input import PAD, encodable
from training.agreement_data import Item, Proposition, held_out, read_items

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
SUPPORT, OPPOSE, NEITHER = 0, 1, 2
"""Index of a label into extractors.sides.SIDES."""
NONE = 9
"""Label of a question about a concept that the statement is not about; a null label counts as 0."""
TURNS = np.array([1, 1, -1, -1, -1, 1])
"""What the six wordings of a concept do to a label."""
MADE_A_CONCEPT = 4
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
_VERBS = (r"\b(?:should|must|ought|may|will|would|could)\b", r"\b(?:can|is|are|was|were|has|have|had)\b")
"""Where a proposition can be denied; the modal before the others, which may stand in a clause of its subject."""
_DENIES = re.compile(r"\b(?:no|nobody|none|neither|nothing|never)\b", re.IGNORECASE)
_LOWERED = frozenset(
    ("The", "A", "An", "All", "No", "It", "There", "Their", "His", "Her", "Its", "These", "This", "Some")
)


@dataclass(frozen=True)
class Examples:
    """Passages read against wordings; every array has one entry an example."""

    passages: Ints
    wordings: Ints
    labels: Ints
    """SUPPORT, OPPOSE or NEITHER."""
    qualified: Ints
    """1 for a qualified side, 0 for a plain one, -1 where there is none."""
    weights: Floats

    def __len__(self) -> int:
        return len(self.passages)

    def at(self, index: Any) -> Examples:
        return Examples(*(getattr(self, f.name)[index] for f in fields(self)))


def joined(parts: Sequence[Examples]) -> Examples:
    return Examples(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Examples)))


@dataclass(frozen=True)
class Statements:
    """All statements, padded. Rows of `questions` are passage, concept and label (-2 to 2, or NONE)."""

    pieces: npt.NDArray[np.uint16]
    roles: npt.NDArray[np.uint8]
    lengths: Ints
    wordings: npt.NDArray[np.uint16]
    wording_lengths: Ints
    questions: Ints
    concepts: Ints
    """The six wordings of each; -1 where a wording cannot be denied."""
    contents: Ints
    """The wording that holds what each passage says."""
    made: Ints
    """Passage, wording and label of sentences made from propositions."""
    held: npt.NDArray[np.bool_]
    """Passages that are not trained on."""

    def save(self, path: Path) -> None:
        np.savez_compressed(path, **{f.name: getattr(self, f.name) for f in fields(self)})

    @classmethod
    def load(cls, path: Path) -> Statements:
        with np.load(path) as stored:
            return cls(**{f.name: stored[f.name] for f in fields(cls)})

    def size(self, examples: Examples) -> Ints:
        """Return the number of word pieces of each example."""
        return np.asarray(self.lengths[examples.passages] + self.wording_lengths[examples.wordings] + 3)


class _Builder:
    def __init__(self) -> None:
        self.passages: list[tuple[Sequence[int], Sequence[int]]] = []
        self.wordings: dict[str, int] = {}
        self.questions: list[tuple[int, int, int]] = []
        self.concepts: dict[tuple[str, Proposition], tuple[int, ...]] = {}
        self.numbers: dict[tuple[str, Proposition], int] = {}
        self.contents: list[int] = []
        self.made: list[tuple[int, int, int]] = []
        self.held: list[bool] = []

    def wording(self, text: str | None) -> int:
        return -1 if text is None else self.wordings.setdefault(text, len(self.wordings))

    def passage(self, item: Item, held: bool) -> int:
        at = item.attribution
        pieces, roles = encode(tokenizer(), item.text, (at.content, at.cue, at.source), "")
        self.passages.append((pieces[2:-1], roles[2:-1]))  # without [CLS] and the [SEP]s
        self.contents.append(self.wording(" ".join(item.text[a:b] for a, b in at.content)))
        self.held.append(held)
        return len(self.passages) - 1

    def item(self, item: Item, held: bool) -> None:
        passage = self.passage(item, held)
        for concept in item.concepts:
            key = (item.story, concept)
            if key not in self.concepts:
                plain = (concept.wording, concept.paraphrase, concept.opposite)
                self.concepts[key] = tuple(self.wording(w) for w in (*plain, *map(denied, plain)))
                self.numbers[key] = len(self.numbers)
            label = item.labels.get(concept.id, NONE)
            self.questions.append((passage, self.numbers[key], 0 if label is None else label))

    def make(self, concept: Proposition, rng: random.Random) -> None:
        """Add a sentence that says, denies or leaves open one wording of a proposition, read against another."""
        label = rng.choice((2, 2, -2, -2, 0))
        said, asked = rng.sample([(concept.wording, 1), (concept.paraphrase, 1), (concept.opposite, -1)], 2)
        body = said[0][0].lower() + said[0][1:] if said[0].split()[0] in _LOWERED else said[0]
        cue, conjunction = " ".join(rng.choice(SAYING[label].split(";")).split()).rsplit(" ", 1)
        text, attribution = parse_marked(f"[s {rng.choice(NAMES)}] [c {cue}] {conjunction} [t {body}].")
        passage = self.passage(Item("", text, attribution, (), {}), False)
        self.made.append((passage, self.wording(asked[0]), label * said[1] * asked[1]))

    def build(self) -> Statements:
        asked = [tokenizer().encode(encodable(w), add_special_tokens=False).ids[:LONGEST] for w in self.wordings]
        pieces, roles = (_padded([p[k] for p in self.passages]) for k in (0, 1))
        return Statements(
            pieces.astype(np.uint16),
            roles.astype(np.uint8),
            np.array([len(p) for p, _ in self.passages]),
            _padded(asked).astype(np.uint16),
            np.array([len(a) for a in asked]),
            np.array(self.questions),
            np.array(list(self.concepts.values())),
            np.array(self.contents),
            np.array(self.made),
            np.array(self.held),
        )


def _padded(rows: Sequence[Sequence[int]]) -> Ints:
    table = np.full((len(rows), max(map(len, rows))), PAD, dtype=np.int64)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table


def build(paths: Sequence[Path], seed: int = 7) -> Statements:
    """Read files of statements; those of `held_out` are marked as such."""
    builder, held, rng = _Builder(), held_out(paths), random.Random(seed)
    for path in sorted(paths):
        items = read_items(path)
        for item in items:
            builder.item(item, path in held)
        if path not in held:
            for concept in sorted({c for i in items for c in i.concepts}, key=lambda c: (c.wording, c.id)):
                for _ in range(MADE_A_CONCEPT):
                    builder.make(concept, rng)
    return builder.build()


class Drawer:
    """Draws examples from the passages that are trained on."""

    def __init__(self, data: Statements, rng: np.random.Generator) -> None:
        self.data, self.rng = data, rng
        questions = data.questions[~data.held[data.questions[:, 0]]]
        self.labelled = questions[questions[:, 2] != NONE]
        self.open = questions[questions[:, 2] == NONE]
        self.sided = self.labelled[self.labelled[:, 2] != 0]
        self.sided = self.sided[np.argsort(self.sided[:, 1], kind="stable")]
        self.items = len(np.unique(questions[:, 0]))

    def statements(self, opposites: float, denials: float) -> Examples:
        """Return every labelled question, with one wording of its concept each."""
        return self._asked(self.labelled, *self._columns(len(self.labelled), opposites, denials))

    def elsewhere(self, count: int) -> Examples:
        """Return statements asked about a proposition of their story that they are not about."""
        rows = self.open[self.rng.integers(len(self.open), size=count)] * (1, 1, 0)
        return self._asked(rows, *self._columns(count, 0.33, 0.25), weight=0.7)

    def sentences(self, count: int) -> Examples:
        """Return sentences that say, deny or leave open one wording of a proposition, read against another."""
        passages, wordings, labels = self.data.made[self.rng.integers(len(self.data.made), size=count)].T
        return _examples(passages, wordings, labels, 0.7)

    def pairs(self, count: int) -> Examples:
        """Return statements read against what another said about the same proposition, in his words."""
        one, other = self._two(count)
        label = np.sign(one[:, 2]) * np.sign(other[:, 2]) * 2
        return _examples(one[:, 0], self.data.contents[other[:, 0]], label, 0.5)

    def _two(self, count: int) -> tuple[Ints, Ints]:
        """Return two different questions each time that have sides of one concept."""
        rows = self.sided
        first, total = _groups(rows[:, 1])
        one = self.rng.choice(np.flatnonzero(total > 1), size=count)
        step = 1 + (self.rng.random(len(one)) * (total[one] - 1)).astype(np.int64)
        other = first[one] + (one - first[one] + step) % total[one]
        return rows[one], rows[other]

    def _columns(self, count: int, opposites: float, denials: float) -> tuple[Ints, npt.NDArray[np.bool_]]:
        plain = (self.rng.random(count) >= 0.6).astype(np.int64)
        column = np.where(self.rng.random(count) < opposites, 2, plain)
        return column, self.rng.random(count) < denials

    def _asked(self, rows: Ints, column: Ints, deny: npt.NDArray[np.bool_], weight: float = 1.0) -> Examples:
        wordings = self.data.concepts[rows[:, 1]]
        contrary = wordings[np.arange(len(rows)), column + 3]
        column = np.where(deny & (contrary >= 0), column + 3, column)
        asked = wordings[np.arange(len(rows)), column]
        return _examples(rows[:, 0], asked, rows[:, 2] * TURNS[column], weight)


def denied(proposition: str) -> str | None:
    """Return `proposition` with its verb denied, or no longer denied; None where that is not plain."""
    found = next(filter(None, (re.search(verb, proposition) for verb in _VERBS)), None)
    if not found or _DENIES.search(proposition):
        return None
    before, after = proposition[: found.end()], proposition[found.end() :]
    return before + (after.removeprefix(" not") if after.startswith(" not ") else " not" + after)


def measured(data: Statements, column: int) -> Examples:
    """Return the questions labelled of the passages held out, with the wordings of one column that is never empty."""
    rows = data.questions[data.held[data.questions[:, 0]] & (data.questions[:, 2] != NONE)]
    return _examples(rows[:, 0], data.concepts[rows[:, 1], column], rows[:, 2] * TURNS[column], 1.0)


def batches(sizes: Ints, of: int, rng: np.random.Generator) -> Iterator[Ints]:
    """Yield the indices of batches of like length, in random order."""
    order = rng.permutation(len(sizes))
    found = []
    for i in range(0, len(order), of * 24):
        chunk = order[i : i + of * 24]
        chunk = chunk[np.argsort(sizes[chunk], kind="stable")]
        found += [chunk[k : k + of] for k in range(0, len(chunk), of)]
    for k in rng.permutation(len(found)):
        yield found[k]


def _examples(passages: Ints, wordings: Ints, labels: Ints, weight: float) -> Examples:
    side = np.where(labels > 0, SUPPORT, np.where(labels < 0, OPPOSE, NEITHER))
    qualified = np.where(labels == 0, -1, np.abs(labels) == 1)
    weights = np.where(qualified == 1, 0.7, 1.0) * weight
    return Examples(passages, wordings, side, qualified, weights.astype(np.float32))


def _groups(keys: Ints) -> tuple[Ints, Ints]:
    """Return for each of the sorted `keys` where its group starts, and how many are in it."""
    _, first, inverse, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    return first[inverse], counts[inverse]


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("stances", type=Path, nargs="+")
    ap.add_argument("--out", type=Path, required=True)
    args = ap.parse_args()
    data = build(args.stances)
    data.save(args.out)
    print(f"{len(data.pieces)} passages, {len(data.wordings)} wordings, {len(data.questions)} questions")


if __name__ == "__main__":
    main()
