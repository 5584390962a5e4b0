"""Dead is what lay there for long, of which nothing was sold for as long."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from domain.stock.movements import StockMovement
from projections.reports.sections.inventory.dead_stock import DEAD_STOCK
from tests.conftest import Database
from tests.projections.reports.inventory.books import TRANSIT, Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.layered import Level, layers_of
from tests.projections.reports.inventory.stockroom import DEPOT, FIRST_DAY, SHOP, STORES, VARIANTS, Stockroom
from tests.projections.reports.inventory.test_ageing import units_of
from tests.projections.reports.inventory.test_movements import key_of


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
            sales = [one for one in entries if isinstance(one.event, StockMovement.Issued)]
            sold = [one for one in entries if one.column == "sold" and one.day > since]
            if units and units[0][0] <= since and quantity_of(sold) >= 0:
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
