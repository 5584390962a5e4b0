"""Stock turns over as the books say: by its value on each day, not by that of two."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from domain.orders import Order
from projections.reports.columns import ratio
from projections.reports.sections.figures import quotient
from projections.reports.sections.inventory.turnover import TURNOVER
from tests.conftest import Database
from tests.projections.reports.inventory.books import TRANSIT, Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.layered import Level
from tests.projections.reports.inventory.stockroom import FIRST_DAY, SHOP, STORES, VARIANTS, Stockroom
from tests.projections.reports.inventory.test_movements import key_of
from tests.projections.reports.inventory.test_shrinkage import goods_key
from tests.projections.reports.inventory.test_stock_on_hand import days_with_stock


def days_of(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def row_of(entries: list[Entry], first: date, last: date) -> dict[str, Any]:
    """A row as the books say it, but for what sales earned."""
    within = [one for one in entries if first <= one.day <= last]
    sold = [one for one in within if one.column == "sold"]
    returned = [one for one in within if one.column == "returned"]
    before = [one for one in entries if one.day < first]
    received = [one for one in within if one.column == "received"]
    days = days_of(first, last)
    row: dict[str, Any] = {
        "cost_of_goods": -value_of(sold) - value_of(returned),
        "value_days": sum(value_of(one for one in entries if one.day <= day) for day in days),
        "sold_quantity": -quantity_of(sold),
        "supply": quantity_of(before) + quantity_of(received),
        "days_out_of_stock": sum(days_out(entries, first, last)),
    }
    row["average_value"] = quotient(row["value_days"], len(days))
    row["turnover"] = ratio(row["cost_of_goods"] * len(days), row["value_days"])
    row["sell_through"] = ratio(row["sold_quantity"], row["supply"])
    return row


def days_out(entries: list[Entry], first: date, last: date) -> list[int]:
    levels: dict[Level, list[Entry]] = {}
    for one in entries:
        levels.setdefault((one.storage_id, one.variant_id), []).append(one)
    return [
        len(days_of(first, last)) - days_with_stock(own, first, last)
        for (storage, _), own in levels.items()
        if storage != TRANSIT
        and (
            quantity_of(one for one in own if one.day <= last) > 0
            or any(first <= one.day <= last for one in own)
        )
    ]


def profits_of(sales: Iterable[Order.Sold], group: str) -> dict[Any, int]:
    """What these sales earned by what goods are told apart by; of a storage nobody knows."""
    profits: dict[Any, int] = {}
    for line in (line for sale in sales for line in sale.lines if group != "storage"):
        key = goods_key(line.variant_id, group)
        profits[key] = profits.get(key, 0) + line.net_sales - line.cost_total
    return profits


@pytest.mark.parametrize("group", TURNOVER.groups)
def test_the_turnover_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for store, places in ((None, None), *STORES.items()):
        position = chance.randrange(100, stockroom.position + 1)
        first = FIRST_DAY + timedelta(days=chance.randrange(40))
        last = first + timedelta(days=chance.choice((5, 30)))
        groups: dict[Any, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            if not places or one.storage_id in places:
                groups.setdefault(key_of(one, group), []).append(one)
        sales = [one for one in stockroom.events[:position] if isinstance(one, Order.Sold)]
        profits = profits_of(
            (one for one in sales if first <= one.business_date <= last and store in {None, one.store_id}),
            group,
        )
        stores = None if store is None else [store]
        table = stockroom.ask(TURNOVER, first, last, position=position, stores=stores, group=group)
        days = len(days_of(first, last))
        shown = {row["id"]: row for row in table.rows}
        for key, entries in groups.items():
            expected = row_of(entries, first, last)
            if key not in shown:
                assert not any(
                    expected[name] for name in ("cost_of_goods", "value_days", "sold_quantity", "supply")
                )
                continue
            assert {name: shown[key][name] for name in expected} == expected
            if group != "storage":
                assert shown[key]["gross_profit"] == profits.get(key, 0)
                assert shown[key]["gmroi"] == ratio(profits.get(key, 0) * days, expected["value_days"])
        assert (group == "storage") == (table.overall["gmroi"] is None) or not table.rows


def test_what_lies_there_for_a_day_is_worth_a_day(database: Database) -> None:
    room = Stockroom(database)
    room.receive(SHOP, {VARIANTS[0]: 10})
    value = room.movements[-1].lines[0].balance_value
    room.day += timedelta(days=1)
    room.sell_goods(SHOP, VARIANTS[0], 10)
    room.fold()
    [row] = room.ask(TURNOVER, FIRST_DAY, FIRST_DAY + timedelta(days=9)).rows
    # Opening and closing are both nothing.
    assert (row["average_value"], row["cost_of_goods"]) == (quotient(value, 10), value)
    assert row["turnover"] == (Decimal(10) if value else None)
    assert (row["abc"], row["days_out_of_stock"]) == ("C", 8)
    room.close()


def test_classes_are_by_what_all_cost(stockroom: Stockroom) -> None:
    rows = stockroom.ask(TURNOVER, FIRST_DAY, FIRST_DAY + timedelta(days=60), sort="abc").rows
    whole, so_far = sum(row["cost_of_goods"] for row in rows), 0
    for row in rows:
        so_far += row["cost_of_goods"]
        assert row["abc"] == (
            "A" if 100 * so_far <= 80 * whole else "B" if 100 * so_far <= 95 * whole else "C"
        )
