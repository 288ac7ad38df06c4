"""The capitalised names of a text, each with the title before it, and cut free from what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from extractors.kinds import is_organization
from extractors.lexicon import fold, given_gender, lexicon, states

_UPPER = "".join(
    c for c in map(chr, [*range(0x41, 0x250), *range(0x1E00, 0x1F00), *range(0x386, 0x530)]) if c.isupper()
)
_WORD = (
    rf"(?:(?:[A-Z]\.){{2,}}|[A-Z]\.(?=[ \u00a0][{_UPPER}])|[{_UPPER}][\w]*(?:[-‐’'&][\w]+)*[’']?"
    rf"|(?:al|el|d|l)[-’'][{_UPPER}][\w-]*)"
)
_TITLE_DOT = (
    r"(?:(?<=\b(?:Jr|Sr|Dr|Mr|Ms|St|Lt|No))\.|(?<=\b(?:Mrs|Sen|Rep|Gov|Gen|Col|Rev|Sgt|Hon))\."
    r"|(?<=\b(?:Prof|Capt|Corp))\.|(?<=\bInc)\.(?! [A-Z]))?"
)
_LINK = rf"(?:{'|'.join(sorted(lexicon()['particles']))}|of|for|and|the|to|on|in|without)"
_CHUNK = re.compile(rf"\b{_WORD}{_TITLE_DOT}(?:[ \u00a0]+(?:{_LINK}[ \u00a0]+){{0,3}}{_WORD}{_TITLE_DOT})*")
_TOKEN = re.compile(r"[^\s\u00a0]+")
_BEFORE_MONTH = re.compile(
    r"(?i)\b(?:in|on|since|by|until|till|early|late|mid|last|next|this|of|from|to|and|through)[ -]$"
)


@dataclass(frozen=True, slots=True)
class Name:
    """A capitalised name in a text, its title words cut off."""

    start: int
    end: int
    text: str
    title: str
    """The role before it, lower case ("foreign minister"), "" where there is none."""
    opens: int = -1
    """Where the noun phrase starts, with title and owner; ``start`` where there is neither."""
    owner: str = ""
    """What the words around say that it belongs to: "Estonia" in "Estonia's Jo Ek" and in "Jo Ek of Estonia"."""
    possessive: bool = False

    @property
    def words(self) -> list[str]:
        return self.text.split()


Token = tuple[int, int, str]


def any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern that finds each of `names` as whole words, a longer one before what it begins with."""
    longest_first = sorted(set(names), key=lambda name: (-len(name), name))
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")


def names_in(text: str, start: int = 0, end: int | None = None) -> list[Name]:
    """The names between two offsets of ``text``, in order; titles, possessors and openers are split off."""
    found: list[Name] = []
    for match in _CHUNK.finditer(text, start, len(text) if end is None else end):
        tokens = [(m.start(), m.end(), m[0]) for m in _TOKEN.finditer(text, match.start(), match.end())]
        owner, opens = "", -1
        groups = _groups(text, tokens)
        for group, link in groups:
            if link == "of" and found and not found[-1].owner:
                # "Jo Ek of Estonia": the state belongs to the name before it
                last = found[-1]
                found[-1] = Name(last.start, last.end, last.text, last.title, last.opens, _bare(_spelt(text, group)))
            own = owner if link == "'s" else ""
            name = _name(text, group, own, opens if own else -1)
            owner, opens = "", -1
            if name is None:
                continue
            found.append(name)
            if name.possessive:
                owner, opens = name.text, name.opens
    return found


