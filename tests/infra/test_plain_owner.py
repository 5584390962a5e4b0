"""An owner who may do little: what an administrator has to run, and what is told while that lacks."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from infra.postgres.addresses import as_role
from infra.postgres.administrator import statements_for_administrator
from infra.postgres.admission import RightMissing
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import DatabaseUnfit
from infra.postgres.own_schema import SchemaMissing, SchemaNotOwned
from infra.postgres.roles import RoleMissing, RoleTooMighty
from infra.runtime.models import PROJECTIONS
from infra.upgrades.migrated import check_migrated
from tests.conftest import NOT_ON_DISK, Database, installed_in
from tests.infra.databases import connected, found_company, install, rows


class TestAPlainOwner:
    """An owner who is no superuser and may make neither roles nor, at first, anything else."""

    @pytest.fixture
    def plain(self, server: EmbeddedServer, make_database: Callable[..., str]) -> Iterator[Database]:
        name = make_database()
        database = installed_in(server, name)
        owner = f"plain_{name}"
        with connected(server.conninfo("postgres", name)) as administrator:
            administrator.execute(f"CREATE ROLE {owner} LOGIN".encode())
            yield Database(
                as_role(database.owner, owner), database.app, database.worker, database.installation
            )
            roles = [*database.installation.roles, owner]
            there = administrator.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [roles])
            for (role,) in there.fetchall():
                administrator.execute(f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}".encode())

    @pytest.fixture
    def administrator(self, plain: Database) -> Iterator[psycopg.Connection[Any]]:
        with connected(as_role(plain.owner, "postgres")) as connection:
            yield connection

    def printed(self, plain: Database) -> list[bytes]:
        parts = conninfo_to_dict(plain.owner)
        text = statements_for_administrator(plain.installation, str(parts["user"]), str(parts["dbname"]))
        return [line.encode() for line in text.splitlines() if not line.startswith("--")]

    def test_needs_only_what_is_printed(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        for statement in self.printed(plain):
            administrator.execute(statement)
        assert install(plain) == [NOT_ON_DISK]
        assert install(plain) == [NOT_ON_DISK]
        check_migrated(plain.app, PROJECTIONS, as_app=True)
        found_company(plain, company := uuid4())
        assert rows(plain.worker, "SELECT company_id FROM company_head") == [(company,)]

    def test_is_told_each_thing_that_lacks(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        messages: list[Any] = []
        for statement in [b"SELECT 1", *self.printed(plain)]:
            administrator.execute(statement)
            try:
                _, *notes = install(plain)
                messages.append(["temporary tables" in note for note in notes])
            except DatabaseUnfit as unfit:
                messages.append(type(unfit))
        assert messages == [*[SchemaMissing] * 4, [True], [True], RightMissing, [], []]

    def test_needs_roles_that_it_cannot_make(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        for statement in self.printed(plain):
            if statement.startswith(b"CREATE SCHEMA"):
                administrator.execute(statement)
        with pytest.raises(RoleMissing, match="print-roles"):
            install(plain)

    def test_does_not_take_a_schema_of_somebody_else(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        administrator.execute("CREATE SCHEMA mipos")
        with pytest.raises(SchemaNotOwned, match="print-roles"):
            install(plain)

    def test_may_not_have_the_web_server_see_every_company(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        for statement in self.printed(plain):
            administrator.execute(statement)
        administrator.execute(f'ALTER ROLE "{plain.installation.app}" BYPASSRLS'.encode())
        with pytest.raises(RoleTooMighty):
            install(plain)
