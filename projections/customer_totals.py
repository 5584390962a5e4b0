"""What customers bought and gave back: sums by store, and by all stores together."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID

from domain.customers import Customer
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from projections.absorbed_totals import TABLE, holders_of, move_sums
from projections.base import Database, Fact, Projection, all_but
from projections.records import Reading

#: What stands for all stores together, where the sums of a store stand.
ALL_STORES = UUID(int=0)


class Registration(Reading):
    """Nothing is read of a customer who was registered but that they were."""


class Absorption(Reading):
    """Who turned out to be the customer."""

    customer_ids: tuple[str, ...]


class Place(Reading):
    """Whose it is, where, and on which business date."""

    customer_id: str | None
    store_id: str
    business_date: date


class Total(Reading):
    """What is read of a sale's sums."""

    total: int


class Sale(Place):
    """What is read of a sale, and of its void, which repeats it."""

    totals: Total


class Refund(Place):
    """What is read of a refund, and of a return without an order."""

    total: int


class HandedOver(Reading):
    """What is read of a line that was handed over: what its part comes to."""

    total: int


class Handover(Place):
    """What is read of goods of a placed order that were handed over."""

    lines: tuple[HandedOver, ...]
    is_first: bool


class CustomerTotals(Projection):
    """What each customer bought, in minor currency units, by store; and in all stores, `ALL_STORES`.

    A visit is a sale that was not voided, or a placed order of which something was handed over, on the day
    of the first goods. `spent` is what sales came to, and of placed orders what was handed over, without what
    was given back, which is `returned`. `customer_days` know on which days they came, so that a void finds
    the last visit before.
    """

    name = "customer_totals"
    version = 3
    tables = ("customer_totals", "customer_days", "customer_total_holders")
    folds = {
        Customer.Registered: Registration,
        Customer.Absorbed: Absorption,
        Order.Sold: Sale,
        Order.Voided: Sale,
        Order.Refunded: Refund,
        Order.Fulfilled: Handover,
        UnlinkedReturn.Taken: Refund,
    }
    # What was not handed over is not spent yet; a receipt changes no sum, nor does what is told of a customer
    # who is there.
    ignores = frozenset(
        {
            Order.Placed,
            Order.Amended,
            Order.Paid,
            Order.ReservationLapsed,
            Order.Cancelled,
            Order.Completed,
            Order.ReceiptPrinted,
            Order.ReceiptSent,
            *all_but(Customer, Customer.Registered, Customer.Absorbed),
        }
    )
    schema = f"""
        {TABLE}
        CREATE TABLE customer_totals (
            company_id  uuid NOT NULL,
            customer_id uuid NOT NULL,
            store_id    uuid NOT NULL,
            visits      bigint NOT NULL,
            spent       numeric NOT NULL,
            returned    numeric NOT NULL,
            last_visit  date,
            PRIMARY KEY (company_id, customer_id, store_id)
        ) WITH (fillfactor = 70);
        CREATE INDEX customer_totals_by_spent ON customer_totals (company_id, store_id, spent, customer_id);
        CREATE INDEX customer_totals_by_visit
            ON customer_totals (company_id, store_id, coalesce(last_visit, '-infinity'), customer_id);
        CREATE TABLE customer_days (
            company_id    uuid NOT NULL,
            customer_id   uuid NOT NULL,
            store_id      uuid NOT NULL,
            business_date date NOT NULL,
            visits        bigint NOT NULL,
            PRIMARY KEY (company_id, customer_id, store_id, business_date)
        ) WITH (fillfactor = 70);
    """

    def apply(self, facts: Sequence[Fact], db: Database) -> None:
        """Add up the batch, then one statement a table; and what the last visit is, where one was voided."""
        days: defaultdict[tuple[str, str, date], int] = defaultdict(int)
        sums: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        additions = list(_additions(facts))
        absorbed = dict(_absorbed(facts))
        holders = {**holders_of(db, {one for one, *_ in additions}), **absorbed}
        for customer_id, store_id, day, visits, spent, returned in additions:
            for store in (store_id, str(ALL_STORES)):
                holder = holders.get(customer_id, customer_id) if day else customer_id
                own = sums[holder, store]
                own[:] = [own[0] + visits, own[1] + spent, own[2] + returned]
                if visits and day:
                    days[holder, store, day] += visits
        _write(
            db,
            _ADD_SUMS,
            "customers stores visits spent returned",
            # Sums of money, unlike single amounts, may take more than 64 bits.
            (
                (*key, visits, Decimal(spent), Decimal(returned))
                for key, (visits, spent, returned) in sums.items()
            ),
        )
        _write(
            db, _ADD_DAYS, "customers stores dates visits", ((*key, visits) for key, visits in days.items())
        )
        _write(db, _SET_LAST, "customers stores", {(customer, store) for customer, store, _ in days})
        if absorbed:
            move_sums(db, absorbed, ALL_STORES)


