"""Which database there is, how each part connects to it, and how it is made ready."""

import getpass
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, LiteralString

import click
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from rich.console import Console

from infra.decisions.erasures import erase_again
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.data_keys import NoDataKey
from infra.eventstore.tombstones import TombstonesUnreadable, read_tombstones
from infra.postgres.addresses import as_role, in_schema, role_name, role_password, user_of
from infra.postgres.administrator import statements_for_administrator
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.embedded.errors import AlreadyRunning
from infra.postgres.embedded.place import settle
from infra.postgres.installation import DatabaseUnfit, Installation
from infra.process.progress import telling
from infra.process.sharing import USUAL_PROCESSES
from infra.runtime.directory_key import keep_directory_key, read_directory_key
from infra.runtime.log_epochs import begin_lost_epochs
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.settings import OWN_DATA_DIR, Settings, SettingsError
from infra.upgrades.citus import described, distribute
from infra.upgrades.migrated import check_migrated
from infra.upgrades.upgrade import Upgrade

DATABASE = "mipos"
#: Who connects: the web server or a worker.
Part = Literal["app", "worker"]

_DATA_KEYS: LiteralString = "SELECT data_key_ids()"

_DATABASE: LiteralString = "SELECT 1 FROM pg_database WHERE datname = %s"


class NoDatabaseYet(DatabaseUnfit):
    """There is no database in {data_dir} yet: run `mipos up` or `mipos migrate`."""


class DataKeyMissing(DatabaseUnfit):
    """What is personal here is sealed under neither MIPOS_DATA_KEY nor any of MIPOS_FORMER_DATA_KEYS."""


class NoCluster(DatabaseUnfit):
    """The embedded server is one machine: name the coordinator of a Citus cluster in DATABASE_URL."""


class RoleCannotLogIn(DatabaseUnfit):
    """{role} cannot log in ({reason}): run `mipos migrate`, which knows the secret key."""


@dataclass(frozen=True)
class Addresses:
    """How each part of MIPOS connects to the database; `owner` is None where it may not migrate.

    An address that the settings do not give is empty.
    """

    owner: str | None
    app: str
    worker: str
    installation: Installation
    #: The server that was started for this process alone, if there is one.
    server: EmbeddedServer | None = None

    def of(self, part: Part) -> str:
        """The address of the web server or of the workers."""
        return self.app if part == "app" else self.worker


def addresses_of(settings: Settings, server: EmbeddedServer | None = None) -> Addresses:
    """The three connections that follow from the settings, or from the embedded server."""
    if settings.uses_embedded_server:
        server = server or EmbeddedServer(settings.data_dir, settings.postgres_bin)
        owner = server.conninfo("postgres", DATABASE)
        app, worker = (role_name(owner, settings.schema, part) for part in ("app", "worker"))
        return Addresses(
            owner=in_schema(owner, settings.schema),
            app=in_schema(server.conninfo(app, DATABASE), settings.schema),
            worker=in_schema(server.conninfo(worker, DATABASE), settings.schema),
            installation=Installation(settings.schema, app, worker),
            server=server,
        )
    return _addresses_named(settings)


def _addresses_named(settings: Settings) -> Addresses:
    """The connections that the settings name, or that follow from the owner's."""
    schema, owner = settings.schema, settings.database_url
    app, worker = settings.app_database_url or "", settings.worker_database_url or ""
    return Addresses(
        owner=owner and in_schema(owner, schema),
        app=app and in_schema(app, schema),
        worker=worker and in_schema(worker, schema),
        installation=Installation(schema, _user(app), _user(worker), _passwords(settings)),
    )


def replica_address(settings: Settings) -> str | None:
    """Where the replica is, as the web server's role: another one would see other rows."""
    if settings.database_replica_url is None:
        return None
    app = addresses_of(settings).app
    password = conninfo_to_dict(app).get("password")
    own = as_role(settings.database_replica_url, _user(app), None if password is None else str(password))
    return in_schema(own, settings.schema)


