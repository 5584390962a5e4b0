"""The sales summary: what was sold, by period, store, product and payment method."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, LiteralString
from uuid import UUID

from domain.errors import Invalid
from domain.money import round_ratio, scaled
from domain.orders import Order
from projections.base import Database, Fact, Projection, Row
from projections.reports.sale_facts import NOBODY, add_rows

Interval = Literal["hour", "day", "week", "month"]
CompareTo = Literal["previous_period", "previous_year", "none"]


class SalesDaily(Projection):
    """Sums for each business date, in minor currency units: of sales, of variants, of payment methods.

    `sold_variants` remembers what a variant was called: a row for each sale that called it something else
    than the sale before.
    """

    name = "sales_summary"
    tables = ("sales_daily", "sales_daily_products", "sales_daily_payments", "sold_variants")
    events = frozenset({Order.Sold})
    # A period's rows lie together, so one key serves the dates, and within them the stores.
    schema = """
        CREATE TABLE sales_daily (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            hour          int NOT NULL,
            register_id   uuid NOT NULL,
            cashier_id    uuid NOT NULL,
            orders        bigint NOT NULL,
            items         numeric NOT NULL,
            gross_sales   bigint NOT NULL,
            discounts     bigint NOT NULL,
            returns       bigint NOT NULL,
            tax           bigint NOT NULL,
            tips          bigint NOT NULL,
            rounding      bigint NOT NULL,
            cost_of_goods bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, hour, register_id, cashier_id)
        ) WITH (fillfactor = 70);
        CREATE TABLE sales_daily_products (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            variant_id    uuid NOT NULL,
            category_id   uuid NOT NULL,
            brand_id      uuid NOT NULL,
            quantity      numeric NOT NULL,
            gross_sales   bigint NOT NULL,
            discounts     bigint NOT NULL,
            returns       bigint NOT NULL,
            tax           bigint NOT NULL,
            cost_of_goods bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, variant_id, category_id, brand_id)
        ) WITH (fillfactor = 70);
        CREATE TABLE sales_daily_payments (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            method        text NOT NULL,
            payments      bigint NOT NULL,
            amount        bigint NOT NULL,
            tips          bigint NOT NULL,
            refund_count  bigint NOT NULL,
            refunds       bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, method)
        ) WITH (fillfactor = 70);
        CREATE TABLE sold_variants (
            company_id   uuid NOT NULL,
            variant_id   uuid NOT NULL,
            position     bigint NOT NULL,
            line         int NOT NULL,
            recorded_at  timestamptz NOT NULL,
            product_id   uuid NOT NULL,
            sku          text NOT NULL,
            name         text NOT NULL,
            variant_name text NOT NULL,
            PRIMARY KEY (company_id, variant_id, position, line)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Sum the batch up in memory, then add the sums to the tables, one statement each."""
        batch = _Batch()
        for fact in facts:
            batch.add(fact)
        add_rows(db, _ADD_SALES, _SALE, list(batch.sales.values()))
        add_rows(db, _ADD_PRODUCTS, _PRODUCT, list(batch.products.values()))
        add_rows(db, _ADD_PAYMENTS, _PAYMENT, list(batch.payments.values()))
        add_rows(db, _ADD_NAMES, _NAME, batch.names)


class _Batch:
    """The sums of a batch: rows by key, the key's columns first.

    Ids are told apart by their integers, which hash several times faster; quantities are counted in
    hundred-thousandths, as integers.
    """

    def __init__(self) -> None:
        self.sales: dict[tuple[Any, ...], list[Any]] = {}
        self.products: dict[tuple[Any, ...], list[Any]] = {}
        self.payments: dict[tuple[Any, ...], list[Any]] = {}
        self.names: list[tuple[Any, ...]] = []
        self._called: dict[int, tuple[str, str, str]] = {}

    def add(self, fact: Fact) -> None:
        """Add a sale to the sums."""
        sale, totals = fact.data, fact.data.totals
        day, store, hour = sale.business_date, sale.store_id, sale.hour
        register, cashier = sale.register_id or NOBODY, sale.cashier_id or NOBODY
        items = self._add_lines(fact, day, store)
        self._add_payments(sale, day, store)
        key = (day, store.int, hour, register.int, cashier.int)
        row = self.sales.get(key)
        if row is None:
            row = self.sales[key] = [day, store, hour, register, cashier, 0, 0, 0, 0, 0, 0, 0, 0]
        row[5] += 1
        row[6] += items
        row[7] += totals.gross_sales
        row[8] += totals.gross_sales - totals.net_sales
        row[9] += totals.tax_total
        row[10] += totals.tip_total
        row[11] += totals.rounding
        row[12] += totals.cost_total

    def _add_lines(self, fact: Fact, day: date, store: UUID) -> int:
        """Add the lines of a sale to the sums of their variants; returns the sum of their quantities."""
        items, store_key, products, called = 0, store.int, self.products, self._called
        for number, line in enumerate(fact.data.lines):
            variant = line.variant_id
            category, brand = line.category_id or NOBODY, line.brand_id or NOBODY
            key = (day, store_key, variant.int, category.int, brand.int)
            row = products.get(key)
            if row is None:
                row = products[key] = [day, store, variant, category, brand, 0, 0, 0, 0, 0]
            quantity, gross = scaled(line.quantity), line.gross_sales
            items += quantity
            row[5] += quantity
            row[6] += gross
            row[7] += gross - line.net_sales
            row[8] += line.tax_total
            row[9] += line.cost_total
            name = (line.sku, line.name, line.variant_name)
            before = called.get(key[2])
            if before != name:
                called[key[2]] = name
                source = (variant, fact.position, number, fact.recorded_at, line.product_id)
                self.names.append((*source, *name, before is None))
        return items

    def _add_payments(self, sale: Any, day: date, store: UUID) -> None:
        for payment in sale.payments:
            key = (day, store.int, payment.method)
            row = self.payments.get(key)
            if row is None:
                row = self.payments[key] = [day, store, payment.method, 0, 0, 0]
            row[3] += 1
            row[4] += payment.amount
            row[5] += payment.tip


_SALE = (
    "business_date store_id hour register_id cashier_id orders items gross_sales discounts tax tips rounding "
    "cost_of_goods"
)
_PRODUCT = (
    "business_date store_id variant_id category_id brand_id quantity gross_sales discounts tax cost_of_goods"
)
_PAYMENT = "business_date store_id method payments amount tips"
_NAME = "variant_id position line recorded_at product_id sku name variant_name is_first"

_ADD_SALES: LiteralString = """
    INSERT INTO sales_daily AS daily (company_id, business_date, store_id, hour, register_id, cashier_id,
                orders, items, gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, hour, register_id, cashier_id, orders, items * 0.00001,
           gross_sales, discounts, 0, tax, tips, rounding, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(hour)b::int[], %(register_id)b::uuid[],
                  %(cashier_id)b::uuid[], %(orders)b::bigint[], %(items)b::bigint[],
                  %(gross_sales)b::bigint[], %(discounts)b::bigint[], %(tax)b::bigint[], %(tips)b::bigint[],
                  %(rounding)b::bigint[], %(cost_of_goods)b::bigint[])
        AS sold(business_date, store_id, hour, register_id, cashier_id, orders, items, gross_sales, discounts,
                tax, tips, rounding, cost_of_goods)
        ON CONFLICT (company_id, business_date, store_id, hour, register_id, cashier_id) DO UPDATE
       SET orders = daily.orders + excluded.orders,
           items = daily.items + excluded.items,
           gross_sales = daily.gross_sales + excluded.gross_sales,
           discounts = daily.discounts + excluded.discounts,
           tax = daily.tax + excluded.tax,
           tips = daily.tips + excluded.tips,
           rounding = daily.rounding + excluded.rounding,
           cost_of_goods = daily.cost_of_goods + excluded.cost_of_goods
"""

_ADD_PRODUCTS: LiteralString = """
    INSERT INTO sales_daily_products AS daily (company_id, business_date, store_id, variant_id, category_id,
                brand_id, quantity, gross_sales, discounts, returns, tax, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, variant_id, category_id, brand_id, quantity * 0.00001,
           gross_sales, discounts, 0, tax, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(variant_id)b::uuid[],
                  %(category_id)b::uuid[], %(brand_id)b::uuid[], %(quantity)b::bigint[],
                  %(gross_sales)b::bigint[], %(discounts)b::bigint[], %(tax)b::bigint[],
                  %(cost_of_goods)b::bigint[])
        AS sold(business_date, store_id, variant_id, category_id, brand_id, quantity, gross_sales, discounts,
                tax, cost_of_goods)
        ON CONFLICT (company_id, business_date, store_id, variant_id, category_id, brand_id) DO UPDATE
       SET quantity = daily.quantity + excluded.quantity,
           gross_sales = daily.gross_sales + excluded.gross_sales,
           discounts = daily.discounts + excluded.discounts,
           tax = daily.tax + excluded.tax,
           cost_of_goods = daily.cost_of_goods + excluded.cost_of_goods
"""

_ADD_PAYMENTS: LiteralString = """
    INSERT INTO sales_daily_payments AS daily (company_id, business_date, store_id, method, payments, amount,
                tips, refund_count, refunds)
    SELECT %(company_id)s, business_date, store_id, method, payments, amount, tips, 0, 0
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(method)b::text[],
                  %(payments)b::bigint[], %(amount)b::bigint[], %(tips)b::bigint[])
        AS paid(business_date, store_id, method, payments, amount, tips)
        ON CONFLICT (company_id, business_date, store_id, method) DO UPDATE
       SET payments = daily.payments + excluded.payments,
           amount = daily.amount + excluded.amount,
           tips = daily.tips + excluded.tips
