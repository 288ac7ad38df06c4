"""How a content stands to a proposition of the codebook: for, against, conditionally, or not stated.

Two readers that know no story tell what they see: the explicit evidence (evidence.py), which can say what it rests on,
and a cross-encoder trained on statements that we wrote (sides.py), which knows more ways of saying yes and no. Their
odds are multiplied, each weighed by what it was worth on statements that neither was made from
(training/AGREEMENT.md). Where no side is sure enough the agreement is ``None``: a wrong side is worse than none.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from extractors.context import context_spans, passage
from extractors.evidence import first_condition, read_evidence
from extractors.models import Attribution, Coding, Concept, ConceptMatch, Span
from extractors.phrases import tokens
from extractors.sessions import WEIGHTS
from extractors.sides import FAINTEST, SIDES, Shares, Spans, read_side
from extractors.targets import mentions, target

SURE, SURE_ALONE = 0.65, 0.75
"""Share of the odds from which an answer stands: with evidence at the concept's own words for it, and a side without.
Below nobody can tell."""
ALONE = 0.7
"""What the confidence of a side without such evidence is worth: the model cannot say what it rests on."""
ASKED, ASKED_WORTH = 0.91, 0.8
"""Share from which a content that names no concept counts as being about the one it takes a side on, and the score of
such a match. Chosen on the dev stories, with their codebooks whole and with the propositions alone."""
QUALIFIED = 0.5
"""Chance from which a side is a qualified one."""
SIDELESS = 2.5
"""How much likelier a statement takes no side in the news than among those that the weights were fitted on, where two
in five do. Real copy would bear more (docs/measurements.md); what more costs is changes that are missed."""
TRUSTED, WORDED = 1.5, 3.0
"""What evidence at the concept's own terms, and at the codebook's own wordings of a side, counts more than the fit
says, whose statements come without either; chosen on the practice stories, the dev stories and the demo."""
_POINTERS = ("refers back", "cue only")
_SIGNS = {"support": 1, "oppose": -1, "neither": 0}
_QUOTED = re.compile(r'"[^"]*"')


def code_agreement(text: str, attribution: Attribution, concept: Concept, speaks_for: Iterable[str] = ()) -> Coding:
    """Return how the attribution's content stands to `concept`, and what that rests on.

    `text` is the article's text that the spans belong to. `speaks_for` are names of what the source stands for, where
    it is known who that is: the actor's affiliation and aliases. The confidence is the share of the odds that the
    answer has, of a side with evidence its geometric mean with what the model alone gives it, of one without less.

    An agreement of None with a confidence above 0 is an answer: the words take no side (a question, somebody else's
    view, a report of facts); with 0 nobody could tell.
    """
    seen = read_evidence(text, attribution, concept, speaks_for)
    said, spans = _said(text, attribution, concept)
    shares = read_side(said, spans, concept.proposition)
    odds = weigh(seen, shares)
    best = int(odds.argmax())
    basis = (*seen.basis, f"read as {SIDES[best]} ({odds[best]:.2f})")
    side = _SIGNS[SIDES[best]]
    seen_too = (seen.agreement or 0) * side > 0
    backed = seen_too and not _by_pointer(seen.basis[0])
    if odds[best] < (SURE if backed or not side else SURE_ALONE):
        return Coding(None, (*basis, "too unsure"), None, 0.0)
    if not side:
        return Coding(0 if seen.agreement == 0 else None, basis, None, round(float(odds[best]), 2))
    agreement = side if shares[-1] >= QUALIFIED else 2 * side
    condition = seen.condition if seen_too else first_condition(text, attribution)
    # evidence lifts the odds whether or not it was understood; what the model by itself makes of the words tells which
    confidence = math.sqrt(odds[best] * shares[best]) if backed else ALONE * odds[best]
    return Coding(agreement, basis, condition, round(float(confidence), 2))


def ask_concepts(text: str, attribution: Attribution, concepts: Iterable[Concept]) -> list[ConceptMatch]:
    """Return the one of `concepts` on which the model is surest that the content takes a side, if it is sure enough.

    For contents that name nothing of the codebook: whoever says that wages must not rise again takes a side on a
    ten percent rise. `concepts` are those that it can be about (extractors/concepts.py).
    """
    asked = [(float(read_side(*_said(text, attribution, c), c.proposition)[:2].max()), c.id, c) for c in concepts]
    share, _, concept = max(asked, default=(0.0, "", None))
    if concept is None or share < ASKED:
        return []
    return [ConceptMatch(concept, ASKED_WORTH, f"takes a side on it ({share:.2f})")]


def weigh(seen: Coding, shares: Shares) -> Shares:
    """Return the odds of SIDES when `seen` is the evidence and `shares` is what the model says."""
    stored = _weights()
    raw = stored["model"][0] * np.log(shares[: len(SIDES)] + FAINTEST)
    own, other, neither = sum((stored[name] for name in features(seen) if name in stored), np.zeros(3))
    raw[2] += neither + math.log(SIDELESS)
    if seen.agreement:
        raw[0 if seen.agreement > 0 else 1] += own + _trust(seen.basis[0])
        raw[1 if seen.agreement > 0 else 0] += other
    odds = np.exp(raw - raw.max())
    return np.asarray(odds / odds.sum())


def _trust(basis: str) -> float:
    if _by_pointer(basis):
        return 0.0
    return WORDED if basis.endswith(": wording") else TRUSTED


def _by_pointer(basis: str) -> bool:
    """Whether the evidence is at a word that only stands for the concept."""
    return any(f"({mark})" in basis for mark in _POINTERS)


def features(seen: Coding) -> Iterator[str]:
    """Give the names of what the evidence is: whether it takes a side, and what the strongest of it rests on."""
    answered = seen.agreement is not None or seen.confidence > 0
    state = "side" if seen.agreement else "none" if answered else "unseen"
    yield state
    if not answered:
        return
    best = seen.basis[0] if seen.basis else ""
    for kind in re.split(r"[;:]", _QUOTED.sub("", best.split(" (")[0])):
        if kind.strip():
            yield f"{state} {kind.strip()}"
    for mark in _POINTERS:
        if f"({mark})" in best:
            yield f"{state} {mark}"
    if len(seen.basis) > 1:
        yield f"{state} several"
    if seen.condition:
        yield f"{state} condition"
    yield f"{state} sure {seen.confidence:.1f}"


def _said(text: str, attribution: Attribution, concept: Concept) -> tuple[str, Spans]:
    """What the model reads: the attribution's sentences, after the one that names what the content does not."""
    start, end = passage(text, attribution)
    before = "" if _names(text, attribution.content, concept) else _context(text, attribution, concept, start)
    shift = start - len(before)

    def moved(spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple((max(a, start) - shift, b - shift) for a, b in spans if b > start and a < end)

    return before + text[start:end], (moved(attribution.content), moved(attribution.cue), moved(attribution.source))


def _names(text: str, spans: Iterable[Span], concept: Concept) -> bool:
    return any(mentions(tokens(text, a, b), target(concept), 0) for a, b in spans)


def _context(text: str, attribution: Attribution, concept: Concept, start: int) -> str:
    for a, b in context_spans(text, attribution):
        if _names(text, [(a, b)], concept):
            return text[a:b] + " " if b <= start else ""
    return ""


@lru_cache(maxsize=1)
def _weights() -> dict[str, npt.NDArray[np.float64]]:
    stored = json.loads((WEIGHTS / "agreement.json").read_text(encoding="utf-8"))
    return {name: np.array(values, dtype=np.float64) for name, values in stored.items()}