def _user(address: str) -> str:
    """As whom this address connects, as libpq itself would decide."""
    return user_of(address) or os.environ.get("PGUSER") or getpass.getuser()


def _passwords(settings: Settings) -> dict[str, str]:
    """The passwords that follow from the secret key, by role; an address that was named keeps its own."""
    owner, passwords = settings.database_url, {}
    for part, address in (("app", settings.app_database_url), ("worker", settings.worker_database_url)):
        if owner is not None:
            role = role_name(owner, settings.schema, part)
            password = role_password(settings.signing_key(), role)
            if address == as_role(owner, role, password):
                passwords[role] = password
    return passwords


@contextmanager
def database(settings: Settings) -> Iterator[Addresses]:
    """The database, migrated, as its owner: the embedded server for as long as needed, or the one named.

    Where no owner is named it has to be migrated already. Raises AlreadyRunning when another process owns the
    embedded server, and DatabaseUnfit.
    """
    if settings.uses_embedded_server and settings.data_dir == OWN_DATA_DIR and (note := settle(OWN_DATA_DIR)):
        tell(note)
    _take_data_keys(settings)
    with ExitStack() as stack:
        server = None
        if settings.uses_embedded_server:
            server = stack.enter_context(EmbeddedServer(settings.data_dir, settings.postgres_bin))
            create_database(server.conninfo("postgres", "postgres"))
        addresses = addresses_of(settings, server)
        with _reading_sealed():
            read_directory_key(addresses.owner or addresses.app, EVENT_TYPES.data_keys)
        prepare(addresses)
        check_data_keys(addresses.app)
        forget_again(addresses.app, settings)
        go_on_from_published(addresses.worker, settings)
        yield addresses


@contextmanager
def database_as_it_is(settings: Settings) -> Iterator[Addresses]:
    """The database for whoever only uses it: nothing is made, nothing is migrated.

    An embedded server that has its data and is not running is started meanwhile. Raises DatabaseUnfit.
    """
    with ExitStack() as stack:
        addresses = addresses_of(settings)
        if addresses.server:
            _check_has_data(addresses.server)
            with suppress(AlreadyRunning):
                stack.enter_context(addresses.server)
        part: Part = "worker" if addresses.worker else "app"
        check(addresses, part)
        _take_data_keys(settings)
        with _reading_sealed():
            keep_directory_key(addresses.of(part), EVENT_TYPES.data_keys)
        yield addresses


def running_database(settings: Settings, part: Part) -> str:
    """Where this part connects to a database that is run and migrated elsewhere. Raises DatabaseUnfit."""
    addresses = addresses_of(settings)
    if addresses.server:
        _check_has_data(addresses.server)
    if not addresses.of(part):
        raise SettingsError([f"MIPOS_{part.upper()}_DATABASE_URL is required, or DATABASE_URL."])
    check(addresses, part)
    _take_data_keys(settings)
    check_data_keys(addresses.of(part))
    if part == "app":
        forget_again(addresses.app, settings)
    else:
        go_on_from_published(addresses.worker, settings)
    return addresses.of(part)


def _take_data_keys(settings: Settings) -> None:
    """Let this process read what is sealed in the log, and seal what it adds."""
    EVENT_TYPES.data_keys.load(settings.sealing_key(), settings.former_data_keys)


