"""The database itself keeps companies apart: a statement that forgets its company still sees only one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import sql
from psycopg.rows import tuple_row

from domain.companies import PLATFORM_ID

#: Tables that belong to no company, each for a reason.
OF_NOBODY = {
    "schema_migrations": "which versions the database has been through",
    "installation": "which version of the read models the database has",
    "running_time": "the hours that workers count for everybody",
    "worker_heartbeats": "which workers are there",
    "worker_metrics": "what workers count",
    "backups": "which backups were taken",
    "job_runs": "what became of jobs",
    "projection_paces": "how fast read models follow, all companies together",
    "projection_models": "what the tables of the read models were made from",
    "sign_in_failures": "whoever fails to sign in is of no company yet",
}
#: Tables of which every company may read some rows of others, each for a reason.
SHARED = {
    "user_directory": "leads from a user name to a company before anybody has signed in",
    "image_directory": "leads from a picture to its company for whoever looks at it",
    "packages": "the platform's price list",
}

_TABLES = """
    SELECT c.relname, c.relrowsecurity,
           EXISTS (SELECT 1 FROM pg_attribute a
                    WHERE a.attrelid = c.oid AND a.attname = 'company_id' AND NOT a.attisdropped)
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = current_schema() AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     ORDER BY c.relname
"""


def tables(database: Any) -> list[tuple[str, bool, bool]]:
    with psycopg.connect(database.owner) as connection:
        return connection.execute(_TABLES).fetchall()


def of_a_company(database: Any) -> list[str]:
    return [name for name, _, has_company in tables(database) if has_company]


@contextmanager
def rows_seen_by(address: str, company_id: UUID | None) -> Iterator[psycopg.Connection[Any]]:
    """A transaction of the application, of a company or of none; nothing of it stays."""
    with psycopg.connect(address, row_factory=tuple_row) as connection:
        if company_id is not None:
            connection.execute(sql.SQL("SET LOCAL app.company_id = {}").format(sql.Literal(str(company_id))))
        yield connection
        connection.rollback()


def companies_in(connection: psycopg.Connection[Any], table: str) -> set[UUID]:
    """Whose rows a statement sees that forgot to say which company it is about."""
    query = sql.SQL("SELECT DISTINCT company_id FROM {}").format(sql.Identifier(table))
    return {company for (company,) in connection.execute(query)}


@pytest.fixture
def two(stock: Callable[..., Any], make_shop: Callable[..., Any]) -> tuple[Any, Any]:
    """Two companies that have both sold something."""
    ours, theirs = stock(make_shop()), stock(make_shop())
    for stocked in (ours, theirs):
        till = stocked.shop.client("Cashier")
        answer = till.post("/api/pos/orders", stocked.sale(), Idempotency_Key="the same key")
        assert answer.status == 201
    return ours.shop, theirs.shop


def test_every_table_is_secured_or_has_a_reason_not_to_be(service: Any) -> None:
    found = [name for name, *is_of_one in tables(service.database) if not all(is_of_one)]
    assert sorted(found) == sorted(OF_NOBODY)


def test_a_query_that_forgets_the_company_sees_only_its_own(two: tuple[Any, Any], service: Any) -> None:
    ours, _ = two
    with rows_seen_by(service.database.app, ours.company_id) as connection:
        for table in of_a_company(service.database):
            if table not in SHARED:
                assert companies_in(connection, table) <= {ours.company_id}, table
        for table in ("events", "orders", "products", "variants", "settings", "users", "companies"):
            assert companies_in(connection, table) == {ours.company_id}, table


def test_the_owner_of_the_database_would_see_both(two: tuple[Any, Any], service: Any) -> None:
    both = {shop.company_id for shop in two}
    with psycopg.connect(service.database.owner) as connection:
        for table in ("events", "orders", "products", "idempotency_keys", "sessions"):
            assert both <= companies_in(connection, table), table


def test_a_query_of_no_company_is_an_error(two: tuple[Any, Any], service: Any) -> None:
    assert two
    for table in of_a_company(service.database):
        if table in SHARED:
            continue
        with (
            rows_seen_by(service.database.app, None) as connection,
            pytest.raises(psycopg.errors.Error) as refusal,
        ):
            companies_in(connection, table)
        assert refusal.value.sqlstate in ("42704", "22P02"), table


def test_an_edit_that_forgets_the_company_changes_only_its_own(two: tuple[Any, Any], service: Any) -> None:
    ours, theirs = two
    with rows_seen_by(service.database.app, ours.company_id) as connection:
        for table in ("products", "settings", "orders", "users", "stock_balances", "sessions"):
            query = sql.SQL("DELETE FROM {}").format(sql.Identifier(table))
            assert connection.execute(query).rowcount > 0, table
        own = connection.execute("SELECT set_config('app.company_id', %s, true)", [str(theirs.company_id)])
        assert own.fetchone()
        for table in ("products", "settings", "orders", "users", "stock_balances", "sessions"):
            assert companies_in(connection, table) == {theirs.company_id}, table


def test_nothing_can_be_written_for_another_company(two: tuple[Any, Any], service: Any) -> None:
    ours, theirs = two
    with psycopg.connect(service.database.app) as connection:
        connection.execute("SELECT prepare_log_lines()")
    for table in of_a_company(service.database):
        # A line of a log lies in the partition of its day.
        row = sql.SQL(
            "(company_id, at) VALUES (%s, now())" if table == "log_lines" else "(company_id) VALUES (%s)"
        )
        with (
            rows_seen_by(service.database.app, ours.company_id) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(
                sql.SQL("INSERT INTO {} {}").format(sql.Identifier(table), row), [theirs.company_id]
            )


def test_only_the_platform_sees_every_company(two: tuple[Any, Any], service: Any) -> None:
    both = {shop.company_id for shop in two}
    with rows_seen_by(service.database.app, PLATFORM_ID) as connection:
        assert both <= companies_in(connection, "companies")
        for table in ("events", "orders", "products", "settings", "users", "sessions", "credentials"):
            assert not both & companies_in(connection, table), table
