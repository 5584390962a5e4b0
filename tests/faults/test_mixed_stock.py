"""Everybody does anything with stock at once: it adds up, nobody hears of a fault, and nothing deadlocks."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from infra.projections.staging import ignore_progress
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from tests.faults.stockroom import (
    INVENTORY,
    Stockroom,
    Worker,
    open_stockroom,
    taken_below_zero,
    value_by_origin,
    value_in_transit,
    work_at_once,
    worth_less_than_their_number,
)

#: What clerks do.
DOCUMENTS = (
    "receive",
    "adjust",
    "send_back",
    "reverse",
    "transfer",
    "settle",
    "order",
    "deliver",
    "reserve",
    "count",
)
#: What comes of it, each at least once.
OUTCOMES = {
    "receive",
    "adjust",
    "send_back",
    "reverse",
    "ship",
    "arrive",
    "send",
    "deliver",
    "reserve",
    "count",
    "release",
}


@contextmanager
def without_deadlocks(server: Any) -> Iterator[None]:
    """No statement is ended meanwhile because two waited for each other; a decision would be taken again."""
    log = server.data_dir / "postgres.log"
    before = log.read_text(errors="replace").count("deadlock detected")
    yield
    assert log.read_text(errors="replace").count("deadlock detected") == before


def check_that_it_adds_up(room: Stockroom) -> None:
    """Every balance is the sum of its movements, and all of them what came in less what went out."""
    shop = room.shop
    report = verify_stock(shop.service.database.worker, EVENT_TYPES, shop.company_id, ignore_progress)
    assert report.differences == ()
    levels = [row for page in pages(room, "levels") for row in page]
    events = shop.events()
    assert sum(row["value"] for row in levels) + value_in_transit(events) == value_by_origin(events)
    assert [row for row in levels if row["value"] != 0 and row["on_hand"] == "0"] == []
    worthless = {place_of(row) for row in levels if row["value"] == 0 and row["on_hand"] != "0"}
    assert worthless <= worth_less_than_their_number(events)
    assert taken_below_zero(events) <= {"stock.StockMovement.Counted"}
    assert min(float(row["reserved"]) for row in levels) >= 0


def place_of(level: dict[str, Any]) -> tuple[str, str]:
    """Where of what it is."""
    return level["storage_id"], level["variant_id"]


def pages(room: Stockroom, name: str) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list, to its end."""
    number, client = 1, room.shop.client()
    while rows := client.get(f"{INVENTORY}/{name}?page={number}&limit=100").data:
        yield rows
        number += 1


@pytest.mark.long
def test_sales_beside_every_kind_of_document(
    shop: Any, server: Any, rounds: Callable[[int, int], int]
) -> None:
    room = open_stockroom(shop, variants=12)
    tills = [(Worker(room, "Cashier", seed), ("sell",)) for seed in range(3)]
    clerks = [(Worker(room, "Admin", seed), DOCUMENTS) for seed in range(3, 6)]
    with without_deadlocks(server):
        work_at_once([*tills, *clerks], rounds(5, 60))
    assert room.done >= {"sell", *OUTCOMES}
    check_that_it_adds_up(room)


@pytest.mark.long
def test_two_clerks_and_hardly_any_goods(shop: Any, server: Any, rounds: Callable[[int, int], int]) -> None:
    room = open_stockroom(shop, variants=5)
    clerks = [(Worker(room, "Admin", seed), DOCUMENTS) for seed in range(2)]
    with without_deadlocks(server):
        work_at_once(clerks, rounds(3, 60))
    assert room.done >= OUTCOMES
    check_that_it_adds_up(room)
