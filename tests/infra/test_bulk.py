"""Many streams at once leave what single commands would have left, event for event and row for row."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql
from psycopg.rows import dict_row

from domain.catalog.brands import Brand
from domain.companies import Company
from domain.pricing import Rules
from infra.decisions.bulk import BulkRecorder, NameTaken, Streams, first_fact, found_company, record_events
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.chain import verify_chain
from infra.eventstore.codec import Metadata
from infra.postgres.pool import RequestPool
from infra.postgres.transactions import transaction
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from infra.runtime.services import open_pool
from infra.showcase.complete_journey.mapping import History
from infra.showcase.complete_journey.source import Basket, SourceProduct
from projections.log import EVENT
from tests.conftest import Database

WRITER = EventWriter(EVENT_TYPES, PROJECTIONS)
NOON = datetime(2017, 3, 1, 12, tzinfo=UTC)
FACTS = {"name": "Past", "currency": "USD", "timezone": "America/New_York"}
#: Whose history it is: ids follow from it, so that two companies have the same.
ORIGIN = uuid4()
IN_ORDER = "SELECT stream_id FROM events WHERE company_id = %s AND position > 1 ORDER BY position"
INLINE = [table for model in PROJECTIONS if model.mode == "inline" for table in model.tables]
LOG: LiteralString = f"SELECT {EVENT} FROM events AS e WHERE e.company_id = %(company_id)s"

names = st.sampled_from(["DELI", "SNACKS", "Crème", "Nüsse"])
products = st.builds(
    SourceProduct,
    id=st.integers(1, 30),
    price=st.integers(0, 999),
    manufacturer=st.none() | st.integers(1, 3),
    brand=st.sampled_from(["National", "Private"]),
    department=st.none() | names,
    category=st.none() | names,
    type=names,
    size=st.none() | st.just("12 OZ"),
)
lines = st.tuples(
    st.integers(0, 29), st.integers(0, 90_000), st.integers(0, 999), st.integers(0, 99), st.integers(0, 9)
)
baskets = st.tuples(
    st.integers(1, 3), st.integers(1, 3), st.integers(0, 50), st.lists(lines, min_size=1, max_size=4)
)


def sold(number: int, drawn: Any, known: Sequence[SourceProduct]) -> Basket:
    """A basket of these lines, of goods that are known, each once."""
    household, store, coupon, rows = drawn
    goods = {known[row[0] % len(known)].id: row[1:] for row in rows}
    quantities, net, loyalty, matched = ([*column] for column in zip(*goods.values(), strict=True))
    return Basket(
        id=number,
        household=household,
        store=store,
        sold_at=NOON + timedelta(minutes=number),
        products=[*goods],
        quantities=quantities,
        net=net,
        loyalty=loyalty,
        matched=matched,
        coupon=coupon,
    )


@pytest.fixture(scope="module")
def pool(database: Database) -> Iterator[RequestPool]:
    with open_pool(database.app, 2) as connections:
        yield connections


class Past:
    """A history in memory: its goods, and its sales."""

    def __init__(self, goods: Sequence[SourceProduct], drawn: Sequence[Any]) -> None:
        self._goods = goods
        self._sales = [sold(number, one, goods) for number, one in enumerate(drawn, 1)]

    def batches(self, size: int) -> Iterator[Streams]:
        """Its streams, about so many at once."""
        history = History(ORIGIN, Rules(currency="USD"))
        yield from history.references([1, 2, 3], [1, 2, 3], self._goods, size)
        for start in range(0, len(self._sales), size):
            yield history.sales(self._sales[start : start + size])


def opened(database: Database) -> UUID:
    company_id = uuid4()
    with psycopg.connect(database.app, autocommit=True) as app, transaction(app, company_id) as db:
        found_company(db)
        record_events(db, WRITER, [first_fact(Company.Registered, company_id, **FACTS)], NOON)
    return company_id


def recorded_one_by_one(database: Database, past: Past) -> UUID:
    """Each event in a transaction of its own, as commands record theirs."""
    company_id = opened(database)
    events = (event for streams in past.batches(1) for make in streams.values() for event in make())
    with psycopg.connect(database.app, autocommit=True) as app:
        for event in events:
            with transaction(app, company_id) as db:
                WRITER.record(db, [event], Metadata(at=NOON))
    return company_id


def recorded_at_once(database: Database, pool: RequestPool, past: Past, size: int) -> UUID:
    company_id = opened(database)
    list(BulkRecorder(pool, WRITER, company_id).record(past.batches(size)))
    return company_id


def left(database: Database, company_id: UUID) -> tuple[dict[Any, Any], dict[str, Counter[Any]]]:
    """The log in clear, and the rows of each inline read model, but for times of recording."""
    with psycopg.connect(database.owner, row_factory=dict_row) as owner:
        rows = [EVENT_TYPES.in_clear(row) for row in owner.execute(LOG, {"company_id": company_id})]
        tables = {table: Counter(rows_of(owner, table, company_id)) for table in INLINE}
    by_version = {
        (row["stream_id"], row["stream_version"]): (row["type"], row["state"])
        for row in rows
        if row["stream_id"] != company_id
    }
    return by_version, tables


def rows_of(owner: psycopg.Connection[Any], table: str, company_id: UUID) -> Iterator[str]:
    statement = sql.SQL("SELECT * FROM {} WHERE company_id = %s").format(sql.Identifier(table))
    for row in owner.execute(statement, [company_id]):
        named = {name: value for name, value in row.items() if value not in (company_id, ORIGIN)}
        yield repr({name: value for name, value in named.items() if not name.endswith(("_at", "_hash"))})


@given(
    goods=st.lists(products, min_size=1, max_size=12, unique_by=lambda one: one.id),
    drawn=st.lists(baskets, max_size=10),
    size=st.integers(1, 12),
)
# Each example is a company; to look for a smaller one that fails takes minutes.
@settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_leaves_what_single_commands_would_have_left(
    database: Database, pool: RequestPool, goods: list[SourceProduct], drawn: list[Any], size: int
) -> None:
    past = Past(goods, drawn)
    company_id = recorded_at_once(database, pool, past, size)
    assert left(database, company_id) == left(database, recorded_one_by_one(database, past))
    with psycopg.connect(database.owner, autocommit=True) as owner:
        assert verify_chain(owner, company_id).is_sound
    assert sum(BulkRecorder(pool, WRITER, company_id).record(past.batches(size + 1))) == 0


class TestBatches:
    def test_that_fails_leaves_the_earlier_ones_and_nothing_of_later_ones(
        self, database: Database, pool: RequestPool
    ) -> None:
        company_id, brands = opened(database), [uuid4() for _ in range(4)]
        named = zip(brands, ["First", "Second", "second", "Fourth"], strict=True)
        batches = [{brand_id: partial(brand_called, brand_id, name)} for brand_id, name in named]
        recorded = BulkRecorder(pool, WRITER, company_id).record(batches)
        with pytest.raises(NameTaken):
            list(recorded)
        assert {stream_id for stream_id, _ in left(database, company_id)[0]} == set(brands[:2])

    def test_are_recorded_in_their_order(self, database: Database, pool: RequestPool) -> None:
        company_id, brands = opened(database), [uuid4() for _ in range(12)]
        batches = [{brand_id: partial(brand_called, brand_id, str(brand_id))} for brand_id in brands]
        assert list(BulkRecorder(pool, WRITER, company_id).record(batches)) == [1] * 12
        with psycopg.connect(database.owner) as owner:
            rows = owner.execute(IN_ORDER, [company_id]).fetchall()
        assert [stream_id for (stream_id,) in rows] == brands

    def test_that_are_no_longer_wanted_are_there_or_not(self, database: Database, pool: RequestPool) -> None:
        company_id, brands = opened(database), [uuid4() for _ in range(6)]
        batches = [{brand_id: partial(brand_called, brand_id, str(brand_id))} for brand_id in brands]
        with closing(BulkRecorder(pool, WRITER, company_id).record(batches)) as recorded:
            next(recorded)
        known = {stream_id for stream_id, _ in left(database, company_id)[0]}
        assert known == set(brands[: len(known)])
        assert list(BulkRecorder(pool, WRITER, company_id).record(batches)) == [
            brand_id not in known for brand_id in brands
        ]


def brand_called(brand_id: UUID, name: str) -> list[Brand.Registered]:
    return [first_fact(Brand.Registered, brand_id, name=name)]
