"""Two hundred thousand customers: what finding one takes over HTTP, and making their read models anew."""

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg

from commands.ports import Caller
from infra.bench.requests import get, times
from infra.bench.searching import found_company
from infra.bench.site import Site, serving
from infra.bench.wares import people
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.projections.rebuild_all import rebuild_all
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import make_event_writer

#: Customers for each second a part is to take; two hundred thousand for ten seconds.
CUSTOMERS_PER_SECOND, MOST_CUSTOMERS = 20_000, 200_000
_TOKEN_SECONDS = 86_400
_BATCH = 1_000

#: What is typed, by kind.
TYPED: Mapping[str, Sequence[str]] = {
    "one letter": ("a", "k", "x"),
    "word": ("maria", "noah", "john", "elen", "lena"),
    "two words": ("maria ka", "be noah", "ton lena"),
    "typo": ("mraia", "elnea", "linsu"),
    "code": ("77", "+49 171 0000077", "1234", "nobody.0@example.com"),
    "nobody": ("qqqwwweee", "nobody at all"),
}


def measure(site: Site) -> dict[str, Any]:
    """How long the lookup of customers takes, by kind of what is typed, and a rebuild of all of them."""
    number = min(MOST_CUSTOMERS, round(CUSTOMERS_PER_SECOND * site.seconds))
    site.say(f"Setting up a company with {number:,} customers")
    company_id, user_id = uuid4(), uuid4()
    _fill(site, company_id, user_id, number)
    site.say(f"Searching among {number:,} customers")
    taken = _search(site, company_id, user_id)
    site.say(f"Making the read models of {number:,} customers anew")
    return {
        "listed_customers": number,
        "customer_search_ms": taken,
        "customer_search_p95_ms": {kind: one["p95"] for kind, one in taken.items()},
        "rebuild_customers_seconds": _rebuild(site, company_id),
    }


def _search(site: Site, company_id: UUID, user_id: UUID) -> dict[str, dict[str, float]]:
    caller = Caller(company_id=company_id, user_id=user_id, session_id=user_id, role="Manager")
    token = Tokens(site.settings.signing_key(), _TOKEN_SECONDS).issue(caller)
    with serving(site) as (port, _):
        return {
            kind: times(site, port, [get(token, "/api/lookups/customers", search=text) for text in texts])
            for kind, texts in TYPED.items()
        }


def _rebuild(site: Site, company_id: UUID) -> float:
    models = [model for model in PROJECTIONS if model.name in ("customers", "customer_search")]
    began = time.monotonic()
    rebuild_all(site.addresses.worker, EVENT_TYPES, models, [company_id], processes=len(models))
    return time.monotonic() - began


def _fill(site: Site, company_id: UUID, user_id: UUID, number: int) -> None:
    writer, metadata = make_event_writer(), Metadata(at=datetime.now(UTC), actor=user_id)
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        found_company(connection, company_id, user_id)
        for start in range(0, number, _BATCH):
            customers = people(start, min(start + _BATCH, number))
            with transaction(connection, company_id) as db:
                writer.record(db, [event for one in customers for event in one.new_events()], metadata)
    site.own("VACUUM ANALYZE")
