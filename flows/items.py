"""What an alert says about one change: names, figures, and the exact words behind it, report by report. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.models import Actor, Change, Codebook, Concept, Statement
from flows.rules import ToldAs
from flows.settings import Watch
from flows.wording import concept_name, one_line, plural, short_name, side, toml_string, web_address
from storage.records import Told

MUTE_DAYS = 30
WORDS_LIMIT = 700
"""Characters of one quotation; an attribution is rarely longer than a paragraph."""


@dataclass(frozen=True)
class Copy:
    """A text that repeats a report and counts for nothing."""

    outlet: str
    url: str


@dataclass(frozen=True)
class Report:
    """One independent report: the exact words, and where they stand."""

    outlet: str
    url: str
    words: str
    published_at: datetime | None = None
    said_at: date | None = None
    said_basis: str = ""
    start: int | None = None
    """Offsets of the words in the text of the article's version; None where they are not known."""
    end: int | None = None
    quoted: bool = False
    """The actor's own words, in quotation marks, rather than a paraphrase."""
    copies: tuple[Copy, ...] = ()
    version_id: str = ""


@dataclass(frozen=True)
class Item:
    """One change, ready to be told."""

    change: Change
    actor: str
    """The full name; ``actor_short`` is what a headline says."""
    actor_short: str
    concept: str
    """The concept in a few words, from its id."""
    proposition: str
    reports: tuple[Report, ...]
    former: tuple[Report, ...] = ()
    """The words of the former position, newest first."""
    told_as: ToldAs = "confirmed"
    earlier: Told | None = None
    thread: tuple[Told, ...] = ()
    """What the recipient was told before about this actor and concept."""
    query: str = ""
    mute: str = ""

    @property
    def copies(self) -> int:
        """Texts that only repeat a report."""
        return sum(len(report.copies) for report in self.reports)


def build_item(
    change: Change,
    statements: Mapping[str, Statement],
    watch: Watch,
    now: datetime,
    told_as: ToldAs = "confirmed",
    earlier: Told | None = None,
    *,
    told: Sequence[Told] = (),
    codebook: Codebook | None = None,
) -> Item:
    """Gather what a message says about ``change``.

    ``statements``: by id, at least those in ``change.evidence`` and ``change.before``; missing ones are left out.
    ``told``: what the recipient was told so far. ``codebook``: where the watch's own is not the one in use (drafted
    concepts, actors from the texts).
    """
    book = codebook or watch.codebook
    actor = next((a for a in book.actors if a.name == change.actor), Actor(change.actor))
    concept = next((c for c in book.concepts if c.id == change.concept), Concept(change.concept, ""))
    evidence = [statements[i] for i in change.evidence if i in statements]
    before = [statements[i] for i in change.before if i in statements]
    return Item(
        change=change,
        actor=one_line(actor.name),
        actor_short=short_name(actor, book.actors),
        concept=concept_name(concept, book),
        proposition=one_line(concept.proposition),
        reports=fold_copies(evidence, change.independent_reports),
        former=tuple(_report(s) for s in before[:1]),
        told_as=told_as,
        earlier=earlier,
        thread=tuple(t for t in told if (t.what.actor, t.what.concept) == (change.actor, change.concept)),
        query=timeline_query(watch.path, change),
        mute=mute_snippet(actor.name, change.concept, now),
    )


def fold_copies(evidence: Sequence[Statement], independent: int) -> tuple[Report, ...]:
    """One Report for each of the first ``independent`` statements; the rest are copies of one of them.

    A copy goes to the report of its copy group, else of its outlet, else to the first.
    """
    leaders = list(evidence[: max(independent, 1)])
    copies: list[list[Copy]] = [[] for _ in leaders]
    shown = {leader.url for leader in leaders}
    for statement in evidence[len(leaders) :]:
        if statement.url in shown:
            continue
        shown.add(statement.url)
        copies[_leader_of(statement, leaders)].append(Copy(one_line(statement.outlet, 80), statement.url))
    return tuple(_report(leader, tuple(mine)) for leader, mine in zip(leaders, copies, strict=True))


def _leader_of(copy: Statement, leaders: Sequence[Statement]) -> int:
    for index, leader in enumerate(leaders):
        if copy.copy_group and copy.copy_group == leader.copy_group:
            return index
    return next((i for i, leader in enumerate(leaders) if leader.outlet == copy.outlet), 0)


