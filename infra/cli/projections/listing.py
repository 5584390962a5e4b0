"""`mipos projections list` and `status`: how the read models are."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from collections.abc import Sequence
from uuid import UUID

import click
from rich.console import Console
from rich.table import Table

from domain.companies import PLATFORM_ID
from infra.cli.companies import companies_of, company_option
from infra.cli.projections.shared import connected, console
from infra.postgres.transactions import transaction
from infra.projections.status import Status, list_skipped, list_status
from infra.runtime.models import PROJECTIONS
from projections.base import Row
from projections.standing import list_standing

#: How wide a table is where nobody looks at it, in characters.
WIDE = 200


@click.command("list")
@click.pass_context
def list_command(context: click.Context) -> None:
    """Show every read model with its tables and the events it reads.

    \b
    Example:
      mipos projections list
    """
    with connected(context) as connection:
        statuses = list_status(connection, PROJECTIONS)
    table = Table("Name", "Mode", "Version", "Tables", "Events", "Definition", box=None)
    for model, status in zip(PROJECTIONS, statuses, strict=True):
        events = str(len(model.events))
        tables = ", ".join(model.tables)
        table.add_row(model.name, model.mode, str(model.version), tables, events, status.definition)
    console.print(table)


@click.command()
@company_option
@click.pass_context
def status(context: click.Context, company_id: UUID | None) -> None:
    """Show how far behind each read model is, how fast it follows, and which are parked with what error.

    One that is not sound has rows that are known to differ from the log, or passed over an event; made anew
    it is sound again.

    \b
    Examples:
      mipos projections status
      mipos projections status --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    companies_of(context, company_id)
    with connected(context) as connection:
        statuses = list_status(connection, PROJECTIONS, company_id)
        skipped = list_skipped(connection, company_id)
        with transaction(connection, PLATFORM_ID, reading=True) as db:
            standing = list_standing(db, company_id)
    counted = ("Companies", "Least lag", "Greatest lag", "Parked")
    table = Table("Name", "Mode", *counted, "Events/s", "Verified", "Sound", "Paused", box=None)
    for one in statuses:
        numbers = (one.companies, one.least_lag, one.greatest_lag, len(one.parked))
        table.add_row(
            one.name,
            one.mode,
            *(f"{number:,}" for number in numbers),
            *_standing_cells(standing.get(one.name)),
        )

    # What is no terminal has room.
    (console if console.is_terminal else Console(width=WIDE)).print(table)
    _show_parked(statuses)
    for passed in skipped:
        where = f"company {passed.company_id} passed over position {passed.position:,}"
        when = f"{passed.skipped_at:%Y-%m-%d %H:%M:%S %Z}"
        console.print(f"\n[red]{passed.projection}[/] of {where}, {when}:", soft_wrap=True)
        console.print(f"  {passed.reason}", highlight=False, markup=False, soft_wrap=True)
        command = f"mipos projections rebuild {passed.projection} --company {passed.company_id}"
        console.print(f"  Then: {command}", soft_wrap=True)


def _standing_cells(standing: Row | None) -> tuple[str, str, str, str]:
    """How fast it follows, when it was last compared, whether it is sound, and for how many it rests."""
    if standing is None:
        return "", "never", "", ""
    rate, verified_at = standing["rate"], standing["verified_at"]
    return (
        "" if rate is None else f"{rate:,.1f}",
        "never" if verified_at is None else f"{verified_at:%Y-%m-%d %H:%M}",
        "[red]no[/]" if standing["differing"] or standing["skipped"] else "yes",
        f"{standing['paused']:,}",
    )


def _show_parked(statuses: Sequence[Status]) -> None:
    for one in statuses:
        for parked in one.parked:
            console.print(
                f"\n[red]{one.name}[/] is parked for company {parked.company_id} after position "
                f"{parked.position:,} since {parked.parked_at:%Y-%m-%d %H:%M:%S %Z}:",
                soft_wrap=True,
            )
            console.print(f"  {parked.error}", highlight=False, markup=False, soft_wrap=True)
            remedy = "retry" if one.mode == "async" and not parked.is_of_altered_log else "rebuild"
            if one.mode == "inline":
                console.print("  Decisions are made on it, so the company is closed until it is made anew.")
            command = f"mipos projections {remedy} {one.name} --company {parked.company_id}"
            console.print(f"  Then: {command}", soft_wrap=True)
