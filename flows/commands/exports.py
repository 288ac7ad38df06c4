"""Commands that write files for other tools and readers: export, dossier."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click

from flows.commands.options import WATCH, day


@click.command()
@WATCH
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the files.")
@click.option("--change", "change_id", help="Only the evidence for this change, as a zip.")
@click.option("--gold", is_flag=True, help="Only what analysts decided about statements, as gold cases.")
@click.option("--as-of", callback=day, help="The networks as they were on this date.")
def export(watch: Path, to: Path, change_id: str | None, gold: bool, as_of: date | None) -> None:
    """Parquet and CSV of every table, GraphML for network tools, or the evidence for one change.

    \b
    Example: volteface export watch.toml --to out
             volteface export watch.toml --to out --change 0418ee12
    """
    from flows.exporting import export_decisions, export_everything, export_evidence
    from flows.settings import load_environment, load_watch

    watch_id, home = load_watch(watch).id, load_environment().home
    if gold:
        paths = export_decisions(home, watch_id, to)
    elif change_id:
        paths = [export_evidence(home, watch_id, change_id, to)]
    else:
        paths = export_everything(home, watch_id, to, as_of)
    for path in paths:
        click.echo(str(path))


@click.command()
@WATCH
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the page.")
def dossier(watch: Path, to: Path) -> None:
    """One self-contained web page: who stands where, who moved, on whose word.

    \b
    Example: volteface dossier watch.toml --to site
    """
    from flows.dossier import write_dossier
    from flows.settings import load_environment, load_watch

    page = write_dossier(load_watch(watch), load_environment().home, to, datetime.now(UTC))
    click.echo(f"Wrote {page}")
