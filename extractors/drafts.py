"""Concepts drafted from what sources say, for an analyst to edit: from a baseline, or from contents about nothing yet.

Deterministic, and humble: a draft's proposition is a sentence of the text itself, its terms are the phrases that
return around it. Two wordings of one topic fall together by sentence vectors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.agreement import code_agreement
from extractors.concepts import content_text
from extractors.embeddings import Vectors, embed
from extractors.models import Attribution, Concept
from extractors.phrases import FUNCTION, Token, content_words, sentences, tokens
from extractors.stance import ATTITUDES, DIRECTIONS, VALUES, operators

SAME_TOPIC = 0.45  # cosine from which two contents are about one thing
MOST_TERMS = 4
MOST_WORDS = 22  # a longer sentence is no proposition
_EDGES = " \"“”'‘’.,;:–—"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A recurring topic of contents that the codebook does not know: a draft, and the contents it was seen in."""

    concept: Concept
    contents: tuple[int, ...]
    """Indices into the contents that were given, the most central first."""


def propose_concepts(contents: Sequence[str], at_least: int = 3) -> list[Proposal]:
    """Return drafts for topics that return in at least `at_least` of `contents`, the commonest first.

    `contents` are the words of statements about nothing in the codebook; copies should be folded before.
    """
    groups = [g for g in _groups(embed(contents)) if len(g) >= at_least]
    drafts = [Proposal(_draft([contents[i] for i in g], contents), tuple(g)) for g in groups]
    return _unique(sorted(drafts, key=lambda p: (-len(p.contents), p.concept.id)))


def draft_concepts(text: str, attributions: Sequence[Attribution], most: int = 8) -> list[Concept]:
    """Return at most `most` concepts drafted from the statements of a baseline `text`.

    Topics on which sources take sides come first, then those that return most often.
    """
    contents = [content_text(text, a) for a in attributions]
    keep = [
        i for i, words in enumerate(contents) if len(content_words(t.stem for t in tokens(words) if t.is_word)) >= 3
    ]
    chosen = [contents[i] for i in keep]
    drafts = []
    for group in _groups(embed(chosen)):
        concept = _draft([chosen[i] for i in group], chosen)
        if not concept.terms:
            continue
        sided = sum(bool(code_agreement(text, attributions[keep[i]], concept).agreement) for i in group)
        drafts.append((-sided, -len(group), group[0], Proposal(concept, tuple(group))))
    return [p.concept for p in _unique([d[3] for d in sorted(drafts, key=lambda d: d[:3])])][:most]


def _groups(vectors: Vectors) -> list[list[int]]:
    """Group by nearness to the first of a group, then order each group by nearness to its mean."""
    leaders: list[int] = []
    groups: list[list[int]] = []
    for i in range(len(vectors)):
        near = vectors[leaders] @ vectors[i] if leaders else ()
        best = max(range(len(leaders)), key=lambda k: float(near[k]), default=None)
        if best is not None and float(near[best]) >= SAME_TOPIC:
            groups[best].append(i)
        else:
            leaders.append(i)
            groups.append([i])
    return [sorted(g, key=lambda i: (-round(float(vectors[i] @ vectors[g].mean(axis=0)), 4), i)) for g in groups]


def _draft(group: Sequence[str], everything: Sequence[str]) -> Concept:
    """Draft one concept from the contents of a group, the most central first."""
    proposition = _proposition(group)
    names = _terms(group, everything, proposition)
    slug = "-".join(re.sub(r"[^a-z0-9]+", " ", (names[0] if names else proposition).lower()).split()[:4])
    return Concept(slug or "topic", proposition, tuple(names))


def _proposition(group: Sequence[str]) -> str:
    """The most telling sentence of the group: short, with a side, of the most central content that has one."""
    candidates = [s[a:b] for s in group for a, b in sentences(s)]
    scored = []
    for order, sentence in enumerate(candidates):
        words = tokens(sentence)
        kinds = {o.kind for o in operators(words)}
        sided = bool(kinds & ({"obligation", "will"} | ATTITUDES | VALUES))
        vague = (
            words[0].lower in {"it", "this", "that", "he", "she", "they", "to", "if", "but", "and"} if words else True
        )
        # nobody can support a question
        scored.append(
            (sentence.rstrip(_EDGES).endswith("?"), len(words) > MOST_WORDS, not sided, vague, order, sentence)
        )
    best = min(scored)[-1] if scored else group[0]
    best = re.sub(r"^(?:that|to|whether)\s+", "", best.strip(_EDGES))
    best = re.sub(r"[\"“”]", "", re.split(r",? (?:and|but|because|which) ", best)[0] if len(best) > 60 else best)
    return best[:1].upper() + best[1:]


def _terms(group: Sequence[str], everything: Sequence[str], proposition: str) -> list[str]:
    """Phrases of one to three words that return in the group and are rarer outside it."""
    inside: Counter[str] = Counter()
    for content in group:
        inside.update(set(_phrases(tokens(content))))
    outside: Counter[str] = Counter()
    for content in everything:
        outside.update(set(_phrases(tokens(content))))
    own = set(_phrases(tokens(proposition)))
    ranked = sorted(
        (p for p in inside if inside[p] > 1 or p in own),
        key=lambda p: (
            -(inside[p] ** 2 / outside[p]) * (1 + 0.5 * p.count(" ")) * (1.2 if p in own else 1.0),
            -len(p),
            p,
        ),
    )
    chosen: list[str] = []
    for candidate in ranked:
        if len(candidate) > 3 and not any(candidate in c or c in candidate for c in chosen):
            chosen.append(candidate)
    return chosen[:MOST_TERMS]


def _phrases(words: Sequence[Token]) -> list[str]:
    """Runs of neighbouring topical words, one to three long; operators and function words end a run."""
    marked = {k: o.kind for o in operators(words) for k in range(o.start, o.end)}
    found = []
    for i in range(len(words)):
        for j in range(i + 1, min(i + 4, len(words) + 1)):
            word = words[j - 1]
            kind = marked.get(j - 1)
            if kind and not (kind in DIRECTIONS and j - 1 > i):  # "rent freeze", never "freeze rent"
                break
            if not word.lower[0].isalpha() or word.stem in FUNCTION or len(word.lower) < 3:
                break
            found.append(" ".join(w.lower for w in words[i:j]))
    return found


def _unique(drafts: Sequence[Proposal]) -> list[Proposal]:
    """Give every draft an id of its own."""
    seen: Counter[str] = Counter()
    result = []
    for p in drafts:
        seen[p.concept.id] += 1
        n = seen[p.concept.id]
        concept = p.concept if n == 1 else Concept(f"{p.concept.id}-{n}", p.concept.proposition, p.concept.terms)
        result.append(Proposal(concept, p.contents))
    return result
