"""Tills that all want the same parked sales: each ends once, nothing stays reserved, nothing deadlocks."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from random import Random
from typing import Any

import psycopg
import pytest

from infra.projections.staging import ignore_progress
from infra.projections.verify import verify
from infra.projections.verify_stock import verify_stock
from infra.runtime.models import EVENT_TYPES
from projections.held_sales import HeldSales
from projections.stock.balances import StockBalances
from projections.stock.reservations import Reservations

HOLD = "/api/pos/orders/hold"
TILLS, SALES, TURNS = 5, 4, 12
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database() AND %s IS NOT NULL"


@dataclass(frozen=True)
class Till:
    """A till and whoever stands at it."""

    client: Any
    register_id: str
    random: Random
    goods: list[str]

    def use(self, held_ids: list[str]) -> list[tuple[str, int, str]]:
        """Take up, sell, give up or park again what others want as well: what was done, and the answers."""
        done = []
        for _ in range(TURNS):
            held_id = self.random.choice(held_ids)
            name = self.random.choice(["resume", "sell", "sell", "discard", "again"])
            answer = getattr(self, name)(held_id)
            done.append((name, answer.status, answer.code if answer.status >= 400 else ""))
        return done

    def resume(self, held_id: str) -> Any:
        body = {"register_id": self.register_id, "take_over": True}
        return self.client.post(f"/api/pos/orders/{held_id}/resume", body)

    def sell(self, held_id: str) -> Any:
        lines = self.some_lines()
        payments = [{"method": "card", "amount": 100 * len(lines)}]
        sale = {"register_id": self.register_id, "lines": lines, "payments": payments}
        return self.client.post("/api/pos/orders", {**sale, "held_id": held_id})

    def discard(self, held_id: str) -> Any:
        return self.client.delete(f"/api/pos/orders/{held_id}")

    def again(self, held_id: str) -> Any:
        body = {"register_id": self.register_id, "lines": self.some_lines(), "reserve": True}
        return self.client.post(HOLD, {**body, "held_id": held_id})

    def some_lines(self) -> list[dict[str, Any]]:
        """Some of the goods, in any order."""
        chosen = self.random.sample(self.goods, self.random.randint(1, len(self.goods)))
        return [{"variant_id": one, "quantity": 1} for one in chosen]


@pytest.fixture
def goods(stocked: Any) -> list[str]:
    """Three things of 1.00, of which there are many."""
    products = [stocked.product_of(variants=[{"sku": f"G{n}", "price": 100}]) for n in range(3)]
    variants = [product["variants"][0]["id"] for product in products]
    lines = [{"variant_id": one, "quantity": 2000, "unit_cost": 50} for one in variants]
    assert stocked.receive(1, 50, lines=lines).status == 201
    return variants


@pytest.fixture
def tills(stocked: Any, goods: list[str]) -> list[Till]:
    """Managers at tills of their own, who may take over whatever they like."""
    path, admin = f"/api/admin/stores/{stocked.store['id']}/registers", stocked.shop.client()
    registers = [admin.post(path, {"name": f"T{n}", "code": f"T{n}"}).data["id"] for n in range(TILLS)]
    return [
        Till(stocked.shop.client("Manager"), register, Random(n), goods)
        for n, register in enumerate(registers)
    ]


def rows(shop: Any, query: Any) -> list[Any]:
    with psycopg.connect(shop.service.database.owner) as connection:
        return connection.execute(query, [shop.company_id]).fetchall()


def test_each_ends_once_and_nothing_stays_reserved(
    stocked: Any, goods: list[str], tills: list[Till], rounds: Callable[[int, int], int]
) -> None:
    shop, answers = stocked.shop, Counter[tuple[str, int, str]]()
    ended = rows(shop, DEADLOCKS)
    for _ in range(rounds(2, 100)):
        body = {"store_id": stocked.store["id"], "reserve": True}
        lines = [{"variant_id": one, "quantity": 1} for one in goods]
        held_ids = [tills[0].client.post(HOLD, {**body, "lines": lines}).data["id"] for _ in range(SALES)]
        with ThreadPoolExecutor(TILLS) as together:
            for done in together.map(Till.use, tills, [held_ids] * TILLS):
                answers.update(done)
    for held in tills[0].client.get("/api/pos/orders/held?limit=100").data:
        assert tills[0].discard(held["id"]).status == 200
    assert {status for _, status, _ in answers} <= {200, 201, 409}, answers
    refused = {code for _, status, code in answers if status >= 400}
    assert refused <= {"invalid_transition", "held_elsewhere"}, answers
    assert rows(shop, DEADLOCKS) == ended
    ends = rows(
        shop,
        "SELECT stream_id, count(*) FROM events WHERE company_id = %s AND type ="
        " ANY('{orders.HeldSale.Sold,orders.HeldSale.Discarded}') GROUP BY stream_id",
    )
    assert {count for _, count in ends} == {1}
    assert rows(shop, "SELECT count(*) FROM held_sales WHERE company_id = %s AND is_open") == [(0,)]
    assert rows(shop, "SELECT DISTINCT reserved FROM stock_balances WHERE company_id = %s") == [(0,)]
    worker = shop.service.database.worker
    assert verify_stock(worker, EVENT_TYPES, shop.company_id, ignore_progress).differences == ()
    for model in (HeldSales(), Reservations(), StockBalances()):
        assert verify(worker, EVENT_TYPES, model, shop.company_id).differences == ()
