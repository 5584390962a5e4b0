"""The lines of a purchase order: what each costs, what of it came, and what is still to come."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from domain.money import SCALE, checked, round_ratio, scaled, scaled_quantity

_NONE = Decimal(0)
_ALL = 100


def cost_of(quantity: Decimal, unit_cost: int, discount_percent: Decimal) -> int:
    """What a quantity costs less the discount, in minor currency units: rounded once, half up.

    Raises AmountTooLarge.
    """
    left = _ALL * SCALE - scaled(discount_percent)
    return checked(round_ratio(scaled_quantity(quantity) * unit_cost * left, SCALE * _ALL * SCALE))


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseLine:
    """What is to be bought of a variant: a quantity in the supplier's unit, and in the product's own.

    `unit_cost` is the price of one of the supplier's units, in minor currency units, net of recoverable tax,
    before the discount. `factor` is how many of the product's units one is; where it has no end it is
    rounded, and the two quantities say it exactly. `sku`, `name` and `variant_name` are the catalog's of
    that time.
    """

    id: UUID
    variant_id: UUID
    sku: str
    name: str
    quantity: Decimal
    base_quantity: Decimal
    factor: Decimal
    unit_cost: int
    variant_name: str = ""
    unit_id: UUID | None = None
    discount_percent: Decimal = _NONE
    supplier_sku: str | None = None
    expected_at: datetime | None = None

    @property
    def total(self) -> int:
        """What the line costs, in minor currency units."""
        return self.cost_of(self.quantity)

    @property
    def exact_factor(self) -> Fraction:
        """How many of the product's units one of the supplier's is."""
        return Fraction(self.base_quantity) / Fraction(self.quantity)

    def cost_of(self, quantity: Decimal) -> int:
        """What so much of it costs less the discount. Raises AmountTooLarge."""
        return cost_of(quantity, self.unit_cost, self.discount_percent)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What of a line has been delivered so far: taken in, or sent away at the door.

    `received` and `rejected` are in the supplier's unit, `base_received` is in the product's; `value` is what
    was paid, and `at_terms` what the order's terms make of what was taken in, in minor currency units.
    """

    received: Decimal = _NONE
    base_received: Decimal = _NONE
    rejected: Decimal = _NONE
    value: int = 0
    at_terms: int = 0

    def __add__(self, other: "Intake") -> "Intake":
        """What came in both."""
        return Intake(**{name: getattr(self, name) + getattr(other, name) for name in _FIGURES})

    def __neg__(self) -> "Intake":
        """What takes it back."""
        return Intake(**{name: -getattr(self, name) for name in _FIGURES})


_FIGURES = tuple(field.name for field in fields(Intake))


#: A line of which nothing has come yet.
NO_INTAKE = Intake()


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """What a delivery brings of a line: in the supplier's unit, in the product's, and at which value.

    The value is in minor currency units.
    """

    line_id: UUID
    received: Decimal
    base_received: Decimal
    value: int
    rejected: Decimal = _NONE
    rejected_reason: str | None = None


def subtotal_of(lines: Iterable[PurchaseLine]) -> int:
    """What all lines cost together, in minor currency units. Raises AmountTooLarge."""
    return checked(sum(line.total for line in lines))


def value_at_terms(line: PurchaseLine, intake: Intake, quantity: Decimal) -> int:
    """What so much more of a line is worth at the order's terms. Raises AmountTooLarge.

    So all deliveries come to what the line costs. Where one that was rounded down is taken back, what is left
    may have cost more than its quantity does: then the next costs nothing until that is made up for.
    """
    return max(line.cost_of(intake.received + quantity) - intake.at_terms, 0)


def open_quantity(line: PurchaseLine, intake: Intake) -> Decimal:
    """What is still to come, in the supplier's unit; what was rejected still is."""
    return max(line.quantity - intake.received, _NONE)


def open_base_quantity(line: PurchaseLine, intake: Intake) -> Decimal:
    """The same in the product's unit."""
    return max(line.base_quantity - intake.base_received, _NONE)


def exceeds(line: PurchaseLine, received: Decimal, over_receive_percent: Decimal) -> bool:
    """Whether so much, over all deliveries, is more than was ordered and the company tolerates beyond it."""
    return Fraction(received) > Fraction(line.quantity) * (1 + Fraction(over_receive_percent) / _ALL)
