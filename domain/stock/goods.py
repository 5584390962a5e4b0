"""Goods as a movement of stock sees them: in which unit they are counted, and what was entered comes to."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Protocol
from uuid import UUID

from domain.catalog.units import Measure, NoCommonUnit, factor_between
from domain.errors import Detail, Invalid
from domain.money import round_ratio


class EnteredLine(Protocol):
    """A line of a document as it was entered: so much of a variant, in some unit."""

    @property
    def variant_id(self) -> UUID:
        """The variant."""

    @property
    def quantity(self) -> Decimal:
        """How much, in the entered unit; below zero what is taken away."""

    @property
    def unit_id(self) -> UUID | None:
        """The entered unit; None for the product's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A variant whose stock is counted; `cost` is what the catalog assumes one to cost, in minor units."""

    variant_id: UUID
    product_id: UUID
    sku: str
    name: str
    variant_name: str
    cost: int
    unit_id: UUID | None
    precision: int
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseQuantity:
    """A quantity in the unit that the product is counted in, and how many of those one entered unit is."""

    quantity: Decimal
    factor: Fraction

    @classmethod
    def own(cls, quantity: Decimal) -> "BaseQuantity":
        """A quantity that was entered in that very unit."""
        return cls(quantity=quantity, factor=Fraction(1))

    @property
    def written_factor(self) -> Decimal:
        """The factor for people and documents, rounded to ten places where it has no end."""
        scaled = round_ratio(self.factor.numerator * 10**10, self.factor.denominator)
        return _written(scaled, 10)


def base_quantities(
    lines: Iterable[EnteredLine], goods: Mapping[UUID, Goods], measures: Mapping[UUID, Measure]
) -> tuple[list[BaseQuantity], list[Detail]]:
    """Each line's quantity in the unit of its product, and what is wrong with those that have none.

    `measures` has every unit that a line names or a product of them is counted in, and all below these. What
    is wrong: `not_found` for a variant that is not counted or an unknown unit, `no_common_unit`, and
    `too_precise` for a quantity that would be finer than the product's unit.
    """
    quantities, details = [], []
    for index, line in enumerate(lines):
        try:
            quantities.append(_base_quantity(f"lines.{index}", line, goods, measures))
        except Invalid as wrong:
            details += wrong.details
    return quantities, details


def twice(lines: Iterable[EnteredLine]) -> Iterator[Detail]:
    """What is wrong with each line whose variant an earlier line has already, where that is not allowed."""
    seen: set[UUID] = set()
    for index, line in enumerate(lines):
        if line.variant_id in seen:
            yield Detail(f"lines.{index}.variant_id", "duplicate_line", "Another line has this variant.")
        seen.add(line.variant_id)


def _base_quantity(
    field: str, line: EnteredLine, goods: Mapping[UUID, Goods], measures: Mapping[UUID, Measure]
) -> BaseQuantity:
    variant = goods.get(line.variant_id)
    if variant is None:
        raise _wrong(f"{field}.variant_id", "not_found", "There is no such variant with counted stock.")
    factor = _factor(f"{field}.unit_id", line.unit_id, variant, measures)
    quantity = in_base(f"{field}.quantity", line.quantity, factor, variant.precision)
    return BaseQuantity(quantity=quantity, factor=factor)


def in_base(field: str, quantity: Decimal, factor: Fraction, precision: int) -> Decimal:
    """The quantity in `field` in the product's unit, of which one entered unit is `factor`.

    Raises Invalid (`too_precise`) for one that would be finer than the product's unit.
    """
    scaled = Fraction(quantity) * factor * 10**precision
    if scaled.denominator != 1:
        message = f"It has at most {precision} decimal places in the product's unit."
        raise _wrong(field, "too_precise", message)
    return _written(scaled.numerator, precision)


def _written(number: int, places: int) -> Decimal:
    """Number / 10**places with no more digits than it needs."""
    while places and number % 10 == 0:
        number, places = number // 10, places - 1
    # NOTE: made from its digits, a decimal keeps them all; arithmetic would round to the context.
    return Decimal((int(number < 0), tuple(map(int, str(abs(number)))), -places))


def _factor(field: str, unit_id: UUID | None, variant: Goods, measures: Mapping[UUID, Measure]) -> Fraction:
    if unit_id is None or unit_id == variant.unit_id:
        return Fraction(1)
    if unit_id not in measures:
        raise _wrong(field, "not_found", "There is no such unit.")
    wrong = _wrong(field, "no_common_unit", "The product is not counted in anything that this measures.")
    if variant.unit_id is None:
        raise wrong
    try:
        return factor_between(unit_id, variant.unit_id, measures)
    except NoCommonUnit as refusal:
        raise wrong from refusal


def _wrong(field: str, code: str, message: str) -> Invalid:
    return Invalid(details=[Detail(field, code, message)])
