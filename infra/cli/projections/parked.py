"""`mipos projections retry` and `skip`: read models that wait at an event which they cannot apply."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from uuid import UUID

import click

from infra.cli.companies import company_option
from infra.cli.projections.shared import PLATFORM, all_option, chosen, connected, console, named, platform
from infra.projections.checkpoints import unpark
from infra.projections.failed_events import FailedEvents
from infra.projections.status import list_status


@click.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def retry(context: click.Context, name: str | None, everything: bool, company_id: UUID | None) -> None:
    """Let a parked read model go on, after the fault was mended; the worker takes it up at once.

    \b
    Examples:
      mipos projections retry report_sales --company 0190163d-8694-739b-aea5-966c26f8ad91
      mipos projections retry --all
    """
    models = chosen(name, everything=everything)
    with connected(context) as connection:
        freed = [
            (one.name, parked.company_id)
            for one in list_status(connection, models, company_id)
            for parked in one.parked
            if one.mode == "async" and unpark(connection, one.name, parked.company_id)
        ]
    if not freed:
        raise _not_parked(name, company_id)
    for one, company in freed:
        console.print(f"{one} goes on for company {company}.", soft_wrap=True)


@click.command()
@click.argument("name")
@click.option("--company", "company_id", type=click.UUID, required=True, help="The company it is parked for.")
@click.option("--reason", required=True, help="Why the event is passed over; it is kept.")
@click.pass_context
def skip(context: click.Context, name: str, company_id: UUID, reason: str) -> None:
    """Have a parked read model pass over the event that it cannot apply, and go on after it.

    It lacks what the event says, and is shown as not sound until it is rebuilt. What decisions are made on
    passes over nothing.

    \b
    Example:
      mipos projections skip report_sales --company 0190163d-8694-739b-aea5-966c26f8ad91 --reason "A test"
    """
    model = named(name)
    if not reason.strip():
        message = "Say why the event is passed over."
        raise click.BadParameter(message, param_hint="--reason")
    with platform(context) as db:
        desk = FailedEvents(db, PLATFORM, lambda: None)
        failed = desk.find_parked(model.name, company_id)
        if failed is None or not failed.can_be_skipped or not desk.skip(failed, reason):
            raise _not_parked(name, company_id)
    console.print(f"{name} goes on after position {failed.position:,}, and is not sound until it is rebuilt.")


def _not_parked(name: str | None, company_id: UUID | None) -> click.ClickException:
    """Why nothing could be done about it."""
    of = "any company" if company_id is None else f"company {company_id}"
    rebuild = " ".join([name or "--all", *([] if company_id is None else [f"--company {company_id}"])])
    return click.ClickException(
        f"{name or 'None of them'} is not parked for {of}, or has to be made anew: "
        f"mipos projections rebuild {rebuild}"
    )
