"""Variant types: in what the variants of a product differ, such as Size, and from what one chooses."""

from domain.settings import Setting


class VariantType(Setting):
    """A name of an option and the values it can have, in the order in which they are offered."""

    type_name = "variant_types.VariantType"
    kind = "variant-types"
    noun = "variant type"

    class Registered(Setting.Registered):
        """A new way for variants to differ was defined."""

        name: str
        values: tuple[str, ...]

    class Renamed(Setting.Revised):
        """The type goes by another name."""

        name: str

    class ValuesListed(Setting.Revised):
        """One chooses from other values, or in another order."""

        values: tuple[str, ...]
