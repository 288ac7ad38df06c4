"""The store -> a self-contained web page."""

from __future__ import annotations

from datetime import date
from html import escape
from pathlib import Path

from flows.output import signed
from flows.reading import change_rows, position_rows
from storage.ledger import Snapshot

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884}"
    "blockquote{margin:.5rem 0;padding-left:1rem;border-left:3px solid #8888}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}}"
)


def write_dossier(home: Path, watch_id: str, title: str, to: Path, today: date) -> Path:
    """Write the page for one watch into the folder ``to`` and return its path."""
    with Snapshot(home) as snapshot:
        changes = change_rows(snapshot, watch_id, None, ("confirmed", "tentative"))
        positions = position_rows(snapshot, watch_id, None, None, today)
    rows = "".join(
        f"<tr><td>{escape(p['actor'])}</td><td>{escape(p['concept'])}</td><td>{signed(p['agreement'])}</td>"
        f"<td>{p['confidence']:.2f}</td><td>{p['since']}</td></tr>"
        for p in positions
    )
    parts = []
    for change in reversed(changes):
        quotes = "".join(
            f"<blockquote>{escape(e['text'])}<br>"
            f"<a href='{escape(e['url'], quote=True)}'>{escape(e['outlet'])}</a></blockquote>"
            for e in change["evidence"]
        )
        parts.append(
            f"<h3>{escape(change['actor'])}: {escape(change['concept'])} {signed(change['from'])} to "
            f"{signed(change['to'])}</h3><p>{change['kind']}, {change['status']}, said {change['said_at']}, "
            f"{change['independent_reports']} independent reports</p>{quotes}"
        )
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style>'
        f"<h1>{escape(title)}</h1><h2>Changes</h2>{''.join(parts) or '<p>None yet.</p>'}"
        f"<h2>Positions</h2><table><tr><th>Actor<th>Concept<th>Agreement<th>Confidence<th>Since</tr>{rows}</table></html>"
    )
    to.mkdir(parents=True, exist_ok=True)
    path = to / "index.html"
    path.write_text(page, encoding="utf-8")
    return path
