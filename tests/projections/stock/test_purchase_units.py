"""The unit in which something was bought last is remembered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.stock.movements import StockMovement
from domain.stock.purchase_orders import PurchaseOrder
from infra.postgres.transactions import transaction
from projections.base import Fact
from projections.stock.purchase_units import PurchaseUnits, purchase_unit, purchase_units

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEA, MILK, CASE = uuid4(), uuid4(), uuid4()


class Books:
    """A company that buys."""

    def __init__(self, database: Any) -> None:
        self.company_id = uuid4()
        self._worker = psycopg.connect(database.worker, autocommit=True)

    def close(self) -> None:
        self._worker.close()

    def fold(self, *facts: Fact) -> None:
        with transaction(self._worker, self.company_id) as opened:
            PurchaseUnits().apply(facts, opened)

    def of(self, *variants: UUID) -> dict[UUID, tuple[Any, ...]]:
        with transaction(self._worker, self.company_id) as opened:
            rows = purchase_units(opened, variants)
        return {one: (row["unit_id"], row["factor"], row["ordered_at"]) for one, row in rows.items()}

    def price(self, variant_id: UUID) -> int | None:
        with transaction(self._worker, self.company_id) as opened:
            return purchase_unit(purchase_units(opened, [variant_id])[variant_id]).unit_cost


def bought(variant_id: UUID, factor: str | None = None, unit_id: UUID | None = None) -> Any:
    return SimpleNamespace(
        variant_id=str(variant_id),
        unit_id=unit_id and str(unit_id),
        factor=None if factor is None else Decimal(factor),
        entered_cost=5800,
        unit_cost=6000,
        discount_percent=Decimal("7.5"),
    )


def received(*lines: Any) -> Fact:
    return Fact(StockMovement.Received, uuid4(), 1, SimpleNamespace(lines=lines), NOON, None)


def ordered(*lines: Any) -> Fact:
    data = SimpleNamespace(lines=lines, ordered_at=NOON)
    return Fact(PurchaseOrder.Ordered, uuid4(), 2, data, NOON, None)


@pytest.fixture
def books(database: Any) -> Iterator[Books]:
    opened = Books(database)
    yield opened
    opened.close()


def test_the_last_one_counts(books: Books) -> None:
    books.fold(received(bought(TEA, "12", CASE), bought(MILK)), received(bought(TEA, "1")))
    assert books.of(TEA, MILK) == {TEA: (None, 1, None), MILK: (None, 1, None)}
    books.fold(received(bought(TEA, "12", CASE)))
    assert books.of(TEA) == {TEA: (CASE, 12, None)}


def test_what_came_leaves_when_it_was_ordered(books: Books) -> None:
    books.fold(ordered(bought(TEA, "12", CASE), bought(MILK, "6", CASE)))
    books.fold(received(bought(TEA, "1")))
    assert books.of(TEA, MILK) == {TEA: (None, 1, NOON), MILK: (CASE, 6, NOON)}
    books.fold(ordered(bought(TEA, "24", CASE)), received(bought(TEA, "12", CASE)))
    assert books.of(TEA) == {TEA: (CASE, 12, NOON)}


def test_the_price_is_that_of_the_last_one_less_the_discount(books: Books) -> None:
    books.fold(received(bought(TEA, "12", CASE)))
    assert books.price(TEA) == 5800
    books.fold(ordered(bought(TEA, "12", CASE)))
    assert books.price(TEA) == 5550


def test_of_what_was_never_bought_nothing_is_known(books: Books) -> None:
    assert books.of(TEA) == {}
