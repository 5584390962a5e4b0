"""Shrinkage is what is missing, less what was found, where it was to be."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.orders import Order
from projections.reports.columns import ratio
from projections.reports.sections.inventory.shrinkage import SHRINKAGE
from tests.conftest import Database
from tests.projections.reports.inventory.books import Entry, entries_of
from tests.projections.reports.inventory.stockroom import (
    BRANDS,
    CATEGORIES,
    DEPOT,
    FIRST_DAY,
    OUTLET,
    PRODUCTS,
    SOUTH,
    STORES,
    SUPPLIERS,
    VARIANTS,
    Stockroom,
)

SIGNS = {
    "damaged": -1,
    "lost": -1,
    "expired": -1,
    "theft": -1,
    "count_short": -1,
    "count_over": 1,
    "found": 1,
}


def reason_of(entry: Entry) -> str | None:
    """Why it shrank, if it did."""
    if entry.column == "counted" and entry.quantity:
        return "count_short" if entry.quantity < 0 else "count_over"
    return entry.column if entry.column in SIGNS else None


def goods_key(variant: UUID, group: str) -> UUID | None:
    product = PRODUCTS[variant]
    named = {"category": CATEGORIES, "brand": BRANDS, "supplier": SUPPLIERS}
    return {"variant": variant, "product": product}.get(group) or named[group].get(product)


def key_of(entry: Entry, group: str) -> tuple[Any, str | None]:
    if group == "reason":
        return None, reason_of(entry)
    return (entry.towards or entry.storage_id) if group == "storage" else goods_key(
        entry.variant_id, group
    ), None


def figures_of(entries: Iterable[Entry]) -> dict[str, Any]:
    figures: dict[str, Any] = {
        f"{reason}_{figure}": nothing
        for reason in SIGNS
        for figure, nothing in (("quantity", Decimal(0)), ("value", 0))
    }
    for one in entries:
        reason = reason_of(one)
        assert reason
        figures[f"{reason}_quantity"] += SIGNS[reason] * one.quantity
        figures[f"{reason}_value"] += SIGNS[reason] * one.value
    return figures


def net_sales_of(sales: Iterable[Order.Sold], group: str) -> dict[Any, int]:
    """Net sales by what goods are told apart by."""
    sold: dict[Any, int] = {}
    for line in (line for sale in sales for line in sale.lines):
        key = goods_key(line.variant_id, group)
        sold[key] = sold.get(key, 0) + line.net_sales
    return sold


@pytest.mark.parametrize("group", [one for one in SHRINKAGE.groups if one != "actor"])
def test_shrinkage_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for store, places in ((None, None), *STORES.items()):
        position = chance.randrange(100, stockroom.position + 1)
        first = FIRST_DAY + timedelta(days=chance.randrange(40))
        last = first + timedelta(days=chance.choice((5, 30)))
        groups: dict[Any, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            place = one.towards or one.storage_id
            if first <= one.day <= last and reason_of(one) and (not places or place in places):
                groups.setdefault(key_of(one, group), []).append(one)
        stores = None if store is None else [store]
        table = stockroom.ask(SHRINKAGE, first, last, position=position, stores=stores, group=group)
        by_goods = group if group not in {"storage", "reason"} else "variant"
        sales = [one for one in stockroom.events[:position] if isinstance(one, Order.Sold)]
        in_period = [one for one in sales if first <= one.business_date <= last]
        sold = net_sales_of((one for one in in_period if store in {None, one.store_id}), by_goods)
        assert {(row["id"], row["reason"]) for row in table.rows} == {*groups}
        for row in table.rows:
            figures = figures_of(groups[row["id"], row["reason"]])
            assert {name: row[name] for name in figures} == figures
            net = sum(-SIGNS[reason] * figures[f"{reason}_value"] for reason in SIGNS)
            assert row["net_shrinkage_value"] == net
            assert row["net_sales"] == (sold.get(row["id"]) if by_goods == group else None)
            assert row["rate"] == ratio(net, row["net_sales"])
        if table.rows:
            assert table.overall["net_sales"] == (sum(sold.values()) if sold else None)


def test_what_is_lost_on_the_way_is_missing_where_it_was_sent_to(database: Database) -> None:
    room = Stockroom(database)
    room.receive(DEPOT, {VARIANTS[0]: 4})
    transfer = room.send_goods(DEPOT, OUTLET, {VARIANTS[0]: 3})
    room.lose_goods(transfer, 2)
    room.fold()
    [row] = room.ask(SHRINKAGE, room.day, room.day, group="storage").rows
    assert (row["id"], row["name"], row["lost_quantity"]) == (OUTLET, "Outlet", 2)
    [row] = room.ask(SHRINKAGE, room.day, room.day, stores=[SOUTH]).rows
    assert (row["id"], row["lost_quantity"]) == (VARIANTS[0], 2)
    room.close()


def test_who_booked_it_is_told(stockroom: Stockroom) -> None:
    last = FIRST_DAY + timedelta(days=60)
    by_actor = stockroom.ask(SHRINKAGE, FIRST_DAY, last, group="actor")
    by_reason = stockroom.ask(SHRINKAGE, FIRST_DAY, last, group="reason")
    assert {row["id"] for row in by_actor.rows} == {*stockroom.actors}
    assert by_actor.overall == by_reason.overall
