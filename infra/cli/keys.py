"""`mipos keys`: the keys with which what is personal is sealed."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from uuid import UUID

import click
import psycopg
from rich.console import Console

from domain.companies import PLATFORM_ID
from infra.cli.companies import companies_of, company_option
from infra.eventstore.data_keys import NoDataKey
from infra.eventstore.rewrapping import rewrap
from infra.process.progress import progress_bar
from infra.runtime.models import EVENT_TYPES

console = Console()


@click.group()
def keys() -> None:
    """Look after the keys with which what is personal is sealed.

    \b
    mipos keys rewrap         keep them under today's data key
    """


@keys.command("rewrap")
@company_option
@click.pass_context
def rewrap_command(context: click.Context, company_id: UUID | None) -> None:
    """Keep every person's key under today's data key, so that the former one can go.

    Nothing that is sealed is touched, and the shop sells on. To change the data key: set MIPOS_DATA_KEY to
    a new one and MIPOS_FORMER_DATA_KEYS to the one of before, restart, run this, and unset
    MIPOS_FORMER_DATA_KEYS. Backups of before still need the former key: keep it as long as them.

    \b
    Examples:
      mipos keys rewrap
      MIPOS_DATA_KEY=new... MIPOS_FORMER_DATA_KEYS=old... mipos keys rewrap
    """
    # What belongs to nobody is kept by the platform, whether it has a log or not.
    companies = companies_of(context, company_id).keys() | ({PLATFORM_ID} if company_id is None else set())
    total = 0
    with (
        psycopg.connect(context.obj["app_conninfo"](), autocommit=True) as connection,
        progress_bar(console, "keys") as bar,
    ):
        task = bar.add_task("rewrap", total=None)
        for one in companies:
            try:
                total += rewrap(connection, EVENT_TYPES.data_keys, one, lambda done: bar.advance(task, done))
            except NoDataKey:
                message = (
                    f"A key of company {one} is kept under a data key that is neither MIPOS_DATA_KEY nor in "
                    "MIPOS_FORMER_DATA_KEYS."
                )
                raise click.ClickException(message) from None
    console.print(f"Keys kept under today's data key now that were not: {total:,}.")
    if company_id is None:
        console.print("MIPOS_FORMER_DATA_KEYS is needed no more, save for older backups.")
