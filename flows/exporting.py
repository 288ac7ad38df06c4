"""``volteface export``: files for other tools."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from extractors.errors import VoltefaceError
from flows.goldcases import export_gold
from storage.evidence import write_evidence
from storage.export import export_tables
from storage.ledger import Snapshot
from storage.networks import export_networks


def export_everything(home: Path, watch_id: str, to: Path, as_of: date | None) -> list[Path]:
    """Every table as Parquet and CSV, the networks as GraphML, the statements for discourse network tools."""
    to.mkdir(parents=True, exist_ok=True)
    paths = export_tables(home, watch_id, to)
    with Snapshot(home) as snapshot:
        return paths + export_networks(snapshot, watch_id, to, as_of)


def export_evidence(home: Path, watch_id: str, change_id: str, to: Path) -> Path:
    """A zip with all that one change rests on. ``change_id`` may be the beginning of an id."""
    to.mkdir(parents=True, exist_ok=True)
    with Snapshot(home) as snapshot:
        identifier = whole_id(snapshot, watch_id, change_id)
        return write_evidence(snapshot, home, watch_id, identifier, to / f"{identifier}.zip")


def export_decisions(home: Path, watch_id: str, to: Path) -> list[Path]:
    """What analysts decided about statements, as gold cases."""
    with Snapshot(home) as snapshot:
        return export_gold(snapshot, watch_id, to)


def whole_id(snapshot: Snapshot, watch_id: str, beginning: str) -> str:
    """The one change id that starts so. Raises VoltefaceError for none or several."""
    found = [k.change.id for k in snapshot.changes(watch_id) if k.change.id.startswith(beginning)]
    if len(found) == 1:
        return found[0]
    problem = "no change has this id" if not found else f"{len(found)} changes have ids that start so"
    raise VoltefaceError(beginning, problem, "List them with: volteface changes WATCH --status all")
