"""Units: in what goods are counted or measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any, NamedTuple
from uuid import UUID

from domain.errors import Conflict, Detail, Invalid
from domain.settings import Reference, Setting

#: A conversion comes to less than this.
MOST_CONVERTED = 10**15


class Unit(Setting):
    """A unit of sale; one may be a multiple (`factor`) of another."""

    type_name = "units.Unit"
    kind = "units"
    noun = "unit"
    references = (Reference("base_unit_id", "units"),)

    class Registered(Setting.Registered):
        """A unit was defined. `precision` is how many decimal places a quantity may have."""

        name: str
        symbol: str
        precision: int = 0
        base_unit_id: UUID | None = None
        factor: Decimal | None = None

    class Renamed(Setting.Revised):
        """The unit is written another way."""

        name: str
        symbol: str

    class Refined(Setting.Revised):
        """Quantities may have another number of decimal places."""

        precision: int

    class Rebased(Setting.Revised):
        """The unit is a multiple of another unit, or of another size."""

        base_unit_id: UUID | None
        factor: Decimal | None

    @classmethod
    def check(cls, values: Mapping[str, Any]) -> None:
        """Raise Invalid for a base unit without a factor, or a factor of nothing."""
        pair = {
            "base_unit_id": "A factor counts units of a base unit.",
            "factor": "How many base units is it?",
        }
        missing = [name for name in pair if values.get(name) is None]
        if len(missing) == 1:
            raise Invalid(details=[Detail(missing[0], "required", pair[missing[0]])])


def too_precise(field: str, quantity: Decimal, precision: int) -> Detail | None:
    """What is wrong with a quantity of more decimal places than its unit has; None if nothing is."""
    if -int(quantity.normalize().as_tuple().exponent) <= precision:
        return None
    return Detail(field, "too_precise", f"Its quantity has at most {precision} decimal places.")


class UnitChange(NamedTuple):
    """The unit that a product is to be measured in, None for none, and the one it was measured in so far.

    `former_id` is None where that is not known: then it is the one that is recorded.
    """

    unit_id: UUID | None
    former_id: UUID | None = None


class NoCommonUnit(Conflict):
    """These units measure different things: no unit underlies both."""

    code = "no_common_unit"
    field = "to_unit_id"
    remedy = "Convert only between units with the same `base_unit_id`."


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A unit as a conversion sees it: how many base units it is, if it has one, and its decimal places."""

    precision: int
    base_unit_id: UUID | None = None
    factor: Decimal | None = None


class Converted(NamedTuple):
    """A quantity in another unit, and whether nothing was rounded."""

    quantity: Decimal
    is_exact: bool


def convert(quantity: Decimal, unit_id: UUID, to_unit_id: UUID, units: Mapping[UUID, Measure]) -> Converted:
    """The quantity, at least zero, in another unit: exact up to one rounding, half up, to its precision.

    `units` has both units and every unit below them. Raises NoCommonUnit, and Invalid for a quantity that
    comes to MOST_CONVERTED or more.
    """
    exact = Fraction(quantity) * factor_between(unit_id, to_unit_id, units)
    if exact >= MOST_CONVERTED:
        raise Invalid(details=[Detail("quantity", "too_large", "It comes to more than can be written.")])
    precision = units[to_unit_id].precision
    steps = floor(exact * 10**precision + Fraction(1, 2))
    # NOTE: made from its digits, a decimal keeps them all; arithmetic would round to the context.
    written = Decimal((0, tuple(map(int, str(steps))), -precision))
    return Converted(written, Fraction(written) == exact)


def factor_between(unit_id: UUID, to_unit_id: UUID, units: Mapping[UUID, Measure]) -> Fraction:
    """How many of the other unit one of this unit is. Raises NoCommonUnit."""
    base, factor = _in_base(unit_id, units)
    to_base, to_factor = _in_base(to_unit_id, units)
    if base != to_base:
        raise NoCommonUnit
    return factor / to_factor


def base_of(unit_id: UUID, units: Mapping[UUID, Measure]) -> UUID:
    """The unit that it is measured in at the end of its chain; itself if it has no base unit."""
    return _in_base(unit_id, units)[0]


def _in_base(unit_id: UUID, units: Mapping[UUID, Measure]) -> tuple[UUID, Fraction]:
    """The unit at the end of the chain, and how many of it one is: the product of the factors on the way."""
    factor, unit = Fraction(1), units[unit_id]
    while unit.base_unit_id is not None and unit.factor is not None:
        factor *= Fraction(unit.factor)
        unit_id = unit.base_unit_id
        unit = units[unit_id]
    return unit_id, factor
