"""Movements add up from opening to closing, for any goods, storages, days and positions."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from projections.reports.columns import COSTS
from projections.reports.sections.inventory.movements import COLUMNS, MOVEMENTS
from tests.projections.reports.inventory.books import TRANSIT, Entry, entries_of, quantity_of, value_of
from tests.projections.reports.inventory.stockroom import (
    BRANDS,
    CATEGORIES,
    FIRST_DAY,
    PRODUCTS,
    STORES,
    SUPPLIERS,
    Stockroom,
)

PLUS = ("received", "returned", "transferred_in", "counted", "settlement")
MINUS = ("sold", "transferred_out", "supplier_returned")


def row_of(entries: Iterable[Entry], first: date, last: date) -> dict[str, Any]:
    """A row as the books say it."""
    entries = [one for one in entries if one.day <= last]
    before = [one for one in entries if one.day < first]
    row: dict[str, Any] = {}
    for column in COLUMNS:
        name, figure = column.name.rsplit("_", 1)
        kind = name.removeprefix("adj_")
        of_kind = [one for one in entries if one.day >= first and one.column == kind]
        chosen = {"open": before, "close": entries}.get(kind, of_kind)
        sign = -1 if kind in MINUS else 1
        row[column.name] = sign * (quantity_of(chosen) if figure == "quantity" else value_of(chosen))
    return row


def rows_of(entries: Iterable[Entry], first: date, last: date, group: str) -> dict[Any, Any]:
    """All rows as the books say them, by what tells them apart."""
    groups: dict[Any, list[Entry]] = {}
    for one in entries:
        if one.day <= last:
            groups.setdefault(key_of(one, group), []).append(one)
    rows = {key: (own, row_of(own, first, last)) for key, own in groups.items()}
    return {
        key: row
        for key, (own, row) in rows.items()
        if row["close_quantity"] or row["close_value"] or any(one.day >= first for one in own)
    }


def key_of(entry: Entry, group: str) -> UUID | None:
    product = PRODUCTS[entry.variant_id]
    keys = {
        "variant": entry.variant_id,
        "product": product,
        "category": CATEGORIES.get(product),
        "brand": BRANDS.get(product),
        "supplier": SUPPLIERS.get(product),
        "storage": None if entry.storage_id == TRANSIT else entry.storage_id,
    }
    return keys[group]


@pytest.mark.parametrize("group", MOVEMENTS.groups)
def test_movements_are_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for places, stores in ((None, None), *((places, [store]) for store, places in STORES.items())):
        position = chance.choice((stockroom.position, chance.randrange(20, stockroom.position)))
        first = FIRST_DAY + timedelta(days=chance.randrange(60))
        last = first + timedelta(days=chance.choice((0, 6, 30, 90)))
        table = stockroom.ask(MOVEMENTS, first, last, position=position, stores=stores, group=group)
        entries = entries_of(stockroom.events[:position])
        expected = rows_of(
            [one for one in entries if not places or one.storage_id in places], first, last, group
        )
        assert {row["id"]: {one.name: row[one.name] for one in COLUMNS} for row in table.rows} == expected
        assert table.totals == table.overall
        assert table.count == len(expected)


def test_each_row_goes_on_from_opening_to_closing(stockroom: Stockroom) -> None:
    table = stockroom.ask(MOVEMENTS, FIRST_DAY, FIRST_DAY + timedelta(days=20))
    for row in (*table.rows, table.overall):
        for figure in ("quantity", "value"):
            kinds = [one.name for one in COLUMNS if one.name.endswith(figure)]
            came = sum(row.get(f"{one}_{figure}", 0) for one in PLUS)
            came += sum(row[one] for one in kinds if one.startswith("adj_"))
            went = sum(row[f"{one}_{figure}"] for one in MINUS)
            assert row[f"open_{figure}"] + came - went == row[f"close_{figure}"]


def test_a_page_and_the_others_are_the_whole(stockroom: Stockroom) -> None:
    last = FIRST_DAY + timedelta(days=40)
    whole = stockroom.ask(MOVEMENTS, FIRST_DAY, last, sort="-sold_quantity")
    page = stockroom.ask(MOVEMENTS, FIRST_DAY, last, sort="-sold_quantity", limit=2, page=2)
    assert page.rows == whole.rows[2:4]
    assert page.overall == whole.overall
    assert all(page.totals[one.name] + page.others[one.name] == page.overall[one.name] for one in COLUMNS)
    sold = [row["sold_quantity"] for row in whole.rows]
    assert sold == sorted(sold, reverse=True)


def test_filters_leave_the_goods_that_they_name(stockroom: Stockroom) -> None:
    last = FIRST_DAY + timedelta(days=40)
    everything = {row["id"]: row for row in stockroom.ask(MOVEMENTS, FIRST_DAY, last).rows}

    def left(**filters: Any) -> set[Any]:
        rows = stockroom.ask(MOVEMENTS, FIRST_DAY, last, filters=filters).rows
        assert all(row == everything[row["id"]] for row in rows)
        return {row["id"] for row in rows}

    def of(named: dict[UUID, UUID], *ids: UUID) -> set[UUID]:
        return {one for one, product in PRODUCTS.items() if named.get(product) in ids and one in everything}

    coffee, drinks = CATEGORIES.values()
    assert left(category=drinks) == of(CATEGORIES, coffee, drinks)
    assert left(category=coffee) == of(CATEGORIES, coffee)
    for brand in BRANDS.values():
        assert left(brand=brand) == of(BRANDS, brand)
    for supplier in SUPPLIERS.values():
        assert left(supplier=supplier) == of(SUPPLIERS, supplier)
    assert left(search="SKU-3") == {one for one in everything if everything[one]["sku"] == "SKU-3"}
    assert left(search="Product C") == {one for one, row in everything.items() if row["name"] == "Product C"}


def test_values_take_the_right_to_see_costs(stockroom: Stockroom) -> None:
    table = stockroom.ask(MOVEMENTS, FIRST_DAY, FIRST_DAY, permissions=frozenset())
    assert not [one.name for one in table.columns if one.unit == "money"]
    assert {one.needs for one in COLUMNS if one.unit == "money"} == {COSTS}


@pytest.mark.parametrize("seed", [2, 3])
def test_batches_of_any_size_leave_the_same_rows(stockroom: Stockroom, seed: int) -> None:
    chance, whole = Random(seed), stockroom.tables()
    stockroom.forget()
    stockroom.fold([*(chance.choice((1, 2, 3, 30)) for _ in range(40)), 1_000_000])
    assert stockroom.tables() == whole
    assert any(whole[2]), "there are layers"
    assert Decimal(0) not in {row[7] for row in whole[0]}
