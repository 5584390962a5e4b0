"""What is answered of what changed for tills."""

from typing import Annotated
from uuid import UUID

from api.answers import Answer, Count, Meaning, Percent
from api.pos_products.answers import SellableAnswer, show_image
from projections.base import Row

Position = Annotated[int, Meaning("The place in the log at which it changed last.", 42)]


class CatalogTaxAnswer(Answer):
    """A tax that the store charges on a variant."""

    tax_rate_id: Annotated[
        UUID, Meaning("The setting that it was taken by; the rate of then stands beside it.")
    ]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]


class CatalogUnitAnswer(Answer):
    """The unit that a variant is sold by."""

    id: Annotated[UUID, Meaning("The unit.")]
    name: Annotated[str, Meaning("What it is called.", "Kilogram")]
    symbol: Annotated[str, Meaning("Its sign.", "kg")]
    precision: Annotated[Count, Meaning("Decimal places of its quantities.", 3)]


class CatalogVariantAnswer(SellableAnswer):
    """A variant that the register sells, as it is now."""

    position: Position
    removed: Annotated[bool, Meaning("False: it is sold.", example=False)]
    taxes: Annotated[list[CatalogTaxAnswer], Meaning("The taxes on it, those of `tax_rate_ids`.")]
    unit: Annotated[
        CatalogUnitAnswer | None,
        Meaning("What it is sold by; null: anything, with up to 5 decimal places."),
    ]


class CatalogRemovalAnswer(Answer):
    """A variant that the register does not sell any more."""

    variant_id: Annotated[
        UUID, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")
    ]
    position: Position
    removed: Annotated[bool, Meaning("True: it is not sold any more.", example=True)]


def show_change(row: Row) -> CatalogVariantAnswer | CatalogRemovalAnswer:
    """A variant that changed, or that it was removed."""
    if row["removed"]:
        return CatalogRemovalAnswer.of(row)
    return CatalogVariantAnswer.of({**row, "image": show_image(row["image_id"])})
