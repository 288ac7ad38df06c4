"""Sentences in which the reporter tells where somebody stands, without "said": "Ruhl is against the ban".

The tagger marks what is attributed; acts, decisions and plain tellings it mostly leaves alone. Here every sentence that
it left is cut into subject, verb and the rest by closed lists of words, without a parser. Who the subject is, and
whether it takes a side at all, is for the next steps to say: most of what comes out of here takes none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.models import Attribution, Span
from extractors.names import names_in
from extractors.phrases import Token, sentences, tokens
from extractors.sources import HE, SHE, THEY
from extractors.stance import operators
from extractors.wordlists import auxiliaries, finite_verbs, word_set

LONGEST, SHORTEST = 60, 5
"""Words of a sentence."""
SUBJECT = 14
"""Words before the verb, at most."""
LEAD = 10
"""Words of an adverbial before the subject, at most."""
_DETERMINERS = word_set("determiners")
_SMALL = word_set("function")
_LEADS = word_set("leads")
_ADVERBS = word_set("adverbs") - {"to"}
_QUOTED = re.compile(r"""^[ \t]*(?P<said>["“][^"“”\n]{12,400}["”])[ \t]+(?P<next>[A-Z][^\n]*)""", re.MULTILINE)
_WORD_AFTER = re.compile(r"(?:['’]s?)?,? (\w+)")
_SAYS = frozenset(("said", "says", "announced", "declared", "insisted", "added"))


def told_positions(text: str, attributions: Sequence[Attribution]) -> list[Attribution]:
    """Return subject, verb and the rest of each sentence of `text` that no attribution has touched.

    They come as attributions with the subject as source and the verb as cue. So do quotations that open a paragraph
    and that no sentence ascribes to anybody.
    """
    taken = [s for a in attributions for s in (*a.cue, *a.content)]

    def free(start: int, end: int) -> bool:
        return not any(a < end and b > start for a, b in taken)

    alone = [a for m in _QUOTED.finditer(text) if free(*m.span("said")) and (a := _spoken(text, m))]
    taken += [s for a in alone for s in a.content]
    told = [_told(text, start, end) for start, end in sentences(text) if free(start, end)]
    return [*alone, *filter(None, told)]


def _spoken(text: str, quoted: re.Match[str]) -> Attribution | None:
    """A quotation that opens a paragraph without saying whose it is: of the one person whom the next sentence names."""
    after = quoted.start("next")
    _, end = next(iter(sentences(text[after : quoted.end()])), (0, 0))
    people = [n for n in names_in(text, after, after + end) if len(n.words) > 1 or n.title]
    verb = _WORD_AFTER.match(text, people[0].end, after + end) if len(people) == 1 else None
    if verb is None:
        return None
    return Attribution(((people[0].opens, people[0].end),), (verb.span(1),), (quoted.span("said"),), "direct", 0.5)


def _told(text: str, start: int, end: int) -> Attribution | None:
    words = tokens(text, start, end)
    if not SHORTEST <= len(words) <= LONGEST or text[start:end].rstrip().endswith("?"):
        return None
    return _said(words) or _cut(words)


def _said(words: Sequence[Token]) -> Attribution | None:
    """ "..., Lund said on Monday" that the tagger has overlooked."""
    cue = next((i for i, w in enumerate(words) if w.lower in _SAYS), 0)
    comma = max((i for i in range(cue) if words[i].lower == ","), default=0)
    if not 3 < comma < cue - 1 or cue - comma > SUBJECT or not _nominal(words[comma + 1 : cue]):
        return None
    return Attribution(
        ((words[comma + 1].start, words[cue - 1].end),),
        ((words[cue].start, words[cue].end),),
        ((words[0].start, words[comma - 1].end),),
        "indirect",
        0.5,
    )


def _cut(words: Sequence[Token]) -> Attribution | None:
    """Subject, verb and the rest."""
    first = _subject(words)
    verb = next((i for i in range(first + 1, min(len(words) - 1, first + SUBJECT)) if _verb(words, i)), None)
    if verb is None or not _nominal(words[first:verb]):
        return None
    last = verb + 1
    while last < min(verb + 4, len(words) - 1) and (
        words[last].lower in _ADVERBS
        or (
            words[last - 1].lower in auxiliaries() | _ADVERBS
            and words[last].is_word
            and words[last].lower not in _DETERMINERS
        )
    ):
        last += 1
    stop = words[-1].end if words[-1].is_word else words[-1].start
    rest = (words[last].start, stop)
    if rest[1] <= rest[0]:
        return None
    behind = verb - 1 if words[verb - 1].is_word else verb - 2  # the comma of an apposition
    source: Span = (words[first].start, words[behind].end)
    return Attribution((source,), ((words[verb].start, words[last - 1].end),), (rest,), "indirect", 0.5)


def _subject(words: Sequence[Token]) -> int:
    """Where the subject begins: behind an adverbial, if the sentence opens with one."""
    if words[0].lower not in _LEADS:
        return 0
    for i, word in enumerate(words[1:LEAD], start=1):
        if word.lower == ",":
            return i + 1
        if word.lower in HE | SHE and words[i - 1].lower != "with":
            return i
    return 0


def _nominal(words: Sequence[Token]) -> bool:
    """Whether it can be somebody: a pronoun by itself, or words of which one has a capital."""
    if len(words) == 1 and words[0].lower in HE | SHE | THEY:
        return True
    return any(w.capital for w in words[1:]) or (words[0].capital and words[0].lower not in _SMALL)


def _verb(words: Sequence[Token], i: int) -> bool:
    """Whether a finite verb, or adverbs and then one, begin at word `i`."""
    word = words[i]
    if not word.is_word or word.capital or words[i - 1].lower in {"the", "a", "an", "to", "of"}:
        return False
    if word.lower in _ADVERBS or word.lower.endswith("ly"):
        return i + 1 < len(words) and _verb(words, i + 1)
    if word.lower in finite_verbs():
        return True
    if word.lower in _SMALL or (not words[i - 1].is_word and words[i - 1].lower != ","):
        return False
    inflected = word.lower.endswith(("s", "ed")) and not word.lower.endswith(("ss", "'s"))
    return inflected and (bool(operators(words[i : i + 1])) or words[i - 1].capital or words[i - 1].lower in HE | SHE)
