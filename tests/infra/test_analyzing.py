"""What bulk work filled is known to the planner at once, whoever filled it."""

from uuid import UUID, uuid4

import psycopg
import pytest

from infra.postgres.analyzing import analyze_grown
from infra.postgres.embedded import EmbeddedServer
from tests.conftest import Database, fresh_database

_FILL = """
    INSERT INTO barcodes (company_id, barcode, variant_id, is_free)
    SELECT %(company_id)s, n::text, gen_random_uuid(), false FROM generate_series(1, %(rows)s) AS n
"""
_KNOWN = "SELECT reltuples FROM pg_class WHERE oid = %s::regclass"


@pytest.fixture
def database(server: EmbeddedServer) -> Database:
    """A database in which nobody else fills anything, or looks at it."""
    database = fresh_database(server, "mipos_analyzing")
    with psycopg.connect(database.owner) as connection:
        connection.execute("ALTER TABLE barcodes SET (autovacuum_enabled = false)")
    return database


def fill(connection: psycopg.Connection[tuple[float]], company_id: UUID, rows: int) -> None:
    with connection.transaction():
        connection.execute("SELECT set_config('app.company_id', %s, true)", [str(company_id)])
        connection.execute(_FILL, {"company_id": company_id, "rows": rows})


def rows_known(database: Database) -> float:
    with psycopg.connect(database.owner) as connection:
        [(rows,)] = connection.execute(_KNOWN, ["barcodes"]).fetchall()
    return float(rows)


@pytest.mark.parametrize("role", ["app", "worker", "owner"])
def test_whoever_fills_a_table_lets_the_planner_know_it(database: Database, role: str) -> None:
    with psycopg.connect(getattr(database, role), autocommit=True) as connection:
        fill(connection, uuid4(), 1000)
        assert "barcodes" in analyze_grown(connection)
    assert rows_known(database) == 1000


def test_what_has_hardly_grown_is_not_looked_at_again(database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        fill(connection, uuid4(), 10_000)
        analyze_grown(connection)
        fill(connection, uuid4(), 1_500)
        assert "barcodes" not in analyze_grown(connection)
        fill(connection, uuid4(), 1_000)
        assert "barcodes" in analyze_grown(connection)


def test_what_changes_in_place_is_not_looked_at_again(database: Database) -> None:
    with psycopg.connect(database.owner, autocommit=True) as connection:
        fill(connection, uuid4(), 10_000)
        analyze_grown(connection)
        changed = connection.execute("UPDATE barcodes SET is_free = NOT is_free")
        assert changed.rowcount == 10_000
        assert "barcodes" not in analyze_grown(connection)


@pytest.mark.parametrize(
    "name", ["no_such_table", "pg_class", "barcodes; DROP TABLE barcodes", "barcodes_pkey"]
)
def test_only_tables_of_the_installation_are_looked_at(database: Database, name: str) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("SELECT analyze_table(%s)", [name])
        fill(connection, uuid4(), 1)
    assert rows_known(database) == -1


def test_the_application_analyzes_by_no_other_way(database: Database) -> None:
    with psycopg.connect(database.app, autocommit=True) as connection:
        connection.execute("ANALYZE barcodes")
    assert rows_known(database) == -1
