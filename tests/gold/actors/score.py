"""Read the gold of actors and score the resolver on it.

    python -m tests.gold.actors.score dev|test [--wrong]

It prints the figures, and with --wrong every answer that is not gold.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extractors.actors import resolve_actors
from extractors.lexicon import fold
from extractors.models import Actor, Attribution, Resolution

HERE = Path(__file__).parent
_MARK = re.compile(r"\[(\d+)([sct])(?:=(\d+))?(?: ?([^\[\]|]*))?(?:\|([^\[\]]*))?\] ?")
Resolver = Callable[[str, Sequence[Attribution], Sequence[Actor]], Sequence[Resolution]]


@dataclass
class Article:
    """One article of the gold: its text, its attributions, and the actor behind each source ("?" for unresolved)."""

    id: str
    beat: str
    text: str = ""
    attributions: list[Attribution] = field(default_factory=list)
    actors: list[str] = field(default_factory=list)
    roster: list[Actor] = field(default_factory=list)


@dataclass(frozen=True)
class Figures:
    """Over all sources of some articles; see GUIDELINES.md."""

    articles: int
    sources: int
    resolvable: int
    precision: float
    recall: float
    abstention: float


def read(part: str) -> list[Article]:
    """Return the articles of dev or test; raises ValueError that names the article with bad markup."""
    articles = []
    for block in re.split(r"(?m)^=== ", (HERE / f"{part}.txt").read_text(encoding="utf-8"))[1:]:
        head, *lines = block.splitlines()
        name, beat = (x.strip() for x in head.split("|"))
        article = Article(name, beat)
        for line in [x for x in lines if x.startswith("@")]:
            actor, kind, affiliation, aliases = ([*(x.strip() for x in line[1:].split("|")), "", "", ""])[:4]
            names = tuple(a.strip() for a in aliases.split(";") if a.strip())
            article.roster.append(Actor(actor, kind or "person", affiliation or None, names))  # type: ignore[arg-type]
        _parse(article, "\n".join(x for x in lines if not x.startswith("@")).strip())
        articles.append(article)
    return articles


def _parse(article: Article, marked: str) -> None:
    spans: dict[str, dict[str, list[tuple[int, int]]]] = {}
    gold: dict[str, str] = {}
    text, last = "", 0
    for match in _MARK.finditer(marked):
        text += marked[last : match.start()]
        number, role, same, words, actor = match.groups()
        of = spans.setdefault(number, {"s": [], "c": [], "t": []})
        if same:
            of["s"] += spans[same]["s"]
        else:
            of[role].append((len(text), len(text) + len(words)))
            text += words + match[0][match[0].rindex("]") + 1 :]
        if role == "s" and actor is not None:
            gold[number] = actor.strip()
        last = match.end()
    article.text = text + marked[last:]
    for number, of in spans.items():
        if not of["s"] or not of["c"] or not of["t"] or number not in gold:
            raise ValueError(f"{article.id}: attribution {number} lacks source, cue, content or actor")
        article.attributions.append(Attribution(tuple(of["s"]), tuple(of["c"]), tuple(of["t"])))
        article.actors.append(gold[number])


def judge(article: Article, given: Sequence[Resolution]) -> list[bool | None]:
    """For every source: right, wrong, or None for no answer."""
    keys: dict[str, str] = {}
    out: list[bool | None] = []
    for gold, answer in zip(article.actors, given, strict=True):
        name = answer.actor.name if answer.actor else None
        if name is None:
            out.append(None)
        elif gold.startswith("("):
            first = gold not in keys and name not in keys.values()
            if first:
                keys[gold] = name
            out.append(answer.basis.startswith("description") and keys.get(gold) == name)
        else:
            out.append(gold != "?" and not answer.basis.startswith("description") and fold(name) == fold(gold))
    return out


def resolver(text: str, attributions: Sequence[Attribution], roster: Sequence[Actor]) -> Sequence[Resolution]:
    """The resolver that ships."""
    return resolve_actors(text, attributions, roster)


def score(articles: Sequence[Article], resolve: Resolver = resolver) -> Figures:
    """Score a resolver; the baselines of the gate's own test are scored by the same function."""
    verdicts = [
        (g, v)
        for a in articles
        for g, v in zip(a.actors, judge(a, resolve(a.text, a.attributions, a.roster)), strict=True)
    ]
    resolvable = sum(g != "?" for g, _ in verdicts)
    answered = sum(v is not None for _, v in verdicts)
    right = sum(v is True for _, v in verdicts)
    return Figures(
        len(articles),
        len(verdicts),
        resolvable,
        right / max(1, answered),
        right / max(1, resolvable),
        1 - answered / max(1, len(verdicts)),
    )


def main() -> None:
    """Print the figures of one part."""
    articles = read(sys.argv[1])
    print(score(articles))
    if "--wrong" in sys.argv:
        for article in articles:
            given = resolver(article.text, article.attributions, article.roster)
            for a, gold, answer, verdict in zip(
                article.attributions, article.actors, given, judge(article, given), strict=True
            ):
                if verdict is not True and not (verdict is None and gold == "?"):
                    words = article.text[a.source[0][0] : a.source[-1][1]]
                    print(
                        f"{article.id}: {words!r}: {answer.actor and answer.actor.name} ({answer.basis}), gold {gold}"
                    )


if __name__ == "__main__":
    main()
