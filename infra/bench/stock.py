"""Stock in a company that has much of it: levels by any filter, pages of the ledger, and a long delivery."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.catalog.categories import Category
from domain.catalog.products import Product, Variant
from domain.companies import Company
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.users import User
from infra.bench.ledger import fill_ledger
from infra.bench.requests import get, times
from infra.bench.site import HOST, Site, serving
from infra.bench.wares import name_of
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer

STORAGES = 10
#: Products for each second a part is to take, of which each storage has some: 100,000 balances for ten.
PRODUCTS_PER_SECOND, MOST_PRODUCTS = 1_000, 10_000
#: Rows of the ledger for each second a part is to take: five millions for ten.
ROWS_PER_SECOND, MOST_ROWS = 500_000, 5_000_000
LINES, CLASSES = 500, 20
_TOKEN_SECONDS = 86_400
_BATCH = 500
_INVENTORY = "/api/admin/inventory"

_SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(id)s, %(id)s, 'none', now(), now() + interval '1 day')
"""


class Stockroom:
    """A company with a few storages that all have the same goods."""

    def __init__(self, number: int) -> None:
        self.company_id, self.user_id = uuid4(), uuid4()
        self.storages = [uuid4() for _ in range(STORAGES)]
        self.variants = [uuid4() for _ in range(number)]
        self.brands, self.suppliers, self.categories = (
            [uuid4() for _ in range(CLASSES)] for _ in ("brands", "suppliers", "categories")
        )

    def aggregates(self) -> Iterator[Aggregate]:
        """All that there is, in the order in which it came about."""
        zone = {"currency": "EUR", "timezone": "Europe/Berlin"}
        yield Company.begin(Company.Registered, self.company_id, name="Stocked", **zone)
        name = f"manager@{self.company_id}"
        yield User.begin(User.Registered, self.user_id, username=name, role="Manager")
        for number, storage in enumerate(self.storages):
            yield Storage.begin(Storage.Registered, storage, name=f"Room {number}", code=f"R{number}")
        for number, category in enumerate(self.categories):
            yield Category.begin(Category.Registered, category, name=f"Category {number}")
        draw = random.Random(1)  # noqa: S311 a draw that can be repeated
        for number, variant in enumerate(self.variants):
            yield self._product(number, variant, draw)
        for storage in self.storages:
            for start in range(0, len(self.variants), _BATCH):
                yield self._delivery(storage, self.variants[start : start + _BATCH], draw)

    def _product(self, number: int, variant_id: UUID, draw: random.Random) -> Product:
        """A product; one in ten is ordered again when it runs low."""
        level = Decimal(5) if number % 10 == 0 else None
        variant = Variant(id=variant_id, sku=f"SKU-{number}", price=199, cost=100, reorder_level=level)
        return Product.begin(
            Product.Registered,
            uuid4(),
            name=name_of(draw),
            brand_id=draw.choice(self.brands),
            category_id=draw.choice(self.categories),
            supplier_id=draw.choice(self.suppliers),
            variants=(variant,),
        )

    def _delivery(self, storage_id: UUID, variants: Sequence[UUID], draw: random.Random) -> StockMovement:
        now = datetime.now(UTC)
        delivered = [
            Delivered.entered(uuid4(), variant, Decimal(draw.randrange(1, 200)), draw.randrange(50, 900))
            for variant in variants
        ]
        return StockMovement.begin(
            StockMovement.Received,
            uuid4(),
            storage_id=storage_id,
            occurred_at=now,
            business_date=now.date(),
            supplier_id=draw.choice(self.suppliers),
            lines=receive_lines(delivered, {}),
        )


def measure(site: Site) -> dict[str, Any]:
    """How long stock levels and pages of the ledger take, by what they are asked for with, and a delivery."""
    number = min(MOST_PRODUCTS, round(PRODUCTS_PER_SECOND * site.seconds))
    rows = min(MOST_ROWS, round(ROWS_PER_SECOND * site.seconds))
    site.say(f"Setting up a company with {number * STORAGES:,} stock balances")
    room = Stockroom(number)
    _record(site, room)
    site.say(f"Setting up a stock ledger of {rows:,} rows")
    fill_ledger(site, room.company_id, rows)
    caller = Caller(company_id=room.company_id, user_id=room.user_id, session_id=room.user_id, role="Manager")
    token = Tokens(site.settings.signing_key(), _TOKEN_SECONDS).issue(caller)
    site.say("Asking for stock levels and the ledger")
    figures: dict[str, Any] = {"listed_balances": number * STORAGES, "ledger_rows": rows}
    with serving(site) as (port, _):
        figures["levels_ms"] = {
            kind: times(site, port, [get(token, f"{_INVENTORY}/levels", **query) for query in queries])
            for kind, queries in _levels(room).items()
        }
        figures["ledger_page_ms"] = {
            kind: times(site, port, [get(token, f"{_INVENTORY}/movements", **query) for query in queries])
            for kind, queries in _pages(site, room).items()
        }
        figures["receipt_500_lines_ms"] = times(site, port, _deliveries(token, room))["p95"]
    for name in ("levels", "ledger_page"):
        figures[f"{name}_p95_ms"] = {kind: taken["p95"] for kind, taken in figures[f"{name}_ms"].items()}
    return figures


