"""The age of stock is that of what was received last, wherever it was moved to since."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from domain.money import apportion, scaled
from projections.reports.sections.inventory.ageing import AGEING, BucketsNotValid, ends_of
from projections.reports.sections.inventory.valuation import VALUATION
from tests.conftest import Database
from tests.projections.reports.inventory.books import Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.layered import Layer, Level, layers_of, lying
from tests.projections.reports.inventory.stockroom import (
    DEPOT,
    FIRST_DAY,
    OUTLET,
    SHOP,
    STORES,
    VARIANTS,
    Stockroom,
)
from tests.projections.reports.inventory.test_movements import key_of

Buckets = list[list[Any]]


def units_of(entries: list[Entry], layers: list[Layer]) -> list[tuple[date, Decimal]]:
    return lying(layers, quantity_of(entries), min(one.day for one in entries))


def buckets_of(entries: list[Entry], layers: list[Layer], last: date, ends: tuple[int, ...]) -> Buckets:
    """Quantity and value of each bucket of a level; below zero all is in the first."""
    buckets: Buckets = [[Decimal(0), 0] for _ in range(6)]
    if quantity_of(entries) <= 0:
        return [[quantity_of(entries), value_of(entries)], *buckets[1:]]
    for received_on, quantity in units_of(entries, layers):
        age = (last - received_on).days
        buckets[sum(age > end for end in ends)][0] += quantity
    values = apportion(value_of(entries), [scaled(quantity) for quantity, _ in buckets])
    return [[quantity, value] for (quantity, _), value in zip(buckets, values, strict=True)]


@pytest.mark.parametrize("group", AGEING.groups)
def test_the_age_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for places, stores in ((None, None), *((places, [store]) for store, places in STORES.items())):
        position, ends = (
            chance.randrange(20, stockroom.position + 1),
            chance.choice(((30, 60, 90, 180, 365), (5, 20))),
        )
        last = FIRST_DAY + timedelta(days=chance.randrange(90))
        levels: dict[Level, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            if (not places or one.storage_id in places) and one.day <= last:
                levels.setdefault((one.storage_id, one.variant_id), []).append(one)
        layers = [one for one in layers_of(stockroom.events[:position]) if one.day <= last]
        rows: dict[Any, Buckets] = {}
        for level, entries in levels.items():
            own = buckets_of(entries, [one for one in layers if one.level == level], last, ends)
            row = rows.setdefault(key_of(entries[0], group), [[Decimal(0), 0] for _ in range(6)])
            for bucket, (quantity, value) in zip(row, own, strict=True):
                bucket[0] += quantity
                bucket[1] += value
        asked = {"buckets": ",".join(map(str, ends))}
        table = stockroom.ask(
            AGEING, last, last, position=position, stores=stores, group=group, filters=asked
        )
        shown = {row["id"]: shown_buckets(row) for row in table.rows}
        assert shown == {key: row for key, row in rows.items() if key in shown or any(map(any, row))}
        valued = stockroom.ask(VALUATION, last, last, position=position, stores=stores, group=group)
        assert sum(value for _, value in shown_buckets(table.overall)) == valued.overall["value"]


def shown_buckets(row: dict[str, Any]) -> Buckets:
    return [[row[f"age_{number}_quantity"], row[f"age_{number}_value"]] for number in range(1, 7)]


def test_what_is_sent_elsewhere_grows_no_younger(database: Database) -> None:
    room = Stockroom(database)
    room.receive(DEPOT, {VARIANTS[0]: 4})
    room.day += timedelta(days=50)
    room.receive(DEPOT, {VARIANTS[0]: 4})
    room.day += timedelta(days=50)
    transfer = room.send_goods(DEPOT, OUTLET, {VARIANTS[0]: 6})
    room.fold()

    def ages(**more: Any) -> list[Decimal]:
        table = room.ask(AGEING, room.day, room.day, **more)
        return [table.overall[f"age_{number}_quantity"] for number in range(1, 7)]

    at_first = [Decimal(0), Decimal(4), Decimal(0), Decimal(4), Decimal(0), Decimal(0)]
    assert ages() == at_first
    assert ages(filters={"storage": DEPOT}) == [0, 2, 0, 0, 0, 0]
    room.receive_goods(transfer, 5)
    room.forget()
    room.fold()
    assert ages() == at_first
    assert ages(filters={"storage": OUTLET}) == [0, 1, 0, 4, 0, 0]
    room.close()


def test_what_is_owed_takes_from_the_next_delivery(database: Database) -> None:
    room = Stockroom(database)
    room.sell_goods(SHOP, VARIANTS[0], 3)
    room.day += timedelta(days=10)
    room.receive(SHOP, {VARIANTS[0]: 5})
    room.day += timedelta(days=40)
    room.fold()
    [row] = room.ask(AGEING, room.day, room.day).rows
    assert (row["on_hand"], row["age_2_quantity"], row["average_age"]) == (2, 2, 40)
    assert row["oldest"] == room.day - timedelta(days=40)
    room.close()


def test_buckets_are_rising_days() -> None:
    assert ends_of("7, 14,28") == (7, 14, 28)
    for wrong in ("", "a", "30,30", "60,30", "1,2,3,4,5,6", "-1", "1.5", "٣"):
        with pytest.raises(BucketsNotValid):
            ends_of(wrong)
