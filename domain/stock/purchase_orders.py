"""Purchase orders: what was ordered from a supplier, at which prices, and what of it came."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from domain.aggregate import Aggregate
from domain.entities import fields_of
from domain.errors import Detail, Invalid
from domain.private import SUPPLIER, texts
from domain.stock.documents import check_status
from domain.stock.purchase_deliveries import (
    DeliveredLine,
    IncomingLine,
    TakenDelivery,
    added,
    check_cap,
    incoming,
    taken_back,
    taken_line,
)
from domain.stock.purchase_lines import (
    NO_INTAKE,
    Consignment,
    Intake,
    PurchaseLine,
    open_base_quantity,
    open_quantity,
    subtotal_of,
    value_at_terms,
)

PurchaseOrderStatus = Literal[
    "draft", "ordered", "partially_received", "received", "cancelled", "closed", "discarded"
]
#: At these the goods, or some of them, are still to come.
OPEN: frozenset[PurchaseOrderStatus] = frozenset({"ordered", "partially_received"})


class PurchaseOrder(Aggregate):
    """An order to a supplier: drafted, ordered, delivered in one or several parts."""

    type_name = "purchase_orders.PurchaseOrder"

    class Drafted(Aggregate.Created):
        """Somebody planned what to buy. `series_number` counts orders without a gap.

        `together` are all orders that one request drafted, in their order; empty for one alone.
        `occurred_at` is when it was planned, if not when it was recorded.
        """

        number: str
        series_number: int
        supplier_id: UUID
        storage_id: UUID
        lines: tuple[PurchaseLine, ...]
        currency: str
        expected_at: datetime | None = None
        reference: str | None = None
        note: str | None = None
        together: tuple[UUID, ...] = ()
        occurred_at: datetime | None = None

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Take over the plan; nothing was ordered, and nothing came."""
            for name in fields_of(type(self)):
                setattr(aggregate, name, getattr(self, name))
            aggregate.status = "draft"
            aggregate.ordered_at = None
            aggregate.sent_to = None
            aggregate.reason = None
            aggregate.intakes = {}
            aggregate.deliveries = []

    class Amended(Aggregate.Event):
        """It is another plan, or other quantities of what was ordered; `incoming` is what that changes.

        `status` is where the order stands with them.
        """

        supplier_id: UUID
        storage_id: UUID
        lines: tuple[PurchaseLine, ...]
        expected_at: datetime | None
        reference: str | None
        note: str | None
        status: PurchaseOrderStatus
        incoming: tuple[IncomingLine, ...] = ()

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Take over the other plan."""
            for name in (*_PLAN, "status"):
                setattr(aggregate, name, getattr(self, name))

    class Discarded(Aggregate.Event):
        """The plan was dropped before it was ordered."""

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Drop it."""
            aggregate.status = "discarded"

    class Ordered(Aggregate.Event):
        """The supplier was asked for the goods; from now on they are on order.

        The factors of the `lines` are those of this day. `sent_to` is the address that the order is mailed
        to, if it is, sealed with the key of the supplier; older events name none and tell it in clear.
        """

        storage_id: UUID
        ordered_at: datetime
        lines: tuple[PurchaseLine, ...]
        incoming: tuple[IncomingLine, ...]
        sent_to: str | None = None
        supplier_id: UUID | None = None

        subject = SUPPLIER
        subject_kind = "supplier"
        private: ClassVar[Mapping[str, Any]] = texts("sent_to")

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Order them."""
            aggregate.status = "ordered"
            aggregate.ordered_at = self.ordered_at
            aggregate.lines = self.lines
            aggregate.sent_to = self.sent_to

    class DeliveryTaken(Aggregate.Event):
        """A delivery came. `storage_id` is where the goods were ordered to; `movement_id` what was booked.

        `status` is where the order stands with it.
        """

        storage_id: UUID
        movement_id: UUID
        occurred_at: datetime
        lines: tuple[DeliveredLine, ...]
        status: PurchaseOrderStatus

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Add what came."""
            came = aggregate.intakes_of(self.lines)
            delivery = TakenDelivery(
                movement_id=self.movement_id,
                occurred_at=self.occurred_at,
                intakes=came,
                rejections=tuple(line for line in self.lines if line.rejected),
            )
            aggregate.status = self.status
            aggregate.intakes = added(aggregate.intakes, came)
            aggregate.deliveries = [*aggregate.deliveries, delivery]

    class DeliveryReversed(Aggregate.Event):
        """A delivery was booked by mistake; `movement_id` is what was booked. Its lines are negative.

        `status` is where the order stands without it; one that was closed or cancelled stays so.
        """

        storage_id: UUID
        movement_id: UUID
        lines: tuple[DeliveredLine, ...]
        status: PurchaseOrderStatus

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Take back what came."""
            delivery = aggregate.delivery(self.movement_id)
            aggregate.status = self.status
            aggregate.intakes = added(aggregate.intakes, taken_back(delivery))
            aggregate.deliveries = [one for one in aggregate.deliveries if one is not delivery]

    class Rescheduled(Aggregate.Event):
        """The goods are to come at another time, or the note was rewritten."""

        expected_at: datetime | None
        note: str | None

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """Expect them then."""
            aggregate.expected_at = self.expected_at
            aggregate.note = self.note

    class Cancelled(Aggregate.Event):
        """Nothing had come, and nothing will."""

        reason: str | None
        storage_id: UUID
        incoming: tuple[IncomingLine, ...]

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """End it."""
            aggregate.status = "cancelled"
            aggregate.reason = self.reason

    class Closed(Aggregate.Event):
        """The rest will not come any more."""

        reason: str | None
        storage_id: UUID
        incoming: tuple[IncomingLine, ...]

        def apply(self, aggregate: "PurchaseOrder") -> None:
            """End it."""
            aggregate.status = "closed"
            aggregate.reason = self.reason

    if TYPE_CHECKING:
        number: str
        supplier_id: UUID
        storage_id: UUID
        lines: tuple[PurchaseLine, ...]
        currency: str
        expected_at: datetime | None
        reference: str | None
        note: str | None
        together: tuple[UUID, ...]
        occurred_at: datetime | None
        status: PurchaseOrderStatus
        ordered_at: datetime | None
        sent_to: str | None
        reason: str | None
        intakes: Mapping[UUID, Intake]
        deliveries: Sequence[TakenDelivery]

    @property
    def subtotal(self) -> int:
        """What all lines cost together, in minor currency units."""
        return subtotal_of(self.lines)

    @property
    def received_total(self) -> int:
        """What the deliveries so far are worth, in minor currency units."""
        return sum(delivery.value for delivery in self.deliveries)

    def intake(self, line_id: UUID) -> Intake:
        """What of a line has come so far."""
        return self.intakes.get(line_id, NO_INTAKE)

    def intakes_of(self, lines: Iterable[DeliveredLine]) -> dict[UUID, Intake]:
        """What a delivery that comes now adds to each line. Raises AmountTooLarge."""
        by_id = {line.id: line for line in self.lines}
        return {
            line.line_id: Intake(
                received=line.received,
                base_received=line.base_received,
                rejected=line.rejected,
                value=line.value,
                at_terms=value_at_terms(by_id[line.line_id], self.intake(line.line_id), line.received),
            )
            for line in lines
        }

    def delivery(self, movement_id: UUID) -> TakenDelivery:
        """The delivery that was booked as that movement, unless it was taken back."""
        return next(one for one in self.deliveries if one.movement_id == movement_id)

    def check_status(self, *allowed: PurchaseOrderStatus) -> None:
        """Raise InvalidTransition unless the order stands at one of these."""
        check_status("order", self.status, allowed)

    def amend(self, **plan: Any) -> None:
        """Plan something else; what is so already records nothing.

        Raises InvalidTransition, AmountTooLarge.
        """
        self.check_status("draft")
        after = {name: plan.get(name, getattr(self, name)) for name in _PLAN}
        subtotal_of(after["lines"])
        if any(after[name] != getattr(self, name) for name in _PLAN):
            self.trigger_event(PurchaseOrder.Amended, **after, status="draft")

    def discard(self) -> None:
        """Drop the plan. Raises InvalidTransition."""
        self.check_status("draft")
        self.trigger_event(PurchaseOrder.Discarded)

    def order(self, lines: tuple[PurchaseLine, ...], ordered_at: datetime, sent_to: str | None) -> None:
        """Ask the supplier for the goods; `lines` have the factors of now.

        Raises InvalidTransition, Invalid.
        """
        self.check_status("draft")
        if not lines:
            raise Invalid(details=[Detail("lines", "nothing_to_order", "There is nothing to order.")])
        self.trigger_event(
            PurchaseOrder.Ordered,
            storage_id=self.storage_id,
            ordered_at=ordered_at,
            lines=lines,
            incoming=tuple(incoming(line, line.base_quantity) for line in lines),
            sent_to=sent_to,
            supplier_id=self.supplier_id,
        )

    def reschedule(self, expected_at: datetime | None, note: str | None) -> None:
        """Expect the goods at another time; what is so already records nothing. Raises InvalidTransition."""
        self.check_status(*OPEN)
        if (expected_at, note) != (self.expected_at, self.note):
            self.trigger_event(PurchaseOrder.Rescheduled, expected_at=expected_at, note=note)

    def order_quantities(self, lines: tuple[PurchaseLine, ...]) -> None:
        """Order more or less of what was ordered, but no less than came. Raises InvalidTransition, Invalid.

        `lines` are all of the order's, in their order; what is so already records nothing.
        """
        self.check_status(*OPEN)
        subtotal_of(lines)
        self._check_received(lines)
        if lines == self.lines:
            return
        changes = [
            (line, open_base_quantity(line, self.intake(line.id)) - self._open_base(before))
            for before, line in zip(self.lines, lines, strict=True)
        ]
        plan = {name: getattr(self, name) for name in _PLAN} | {"lines": lines}
        self.trigger_event(
            PurchaseOrder.Amended,
            **plan,
            status=_status(lines, self.intakes),
            incoming=tuple(incoming(line, change) for line, change in changes if change),
        )

    def take_delivery(
        self,
        movement_id: UUID,
        occurred_at: datetime,
        consignments: Collection[Consignment],
        over_receive_percent: Decimal,
    ) -> None:
        """Take a delivery that was booked as that movement.

        `over_receive_percent` is what the company tolerates beyond the order, over all deliveries. Raises
        InvalidTransition, ReceiveExceedsOrdered, AmountTooLarge.
        """
        self.check_status(*OPEN)
        by_id = {line.id: line for line in self.lines}
        lines = tuple(self._delivered(by_id[one.line_id], one) for one in consignments)
        intakes = added(self.intakes, self.intakes_of(lines))
        check_cap(consignments, by_id, intakes, over_receive_percent)
        self.trigger_event(
            PurchaseOrder.DeliveryTaken,
            storage_id=self.storage_id,
            movement_id=movement_id,
            occurred_at=occurred_at,
            lines=lines,
            status=_status(self.lines, intakes),
        )

    def reverse_delivery(self, movement_id: UUID) -> None:
        """Take back the delivery that was booked as that movement.

        What it brought is on order again, unless the rest was called off meanwhile: who ended the order
        expects nothing more of it.
        """
        back = taken_back(self.delivery(movement_id))
        intakes = added(self.intakes, back)
        is_ended = self.status not in {*OPEN, "received"}
        self.trigger_event(
            PurchaseOrder.DeliveryReversed,
            storage_id=self.storage_id,
            movement_id=movement_id,
            lines=tuple(
                taken_line(line, back[line.id], Decimal(0) if is_ended else self._reopened(line, intakes))
                for line in self.lines
                if line.id in back
            ),
            status=self.status if is_ended else _status(self.lines, intakes),
        )

    def cancel(self, reason: str | None) -> None:
        """Expect nothing more: an order of which nothing came is cancelled, any other is closed.

        Raises InvalidTransition.
        """
        self.check_status("draft", *OPEN)
        has_come = any(intake.received for intake in self.intakes.values())
        self.trigger_event(
            PurchaseOrder.Closed if has_come else PurchaseOrder.Cancelled,
            reason=reason,
            storage_id=self.storage_id,
            incoming=() if self.status == "draft" else self._outstanding(),
        )

    def _outstanding(self) -> tuple[IncomingLine, ...]:
        return tuple(incoming(line, -self._open_base(line)) for line in self.lines if self._open_base(line))

    def _open_base(self, line: PurchaseLine) -> Decimal:
        return open_base_quantity(line, self.intake(line.id))

    def _reopened(self, line: PurchaseLine, intakes: Mapping[UUID, Intake]) -> Decimal:
        return open_base_quantity(line, intakes[line.id]) - self._open_base(line)

    def _delivered(self, line: PurchaseLine, one: Consignment) -> DeliveredLine:
        return DeliveredLine(
            line_id=line.id,
            variant_id=line.variant_id,
            incoming_change=-min(self._open_base(line), one.base_received),
            received=one.received,
            base_received=one.base_received,
            value=one.value,
            rejected=one.rejected,
            rejected_reason=one.rejected_reason,
        )

    def _check_received(self, lines: Iterable[PurchaseLine]) -> None:
        details = [
            Detail(
                f"lines.{index}.quantity", "below_received", f"{received.normalize():f} have come already."
            )
            for index, line in enumerate(lines)
            if line.quantity < (received := self.intake(line.id).received)
        ]
        if details:
            raise Invalid(details=details)


#: What a plan consists of; an ordered one keeps all but quantities, time and note.
_PLAN = ("supplier_id", "storage_id", "lines", "expected_at", "reference", "note")


def _status(lines: Iterable[PurchaseLine], intakes: Mapping[UUID, Intake]) -> PurchaseOrderStatus:
    """Where an order stands that was neither cancelled nor closed: each of its lines must have come."""
    if not any(open_quantity(line, intakes.get(line.id, NO_INTAKE)) for line in lines):
        return "received"
    return "partially_received" if any(one.received for one in intakes.values()) else "ordered"
