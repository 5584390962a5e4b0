"""The day of a cashier: what they sold and gave back, from the facts that the reports add up."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database, Row
from projections.catalog.variant_names import variant_name

#: How many products and orders are told of a day.
MOST = 5

# A day of one cashier is some hundreds of facts, which an index has together.
_CASHIER: LiteralString = """
       AND cashier_no = (SELECT no FROM report_places
                          WHERE company_id = %(company_id)s AND kind = 'cashier' AND id = %(cashier_id)s)"""
_OWN: LiteralString = f"""
       sales_facts WHERE company_id = %(company_id)s AND business_date = %(business_date)s{_CASHIER}
       AND (%(store_ids)b::uuid[] IS NULL OR store_no = ANY(ARRAY(
            SELECT no FROM report_places
             WHERE company_id = %(company_id)s AND kind = 'store' AND id = ANY(%(store_ids)b::uuid[]))))
"""

# What gives money back counts as no order; a void takes its order away again. The second part of a placed
# order and what was paid on it are no orders either.
_ORDERS: LiteralString = "coalesce(sum(orders), 0)::bigint AS orders"
_NET_SALES: LiteralString = """
           coalesce(sum(coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)), 0)"""
_REFUNDED: LiteralString = """
           coalesce(sum(coalesce(returns, 0) - coalesce(tax, 0)) FILTER (WHERE refund_count > 0), 0)"""
_BY_HOUR: LiteralString = f"""
    SELECT hour, {_ORDERS},
           trim_scale(coalesce(sum(items), 0) * 0.00001) AS items,{_NET_SALES} AS net_sales,
           coalesce(sum(tax), 0) AS tax, coalesce(sum(tips), 0) AS tips,
           coalesce(sum(rounding), 0) AS rounding,
           coalesce(sum(refund_count), 0)::bigint AS refunds,{_REFUNDED} AS refunded
      FROM {_OWN}
     GROUP BY hour
     ORDER BY hour
"""

# Its first sale is of the day before at the earliest: the cut of a store's day lies within the next.
_OF_SHIFT: LiteralString = f"""
    SELECT {_ORDERS},{_NET_SALES} AS sales,{_REFUNDED} AS refunds
      FROM sales_facts
     WHERE company_id = %(company_id)s AND shift_id = %(shift_id)s
       AND business_date >= (%(opened_at)s::timestamptz AT TIME ZONE 'UTC')::date - 2{_CASHIER}
"""

# What belongs to a fact is found by its position alone, and apart (`OFFSET 0`): with the day beside it, and
# nothing known of the tables, all payments of the day were read for each sale of it.
_BY_METHOD: LiteralString = f"""
    SELECT method.method, coalesce(sum(paid.payments), 0)::bigint AS payments,
           coalesce(sum(paid.amount), 0) AS amount, coalesce(sum(paid.tips), 0) AS tips,
           coalesce(sum(paid.refund_count), 0)::bigint AS refund_count,
           coalesce(sum(paid.refunds), 0) AS refunds
      FROM (SELECT * FROM {_OWN}) AS own
     CROSS JOIN LATERAL (
            SELECT method_no, payments, amount, tips, refund_count, refunds FROM sales_payment_facts
             WHERE company_id = %(company_id)s AND position = own.position
            OFFSET 0
           ) AS paid
     CROSS JOIN LATERAL (
            SELECT method FROM report_methods
             WHERE company_id = %(company_id)s AND method_no = paid.method_no
             LIMIT 1
           ) AS method
     GROUP BY method.method
     ORDER BY coalesce(sum(paid.amount), 0) DESC, method.method
"""

# What they are called now: a variant that is no more has no name.
_TOP_PRODUCTS: LiteralString = f"""
    WITH top AS MATERIALIZED (
        SELECT item.variant_id, trim_scale(sum(sold.quantity) * 0.00001) AS quantity,
               sum(coalesce(sold.gross_sales, 0) - coalesce(sold.discounts, 0) - coalesce(sold.returns, 0))
                   AS net_sales
          FROM (SELECT * FROM {_OWN}) AS own
         CROSS JOIN LATERAL (
                SELECT item_no, quantity, gross_sales, discounts, returns FROM sales_line_facts
                 WHERE company_id = %(company_id)s AND position = own.position
                OFFSET 0
               ) AS sold
         CROSS JOIN LATERAL (
                SELECT variant_id FROM report_items
                 WHERE company_id = %(company_id)s AND item_no = sold.item_no
                 LIMIT 1
               ) AS item
         GROUP BY item.variant_id
        HAVING sum(sold.quantity) > 0
         ORDER BY net_sales DESC, item.variant_id
         LIMIT %(most)s::bigint
    )
    SELECT top.*, called.product_id, called.sku, called.name, called.variant_name
      FROM top
      LEFT JOIN LATERAL (
            SELECT v.product_id, v.sku, p.name, {variant_name("v")} AS variant_name
              FROM variants AS v
              JOIN products AS p ON p.company_id = v.company_id AND p.id = v.product_id
             WHERE v.company_id = %(company_id)s AND v.id = top.variant_id
             LIMIT 1
           ) AS called ON true
     ORDER BY top.net_sales DESC, top.variant_id
"""

# The day comes first (`OFFSET 0`), or the whole log is walked backwards until there are so many.
_LAST_ORDERS: LiteralString = f"""
    SELECT sold.*
      FROM (SELECT order_id FROM (SELECT order_id, position FROM {_OWN} AND orders > 0 OFFSET 0) AS day
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


def ask_shift(db: Database, cashier_id: UUID | None, shift_id: UUID, opened_at: datetime) -> Pending[Row]:
    """Ask what a cashier sold and gave back in a shift: `sales`, `orders`, `refunds`."""
    params = {
        "company_id": db.company_id,
        "cashier_id": cashier_id,
        "shift_id": shift_id,
        "opened_at": opened_at,
    }
    answer = db.ask(_OF_SHIFT, params)
    return Pending(lambda: _whole(answer.rows()[0]))


#: What is a decimal number; every other sum is a whole one, however large: the database adds in decimals.
_QUANTITIES = {"items", "quantity"}


def _whole(row: Row) -> Row:
    return {
        name: int(value) if isinstance(value, Decimal) and name not in _QUANTITIES else value
        for name, value in row.items()
    }
