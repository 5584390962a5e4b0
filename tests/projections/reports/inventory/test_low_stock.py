"""Low is what is at or below its reorder level; how long it lasts is by the days on which there was any."""

from datetime import timedelta
from decimal import Decimal

from domain.stock.reorder_points import ReorderPoint
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
