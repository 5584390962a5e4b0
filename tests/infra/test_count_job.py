"""Counts whose completion broke off are completed by themselves: once, whoever looks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.catalog.products import Product, Variant
from domain.companies import Company
from domain.stock.counts import StockCount, TalliedLine
from domain.storages import Storage
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.jobs.counts import IDLE, complete_what_was_left
from infra.postgres.embedded import EmbeddedServer
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.conftest import Database, fresh_database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
BEGIN = datetime(2001, 1, 1, tzinfo=UTC)
LATER = BEGIN + IDLE
LINES = 250


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_counts")


@pytest.fixture
def left(database: Database) -> tuple[UUID, UUID]:
    """A company, and its count of which nothing was posted when its completion broke off."""
    company_id, count_id, storage_id = uuid4(), uuid4(), uuid4()
    variants = [uuid4() for _ in range(LINES)]
    goods = tuple(Variant(id=one, sku=f"S{n}", price=1, cost=7) for n, one in enumerate(variants))
    count = StockCount.begin(
        StockCount.Begun,
        count_id,
        number="CT-000001",
        series_number=1,
        storage_id=storage_id,
        kind="full",
        occurred_at=BEGIN,
    )
    count.tally(
        TalliedLine(
            variant_id=one,
            quantity=Decimal(2),
            counted_at=BEGIN,
            expected_quantity=Decimal(0),
            known_position=0,
        )
        for one in variants
    )
    count.begin_completion("keep", BEGIN, 0, None)
    things = [
        Company.begin(Company.Registered, company_id, name="Bakery", currency="EUR", timezone="UTC"),
        Storage.begin(Storage.Registered, storage_id, name="Cellar", code="C"),
        Product.begin(Product.Registered, uuid4(), name="Rolls", variants=goods),
        count,
    ]
    with (
        psycopg.connect(database.app, autocommit=True) as connection,
        transaction(connection, company_id) as db,
    ):
        db.execute("SELECT found_company(%(company)s)", {"company": company_id})
        WRITER.record(db, [event for one in things for event in one.new_events()], Metadata(at=BEGIN))
    return company_id, count_id


@pytest.fixture
def look(database: Database) -> Callable[[datetime], int]:
    """Does the job as a worker does it, at a time."""

    def do(now: datetime) -> int:
        with psycopg.connect(database.worker, autocommit=True) as connection:
            return complete_what_was_left(connection, WRITER, now)

    return do


@pytest.fixture
def standing_of(database: Database) -> Callable[[UUID], tuple[str, Decimal, Decimal]]:
    """How the company's count stands, what was posted of it, and what there is by now."""

    def read(company_id: UUID) -> tuple[str, Decimal, Decimal]:
        with psycopg.connect(database.owner) as connection:
            row = connection.execute(
                "SELECT (SELECT status FROM counts WHERE company_id = %(one)s),"
                "       (SELECT coalesce(sum(difference), 0) FROM count_results WHERE company_id = %(one)s),"
                "       (SELECT sum(on_hand) FROM stock_balances WHERE company_id = %(one)s)",
                {"one": company_id},
            ).fetchone()
        assert row
        return row

    return read


def test_one_that_was_left_is_posted_to_the_end(
    left: tuple[UUID, UUID], look: Callable[[datetime], int], standing_of: Callable[[UUID], object]
) -> None:
    company_id, _ = left
    assert look(LATER - timedelta(seconds=1)) == 0
    assert standing_of(company_id) == ("completing", 0, 0)
    assert look(LATER) == 1
    assert standing_of(company_id) == ("completed", 2 * LINES, 2 * LINES)
    assert look(LATER) == 0


def test_several_workers_post_it_once(
    left: tuple[UUID, UUID], look: Callable[[datetime], int], standing_of: Callable[[UUID], object]
) -> None:
    company_id, _ = left
    with ThreadPoolExecutor(3) as together:
        list(together.map(lambda _: look(LATER), range(3)))
    look(LATER)
    assert standing_of(company_id) == ("completed", 2 * LINES, 2 * LINES)
