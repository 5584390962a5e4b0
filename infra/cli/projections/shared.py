"""What the commands about read models share: which ones are meant, and where they connect."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click
import psycopg
from rich.console import Console

from commands.ports import Caller
from domain.companies import PLATFORM_ID
from infra.cli.companies import conninfo_of
from infra.postgres.transactions import Transaction, transaction
from infra.runtime.models import PROJECTIONS
from projections.base import Projection

console = Console()
#: Whoever types.
PLATFORM = Caller(company_id=PLATFORM_ID, user_id=None)

all_option = click.option("--all", "everything", is_flag=True, help="Every read model.")


def chosen(name: str | None, *, everything: bool) -> Sequence[Projection]:
    """The read models that are meant."""
    if everything == (name is not None):
        message = "Name one read model, or say --all."
        raise click.UsageError(message)
    return PROJECTIONS if name is None else [named(name)]


def named(name: str) -> Projection:
    """The read model of this name. Fails where there is none."""
    for model in PROJECTIONS:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in PROJECTIONS)
    message = f"There is no read model {name}; there are {names}."
    raise click.BadParameter(message, param_hint="NAME")


def connected(context: click.Context) -> psycopg.Connection[Any]:
    """A connection as a worker, which sees every company."""
    return psycopg.connect(conninfo_of(context), autocommit=True)


@contextmanager
def platform(context: click.Context) -> Iterator[Transaction]:
    """One transaction of the platform."""
    with connected(context) as connection, transaction(connection, PLATFORM_ID) as db:
        yield db
