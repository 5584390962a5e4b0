"""What a sale is read from: the statements, and what their rows mean to the decision."""

from collections.abc import Iterable
from datetime import time
from decimal import Decimal
from functools import cache
from typing import LiteralString
from uuid import UUID

from domain.catalog.variant_names import variant_name_of
from domain.pricing import TaxRate
from domain.sale_context import StoreAtSale, VariantAtSale
from projections.base import Answer, Row
from projections.selling_places import ONLY_STORE, SELLS_FROM

_RATE: LiteralString = """
    jsonb_build_object('id', rate.id, 'name', rate.name, 'rate', rate.fields ->> 'rate',
                       'inclusive', rate.fields -> 'inclusive',
                       'jurisdiction', rate.fields ->> 'jurisdiction')
"""

# The store is the register's, else the one that was named, else the only one there is. What is told later was
# sold when nothing of it was archived yet. The ids of store and storage are worked out by themselves: what
# may tell of other companies' rows, as `coalesce` may for the planner, is tried on every row that security
# lets through, and only a plain id goes to its row by the key.
TILL: LiteralString = f"""
    SELECT c.currency, c.rounding_level, c.rounding_mode, c.cash_rounding,
           c.created_at AS founded_at, c.backdating_days, c.books_closed_until, c.discount_ceilings,
           c.shift_required, c.cross_store_returns, c.return_days, c.refund_to_original,
           register.id AS register_id, register.fields ->> 'code' AS register_code,
           store.id AS store_id, store.fields ->> 'code' AS store_code,
           store.is_active AND NOT store.is_archived AND register.is_archived IS NOT TRUE AS is_open,
           store.fields ->> 'timezone' AS timezone,
           store.fields ->> 'day_cut' AS day_cut,
           (SELECT jsonb_agg({_RATE}
                             ORDER BY listed.number)
              FROM jsonb_array_elements_text(store.fields -> 'tax_rate_ids')
                   WITH ORDINALITY AS listed(id, number)
             CROSS JOIN LATERAL (
                    SELECT id, name, fields FROM settings
                     WHERE company_id = %(company_id)s AND id = listed.id::uuid
                     LIMIT 1
                   ) AS rate) AS tax_rates,
           storage.id AS storage_id, (storage.fields ->> 'allow_negative')::bool AS allow_negative,
           package.orders_per_month AS orders_limit, c.timezone AS company_timezone
      FROM companies AS c
      LEFT JOIN LATERAL (
            SELECT orders_per_month FROM packages
             WHERE company_id = '00000000-0000-4000-8000-000000000000' AND id = c.package_id
             LIMIT 1
           ) AS package ON true
      LEFT JOIN LATERAL (
            SELECT id, parent_id, is_archived, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'registers' AND id = %(register_id)s::uuid
               AND (NOT is_archived OR %(is_told_later)s)
             LIMIT 1
           ) AS register ON true
      LEFT JOIN LATERAL (
            SELECT coalesce(register.parent_id, %(store_id)s::uuid, {ONLY_STORE}) AS id LIMIT 1
           ) AS place ON true
      LEFT JOIN LATERAL (
            SELECT id, is_active, is_archived, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'stores' AND id = place.id
               AND (NOT is_archived OR %(is_told_later)s)
             LIMIT 1
           ) AS store ON true
      LEFT JOIN LATERAL (SELECT {SELLS_FROM} AS id LIMIT 1) AS source ON true
      LEFT JOIN LATERAL (
            SELECT id, fields FROM settings
             WHERE company_id = %(company_id)s AND kind = 'storages' AND id = source.id
               AND (NOT is_archived OR %(is_told_later)s)
             LIMIT 1
           ) AS storage ON true
     WHERE c.company_id = %(company_id)s
"""

