"""Daily sums of sales: what the sales summary is answered from, unless it looks into the past."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from operator import add
from typing import Any, LiteralString

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection
from projections.records import Reading
from projections.reports.measures import NOBODY, OF_LINE, OF_PAYMENT, TOTALS, addition_of, register_of
from projections.reports.readings import (
    Cancellation,
    Handover,
    PlacedPayment,
    Refund,
    Return,
    ReturnedLine,
    Sale,
    SoldLine,
)
from projections.reports.sale_facts import add_columns, add_rows


class NamedLine(SoldLine):
    """What is read of a line that was sold, with what it was called."""

    product_id: str
    sku: str
    name: str
    variant_name: str


class NamedSale(Sale):
    """What is read of a sale."""

    lines: tuple[NamedLine, ...]


class OrderedLine(Reading):
    """What is read of a line that was ordered: nothing but what it was called."""

    variant_id: str
    product_id: str
    sku: str
    name: str
    variant_name: str


class NamedOrder(Reading):
    """What is read of an order that was placed or amended."""

    lines: tuple[OrderedLine, ...]


class NamedReturnedLine(ReturnedLine):
    """What is read of goods that came back without their order, with what they were called."""

    product_id: str
    sku: str
    name: str
    variant_name: str


class NamedReturn(Return):
    """What is read of a return without an order."""

    lines: tuple[NamedReturnedLine, ...]


class SalesDaily(Projection):
    """Sums for each business date, in minor currency units: of sales, of variants, of payment methods.

    `sold_variants` remembers what a variant was called: a row for each sale, placed order, or return without
    an order, that called it something else than the one before. What counts when is told at `SaleFacts`.
    Sums are numeric: a thousand of the largest sales are more than 64 bits hold.
    """

    name = "sales_summary"
    version = 4
    tables = ("sales_daily", "sales_daily_products", "sales_daily_payments", "sold_variants")
    folds = {
        Order.Sold: NamedSale,
        Order.Voided: Sale,
        Order.Refunded: Refund,
        Order.Placed: NamedOrder,
        Order.Amended: NamedOrder,
        Order.Fulfilled: Handover,
        Order.Paid: PlacedPayment,
        Order.Cancelled: Cancellation,
        UnlinkedReturn.Taken: NamedReturn,
    }
    # A receipt changes no sum.
    ignores = frozenset(
        {
            Order.ReservationLapsed,
            Order.Completed,
            Order.ReceiptPrinted,
            Order.ReceiptSent,
        }
    )
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
            gross_sales   numeric NOT NULL,
            discounts     numeric NOT NULL,
            returns       numeric NOT NULL,
            tax           numeric NOT NULL,
            tips          numeric NOT NULL,
            rounding      numeric NOT NULL,
            cost_of_goods numeric NOT NULL,
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
            returned_quantity numeric NOT NULL,
            gross_sales   numeric NOT NULL,
            discounts     numeric NOT NULL,
            returns       numeric NOT NULL,
            tax           numeric NOT NULL,
            cost_of_goods numeric NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, variant_id, category_id, brand_id)
        ) WITH (fillfactor = 70);
        CREATE TABLE sales_daily_payments (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            method        text NOT NULL,
            payments      bigint NOT NULL,
            amount        numeric NOT NULL,
            tips          numeric NOT NULL,
            refund_count  bigint NOT NULL,
            refunds       numeric NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, method)
        ) WITH (fillfactor = 70);
        CREATE TABLE sold_variants (
            company_id   uuid NOT NULL,
            variant_id   uuid NOT NULL,
            position     bigint NOT NULL,
            line         int NOT NULL,
            known_at     timestamptz NOT NULL,
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
        add_sums(db, _ADD_SALES, _SALE, _rows(batch.sales))
        add_sums(db, _ADD_PRODUCTS, _PRODUCT, _rows(batch.products))
        add_sums(db, _ADD_PAYMENTS, _PAYMENT, _rows(batch.payments))
        add_rows(db, _ADD_NAMES, _NAME, batch.names)


def add_sums(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement as `add_rows` does, with whole numbers of any size.

    They travel as integers of 64 bits, which cost less, unless one of the column does not fit.
    """
    if not rows:
        return
    arrays: list[list[Any]] = list(map(list, zip(*rows, strict=True)))
    for number, column in enumerate(arrays):
        if isinstance(column[0], int) and not -_LIMIT <= min(column) <= max(column) < _LIMIT:
            arrays[number] = [Decimal(value) for value in column]
    add_columns(db, statement, columns, arrays)


