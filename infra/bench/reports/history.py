"""A year of sales for reports: a made one of several stores, or the real one of the Complete Journey."""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from commands.ports import Caller
from domain.aggregate import Aggregate
from domain.catalog.categories import Category
from domain.catalog.products import Product, Variant
from domain.registers import Register
from domain.stores import Store
from domain.users import User
from infra.bench.copies import append_copies, last_sale
from infra.bench.recording import record_sale
from infra.bench.shops import SESSION, TAX, TOKEN_SECONDS, id_of, open_chain, price_of
from infra.bench.site import Site
from infra.bench.wares import name_of
from infra.eventstore.codec import Metadata
from infra.identity.tokens import Tokens
from infra.postgres.transactions import transaction
from infra.runtime.services import make_event_writer, open_pool
from infra.showcase.complete_journey.importer import company_id_of, import_history
from infra.showcase.complete_journey.source import Selection

#: Sales of the made year for each second a part is to take; fifty thousand of five lines for ten seconds.
SALES_PER_SECOND = 5_000
STORES, VARIANTS, CATEGORIES, CUSTOMERS = 40, 5_000, 50, 2_000
HOURS = range(8, 20)
_MADE, _REAL = 2025, 2017
_COMPANY = "Complete Journey"
# Beside what the measured company of one store has of its own.
_FIRST = 100_000
READER = id_of("place", 22)


@dataclass(frozen=True)
class History:
    """A company with sales of a whole year, which nothing but the log need know yet, and a manager of it."""

    company_id: UUID
    sales: int
    year: int

    @property
    def first(self) -> date:
        """The first business date."""
        return date(self.year, 1, 1)

    @property
    def last(self) -> date:
        """The last one."""
        return date(self.year, 12, 31)


_LARGEST: LiteralString = """
    SELECT place.id FROM sales_store_month AS sums
      JOIN report_places AS place ON place.company_id = sums.company_id AND place.kind = 'store'
                                 AND place.no = sums.store_no
     WHERE sums.company_id = %s GROUP BY place.id ORDER BY sum(sums.orders) DESC, place.id LIMIT 1
"""


def reader_token(site: Site, history: History) -> str:
    """What the manager of the company signs in with."""
    caller = Caller(company_id=history.company_id, user_id=READER, session_id=READER, role="Manager")
    return Tokens(site.settings.signing_key(), TOKEN_SECONDS).issue(caller)


def largest_store(site: Site, history: History) -> UUID:
    """The store with most orders, once the read models of reports are made."""
    store_id: UUID = site.own(_LARGEST, history.company_id)[0][0]
    return store_id


def real_year(site: Site) -> History:
    """Bring in the real year, with its inline read models. Raises HistoryNotInstalled."""
    site.say("Importing the year of the Complete Journey")
    orders = 0

    def advance(done: int, _total: int) -> None:
        nonlocal orders
        orders = done

    writer, company_id = make_event_writer(), company_id_of(_COMPANY)
    with open_pool(site.addresses.app, 2) as pool:
        import_history(pool, writer, _COMPANY, Selection(), advance)
    _take_on(site, company_id, [_manager()])
    return History(company_id, orders, _REAL)


def made_year(site: Site) -> History:
    """Append sales like one that the application made to the log, day after day."""
    sales = max(1_000, round(SALES_PER_SECOND * site.seconds))
    chain, company_id = open_chain(site), id_of("company")
    record_sale(chain)
    original = last_sale(site, company_id)
    site.say(f"Making a year of {sales:,} sales in {STORES} stores")
    _take_on(site, company_id, [_manager(), *_places(), *_goods()])
    append_copies(site, company_id, original, _sales(json.loads(original.state), sales))
    return History(company_id, sales, _MADE)


def _take_on(site: Site, company_id: UUID, aggregates: list[Aggregate]) -> None:
    events = [event for one in aggregates for event in one.new_events()]
    with (
        psycopg.connect(site.addresses.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        make_event_writer().record(db, events, Metadata(at=datetime.now(UTC), actor=READER))
        db.execute(SESSION, {"company_id": company_id, "id": READER})


def _manager() -> Aggregate:
    return User.begin(User.Registered, READER, username="reader@measured", role="Manager")


def _places() -> Iterator[Aggregate]:
    settings = {"timezone": "Europe/Berlin", "day_cut": "00:00", "currency": "EUR"}
    for number in range(STORES):
        store_id = id_of("place", _FIRST + number)
        yield Store.begin(Store.Registered, store_id, name=f"Store {number}", code=f"S{number}", **settings)
        fields = {"name": f"Till {number}", "code": f"S{number}", "store_id": store_id}
        yield Register.begin(Register.Registered, id_of("register", _FIRST + number), **fields)


def _goods() -> Iterator[Aggregate]:
    for number in range(CATEGORIES):
        category_id = id_of("place", 2 * _FIRST + number)
        yield Category.begin(Category.Registered, category_id, name=f"Category {number}")
    draw = random.Random(2)  # noqa: S311 a draw that can be repeated
    for number in range(_FIRST, _FIRST + VARIANTS):
        variant = Variant(id=id_of("variant", number), sku=f"SKU-{number}", price=price_of(number))
        yield Product.begin(
            Product.Registered,
            id_of("product", number),
            name=name_of(draw),
            category_id=_category_of(number),
            tax_rate_ids=(TAX,),
            variants=(variant,),
        )


def _category_of(number: int) -> UUID:
    return id_of("place", 2 * _FIRST + number % CATEGORIES)


def _sales(state: Mapping[str, Any], sales: int) -> Iterator[str]:
    """That sale again and again, from January to December: other stores, hours, customers and goods."""
    draw = random.Random(3)  # noqa: S311 a draw that can be repeated
    for number in range(sales):
        place = _FIRST + draw.randrange(STORES)
        changed = {
            "number": f"B-{number}",
            "series_number": 1_000 + number,
            "store_id": str(id_of("place", place)),
            "register_id": str(id_of("register", place)),
            "customer_id": str(id_of("place", 3 * _FIRST + draw.randrange(CUSTOMERS))),
            "business_date": str(date(_MADE, 1, 1) + timedelta(days=365 * number // sales)),
            "hour": draw.choice(HOURS),
            "lines": [_line(line, draw) for line in state["lines"]],
        }
        yield json.dumps({**state, **changed}, separators=(",", ":"))


def _line(line: Mapping[str, Any], draw: random.Random) -> dict[str, Any]:
    """The same of other goods; a few of them sell often, most seldom."""
    number = _FIRST + int(VARIANTS * draw.random() ** 2)
    return {
        **line,
        "product_id": str(id_of("product", number)),
        "variant_id": str(id_of("variant", number)),
        "category_id": str(_category_of(number)),
        "sku": f"SKU-{number}",
        "name": f"No. {number}",
    }
