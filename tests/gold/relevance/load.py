"""The relevance gold as data: per story a baseline, articles that belong to it, and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extractors.relevance import StoryProfile
from tests.gold.histories.load import codebook, histories, parts

HERE = Path(__file__).parent
MORE = {"dev": ("tunnel", "exams"), "test": ()}
"""Stories without histories."""
FROM_HISTORIES = 10
"""Articles on each story that are taken over from the histories, as many as are written here for balance."""


@dataclass(frozen=True, slots=True)
class Item:
    story: str
    title: str
    text: str
    relevant: bool
    kind: str
    """Of a neighbour: what makes it look like the story."""


def profile(story: str) -> StoryProfile:
    """Return what a watch would know of the story: its baseline and its codebook."""
    title, text = _blocks(story)[0][3:].split("\n", 1)
    return StoryProfile.from_watch(title, text, codebook(story, HERE if (HERE / f"{story}.toml").exists() else None))


def items(part: str) -> list[Item]:
    """Return the articles of the stories of "dev" or "test"; a story of the histories without neighbours here is left out."""
    found = []
    for story in (s for s in (*parts()[part], *MORE[part]) if (HERE / f"{s}.txt").exists()):
        told = [h for h in histories(part) if h.story == story]
        texts = [h.articles[n].text for n in (1, 2) for h in told][:FROM_HISTORIES]
        found += [Item(story, "", text, True, "history") for text in texts]
        for block in _blocks(story)[1:]:
            head, text = block[2:].split("\n", 1)
            kind, title = ("own", head) if block.startswith("+") else (p.strip() for p in head.split("|"))
            found.append(Item(story, title, text, block.startswith("+"), kind))
    return found


def _blocks(story: str) -> list[str]:
    """The baseline (`== title`), what belongs to the story (`+ title`) and what does not (`- kind | title`)."""
    blocks: list[str] = []
    for line in (HERE / f"{story}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith(("== ", "+ ", "- ")):
            blocks.append(line)
        elif line:
            blocks[-1] += "\n" + line
    return blocks
