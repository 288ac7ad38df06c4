"""What a text says for or against one of its words: the operators on the way to it, multiplied out.

The calculus is compositional, in the manner of Moilanen and Pulman (2007): a side is carried by attitudes ("supports"),
obligations ("must stay") and values ("a mistake"), turned by negation and by verbs that take away ("lift"), and
suspended by what leaves things open ("considers", "did not rule out"). A reading without any of the licences below is
a mere report of facts and says nothing about the speaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extractors.clauses import HARD, left_bound, right_bound
from extractors.holders import SPEECH, others_view, own_subject, plainly_others
from extractors.phrases import Token, stem_set
from extractors.stance import ATTITUDES, DIRECTIONS, EFFECTS, SIGNS, VALUES, Operator, nouns
from extractors.wordlists import word_set

REACH = 6  # words between a verb of direction and its object
PREDICATE = 10  # words after the subject within which its predicate begins
LONGEST_RELATIVE = 15  # words of a relative clause between a subject and its predicate
_STANDING = word_set("standing")
_ACT_NOUNS = stem_set("act_nouns")
_RELATIVES = word_set("relatives")
_STOPS = word_set("stops")
_INTRANSITIVE = stem_set("intransitive")
_AFTER_INTRANSITIVE = word_set("after_intransitive")
_BE = word_set("be")
_OPENERS = word_set("openers")
_POST_NEGATION = frozenset({"not", "never", "no longer", "cannot", "n't", "hardly"})
_HEARSAY = stem_set("hearsay")
_OCCASIONS = stem_set("occasions")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words around a mention say about it.

    `sign` +1 for, -1 against; `licence` names what makes it the speaker's stance, "" for a mere report; `strength` 1 or
    2; `open` where the text leaves the side open; `other` where the view is somebody else's; `possible` where it is
    only said to be possible ("could be lifted"): no stance by itself, a qualified one under a condition.
    """

    sign: int
    licence: str = ""
    strength: int = 2
    open: bool = False
    other: bool = False
    doubtful: bool = False
    """The other is only known by a name for which the source might speak after all."""
    seen: tuple[str, ...] = ()
    possible: bool = False