"""

# Where a batch begins must leave no trace: its first name of a variant counts only if it is another one
# than the last name from the batches before.
_ADD_NAMES: LiteralString = """
    INSERT INTO sold_variants (company_id, variant_id, position, line, recorded_at, product_id, sku, name,
                               variant_name)
    SELECT %(company_id)s, called.variant_id, called.position, called.line, called.recorded_at,
           called.product_id, called.sku, called.name, called.variant_name
      FROM unnest(%(variant_id)b::uuid[], %(position)b::bigint[], %(line)b::int[],
                  %(recorded_at)b::timestamptz[], %(product_id)b::uuid[], %(sku)b::text[], %(name)b::text[],
                  %(variant_name)b::text[], %(is_first)b::bool[])
        AS called(variant_id, position, line, recorded_at, product_id, sku, name, variant_name, is_first)
      LEFT JOIN LATERAL (
            SELECT sku, name, variant_name FROM sold_variants
             WHERE company_id = %(company_id)s AND variant_id = called.variant_id AND called.is_first
             ORDER BY position DESC, line DESC LIMIT 1
           ) AS earlier ON true
     WHERE (called.sku, called.name, called.variant_name)
           IS DISTINCT FROM (earlier.sku, earlier.name, earlier.variant_name)
"""


class PeriodNotValid(Invalid):
    """A period ends on or after the day it begins, and what it is compared with lies in our era."""

    code = "period_not_valid"


@dataclass(frozen=True, slots=True)
class Period:
    """Business dates, both inclusive. Raises PeriodNotValid."""

    from_date: date
    to_date: date

    def __post_init__(self) -> None:
        if self.to_date < self.from_date:
            raise PeriodNotValid

    def compared(self, compare_to: CompareTo) -> "Period | None":
        """The period to compare with: as many days right before, or the same dates a year earlier.

        A year before 29 February is 28 February. Raises PeriodNotValid.
        """
        if compare_to == "none":
            return None
        try:
            if compare_to == "previous_year":
                return Period(_year_before(self.from_date), _year_before(self.to_date))
            end = self.from_date - timedelta(days=1)
            return Period(end - (self.to_date - self.from_date), end)
        except (OverflowError, ValueError):
            raise PeriodNotValid from None


def _year_before(day: date) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


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
           AND recorded_at <= %(as_of)s::timestamptz
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
    SELECT period, hour, store_id, sum(orders)::bigint AS orders, sum(items) AS items,
           sum(gross_sales)::bigint AS gross_sales, sum(discounts)::bigint AS discounts,
           sum(returns)::bigint AS returns, sum(tax)::bigint AS tax, sum(tips)::bigint AS tips,
           sum(rounding)::bigint AS rounding, sum(cost_of_goods)::bigint AS cost_of_goods
      FROM sold
     GROUP BY period, hour, store_id
     ORDER BY period, hour, sum(gross_sales - discounts - returns) DESC, store_id
"""

