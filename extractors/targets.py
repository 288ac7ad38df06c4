"""By which words a concept is named, and what being for them means for its proposition.

The proposition "Sanctions should not be lifted" is for sanctions, "Sanctions should be lifted" against them. So each
term carries a sign, read off the codebook's own sentences with the same calculus that reads the news.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.models import Concept
from extractors.phrases import Token, content_words, find_loose, find_phrase, phrase, tokens
from extractors.readings import read
from extractors.stance import DIRECTIONS, operators

Place = tuple[int, int]
PRIOR = 1.5  # how many wordings it takes to say that a term stands for the contrary of the proposition
_UNIT = re.compile(r"(\d+(?:[.,]\d+)?)[\s-]*(%|[^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """A concept as it is looked for: phrases as stems, longest first, each with its sign (+1 or -1)."""

    terms: tuple[tuple[tuple[str, ...], int], ...]
    wordings: tuple[tuple[tuple[str, ...], int], ...]
    amounts: frozenset[tuple[float, str]]
    """Numbers of the proposition with the stem of what they count ("12 percent" -> (12.0, "percent"))."""


@lru_cache(maxsize=1024)
def target(concept: Concept) -> Target:
    """Work out the target of a concept from its codebook entry."""
    proposition = tokens(concept.proposition)
    examples = [(tokens(w), 1) for w in concept.support] + [(tokens(w), -1) for w in concept.oppose]
    names = sorted({n for n in map(phrase, concept.terms) if n}, key=lambda n: (-len(n), n))
    core = [w for w in content_words(_core(proposition)) if not w[0].isdigit()]
    in_proposition = [s * _act(n) for n in names if (s := _sign(proposition, n))]
    default = _majority(in_proposition) or _majority([_sign(proposition, (w,)) for w in core]) or 1
    terms = []
    for stems in names:
        sign = _sign(proposition, stems)
        if not sign:
            votes = sum(side * _sign(words, stems) for words, side in examples)
            sign = default * _act(stems)
            sign = sign if votes * sign > -PRIOR else -sign
        terms.append((stems, sign))
    # words of the proposition that no term has, as a last resort: several of them, or the only ones there are
    spare = [(w,) for w in core if not any(w in n for n in names)] if not names else []
    terms += [(w, _sign(proposition, w) or default) for w in spare]
    wordings = [(phrase(w), 1) for w in concept.support] + [(phrase(w), -1) for w in concept.oppose]
    return Target(tuple(terms), tuple(w for w in wordings if _tells(w[0], names)), amounts(proposition))


def _act(stems: tuple[str, ...]) -> int:
    """-1 for a name of an act that takes its object away: who is for a "rent freeze" is against the rents.

    Only the head of a compound is the act: "frozen assets" are assets.
    """
    if len(stems) < 2:
        return 1
    head = stems.index(_head(stems))
    acts = [
        o for o in operators([Token(s, s, 0, 0) for s in stems]) if o.kind in DIRECTIONS and o.start <= head < o.end
    ]
    return acts[0].sign if acts else 1


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
    return read(words, operators(words), place, own_will=True).sign if place else 0


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
        places = find_phrase(words, stems)
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
