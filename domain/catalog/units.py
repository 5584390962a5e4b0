"""Units: in what goods are counted or measured."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.errors import Detail, Invalid
from domain.settings import Reference, Setting


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
