"""What the roles of an installation may do: put right by every migration, and no more than they need."""

import re
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from infra.postgres.rights import rights_of
from infra.postgres.transactions import transaction
from infra.runtime.models import PROJECTIONS
from infra.upgrades.migrated import AppTooMighty, check_migrated
from tests.conftest import Database
from tests.infra.databases import connected, found_company, install, rows, state_of


def test_only_a_role_that_sees_one_company_may_serve(migrated: Database) -> None:
    check_migrated(migrated.app, PROJECTIONS, as_app=True)
    for address in (migrated.owner, migrated.worker):
        with pytest.raises(AppTooMighty, match="MIPOS_APP_DATABASE_URL"):
            check_migrated(address, PROJECTIONS, as_app=True)


def test_every_table_has_rights_declared(migrated: Database) -> None:
    tables = {
        name
        for (name,) in rows(
            migrated.owner,
            "SELECT relname::text FROM pg_class"
            # Nobody has rights on a partition: they are those on the whole.
            " WHERE relnamespace = 'mipos'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition",
        )
    }
    assert tables == set(rights_of(PROJECTIONS))


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
