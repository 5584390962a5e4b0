"""Fills logs as one is brought in from elsewhere: chained by the database, with the inline read models."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

import psycopg

from infra.bench.reports.history import READER
from infra.bench.scale.sales import Originals, SalesYear
from infra.bench.scale.shop import Shop
from infra.bench.shops import SESSION
from infra.bench.site import Site
from infra.eventstore.append import APPEND_EVENTS
from infra.eventstore.chain import ChainedEvent
from infra.incoming.log import PAGE, incoming_log
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

#: How many sales a small company has had, and how many wares.
SMALL_SALES, SMALL_WARES = 20, 10

Tell = Callable[[int], None]


def large_shop(events: int) -> Shop:
    """A company whose stores, tills and wares are as many as its sales ask for."""
    stores = max(1, min(50, events // 100_000))
    return Shop(0, stores=stores, tills=8, wares=max(50, min(5_000, events // 100)))


def small_shop(number: int) -> Shop:
    """One of the others."""
    return Shop(number, stores=1, tills=1, wares=SMALL_WARES)


def fill(site: Site, shop: Shop, originals: Originals, sales: int, tell: Tell) -> int:
    """Record the year of a shop, whose people are signed in from then on. Returns how many events it has."""
    events = SalesYear(shop, originals).events(sales)
    with (
        psycopg.connect(site.addresses.worker, autocommit=True) as connection,
        incoming_log(connection, shop.company_id, EVENT_TYPES, PROJECTIONS) as log,
    ):
        for page in _pages(events):
            with log.adding() as db:
                log.add(db, page)
            tell(log.last)
        with log.adding() as db:
            last = log.open(db, {})
            _sign_in(db, shop)
    return last


def fill_small(site: Site, shops: Iterable[Shop], originals: Originals) -> Iterator[Shop]:
    """Record the sales of many small shops, each with its inline read models in one transaction."""
    inline = [model for model in PROJECTIONS if model.mode == "inline"]
    reader = FactReader(EVENT_TYPES, inline)
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        for shop in shops:
            events = list(SalesYear(shop, originals).events(SMALL_SALES))
            with transaction(connection, shop.company_id) as db:
                db.execute("SELECT found_company(%(company_id)s)", {"company_id": shop.company_id})
                db.execute(APPEND_EVENTS, _batch(shop, events))
                facts = reader.read(db, 0, len(events))
                for model in inline:
                    if own := [fact for fact in facts if fact.event in model.events]:
                        model.apply(own, db)
                _sign_in(db, shop)
            yield shop


def _batch(shop: Shop, events: Sequence[ChainedEvent]) -> dict[str, Any]:
    return {
        "company_id": shop.company_id,
        "stream_ids": [event.stream_id for event in events],
        "stream_versions": [event.stream_version for event in events],
        "types": [event.type for event in events],
        "states": [event.state for event in events],
        "metadata": [event.metadata for event in events],
    }


def _pages(events: Iterator[ChainedEvent]) -> Iterator[list[ChainedEvent]]:
    while page := list(islice(events, PAGE)):
        yield page


def _sign_in(db: Transaction, shop: Shop) -> None:
    for user_id in (shop.cashier_id, READER):
        db.execute(SESSION, {"company_id": shop.company_id, "id": user_id})
