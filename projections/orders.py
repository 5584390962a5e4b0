"""Orders as they are found again, and how far each till's code is counted."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID

from domain.accounts import Account
from domain.orders import Order
from domain.payments import ACCOUNT
from domain.tills import series_of
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Database, Event, Fact, Projection, Row
from projections.records import Reading


class Total(Reading):
    """What is read of a sale's sums."""

    total: int


class Paid(Reading):
    """What is read of a payment."""

    method: str


class Sale(Reading):
    """What is read of a sale."""

    number: str
    series_id: UUID
    series_number: int
    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    shift_id: UUID | None
    business_date: date
    occurred_at: datetime
    payments: tuple[Paid, ...]
    totals: Total


class Standing(Reading):
    """What an order is after an event."""

    status: str
    payment_status: str
    fulfilment_status: str
    total: int
    due: int


class Placing(Reading):
    """What is read of an order that was placed in the back office."""

    number: str
    series_id: UUID
    series_number: int
    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    shift_id: UUID | None
    business_date: date
    occurred_at: datetime
    reserve_until: datetime | None
    standing: Standing


class Step(Reading):
    """What is read of what happened to such an order."""

    customer_id: UUID | None
    standing: Standing


class Amendment(Step):
    """The same of a change of the order itself."""

    reserve_until: datetime | None


class PaidOnOrder(Paid):
    """What is read of a payment of a placed order."""

    amount: int


class Payment(Step):
    """The same of what was paid on it."""

    payments: tuple[PaidOnOrder, ...]


class Settled(Reading):
    """What of an order's dues was paid on account."""

    order_id: UUID | None
    amount: int


class Settlement(Reading):
    """What is read of what lowers a customer's dues: of which orders they are."""

    allocations: tuple[Settled, ...]


class Return(Reading):
    """What is read of a return without an order: the number that it takes of the till's refunds."""

    series_id: UUID
    series_number: int


class Refund(Return):
    """What is read of a refund: its own number, and what the order then is."""

    payment_status: str
    fulfilment_status: str


class Void(Reading):
    """What is read of a void: nothing but that it happened."""


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
            _put_sales(sales, db)
        for fact in facts:
            if fact.event is Order.Placed:
                put_placed(fact, db)
            elif fact.event in STEPS:
                put_step(fact, db)
            elif fact.event in SETTLEMENTS:
                put_settlement(fact, db)
        # Nothing else becomes of an order of which something was refunded.
        if changes := [fact for fact in facts if fact.event in (Order.Refunded, Order.Voided)]:
            _put_statuses(changes, db)
        _advance(facts, db)


#: What happens to an order after it was placed.
STEPS: frozenset[Event] = frozenset(
    {
        Order.Amended,
        Order.Paid,
        Order.Fulfilled,
        Order.ReservationLapsed,
        Order.Cancelled,
        Order.Completed,
    }
)


#: What lowers what customers owe.
SETTLEMENTS: frozenset[Event] = frozenset({Account.Settled, Account.Credited, Account.WrittenOff})


def put_placed(fact: Fact, db: Database) -> None:
    """The row of an order that was placed; orders of the back office never come in bulk."""
    placed: Placing = fact.data
    db.execute(
        _INSERT_PLACED_RECORDED if fact.is_recorded else _INSERT_PLACED,
        {
            "company_id": db.company_id,
            "position": fact.position,
            "id": fact.stream_id,
            "number": placed.number,
            "series_id": placed.series_id,
            "series_number": placed.series_number,
            "channel": placed.channel,
            "store_id": placed.store_id,
            "register_id": placed.register_id,
            "cashier_id": placed.cashier_id,
            "customer_id": placed.customer_id,
            "business_date": placed.business_date,
            "occurred_at": placed.occurred_at,
            "recorded_at": fact.at,
            "shift_id": placed.shift_id,
            "reserve_until": placed.reserve_until,
            **_standing(placed.standing),
        },
    )


