"""Commands on texts alone: extract, evaluate."""

from __future__ import annotations

import json
from pathlib import Path

import click

from flows.commands.options import rows_format


@click.command()
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


@click.command()
@click.argument("step", type=click.Choice(["attributions", "agreement"]))
@click.option("--gold", type=click.Path(path_type=Path), required=True, help="The gold file.")
@rows_format
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
