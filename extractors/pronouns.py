"""Whom "he", "she", "it" and "who" mean: salience of the people mentioned before, after Lappin and Leass (1994).

Each mention weighs by what it is in its sentence (the source of an attribution, a subject, an object, the complement
of a preposition), less with every sentence and paragraph; people of the other gender are out. Where the best is not
clearly ahead of the second, the answer is None.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import pairwise

from extractors.cast import Cast, Mention
from extractors.lexicon import lexicon
from extractors.models import Attribution, Span
from extractors.people import Person

SOURCE, SUBJECT, SUBORDINATE, OBJECT, COMPLEMENT, OPENING, REPORTED = 100.0, 85.0, 55.0, 45.0, 35.0, 26.0, 25.0
_SPEAKS_HERE = 200.0
"""Of who opens a sentence of reported speech, while it lasts: "The minister, Ada Lund, would agree, she said"."""
_PER_SENTENCE, _PER_PARAGRAPH, _LEAD = 0.75, 0.8, 1.3
_REACH = 3
"""Paragraphs back that a pronoun may look."""
_SENTENCE = re.compile(
    r"(?:(?<![A-Z])(?<!\b[A-Z][a-z])(?<!\b(?:Mrs|Sen|Rep|Gov|Gen|Col|Rev))\.|[!?…])[”’\"')\]]*\s+(?=[“‘\"'(\[]*[A-ZÀ-Þ0-9])|\n+"
)
_QUOTED = re.compile(r"“[^”\n]*(?:”|$)|\"[^\"\n]*\"|«[^»\n]*»", re.MULTILINE)
_NARRATED = re.compile(r"\b(?:[Hh]e|[Ss]he)\b")
_CHAIN = re.compile(r"\b(?:add|continu|also|went on|further|explain|insist|conclud|not)", re.IGNORECASE)
_VERB = re.compile(
    r"(?:is|was|has|had|will|would|could|can|may|might|did|does|should|must|[a-z]{2,}ed|said|told|went|took|came|gave|met|left|saw|held|won|lost|wrote|spoke|led|ran|made|says|wants|[a-z]{3,}s)"
)


class Discourse:
    """The people mentioned so far in one text, and how much each stands out. Read in the order of the text."""

    def __init__(self, text: str, cast: Cast, attributions: Sequence[Attribution]) -> None:
        self._text, self._cast = text, cast
        self._sentences = [0, *(m.end() for m in _SENTENCE.finditer(text))]
        self._paragraphs = [0, *(m.end() for m in re.finditer(r"\n+", text))]
        self._quotes = merged([m.span() for m in _QUOTED.finditer(text)])
        self._contents = merged([s for a in attributions for s in a.content])
        self._sources = merged([s for a in attributions for s in a.source])
        self._waiting: list[tuple[int, Mention | str]] = sorted(
            [
                *((m.start, m) for m in cast.mentions if isinstance(m.who, Person)),
                *((m.start(), m[0].lower()) for m in _NARRATED.finditer(text)),
            ],
            key=lambda row: row[0],
        )
        self._next = 0
        self._past: list[tuple[int, Person, float]] = []

    def sentence(self, at: int) -> int:
        return bisect_right(self._sentences, at)

    def paragraph(self, at: int) -> int:
        return bisect_right(self._paragraphs, at)

    def opening(self, at: int, back: int = 0) -> int:
        """Where the sentence of ``at`` begins, or one ``back`` before it; -1 is the one after, or the text's end."""
        place = max(0, self.sentence(at) - 1 - back)
        return self._sentences[place] if place < len(self._sentences) else len(self._text)

    def quoted(self, at: int) -> bool:
        return inside(at, self._quotes)

    def reported(self, at: int) -> bool:
        return inside(at, self._contents)

    def spoke(self, at: int, person: Person) -> None:
        """Note that the source at ``at`` is ``person``."""
        self._past = (
            [row for row in self._past if row[0] != at] if self._past and self._past[-1][0] >= at else self._past
        )
        self._past.append((at, person, SOURCE))

    def read_to(self, at: int) -> None:
        """Take in the mentions before ``at``."""
        while self._next < len(self._waiting) and self._waiting[self._next][0] < at:
            start, what = self._waiting[self._next]
            self._next += 1
            if self.quoted(start):
                continue
            if isinstance(what, str):
                if not self.reported(start) and not inside(start, self._sources) and not self._fronted(start):
                    person, _ = self.antecedent(start, "m" if what == "he" else "f")
                    if person:
                        self._past.append((start, person, SUBORDINATE + 10))
            elif isinstance(what.who, Person):
                self._past.append(
                    (start, what.who, self._reported(what) if self.reported(start) else self._standing(what))
                )

    def _reported(self, mention: Mention) -> float:
        before = self._text[self.opening(mention.start) : mention.opens]
        opens = re.fullmatch(r"\W*(?:(?:The|Her|His|Their|Its) [^,.;:“”\"]{2,50},? )?", before)
        return OPENING if opens else REPORTED

    def _fronted(self, at: int) -> bool:
        """Whether a pronoun stands in a clause before the main one, and may point forward: "Before he left, ..."."""
        opening = self._text[self._sentences[self.sentence(at) - 1] : at]
        return bool(
            re.fullmatch(
                r"\W*(?:Before|After|When|While|As|If|Since|Although|Though|Once|Until|Because|Asked \w+) ", opening
            )
        )

    def _standing(self, mention: Mention) -> float:
        """What a mention is in its sentence, by the words beside it."""
        if mention.possessive:
            return COMPLEMENT
        text, opens = self._text, mention.opens
        joined = (
            re.match(r",? (?:and|or) (?:the )?[A-Z]", text[mention.end : mention.end + 10])
            or text[max(0, opens - 5) : opens] == " and "
        )
        return self._alone(text, mention) * (0.5 if joined else 1.0)

    def _alone(self, text: str, mention: Mention) -> float:
        opens = mention.opens
        before = re.sub(
            r"\b(?:the|an?|its|their|his|her)(?: [a-z-]+){0,3} $|(?<=[’']s )(?:[a-z-]+ ){1,4}$",
            "",
            text[max(0, opens - 60) : opens],
        )
        before = before.rstrip("“\"'‘( ")
        if (
            not before
            or before[-1] in ".!?\n:;—–”"
            or opens - len(text[max(0, opens - 60) : opens]) + len(before) in self._sentences
        ):
            return SUBJECT
        after = re.match(
            r"(?: (?:also|later|then|now|still|once|again|never|[a-z]+ly))? ([a-z]+)",
            text[mention.end : mention.end + 30],
        )
        verb = bool(after and _VERB.fullmatch(after[1]))
        if before[-1] == ",":
            fronted = re.fullmatch(r"[^,.;:]{0,80},\s*", text[self._sentences[self.sentence(opens) - 1] : opens])
            return SUBJECT - 5 if fronted or verb else OBJECT
        word = re.findall(r"[\w’']+$", before)
        last = word[0].lower() if word else ""
        if last in lexicon()["conjunctions"]:
            return SUBORDINATE
        if last in lexicon()["prepositions"]:
            return COMPLEMENT
        if verb:
            # "On Sunday Lund had said": nothing but a time or a place stands before the subject
            return (
                SUBJECT - 5
                if re.search(
                    r"(?:day|\d|week|month|year|morning|night|[A-Z]\w+|ly|earlier|then|later|ago|and|but)$", before
                )
                else SUBORDINATE
            )
        return OBJECT

    def antecedent(self, at: int, gender: str, cue: str = "") -> tuple[Person | None, float]:
        """Whom a pronoun at ``at`` means, with a confidence; None where nobody stands out. ``cue``: its verb."""
        here, paragraph = self.sentence(at), self.paragraph(at)
        scores: dict[int, float] = {}
        people: dict[int, Person] = {}
        speaker = True
        for start, person, weight in reversed(self._past):
            apart = paragraph - self.paragraph(start)
            if apart > _REACH:
                break
            if person.gender not in ("?", gender) or not (person.sure or weight == SOURCE):
                continue
            if weight == OPENING and self.sentence(start) == here:
                weight = _SPEAKS_HERE
            value = weight * _PER_SENTENCE ** min(6, here - self.sentence(start)) * _PER_PARAGRAPH**apart
            if weight == SOURCE and speaker:
                speaker = False
                if cue and _CHAIN.search(cue):
                    value *= 1.3
            if person.gender == "?":
                value *= 0.65
            key = id(person)
            people[key] = person
            best = scores.get(key, 0.0)
            scores[key] = max(best, value) + 0.15 * min(best, value)
        if not scores:
            return self._only(at, gender)
        order = sorted(scores, key=lambda k: -scores[k])
        if len(order) > 1 and scores[order[0]] < _LEAD * scores[order[1]]:
            return None, 0.0
        if scores[order[0]] < 12:
            return None, 0.0
        chosen = people[order[0]]
        if chosen.gender == "?" and (len(order) == 1 or scores[order[0]] > SOURCE):
            chosen.gender = "m" if gender == "m" else "f"
        return chosen, 0.85 if len(order) == 1 else 0.75

    def _only(self, at: int, gender: str) -> tuple[Person | None, float]:
        """The one person that the text has named so far, if they are the only one that a pronoun can mean."""
        found = {id(p): p for start, p, _ in self._past[-200:] if start < at and p.gender in ("?", gender)}
        return (next(iter(found.values())), 0.6) if len(found) == 1 else (None, 0.0)


