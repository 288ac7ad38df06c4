"""What a headline says of an actor's position, to be held against what the body says.

A headline is a second reading of the article's main news by somebody who knew what was said, in plain words. It is
shorter than any quote and often louder, so it never makes a statement by itself: it makes one of the body's surer that
takes the same side, or tells the side of one that nobody could read. Where the body takes the other side, it loses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from extractors.actors import resolve_actors
from extractors.agreement import code_agreement
from extractors.attributions import extract_attributions
from extractors.concepts import content_text, match_concepts
from extractors.embeddings import embed
from extractors.models import Codebook, Statement
from extractors.narration import told_positions
from extractors.positions import sign

SURE = 0.5
"""Confidence from which a headline's side counts, and from which a side of the body contradicts it."""
SAME_NEWS = 0.35
"""Cosine from which a statement of the body can be what the headline tells."""
HALF = 0.5
"""What a side is worth that only the headline tells."""


@dataclass(frozen=True, slots=True)
class Told:
    """The side that a headline gives an actor."""

    actor: str
    concept: str
    agreement: int
    confidence: float
    words: str


def read_headline(title: str, codebook: Codebook) -> list[Told]:
    """Return the sides that `title` tells of the codebook's actors, the surest of each pair."""
    said = extract_attributions(title)
    said += told_positions(title, said)
    found: dict[tuple[str, str], Told] = {}
    for attribution, resolution in zip(said, resolve_actors(title, said, codebook.actors), strict=True):
        actor = resolution.actor
        if actor is None or actor not in codebook.actors:
            continue
        for match in match_concepts(title, attribution, codebook.concepts):
            coding = code_agreement(title, attribution, match.concept, (actor.affiliation or "", *actor.aliases))
            confidence = coding.confidence * min(1.0, match.score) * resolution.confidence
            if coding.agreement and confidence >= SURE:
                key, words = (actor.name, match.concept.id), content_text(title, attribution)
                told = Told(*key, coding.agreement, confidence, words)
                found[key] = max(found.get(key, told), told, key=lambda t: t.confidence)
    return list(found.values())


def corroborated(statements: Sequence[Statement], headline: Iterable[Told]) -> list[Statement]:
    """Return `statements`, those made surer or readable that say what the headline says."""
    result = list(statements)
    for told in headline:
        own = [i for i, s in enumerate(result) if (s.actor, s.concept) == (told.actor, told.concept)]
        if not own or any(_contradicts(result[i], told) for i in own):
            continue
        index = _same_side(result, own, told)
        index = _unread(result, own, told) if index is None else index
        if index is not None:
            result[index] = _surer(result[index], told)
    return result


def _same_side(statements: Sequence[Statement], own: Sequence[int], told: Told) -> int | None:
    same = [i for i in own if sign(statements[i].agreement or 0) == sign(told.agreement)]
    return max(same, key=lambda i: statements[i].confidence, default=None)


def _unread(statements: Sequence[Statement], own: Sequence[int], told: Told) -> int | None:
    """Of the statements that nobody could read the one that is nearest to the headline, if it can be the same news."""
    unread = [i for i in own if statements[i].agreement is None and not statements[i].confidence]
    cosines = embed([told.words]) @ embed([statements[i].words for i in unread]).T if unread else np.zeros((1, 0))
    near = [(float(c), i) for c, i in zip(cosines[0], unread, strict=True) if c >= SAME_NEWS]
    return max(near)[1] if near else None


def _contradicts(statement: Statement, told: Told) -> bool:
    return sign(statement.agreement or 0) == -sign(told.agreement) and statement.confidence >= SURE


def _surer(statement: Statement, told: Told) -> Statement:
    basis = (*statement.basis, f'the headline says so: "{told.words}"')
    if statement.agreement:
        confidence = 1 - (1 - statement.confidence) * (1 - told.confidence)
        return replace(statement, confidence=round(confidence, 4), basis=basis)
    return replace(statement, agreement=told.agreement, confidence=round(told.confidence * HALF, 4), basis=basis)
