"""What the words themselves say about how a content stands to a proposition of the codebook.

Embeddings know the topic and not the side, so a side needs explicit evidence: the operators on the way to the
concept's own words (readings.py), or one of the codebook's wordings of the two sides. Without it the answer is
``None``. Nothing here knows any story: what a concept is called is in the codebook, what carries a side is in
data/stance.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from extractors.clauses import Condition, concessive, conditions
from extractors.context import context_spans
from extractors.holders import names_beside, side_names
from extractors.models import Attribution, Coding, Concept
from extractors.phrases import Token, content_words, sentences, stem, stem_set, tokens
from extractors.readings import Reading, read
from extractors.stance import Operator, operators
from extractors.targets import Place, Target, amounts, mentions, stated, target
from extractors.wordlists import word_set

_WEIGHTS = {
    "wording": 1.5,
    "amount": 1.3,
    "attitude": 1.2,
    "obligation": 1.2,
    "imperative": 1.2,
    "value": 1.0,
    "refusal": 1.0,
    "effect": 0.8,
    "consequence": 0.8,
    "intention": 0.8,
    "own act": 0.8,
    "possible": 0.5,
}
CONCEDED = 0.3  # weight of what is only conceded
INDIRECT = 0.5  # weight of what refers back ("it", "the idea") instead of naming the concept
CONFLICT = 0.2  # a lead smaller than this share of all evidence decides nothing
_REFERRING = word_set("referring")
_PARTICIPLE_ENDS = frozenset({"on", "by", "in", "after", "against", "under", "during", "last", "since"})
_AFTER_PRONOUN = word_set("auxiliaries")
_OBSERVERS = stem_set("observers")
_POLLS = frozenset(stem(w) for w in ("poll", "survey", "pollster"))
_THREATS = frozenset({"resign", "quit", "leave", "walk away", "step down", "pull out", "withdraw", "walk out", "sue"})
_CUE_ATTITUDES = frozenset({"support", "demand", "oppose", "doubt", "want", "open", "give_up", "more", "less"})
_CONTRAST = re.compile(r"\b(?:not|instead of|rather than)(?: (?:a|an|the))?$")
_QUESTION = re.compile(r"\?[\"”’']?\s*$")


@dataclass(frozen=True, slots=True)
class _Evidence:
    """One reading, turned towards the proposition: -2..+2, 0 where the text leaves the side open."""

    side: int
    weight: float
    basis: str
    condition: str | None = None


@dataclass(slots=True)
class _Case:
    """What is known while the sentences of one content are read in order."""

    text: str
    aim: Target
    own: frozenset[str]
    own_will: bool
    named: int = 0
    """The sign of the term that was named last, 0 while none was: what "it" refers to."""
    before: int = 0
    """The sign of the term that was named last before the content, 0 where none was."""
    others: int = 0
    """The side of the last view that is somebody else's: what "they are wrong" refers to."""
    evidence: list[_Evidence] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def read_evidence(text: str, attribution: Attribution, concept: Concept, speaks_for: Iterable[str] = ()) -> Coding:
    """Return how the attribution's content stands to `concept`, and what that rests on.

    `speaks_for` are names of what the source stands for, where it is known who that is: the actor's affiliation and
    aliases. "Ostmark would never accept this" is a view of Ostmark's minister and a forecast of anybody else.

    `text` is the article's text that the spans belong to. An agreement of None with a confidence above 0 is an answer:
    the words show that no side is taken (a question, somebody else's view, a report of facts); with 0 the coder saw
    no evidence at all.
    """
    cue = [t for a, b in attribution.cue for t in tokens(text, a, b)]
    own = _own(text, attribution) | side_names(speaks_for)
    case = _Case(text, target(concept), own, not (own & _OBSERVERS))
    case.before = _named_before(text, attribution, case.aim)
    if own & _POLLS and not any(o.kind in _CUE_ATTITUDES for o in operators(cue)):
        return Coding(None, ("a poll tells what others think",), None, 0.3)
    for n, (start, end) in enumerate(_sentences(text, attribution)):
        before = cue if n == 0 else []
        if _is_question(text, start, end, before):
            case.notes.append("a question")
            echo = tokens(text, start, end)
            if len(echo) < 8:  # "A levy? Over my dead body."
                named = mentions(echo, case.aim, 0)
                case.named = named[0][1] if named else 0
        else:
            _weigh(case, [*before, *tokens(text, start, end)], len(before))
    if not case.evidence and not case.named:
        _by_cue(case, cue)
    return _decide(case.evidence, case.notes)


