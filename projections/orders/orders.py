"""Orders as they are found again, and how far each till's code is counted."""

from collections.abc import Sequence
from typing import LiteralString

from domain.accounts import Account
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Fact, Projection
from projections.orders.placed import STEPS, put_placed, put_step
from projections.orders.readings import (
    Amendment,
    Payment,
    Placing,
    Refund,
    Return,
    Sale,
    Settlement,
    Step,
    Void,
)
from projections.orders.sales import put_sales
from projections.orders.series import advance
from projections.orders.settlements import SETTLEMENTS, put_settlement
from projections.orders.statuses import put_statuses


class Orders(Projection):
    """One row for each order with what lists are filtered by; the order itself is read from the log.

    Numbers are counted by the code they begin with, so that a code that was given to another till goes on
    where it was. What must not occur twice is a place in a series, which guards the first sale under a code.
    Orders from elsewhere have no such place: their `series_number` is 0. A log in which a place occurs twice
    all the same is told by `clash`, the position of the sale that came second.

    What is owed on account is paid there: `settled` is what was paid of what was charged for the order, and
    is no longer due. Lists have an index for each filter but the method, and for each order but the total: at
    a hundred thousand orders these take 40 to 200 ms, and each index more is written by every sale.
    """

    name = "orders"
    version = 7
    mode = "inline"
    tables = ("orders", "order_series")
    reading_indexes = (
        "orders_reserved",
        "orders_by_number",
        "orders_by_time",
        "orders_by_date",
        "orders_by_recording",
        "orders_by_store",
        "orders_by_cashier",
        "orders_by_register",
        "orders_by_customer",
        "orders_by_shift",
        "orders_changed",
        "orders_due",
        "orders_from_elsewhere",
    )
    folds = {
        Order.Sold: Sale,
        Order.Placed: Placing,
        Order.Amended: Amendment,
        Order.Paid: Payment,
        Order.Fulfilled: Step,
        Order.ReservationLapsed: Step,
        Order.Cancelled: Step,
        Order.Completed: Step,
        Order.Refunded: Refund,
        Order.Voided: Void,
        UnlinkedReturn.Taken: Return,
        Account.Settled: Settlement,
        Account.Credited: Settlement,
        Account.WrittenOff: Settlement,
    }
    # Printing and sending a receipt change nothing that orders are looked for by. What is charged is part of
    # what is due already, and whose account it is makes no difference.
    ignores = frozenset({Order.ReceiptPrinted, Order.ReceiptSent, Account.Charged, Account.Moved})
    schema = """
        CREATE TABLE orders (
            company_id    uuid NOT NULL,
            id            uuid NOT NULL,
            number        text NOT NULL,
            series_id     uuid NOT NULL,
            series_number bigint NOT NULL,
            channel       text NOT NULL,
            store_id      uuid NOT NULL,
            register_id   uuid,
            cashier_id    uuid,
            customer_id   uuid,
            business_date date NOT NULL,
            occurred_at   timestamptz NOT NULL,
            recorded_at   timestamptz NOT NULL,
            total         bigint NOT NULL,
            shift_id      uuid,
            methods       text[] NOT NULL,
            status        text NOT NULL DEFAULT 'completed',
            payment_status    text NOT NULL DEFAULT 'paid',
            fulfilment_status text NOT NULL DEFAULT 'fulfilled',
            clash         bigint NOT NULL DEFAULT 0,
            due           bigint NOT NULL DEFAULT 0,
            reserve_until timestamptz,
            settled       bigint NOT NULL DEFAULT 0,
            PRIMARY KEY (company_id, id)
        );
        CREATE INDEX orders_reserved ON orders (company_id, reserve_until, id)
            WHERE reserve_until IS NOT NULL;
        CREATE UNIQUE INDEX orders_by_series ON orders (company_id, series_id, series_number, clash)
            WHERE series_number > 0;
        CREATE INDEX orders_by_number ON orders (company_id, number, id);
        CREATE INDEX orders_by_time ON orders (company_id, occurred_at, id);
        CREATE INDEX orders_by_date ON orders (company_id, business_date, occurred_at, id);
        CREATE INDEX orders_by_recording ON orders (company_id, recorded_at) WHERE series_number > 0;
        CREATE INDEX orders_by_store ON orders (company_id, store_id, occurred_at, id);
        CREATE INDEX orders_by_cashier ON orders (company_id, cashier_id, occurred_at, id)
            WHERE cashier_id IS NOT NULL;
        CREATE INDEX orders_by_register ON orders (company_id, register_id, occurred_at, id)
            WHERE register_id IS NOT NULL;
        CREATE INDEX orders_by_customer ON orders (company_id, customer_id, occurred_at, id)
            WHERE customer_id IS NOT NULL;
        CREATE INDEX orders_by_shift ON orders (company_id, shift_id, occurred_at, id)
            WHERE shift_id IS NOT NULL;
        -- What is rare alone is looked for by it, so a sale writes nothing here.
        CREATE INDEX orders_changed ON orders (company_id, occurred_at, id)
            WHERE status <> 'completed' OR payment_status <> 'paid' OR fulfilment_status <> 'fulfilled';
        CREATE INDEX orders_due ON orders (company_id, occurred_at, id) WHERE due > greatest(settled, 0);
        CREATE INDEX orders_from_elsewhere ON orders (company_id, occurred_at, id) WHERE channel <> 'pos';
        CREATE TABLE order_series (
            company_id  uuid NOT NULL,
            series_id   uuid NOT NULL,
            last_number bigint NOT NULL,
            PRIMARY KEY (company_id, series_id)
        ) WITH (fillfactor = 50);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Sales arrive in bulk at an import, so a batch is one statement a table."""
        if sales := [fact for fact in facts if fact.event is Order.Sold]:
            put_sales(sales, db)
        for fact in facts:
            if fact.event is Order.Placed:
                put_placed(fact, db)
            elif fact.event in STEPS:
                put_step(fact, db)
            elif fact.event in SETTLEMENTS:
                put_settlement(fact, db)
        # Nothing else becomes of an order of which something was refunded.
        if changes := [fact for fact in facts if fact.event in (Order.Refunded, Order.Voided)]:
            put_statuses(changes, db)
        advance(facts, db)


#: How a customer (`id`) has an order that is open, or somebody whom they absorbed.
OPEN_OF_CUSTOMER: LiteralString = """
    EXISTS (SELECT 1 FROM orders
             WHERE company_id = %(company_id)s AND status = 'open'
               AND customer_id = ANY(ARRAY(
                       SELECT %(id)s::uuid
                        UNION ALL
                       SELECT alias_id FROM customer_aliases
                        WHERE company_id = %(company_id)s AND customer_id = %(id)s::uuid)))
"""
