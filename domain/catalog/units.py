"""Units: in what goods are counted or measured."""

from decimal import Decimal
from uuid import UUID

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