_LIMIT = 2**63


Key = tuple[Any, ...]
Sums = dict[Key, tuple[int, ...]]


class _Batch:
    """The sums of a batch by their keys, and what variants were called."""

    def __init__(self) -> None:
        self.sales: Sums = {}
        self.products: Sums = {}
        self.payments: Sums = {}
        self.names: list[tuple[Any, ...]] = []
        self._called: dict[str, tuple[str, str, str]] = {}

    def add(self, fact: Fact) -> None:
        """Add what a fact adds to the sums, and note what it calls its variants."""
        if fact.event in _NAMED:
            self._name(fact, fact.data.lines)
        if fact.event not in _ONLY_NAMED:
            self._count(fact)

    def _count(self, fact: Fact) -> None:
        data = fact.data
        day, store = data.business_date, data.store_id
        register, cashier = register_of(data), data.cashier_id or NOBODY
        totals, lines, payments = addition_of(fact.event, data)
        _add(self.sales, (day, store, data.hour, register, cashier), totals)
        for line in lines:
            _add(self.products, (day, store, *line[:3]), line[3:])
        for paid in payments:
            _add(self.payments, (day, store, paid[0]), paid[1:])

    def _name(self, fact: Fact, lines: Iterable[OrderedLine]) -> None:
        """Note each line that calls its variant something else than the line before."""
        called = self._called
        for number, line in enumerate(lines):
            name = (line.sku, line.name, line.variant_name)
            before = called.get(line.variant_id)
            if before != name:
                called[line.variant_id] = name
                source = (line.variant_id, fact.position, number, fact.known_at, line.product_id)
                self.names.append((*source, *name, before is None))


#: Goods are handed over under the names that they were ordered by.
_ONLY_NAMED = frozenset({Order.Placed, Order.Amended})
_NAMED = _ONLY_NAMED | {Order.Sold, UnlinkedReturn.Taken}


def _add(sums: Sums, key: Key, measures: tuple[int, ...]) -> None:
    sums[key] = tuple(map(add, sums[key], measures)) if key in sums else measures


def _rows(sums: Sums) -> list[tuple[Any, ...]]:
    return [(*key, *measures) for key, measures in sums.items()]


_SALE = f"business_date store_id hour register_id cashier_id {TOTALS}"
_PRODUCT = f"business_date store_id variant_id category_id brand_id {OF_LINE}"
_PAYMENT = f"business_date store_id method {OF_PAYMENT}"
_NAME = "variant_id position line known_at product_id sku name variant_name is_first"

_ADD_SALES: LiteralString = """
    INSERT INTO sales_daily AS daily (company_id, business_date, store_id, hour, register_id, cashier_id,
                orders, items, gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, hour, register_id, cashier_id, orders, items * 0.00001,
           gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(hour)b::int[], %(register_id)b::uuid[],
                  %(cashier_id)b::uuid[], %(orders)b::bigint[], %(items)b::numeric[],
                  %(gross_sales)b::numeric[], %(discounts)b::numeric[], %(returns)b::numeric[],
                  %(tax)b::numeric[], %(tips)b::numeric[], %(rounding)b::numeric[],
                  %(cost_of_goods)b::numeric[])
        AS sold(business_date, store_id, hour, register_id, cashier_id, orders, items, gross_sales, discounts,
                returns, tax, tips, rounding, cost_of_goods)
        ON CONFLICT (company_id, business_date, store_id, hour, register_id, cashier_id) DO UPDATE
       SET orders = daily.orders + excluded.orders,
           items = daily.items + excluded.items,
           gross_sales = daily.gross_sales + excluded.gross_sales,
           discounts = daily.discounts + excluded.discounts,
           returns = daily.returns + excluded.returns,
           tax = daily.tax + excluded.tax,
           tips = daily.tips + excluded.tips,
           rounding = daily.rounding + excluded.rounding,
           cost_of_goods = daily.cost_of_goods + excluded.cost_of_goods
"""

