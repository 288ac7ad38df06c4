"""Does an article belong to the story of a watch, or only to its neighbourhood?

Neighbours share words with the story: older stories with the same names, other talks, sport in the language of
diplomacy, somebody's earlier office. No single sign tells them apart, so several are weighed by a logistic regression:
how near title and lead come to the baseline and to the concepts (sentence vectors of the whole and of pairs of
sentences), how many of its words and names the story knows, whether it names a concept, and whether it looks back to
earlier years. Before anything is weighed, an article whose lead names another place is turned away (anchors.py); a
long one that comes to the story late is let in. The weights were fitted on invented stories that have nothing in common
with any watch; see tests/gold/relevance/GUIDELINES.md, also for how to fit them again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from extractors.anchors import anchors, another_place, capitalised, other_scene
from extractors.embeddings import Vectors, embed
from extractors.models import Actor, Codebook
from extractors.phrases import Token, content_words, find_loose, find_phrase, phrase, sentences, tokens

LEAD = 120
"""Words of an article that are read for its topic; below stand background and other news."""
BASELINE_LEAD = 250
THRESHOLD = 0.35
"""Score from which an article is let in. In doubt it is: without statements on the concepts it does no harm."""
DOUBTFUL = 0.02
"""Score from which an article is let in that names the story's actors and concepts below its lead."""
_LOOKS_BACK = re.compile(
    r"\b(years? (?:ago|on|later|earlier|before)|anniversary|in (?:19|20)\d\d|(?:he|she) (?:was|became) \w+ minister"
    r"|(?:long )?before (?:he|she|it)\b|decades?|first life|early years|used to)\b",
    re.IGNORECASE,
)
_SECTIONS = (
    "Sport: the team won the match by two goals, the coach and the fans were pleased, they are ninth in the league.",
    "Culture: the novel, the film, the exhibition and the concert were praised by the critics and won a prize.",
    "Travel: a report from a quiet place, with paths, hotels, soup and a view of the sea, for a weekend.",
    "Science: researchers at the university have found out in an experiment with animals how they behave.",
    "Crime: police arrested thieves, the stolen goods were found, the suspects are in custody, the damage is high.",
    "Business: the company buys a competitor, its shares rose, the order is worth millions, the works are sold.",
    "Household: tips and recipes for the kitchen and the home, how to save, mend and cook.",
    "History: decades ago it happened, a book, a film and an anniversary bring back the memory of those years.",
    "People: the early life and former profession of a politician, told by old friends and a new book.",
)
"""What the other pages of a newspaper sound like."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """Whether an article belongs to the story; `score` is 0..1, `reason` says in words what it rests on."""

    relevant: bool
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What an article shows of the story, each 0..1."""

    whole: float
    """Cosine of title and lead with the nearest passage of the baseline."""
    passage: float
    """The same for its own nearest passage, a pair of sentences."""
    whole_mean: float
    """Cosine of title and lead with the baseline's passages, on average."""
    passage_mean: float
    """The nearest passage of the baseline to each of its passages, on average."""
    concept: float
    """Cosine of title and lead with the nearest concept."""
    concept_passage: float
    """The same for its passage that is nearest to a concept."""
    words: float
    """Share of its weighty words that the baseline or the codebook has."""
    names: float
    """Share of its names that the baseline or the codebook has; a half for an article without names."""
    strange: float
    """How many names it has that the story does not know, where it has none that the story knows: none, one, more."""
    back: float
    """How much it looks back to earlier years: none, once, more."""
    elsewhere: float
    """How much nearer it is than the baseline to what the paper's other pages sound like, at most."""
    named: float
    """Concepts named in it: none, one, more."""
    named_here: float
    """The same where it names an actor of the story too, or mostly names of the story."""


WEIGHTS = (2.64, 2.1, 5.99, 4.83, 0.14, 3.09, 5.7, 1.27, -0.24, -1.19, -3.63, -0.46, 2.99)
"""One for each of `Signs`, in its order."""
BIAS = -9.66


@dataclass(frozen=True, slots=True)
class StoryProfile:
    """What is known of a story beforehand: its baseline article and its codebook."""

    passages: Vectors
    concepts: Vectors
    sections: Vectors
    """How near the baseline is to each of the other pages, (1, sections)."""
    terms: tuple[tuple[tuple[str, ...], ...], ...]
    """Of each concept the phrases that name it, as stems."""
    actors: tuple[tuple[str, ...], ...]
    """Of each actor the names by which articles call it, in lower case."""
    names: frozenset[str]
    words: frozenset[str]
    anchors: frozenset[str]
    """The names that its propositions share with its baseline, those that stand there often: what it is all about."""

    @classmethod
    def from_watch(cls, title: str, text: str, codebook: Codebook) -> StoryProfile:
        """Build the profile of the story that begins with the baseline `title` and `text`."""
        lead = _first(text, BASELINE_LEAD)
        paragraphs = [f"{title}. {p}" for p in lead.split("\n") if p.strip()]
        wordings = [w for c in codebook.concepts for w in (*c.terms, *c.support, *c.oppose)]
        queries = ["; ".join((c.proposition + ".", *c.terms, *c.support, *c.oppose)) for c in codebook.concepts]
        propositions = [c.proposition for c in codebook.concepts]
        named = [name for a in codebook.actors for name in (a.name, *a.aliases)]
        return cls(
            passages=embed([*_passages(lead), *paragraphs] or [title]),
            concepts=embed(queries),
            sections=embed([f"{title}. {_first(text, LEAD)}"]) @ embed(_SECTIONS).T,
            terms=tuple(tuple(phrase(t) for t in c.terms if phrase(t)) for c in codebook.concepts),
            actors=tuple(_called(a) for a in codebook.actors),
            names=frozenset(capitalised("\n".join([title, text, *propositions]))).union(
                *(n.lower().split() for n in named)
            ),
            words=frozenset(_weighty(" ".join([title, text, *propositions, *wordings]))),
            anchors=anchors(propositions, text, codebook.actors),
        )

    from_baseline = from_watch


