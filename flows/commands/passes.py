"""Commands that do the work: demo, init, run, serve, replay."""

from __future__ import annotations

from pathlib import Path

import click

from extractors.errors import VoltefaceError
from flows.commands.options import WATCH


@click.command()
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


@click.command()
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


@click.command()
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


@click.command()
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


@click.command()
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
