"""The day of a cashier: what they sold and gave back, from the facts that the reports add up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row

#: How many products and orders are told of a day.
MOST = 5

# A day of one cashier is some hundreds of facts, which an index has together.
_OWN: LiteralString = """
       sale_facts WHERE company_id = %(company_id)s AND cashier_id = %(cashier_id)s
       AND business_date = %(business_date)s
       AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
"""

# What gives money back counts as no order; a void takes its order away again. The second part of a placed
# order and what was paid on it are no orders either.
_BY_HOUR: LiteralString = f"""
    SELECT hour, sum(orders)::bigint AS orders, trim_scale(sum(items)) AS items,
           sum(gross_sales - discounts - returns) AS net_sales, sum(tax) AS tax, sum(tips) AS tips,
           sum(rounding) AS rounding,
           count(*) FILTER (WHERE is_return) AS refunds,
           coalesce(sum(returns - tax) FILTER (WHERE is_return), 0) AS refunded
      FROM {_OWN}
     GROUP BY hour
     ORDER BY hour
"""

_BY_METHOD: LiteralString = f"""
    SELECT paid.method, sum(paid.payments)::bigint AS payments, sum(paid.amount) AS amount,
           sum(paid.tips) AS tips, sum(paid.refund_count)::bigint AS refund_count,
           sum(paid.refunds) AS refunds
      FROM (SELECT * FROM {_OWN}) AS own
     CROSS JOIN LATERAL (
            SELECT method, payments, amount, tips, refund_count, refunds FROM sale_payment_facts
             WHERE company_id = %(company_id)s AND business_date = own.business_date
               AND store_id = own.store_id AND position = own.position
           ) AS paid
     GROUP BY paid.method
     ORDER BY sum(paid.amount) DESC, paid.method
"""

# What they are called now: a variant that is no more has no name.
_TOP_PRODUCTS: LiteralString = f"""
    WITH top AS MATERIALIZED (
        SELECT sold.variant_id, trim_scale(sum(sold.quantity)) AS quantity,
               sum(sold.gross_sales - sold.discounts - sold.returns) AS net_sales
          FROM (SELECT * FROM {_OWN}) AS own
         CROSS JOIN LATERAL (
                SELECT variant_id, quantity, gross_sales, discounts, returns FROM sale_line_facts
                 WHERE company_id = %(company_id)s AND business_date = own.business_date
                   AND store_id = own.store_id AND position = own.position
               ) AS sold
         GROUP BY sold.variant_id
        HAVING sum(sold.quantity) > 0
         ORDER BY net_sales DESC, sold.variant_id
         LIMIT %(most)s::bigint
    )
    SELECT top.*, called.product_id, called.sku, called.name, called.variant_name
      FROM top
      LEFT JOIN LATERAL (
            SELECT v.product_id, v.sku, p.name, v.name AS variant_name
              FROM variants AS v
              JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
             WHERE v.company_id = %(company_id)s AND v.id = top.variant_id
             LIMIT 1
           ) AS called ON true
     ORDER BY top.net_sales DESC, top.variant_id
"""

_LAST_ORDERS: LiteralString = f"""
    SELECT sold.*
      FROM (SELECT order_id FROM {_OWN} AND orders > 0
             ORDER BY position DESC
             LIMIT %(most)s::bigint) AS own
     CROSS JOIN LATERAL (
            SELECT id, number, occurred_at, total, status, payment_status, fulfilment_status FROM orders
             WHERE company_id = %(company_id)s AND id = own.order_id
             LIMIT 1
           ) AS sold
     ORDER BY sold.occurred_at DESC, sold.id DESC
"""


@dataclass(frozen=True, slots=True)
class CashierDay:
    """A business day of a cashier; money in minor currency units."""

    by_hour: list[Row]
    by_method: list[Row]
    top_products: list[Row]
    last_orders: list[Row]


def ask_day(
    db: Database, cashier_id: UUID | None, day: date, store_ids: Collection[UUID]
) -> Pending[CashierDay]:
    """Ask for a cashier's business day in these stores, or in all."""
    params = {
        "company_id": db.company_id,
        "cashier_id": cashier_id,
        "business_date": day,
        "store_ids": list(store_ids) if store_ids else None,
        "most": MOST,
    }
    answers = [db.ask(one, params) for one in (_BY_HOUR, _BY_METHOD, _TOP_PRODUCTS, _LAST_ORDERS)]

    def read() -> CashierDay:
        return CashierDay(*([_whole(row) for row in answer.rows()] for answer in answers))

    return Pending(read)


#: What is a decimal number; every other sum is a whole one, however large: the database adds in decimals.
_QUANTITIES = {"items", "quantity"}


def _whole(row: Row) -> Row:
    return {
        name: int(value) if isinstance(value, Decimal) and name not in _QUANTITIES else value
        for name, value in row.items()
    }
