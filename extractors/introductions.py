"""What the words around names say: roles, short forms, bodies; and which parts of a text introduce nobody."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from extractors.kinds import is_place
from extractors.lexicon import classes, fold, given_gender, lexicon, states
from extractors.models import Span
from extractors.names import Name
from extractors.roles import Role, parse_role

_ACRONYM = re.compile(r"\((?:the )?[“\"']?([A-Z][A-Za-z&-]{1,8})[”\"']?\)")
DATELINE = re.compile(r"(?m)^\s*[A-Z][A-Z .,'’-]{2,40}(?:, [\w. ]{2,30})?\s*(?:\([^)\n]{2,40}\))?\s*[—–-]")
BYLINE = re.compile(r"(?m)^\s*(?:By|BY) ([A-Z][^\n,|]{3,40}?)\s*(?:[,|][^\n]{0,60})?$")
_BODY_ASPECT = re.compile(
    r"['’]s? (?:chief executive|chair\w*|board|shares|share price|shareholders|workers|workforce|spokes\w+|managers"
    r"|management|profits|sales|headquarters|staff|plants?|customers|members)\b"
)
PLACE_BEFORE = re.compile(r"\b(?:in|at|near|across|from|outside|around|into|towards?|of)(?: the)? $")


def adjective(owner: str) -> str:
    """The adjective of a state ("Russia" -> "Russian"), else the owner as it is."""
    state = states().of(owner)
    word = next((a for a, s in states().adjectives.items() if s == state), None) if state else None
    return word.title() if word and len(word) > 2 else owner


def parse_title(title: str) -> bool:
    """Whether a title is a person's: a role or an honorific at its end."""
    last = fold(title.split()[-1])
    return (
        last in lexicon()["honorifics"]
        or parse_role(title) is not None
        or last in states().adjectives
        or last.islower()
    )


_AFTER = re.compile(
    r"(?:, (?:aged )?\d{1,3})?(?: \([^)\n]{1,30}\))?, ([^,;.:—–\n“”\"()]{3,110})"
    r"|(?: \([^)\n]{1,30}\))? ?\(([^)\n]{3,60})\)"
)
_CLAUSE = re.compile(r"\b(?:said|says|told|who|which|was|is|were|are|has|have|had|will|would|and (?:[A-Z]|he|she))\b")
_DETERMINER = re.compile(
    r"(?:^|(?<= ))(?:(?:[Tt]he|[Aa]n?|[Ii]ts|[Tt]heir|[Hh]is|[Hh]er|[Oo]ur|[Oo]ne of the) "
    r"|[A-Z][\w.-]*(?: [A-Z][\w.-]*)*[’']s? |(?:former|then) )"
)


def roles_around(text: str, name: Name) -> Iterator[Role]:
    """The roles that title and appositions give to a name."""
    if name.title and (role := parse_role(name.title)):
        yield role
    if after := _AFTER.match(text, name.end, name.end + 160):
        phrase = _CLAUSE.split(after[1] or after[2])[0].strip()
        if (_DETERMINER.match(phrase) or _starts_with_role(phrase)) and (role := parse_role(phrase)):
            yield role
    before = text[max(0, name.opens - 110) : name.opens]
    if before.endswith(", "):
        segment = re.split(r"[,;.!?:—–\n“”\"()](?= |$|\n)|\n", before[:-2])[-1]
        for start in sorted((m.start() for m in _DETERMINER.finditer(segment)), reverse=True):
            phrase = segment[start:].strip()
            if not _CLAUSE.search(phrase) and (role := parse_role(phrase)):
                yield role
                break


def _starts_with_role(phrase: str) -> bool:
    words = phrase.split()
    return any(
        fold(" ".join(words[i:j])) in lexicon()["heads"]
        for i in range(min(3, len(words)))
        for j in range(i + 1, min(i + 4, len(words)) + 1)
    )


def acronyms(text: str) -> dict[str, str]:
    """Folded short form -> the full name it is introduced with: "Alliance to Reclaim Schools (ARS)"."""
    out: dict[str, str] = {}
    for match in _ACRONYM.finditer(text):
        letters = re.sub(r"[^A-Za-z]", "", match[1]).upper()
        before = re.split(r"[.!?\n;:(]\s", text[max(0, match.start() - 110) : match.start()].rstrip())[-1].split()
        for size in range(2, min(len(before), 11) + 1):
            words = before[-size:]
            if not words[0][:1].isupper():
                continue
            big = "".join(p[0] for w in words for p in w.split("-") if p[:1].isupper())
            every = "".join(w[0] for w in words).upper()
            if big == letters or every == letters:
                out.setdefault(fold(match[1]), " ".join(words).strip(",“”\"'"))
                break
    return out


def body_like(text: str, names: list[Name]) -> dict[str, set[str]]:
    """Folded names that the text treats as bodies, with what it calls them: "the steelmaker Norvik"."""
    out: dict[str, set[str]] = {}
    nouns = lexicon()["bodies"] | set(classes())
    for name in names:
        if name.title or is_place(name.text):
            continue
        before = re.search(r"(?:^|[\s“\"])([a-z-]+) $", text[max(0, name.start - 24) : name.start])
        after = re.match(r", (?:the|a|an|which|one of) ([^,;.\n“”\"]{3,60})", text[name.end : name.end + 70])
        found: set[str] = set()
        known = given_gender(name.words[0]) is not None and len(name.words) > 1
        if before and before[1] in nouns:
            found.add(before[1])
        if after and not known:
            head = re.split(r" (?:that|which|who|of|for|in|at|with|based|behind|from|to) ", after[1])[0].split()
            if head and head[-1] in nouns:
                found.add(head[-1])
        if found or (not known and _BODY_ASPECT.match(text, name.end - 2 if name.possessive else name.end)):
            out.setdefault(fold(name.text), set()).update(found)
    return out


def in_title_case(line: str) -> bool:
    """Whether a line is a headline in title case, where capitals tell nothing."""
    words = [w for w in re.findall(r"[A-Za-z][\w’'-]*", line) if len(w) > 3]
    return len(words) >= 4 and sum(w[0].isupper() for w in words) > 0.75 * len(words)


def _all_capitals(line: str) -> bool:
    """Whether all words of a line that a headline in title case would capitalise are capitalised."""
    small = lexicon()["prepositions"] | lexicon()["conjunctions"]
    return all(w[0].isupper() or w in small for w in re.findall(r"[A-Za-z][\w’'-]*", line) if len(w) > 3)


def headline_lines(text: str) -> Iterator[tuple[int, int]]:
    for line in re.finditer(r"(?m)^[^\n]{12,200}$", text):
        closed = line[0].rstrip()[-1:] in ".!?”\"'"
        if in_title_case(line[0]) and (not closed or (len(line[0].split()) > 5 and _all_capitals(line[0]))):
            yield line.span()


def in_spans(at: int, spans: list[Span]) -> bool:
    """Whether an offset lies in one of some ordered spans."""
    i = bisect_left(spans, (at + 1, 0)) - 1
    return i >= 0 and spans[i][0] <= at < spans[i][1]