# The page joins its own count, so that a page beyond the last one still tells how many rows there are.
_PRODUCTS: LiteralString = """
    WITH source AS (
        SELECT variant_id, quantity, gross_sales, discounts, returns, tax, cost_of_goods
          FROM sales_daily_products
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NULL
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
     UNION ALL
        SELECT variant_id, quantity, gross_sales, discounts, returns, tax, cost_of_goods
          FROM sale_line_facts
         WHERE company_id = %(company_id)s AND %(as_of)s::timestamptz IS NOT NULL
           AND recorded_at <= %(as_of)s::timestamptz
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
    ), sold AS (
        SELECT variant_id, sum(quantity) AS quantity, sum(gross_sales)::bigint AS gross_sales,
               sum(discounts)::bigint AS discounts, sum(returns)::bigint AS returns, sum(tax)::bigint AS tax,
               sum(cost_of_goods)::bigint AS cost_of_goods
          FROM source
         GROUP BY variant_id
    ), page AS (
        SELECT * FROM sold
         ORDER BY gross_sales - discounts - returns DESC, variant_id
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.found, page.*, called.product_id, called.sku, called.name, called.variant_name
      FROM (SELECT count(*) AS found FROM sold) AS whole
      LEFT JOIN page ON true
      LEFT JOIN LATERAL (
            SELECT product_id, sku, name, variant_name FROM sold_variants
             WHERE company_id = %(company_id)s AND variant_id = page.variant_id
               AND (%(as_of)s::timestamptz IS NULL OR recorded_at <= %(as_of)s::timestamptz)
             ORDER BY position DESC, line DESC LIMIT 1
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
           AND recorded_at <= %(as_of)s::timestamptz
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND (%(store_ids)b::uuid[] IS NULL OR store_id = ANY(%(store_ids)b::uuid[]))
    )
    SELECT method, sum(payments)::bigint AS payments, sum(amount)::bigint AS amount,
           sum(tips)::bigint AS tips, sum(refund_count)::bigint AS refund_count,
           sum(refunds)::bigint AS refunds
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
_OF_PRODUCTS = ("quantity", "gross_sales", "discounts", "returns", "tax", "cost_of_goods")
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
    """A row for each hour of a business date, business date, week or month in which anything was sold.

    `period` is its first day, which for a week is its Monday; `hour` is the store's local hour.
    """
    found = db.ask(_SALES, {"by": interval, **_params(db, period, store_ids, as_of)}).rows()
    keys = ("period", "hour") if interval == "hour" else ("period",)
    rows = [{key: row[key] for key in keys} | _of_sales(_picked(row, _OF_SALES)) for row in found]
    return Section(rows, _of_sales(_summed(found, _OF_SALES)), len(rows))


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
    found = answer.rows()
    names = {row["id"]: row["name"] for row in stores.rows()}
    rows = [
        {"store_id": row["store_id"], "store_name": names.get(row["store_id"])}
        | _of_sales(_picked(row, _OF_SALES))
        for row in found
    ]
    return Section(rows, _of_sales(_summed(found, _OF_SALES)), len(rows))


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
    wanted = {"limit": limit, "offset": (page - 1) * (limit or 0)}
    answer = db.ask(_PRODUCTS, {**_params(db, period, store_ids, as_of), **wanted}).rows()
    found = [row for row in answer if row["variant_id"] is not None]
    names = ("variant_id", "product_id", "sku", "name", "variant_name")
    rows = [_picked(row, names) | _with_margin(_picked(row, _OF_PRODUCTS)) for row in found]
    return Section(rows, _with_margin(_summed(found, _OF_PRODUCTS)), answer[0]["found"])


def by_payment_method(
    db: Database,
    period: Period,
    *,
    store_ids: Sequence[UUID] | None = None,
    as_of: datetime | None = None,
) -> Section:
    """A row for each payment method, largest amount first.

    `amount` paid for goods, without change and without `tips`; both together are what was collected.
    """
    found = db.ask(_PAYMENTS, _params(db, period, store_ids, as_of)).rows()
    return Section(found, _summed(found, _OF_PAYMENTS), len(found))


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


def _picked(row: Row, names: Iterable[str]) -> Row:
    return {name: row[name] for name in names}


def _summed(rows: Sequence[Row], names: Iterable[str]) -> Row:
    nothing = {"items": Decimal(0), "quantity": Decimal(0)}
    return {name: sum((row[name] for row in rows), nothing.get(name, 0)) for name in names}


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
