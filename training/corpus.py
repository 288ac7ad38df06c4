"""Compile the annotated corpus: marked-up text to JSONL with offsets, checked mechanically.

    python -m training.corpus training/corpus/*.txt --out train.jsonl [--held-out dev.jsonl] [--skip-bad]

The markup is described in GUIDELINES.md. Each output line has the scorer's shape plus what the header says:
`{"id", "text", "attributions": [{"source", "cue", "content", "actor"}], "beat", "form"}`. Problems are printed as
`file:line: id: message`; with any error the exit code is 1 and nothing is written, unless `--skip-bad` leaves the
articles concerned out. Every tenth article, by a hash of its id, goes to `--held-out`.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEADER = re.compile(r"^===\s*(.*)$")
OPENING = re.compile(r"\[(\d+)([sct])(?:=(\d+)\]\s?|\s)")
ROLES = {"s": "source", "c": "cue", "t": "content"}
WORD = re.compile(r"\w")


@dataclass
class Attribution:
    """Spans of one attribution, and the canonical actor where the markup names one."""

    source: list[tuple[int, int]] = field(default_factory=list)
    cue: list[tuple[int, int]] = field(default_factory=list)
    content: list[tuple[int, int]] = field(default_factory=list)
    actor: str | None = None
    same_source_as: int | None = None
    line: int = 0


@dataclass
class Article:
    """One compiled article; `problems` are (line, message)."""

    file: str
    line: int
    meta: dict[str, str]
    text: str = ""
    attributions: dict[int, Attribution] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)
    warnings: list[tuple[int, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        return self.meta.get("id", "")

    def row(self) -> dict[str, object]:
        """Return the JSON object of the article."""
        rows = [
            {"source": a.source, "cue": a.cue, "content": a.content} | ({"actor": a.actor} if a.actor else {})
            for _, a in sorted(self.attributions.items())
        ]
        meta = {k: v for k, v in self.meta.items() if k != "id"}
        return {"id": self.id, "text": self.text, "attributions": rows, **meta}


def articles(path: Path) -> Iterator[Article]:
    """Read the articles of one corpus file."""
    header: tuple[int, dict[str, str]] | None = None
    body: list[str] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate([*lines, "=== end"], 1):
        match = HEADER.match(line)
        if not match:
            body.append(line)
            continue
        if header is not None:
            yield compile_article(path.name, header[0], header[1], body)
        fields = (f.split(":", 1) for f in match[1].split("|") if ":" in f)
        header, body = (number, {k.strip(): v.strip() for k, v in fields}), []


def compile_article(file: str, line: int, meta: dict[str, str], body: list[str]) -> Article:
    """Turn the marked-up lines of one article into text and spans, noting every problem with its line."""
    article = Article(file, line, meta)
    if not article.id:
        article.problems.append((line, "header without id"))
    while body and not body[-1].strip():
        body.pop()
    out: list[str] = []
    size = 0
    started = False
    for number, raw in enumerate(body, line + 1):
        if not raw.strip() and not started:
            continue
        piece = _line(article, number, raw.rstrip(), size + (1 if started else 0))
        out.append(piece)
        size += len(piece) + (1 if started else 0)
        started = True
    article.text = "\n".join(out)
    _resolve(article)
    _check(article)
    return article


def _line(article: Article, number: int, raw: str, offset: int) -> str:
    """Strip the markup off one line; spans are noted with `offset` added."""
    out: list[str] = []
    size = at = 0
    opened: tuple[int, str, int] | None = None
    while at < len(raw):
        char = raw[at]
        if char == "[":
            match = OPENING.match(raw, at)
            if match is None or opened is not None:
                why = "bracket inside a bracket" if opened else "a bracket that is no markup"
                article.problems.append((number, f"{why}: {raw[at : at + 30]!r}"))
                at += 1
                continue
            key = int(match[1])
            attribution = article.attributions.setdefault(key, Attribution(line=number))
            if match[3]:
                attribution.same_source_as = int(match[3])
            else:
                opened = (key, ROLES[match[2]], size)
            at = match.end()
        elif char == "]":
            if opened is None:
                article.problems.append((number, f"a closing bracket too many: {raw[max(0, at - 30) : at + 1]!r}"))
            else:
                _close(article, number, opened, "".join(out), offset)
                opened = None
            at += 1
        elif char == "|" and opened is not None and opened[1] == "source":
            end = raw.find("]", at)
            end = len(raw) if end < 0 else end
            article.attributions[opened[0]].actor = raw[at + 1 : end].strip()
            at = end
        else:
            out.append(char)
            size += 1
            at += 1
    if opened is not None:
        article.problems.append((number, f"bracket {opened[0]}{opened[1][0]} is not closed on its line"))
    return "".join(out)


def _close(article: Article, number: int, opened: tuple[int, str, int], text: str, offset: int) -> None:
    """Note the span that ends here, without the white space at its edges."""
    key, role, start = opened
    span = text[start:]
    if not WORD.search(span) and role != "cue":
        article.problems.append((number, f"empty {role} in {key}"))
        return
    left = start + len(span) - len(span.lstrip())
    right = len(text.rstrip())
    if left < right:
        getattr(article.attributions[key], role).append((offset + left, offset + right))
    else:
        article.problems.append((number, f"empty {role} in {key}"))


def _resolve(article: Article) -> None:
    """Give attributions that share a source their spans."""
    for key, a in article.attributions.items():
        if a.same_source_as is None:
            continue
        other = article.attributions.get(a.same_source_as)
        hops = 0
        while other is not None and not other.source and other.same_source_as is not None and hops < 10:
            other, hops = article.attributions.get(other.same_source_as), hops + 1
        if other is None:
            article.problems.append((a.line, f"{key}s={a.same_source_as}: there is no such attribution"))
        elif not other.source:
            article.warnings.append((a.line, f"{key}s={a.same_source_as}: that attribution has no source, so neither"))
        elif a.source:
            article.problems.append((a.line, f"{key} has a source of its own and another's"))
        else:
            a.source, a.actor = list(other.source), a.actor or other.actor


def _check(article: Article) -> None:
    """Note what the guidelines forbid and what looks unusual."""
    for key, a in sorted(article.attributions.items()):
        if not a.cue:
            article.problems.append((a.line, f"{key} has no cue"))
        elif not a.content:
            # "declined to comment": nothing is handed to the source, so there is nothing to learn
            article.warnings.append((a.line, f"{key} has no content and is left out"))
            del article.attributions[key]
            continue
        spans = [*a.source, *a.cue, *a.content]
        if spans and max(e for _, e in spans) - min(s for s, _ in spans) > 2500:
            article.warnings.append((a.line, f"{key} spreads over more than 2500 characters"))
        if sum(len(article.text[s:e].split()) for s, e in a.cue) > 9:
            article.warnings.append((a.line, f"{key} has a cue of more than nine words"))
        if a.actor and a.actor.lower() in {"he", "she", "they", "it", "who", "i", "we"}:
            article.warnings.append((a.line, f"{key}: the canonical actor is a pronoun"))
        order = sorted({*a.cue, *a.content, *a.source})
        if any(y[0] < x[1] for x, y in itertools.pairwise(order)):
            article.problems.append((a.line, f"{key}: its own spans overlap"))


def held_out(article_id: str) -> bool:
    """Say whether the article belongs to the tenth that is kept for testing; stable as the corpus grows."""
    return hashlib.sha256(article_id.encode()).digest()[0] % 10 == 0


def statistics(rows: list[Article]) -> str:
    """Return the corpus's figures as lines."""
    n = sum(len(a.attributions) for a in rows)
    words = sum(len(a.text.split()) for a in rows)
    every = [x for a in rows for x in a.attributions.values()]
    sourceless = sum(not x.source for x in every)
    broken = sum(len(x.content) > 1 for x in every)
    cues = Counter(" ".join(a.text[s:e] for s, e in x.cue).lower() for a in rows for x in a.attributions.values())
    beats = Counter(a.meta.get("beat", "?") for a in rows)
    forms = Counter(a.meta.get("form", "?") for a in rows)
    return "\n".join(
        [
            f"{len(rows)} articles, {words} words, {n} attributions (one in {words / max(n, 1):.1f} words)",
            f"without source {sourceless}, content in pieces {broken}, different cues {len(cues)}",
            f"beats {dict(beats.most_common())}",
            f"forms {dict(forms.most_common())}",
            f"commonest cues {dict(cues.most_common(12))}",
        ]
    )


