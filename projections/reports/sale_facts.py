"""Every sale, sold line and payment as a row that never changes: what reports of a past moment add up."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.money import scaled
from domain.orders import Order
from projections.base import Database, Fact, Projection
from projections.records import Reading

#: Stands where a sale names no register, cashier, category or brand, because a key has no gaps.
NOBODY = str(UUID(int=0))


class SoldLine(Reading):
    """What is read of a line that was sold."""

    variant_id: str
    category_id: str | None
    brand_id: str | None
    quantity: Decimal
    tax_total: int
    gross_sales: int
    net_sales: int
    cost_total: int


class Paid(Reading):
    """What is read of a payment."""

    method: str
    amount: int
    tip: int


class Totals(Reading):
    """What is read of a sale's sums."""

    tax_total: int
    gross_sales: int
    net_sales: int
    cost_total: int
    rounding: int
    tip_total: int


class Sale(Reading):
    """What is read of a sale."""

    store_id: str
    register_id: str | None
    cashier_id: str | None
    customer_id: str | None
    business_date: date
    hour: int
    lines: tuple[SoldLine, ...]
    payments: tuple[Paid, ...]
    totals: Totals


class SaleFacts(Projection):
    """One row for each sale, each of its lines and each of its payments, with when it was known.

    Sums over them answer what was known at a moment. They have the measures of the daily sums
    (`sales_summary`), in minor currency units, so that one question reads either.
    """

    name = "sale_facts"
    version = 2
    tables = ("sale_facts", "sale_line_facts", "sale_payment_facts")
    folds = {Order.Sold: Sale}
    # What comes back is not added up here yet.
    ignores = frozenset({Order.Refunded, Order.Voided, Order.ReceiptPrinted, Order.ReceiptSent})
    # A period's rows lie together, so one key serves the dates, and within it the stores.
    schema = """
        CREATE TABLE sale_facts (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            position      bigint NOT NULL,
            known_at      timestamptz NOT NULL,
            order_id      uuid NOT NULL,
            hour          int NOT NULL,
            register_id   uuid NOT NULL,
            cashier_id    uuid NOT NULL,
            customer_id   uuid,
            orders        bigint NOT NULL,
            items         numeric NOT NULL,
            gross_sales   bigint NOT NULL,
            discounts     bigint NOT NULL,
            returns       bigint NOT NULL,
            tax           bigint NOT NULL,
            tips          bigint NOT NULL,
            rounding      bigint NOT NULL,
            cost_of_goods bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, position)
        );
        CREATE TABLE sale_line_facts (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            position      bigint NOT NULL,
            line          int NOT NULL,
            known_at      timestamptz NOT NULL,
            variant_id    uuid NOT NULL,
            category_id   uuid NOT NULL,
            brand_id      uuid NOT NULL,
            quantity      numeric NOT NULL,
            gross_sales   bigint NOT NULL,
            discounts     bigint NOT NULL,
            returns       bigint NOT NULL,
            tax           bigint NOT NULL,
            cost_of_goods bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, position, line)
        );
        CREATE TABLE sale_payment_facts (
            company_id    uuid NOT NULL,
            business_date date NOT NULL,
            store_id      uuid NOT NULL,
            position      bigint NOT NULL,
            line          int NOT NULL,
            known_at      timestamptz NOT NULL,
            method        text NOT NULL,
            payments      bigint NOT NULL,
            amount        bigint NOT NULL,
            tips          bigint NOT NULL,
            refund_count  bigint NOT NULL,
            refunds       bigint NOT NULL,
            PRIMARY KEY (company_id, business_date, store_id, position, line)
        );
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add the batch's rows, one statement a table."""
        sales: list[tuple[Fact, Sale]] = [(fact, fact.data) for fact in facts]
        add_rows(db, _ADD_SALES, _SALE, [_sale(fact, sale) for fact, sale in sales])
        add_rows(db, _ADD_LINES, _LINE, [row for fact, sale in sales for row in _lines(fact, sale)])
        add_rows(db, _ADD_PAYMENTS, _PAYMENT, [row for fact, sale in sales for row in _payments(fact, sale)])


def _sale(fact: Fact, sale: Sale) -> tuple[Any, ...]:
    totals = sale.totals
    return (
        sale.business_date,
        sale.store_id,
        fact.position,
        fact.known_at,
        fact.stream_id,
        sale.hour,
        sale.register_id or NOBODY,
        sale.cashier_id or NOBODY,
        sale.customer_id,
        sum(scaled(line.quantity) for line in sale.lines),
        totals.gross_sales,
        totals.gross_sales - totals.net_sales,
        totals.tax_total,
        totals.tip_total,
        totals.rounding,
        totals.cost_total,
    )


