"""The sales summary: what was sold, by period, store, product and payment method."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.money import round_ratio
from projections.base import Database, Row
from projections.reports.period import CompareTo, Interval, Period


@dataclass(frozen=True, slots=True)
class Section:
    """Rows of a report, their footer, and how many rows there are in all. The footer sums the rows shown."""

    rows: list[Row]
    totals: Row
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """The measures of a period, and, if it was compared, those of another one and the differences to them."""

    measures: Row
    compared: Period | None = None
    comparison: Row | None = None
    differences: Row | None = None


# Each question has one shape over two sources: the daily sums, or, with a moment given, the facts recorded by
# then. The condition on the moment alone decides before any row is read, so only one source costs anything.
_SALES: LiteralString = """
    WITH source AS (
        SELECT business_date, hour, store_id, orders, items, gross_sales, discounts, returns, tax, tips,
               rounding, cost_of_goods
          FROM sales_daily
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NULL
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     UNION ALL
        SELECT business_date, hour, store_id, orders, items, gross_sales, discounts, returns, tax, tips,
               rounding, cost_of_goods
          FROM sale_facts
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NOT NULL
           AND known_at <= %(as_of)s::timestamptz
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
    ), sold AS (
        SELECT CASE %(by)s::text
                    WHEN 'hour' THEN business_date
                    WHEN 'day' THEN business_date
                    WHEN 'week' THEN date_trunc('week', business_date::timestamp)::date
                    WHEN 'month' THEN date_trunc('month', business_date::timestamp)::date
               END AS period,
               CASE %(by)s::text WHEN 'hour' THEN hour END AS hour,
               CASE %(by)s::text WHEN 'store' THEN store_id END AS store_id,
               orders, items, gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods
          FROM source
    )
    SELECT period, hour, store_id, sum(orders)::bigint AS orders, trim_scale(sum(items)) AS items,
           sum(gross_sales) AS gross_sales, sum(discounts) AS discounts,
           sum(returns) AS returns, sum(tax) AS tax, sum(tips) AS tips,
           sum(rounding) AS rounding, sum(cost_of_goods) AS cost_of_goods
      FROM sold
     GROUP BY period, hour, store_id
     ORDER BY period, hour, sum(gross_sales - discounts - returns) DESC, store_id
