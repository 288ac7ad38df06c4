"""By which words a concept is named, and what being for them means for its proposition.

The proposition "Sanctions should not be lifted" is for sanctions, "Sanctions should be lifted" against them. So each
term carries a sign, read off the codebook's own sentences with the same calculus that reads the news.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from extractors.models import Concept
from extractors.phrases import Token, content_words, find_common, find_loose, find_phrase, phrase, stem_set, tokens
from extractors.readings import read
from extractors.stance import DIRECTIONS, VALUES, Operator, operators
from extractors.wordlists import word_set

Place = tuple[int, int]
PRIOR = 1.5  # how many wordings it takes to say that a term stands for the contrary of the proposition
_BE = word_set("be")
ACTS = DIRECTIONS | {"give_up"}
ACT_NOUNS = stem_set("act_nouns")
_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)[\s-]*(%|[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """A concept as it is looked for: phrases as stems, longest first, each with its sign (+1 or -1)."""

    terms: tuple[tuple[tuple[str, ...], int], ...]
    names: frozenset[tuple[str, ...]]
    """Those of the terms that the codebook writes as names."""
    wordings: tuple[tuple[tuple[str, ...], int], ...]
    amounts: frozenset[tuple[float, str]]
    """Numbers of the proposition with the stem of what they count ("12 percent" -> (12.0, "percent"))."""


@lru_cache(maxsize=1024)
def target(concept: Concept) -> Target:
    """Work out the target of a concept from its codebook entry."""
    proposition = tokens(concept.proposition)
    examples = [(tokens(w), 1) for w in concept.support] + [(tokens(w), -1) for w in concept.oppose]
    written = {n: t for t in concept.terms if (n := phrase(t))}
    acts = {
        n: _act(n, t, {w.stem for w in proposition}.union(*(o for o in written if o != n))) for n, t in written.items()
    }
    names = sorted(acts, key=lambda n: (-len(n), n))
    core = [w for w in content_words(_core(proposition)) if not w[0].isdigit()]
    in_proposition = [s * acts[n] for n in names if (s := _sign(proposition, n))]
    default = _majority(in_proposition) or _majority([_sign(proposition, (w,)) for w in core]) or 1
    terms = []
    sides = {phrase(w): side for side, words in ((1, concept.support), (-1, concept.oppose)) for w in words}
    for stems in names:
        sign = sides.get(stems) or _sign(proposition, stems)
        if not sign:
            votes = sum(side * _sign(words, stems) for words, side in examples)
            sign = default * acts[stems]
            sign = sign if votes * sign > -PRIOR else -sign
        terms.append((stems, sign))
    # words of the proposition that no term has, as a last resort: several of them, or the only ones there are
    spare = [(w,) for w in core if not any(w in n for n in names)] if not names else []
    terms += [(w, _sign(proposition, w) or default) for w in spare]
    wordings = [(phrase(w), 1) for w in concept.support] + [(phrase(w), -1) for w in concept.oppose]
    capital = frozenset(phrase(t) for t in concept.terms if t[:1].isupper())
    return Target(tuple(terms), capital, tuple(w for w in wordings if _tells(w[0], names)), amounts(proposition))


def _act(stems: tuple[str, ...], term: str, known: Collection[str]) -> int:
    """-1 for a name of an act that takes its object away: who is for a "rent freeze" is against the rents.

    The act is the head of a compound, or a verb in front of what the codebook's other words (`known`) name ("lift
    sanctions"). `term` is the name as it is written: "frozen assets" are assets.
    """
    head = stems.index(_head(stems))
    if stems[head] in ACT_NOUNS:
        return -1
    verb = not term.split()[0].lower().endswith(("ed", "en")) and any(s in known for s in content_words(stems[1:]))
    for op in operators([Token(s, s, 0, 0) for s in stems]):
        if op.kind in ACTS and (op.start <= head < op.end or (verb and op.start == 0)):
            return op.sign
    return 1


def _tells(wording: tuple[str, ...], names: Sequence[tuple[str, ...]]) -> bool:
    """Whether a wording is more than a word that both sides use."""
    return len(content_words(wording)) >= 2 or len(wording) >= 3 or (len(wording) == 1 and wording not in names)


def _majority(signs: Sequence[int]) -> int:
    total = sum(signs)
    return (total > 0) - (total < 0)


def _core(words: Sequence[Token]) -> list[str]:
    """Stems of the proposition without its operators."""
    inside = {k for o in operators(words) for k in range(o.start, o.end)}
    return [w.stem for k, w in enumerate(words) if w.is_word and k not in inside]


def _sign(words: Sequence[Token], stems: Sequence[str]) -> int:
    """What one sentence of the codebook says of a term: +1 for it, -1 against it, 0 where it does not occur."""
    place = next(iter(find_phrase(words, stems)), None) or (find_loose(words, stems) if len(stems) > 1 else None)
    if place is None:
        return 0
    ops = [o for o in operators(words) if o.kind not in VALUES or _predicate(words, o)]
    within = [o for o in ops if place[0] <= o.start < place[1]]
    sign = read(words, [o for o in ops if o not in within], place, own_will=True).sign
    acts = [o.sign for o in within if o.kind in ACTS and words[o.start].stem not in stems]
    negations = [-1 for o in within if o.kind == "negation"]
    return sign * prod([*acts, *negations])


def _predicate(words: Sequence[Token], value: Operator) -> bool:
    """Whether a value is said of something: "... are illegal", and not "the illegal settlements"."""
    return any(w.lower in _BE for w in words[: value.start])


def amounts(words: Sequence[Token]) -> frozenset[tuple[float, str]]:
    """Return the numbers among `words` with the stem of what they count; years and bare numbers count nothing."""
    found = set()
    for i, word in enumerate(words):
        if not (word.lower[0].isascii() and word.lower[0].isdigit()):
            continue
        value, _, rest = word.lower.partition("-")
        following = words[i + 1].lower if i + 1 < len(words) else ""
        if following == "-" and i + 2 < len(words):
            following = words[i + 2].lower
        unit = rest or following
        if unit == "%":
            unit = "percent"
        if unit and (unit[0].isalpha()):
            found.add((float(value.replace(",", "")), phrase(unit)[0] if phrase(unit) else unit))
    return frozenset(found)


def mentions(words: Sequence[Token], aim: Target, content: int) -> list[tuple[Place, int]]:
    """Return where the concept is named from word `content` on, longest names first, each place once.

    Where no term stands, the head of one may ("the levy" for "steel levy").
    """
    found: list[tuple[Place, int]] = []
    for stems, side in aim.terms:
        places = (find_phrase if stems in aim.names else find_common)(words, stems)
        if not places and len(content_words(stems)) > 1:
            loose = find_loose(words, stems)
            places = [loose] if loose else []
        _add(found, places, side, content)
    if not found:
        for stems, side in aim.terms:
            _add(found, find_phrase(words, (_head(stems),)), side, content)
    return found


def _add(found: list[tuple[Place, int]], places: Sequence[Place], side: int, content: int) -> None:
    for i, j in places:
        if j > content and not any(a < j and i < b for (a, b), _ in found):
            found.append(((i, j), side))


def _head(stems: Sequence[str]) -> str:
    """The noun that a term is about: the word before its first preposition, else its last."""
    for k, word in enumerate(stems[1:], start=1):
        if word in {"of", "on", "for", "in", "to", "at"}:
            return stems[k - 1]
    return stems[-1]


def stated(words: Sequence[Token], aim: Target, content: int) -> list[tuple[Place, int, bool]]:
    """Return where the codebook's wordings of the two sides stand, with the side and whether negations are used up.

    A wording is also found without its small words ("not one crown of taxpayers' money" for "no taxpayers' money");
    where one of the two is negated and the other is not, the side turns.
    """
    found: list[tuple[Place, int, bool]] = []
    for stems, side in aim.wordings:
        solid = [s for s in content_words(stems) if s not in _NOT] or list(stems)
        exact = find_phrase(words, stems, gap=1)
        negative = any(s in _NOT for s in stems)
        for i, j in exact or (find_phrase(words, solid, gap=3) if len(solid) > 2 else []):
            if j <= content or any(a < j and i < b for (a, b), _, _ in found):
                continue
            inside = sum(w.stem in _NOT for w in words[i:j]) - (sum(s in _NOT for s in stems) if exact else 0)
            if exact or not negative:
                found.append(((i, j), -side if inside % 2 else side, False))
            else:
                denied = inside or any(w.stem in _NOT for w in words[max(content, i - 8) : i])
                found.append(((i, j), side if denied else -side, bool(denied)))
    return found


_NOT = frozenset({"not", "never", "no", "nor", "cannot", "without", "neither"})
