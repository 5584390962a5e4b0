"""`mipos erasures`: who was forgotten, whatever backup is restored."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from datetime import UTC, datetime
from pathlib import Path

import click
import psycopg
from rich.console import Console

from infra.decisions.erasures import erase_again
from infra.eventstore.tombstones import TombstonesUnreadable, read_tombstones

console = Console()


@click.group()
def erasures() -> None:
    """Look after who was forgotten.

    \b
    mipos erasures apply erasures.txt       forget them again, after an older backup was restored
    """


@erasures.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def apply(context: click.Context, file: Path) -> None:
    """Forget everybody whom FILE lists: it has a line for each person, as erasures.txt in the data folder.

    A backup of before an erasure has that person's key still. The list in the data folder is applied by
    itself before the shop opens; this is for one from elsewhere.

    \b
    Example:
      mipos erasures apply /backups/today/erasures.txt
    """
    try:
        tombstones = read_tombstones(file)
    except TombstonesUnreadable as wrong:
        raise click.ClickException(str(wrong)) from None
    with psycopg.connect(context.obj["app_conninfo"](), autocommit=True) as connection:
        number = erase_again(connection, context.obj["writer"], tombstones, datetime.now(UTC))
    console.print(f"Persons listed: {len(tombstones):,}; forgotten now that were not: {number:,}.")
