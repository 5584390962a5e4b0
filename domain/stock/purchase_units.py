"""The unit that a variant was bought in last, and what so much of it costs by that."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.money import round_ratio
from domain.stock.purchase_lines import cost_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseUnit:
    """A unit of which one is `factor` of the product's; no `unit_id` is the product's own.

    `unit_cost` is what one cost, less the discount, in minor currency units; None where nobody said.
    """

    unit_id: UUID | None
    factor: Decimal
    unit_cost: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedQuantity:
    """So many of a unit, at `unit_cost` for one of it, in minor currency units."""

    unit_id: UUID | None
    quantity: Decimal
    unit_cost: int
    factor: Decimal = Decimal(1)

    @property
    def cost_of_one(self) -> int:
        """What one of the product's units costs, in minor currency units, rounded."""
        one = Fraction(self.unit_cost) / Fraction(self.factor)
        return round_ratio(one.numerator, one.denominator)

    @property
    def total(self) -> int:
        """What all of it costs, in minor currency units. Raises AmountTooLarge."""
        return cost_of(self.quantity, self.unit_cost, Decimal(0))


def price(quantity: Decimal, last: PurchaseUnit | None, cost: Decimal) -> PricedQuantity:
    """So much of the product's unit, at what it was bought for last.

    That is by the unit of that time and at its price, if it is a whole number of these: divided and
    multiplied back, a case would cost something else. Else it is by the product's own, at `cost`
    for one, rounded.
    """
    if last and last.unit_id and last.unit_cost:
        number = Fraction(quantity) / Fraction(last.factor)
        if number.denominator == 1:
            return PricedQuantity(
                unit_id=last.unit_id,
                quantity=Decimal(number.numerator),
                unit_cost=last.unit_cost,
                factor=last.factor,
            )
    return PricedQuantity(unit_id=None, quantity=quantity, unit_cost=round_ratio(*cost.as_integer_ratio()))
