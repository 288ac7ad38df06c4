"""What the demo prints at its end: the changes with their words, where everything lies, and what to try next."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.output import signed
from flows.reading import change_rows
from storage.ledger import Snapshot

VERBS = {
    "reversed": "reverses on",
    "softened": "softens on",
    "hardened": "hardens on",
    "new_concept": "takes a side on",
    "new_actor": "enters with a side on",
}
WORDS = 150


def summarise(out: Path, measured: dict[str, Any], say: Callable[[str], None]) -> None:
    """Print the confirmed changes of the demo in ``out`` and the next steps. ``measured``: run_demo's result."""
    watch = measured["watch"]
    with Snapshot(out) as snapshot:
        rows = change_rows(snapshot, watch.id, None, ("confirmed",))
        tentative = len(change_rows(snapshot, watch.id, None, ("tentative",)))
    say("")
    say(f"{len(rows)} changes confirmed, {tentative} wait for a second independent report:")
    for row in rows:
        say("")
        said = f"{row['said_at']:%d %b}"
        move = f"{signed(row['from'])} -> {signed(row['to'])}" if row["from"] is not None else signed(row["to"])
        told = f"{move}, {row['independent_reports']} reports"
        say(f"  {said}  {row['actor']} {VERBS[row['kind']]} {row['concept']}  ({told})")
        for evidence in row["evidence"][:2]:
            words = " ".join(evidence["text"].split())
            say(f"          {evidence['outlet']}: {words[:WORDS]}{' ...' if len(words) > WORDS else ''}")
    home, file = shlex.quote(str(out)), shlex.quote(str(watch.path))
    say("")
    say(f"Database   {out / 'volteface.duckdb'}   (readers use {out / 'snapshot.duckdb'})")
    say(f"Mails      {out / 'mails'}   ({measured['mails']} .eml files)")
    say(f"Page       {measured['page']}")
    say("")
    say("Try next:")
    say(f"  export VOLTEFACE_HOME={home}")
    say(f"  volteface changes {file} --status confirmed --explain")
    say(f"  volteface positions {file} --as-of 2025-12-14")
    say(f"  volteface query {file} latest_positions")
    say("")
    share = measured["prefect_seconds"] / measured["seconds"]
    say(f"{measured['seconds']:.0f} seconds, {share:.0%} of them the start of Prefect's server.")
