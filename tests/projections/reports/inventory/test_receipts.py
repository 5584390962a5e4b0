"""What lies there is told by the facts that brought it: of each, so much as still lies there."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.stock.movements import StockMovement
from projections.reports.sections.inventory.ageing import AGEING
from tests.conftest import Database
from tests.projections.reports.inventory.stockroom import DEPOT, OUTLET, SHOP, VARIANTS, Stockroom

GOODS, OTHERS = VARIANTS[:2]


@pytest.fixture
def room(database: Database) -> Iterator[Stockroom]:
    opened = Stockroom(database)
    yield opened
    opened.close()


def told_of(facts: list[tuple[Any, Any]], room: Stockroom) -> list[tuple[Any, Any]]:
    """Which of the movements brought it, and how much of it."""
    ids = [movement.id for movement in room.movements]
    return [(ids.index(event.originator_id), amount) for event, amount in facts]


def aged(room: Stockroom, column: str = "aged_quantity", **filters: Any) -> list[tuple[Any, Any]]:
    room.forget()
    room.fold()
    return told_of(room.facts_of(AGEING, column, **filters), room)


def test_what_came_last_lies_there_the_longest(room: Stockroom) -> None:
    room.receive(DEPOT, {GOODS: 4})
    room.receive(DEPOT, {GOODS: 3})
    room.day += timedelta(days=40)
    room.receive(DEPOT, {GOODS: 2})
    room.sell_goods(DEPOT, GOODS, 5)
    assert aged(room) == [(1, 2), (2, 2)]
    assert aged(room, "age_1_quantity") == [(2, 2)]
    assert aged(room, "age_2_quantity") == [(1, 2)]
    assert aged(room, "unit_days") == [(1, 80)]
    assert aged(room, "age_1_quantity", buckets="50") == [(1, 2), (2, 2)]


def test_what_was_taken_back_is_not_what_still_lies_there(room: Stockroom) -> None:
    room.receive(DEPOT, {GOODS: 5})
    room.receive(DEPOT, {GOODS: 5})
    room.take_back(room.movements[1])
    assert aged(room) == [(0, 5)]
    room.receive(DEPOT, {GOODS: 5})
    room.take_back(room.movements[0])
    assert aged(room) == [(3, 5)]


def test_what_is_delivered_on_two_lines_is_told_by_both(room: Stockroom) -> None:
    room.receive(DEPOT, {OTHERS: 2, GOODS: 5})
    room.fold()
    room.sell_goods(DEPOT, GOODS, 1)
    assert aged(room) == [(0, 2), (0, 4)]


def test_what_came_with_a_transfer_is_told_by_its_arrival(room: Stockroom) -> None:
    room.receive(DEPOT, {GOODS: 4})
    room.day += timedelta(days=50)
    transfer = room.send_goods(DEPOT, OUTLET, {GOODS: 3})
    room.receive_goods(transfer, 2)
    assert aged(room, storage=DEPOT) == [(0, 1)]
    assert aged(room, storage=OUTLET) == [(2, 2)]
    assert aged(room) == [(0, 1), (1, 1), (2, 2)]
    assert aged(room, "oldest", storage=OUTLET) == [(2, 2)]


def test_what_customers_brought_back_is_told_by_that_if_it_was_never_received(room: Stockroom) -> None:
    room.receive(DEPOT, {GOODS: 1})
    room.sell_goods(DEPOT, GOODS, 1)
    room.give_back(room.movements[1], SHOP)
    assert aged(room) == [(2, 1)]
    assert aged(room, "oldest") == [(2, 1)]


def test_what_lies_below_zero_is_told_by_all_that_came_and_went(room: Stockroom) -> None:
    room.receive(SHOP, {GOODS: 1})
    room.sell_goods(SHOP, GOODS, 4)
    assert aged(room, "age_1_quantity") == [(0, 1), (1, -4)]
    assert aged(room) == aged(room, "oldest") == []


def test_the_value_of_a_bucket_is_split_to_the_last_cent(room: Stockroom) -> None:
    for _ in range(3):
        room.receive(DEPOT, {GOODS: 1})
    room.sell_goods(DEPOT, GOODS, 1)
    [row] = [*_rows(room)]
    values = aged(room, "age_1_value")
    assert sum(value for _, value in values) == row["age_1_value"] == row["value"]
    assert max(value for _, value in values) - min(value for _, value in values) <= Decimal(1)
    assert [movement for movement, _ in values] == [1, 2]


def _rows(room: Stockroom) -> Iterator[dict[str, Any]]:
    room.forget()
    room.fold()
    yield from room.ask(AGEING, room.day, room.day).rows


def test_the_oldest_is_told_by_what_was_received_on_that_day(room: Stockroom) -> None:
    room.receive(DEPOT, {GOODS: 4})
    room.receive(SHOP, {OTHERS: 2})
    room.day += timedelta(days=1)
    room.receive(SHOP, {GOODS: 4})
    assert aged(room, "oldest") == [(0, 4), (1, 2)]
    assert all(isinstance(event, StockMovement.Received) for event, _ in room.facts_of(AGEING, "oldest"))