def _lines(fact: Fact, sale: Sale) -> list[tuple[Any, ...]]:
    day, store, position, known_at = sale.business_date, sale.store_id, fact.position, fact.known_at
    return [
        (
            day,
            store,
            position,
            number,
            known_at,
            line.variant_id,
            line.category_id or NOBODY,
            line.brand_id or NOBODY,
            scaled(line.quantity),
            line.gross_sales,
            line.gross_sales - line.net_sales,
            line.tax_total,
            line.cost_total,
        )
        for number, line in enumerate(sale.lines)
    ]


def _payments(fact: Fact, sale: Sale) -> list[tuple[Any, ...]]:
    day, store, position, known_at = sale.business_date, sale.store_id, fact.position, fact.known_at
    return [
        (day, store, position, number, known_at, payment.method, payment.amount, payment.tip)
        for number, payment in enumerate(sale.payments)
    ]


def add_rows(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement that takes its rows as one array a column, under the columns' names (one text)."""
    if rows:
        arrays = dict(zip(columns.split(), map(list, zip(*rows, strict=True)), strict=True))
        db.execute(statement, {"company_id": db.company_id, **arrays})


_SALE = (
    "business_date store_id position known_at order_id hour register_id cashier_id customer_id items "
    "gross_sales discounts tax tips rounding cost_of_goods"
)
_LINE = (
    "business_date store_id position line known_at variant_id category_id brand_id quantity "
    "gross_sales discounts tax cost_of_goods"
)
_PAYMENT = "business_date store_id position line known_at method amount tips"

# Quantities travel as integers counted in hundred-thousandths, which cost less than decimals to send.
_ADD_SALES: LiteralString = """
    INSERT INTO sale_facts (company_id, orders, returns, business_date, store_id, position, known_at,
                            order_id, hour, register_id, cashier_id, customer_id, items, gross_sales,
                            discounts, tax, tips, rounding, cost_of_goods)
    SELECT %(company_id)s, 1, 0, business_date, store_id, position, known_at,
           order_id, hour, register_id, cashier_id, customer_id, items * 0.00001, gross_sales,
           discounts, tax, tips, rounding, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[],
                  %(known_at)b::timestamptz[], %(order_id)b::uuid[], %(hour)b::int[],
                  %(register_id)b::uuid[], %(cashier_id)b::uuid[], %(customer_id)b::uuid[],
                  %(items)b::bigint[], %(gross_sales)b::bigint[], %(discounts)b::bigint[], %(tax)b::bigint[],
                  %(tips)b::bigint[], %(rounding)b::bigint[], %(cost_of_goods)b::bigint[])
        AS sale(business_date, store_id, position, known_at, order_id, hour, register_id, cashier_id,
                customer_id, items, gross_sales, discounts, tax, tips, rounding, cost_of_goods)
"""

_ADD_LINES: LiteralString = """
    INSERT INTO sale_line_facts (company_id, returns, business_date, store_id, position, line, known_at,
                                 variant_id, category_id, brand_id, quantity, gross_sales, discounts, tax,
                                 cost_of_goods)
    SELECT %(company_id)s, 0, business_date, store_id, position, line, known_at, variant_id, category_id,
           brand_id, quantity * 0.00001, gross_sales, discounts, tax, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[], %(line)b::int[],
                  %(known_at)b::timestamptz[], %(variant_id)b::uuid[], %(category_id)b::uuid[],
                  %(brand_id)b::uuid[], %(quantity)b::bigint[], %(gross_sales)b::bigint[],
                  %(discounts)b::bigint[], %(tax)b::bigint[], %(cost_of_goods)b::bigint[])
        AS sold(business_date, store_id, position, line, known_at, variant_id, category_id, brand_id,
                quantity, gross_sales, discounts, tax, cost_of_goods)
"""

_ADD_PAYMENTS: LiteralString = """
    INSERT INTO sale_payment_facts (company_id, payments, refund_count, refunds, business_date, store_id,
                                    position, line, known_at, method, amount, tips)
    SELECT %(company_id)s, 1, 0, 0, business_date, store_id, position, line, known_at, method, amount, tips
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[], %(line)b::int[],
                  %(known_at)b::timestamptz[], %(method)b::text[], %(amount)b::bigint[],
                  %(tips)b::bigint[])
        AS paid(business_date, store_id, position, line, known_at, method, amount, tips)
"""
