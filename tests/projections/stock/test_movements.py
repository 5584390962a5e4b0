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
from domain.stock.movements import (
    CountedLine,
    MovementLine,
    ReceiptLine,
    StockMovement,
    SupplierReturnLine,
    TransitLine,
)
from domain.stock.receipts import Delivered, receive_lines
from domain.stock.shipments import ArrivedLine
from domain.stock.transfers import Transfer
from infra.decisions.unit_of_work import EventWriter
from infra.eventstore.codec import Metadata
from infra.postgres.transactions import Transaction, transaction
from infra.projections.reading import FactReader
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from projections.base import Fact
from projections.stock.movements import END, LINES_PER_EVENT, StockMovements, list_movements, model, pages

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
#: What something came from.
X = uuid4()


class Stockroom:
    """A company that receives and sells goods."""

    def __init__(self, database: Any) -> None:
        self.company_id, self.clerk = uuid4(), uuid4()
        self.shelf, self.cellar = uuid4(), uuid4()
        self.tea, self.milk = uuid4(), uuid4()
        self.levels: dict[Key, Level] = {}
        self.now = NOON
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
            company = {"company_id": self.company_id}
            opened.execute("DELETE FROM stock_movements WHERE company_id = %(company_id)s", company)
            opened.execute("DELETE FROM stock_movement_stretches WHERE company_id = %(company_id)s", company)

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
        self.record(movement.collect_events())

    def record(self, events: Sequence[Any]) -> None:
        """Write events into the log, an hour after those before."""
        self.now += timedelta(hours=1)
        with self.open() as opened:
            self._writer.record(opened, events, Metadata(at=self.now, actor=self.clerk))


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
        assert [row["quantity"] for row in moved.rows(type="sale")] == [-1, -1]

    def test_narrows_to_when_the_goods_moved(self, moved: Stockroom) -> None:
        rows = moved.rows(from_time=NOON, to_time=NOON + timedelta(days=1))
        assert [row["type"] for row in rows] == ["receipt", "receipt"]
        assert {row["occurred_at"] for row in rows} == {NOON}

    def test_tells_what_was_known_at_a_moment(self, moved: Stockroom) -> None:
        assert len(moved.rows(as_of=moved.rows()[2]["recorded_at"])) == 3
        assert moved.rows(as_of=NOON) == []

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


class TestOrder:
    @pytest.fixture
    def moved(self, room: Stockroom) -> Stockroom:
        for _ in range(4):
            room.receive((room.tea, "10", 250), (room.milk, "5", 90))
        room.fold()
        return room

    def test_is_newest_first_before_a_place(self, moved: Stockroom) -> None:
        oldest = moved.rows()
        assert moved.rows(before=END) == oldest[::-1]
        page, has_more = moved.page(before=oldest[5]["place"], limit=2)
        assert (page, has_more) == ([oldest[4], oldest[3]], True)

    def test_is_oldest_first_between_two_places(self, moved: Stockroom) -> None:
        rows = moved.rows()
        between = moved.rows(after=rows[1]["place"], before=rows[5]["place"])
        assert between == rows[2:5]

    def test_is_that_of_the_log_for_several_keys_at_once(self, moved: Stockroom) -> None:
        rows = moved.rows()
        assert moved.rows(storage_ids=[moved.cellar, moved.shelf]) == rows
        assert moved.rows(storage_ids=[moved.shelf, moved.cellar], before=END) == rows[::-1]

    @pytest.mark.parametrize("late", [0, 3])
    def test_is_that_of_the_log_whenever_the_goods_moved(
        self, room: Stockroom, monkeypatch: pytest.MonkeyPatch, late: int
    ) -> None:
        for module in (model, pages):
            monkeypatch.setattr(module, "STRETCH", 2 * LINES_PER_EVENT)
        days = [0, 1, 2, 3, 4, 5, 6]
        days.insert(5, late)
        for day in days:
            room.receive((room.tea, "1", 100), at=NOON + timedelta(days=day))
        room.fold(3)
        first, last = NOON + timedelta(days=late), NOON + timedelta(days=late + 2)
        asked = {"from_time": first, "to_time": last}
        expected = [row for row in room.rows() if first <= row["occurred_at"] < last]
        assert len(expected) == 3
        assert room.rows(**asked) == expected
        assert room.rows(**asked, before=END) == expected[::-1]
        assert room.rows(**asked, limit=2) == expected[:2]
        assert room.rows(**asked, variant_id=room.tea, after=expected[0]["place"]) == expected[1:]
        assert room.rows(**asked, storage_ids=[room.shelf], before=expected[2]["place"]) == expected[1::-1]


