"""Which names a story is about, and whether an article is about the same quarrel in another place.

Talks, strikes and sanctions elsewhere have the same words and often the same people. What tells them apart are the
names: an article of the story has one of its anchors in headline or lead, its neighbour has others instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from extractors.models import Actor
from extractors.wordlists import word_set

OFTEN = 0.3
"""How often an anchor stands in baseline and propositions, as a share of the most frequent."""
STRANGERS = 3
"""Unknown names in a lead without any of the story's anchors that make it another story's; one of them may be missing
where the headline has one."""
SAME_NAME = 5  # letters by which "Ostmark" and "Ostmarkian" are one
_NAME = re.compile(r"(?<![.!?\"“”\n]\s)(?<!^)\b[^\W\d_a-zà-ÿ][^\W\d_]+(?:[-’'][^\W\d_]+)?")
_COMMON = re.compile(r"\b[a-zà-ÿ]{2,}")
_SMALL = word_set("function")
_CALENDAR = """
jan feb mar apr jun jul aug sept sep oct nov dec mondays tuesdays wednesdays thursdays fridays saturdays sundays
monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
september october november december
"""


def capitalised(text: str) -> list[str]:
    """Return the capitalised words inside the sentences of `text`, in lower case, days and months left out."""
    found = (m.lower().removesuffix("’s").removesuffix("'s") for m in _NAME.findall(text))
    return [n for n in found if n not in _CALENDAR.split()]


def anchors(propositions: Sequence[str], baseline: str, actors: Sequence[Actor]) -> frozenset[str]:
    """Return the names, in lower case, that `propositions` share with the text of `baseline` and that are often there.

    The people among `actors` are no anchors: they are in other stories too. Empty where the propositions name nothing.
    """
    people = {w for a in actors if a.kind == "person" for w in a.name.lower().split()}
    common = {*_COMMON.findall(baseline), *_SMALL}
    counts = Counter(capitalised("\n".join([baseline, *propositions])))
    proposed = set(capitalised("\n".join(f"so {p}" for p in propositions)))  # the first word of a sentence has no say
    named = proposed & set(capitalised(baseline)) - people - common
    most = max((counts[n] for n in named), default=0)
    return frozenset(n for n in named if counts[n] >= OFTEN * most)


def another_place(story: frozenset[str], known: Iterable[str], title: str, lead: str) -> list[str]:
    """Return the names of another place that an article is about, none where it may be the story's own.

    `story` are the story's anchors, `known` all names that it knows; `title` and `lead` are the article's.
    """
    read = f"{title}. {lead}"
    if not story or any(re.search(rf"\b{re.escape(a[:SAME_NAME])}", read.lower()) for a in story):
        return []
    common, familiar = set(_COMMON.findall(read)), {n[:SAME_NAME] for n in known}
    found = dict.fromkeys(capitalised(title) + capitalised(lead))
    strange = [n for n in found if len(n) > 2 and n not in common and n[:SAME_NAME] not in familiar]
    enough = STRANGERS - any(n in title.lower() for n in strange)
    return strange if len(strange) >= enough else []
