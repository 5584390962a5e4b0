"""Brands: whose name stands on the goods."""

from domain.settings import Setting


class Brand(Setting):
    """A maker's name that products carry."""

    type_name = "brands.Brand"
    kind = "brands"
    noun = "brand"

    class Registered(Setting.Registered):
        """A brand was taken into the catalog."""

        name: str
        description: str | None = None

    class Renamed(Setting.Revised):
        """The brand goes by another name."""

        name: str

    class Described(Setting.Revised):
        """The text about the brand was rewritten."""

        description: str | None
