"""volteface ...: the commands, in the order of use. Each imports what it needs when it runs, so that asking is quick.

Exit codes: 0 did its work, 1 could not, 2 bad usage.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from extractors.errors import VoltefaceError
from flows.output import FORMATS

F = TypeVar("F", bound=Callable[..., Any])


class _InOrder(click.Group):
    """Lists the commands in the order of use, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="volteface")
def cli() -> None:
    """Volteface notices when somebody changes their position in the news.

    VOLTEFACE_HOME (default ./.volteface) holds the database, the snapshot, the page archive and the outbox.
    """


def main() -> None:
    """The console script: expected failures become one line on standard error."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped", err=True)
        sys.exit(1)
    except VoltefaceError as error:
        click.echo(f"error: {error}", err=True)
        sys.exit(1)
    except BrokenPipeError:
        sys.stderr.close()  # a reader such as head has seen enough
        sys.exit(0)


def _format(function: F) -> F:
    option = click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="How rows are printed.")
    return option(function)


def _day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise click.BadParameter(f'"{value}" is no date; write 2025-12-14') from None


WATCH = click.argument("watch", type=click.Path(path_type=Path))


@cli.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-out"), show_default=True)
def demo(out: Path) -> None:
    """The main job on the bundled newsroom, offline.

    \b
    Example: volteface demo --out demo-out
    """
    from flows.demo import run_demo
    from flows.demo_summary import summarise

    measured = run_demo(out.absolute(), say=click.echo)
    summarise(out, measured, say=click.echo)


@cli.command()
@click.argument("baseline")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="Write the watch file here.")
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def init(baseline: str, output: Path | None, force: bool) -> None:
    """Draft a watch file from BASELINE, a URL or a file (.html, .txt).

    \b
    Example: volteface init https://example.org/story.html -o watch.toml
    """
    from flows.baseline import draft_watch, read_baseline_file, read_baseline_url
    from flows.fetch import FetchPolicy

    if output and output.exists() and not force:
        raise VoltefaceError(str(output), "is there already", "Name another file, or add --force to replace it")
    is_url = baseline.lower().startswith(("http://", "https://"))
    article, _ = read_baseline_url(baseline, FetchPolicy()) if is_url else read_baseline_file(Path(baseline))
    text = draft_watch(article, baseline, output)
    if output is None:
        click.echo(text)
        return
    output.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {output}. Read and correct it, then: volteface run {output}", err=True)


@cli.command()
@WATCH
def run(watch: Path) -> None:
    """One pass over WATCH now.

    \b
    Example: volteface run deploy/watches/ukraine-peace-talks.toml
    """
    from flows.engine import prepare
    from flows.settings import load_environment, load_watch

    load_watch(watch)  # complain before the engine starts
    prepare(load_environment().home)
    from flows.monitor import monitor

    report = monitor(str(watch.absolute()))
    click.echo(report.line())
    for failure in report.feeds_failed:
        click.echo(f"  feed failed: {failure}", err=True)
    for problem in report.problems:
        click.echo(f"  {problem}", err=True)
    if report.nothing_read:
        raise VoltefaceError(str(watch), "nothing could be read", "See: volteface feeds " + str(watch))


@cli.command()
@click.argument("watches", metavar="WATCH...", nargs=-1, required=True, type=click.Path(path_type=Path))
def serve(watches: tuple[Path, ...]) -> None:
    """Passes on their schedules, never two of one watch at once. Ctrl-C stops it.

    \b
    Example: volteface serve one.toml two.toml
    """
    from flows.engine import prepare
    from flows.schedule import serve_watches
    from flows.settings import load_environment

    home = load_environment().home
    prepare(home)
    serve_watches(watches, home)


@cli.command()
@WATCH
@click.argument("articles", type=click.Path(path_type=Path))
def replay(watch: Path, articles: Path) -> None:
    """Code saved ARTICLES (JSON Lines) in order of publication; no network.

    \b
    One object a line: {"url", "outlet", "published_at", "title", "text" or "html"}
    Example: volteface replay watch.toml articles.jsonl
    """
    from flows.replay import replay_articles
    from flows.settings import load_environment, load_watch

    report = replay_articles(load_watch(watch), load_environment(), articles)
    click.echo(report.line())


@cli.command()
@click.argument("files", metavar="FILE...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--jsonl", type=click.Path(path_type=Path), help='Texts as JSON Lines: {"id", "text"}.')
def extract(files: tuple[Path, ...], jsonl: Path | None) -> None:
    """Attributions of any text, as JSON Lines with offsets into the text.

    \b
    Example: volteface extract article.txt
    """
    from flows.extract import extract_text, texts_of_files, texts_of_jsonl

    if bool(files) == bool(jsonl):
        raise click.UsageError("name either files or --jsonl FILE")
    for text_id, text in texts_of_jsonl(jsonl) if jsonl else texts_of_files(files):
        click.echo(json.dumps(extract_text(text_id, text), ensure_ascii=False))


@cli.command()
@WATCH
@click.option("--as-of", callback=_day, help="What was true on this date (2025-12-14).")
@click.option("--known-at", callback=_day, help="What was known on this date.")
@_format
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


@cli.command()
@WATCH
@click.option("--since", callback=_day, help="Only what was said on or after this date.")
@click.option(
    "--status",
    type=click.Choice(["confirmed", "tentative", "reverted", "all"]),
    multiple=True,
    help="Which changes; may be repeated.  [default: confirmed and tentative]",
)
@click.option("--explain", "explained", is_flag=True, help="Show what each change rests on.")
@click.option("--id", "change_id", help="Only the change with this id.")
@_format
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


@cli.command()
@WATCH
@_format
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


def _reader(watch: Path) -> tuple[Any, str]:
    """The published snapshot and the watch's id. Raises VoltefaceError where nothing was published yet."""
    from flows.settings import load_environment, load_watch
    from storage.ledger import Snapshot

    watch_id = load_watch(watch).id
    return Snapshot(load_environment().home), watch_id


