"""Invented changes with their statements, and a watch to tell about them, for the tests of alerting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from extractors.models import Attribution, Change, Statement, Version
from flows.settings import Watch, load_watch
from storage.ledger import Ledger

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""A Monday."""
SAID = date(2026, 3, 1)
OUTLETS = ("Harbour Gazette", "Ferry Times", "Quay Radio", "Dockside Wire", "The Mole", "Anchor Online", "Pier Post")

WATCH = """
[watch]
id = "harbour"
title = "Harbour talks"

[baseline]
file = "baseline.html"
outlet = "Harbour Gazette"
title = "Who wants the new quay"
published_at = 2026-02-01

[[actor]]
name = "Mara Lindqvist"
affiliation = "Port Authority"
aliases = ["Lindqvist", "the harbour master"]

[[actor]]
name = "Kęstutis Jonaitis"
aliases = ["Jonaitis"]

[[actor]]
name = "Dockers' Union"
kind = "organization"
aliases = ["the union"]

[[concept]]
id = "new-quay"
proposition = "The port should build a new quay"
terms = ["new quay", "quay"]

[[concept]]
id = "night-shifts"
proposition = "Night shifts should be abolished"
terms = ["night shifts"]

[alerts]
"""


def make_watch(folder: Path, alerts: str = 'to = ["desk@example.org"]', name: str = "harbour") -> Watch:
    """A watch file in ``folder`` with these [alerts], read back."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "baseline.html").write_text("<p>Mara Lindqvist wants a new quay.</p>", encoding="utf-8")
    path = folder / f"{name}.toml"
    path.write_text(WATCH.replace('id = "harbour"', f'id = "{name}"') + alerts + "\n", encoding="utf-8")
    return load_watch(path)


def make_change(number: int = 1, **given: Any) -> Change:
    """A confirmed change of Lindqvist's on the quay, unless ``given`` says otherwise."""
    reports = given.get("independent_reports", 2)
    fields: dict[str, Any] = {
        "id": f"change{number}",
        "actor": "Mara Lindqvist",
        "concept": "new-quay",
        "kind": "reversed",
        "from_agreement": 2,
        "to_agreement": -1,
        "status": "confirmed",
        "said_at": SAID,
        "independent_reports": reports,
        "evidence": tuple(f"change{number}-{n}" for n in range(reports)),
        "baseline_agreement": 2,
        "before": (f"change{number}-before",),
        "confidence": 0.84,
        "reason": "Two outlets carry it in their own words.",
    }
    return Change(**{**fields, **given})


def make_statement(key: str, outlet: str, words: str, change: Change, **given: Any) -> Statement:
    """A statement of the actor of ``change`` in ``outlet``."""
    fields: dict[str, Any] = {
        "id": key,
        "watch_id": "harbour",
        "version_id": f"v-{key}",
        "actor": change.actor,
        "concept": change.concept,
        "agreement": change.to_agreement,
        "words": words,
        "source_text": "she",
        "attribution": Attribution(((0, 3),), ((4, 8),), ((9, 9 + len(words)),), "direct"),
        "said_at": change.said_at,
        "published_at": datetime(2026, 3, 1, 18, tzinfo=UTC),
        "recorded_at": NOW - timedelta(hours=1),
        "outlet": outlet,
        "url": f"https://{outlet.lower().replace(' ', '-')}.example/{key}",
        "coder": "test-1",
        "said_basis": "on Sunday",
        "copy_group": f"g-{key}",
    }
    return Statement(**{**fields, **given})


def make_statements(change: Change) -> dict[str, Statement]:
    """Statements for all of the evidence of ``change`` and what it was before."""
    made = {
        key: make_statement(key, OUTLETS[n % len(OUTLETS)], f"the quay can wait, report {n}", change)
        for n, key in enumerate(change.evidence)
    }
    for key in change.before:
        made[key] = make_statement(
            key,
            "Harbour Gazette",
            "the quay must be built",
            change,
            agreement=change.from_agreement,
            said_at=date(2026, 2, 1),
            published_at=datetime(2026, 2, 1, 8, tzinfo=UTC),
        )
    return made


def store(ledger: Ledger, watch: Watch, changes: Sequence[Change], at: datetime = NOW) -> None:
    """Put the watch, the statements behind ``changes``, and the changes into the ledger."""
    statements = {key: s for change in changes for key, s in make_statements(change).items()}
    with ledger.transaction() as tx:
        if tx.watch(watch.id) is None:
            tx.save_watch(watch.id, watch.title, watch.toml, at)
            tx.save_codebook(watch.id, watch.codebook, at)
        for statement in statements.values():
            version = Version(
                f"{watch.id}-{statement.version_id}",
                f"a-{statement.version_id}",
                statement.url,
                statement.outlet,
                "A title",
                "xxxxxxxxx" + statement.words,
                statement.published_at,
                at,
                "en",
            )
            tx.save_version(watch.id, version)
            ours = replace(statement, watch_id=watch.id, version_id=version.id)
            tx.save_coding(watch.id, version.id, "test-1", [ours], [], "", at)
        tx.save_changes(watch.id, changes, None, at)
