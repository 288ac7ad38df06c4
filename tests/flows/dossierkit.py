"""Invented ledgers for the tests of the dossier: from nothing at all to more than anybody would watch."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.models import Actor, Change, Codebook, Concept, Statement
from flows.dossier import write_dossier
from flows.settings import Watch, load_watch
from storage.ledger import Ledger
from tests.storage.builders import DAY, HOUR, WATCH, change, statement, store, version

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)
BASE = "version-baseline"
MARKUP = (
    """</script></style></title>'"><script>window.hit=1</script><img src=x onerror="window.hit=1">{{ 7*7 }}&amp;<b>"""
)
RTL = "\u202eعبد الرحمن بن محمد آل الشيخ"
LONG = "Konstantinopolitanskaya-" * 12


def watch_in(folder: Path, title: str = "The harbour") -> Watch:
    """A watch file in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "baseline.txt").write_text("Petra Vance wants a toll.", encoding="utf-8")
    text = (
        f'[watch]\nid = "{WATCH}"\ntitle = {json.dumps(title)}\n[baseline]\nfile = "baseline.txt"\noutlet = "Courier"\n'
    )
    path = folder / "watch.toml"
    path.write_text(text + "published_at = 2025-12-03\n", encoding="utf-8")
    return load_watch(path)


def page_of(
    folder: Path,
    statements: Sequence[Statement] = (),
    changes: Sequence[Change] = (),
    book: Codebook | None = None,
    title: str = "The harbour",
    outcome: dict[str, Any] | None = None,
) -> Path:
    """The dossier of a ledger that holds this. Statements of BASE are the baseline's."""
    watch, ledger = watch_in(folder, title), Ledger(folder / "home")
    ledger.save_watch(WATCH, title, watch.toml, DAY)
    ledger.save_codebook(WATCH, book or Codebook(), DAY)
    if any(s.version_id == BASE for s in statements):
        ledger.save_version(WATCH, version("baseline", title=title), role="baseline")
    store(ledger, *statements)
    ledger.save_changes(WATCH, list(changes), None, DAY + HOUR)
    if outcome is not None:
        run = ledger.start_run(WATCH, NOW - HOUR)
        ledger.finish_run(run, NOW - HOUR, "ok", outcome)
    ledger.publish_snapshot()
    return write_dossier(watch, ledger.home, folder / "site", NOW)


def said(number: int, actor: str, concept: str, agreement: int | None, day: date, **given: Any) -> Statement:
    """A statement in an article of its own, in one of eight outlets."""
    name = f"{number:05}"
    fields: dict[str, Any] = {
        "actor": actor,
        "concept": concept,
        "agreement": agreement,
        "said_at": day,
        "published_at": datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
        "source_text": actor,
        "words": f"report {number} says that the harbour needs this and will go on to need it for a long time to come",
        "outlet": f"Outlet {number % 8}",
        "confidence": 0.4 + number % 6 / 10,
    }
    return statement(name, name, **{**fields, **given})


def moving(folder: Path) -> Path:
    """Petra Vance gives up the toll, as three outlets report and one copies; another is not confirmed."""
    first = said(1, "Petra Vance", "toll", 2, date(2025, 12, 3), version_id=BASE, words="the harbour needs a toll")
    later = [
        said(n, "Petra Vance", "toll", -2, date(2025, 12, 9), words=f"in the words of outlet {n}, no toll at all")
        for n in (2, 3, 4)
    ]
    copied = replace(
        said(5, "Petra Vance", "toll", -2, date(2025, 12, 9), words=later[0].words),
        copy_group=later[0].copy_group,
        published_at=NOW,
    )
    other = said(6, "Ada Lund", "toll", 1, date(2025, 12, 12), condition="if ferries go free")
    union = said(7, "Dockers' Union", "night-shifts", -2, date(2025, 12, 3), version_id=BASE)
    moved = change(
        "toll",
        kind="reversed",
        status="confirmed",
        to_agreement=-2,
        baseline_agreement=2,
        independent_reports=3,
        confidence=0.9,
        evidence=tuple(s.id for s in [*later, copied]),
        before=(first.id,),
        reason="three outlets carry it",
    )
    new = change("new", actor="Ada Lund", kind="new_actor", from_agreement=None, before=(), evidence=(other.id,))
    return page_of(folder, [first, *later, copied, other, union], [moved, new], BOOK, outcome={"pages": 7, "sent": 1})


