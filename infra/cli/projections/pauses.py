"""`mipos projections pause` and `resume`: read models that rest."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import click

from infra.cli.companies import companies_of, company_option
from infra.cli.projections.shared import PLATFORM, all_option, chosen, console, platform
from infra.projections.desk import ReadModelDesk


@click.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def pause(context: click.Context, name: str | None, everything: bool, company_id: UUID | None) -> None:
    """Let a read model follow the log no further, until it is resumed.

    Its reports stay as they are. For every company, those are meant too that are founded meanwhile. What
    decisions are made on is written with each event, and cannot rest.

    \b
    Examples:
      mipos projections pause report_sales
      mipos projections pause --all --company 0190163d-8694-739b-aea5-966c26f8ad91
    """
    models = [model for model in chosen(name, everything=everything) if model.mode == "async"]
    if not models:
        message = f"Decisions are made on {name}: it is written with each event, and cannot rest."
        raise click.ClickException(message)
    companies_of(context, company_id)
    with _desk(context) as desk:
        for model in models:
            desk.pause(model.name, company_id)
    console.print(f"At rest: {', '.join(model.name for model in models)}.", soft_wrap=True)


@click.command()
@click.argument("name", required=False)
@all_option
@company_option
@click.pass_context
def resume(context: click.Context, name: str | None, everything: bool, company_id: UUID | None) -> None:
    """Let a read model that rests go on from where it was; a worker takes it up at once.

    \b
    Examples:
      mipos projections resume report_sales
      mipos projections resume --all
    """
    models = [model for model in chosen(name, everything=everything) if model.mode == "async"]
    companies_of(context, company_id)
    with _desk(context) as desk:
        for model in models:
            desk.resume(model.name, company_id)
    console.print("Nothing of that rests any more.")


@contextmanager
def _desk(context: click.Context) -> Iterator[ReadModelDesk]:
    """Where read models are looked after."""
    with platform(context) as db:
        yield ReadModelDesk(db, PLATFORM, datetime.now(UTC), lambda: None)