def _groups(text: str, tokens: list[Token]) -> list[tuple[list[Token], str]]:
    """Split a run of capitalised words into names; with each, what links it to the one before ("'s", "of", "")."""
    out: list[tuple[list[Token], str]] = []
    now: list[Token] = []
    link = ""

    def close(next_link: str) -> None:
        nonlocal now, link
        if now:
            out.append((now, link))
        elif next_link == "'s":
            next_link = ""
        now, link = [], next_link

    for i, token in enumerate(tokens):
        word = token[2]
        if word[0].islower() and word.lower() in lexicon()["particles"] and now:
            now.append(token)
        elif word[0].islower() and "'" not in word and "’" not in word and "-" not in word:
            if now and i + 1 < len(tokens) and _joins(text, now, word, tokens, i):
                now.append(token)
            elif now or not out:
                close("of" if word in ("of", "for") and now and (len(now) > 1 or given_gender(now[0][2])) else "")
        elif _is_date(text, token) or (not now and _is_opener(tokens, i)):
            close("")
        else:
            now.append(token)
            if re.search(r"['’]s?$", word) and i + 1 < len(tokens):
                plural = fold(word).rstrip("s") + "s"
                if (
                    plural in lexicon()["plural_owners"]
                    or fold(word) in lexicon()["plural_owners"]
                    or (word[-1] in "'’" and _org_ahead(tokens, i))
                ):
                    continue
                close("'s")
    close("")
    return [(g, k) for g, k in out if g]


def _is_opener(tokens: list[Token], i: int) -> bool:
    """Whether a word only opens a sentence, and is no given name before a capitalised word ("Will Lund")."""
    word = tokens[i][2]
    named = given_gender(word) is not None and i + 1 < len(tokens) and tokens[i + 1][2][0].isupper()
    return word.strip("’'") in lexicon()["openers"] and not named


def _org_ahead(tokens: list[Token], i: int) -> bool:
    return any(t[2] in lexicon()["organizations"] for t in tokens[i + 1 : i + 4])


def _joins(text: str, now: list[Token], word: str, tokens: list[Token], i: int) -> bool:
    """Whether "of", "for", "and", ... carries on a name: "Ministry of ...", "Bank for ...", not "Ek of Estonia"."""
    words = lexicon()["organizations"]
    left = [t[2] for t in now]
    right = [t[2] for t in tokens[i + 1 :] if t[2][0].isupper()]
    roles = lexicon()["heads"]
    if word == "and":
        if "of" in left or "for" in left:
            return any(w in words or fold(w) in roles for w in left)
        ends = next((k for k, w in enumerate(right[:4]) if w in words), None)
        return (
            ends is not None
            and ends >= (0 if len(left) == 1 and left[0] not in words else 1)
            and left[-1] not in words
            and given_gender(left[0]) is None
            and fold(left[0]) not in states().names
        )
    if word in ("of", "for", "on", "in", "to", "without", "the"):
        if word == "the":
            return left[-1] in ("of", "for", "on", "in")
        head = next((w for w in reversed(left) if w[0].isupper()), "")
        if word in ("of", "for"):
            return (head in words and head not in lexicon()["outlets"]) or (fold(head) in roles and len(left) <= 3)
        return head in lexicon()["joined"] and word in ("on", "to", "in", "without") and len(left) <= 2
    return False


def _is_date(text: str, token: Token) -> bool:
    word = token[2].rstrip(".'’")
    if word in lexicon()["weekdays"] and len(word) > 3:
        return True
    if word not in lexicon()["months"]:
        return word in lexicon()["weekdays"]
    if word not in ("April", "May", "June", "August", "March", "Jan", "Mar"):
        return True
    after = text[token[1] : token[1] + 4]
    return bool(re.match(r"\.?,? \d", after) or _BEFORE_MONTH.search(text[max(0, token[0] - 9) : token[0]]))


def _spelt(text: str, group: list[Token]) -> str:
    return text[group[0][0] : group[-1][1]]


def _name(text: str, group: list[Token], owner: str, opens: int) -> Name | None:
    """Cut capitalised titles off the front of a name, and look for lower-case ones before it."""
    while group and group[-1][2][0].islower() and "’" not in group[-1][2] and "'" not in group[-1][2]:
        group = group[:-1]
    if not group:
        return None
    begin = group[0][0]
    group, title = _cut_title(text, group, begin)
    if not group:
        return None
    at, to = group[0][0], group[-1][1]
    spelt = _bare(text[at:to])
    if not spelt:
        return None
    if not title and not owner:
        begin, title, owner = _title_before(text, at)
    return Name(at, to, spelt, title, opens if opens >= 0 else begin, owner, bool(re.search(r"['’]s?$", text[at:to])))


