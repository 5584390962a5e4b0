"""A database that is not ours alone: what `mipos migrate` makes, takes, moves, refuses and leaves."""

import gzip
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.addresses import as_role
from infra.administrator import statements_for_administrator
from infra.embedded import EmbeddedServer
from infra.eventstore.append import APPEND_EVENTS
from infra.installation import DatabaseUnfit, Installation
from infra.migrated import AppTooMighty, NotMigrated, check_migrated
from infra.migrations import NewerDatabase, migrate
from infra.own_schema import SchemaMissing, SchemaNotOwned, SchemaOfAnother
from infra.projections.verify import verify
from infra.projections.worker import Worker
from infra.roles import RoleMissing, RoleTooMighty, kept_form, matches
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.securing import RightMissing
from infra.server_checks import OtherEncoding
from infra.transactions import transaction
from infra.upgrade import Upgrade
from tests.conftest import Database, fresh_database, installed_in

FORMER = Path(__file__).with_name("former_layout.sql.gz")
FORMER_COMPANY = UUID("0b7f6c1e-0000-4000-8000-000000000001")


@contextmanager
def connected(address: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(address, autocommit=True) as connection:
        yield connection


def rows(address: str, query: Any, *params: Any) -> list[tuple[Any, ...]]:
    with connected(address) as connection:
        return connection.execute(query, params).fetchall()


@pytest.fixture
def make_database(server: EmbeddedServer) -> Iterator[Callable[..., str]]:
    """Makes empty databases, with these options, and returns their names; they are gone after the test."""
    made: list[str] = []

    def make(options: str = "") -> str:
        name = f"shared_{uuid4().hex[:12]}"
        with connected(server.conninfo("postgres", "postgres")) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        made.append(name)
        return name

    yield make
    with connected(server.conninfo("postgres", "postgres")) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def empty(server: EmbeddedServer, make_database: Callable[..., str]) -> Database:
    """How to connect to an installation in an empty database, where nothing was migrated yet."""
    return installed_in(server, make_database())


@pytest.fixture(scope="module")
def migrated(server: EmbeddedServer) -> Database:
    """How to connect to an installation that several tests put right."""
    return fresh_database(server, "shared_rights")


def install(database: Database) -> list[str]:
    """Migrate; what an operator was told."""
    told: list[str] = []
    migrate(database.owner, PROJECTIONS, database.installation, told.append)
    return told


OF_ANOTHER_PROGRAM = """
    CREATE TABLE public.users (id int PRIMARY KEY, name text);
    CREATE TABLE public.orders (id int PRIMARY KEY, company_id int);
    CREATE TABLE public.products (sku text);
    CREATE TABLE public.schema_migrations (version text PRIMARY KEY);
    CREATE FUNCTION public.append_events(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
    INSERT INTO public.users VALUES (1, 'Ada');
    INSERT INTO public.orders VALUES (7, 1);
    INSERT INTO public.products VALUES ('TEA');
    INSERT INTO public.schema_migrations VALUES ('20260101');
"""

STATE_OF_PUBLIC = """
    SELECT relname::text, oid::text, xmin::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
     UNION ALL
    SELECT proname::text, oid::text, xmin::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace
     ORDER BY 1, 2
"""


class TestAnotherProgramsTables:
    @pytest.fixture
    def shared(self, empty: Database) -> Database:
        with connected(empty.owner) as connection:
            connection.execute(OF_ANOTHER_PROGRAM)
        return empty

    def test_stay_as_they_are(self, shared: Database) -> None:
        before = rows(shared.owner, STATE_OF_PUBLIC)
        install(shared)
        install(shared)
        assert rows(shared.owner, STATE_OF_PUBLIC) == before
        assert rows(shared.owner, "SELECT name FROM public.users") == [("Ada",)]
        assert rows(shared.owner, "SELECT sku FROM public.products") == [("TEA",)]
        check_migrated(shared.app, PROJECTIONS, as_app=True)

    def test_keep_the_right_of_everybody_to_make_temporary_tables(self, shared: Database) -> None:
        [note] = install(shared)
        assert "Everybody may make temporary tables" in note
        with connected(shared.app) as connection:
            connection.execute("CREATE TEMP TABLE kept_by_another (id int)")

    def test_are_refused_in_our_schema(self, empty: Database) -> None:
        with connected(empty.owner) as connection:
            connection.execute("CREATE SCHEMA mipos; CREATE TABLE mipos.schema_migrations (version text)")
        with pytest.raises(SchemaOfAnother, match="MIPOS_SCHEMA"):
            install(empty)
        assert rows(
            empty.owner, "SELECT relname FROM pg_class WHERE relnamespace = 'mipos'::regnamespace"
        ) == [("schema_migrations",)]

    def test_are_refused_where_read_models_are_built(self, empty: Database) -> None:
        with connected(empty.owner) as connection:
            connection.execute("CREATE SCHEMA mipos_next CREATE TABLE orders (id int)")
        with pytest.raises(SchemaOfAnother, match="mipos_next"):
            install(empty)


def test_an_empty_schema_that_was_made_for_us_is_taken(empty: Database) -> None:
    with connected(empty.owner) as connection:
        connection.execute("CREATE SCHEMA mipos")
    assert install(empty) == []
    check_migrated(empty.worker, PROJECTIONS)


def test_a_database_that_was_not_migrated_is_told_from_one_that_was(empty: Database) -> None:
    with pytest.raises(NotMigrated, match="run `mipos migrate`"):
        check_migrated(empty.owner, PROJECTIONS)
    install(empty)
    check_migrated(empty.app, PROJECTIONS)
    for change in (
        "DELETE FROM schema_migrations WHERE name = 'infra:imports.sql'",
        "UPDATE schema_migrations SET digest = 'of another version' WHERE name = 'infra:functions.sql'",
        "UPDATE projection_models SET digest = 'of another version' WHERE name = 'orders'",
        "UPDATE installation SET inline_models = 'of another version'",
    ):
        with psycopg.connect(empty.owner) as connection:
            connection.execute(change)
            connection.commit()
            with pytest.raises(NotMigrated):
                check_migrated(empty.app, PROJECTIONS)
        with connected(empty.owner) as connection:
            connection.execute(
                "INSERT INTO schema_migrations (name) VALUES ('infra:imports.sql') ON CONFLICT DO NOTHING"
            )
        install(empty)
        check_migrated(empty.app, PROJECTIONS)


def test_a_database_of_a_newer_version_is_left_as_it_is(empty: Database) -> None:
    install(empty)
    with connected(empty.owner) as connection:
        connection.execute("INSERT INTO schema_migrations (name) VALUES ('infra:of_next_year.sql')")
    before = state_of(empty)
    with pytest.raises(NewerDatabase):
        install(empty)
    with pytest.raises(NewerDatabase):
        check_migrated(empty.app, PROJECTIONS)
    assert state_of(empty) == before


def test_only_a_role_that_sees_one_company_may_serve(migrated: Database) -> None:
    check_migrated(migrated.app, PROJECTIONS, as_app=True)
    for address in (migrated.owner, migrated.worker):
        with pytest.raises(AppTooMighty, match="MIPOS_APP_DATABASE_URL"):
            check_migrated(address, PROJECTIONS, as_app=True)


class TestTheFormerLayout:
    @pytest.fixture
    def former(self, empty: Database, server: EmbeddedServer) -> Database:
        """A shop that sold while everything was in the schema of everybody, beside somebody else's table."""
        with connected(server.conninfo("postgres", "postgres")) as connection:
            for role, attributes in (("mipos_app", "LOGIN"), ("mipos_worker", "LOGIN BYPASSRLS")):
                if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
                    connection.execute(f"CREATE ROLE {role} {attributes}".encode())
        with connected(empty.owner) as connection:
            connection.execute("SET search_path = public; SET check_function_bodies = off")
            connection.execute(gzip.decompress(FORMER.read_bytes()))
            connection.execute("CREATE TABLE public.visitors (company_id uuid)")
        return empty

    def test_moves_into_our_schema_whole(self, former: Database) -> None:
        Upgrade(former.owner, former.installation, EVENT_TYPES, PROJECTIONS).run()
        assert rows(
            former.owner, "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        ) == [("visitors",)]
        assert (
            rows(former.owner, "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
            == []
        )
        assert rows(former.owner, "SELECT count(*) FROM mipos.events") == [(10,)]
        worker = Worker(former.worker, EVENT_TYPES, PROJECTIONS)
        while worker.step():
            pass
        worker.close()
        for model in PROJECTIONS:
            assert verify(former.worker, EVENT_TYPES, model, FORMER_COMPANY).is_true, model.name

    def test_gives_its_former_roles_nothing(self, former: Database) -> None:
        install(former)
        for role in ("mipos_app", "mipos_worker"):
            with connected(as_role(former.owner, role)) as connection:
                for table in ("events", "orders", "sessions"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(sql.SQL("SELECT FROM mipos.{}").format(sql.Identifier(table)))

    def test_goes_on_where_it_was(self, former: Database) -> None:
        install(former)
        params = {
            "company_id": FORMER_COMPANY,
            "stream_ids": [uuid4()],
            "stream_versions": [1],
            "types": ["t"],
            "states": ["{}"],
            "metadata": ["{}"],
        }
        with connected(former.app) as connection, transaction(connection, FORMER_COMPANY) as db:
            assert db.ask(APPEND_EVENTS, params).row() == {"position": 11}


#: Whatever of the catalog a migration could change, and by which transaction it was changed last.
STATE_OF_OURS = """
    WITH ours AS (SELECT oid FROM pg_namespace WHERE nspname = ANY(%(schemas)s))
    SELECT 'table', oid, xmin::text FROM pg_class WHERE relnamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'function', oid, xmin::text FROM pg_proc WHERE pronamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'policy', policy.oid, policy.xmin::text FROM pg_policy AS policy
      JOIN pg_class AS class ON class.oid = polrelid WHERE relnamespace IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'schema', oid, xmin::text FROM pg_namespace WHERE oid IN (SELECT oid FROM ours)
    UNION ALL
    SELECT 'role', oid, xmin::text FROM pg_authid WHERE rolname = ANY(%(roles)s)
    UNION ALL
    SELECT 'database', oid, xmin::text FROM pg_database WHERE datname = current_database()
    ORDER BY 1, 2
"""


def state_of(database: Database) -> list[tuple[Any, ...]]:
    params = {"schemas": list(database.installation.schemas), "roles": list(database.installation.roles)}
    with connected(database.owner) as connection:
        return connection.execute(STATE_OF_OURS, params).fetchall()


class TestMigratingAgain:
    def test_alters_nothing(self, empty: Database) -> None:
        install(empty)
        before = state_of(empty)
        install(empty)
        assert state_of(empty) == before

    @pytest.mark.parametrize(
        "change",
        [
            "GRANT INSERT ON events TO {app}",
            "GRANT UPDATE ON company_head TO {app}",
            "REVOKE SELECT ON orders FROM {app}",
            "ALTER POLICY own_company ON orders USING (true)",
            "DROP POLICY own_company ON sessions",
            "CREATE POLICY open ON orders USING (true)",
            "ALTER TABLE orders DISABLE ROW LEVEL SECURITY",
            "GRANT EXECUTE ON FUNCTION append_events TO PUBLIC",
            "REVOKE EXECUTE ON FUNCTION append_events FROM {app}",
            "GRANT EXECUTE ON FUNCTION hold_log TO {app}",
            "REVOKE USAGE ON SCHEMA mipos FROM {app}",
            "REVOKE TEMPORARY ON DATABASE {name} FROM {worker}",
            "GRANT TEMPORARY ON DATABASE {name} TO PUBLIC",
        ],
    )
    def test_puts_rights_right(self, migrated: Database, change: str) -> None:
        """The state of rights after is that of before, whatever a person changed."""
        before = rows(migrated.owner, RIGHTS)
        names = {"app": migrated.installation.app, "worker": migrated.installation.worker}
        [(name,)] = rows(migrated.owner, "SELECT current_database()")
        with connected(migrated.owner) as connection:
            connection.execute(change.format(**names, name=name).encode())
        assert rows(migrated.owner, RIGHTS) != before
        install(migrated)
        assert rows(migrated.owner, RIGHTS) == before


RIGHTS = """
    SELECT 'table', relname::text, relrowsecurity::text, acl.grantee::text, acl.privilege_type
      FROM pg_class, aclexplode(relacl) AS acl WHERE relnamespace = 'mipos'::regnamespace
    UNION ALL
    SELECT 'policy', tablename || '.' || policyname, qual, roles::text, cmd
      FROM pg_policies WHERE schemaname = 'mipos'
    UNION ALL
    SELECT 'function', proname::text, '', acl.grantee::text, acl.privilege_type
      FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl
     WHERE pronamespace = 'mipos'::regnamespace
    UNION ALL
    SELECT 'schema', nspname::text, '', acl.grantee::text, acl.privilege_type
      FROM pg_namespace, aclexplode(nspacl) AS acl WHERE nspname ~ '^mipos'
    UNION ALL
    SELECT 'database', '', '', acl.grantee::text, acl.privilege_type
      FROM pg_database, aclexplode(coalesce(datacl, acldefault('d', datdba))) AS acl
     WHERE datname = current_database()
    ORDER BY 1, 2, 3, 4, 5
"""


class TestTwoInstallations:
    def test_of_one_cluster_do_not_know_of_each_other(
        self, server: EmbeddedServer, make_database: Callable[..., str]
    ) -> None:
        first, second = (installed_in(server, make_database()) for _ in range(2))
        keyed = [
            Database(one.owner, one.app, one.worker, with_passwords(one.installation, letter))
            for one, letter in ((first, "a"), (second, "b"))
        ]
        install(keyed[0])
        before = state_of(first)
        install(keyed[1])
        assert state_of(first) == before
        assert not set(first.installation.roles) & set(second.installation.roles)
        for address in (second.app, second.worker):
            trespassing = as_role(first.owner, str(conninfo_to_dict(address)["user"]))
            with connected(trespassing) as connection, pytest.raises(psycopg.Error):
                connection.execute("SELECT FROM mipos.events")

    def test_of_one_database_do_not_know_of_each_other(
        self, server: EmbeddedServer, make_database: Callable[..., str]
    ) -> None:
        name = make_database()
        first, second = installed_in(server, name, "north"), installed_in(server, name, "south")
        install(first)
        before = state_of(first)
        install(second)
        assert [row for row in state_of(first) if row[0] != "database"] == [
            row for row in before if row[0] != "database"
        ]
        found_company(first, company := uuid4())
        assert rows(first.worker, "SELECT company_id FROM company_head") == [(company,)]
        assert rows(second.worker, "SELECT company_id FROM company_head") == []
        with connected(second.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT FROM north.events")


def with_passwords(installation: Installation, password: str) -> Installation:
    return Installation(
        installation.schema,
        installation.app,
        installation.worker,
        dict.fromkeys(installation.roles, password),
    )


def found_company(database: Database, company_id: UUID) -> None:
    with connected(database.app) as connection, transaction(connection, company_id) as db:
        db.execute("SELECT found_company(%(company_id)s)", {"company_id": company_id})


class TestPasswords:
    def test_are_kept_as_the_server_keeps_them(self) -> None:
        # From RFC 7677, section 3.
        kept = (
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:"
            "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
        )
        assert matches(kept, "pencil")
        assert not matches(kept, "pencils")
        assert matches(kept_form("word"), "word")
        assert not matches(None, "word")
        assert not matches("md5d41d8cd98f00b204e9800998ecf8427e", "word")

    def test_follow_the_key_and_change_only_with_it(self, empty: Database) -> None:
        keyed = Database(empty.owner, empty.app, empty.worker, with_passwords(empty.installation, "first"))
        install(keyed)
        before = state_of(empty)
        install(keyed)
        install(empty)
        assert state_of(empty) == before
        changed = Database(empty.owner, empty.app, empty.worker, with_passwords(empty.installation, "next"))
        install(changed)
        [(kept,)] = rows(
            empty.owner, "SELECT rolpassword FROM pg_authid WHERE rolname = %s", empty.installation.app
        )
        assert matches(kept, "next")


class TestAPlainOwner:
    """An owner who is no superuser and may make neither roles nor, at first, anything else."""

    @pytest.fixture
    def plain(self, server: EmbeddedServer, make_database: Callable[..., str]) -> Iterator[Database]:
        name = make_database()
        found = installed_in(server, name)
        owner = f"plain_{name}"
        with connected(server.conninfo("postgres", name)) as administrator:
            administrator.execute(f"CREATE ROLE {owner} LOGIN".encode())
            yield Database(as_role(found.owner, owner), found.app, found.worker, found.installation)
            roles = [*found.installation.roles, owner]
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
        assert install(plain) == []
        assert install(plain) == []
        check_migrated(plain.app, PROJECTIONS, as_app=True)
        found_company(plain, company := uuid4())
        assert rows(plain.worker, "SELECT company_id FROM company_head") == [(company,)]

    def test_is_told_each_thing_that_lacks(
        self, plain: Database, administrator: psycopg.Connection[Any]
    ) -> None:
        told: list[Any] = []
        for statement in [b"SELECT 1", *self.printed(plain)]:
            administrator.execute(statement)
            try:
                told.append(["temporary tables" in note for note in install(plain)])
            except DatabaseUnfit as unfit:
                told.append(type(unfit))
        assert told == [*[SchemaMissing] * 4, [True], [True], RightMissing, []]

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


def test_a_database_of_another_encoding_is_refused(
    server: EmbeddedServer, make_database: Callable[..., str]
) -> None:
    name = make_database("ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
    with pytest.raises(OtherEncoding, match="UTF8"):
        install(installed_in(server, name))


class TestFunctionsWithTheOwnersRights:
    def test_name_everything_and_look_where_nobody_else_writes(self, migrated: Database) -> None:
        functions = rows(
            migrated.owner,
            "SELECT proname, prosrc, proconfig FROM pg_proc"
            " WHERE pronamespace = 'mipos'::regnamespace AND prosecdef",
        )
        tables = "|".join(
            name
            for (name,) in rows(migrated.owner, "SELECT tablename FROM pg_tables WHERE schemaname = 'mipos'")
        )
        assert {name for name, _, _ in functions} >= {
            "append_events",
            "open_company",
            "found_company",
            "hold_log",
        }
        for name, body, settings in functions:
            assert settings == ["search_path=pg_catalog, mipos, pg_temp"], name
            assert re.findall(rf"(?<!\.)\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:{tables})\b", body) == [], name

    def test_are_all_there_are(self, migrated: Database) -> None:
        """Nothing else in the schema can be called; a function of everybody's would be one more way in."""
        callable_by_all = rows(
            migrated.owner,
            "SELECT proname FROM pg_proc, aclexplode(coalesce(proacl, acldefault('f', proowner))) AS acl"
            " WHERE pronamespace = 'mipos'::regnamespace AND acl.grantee = 0",
        )
        assert callable_by_all == []

    def test_find_no_temporary_table_of_the_caller(self, migrated: Database) -> None:
        """The workers may make temporary tables: theirs never run with the owner's rights."""
        found_company(migrated, company := uuid4())
        with connected(migrated.worker) as connection:
            connection.execute(
                "CREATE FUNCTION pg_temp.climb() RETURNS bigint LANGUAGE plpgsql AS"
                " $$ BEGIN RAISE EXCEPTION 'ran as %', current_user; END $$"
            )
            for table in (
                "company_head",
                "projection_checkpoints",
                "projection_models",
                "company_activity",
                "events",
            ):
                view = sql.SQL(_VIEW).format(sql.Identifier(table), sql.Literal(str(company)))
                connection.execute(view)
            connection.execute("SET search_path = pg_temp, mipos")
            assert connection.execute("SELECT count(*) FROM projection_lag()").fetchall() != [(0,)]
            with transaction(connection, company) as db:
                assert db.ask("SELECT mipos.hold_log(%(c)s) AS position", {"c": company}).row() == {
                    "position": 0
                }

    def test_leave_the_application_no_temporary_tables(self, migrated: Database) -> None:
        with connected(migrated.app) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TEMP VIEW company_head AS SELECT 1")


_VIEW = (
    "CREATE TEMP VIEW {} AS SELECT {}::uuid AS company_id, pg_temp.climb() AS position,"
    " ''::text AS projection, now() AS parked_at, ''::text AS name, 'async'::text AS mode"
)
