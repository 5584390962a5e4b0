"""Shifts: a till's drawer from its opening float to its counted close. Amounts are minor currency units."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.orders.offline import Offline
from domain.shifts.drawers import ShiftNotOpen
from domain.shifts.figures import ShiftReport
from domain.shifts.late_facts import LateFact
from domain.shifts.perpetual import Perpetual
from domain.stock.documents import check_status

ShiftStatus = Literal["open", "counting", "closed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Denomination:
    """So many coins or notes of one value."""

    value: int
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TenderCount:
    """What was counted of a method other than cash, and what it should have been."""

    method: str
    counted: int
    expected: int


class Shift(Aggregate):
    """One shift of one register."""

    type_name = "shifts.Shift"

    class Opened(Aggregate.Created):
        """A shift began with so much in the drawer.

        `expected_float` is what the register's last shift left there; the difference counts for neither.
        """

        register_id: UUID
        store_id: UUID
        cashier_id: UUID | None
        currency: str
        opening_float: int
        expected_float: int | None
        denominations: tuple[Denomination, ...]
        business_date: date
        occurred_at: datetime
        previous_shift_id: UUID | None = None
        note: str | None = None
        offline: Offline | None = None

        def apply(self, aggregate: "Shift") -> None:
            """Open it."""
            aggregate.opened = self
            aggregate.status = "open"
            aggregate.ended, aggregate.closed = None, None
            aggregate.ended_at = None
            aggregate.movements = []
            aggregate.recounts = []
            aggregate.late_count, aggregate.late_total, aggregate.late_cash = 0, 0, 0
            aggregate.prints = 0

    class CashMoved(Aggregate.Event):
        """Cash came into the drawer or went out of it without a sale."""

        shared: ClassVar[bool] = True

        movement_id: UUID
        register_id: UUID
        cashier_id: UUID | None
        amount: int
        reason: str
        reference: str | None
        note: str | None
        occurred_at: datetime
        #: Whether it is what the close did not leave in the drawer: what was expected then still had it.
        at_close: bool = False
        #: Whether it became known after the close: no count has it.
        is_late: bool = False
        offline: Offline | None = None

        def apply(self, aggregate: "Shift") -> None:
            """Keep it; it changes nothing that a shift decides about: any amount may move."""
            aggregate.movements.append(self)

    class CashPaidIn(CashMoved):
        """Cash was put in, such as change."""

    class CashPaidOut(CashMoved):
        """Cash was taken out to pay something."""

    class CashDropped(CashMoved):
        """Cash was brought to the safe or the bank."""

    class DrawerOpened(CashMoved):
        """The drawer was opened without a sale; the amount is 0."""

    class Ended(Aggregate.Event):
        """Nothing more is sold in it; the drawer is being counted."""

        register_id: UUID
        occurred_at: datetime
        offline: Offline | None = None

        def apply(self, aggregate: "Shift") -> None:
            """Count from now on."""
            aggregate.ended = self
            aggregate.status = "counting"
            aggregate.ended_at = self.occurred_at

    class Closed(Aggregate.Event):
        """The drawer was counted. `report` is the Z as it is printed, for ever.

        What `closing_float` does not leave in the drawer is dropped into the safe in the same decision.
        Whoever counted it blind (`is_blind`) could not see what it should hold.
        """

        register_id: UUID
        cashier_id: UUID | None
        occurred_at: datetime
        counted_cash: int
        denominations: tuple[Denomination, ...]
        tenders: tuple[TenderCount, ...]
        expected_cash: int
        over_short: int
        closing_float: int
        z_number: int
        perpetual: Perpetual
        report: ShiftReport
        over_short_reason: str | None = None
        note: str | None = None
        needs_review: bool = False
        is_blind: bool = False
        #: The log when the drawer was held, which has all of the shift: how far it was, and its hash in hex.
        head_position: int | None = None
        head_hash: str | None = None
        offline: Offline | None = None

        def apply(self, aggregate: "Shift") -> None:
            """Close it."""
            aggregate.status = "closed"
            aggregate.closed = self
            aggregate.ended_at = aggregate.ended_at or self.occurred_at

    class Recounted(Aggregate.Event):
        """The cash was counted again after the close; both counts stay."""

        counted_cash: int
        denominations: tuple[Denomination, ...]
        reason: str
        occurred_at: datetime
        cashier_id: UUID | None = None

        def apply(self, aggregate: "Shift") -> None:
            """Keep the count."""
            aggregate.recounts.append(self)

    class LateSaleNoted(Aggregate.Event):
        """A sale, refund, void or movement of cash of this shift became known after its close.

        `order_id` names the order, or the movement, which comes to nothing. `cash` is what it changed in the
        drawer then, `total` what it came to. `sales`, `returns` and
        `receipts` are what it adds to all that the register took since it began.
        """

        register_id: UUID
        order_id: UUID
        cash: int
        total: int
        sales: int
        returns: int
        receipts: int

        def apply(self, aggregate: "Shift") -> None:
            """Count it beside the closed report."""
            aggregate.late_count += 1
            aggregate.late_total += self.total
            aggregate.late_cash += self.cash

    class ReportPrinted(Aggregate.Event):
        """The report of the closed shift was printed: the original (`copy` 0), or one more copy of it."""

        copy: int
        format: str
        paper: str

        def apply(self, aggregate: "Shift") -> None:
            """Count it."""
            aggregate.prints = self.copy + 1

    if TYPE_CHECKING:
        opened: Opened
        status: ShiftStatus
        ended_at: datetime | None
        ended: Ended | None
        closed: Closed | None
        movements: list[CashMoved]
        recounts: list[Recounted]
        late_count: int
        late_total: int
        late_cash: int
        #: How often its report was printed.
        prints: int

    @property
    def needs_review(self) -> bool:
        """Whether somebody should look at it: its count, what a till did offline, or what came late."""
        return self.late_count > 0 or bool(self.closed and self.closed.needs_review)

    @property
    def restated_over_short(self) -> int | None:
        """What is over, or short (below zero), by the last count and all that is known by now."""
        if self.closed is None:
            return None
        counted = self.recounts[-1].counted_cash if self.recounts else self.closed.counted_cash
        return counted - self.closed.expected_cash - self.late_cash

    def is_within(self, store_ids: Collection[UUID]) -> bool:
        """Whether it is of one of these stores; no stores are no bounds."""
        return not store_ids or self.opened.store_id in store_ids

    def move_cash(self, event: type[CashMoved], **facts: Any) -> None:
        """Record cash that comes or goes without a sale, while it is not closed. Raises ShiftNotOpen."""
        if self.status == "closed":
            raise ShiftNotOpen
        self.trigger_event(event, register_id=self.opened.register_id, **facts)

    def move_cash_late(self, event: type[CashMoved], *, movement_id: UUID, cash: int, **facts: Any) -> None:
        """Record cash that came or went in it and became known after its close; `cash` has the sign.

        Raises InvalidTransition.
        """
        self.note_late(LateFact(order_id=movement_id, cash=cash, total=0))
        register_id = self.opened.register_id
        self.trigger_event(event, movement_id=movement_id, register_id=register_id, is_late=True, **facts)

    def end(self, occurred_at: datetime, offline: Offline | None = None) -> None:
        """Sell nothing more in it; its drawer is to be counted. Raises InvalidTransition."""
        check_status("shift", self.status, ["open"])
        register_id = self.opened.register_id
        self.trigger_event(Shift.Ended, register_id=register_id, occurred_at=occurred_at, offline=offline)

    def check_closable(self) -> None:
        """Raise InvalidTransition for what is closed."""
        check_status("shift", self.status, ["open", "counting"])

    def close(self, drop_id: UUID, **facts: Any) -> None:
        """Record the count with its report, and under `drop_id` what goes to the safe. Any count is taken.

        Raises InvalidTransition.
        """
        self.check_closable()
        register_id = self.opened.register_id
        self.trigger_event(Shift.Closed, register_id=register_id, **facts)
        if dropped := facts["counted_cash"] - facts["closing_float"]:
            self.trigger_event(
                Shift.CashDropped,
                movement_id=drop_id,
                register_id=register_id,
                cashier_id=facts["cashier_id"],
                amount=dropped,
                reason="safe",
                reference=None,
                note=None,
                occurred_at=facts["occurred_at"],
                at_close=True,
            )

    def recount(self, **facts: Any) -> None:
        """Record another count of the cash, beside the first. Raises InvalidTransition."""
        check_status("shift", self.status, ["closed"])
        self.trigger_event(Shift.Recounted, **facts)

    def note_late(self, fact: LateFact) -> None:
        """Note a fact of this shift that became known after its close. Raises InvalidTransition."""
        check_status("shift", self.status, ["closed"])
        self.trigger_event(Shift.LateSaleNoted, register_id=self.opened.register_id, **asdict(fact))

    def print_report(self, *, written_as: str, paper: str) -> int:
        """Record a print of the closed shift's report, and say which copy it is. Raises InvalidTransition."""
        check_status("shift", self.status, ["closed"])
        copy = self.prints
        self.trigger_event(Shift.ReportPrinted, copy=copy, format=written_as, paper=paper)
        return copy