def write(path: Path, rows: list[Article]) -> None:
    """Write articles as JSONL."""
    with path.open("w", encoding="utf-8") as out:
        for article in rows:
            out.write(json.dumps(article.row(), ensure_ascii=False) + "\n")


def main() -> int:
    """Run the command; return its exit code."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("files", type=Path, nargs="+")
    ap.add_argument("--out", type=Path)
    ap.add_argument("--held-out", type=Path)
    ap.add_argument("--skip-bad", action="store_true", help="leave articles with errors out instead of stopping")
    ap.add_argument("--ids", type=Path, help="use only the articles whose ids are lines of this file")
    args = ap.parse_args()
    rows = [a for path in sorted(args.files) for a in articles(path)]
    if args.ids:
        wanted = set(args.ids.read_text(encoding="utf-8").split("\n"))
        rows = [a for a in rows if a.id in wanted]
    ids: dict[str, Article] = {}
    texts: dict[str, Article] = {}
    for a in rows:
        for seen, key, what in ((ids, a.id, "id"), (texts, " ".join(a.text.split()), "text")):
            if key in seen:
                a.problems.append((a.line, f"the same {what} as at {seen[key].file}:{seen[key].line}"))
            seen.setdefault(key, a)
    for a in rows:
        for line, message in a.problems:
            print(f"{a.file}:{line}: {a.id}: {message}", file=sys.stderr)
        for line, message in a.warnings:
            print(f"{a.file}:{line}: {a.id}: warning: {message}", file=sys.stderr)
    good = [a for a in rows if not a.problems]
    print(statistics(good))
    if len(good) < len(rows):
        print(f"{len(rows) - len(good)} of {len(rows)} articles have errors", file=sys.stderr)
        if not args.skip_bad:
            return 1
    if args.out:
        write(args.out, [a for a in good if not (args.held_out and held_out(a.id))])
    if args.held_out:
        write(args.held_out, [a for a in good if held_out(a.id)])
    return 0


if __name__ == "__main__":
    sys.exit(main())
