"""A stock ledger of any length, made where it lies: a year of sales, and now and then something else."""

from typing import LiteralString
from uuid import UUID

from infra.bench.site import Site

# Indexes are made once the rows are there, which takes a fraction of the time.
_INDEXES: LiteralString = """
    SELECT indexname, indexdef FROM pg_indexes
     WHERE schemaname = current_schema AND tablename = 'stock_movements' AND indexdef NOT LIKE '%UNIQUE%'
"""

# Four lines a sale; a movement in twenty is a delivery, and one in a hundred an adjustment.
_ROWS: LiteralString = """
    WITH shelves AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM settings
         WHERE company_id = %(company_id)s AND kind = 'storages'
    ), goods AS MATERIALIZED (
        SELECT id, row_number() OVER (ORDER BY id) - 1 AS number FROM variants
         WHERE company_id = %(company_id)s
    ), suppliers AS MATERIALIZED (
        SELECT array_agg(DISTINCT supplier_id) AS ids FROM products WHERE company_id = %(company_id)s
    )
    INSERT INTO stock_movements (company_id, place, recorded_at, occurred_at, type, storage_id, variant_id,
                                 quantity, unit_cost, value_change, balance_quantity, balance_value, reason,
                                 order_id, supplier_id, movement_id, actor_id)
    SELECT %(company_id)s, (n / 4) * 100000 + n %% 4, at, at, type, shelves.id, goods.id,
           CASE type WHEN 'receipt' THEN 12 ELSE -1 END, NULL, -100, n %% 90, 100 * (n %% 90),
           CASE WHEN type = 'adjustment' THEN (ARRAY['lost', 'found', 'damaged'])[1 + n / 4 %% 3] END,
           CASE WHEN type = 'sale' THEN md5('order' || n / 4)::uuid END,
           CASE WHEN type = 'receipt' THEN suppliers.ids[1 + n / 4 / 20 %% 20] END,
           md5('movement' || n / 4)::uuid, md5('actor' || n / 4 %% 50)::uuid
      FROM (SELECT n, CASE WHEN n / 4 %% 100 = 7 THEN 'adjustment' WHEN n / 4 %% 20 = 3 THEN 'receipt'
                           ELSE 'sale' END AS type,
                   n / 4 * 31 %% (SELECT count(*) FROM shelves) AS shelf,
                   n * 7919 %% (SELECT count(*) FROM goods) AS good,
                   timestamptz '2026-10-01' - interval '1 year' * (1 - n / %(rows)s::float8) AS at
              FROM generate_series(4, %(rows)s::bigint + 3) AS n) AS moved
      JOIN shelves ON shelves.number = moved.shelf
      JOIN goods ON goods.number = moved.good
     CROSS JOIN suppliers
"""
_STRETCHES: LiteralString = """
    INSERT INTO stock_movement_stretches (company_id, first_place, known_from, earliest, latest)
    SELECT company_id, place - place %% 100000000, min(recorded_at), min(occurred_at), max(occurred_at)
      FROM stock_movements
     WHERE company_id = %(company_id)s
     GROUP BY 1, 2
"""


def fill_ledger(site: Site, company_id: UUID, rows: int) -> None:
    """Give a company so many rows of the ledger, of its storages and variants."""
    indexes = site.own(_INDEXES)
    for name, _ in indexes:
        site.own(f'DROP INDEX "{name}"')
    for statement in (_ROWS, _STRETCHES):
        site.own(statement, company_id=company_id, rows=rows)
    for _, definition in indexes:
        site.own(definition)
    site.own("VACUUM ANALYZE")
