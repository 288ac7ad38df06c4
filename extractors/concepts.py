"""Which propositions of the codebook a content is about.

Evidence, strongest first: the codebook's own wordings of the two sides and its terms (whatever their inflection),
the rarer words of the proposition, and sentence vectors. A name that many concepts of the codebook share says nothing.
Whether the content is for or against is decided elsewhere (agreement.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from extractors import context
from extractors.context import BACK, context_spans, passage
from extractors.embeddings import Vectors, embed
from extractors.models import Attribution, Concept, ConceptMatch, Span
from extractors.phrases import Token, content_words, find_common, find_loose, find_phrase, phrase, sentences, tokens
from extractors.stance import operators
from extractors.wordlists import word_set

THRESHOLD = 0.5
TOPIC_FLOOR = 0.18  # a term whose content lies further than this from the proposition is another sense of the word
ALIKE = 0.75  # score where all but the small words of a wording stand in order ("I will not send one soldier")
NEAR = 0.45  # a content without any term is about a proposition only from this cosine on
FAR, NEAREST = 0.15, 5  # below this cosine it is not even asked about one, nor about more than so many
LEAD = 0.08  # how far it must then be ahead of the next concept
CONTEXT_FACTORS = (
    0.75,
    0.75,
    0.7,
    0.65,
    0.6,
    0.6,
)  # of the sentence around, of one to three before it, and of the lead
BESIDE = 2  # how many of them are of the sentence around
ELLIPTIC_WORDS = 3  # a content with no more topical words than this may refer back
REFERRING_WORDS = 9  # the same where a pronoun says that it does
TIED = 0.3  # cosine from which any other content may go on about what was said before

_ANAPHORA = word_set("anaphora")


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a concept is recognised by."""

    concept: Concept
    terms: tuple[tuple[str, ...], ...]
    names: frozenset[tuple[str, ...]]
    """Those of the terms that the codebook writes as names, with a capital."""
    wordings: tuple[tuple[str, ...], ...]
    rare: frozenset[str]
    """Content words of the proposition that no other concept of the codebook shares."""
    own: frozenset[str]
    """The same of proposition and terms."""
    vectors: Vectors


def content_text(text: str, attribution: Attribution) -> str:
    """Return the content's words, its pieces joined by " ... "."""
    return " ... ".join(text[a:b] for a, b in attribution.content)


def match_concepts(text: str, attribution: Attribution, concepts: Sequence[Concept]) -> list[ConceptMatch]:
    """Return the concepts that the attribution's content is about, surest first; none is an ordinary answer.

    `text` is the article's text that the spans belong to. Scores run from 0 to 1; 0.5 and more is a match.
    """
    profiles = _profiles(tuple(concepts))
    if not profiles or not attribution.content:
        return []
    words = [t for a, b in attribution.content for t in tokens(text, a, b)]
    parts = _parts(text, attribution.content)
    vectors = embed(parts)
    found = _match(profiles, words, vectors) or _by_context(text, attribution, profiles, words, vectors)
    return sorted(found, key=lambda m: (-m.score, m.concept.id))


def near_concepts(text: str, attribution: Attribution, concepts: Sequence[Concept]) -> list[Concept]:
    """Return the concepts that a content which names none can be about: the nearest few, to it or its sentences."""
    profiles = _profiles(tuple(concepts))
    if not profiles or not attribution.content:
        return []
    start, end = passage(text, attribution)
    vectors = embed([*_parts(text, attribution.content), text[start:end]])
    cosines = {p.concept: float((vectors @ p.vectors.T).max()) for p in profiles}
    nearest = sorted(cosines, key=lambda c: (-cosines[c], c.id))[:NEAREST]
    return [c for c in nearest if cosines[c] >= FAR]


def _by_context(
    text: str, attribution: Attribution, profiles: Sequence[_Profile], words: Sequence[Token], vectors: Vectors
) -> list[ConceptMatch]:
    """Judge a content that names nothing by the nearest sentence, up to three back, that names what it can be about.

    That is anything for an elliptic content; any other must have a word of the concept or lie near to it.
    """
    refers = _refers_back(words)
    stems = {w.stem for w in words}
    cosines = [float((vectors @ p.vectors.T).max()) for p in profiles]
    fitting = {
        p.concept.id: cosine
        for p, cosine in zip(profiles, cosines, strict=True)
        if refers or stems & p.own or (cosine >= TIED and cosine == max(cosines))
    }
    for back, (a, b) in enumerate(context_spans(text, attribution)):
        around = _match(profiles, tokens(text, a, b), embed([text[a:b]]), nearness=refers and back <= BESIDE)
        found = [m for m in around if m.concept.id in fitting]
        if found:
            best = max(found, key=lambda m: (m.score + fitting[m.concept.id], m.concept.id))
            where = context.AROUND if back < BESIDE else context.BEFORE if back < BESIDE + BACK else context.LEAD
            return [replace(best, score=round(best.score * CONTEXT_FACTORS[back], 3), basis=f"{where}: {best.basis}")]
    return []


