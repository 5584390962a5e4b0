"""The catalog's filters: whatever happened before, they leave what a plain reading of the rules leaves."""

import csv
import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product as combinations
from random import Random
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.storages import Storage
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import transaction
from infra.projections.rebuild import rebuild
from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.catalog.listing import Listing

PRODUCTS = "/api/admin/products"
STORAGES = "/api/admin/storages"
RECEIPTS = "/api/admin/inventory/receipts"


@dataclass
class Ware:
    """A product as the model knows it: prices by variant, own prices by store and variant."""

    name: str
    status: str
    brand_id: str | None
    is_counted: bool
    prices: dict[str, int]
    own_prices: dict[tuple[str, str], int] = field(default_factory=dict)


class Trade:
    """A company with two stores and a warehouse, where things happen, and what should be listed of it."""

    def __init__(self, shop: Any) -> None:
        self.admin = shop.client()
        self.wares: dict[str, Ware] = {}
        self.stock: dict[tuple[str, str], int] = {}
        names = ("North", "South")
        self.stores = [self._add("/api/admin/stores", name=name, code=name[0]) for name in names]
        self.store_of: dict[str, str | None] = {
            self._add(STORAGES, name=f"Room {number}", code=f"R{number}", store_id=store): store
            for number, store in enumerate([*self.stores, None, self.stores[0]])
        }
        for store_id, storage_id in zip(self.stores, self.store_of, strict=False):
            self.admin.patch(f"/api/admin/stores/{store_id}", {"default_storage_id": storage_id})
        self.brands = [self._add("/api/admin/settings/brands", name=name) for name in ("Acme", "Best")]

    def _add(self, path: str, **body: Any) -> str:
        answer = self.admin.post(path, body)
        assert answer.status == 201, answer.body
        self.position = answer.headers["x-event-position"]
        return str(answer.data["id"])

    def draft(self, draw: Random) -> None:
        variants: list[dict[str, Any]] = [
            {"id": str(uuid4()), "sku": str(uuid4()), "price": draw.randrange(1, 9)}
        ]
        variants += [
            {"id": str(uuid4()), "sku": str(uuid4()), "price": draw.randrange(1, 9), "options": {"Size": "L"}}
        ] * draw.randrange(2)
        ware = Ware(
            name=f"Ware {len(self.wares):03}",
            status="draft",
            brand_id=draw.choice([*self.brands, None]),
            is_counted=draw.random() < 0.8,
            prices={one["id"]: one["price"] for one in variants},
        )
        product = self._add(
            PRODUCTS,
            name=ware.name,
            brand_id=ware.brand_id,
            track_stock=ware.is_counted,
            variants=variants,
        )
        self.wares[product] = ware

    def move(self, draw: Random) -> None:
        product_id, ware = draw.choice([*self.wares.items()])
        status = draw.choice(["active", "discontinued", "archived", "draft"])
        if self.admin.post(f"{PRODUCTS}/{product_id}/status", {"status": status}).status == 200:
            ware.status = status

    def edit(self, draw: Random) -> None:
        product_id, ware = draw.choice([*self.wares.items()])
        change: dict[str, Any] = draw.choice(
            [{"brand_id": draw.choice(self.brands)}, {"name": f"{ware.name} x"}, {"track_stock": True}]
        )
        if self.admin.patch(f"{PRODUCTS}/{product_id}", change).status == 200:
            ware.brand_id = change.get("brand_id", ware.brand_id)
            ware.name = change.get("name", ware.name)
            ware.is_counted = change.get("track_stock", ware.is_counted)

    def price(self, draw: Random) -> None:
        product_id, ware = draw.choice([*self.wares.items()])
        variant_id, price = draw.choice([*ware.prices]), draw.randrange(1, 9)
        path = f"{PRODUCTS}/{product_id}/variants/{variant_id}"
        if self.admin.patch(path, {"price": price}).status == 200:
            ware.prices[variant_id] = price

    def price_in_store(self, draw: Random) -> None:
        product_id, ware = draw.choice([*self.wares.items()])
        variant_id, store_id = draw.choice([*ware.prices]), draw.choice(self.stores)
        price = draw.choice([None, None, *range(1, 9)])
        named = {"variant_id": variant_id, "store_id": store_id, "price": price}
        if self.admin.put(f"{PRODUCTS}/{product_id}/prices", {"prices": [named]}).status == 200:
            ware.own_prices.pop((store_id, variant_id), None)
            if price is not None:
                ware.own_prices[store_id, variant_id] = price

    def receive(self, draw: Random) -> None:
        storage_id = draw.choice([*self.store_of])
        variants = draw.sample([one for ware in self.wares.values() for one in ware.prices], 3)
        lines = [{"variant_id": one, "quantity": 1, "unit_cost": 1} for one in variants]
        if self.admin.post(RECEIPTS, {"storage_id": storage_id, "lines": lines}).status == 201:
            for one in variants:
                self.stock[storage_id, one] = self.stock.get((storage_id, one), 0) + 1

    def sell(self, draw: Random) -> None:
        store_id = draw.choice(self.stores)
        storage_id = next(one for one, store in self.store_of.items() if store == store_id)
        there = [one for (origin, one), number in self.stock.items() if origin == storage_id and number > 0]
        if not there:
            return
        variant_id = draw.choice(there)
        body = {
            "store_id": store_id,
            "lines": [{"variant_id": variant_id, "quantity": 1}],
            "payments": [{"method": "cash", "amount": 100}],
        }
        if self.admin.post("/api/pos/orders", body).status == 201:
            self.stock[storage_id, variant_id] -= 1

    def drop(self, draw: Random) -> None:
        product_id, ware = draw.choice([*self.wares.items()])
        variant_id = draw.choice([*ware.prices])
        if self.admin.delete(f"{PRODUCTS}/{product_id}/variants/{variant_id}").status == 200:
            del ware.prices[variant_id]
            ware.own_prices = {key: price for key, price in ware.own_prices.items() if key[1] != variant_id}

    def relocate(self, draw: Random) -> None:
        storage_id, store_id = [*self.store_of][-1], draw.choice([*self.stores, None])
        assert self.admin.patch(f"{STORAGES}/{storage_id}", {"store_id": store_id}).status == 200
        self.store_of[storage_id] = store_id

    def expected(self, **query: Any) -> list[str]:
        """The names of what the rules leave, in order."""
        return sorted(ware.name for ware in self.wares.values() if self._is_listed(ware, **query))

    def _is_listed(
        self,
        ware: Ware,
        *,
        status: str | None = None,
        brand_id: str | None = None,
        store_id: str | None = None,
        min_price: int = 0,
        max_price: int = 1000,
        in_stock: bool | None = None,
    ) -> bool:
        held = {
            (storage, variant): number
            for (storage, variant), number in self.stock.items()
            if variant in ware.prices and store_id in (None, self.store_of[storage])
        }
        is_carried = store_id is None or held or any(store == store_id for store, _ in ware.own_prices)
        prices = [ware.own_prices.get((store_id or "", one), price) for one, price in ware.prices.items()]
        is_there = not ware.is_counted or any(number > 0 for number in held.values())
        return (
            (ware.status == status if status else ware.status != "archived")
            and brand_id in (None, ware.brand_id)
            and bool(is_carried)
            and any(min_price <= price <= max_price for price in prices)
            and in_stock in (None, is_there)
        )

    def listed(self, path: str = PRODUCTS, **conditions: Any) -> list[str]:
        """What a list has in all its pages."""
        parameters = {name: str(value).lower() for name, value in conditions.items() if value is not None}
        names: list[str] = []
        page = total = 1
        while len(names) < total:
            query = "&".join(
                f"{name}={value}" for name, value in {**parameters, "page": page, "limit": 7}.items()
            )
            answer = self.admin.get(f"{path}?{query}", x_wait_for_position=self.position)
            assert answer.status == 200, answer.body
            names += [row["name"] for row in answer.data]
            page, total = page + 1, answer.json["pagination"]["total"]
            assert answer.data or len(names) == total
        return names