def put_step(fact: Fact, db: Database) -> None:
    """What the order is after it; what lapsed, is handed over or is no longer open is promised no more."""
    step: Step = fact.data
    is_over = step.standing.status != "open" or step.standing.fulfilment_status == "fulfilled"
    keeps = fact.event is not Order.ReservationLapsed and not is_over
    db.execute(
        _PUT_STEP,
        {
            "company_id": db.company_id,
            "id": fact.stream_id,
            "customer_id": step.customer_id,
            "methods": _methods_of(fact),
            "paid_by_account": _paid_by_account(fact),
            "is_amended": fact.event is Order.Amended,
            "keeps": keeps,
            "reserve_until": fact.data.reserve_until if fact.event is Order.Amended else None,
            **_standing(step.standing),
        },
    )


def _methods_of(fact: Fact) -> list[str]:
    return sorted({paid.method for paid in fact.data.payments}) if fact.event is Order.Paid else []


def _paid_by_account(fact: Fact) -> int:
    """What the order is paid by already, so that it is not due, whatever is paid on account for it."""
    if fact.event is not Order.Paid:
        return 0
    return sum(paid.amount for paid in fact.data.payments if paid.method == ACCOUNT)


def put_settlement(fact: Fact, db: Database) -> None:
    """What was paid on account for orders, one after another by their ids."""
    settled: dict[UUID, int] = {}
    for one in fact.data.allocations:
        if one.order_id:
            settled[one.order_id] = settled.get(one.order_id, 0) + one.amount
    if settled:
        params = {"company_id": db.company_id, "ids": sorted(settled)}
        db.execute(_SETTLE, {**params, "amounts": [settled[one] for one in sorted(settled)]})


def _standing(standing: Standing) -> dict[str, object]:
    return {
        "status": standing.status,
        "payment_status": standing.payment_status,
        "fulfilment_status": standing.fulfilment_status,
        "total": standing.total,
        "due": standing.due,
    }


def _put_sales(facts: Sequence[Fact], db: Database) -> None:
    rows = [_row_of(fact) for fact in facts]
    if len(rows) == 1 and not facts[0].is_recorded:
        db.execute(_INSERT_ONE, {"company_id": db.company_id, **rows[0]})
        return
    db.execute(
        _INSERT_RECORDED if facts[0].is_recorded else _INSERT,
        {
            "company_id": db.company_id,
            "position": [fact.position for fact in facts],
            **{column: [row[column] for row in rows] for column in rows[0]},
        },
    )


def _row_of(fact: Fact) -> Row:
    """What is written of a sale, by column."""
    sale: Sale = fact.data
    return {
        "id": fact.stream_id,
        "number": sale.number,
        "series_id": sale.series_id,
        "series_number": sale.series_number,
        "channel": sale.channel,
        "store_id": sale.store_id,
        "register_id": sale.register_id,
        "cashier_id": sale.cashier_id,
        "customer_id": sale.customer_id,
        "business_date": sale.business_date,
        "occurred_at": sale.occurred_at,
        "recorded_at": fact.at,
        "total": sale.totals.total,
        "shift_id": sale.shift_id,
        "methods": _methods(sale),
    }


def _methods(sale: Sale) -> str:
    """How it was paid, in one text, as arrays of arrays are not sent; no code of a method has a comma."""
    return ",".join(sorted({paid.method for paid in sale.payments}))


def _put_statuses(facts: Sequence[Fact], db: Database) -> None:
    """What each order is after the last of its refunds, or after its void."""
    last = {fact.stream_id: _statuses(fact) for fact in facts}
    db.execute(
        _PUT_STATUSES,
        {
            "company_id": db.company_id,
            "ids": list(last),
            "statuses": [status for status, _, _ in last.values()],
            "payments": [payment for _, payment, _ in last.values()],
            "fulfilments": [fulfilment for _, _, fulfilment in last.values()],
        },
    )


