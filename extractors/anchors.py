"""Which names a story is about, and whether an article is about the same quarrel in another place.

Talks, strikes and sanctions elsewhere have the same words and often the same people. What tells them apart are the
names: an article of the story has one of its anchors in headline or lead, its neighbour has others instead. Where a
power is party to both quarrels, its name stands in both; the neighbour then has another place in its headline, as often
as that power, and none of the story's other anchors.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from extractors.models import Actor
from extractors.names import names_in
from extractors.wordlists import word_set

OFTEN = 0.3
"""How often an anchor stands in baseline and propositions, as a share of the most frequent."""
MOSTLY = 0.5
"""Share of the propositions that must name an anchor: a story that is hardly about its names is not told by them."""
STRANGERS = 3
"""Unknown names in a lead without any of the story's anchors that make it another story's; one of them may be missing
where the headline has one."""
OFTEN_NAMED = 3
"""Mentions from which a place in the headline is what an article is about."""
SAME_NAME = 5  # letters by which "Ostmark" and "Ostmarkian" are one
_NAME = re.compile(r"(?<![.!?\"“”\n]\s)(?<!^)\b[^\W\d_a-zà-ÿ][^\W\d_]+(?:[-’'][^\W\d_]+)?")
_COMMON = re.compile(r"\b[a-zà-ÿ]{2,}")
_SMALL = word_set("function")
_BEFORE_PLACES = word_set("before_places")
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

    The people among `actors` are no anchors: they are in other stories too. Empty where few propositions name one.
    """
    people = {w for a in actors if a.kind == "person" for w in a.name.lower().split()}
    common = {*_COMMON.findall(baseline), *_SMALL}
    counts = Counter(capitalised("\n".join([baseline, *propositions])))
    proposed = set(capitalised("\n".join(f"so {p}" for p in propositions)))  # the first word of a sentence has no say
    named = proposed & set(capitalised(baseline)) - people - common
    most = max((counts[n] for n in named), default=0)
    found = frozenset(n for n in named if counts[n] >= OFTEN * most)
    naming = sum(any(_mentions(n, proposition) for n in found) for proposition in propositions)
    return found if naming >= MOSTLY * len(propositions) else frozenset()


def another_place(story: frozenset[str], known: Iterable[str], title: str, lead: str) -> list[str]:
    """Return the names of another place that an article is about, none where it may be the story's own.

    `story` are the story's anchors, `known` all names that it knows; `title` and `lead` are the article's.
    """
    read = f"{title}. {lead}"
    if not story or any(_mentions(anchor, read) for anchor in story):
        return []
    strange = _strange(known, title, lead)
    enough = STRANGERS - any(n in title.lower() for n in strange)
    return strange if len(strange) >= enough else []


def other_scene(story: frozenset[str], known: Iterable[str], title: str, text: str) -> str | None:
    """Return the place in the headline that an article is about when it shares one of the story's anchors alone.

    `story` are the story's anchors, `known` all names that it knows; `title` and `text` are the article's.
    """
    read = f"{title}.\n{text}"
    named = {a[:SAME_NAME]: _mentions(a, read) for a in story}
    shared = [n for n in named.values() if n]
    if len(named) < 2 or len(shared) != 1:
        return None
    for name in _strange(known, title, text):
        often = _mentions(name, read)
        if _mentions(name, title) and often >= max(OFTEN_NAMED, shared[0]) and _is_place(name, read):
            return name
    return None


def _strange(known: Iterable[str], title: str, text: str) -> list[str]:
    """The names that the story does not know, once each; what is also written small is no name."""
    common, familiar = set(_COMMON.findall(f"{title}. {text}")), {n[:SAME_NAME] for n in known}
    found = dict.fromkeys(capitalised(title) + capitalised(text))
    return [n for n in found if len(n) > 2 and n not in common and n[:SAME_NAME] not in familiar]


def _mentions(name: str, text: str) -> int:
    return len(re.findall(rf"\b{re.escape(name[:SAME_NAME])}", text, re.IGNORECASE))


def _is_place(name: str, text: str) -> bool:
    """Whether something is in, from or with it, and it is never part of a longer name nor behind a title."""
    before = set()
    for named in names_in(text):
        *others, last = named.words
        if last.lower().startswith(name[:SAME_NAME]):
            if named.title or (others and others[-1] != "and"):
                return False
            before.update(others[-1:] or text[: named.start].split()[-1:])
    return not before.isdisjoint(_BEFORE_PLACES)
