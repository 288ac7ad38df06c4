"""Figures for coders: agreement against gold, beside the simplest things that could be done instead.

Agreement is scored in three classes: support (1, 2), oppose (-1, -2) and neither (0 or null). A coder abstains where it
returns None with confidence 0; None with a higher confidence is the answer "neither".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass

from extractors.agreement import code_agreement
from extractors.concepts import match_concepts
from extractors.gold import GoldItem, GoldStory
from extractors.models import Coding, Concept
from extractors.phrases import tokens
from extractors.stance import operators

CLASSES = ("support", "oppose", "neither")
Coder = Callable[[GoldItem, Concept], Coding]


@dataclass(frozen=True, slots=True)
class AgreementScores:
    """How well a coder agrees with gold over `pairs` content-concept pairs."""

    pairs: int
    answering: float
    """Share of the pairs on which the coder did not abstain."""
    macro_f1: float
    """Over support, oppose and neither, on the pairs that it answers."""
    macro_f1_all: float
    """The same over all pairs, an abstention counted as the answer "neither"."""
    sign_errors: float
    """Share of the answered pairs that are coded support for oppose or the reverse."""
    exact: float
    """Share of the answered pairs with exactly the gold label, null and 0 being told apart."""


@dataclass(frozen=True, slots=True)
class MatchScores:
    """How well the concepts of a content are found, over all items and concepts."""

    items: int
    precision: float
    recall: float
    f1: float


def side(agreement: int | None) -> str:
    """Return the class of an agreement."""
    return "neither" if not agreement else "support" if agreement > 0 else "oppose"


def rules(item: GoldItem, concept: Concept) -> Coding:
    """The coder that ships."""
    return code_agreement(item.text, item.attribution, concept, item.speaks_for)


def keywords(item: GoldItem, concept: Concept) -> Coding:
    """Baseline: more words of approval or more of disapproval in cue and content, nothing else."""
    words = [t for a, b in (*item.attribution.cue, *item.attribution.content) for t in tokens(item.text, a, b)]
    lead = sum(o.sign for o in operators(words))
    return Coding((lead > 0) - (lead < 0), confidence=1.0)


def majority(stories: Sequence[GoldStory]) -> Coder:
    """Baseline: the commonest class of `stories`, always."""
    counts = Counter(side(label) for s in stories for i in s.items for _, label in i.labels)
    answer = {"support": 2, "oppose": -2, "neither": 0}[counts.most_common(1)[0][0]]
    return lambda item, concept: Coding(answer, confidence=1.0)


def score_agreement(stories: Iterable[GoldStory], coder: Coder = rules) -> AgreementScores:
    """Score `coder` on every content-concept pair of `stories`."""
    gold: list[int | None] = []
    coded: list[Coding] = []
    for story in stories:
        for item in story.items:
            for name, label in item.labels:
                gold.append(label)
                coded.append(coder(item, story.concept(name)))
    answered = [i for i, c in enumerate(coded) if c.agreement is not None or c.confidence > 0]
    pairs = [(side(gold[i]), side(coded[i].agreement)) for i in answered]
    everything = [(side(g), side(c.agreement)) for g, c in zip(gold, coded, strict=True)]
    n = max(1, len(answered))
    return AgreementScores(
        len(gold),
        len(answered) / max(1, len(gold)),
        macro_f1(pairs, CLASSES),
        macro_f1(everything, CLASSES),
        sum({g, c} == {"support", "oppose"} for g, c in pairs) / n,
        sum(gold[i] == coded[i].agreement for i in answered) / n,
    )


def score_matches(stories: Iterable[GoldStory]) -> MatchScores:
    """Score match_concepts on every item of `stories`: precision and recall of the concepts found."""
    right = found = wanted = items = 0
    for story in stories:
        for item in story.items:
            matched = {m.concept.id for m in match_concepts(item.text, item.attribution, story.concepts)}
            labelled = {name for name, _ in item.labels}
            items += 1
            right += len(matched & labelled)
            found += len(matched)
            wanted += len(labelled)
    precision, recall = right / max(1, found), right / max(1, wanted)
    return MatchScores(items, precision, recall, 2 * precision * recall / max(1e-9, precision + recall))


def macro_f1(pairs: Sequence[tuple[Hashable, Hashable]], classes: Sequence[Hashable]) -> float:
    """Mean F1 of `classes` over (gold, coded) pairs; a class that occurs on neither side counts as 0."""
    total = 0.0
    for name in classes:
        right = sum(g == name and c == name for g, c in pairs)
        wrong = sum((g == name) != (c == name) for g, c in pairs)
        total += 2 * right / (2 * right + wrong) if right else 0.0
    return total / len(classes)


def kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Cohen's kappa of two labellings of the same items (Cohen 1960)."""
    n = len(first)
    observed = sum(a == b for a, b in zip(first, second, strict=True)) / n
    one, two = Counter(first), Counter(second)
    expected = sum(one[k] * two[k] for k in one) / n**2
    return 1.0 if expected == 1.0 else (observed - expected) / (1 - expected)


def table(scores: dict[str, AgreementScores]) -> list[dict[str, object]]:
    """Rows for printing: one coder a row."""
    return [{"coder": name, **asdict(s)} for name, s in scores.items()]
