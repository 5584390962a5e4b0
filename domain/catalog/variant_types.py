"""Variant types: in what the variants of a product differ, such as Size, and from what one chooses."""

from collections.abc import Iterable, Mapping

from domain.settings import Setting

#: The values of variant types by their names, as they are written there.
Choices = Mapping[str, Iterable[str]]


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


def unlisted(options: Mapping[str, str], choices: Choices) -> list[tuple[str, str]]:
    """The options that are named like a variant type but have none of its values, each with a sentence.

    Names and values count as they are written, letter case too; an option named like no type is free.
    """
    return [
        (name, f"The variant type {name} does not list {value}.")
        for name, value in options.items()
        if name in choices and value not in choices[name]
    ]
