"""Many rows of everything, made of one of each, and what the planner is told of them."""

from collections.abc import Mapping
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from tests.conftest import Database

#: How many rows each table gets beside those of the shop.
MORE = 3000
#: How many rows a fresh demo has of most things.
OF_A_DEMO = 240
#: How many companies the planner believes in, how many rows of a table, and of what grows with each sale.
COMPANIES, LARGE, LARGEST = 10_001, 100_000, 5_000_000
#: How many small companies there really are, and how many rows each has.
SMALL, ROWS_OF_SMALL = 300, 3

TABLES: LiteralString = """
    SELECT c.relname FROM pg_class AS c
     WHERE c.relkind = 'r' AND c.relnamespace = to_regnamespace('mipos')
     ORDER BY c.relname
"""

_UNIQUE: LiteralString = """
    SELECT index.indexrelid, a.attname, format_type(a.atttypid, NULL)
      FROM pg_index AS index
      JOIN pg_attribute AS a ON a.attrelid = index.indrelid AND a.attnum = ANY(index.indkey)
     WHERE index.indrelid = %s::regclass AND index.indisunique AND a.attname <> 'company_id'
     ORDER BY index.indexrelid, a.attname
"""

#: What makes a value of a type another one for each number `n`; the first that a key has is taken.
_OTHER: Mapping[str, str] = {
    "uuid": "md5('u' || n)::uuid",
    "text": "n::text",
    "bigint": "1000000 + n",
    "integer": "1000000 + n",
    "date": "date '2026-01-01' - n",
    "bytea": "sha256(n::text::bytea)",
}
#: Where rows of several tables are about the same thing: products keep theirs in each of them.
_ANY, _DAY = "md5('a' || n)::uuid", "date '2020-01-01' + n % 1000"
_PRODUCT, _VARIANT = "md5('p' || n)::uuid", "md5('v' || n)::uuid"
_OWN: Mapping[str, Mapping[str, str]] = {
    "settings": {"kind": "'brands'"},
    "products": {"id": _PRODUCT},
    "variants": {"id": _VARIANT, "product_id": _PRODUCT, "sku_key": "n::text"},
    "barcodes": {"variant_id": _VARIANT},
    "pos_catalog_feed": {"variant_id": _VARIANT, "place": "n"},
    "store_prices": {"variant_id": _VARIANT},
    "product_listing": {"id": _PRODUCT, "text": "n::text"},
    "product_images": {"product_id": _PRODUCT},
    "stock_balances": {"variant_id": _VARIANT},
    "transfer_lines": {"transfer_id": _ANY},
    "reservation_lines": {"reservation_id": _ANY},
    "sessions": {"user_id": _ANY},
    "customers": {"phone_key": "n::text", "email_key": "n::text"},
    "stock_shipments": {"transfer_id": _ANY},
    "report_items": {"variant_id": _VARIANT, "product_id": _PRODUCT},
    "report_taxes": {"name": "n::text"},
    "report_methods": {"method": "n::text"},
    "report_places": {"no": "n"},
    "search_entries": {"id": _PRODUCT},
    "search_words": {"word": "n::text", "text": "n::text"},
    "search_spellings": {"word": "n::text"},
    "customer_words": {"word": "n::text", "text": "n::text"},
    "customer_spellings": {"word": "n::text"},
    **{f"sales_{one}facts": {"business_date": _DAY} for one in ("", "line_", "tax_", "payment_")},
}
#: Of these there are a few whatever is sold: one for each version, day, worker or read model.
FEW = frozenset({"installation", "schema_migrations", "projection_models", "running_time", "log_epochs"})
_GROWING = ("events", "orders", "order_", "stock_ledger", "stock_movement", "report_", "fact_")


def copied(database: Database) -> frozenset[str]:
    """Tables of which there are many rows: those that have any, but for what there is always little of."""
    with psycopg.connect(database.owner) as connection:
        names = [name for (name,) in connection.execute(TABLES).fetchall() if name not in FEW]
        return frozenset(name for name in names if _has_rows(connection, name))


def _has_rows(connection: psycopg.Connection[Any], table: str) -> bool:
    statement = sql.SQL("SELECT EXISTS (SELECT FROM {})").format(sql.Identifier(table))
    return connection.execute(statement).fetchall() == [(True,)]


def copy_rows(database: Database, tables: frozenset[str], first: int, last: int) -> None:
    """Give each table copies of one of its rows under these numbers, for the same company."""
    numbers = f"generate_series({first}, {last}) AS n"
    with psycopg.connect(database.owner) as connection:
        for table in sorted(tables):
            _copy(connection, table, numbers, {})


def add_small_companies(database: Database, tables: frozenset[str]) -> None:
    """Give each table a few rows of hundreds of other companies."""
    numbers = f"generate_series({10 * MORE}, {10 * MORE + SMALL * ROWS_OF_SMALL - 1}) AS n"
    other = {"company_id": f"md5('c' || n % {SMALL})::uuid"}
    with psycopg.connect(database.owner) as connection:
        for table in sorted(tables):
            _copy(connection, table, numbers, other if _is_of_companies(connection, table) else {})


def _copy(connection: psycopg.Connection[Any], table: str, numbers: str, more: Mapping[str, str]) -> None:
    changes = {**_changes(connection, table), **_OWN.get(table, {}), **more}
    pairs = ", ".join(f"'{column}', {value}" for column, value in changes.items())
    connection.execute(
        f"INSERT INTO {table} SELECT (jsonb_populate_record(one, jsonb_build_object({pairs}))).*"
        f"  FROM (SELECT one FROM {table} AS one LIMIT 1) AS found(one), {numbers}"
        "    ON CONFLICT DO NOTHING".encode()
    )


def _changes(connection: psycopg.Connection[Any], table: str) -> dict[str, str]:
    """What of each unique key is another in a copy."""
    keys: dict[int, dict[str, str]] = {}
    for index, column, kind in connection.execute(_UNIQUE, [table]).fetchall():
        keys.setdefault(index, {})[kind] = column
    changes = {key[kind]: _OTHER[kind] for key in keys.values() for kind in [_first_of(key)] if kind}
    # Of some things a company has one.
    return changes or {"company_id": _OTHER["uuid"]}


def _first_of(key: Mapping[str, str]) -> str | None:
    return next((kind for kind in _OTHER if kind in key), None)


def leave_unanalyzed(database: Database) -> None:
    """Nobody but the test tells the planner anything."""
    with psycopg.connect(database.owner) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)".encode())


def analyze(database: Database) -> None:
    """Tell the planner what the tables are like now."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("ANALYZE")


def believe_in_many(database: Database, tables: frozenset[str]) -> None:
    """Tell the planner of ten thousand small companies beside a very large one."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        for table in sorted(tables):
            if _is_of_companies(connection, table):
                believed = f"ALTER TABLE {table} ALTER company_id SET (n_distinct = {COMPANIES})"
                connection.execute(believed.encode())
        connection.execute("ANALYZE")
        for table in sorted(tables):
            rows = LARGEST if table.startswith(_GROWING) else LARGE
            connection.execute("UPDATE pg_class SET reltuples = %s WHERE oid = %s::regclass", [rows, table])


def _is_of_companies(connection: psycopg.Connection[Any], table: str) -> bool:
    statement = "SELECT FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'company_id'"
    return connection.execute(statement, [table]).fetchone() is not None
