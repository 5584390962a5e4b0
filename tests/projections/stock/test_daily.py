"""Stock by the day goes on from day to day, in the order in which it was recorded."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.stock.movements import StockMovement
from infra.postgres.transactions import transaction
from projections.base import Event, Fact
from projections.stock.daily import StockDaily

MONDAY = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Diary:
    """A company whose movements are written down, day by day."""

    def __init__(self, database: Any) -> None:
        self.company_id = uuid4()
        self.shelf, self.cellar, self.tea, self.milk = (str(uuid4()) for _ in range(4))
        self.facts: list[Fact] = []
        self._on_hand: dict[tuple[str, str], Decimal] = {}
        self._worker = psycopg.connect(database.worker, autocommit=True)

    def close(self) -> None:
        self._worker.close()

    def move(
        self,
        at: datetime,
        quantity: str,
        event: Event = StockMovement.Received,
        *,
        variant: str | None = None,
        storage: str | None = None,
        business_date: date | None = None,
    ) -> None:
        """Something comes or goes; one is worth 10."""
        storage, variant = storage or self.shelf, variant or self.tea
        after = self._on_hand.get((storage, variant), Decimal(0)) + Decimal(quantity)
        self._on_hand[storage, variant] = after
        line = SimpleNamespace(
            variant_id=variant,
            quantity=Decimal(quantity),
            balance_quantity=after,
            balance_value=int(after * 10),
        )
        day = business_date or at.date()
        data = SimpleNamespace(storage_id=storage, occurred_at=at, business_date=day, lines=(line,))
        self.facts.append(Fact(event, uuid4(), 1, data, at, None, len(self.facts) + 1, at))

    def sell(self, at: datetime, quantity: str, **more: Any) -> None:
        self.move(at, f"-{quantity}", StockMovement.Issued, **more)

    def fold(self, size: int = 1_000) -> None:
        for start in range(0, len(self.facts), size):
            with transaction(self._worker, self.company_id) as opened:
                StockDaily().apply(self.facts[start : start + size], opened)

    def forget(self) -> None:
        with transaction(self._worker, self.company_id) as opened:
            opened.execute("DELETE FROM stock_daily WHERE company_id = %(c)s", {"c": self.company_id})

    def rows(self, variant: str | None = None, storage: str | None = None) -> list[dict[str, Any]]:
        with transaction(self._worker, self.company_id) as opened:
            return opened.ask(
                "SELECT * FROM stock_daily WHERE company_id = %(c)s AND storage_id = %(s)s"
                "   AND variant_id = %(v)s ORDER BY business_date",
                {
                    "c": self.company_id,
                    "s": UUID(storage or self.shelf),
                    "v": UUID(variant or self.tea),
                },
            ).rows()


@pytest.fixture
def diary(database: Any) -> Iterator[Diary]:
    opened = Diary(database)
    yield opened
    opened.close()


def test_a_day_has_what_it_began_and_ended_with_and_what_came_and_went(diary: Diary) -> None:
    diary.move(MONDAY + 8 * HOUR, "10")
    diary.sell(MONDAY + 9 * HOUR, "1.5")
    diary.move(MONDAY + 10 * HOUR, "-2", StockMovement.Adjusted)
    diary.move(MONDAY + 11 * HOUR, "0.5", StockMovement.Counted)
    diary.fold()
    [day] = diary.rows()
    assert (day["opening"], day["closing"], day["value"]) == (0, 7, 70)
    assert (day["quantity_in"], day["quantity_out"], day["sold"]) == (
        Decimal("10.5"),
        Decimal("3.5"),
        Decimal("1.5"),
    )
    assert (day["first_at"], day["last_at"]) == (MONDAY + 8 * HOUR, MONDAY + 11 * HOUR)
    assert day["last_sold_at"] == MONDAY + 9 * HOUR


def test_what_customers_bring_back_is_not_taken_off_what_sold(diary: Diary) -> None:
    diary.move(MONDAY + 8 * HOUR, "10")
    diary.sell(MONDAY + 9 * HOUR, "4")
    diary.move(MONDAY + 10 * HOUR, "1.5", StockMovement.Returned)
    diary.move(MONDAY + 11 * HOUR, "2", StockMovement.Voided)
    diary.fold(1)
    [day] = diary.rows()
    assert (day["sold"], day["returned"], day["quantity_in"]) == (4, Decimal("3.5"), Decimal("13.5"))
    assert (day["closing"], day["last_sold_at"]) == (Decimal("9.5"), MONDAY + 9 * HOUR)


def test_a_day_begins_with_what_the_one_before_ended_with(diary: Diary) -> None:
    diary.move(MONDAY, "10")
    for later in (1, 2, 5):
        diary.sell(MONDAY + timedelta(days=later), "2")
    diary.fold()
    days = diary.rows()
    assert [day["opening"] for day in days] == [0, 10, 8, 6]
    assert [day["closing"] for day in days] == [10, 8, 6, 4]


def test_it_counts_for_how_long_there_was_any_between_movements(diary: Diary) -> None:
    diary.move(MONDAY + 8 * HOUR, "2")
    diary.sell(MONDAY + 10 * HOUR, "2")
    diary.move(MONDAY + 15 * HOUR, "1")
    diary.sell(MONDAY + 16 * HOUR, "3")
    diary.move(MONDAY + 20 * HOUR, "5")
    diary.fold()
    [day] = diary.rows()
    assert timedelta(microseconds=day["microseconds_in_stock"]) == 3 * HOUR


def test_what_is_recorded_late_counts_for_the_day_that_has_come(diary: Diary) -> None:
    tuesday = MONDAY + timedelta(days=1)
    diary.move(MONDAY, "10")
    diary.sell(tuesday, "1")
    diary.sell(MONDAY + HOUR, "3")
    diary.sell(tuesday - HOUR, "1")
    diary.fold()
    first, second = diary.rows()
    assert (first["closing"], first["sold"], second["opening"]) == (10, 0, 10)
    assert (second["closing"], second["sold"], second["last_at"]) == (5, 5, tuesday)


def test_the_day_is_that_of_the_store(diary: Diary) -> None:
    diary.move(MONDAY, "10", business_date=date(2026, 3, 1))
    diary.sell(MONDAY + HOUR, "1", business_date=date(2026, 3, 1))
    diary.sell(MONDAY + 4 * HOUR, "1", business_date=date(2026, 3, 2))
    diary.fold()
    assert [(day["business_date"].day, day["sold"]) for day in diary.rows()] == [(1, 1), (2, 1)]


def test_storages_and_variants_have_days_of_their_own(diary: Diary) -> None:
    diary.move(MONDAY, "1")
    diary.move(MONDAY, "2", variant=diary.milk)
    diary.move(MONDAY, "3", storage=diary.cellar)
    diary.fold()
    closings = [diary.rows(), diary.rows(diary.milk), diary.rows(storage=diary.cellar)]
    assert [[day["closing"] for day in days] for days in closings] == [[1], [2], [3]]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_batches_of_any_size_give_the_same_days(diary: Diary, size: int) -> None:
    chance = Random(size)
    at = MONDAY
    for _ in range(120):
        at += timedelta(minutes=chance.randrange(-300, 600))
        variant = chance.choice([diary.tea, diary.milk])
        if chance.random() < 0.4:
            event = chance.choice([StockMovement.Received, StockMovement.Returned, StockMovement.Voided])
            diary.move(at, str(chance.randrange(1, 6)), event, variant=variant)
        else:
            diary.sell(at, str(chance.randrange(1, 4)), variant=variant)
    diary.fold()
    whole = [diary.rows(), diary.rows(diary.milk)]
    diary.forget()
    diary.fold(size)
    assert [diary.rows(), diary.rows(diary.milk)] == whole
    for days in whole:
        assert len(days) > 1
        for day in days:
            assert day["opening"] + day["quantity_in"] - day["quantity_out"] == day["closing"]
            assert (
                0
                <= day["microseconds_in_stock"]
                <= (day["last_at"] - day["first_at"]) / timedelta(microseconds=1)
            )
        for before, after in pairwise(days):
            assert (before["closing"], before["last_at"] <= after["first_at"]) == (after["opening"], True)
