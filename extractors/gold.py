"""Reading gold: attributions marked in plain text, with what a careful reader says about them.

    [s Lund] [c said] [t the duties would stay].
    = tariffs -2 | a note for people

`[s ...]` is the source, `[c ...]` the cue, `[t ...]` the content; a span in several pieces has several brackets. The
line that starts with "=" gives concepts and agreements (-2 .. 2 or null), or "none" where the content is about nothing
in the codebook. A blank line ends the item.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.errors import SettingsError
from extractors.models import Attribution, Concept, QuoteType, Span

_BRACKET = re.compile(r"\[([sct]) ([^\[\]]+)\]")
_QUOTED = re.compile(r"[\"“„«]")


@dataclass(frozen=True, slots=True)
class GoldItem:
    """One attribution in its text, with the agreement to each concept that its content is about."""

    story: str
    line: int
    text: str
    attribution: Attribution
    labels: tuple[tuple[str, int | None], ...]
    note: str = ""
    speaks_for: tuple[str, ...] = ()
    """Affiliation and aliases of the actor that the source names, as the roster has them."""


@dataclass(frozen=True, slots=True)
class GoldStory:
    """The items of one story, and its codebook."""

    name: str
    concepts: tuple[Concept, ...]
    items: tuple[GoldItem, ...]

    def concept(self, identifier: str) -> Concept:
        return next(c for c in self.concepts if c.id == identifier)


def parse_marked(marked: str) -> tuple[str, Attribution]:
    """Return the text without brackets, and the attribution that they mark; the quote type follows from the marks."""
    spans: dict[str, list[Span]] = {"s": [], "c": [], "t": []}
    text, last = "", 0
    for match in _BRACKET.finditer(marked):
        text += marked[last : match.start()]
        spans[match[1]].append((len(text), len(text) + len(match[2])))
        text += match[2]
        last = match.end()
    text += marked[last:]
    if not spans["t"]:
        raise ValueError(f"no content is marked in: {marked}")
    pieces = [text[a:b].strip() for a, b in spans["t"]]
    kind: QuoteType = "indirect"
    if any(_QUOTED.search(p) for p in pieces):
        kind = "direct" if all(_QUOTED.match(p) for p in pieces) else "mixed"
    return text, Attribution(tuple(spans["s"]), tuple(spans["c"]), tuple(spans["t"]), kind)


def read_story(path: Path) -> GoldStory:
    """Read `<story>.txt` and the codebook `<story>.toml` beside it; raises SettingsError with file and line."""
    codebook = tomllib.loads(path.with_suffix(".toml").read_text(encoding="utf-8"))
    concepts = tuple(
        Concept(c["id"], c["proposition"], *(tuple(c.get(key, ())) for key in ("terms", "support", "oppose")))
        for c in codebook["concept"]
    )
    known = {c.id for c in concepts}
    items = []
    pending: list[str] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if line.startswith("="):
            items.append(_item(path, number, "\n".join(pending), line[1:], known, codebook.get("actor", [])))
            pending = []
        elif line.strip():
            pending.append(line)
    if pending:
        raise SettingsError(f"{path}:{number}", "text without a label")
    return GoldStory(path.stem, concepts, tuple(items))


def _item(path: Path, number: int, marked: str, answer: str, known: set[str], roster: list[dict[str, Any]]) -> GoldItem:
    where = f"{path}:{number}"
    try:
        text, attribution = parse_marked(marked)
    except ValueError as problem:
        raise SettingsError(where, str(problem)) from problem
    given, _, note = answer.partition("|")
    words = given.split()
    labels: list[tuple[str, int | None]] = []
    if words != ["none"]:
        for concept, label in zip(words[::2], words[1::2], strict=True):
            if concept not in known or label not in {"-2", "-1", "0", "1", "2", "null"}:
                raise SettingsError(where, f"no such label: {concept} {label}")
            labels.append((concept, None if label == "null" else int(label)))
    return GoldItem(
        path.stem, number, text, attribution, tuple(labels), note.strip(), _voices(text, attribution, roster)
    )


def _voices(text: str, attribution: Attribution, roster: list[dict[str, Any]]) -> tuple[str, ...]:
    source = " ".join(text[a:b] for a, b in attribution.source)
    found = [a for a in roster if a["name"].split()[-1] in source]
    return tuple(n for a in found for n in (a.get("affiliation", ""), *a.get("aliases", ())) if n)