# One after another by their keys, whatever the planner knows of the tables. The store is found as above, once
# for the statement, so that it need not wait for that answer. Their tax rates come with the first of them.
VARIANTS: LiteralString = f"""
    WITH goods AS MATERIALIZED (
        SELECT requested.place, v.id, v.product_id, v.sku, p.name, v.name AS variant_name, v.options,
               p.category_id, p.brand_id, coalesce(own.price, v.price) AS price, v.cost, p.status,
               p.track_stock, p.tax_rate_ids, unit.precision, p.supplier_id
          FROM unnest(%(variants)b::uuid[]) WITH ORDINALITY AS requested(id, place)
         CROSS JOIN LATERAL (
                SELECT id, product_id, sku, name, options, price, cost FROM variants
                 WHERE company_id = %(company_id)s AND id = requested.id
                 LIMIT 1
               ) AS v
         CROSS JOIN LATERAL (
                SELECT name, category_id, brand_id, supplier_id, status, track_stock, tax_rate_ids, unit_id
                  FROM products
                 WHERE company_id = %(company_id)s AND id = v.product_id
                 LIMIT 1
               ) AS p
          LEFT JOIN LATERAL (
                SELECT price FROM store_prices
                 WHERE company_id = %(company_id)s AND variant_id = v.id
                   AND store_id = (SELECT coalesce(
                (SELECT till.parent_id FROM settings AS till
                  WHERE till.company_id = %(company_id)s AND till.kind = 'registers'
                    AND till.id = %(register_id)s::uuid AND (NOT till.is_archived OR %(is_told_later)s)),
                %(store_id)s::uuid, {ONLY_STORE}))
                 LIMIT 1
               ) AS own ON true
          LEFT JOIN LATERAL (
                SELECT (fields ->> 'precision')::int AS precision FROM settings
                 WHERE company_id = %(company_id)s AND id = p.unit_id
                 LIMIT 1
               ) AS unit ON true
    )
    SELECT id, product_id, sku, name, variant_name, options, category_id, brand_id, price, cost, status,
           track_stock, tax_rate_ids, precision, supplier_id,
           CASE WHEN place = (SELECT min(place) FROM goods) THEN (
                SELECT jsonb_agg({_RATE})
                  FROM (SELECT DISTINCT charged.id
                          FROM goods AS taxed CROSS JOIN LATERAL unnest(taxed.tax_rate_ids) AS charged(id)
                       ) AS charged
                 CROSS JOIN LATERAL (
                        SELECT id, name, fields FROM settings
                         WHERE company_id = %(company_id)s AND id = charged.id
                         LIMIT 1
                       ) AS rate
           ) END AS tax_rates
      FROM goods
"""

# With the key with which is sealed what the sale tells about them, so that it takes no round trip of its own.
CUSTOMER: LiteralString = """
    SELECT id,
           (SELECT wrapped FROM subject_keys
             WHERE company_id = %(company_id)s AND subject_id = %(customer_id)s::uuid) AS subject_key
      FROM customers
     WHERE company_id = %(company_id)s AND id = %(customer_id)s::uuid AND NOT is_archived
"""

# Nobody is erased or merged while something is sold to them.
HOLD_CUSTOMER: LiteralString = f"{CUSTOMER} FOR SHARE"

# Where a sale may go below zero, no balance keeps a variant from being removed or archived meanwhile, so the
# variant itself is held; it is read after that.
HOLD_VARIANTS: LiteralString = """
    SELECT held.id
      FROM (SELECT id FROM unnest(%(variants)b::uuid[]) AS listed(id) ORDER BY id) AS requested
     CROSS JOIN LATERAL (
            SELECT id FROM variants
             WHERE company_id = %(company_id)s AND id = requested.id
             LIMIT 1 FOR KEY SHARE
           ) AS held
"""

LOCK_SERIES: LiteralString = """
    SELECT last_number FROM order_series
     WHERE company_id = %(company_id)s AND series_id = %(series_id)s
       FOR UPDATE
"""

# An edit that moves a storage to another store looks for what lies there: a balance is made before or after.
HOLD_STORAGE: LiteralString = """
    SELECT id FROM settings WHERE company_id = %(company_id)s AND id = %(storage_id)s FOR SHARE
"""


def store_of(row: Row) -> StoreAtSale:
    """The store of a sale."""
    return StoreAtSale(
        id=row["store_id"],
        code=row["store_code"],
        timezone=row["timezone"],
        day_cut=_time(row["day_cut"]),
        storage_id=row["storage_id"],
        allow_negative=bool(row["allow_negative"]),
    )


@cache
def _time(text: str) -> time:
    return time.fromisoformat(text)


def _tax_rates(rows: Iterable[Row]) -> dict[UUID, TaxRate]:
    """Tax rates by id."""
    return {
        (rate_id := UUID(row["id"])): TaxRate(
            id=rate_id,
            name=row["name"],
            rate=Decimal(row["rate"]),
            inclusive=row["inclusive"],
            jurisdiction=row["jurisdiction"],
        )
        for row in rows
    }


def variants_of(variants: Answer, of_store: Iterable[Row]) -> dict[UUID, VariantAtSale]:
    """The variants by id; what has no tax rates of its own takes the store's."""
    rows = variants.rows()
    charged = _tax_rates(next((row["tax_rates"] for row in rows if row["tax_rates"]), ()))
    others = tuple(_tax_rates(of_store).values())
    return {
        row["id"]: VariantAtSale(
            id=row["id"],
            product_id=row["product_id"],
            sku=row["sku"],
            name=row["name"],
            variant_name=variant_name_of(row["variant_name"], row["options"]),
            category_id=row["category_id"],
            brand_id=row["brand_id"],
            price=row["price"],
            cost=row["cost"],
            status=row["status"],
            track_stock=row["track_stock"],
            precision=5 if row["precision"] is None else row["precision"],
            tax_rates=tuple([charged[rate] for rate in row["tax_rate_ids"]]) or others,
            supplier_id=row["supplier_id"],
        )
        for row in rows
    }
