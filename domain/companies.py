"""Companies: the tenants. Each has a log, a currency and rules of rounding of its own."""

from uuid import UUID

from domain.entities import Entity

#: The platform itself keeps its packages, companies and super admins in a log like any company's.
PLATFORM_ID = UUID("00000000-0000-4000-8000-000000000000")


class Company(Entity):
    """A retail company; its first fact opens its own log, under its own id."""

    type_name = "companies.Company"
    kind = "companies"
    noun = "company"

    class Registered(Entity.Registered):
        """A company was taken on. `cash_rounding` is in minor currency units, 0 for none."""

        name: str
        currency: str
        timezone: str
        email: str | None = None
        phone: str | None = None
        address: str | None = None
        tax_number: str | None = None
        rounding_level: str = "line"
        rounding_mode: str = "half_up"
        cash_rounding: int = 0

    class Renamed(Entity.Revised):
        """The company goes by another name."""

        name: str

    class Relocated(Entity.Revised):
        """The company is found, called or taxed elsewhere."""

        email: str | None
        phone: str | None
        address: str | None
        tax_number: str | None

    class RoundingAgreed(Entity.Revised):
        """Later sales are rounded by other rules; those made keep the rules they were made by."""

        rounding_level: str
        rounding_mode: str
        cash_rounding: int
