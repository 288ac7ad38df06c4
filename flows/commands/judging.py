"""Commands by which an analyst judges what was coded: recode, review."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from flows.commands.options import WATCH, day


@click.command()
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


@click.command()
@WATCH
@click.argument("subject", type=click.Choice(["statement", "change", "actor"]))
@click.argument("subject_id", metavar="ID")
@click.argument("verdict", type=click.Choice(["accept", "reject", "correct", "merge"]))
@click.option("--name", required=True, help="Who says so.")
@click.option("--reason", required=True, help="Why.")
@click.option(
    "--agreement",
    type=click.Choice(["-2", "-1", "0", "1", "2", "none"]),
    help="correct: the right agreement; none: not stated.",
)
@click.option("--actor", "actor_name", help="correct: the right actor; merge: the actor that ID is merged into.")
@click.option("--concept", help="correct: the right concept.")
@click.option("--said-at", callback=day, help="correct: the day on which it was said.")
def review(
    watch: Path,
    subject: str,
    subject_id: str,
    verdict: str,
    name: str,
    reason: str,
    agreement: str | None,
    actor_name: str | None,
    concept: str | None,
    said_at: date | None,
) -> None:
    """Accept, reject or correct a statement, a change, or an actor; it outlives recoding.

    ID may be the beginning of an id, as `changes` and `query WATCH statements_behind` show it, or an actor's name.

    \b
    Example: volteface review watch.toml change 0418ee12 reject --name "A. Lund" --reason "satire"
             volteface review watch.toml actor "A. Lund" merge --actor "Ada Lund" --name me --reason "same person"
    """
    from flows.reviewing import Wish, review_subject
    from flows.settings import load_environment, load_watch

    wish = Wish(subject, subject_id, verdict, name, reason, agreement, actor_name, concept, said_at)
    click.echo(review_subject(load_watch(watch), load_environment(), wish))
