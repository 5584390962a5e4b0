"""What customers bought: whatever the batches, the sums are those of the facts, by store and in all."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.customers import Customer
from domain.orders import Order
from domain.unlinked_returns import UnlinkedReturn
from infra.postgres.request_transactions import RequestConnection, request_transaction
from infra.postgres.transactions import Transaction, transaction
from projections.base import Fact
from projections.customer_totals import ALL_STORES, CustomerTotals

CUSTOMERS, STORES = tuple(uuid4() for _ in range(3)), tuple(uuid4() for _ in range(2))
NOW, FIRST_DAY = datetime(2026, 3, 1, tzinfo=UTC), date(2026, 3, 1)
ROWS: LiteralString = """
    SELECT customer_id, store_id, visits, spent, returned, last_visit FROM customer_totals
     WHERE company_id = %(company_id)s
"""
#: Visits, what was spent, what was given back, the last visit.
Sums = tuple[int, int, int, date | None]


class Till:
    """Records sales to customers and to nobody, and what becomes of them."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self.facts = [self._fact(Customer.Registered, customer, {}) for customer in CUSTOMERS]
        self._standing: list[dict[str, Any]] = []

    def work(self, count: int) -> None:
        """Sell, take back, void: so many times, at random."""
        for _ in range(count):
            kind = self._chance.choice(
                [Order.Sold, Order.Sold, Order.Fulfilled, Order.Voided, Order.Refunded]
            )
            getattr(self, f"_{kind.__name__.lower()}")()

    def _sold(self) -> None:
        place = {
            "customer_id": self._chance.choice((*CUSTOMERS, None)),
            "store_id": self._chance.choice(STORES),
            "business_date": FIRST_DAY + timedelta(days=self._chance.randrange(5)),
            "totals": SimpleNamespace(total=self._chance.randrange(1000)),
        }
        self._standing.append(place)
        self.facts.append(self._fact(Order.Sold, uuid4(), place))

    def _fulfilled(self) -> None:
        place = {
            "customer_id": self._chance.choice((*CUSTOMERS, None)),
            "store_id": self._chance.choice(STORES),
            "business_date": FIRST_DAY + timedelta(days=self._chance.randrange(5)),
        }
        lines = [SimpleNamespace(total=self._chance.randrange(1000)) for _ in range(2)]
        is_first = self._chance.choice((True, False))
        self.facts.append(
            self._fact(Order.Fulfilled, uuid4(), {**place, "lines": lines, "is_first": is_first})
        )

    def _voided(self) -> None:
        if self._standing:
            place = self._standing.pop(self._chance.randrange(len(self._standing)))
            self.facts.append(self._fact(Order.Voided, uuid4(), place))

    def _refunded(self) -> None:
        if self._standing:
            place = {**self._chance.choice(self._standing), "store_id": self._chance.choice(STORES)}
            kind = self._chance.choice([Order.Refunded, UnlinkedReturn.Taken])
            self.facts.append(self._fact(kind, uuid4(), {**place, "total": self._chance.randrange(1000)}))

    def _fact(self, event: Any, stream_id: UUID, data: dict[str, Any]) -> Fact:
        return Fact(
            event=event, stream_id=stream_id, version=1, data=SimpleNamespace(**data), at=NOW, actor_id=None
        )

    def sums(self) -> dict[tuple[UUID, UUID], Sums]:
        """The sums by a plain reading of the rules."""
        keys = {(customer, ALL_STORES) for customer in CUSTOMERS} | {
            (fact.data.customer_id, fact.data.store_id)
            for fact in self.facts
            if getattr(fact.data, "customer_id", None)
        }
        return {key: self._sums_of(*key) for key in keys}

    def _sums_of(self, customer_id: UUID, store_id: UUID) -> Sums:
        own = [
            fact
            for fact in self.facts
            if getattr(fact.data, "customer_id", None) == customer_id
            and store_id in (ALL_STORES, fact.data.store_id)
        ]
        visits: dict[date, int] = {}
        spent = returned = 0
        for fact in own:
            if fact.event in (Order.Sold, Order.Voided):
                sign = 1 if fact.event is Order.Sold else -1
                visits[fact.data.business_date] = visits.get(fact.data.business_date, 0) + sign
                spent += sign * fact.data.totals.total
            elif fact.event is Order.Fulfilled:
                visits[fact.data.business_date] = visits.get(fact.data.business_date, 0) + fact.data.is_first
                spent += sum(line.total for line in fact.data.lines)
            else:
                spent -= fact.data.total
                returned += fact.data.total
        last = max((day for day, number in visits.items() if number > 0), default=None)
        return sum(visits.values()), spent, returned, last


@pytest.fixture
def db(database: Any) -> Iterator[Transaction]:
    with (
        psycopg.connect(database.worker, autocommit=True) as connection,
        transaction(connection, uuid4()) as opened,
    ):
        yield opened


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_sums_are_those_of_the_facts_whatever_the_batches(db: Transaction, size: int) -> None:
    till = Till(size)
    till.work(300)
    for start in range(0, len(till.facts), size):
        CustomerTotals().apply(till.facts[start : start + size], db)
    rows = db.ask(ROWS, {"company_id": db.company_id}).rows()
    answered = {
        (row["customer_id"], row["store_id"]): (
            row["visits"],
            int(row["spent"]),
            int(row["returned"]),
            row["last_visit"],
        )
        for row in rows
    }
    assert answered == till.sums()


def test_sums_of_a_batch_may_take_more_than_64_bits(database: Any) -> None:
    till, large = Till(1), SimpleNamespace(total=2**53 - 1)
    till.work(10)
    sale = next(fact for fact in till.facts if fact.event is Order.Sold)
    sale.data.customer_id, sale.data.totals = CUSTOMERS[0], large
    till.facts.extend([sale] * 1100)
    with (
        RequestConnection.connect(database.worker, autocommit=True) as connection,
        request_transaction(connection, uuid4()) as opened,
    ):
        CustomerTotals().apply(till.facts, opened)
        rows = opened.ask(ROWS, {"company_id": opened.company_id}).rows()
    spent = {(row["customer_id"], row["store_id"]): int(row["spent"]) for row in rows}
    assert spent == {key: sums[1] for key, sums in till.sums().items()}
    assert max(spent.values()) > 2**63
