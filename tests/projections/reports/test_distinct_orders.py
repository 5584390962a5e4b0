"""The orders of a variant or a product are different ones, however often each of them contains it."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

import pytest

from domain.orders import Order
from domain.orders.back_office import fulfil
from domain.orders.handovers import LineQuantity
from projections.base import Row
from projections.reports.explaining import ask_explained
from projections.reports.period import Period
from projections.reports.section import Criteria
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from tests.projections.shop import MARCH, Shop

Group = Literal["variant", "product"]
GROUPS: tuple[Group, ...] = ("variant", "product")
EVERYTHING = 10_000
#: Whole months, so that sums answer; single days; both; and a day alone.
PERIODS = (
    MARCH,
    Period(date(2024, 2, 1), date(2024, 4, 30)),
    Period(date(2024, 2, 25), date(2024, 4, 3)),
    Period(date(2024, 3, 5), date(2024, 3, 5)),
)
FIRST, SECOND = date(2024, 3, 5), date(2024, 4, 2)


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    """One that has two variants of each product."""
    opened = Shop(database)
    for one, other in zip(opened.variants[::2], opened.variants[1::2], strict=True):
        opened.products[other] = opened.products[one]
    opened.suppliers = [None]
    yield opened
    opened.close()


def hand_over(shop: Shop, order: Order, day: date, at: Sequence[int], share: str = "0.5") -> None:
    """Hand over this share of what was ordered of some of the lines."""
    lines = [
        LineQuantity(line_id=line.id, quantity=line.quantity * Decimal(share))
        for number, line in enumerate(order.terms.lines)
        if number in at
    ]
    shop.step(fulfil, order, day, lines, costs={one.line_id: 7 for one in lines}, storage_id=None)


@dataclass
class Counts:
    """What of each order is sold, by the row that has it, up to a position."""

    period: Period
    stores: Sequence[UUID] | None
    orders: dict[Any, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    voided: set[UUID] = field(default_factory=set)

    def take_in(self, event: Any, group: Group) -> None:
        if isinstance(event, Order.Voided):
            self.voided.add(event.originator_id)
        elif isinstance(event, Order.Sold | Order.Fulfilled) and self._is_asked(event):
            for line in event.lines:
                self.orders[getattr(line, f"{group}_id")].add(event.originator_id)

    def _is_asked(self, event: Any) -> bool:
        is_within = self.period.from_date <= event.business_date <= self.period.to_date
        return is_within and (self.stores is None or event.store_id in self.stores)

    @property
    def numbers(self) -> dict[Any, int]:
        return {key: count for key, some in self.orders.items() if (count := len(some - self.voided))}


def counted(
    shop: Shop, group: Group, period: Period, stores: Sequence[UUID] | None = None, upto: int = EVERYTHING
) -> dict[Any, int]:
    counts = Counts(period, stores)
    for event in shop.events[:upto]:
        counts.take_in(event, group)
    return counts.numbers


def told(shop: Shop, group: Group, period: Period, **asked: Any) -> dict[Any, int]:
    table = shop.ask(BY_PRODUCT, period, group=group, limit=None, **asked)
    return {row[f"{group}_id"]: row["orders"] for row in table.rows if row["orders"]}


@pytest.fixture
def busy(shop: Shop) -> Shop:
    """One that sold, took back, and handed placed orders over in parts, on days in any order."""
    shop.sell(60)
    shop.void(8)
    shop.refund(6)
    days = [date(2024, 2, 22) + timedelta(days=shop.chance.randrange(50)) for _ in range(60)]
    placed = [shop.place(date(2024, 2, 20)) for _ in range(12)]
    for day in days:
        order = shop.chance.choice(placed)
        hand_over(shop, order, day, shop.chance.choice([(0,), (1,), (0, 1), (2,), (0, 1, 2)]), "0.04")
    shop.sell(20)
    shop.fold([100, EVERYTHING])
    return shop


@pytest.mark.parametrize("group", GROUPS)
class TestOrders:
    def test_are_those_of_the_events_now_and_at_any_position(self, busy: Shop, group: Group) -> None:
        for period in PERIODS:
            for stores in (None, busy.stores[:1], busy.stores[1:]):
                for upto in (EVERYTHING, *busy.chance.sample(range(len(busy.events)), 3)):
                    expected = counted(busy, group, period, stores, upto)
                    position = 2**63 - 1 if upto == EVERYTHING else upto
                    assert told(busy, group, period, stores=stores, position=position) == expected
            assert counted(busy, group, period)

    def test_are_what_a_page_is_sorted_by(self, busy: Shop, group: Group) -> None:
        expected = counted(busy, group, MARCH)
        for sort, search in (("-orders", None), ("orders", None), ("-orders", "thing")):
            rows = busy.ask(BY_PRODUCT, group=group, sort=sort, search=search, limit=3).rows
            numbers = sorted(expected.values(), reverse=sort == "-orders")[:3]
            assert [row["orders"] for row in rows] == numbers

    def test_are_explained_by_one_fact_each_and_by_voids(self, busy: Shop, group: Group) -> None:
        for row in busy.ask(BY_PRODUCT, group=group).rows:
            facts = explained(busy, group, row)
            assert sum(one["amount"] for one in facts) == row["orders"]
            assert {abs(one["amount"]) for one in facts} == {1}
            added = [one["stream_id"] for one in facts if one["amount"] > 0]
            assert len(added) == len({*added})


def explained(shop: Shop, group: Group, row: Row) -> list[Row]:
    key = {"variant_id": row["variant_id"], "product_id": row["product_id"]}
    criteria = Criteria(
        period=MARCH,
        position=2**63 - 1,
        permissions=frozenset(),
        group=group,
        limit=1_000,
        filters=dict.fromkeys(BY_PRODUCT.filters),
    )
    with shop.open() as db:
        return ask_explained(db, BY_PRODUCT, criteria, "orders", key).read().rows


def test_a_sale_of_two_variants_is_one_order_of_their_product(shop: Shop) -> None:
    shop.sell(day=FIRST, variants=shop.variants[:2])
    shop.void()
    shop.fold([EVERYTHING])
    [sold] = shop.ask(BY_PRODUCT, group="product", position=1).rows
    [voided] = shop.ask(BY_PRODUCT, group="product").rows
    assert (sold["orders"], voided["orders"]) == (1, 0)
    assert [row["orders"] for row in shop.ask(BY_PRODUCT, position=1).rows] == [1, 1]


def test_an_order_handed_over_in_parts_is_one_in_each_period_and_one_in_both(shop: Shop) -> None:
    order = shop.place(date(2024, 3, 1))
    for day in (FIRST, SECOND):
        hand_over(shop, order, day, (0,))
    hand_over(shop, order, FIRST, (1,))
    shop.fold([EVERYTHING])
    both = Period(MARCH.from_date, SECOND)
    april = Period(date(2024, 4, 1), date(2024, 4, 30))
    for group, rows in (("variant", [1, 1]), ("product", [1])):
        assert [row["orders"] for row in shop.ask(BY_PRODUCT, MARCH, group=group).rows] == rows
        assert [row["orders"] for row in shop.ask(BY_PRODUCT, both, group=group).rows] == rows
        assert [row["orders"] for row in shop.ask(BY_PRODUCT, april, group=group).rows] == [1]


def test_a_product_is_found_by_the_sku_of_one_variant_with_all_of_them(shop: Shop) -> None:
    shop.sell(day=FIRST, variants=shop.variants[:2])
    shop.sell(day=FIRST, variants=shop.variants[1:2])
    shop.fold([EVERYTHING])
    [every] = shop.ask(BY_PRODUCT, group="product").rows
    [found] = shop.ask(BY_PRODUCT, group="product", search="sku-1").rows
    assert (
        (found["orders"], found["quantity"]) == (every["orders"], every["quantity"]) == (2, every["quantity"])
    )
    [variant] = shop.ask(BY_PRODUCT, search="sku-1").rows
    assert variant["orders"] == 2
