"""`mipos reset`: throw away what is there, to begin again."""

# ruff: noqa: D301 - click takes a lone backspace for "do not rewrap this paragraph"

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, LiteralString

import click
import psycopg
from psycopg import sql

from infra.eventstore.tombstones import FILE_NAME as TOMBSTONES
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import Installation
from infra.postgres.own_schema import is_marked
from infra.runtime.databases import addresses_of
from infra.runtime.settings import Settings, SettingsError, load_settings
from infra.seals.published import FOLDER as SEALS

#: What the database and those who use it leave in the data folder. Anything else there is not ours to delete.
_DATA = ("data.old", "data", "data.new", "run", "server", "postgres.log", "postgres.log.old")
_BESIDE = (SEALS, "outbox", TOMBSTONES)
#: What stays: backups open with these keys alone, and whoever wrote down the password goes on.
_STAYS = ("secret_key", "data_key", "seal_key", "demo_password", "import_password")

_SESSIONS: LiteralString = """
    SELECT count(*) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = ANY(%s) AND pid <> pg_backend_pid()
"""


class NotOurs(click.ClickException):
    """Something is there that no MIPOS made, or that lies elsewhere."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}. Nothing was deleted.")


class StillInUse(SettingsError):
    """Something is connected to the database: stop its servers and workers first."""

    def __init__(self) -> None:
        super().__init__([type(self).__doc__ or ""])


@click.command()
@click.option("--yes", is_flag=True, help="Ask nothing.")
@click.option("--drop-schema", is_flag=True, help="Do it to the schema of DATABASE_URL, which is not ours.")
def reset(*, yes: bool, drop_schema: bool) -> None:
    """Delete every company, sale and user, and begin again with `mipos up`.

    It says what goes and asks, and it refuses while MIPOS runs. Keys stay, for no backup opens without them;
    backups stay, wherever they are. A database of your own is left alone unless --drop-schema is given.

    \b
    Examples:
      mipos reset
      mipos reset --yes && mipos up
      DATABASE_URL=... MIPOS_SECRET_KEY=... MIPOS_DATA_KEY=... mipos reset --drop-schema
    """
    settings = load_settings(os.environ)
    if settings.uses_embedded_server:
        if drop_schema:
            raise click.UsageError("--drop-schema goes with DATABASE_URL.")
        _empty_folder(settings, yes=yes)
    elif drop_schema:
        _drop_schema(settings, yes=yes)
    else:
        message = (
            "DATABASE_URL names a database that is not MIPOS's own: --drop-schema says that you mean it."
        )
        raise click.ClickException(message)
    click.echo("Everything is gone. `mipos up` begins again.")


def _empty_folder(settings: Settings, *, yes: bool) -> None:
    server = EmbeddedServer(settings.data_dir, settings.postgres_bin)
    if not server.data_dir.is_dir() or not any(_there(server.data_dir, (*_DATA, *_BESIDE))):
        raise click.ClickException(f"There is nothing to delete in {settings.data_dir}.")
    _check_ours(server.data_dir)
    with server.at_rest():
        going = list(_there(server.data_dir, (*_DATA, *_BESIDE)))
        staying = ", ".join(path.name for path in _there(server.data_dir, _STAYS))
        _ask(
            f"In {server.data_dir}: {', '.join(path.name for path in going)} ({_size(going)})",
            staying,
            yes=yes,
        )
        _delete(server.data_dir, going)


def _check_ours(folder: Path) -> None:
    """Raise NotOurs for a folder that no MIPOS ever ran in, and for what lies elsewhere.

    Other programs call their folders `data` and `server`, too.
    """
    lock, data = folder / "lock", folder / "data"
    if lock.is_symlink() or not lock.is_file():
        raise NotOurs(folder, "is no data folder of MIPOS, for none ever ran there")
    if data.exists() and not (data / "PG_VERSION").is_file():
        raise NotOurs(data, "is no database")
    for path in _there(folder, (*_DATA, *_BESIDE)):
        if path.is_symlink():
            raise NotOurs(path, f"is a link to {path.readlink()}; delete by hand what is there, and the link")


def _drop_schema(settings: Settings, *, yes: bool) -> None:
    addresses = addresses_of(settings)
    if addresses.owner is None:
        raise SettingsError(["DATABASE_URL is required: only the owner of the database can do that."])
    with psycopg.connect(addresses.owner, autocommit=True) as connection:
        database = f"the database {connection.info.dbname} on {connection.info.host}"
        if not is_marked(connection, settings.schema):
            message = f"There is nothing of MIPOS in the schema {settings.schema} of {database}."
            raise click.ClickException(message)
        _check_unused(connection, addresses.installation)
        _ask(
            f"The schema {settings.schema} of {database}, with all that is in it, "
            f"and what an upgrade prepared in {addresses.installation.next_schema}",
            "",
            yes=yes,
        )
        _check_unused(connection, addresses.installation)
        schemas = sql.SQL(", ").join(map(sql.Identifier, addresses.installation.schemas))
        connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(schemas))
    # Of logs that are no more: new ones would be taken for old ones that were cut off.
    _delete(settings.data_dir, list(_there(settings.data_dir, (SEALS,))))


def _check_unused(connection: psycopg.Connection[Any], installation: Installation) -> None:
    row = connection.execute(_SESSIONS, [list(installation.roles)]).fetchone()
    if row and row[0]:
        raise StillInUse


def _ask(what: str, staying: str, *, yes: bool) -> None:
    click.echo(f"This deletes for good:\n  {what}")
    if staying:
        click.echo(f"This stays:\n  {staying}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise click.ClickException("Nobody can be asked here; --yes deletes without asking.")
    click.confirm("Delete it?", abort=True)


def _there(folder: Path, names: tuple[str, ...]) -> Iterator[Path]:
    paths = (folder / name for name in names)
    return (path for path in paths if path.exists() or path.is_symlink())


def _size(paths: list[Path]) -> str:
    files = [file for path in paths for file in (path.rglob("*") if path.is_dir() else [path])]
    total = sum(file.lstat().st_size for file in files if file.is_file())
    return f"{total / 1_000_000:,.0f} MB"


def _delete(folder: Path, going: list[Path]) -> None:
    """The database first, and under another name: one that is half deleted is never taken for a whole one."""
    try:
        for path in going:
            doomed = path.rename(folder / "data.old") if path == folder / "data" else path
            if doomed.is_dir():
                shutil.rmtree(doomed)
            else:
                doomed.unlink(missing_ok=True)
    except OSError as error:
        message = f"{error.filename or folder} cannot be deleted: {error.strerror}. What is left stays."
        raise click.ClickException(message) from error
