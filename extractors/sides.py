"""Which side of a proposition the words of an attribution take, as a small cross-encoder sees it.

MiniLM reads the proposition together with the sentences of the attribution; every word piece also carries its role
(proposition, content, cue, source, the rest). It was trained on statements that we wrote and labelled for this
(training/AGREEMENT.md), so it knows no story. agreement.py weighs what it says against the explicit evidence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from extractors.models import Span
from extractors.sessions import session, tokenizer
from extractors.tagger_input import CLS, SEP, encodable

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SIDES = ("support", "oppose", "neither")
ROLES = ("other", "proposition", "content", "cue", "source")
LONGEST = 128
"""Word pieces of a passage, and of a proposition; what goes on longer is cut off."""
FAINTEST = 1e-3
"""Added to a share before its logarithm is taken."""
_VERBS = (r"\b(?:should|must|ought|may|will|would|could)\b", r"\b(?:can|is|are|was|were|has|have|had)\b")
"""Where a proposition can be denied; the modal before the others, which may stand in a clause of its subject."""
_DENIES = re.compile(r"\b(?:no|nobody|none|neither|nothing|never)\b", re.IGNORECASE)
Shares = npt.NDArray[np.float64]
Spans = tuple[tuple[Span, ...], tuple[Span, ...], tuple[Span, ...]]
"""Of content, cue and source."""


@lru_cache(maxsize=8192)
def read_side(passage: str, spans: Spans, proposition: str) -> Shares:
    """Return the shares of SIDES, and the chance that the side is a qualified one, for the attribution at `spans`."""
    pieces, roles = encode(tokenizer(), passage, spans, proposition)
    (raw,) = session("sides").run(None, {"pieces": np.array([pieces]), "roles": np.array([roles])})
    odds = np.exp(raw[0, :3].astype(np.float64) - raw[0, :3].max())
    shares = np.append(odds / odds.sum(), 1 / (1 + np.exp(-float(raw[0, 3]))))
    shares.flags.writeable = False  # it is shared by all who ask for these words
    return shares


def read_both_ways(passage: str, spans: Spans, proposition: str) -> Shares:
    """Return what `read_side` does, as the geometric mean of that and, turned, of the proposition denied.

    Whoever is for a thing is against its contrary, and the model errs on the two in different places.
    """
    shares, contrary = read_side(passage, spans, proposition), denied(proposition)
    if contrary is None:
        return shares
    turned = read_side(passage, spans, contrary)[[1, 0, 2, 3]]
    mean = np.sqrt((shares + FAINTEST) * (turned + FAINTEST))
    mean[:3] /= mean[:3].sum()
    return np.asarray(mean)


def denied(proposition: str) -> str | None:
    """Return `proposition` with its verb denied, or no longer denied; None where that is not plain."""
    found = next(filter(None, (re.search(verb, proposition) for verb in _VERBS)), None)
    if not found or _DENIES.search(proposition):
        return None
    before, after = proposition[: found.end()], proposition[found.end() :]
    return before + (after.removeprefix(" not") if after.startswith(" not ") else " not" + after)


def encode(by: Tokenizer, passage: str, spans: Spans, proposition: str) -> tuple[Sequence[int], Sequence[int]]:
    """Return the word pieces of proposition and passage, and their roles: what training and run time both feed."""
    asked = by.encode(encodable(proposition), add_special_tokens=False).ids[:LONGEST]
    said = by.encode(encodable(passage), add_special_tokens=False)
    roles = [0] * len(said.ids)
    for role, part in reversed(list(enumerate(spans, start=2))):
        for start, end in part:
            for i, (a, b) in enumerate(said.offsets):
                if a < end and b > start:
                    roles[i] = role
    ids, roles = said.ids[:LONGEST], roles[:LONGEST]
    return [CLS, *asked, SEP, *ids, SEP], [0, *[1] * len(asked), 0, *roles, 0]