def assess(profile: StoryProfile, title: str, text: str) -> Relevance:
    """Judge whether the article `title` with `text` belongs to the story of `profile`."""
    if strangers := another_place(profile.anchors, profile.names, title, _first(text, LEAD)):
        return Relevance(False, 0.0, f"names nothing that the story is about, but {', '.join(strangers)}")
    if scene := other_scene(profile.anchors, profile.names, title, text):
        return Relevance(False, 0.0, f"is about {scene.capitalize()}, which the story does not know")
    signs = read_signs(profile, title, text)
    logit = BIAS + sum(w * s for w, s in zip(WEIGHTS, astuple(signs), strict=True))
    score = 1 / (1 + math.exp(-logit))
    if DOUBTFUL <= score < THRESHOLD and _speaks_of_it(profile, f"{title}\n{text}"):
        return Relevance(True, round(score, 4), f"{_reason(signs)}, names several of the story's actors further down")
    return Relevance(score >= THRESHOLD, round(score, 4), _reason(signs))


def _speaks_of_it(profile: StoryProfile, text: str) -> bool:
    """Whether the whole article names two actors of the story and a concept: a long one comes to the story late."""
    words = tokens(text)
    return _actors_named(profile, words) >= 2 and any(_has(words, t) for terms in profile.terms for t in terms)


def _actors_named(profile: StoryProfile, words: Sequence[Token]) -> int:
    """How many of the story's actors are called by a name among `words`."""
    lower = f" {' '.join(t.lower for t in words if t.is_word)} "
    return sum(any(f" {name} " in lower for name in called) for called in profile.actors)


def read_signs(profile: StoryProfile, title: str, text: str) -> Signs:
    """Return what the article shows of the story, before it is weighed."""
    lead = _first(text, LEAD)
    read = f"{title}. {lead}" if title else lead
    whole, passages = embed([read]), embed(_passages(lead) or [read])
    to_baseline, near = whole @ profile.passages.T, passages @ profile.passages.T
    words, names, weighty = tokens(read), capitalised(lead) + capitalised(title), set(_weighty(read))
    known = sum(n in profile.names for n in names)
    named = min(2, sum(any(_has(words, t) for t in terms) for terms in profile.terms)) / 2
    here = 0 < len(names) <= 2 * known or _actors_named(profile, words) > 0
    none = len(profile.concepts) == 0
    return Signs(
        whole=_positive(to_baseline.max()),
        passage=_positive(near.max()),
        whole_mean=_positive(to_baseline.mean()),
        passage_mean=_positive(near.max(axis=1).mean()),
        concept=0.0 if none else _positive((whole @ profile.concepts.T).max()),
        concept_passage=0.0 if none else _positive((passages @ profile.concepts.T).max()),
        words=len(weighty & profile.words) / max(1, len(weighty)),
        names=(known + 0.5) / (len(names) + 1),
        strange=0.0 if known else min(2, len(set(names))) / 2,
        back=min(2, len(_LOOKS_BACK.findall(read))) / 2,
        elsewhere=_positive((whole @ embed(_SECTIONS).T - profile.sections).max()),
        named=named,
        named_here=named if here else 0.0,
    )


def _reason(signs: Signs) -> str:
    parts = [
        f"{signs.whole:.2f} like the baseline",
        f"{max(signs.concept, signs.concept_passage):.2f} like a concept",
        f"{signs.words:.0%} of its words and some of its names are the story's",
        "names a concept" if signs.named else "names no concept",
    ]
    return ", ".join([*parts, "looks back to earlier years"] if signs.back else parts)


def _first(text: str, words: int) -> str:
    """The first `words` words, line breaks kept."""
    ends = [m.end() for m in re.finditer(r"\S+", text)]
    return text if len(ends) <= words else text[: ends[words - 1]]


def _passages(text: str) -> list[str]:
    """Pairs of neighbouring sentences."""
    found = [text[a:b] for a, b in sentences(text) if len(text[a:b].split()) > 3]
    return [" ".join(found[i : i + 2]) for i in range(max(1, len(found) - 1))] if found else []


def _has(words: Sequence[object], term: tuple[str, ...]) -> bool:
    return bool(find_phrase(words, term) or (len(term) > 1 and find_loose(words, term)))  # type: ignore[arg-type]


def _called(actor: Actor) -> tuple[str, ...]:
    """An actor's name, surname and aliases, in lower case."""
    called = [actor.name, *actor.aliases, *([actor.name.split()[-1]] if actor.kind == "person" else [])]
    return tuple(dict.fromkeys(" ".join(t.lower for t in tokens(c) if t.is_word) for c in called if len(c) > 2))


def _weighty(text: str) -> list[str]:
    return [w for w in content_words(t.stem for t in tokens(text) if t.is_word) if len(w) > 2 and not w[0].isdigit()]


def _positive(cosine: float) -> float:
    return max(0.0, float(cosine))
