"""Fills logs with sales like one that the application recorded: many at a time, and nothing but the log."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import LiteralString
from uuid import UUID

import psycopg

from infra.bench.site import Site
from infra.eventstore.append import APPEND_EVENTS
from infra.postgres.transactions import transaction
from infra.process.ids import uuid7

_BATCH = 2_500

#: What a sale is, and what it takes from the shelves.
SALE, ISSUE = "orders.Order.Sold", "stock.StockMovement.Issued"

_LAST: LiteralString = """
    SELECT type, state, metadata FROM events
     WHERE company_id = %s AND type = %s ORDER BY position DESC LIMIT 1
"""


@dataclass(frozen=True)
class Original:
    """An event as it stands in the log."""

    type: str
    state: str
    metadata: str


def last_sale(site: Site, company_id: UUID) -> Original:
    """The sale that a company recorded last."""
    return last_event(site, company_id, SALE)


def last_event(site: Site, company_id: UUID, type_: str) -> Original:
    """The event of a type that a company recorded last."""
    return Original(*site.own(_LAST, company_id, type_)[0])


def append_copies(site: Site, company_id: UUID, original: Original, states: Iterable[str]) -> None:
    """Append the event with each of these states to a company's log, each in a stream of its own."""
    remaining = iter(states)
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        while batch := list(islice(remaining, _BATCH)):
            params = {
                "company_id": company_id,
                "stream_ids": [uuid7() for _ in batch],
                "stream_versions": [1] * len(batch),
                "types": [original.type] * len(batch),
                "states": batch,
                "metadata": [original.metadata] * len(batch),
            }
            with transaction(connection, company_id) as db:
                db.execute(APPEND_EVENTS, params)
