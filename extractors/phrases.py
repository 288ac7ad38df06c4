"""Words of a text with their stems and offsets, and phrases found among them whatever their inflection.

The stems are for comparing words, not for reading: "lifting", "lifted" and "lift" share one, and so do "withdraw",
"withdrew" and "withdrawal". A light suffix stripper in the manner of Porter (1980), with the commonest irregular verbs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from extractors.wordlists import table, word_set

_WORD = re.compile(r"[0-9]+(?:[.,][0-9]+)*|(?:[^\W\d_]\.){2,}|[^\W\d_]+&[^\W\d_]+|[^\W\d_]+(?:['’-][^\W_]+)*|\S")
_CONTRACTION = re.compile(r"(.*[^\W\d_])(n['’]t|['’](?:ll|re|ve|d|m))", re.IGNORECASE)
_ARTICLES = frozenset({"a", "an", "the"})
_IRREGULAR = {form: base for base, forms in table("irregular").items() for form in forms.split()}


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or mark; offsets are those of the text it was cut from."""

    lower: str
    stem: str
    start: int
    end: int
    capital: bool = False

    @property
    def is_word(self) -> bool:
        return self.lower[0].isalnum()


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of `text[start:end]`."""
    found = []
    for match in _WORD.finditer(text, start, len(text) if end is None else end):
        split = _CONTRACTION.fullmatch(match.group())
        parts = split.groups() if split else (match.group(),)
        at = match.start()
        for part in parts:
            lower = part.replace("’", "'").lower()
            found.append(Token(lower, stem(lower), at, at + len(part), part[0].isupper()))
            at += len(part)
    return found


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the comparison form of a lower-case word."""
    word = _IRREGULAR.get(word, word)
    word = word.removesuffix("'s").removesuffix("'") if len(word) > 3 else word
    if "-" in word[1:-1]:
        return "-".join(stem(part) for part in word.split("-"))
    base = _IRREGULAR.get(word, word)
    if base in _WHOLE:
        return base
    if len(base) <= 3 or not base[0].isalpha():
        return base
    return _tail(_suffixes(_plural(base)))


def _plural(word: str) -> str:
    if word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    return word[:-1]


_WHOLE = word_set("whole")


def _suffixes(word: str) -> str:
    if word in _WHOLE:
        return word
    for suffix, short, put in (
        ("ification", 3, "ify"),
        ("ication", 3, "y"),
        ("isation", 3, "ise"),
        ("ization", 3, "ise"),
        ("ation", 4, ""),
        ("ction", 2, "ct"),
        ("ussion", 3, "uss"),
        ("ptance", 3, "pt"),
        ("istance", 2, "ist"),
        ("ment", 4, ""),
        ("ing", 3, ""),
        ("eed", 2, "ee"),
        ("ed", 3, ""),
        ("ers", 4, ""),
        ("ally", 4, "al"),
        ("ly", 4, ""),
    ):
        if word.endswith(suffix) and len(word) - len(suffix) >= short:
            base = word[: -len(suffix)] + put
            if suffix in ("ing", "ed"):
                if not re.search(r"[aeiouy]", base):
                    return word
                if suffix == "ed" and base.endswith("i"):
                    return base[:-1] + "y"
                if len(base) > 3 and base[-1] == base[-2] and base[-1] not in "lsz":
                    base = base[:-1]
            return base
    return word


def _tail(word: str) -> str:
    """Fold what British and American spelling, a final e and a doubled l tell apart."""
    word = word.replace("our", "or") if len(word) > 5 else word
    if word.endswith(("iz", "ize")):
        word = word.removesuffix("e")[:-1] + "s"
    if word.endswith("e") and len(word) > 3:
        word = word[:-1]
    if word.endswith("y") and len(word) > 3:
        word = word[:-1] + "i"
    return word[:-1] if word.endswith("ll") else word


def stem_set(name: str) -> frozenset[str]:
    """Return the stems of the words of a list in data/english.toml."""
    return frozenset(stem(w) for w in word_set(name))


@lru_cache(maxsize=16384)
def phrase(text: str) -> tuple[str, ...]:
    """Return the stems of a phrase to look for, without articles and marks."""
    return tuple(t.stem for t in tokens(text) if t.is_word and t.lower not in _ARTICLES)


def find_phrase(words: Sequence[Token], stems: Sequence[str], gap: int = 2) -> list[tuple[int, int]]:
    """Return the places [i, j) of `words` that hold `stems` in order, at most `gap` words between two of them.

    Clause marks (".", ";", "?", "!") are never bridged. Overlapping places are given once, the leftmost.
    """
    if not stems:
        return []
    found: list[tuple[int, int]] = []
    for i, word in enumerate(words):
        if word.stem == stems[0] and (not found or i >= found[-1][1]):
            end = _follow(words, stems, i + 1, gap)
            if end:
                found.append((i, end))
    return found


def _follow(words: Sequence[Token], stems: Sequence[str], at: int, gap: int) -> int:
    for wanted in stems[1:]:
        for j in range(at, min(at + gap + 1, len(words))):
            if words[j].stem == wanted:
                at = j + 1
                break
            if words[j].lower in {".", ";", "?", "!", ":"}:
                return 0
        else:
            return 0
    return at


def in_name(words: Sequence[Token], place: tuple[int, int]) -> bool:
    """Whether the one word at `place` is part of a name of several ("Wall Street"), so that it is no common noun there.

    In a headline whose every word has a capital nobody can tell; there it is not.
    """
    i, j = place
    if j - i != 1 or not words[i].capital:
        return False
    beside = [words[k] for k in (i - 1, i + 1) if 0 <= k < len(words) and words[k].is_word]
    if not any(w.capital for w in beside):
        return False
    near = [w for w in words[max(0, i - 8) : i + 8] if w.is_word and w.lower not in _ARTICLES and len(w.lower) > 3]
    return sum(w.capital for w in near) <= 0.7 * len(near)


def find_common(words: Sequence[Token], stems: Sequence[str], gap: int = 2) -> list[tuple[int, int]]:
    """Return the places of a phrase as `find_phrase` does, without those where a single word is part of a name."""
    return [p for p in find_phrase(words, stems, gap) if len(stems) > 1 or not in_name(words, p)]


def find_loose(words: Sequence[Token], stems: Sequence[str], slack: int = 4) -> tuple[int, int] | None:
    """Return the first window that holds all `stems` in any order, at most `slack` words longer than they are."""
    wanted = set(stems)
    places = [i for i, w in enumerate(words) if w.stem in wanted]
    for a, i in enumerate(places):
        seen: set[str] = set()
        for j in places[a:]:
            if j - i >= len(wanted) + slack or any(w.lower in {".", ";", "?", "!"} for w in words[i:j]):
                break
            seen.add(words[j].stem)
            if seen == wanted:
                return i, j + 1
    return None


_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Gen|Sen|Rep|Gov|Prof|No|vs|Jan|Feb|Mar|Apr|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.$"
)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Give the spans of the sentences of `text`; a line break ends one too."""
    start = 0
    for match in re.finditer(r"(?<=[.!?])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[]*[A-Z0-9])|\n+", text):
        before = text[start : match.start()]
        if "\n" not in match.group() and _ABBREVIATION.search(before):
            continue
        if before.strip():
            yield start, match.start() + len(match.group().rstrip())
        start = match.end()
    if text[start:].strip():
        yield start, len(text)


def content_words(stems: Iterable[str]) -> list[str]:
    """Drop the words that say nothing about a topic."""
    return [s for s in stems if s not in FUNCTION and len(s) > 1]


FUNCTION = stem_set("function")
