"""Low is what is at or below its reorder level; how long it lasts is by the days on which there was any."""

from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from domain.stock.movements import StockMovement
from domain.stock.reorder_points import ReorderPoint
from projections.reports.columns import ratio
from projections.reports.sections.inventory.low_stock import LOW_STOCK
from projections.reports.sections.inventory.stock_on_hand import STOCK_ON_HAND
from tests.commands.samples import id_of
from tests.conftest import Database
from tests.projections.reports.inventory.stockroom import (
    CELLAR,
    FIRST_DAY,
    NORTH,
    SHOP,
    SOUTH,
    VARIANTS,
    Stockroom,
)


def ordered_at(level: str, storage: object, variant: object, **more: object) -> ReorderPoint:
    return ReorderPoint.begin(
        ReorderPoint.Set,
        id_of(f"{storage} {variant} {level}"),
        storage_id=storage,
        variant_id=variant,
        reorder_level=Decimal(level),
        **{"reorder_quantity": None, "max_level": None, **more},
    )


def check_what_follows(row: dict[str, Any], last: date) -> None:
    """Each figure follows from its inputs alone, as its formula says."""
    named = {column.name: {name: row[name] for name in column.inputs} for column in LOW_STOCK.columns}
    level, available, incoming = named["shortfall"].values()
    assert row["shortfall"] == max(level - available - incoming, 0)
    sold, days = named["daily_sales"].values()
    assert row["daily_sales"] == (ratio(sold, days) if days >= 21 else None)
    available, sold, days = named["days_left"].values()
    sells = days >= 21 and sold > 0
    assert row["days_left"] == (ratio(max(available, 0) * days, sold) if sells else None)
    [days_left] = named["stock_out_on"].values()
    assert row["stock_out_on"] == (None if days_left is None else last + timedelta(days=int(days_left)))
    sold, days = named["missed_sales"].values()
    assert row["missed_sales"] == (sold / days * (56 - days) if days >= 21 else 0)
    daily, lead, level, available, incoming, least, most = named["suggested"].values()
    if daily is not None and (least, most) == (None, None):
        assert row["suggested"] == (daily * (lead + 14) + level - available - incoming).to_integral(
            ROUND_CEILING
        )


def test_days_in_stock_are_told_by_what_moved_it_last(database: Database) -> None:
    room = Stockroom(database)
    tea = VARIANTS[0]
    room.receive(SHOP, {tea: 2})
    room.record([ordered_at("8", SHOP, tea)])
    room.day += timedelta(days=10)
    room.sell_goods(SHOP, tea, 2)
    room.day += timedelta(days=5)
    room.receive(SHOP, {tea: 1})
    room.day += timedelta(days=3)
    room.fold()
    [row] = room.ask(LOW_STOCK, room.day, room.day).rows
    facts = room.facts_of(LOW_STOCK, "days_in_stock")
    # Ten days until it was sold out, that day itself, then the day on which more came, and three since.
    assert [amount for _, amount in facts] == [10, 1, 4]
    assert row["days_in_stock"] == 15
    assert [amount for _, amount in room.facts_of(LOW_STOCK, "sold_lately")] == [2]
    later = room.day + timedelta(days=100)
    [(receipt, days)] = room.facts_of(LOW_STOCK, "days_in_stock", later)
    assert (days, isinstance(receipt, StockMovement.Received)) == (56, True), "which was before these days"
    room.close()


def test_what_is_low_and_how_long_it_lasts(database: Database) -> None:
    room = Stockroom(database)
    tea, milk, salt = VARIANTS[:3]
    room.receive(SHOP, {tea: 40, milk: 9})
    room.record([ordered_at("8", SHOP, tea), ordered_at("3", SHOP, milk), ordered_at("2", CELLAR, salt)])
    room.day += timedelta(days=29)
    room.sell_goods(SHOP, tea, 33)
    room.fold()
    rows = {row["id"]: row for row in room.ask(LOW_STOCK, FIRST_DAY, room.day).rows}
    assert {*rows} == {tea, salt}, "of milk there is enough"
    assert (rows[tea]["available"], rows[tea]["shortfall"]) == (7, 1)
    # There was stock on 30 days, of which 33 were sold.
    assert (rows[tea]["daily_sales"], rows[tea]["days_left"]) == (Decimal("1.1"), Decimal("6.3636"))
    assert rows[tea]["stock_out_on"] == room.day + timedelta(days=6)
    # The 26 days before it came in are days without stock, too.
    assert rows[tea]["missed_sales"] == Decimal("28.6")
    # 1.1 a day for 7 days until it comes and 14 after, and the level itself, less what is there.
    assert rows[tea]["suggested"] == 24 + 8 - 7
    assert (rows[salt]["available"], rows[salt]["shortfall"], rows[salt]["daily_sales"]) == (0, 2, None)
    assert (rows[salt]["days_left"], rows[salt]["stock_out_on"], rows[salt]["missed_sales"]) == (
        None,
        None,
        0,
    )
    assert rows[tea]["storage_name"] == "Shop"
    # What they follow from stands beside them, and explains them.
    assert (rows[tea]["sold_lately"], rows[tea]["days_in_stock"], rows[tea]["lead_days"]) == (33, 30, 7)
    assert (rows[salt]["sold_lately"], rows[salt]["days_in_stock"]) == (0, 0)
    for row in rows.values():
        check_what_follows(row, room.day)
    on_hand = {row["id"]: row for row in room.ask(STOCK_ON_HAND, FIRST_DAY, room.day).rows}
    assert {one: row["reorder_level"] for one, row in on_hand.items()} == {tea: 8, milk: 3, salt: 2}
    room.close()


def test_what_is_promised_is_not_available_and_what_comes_is_not_missing(database: Database) -> None:
    room = Stockroom(database)
    tea = VARIANTS[0]
    room.receive(SHOP, {tea: 10})
    room.receive(CELLAR, {tea: 10})
    room.record([ordered_at("9", SHOP, tea)])
    room.fold()
    assert not room.ask(LOW_STOCK, room.day, room.day).rows
    before = room.position
    room.promise(SHOP, tea, 4)
    room.send_goods(CELLAR, SHOP, {tea: 2})
    room.forget()
    room.fold()
    [row] = room.ask(LOW_STOCK, room.day, room.day).rows
    assert (row["available"], row["incoming"], row["shortfall"]) == (6, 2, 1)
    assert not room.ask(LOW_STOCK, room.day, room.day, position=before).rows
    assert not room.ask(LOW_STOCK, room.day, room.day, stores=[SOUTH]).rows
    assert len(room.ask(LOW_STOCK, room.day, room.day, stores=[NORTH]).rows) == 1
    room.close()
