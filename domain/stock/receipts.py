"""Receiving stock: what a delivery brings, booked onto the balances it meets, line by line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from domain.costing import receive, worth
from domain.stock.goods import BaseQuantity
from domain.stock.levels import NOTHING, Level
from domain.stock.movements import ReceiptLine, line_after


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """What a delivery brings of a variant: a quantity in the product's unit, and its value in minor units.

    `unit_id`, `factor`, `entered_quantity` and `entered_cost` say how it was entered (see `ReceiptLine`).
    """

    id: UUID
    variant_id: UUID
    quantity: Decimal
    value: int
    entered_quantity: Decimal
    entered_cost: int
    factor: Decimal = Decimal(1)
    unit_id: UUID | None = None

    @classmethod
    def entered(
        cls,
        line_id: UUID,
        variant_id: UUID,
        quantity: Decimal,
        unit_cost: int,
        *,
        base: BaseQuantity | None = None,
        unit_id: UUID | None = None,
    ) -> "Delivered":
        """A line as it was entered: its value is what was paid, however many product's units it comes to.

        `unit_cost` is the price of one entered unit; `base` what was entered in the product's unit, if that
        is another one. Raises QuantityNotValid, AmountTooLarge.
        """
        return cls(
            id=line_id,
            variant_id=variant_id,
            quantity=base.quantity if base else quantity,
            value=worth(quantity, unit_cost),
            entered_quantity=quantity,
            entered_cost=unit_cost,
            factor=base.written_factor if base else Decimal(1),
            unit_id=unit_id,
        )


def receive_lines(delivered: Iterable[Delivered], levels: Mapping[UUID, Level]) -> tuple[ReceiptLine, ...]:
    """The lines of a receipt. Raises QuantityNotValid, AmountNotValid and AmountTooLarge."""
    balances = {variant_id: level.balance for variant_id, level in levels.items()}
    lines = []
    for line in delivered:
        receipt = receive(balances.get(line.variant_id, NOTHING.balance), line.quantity, line.value)
        balances[line.variant_id] = receipt.balance
        lines.append(
            ReceiptLine(
                **line_after(receipt.balance, line.variant_id, line.quantity, receipt.value_change),
                settlement=receipt.settlement,
                unit_cost=line.entered_cost if line.factor == 1 else None,
                id=line.id,
                unit_id=line.unit_id,
                factor=line.factor,
                entered_quantity=line.entered_quantity,
                entered_cost=line.entered_cost,
            )
        )
    return tuple(lines)
