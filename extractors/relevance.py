"""Does an article belong to the story of a watch, or only to its neighbourhood?

Neighbours share words with the story: older stories with the same names, other talks, sport in the language of
diplomacy, somebody's earlier office. No single sign tells them apart, so several are weighed: how near title and lead
come to the baseline and to the propositions (sentence vectors), how many of the codebook's concepts and actors the
article names, how much of its names the story knows, and the years that it looks back to. The weights are fitted on
stories of our own that have nothing in common with any watch (tests/gold/relevance/).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from extractors.embeddings import Vectors, embed
from extractors.models import Codebook
from extractors.phrases import content_words, find_loose, find_phrase, phrase, stem, tokens

LEAD = 90
"""Words of an article that are read for its topic; below it are background and other news."""
THRESHOLD = 0.5
"""Score from which an article is let in: one without statements on the concepts does no harm."""
_NAME = re.compile(r"(?<![.!?\"“”\n]\s)(?<!^)\b[^\W\d_a-zà-ÿ][^\W\d_]+(?:[-’'][^\W\d_]+)?")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(frozen=True, slots=True)
class Relevance:
    """Whether an article belongs to the story; `score` is 0..1, `reason` says in words what it rests on."""

    relevant: bool
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What an article shows of the story, each 0..1."""

    baseline: float
    """Cosine of title and lead with those of the baseline."""
    proposition: float
    """The largest cosine of one of its sentences with a proposition."""
    concepts: float
    """Concepts of the codebook named, one half for each, at most two."""
    actors: float
    """Actors of the codebook named, one third for each, at most three."""
    own_names: float
    """Share of the names in the article that the baseline or the codebook has."""
    words: float
    """Share of the baseline's and the codebook's weighty words among its own."""
    past: float
    """1 where the years that it names are all before the story's."""

    def vector(self) -> tuple[float, ...]:
        return (self.baseline, self.proposition, self.concepts, self.actors, self.own_names, self.words, self.past)


WEIGHTS = (3.0, 3.0, 1.2, 1.2, 1.5, 3.0, -1.5)
"""One for each of `Signs`, in its order."""
BIAS = -4.2


@dataclass(frozen=True, slots=True)
class StoryProfile:
    """What is known of a story beforehand: its baseline article and its codebook."""

    baseline: Vectors
    propositions: Vectors
    terms: tuple[tuple[tuple[str, ...], ...], ...]
    """Of each concept the phrases that name it, as stems."""
    actors: tuple[tuple[str, ...], ...]
    """Of each actor the names by which articles call it, in lower case."""
    names: frozenset[str]
    words: frozenset[str]
    years: frozenset[int]

    @classmethod
    def from_watch(cls, title: str, text: str, codebook: Codebook) -> StoryProfile:
        """Build the profile of the story that begins with the baseline `title` and `text`."""
        propositions = [c.proposition for c in codebook.concepts]
        named = [name for actor in codebook.actors for name in (actor.name, *actor.aliases)]
        whole = "\n".join([title, text, *propositions, *named])
        vocabulary = " ".join([title, text, *propositions, *(t for c in codebook.concepts for t in c.terms)])
        return cls(
            baseline=embed([_lead(title, text)]),
            propositions=embed(propositions),
            terms=tuple(tuple(phrase(t) for t in c.terms if phrase(t)) for c in codebook.concepts),
            actors=tuple(_called(a.name, a.aliases) for a in codebook.actors),
            names=frozenset(_names(whole)) | {w for name in named for w in name.lower().split() if len(w) > 2},
            words=frozenset(_weighty(vocabulary)),
            years=frozenset(int(y) for y in _YEAR.findall(text)),
        )

    from_baseline = from_watch


def assess(profile: StoryProfile, title: str, text: str) -> Relevance:
    """Judge whether the article `title` with `text` belongs to the story of `profile`."""
    signs = read_signs(profile, title, text)
    score = 1 / (1 + math.exp(-(BIAS + sum(w * s for w, s in zip(WEIGHTS, signs.vector(), strict=True)))))
    return Relevance(score >= THRESHOLD, round(score, 4), _reason(signs))


def read_signs(profile: StoryProfile, title: str, text: str) -> Signs:
    """Return what the article shows of the story, before it is weighed."""
    lead = _lead(title, text)
    vector = embed([lead])
    pieces = embed([title, *_sentences(lead)]) if len(profile.propositions) else vector
    words = tokens(lead)
    lower = f" {' '.join(t.lower for t in words if t.is_word)} "
    named = sum(any(f" {name} " in lower for name in called) for called in profile.actors)
    concepts = sum(
        any(find_phrase(words, t) or (len(t) > 1 and find_loose(words, t)) for t in of) for of in profile.terms
    )
    names, weighty = _names(lead), _weighty(lead)
    years = [int(y) for y in _YEAR.findall(text)]
    return Signs(
        baseline=max(0.0, float((vector @ profile.baseline.T).max())),
        proposition=max(0.0, float((pieces @ profile.propositions.T).max())) if len(profile.propositions) else 0.0,
        concepts=min(concepts, 2) / 2,
        actors=min(named, 3) / 3,
        own_names=sum(n in profile.names for n in names) / len(names) if names else 0.0,
        words=len(set(weighty) & profile.words) / max(1, len(set(weighty))),
        past=1.0 if years and profile.years and max(years) < max(profile.years) else 0.0,
    )


def _reason(signs: Signs) -> str:
    parts = [
        f"topic {signs.baseline:.2f} like the baseline",
        f"{signs.proposition:.2f} like a proposition",
        f"{round(signs.concepts * 2)}{'+' if signs.concepts == 1 else ''} concepts named",
        f"{round(signs.actors * 3)}{'+' if signs.actors == 1 else ''} actors named",
        f"{signs.own_names:.0%} of its names known",
    ]
    return ", ".join([*parts, "looks back to earlier years"] if signs.past else parts)


def _lead(title: str, text: str) -> str:
    return f"{title}. {' '.join(text.split()[:LEAD])}"


def _sentences(text: str) -> list[str]:
    return [s for s in re.split(r"(?<=[.!?][\"”’ ])\s*", text) if len(s.split()) > 3][:8]


def _names(text: str) -> list[str]:
    """Capitalised words inside sentences, in lower case, each once."""
    return list(dict.fromkeys(m.lower().removesuffix("’s").removesuffix("'s") for m in _NAME.findall(text)))


def _called(name: str, aliases: Sequence[str]) -> tuple[str, ...]:
    """An actor's name, surname and aliases, in lower case."""
    surname = name.split()[-1]
    called = [name, *aliases, surname]
    return tuple(dict.fromkeys(" ".join(t.lower for t in tokens(c) if t.is_word) for c in called if len(c) > 2))


def _weighty(text: str) -> list[str]:
    return [
        stem(w) for w in content_words(t.stem for t in tokens(text) if t.is_word) if len(w) > 2 and not w[0].isdigit()
    ]


def matrix(signs: Sequence[Signs]) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Return the signs as rows, for fitting."""
    return np.array([s.vector() for s in signs], dtype=np.float64)