def _named_before(text: str, attribution: Attribution, aim: Target) -> int:
    for start, end in context_spans(text, attribution):
        named = mentions(tokens(text, start, end), aim, 0)
        if named:
            return max(named)[1]
    return 0


def _own(text: str, attribution: Attribution) -> frozenset[str]:
    """Stems by which the content can name its own source; in indirect speech "he" and "she" are the speaker too."""
    words = [t for a, b in attribution.source for t in tokens(text, a, b) if t.is_word]
    own = set(content_words(t.stem for t in words))
    if attribution.quote_type != "direct":
        own |= {"he", "she", "his", "her", "it", "its", "their"}
        plural = bool(words) and words[-1].lower.endswith("s") and (words[0].lower == "the" or not words[-1].capital)
        if plural or any(t.lower in {"they", "and", "both"} for t in words):
            own.add("they")
    named = frozenset(t.stem for t in words if t.capital and len(t.lower) > 2)
    return frozenset(own) | _beside(text, named)


@lru_cache(maxsize=512)
def _beside(text: str, named: frozenset[str]) -> frozenset[str]:
    return names_beside(tokens(text), named)


def _sentences(text: str, attribution: Attribution) -> list[Place]:
    """The sentences of the content; a sentence that its cue interrupts is read in its pieces."""
    return [(a + s, a + e) for a, b in attribution.content for s, e in sentences(text[a:b])]


def _is_question(text: str, start: int, end: int, cue: Sequence[Token]) -> bool:
    if _QUESTION.search(text[start:end]) or re.match(r"[\"”’']?\s*\?", text[end : end + 3]):
        return True
    first = text[start:end].strip(" \"“'‘").lower().split(" ", 1)[0]
    return any(t.stem in {"ask", "wonder"} for t in cue) and first in {
        "whether", "if", "why", "how", "what", "when", "who", "about",
    }  # fmt: skip


def _weigh(case: _Case, words: Sequence[Token], content: int) -> None:
    """Add what one sentence (its cue in front, up to word `content`) says about the target."""
    ops = operators(words)
    limits = conditions(words)
    before = len(case.evidence)
    _weigh_amounts(case, words, ops, content)
    if len(case.evidence) > before:
        return
    for span, side, used in stated(words, case.aim, content):
        rest = [o for o in ops if o.end <= span[0] or (o.start >= span[1] and o.kind in {"good", "bad", "deny"})]
        rest = [o for o in rest if not o.text.startswith(("warn", "caution"))]  # to warn that X is to say X
        rest = [o for o in rest if not (used and (o.kind == "negation" or o.text.startswith(("not", "no "))))]
        _turn(case, words, span, read(words, rest, span, case.own, case.own_will, content), side, limits, "wording")
        case.named = case.named or 1
    if len(case.evidence) > before:
        return
    places = _without_rest(words, mentions(words, case.aim, content))
    for span, side in places:
        asked = next((c for c in limits if c.asked and c.start <= span[0] < c.end), None)
        bearing = [o for o in _bearing(ops, span, limits, asked) if not _describes(words, o, span)]
        reading = read(words, bearing, span, case.own, case.own_will, content)
        reading = _consequence(words, ops, span, reading, limits)
        _turn(case, words, span, reading, side, limits, "")
        case.named = side
    if not any(e.weight >= CONCEDED for e in case.evidence[before:]) and not (places and case.others):
        _weigh_references(case, words, ops, limits, content, places)


def _without_rest(words: Sequence[Token], places: list[tuple[Place, int]]) -> list[tuple[Place, int]]:
    """Of two names of the target in "a brigade and not a battalion" the first, which is what is said of it."""
    if len(places) < 2:
        return places
    behind = [" ".join(w.lower for w in words[max(0, a - 3) : a]) for (a, _), _ in places]
    told = [p for p, b in zip(places, behind, strict=True) if not _CONTRAST.search(b)]
    return told or places


def _describes(words: Sequence[Token], operator: Operator, span: Place) -> bool:
    """Whether it only tells which one is meant: "the duties imposed in May should go"."""
    after = words[operator.end].lower if operator.end < len(words) else ""
    return operator.start == span[1] and words[operator.start].lower.endswith("ed") and after in _PARTICIPLE_ENDS


