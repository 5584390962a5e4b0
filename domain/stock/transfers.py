"""Transfers: goods on their way from one storage to another, belonging to neither."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from domain.aggregate import Aggregate

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferLine:
    """What is to be sent of a variant, in its product's unit."""

    id: UUID
    variant_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShippedLine:
    """What was sent of a line, and what it was worth then, in minor currency units."""

    line_id: UUID
    variant_id: UUID
    quantity: Decimal
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivedLine:
    """What became of a part of a line: it arrived, broke, was lost, or went back. Values are minor units.

    `transit_quantity` and `transit_value` are what is still on the way after all that.
    """

    line_id: UUID
    variant_id: UUID
    received: Decimal = _NONE
    damaged: Decimal = _NONE
    lost: Decimal = _NONE
    returned: Decimal = _NONE
    received_value: int = 0
    damaged_value: int = 0
    lost_value: int = 0
    returned_value: int = 0
    transit_quantity: Decimal
    transit_value: int
    note: str | None = None

    @property
    def settled(self) -> Decimal:
        """How much of the line is no longer on the way."""
        return self.received + self.damaged + self.lost + self.returned


class Transfer(Aggregate):
    """A transfer: drafted, shipped, received in one or several parts."""

    type_name = "transfers.Transfer"

    class Drafted(Aggregate.Created):
        """Somebody planned what goes from where to where. `series_number` counts transfers without a gap."""

        number: str
        series_number: int
        from_storage_id: UUID
        to_storage_id: UUID
        lines: tuple[TransferLine, ...]
        expected_at: datetime | None = None
        reference: str | None = None
        note: str | None = None

    class Amended(Aggregate.Event):
        """The plan is another one."""

        lines: tuple[TransferLine, ...]
        expected_at: datetime | None
        reference: str | None
        note: str | None

    class Discarded(Aggregate.Event):
        """The plan was dropped before anything was sent."""

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

    class Received(Aggregate.Event):
        """Some of the goods are no longer on the way. `is_closing` if all that did not arrive is lost."""

        receipt_id: UUID
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        business_date: date
        lines: tuple[ArrivedLine, ...]
        is_closing: bool = False

    class Cancelled(Aggregate.Event):
        """The transfer ends; what is still on the way goes back (`lines`)."""

        reason: str
        from_storage_id: UUID
        to_storage_id: UUID
        occurred_at: datetime
        business_date: date
        lines: tuple[ArrivedLine, ...] = ()