@pytest.fixture(params=[1, 2])
def trade(request: pytest.FixtureRequest, shop: Any) -> Trade:
    """Many things that happened, one after another."""
    draw, trade = Random(request.param), Trade(shop)
    for _ in range(12):
        trade.draft(draw)
    ways: list[Callable[[Random], None]] = [
        trade.move,
        trade.edit,
        trade.price,
        trade.price_in_store,
        trade.receive,
        trade.sell,
        trade.sell,
        trade.drop,
        trade.relocate,
    ]
    for _ in range(400):
        draw.choice(ways)(draw)
    trade._add("/api/admin/settings/brands", name="Last")
    return trade


def filters(trade: Trade) -> Iterator[dict[str, Any]]:
    for store_id, in_stock, (low, high) in combinations(
        (None, *trade.stores), (None, True, False), ((None, None), (3, 5), (None, 2), (6, None))
    ):
        query = {"store_id": store_id, "in_stock": in_stock, "min_price": low, "max_price": high}
        yield {name: value for name, value in query.items() if value is not None}


def test_every_combination_leaves_what_the_rules_say(trade: Trade, shop: Any) -> None:
    worker, totals = shop.service.database.worker, set()
    for query in filters(trade):
        expected = trade.expected(**query)
        totals.add(tuple(expected))
        assert trade.listed(**query) == expected, query
        assert sorted(trade.listed(**query, sort="-created_at")) == expected, query
        assert trade.listed(**query, search="ware") == expected, query
        brand_id = trade.brands[0]
        assert trade.listed(**query, brand_id=brand_id) == trade.expected(**query, brand_id=brand_id), query
    assert len(totals) > 8
    assert verify(worker, EVENT_TYPES, Listing(), shop.company_id).is_true
    assert rebuild(worker, EVENT_TYPES, Listing(), shop.company_id).rows_changed == 0


