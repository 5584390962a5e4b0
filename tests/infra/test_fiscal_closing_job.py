"""Closings of stores: whatever happens in a shop, each fact is in exactly one day, and months add up days."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from structlog.testing import capture_logs

from domain.fiscal import ClosedFigures, Closing
from domain.fiscal.figures import sum_of_figures, sum_of_late
from infra.jobs.fiscal_closings import FiscalClosings
from infra.postgres.embedded import EmbeddedServer
from tests.conftest import Database, fresh_database
from tests.infra.closed_shop import BEGIN, WRITER, ClosedShop, figures_of, taken


@pytest.fixture(scope="module")
def database(server: EmbeddedServer) -> Database:
    """A database of its own, in which no worker does the job by the clock on the wall."""
    return fresh_database(server, "mipos_fiscal_closings")


@pytest.fixture
def open_shop(database: Database) -> Iterator[Callable[..., ClosedShop]]:
    shops: list[ClosedShop] = []

    def make(seed: int = 1, **clock: str) -> ClosedShop:
        shops.append(ClosedShop(database, seed, **clock))
        return shops[-1]

    yield make
    for shop in shops:
        shop.close()


@pytest.fixture
def shop(open_shop: Callable[..., ClosedShop]) -> ClosedShop:
    return open_shop()


def day(number: int) -> date:
    """The business day so many after the first; the twentieth is the first of a year."""
    return BEGIN + timedelta(days=number)


class Expected:
    """What closings should say: what had not been closed by the time when each was made."""

    def __init__(self, shop: ClosedShop) -> None:
        self.shop = shop
        self.days: dict[UUID, list[list[Any]]] = {store: [] for store in shop.stores}
        self._known = 0
        self._waiting: dict[UUID, list[Any]] = {store: [] for store in shop.stores}

    def note(self) -> None:
        """Take what happened."""
        for event in self.shop.events[self._known :]:
            self._waiting[event.store_id].append(event)
        self._known = len(self.shop.events)

    def close(self) -> None:
        """Hand it to the closings that were made meanwhile; all days but those to come are closed."""
        for store in self.shop.stores:
            for made in self.shop.closings("day", store)[len(self.days[store]) :]:
                events, self._waiting[store] = self._waiting[store], []
                self.days[store].append([one for one in events if one.business_date <= made.last_day])
                self._waiting[store] = [one for one in events if one.business_date > made.last_day]
            assert not self._waiting[store]


@pytest.mark.parametrize("seed", range(3))
def test_each_fact_is_in_one_closing_and_longer_ones_add_up_shorter_ones(
    open_shop: Callable[..., ClosedShop], seed: int
) -> None:
    shop = open_shop(seed)
    expected = Expected(shop)
    for number in range(30):
        for store in shop.stores:
            if shop.chance.random() < 0.5:
                shop.trade(day(number), store)
        expected.note()
        if shop.chance.random() < 0.6:
            shop.close_until(day(number), days=shop.chance.choice([1, 2, 250]))
            expected.close()
    for store in shop.stores:
        days = shop.closings("day", store)
        for made, events in zip(days, expected.days[store], strict=True):
            assert_day(made, events)
        assert_chain(days)
        for kind, shorter in (("month", "day"), ("year", "month")):
            longer = shop.closings(kind, store)
            assert longer
            assert_chain(longer)
            for made in longer:
                assert_adds_up(made, shop.closings(shorter, store))


def assert_day(made: Closing.Made, events: list[Any]) -> None:
    """It says what happened on the day, and what became known of earlier ones."""
    late = [event for event in events if event.business_date < made.last_day]
    own = [event for event in events if event.business_date == made.last_day]
    assert figures_of(made.figures) == taken(own)
    assert (made.late.facts if made.late else 0) == len(late)
    assert figures_of(late_of(made)) == taken(late)
    figures = sum_of_figures([made.figures, late_of(made)])
    assert figures.total_collected == sum(tender.net for tender in figures.tenders)
    assert figures.tax == sum(one.sales_amount - one.returns_amount for one in figures.taxes)


def late_of(made: Closing.Made) -> ClosedFigures:
    return made.late.figures if made.late else ClosedFigures()


def assert_chain(closings: list[Closing.Made]) -> None:
    """Each goes on from the one before: by its number, its id, and totals that only grow by its own sums."""
    assert [made.number for made in closings] == list(range(1, len(closings) + 1))
    assert closings[0].previous_id is None
    sales = returns = receipts = 0
    for before, made in zip([None, *closings], closings, strict=False):
        assert made.previous_id == (before.originator_id if before else None)
        figures, now = sum_of_figures([made.figures, late_of(made)]), made.perpetual
        reversed_receipts = made.late.reversed_receipts if made.late else 0
        assert now.net - (sales - returns) == figures.net_sales + figures.tax
        assert now.receipts - receipts == figures.receipts + reversed_receipts
        assert (now.sales >= sales, now.returns >= returns, now.receipts >= receipts) == (True, True, True)
        sales, returns, receipts = now.sales, now.returns, now.receipts


def assert_adds_up(made: Closing.Made, shorter: list[Closing.Made]) -> None:
    parts = [one for one in shorter if made.first_day <= one.last_day <= made.last_day]
    assert made.figures == sum_of_figures(one.figures for one in parts)
    assert made.late == sum_of_late(one.late for one in parts)
    if parts:
        assert made.perpetual == parts[-1].perpetual


def test_a_day_is_closed_once_it_has_ended_by_the_clock_of_its_store(shop: ClosedShop) -> None:
    shop.sell(2, day=day(0), store_id=shop.stores[0])
    cut = datetime(BEGIN.year, 12, 13, 3, tzinfo=UTC)
    assert shop.look(cut - timedelta(microseconds=1)) == 0
    assert shop.look(cut) == 1
    [made] = shop.closings()
    assert (made.kind, made.first_day, made.last_day, made.number) == ("day", day(0), day(0), 1)
    with psycopg.connect(shop.database.owner) as connection:
        row = connection.execute(
            "SELECT encode(hash, 'hex') FROM events WHERE company_id = %s AND position = %s",
            [shop.company_id, made.head_position],
        ).fetchone()
    assert row == (made.head_hash,)


def test_what_was_closed_is_not_closed_again(shop: ClosedShop) -> None:
    shop.sell(3, day=day(0), store_id=shop.stores[0])
    assert shop.close_until(day(1)) == 1
    assert shop.close_until(day(1)) == 0
    assert shop.close_until(day(3)) == 0


def test_many_days_that_nobody_closed_are_closed_one_after_another(shop: ClosedShop) -> None:
    for number in range(25):
        shop.sell(1, day=day(number), store_id=shop.stores[1])
    shop.close_until(day(50), days=4)
    made = [(one.kind, one.last_day.day) for one in shop.closings()]
    assert made == [
        *(("day", number) for number in range(12, 32)),
        ("month", 31),
        ("year", 31),
        *(("day", number) for number in range(1, 6)),
        ("month", 31),
    ]


def test_what_is_known_late_is_in_the_next_closing_though_nothing_was_sold_then(shop: ClosedShop) -> None:
    store = shop.stores[0]
    shop.sell(1, day=day(0), store_id=store)
    shop.close_until(day(0))
    shop.sell(2, day=day(0), store_id=store)
    shop.close_until(day(0))
    shop.close_until(day(5))
    first, second = shop.closings("day")
    assert (first.last_day, first.figures.receipts, first.late) == (day(0), 1, None)
    assert (second.last_day, second.figures.receipts) == (day(5), 0)
    assert second.late
    assert (second.late.facts, second.late.figures.receipts) == (2, 2)
    assert second.perpetual.receipts == 3


def test_a_void_of_a_sale_that_was_closed_is_a_return(shop: ClosedShop) -> None:
    shop.sell(1, day=day(0), store_id=shop.stores[0])
    shop.close_until(day(0))
    shop.void()
    shop.close_until(day(1))
    before, after = (made.perpetual for made in shop.closings("day"))
    assert (after.sales, after.receipts, after.returns) == (before.sales, 1, before.sales)
    late = shop.closings("day")[1].late
    assert late
    assert (late.reversed_receipts, late.reversed_total, late.figures.sales) == (
        1,
        before.sales,
        -before.sales,
    )


def test_a_void_of_a_sale_that_is_as_late_is_in_no_sum(shop: ClosedShop) -> None:
    shop.sell(1, day=day(1), store_id=shop.stores[0])
    shop.close_until(day(1))
    shop.orders.clear()
    shop.sell(1, day=day(0), store_id=shop.stores[0])
    shop.void()
    shop.close_until(day(2))
    before, after = shop.closings("day")
    assert after.perpetual == before.perpetual
    assert after.late
    assert (after.late.facts, after.late.figures.voids, after.late.figures.sales) == (2, 1, 0)


def test_a_store_that_was_given_up_has_no_further_months(shop: ClosedShop) -> None:
    kept, given_up = shop.stores[:2]
    for store in (kept, given_up):
        shop.sell(1, day=day(0), store_id=store)
    shop.close_until(day(1))
    shop.archive(given_up)
    shop.close_until(day(90))
    assert len(shop.closings("month", kept)) == 3
    assert len(shop.closings("month", given_up)) == 1
    shop.sell(1, day=day(2), store_id=given_up)
    shop.close_until(day(90))
    last = shop.closings("day", given_up)[-1]
    assert (last.last_day, last.figures.receipts, late_of(last).receipts) == (day(90), 0, 1)


def test_what_goes_on_becoming_known_is_awaited(shop: ClosedShop) -> None:
    shop.sell(1, day=date(2024, 3, 1), store_id=shop.stores[0])
    now = datetime.now(UTC)
    assert shop.look(now + timedelta(minutes=1)) == 0
    assert shop.look(now + timedelta(minutes=3)) > 0


def test_two_workers_close_a_day_once(shop: ClosedShop) -> None:
    shop.sell(4, day=day(0), store_id=shop.stores[0])
    shop.follow()
    together = Barrier(2)

    def close() -> None:
        with psycopg.connect(shop.database.worker, autocommit=True) as connection:
            job = FiscalClosings(connection, WRITER, datetime(BEGIN.year, 12, 14, tzinfo=UTC))
            stores, _, _ = job._read(shop.company_id, None)
            together.wait()
            try:
                job._close(shop.company_id, stores)
            except psycopg.errors.UniqueViolation:
                refused.append(True)

    refused: list[bool] = []
    workers = [Thread(target=close) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert refused == [True]
    assert len(shop.closings()) == 1


def test_a_store_that_cannot_be_closed_keeps_no_other_waiting(shop: ClosedShop) -> None:
    for store in shop.stores:
        shop.sell(1, day=day(0), store_id=store)
    with psycopg.connect(shop.database.owner) as connection:
        broken = """UPDATE settings SET fields = fields || '{"timezone": "Mars/Olympus"}' WHERE id = %s"""
        connection.execute(broken, [shop.stores[1]])
    with capture_logs() as logs:
        shop.close_until(day(1))
    assert {made.store_id for made in shop.closings()} == {shop.stores[0], shop.stores[2]}
    assert {line["store_id"] for line in logs if "store_id" in line} == {str(shop.stores[1])}


def test_a_company_without_stores_has_nothing_to_close(shop: ClosedShop) -> None:
    shop.company_id = uuid4()
    assert shop.look(datetime(BEGIN.year, 12, 14, tzinfo=UTC)) >= 0
    assert shop.closings() == []
