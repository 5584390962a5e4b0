"""Baskets are what the log says, at every position, and counted as a plain reading counts them."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from domain.orders import Order
from projections.market_basket.history import History, ask_history
from projections.market_basket.selection import Choice, Level, choose, of_level
from tests.projections.reports.trade import EVERYTHING, Trade

ALWAYS = (date(2000, 1, 1), date(2099, 12, 31))
LEVELS: tuple[Level, ...] = ("variant", "product", "category", "brand")


@pytest.fixture(scope="module")
def busy(database: Any) -> Iterator[Trade]:
    """A shop of which everything is in the tables; no test changes it."""
    opened = Trade(database).trade()
    opened.fold([EVERYTHING])
    yield opened
    opened.close()


class PlainBasket:
    """A basket as somebody would keep it on paper: of each variant, how much was sold and how much is back."""

    def __init__(self, day: date, store: Any) -> None:
        self.day = day
        self.store = store
        self.sold: Counter[Any] = Counter()
        self.things: dict[Any, dict[str, Any]] = {}

    def add(self, lines: Any, sign: int) -> None:
        for line in lines:
            if line.quantity > 0:
                self.sold[line.variant_id] += sign * line.quantity
                if sign > 0:
                    self.things[line.variant_id] = {
                        "variant": line.variant_id,
                        "product": line.product_id,
                        "category": line.category_id,
                        "brand": line.brand_id,
                    }

    def has(self, level: Level) -> frozenset[Any]:
        left = (self.things[one][level] for one, quantity in self.sold.items() if quantity > 0)
        return frozenset(one for one in left if one is not None)


def plain(shop: Trade, upto: int = EVERYTHING) -> list[PlainBasket]:
    """The baskets up to a position that have anything left in them."""
    baskets: dict[UUID, PlainBasket] = {}
    for position, event in enumerate(shop.events, 1):
        if position > upto:
            break
        one = event.originator_id
        if isinstance(event, Order.Sold | Order.Fulfilled):
            baskets.setdefault(one, PlainBasket(event.business_date, event.store_id)).add(event.lines, 1)
        elif isinstance(event, Order.Refunded):
            baskets[one].add(event.lines, -1)
        elif isinstance(event, Order.Voided):
            del baskets[one]
    return [basket for basket in baskets.values() if basket.has("variant")]


def history_of(shop: Trade, known: History | None = None) -> History:
    with shop.open() as opened:
        return ask_history(opened, known or History()).read()


def counted(shop: Trade, position: int, level: Level, days: tuple[date, date] = ALWAYS) -> Counter[Any]:
    """Baskets by what is in them, by ids."""
    history = history_of(shop)
    choice = Choice(position=position, stores=None, from_date=days[0], to_date=days[1])
    baskets = choose(history, choice)
    of_slot, numbers = of_level(baskets, history.known, level)
    ids = ids_of(shop, level)
    things: dict[int, set[Any]] = {place: set() for place in range(len(baskets))}
    for place, number in zip(of_slot.tolist(), numbers.tolist(), strict=True):
        things[place].add(ids[number])
    return Counter(map(frozenset, things.values()))


def ids_of(shop: Trade, level: Level) -> dict[int, Any]:
    with shop.open() as opened:
        rows = opened.ask(
            "SELECT item_no, variant_id AS variant, product_id AS product, category_id AS category, "
            "brand_id AS brand FROM report_items WHERE company_id = %(company_id)s",
            {"company_id": shop.company_id},
        ).rows()
    return {row["item_no"]: row[level] for row in rows}


@pytest.mark.parametrize("level", LEVELS)
def test_baskets_are_what_was_sold_and_has_not_come_back_at_every_position(busy: Trade, level: Level) -> None:
    last = len(busy.events)
    assert any(isinstance(event, Order.Voided) for event in busy.events)
    for position in (0, *busy.chance.sample(range(1, last), 12), last):
        told = Counter(basket.has(level) for basket in plain(busy, position))
        assert counted(busy, position, level) == told
