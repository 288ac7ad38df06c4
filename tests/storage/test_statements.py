"""Statements come back as they were coded; reviews, merges and another coder change what counts, never what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from extractors.errors import StorageError
from extractors.models import Actor, Attribution
from storage.ledger import Ledger
from storage.records import Correction, NewPrint, StoredPrint, Verdict
from storage.rows import select
from tests.storage.builders import DAY, HOUR, WATCH, statement, store, version

TOLL = ("Petra Vance", "toll")


def test_a_statement_comes_back_equal(ledger: Ledger) -> None:
    odd = statement(
        "b",
        actor=None,
        concept=None,
        agreement=None,
        condition="if the bridge is closed",
        said_at=None,
        words="“Ça va” \x00 \U0001f6a2",
        source_text="",
        attribution=Attribution((), (), ((1, 3), (9, 12)), "mixed", 0.0),
        basis=(),
        confidence=0.0,
    )
    store(ledger, statement("a"), odd)
    assert ledger.statements_for(WATCH) == [statement("a"), odd]
    assert ledger.statements_of_version(WATCH, "version-a") == [statement("a"), odd]
    assert ledger.statements_by_id(WATCH, ["statement-b", "statement-x"]) == {"statement-b": odd}


def test_pairs_choose(ledger: Ledger) -> None:
    store(ledger, statement("a"), statement("b", actor="Ole Brandt"), statement("c", concept="bridge"))
    assert ledger.statements_for(WATCH, [TOLL]) == [statement("a")]
    assert ledger.statements_for(WATCH, []) == []
    assert ledger.statements_for("other") == []


def test_a_version_is_coded_once_by_each_coder(ledger: Ledger) -> None:
    ledger.save_version(WATCH, version("a"))
    assert ledger.save_coding(WATCH, "version-a", "1", [statement("a")], [Actor("Ole Brandt")], "", DAY)
    assert not ledger.save_coding(WATCH, "version-a", "1", [statement("b")], [Actor("Ida Holm")], "", DAY)
    assert ledger.statements_for(WATCH) == [statement("a")]
    assert "Ida Holm" not in [a.name for a in ledger.actors(WATCH)]
    assert ledger.versions_to_code(WATCH) == []
    assert [v.version.id for v in ledger.versions_to_code(WATCH, "2")] == ["version-a"]


def test_versions_that_were_skipped_are_not_coded(ledger: Ledger) -> None:
    ledger.save_version(WATCH, version("a"), skipped="another story")
    assert ledger.versions_to_code(WATCH) == []


def test_another_coder_counts_only_when_accepted(ledger: Ledger) -> None:
    store(ledger, statement("a"), statement("b", of="b"))
    other = statement("a2", agreement=-2, coder="2", recorded_at=DAY + 5 * HOUR)
    new = statement("c", of="c", coder="2", recorded_at=DAY + 5 * HOUR)
    store(ledger, other, new, recorded_at=DAY + 5 * HOUR)
    assert ledger.accepted_coder(WATCH) == "1"
    assert ledger.statements_for(WATCH) == [statement("a"), statement("b", of="b"), new]
    with ledger.rehearsal() as tx:
        tx.accept_coder(WATCH, "2", "Ida", "what if", DAY + 6 * HOUR)
        assert tx.statements_for(WATCH) == [other, statement("b", of="b"), new]
    assert ledger.statements_for(WATCH) == [statement("a"), statement("b", of="b"), new]
    ledger.accept_coder(WATCH, "2", "Ida", "better on the gold set", DAY + 6 * HOUR)
    assert ledger.statements_for(WATCH) == [other, statement("b", of="b"), new]
    assert ledger.statements_for(WATCH, known_at=DAY + 3 * HOUR) == [statement("a"), statement("b", of="b")]
    ledger.accept_coder(WATCH, "1", "Ida", "a mistake", DAY + 7 * HOUR)
    assert ledger.statements_for(WATCH) == [statement("a"), statement("b", of="b"), new]


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        (Correction(("agreement",), agreement=-1), {"agreement": -1}),
        (Correction(("agreement",), agreement=None), {"agreement": None}),
        (Correction(("actor",), actor="Ole Brandt"), {"actor": "Ole Brandt"}),
        (Correction(("concept", "said_at"), concept="bridge", said_at=date(2025, 11, 1)),
         {"concept": "bridge", "said_at": date(2025, 11, 1)}),
        (Correction(("condition",), condition="if asked"), {"condition": "if asked"}),
    ],
)  # fmt: skip
def test_a_correction_replaces_what_it_names(ledger: Ledger, correction: Correction, expected: dict[str, Any]) -> None:
    store(ledger, statement("a"))
    ledger.review_statement(WATCH, "statement-a", "correct", "Ida", "misread", DAY + 2 * HOUR, correction)
    basis = (*statement("a").basis, "corrected by Ida: misread")
    assert ledger.statements_for(WATCH) == [replace(statement("a"), confidence=1.0, basis=basis, **expected)]
    assert ledger.statements_for(WATCH, known_at=DAY + HOUR) == [statement("a")]


def test_the_last_verdict_counts_and_all_are_kept(ledger: Ledger) -> None:
    store(ledger, statement("a"))
    verdicts: list[tuple[Verdict, int]] = [("reject", 0), ("accept", 1), ("reject", 0), ("accept", 1)]
    for verdict, left in verdicts:  # all at one moment: the order in which they were given decides
        ledger.review_statement(WATCH, "statement-a", verdict, "Ida", "looked again", DAY + HOUR)
        assert len(ledger.statements_for(WATCH)) == left
    assert [r.verdict for r in ledger.reviews(WATCH)] == [verdict for verdict, _ in verdicts]


def test_a_verdict_outlives_recoding(ledger: Ledger) -> None:
    store(ledger, statement("a"))
    ledger.review_statement(WATCH, "statement-a", "reject", "Ida", "a joke", DAY + 2 * HOUR)
    moved = Attribution(((0, 11),), ((12, 16),), ((17, 30),), "direct", 0.9)
    same_words = statement("n", attribution=moved, coder="2")
    elsewhere = statement("m", attribution=replace(moved, content=((40, 60),)), coder="2")
    store(ledger, same_words, elsewhere, recorded_at=DAY + 3 * HOUR)
    ledger.accept_coder(WATCH, "2", "Ida", "better", DAY + 4 * HOUR)
    assert ledger.statements_for(WATCH) == [elsewhere]


@pytest.mark.parametrize(
    ("verdict", "name", "reason", "correction", "problem"),
    [
        ("correct", "Ida", "why", None, "names no field"),
        ("correct", "Ida", "why", Correction(("words",)), "cannot be corrected"),
        ("reject", " ", "why", None, "a name and a reason"),
        ("reject", "Ida", "", None, "a name and a reason"),
    ],
)
def test_verdicts_that_are_refused(
    ledger: Ledger, verdict: Verdict, name: str, reason: str, correction: Correction | None, problem: str
) -> None:
    store(ledger, statement("a"))
    with pytest.raises(StorageError, match=problem):
        ledger.review_statement(WATCH, "statement-a", verdict, name, reason, DAY, correction)
    with pytest.raises(StorageError, match="no statement of harbour"):
        ledger.review_statement(WATCH, "statement-x", "reject", "Ida", "why", DAY)
    assert ledger.reviews(WATCH) == []


def test_merged_actors_speak_as_one_and_can_be_parted(ledger: Ledger) -> None:
    store(ledger, statement("a"), statement("b", actor="P. Vance"), statement("c", actor="the master"))

    def speakers() -> list[str | None]:
        return [s.actor for s in ledger.statements_for(WATCH)]

    ledger.merge_actor(WATCH, "the master", "P. Vance", "Ida", "the same", DAY + HOUR)
    assert speakers() == ["Petra Vance", "P. Vance", "P. Vance"]
    ledger.merge_actor(WATCH, "P. Vance", "Petra Vance", "Ida", "the same", DAY + 2 * HOUR)
    assert speakers() == ["Petra Vance"] * 3
    ledger.merge_actor(WATCH, "P. Vance", "P. Vance", "Ida", "not the same", DAY + 3 * HOUR)
    assert speakers() == ["Petra Vance", "P. Vance", "Petra Vance"]
    assert [s.actor for s in ledger.statements_for(WATCH, known_at=DAY + HOUR)][1:] == ["P. Vance", "P. Vance"]


def test_copies_are_found_by_any_common_key_and_regrouped(ledger: Ledger) -> None:
    prints = {name: StoredPrint(i, 40, (i,), (2**63 - 1,)) for i, name in enumerate("abc")}
    keys = {"a": (1, 2**63 - 1), "b": (3, 4), "c": (5,)}
    for name in "abc":
        ledger.save_version(WATCH, version(name))
    assert list(ledger.versions_to_fold(2)) == ["version-a", "version-b"]
    new = [NewPrint(f"version-{n}", prints[n], keys[n], f"version-{n}") for n in "abc"]
    assert ledger.save_prints(new) == 3
    assert ledger.save_prints([replace(new[0], copy_group="version-c")]) == 0
    assert ledger.versions_to_fold(2) == {}
    found = ledger.copy_candidates({"x": [2**63 - 1, 4], "y": [5], "z": [9]})
    assert {name: [c.version_id for c in cs] for name, cs in found.items()} == {
        "x": ["version-a", "version-b"],
        "y": ["version-c"],
        "z": [],
    }
    (candidate,) = ledger.copy_candidates({"": [5, 5]})[""]
    assert (candidate.fingerprint, candidate.copy_group) == (prints["c"], "version-c")
    store(ledger, statement("a"), statement("b", of="b"))
    assert ledger.regroup({"version-b": "version-a", "version-a": "version-a"}, DAY + 2 * HOUR) == 1
    assert ledger.copy_groups(["version-a"]) == {"version-a": "version-a", "version-b": "version-a"}
    assert {s.copy_group for s in ledger.statements_for(WATCH)} == {"version-a"}
    assert {s.copy_group for s in ledger.statements_for(WATCH, known_at=DAY + HOUR)} == {"version-a", "version-b"}


def test_what_to_detect_is_what_was_touched_since(ledger: Ledger) -> None:
    def touched() -> set[tuple[str, str]] | None:
        todo = ledger.to_detect(WATCH)
        ledger.save_detection(WATCH, todo, None, DAY)
        assert ledger.to_detect(WATCH).pairs == frozenset()
        return None if todo.pairs is None else set(todo.pairs)

    assert ledger.to_detect(WATCH).pairs == frozenset()
    store(ledger, statement("a"), statement("b", of="b", actor="Ole Brandt"), statement("c", of="c", actor=None))
    assert touched() == {TOLL, ("Ole Brandt", "toll")}
    store(ledger, statement("d", of="d"))
    assert touched() == {TOLL}
    ledger.regroup({"version-b": "version-a"}, DAY)
    assert touched() == {("Ole Brandt", "toll")}
    ledger.review_statement(
        WATCH, "statement-d", "correct", "Ida", "why", DAY, Correction(("concept",), concept="bridge")
    )
    assert touched() == {TOLL, ("Petra Vance", "bridge")}
    ledger.merge_actor(WATCH, "Ole Brandt", "Ida Holm", "Ida", "why", DAY)
    assert touched() == {("Ole Brandt", "toll"), ("Ida Holm", "toll")}
    ledger.accept_coder(WATCH, "2", "Ida", "why", DAY)
    assert touched() is None


def test_fingerprints_of_before_they_were_kept_as_bytes_are_read(ledger: Ledger) -> None:
    with ledger.transaction() as tx:
        sql = "INSERT INTO fingerprint BY NAME SELECT ? AS version_id, 7 AS digest, 2 AS size, [1, 2] AS signature, "
        tx.connection.execute(f"{sql} [9] AS passages, 'g' AS copy_group", ["old"])
        tx.connection.execute("INSERT INTO fingerprint_key VALUES (5, 'old')")
        new = StoredPrint(-8, 3, (2**62, -1), ())
        tx.save_prints([NewPrint("new", new, (5,), "g")])
        found = tx.copy_candidates({"text": [5]})["text"]
    assert [c.fingerprint for c in found] == [new, StoredPrint(7, 2, (1, 2), (9,))]


def test_rejected_statements_are_detected_as_touched(ledger: Ledger) -> None:
    store(ledger, statement("a"))
    ledger.save_detection(WATCH, ledger.to_detect(WATCH), None, DAY)
    ledger.review_statement(WATCH, "statement-a", "reject", "Ida", "why", DAY)
    assert ledger.to_detect(WATCH).pairs == frozenset({TOLL})


def test_attributions_keep_their_spans_apart(ledger: Ledger) -> None:
    """Two concepts in one content share an attribution; two contents do not."""
    other = statement("c", attribution=replace(statement("a").attribution, content=((40, 44),)))
    store(ledger, statement("a"), statement("b", concept="bridge"), other)
    with ledger.transaction() as tx:
        rows = select(tx.connection, "SELECT * FROM attribution ORDER BY id")
    assert len(rows) == 2
    assert ledger.statements_of_version(WATCH, "version-a", "1") == [
        statement("a"),
        statement("b", concept="bridge"),
        other,
    ]