@dataclass(slots=True)
class _Chain:
    """The running product while the operators of a clause are read from left to right."""

    words: Sequence[Token]
    mention: tuple[int, int]
    own: frozenset[str]
    own_will: bool
    content: int
    low: int
    after: int
    """Where the clause goes on behind the mention."""
    sign: int = 1
    strength: int = 2
    licence: str = ""
    open: bool = False
    other: bool = False
    doubtful: bool = False
    negated: bool = False
    attitude: bool = False
    asked: bool = False
    denied: bool = False
    wanted: bool = False
    obliged: bool = False
    future: bool = False
    possible: bool = False
    judging: bool = False
    neither: bool = False
    seen: list[str] = field(default_factory=list)

    def license(self, name: str) -> None:
        self.licence = self.licence or name

    def flip(self) -> None:
        """Take in a pending negation."""
        if self.negated:
            self.negated = False
            self.sign = -self.sign

    def see(self, what: str, op: Operator) -> None:
        self.seen.append(f'{what} "{op.text}"')

    # ---- attitudes and values, wherever they stand

    def attitude_of(self, op: Operator) -> None:
        self.see(op.kind, op)
        if op.kind == "neutral":
            if self.negated and self.words[op.start - 1].lower not in {"nobody", "one"}:  # "will not discuss"
                self.flip()
                self.strength = 1
                self.license("attitude")
            else:
                self.open, self.judging, self.negated = True, op.text.startswith("consider"), False
            return
        if op.kind == "deny":
            self.sign, self.strength, self.denied, self.negated = -self.sign, 1, True, False
            return
        if self.denied and op.kind != "want":
            self.open = True  # who denies an attitude has not yet said which one he has
            self.seen.append("a denied attitude: no side")
        if self.negated:
            if op.kind in {"oppose", "doubt"} or (op.kind == "demand" and not self.wanted):
                self.negated, self.open = False, True
                self.seen.append("negated: no side")
                self.license("attitude")
                return
            self.flip()
        self.sign *= SIGNS[op.kind]
        self.strength = 1 if op.kind in {"doubt", "open"} else self.strength
        if op.kind == "give_up" and self.wanted and self.sign < 0:
            self.strength = 1  # ready to, not done
        self.wanted = self.wanted or op.kind == "want"
        self.asked = self.asked or op.kind in {"want", "demand"}
        self.attitude = self.attitude or op.kind in {"oppose", "support", "doubt"}
        self.license("attitude")

    def value_of(self, op: Operator) -> None:
        if self.negated:
            self.flip()
            self.strength = self.strength if op.kind == "good" else 1
        self.sign *= op.sign
        self.see("value", op)
        self.license("value")

    def turn(self, op: Operator) -> None:
        self.flip()
        self.sign *= op.sign
        self.see("takes away" if op.sign < 0 else "keeps or adds", op)

    # ---- what stands before the mention

    def read_left(self, left: Sequence[Operator]) -> None:
        start = max(self.low, self.content)
        for op in left:
            kind = op.kind
            if kind in ATTITUDES | {"neutral", "deny"}:
                if not self.obliged and op.start >= self.content:
                    self._held_by_others(op.start, start)
                self.attitude_of(replace(op, kind=self._sense(op)))
            elif kind == "obligation":
                self.obliged = True
                if self.negated and ("have" in op.text or "need" in op.text):
                    self.strength = 1  # "need not" is less than "must not"
                self.flip()
                self.license("obligation")
            elif kind == "will":
                self._future(op, start)
            elif kind in {"may", "forecast", "partial", "negation", "half_negation"}:
                self._mode(op)
            elif kind in DIRECTIONS | EFFECTS and self._reaches(op):
                self._direction(op, start)
            elif kind in VALUES and not self.attitude and self._judges(op):
                self.value_of(op)
        if self.negated:  # "not the levy", "no levy"
            self.flip()
            if self.future or self.possible or self._own_verb(start):
                self.license("refusal")
        self._spoken_by_others(start)
        self._on_the_occasion()

    def _own_verb(self, start: int) -> bool:
        """ "We do not vote": the mention is what the speaker does or not."""
        at = self.mention[0]
        return self.words[at - 1].lower in _POST_NEGATION and own_subject(self.words, at, start, self.own)

    def _sense(self, op: Operator) -> str:
        """What an attitude is here: who dismisses reports denies them; who warns somebody not to, demands."""
        following = self.words[op.end : op.end + 6]
        pairs = [(w, following[k + 1].lower) for k, w in enumerate(following[:-1])]
        if op.kind == "oppose" and any(w.stem in _HEARSAY and after in {"that", "of"} for w, after in pairs):
            return "deny"
        if op.text.startswith("warn") and any(w.lower == "not" and after == "to" for w, after in pairs):
            return "demand"
        return op.kind

    def _future(self, op: Operator, start: int) -> None:
        inside = op.end >= self.mention[0]
        if (inside and self.own_will) or own_subject(self.words, op.start, start, self.own):
            self.license("intention")
        self.future = True

    def _mode(self, op: Operator) -> None:
        if op.kind == "may":
            self.possible = True
            if self.licence != "obligation" and op.text not in {"can", "could"}:
                self.strength = 1
        elif op.kind == "forecast":
            self.open = True
        elif op.kind == "partial":
            self.strength = 1
        elif op.text != "nor" or not self.neither:  # "neither the right nor the wish" negates once
            self.negated = not self.negated
            self.neither = self.neither or op.text == "neither"
            self.strength = 1 if op.kind == "half_negation" else self.strength
            self.see("negation", op)

    def _direction(self, op: Operator, start: int) -> None:
        negated = self.negated
        self.turn(op)
        first = op.start == start or (op.start - 1 <= start and self.words[op.start - 1].lower in _OPENERS)
        if op.end <= self.content:
            self.license("own act")
        elif first and op.end <= self.mention[0]:
            self.license("imperative")
        elif own_subject(self.words, op.start, start, self.own) or (negated and self.future and self.own_will):
            self.license("own act")
        if self.denied and not self.future:
            self.open = True

    def _judges(self, op: Operator) -> bool:
        """Whether a value before the mention is a judgement on it, not merely the kind of thing that it is."""
        return op.kind == "bad" or op.end < self.mention[0] - 1

    def _reaches(self, op: Operator) -> bool:
        """Whether the mention can be the object of the operator: near enough, no other phrase in between."""
        if op.end > self.mention[0]:
            return True
        between = self.words[op.end : self.mention[0]]
        return len(between) <= REACH and not any(w.lower in _STOPS or w.lower in HARD for w in between)

    def _spoken_by_others(self, start: int) -> None:
        for k in range(start, self.mention[0]):
            if self.words[k].lower in SPEECH:
                self._held_by_others(k, start)

    def _held_by_others(self, verb: int, low: int) -> None:
        if others_view(self.words, verb, low, self.own):
            self.doubtful = not plainly_others(self.words, verb, low) and (self.doubtful or not self.other)
            self.other = True

    def _on_the_occasion(self) -> None:
        """ "praised the speech on the levy" is about the speech."""
        if not self.attitude:
            return
        for k in range(max(self.low, self.mention[0] - 5), self.mention[0] - 1):
            if self.words[k].stem in _OCCASIONS and self.words[k + 1].lower in {"on", "about", "over", "to", "of"}:
                self.open, self.licence, self.sign = False, "", 1
                self.seen.append(f"about the {self.words[k].lower}")
                return

    # ---- the predicate of a mention that is the subject: "... must go", "... would be a mistake", "... costs jobs"

    def read_right(self, right: Sequence[Operator]) -> None:
        words, end = self.words, self.after
        negated = may = False
        settled = bool(self.licence)
        for op in right:
            gap = words[end : op.start]
            if op.start - end > PREDICATE:
                break
            if self.attitude and any(w.lower == "to" for w in gap) and not any(w.lower in _BE for w in gap):
                break  # "supports the levy to protect ..."
            if op.kind in {"negation", "half_negation"}:
                if op.text in _POST_NEGATION or op.kind == "half_negation":
                    negated = not negated
                    self.strength = 1 if op.kind == "half_negation" else self.strength
            elif op.kind == "obligation":
                self.license("obligation")
            elif op.kind == "may":
                may = self.possible = True
            elif op.kind == "will":
                self.future = True
            elif op.kind == "forecast":
                self.open = not self.licence
            elif op.kind == "partial":
                self.strength = 1
            elif op.kind in ATTITUDES | {"neutral", "deny"}:
                if words[op.end : op.end + 1] and words[op.end].lower == "by" and not any(w.lower in _BE for w in gap):
                    continue  # "a loan backed by ..."
                if _done_by_others(words, op):
                    return
                if self.attitude or (settled and others_view(words, op.start, end, self.own)):
                    break
                if not settled and op.kind != "give_up":
                    self._held_by_others(op.start, end)
                self.negated, negated = negated, False
                self.attitude_of(op)
                return
            elif op.kind in VALUES:
                if not self.attitude:  # "criticised the levy as a mistake" says it once, not twice
                    self.negated = negated
                    self.value_of(op)
                    self.open = self.open and not self.judging  # "considers the levy a mistake"
                return
            elif self._verb(op, negated, may):
                return
        if negated and (may or self.licence or (self.future and self.own_will)):
            self.sign = -self.sign
            self.license("refusal" if may else "intention")

    def _verb(self, op: Operator, negated: bool, may: bool) -> bool:
        """A verb with the mention as subject: passive or intransitive it happens to it, transitive it is its effect."""
        words, verb = self.words, self.words[op.start]
        before = words[max(self.mention[1], op.start - 3) : op.start]
        passive = not verb.lower.endswith("ing") and (
            any(w.lower in _BE for w in before) or (self.asked and not before)
        )
        after = words[op.end] if op.end < len(words) else None
        has_object = after is not None and after.is_word and after.lower not in _AFTER_INTRANSITIVE
        if op.kind in DIRECTIONS and (passive or (verb.stem in _INTRANSITIVE and not has_object)):
            self.negated = self.negated or negated
            refused = self.negated and may
            self.turn(op)
            if refused:
                self.license("refusal")
            elif self.own_will and (self.future or self._stands(op)):
                self.license("intention")
            return True
        return has_object and not passive and not self.attitude and self._effect(op, negated)

    def _stands(self, op: Operator) -> bool:
        """ "The sanctions stay": said of the present by those who decide."""
        at_once = op.start == self.mention[1] and self.mention[0] <= self.content + 3
        return at_once and self.words[op.start].lower in _STANDING

    def _effect(self, op: Operator, negated: bool) -> bool:
        """ "... costs jobs", "... will cut pollution": what it does to things that are good or bad to have."""
        following = self.words[op.end : op.end + 6]
        objects = {w.stem for w in following}
        if objects & nouns("good_noun") or (op.kind == "harm" and _people(following)):
            sign = op.sign
        elif objects & nouns("bad_noun"):
            sign = op.sign if op.kind in EFFECTS else -op.sign  # "solves the crisis" helps, "causes a crisis" does not
        else:
            return False
        if following[0].lower in {"no", "nothing", "nobody", "neither", "hardly", "few", "little"}:
            negated = not negated
        if op.kind == "help" and any(w.lower in {"bad", "wrong", "failed", "failing"} for w in following[:3]):
            sign = -sign
        self.sign *= -sign if negated else sign
        self.seen.append(f'effect "{op.text} {" ".join(w.lower for w in following[:3])}"')
        self.license("effect")
        return True


