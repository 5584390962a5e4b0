"""Finding one of a hundred thousand: what lookups and the search of the catalog take over HTTP."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.companies import Company
from domain.users import User
from infra.bench import bare
from infra.bench.requests import get, times
from infra.bench.rounds import percentile
from infra.bench.site import Site, serving
from infra.bench.wares import things
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer

#: Products, and as many customers, for each second a part is to take; a hundred thousand for ten seconds.
PRODUCTS_PER_SECOND, MOST_PRODUCTS = 10_000, 100_000
_TOKEN_SECONDS = 86_400
_BATCH = 500

_SESSION: LiteralString = """
    INSERT INTO sessions (company_id, id, user_id, refresh_hash, created_at, expires_at)
    VALUES (%(company_id)s, %(id)s, %(id)s, 'none', now(), now() + interval '1 day')
"""

#: What is typed, by kind: several texts of each for products, and for customers.
TYPED: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "one letter": (("m", "c", "x", "o", "z"), ("a", "k", "x", "o", "z")),
    "two letters": (("mi", "co", "ch", "ka", "sa"), ("ma", "ka", "lo", "an", "be")),
    "word": (("milk", "choc", "toma", "organic", "bread"), ("maria", "noah", "john", "elen", "lena")),
    "two words": (("organic milk", "bread dark", "ka sauce"), ("maria ka", "be noah", "ton lena")),
    "typo": (("chocolte", "banannas", "orgnaic mlik"), ("mraia", "elnea", "linsu")),
    "code": (("SKU-77", "2000000000770", "sku-1234"), ("77", "+49 171 0000077", "1234")),
    "nothing": (("qqqwwweee", "nowhere at all"), ("qqqwwweee", "nobody at all")),
    "no text": (("",), ("",)),
}

#: What pages of the catalog are asked for with, by kind.
FILTERED: Mapping[str, Sequence[Mapping[str, str]]] = {
    "newest first": ({"sort": "-created_at"},),
    "page 1,000": ({"page": "1000"},),
    "status": ({"status": "active"}, {"status": "draft"}),
    "price range": (
        {"min_price": "1000", "max_price": "1200"},
        {"min_price": "1000"},
        {"min_price": "100", "max_price": "104"},
    ),
    "stock": ({"in_stock": "true"}, {"in_stock": "false"}),
    "word and price": (
        {"search": "organic", "min_price": "3000"},
        {"search": "choc", "max_price": "500", "sort": "-created_at"},
    ),
}


def measure(site: Site) -> dict[str, Any]:
    """How long lookups and pages of the catalog with their totals take, by kind of what is typed."""
    number = min(MOST_PRODUCTS, round(PRODUCTS_PER_SECOND * site.seconds))
    site.say(f"Setting up a company with {number:,} products and {number:,} customers")
    company_id, user_id = uuid4(), uuid4()
    _fill(site, company_id, user_id, number)
    caller = Caller(company_id=company_id, user_id=user_id, session_id=user_id, role="Manager")
    token = Tokens(site.settings.signing_key(), _TOKEN_SECONDS).issue(caller)
    site.say(f"Searching among {number:,} products and customers")
    figures: dict[str, Any] = {"searched_products": number, "lookup_ms": {}}
    figures.update(product_search_ms={}, product_filter_ms={})
    with serving(site, ["infra.bench.bare"]) as (port, _):
        figures["bare_p50_ms"] = times(site, port, [bare.REQUEST])["p50"]
    with serving(site) as (port, _):
        for kind, (goods, people) in TYPED.items():
            requests = [
                *(
                    get(token, f"/api/lookups/{name}", search=text)
                    for name in ("products", "variants")
                    for text in goods
                ),
                *(get(token, "/api/lookups/customers", search=text) for text in people),
            ]
            figures["lookup_ms"][kind] = times(site, port, requests)
            pages = [get(token, "/api/admin/products", search=text) for text in goods]
            figures["product_search_ms"][kind] = times(site, port, pages)
        for kind, queries in FILTERED.items():
            filtered = [get(token, "/api/admin/products", **query) for query in queries]
            figures["product_filter_ms"][kind] = times(site, port, filtered)
    for name in ("lookup", "product_search", "product_filter"):
        figures[f"{name}_p95_ms"] = {kind: taken["p95"] for kind, taken in figures[f"{name}_ms"].items()}
    middle = percentile([taken["p50"] for taken in figures["lookup_ms"].values()], 0.5)
    figures["lookup_vs_bare"] = middle / figures["bare_p50_ms"]
    return figures


def _fill(site: Site, company_id: UUID, user_id: UUID, number: int) -> None:
    writer, metadata = make_event_writer(), Metadata(at=datetime.now(UTC), actor=user_id)
    with psycopg.connect(site.addresses.app, autocommit=True) as connection:
        found_company(connection, company_id, user_id)
        for start in range(0, number, _BATCH):
            with transaction(connection, company_id) as db:
                writer.record(db, _events(things(start, min(start + _BATCH, number))), metadata)
    site.own("VACUUM ANALYZE")


def found_company(connection: psycopg.Connection[Any], company_id: UUID, user_id: UUID) -> None:
    """Found a company with a manager who is signed in, in a session of the manager's own id."""
    params = {"company_id": company_id, "id": user_id}
    with transaction(connection, company_id) as db:
        db.execute("SELECT found_company(%(company_id)s)", params)
        metadata = Metadata(at=datetime.now(UTC), actor=user_id)
        make_event_writer().record(db, _events(_people(company_id, user_id)), metadata)
        db.execute(_SESSION, params)


def _events(aggregates: Iterator[Aggregate]) -> list[Aggregate.Event]:
    """First facts first, so that read models insert a run of them at once."""
    events = [event for aggregate in aggregates for event in aggregate.new_events()]
    return sorted(events, key=lambda event: event.originator_version)


def _people(company_id: UUID, user_id: UUID) -> Iterator[Aggregate]:
    yield Company.begin(
        Company.Registered, company_id, name="Searched", currency="EUR", timezone="Europe/Berlin"
    )
    yield User.begin(User.Registered, user_id, username=f"manager@{company_id}", role="Manager")
