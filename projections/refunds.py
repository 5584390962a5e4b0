"""Refunds as they are found again by number and id, returns without an order among them."""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Projection

_COLUMNS: LiteralString = """
    (company_id, id, order_id, customer_id, number, series_id, series_number, store_id, occurred_at, clash)
"""
_NUMBERED: LiteralString = """
    %(number)s, %(series_id)s, %(series_number)s::bigint, %(store_id)s, %(occurred_at)s
"""
# What took the same place before has it; in the log alone it can occur twice.
_CLASH: LiteralString = """
    CASE WHEN %(series_number)s::bigint > 0
          AND EXISTS (SELECT FROM refunds AS earlier
                       WHERE earlier.company_id = %(company_id)s AND earlier.series_id = %(series_id)s
                         AND earlier.series_number = %(series_number)s::bigint AND earlier.clash = 0)
         THEN %(position)s::bigint ELSE 0 END
    RETURNING company_id
"""
_REFUND: LiteralString = "%(company_id)s, %(refund_id)s, %(stream_id)s, NULL"
_RETURN: LiteralString = "%(company_id)s, %(stream_id)s, NULL, %(customer_id)s::uuid"


class Refunds(Projection):
    """One row for each refund of an order and each return without one, which alone names a customer itself.

    Their numbers are of one series a till's code; that no place in it occurs twice is what guards the first
    refund under a code (see `Orders` for `clash`).
    """

    name = "refunds"
    version = 2
    mode = "inline"
    tables = ("refunds",)
    on = {
        Order.Refunded: f"INSERT INTO refunds {_COLUMNS} VALUES ({_REFUND}, {_NUMBERED}, 0)",
        UnlinkedReturn.Taken: f"INSERT INTO refunds {_COLUMNS} VALUES ({_RETURN}, {_NUMBERED}, 0)",
    }
    on_recorded = {
        Order.Refunded: f"INSERT INTO refunds {_COLUMNS} SELECT {_REFUND}, {_NUMBERED}, {_CLASH}",
        UnlinkedReturn.Taken: f"INSERT INTO refunds {_COLUMNS} SELECT {_RETURN}, {_NUMBERED}, {_CLASH}",
    }
    ignores = frozenset(
        {
            Order.Sold,
            Order.Placed,
            Order.Amended,
            Order.Paid,
            Order.Fulfilled,
            Order.ReservationLapsed,
            Order.Cancelled,
            Order.Completed,
            Order.Voided,
            Order.ReceiptPrinted,
            Order.ReceiptSent,
        }
    )
    schema = """
        CREATE TABLE refunds (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            order_id      uuid,
            customer_id   uuid,
            number        text NOT NULL,
            series_id     uuid NOT NULL,
            series_number bigint NOT NULL,
            store_id      uuid NOT NULL,
            occurred_at   timestamptz NOT NULL,
            clash         bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE UNIQUE INDEX refunds_by_series ON refunds (company_id, series_id, series_number, clash)
            WHERE series_number > 0;
        CREATE INDEX refunds_by_number ON refunds (company_id, number);
        CREATE INDEX refunds_by_customer ON refunds (company_id, customer_id) WHERE customer_id IS NOT NULL;
    """


_BY_ID: LiteralString = """
    SELECT order_id FROM refunds WHERE company_id = %(company_id)s AND id = %(id)s
"""
# Numbers of sales and of refunds differ. Of several that say the same, that whose place in the series it is
# comes first; a till that prints one number over and over makes no longer answer than this.
_BY_NUMBER: LiteralString = """
    WITH numbered AS (
        (SELECT id AS order_id, series_number = 0 AS is_another, clash FROM orders
          WHERE company_id = %(company_id)s AND number = %(number)s
          ORDER BY is_another, clash, occurred_at, id
          LIMIT 20)
         UNION ALL
        (SELECT order_id, series_number = 0, clash FROM refunds
          WHERE company_id = %(company_id)s AND number = %(number)s AND order_id IS NOT NULL
          ORDER BY series_number = 0, clash, occurred_at, id
          LIMIT 20)
    )
    SELECT orders.id, orders.occurred_at, orders.total, orders.register_id
      FROM numbered JOIN orders ON orders.company_id = %(company_id)s AND orders.id = numbered.order_id
     ORDER BY is_another, numbered.clash, orders.occurred_at, orders.id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberedOrder:
    """An order whose sale, or a refund of it, has a number."""

    id: UUID
    occurred_at: datetime
    total: int
    register_id: UUID | None


def find_refunded_order(db: Database, refund_id: UUID) -> UUID | None:
    """The order of the refund that has this id."""
    row = db.ask(_BY_ID, {"company_id": db.company_id, "id": refund_id}).row()
    return row["order_id"] if row else None


def list_numbered_orders(db: Database, number: str) -> list[NumberedOrder]:
    """The orders that have this number, or a refund that has it; first the one whose number it is."""
    rows = db.ask(_BY_NUMBER, {"company_id": db.company_id, "number": number}).rows()
    return list(dict.fromkeys(NumberedOrder(**row) for row in rows))