def test_two_stores_run_out_at_the_same_time(shop: Any) -> None:
    trade = Trade(shop)
    for number in range(6):
        product_id = trade._add(PRODUCTS, name=f"Ware {number}", variants=[{"sku": f"W{number}", "price": 1}])
        trade.admin.post(f"{PRODUCTS}/{product_id}/status", {"status": "active"})
        [variant] = trade.admin.get(f"{PRODUCTS}/{product_id}").data["variants"]
        lines = [{"variant_id": variant["id"], "quantity": 1, "unit_cost": 1}]
        for storage_id in [*trade.store_of][:2]:
            trade.admin.post(RECEIPTS, {"storage_id": storage_id, "lines": lines})

        def sell(store_id: str, variant_id: str = variant["id"]) -> int:
            sold = [{"variant_id": variant_id, "quantity": 1}]
            body = {"store_id": store_id, "lines": sold, "payments": [{"method": "cash", "amount": 1}]}
            return int(shop.client("Cashier").post("/api/pos/orders", body).status)

        with ThreadPoolExecutor(2) as pool:
            assert list(pool.map(sell, trade.stores)) == [201, 201]
    assert trade.listed(in_stock=True) == []
    assert len(trade.listed(in_stock=False)) == 6


def test_a_store_carries_what_it_sold_below_zero(shop: Any) -> None:
    trade = Trade(shop)
    product_id = trade._add(PRODUCTS, name="Ware", variants=[{"sku": "W", "price": 1}])
    trade.admin.post(f"{PRODUCTS}/{product_id}/status", {"status": "active"})
    [variant] = trade.admin.get(f"{PRODUCTS}/{product_id}").data["variants"]
    north = {"store_id": trade.stores[0]}
    assert trade.listed(**north) == []
    trade.admin.patch(f"{STORAGES}/{next(iter(trade.store_of))}", {"allow_negative": True})
    sold = [{"variant_id": variant["id"], "quantity": 1}]
    payment = {"method": "cash", "amount": 1}
    assert trade.admin.post("/api/pos/orders", {**north, "lines": sold, "payments": [payment]}).status == 201
    assert trade.listed(**north, in_stock=False) == ["Ware"]


def test_a_storage_moves_while_something_is_first_sold_from_it(shop: Any) -> None:
    trade = Trade(shop)
    (north, south), database = trade.stores, shop.service.database
    path = f"{STORAGES}/{next(iter(trade.store_of))}"
    room = trade.admin.patch(path, {"allow_negative": True}).data
    product_id = trade._add(PRODUCTS, name="Ware", variants=[{"sku": "W", "price": 1}])
    [variant] = trade.admin.post(f"{PRODUCTS}/{product_id}/status", {"status": "active"}).data["variants"]
    sold = [{"variant_id": variant["id"], "quantity": 1}]
    body = {"store_id": north, "lines": sold, "payments": [{"method": "cash", "amount": 1}]}
    fields = {name: room[name] for name in ("name", "code", "address")}
    storage = Storage.begin(Storage.Registered, UUID(room["id"]), store_id=UUID(north), **fields)
    storage.revise({"allow_negative": True})
    storage.new_events()
    storage.revise({"store_id": UUID(south)})
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(database.app, autocommit=True) as moving,
        psycopg.connect(database.owner, autocommit=True) as watching,
    ):
        with transaction(moving, shop.company_id) as db:
            EventWriter(EVENT_TYPES, PROJECTIONS).record(
                db, storage.new_events(), Metadata(at=datetime.now(UTC))
            )
            sale = pool.submit(trade.admin.post, "/api/pos/orders", body)
            while not watching.execute(_WAITING, [moving.info.backend_pid]).fetchall():
                assert not sale.done()
        assert sale.result().status == 201
    assert trade.listed(store_id=south) == ["Ware"]
    assert trade.listed(store_id=north) == []


_WAITING = "SELECT FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"


def test_a_range_that_no_price_can_be_in_is_refused(shop: Any) -> None:
    refused = shop.client().get(f"{PRODUCTS}?min_price=5&max_price=4")
    assert (refused.status, refused.code) == (400, "invalid_parameter")
    assert refused.json["error"]["details"][0]["field"] == "min_price"
    for query in ("min_price=-1", "max_price=1.5", "in_stock=maybe", "store_id=north"):
        assert shop.client().get(f"{PRODUCTS}?{query}").status == 400


def test_a_store_of_another_company_carries_nothing(shop: Any, make_shop: Any) -> None:
    trade = Trade(shop)
    trade.draft(Random(0))
    assert Trade(make_shop()).listed(store_id=trade.stores[0]) == []


def test_views_and_export_know_the_same_filters(trade: Trade) -> None:
    for conditions in filters(trade):
        drafts = trade.expected(**conditions, status="draft")
        view = trade.listed("/api/admin/product-status/draft", **conditions)
        assert view == drafts, conditions
        query = "&".join(f"{name}={value}".lower() for name, value in conditions.items())
        export = trade.admin.get(f"/api/admin/products/export?{query}").body.decode("utf-8-sig")
        names = {row["name"] for row in csv.DictReader(io.StringIO(export))}
        assert sorted(names) == trade.expected(**conditions), conditions
