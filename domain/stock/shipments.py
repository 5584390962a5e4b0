"""Shipments: what was sent of a line, and what became of it, to the last minor unit of its value."""

from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate, pairwise
from uuid import UUID

from domain.money import round_ratio, scaled_quantity, shortest

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingLine:
    """What is to leave of a line, in the product's unit."""

    line_id: UUID
    variant_id: UUID
    quantity: Decimal
    unit_id: None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """What was sent of a line, at what value in minor currency units, and what has become of it so far."""

    line_id: UUID
    variant_id: UUID
    quantity: Decimal
    value: int
    received: Decimal = _NONE
    damaged: Decimal = _NONE
    lost: Decimal = _NONE
    returned: Decimal = _NONE

    @property
    def settled(self) -> Decimal:
        """How much of it is no longer on the way."""
        return self.received + self.damaged + self.lost + self.returned

    @property
    def in_transit(self) -> Decimal:
        """How much of it is still on the way."""
        return shortest(self.quantity - self.settled)

    @property
    def in_transit_value(self) -> int:
        """What that is worth."""
        return self.value - self._value_of(self.settled)

    def settle(
        self,
        *,
        received: Decimal = _NONE,
        damaged: Decimal = _NONE,
        lost: Decimal = _NONE,
        returned: Decimal = _NONE,
        note: str | None = None,
    ) -> ArrivedLine:
        """What becomes of a part of it, each with its value by cumulative difference, in this order.

        Whatever the parts, their values add up to the value of the whole.
        """
        ends = list(accumulate((received, damaged, lost, returned), initial=self.settled))
        values = [self._value_of(end) for end in ends]
        received_value, damaged_value, lost_value, returned_value = (b - a for a, b in pairwise(values))
        return ArrivedLine(
            line_id=self.line_id,
            variant_id=self.variant_id,
            received=received,
            damaged=damaged,
            lost=lost,
            returned=returned,
            received_value=received_value,
            damaged_value=damaged_value,
            lost_value=lost_value,
            returned_value=returned_value,
            transit_quantity=shortest(self.quantity - ends[-1]),
            transit_value=self.value - values[-1],
            note=note,
        )

    def after(self, part: ArrivedLine) -> "Shipment":
        """The same when this part of it is no longer on the way."""
        return replace(
            self,
            received=shortest(self.received + part.received),
            damaged=shortest(self.damaged + part.damaged),
            lost=shortest(self.lost + part.lost),
            returned=shortest(self.returned + part.returned),
        )

    def _value_of(self, quantity: Decimal) -> int:
        """What the first so many of it are worth."""
        return round_ratio(self.value * scaled_quantity(quantity), scaled_quantity(self.quantity))
