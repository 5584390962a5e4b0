"""Transfers: goods on their way from one storage to another, belonging to neither."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import fields_of
from domain.errors import Detail, Invalid
from domain.stock.arrivals import Arrival, settle
from domain.stock.documents import check_named, check_status
from domain.stock.movements import TransitLine
from domain.stock.shipments import ArrivedLine, OutgoingLine, Shipment, ShippedLine

TransferStatus = Literal["draft", "in_transit", "partially_received", "received", "cancelled", "discarded"]
#: In which it has not arrived in full, and still may.
OPEN: frozenset[TransferStatus] = frozenset({"draft", "in_transit", "partially_received"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """What is to be sent of a variant: as it was entered, and as `quantity` in the product's unit.

    SKU and names are those of the day it was planned.
    """

    id: UUID
    variant_id: UUID
    sku: str
    name: str
    quantity: Decimal
    entered_quantity: Decimal
    variant_name: str = ""
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferReceipt:
    """What became of a part of the goods, when it was received."""

    id: UUID
    occurred_at: datetime
    business_date: date
    lines: tuple[ArrivedLine, ...]


class Transfer(Aggregate):
    """A transfer: drafted, shipped, received in one or several parts."""

    type_name = "transfers.Transfer"

    class Drafted(Aggregate.Created):
        """Somebody planned what goes from where to where. `series_number` counts transfers without a gap."""

        number: str
        series_number: int
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        lines: tuple[TransferLine, ...]
        expected_at: datetime | None = None
        reference: str | None = None
        note: str | None = None

        def apply(self, aggregate: "Transfer") -> None:
            """Keep the plan; nothing has left."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))
            aggregate.is_discarded = False
            aggregate.shipping = None
            aggregate.shipments = {}
            aggregate.receipts = []
            aggregate.cancellation = None

    class Amended(Aggregate.Event):
        """The plan is another one."""

        lines: tuple[TransferLine, ...]
        expected_at: datetime | None
        reference: str | None
        note: str | None

        def apply(self, aggregate: "Transfer") -> None:
            """Take over the plan."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))

    class Discarded(Aggregate.Event):
        """The plan was dropped before anything was sent."""

        def apply(self, aggregate: "Transfer") -> None:
            """Nothing will be sent."""
            aggregate.is_discarded = True

    class Shipped(Aggregate.Event):
        """The goods left; what is not in its lines is not sent any more."""

        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        business_date: date
        movement_id: UUID
        lines: tuple[ShippedLine, ...]
        carrier: str | None = None
        tracking: str | None = None

        def apply(self, aggregate: "Transfer") -> None:
            """All of it is on the way."""
            aggregate.shipping = self
            aggregate.shipments = {
                line.line_id: Shipment(
                    line_id=line.line_id, variant_id=line.variant_id, quantity=line.quantity, value=line.value
                )
                for line in self.lines
            }

    class Received(Aggregate.Event):
        """Some of the goods are no longer on the way; if `is_final`, none are."""

        receipt_id: UUID
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        business_date: date
        lines: tuple[ArrivedLine, ...]
        is_final: bool

        def apply(self, aggregate: "Transfer") -> None:
            """Take them off what is on the way."""
            receipt = TransferReceipt(
                id=self.receipt_id,
                occurred_at=self.occurred_at,
                business_date=self.business_date,
                lines=self.lines,
            )
            aggregate.receipts = [*aggregate.receipts, receipt]
            aggregate.take_off(self.lines)

    class Cancelled(Aggregate.Event):
        """The transfer ends; what is still on the way goes back (`lines`)."""

        reason: str
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        business_date: date
        lines: tuple[ArrivedLine, ...] = ()

        def apply(self, aggregate: "Transfer") -> None:
            """Nothing is on the way any more."""
            aggregate.cancellation = self
            aggregate.take_off(self.lines)

    if TYPE_CHECKING:
        number: str
        series_number: int
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        lines: tuple[TransferLine, ...]
        expected_at: datetime | None
        reference: str | None
        note: str | None
        is_discarded: bool
        shipping: Shipped | None
        #: What was sent, by line; a line that was dropped has none.
        shipments: dict[UUID, Shipment]
        receipts: list[TransferReceipt]
        cancellation: Cancelled | None

    @property
    def status(self) -> TransferStatus:
        """Where it stands. One that was cancelled when a part had come counts as received."""
        if self.is_discarded:
            return "discarded"
        if self.cancellation and not self.receipts:
            return "cancelled"
        if not self.shipping:
            return "draft"
        if not self.in_transit:
            return "received"
        return "partially_received" if self.receipts else "in_transit"

    @property
    def in_transit(self) -> list[Shipment]:
        """The shipments of which something is on the way."""
        return [shipment for shipment in self.shipments.values() if shipment.in_transit]

    def is_between(self, storage_ids: Collection[UUID] | None) -> bool:
        """Whether it goes from or to one of these storages; None is no bounds."""
        return storage_ids is None or not {self.from_storage_id, self.to_storage_id}.isdisjoint(storage_ids)

    def check_draft(self) -> None:
        """Raise InvalidTransition for what is more than a plan by now."""
        self._check_status("draft")

    def amend(
        self,
        lines: tuple[TransferLine, ...],
        expected_at: datetime | None,
        reference: str | None,
        note: str | None,
    ) -> None:
        """Make another plan; the same one again records nothing. Raises InvalidTransition."""
        self.check_draft()
        plan = {"lines": lines, "expected_at": expected_at, "reference": reference, "note": note}
        if any(getattr(self, name) != value for name, value in plan.items()):
            self.trigger_event(Transfer.Amended, **plan)

    def discard(self) -> None:
        """Drop the plan. Raises InvalidTransition."""
        self.check_draft()
        self.trigger_event(Transfer.Discarded)

    def outgoing(self, quantities: Sequence[tuple[UUID, Decimal]] | None) -> list[OutgoingLine]:
        """What leaves of these lines, or of all as they were requested.

        Raises InvalidTransition, and Invalid naming each line that is unknown, named twice or asks for more
        than was requested.
        """
        self.check_draft()
        lines = {line.id: line for line in self.lines}
        if quantities is None:
            quantities = [(line.id, line.quantity) for line in self.lines]
        check_named([line_id for line_id, _ in quantities], lines)
        if details := [
            Detail(f"lines.{index}.quantity", "exceeds_requested", "It is more than was requested.")
            for index, (line_id, quantity) in enumerate(quantities)
            if quantity > lines[line_id].quantity
        ]:
            raise Invalid(details=details)
        return [
            OutgoingLine(line_id=line_id, variant_id=lines[line_id].variant_id, quantity=quantity)
            for line_id, quantity in quantities
        ]

    def ship(
        self,
        movement_id: UUID,
        movement: Iterable[TransitLine],
        *,
        occurred_at: datetime,
        business_date: date,
        carrier: str | None,
        tracking: str | None,
    ) -> None:
        """Send what that movement took from the source. Raises InvalidTransition."""
        self.check_draft()
        self.trigger_event(
            Transfer.Shipped,
            from_storage_id=self.from_storage_id,
            to_storage_id=self.to_storage_id,
            occurred_at=occurred_at,
            business_date=business_date,
            movement_id=movement_id,
            lines=tuple(
                ShippedLine(
                    line_id=line.line_id,
                    variant_id=line.variant_id,
                    quantity=line.transit_quantity,
                    value=line.transit_value,
                )
                for line in movement
            ),
            carrier=carrier,
            tracking=tracking,
        )

    def arrivals(self, arrivals: Sequence[Arrival], *, is_closing: bool) -> tuple[ArrivedLine, ...]:
        """What becomes of the shipments by that; if `is_closing`, all the rest is lost.

        Raises InvalidTransition, ReceiveExceedsShipped, and Invalid for lines that are unknown or named
        twice, and where nothing becomes of anything.
        """
        self._check_status("in_transit", "partially_received")
        check_named([arrival.line_id for arrival in arrivals], (line.id for line in self.lines))
        return settle(arrivals, self.shipments, is_closing=is_closing)

    def receive(
        self, receipt_id: UUID, lines: tuple[ArrivedLine, ...], *, occurred_at: datetime, business_date: date
    ) -> None:
        """Take these parts of the shipments (`arrivals`) off what is on the way."""
        rest = {shipment.line_id for shipment in self.in_transit}
        rest -= {line.line_id for line in lines if not line.transit_quantity}
        self.trigger_event(
            Transfer.Received,
            receipt_id=receipt_id,
            from_storage_id=self.from_storage_id,
            to_storage_id=self.to_storage_id,
            occurred_at=occurred_at,
            business_date=business_date,
            lines=lines,
            is_final=not rest,
        )

    def cancel(self, reason: str, *, occurred_at: datetime, business_date: date) -> tuple[ArrivedLine, ...]:
        """End it; answers what was on the way, as it goes back. Raises InvalidTransition."""
        self._check_status("draft", "in_transit", "partially_received")
        lines = tuple(shipment.settle(returned=shipment.in_transit) for shipment in self.in_transit)
        self.trigger_event(
            Transfer.Cancelled,
            reason=reason,
            from_storage_id=self.from_storage_id,
            to_storage_id=self.to_storage_id,
            occurred_at=occurred_at,
            business_date=business_date,
            lines=lines,
        )
        return lines

    def take_off(self, lines: Iterable[ArrivedLine]) -> None:
        """Let these parts be no longer on the way; events of it say so."""
        changed = {line.line_id: self.shipments[line.line_id].after(line) for line in lines}
        self.shipments = {**self.shipments, **changed}

    def _check_status(self, *allowed: TransferStatus) -> None:
        check_status("transfer", self.status, allowed)


def is_overdue(status: TransferStatus, expected_at: datetime | None, now: datetime) -> bool:
    """Whether it was expected by now, and has not arrived in full."""
    return status in OPEN and expected_at is not None and expected_at < now
