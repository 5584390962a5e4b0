"""What is answered of something to choose."""

from typing import Annotated
from uuid import UUID

from msgspec import UNSET, UnsetType

from api.answers import Answer, Meaning, Money
from api.catalog.products.answers import Sku, StatusOfProduct
from projections.base import Row

Barcode = Annotated[
    str | None, Meaning("The one that was looked for, else its first; null without any.", "4006381333931")
]
Inclusive = Annotated[bool, Meaning("Whether prices already contain it.", example=False)]
Exponent = Annotated[int, Meaning("How many decimal places amounts have; they are sent in minor units.", 2)]


Phone = Annotated[str | None, Meaning("Telephone number.", "+1 555 0100", "customers.view")]
PhoneEnding = Annotated[str | None, Meaning("The last four digits of it.", "0100")]


class LookupAnswer(Answer):
    """Something to choose. What it has besides id and label depends on the lookup."""

    id: Annotated[str, Meaning("What to refer to it by: an id, or the word itself.")]
    label: Annotated[str, Meaning("What it is called where one chooses.", "Espresso beans")]
    code: Annotated[str | None, Meaning("A short code of its own.", "MAIN")] | UnsetType = UNSET
    product_id: Annotated[UUID, Meaning("The product that the variant is of.")] | UnsetType = UNSET
    sku: Sku | UnsetType = UNSET
    barcode: Barcode | UnsetType = UNSET
    price: (
        Annotated[
            Money,
            Meaning(
                "What one unit is sold at, unless a store has its own price; `inclusive` taxes are in it.",
                450,
            ),
        ]
        | UnsetType
    ) = UNSET
    status: StatusOfProduct | UnsetType = UNSET
    store_id: (
        Annotated[UUID | None, Meaning("Where the storage lies; null: it belongs to no store.")] | UnsetType
    ) = UNSET
    brand_id: Annotated[UUID | None, Meaning("Under which brand it is filed; null: none.")] | UnsetType = (
        UNSET
    )
    category_id: (
        Annotated[UUID | None, Meaning("Where in the tree it is filed; null: nowhere.")] | UnsetType
    ) = UNSET
    parent_id: Annotated[UUID | None, Meaning("What it lies under; null at the top.")] | UnsetType = UNSET
    phone: Phone | UnsetType = UNSET
    phone_ending: PhoneEnding | UnsetType = UNSET
    symbol: Annotated[str | None, Meaning("Its sign.", "kg")] | UnsetType = UNSET
    values: Annotated[list[str], Meaning("What one chooses from.", ["S", "M", "L"])] | UnsetType = UNSET
    kind: Annotated[str, Meaning("What kind of payment it is.", "card")] | UnsetType = UNSET
    rate: Annotated[str, Meaning("In percent.", "19")] | UnsetType = UNSET
    inclusive: Inclusive | UnsetType = UNSET
    role: Annotated[str, Meaning("In which role the user works.", "Cashier")] | UnsetType = UNSET
    exponent: Exponent | UnsetType = UNSET


def show_choice(row: Row) -> LookupAnswer:
    """Something to choose, whether it is known by an id or by a word."""
    return LookupAnswer.of({**row, "id": str(row["id"])})