def _bearing(
    ops: Sequence[Operator], span: Place, limits: Sequence[Condition], asked: Condition | None
) -> Sequence[Operator]:
    """The operators that can bear on `span`: a condition and its main clause keep theirs to themselves."""
    if asked:
        inside = [o for o in ops if o.start >= asked.start + len(asked.lead.split())]
        return [o for o in inside if asked.lead != "without" or o.start < span[0]]
    return [o for o in ops if not any(c.start <= o.start < c.end and not c.start <= span[0] < c.end for c in limits)]


def _weigh_references(
    case: _Case,
    words: Sequence[Token],
    ops: Sequence[Operator],
    limits: Sequence[Condition],
    content: int,
    named: Sequence[tuple[Place, int]],
) -> None:
    """Read what is said of "it" or "the plan": the term named before, or else the proposition as a whole."""
    if case.others and any(
        w.lower in {"they", "that", "it", "this", "those", "nonsense"} for w in words[content : content + 3]
    ):
        reading = read(words, ops, (content, content + 1), case.own, case.own_will, content)
        if reading.licence == "value" or any(o.kind == "oppose" for o in ops):
            side = case.others * (reading.sign if reading.licence else -1)
            case.evidence.append(_Evidence(2 * side, 1.0, "rejects somebody else's view: " + "; ".join(reading.seen)))
            return
    usable = ops if case.named else [o for o in ops if o.kind not in {"more", "less"}]
    low = max((j for (_, j), _ in named), default=content)
    places = [(i, i + 1) for i in range(low, len(words)) if _refers(words, i)]
    if case.named and not places and not named:
        places = [(len(words), len(words))]
    for span in places[:2]:
        reading = read(words, usable, span, case.own, case.own_will, content)
        before = len(case.evidence)
        _turn(case, words, span, reading, case.named or case.before or 1, limits, "")
        for i in range(before, len(case.evidence)):
            e = case.evidence[i]
            case.evidence[i] = replace(e, weight=e.weight * INDIRECT, basis=e.basis + " (refers back)")
        if len(case.evidence) > before:
            return


def _refers(words: Sequence[Token], i: int) -> bool:
    """Whether the word stands for something named before; "that" only where no clause of its own begins with it."""
    word = words[i].lower
    if word != "that":
        return word in _REFERRING
    return i + 1 == len(words) or words[i + 1].lower in _AFTER_PRONOUN or not words[i + 1].is_word


def _by_cue(case: _Case, cue: Sequence[Token]) -> None:
    """Where the content names nothing, the cue alone may tell ("rejected the overture"): for or against what it is."""
    ops = [o for o in operators(cue) if o.kind in _CUE_ATTITUDES | {"negation", "neutral", "deny"}]
    if not any(o.kind in {"support", "oppose", "doubt", "open", "give_up"} for o in ops):
        return
    reading = read(cue, ops, (len(cue), len(cue)), case.own, case.own_will, len(cue))
    if reading.open:
        case.evidence.append(_Evidence(0, INDIRECT, "; ".join(reading.seen)))
    elif reading.licence:
        side = reading.sign * reading.strength
        case.evidence.append(_Evidence(side, INDIRECT, "; ".join(reading.seen) + " (cue only)"))


def _weigh_amounts(case: _Case, words: Sequence[Token], ops: Sequence[Operator], content: int) -> None:
    """Compare numbers of the same unit: who asks for less or other than the proposition does not support it."""
    wanted = {unit: value for value, unit in case.aim.amounts}
    found = [(value, unit) for value, unit in amounts(words[content:]) if unit in wanted]
    other = [(value, unit) for value, unit in found if value != wanted[unit]]
    if not other or not any(
        o.kind in _CUE_ATTITUDES or o.text in {"enough", "offer", "offered", "instead of"} for o in ops
    ):
        return
    if any(w.lower in {"offer", "offers", "offered"} for w in words) or not _others_say(case, words, ops, content):
        value, unit = other[0]
        if len(found) > len(other) and not any(o.text in {"instead of", "rather than"} for o in ops):
            return  # both numbers, and nothing says which is meant
        case.named = 1
        case.evidence.append(_Evidence(-1, _WEIGHTS["amount"], f"{value:g} {unit} instead of {wanted[unit]:g}"))


def _others_say(case: _Case, words: Sequence[Token], ops: Sequence[Operator], content: int) -> bool:
    return read(words, ops, (len(words) - 1, len(words)), case.own, case.own_will, content).other