def _levels(room: Stockroom) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """What stock levels are asked for with, by kind."""
    storage, brand = str(room.storages[3]), str(room.brands[3])
    category, supplier = str(room.categories[3]), str(room.suppliers[3])
    sorts = [{"sort": sign + key} for key in ("name", "sku", "storage_name") for sign in ("", "-")]
    return {
        "all": ({}, {"page": "1000"}),
        "sorted by texts": sorts,
        "sorted by figures": [{"sort": sign + key} for key in ("on_hand", "value") for sign in ("", "-")],
        "storage": ({"storage_id": storage}, {"storage_id": storage, "sort": "-value"}),
        "variant": ({"variant_id": str(room.variants[7])},),
        "brand": ({"brand_id": brand}, {"brand_id": brand, "storage_id": storage}),
        "category, supplier": ({"category_id": category}, {"supplier_id": supplier, "sort": "-on_hand"}),
        "in stock": ({"status": "in_stock"},),
        "out, negative": ({"status": "out"}, {"status": "negative"}),
        "low": ({"status": "low"}, {"below_reorder": "true", "storage_id": storage}),
        "oversold": ({"status": "oversold"},),
        "search": ({"search": "organic"}, {"search": "choc mi"}, {"search": "SKU-77"}),
    }


def _pages(site: Site, room: Stockroom) -> Mapping[str, Sequence[Mapping[str, str]]]:
    """What the ledger is asked for with, by kind."""
    ((order, actor, supplier, middle),) = site.own(_SAMPLES, company_id=room.company_id)
    storage, variant, newest = str(room.storages[3]), str(room.variants[7]), str(2**62)
    month = {"from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z"}
    return {
        "oldest, newest": ({}, {"before": newest}, {"after": str(middle)}, {"before": str(middle)}),
        "storage": ({"storage_id": storage}, {"storage_id": storage, "before": newest}),
        "variant": ({"variant_id": variant}, {"variant_id": variant, "before": newest}),
        "type": ({"type": "receipt", "before": newest}, {"type": "sale", "storage_id": storage}),
        "reason": ({"reason": "lost", "before": newest}, {"reason": "found"}),
        "order": ({"order_id": str(order)},),
        "actor": ({"actor_id": str(actor), "before": newest}, {"actor_id": str(uuid4())}),
        "supplier": ({"supplier_id": str(supplier), "before": newest},),
        "month": (month, {**month, "before": newest}, {**month, "storage_id": storage}),
        "month, variant": ({**month, "variant_id": variant}, {**month, "type": "receipt"}),
        "as of": ({"as_of": "2026-03-01T00:00:00Z", "before": newest},),
    }


_SAMPLES: LiteralString = """
    SELECT (array_agg(order_id))[1], (array_agg(actor_id))[1],
           (SELECT supplier_id FROM stock_movements
             WHERE company_id = %(company_id)s AND supplier_id IS NOT NULL LIMIT 1), max(place)
      FROM (SELECT * FROM stock_movements
             WHERE company_id = %(company_id)s AND type = 'sale'
             ORDER BY place
            OFFSET (SELECT count(*) / 2 FROM stock_movements WHERE company_id = %(company_id)s)
             LIMIT 1) AS sale
"""


def _deliveries(token: str, room: Stockroom) -> list[bytes]:
    """Long deliveries, each of other goods."""
    draw = random.Random(2)  # noqa: S311 a draw that can be repeated
    return [_delivery(token, room, draw) for _ in range(20)]


def _delivery(token: str, room: Stockroom, draw: random.Random) -> bytes:
    chosen = draw.choices(room.variants, k=LINES)
    lines = [{"variant_id": str(variant), "quantity": "2", "unit_cost": 100} for variant in chosen]
    content = json.dumps({"storage_id": str(draw.choice(room.storages)), "lines": lines}).encode()
    head = (
        f"POST {_INVENTORY}/receipts HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _record(site: Site, room: Stockroom) -> None:
    writer, params = make_event_writer(), {"company_id": room.company_id, "id": room.user_id}
    metadata = Metadata(at=datetime.now(UTC), actor=room.user_id)
    batch: list[Aggregate.Event] = []
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        with transaction(connection, room.company_id) as db:
            db.execute("SELECT found_company(%(company_id)s)", params)
        for aggregate in room.aggregates():
            batch += aggregate.new_events()
            if len(batch) >= _BATCH or isinstance(aggregate, StockMovement):
                with transaction(connection, room.company_id) as db:
                    writer.record(db, batch, metadata)
                batch = []
        with transaction(connection, room.company_id) as db:
            db.execute(_SESSION, params)
