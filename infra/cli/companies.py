"""Which companies a command is about, and where it connects."""

from uuid import UUID

import click

from infra.projections.rebuild_all import heads_of

company_option = click.option(
    "--company", "company_id", type=click.UUID, help="Only this company; without it, every one."
)


def conninfo_of(context: click.Context) -> str:
    """Where the worker's role connects: the command line puts the way to find out into the context."""
    return str(context.obj["worker_conninfo"]())


def companies_of(context: click.Context, company_id: UUID | None) -> dict[UUID, int]:
    """The companies that are meant, each with the end of its log. Fails where there is none."""
    heads = heads_of(conninfo_of(context), None if company_id is None else [company_id])
    if not heads:
        where = "no company in this database" if company_id is None else f"no company {company_id} here"
        message = f"There is {where}: is it the database that is meant?"
        raise click.ClickException(message)
    return heads
