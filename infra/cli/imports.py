"""`mipos import …`: bring in histories of sales that were made elsewhere."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
from contextlib import closing
from datetime import date
from typing import LiteralString
from uuid import UUID

import click
import psycopg
from psycopg.rows import scalar_row
from rich.console import Console

from domain.errors import Refusal
from domain.users import DuplicateUsername
from infra.cli.admins import appoint
from infra.cli.companies import conninfo_of, find_company_called
from infra.cli.passwords import check_title, check_username
from infra.cli.where_to_look import BroughtIn, Login, directions, import_password, username_for
from infra.postgres.pool import RequestPool
from infra.process.progress import telling
from infra.runtime.settings import load_settings
from infra.showcase.complete_journey.importer import (
    UnknownCompany,
    company_id_of,
    import_history,
    open_company,
)
from infra.showcase.complete_journey.source import FIRST_DAY, LAST_DAY, Selection, Source, find_files

_USERS: LiteralString = """
    SELECT count(*) FROM users WHERE company_id = %(company_id)s AND NOT is_archived
"""


def _numbers(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[int, ...] | None:
    """Store numbers separated by commas."""
    try:
        return None if value is None else tuple(int(number) for number in value.split(","))
    except ValueError:
        raise click.BadParameter(f"{value!r} is not a list of store numbers such as 367,406.") from None


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    """A business date of the history."""
    if value is None:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day such as {FIRST_DAY}.") from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise click.BadParameter(
            f"{day} is outside of the history, which goes from {FIRST_DAY} to {LAST_DAY}."
        )
    return day


@click.group("import")
def import_group() -> None:
    """Bring in sales that were made elsewhere.

    \b
    mipos import complete-journey --company Journey     a year of real sales, or a part of it
    """


@import_group.command("complete-journey")
@click.option("--company", required=True, help="Name or id of the company; a new name makes a new company.")
@click.option("--from", "first", callback=_day, metavar="DAY", help=f"First business date, from {FIRST_DAY}.")
@click.option("--to", "last", callback=_day, metavar="DAY", help=f"Last business date, up to {LAST_DAY}.")
@click.option("--stores", callback=_numbers, help="Numbers of the stores, separated by commas.")
@click.option("--admin", help="User name of who manages a new company; admin@NAME.local without it.")
@click.pass_context
def complete_journey(
    context: click.Context,
    *,
    company: str,
    first: date | None,
    last: date | None,
    stores: tuple[int, ...] | None,
    admin: str | None,
) -> None:
    """Bring in the Complete Journey: a year of real sales in 457 stores.

    A company without users gets an admin, whose login is shown. A run that was broken off goes on where it
    was; what is there already is left as it is. Nothing is written before days and stores are known to fit.

    \b
    Examples:
      mipos import complete-journey --company Journey --from 2017-01-01 --to 2017-01-31
      mipos import complete-journey --company Journey --stores 367,406 --admin me@example.com
    """
    if first and last and first > last:
        raise click.UsageError(f"--from {first} is after --to {last}.")
    name = check_title(company, "--company")
    username = check_username(admin or username_for(name))
    try:
        days = _check_chosen(selection := Selection(first=first, last=last, stores=stores))
        found = find_company_called(context, name)
        with closing(context.obj["app_pool"]()) as pool:
            company_id = _opened(context, pool, name, found)
            login = _let_in(context, pool, company_id, username, is_chosen=admin is not None)
            click.echo("Bringing in stores, customers and the catalog …", err=True)
            with telling(Console(stderr=True), "Bringing in the history", "sales") as progress:
                new = import_history(pool, context.obj["writer"], str(company_id), selection, progress)
    except Refusal as refusal:
        raise click.ClickException(refusal.message) from refusal
    brought_in = BroughtIn(name, company_id, new, days)
    click.echo(directions(load_settings(os.environ), brought_in, login))


def _check_chosen(selection: Selection) -> tuple[date, date]:
    """The days on which anything was sold. Fails where nothing was, and for stores that are not there."""
    source = Source(find_files(), selection)
    if unknown := sorted({*(selection.stores or ())} - (known := source.stores())):
        some = ", ".join(str(number) for number in sorted(known)[:5])
        message = f"There is no store {', '.join(map(str, unknown))}; there are {len(known)}, such as {some}."
        raise click.BadParameter(message, param_hint="--stores")
    days = source.days()
    if days is None:
        raise click.ClickException("Nothing was sold there and then.")
    return days


def _opened(context: click.Context, pool: RequestPool, name: str, found: UUID | None) -> UUID:
    """The company, made if its name is new."""
    if found is None and str(company_id := company_id_of(name)) == name.lower():
        raise UnknownCompany
    company_id = found or company_id_of(name)
    open_company(pool, context.obj["writer"], str(found or name), company_id)
    return company_id


def _let_in(
    context: click.Context, pool: RequestPool, company_id: UUID, username: str, *, is_chosen: bool
) -> Login | None:
    """An admin for a company that has no user; None where there is somebody."""
    with psycopg.connect(conninfo_of(context), autocommit=True, row_factory=scalar_row) as connection:
        if connection.execute(_USERS, {"company_id": company_id}).fetchone():
            return None
    login = Login(username, import_password(load_settings(os.environ)))
    try:
        appoint(pool, company_id, login.username, login.password)
    except DuplicateUsername:
        # Somebody of another company has the name that was made up.
        if is_chosen:
            raise
        login = Login(f"{company_id.hex[:8]}.{username}", login.password)
        appoint(pool, company_id, login.username, login.password)
    return login