def _statuses(fact: Fact) -> tuple[str, str, str]:
    if fact.event is Order.Voided:
        return "voided", "refunded", "returned"
    return "completed", fact.data.payment_status, fact.data.fulfilment_status


_UNNUMBERED = STEPS | SETTLEMENTS | {Order.Voided}


def _advance(facts: Sequence[Fact], db: Database) -> None:
    """Keep the highest number of each series, of sales and of refunds."""
    last: dict[UUID, int] = {}
    for fact in facts:
        if fact.event in _UNNUMBERED or not fact.data.series_number:
            continue
        series_id = fact.data.series_id
        if fact.event is Order.Sold:
            # Earlier sales name the till as their series, so the code is taken from the number.
            series_id = series_of(fact.data.number.rpartition("-")[0])
        last[series_id] = max(fact.data.series_number, last.get(series_id, 0))
    if last:
        params = {"company_id": db.company_id, "series": list(last), "numbers": list(last.values())}
        db.execute(_ADVANCE, params)


_PUT_STATUSES: LiteralString = """
    UPDATE orders AS known
       SET status = became.status, payment_status = became.payment_status,
           fulfilment_status = became.fulfilment_status
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(statuses)b::text[]) AS status,
                   unnest(%(payments)b::text[]) AS payment_status,
                   unnest(%(fulfilments)b::text[]) AS fulfilment_status) AS became
     WHERE known.company_id = %(company_id)s AND known.id = became.id
"""

_COLUMNS: LiteralString = """
    id, number, series_id, series_number, channel, store_id, register_id, cashier_id, customer_id,
    business_date, occurred_at, recorded_at, total, shift_id, methods
"""

# A till's sale, one at a time: the lists that a batch comes in would take longer to make and to unfold than
# the row to write.
_INSERT_ONE: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS})
    VALUES (%(company_id)s, %(id)s, %(number)s, %(series_id)s, %(series_number)s, %(channel)s, %(store_id)s,
            %(register_id)s, %(cashier_id)s, %(customer_id)s, %(business_date)s, %(occurred_at)s,
            %(recorded_at)s, %(total)s, %(shift_id)s, string_to_array(%(methods)s, ','))
"""

_LISTS: LiteralString = """
    unnest(%(id)b::uuid[]) AS id, unnest(%(number)b::text[]) AS number,
    unnest(%(series_id)b::uuid[]) AS series_id, unnest(%(series_number)b::bigint[]) AS series_number,
    unnest(%(channel)b::text[]) AS channel, unnest(%(store_id)b::uuid[]) AS store_id,
    unnest(%(register_id)b::uuid[]) AS register_id, unnest(%(cashier_id)b::uuid[]) AS cashier_id,
    unnest(%(customer_id)b::uuid[]) AS customer_id, unnest(%(business_date)b::date[]) AS business_date,
    unnest(%(occurred_at)b::timestamptz[]) AS occurred_at,
    unnest(%(recorded_at)b::timestamptz[]) AS recorded_at, unnest(%(total)b::bigint[]) AS total,
    unnest(%(shift_id)b::uuid[]) AS shift_id, string_to_array(unnest(%(methods)b::text[]), ',') AS methods
"""

_INSERT: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS})
    SELECT %(company_id)s, {_LISTS}
    RETURNING company_id
"""

_INSERT_RECORDED: LiteralString = f"""
    INSERT INTO orders (company_id, {_COLUMNS}, clash)
    SELECT %(company_id)s, {_COLUMNS},
           CASE WHEN series_number > 0
                 AND (row_number() OVER (PARTITION BY series_id, series_number ORDER BY position) > 1
                      OR EXISTS (SELECT FROM orders AS earlier
                                  WHERE earlier.company_id = %(company_id)s
                                    AND earlier.series_id = sale.series_id
                                    AND earlier.series_number = sale.series_number))
                THEN position ELSE 0 END
      FROM (SELECT {_LISTS}, unnest(%(position)b::bigint[]) AS position) AS sale
    RETURNING company_id
"""

