"""Sales, handovers, refunds and voids as rows that never change: what reports of a past moment add up."""

from collections.abc import Sequence
from typing import Any, LiteralString

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection
from projections.reports.measures import NOBODY, OF_LINE, OF_PAYMENT, TOTALS, addition_of, register_of
from projections.reports.readings import (
    Cancellation,
    Handover,
    Place,
    PlacedPayment,
    Refund,
    Return,
    Sale,
)


class SaleFacts(Projection):
    """One row for each fact, each of its lines and each of its payments, with when it was known.

    A refund has a date, hour, store, register and cashier of its own, a void those of the sale that it takes
    back. A placed order is revenue on the dates of its handovers, and one order on the first of them; what is
    paid on it is of the date of the payment.

    Sums over the rows answer what was known at a moment. They have the measures of the daily sums
    (`sales_summary`), in minor currency units, so that one question reads either.
    """

    name = "sale_facts"
    version = 5
    tables = ("sale_facts", "sale_line_facts", "sale_payment_facts")
    folds = {
        Order.Sold: Sale,
        Order.Voided: Sale,
        Order.Refunded: Refund,
        Order.Fulfilled: Handover,
        Order.Paid: PlacedPayment,
        Order.Cancelled: Cancellation,
        UnlinkedReturn.Taken: Return,
    }
    # An order that is only placed is no revenue, and a receipt changes no sum.
    ignores = frozenset(
        {
            Order.Placed,
            Order.Amended,
            Order.ReservationLapsed,
            Order.Completed,
            Order.ReceiptPrinted,
            Order.ReceiptSent,
        }
    )
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
            is_return     boolean NOT NULL,
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
        CREATE INDEX sale_facts_by_cashier ON sale_facts (company_id, cashier_id, business_date);
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
            returned_quantity numeric NOT NULL,
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
        sales: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        payments: list[tuple[Any, ...]] = []
        for fact in facts:
            addition, key = addition_of(fact.event, fact.data), _key(fact)
            sales.append((*key, *_of_fact(fact), *addition.totals))
            lines += [(*key, number, *line) for number, line in enumerate(addition.lines)]
            payments += [(*key, number, *paid) for number, paid in enumerate(addition.payments)]
        add_rows(db, _ADD_SALES, _SALE, sales)
        add_rows(db, _ADD_LINES, _LINE, lines)
        add_rows(db, _ADD_PAYMENTS, _PAYMENT, payments)


def _key(fact: Fact) -> tuple[Any, ...]:
    place: Place = fact.data
    return (place.business_date, place.store_id, fact.position, fact.known_at)


def _of_fact(fact: Fact) -> tuple[Any, ...]:
    place: Place = fact.data
    register, cashier = register_of(place), place.cashier_id or NOBODY
    return (fact.stream_id, place.hour, register, cashier, place.customer_id, fact.event in _RETURNS)


_RETURNS = frozenset({Order.Refunded, UnlinkedReturn.Taken})


def add_rows(db: Database, statement: LiteralString, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Queue a statement that takes its rows as one array a column, under the columns' names (one text)."""
    if rows:
        add_columns(db, statement, columns, list(map(list, zip(*rows, strict=True))))


def add_columns(db: Database, statement: LiteralString, columns: str, arrays: Sequence[list[Any]]) -> None:
    """Queue such a statement with its arrays."""
    named = dict(zip(columns.split(), arrays, strict=True))
    db.execute(statement, {"company_id": db.company_id, **named})


_KEY = "business_date store_id position known_at"
_SALE = f"{_KEY} order_id hour register_id cashier_id customer_id is_return {TOTALS}"
_LINE = f"{_KEY} line variant_id category_id brand_id {OF_LINE}"
_PAYMENT = f"{_KEY} line method {OF_PAYMENT}"

# Quantities travel as integers counted in hundred-thousandths, which cost less than decimals to send.
_ADD_SALES: LiteralString = """
    INSERT INTO sale_facts (company_id, business_date, store_id, position, known_at, order_id, hour,
                            register_id, cashier_id, customer_id, is_return, orders, items, gross_sales,
                            discounts, returns, tax, tips, rounding, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, position, known_at, order_id, hour, register_id,
           cashier_id, customer_id, is_return, orders, items * 0.00001, gross_sales, discounts, returns, tax,
           tips, rounding, cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[],
                  %(known_at)b::timestamptz[], %(order_id)b::uuid[], %(hour)b::int[],
                  %(register_id)b::uuid[], %(cashier_id)b::uuid[], %(customer_id)b::uuid[],
                  %(is_return)b::boolean[], %(orders)b::bigint[], %(items)b::bigint[],
                  %(gross_sales)b::bigint[], %(discounts)b::bigint[], %(returns)b::bigint[],
                  %(tax)b::bigint[], %(tips)b::bigint[], %(rounding)b::bigint[],
                  %(cost_of_goods)b::bigint[])
        AS sale(business_date, store_id, position, known_at, order_id, hour, register_id, cashier_id,
                customer_id, is_return, orders, items, gross_sales, discounts, returns, tax, tips, rounding,
                cost_of_goods)
"""

_ADD_LINES: LiteralString = """
    INSERT INTO sale_line_facts (company_id, business_date, store_id, position, known_at, line, variant_id,
                                 category_id, brand_id, quantity, returned_quantity, gross_sales, discounts,
                                 returns, tax, cost_of_goods)
    SELECT %(company_id)s, business_date, store_id, position, known_at, line, variant_id, category_id,
           brand_id, quantity * 0.00001, returned_quantity * 0.00001, gross_sales, discounts, returns, tax,
           cost_of_goods
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[],
                  %(known_at)b::timestamptz[], %(line)b::int[], %(variant_id)b::uuid[],
                  %(category_id)b::uuid[], %(brand_id)b::uuid[], %(quantity)b::bigint[],
                  %(returned_quantity)b::bigint[], %(gross_sales)b::bigint[], %(discounts)b::bigint[],
                  %(returns)b::bigint[], %(tax)b::bigint[], %(cost_of_goods)b::bigint[])
        AS sold(business_date, store_id, position, known_at, line, variant_id, category_id, brand_id,
                quantity, returned_quantity, gross_sales, discounts, returns, tax, cost_of_goods)
"""

_ADD_PAYMENTS: LiteralString = """
    INSERT INTO sale_payment_facts (company_id, business_date, store_id, position, known_at, line, method,
                                    payments, amount, tips, refund_count, refunds)
    SELECT %(company_id)s, paid.*
      FROM unnest(%(business_date)b::date[], %(store_id)b::uuid[], %(position)b::bigint[],
                  %(known_at)b::timestamptz[], %(line)b::int[], %(method)b::text[],
                  %(payments)b::bigint[], %(amount)b::bigint[], %(tips)b::bigint[],
                  %(refund_count)b::bigint[], %(refunds)b::bigint[])
        AS paid(business_date, store_id, position, known_at, line, method, payments, amount, tips,
                refund_count, refunds)
"""
