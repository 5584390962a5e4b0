"""The roles of installations on a server that asks for passwords: each keeps its own, whoever else starts."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from infra.postgres.addresses import as_role
from infra.postgres.administrator import statements_for_administrator
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.roles import PasswordNotOurs, matches, verifier_of
from infra.runtime.databases import Addresses, RoleCannotLogIn, addresses_of, check
from infra.runtime.models import PROJECTIONS
from infra.runtime.settings import load_settings
from infra.upgrades.migrated import check_migrated
from infra.upgrades.migrations import migrate

ASKS_FOR_PASSWORDS = "local all postgres trust\nlocal all all scram-sha-256\n"
KEYS = ("the key of the first installation, long enough", "the key of the second installation, long enough")

Make = Callable[..., Addresses]


@pytest.fixture(scope="module")
def guarded() -> Iterator[EmbeddedServer]:
    """A server where only its administrator, postgres, needs no password."""
    with tempfile.TemporaryDirectory(prefix="mipos-roles-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder) / "mipos") as server:
            (Path(folder) / "mipos" / "data" / "pg_hba.conf").write_text(ASKS_FOR_PASSWORDS)
            with administrator(server) as connection:
                connection.execute("SELECT pg_reload_conf()")
            yield server


def administrator(server: EmbeddedServer, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(server.conninfo("postgres", database), autocommit=True)


@pytest.fixture
def make(guarded: EmbeddedServer) -> Make:
    """Makes a database, and says how an installation with this key and these settings connects to it."""

    def names(key: str = KEYS[0], owner: str = "postgres", **settings: str) -> Addresses:
        name = settings.pop("name", f"shop_{uuid4().hex[:8]}")
        with administrator(guarded) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = guarded.conninfo(owner, name)
        named = {setting: as_role(url, *login.split(":")) for setting, login in settings.items()}
        keys = {"MIPOS_SECRET_KEY": key, "MIPOS_DATA_KEY": key}
        return addresses_of(load_settings({"DATABASE_URL": url, **keys, **named}))

    return names


def install(addresses: Addresses) -> None:
    migrate(addresses.owner or "", PROJECTIONS, addresses.installation)


def verifier_in(server: EmbeddedServer, addresses: Addresses) -> list[tuple[str, str, str]]:
    """What the server keeps of the roles, and by which transaction it was changed last."""
    with administrator(server) as connection:
        query = "SELECT rolname, rolpassword, xmin::text FROM pg_authid WHERE rolname = ANY(%s) ORDER BY 1"
        return connection.execute(query, [list(addresses.installation.roles)]).fetchall()


def test_both_roles_log_in_with_what_follows_from_the_key(make: Make) -> None:
    addresses = make()
    install(addresses)
    check(addresses, "app")
    check(addresses, "worker")
    with pytest.raises(psycopg.OperationalError, match="password"):
        check_migrated(as_role(addresses.app, addresses.installation.app, "a guess"), PROJECTIONS)


def test_a_second_installation_locks_nobody_out(make: Make, guarded: EmbeddedServer) -> None:
    first, second = make(KEYS[0]), make(KEYS[1])
    install(first)
    before = verifier_in(guarded, first)
    install(second)
    install(first)
    assert verifier_in(guarded, first) == before
    check(first, "app")
    check(second, "app")


def test_a_look_with_another_key_changes_nothing_and_says_what_to_do(
    make: Make, guarded: EmbeddedServer
) -> None:
    first = make(name="looked_at")
    install(first)
    before = verifier_in(guarded, first)
    with pytest.raises(RoleCannotLogIn, match="run `mipos migrate`"):
        check(make(KEYS[1], name="looked_at"), "worker")
    assert verifier_in(guarded, first) == before
    check(first, "worker")


def test_another_key_takes_the_place_of_the_former_with_a_migration(make: Make) -> None:
    install(make(name="rekeyed"))
    changed = make(KEYS[1], name="rekeyed")
    install(changed)
    check(changed, "app")
    check(changed, "worker")


def test_passwords_that_addresses_name_are_never_changed(make: Make, guarded: EmbeddedServer) -> None:
    with administrator(guarded) as connection:
        connection.execute("CREATE ROLE till LOGIN PASSWORD 'of the till'")
        connection.execute("CREATE ROLE back_office LOGIN PASSWORD 'of the office'")
    addresses = make(
        MIPOS_APP_DATABASE_URL="till:of the till", MIPOS_WORKER_DATABASE_URL="back_office:of the office"
    )
    before = verifier_in(guarded, addresses)
    install(addresses)
    assert verifier_in(guarded, addresses) == before
    check(addresses, "app")
    check(addresses, "worker")


class TestAnOwnerWhoReadsNoPasswords:
    @pytest.fixture
    def plain(self, make: Make, guarded: EmbeddedServer) -> Addresses:
        """An installation whose owner is no superuser, with all that an administrator does for it."""
        owner = f"plain_{uuid4().hex[:8]}"
        with administrator(guarded) as connection:
            connection.execute(f"CREATE ROLE {owner} LOGIN PASSWORD 'plain'".encode())
        database = make(owner=owner)
        name = psycopg.conninfo.conninfo_to_dict(database.owner or "")["dbname"]
        with administrator(guarded, str(name)) as connection:
            connection.execute(statements_for_administrator(database.installation, owner, str(name)).encode())
        return Addresses(
            as_role(database.owner or "", owner, "plain"),
            database.app,
            database.worker,
            database.installation,
        )

    def test_finds_them_right_by_logging_in(self, plain: Addresses, guarded: EmbeddedServer) -> None:
        before = verifier_in(guarded, plain)
        install(plain)
        install(plain)
        assert verifier_in(guarded, plain) == before
        check(plain, "app")
        check(plain, "worker")

    def test_is_told_of_one_that_it_may_not_set(self, plain: Addresses, guarded: EmbeddedServer) -> None:
        with administrator(guarded) as connection:
            connection.execute(f"ALTER ROLE {plain.installation.app} PASSWORD 'forgotten'".encode())
        with pytest.raises(PasswordNotOurs, match="print-roles"):
            install(plain)


def test_a_password_is_known_by_what_the_server_keeps_of_it() -> None:
    # From RFC 7677, section 3.
    verifier = (
        "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
        "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
    )
    assert matches(verifier, "pencil")
    assert not matches(verifier, "pencils")
    assert matches(verifier_of("word"), "word")
    assert not matches(None, "word")
    assert not matches("md5d41d8cd98f00b204e9800998ecf8427e", "word")