def check_data_keys(conninfo: str) -> None:
    """See that this process can read whatever is sealed, and the directory. Raises DataKeyMissing."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        used = {data_key for (data_key,) in connection.execute(_DATA_KEYS)}
    if not used <= EVENT_TYPES.data_keys.ids:
        raise DataKeyMissing
    with _reading_sealed():
        keep_directory_key(conninfo, EVENT_TYPES.data_keys)


@contextmanager
def _reading_sealed() -> Iterator[None]:
    """Raise DataKeyMissing for what is kept under another data key."""
    try:
        yield
    except NoDataKey:
        raise DataKeyMissing from None


def forget_again(app: str, settings: Settings) -> None:
    """Forget whom this database knows, older than the list of erasures in the data folder."""
    try:
        tombstones = read_tombstones(settings.tombstones)
    except TombstonesUnreadable as wrong:
        raise SettingsError([str(wrong)]) from None
    if tombstones:
        writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with psycopg.connect(app, autocommit=True) as connection:
            number = erase_again(connection, writer, tombstones, datetime.now(UTC))
        if number:
            tell(f"Forgot {number:,} persons again whom this database still knew; see {settings.tombstones}.")


def go_on_from_published(worker: str, settings: Settings) -> None:
    """Have each log that was brought back from an earlier moment say so, before it is sealed again."""
    if worker:
        for seam in begin_lost_epochs(settings, worker):
            tell(f"A database of before was found: {seam}. A new epoch has begun.")


def _check_has_data(server: EmbeddedServer) -> None:
    if not server.has_data:
        raise NoDatabaseYet(data_dir=server.data_dir)


def for_administrator(settings: Settings) -> str:
    """What an administrator runs before the owner can migrate the database."""
    if settings.database_url is None:
        if settings.uses_embedded_server:
            return "-- Nothing: the embedded server belongs to MIPOS.\n"
        raise SettingsError(["DATABASE_URL is required: it names the owner of the database."])
    named = conninfo_to_dict(settings.database_url)
    installation = addresses_of(settings).installation
    return statements_for_administrator(installation, _user(settings.database_url), str(named["dbname"]))


def distribution_of(settings: Settings) -> str:
    """What `mipos migrate --citus` would run. Raises DatabaseUnfit."""
    addresses = addresses_of(settings)
    if addresses.owner is None or addresses.server:
        raise NoCluster
    return described(addresses.owner, addresses.installation, PROJECTIONS)


def distribute_over_nodes(addresses: Addresses) -> None:
    """Spread the tables of companies over the nodes of a cluster. Raises DatabaseUnfit."""
    if addresses.owner is None or addresses.server:
        raise NoCluster
    number = distribute(
        addresses.owner, addresses.installation, PROJECTIONS, lambda name: tell(f"Spread over nodes: {name}.")
    )
    if not number:
        tell("Everything is spread over nodes already.")


def check(addresses: Addresses, part: Part) -> None:
    """See that this part can use the database, and say what an operator should know. Raises DatabaseUnfit."""
    if addresses.owner:
        # Before the first migration there is no role to look as.
        check_migrated(addresses.owner, PROJECTIONS)
    try:
        notes = check_migrated(addresses.of(part), PROJECTIONS, as_app=part == "app")
    except psycopg.OperationalError as error:
        if addresses.owner is None:
            raise
        role = getattr(addresses.installation, part)
        raise RoleCannotLogIn(role=role, reason=str(error).splitlines()[0]) from error
    for note in notes:
        tell(note)


def tell(note: str) -> None:
    """Say something to whoever started us."""
    click.echo(f"mipos: {note}", err=True)


def prepare(addresses: Addresses, *, is_restored: bool = False) -> None:
    """Bring the database to this version; what reads from it meanwhile goes on.

    Of one that was just restored nobody wonders that everything is made anew.
    """
    if addresses.owner is None:
        check(addresses, "app")
        return
    with telling(Console(stderr=True), "Building what this version reads from", "facts") as progress:
        rebuilt = Upgrade(
            addresses.owner,
            addresses.installation,
            EVENT_TYPES,
            PROJECTIONS,
            tell=tell,
            progress=progress,
            processes=USUAL_PROCESSES,
        ).run()
    if rebuilt and not is_restored:
        tell(f"Made anew for this version: {', '.join(rebuilt)}.")


def create_database(conninfo: str) -> None:
    """Make the database of the embedded server unless it is there; `conninfo` leads to another one."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        row = connection.execute(_DATABASE, [DATABASE])
        if not row.fetchone():
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