def _cut_title(text: str, group: list[Token], begin: int) -> tuple[list[Token], str]:
    roles, honorifics = lexicon()["heads"], lexicon()["honorifics"]
    words = [fold(t[2]) for t in group]
    if is_organization(_bare(_spelt(text, group))) and not any(w in roles for w in words[:-1]):
        return group, ""
    cut = 0
    for i in range(min(len(group) - 1, 8), 0, -1):
        # "Foreign Minister Petra Vance", "Secretary of State Jo Ek": title up to the last role word
        last = [" ".join(words[i - n : i]) for n in (3, 2, 1) if i >= n]
        if any(w in roles or w in honorifics for w in last):
            cut = i
            break
    if cut and given_gender(group[0][2]) in ("m", "f") and words[0] not in roles and cut == 2 and len(group) == 3:
        cut = 0  # "Angus King Ek"
    if (
        cut
        and cut < len(group)
        and (words[cut] in lexicon()["suffixes"] or words[cut] in lexicon()["particles"] or words[cut] == "of")
    ):
        cut = 0
    if cut and all(w in lexicon()["organizations"] for w in (t[2] for t in group[cut:])):
        return group, ""
    title = " ".join(t[2] for t in group[:cut])
    rest = group[cut:]
    # "Ukrainian Jo Ek", "Rancher Jo Ek" at the start of a sentence
    while len(rest) > 1:
        first = fold(rest[0][2])
        if rest[0][2] in lexicon()["labels"] or (first in states().adjectives and given_gender(rest[1][2])):
            title = (title + " " + rest[0][2]).strip()
        elif not (
            len(rest) > 2
            and given_gender(rest[0][2]) is None
            and given_gender(rest[1][2])
            and _opening(text, rest[0][0])
        ):
            break
        rest = rest[1:]
    return rest, title


def _opening(text: str, at: int) -> bool:
    """Whether a word stands at the start of a sentence, where anything is capitalised."""
    before = text[max(0, at - 3) : at].rstrip("“\"'‘( ")
    return not before or before[-1] in ".!?\n:;—–”"


_LOWER_TITLE = re.compile(
    rf"(?:\b((?:[{_UPPER}][\w.&’'-]*[ \u00a0]){{0,4}}[{_UPPER}][\w.&’'-]*)[ \u00a0])?"
    r"((?:[a-z][\w’'-]*[ \u00a0]){1,6})$"
)


def _title_before(text: str, at: int) -> tuple[int, str, str]:
    """The lower-case title that ends right before ``at`` ("trade minister "), and who owns it: start, title, owner."""
    match = _LOWER_TITLE.search(text, max(0, at - 90), at)
    if not match:
        return at, "", ""
    tail = match[2].split()
    roles, honorifics = lexicon()["heads"], lexicon()["honorifics"]
    if (
        fold(tail[-1]) not in roles
        and not (len(tail) > 1 and fold(" ".join(tail[-2:])) in roles)
        and fold(tail[-1]) not in honorifics
    ):
        return at, "", ""
    keep = len(tail)
    for i in range(len(tail) - 1, -1, -1):
        if tail[i] in lexicon()["title_stops"]:
            keep = len(tail) - 1 - i
            break
    words = tail[len(tail) - keep :]
    if not words:
        return at, "", ""
    begin = at - len(match[2]) + match[2].rindex(words[0]) if len(words) == 1 else at - len(" ".join(words)) - 1
    owner = match[1] or "" if keep == len(tail) else ""
    if owner and owner[0].isupper() and owner not in lexicon()["openers"]:
        return match.start(1), " ".join([owner, *words]), re.sub(r"['’]s?$", "", owner)
    return begin, " ".join(words), ""


@lru_cache(maxsize=50_000)
def _bare(name: str) -> str:
    name = re.sub(r"['’]s?$", "", " ".join(name.split()))
    return name if re.search(r"\b[A-Z]\.$|\b(Jr|Sr|Inc|Ltd|Corp)\.$", name) else name.rstrip(".")
