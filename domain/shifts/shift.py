"""Shifts: a till's drawer from its opening float to its counted close. Amounts are minor currency units."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.shifts.drawers import Perpetual
from domain.shifts.report import ShiftReport

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

        def apply(self, aggregate: "Shift") -> None:
            """Open it."""
            aggregate.opened = self
            aggregate.status = "open"
            aggregate.closed = None
            aggregate.ended_at = None
            aggregate.recounts = []
            aggregate.late_count, aggregate.late_total, aggregate.late_cash = 0, 0, 0

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

        def apply(self, aggregate: "Shift") -> None:
            """It changes nothing that a shift decides about: any amount may move."""

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

        def apply(self, aggregate: "Shift") -> None:
            """Count from now on."""
            aggregate.status = "counting"
            aggregate.ended_at = self.occurred_at

    class Closed(Aggregate.Event):
        """The drawer was counted. `report` is the Z as it is printed, for ever.

        What `closing_float` does not leave in the drawer was dropped into the safe with it.
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

        def apply(self, aggregate: "Shift") -> None:
            """Keep the count."""
            aggregate.recounts.append(self)

    class LateSaleNoted(Aggregate.Event):
        """A sale, refund or void of this shift became known after its close.

        `cash` is what it changed in the drawer then, `total` what it came to.
        """

        register_id: UUID
        order_id: UUID
        cash: int
        total: int

        def apply(self, aggregate: "Shift") -> None:
            """Count it beside the closed report."""
            aggregate.late_count += 1
            aggregate.late_total += self.total
            aggregate.late_cash += self.cash

    if TYPE_CHECKING:
        opened: Opened
        status: ShiftStatus
        ended_at: datetime | None
        closed: Closed | None
        recounts: list[Recounted]
        late_count: int
        late_total: int
        late_cash: int