_PLACED_COLUMNS: LiteralString = """
    (company_id, id, number, series_id, series_number, channel, store_id, register_id, cashier_id,
     customer_id, business_date, occurred_at, recorded_at, total, shift_id, methods, status,
     payment_status, fulfilment_status, due, reserve_until, clash)
"""
_PLACED_VALUES: LiteralString = """
    %(company_id)s, %(id)s, %(number)s, %(series_id)s, %(series_number)s::bigint, %(channel)s, %(store_id)s,
    %(register_id)s::uuid, %(cashier_id)s::uuid, %(customer_id)s::uuid, %(business_date)s, %(occurred_at)s,
    %(recorded_at)s, %(total)s::bigint, %(shift_id)s::uuid, '{}'::text[], %(status)s, %(payment_status)s,
    %(fulfilment_status)s, %(due)s::bigint, %(reserve_until)s::timestamptz
"""
_INSERT_PLACED: LiteralString = f"INSERT INTO orders {_PLACED_COLUMNS} VALUES ({_PLACED_VALUES}, 0)"
_INSERT_PLACED_RECORDED: LiteralString = f"""
    INSERT INTO orders {_PLACED_COLUMNS}
    SELECT {_PLACED_VALUES},
           CASE WHEN %(series_number)s::bigint > 0
                 AND EXISTS (SELECT FROM orders AS earlier
                              WHERE earlier.company_id = %(company_id)s AND earlier.series_id = %(series_id)s
                                AND earlier.series_number = %(series_number)s::bigint)
                THEN %(position)s::bigint ELSE 0 END
    RETURNING company_id
"""
# What is paid on account lowers what is due, so that it may be all that is paid of an order.
_PUT_STEP: LiteralString = """
    UPDATE orders
       SET status = %(status)s,
           settled = settled - %(paid_by_account)s::bigint,
           payment_status = CASE WHEN %(payment_status)s NOT IN ('unpaid', 'partially_paid')
                                   OR settled - %(paid_by_account)s::bigint <= 0 THEN %(payment_status)s
                                 WHEN settled - %(paid_by_account)s::bigint < %(due)s::bigint
                                 THEN 'partially_paid' ELSE 'paid' END,
           fulfilment_status = %(fulfilment_status)s, total = %(total)s::bigint, due = %(due)s::bigint,
           customer_id = CASE WHEN %(is_amended)s THEN %(customer_id)s::uuid ELSE customer_id END,
           reserve_until = CASE WHEN NOT %(keeps)s THEN NULL
                                WHEN %(is_amended)s THEN %(reserve_until)s::timestamptz
                                ELSE reserve_until END,
           methods = ARRAY(SELECT DISTINCT method FROM unnest(methods || %(methods)b::text[]) AS method
                            ORDER BY method)
     WHERE company_id = %(company_id)s AND id = %(id)s
"""

_SETTLE: LiteralString = """
    UPDATE orders AS known
       SET settled = known.settled + paid.amount,
           payment_status = CASE WHEN known.payment_status NOT IN ('unpaid', 'partially_paid')
                                   OR known.settled + paid.amount <= 0 THEN known.payment_status
                                 WHEN known.settled + paid.amount < known.due THEN 'partially_paid'
                                 ELSE 'paid' END
      FROM (SELECT unnest(%(ids)b::uuid[]) AS id, unnest(%(amounts)b::bigint[]) AS amount) AS paid
     WHERE known.company_id = %(company_id)s AND known.id = paid.id
"""

_ADVANCE: LiteralString = """
    INSERT INTO order_series AS series (company_id, series_id, last_number)
    SELECT %(company_id)s, unnest(%(series)b::uuid[]), unnest(%(numbers)b::bigint[])
        ON CONFLICT (company_id, series_id) DO UPDATE
       SET last_number = greatest(series.last_number, excluded.last_number)
"""