def _report(statement: Statement, copies: tuple[Copy, ...] = ()) -> Report:
    pieces = statement.attribution.content
    return Report(
        outlet=one_line(statement.outlet, 80),
        url=statement.url,
        words=one_line(statement.words, WORDS_LIMIT),
        published_at=statement.published_at,
        said_at=statement.said_at,
        said_basis=statement.said_basis,
        start=pieces[0][0] if pieces else None,
        end=pieces[-1][1] if pieces else None,
        quoted=statement.attribution.quote_type == "direct",
        copies=copies,
        version_id=statement.version_id,
    )


def timeline_query(path: Path, change: Change) -> str:
    """A command line that lists every statement behind a change; safe to paste into a shell."""
    actor, concept = (one_line(text).replace("'", "''") for text in (change.actor, change.concept))
    sql = (
        "SELECT said_at, agreement, outlet, words, url FROM current_statement "  # noqa: S608
        f"WHERE actor = '{actor}' AND concept = '{concept}' ORDER BY said_at, outlet"
    )
    return f"volteface query {shlex.quote(one_line(path.name))} {_double_quoted(sql)}"


def _double_quoted(text: str) -> str:
    """``text`` for a POSIX shell, in double quotes, which keep the quotation marks of SQL readable."""
    return '"' + "".join(f"\\{c}" if c in '\\"$`' else c for c in text) + '"'


def mute_snippet(actor: str, concept: str, now: datetime) -> str:
    """Lines for the watch file that silence this actor on this concept for a while."""
    until = (now + timedelta(days=MUTE_DAYS)).date()
    return f"[[alerts.mute]]\nactor = {toml_string(actor)}\nconcept = {toml_string(concept)}\nuntil = {until}"


# --- in a few words ---------------------------------------------------------------------------------------------


def headline(item: Item) -> str:
    """What happened in one line without a full stop: "Zelenskyy softens on NATO membership"."""
    change, who, what = item.change, item.actor_short, item.concept
    if item.told_as == "corrected":
        verbs = {"reversed": "reversed on", "softened": "softened on", "hardened": "hardened on"}
        return f"Correction: {who} has not {verbs.get(change.kind, 'taken up')} {what}"
    stance = side(change.to_agreement)
    lines = {
        "reversed": f"{who} reverses on {what}, now {stance}",
        "softened": f"{who} softens on {what}",
        "hardened": f"{who} hardens on {what}",
        "new_concept": f"{who} takes up {what}: {stance}",
        "new_actor": f"New voice: {who} on {what}, {stance}",
        "reaffirmed": f"{who} stays the same on {what}",
    }
    line = lines[change.kind]
    return line[0].upper() + line[1:]  # "von der Leyen" opens the sentence


def subject_of(item: Item) -> str:
    """The subject of a mail about one change: "Zelenskyy softens on NATO membership (4 reports)"."""
    if item.told_as == "corrected":
        return headline(item)
    line = f"{headline(item)} ({plural(item.change.independent_reports, 'report')})"
    return f"Holds after all: {line}" if item.told_as == "restored" else line


def item_json(item: Item) -> dict[str, Any]:
    """A change as ``volteface changes --format json`` prints it; what webhooks send."""
    change = item.change
    evidence: list[dict[str, Any]] = []
    for report in item.reports:
        evidence.append(
            {
                "url": web_address(report.url),
                "outlet": report.outlet,
                "published_at": report.published_at,
                "text": report.words,
                "start": report.start,
                "end": report.end,
                "version_id": report.version_id,
                "copies": [{"url": web_address(c.url), "outlet": c.outlet} for c in report.copies],
            }
        )
    return {
        "id": change.id,
        "actor": change.actor,
        "concept": change.concept,
        "proposition": item.proposition,
        "kind": change.kind,
        "from": change.from_agreement,
        "to": change.to_agreement,
        "baseline": change.baseline_agreement,
        "status": change.status,
        "said_at": change.said_at,
        "independent_reports": change.independent_reports,
        "confidence": change.confidence,
        "reason": change.reason,
        "told_as": item.told_as,
        "evidence": evidence,
    }
