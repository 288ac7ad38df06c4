"""Commands to try before you trust: alerts, doctor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from flows.commands.options import WATCH, rows_format


@click.command()
@WATCH
@click.option("--preview", is_flag=True, help="Show what would be sent now; nothing is sent.")
@click.option("--test", "testing", is_flag=True, help="Send one marked test message to everybody whom it tells.")
@click.option(
    "--to",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --preview: write the messages here.  [default: preview in VOLTEFACE_HOME]",
)
def alerts(watch: Path, preview: bool, testing: bool, to: Path | None) -> None:
    """Try before you trust: what would be mailed now, or a test mail.

    \b
    Example: volteface alerts watch.toml --preview --to preview
    """
    from flows.alerting import preview_alerts, send_test
    from flows.settings import load_environment, load_watch

    if preview == testing:
        raise click.UsageError("say --preview or --test")
    loaded, environment = load_watch(watch), load_environment()
    for line in preview_alerts(loaded, environment, to) if preview else send_test(loaded, environment):
        click.echo(line)


@click.command()
@WATCH
@rows_format
def doctor(watch: Path, form: str) -> None:
    """Is everything in place: watch, home, models, ledger, feeds, mail and other channels, outbox.

    \b
    Example: volteface doctor watch.toml
    """
    from flows.doctor import examine
    from flows.output import show
    from flows.settings import load_environment, load_watch

    rows = list(examine(load_watch(watch), load_environment()))
    show(rows, form, ("check", "state", "detail"))
    if any(row["state"] == "failed" for row in rows):
        sys.exit(1)
