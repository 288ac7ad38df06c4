"""volteface ...: the commands, in the order of use. Each imports what it needs when it runs, so that asking is quick.

Exit codes: 0 did its work, 1 could not, 2 bad usage.
"""

from __future__ import annotations

import sys

import click

from extractors.errors import VoltefaceError
from flows.commands import asking, checks, exports, judging, passes, texts

IN_ORDER_OF_USE = (
    passes.demo,
    passes.init,
    passes.run,
    passes.serve,
    passes.replay,
    texts.extract,
    asking.positions,
    asking.changes,
    asking.query,
    exports.export,
    exports.dossier,
    judging.review,
    judging.recode,
    texts.evaluate,
    asking.feeds,
    checks.alerts,
    checks.doctor,
)


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


for command in IN_ORDER_OF_USE:
    cli.add_command(command)


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


if __name__ == "__main__":
    main()
