"""What is answered of products and variants."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from api.answers import (
    Answer,
    Cost,
    CreatedAt,
    Meaning,
    Money,
    OwnId,
    Quantity,
    UpdatedAt,
    Version,
)
from api.catalog.images.answers import ProductImageAnswer
from domain.catalog.products import Status

Sku = Annotated[str, Meaning("The stock-keeping unit, unique in the company.", "BEANS-250")]
Barcodes = Annotated[
    list[str],
    Meaning("Barcodes, unique in the company; the check digit of a GTIN must be right.", ["4006381333931"]),
]
Options = Annotated[
    dict[str, str],
    Meaning(
        "What tells it from the other variants. An option named like a variant type has one of its values; "
        "any other is free.",
        {"Size": "250 g"},
    ),
]
TaxRateIds = Annotated[
    list[UUID], Meaning("The taxes that are charged on it; without any, those of the store that sells it.")
]
TrackStock = Annotated[bool, Meaning("Whether its stock is counted.", example=True)]
StatusOfProduct = Annotated[Status, Meaning("Where it stands in its life.")]
# Without an example of its own, as the status of examples is a draft, which has none.
LaunchAt = Annotated[datetime | None, Meaning("When a coming product becomes active by itself.")]


class VariantAnswer(Answer):
    """A variant of a product."""

    id: OwnId
    sku: Sku
    name: Annotated[str, Meaning("What tells it from the others.", "250 g")]
    barcodes: Barcodes
    options: Options
    price: Annotated[
        Money,
        Meaning(
            "What one unit is sold at, unless a store has a price of its own; `inclusive` taxes are in it.",
            450,
        ),
    ]
    cost: Annotated[Money, Cost("The purchase price.", 200)]
    reorder_level: Annotated[Quantity | None, Meaning("The stock at which to order again.", "10")]
    reorder_quantity: Annotated[Quantity | None, Meaning("How much to order then.", "40")]


class ProductAnswer(Answer):
    """A product as it stands."""

    id: OwnId
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    description: Annotated[str | None, Meaning("More about it.", "Whole beans, dark roast.")]
    brand_id: Annotated[UUID | None, Meaning("Under which brand it is filed; null: none.")]
    category_id: Annotated[UUID | None, Meaning("Where in the tree it is filed; null: nowhere.")]
    unit_id: Annotated[UUID | None, Meaning("The unit its quantities are counted in.")]
    supplier_id: Annotated[UUID | None, Meaning("Whom it is ordered from; null: nobody.")]
    tax_rate_ids: TaxRateIds
    track_stock: TrackStock
    status: StatusOfProduct
    launch_at: LaunchAt
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt
    variants: Annotated[list[VariantAnswer], Meaning("What it is sold as; at least one.")]
    images: Annotated[list[ProductImageAnswer], Meaning("Its pictures, the first of which stands for it.")]
