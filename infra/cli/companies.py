"""Which companies a command is about, and where it connects."""

from typing import LiteralString
from uuid import UUID

import click
import psycopg

from domain.settings import name_key
from infra.projections.rebuild_all import heads_of

_CALLED: LiteralString = """
    SELECT company_id FROM companies
     WHERE company_id = %(company_id)s::uuid OR name_key = %(name_key)s
     ORDER BY company_id
"""


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


def company_called(context: click.Context, called: str) -> UUID:
    """The company of this name or id. Fails where there is none, or where several have the name."""
    found = find_company_called(context, called)
    if found is None:
        message = f"There is no company {called} here: is it the database that is meant?"
        raise click.ClickException(message)
    return found


def find_company_called(context: click.Context, called: str) -> UUID | None:
    """The company of this name or id, or None. Fails where several have the name."""
    params = {"company_id": _id_in(called), "name_key": name_key(called)}
    with psycopg.connect(conninfo_of(context), autocommit=True) as connection:
        found: list[UUID] = [company_id for (company_id,) in connection.execute(_CALLED, params)]
    if len(found) > 1:
        message = f"Several companies are called {called}; name one by its id: {', '.join(map(str, found))}."
        raise click.ClickException(message)
    return found[0] if found else None


def _id_in(called: str) -> UUID | None:
    try:
        return UUID(called)
    except ValueError:
        return None


def _meant(context: click.Context, _option: click.Parameter, called: str | None) -> UUID | None:
    """The company that is meant; an id is taken as it is, since read models need not know it."""
    return None if called is None else _id_in(called) or company_called(context, called)


company_option = click.option(
    "--company", "company_id", callback=_meant, help="Only this one, by name or id; without it, every one."
)
