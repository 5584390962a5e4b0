"""What stock is worth is what the books say, at its cost and at the prices of the time."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.catalog.products import Product
from domain.costing import unit_cost
from domain.stock.movements import StockMovement
from projections.reports.columns import COSTS
from projections.reports.sections.inventory.valuation import COLUMNS, VALUATION
from tests.conftest import Database
from tests.projections.reports.inventory.books import Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.stockroom import (
    FIRST_DAY,
    NORTH,
    OUTLET,
    SHOP,
    STORES,
    VARIANTS,
    Stockroom,
)
from tests.projections.reports.inventory.test_movements import key_of


def price_of(variant: UUID) -> Decimal:
    """Its price without tax: only the first product has a tax, of 19 %, which is in its prices."""
    number = VARIANTS.index(variant)
    taxed = Decimal("1.19") if number < 2 else Decimal(1)
    return (1_000 + 100 * number) / taxed


def retail_of(entries: list[Entry]) -> int:
    """At retail prices, each variant in each storage rounded by itself."""
    levels: dict[Any, list[Entry]] = {}
    for one in entries:
        levels.setdefault((one.storage_id, one.variant_id), []).append(one)
    return sum(
        int((quantity_of(own) * price_of(variant)).quantize(Decimal(1), ROUND_HALF_UP))
        for (_, variant), own in levels.items()
    )


def last_cost_of(entries: list[Entry]) -> int | None:
    received = [
        one for one in entries if one.column == "received" and isinstance(one.event, StockMovement.Received)
    ]
    return unit_cost(received[-1].value, received[-1].quantity) if received else None


@pytest.mark.parametrize("group", VALUATION.groups)
def test_the_valuation_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for places, stores in ((None, None), *((places, [store]) for store, places in STORES.items())):
        position = chance.randrange(20, stockroom.position + 1)
        last = FIRST_DAY + timedelta(days=chance.randrange(90))
        table = stockroom.ask(VALUATION, last, last, position=position, stores=stores, group=group)
        groups: dict[Any, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            if (not places or one.storage_id in places) and one.day <= last:
                groups.setdefault(key_of(one, group), []).append(one)
        shown = {row["id"]: row for row in table.rows}
        for key, entries in groups.items():
            on_hand, value = quantity_of(entries), value_of(entries)
            if not on_hand and not value and key not in shown:
                continue
            assert (shown[key]["on_hand"], shown[key]["value"]) == (on_hand, value)
            assert shown[key]["retail_value"] == retail_of(entries)
            assert shown[key]["average_cost"] == (unit_cost(value, on_hand) if on_hand else None)
            assert shown[key]["last_unit_cost"] == (last_cost_of(entries) if group == "variant" else None)
        assert table.overall["value"] == sum(map(value_of, groups.values()))
        assert table.overall["potential_profit"] == table.overall["retail_value"] - table.overall["value"]


def test_prices_are_those_of_the_day_and_the_position(database: Database) -> None:
    room, one = Stockroom(database), VARIANTS[4]
    room.receive(SHOP, {one: 2})
    room.receive(OUTLET, {one: 2})
    product, bought = room.products[2], room.day + timedelta(days=9)
    before = room.position
    room.day += timedelta(days=10)
    product.trigger_event(Product.Repriced, variant_id=one, old_price=1_400, price=2_000)
    product.trigger_event(Product.StorePriced, variant_id=one, store_id=NORTH, old_price=None, price=3_000)
    room.record([product])
    room.day += timedelta(days=10)
    product.trigger_event(Product.Repriced, variant_id=one, old_price=2_000, price=9_000)
    product.trigger_event(Product.StorePriceLifted, variant_id=one, store_id=NORTH, old_price=3_000)
    room.record([product])
    room.fold()

    def worth(last: date, **more: Any) -> dict[Any, int]:
        table = room.ask(VALUATION, last, last, group="storage", **more)
        return {row["id"]: row["retail_value"] for row in table.rows}

    assert worth(bought) == {SHOP: 2_800, OUTLET: 2_800}
    assert worth(bought + timedelta(days=1)) == {SHOP: 6_000, OUTLET: 4_000}
    assert worth(room.day) == {SHOP: 18_000, OUTLET: 18_000}
    assert worth(room.day, position=before) == {SHOP: 2_800, OUTLET: 2_800}
    room.close()


def test_values_take_the_right_to_see_costs() -> None:
    costs = {"value", "average_cost", "last_unit_cost", "potential_profit", "share"}
    assert {one.name for one in COLUMNS if one.needs == COSTS} == costs
    assert VALUATION.order.removeprefix("-") not in costs


@pytest.mark.parametrize("column", [one.name for one in VALUATION.all_columns])
def test_rows_are_sorted_by_any_column(stockroom: Stockroom, column: str) -> None:
    last = FIRST_DAY + timedelta(days=60)
    for sign in ("", "-"):
        rows = stockroom.ask(VALUATION, last, last, sort=sign + column).rows
        values = [row[column] for row in rows if row[column] is not None]
        if column == "average_cost":
            values = [Decimal(row["value"]) / row["on_hand"] for row in rows if row["on_hand"]]
        keys = [one.lower() if isinstance(one, str) else one for one in values]
        assert keys == sorted(keys, key=str if column.endswith("id") else None, reverse=bool(sign))
        assert rows[len(values) :] == [row for row in rows if row[column] is None]


def test_the_shop_is_worth_what_its_rows_are_worth(stockroom: Stockroom) -> None:
    last = FIRST_DAY + timedelta(days=60)
    table = stockroom.ask(VALUATION, last, last, filters={"storage": SHOP})
    assert table.overall["value"] == sum(row["value"] for row in table.rows)
