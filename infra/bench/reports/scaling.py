"""Many times as many stores, for timing questions alone: rows of read models, copied beside themselves.

What is kept by store has as many times the rows, at the positions that they had. Sums of the whole company
and of goods stay as they are: stores make no more rows of them. So they no longer fit the facts.
"""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from infra.bench.site import Site
from projections.reports.sales.sales_reports import SalesReports

_COLUMNS: LiteralString = """
    SELECT attname FROM pg_attribute
     WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_KEY: LiteralString = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = %s::regclass AND contype = 'p'
"""
_LAST_STORE: LiteralString = "SELECT max(no) FROM report_places WHERE company_id = %s AND kind = 'store'"
_COPY_PLACES: LiteralString = """
    INSERT INTO report_places (company_id, id, position, no, kind)
    SELECT company_id, gen_random_uuid(), position, no + copy * %(step)s, kind
      FROM report_places CROSS JOIN generate_series(1, %(copies)s) AS copy
     WHERE company_id = %(company_id)s AND kind = 'store'
"""


def multiply(site: Site, company_id: UUID, scale: int) -> None:
    """Copy what is kept by store, so that there is `scale` times as much of it."""
    if scale == 1:
        return
    site.say(f"Copying rows of reports, to {scale} times as many stores")
    step = site.own(_LAST_STORE, company_id)[0][0]
    site.own(_COPY_PLACES, company_id=company_id, step=step, copies=scale - 1)
    for table in SalesReports.tables:
        columns = [name for (name,) in site.own(_COLUMNS, table)]
        if "store_no" in columns:
            _without_key(site, table)
            site.own(_copying(table, columns), step, scale - 1, company_id)


def _without_key(site: Site, table: str) -> None:
    """Copies of facts have the positions of their facts: the index of the key stays, its promise goes."""
    for name, definition in site.own(_KEY, table):
        columns = definition.removeprefix("PRIMARY KEY ")
        if "store_no" not in columns:
            site.own(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            site.own(f"CREATE INDEX ON {table} {columns}")


def _copying(table: str, columns: Sequence[str]) -> str:
    """The statement that copies the rows of a company, told how far numbers are apart and how many copies."""
    copied = ["store_no + copy.number" if name == "store_no" else name for name in columns]
    return (
        f"WITH copy AS (SELECT %s * generate_series(1, %s) AS number) "
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(copied)} "
        f"FROM {table} CROSS JOIN copy WHERE company_id = %s"
    )