def _parts(text: str, content: Sequence[Span]) -> list[str]:
    """The whole content, and its sentences where there are several."""
    pieces = [text[a:b] for a, b in content]
    single = [p[a:b] for p in pieces for a, b in sentences(p)]
    return [" ".join(pieces), *single] if len(single) > 1 else [" ".join(pieces)]


def _refers_back(words: Sequence[Token]) -> bool:
    topical = content_words(w.stem for w in words if w.is_word)
    return len(topical) <= ELLIPTIC_WORDS or (
        len(topical) <= REFERRING_WORDS and any(w.lower in _ANAPHORA for w in words[:8])
    )


def _match(
    profiles: Sequence[_Profile], words: Sequence[Token], vectors: Vectors, nearness: bool = True
) -> list[ConceptMatch]:
    """Judge every concept by its words; by nearness alone only the one that stands out, and only if no word tells."""
    cosines = [float((vectors @ p.vectors.T).max()) if len(vectors) else 0.0 for p in profiles]
    found = []
    for profile, cosine in zip(profiles, cosines, strict=True):
        score, basis = _lexical(profile, words, cosine)
        if score >= THRESHOLD:
            found.append(ConceptMatch(profile.concept, round(score, 3), basis))
    order = sorted(range(len(profiles)), key=lambda i: -cosines[i])
    if found or not nearness or not order or cosines[order[0]] < NEAR:
        return found
    best = profiles[order[0]]
    lead = cosines[order[0]] - (cosines[order[1]] if len(order) > 1 else 0.0)
    if lead < LEAD and not best.rare & {w.stem for w in words}:
        return []  # near to several: what they share is a name, not a topic
    score = round(min(1.0, THRESHOLD + cosines[order[0]] - NEAR), 3)
    return [ConceptMatch(best.concept, score, f"close to the proposition ({cosines[order[0]]:.2f})")]


def _lexical(profile: _Profile, words: Sequence[Token], cosine: float) -> tuple[float, str]:
    for wording in profile.wordings:
        if len(wording) > 1 and find_phrase(words, wording, gap=1):
            return 0.95, f'wording "{_shown(words, find_phrase(words, wording, gap=1)[0])}"'
    for wording in profile.wordings:
        solid = content_words(wording)
        if len(solid) > 1 and cosine >= TOPIC_FLOOR and (place := next(iter(find_phrase(words, solid)), None)):
            return ALIKE, f'like a wording "{_shown(words, place)}"'
    best = (0.0, "")
    for term in profile.terms:
        find = find_phrase if term in profile.names else find_common
        place = next(iter(find(words, term)), None)
        exact = place is not None
        place = place or (find_loose(words, term) if len(content_words(term)) > 1 else None)
        if place is None or cosine < TOPIC_FLOOR:
            continue
        score = (0.9 if len(term) > 1 else 0.75) if exact else 0.6
        score = min(1.0, score + 0.2 * max(0.0, cosine - 0.3))
        best = max(best, (score, f'term "{_shown(words, place)}"'))
    if best[0] >= THRESHOLD:
        return best
    shared = profile.rare & {w.stem for i, w in enumerate(words) if not _second_of_name(words, i)}
    coverage = len(shared) / len(profile.rare) if profile.rare else 0.0
    if len(shared) >= 2 and coverage >= 0.5 and cosine >= TOPIC_FLOOR + 0.15:
        return 0.5 + 0.3 * coverage, "words of the proposition: " + ", ".join(sorted(shared))
    return best


def _second_of_name(words: Sequence[Token], i: int) -> bool:
    """Whether the word only goes on with a name: "Supreme Court" is one thing that is shared, not two."""
    return i > 0 and words[i].capital and words[i - 1].capital


def _shown(words: Sequence[Token], place: tuple[int, int]) -> str:
    return " ".join(w.lower for w in words[place[0] : place[1]])


@lru_cache(maxsize=64)
def _profiles(concepts: tuple[Concept, ...]) -> tuple[_Profile, ...]:
    own = [_topical(c.proposition) | _topical(" ".join(c.terms)) for c in concepts]
    profiles = []
    for i, concept in enumerate(concepts):
        others = frozenset().union(*(o for j, o in enumerate(own) if j != i))
        profiles.append(
            _Profile(
                concept,
                tuple(phrase(t) for t in concept.terms if phrase(t)),
                frozenset(phrase(t) for t in concept.terms if t[:1].isupper()),
                tuple(phrase(w) for w in (*concept.support, *concept.oppose) if phrase(w)),
                _topical(concept.proposition) - others,
                own[i] - others,
                embed([concept.proposition, *concept.support, *concept.oppose]),
            )
        )
    return tuple(profiles)


def _topical(text: str) -> frozenset[str]:
    """Stems of the words that name things; what is done to them ("keep", "abolish") is no topic."""
    words = tokens(text)
    acts = {k for o in operators(words) for k in range(o.start, o.end)}
    return frozenset(content_words(w.stem for k, w in enumerate(words) if w.is_word and k not in acts))
