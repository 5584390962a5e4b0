"""Baskets as a plain reading of the events finds them, and as the read model tells them, both by ids."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from domain.orders import Order
from projections.base import Database
from projections.market_basket.counting import BasketScope, Counting
from projections.market_basket.history import History, ask_history
from projections.market_basket.memory import BasketMemory
from projections.market_basket.naming import ask_stores
from projections.market_basket.pairs import Pairs
from projections.market_basket.selection import Choice, Level, choose, of_level
from tests.projections.reports.trade import EVERYTHING
from tests.projections.shop import Shop

ALWAYS = (date(2000, 1, 1), date(2099, 12, 31))
LEVELS: tuple[Level, ...] = ("variant", "product", "category", "brand")
Things = frozenset[Any]


class PlainBasket:
    """A basket as somebody would keep it on paper: how much of each variant did not come back."""

    def __init__(self, position: int, order_id: UUID, day: date, store: Any) -> None:
        self.position = position
        self.order_id = order_id
        self.day = day
        self.store = store
        self.sold: Counter[Any] = Counter()
        self.things: dict[Any, dict[Level, Any]] = {}

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

    def has(self, level: Level) -> Things:
        left = (self.things[one][level] for one, quantity in self.sold.items() if quantity > 0)
        return frozenset(one for one in left if one is not None)


def plain(shop: Shop, upto: int = EVERYTHING) -> list[PlainBasket]:
    """The baskets up to a position that have anything left in them."""
    baskets: dict[UUID, PlainBasket] = {}
    for position, event in enumerate(shop.events, 1):
        if position > upto:
            break
        one = event.originator_id
        if isinstance(event, Order.Sold | Order.Fulfilled):
            new = PlainBasket(position, one, event.business_date, event.store_id)
            baskets.setdefault(one, new).add(event.lines, 1)
        elif isinstance(event, Order.Refunded):
            baskets[one].add(event.lines, -1)
        elif isinstance(event, Order.Voided):
            del baskets[one]
    return [basket for basket in baskets.values() if basket.has("variant")]


def history_of(shop: Shop, known: History | None = None) -> History:
    with shop.open() as opened:
        return ask_history(opened, known or History()).read()


def counted(history: History, shop: Shop, position: int, level: Level) -> Counter[Things]:
    """Baskets by what is in them, by ids."""
    choice = Choice(position=position, stores=None, from_date=ALWAYS[0], to_date=ALWAYS[1])
    baskets = choose(history, choice)
    of_slot, numbers = of_level(baskets, history.known, level)
    ids = ids_of(shop, level)
    things: dict[int, set[Any]] = {place: set() for place in range(len(baskets))}
    for place, number in zip(of_slot.tolist(), numbers.tolist(), strict=True):
        things[place].add(ids[number])
    return Counter(map(frozenset, things.values()))


def ids_of(shop: Shop, level: Level) -> dict[int, Any]:
    """What the numbers stand for."""
    with shop.open() as opened:
        rows = opened.ask(
            "SELECT item_no, variant_id AS variant, product_id AS product, category_id AS category, "
            "brand_id AS brand FROM report_items WHERE company_id = %(company_id)s",
            {"company_id": shop.company_id},
        ).rows()
    return {row["item_no"]: row[level] for row in rows}


def counting(
    db: Database,
    level: Level = "product",
    *,
    position: int = EVERYTHING,
    days: tuple[date, date] = ALWAYS,
    stores: Sequence[UUID] | None = None,
) -> Counting:
    """A look at the baskets of a shop by somebody who knows nothing yet."""
    scope = BasketScope(
        position=position,
        stores=None if stores is None else tuple(stores),
        from_date=days[0],
        to_date=days[1],
        level=level,
    )
    history, numbers = ask_history(db, History()), ask_stores(db, scope.stores)
    return Counting(db, BasketMemory(), history.read(), scope, numbers.read())


def by_ids(pairs: Pairs, ids: dict[int, Any]) -> dict[Things, int]:
    """Pairs by what they are of."""
    rows = zip(pairs.first.tolist(), pairs.second.tolist(), pairs.together.tolist(), strict=True)
    return {frozenset((ids[first], ids[second])): together for first, second, together in rows}
