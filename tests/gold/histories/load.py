"""The histories as data: articles, statements coded by hand, and the changes that a careful analyst would report."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from extractors.duplicates import fingerprint, groups_of
from extractors.models import Actor, Attribution, Codebook, Concept, QuoteType, Statement, Version

HERE = Path(__file__).parent
_QUOTES: dict[str, QuoteType] = {"d": "direct", "i": "indirect", "m": "mixed"}


@dataclass(frozen=True, slots=True)
class Told:
    """One statement as coded by hand, in its article."""

    agreement: int | None
    day: date | None
    dated: bool
    quote: QuoteType
    words: str
    condition: str | None


@dataclass(frozen=True, slots=True)
class Article:
    outlet: str
    published: date | None
    text: str
    told: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class History:
    """One actor on one concept; the first article is the baseline."""

    id: str
    story: str
    actor: str
    concept: str
    articles: tuple[Article, ...]
    expected: tuple[str, ...]
    """Kinds of the changes that should be confirmed in the end, in order."""


def parts() -> dict[str, tuple[str, ...]]:
    """Return the names of the stories that tune ("dev") and of those that measure ("test", "fresh")."""
    return {k: tuple(v) for k, v in tomllib.loads((HERE / "parts.toml").read_text(encoding="utf-8")).items()}


def codebook(story: str, folder: Path | None = None) -> Codebook:
    """Return the codebook of a story, from `folder` where it is not among the histories."""
    raw = tomllib.loads(((folder or HERE) / f"{story}.toml").read_text(encoding="utf-8"))
    concepts = tuple(
        Concept(c["id"], c["proposition"], tuple(c["terms"]), tuple(c["support"]), tuple(c["oppose"]))
        for c in raw["concept"]
    )
    actors = tuple(
        Actor(a["name"], a.get("kind", "person"), a.get("affiliation"), tuple(a.get("aliases", ())))
        for a in raw["actor"]
    )
    return Codebook(concepts, actors)


def histories(part: str) -> list[History]:
    """Return the histories of "dev", "test" or "fresh". Raises ValueError where the markup is wrong."""
    return [h for story in parts()[part] for h in parse((HERE / f"{story}.txt").read_text(encoding="utf-8"), story)]


def parse(text: str, story: str) -> list[History]:
    """Read the markup: `# id | actor | concept`, `@ day outlet`, text, `= statement`, `> kind of change`."""
    return [_history(block.strip(), story) for block in text.split("\n# ") if block.strip("# \n")]


def _history(block: str, story: str) -> History:
    head, *rest = block.removeprefix("# ").split("\n@ ")
    name, actor, concept = (p.strip() for p in head.split("|"))
    expected = tuple(line[2:].strip() for piece in rest for line in piece.splitlines() if line.startswith("> "))
    if not expected:
        raise ValueError(f"{name}: no line says what is expected")
    articles = tuple(_article(name, piece) for piece in rest)
    return History(name, story, actor, concept, articles, tuple(k for k in expected if k != "none"))


def _article(name: str, piece: str) -> Article:
    head, *lines = piece.strip().splitlines()
    day, outlet = head.split(" ", 1)
    published = None if day == "?" else date.fromisoformat(day)
    text = "\n".join(line for line in lines if line[:2] not in {"= ", "> "})
    told = tuple(_told(name, line[2:], text, published) for line in lines if line.startswith("= "))
    return Article(outlet.strip(), published, text, told)


def _told(name: str, line: str, text: str, published: date | None) -> Told:
    agreement, day, quote, words, *condition = (p.strip() for p in line.split("|"))
    if words not in text:
        raise ValueError(f"{name}: not in the text: {words}")
    said = published if day in {".", "?"} else date.fromisoformat(day)
    return Told(
        None if agreement == "null" else int(agreement),
        None if day == "?" else said,
        day not in {".", "?"},
        _QUOTES[quote],
        words,
        condition[0] if condition else None,
    )


def versions(history: History) -> list[Version]:
    """Return the articles as fetched versions, the baseline first."""
    return [
        Version(
            id=f"{history.id}-{n}",
            article_id=f"{history.id}-{n}",
            url=f"https://outlet{n}.example/{history.id}",
            outlet=a.outlet,
            title="",
            text=a.text,
            published_at=a.published and datetime(a.published.year, a.published.month, a.published.day, 9, tzinfo=UTC),
            recorded_at=datetime(2040, 1, 1, tzinfo=UTC),
            language="en",
        )
        for n, a in enumerate(history.articles)
    ]


def copy_groups(history: History) -> dict[str, str]:
    return groups_of((v.id, fingerprint(v.text)) for v in versions(history))


def by_hand(history: History) -> list[list[Statement]]:
    """Return the statements as coded by hand, article by article; copies are those that duplicates.py finds."""
    groups = copy_groups(history)
    return [
        [_statement(history, version, n, told, groups[version.id]) for n, told in enumerate(article.told)]
        for version, article in zip(versions(history), history.articles, strict=True)
    ]


def _statement(history: History, version: Version, n: int, told: Told, group: str) -> Statement:
    return Statement(
        id=f"{version.id}-{n}",
        watch_id=history.story,
        version_id=version.id,
        actor=history.actor,
        concept=history.concept,
        agreement=told.agreement,
        words=told.words,
        source_text=history.actor,
        attribution=Attribution((), (), ((0, 1),), told.quote),
        said_at=told.day,
        published_at=version.published_at,
        recorded_at=version.recorded_at,
        outlet=version.outlet,
        url=version.url,
        coder="hand",
        condition=told.condition,
        confidence=0.8,
        said_basis="in the text" if told.dated else "published",
        copy_group=group,
    )
