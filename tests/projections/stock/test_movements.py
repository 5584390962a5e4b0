"""The stock ledger tells every movement, line by line, with the balance it left."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from domain.costing import Balance
from domain.stock.issues import Demand, take
from domain.stock.levels import Key, Level
from domain.stock.movements import StockMovement
from domain.stock.receipts import Delivered, receive_lines
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Fact
from projections.stock.movements import LINES_PER_EVENT, StockMovements, list_movements

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)


class Stockroom:
    """A company that receives and sells goods."""

    def __init__(self, database: Any) -> None:
        self.company_id, self.clerk = uuid4(), uuid4()
        self.shelf, self.cellar = uuid4(), uuid4()
        self.tea, self.milk = uuid4(), uuid4()
        self.levels: dict[Key, Level] = {}
        self._app = psycopg.connect(database.app, autocommit=True)
        self._worker = psycopg.connect(database.worker, autocommit=True)
        self._writer = EventWriter(EVENT_TYPES, PROJECTIONS)
        with self.open() as opened:
            opened.execute("SELECT open_company(%(company_id)s)", {"company_id": self.company_id})

    def close(self) -> None:
        self._app.close()
        self._worker.close()

    def open(self) -> AbstractContextManager[Transaction]:
        return transaction(self._app, self.company_id)

    def receive(
        self, *lines: tuple[UUID, str, int], at: datetime = NOON, storage: UUID | None = None
    ) -> None:
        """Take in (variant, quantity, unit cost)."""
        storage = storage or self.shelf
        delivered = [
            Delivered.entered(uuid4(), variant, Decimal(quantity), cost) for variant, quantity, cost in lines
        ]
        self._record(
            StockMovement.begin(
                StockMovement.Received,
                uuid4(),
                storage_id=storage,
                occurred_at=at,
                business_date=at.date(),
                lines=receive_lines(delivered, self._levels(storage)),
                reference="D-1",
            )
        )

    def sell(self, *lines: tuple[UUID, str], at: datetime = NOON, order_id: UUID | None = None) -> None:
        """Book out (variant, quantity) from the shelf, below zero if need be."""
        demands = [
            Demand(position=index, variant_id=variant, quantity=Decimal(quantity))
            for index, (variant, quantity) in enumerate(lines)
        ]
        cost = take(demands, self._levels(self.shelf), allow_negative=True)
        self._record(
            StockMovement.begin(
                StockMovement.Issued,
                uuid4(),
                storage_id=self.shelf,
                occurred_at=at,
                business_date=at.date(),
                order_id=order_id or uuid4(),
                lines=cost,
            )
        )

    def fold(self, size: int = 1_000) -> None:
        """Let the ledger take in the whole log, in batches of a size."""
        facts = self.facts()
        for start in range(0, len(facts), size):
            with transaction(self._worker, self.company_id) as opened:
                StockMovements().apply(facts[start : start + size], opened)

    def forget(self) -> None:
        with transaction(self._worker, self.company_id) as opened:
            opened.execute(
                "DELETE FROM stock_movements WHERE company_id = %(company_id)s",
                {"company_id": self.company_id},
            )

    def rows(self, **filters: Any) -> list[dict[str, Any]]:
        return self.page(**{"limit": 100, **filters})[0]

    def page(self, **filters: Any) -> tuple[list[dict[str, Any]], bool]:
        with self.open() as opened:
            return list_movements(opened, **filters)

    def facts(self) -> list[Fact]:
        with transaction(self._worker, self.company_id) as opened:
            return FactReader(EVENT_TYPES, [StockMovements()]).read(opened, 0, 1_000_000)

    def _levels(self, storage: UUID) -> dict[UUID, Level]:
        return {variant: level for (shelf, variant), level in self.levels.items() if shelf == storage}

    def _record(self, movement: StockMovement) -> None:
        for line in movement.lines:
            balance = Balance(
                quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
            )
            self.levels[movement.storage_id, line.variant_id] = Level(balance=balance)
        events: Sequence[Any] = movement.collect_events()
        with self.open() as opened:
            self._writer.record(opened, events, Metadata(at=NOON, actor=self.clerk))


@pytest.fixture
def room(database: Any) -> Iterator[Stockroom]:
    opened = Stockroom(database)
    yield opened
    opened.close()


class TestRows:
    def test_a_receipt_has_a_row_for_each_line(self, room: Stockroom) -> None:
        room.receive((room.tea, "10", 250), (room.milk, "2.5", 90))
        room.fold()
        tea, milk = room.rows()
        assert (tea["type"], tea["quantity"], tea["unit_cost"], tea["value_change"]) == (
            "receipt",
            10,
            250,
            2_500,
        )
        assert (milk["balance_quantity"], milk["balance_value"]) == (Decimal("2.5"), 225)
        assert (tea["reference"], tea["actor_id"], tea["order_id"]) == ("D-1", room.clerk, None)
        assert (tea["line"], milk["line"], tea["position"]) == (0, 1, milk["position"])

    def test_a_sale_goes_out_at_the_average_and_names_its_order(self, room: Stockroom) -> None:
        order_id = uuid4()
        room.receive((room.tea, "3", 100))
        room.receive((room.tea, "3", 101))
        room.sell((room.tea, "1.5"), order_id=order_id)
        room.fold()
        sale = room.rows()[-1]
        assert (sale["type"], sale["quantity"], sale["value_change"]) == ("sale", Decimal("-1.5"), -151)
        assert (sale["unit_cost"], sale["order_id"], sale["balance_value"]) == (101, order_id, 452)

    def test_a_settlement_is_a_row_of_its_own(self, room: Stockroom) -> None:
        room.receive((room.tea, "1", 100))
        room.sell((room.tea, "3"))
        room.receive((room.tea, "5", 130), (room.milk, "1", 10))
        room.fold()
        receipt, settlement, milk = room.rows()[2:]
        assert (receipt["type"], receipt["value_change"], receipt["balance_value"]) == ("receipt", 650, 450)
        assert (settlement["type"], settlement["quantity"], settlement["value_change"]) == (
            "settlement",
            0,
            -60,
        )
        assert (settlement["balance_quantity"], settlement["balance_value"]) == (3, 390)
        assert [row["line"] for row in (receipt, settlement, milk)] == [0, 1, 2]

    def test_each_balance_is_the_one_before_and_the_change(self, room: Stockroom) -> None:
        for quantity in ("1", "4", "0.25", "7"):
            room.sell((room.tea, quantity), (room.tea, "2"))
            room.receive((room.tea, "6", 115))
        room.fold()
        on_hand, value = Decimal(0), 0
        for row in room.rows():
            on_hand, value = on_hand + row["quantity"], value + row["value_change"]
            assert (row["balance_quantity"], row["balance_value"]) == (on_hand, value)


class TestListing:
    @pytest.fixture
    def moved(self, room: Stockroom) -> Stockroom:
        room.receive((room.tea, "10", 250), (room.milk, "5", 90))
        room.receive((room.tea, "4", 240), storage=room.cellar, at=NOON + timedelta(days=1))
        room.sell((room.tea, "1"), (room.milk, "1"), at=NOON - timedelta(days=1))
        room.fold()
        return room

    def test_narrows_to_a_variant(self, moved: Stockroom) -> None:
        assert [row["type"] for row in moved.rows(variant_id=moved.milk)] == ["receipt", "sale"]

    def test_narrows_to_storages(self, moved: Stockroom) -> None:
        assert [row["quantity"] for row in moved.rows(storage_ids=[moved.cellar])] == [4]
        assert len(moved.rows(storage_ids=[moved.cellar, moved.shelf])) == 5
        assert moved.rows(storage_ids=[]) == []

    def test_narrows_to_a_type(self, moved: Stockroom) -> None:
        assert [row["quantity"] for row in moved.rows(kind="sale")] == [-1, -1]

    def test_narrows_to_when_the_goods_moved(self, moved: Stockroom) -> None:
        rows = moved.rows(from_time=NOON, to_time=NOON + timedelta(days=1))
        assert [row["type"] for row in rows] == ["receipt", "receipt"]
        assert {row["occurred_at"] for row in rows} == {NOON}

    def test_tells_what_was_known_at_a_moment(self, moved: Stockroom) -> None:
        assert len(moved.rows(as_of=moved.facts()[1].recorded_at)) == 3

    def test_goes_on_behind_a_place_even_within_a_movement(self, moved: Stockroom) -> None:
        places, after, has_more = [], 0, True
        while has_more:
            rows, has_more = moved.page(after=after, limit=2)
            places += [row["place"] for row in rows]
            after = places[-1]
        assert places == [row["place"] for row in moved.rows()]
        assert places == [row["position"] * LINES_PER_EVENT + row["line"] for row in moved.rows()]

    def test_has_nothing_more_behind_a_page_that_is_just_full(self, moved: Stockroom) -> None:
        assert moved.page(limit=5)[1] is False

    def test_shows_nothing_of_another_company(self, database: Any, moved: Stockroom) -> None:
        other = Stockroom(database)
        assert (moved.rows() != [], other.rows()) == (True, [])
        other.close()


@pytest.mark.parametrize("size", [1, 2, 3])
def test_batches_of_any_size_give_the_same_rows(room: Stockroom, size: int) -> None:
    for _ in range(3):
        room.sell((room.tea, "2"), (room.milk, "1"))
        room.receive((room.tea, "3", 70), (room.milk, "2", 45))
    room.fold()
    whole = room.rows()
    room.forget()
    room.fold(size)
    assert room.rows() == whole
