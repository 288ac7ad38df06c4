"""Commands that read the published snapshot: positions, changes, query, feeds."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from extractors.errors import VoltefaceError
from flows.commands.options import WATCH, day, rows_format

if TYPE_CHECKING:
    from storage.ledger import Snapshot


@click.command()
@WATCH
@click.option("--as-of", callback=day, help="What was true on this date (2025-12-14).")
@click.option("--known-at", callback=day, help="What was known on this date.")
@rows_format
def positions(watch: Path, as_of: date | None, known_at: date | None, form: str) -> None:
    """Who stands where.

    \b
    Example: volteface positions watch.toml --as-of 2025-12-14
    """
    from flows.output import show
    from flows.reading import position_rows

    snapshot, watch_id = _reader(watch)
    with snapshot:
        rows = position_rows(snapshot, watch_id, as_of, known_at, datetime.now(UTC).date())
    show(rows, form, () if form == "json" else ("actor", "concept", "agreement", "confidence", "since", "reports"))


@click.command()
@WATCH
@click.option("--since", callback=day, help="Only what was said on or after this date.")
@click.option(
    "--status",
    type=click.Choice(["confirmed", "tentative", "reverted", "all"]),
    multiple=True,
    help="Which changes; may be repeated.  [default: confirmed and tentative]",
)
@click.option("--explain", "explained", is_flag=True, help="Show what each change rests on.")
@click.option("--id", "change_id", help="Only the change with this id.")
@rows_format
def changes(
    watch: Path, since: date | None, status: tuple[str, ...], explained: bool, change_id: str | None, form: str
) -> None:
    """Positions that changed, with the words that they rest on.

    \b
    Example: volteface changes watch.toml --since 2025-12-01 --status confirmed
    """
    from flows.explanation import write_explanation
    from flows.output import plain, show
    from flows.reading import change_rows, explanation

    statuses = status or ("confirmed", "tentative")
    if "all" in statuses:
        statuses = ("confirmed", "tentative", "reverted")
    snapshot, watch_id = _reader(watch)
    with snapshot:
        rows = change_rows(snapshot, watch_id, since, statuses)
        if change_id:
            rows = [row for row in rows if row["id"].startswith(change_id)]
            if not rows:
                raise VoltefaceError(str(watch), f'no change has the id "{change_id}"', "List them without --id")
        if explained:
            found = [e for row in rows if (e := explanation(snapshot, watch_id, row["id"]))]
            if form == "json":
                click.echo(json.dumps(plain(found), ensure_ascii=False, indent=2))
            else:
                click.echo("\n".join(map(write_explanation, found)))
            return
    columns = ("id", "actor", "concept", "kind", "from", "to", "status", "said_at", "independent_reports")
    show(rows, form, () if form == "json" else columns)


@click.command()
@WATCH
@click.argument("sql_or_name", required=False)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A value for $NAME; may be repeated.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a .csv, .json or .parquet file.")
@rows_format
def query(watch: Path, sql_or_name: str | None, params: tuple[str, ...], to: Path | None, form: str) -> None:
    """SQL on the published snapshot; without one, lists the named queries.

    \b
    Example: volteface query watch.toml latest_positions
             volteface query watch.toml "SELECT actor, count(*) FROM statement GROUP BY actor"
    """

    from flows.output import show
    from storage.queries import named_queries, run_query

    if sql_or_name is None:
        rows = [
            {"query": q.name, "answers": q.question, "parameters": ", ".join(q.parameters)} for q in named_queries()
        ]
        show(rows, form)
        return
    given: dict[str, str] = {}
    for param in params:
        name, equals, value = param.partition("=")
        if not equals or not name:
            raise click.BadParameter(f'"{param}" is no NAME=VALUE', param_hint="--param")
        given[name] = value
    snapshot, watch_id = _reader(watch)
    with snapshot:
        result = run_query(snapshot, sql_or_name, {"watch": watch_id, **given})
        if to:
            from flows.settings import load_environment
            from storage.export import save_result

            save_result(load_environment().home, sql_or_name, {"watch": watch_id, **given}, to)
            click.echo(f"Wrote {len(result.rows)} rows to {to}")
            return
    show(result.mappings(), form, () if form == "json" else result.columns)


@click.command()
@WATCH
@rows_format
def feeds(watch: Path, form: str) -> None:
    """Feed health: last success, last item, failures in a row, next poll.

    \b
    Example: volteface feeds watch.toml
    """
    from flows.output import show
    from flows.reading import feed_rows

    snapshot, watch_id = _reader(watch)
    with snapshot:
        show(feed_rows(snapshot, watch_id), form)


def _reader(watch: Path) -> tuple[Snapshot, str]:
    """The published snapshot and the watch's id. Raises VoltefaceError where nothing was published yet."""
    from flows.settings import load_environment, load_watch
    from storage.ledger import Snapshot

    watch_id = load_watch(watch).id
    return Snapshot(load_environment().home), watch_id
