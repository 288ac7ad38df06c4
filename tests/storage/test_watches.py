"""Every wording of a watch is kept, the last one counts."""

from __future__ import annotations

from dataclasses import replace

from extractors.models import Actor, Codebook
from storage.ledger import Ledger
from storage.rows import select
from tests.storage.builders import CODEBOOK, DAY, HOUR, WATCH


def test_the_same_watch_is_recorded_once(ledger: Ledger) -> None:
    assert not ledger.save_watch(WATCH, "The harbour", "[watch]", DAY + HOUR)
    assert ledger.save_watch(WATCH, "The harbour", "[watch] # more", DAY + HOUR)
    assert ledger.save_watch(WATCH, "The harbour", "[watch]", DAY + HOUR)  # back to the former wording, at one moment
    stored = ledger.watch(WATCH)
    assert stored is not None
    assert stored.toml == "[watch]"
    assert ledger.watch("other") is None
    assert ledger.watch_ids() == [WATCH]


def test_codebook_comes_back_as_it_was_given(ledger: Ledger) -> None:
    assert ledger.codebook(WATCH) == CODEBOOK
    assert ledger.save_codebook(WATCH, CODEBOOK, DAY + HOUR) == 0


def test_what_leaves_the_watch_file_is_retired_and_can_come_back(ledger: Ledger) -> None:
    actor = replace(CODEBOOK.actors[0], aliases=("Vance",))
    ledger.save_codebook(WATCH, Codebook((), (actor,)), DAY + HOUR)
    assert ledger.codebook(WATCH) == Codebook((), (actor,))
    ledger.save_codebook(WATCH, CODEBOOK, DAY + 2 * HOUR)
    assert ledger.codebook(WATCH) == CODEBOOK
    with ledger.transaction() as tx:
        rows = select(tx.connection, "SELECT retired FROM concept ORDER BY step")
    assert [row["retired"] for row in rows] == [False, True, False]


def test_actors_of_texts_stand_beside_those_of_the_watch(ledger: Ledger) -> None:
    found = [Actor("Ole Brandt", "person", None, ("Brandt",)), Actor("Petra Vance", "organization")]
    assert ledger.save_actors(WATCH, found, DAY) == 1
    assert ledger.save_actors(WATCH, found, DAY) == 0
    assert ledger.actors(WATCH) == [found[0], CODEBOOK.actors[0]]
    assert ledger.codebook(WATCH) == CODEBOOK
    # the watch file is saved again: what the texts brought stays
    ledger.save_codebook(WATCH, CODEBOOK, DAY + HOUR)
    assert ledger.actors(WATCH) == [found[0], CODEBOOK.actors[0]]
    # and the watch file has the last word on a name
    named = Actor("Ole Brandt", "state", "Keltara", ())
    ledger.save_codebook(WATCH, Codebook(CODEBOOK.concepts, (*CODEBOOK.actors, named)), DAY + HOUR)
    assert next(a for a in ledger.actors(WATCH) if a.name == "Ole Brandt").kind == "state"