class TestTransfers:
    """S1 of the contract: five go out of seven that are worth 1000; three arrive, one breaks, one is lost."""

    @pytest.fixture
    def sent(self, room: Stockroom) -> UUID:
        transfer_id, line_id = uuid4(), uuid4()

        def moved(
            event: Any, storage: UUID, quantity: int, change: int, after: tuple[int, int], **more: Any
        ) -> None:
            transit = more.pop("transit")
            line = TransitLine(
                variant_id=room.tea,
                quantity=Decimal(quantity),
                value_change=change,
                balance_quantity=Decimal(after[0]),
                balance_value=after[1],
                last_unit_cost=Decimal(1),
                line_id=line_id,
                transit_quantity=Decimal(transit[0]),
                transit_value=transit[1],
                **more,
            )
            place = {"storage_id": storage, "occurred_at": NOON, "business_date": NOON.date()}
            fields = {"transfer_id": transfer_id, "lines": (line,)}
            room.record(StockMovement.begin(event, uuid4(), **place, **fields).collect_events())

        moved(StockMovement.TransferredOut, room.shelf, -5, -714, (2, 286), transit=(5, 714))
        moved(
            StockMovement.TransferredIn,
            room.cellar,
            3,
            428,
            (1, 143),
            settlement=15,
            transit=(2, 286),
        )
        left = ArrivedLine(
            line_id=line_id,
            variant_id=room.tea,
            received=Decimal(3),
            damaged=Decimal(1),
            lost=Decimal(1),
            received_value=428,
            damaged_value=143,
            lost_value=143,
            transit_quantity=Decimal(0),
            transit_value=0,
        )
        received: Any = Transfer.Received
        room.record(
            [
                received(
                    originator_id=transfer_id,
                    originator_version=1,
                    timestamp=NOON,
                    receipt_id=uuid4(),
                    from_storage_id=room.shelf,
                    to_storage_id=room.cellar,
                    occurred_at=NOON,
                    business_date=NOON.date(),
                    lines=(left,),
                    is_final=True,
                )
            ]
        )
        room.fold()
        return transfer_id

    def test_have_the_goods_in_transit_beside_those_of_the_storages(
        self, room: Stockroom, sent: UUID
    ) -> None:
        def told(row: dict[str, Any]) -> tuple[Any, ...]:
            names = ("type", "quantity", "value_change", "balance_quantity", "balance_value")
            return tuple(row[name] for name in names)

        rows = room.rows(transfer_id=sent)
        assert [(row["storage_id"], *told(row)) for row in rows] == [
            (room.shelf, "transfer_out", -5, -714, 2, 286),
            (None, "transfer_out", 5, 714, 5, 714),
            (room.cellar, "transfer_in", 3, 428, 1, 128),
            (room.cellar, "settlement", 0, 15, 1, 143),
            (None, "transfer_in", -3, -428, 2, 286),
            (None, "transfer_damaged", -1, -143, 1, 143),
            (None, "transfer_lost", -1, -143, 0, 0),
        ]

    def test_leave_nothing_in_transit_when_they_are_done(self, room: Stockroom, sent: UUID) -> None:
        transit = [row for row in room.rows(transfer_id=sent) if row["storage_id"] is None]
        assert sum(row["quantity"] for row in transit) == 0
        assert sum(row["value_change"] for row in transit) == 0

    @pytest.mark.usefixtures("sent")
    def test_are_of_no_storage_while_they_are_on_their_way(self, room: Stockroom) -> None:
        rows = room.rows(storage_ids=[room.shelf, room.cellar])
        assert {row["storage_id"] for row in rows} == {room.shelf, room.cellar}


