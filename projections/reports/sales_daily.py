"""Daily sums of sales: what the sales summary is answered from, unless it looks into the past."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, LiteralString

from domain.money import scaled
from domain.orders import Order
from projections.base import Database, Fact, Projection
from projections.reports.sale_facts import NOBODY, Sale, SoldLine, add_rows


class NamedLine(SoldLine):
    """What is read of a line that was sold, with what it was called."""

    product_id: str
    sku: str
    name: str
    variant_name: str


class NamedSale(Sale):
    """What is read of a sale."""

    lines: tuple[NamedLine, ...]


class SalesDaily(Projection):
    """Sums for each business date, in minor currency units: of sales, of variants, of payment methods.

    `sold_variants` remembers what a variant was called: a row for each sale that called it something else
    than the sale before. Sums are numeric: a thousand of the largest sales are more than 64 bits hold.
    """

    name = "sales_summary"
    version = 2
    tables = ("sales_daily", "sales_daily_products", "sales_daily_payments", "sold_variants")
    folds = {Order.Sold: NamedSale}
    # What comes back is not added up here yet.
    ignores = frozenset({Order.Refunded, Order.Voided, Order.ReceiptPrinted, Order.ReceiptSent})
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
        add_sums(db, _ADD_SALES, _SALE, list(batch.sales.values()))
        add_sums(db, _ADD_PRODUCTS, _PRODUCT, list(batch.products.values()))
        add_sums(db, _ADD_PAYMENTS, _PAYMENT, list(batch.payments.values()))
        add_rows(db, _ADD_NAMES, _NAME, batch.names)


def add_sums(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement as `add_rows` does, with whole numbers of any size.

    They travel as integers of 64 bits, which cost less, unless one of the column does not fit.
    """
    arrays = [list(column) for column in zip(*rows, strict=True)]
    for number, column in enumerate(arrays):
        if isinstance(column[0], int) and not -_LIMIT <= min(column) <= max(column) < _LIMIT:
            arrays[number] = [Decimal(value) for value in column]
    add_rows(db, statement, columns, list(zip(*arrays, strict=True)))


_LIMIT = 2**63


class _Batch:
    """The sums of a batch: rows by key, the key's columns first.

    Quantities are counted in hundred-thousandths, as integers.
    """

    def __init__(self) -> None:
        self.sales: dict[tuple[Any, ...], list[Any]] = {}
        self.products: dict[tuple[Any, ...], list[Any]] = {}
        self.payments: dict[tuple[Any, ...], list[Any]] = {}
        self.names: list[tuple[Any, ...]] = []
        self._called: dict[str, tuple[str, str, str]] = {}

    def add(self, fact: Fact) -> None:
        """Add a sale to the sums."""
        sale: NamedSale = fact.data
        totals = sale.totals
        day, store, hour = sale.business_date, sale.store_id, sale.hour
        register, cashier = sale.register_id or NOBODY, sale.cashier_id or NOBODY
        items = self._add_lines(fact, sale)
        self._add_payments(sale)
        key = (day, store, hour, register, cashier)
        row = self.sales.get(key)
        if row is None:
            row = self.sales[key] = [*key, 0, 0, 0, 0, 0, 0, 0, 0]
        row[5] += 1
        row[6] += items
        row[7] += totals.gross_sales
        row[8] += totals.gross_sales - totals.net_sales
        row[9] += totals.tax_total
        row[10] += totals.tip_total
        row[11] += totals.rounding
        row[12] += totals.cost_total

    def _add_lines(self, fact: Fact, sale: NamedSale) -> int:
        """Add the lines of a sale to the sums of their variants; returns the sum of their quantities."""
        items, products, called = 0, self.products, self._called
        day, store = sale.business_date, sale.store_id
        for number, line in enumerate(sale.lines):
            variant = line.variant_id
            category, brand = line.category_id or NOBODY, line.brand_id or NOBODY
            key = (day, store, variant, category, brand)
            row = products.get(key)
            if row is None:
                row = products[key] = [*key, 0, 0, 0, 0, 0]
            quantity, gross = scaled(line.quantity), line.gross_sales
            items += quantity
            row[5] += quantity
            row[6] += gross
            row[7] += gross - line.net_sales
            row[8] += line.tax_total
            row[9] += line.cost_total
            name = (line.sku, line.name, line.variant_name)
            before = called.get(variant)
            if before != name:
                called[variant] = name
                source = (variant, fact.position, number, fact.known_at, line.product_id)
                self.names.append((*source, *name, before is None))
        return items

    def _add_payments(self, sale: Sale) -> None:
        for payment in sale.payments:
            key = (sale.business_date, sale.store_id, payment.method)
            row = self.payments.get(key)
            if row is None:
                row = self.payments[key] = [*key, 0, 0, 0]
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
_NAME = "variant_id position line known_at product_id sku name variant_name is_first"

_ADD_SALES: LiteralString = """
    INSERT INTO sales_daily AS daily (company_id, business_date, store_id, hour, register_id, cashier_id,
                orders, items, gross_sales, discounts, returns, tax, tips, rounding, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, hour, register_id, cashier_id, orders, items * 0.00001,
           gross_sales, discounts, 0, tax, tips, rounding, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(hour)b::int[], %(register_id)b::uuid[],
                  %(cashier_id)b::uuid[], %(orders)b::bigint[], %(items)b::numeric[],
                  %(gross_sales)b::numeric[], %(discounts)b::numeric[], %(tax)b::numeric[],
                  %(tips)b::numeric[], %(rounding)b::numeric[], %(cost_of_goods)b::numeric[])
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
                  %(category_id)b::uuid[], %(brand_id)b::uuid[], %(quantity)b::numeric[],
                  %(gross_sales)b::numeric[], %(discounts)b::numeric[], %(tax)b::numeric[],
                  %(cost_of_goods)b::numeric[])
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
                  %(payments)b::bigint[], %(amount)b::numeric[], %(tips)b::numeric[])
        AS paid(business_date, store_id, method, payments, amount, tips)
        ON CONFLICT (company_id, business_date, store_id, method) DO UPDATE
       SET payments = daily.payments + excluded.payments,
           amount = daily.amount + excluded.amount,
           tips = daily.tips + excluded.tips
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
