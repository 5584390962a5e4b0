"""`mipos scrub`: takes what was erased off the disk."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import click
import psycopg
from rich.console import Console

from infra.jobs.scrub import TABLES, keep_tombstones, scrub_database
from infra.process.progress import progress_bar

console = Console()


@click.command("scrub")
@click.pass_context
def scrub(context: click.Context) -> None:
    """Take the bytes of erased persons off the disk, at once instead of in the night.

    The tables that had something of them are written anew, each locked meanwhile: a second for every hundred
    megabytes, in which nobody finds a customer. Then the server goes on in a new file of its log and removes
    those of before. It needs the owner of the database. Ends with 1 where a table was in use all the time.

    \b
    Examples:
      mipos scrub
      DATABASE_URL=postgresql://owner:secret@db/mipos MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... mipos scrub
    """
    address, tombstones = context.obj["owner_conninfo"](), context.obj["tombstones"]
    with (
        psycopg.connect(address, autocommit=True, application_name="mipos scrub") as owner,
        progress_bar(console, "tables") as bar,
    ):
        keep_tombstones(owner, tombstones)
        task = bar.add_task("scrub", total=len(TABLES))
        outcome, persons = scrub_database(
            owner, progress=lambda table: bar.update(task, description=table, advance=1)
        )
    console.print(f"Tables written anew: {len(outcome.tables):,}; persons erased since: {persons:,}.")
    if not outcome.has_new_log:
        console.print("The log of the database server is not ours to renew: see OPERATIONS.md.")
    if outcome.busy:
        console.print(f"In use all the time: {', '.join(outcome.busy)}. Try again later.", soft_wrap=True)
        context.exit(1)
