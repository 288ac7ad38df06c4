"""What several commands take: a watch, a date, how rows are printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from flows.output import FORMATS

F = TypeVar("F", bound=Callable[..., Any])

WATCH = click.argument("watch", type=click.Path(path_type=Path))


def rows_format(function: F) -> F:
    """The option --format of a command that prints rows."""
    option = click.option("--format", "form", type=click.Choice(FORMATS), default="table", help="How rows are printed.")
    return option(function)


def day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """Callback of an option that takes a date. Raises BadParameter for what is none."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value).date()
    except ValueError:
        raise click.BadParameter(f'"{value}" is no date; write 2025-12-14') from None