"""

# The page joins its own count, so that a page beyond the last one still tells how many rows there are.
_PRODUCTS: LiteralString = """
    WITH source AS (
        SELECT variant_id, quantity, returned_quantity, gross_sales, discounts, returns, tax, cost_of_goods
          FROM sales_daily_products
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NULL
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     UNION ALL
        SELECT variant_id, quantity, returned_quantity, gross_sales, discounts, returns, tax, cost_of_goods
          FROM sale_line_facts
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NOT NULL
           AND known_at <= %(as_of)s::timestamptz
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
    ), sold AS (
        SELECT variant_id, trim_scale(sum(quantity)) AS quantity,
               trim_scale(sum(returned_quantity)) AS returned_quantity, sum(gross_sales) AS gross_sales,
               sum(discounts) AS discounts, sum(returns) AS returns, sum(tax) AS tax,
               sum(cost_of_goods) AS cost_of_goods
          FROM source
         GROUP BY variant_id
    ), page AS (
        SELECT * FROM sold
         ORDER BY gross_sales - discounts - returns DESC, variant_id
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.number, page.*, called.product_id, called.sku, called.name, called.variant_name
      FROM (SELECT count(*) AS number FROM sold) AS whole
      LEFT JOIN page ON true
      LEFT JOIN LATERAL (
            SELECT product_id, sku, name, variant_name FROM sold_variants
             WHERE company_id = %(company_id)s AND variant_id = page.variant_id
             ORDER BY known_at <= coalesce(%(as_of)s::timestamptz, 'infinity') DESC, position DESC, line DESC
             LIMIT 1
           ) AS called ON true
     ORDER BY page.gross_sales - page.discounts - page.returns DESC, page.variant_id
"""

_PAYMENTS: LiteralString = """
    WITH source AS (
        SELECT method, payments, amount, tips, refund_count, refunds
          FROM sales_daily_payments
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NULL
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     UNION ALL
        SELECT method, payments, amount, tips, refund_count, refunds
          FROM sale_payment_facts
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NOT NULL
           AND known_at <= %(as_of)s::timestamptz
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
    )
    SELECT method, sum(payments)::bigint AS payments, sum(amount) AS amount,
           sum(tips) AS tips, sum(refund_count)::bigint AS refund_count,
           sum(refunds) AS refunds
      FROM source
     GROUP BY method
     ORDER BY sum(amount) DESC, method
"""

_STORE_NAMES: LiteralString = """
    SELECT id, name FROM settings WHERE company_id = %(company_id)s AND kind = 'stores'
"""

_OF_SALES = (
    "orders",
    "items",
    "gross_sales",
    "discounts",
    "returns",
    "tax",
    "tips",
    "rounding",
    "cost_of_goods",
)
_OF_PRODUCTS = (
    "quantity",
    "returned_quantity",
    "gross_sales",
    "discounts",
    "returns",
    "tax",
    "cost_of_goods",
)
_OF_PAYMENTS = ("payments", "amount", "tips", "refund_count", "refunds")


def overview(
    db: Database,
    period: Period,
    *,
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
    compare_to: CompareTo = "none",
) -> Overview:
    """The measures of a whole period, and beside them those of the period it is compared with."""
    params = {"by": "all", **_params(db, period, store_ids, as_of)}
    answer = db.ask(_SALES, params)
    other = period.compared(compare_to)
    if other is None:
        return Overview(_of_sales(_summed(answer.rows(), _OF_SALES)))
    dates = {"from_date": other.from_date, "to_date": other.to_date}
    earlier = db.ask(_SALES, {**params, **dates})
    measures = _of_sales(_summed(answer.rows(), _OF_SALES))
    comparison = _of_sales(_summed(earlier.rows(), _OF_SALES))
    return Overview(measures, other, comparison, _differences(measures, comparison))


def by_period(
    db: Database,
    period: Period,
    *,
    interval: Interval = "day",
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
) -> Section:
    """A row for each hour of a business date, business date, week or month with sales, payments or refunds.

    `period` is its first day, which for a week is its Monday; `hour` is the store's local hour.
    """
    sums = db.ask(_SALES, {"by": interval, **_params(db, period, store_ids, as_of)}).rows()
    keys = ("period", "hour") if interval == "hour" else ("period",)
    rows = [{key: row[key] for key in keys} | _of_sales(_picked(row, _OF_SALES)) for row in sums]
    return Section(rows, _of_sales(_summed(sums, _OF_SALES)), len(rows))


def by_store(
    db: Database,
    period: Period,
    *,
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
) -> Section:
    """A row for each store that sold anything, largest net sales first, under the name it has today."""
    answer = db.ask(_SALES, {"by": "store", **_params(db, period, store_ids, as_of)})
    stores = db.ask(_STORE_NAMES, {"company_id": db.company_id})
    sums = answer.rows()
    names = {row["id"]: row["name"] for row in stores.rows()}
    rows = [
        {"store_id": row["store_id"], "store_name": names.get(row["store_id"])}
        | _of_sales(_picked(row, _OF_SALES))
        for row in sums
    ]
    return Section(rows, _of_sales(_summed(sums, _OF_SALES)), len(rows))


def by_product(
    db: Database,
    period: Period,
    *,
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
    page: int = 1,
    limit: int | None = 20,
) -> Section:
    """One page of the variants sold, largest net sales first, named as at their latest sale.

    Without a limit it is all of them.
    """
    bounds = {"limit": limit, "offset": (page - 1) * (limit or 0)}
    answer = db.ask(_PRODUCTS, {**_params(db, period, store_ids, as_of), **bounds}).rows()
    sums = [row for row in answer if row["variant_id"] is not None]
    names = ("variant_id", "product_id", "sku", "name", "variant_name")
    rows = [_picked(row, names) | _with_margin(_picked(row, _OF_PRODUCTS)) for row in sums]
    return Section(rows, _with_margin(_summed(sums, _OF_PRODUCTS)), answer[0]["number"])


def by_payment_method(
    db: Database,
    period: Period,
    *,
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
) -> Section:
    """A row for each payment method, largest amount first.

    `amount` paid for goods, without change and without `tips`. Less `refunds`, both together are what was
    collected, and what was paid for orders whose goods are still to be handed over.
    """
    answer = db.ask(_PAYMENTS, _params(db, period, store_ids, as_of)).rows()
    sums = [_picked(row, ("method", *_OF_PAYMENTS)) for row in answer]
    return Section(sums, _summed(sums, _OF_PAYMENTS), len(sums))


def _params(
    db: Database, period: Period, store_ids: Sequence[UUID] | None, as_of: datetime | None
) -> dict[str, Any]:
    return {
        "company_id": db.company_id,
        "from_date": period.from_date,
        "to_date": period.to_date,
        "store_ids": None if store_ids is None else list(store_ids),
        "as_of": as_of,
    }


#: What is a decimal number; every other measure is a whole one, however large.
_QUANTITIES = {"items", "quantity", "returned_quantity"}


def _picked(row: Row, names: Iterable[str]) -> Row:
    return {name: _whole(name, row[name]) for name in names}


def _summed(rows: Sequence[Row], names: Iterable[str]) -> Row:
    return {
        name: _whole(name, sum((row[name] for row in rows), Decimal(0) if name in _QUANTITIES else 0))
        for name in names
    }


def _whole(name: str, value: Any) -> Any:
    """A sum as a whole number, unless it is a quantity: the database adds in decimals."""
    return int(value) if isinstance(value, Decimal) and name not in _QUANTITIES else value


def _with_margin(sums: Row) -> Row:
    """Add what follows from the sums; `margin` is gross_profit / net_sales to four places."""
    net_sales = sums["gross_sales"] - sums["discounts"] - sums["returns"]
    profit = net_sales - sums["cost_of_goods"]
    margin = None
    if net_sales:
        sign = 1 if net_sales > 0 else -1
        margin = str(Decimal(round_ratio(sign * profit * 10**4, sign * net_sales)).scaleb(-4))
    return {**sums, "net_sales": net_sales, "gross_profit": profit, "margin": margin}


def _of_sales(sums: Row) -> Row:
    """Every measure of sales, by the definitions of the report; `average_order` is net sales an order."""
    measures = _with_margin(sums)
    orders, net_sales = measures["orders"], measures["net_sales"]
    measures["total_collected"] = net_sales + measures["tax"] + measures["tips"] + measures["rounding"]
    measures["average_order"] = round_ratio(net_sales, orders) if orders else None
    return measures


def _differences(measures: Row, comparison: Row) -> Row:
    """What each measure rose by; none where one of the two periods has none."""
    return {name: _difference(value, comparison[name]) for name, value in measures.items()}


def _difference(value: Any, earlier: Any) -> Any:
    if value is None or earlier is None:
        return None
    return str(Decimal(value) - Decimal(earlier)) if isinstance(value, str) else value - earlier
