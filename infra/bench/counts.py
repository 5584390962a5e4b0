"""A large count: how long it takes to complete, and how long a till waits meanwhile."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from threading import Event, Thread
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.catalog.products import Product, Variant
from domain.companies import Company
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from domain.storages import Storage
from domain.stores import Store
from domain.users import User
from infra.bench.requests import Client
from infra.bench.site import READY_SECONDS, MeasurementFailed, Site, following, serving
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer

#: Lines for each second a part is to take: ten thousand for ten.
LINES_PER_SECOND, MOST_LINES = 1_000, 10_000
#: How many lines are tallied with one request, and how many variants a product of the shop has.
_AT_ONCE, _VARIANTS = 1_000, 50
_PRICE = 199
_TOKEN_SECONDS = 86_400
_INVENTORY = "/api/admin/inventory"

_SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(id)s, %(id)s, 'none', now(), now() + interval '1 day')
"""

_BEHIND: LiteralString = """
    SELECT 1 FROM company_head AS head
      LEFT JOIN projection_checkpoints AS known
        ON known.company_id = head.company_id AND known.projection = 'stock_movements'
     WHERE head.company_id = %(company_id)s AND known.position IS DISTINCT FROM head.position
"""


class CountedShop:
    """A store with a till, and a storage that is to be counted."""

    def __init__(self, lines: int) -> None:
        self.company_id, self.user_id, self.store_id, self.storage_id = (uuid4() for _ in range(4))
        self.variants = [uuid4() for _ in range(lines)]

    def aggregates(self) -> Iterator[Aggregate]:
        """All that there is, in the order in which it came about."""
        zone = {"currency": "EUR", "timezone": "Europe/Berlin"}
        yield Company.begin(Company.Registered, self.company_id, name="Counted", **zone)
        name = f"manager@{self.company_id}"
        yield User.begin(User.Registered, self.user_id, username=name, role="Manager")
        yield Store.begin(Store.Registered, self.store_id, name="Shop", code="S", **zone, day_cut="00:00")
        own = {"store_id": self.store_id}
        yield Storage.begin(Storage.Registered, self.storage_id, name="Shelves", code="S", **own)
        for start in range(0, len(self.variants), _VARIANTS):
            variants = self.variants[start : start + _VARIANTS]
            yield _product(start, variants)
            yield self._delivery(variants)

    def _delivery(self, variants: Sequence[UUID]) -> StockMovement:
        delivered = [Delivered.entered(uuid4(), one, Decimal(100), 120) for one in variants]
        now = datetime.now(UTC)
        return StockMovement.begin(
            StockMovement.Received,
            uuid4(),
            storage_id=self.storage_id,
            occurred_at=now,
            business_date=now.date(),
            lines=receive_lines(delivered, {}),
        )


def _product(number: int, ids: Sequence[UUID]) -> Product:
    variants = (
        Variant(id=one, sku=f"SKU-{number + index}", price=_PRICE, cost=100) for index, one in enumerate(ids)
    )
    product = Product.begin(Product.Registered, uuid4(), name=f"Product {number}", variants=tuple(variants))
    product.change_status("active", None)
    return product


def measure(site: Site) -> dict[str, Any]:
    """How long it takes to complete a count, and the longest that a till waited that sold meanwhile."""
    lines = max(_AT_ONCE, min(MOST_LINES, round(LINES_PER_SECOND * site.seconds)))
    site.say(f"Setting up a shop with {lines:,} lines to count")
    shop = CountedShop(lines)
    _record(site, shop)
    token = _token(site, shop)
    with following(site), serving(site) as (port, _):
        client = Client(port, token)
        _wait_for_ledger(site, shop)
        before = {"storage_id": str(shop.storage_id), "kind": "full"}
        count, _ = client.send("POST", f"{_INVENTORY}/counts", before)
        path = f"{_INVENTORY}/counts/{count['id']}"
        site.say("Counting")
        tallying = [client.send("PUT", f"{path}/lines", body)[1] for body in _tallies(shop)]
        site.say("Completing the count while a till sells")
        with _till(Client(port, token), shop) as waits:
            time.sleep(min(1.0, site.seconds / 5))
            alone = len(waits)
            _, seconds = client.send("POST", f"{path}/complete", {})
    return {
        "count_lines": lines,
        "count_tally_1000_lines_ms": 1000 * max(tallying),
        "count_10000_lines_s": seconds,
        "count_till_wait_ms": 1000 * max(waits[alone:] or waits),
        "count_till_alone_ms": 1000 * max(waits[:alone] or waits),
    }


def _wait_for_ledger(site: Site, shop: CountedShop) -> None:
    """Wait until the ledger knows of everything, as it does in a shop that is open."""
    deadline = time.monotonic() + READY_SECONDS
    while site.own(_BEHIND, company_id=shop.company_id):
        if time.monotonic() > deadline:
            raise MeasurementFailed("The ledger did not catch up.")
        time.sleep(0.1)


def _tallies(shop: CountedShop) -> Iterator[Any]:
    """What was found: now and then one too few, or too many."""
    draw = random.Random(3)  # noqa: S311 a draw that can be repeated
    for start in range(0, len(shop.variants), _AT_ONCE):
        yield {
            "lines": [
                {"variant_id": str(variant), "quantity": draw.choice((99, 100, 100, 101))}
                for variant in shop.variants[start : start + _AT_ONCE]
            ]
        }


@contextmanager
def _till(client: Client, shop: CountedShop) -> Iterator[list[float]]:
    """A till that sells one thing after another, and how many seconds each sale took."""
    waits: list[float] = []
    ended, draw = Event(), random.Random(4)  # noqa: S311

    def sell() -> None:
        while not ended.is_set():
            line = {"variant_id": str(draw.choice(shop.variants)), "quantity": 1}
            payment = {"method": "card", "amount": _PRICE}
            sale = {"store_id": str(shop.store_id), "lines": [line], "payments": [payment]}
            waits.append(client.send("POST", "/api/pos/orders", sale)[1])

    seller = Thread(target=sell)
    seller.start()
    try:
        yield waits
    finally:
        ended.set()
        seller.join()


def _token(site: Site, shop: CountedShop) -> str:
    company_id, user_id = shop.company_id, shop.user_id
    caller = Caller(company_id=company_id, user_id=user_id, session_id=user_id, role="Manager")
    return Tokens(site.settings.signing_key(), _TOKEN_SECONDS).issue(caller)


def _record(site: Site, shop: CountedShop) -> None:
    writer, params = make_event_writer(), {"company_id": shop.company_id, "id": shop.user_id}
    metadata = Metadata(at=datetime.now(UTC), actor=shop.user_id)
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        with transaction(connection, shop.company_id) as db:
            db.execute("SELECT found_company(%(company_id)s)", params)
        for aggregate in shop.aggregates():
            with transaction(connection, shop.company_id) as db:
                writer.record(db, aggregate.new_events(), metadata)
        with transaction(connection, shop.company_id) as db:
            db.execute(_SESSION, params)
