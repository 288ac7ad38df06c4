"""Small invented versions, statements and changes, with everything that a test does not care about filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from extractors.models import Actor, Attribution, Change, Codebook, Concept, Entry, Statement, Version
from storage.ledger import Ledger
from storage.records import NewEntry, NewPrint, StoredPrint

WATCH = "harbour"
DAY = datetime(2025, 12, 3, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
CODEBOOK = Codebook(
    (Concept("toll", "The harbour should levy a toll", ("toll",), ("levy a toll",), ("no toll",)),),
    (Actor("Petra Vance", "person", "Port of Ombria", ("Vance", "the harbour master")),),
)


def version(name: str, **changed: Any) -> Version:
    """The only version of an article of that name, published on DAY."""
    made = Version(
        id=f"version-{name}",
        article_id=f"article-{name}",
        url=f"https://courier.example/{name}",
        outlet="Courier",
        title=f"Title of {name}",
        text=f"Petra Vance said that {name} needs a toll.",
        published_at=DAY,
        recorded_at=DAY + HOUR,
        language="en",
    )
    return replace(made, **changed)


def statement(name: str, of: str = "a", **changed: Any) -> Statement:
    """A statement that Petra Vance supports the toll, in the version of the article ``of``."""
    made = Statement(
        id=f"statement-{name}",
        watch_id=WATCH,
        version_id=f"version-{of}",
        actor="Petra Vance",
        concept="toll",
        agreement=2,
        words="needs a toll",
        source_text="Petra Vance",
        attribution=Attribution(((0, 11),), ((12, 16),), ((24, 36),), "direct", 0.9),
        said_at=date(2025, 12, 3),
        published_at=DAY,
        recorded_at=DAY + HOUR,
        outlet="Courier",
        url=f"https://courier.example/{of}",
        coder="1",
        basis=("needs", "full name"),
        confidence=0.8,
        said_basis="published",
        copy_group=f"version-{of}",
    )
    return replace(made, **changed)


def change(name: str, **changed: Any) -> Change:
    """A tentative softening of Petra Vance on the toll."""
    made = Change(
        id=f"change-{name}",
        actor="Petra Vance",
        concept="toll",
        kind="softened",
        from_agreement=2,
        to_agreement=1,
        status="tentative",
        said_at=date(2025, 12, 9),
        independent_reports=1,
        evidence=("statement-a",),
        before=("statement-b",),
        confidence=0.7,
        reason="one report",
    )
    return replace(made, **changed)


def entry(name: str, **changed: Any) -> NewEntry:
    """An entry that leads to the article of that name."""
    url = f"https://courier.example/{name}"
    return NewEntry(
        f"article-{name}", url, replace(Entry(f"key-{name}", url + "?utm=1", f"Title of {name}"), **changed)
    )


def watched(ledger: Ledger) -> Ledger:
    """The ledger, with the watch and its codebook in it."""
    ledger.save_watch(WATCH, "The harbour", "[watch]", DAY)
    ledger.save_codebook(WATCH, CODEBOOK, DAY)
    return ledger


def store(ledger: Ledger, *statements: Statement, recorded_at: datetime = DAY + HOUR) -> None:
    """Save the statements' versions and codings, one coding for each version and coder."""
    with ledger.transaction() as tx:
        for name, coder in dict.fromkeys((s.version_id, s.coder) for s in statements):
            of = [s for s in statements if (s.version_id, s.coder) == (name, coder)]
            made = version(name.removeprefix("version-"), outlet=of[0].outlet, published_at=of[0].published_at)
            tx.save_version(WATCH, made)
            tx.save_prints([NewPrint(made.id, StoredPrint(0, 0), (), of[0].copy_group)])
            tx.save_coding(WATCH, name, coder, of, [], "", recorded_at)
