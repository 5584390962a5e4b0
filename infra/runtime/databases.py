"""Which database there is, how each part connects to it, and how it is made ready."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import click
import psycopg
from psycopg import sql
from rich.console import Console

from infra.embedded import EmbeddedServer
from infra.embedded.errors import AlreadyRunning
from infra.migrations import migrate, note_rebuilt
from infra.projections.rebuild_all import rebuild_all, with_derived
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.progress import progress_bar
from infra.settings import APP_ROLE, WORKER_ROLE, Settings, as_role, role_password
from projections.base import Projection

DATABASE = "mipos"


@dataclass(frozen=True)
class Addresses:
    """How each part of MIPOS connects to the database; `owner` is None where it may not migrate."""

    owner: str | None
    app: str
    worker: str
    #: The server that was started for this process alone, if there is one.
    server: EmbeddedServer | None = None


def addresses_of(settings: Settings, server: EmbeddedServer | None = None) -> Addresses:
    """The three connections that follow from the settings, or from the embedded server."""
    if settings.uses_embedded_server:
        server = server or EmbeddedServer(settings.data_dir)
        return Addresses(
            owner=server.conninfo("postgres", DATABASE),
            app=server.conninfo(APP_ROLE, DATABASE),
            worker=server.conninfo(WORKER_ROLE, DATABASE),
            server=server,
        )
    key, url = settings.signing_key(), settings.database_url or ""
    return Addresses(
        owner=settings.database_url,
        app=settings.app_database_url or as_role(url, APP_ROLE, role_password(key, APP_ROLE)),
        worker=settings.worker_database_url or as_role(url, WORKER_ROLE, role_password(key, WORKER_ROLE)),
    )


@contextmanager
def database(settings: Settings) -> Iterator[Addresses]:
    """The database, migrated, as its owner: the embedded server for as long as needed, or the one named.

    Raises AlreadyRunning when another process owns the embedded server.
    """
    if not settings.uses_embedded_server:
        addresses = addresses_of(settings)
        prepare(settings, addresses)
        yield addresses
        return
    with EmbeddedServer(settings.data_dir, settings.postgres_bin) as server:
        _create_database(server.conninfo("postgres", "postgres"))
        addresses = addresses_of(settings, server)
        prepare(settings, addresses)
        yield addresses


@contextmanager
def shared_database(settings: Settings) -> Iterator[Addresses]:
    """The database as a guest of `mipos up` if that is running, else as its owner."""
    with ExitStack() as stack:
        try:
            addresses = stack.enter_context(database(settings))
        except AlreadyRunning:
            addresses = addresses_of(settings)
        yield addresses


def prepare(settings: Settings, addresses: Addresses) -> None:
    """Bring the database to this version and rebuild what has to be, before anybody decides on it."""
    if addresses.owner is None:
        return
    passwords = None
    if settings.database_url:
        key = settings.signing_key()
        passwords = {role: role_password(key, role) for role in (APP_ROLE, WORKER_ROLE)}
    stale = migrate(addresses.owner, PROJECTIONS, passwords)
    if stale:
        models = [model for model in PROJECTIONS if model.name in stale]
        _rebuild(addresses.worker, with_derived(models, PROJECTIONS))
        note_rebuilt(addresses.owner, stale)


def _rebuild(worker: str, models: Sequence[Projection]) -> None:
    """Fill tables that were made anew, telling whoever waits how long that takes."""
    with progress_bar(Console(stderr=True)) as bar:
        task = bar.add_task("Rebuilding for this version", total=None)
        outcome = rebuild_all(
            worker,
            EVENT_TYPES,
            models,
            processes=min(4, os.cpu_count() or 1),
            progress=lambda done, total: bar.update(task, completed=done, total=total),
        )
    if outcome.failures:
        failed = "; ".join(
            f"{one.projection} of company {one.company_id}: {one.reason}" for one in outcome.failures
        )
        message = f"Not every read model could be made for this version: {failed}"
        raise click.ClickException(message)
    if outcome.reports:
        click.echo(f"Rebuilt for this version: {', '.join(model.name for model in models)}", err=True)


def _create_database(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