def _done_by_others(words: Sequence[Token], op: Operator) -> bool:
    """ "It was rejected by parliament" tells what somebody else did."""
    after = words[op.end].lower if op.end < len(words) else ""
    return after == "by" and words[op.start - 1].lower in {"was", "were", "been"}


def _people(following: Sequence[Token]) -> bool:
    """Whether an object is somebody: a name, or a word for people."""
    return any(
        w.capital or w.stem in _PEOPLE or w.lower in {"us", "me", "them", "everyone", "everybody"}
        for w in following[:4]
    )


_PEOPLE = stem_set("people")


def read(
    words: Sequence[Token],
    operators: Sequence[Operator],
    mention: tuple[int, int],
    own: frozenset[str] = frozenset(),
    own_will: bool = False,
    content: int = 0,
) -> Reading:
    """Read the clause around `mention`, words [start, end).

    `own` are the stems that name the source: a subject that shares one speaks for the source. `own_will`: a plain
    future is the source's own intention even without a subject of the first person. `content` is the first word of
    the content, what stands before is the cue.
    """
    turned = -1 if mention[1] < len(words) and words[mention[1]].stem in _ACT_NOUNS else 1
    if turned < 0:  # "sanctions relief"
        mention = (mention[0], mention[1] + 1)
    low = left_bound(words, mention[0])
    after = _behind_relative(words, mention[1])
    high = right_bound(words, after)
    left = [
        o
        for o in operators
        if low <= o.start < mention[0]
        or (mention[0] <= o.start < mention[1] and o.kind in {"negation", "half_negation"})
    ]
    chain = _Chain(words, mention, own, own_will, content, low, after)
    chain.read_left(_coordinated(words, left, mention[0]))
    chain.read_right([o for o in operators if after <= o.start < high])
    if any(w.lower == "whether" for w in words[low : mention[0]]) and not (chain.attitude and chain.strength == 1):
        chain.open = True
    if low > content and words[low - 1].lower in {"who", "whose"} and not chain.obliged:
        chain.other = True  # "crews who give up trawling" tells what they do
    return Reading(
        chain.sign * turned,
        chain.licence,
        chain.strength,
        chain.open,
        chain.other,
        chain.doubtful,
        tuple(chain.seen),
        chain.possible,
    )


def _behind_relative(words: Sequence[Token], end: int) -> int:
    """Where the clause goes on behind "..., which was due last year," """
    if len(words) < end + 2 or words[end].lower != "," or words[end + 1].lower not in _RELATIVES:
        return end
    for k in range(end + 2, min(end + 2 + LONGEST_RELATIVE, len(words) - 1)):
        if words[k].lower in HARD:
            break
        if words[k].lower == ",":
            return k + 1
    return end


def _coordinated(words: Sequence[Token], left: list[Operator], mention: int) -> list[Operator]:
    """Drop those of an earlier coordinated verb: in "raise pay and keep the levy", "raise" is not about the levy."""
    for k in range(mention - 1, -1, -1):
        if words[k].lower not in {"and", "or", "but"}:
            continue
        verb = next((o for o in left if k < o.start <= k + 3 and o.kind in ATTITUDES | DIRECTIONS), None)
        if verb is None:
            continue
        keeps_negation = words[k].lower == "or"
        return [
            o
            for o in left
            if o.start > k
            or o.kind in {"obligation", "will", "may", "want"}
            or (o.kind == "demand" and verb.kind in DIRECTIONS)
            or (o.kind == "negation" and keeps_negation)
        ]
    return left
