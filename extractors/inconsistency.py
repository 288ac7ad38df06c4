"""Can two statements of one voice stand side by side? Consistent, inconsistent or unrelated.

Sentence vectors tell whether they are related; which side each takes on what they share comes from the same calculus
that codes agreement (readings.py); numbers and opposed verbs add to it. A logistic regression over these few figures
weighs them; training/fit_inconsistency.py makes its weights from the pairs of Sagimbayeva et al. (CC BY 4.0).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

from extractors.embeddings import embed
from extractors.phrases import Token, content_words, tokens
from extractors.readings import Reading, read
from extractors.sessions import WEIGHTS
from extractors.sides import FAINTEST, read_side
from extractors.stance import Operator, operators
from extractors.targets import amounts

Verdict = Literal["consistent", "inconsistent", "unrelated"]
VERDICTS: tuple[Verdict, ...] = ("consistent", "inconsistent", "unrelated")
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How two texts stand to each other, with the probability of each verdict and what was seen."""

    verdict: Verdict
    probabilities: tuple[float, float, float]
    """Of consistent, inconsistent, unrelated, as the regression sees them."""
    basis: tuple[str, ...]


def compare_texts(one: str, two: str) -> Comparison:
    """Compare two statements of one speaker or party; the order does not matter.

    Where both take a side on what they share, and opposite ones, they are inconsistent whatever the regression says.
    """
    figures, basis = features(one, two)
    weights, offset, mean, scale = _model()
    raw = (figures - mean) / scale @ weights.T + offset
    odds = np.exp(raw - raw.max())
    shares = odds / odds.sum()
    verdict = "inconsistent" if figures[OPPOSED] else VERDICTS[int(shares.argmax())]
    return Comparison(verdict, (float(shares[0]), float(shares[1]), float(shares[2])), basis)


NAMES = (
    "cosine", "shared", "shared_share", "same_side", "other_side", "tone_product", "tone_gap", "negations_differ",
    "numbers_differ", "opposed_verbs", "both_for", "both_against", "obligations", "cosine_cut", "longer",
    "core_cosine", "hedged", "opposed_sides",
    "for_it", "against_it", "neither", "least_for", "least_against",
)  # fmt: skip


RELATED = 0.45  # cosine from which opposite sides on all that is shared settle it
OPPOSED = NAMES.index("opposed_sides")


def features(one: str, two: str) -> tuple[Floats, tuple[str, ...]]:
    """Return the figures that the regression weighs, and what they rest on, in words.

    First those of NAMES, in their order, then the product and the distance of the two sentence vectors, each by
    component.
    """
    first, second = tokens(one), tokens(two)
    ops_1, ops_2 = operators(first), operators(second)
    topic_1, topic_2 = _topics(first, ops_1), _topics(second, ops_2)
    shared = sorted(set(topic_1) & set(topic_2))
    sides = [(_side(first, ops_1, topic_1[s]), _side(second, ops_2, topic_2[s])) for s in shared]
    same = sum(a.sign == b.sign for a, b in sides)
    other = len(sides) - same
    tone_1, tone_2 = _tone(first, ops_1), _tone(second, ops_2)
    vectors = embed([one, two, _without(first, ops_1), _without(second, ops_2)])
    cosine = float(vectors[0] @ vectors[1])
    core = float(vectors[2] @ vectors[3])
    counted_1, counted_2 = {u: v for v, u in amounts(first)}, {u: v for v, u in amounts(second)}
    numbers = any(counted_1[u] != counted_2[u] for u in counted_1.keys() & counted_2.keys())
    negations = sum(o.kind == "negation" for o in ops_1) % 2 != sum(o.kind == "negation" for o in ops_2) % 2
    smaller = max(1, min(len(topic_1), len(topic_2)))
    figures = [
        cosine, len(shared), len(shared) / smaller, same, other, tone_1 * tone_2, abs(tone_1 - tone_2), negations,
        numbers, _opposed(ops_1, ops_2), tone_1 > 0 and tone_2 > 0, tone_1 < 0 and tone_2 < 0,
        _has(ops_1, "obligation") + _has(ops_2, "obligation"), max(0.0, cosine - 0.35),
        abs(len(first) - len(second)) / 20, core, _has(ops_1, "partial") + _has(ops_2, "partial"),
        cosine >= RELATED and _all_opposed(sides),
    ]  # fmt: skip
    basis = [f"relatedness {cosine:.2f}"]
    for name, (a, b) in zip(shared, sides, strict=True):
        basis.append(f'"{name}": {"same" if a.sign == b.sign else "opposite"} side')
    figures += _read_against(one, two)
    pair = [vectors[0] * vectors[1], np.abs(vectors[0] - vectors[1])]
    return np.concatenate([np.array(figures, dtype=np.float64), *pair]), tuple(basis)


def _read_against(one: str, two: str) -> list[float]:
    """What the model of sides.py makes of each text as a statement on the other one, as logarithms: mean and least."""
    logs = np.log(
        [read_side(said, (((0, len(said)),), (), ()), asked)[:3] + FAINTEST for said, asked in ((one, two), (two, one))]
    )
    return [*logs.mean(axis=0), *logs.min(axis=0)[:2]]


def _all_opposed(sides: Sequence[tuple[Reading, Reading]]) -> bool:
    """Whether both texts take a side on what they share, and never the same."""
    stated = [(a, b) for a, b in sides if a.licence and b.licence]
    return bool(stated) and all(a.sign != b.sign for a, b in stated)


def _topics(words: Sequence[Token], ops: Sequence[Operator]) -> dict[str, int]:
    """Topical stems with the place of their first occurrence; operators are no topics."""
    inside = {k for o in ops for k in range(o.start, o.end)}
    found: dict[str, int] = {}
    for k, word in enumerate(words):
        if word.is_word and k not in inside and content_words([word.stem]):
            found.setdefault(word.stem, k)
    return found


def _side(words: Sequence[Token], ops: Sequence[Operator], place: int) -> Reading:
    return read(words, ops, (place, place + 1), own_will=True)


def _tone(words: Sequence[Token], ops: Sequence[Operator]) -> float:
    """Signs of the operators, a negation turning the next one, squeezed to -1..1."""
    total, turn = 0.0, 1
    for op in ops:
        if op.kind == "negation":
            turn = -turn
        elif op.sign:
            total += turn * op.sign
            turn = 1
    return float(np.tanh(total / 2))


def _without(words: Sequence[Token], ops: Sequence[Operator]) -> str:
    inside = {k for o in ops for k in range(o.start, o.end)}
    return " ".join(w.lower for k, w in enumerate(words) if k not in inside) or " "


def _opposed(one: Sequence[Operator], two: Sequence[Operator]) -> bool:
    """Whether one text adds where the other takes away."""
    first, second = {o.kind for o in one}, {o.kind for o in two}
    return ("more" in first and "less" in second) or ("less" in first and "more" in second)


def _has(ops: Sequence[Operator], kind: str) -> int:
    return int(any(o.kind == kind for o in ops))


@lru_cache(maxsize=1)
def _model() -> tuple[Floats, Floats, Floats, Floats]:
    stored = json.loads((WEIGHTS / "inconsistency.json").read_text(encoding="utf-8"))
    weights, offset, mean, scale = (
        np.array(stored[k], dtype=np.float64) for k in ("weights", "offset", "mean", "scale")
    )
    return weights, offset, mean, scale