class TestOrigins:
    """Each kind of movement says where it came from, and is found by it."""

    @pytest.mark.parametrize(
        ("event", "said", "asked"),
        [
            (StockMovement.Received, {"supplier_id": X}, {"supplier_id": X}),
            (StockMovement.Received, {"purchase_order_id": X, "note": "N"}, {"purchase_order_id": X}),
            (StockMovement.Issued, {"order_id": X}, {"order_id": X}),
            (StockMovement.Returned, {"refund_id": X, "order_id": X}, {"refund_id": X}),
            (StockMovement.Returned, {"refund_id": X}, {"refund_id": X}),
            (StockMovement.Adjusted, {"reason": "lost", "reference": "R", "note": "N"}, {"reason": "lost"}),
            (StockMovement.SupplierReturned, {"supplier_id": X, "credit_total": 1}, {"supplier_id": X}),
            (StockMovement.Counted, {"count_id": X}, {"count_id": X}),
            (StockMovement.CountCorrected, {"count_id": X, "order_id": X}, {"count_id": X}),
            (StockMovement.Reversed, {"reason": "R", "original_id": X}, {"type": "reversal"}),
        ],
    )
    def test_of_a_movement(
        self, room: Stockroom, event: Any, said: dict[str, Any], asked: dict[str, Any]
    ) -> None:
        room.receive((room.milk, "1", 1))
        line = {"variant_id": room.tea, "quantity": Decimal(1), "value_change": 9, "settlement": 0}
        balance = {"balance_quantity": Decimal(1), "balance_value": 9, "last_unit_cost": Decimal(9)}
        own: dict[Any, tuple[Any, dict[str, Any]]] = {
            StockMovement.SupplierReturned: (SupplierReturnLine, {"credit": 1, "unit_credit": 1}),
            StockMovement.Counted: (
                CountedLine,
                {"counted_quantity": Decimal(1), "expected_quantity": Decimal(0), "counted_at": NOON},
            ),
            StockMovement.Received: (ReceiptLine, {}),
        }
        kind, more = own.get(event, (MovementLine, {}))
        lines = (kind(**line, **balance, **more),)
        fields = {"storage_id": room.shelf, "occurred_at": NOON, "business_date": NOON.date(), "lines": lines}
        room.record(StockMovement.begin(event, uuid4(), **fields, **said).collect_events())
        room.fold()
        (row,) = room.rows(**asked)
        shown = {"reversal_of" if name == "original_id" else name: value for name, value in said.items()}
        shown.pop("credit_total", None)
        assert {name: row[name] for name in shown} == shown
        assert (row["type"], row["variant_id"], row["actor_id"]) == (event.kind, room.tea, room.clerk)
        assert room.rows(**asked, actor_id=uuid4()) == []

    def test_of_a_reversal_at_another_value_is_a_correction_of_cost(self, room: Stockroom) -> None:
        """S6 of the contract, where nine were sold: what the reversal leaves has the average value."""
        line = MovementLine(
            variant_id=room.tea,
            quantity=Decimal(-10),
            value_change=-1000,
            settlement=100,
            balance_quantity=Decimal(1),
            balance_value=90,
            last_unit_cost=Decimal(100),
        )
        fields = {"storage_id": room.shelf, "occurred_at": NOON, "lines": (line,)}
        origin = {"reason": "wrong", "original_id": uuid4()}
        room.record(StockMovement.begin(StockMovement.Reversed, uuid4(), **fields, **origin).collect_events())
        room.fold()
        rows = room.rows()
        assert [(row["type"], row["value_change"], row["balance_value"]) for row in rows] == [
            ("reversal", -1000, -10),
            ("cost_correction", 100, 90),
        ]
