"""What is on hand, promised and to come is what the books say."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import UUID

import pytest

from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reservations import Reservation
from projections.reports.columns import ratio
from projections.reports.sections.inventory.stock_on_hand import STOCK_ON_HAND
from tests.conftest import Database
from tests.projections.reports.inventory.books import TRANSIT, Entry, entries_of, quantity_of
from tests.projections.reports.inventory.layered import Level
from tests.projections.reports.inventory.stockroom import FIRST_DAY, SHOP, STORES, VARIANTS, Stockroom
from tests.projections.reports.inventory.test_movements import key_of


def promised(room: Stockroom, position: int, last: date) -> tuple[dict[Level, Decimal], dict[Level, Decimal]]:
    """What is reserved, and what is on order, by storage and variant."""
    reserved: dict[Level, Decimal] = {}
    ordered: dict[Level, Decimal] = {}
    for event, day in list(zip(room.events, room.days, strict=True))[:position]:
        if day > last:
            continue
        if isinstance(event, Reservation.Placed | Reservation.Released):
            sign = 1 if isinstance(event, Reservation.Placed) else -1
            for line in event.lines:
                key = (event.storage_id, line.variant_id)
                reserved[key] = reserved.get(key, Decimal(0)) + sign * line.quantity
        elif isinstance(event, PurchaseOrder.Ordered | PurchaseOrder.Cancelled | PurchaseOrder.Closed):
            _order(ordered, event.storage_id, event.incoming)
        elif isinstance(event, PurchaseOrder.DeliveryTaken):
            _order(ordered, event.storage_id, event.lines)
    return reserved, ordered


def _order(ordered: dict[Level, Decimal], storage: UUID, lines: Any) -> None:
    for line in lines:
        key = (storage, line.variant_id)
        ordered[key] = ordered.get(key, Decimal(0)) + line.incoming_change


def days_with_stock(entries: list[Entry], first: date, last: date) -> int:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return sum(
        quantity_of(one for one in entries if one.day < day) > 0
        or any(one.quantity > 0 and one.column != "sold" and one.day == day for one in _by_day(entries, day))
        for day in days
    )


def _by_day(entries: list[Entry], day: date) -> list[Entry]:
    return [one for one in entries if one.day == day]


def pace_of(entries: list[Entry], last: date) -> Decimal | None:
    first = last - timedelta(days=55)
    days = days_with_stock(entries, first, last)
    sold = -quantity_of(one for one in entries if one.column == "sold" and first <= one.day <= last)
    return sold / days if days >= 21 else None


@pytest.mark.parametrize("group", STOCK_ON_HAND.groups)
def test_stock_on_hand_is_what_the_books_say(stockroom: Stockroom, group: str) -> None:
    chance = Random(group)
    for places, stores in ((None, None), *((places, [store]) for store, places in STORES.items())):
        position = chance.randrange(100, stockroom.position + 1)
        last = FIRST_DAY + timedelta(days=chance.randrange(100))
        reserved, ordered = promised(stockroom, position, last)
        levels: dict[Level, list[Entry]] = {level: [] for level in (*reserved, *ordered)}
        coming: dict[Level, list[Entry]] = {}
        for one in entries_of(stockroom.events[:position]):
            if one.day <= last:
                levels.setdefault((one.storage_id, one.variant_id), []).append(one)
                if one.towards:
                    coming.setdefault((one.towards, one.variant_id), []).append(one)
                    levels.setdefault((one.towards, one.variant_id), [])
        groups: dict[Any, list[Level]] = {}
        for level in levels:
            if level[0] != TRANSIT and (not places or level[0] in places):
                like = Entry(last, *level, "", Decimal(0), 0, stockroom.events[0])
                groups.setdefault(key_of(like, group), []).append(level)
        table = stockroom.ask(STOCK_ON_HAND, last, last, position=position, stores=stores, group=group)
        rows = {row["id"]: row for row in table.rows}
        for key, own in groups.items():
            entries = [one for level in own for one in levels[level]]
            in_transit = quantity_of(one for level in own for one in coming.get(level, ()))
            promises = [sum(book.get(level, 0) for level in own) for book in (reserved, ordered)]
            if key not in rows:
                assert not any((quantity_of(entries), in_transit, *promises))
                continue
            row = rows.pop(key)
            assert row["on_hand"] == quantity_of(entries)
            assert (row["reserved"], row["in_transit"]) == (promises[0], in_transit)
            assert row["incoming"] == promises[1] + in_transit
            assert row["available"] == row["on_hand"] - row["reserved"]
            received = [
                one for one in entries if isinstance(one.event, StockMovement.Received) and one.quantity
            ]
            sold = [one for one in entries if isinstance(one.event, StockMovement.Issued)]
            counted = [
                one
                for one in entries
                if isinstance(one.event, StockMovement.Counted | StockMovement.CountCorrected)
                and one.column == "counted"
            ]
            for name, some in (("last_received", received), ("last_sold", sold), ("last_counted", counted)):
                assert row[name] == max((one.day for one in some), default=None), name
            paces = [pace for level in own if (pace := pace_of(levels[level], last)) is not None]
            assert float(row["stock_days"] or 0) == pytest.approx(
                float(ratio_of(row["on_hand"], sum(paces, Decimal(0))) or 0), abs=0.0001
            )
        assert not rows


def ratio_of(quantity: Decimal, pace: Decimal) -> Decimal | None:
    return quantity / pace if pace else None


def test_stock_days_take_days_without_stock_for_none(database: Database) -> None:
    room = Stockroom(database)
    room.receive(SHOP, {VARIANTS[0]: 10})
    room.day += timedelta(days=10)
    room.sell_goods(SHOP, VARIANTS[0], 10)
    room.day += timedelta(days=20)
    room.receive(SHOP, {VARIANTS[0]: 20})
    room.day += timedelta(days=14)
    room.fold()
    [row] = room.ask(STOCK_ON_HAND, room.day, room.day).rows
    # There was stock on days 0 to 10 and 30 to 44, so on 26 days, of which 10 were sold.
    assert row["stock_days"] == ratio(Decimal(20 * 26), Decimal(10))
    assert room.ask(STOCK_ON_HAND, FIRST_DAY, room.day - timedelta(days=6)).rows[0]["stock_days"] is None
    room.close()