@cli.command()
@WATCH
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the page.")
def dossier(watch: Path, to: Path) -> None:
    """One self-contained web page: who stands where, who moved, on whose word.

    \b
    Example: volteface dossier watch.toml --to site
    """
    from flows.dossier import write_dossier
    from flows.settings import load_environment, load_watch

    loaded = load_watch(watch)
    page = write_dossier(load_environment().home, loaded.id, loaded.title, to, datetime.now(UTC).date())
    click.echo(f"Wrote {page}")


@cli.command()
@click.argument("step", type=click.Choice(["attributions", "agreement"]))
@click.option("--gold", type=click.Path(path_type=Path), required=True, help="The gold file.")
@_format
def evaluate(step: str, gold: Path, form: str) -> None:
    """How good one STEP of the coding is, on a GOLD file.

    \b
    attributions: JSON Lines of {"id", "text", "attributions": [{"source", "cue", "content"}]}, spans as [start, end)
    agreement: a story of tests/gold/agreement, its codebook beside it
    Example: volteface evaluate attributions --gold dev.jsonl
    """
    from flows.evaluate import agreement_rows, attribution_rows
    from flows.output import show

    show((attribution_rows if step == "attributions" else agreement_rows)(gold), form)


@cli.command()
@WATCH
@click.argument("sql_or_name", required=False)
@click.option("--param", "params", multiple=True, metavar="NAME=VALUE", help="A value for $NAME; may be repeated.")
@click.option("--to", type=click.Path(path_type=Path, dir_okay=False), help="Write a .csv, .json or .parquet file.")
@_format
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


@cli.command()
@WATCH
@click.option("--preview", is_flag=True, help="Show what would be sent now; nothing is sent.")
@click.option("--test", "testing", is_flag=True, help="Send one marked test mail.")
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="With --preview: write .eml and .html here."
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
    action = preview_alerts if preview else send_test
    for line in action(load_watch(watch), load_environment(), to):
        click.echo(line)


@cli.command()
@WATCH
@_format
def doctor(watch: Path, form: str) -> None:
    """Is everything in place: watch, home, models, ledger, feeds, mail.

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


@cli.command()
@WATCH
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for the files.")
@click.option("--change", "change_id", help="Only the evidence for this change, as a zip.")
@click.option("--as-of", callback=_day, help="The networks as they were on this date.")
def export(watch: Path, to: Path, change_id: str | None, as_of: date | None) -> None:
    """Parquet and CSV of every table, GraphML for network tools, or the evidence for one change.

    \b
    Example: volteface export watch.toml --to out
             volteface export watch.toml --to out --change 0418ee12
    """
    from flows.exporting import export_everything, export_evidence
    from flows.settings import load_environment, load_watch

    watch_id, home = load_watch(watch).id, load_environment().home
    if change_id:
        paths = [export_evidence(home, watch_id, change_id, to)]
    else:
        paths = export_everything(home, watch_id, to, as_of)
    for path in paths:
        click.echo(str(path))


@cli.command()
@WATCH
@click.option("--accept", is_flag=True, help="Make the new coding the current one.")
@click.option("--name", help="Who accepts.")
@click.option("--reason", help="Why.")
def recode(watch: Path, accept: bool, name: str | None, reason: str | None) -> None:
    """Code the archive anew with the present extractor, beside the old coding, and show what would change.

    \b
    Example: volteface recode watch.toml
             volteface recode watch.toml --accept --name "A. Lund" --reason "better at conditions"
    """
    from flows.recoding import accept_coding, recode_archive
    from flows.settings import load_environment, load_watch

    if accept and not (name and reason):
        raise click.UsageError("--accept needs --name and --reason")
    loaded, environment = load_watch(watch), load_environment()
    for line in recode_archive(loaded, environment):
        click.echo(line)
    if accept:
        click.echo(accept_coding(loaded, environment, str(name), str(reason)))


@cli.command()
@WATCH
@click.argument("subject", type=click.Choice(["statement", "change", "actor"]))
@click.argument("subject_id", metavar="ID")
@click.argument("verdict", type=click.Choice(["accept", "reject", "correct", "merge"]))
@click.option("--name", required=True, help="Who says so.")
@click.option("--reason", required=True, help="Why.")
@click.option("--agreement", type=click.IntRange(-2, 2), help="correct: the right agreement.")
@click.option("--actor", "actor_name", help="correct: the right actor; merge: the actor that ID is merged into.")
@click.option("--concept", help="correct: the right concept.")
def review(
    watch: Path,
    subject: str,
    subject_id: str,
    verdict: str,
    name: str,
    reason: str,
    agreement: int | None,
    actor_name: str | None,
    concept: str | None,
) -> None:
    """Accept, reject or correct a statement, a change, or an actor; it outlives recoding.

    \b
    Example: volteface review watch.toml change 0418ee12 reject --name "A. Lund" --reason "satire"
             volteface review watch.toml actor "A. Lund" merge --actor "Ada Lund" --name me --reason "same person"
    """
    from flows.reviewing import Wish, review_subject
    from flows.settings import load_environment, load_watch

    wish = Wish(subject, subject_id, verdict, name, reason, agreement, actor_name, concept)
    click.echo(review_subject(load_watch(watch), load_environment(), wish))
