"""Dead is what lay there for long, of which nothing was sold for as long."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from domain.stock.movements import StockMovement
from projections.reports.sections.inventory.dead_stock import DEAD_STOCK
from tests.conftest import Database
from tests.projections.reports.inventory.books import TRANSIT, Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.layered import Level, layers_of
from tests.projections.reports.inventory.stockroom import (
    CELLAR,
    DEPOT,
    FIRST_DAY,
    NORTH,
    OUTLET,
    SHOP,
    SOUTH,
    STORAGES,
    STORES,
    VARIANTS,
    Stockroom,
)
from tests.projections.reports.inventory.test_ageing import units_of
from tests.projections.reports.inventory.test_movements import key_of


def sales_of(level: Level, levels: dict[Level, list[Entry]]) -> list[Entry]:
    """What the store of a storage sold of a variant, or, of what lies in a warehouse, what anybody did."""
    storage, variant = level
    own = next((places for places in STORES.values() if storage in places), STORAGES)
    return [one for place in own for one in levels.get((place, variant), ()) if one.column == "sold"]


def is_sold_after(day: date, sales: list[Entry]) -> bool:
    """Whether any storage sold more of it since then than it took back."""
    storages = {one.storage_id for one in sales}
    return any(
        quantity_of([one for one in sales if one.storage_id == storage and one.day > day]) < 0
        for storage in storages
    )


@pytest.mark.parametrize("group", DEAD_STOCK.groups)
def test_what_is_dead_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for places, stores in ((None, None), *((places, [store]) for store, places in STORES.items())):
        position, days = chance.randrange(100, stockroom.position + 1), chance.choice((3, 10, 40))
        last = FIRST_DAY + timedelta(days=chance.randrange(20, 90))
        since = last - timedelta(days=days)
        levels: dict[Level, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            if one.storage_id != TRANSIT and (not places or one.storage_id in places) and one.day <= last:
                levels.setdefault((one.storage_id, one.variant_id), []).append(one)
        layers = [one for one in layers_of(stockroom.events[:position]) if one.day <= last]
        rows: dict[Any, list[tuple[Any, ...]]] = {}
        for level, entries in levels.items():
            units = units_of(entries, [one for one in layers if one.level == level])
            sold = sales_of(level, levels)
            sales = [one for one in sold if isinstance(one.event, StockMovement.Issued)]
            if units and units[0][0] <= since and not is_sold_after(since, sold):
                figures = (
                    quantity_of(entries),
                    value_of(entries),
                    max((one.day for one in sales), default=None),
                )
                rows.setdefault(key_of(entries[0], group), []).append((*figures, units[0][0]))
        asked = {"days": days}
        table = stockroom.ask(
            DEAD_STOCK, last, last, position=position, stores=stores, group=group, filters=asked
        )
        assert {row["id"] for row in table.rows} == {*rows}
        for row in table.rows:
            on_hand, values, sold_on, received_on = zip(*rows[row["id"]], strict=True)
            assert (row["on_hand"], row["value"]) == (sum(on_hand), sum(values))
            assert row["last_sold"] == max((day for day in sold_on if day), default=None)
            assert row["first_received"] == min(received_on)


def test_a_new_arrival_is_not_dead_and_what_sells_is_not(database: Database) -> None:
    room = Stockroom(database)
    old, sold, new = VARIANTS[:3]
    room.receive(DEPOT, {old: 3, sold: 3, new: 3})
    room.receive(SHOP, {sold: 3})
    room.sell_goods(DEPOT, new, 3)
    room.day += timedelta(days=90)
    room.sell_goods(DEPOT, sold, 1)
    room.receive(DEPOT, {new: 3})
    room.fold()
    rows = room.ask(DEAD_STOCK, room.day, room.day).rows
    assert {row["id"]: row["on_hand"] for row in rows} == {old: 3, sold: 3}
    assert {row["days_since_sale"] for row in rows} == {None}
    assert not room.ask(DEAD_STOCK, room.day - timedelta(days=1), room.day - timedelta(days=1)).rows
    room.close()


def test_a_warehouse_is_not_dead_of_what_a_store_sells_and_a_store_is_of_what_others_sell(
    database: Database,
) -> None:
    room = Stockroom(database)
    goods = VARIANTS[0]
    for storage in (DEPOT, SHOP, CELLAR, OUTLET):
        room.receive(storage, {goods: 3})
    room.day += timedelta(days=90)
    room.sell_goods(SHOP, goods, 1)
    sold_on = room.day
    room.fold()
    [row] = room.ask(DEAD_STOCK, room.day, room.day, group="storage").rows
    assert (row["id"], row["last_sold"]) == (OUTLET, None), "its own store sells it, and so does anybody"
    assert not room.ask(DEAD_STOCK, room.day, room.day, stores=[NORTH]).rows
    [row] = room.ask(DEAD_STOCK, room.day, room.day, stores=[SOUTH]).rows
    assert (row["id"], row["on_hand"], row["last_sold"]) == (goods, 3, None)
    assert not room.ask(DEAD_STOCK, room.day, room.day, filters={"storage": DEPOT}).rows
    later = room.day + timedelta(days=90)
    rows = {row["id"]: row for row in room.ask(DEAD_STOCK, later, later, group="storage").rows}
    assert {one: row["last_sold"] for one, row in rows.items()} == {
        DEPOT: sold_on,
        SHOP: sold_on,
        CELLAR: sold_on,
        OUTLET: None,
    }
    [row] = room.ask(DEAD_STOCK, later, later).rows
    assert (row["last_sold"], row["days_since_sale"], row["on_hand"]) == (sold_on, 90, 11)
    [row] = room.ask(DEAD_STOCK, later, later, filters={"storage": DEPOT}).rows
    assert row["last_sold"] == sold_on, "although it was sold elsewhere"
    room.close()


def test_its_dates_are_told_by_the_last_sale_and_by_what_was_received_first(database: Database) -> None:
    room = Stockroom(database)
    goods = VARIANTS[0]
    room.receive(DEPOT, {goods: 3})
    room.receive(OUTLET, {goods: 2})
    room.day += timedelta(days=1)
    room.receive(DEPOT, {goods: 1})
    room.sell_goods(OUTLET, goods, 1)
    room.day += timedelta(days=1)
    room.sell_goods(OUTLET, goods, 1)
    room.day += timedelta(days=200)
    room.fold()
    asked: dict[str, Any] = {"days": 90}
    [row] = room.ask(DEAD_STOCK, room.day, room.day, filters=asked).rows
    assert (row["on_hand"], row["days_since_sale"], row["first_received"]) == (4, 200, FIRST_DAY)
    [(sale, quantity)] = room.facts_of(DEAD_STOCK, "last_sold", **asked)
    assert (sale.business_date, sale.storage_id, quantity) == (row["last_sold"], OUTLET, 1)
    [(receipt, quantity)] = room.facts_of(DEAD_STOCK, "first_received", **asked)
    assert (receipt.business_date, receipt.storage_id, quantity) == (FIRST_DAY, DEPOT, 3)
    room.close()
