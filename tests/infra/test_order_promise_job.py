"""What orders promise lapses by itself: once, and the orders stay open."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.orders import Order, SaleLine
from domain.orders.back_office import Occasion, place
from domain.pricing import Item, Rules, price
from domain.tills import Till
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.order_promises import ORDER_PROMISE_EXPIRY
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.commands.samples import FOUNDED, STORAGE, STORE, VARIANT, company, storage, store
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
RULES = Rules(currency="EUR")


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_order_promises")


def order(number: int, hours: int | None) -> Order:
    """An order of two, promised for so many hours."""
    basket = price([Item(variant_id=VARIANT, quantity=Decimal(2), unit_price=249)], (), RULES)
    (priced,) = basket.lines
    line = SaleLine(
        id=uuid4(),
        product_id=uuid4(),
        variant_id=VARIANT,
        sku="SALT",
        name="Sea salt",
        variant_name="",
        category_id=None,
        brand_id=None,
        list_price=249,
        cost_total=0,
        is_stocked=True,
        **{name: getattr(priced, name) for name in priced.__dataclass_fields__},
    )
    return place(
        uuid4(),
        till=Till(
            channel="web",
            store_id=STORE,
            register_id=None,
            cashier_id=None,
            series_id=UUID(int=1),
            series_number=number,
            number=f"M-SO{number:06d}",
        ),
        occasion=Occasion(occurred_at=FOUNDED, business_date=FOUNDED.date(), hour=9, cashier_id=None),
        rules=RULES,
        lines=(line,),
        basket=basket,
        discounts=(),
        storage_id=STORAGE,
        reserve_until=None if hours is None else FOUNDED + timedelta(hours=hours),
    )


@pytest.fixture
def shop_with(database: Database) -> Callable[..., UUID]:
    """Founds a company with orders whose promises lapse so many hours later."""

    def make(*hours: int | None) -> UUID:
        company_id = uuid4()
        orders = [order(number, later) for number, later in enumerate(hours, 1)]
        things: list[Any] = [company(company_id), store(), storage(), *orders]
        events = [event for one in things for event in one.new_events()]
        with (
            psycopg.connect(database.app, autocommit=True) as connection,
            transaction(connection, company_id) as db,
        ):
            db.execute("SELECT found_company(%(company)s)", {"company": company_id})
            WRITER.record(db, events, Metadata(at=FOUNDED))
        return company_id

    return make


def look(database: Database, hours: int) -> int:
    """Do the job as a worker does it, so many hours later."""
    with psycopg.connect(database.worker, autocommit=True) as connection:
        return ORDER_PROMISE_EXPIRY.run(connection, WRITER, FOUNDED + timedelta(hours=hours))


def state_of(database: Database, company_id: UUID) -> tuple[int, set[str]]:
    """What is reserved of the salt, and how the orders stand."""
    with psycopg.connect(database.owner) as connection:
        reserved = connection.execute(
            "SELECT reserved FROM stock_balances WHERE company_id = %s", [company_id]
        ).fetchone()
        statuses = connection.execute("SELECT status FROM orders WHERE company_id = %s", [company_id])
        assert reserved
        return int(reserved[0]), {status for (status,) in statuses}


def test_what_is_due_lapses_once_and_the_orders_stay_open(database: Database, shop_with: Any) -> None:
    company_id = shop_with(1, 2, None)
    assert state_of(database, company_id) == (6, {"open"})
    assert look(database, 1) == 1
    assert look(database, 1) == 0
    assert state_of(database, company_id) == (4, {"open"})
    assert look(database, 1000) == 1
    assert state_of(database, company_id) == (2, {"open"})