def before_relative(cast: Cast, text: str, at: int) -> Mention | None:
    """The name that a "who" or "which" at ``at`` follows: "Ada Lund, the harbour master, who ..."."""
    i = bisect_left(cast.starts, at) - 1
    if i < 0:
        return None
    mention = cast.mentions[i]
    personal = text[at : at + 3].lower() == "who"
    if mention.unclear or (personal and not isinstance(mention.who, Person)):
        return None
    between = text[mention.end : at]
    if len(between) < 90 and re.fullmatch(
        r"(?: \([^)]*\))?(?:,\s*(?:[^,.;:\n“”\"]{0,70},\s*)?|\s*[—–-]\s*|\s+)(?:and |but )?", between
    ):
        return mention
    return None


def merged(spans: Sequence[Span]) -> list[Span]:
    """Spans in order, overlapping ones joined."""
    out: list[Span] = []
    for start, end in sorted(spans):
        if out and start <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        else:
            out.append((start, end))
    assert all(a[1] <= b[0] for a, b in pairwise(out))
    return out


def inside(at: int, spans: list[Span]) -> bool:
    """Whether an offset lies in one of some ordered, disjoint spans."""
    i = bisect_right(spans, (at, 1 << 60)) - 1
    return i >= 0 and spans[i][0] <= at < spans[i][1]
