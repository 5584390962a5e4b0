"""Variant types: in what the variants of a product differ, such as Size, and from what one chooses."""

from collections.abc import Iterable, Mapping

from domain.settings import Setting, name_key

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

    Names and values are compared as names are (`name_key`); an option named like no type is free.
    """
    listed = {name_key(name): set(map(name_key, values)) for name, values in choices.items()}
    return [
        (name, f"The variant type {name} does not list {value}.")
        for name, value in options.items()
        if name_key(name) in listed and name_key(value) not in listed[name_key(name)]
    ]


def respelt(
    options: Mapping[str, str], choices: Choices, siblings: Iterable[Mapping[str, str]] = ()
) -> dict[str, str]:
    """Options as variant types write them, or else as other variants of the product do that came before."""
    names = {name_key(name): name for sibling in siblings for name in sibling}
    names.update((name_key(name), name) for name in choices)
    spelt = {}
    for written, value in options.items():
        name = names.get(name_key(written), written)
        values = {name_key(one): one for one in choices.get(name, ())}
        spelt[name] = values.get(name_key(value), value)
    return spelt


def combination_of(options: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """What two variants of a product may not have in common: all their options, however they are written."""
    return frozenset((name_key(name), name_key(value)) for name, value in options.items())
