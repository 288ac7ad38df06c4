"""How alerts name actors, concepts and positions, and how words from the web are made safe for headers and terminals.

Pure. Nothing here knows mail; ``alerts.py`` composes with it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo

from extractors.models import Actor, Codebook, Concept

AGREEMENT = {
    2: "supports",
    1: "supports, with conditions",
    0: "takes no side",
    -1: "rejects, with reservations",
    -2: "rejects",
}
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
_PARTICLES = frozenset(("al", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "van", "von"))


def one_line(text: str, limit: int = 300) -> str:
    """``text`` as one line without control and direction characters, cut at ``limit`` characters.

    What is left can neither end a header nor reorder or hide what a reader sees; the joiners that some scripts
    need stay.
    """
    kept = (c if c in _JOINERS or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") else " " for c in text)
    line = " ".join("".join(kept).split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def web_address(url: str) -> str | None:
    """``url`` if it is one that a mail may link to: http or https, one line, no user name in it; else None."""
    if len(url) > 2000 or not re.fullmatch(
        r"https?://[^\s<>\"'\\^`{|}@/]+(?:/[^\s<>\"\\^`{|}]*|[?#][^\s<>\"]*)?", url, re.I
    ):
        return None
    return url if one_line(url, 2000) == url else None


def position_words(agreement: int | None) -> str:
    """What an agreement of -2..+2 means, for people; None is "no position known"."""
    return "no position known" if agreement is None else AGREEMENT[agreement]


def side(agreement: int | None) -> str:
    """The side that an agreement takes: "in favour", "against", "undecided"."""
    if not agreement:
        return "undecided"
    return "in favour" if agreement > 0 else "against"


def short_name(actor: Actor, others: Sequence[Actor] = ()) -> str:
    """The name that headlines use ("Zelenskyy", "von der Leyen"); the full one where there is any doubt.

    A person's last name is used only if an alias bears out that it is one ("Zelensky" does for "Zelenskyy"), so that
    "Xi Jinping" never becomes "Jinping"; and only if no other actor would be called the same.
    """
    name = one_line(actor.name, 80)
    candidate = _family_name(name, actor.aliases) if actor.kind == "person" else None
    if candidate is None:
        return name
    rivals = [o for o in others if o.name != actor.name and candidate.casefold() in _words(o)]
    return name if rivals else candidate


def _words(actor: Actor) -> set[str]:
    return {word for text in (actor.name, *actor.aliases) for word in (text.casefold(), *text.casefold().split()[-1:])}


def _family_name(name: str, aliases: Sequence[str]) -> str | None:
    words = name.split()
    if len(words) < 2:
        return None
    known = [line for alias in aliases if (line := one_line(alias, 80))]
    for alias in known:
        if name.startswith(f"{alias} ") and alias.casefold() != words[0].casefold():
            return None
        if name.endswith(f" {alias}"):
            return alias
    for alias in known:
        if len(alias.split()) == 1 and _alike(alias, words[-1]):
            return words[-1]
    for alias in known:  # "Elina Valtonen, the minister": titles before the last name
        if alias.split()[-1] == words[-1] and words[-2].casefold() not in _PARTICLES and alias != name:
            return words[-1]
    return None


def _alike(a: str, b: str) -> bool:
    matcher: difflib.SequenceMatcher[str] = difflib.SequenceMatcher(None, _plain(a), _plain(b))
    return matcher.ratio() >= 0.75


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


def concept_name(concept: Concept, codebook: Codebook | None = None) -> str:
    """A concept's id as words, spelt as the codebook spells them: "nato-membership" -> "NATO membership"."""
    others = codebook or Codebook()
    texts = [*_wording(concept)]
    texts += [name for actor in others.actors for name in (actor.name, *actor.aliases)]
    texts += [text for other in others.concepts for text in _wording(other)]
    spelling: dict[str, str] = {}
    for text in texts:
        for word in re.findall(r"[^\W_]+", text):
            spelling.setdefault(word.casefold(), word)
    words = [word for word in re.split(r"[-_]+", concept.id) if word]
    return one_line(" ".join(spelling.get(word.casefold(), word) for word in words), 80)


def _wording(concept: Concept) -> list[str]:
    """What the analyst wrote for a concept, without the capital that only opens a sentence."""
    opening, _, rest = concept.proposition.partition(" ")
    return [*concept.terms, *concept.support, *concept.oppose, rest, "" if opening.istitle() else opening]


def day(value: date | datetime | None, zone: tzinfo = UTC) -> str:
    """ "14 December 2025", in ``zone`` where there is a time; "date not known" for None."""
    if value is None:
        return "date not known"
    if isinstance(value, datetime):
        value = value.astimezone(zone).date()
    return f"{value.day} {value:%B %Y}"


def plural(count: int, noun: str) -> str:
    """ "1 report", "4 reports"."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def toml_string(text: str) -> str:
    """``text`` as a TOML basic string."""
    escaped = one_line(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