def _consequence(
    words: Sequence[Token], ops: Sequence[Operator], span: Place, reading: Reading, limits: Sequence[Condition]
) -> Reading:
    """ "If the plants are shut, jobs will go": the supposition is judged by what would follow from it."""
    inside = next((c for c in limits if c.start <= span[0] < c.end and c.lead in {"if", "in case", "once"}), None)
    if inside is None:
        return reading
    rest = [o for o in ops if not inside.start <= o.start < inside.end]
    judged = [o for o in rest if o.kind in {"bad", "good", "harm", "doubt"} or o.text in _THREATS]
    if len(judged) != 1:
        return reading
    negated = any(o.kind == "negation" and o.end >= judged[0].start - 2 and o.start < judged[0].start for o in rest)
    sign = reading.sign * (judged[0].sign or -1) * (-1 if negated else 1)
    seen = (*reading.seen, f'and then {judged[0].kind} "{judged[0].text}"')
    return replace(reading, sign=sign, licence="consequence", seen=seen)


def _turn(
    case: _Case,
    words: Sequence[Token],
    span: Place,
    reading: Reading,
    side: int,
    limits: Sequence[Condition],
    licence: str,
) -> None:
    """Turn a reading of the words at `span` towards the proposition, under the condition that it stands in."""
    named = " ".join(w.lower for w in words[span[0] : span[1]])
    if reading.other:
        case.others = reading.sign * side
        if not reading.doubtful:
            case.notes.append(f'somebody else\'s view of "{named}"')
        return
    inside = next((c for c in limits if c.start <= span[0] < c.end), None)
    if inside and not inside.asked and reading.licence != "consequence":
        case.notes.append(f'only supposed: "{inside.lead} ... {named}"')
        return
    outside = None if inside else next((c for c in limits if c.end <= span[0] or c.start >= span[1]), None)
    name = licence or reading.licence or ("obligation" if inside else "")
    if not name and outside and reading.possible:
        name = "possible"
    if not name and not reading.open:
        if reading.seen or any(w.lower[0].isdigit() for w in words):
            case.notes.append(f'"{named}" without a stance')  # something is reported of it
        return
    weight = _WEIGHTS.get(name, 0.6) * (CONCEDED if concessive(words, span[0]) else 1.0)
    basis = f'"{named}": ' + ("; ".join(reading.seen) or name or "left open")
    if reading.open:
        case.evidence.append(_Evidence(0, weight or 0.6, basis))
        return
    condition = _condition_text(case.text, words, outside) if outside else None
    case.evidence.append(
        _Evidence(reading.sign * side * (1 if outside else reading.strength), weight, basis, condition)
    )


def _condition_text(text: str, words: Sequence[Token], condition: Condition) -> str:
    piece = text[words[condition.start].start : words[condition.end - 1].end]
    return " ".join(piece.strip(" ,.\"”“'’").split())


def first_condition(text: str, attribution: Attribution) -> str | None:
    """Return the first condition in the content's own words, None where it names none."""
    for start, end in _sentences(text, attribution):
        words = tokens(text, start, end)
        for condition in conditions(words):
            return _condition_text(text, words, condition)
    return None


def _decide(evidence: Sequence[_Evidence], notes: Sequence[str]) -> Coding:
    total = sum(e.weight for e in evidence)
    sided = [e for e in evidence if e.side]
    if not sided:
        if evidence:
            return Coding(0, tuple(e.basis for e in evidence), None, round(min(0.8, total / 2), 2))
        return Coding(None, tuple(dict.fromkeys(notes)) or ("no evidence of a side",), None, 0.3 if notes else 0.0)
    lead = sum(e.weight * (1 if e.side > 0 else -1) for e in sided)
    if abs(lead) < CONFLICT * total:
        return Coding(None, ("evidence for both sides", *(e.basis for e in evidence)), None, 0.2)
    winners = [e for e in sided if (e.side > 0) == (lead > 0)]
    best = max(winners, key=lambda e: (e.weight, abs(e.side)))
    strength = 1 if len(winners) < len(sided) else abs(best.side)
    condition = next((e.condition for e in winners if e.condition), None)
    side = (1 if lead > 0 else -1) * (1 if condition else strength)
    basis = tuple(dict.fromkeys(e.basis for e in (best, *winners)))
    confidence = round(min(0.95, 0.4 + 0.4 * abs(lead) / max(total, 1.0)), 2)
    return Coding(side, basis, condition, confidence)
