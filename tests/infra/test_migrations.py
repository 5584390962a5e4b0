"""A database that is not ours alone: what `mipos migrate` makes, takes, moves, refuses and leaves."""

import gzip
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.addresses import as_role
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.installation import Installation
from infra.postgres.own_schema import SchemaOfAnother
from infra.postgres.server_checks import OtherEncoding
from infra.postgres.transactions import transaction
from infra.projections.verify import verify
from infra.projections.worker import Worker
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.upgrades.migrated import NotMigrated, check_migrated
from infra.upgrades.migrations import NewerDatabase
from infra.upgrades.upgrade import Upgrade
from tests.conftest import NOT_ON_DISK, Database, installed_in
from tests.infra.databases import connected, found_company, install, rows, state_of

FORMER = Path(__file__).with_name("former_layout.sql.gz")
FORMER_COMPANY = UUID("0b7f6c1e-0000-4000-8000-000000000001")


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
        unsafe, note = install(shared)
        assert unsafe == NOT_ON_DISK
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
    assert install(empty) == [NOT_ON_DISK]
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


def test_a_database_of_another_encoding_is_refused(
    server: EmbeddedServer, make_database: Callable[..., str]
) -> None:
    name = make_database("ENCODING 'SQL_ASCII' LOCALE 'C' LOCALE_PROVIDER libc TEMPLATE template0")
    with pytest.raises(OtherEncoding, match=f"The database {name} is encoded in SQL_ASCII, MIPOS needs UTF8"):
        install(installed_in(server, name))
