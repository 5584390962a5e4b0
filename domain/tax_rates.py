"""Tax rates: what the state takes of a price, or on top of it."""

from decimal import Decimal

from domain.settings import Setting


class TaxRate(Setting):
    """A percentage, contained in the price (`inclusive`) or added to it."""

    type_name = "tax_rates.TaxRate"
    kind = "tax-rates"
    noun = "tax rate"

    class Registered(Setting.Registered):
        """A tax rate was set up. `rate` is in percent."""

        name: str
        rate: Decimal
        inclusive: bool = False
        jurisdiction: str | None = None

    class Renamed(Setting.Revised):
        """The rate goes by another name on receipts."""

        name: str

    class Reassessed(Setting.Revised):
        """The law or the shop changed what is taken; sales already made keep what they were taxed."""

        rate: Decimal
        inclusive: bool

    class Reassigned(Setting.Revised):
        """The rate belongs to another jurisdiction."""

        jurisdiction: str | None
