"""How a content stands to a proposition of the codebook: for, against, conditionally, or not stated.

The explicit evidence (evidence.py) says which side the words take. A softmax regression then judges that reading by
what it rests on and by how the statement is built: whether it is right, whether the words take no side at all, or
whether they take the other one. What it will not vouch for is ``None``: a wrong side is worse than none. Its weights
were fitted on statements that we wrote and labelled for this (training/AGREEMENT.md); its features are words of the
language and names of evidence, never of a story.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from extractors.evidence import read_evidence
from extractors.models import Attribution, Coding, Concept
from extractors.phrases import tokens

WEIGHTS = Path(__file__).parent / "weights" / "agreement.json"
VERDICTS = ("neither", "right", "other")
NEITHER = 0.8
"""Share of "neither" that overrules a side that the evidence takes."""
UNSEEN = 0.45
"""The same where there is no evidence at all: the words then state no side, and that is an answer."""
DOUBTFUL = 0.25
"""How much likelier "right" must be than "other", at least, for the side to stand."""
_QUOTED = re.compile(r'"([^"]*)"')
Shares = npt.NDArray[np.float64]


def code_agreement(text: str, attribution: Attribution, concept: Concept, speaks_for: Iterable[str] = ()) -> Coding:
    """Return how the attribution's content stands to `concept`, and what that rests on.

    `text` is the article's text that the spans belong to. `speaks_for` are names of what the source stands for, where
    it is known who that is: the actor's affiliation and aliases.

    An agreement of None with a confidence above 0 is an answer: the words take no side (a question, somebody else's
    view, a report of facts); with 0 nobody could tell.
    """
    seen = read_evidence(text, attribution, concept, speaks_for)
    return judge(seen, shares(features(text, attribution, seen), bool(seen.agreement)))


def judge(seen: Coding, odds: Shares) -> Coding:
    """Return what is left of a reading when `odds` are the shares of VERDICTS."""
    neither, right, other = (float(x) for x in odds)
    if seen.agreement == 0 or any(b.endswith(": wording") or '": wording;' in b for b in seen.basis):
        return seen  # stated neutrality, and the analyst's own wording of a side, need no judge
    if neither >= (NEITHER if seen.agreement else UNSEEN):
        return Coding(None, (*seen.basis, f"no side stated ({neither:.2f})"), None, round(neither, 2))
    if not seen.agreement:
        return Coding(None, seen.basis, None, 0.0)
    if right < DOUBTFUL * other:
        return Coding(None, (*seen.basis, f"too unsure of the side ({right / (right + other):.2f})"), None, 0.0)
    return seen


def features(text: str, attribution: Attribution, seen: Coding) -> set[str]:
    """Return the names of the features: what the evidence is, and the stems of cue, content and source."""
    return {*_of_evidence(seen), *_of_words(text, attribution)}


def _of_evidence(seen: Coding) -> Iterator[str]:
    answered = seen.agreement is not None or seen.confidence > 0
    side = "side" if seen.agreement else "none" if answered else "unseen"
    yield f"answer {side} {abs(seen.agreement or 0)}"
    yield f"answer {side}"
    yield f"sure {seen.confidence:.1f}"
    if seen.condition:
        yield "condition"
    for basis in seen.basis:
        kinds = [k.strip() for k in re.split(r"[;:]", _QUOTED.sub("", basis)) if k.strip()]
        for kind in kinds:
            yield f"kind {kind}"
            yield f"kind {side} {kind}"
        yield "kinds " + "+".join(kinds)
        for phrase in _QUOTED.findall(basis)[1:]:  # the first is what the concept is called
            yield f"phrase {phrase.lower()}"


def _of_words(text: str, attribution: Attribution) -> Iterator[str]:
    cue, content, source = (
        [t.stem for start, end in spans for t in tokens(text, start, end)]
        for spans in (attribution.cue, attribution.content, attribution.source)
    )
    yield "cue " + " ".join(cue)
    for word in cue:
        yield f"in cue {word}"
    for word in content:
        yield f"said {word}"
    for one, two in itertools.pairwise(content):
        yield f"said {one} {two}"
    if content:
        yield f"begins {content[0]}"
        yield f"ends {content[-1]}"
    yield f"seam {cue[-1] if cue else ''} {content[0] if content else ''}"
    for word in source[-2:]:
        yield f"source {word}"
    yield f"length {min(6, len(content) // 4)}"
    yield attribution.quote_type


def shares(found: Iterable[str], sided: bool) -> Shares:
    """Return the shares of VERDICTS; without a side of the evidence there is no other one."""
    table, offset = _model()
    raw = offset + sum((table[name] for name in found if name in table), np.zeros(len(VERDICTS)))
    if not sided:
        raw[VERDICTS.index("other")] = -np.inf
    odds = np.exp(raw - raw.max())
    return np.asarray(odds / odds.sum())


@lru_cache(maxsize=1)
def _model() -> tuple[dict[str, Shares], Shares]:
    stored = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {k: np.array(v) for k, v in stored["weights"].items()}, np.array(stored["offset"])
