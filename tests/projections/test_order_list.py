"""Lists of orders: every filter leaves what a plain reading of the rules leaves, in the order asked for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.orders import Order
from infra.postgres.transactions import transaction
from projections.base import Fact
from projections.order_list import SORT_KEYS, OrderFilters, list_orders
from projections.orders import Orders

FIRST_DAY = date(2026, 3, 1)
STORES, REGISTERS, CASHIERS, CUSTOMERS, SHIFTS = (tuple(uuid4() for _ in range(3)) for _ in range(5))
METHODS = (("cash",), ("card",), ("cash", "card"), ("card", "card", "voucher"), ())


@dataclass(frozen=True)
class Sale:
    """An order as the test knows it."""

    id: UUID
    number: str
    channel: str
    store_id: UUID
    register_id: UUID | None
    cashier_id: UUID | None
    customer_id: UUID | None
    shift_id: UUID | None
    business_date: date
    occurred_at: datetime
    total: int
    methods: tuple[str, ...]
    status: str = "completed"
    payment_status: str = "paid"
    fulfilment_status: str = "fulfilled"


class Counter:
    """A company of two hundred orders, some of which were given back or voided."""

    def __init__(self, database: Any) -> None:
        self.company_id, self.chance = uuid4(), Random(12)
        self._app = psycopg.connect(database.app, autocommit=True)
        self.orders = [self._sale(number) for number in range(200)]
        facts = [_sold(sale) for sale in self.orders]
        for at in self.chance.sample(range(200), 30):
            self.orders[at], fact = self.chance.choice((_voided, _refunded))(self.orders[at])
            facts.append(fact)
        with transaction(self._app, self.company_id) as db:
            Orders().apply(facts, db)

    def close(self) -> None:
        self._app.close()

    def list(self, page: int = 1, limit: int = 100, sort: str = "-occurred_at", **more: Any) -> Any:
        """One page, and how many there are."""
        stores = more.pop("store_ids", ())
        with transaction(self._app, self.company_id) as db:
            filters = OrderFilters(**more)
            return list_orders(db, filters, page=page, limit=limit, sort=sort, store_ids=stores)

    def _sale(self, number: int) -> Sale:
        pick = self.chance.choice
        day = FIRST_DAY + timedelta(days=self.chance.randrange(20))
        return Sale(
            id=uuid4(),
            number=f"MAIN-{number:06d}",
            channel=pick(("pos", "pos", "import")),
            store_id=pick(STORES),
            register_id=pick((None, *REGISTERS)),
            cashier_id=pick((None, *CASHIERS)),
            customer_id=pick((None, *CUSTOMERS)),
            shift_id=pick((None, *SHIFTS)),
            business_date=day,
            # At many shops a day's sales go on after midnight.
            occurred_at=datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
            + timedelta(minutes=self.chance.randrange(1200)),
            total=self.chance.randrange(30) * 100,
            methods=pick(METHODS),
        )


def _sold(sale: Sale) -> Fact:
    data = SimpleNamespace(
        **{name: value for name, value in vars(sale).items() if name not in ("id", "total", "methods")},
        series_id=uuid4(),
        series_number=1,
        payments=[SimpleNamespace(method=method) for method in sale.methods],
        totals=SimpleNamespace(total=sale.total),
    )
    return Fact(Order.Sold, sale.id, 1, data, sale.occurred_at, None)


def _voided(sale: Sale) -> tuple[Sale, Fact]:
    changed = replace(sale, status="voided", payment_status="refunded", fulfilment_status="returned")
    return changed, Fact(Order.Voided, sale.id, 2, SimpleNamespace(), sale.occurred_at, None)


def _refunded(sale: Sale) -> tuple[Sale, Fact]:
    became: dict[str, Any] = {
        "payment_status": "partially_refunded",
        "fulfilment_status": "partially_returned",
    }
    data = SimpleNamespace(**became, series_id=uuid4(), series_number=1)
    return replace(sale, **became), Fact(Order.Refunded, sale.id, 2, data, sale.occurred_at, None)


@pytest.fixture(scope="module")
def counter(database: Any) -> Iterator[Counter]:
    opened = Counter(database)
    yield opened
    opened.close()


def _is(name: str) -> Callable[[Sale, Any], bool]:
    of = attrgetter(name)
    return lambda sale, value: bool(of(sale) == value)


#: By filter: which values are tried, and which orders one leaves.
RULES: dict[str, tuple[tuple[Any, ...], Callable[[Sale, Any], bool]]] = {
    "store_ids": (((STORES[0],), STORES[1:]), lambda sale, ids: sale.store_id in ids),
    "method": (("cash", "card", "voucher", "coupon"), lambda sale, method: method in sale.methods),
    "from_date": ((FIRST_DAY, FIRST_DAY + timedelta(days=9)), lambda sale, day: sale.business_date >= day),
    "to_date": ((FIRST_DAY, FIRST_DAY + timedelta(days=9)), lambda sale, day: sale.business_date <= day),
    "search": (("MAIN-000007", "MAIN-0000"), _is("number")),
    "register_id": ((REGISTERS[0], uuid4()), _is("register_id")),
    "cashier_id": (CASHIERS[:2], _is("cashier_id")),
    "customer_id": (CUSTOMERS[:1], _is("customer_id")),
    "shift_id": (SHIFTS[:1], _is("shift_id")),
    "channel": (("pos", "import"), _is("channel")),
    "status": (("completed", "voided", "open"), _is("status")),
    "payment_status": (("paid", "refunded", "partially_refunded"), _is("payment_status")),
    "fulfilment_status": (("fulfilled", "returned", "partially_returned"), _is("fulfilment_status")),
}


class TestFilters:
    @pytest.mark.parametrize("name", RULES)
    def test_each_leaves_what_it_says(self, counter: Counter, name: str) -> None:
        values, rule = RULES[name]
        for value in values:
            left = {sale.id for sale in counter.orders if rule(sale, value)}
            first, total = counter.list(**{name: value})
            second, _ = counter.list(page=2, **{name: value})
            assert (set(first) | set(second), total) == (left, len(left)), value

    def test_two_leave_what_both_leave(self, counter: Counter) -> None:
        for name, (values, rule) in RULES.items():
            for other, (others, other_rule) in RULES.items():
                if name < other:
                    left = [one for one in counter.orders if rule(one, values[0])]
                    left = [one for one in left if other_rule(one, others[0])]
                    _, total = counter.list(limit=1, **{name: values[0], other: others[0]})
                    assert total == len(left), (name, other)

    @pytest.mark.usefixtures("counter")
    def test_there_is_nothing_of_another_company(self, database: Any) -> None:
        with psycopg.connect(database.app, autocommit=True) as app, transaction(app, uuid4()) as db:
            assert list_orders(db, OrderFilters(), page=1, limit=100, sort="number") == ([], 0)


class TestOrder:
    @pytest.mark.parametrize("sort", SORT_KEYS)
    def test_is_as_it_was_asked_for_over_all_pages(self, counter: Counter, sort: str) -> None:
        key = attrgetter(sort.removeprefix("-"), "id")
        listed = [one for page in (1, 2, 3, 4) for one in counter.list(page, 60, sort)[0]]
        backwards = sort.startswith("-")
        assert listed == [one.id for one in sorted(counter.orders, key=key, reverse=backwards)]
