"""Deliveries of what was ordered from a supplier: what of each line came, and what is still to come."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from domain.errors import Conflict, Detail
from domain.stock.purchase_lines import NO_INTAKE, Consignment, Intake, PurchaseLine, exceeds


class ReceiveExceedsOrdered(Conflict):
    """More was delivered than was ordered, and than the company tolerates beyond it."""

    code = "receive_exceeds_ordered"
    remedy = "Receive at most what is ordered, or add the rest to the order first."


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingLine:
    """By how much what is on order of a variant rises or falls, in the product's unit."""

    line_id: UUID
    variant_id: UUID
    incoming_change: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveredLine(IncomingLine):
    """What of a line was delivered, in the supplier's unit: taken in, or sent away at the door.

    `base_received` is what was taken in, in the product's unit, and `value` what that is worth, in minor
    currency units. All are negative where a delivery is taken back.
    """

    received: Decimal
    base_received: Decimal
    value: int
    rejected: Decimal = Decimal(0)
    rejected_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenDelivery:
    """A delivery that came, the movement by which it was booked, and what came of each line."""

    movement_id: UUID
    occurred_at: datetime
    intakes: Mapping[UUID, Intake]
    rejections: tuple[DeliveredLine, ...]

    @property
    def value(self) -> int:
        """What it is worth, in minor currency units."""
        return sum(intake.value for intake in self.intakes.values())


def incoming(line: PurchaseLine, change: Decimal) -> IncomingLine:
    """That of a line so much more, or less, is on order."""
    return IncomingLine(line_id=line.id, variant_id=line.variant_id, incoming_change=change)


def added(intakes: Mapping[UUID, Intake], more: Mapping[UUID, Intake]) -> dict[UUID, Intake]:
    """What has come of all lines, with what comes of these."""
    return {**intakes, **{one: intakes.get(one, NO_INTAKE) + intake for one, intake in more.items()}}


def taken_back(delivery: TakenDelivery) -> dict[UUID, Intake]:
    """What it brought, taken away again."""
    return {line_id: -intake for line_id, intake in delivery.intakes.items()}


def taken_line(line: PurchaseLine, intake: Intake, incoming_change: Decimal) -> DeliveredLine:
    """A line of a delivery that is taken back."""
    return DeliveredLine(
        line_id=line.id,
        variant_id=line.variant_id,
        incoming_change=incoming_change,
        received=intake.received,
        base_received=intake.base_received,
        value=intake.value,
        rejected=intake.rejected,
    )


def check_cap(
    consignments: Iterable[Consignment],
    lines: Mapping[UUID, PurchaseLine],
    intakes: Mapping[UUID, Intake],
    over_receive_percent: Decimal,
) -> None:
    """Raise ReceiveExceedsOrdered where more came than the company tolerates beyond the order."""
    details = [
        Detail(
            f"lines.{index}.quantity",
            ReceiveExceedsOrdered.code,
            f"Ordered: {lines[one.line_id].quantity.normalize():f}; "
            f"received with this: {intakes[one.line_id].received.normalize():f}.",
        )
        for index, one in enumerate(consignments)
        if one.received and exceeds(lines[one.line_id], intakes[one.line_id].received, over_receive_percent)
    ]
    if details:
        raise ReceiveExceedsOrdered(details=details)