_ADD_PRODUCTS: LiteralString = """
    INSERT INTO sales_daily_products AS daily (company_id, business_date, store_id, variant_id, category_id,
                brand_id, quantity, returned_quantity, gross_sales, discounts, returns, tax, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, variant_id, category_id, brand_id, quantity * 0.00001,
           returned_quantity * 0.00001, gross_sales, discounts, returns, tax, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(variant_id)b::uuid[],
                  %(category_id)b::uuid[], %(brand_id)b::uuid[], %(quantity)b::numeric[],
                  %(returned_quantity)b::numeric[], %(gross_sales)b::numeric[], %(discounts)b::numeric[],
                  %(returns)b::numeric[], %(tax)b::numeric[], %(cost_of_goods)b::numeric[])
        AS sold(business_date, store_id, variant_id, category_id, brand_id, quantity, returned_quantity,
                gross_sales, discounts, returns, tax, cost_of_goods)
        ON CONFLICT (company_id, business_date, store_id, variant_id, category_id, brand_id) DO UPDATE
       SET quantity = daily.quantity + excluded.quantity,
           returned_quantity = daily.returned_quantity + excluded.returned_quantity,
           gross_sales = daily.gross_sales + excluded.gross_sales,
           discounts = daily.discounts + excluded.discounts,
           returns = daily.returns + excluded.returns,
           tax = daily.tax + excluded.tax,
           cost_of_goods = daily.cost_of_goods + excluded.cost_of_goods
"""

_ADD_PAYMENTS: LiteralString = """
    INSERT INTO sales_daily_payments AS daily (company_id, business_date, store_id, method, payments, amount,
                tips, refund_count, refunds)
    SELECT %(company_id)s, paid.*
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(method)b::text[],
                  %(payments)b::bigint[], %(amount)b::numeric[], %(tips)b::numeric[],
                  %(refund_count)b::bigint[], %(refunds)b::numeric[])
        AS paid(business_date, store_id, method, payments, amount, tips, refund_count, refunds)
        ON CONFLICT (company_id, business_date, store_id, method) DO UPDATE
       SET payments = daily.payments + excluded.payments,
           amount = daily.amount + excluded.amount,
           tips = daily.tips + excluded.tips,
           refund_count = daily.refund_count + excluded.refund_count,
           refunds = daily.refunds + excluded.refunds
"""

# Where a batch begins must leave no trace: its first name of a variant counts only if it is another one
# than the last name from the batches before.
_ADD_NAMES: LiteralString = """
    INSERT INTO sold_variants (company_id, variant_id, position, line, known_at, product_id, sku, name,
                               variant_name)
    SELECT %(company_id)s, called.variant_id, called.position, called.line, called.known_at,
           called.product_id, called.sku, called.name, called.variant_name
      FROM unnest(%(variant_id)b::uuid[], %(position)b::bigint[], %(line)b::int[],
                  %(known_at)b::timestamptz[], %(product_id)b::uuid[], %(sku)b::text[], %(name)b::text[],
                  %(variant_name)b::text[], %(is_first)b::bool[])
        AS called(variant_id, position, line, known_at, product_id, sku, name, variant_name, is_first)
      LEFT JOIN LATERAL (
            SELECT sku, name, variant_name FROM sold_variants
             WHERE company_id = %(company_id)s AND variant_id = called.variant_id AND called.is_first
             ORDER BY position DESC, line DESC LIMIT 1
           ) AS earlier ON true
     WHERE (called.sku, called.name, called.variant_name)
           IS DISTINCT FROM (earlier.sku, earlier.name, earlier.variant_name)
"""
