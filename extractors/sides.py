"""Which side of a proposition the words of an attribution take, as a cross-encoder sees it.

MPNet reads the proposition together with the sentences of the attribution; every word piece also carries its role
(proposition, content, cue, source, the rest). It was trained on statements that we wrote and labelled for this
(training/AGREEMENT.md), so it knows no story. agreement.py weighs what it says against the explicit evidence.
"""

from __future__ import annotations

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
