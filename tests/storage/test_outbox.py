"""Changes and the alerts about them: recorded once, told once, never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from extractors.errors import StorageError
from storage.changes import WITHDRAWN
from storage.ledger import Ledger
from storage.records import Alert, OutboxItem, Told, ToldChange
from tests.storage.builders import DAY, HOUR, WATCH, change

TOLL = ("Petra Vance", "toll")


def telling(name: str, told_as: str = "confirmed") -> ToldChange:
    c = change(name)
    return ToldChange(
        c.id,
        told_as,  # type: ignore[arg-type]
        c.actor,
        c.concept,
        c.kind,
        c.from_agreement,
        c.to_agreement,
        c.said_at,
        "The harbour should levy a toll",
    )


def item(name: str, *changes: ToldChange, recipient: str = "desk@example.org") -> OutboxItem:
    return OutboxItem(f"<{name}@volteface>", WATCH, "mail", recipient, "change", "{}", changes)


def ids(alerts: list[Alert]) -> list[str]:
    return [alert.item.alert_id for alert in alerts]


def test_the_same_changes_again_add_nothing(ledger: Ledger) -> None:
    (step,) = ledger.save_changes(WATCH, [change("a")], "run-1", DAY)
    assert (step.change, step.previous) == (change("a"), None)
    assert ledger.save_changes(WATCH, [change("a")], "run-2", DAY + HOUR, pairs=[TOLL]) == []
    (known,) = ledger.changes(WATCH)
    assert (known.change, known.run_id, known.recorded_at, known.verdict) == (change("a"), "run-1", DAY, None)


def test_every_state_is_kept(ledger: Ledger) -> None:
    firm = replace(change("a"), status="confirmed", independent_reports=2, evidence=("statement-a", "statement-c"))
    more = replace(firm, independent_reports=3)
    ledger.save_changes(WATCH, [change("a")], None, DAY)
    (step,) = ledger.save_changes(WATCH, [firm], None, DAY)  # at the same moment
    assert step.previous == "tentative"
    ledger.save_changes(WATCH, [more], None, DAY + HOUR)
    history = ledger.change_history(WATCH, "change-a")
    assert [(s.change, s.previous) for s in history] == [
        (change("a"), None),
        (firm, "tentative"),
        (more, "confirmed"),
    ]
    assert [known.change for known in ledger.changes(WATCH)] == [more]


def test_a_change_that_no_longer_follows_is_reverted_once(ledger: Ledger) -> None:
    other = change("b", actor="Ole Brandt")
    ledger.save_changes(WATCH, [change("a"), other], None, DAY)
    (step,) = ledger.save_changes(WATCH, [], None, DAY + HOUR, pairs=[TOLL])
    assert step.change == replace(change("a"), status="reverted", reason=WITHDRAWN)
    assert step.previous == "tentative"
    assert ledger.save_changes(WATCH, [], None, DAY + HOUR, pairs=[TOLL]) == []
    assert [k.change.status for k in ledger.changes(WATCH)] == ["reverted", "tentative"]
    (back,) = ledger.save_changes(WATCH, [change("a")], None, DAY + 2 * HOUR, pairs=[TOLL])
    assert back.previous == "reverted"


def test_changes_and_alerts_are_written_together_or_not_at_all(ledger: Ledger) -> None:
    with pytest.raises(ZeroDivisionError), ledger.transaction() as tx:
        tx.save_changes(WATCH, [change("a")], None, DAY)
        tx.add_alerts([item("a", telling("a"))], DAY)
        raise ZeroDivisionError
    assert ledger.changes(WATCH) == []
    assert ledger.alerts() == []
    ledger.save_changes(WATCH, [change("a")], None, DAY, alerts=[item("a", telling("a"))])
    assert ids(ledger.alerts(state="pending")) == ["<a@volteface>"]


@pytest.mark.parametrize(
    ("differs", "silent"),
    [
        ({}, True),
        ({"kind": "reversed", "from_agreement": -2, "said_at": date(2025, 12, 20)}, True),  # from the same words
        ({"evidence": ("recoded",), "said_at": date(2025, 12, 11)}, True),
        ({"evidence": ("new",), "said_at": date(2025, 12, 20)}, False),
        ({"evidence": ("new",), "kind": "hardened"}, False),
        ({"to_agreement": -1}, False),
        ({"concept": "tunnel"}, False),
        ({"actor": "Ida Holm"}, False),
    ],
)
def test_a_rejected_change_stays_rejected_under_the_name_that_its_actor_gets(
    ledger: Ledger, differs: dict[str, Any], silent: bool
) -> None:
    old = change("a", actor="P. Vance", evidence=("statement-a", "statement-b"))
    ledger.save_changes(WATCH, [old], None, DAY, pairs=[("P. Vance", "toll")])
    ledger.review_change(WATCH, "change-a", "reject", "Ida", "a recycled quote", DAY)
    ledger.merge_actor(WATCH, "P. Vance", "Petra Vance", "Ida", "the same", DAY + HOUR)
    new = replace(change("b", evidence=("statement-b", "statement-c")), **differs)
    ledger.save_changes(WATCH, [new], None, DAY + 2 * HOUR)
    assert {k.change.id: k.verdict for k in ledger.changes(WATCH)} == {"change-a": "reject", "change-b": None}
    ledger.save_changes(WATCH, [new], None, DAY + 2 * HOUR, pairs=[("P. Vance", "toll"), (new.actor, new.concept)])
    verdicts = {k.change.id: (k.verdict, k.reviewed_by) for k in ledger.changes(WATCH)}
    assert verdicts["change-b"] == (("reject", "Ida") if silent else (None, None))
    ledger.review_change(WATCH, "change-b", "accept", "Ida", "it is true after all", DAY + 3 * HOUR)
    assert {k.change.id: k.verdict for k in ledger.changes(WATCH)} == {"change-a": "reject", "change-b": "accept"}


def test_a_rejected_change_stays_rejected(ledger: Ledger) -> None:
    ledger.save_changes(WATCH, [change("a")], None, DAY)
    ledger.review_change(WATCH, "change-a", "reject", "Ida", "a recycled quote", DAY + HOUR)
    ledger.save_changes(WATCH, [replace(change("a"), status="confirmed")], None, DAY + 2 * HOUR)
    (known,) = ledger.changes(WATCH)
    assert (known.verdict, known.reviewed_by, known.review_reason) == ("reject", "Ida", "a recycled quote")
    with pytest.raises(StorageError, match="no change of harbour"):
        ledger.review_change(WATCH, "change-x", "reject", "Ida", "why", DAY)


def test_nobody_is_told_the_same_twice(ledger: Ledger) -> None:
    ledger.save_watch("other", "Other", "", DAY)
    assert ledger.add_alerts([item("1", telling("a"))], DAY) == ["<1@volteface>"]
    assert ledger.add_alerts([item("1", telling("b"))], DAY) == []  # the same message
    again = replace(item("2", telling("a")), watch_id="other")
    assert ledger.add_alerts([again], DAY) == []  # the same change from another watch
    assert ledger.add_alerts([item("3", telling("a"), telling("b"))], DAY) == ["<3@volteface>"]  # half of it is news
    assert ledger.add_alerts([item("4", telling("a", "corrected"))], DAY + HOUR) == ["<4@volteface>"]
    assert ledger.add_alerts([item("5", telling("a"), recipient="chief@example.org")], DAY) == ["<5@volteface>"]
    assert ledger.add_alerts([item("6"), item("7")], DAY) == ["<6@volteface>", "<7@volteface>"]  # tell of no change
    assert ledger.told("mail", "desk@example.org") == [
        Told(telling("a"), DAY, WATCH, "<1@volteface>"),
        Told(telling("b"), DAY, WATCH, "<3@volteface>"),
        Told(telling("a", "corrected"), DAY + HOUR, WATCH, "<4@volteface>"),
    ]
    assert ledger.last_alert_at(WATCH, "mail", "desk@example.org", "change") == DAY + HOUR
    assert ledger.last_alert_at(WATCH, "mail", "desk@example.org", "digest") is None


def test_a_delivery_from_claim_to_sent(ledger: Ledger) -> None:
    ledger.add_alerts([item("1", telling("a")), replace(item("2", telling("b")), not_before=DAY + HOUR)], DAY)
    (claimed,) = ledger.claim_alerts(DAY)
    assert (claimed.item.alert_id, claimed.attempts, claimed.item.changes) == ("<1@volteface>", 1, (telling("a"),))
    assert ledger.claim_alerts(DAY) == []  # somebody has it
    ledger.record_attempt("<1@volteface>", DAY, error="greylisted", next_try_at=DAY + HOUR)
    assert ledger.claim_alerts(DAY) == []
    assert ids(ledger.claim_alerts(DAY + HOUR)) == ["<1@volteface>", "<2@volteface>"]
    ledger.record_attempt("<1@volteface>", DAY + HOUR)
    ledger.record_attempt("<2@volteface>", DAY + HOUR, error="no such mailbox")
    states = {a.item.alert_id: (a.state, a.attempts, a.last_error, a.sent_at) for a in ledger.alerts()}
    assert states == {
        "<1@volteface>": ("sent", 2, "greylisted", DAY + HOUR),
        "<2@volteface>": ("failed", 1, "no such mailbox", None),
    }
    assert ledger.claim_alerts(DAY + 99 * HOUR) == []
    assert ids(ledger.alerts(WATCH, "failed")) == ["<2@volteface>"]


def test_a_delivery_that_was_cut_off_is_due_again_after_its_lease(ledger: Ledger) -> None:
    ledger.add_alerts([item("1", telling("a"))], DAY)
    ledger.claim_alerts(DAY, lease=timedelta(minutes=5))
    assert ledger.claim_alerts(DAY + timedelta(minutes=4)) == []
    (again,) = ledger.claim_alerts(DAY + timedelta(minutes=5))
    assert again.attempts == 2


def test_claims_of_one_watch_and_in_portions(ledger: Ledger) -> None:
    ledger.save_watch("other", "Other", "", DAY)
    ledger.add_alerts([item(str(n), telling(str(n))) for n in range(3)], DAY)
    assert ledger.claim_alerts(DAY, watch_id="other") == []
    assert ids(ledger.claim_alerts(DAY, 2)) == ["<0@volteface>", "<1@volteface>"]
    assert ids(ledger.claim_alerts(DAY, 2)) == ["<2@volteface>"]


def test_runs_and_notices(ledger: Ledger) -> None:
    first = ledger.start_run(WATCH, DAY)
    second = ledger.start_run(WATCH, DAY + HOUR)
    ledger.finish_run(second, DAY + 2 * HOUR, "ok", {"pages": 3, "skipped": {"in es": 1}})
    ledger.finish_run(second, DAY + 3 * HOUR, "failed", {}, "too late")
    runs = ledger.runs(WATCH)
    assert [(r.run_id, r.status, dict(r.stats), r.error) for r in runs] == [
        (second, "ok", {"pages": 3, "skipped": {"in es": 1}}, None),
        (first, "unfinished", {}, None),
    ]
    assert ledger.save_notice(WATCH, "blind", "warned", "all feeds fail", DAY)
    assert not ledger.save_notice(WATCH, "blind", "warned", "still", DAY + HOUR)
    assert ledger.save_notice(WATCH, "blind", "recovered", "two feeds answer", DAY + 2 * HOUR)
    assert ledger.save_notice(WATCH, "blind", "warned", "all feeds fail", DAY + 3 * HOUR)
    (notice,) = ledger.notices(WATCH)
    assert (notice.state, notice.recorded_at) == ("warned", DAY + 3 * HOUR)