def _additions(facts: Iterable[Fact]) -> Iterator[tuple[str, str, date | None, int, int, int]]:
    """What each fact adds: whose, where, when, visits, what was spent, what was given back."""
    for fact in facts:
        data = fact.data
        if fact.event is Customer.Registered:
            yield str(fact.stream_id), str(ALL_STORES), None, 0, 0, 0
        elif fact.event is not Customer.Absorbed and data.customer_id is not None:
            yield str(data.customer_id), str(data.store_id), data.business_date, *_measures(fact)


def _absorbed(facts: Iterable[Fact]) -> Iterator[tuple[str, str]]:
    """Whoever was absorbed, with the customer they turned out to be; of several the last is last."""
    for fact in facts:
        if fact.event is Customer.Absorbed:
            yield from ((str(one), str(fact.stream_id)) for one in fact.data.customer_ids)


def _measures(fact: Fact) -> tuple[int, int, int]:
    if fact.event in (Order.Sold, Order.Voided):
        sign = -1 if fact.event is Order.Voided else 1
        return sign, sign * fact.data.totals.total, 0
    if fact.event is Order.Fulfilled:
        return int(fact.data.is_first), sum(line.total for line in fact.data.lines), 0
    return 0, -fact.data.total, fact.data.total


def _write(db: Database, statement: LiteralString, columns: str, rows: Iterable[tuple[Any, ...]]) -> None:
    """Queue a statement that takes its rows as one array a column, in the order of their keys."""
    if in_order := sorted(rows):
        named = zip(columns.split(), map(list, zip(*in_order, strict=True)), strict=True)
        db.execute(statement, {"company_id": db.company_id, **dict(named)})


_ADD_SUMS: LiteralString = """
    INSERT INTO customer_totals AS own (company_id, customer_id, store_id, visits, spent, returned)
    SELECT %(company_id)s, unnest(%(customers)b::uuid[]), unnest(%(stores)b::uuid[]),
           unnest(%(visits)b::bigint[]), unnest(%(spent)b::numeric[]), unnest(%(returned)b::numeric[])
        ON CONFLICT (company_id, customer_id, store_id) DO UPDATE
       SET visits = own.visits + excluded.visits, spent = own.spent + excluded.spent,
           returned = own.returned + excluded.returned
"""

_ADD_DAYS: LiteralString = """
    INSERT INTO customer_days AS own (company_id, customer_id, store_id, business_date, visits)
    SELECT %(company_id)s, unnest(%(customers)b::uuid[]), unnest(%(stores)b::uuid[]),
           unnest(%(dates)b::date[]), unnest(%(visits)b::bigint[])
        ON CONFLICT (company_id, customer_id, store_id, business_date) DO UPDATE
       SET visits = own.visits + excluded.visits
"""

# The days of a store are read from the last one back, to the first on which a visit is left.
_SET_LAST: LiteralString = """
    UPDATE customer_totals AS own
       SET last_visit = (SELECT day.business_date FROM customer_days AS day
                          WHERE day.company_id = %(company_id)s AND day.customer_id = own.customer_id
                            AND day.store_id = own.store_id AND day.visits > 0
                          ORDER BY day.business_date DESC LIMIT 1)
      FROM (SELECT unnest(%(customers)b::uuid[]) AS customer_id,
                   unnest(%(stores)b::uuid[]) AS store_id) AS changed
     WHERE own.company_id = %(company_id)s AND own.customer_id = changed.customer_id
       AND own.store_id = changed.store_id
"""