BOOK = Codebook(
    (
        Concept("toll", "The harbour should levy a toll", ("toll",)),
        Concept("night-shifts", "Night shifts should be abolished", ("night shifts",)),
    ),
    (
        Actor("Petra Vance", "person", "Port of Ombria", ("Vance", "the harbour master")),
        Actor("Ada Lund", "person", "City of Ombria", ("Lund",)),
        Actor("Dockers' Union", "organization"),
    ),
)


def crowd(folder: Path, actors: int = 200, concepts: int = 12, articles: int = 500) -> Path:
    """Many stakeholders, each on a few concepts, and every tenth of them moved."""
    book = Codebook(
        tuple(Concept(f"concept-number-{c}", f"The harbour should do thing {c}") for c in range(concepts)),
        tuple(Actor(f"Person {a} Surname{a}", ("person", "organization", "state")[a % 3]) for a in range(actors)),
    )
    statements, changes = [], []
    for number in range(articles * 3):
        actor, concept = number % actors, (number // actors + number) % concepts
        moved = actor % 10 == 0 and number >= articles
        statements.append(
            said(
                number,
                f"Person {actor} Surname{actor}",
                f"concept-number-{concept}",
                -2 if moved else (actor + concept) % 5 - 2,
                date(2025, 12, 3) + timedelta(days=number * 30 // (articles * 3)),
                version_id=f"version-{number % articles:05}",
                copy_group=f"version-{number % articles:05}",
                outlet=f"Outlet {number % articles % 40}",
                published_at=datetime(2025, 12, 3, 12, tzinfo=UTC) + timedelta(hours=number % articles),
                words=f"report {number}: "
                + "that the harbour will need a good deal more of it, whatever others say, " * 3,
            )
        )
        if moved and len(changes) < actors // 5:
            s = statements[-1]
            changes.append(
                change(
                    f"{number}",
                    actor=s.actor,
                    concept=s.concept,
                    kind="reversed",
                    status="confirmed",
                    to_agreement=-2,
                    said_at=s.said_at,
                    evidence=(s.id,),
                    before=(),
                )
            )
    return page_of(folder, statements, changes, book)


def hostile(folder: Path) -> Path:
    """Markup, directions and lengths where a name, a word, an address or a reason is expected."""
    base = said(1, MARKUP, MARKUP, 2, date(2025, 12, 3), version_id=BASE, words=MARKUP, outlet=MARKUP)
    later = said(
        2,
        MARKUP,
        MARKUP,
        -2,
        date(2025, 12, 9),
        words=f"{MARKUP} {RTL} {LONG}",
        outlet=MARKUP,
        url="javascript:alert(1)",
        condition=MARKUP,
        basis=(MARKUP, RTL, "\x00\x1b[31m"),
        source_text=MARKUP,
        said_basis=MARKUP,
    )
    names = [said(3, RTL, MARKUP, 1, date(2025, 12, 10)), said(4, LONG, MARKUP, -1, date(2025, 12, 10))]
    moved = change(
        "m",
        actor=MARKUP,
        concept=MARKUP,
        kind="reversed",
        status="confirmed",
        to_agreement=-2,
        baseline_agreement=2,
        evidence=(later.id,),
        before=(base.id,),
        reason=MARKUP,
        from_condition=MARKUP,
        to_condition=RTL,
    )
    book = Codebook((Concept(MARKUP, MARKUP),), (Actor(MARKUP, "person", MARKUP, (MARKUP,)), Actor(RTL), Actor(LONG)))
    return page_of(folder, [base, later, *names], [moved], book, title=f"{MARKUP} {RTL}")
