"""What is answered of what a till offers."""

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, UnsetType

from api.answers import Answer, Meaning, Money, Quantity
from api.catalog.images.answers import ImageUrl, image_url
from api.catalog.products.answers import Barcodes, Options, Sku, StatusOfProduct, TaxRateIds, TrackStock
from projections.base import Row


class OfferImageAnswer(Answer):
    """The picture that a till shows."""

    id: Annotated[UUID, Meaning("The picture.")]
    url: ImageUrl


class SellableAnswer(Answer):
    """A variant on sale. `available` is what a sale in the store could take; none where it is not counted."""

    variant_id: Annotated[
        UUID, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")
    ]
    product_id: Annotated[UUID, Meaning("The product that the variant is of.")]
    sku: Sku
    name: Annotated[str, Meaning("What it is called.", "Espresso beans")]
    variant_name: Annotated[str, Meaning("What the variant is called.", "250 g")]
    barcodes: Barcodes
    options: Options
    price: Annotated[Money, Meaning("The price in the store.", 450)]
    category_id: Annotated[UUID | None, Meaning("Where in the tree it is filed; null: nowhere.")]
    brand_id: Annotated[UUID | None, Meaning("Under which brand it is filed; null: none.")]
    status: StatusOfProduct
    track_stock: TrackStock
    tax_rate_ids: TaxRateIds
    available: Annotated[Quantity | None, Meaning("What can be sold: on hand, not reserved.", "38")]
    image: Annotated[
        OfferImageAnswer | None,
        Meaning("What it looks like: its own first picture, else the first of no variant."),
    ]


class MatchAnswer(Answer):
    """What a barcode stands for."""

    kind: Annotated[Literal["variant"], Meaning("The barcode is one of the variant itself.", "variant")]
    quantity: Annotated[Quantity, Meaning("How much of the variant it stands for.", "1")]


class OfferAnswer(SellableAnswer):
    """A variant on sale, and if a barcode was asked for, what that stands for."""

    match: (
        Annotated[MatchAnswer, Meaning("What the barcode stands for; only in a look-up of a barcode.")]
        | UnsetType
    ) = UNSET


def show_offer(row: Row, *, is_barcode: bool) -> OfferAnswer:
    """A variant on sale with the address of its picture, found by a barcode or otherwise."""
    match = {"match": MatchAnswer(kind="variant", quantity=Decimal(1))} if is_barcode else {}
    return OfferAnswer.of({**row, **match, "image": show_image(row["image_id"])})


def show_image(image_id: UUID | None) -> OfferImageAnswer | None:
    """A picture with its address."""
    return OfferImageAnswer(id=image_id, url=image_url(image_id)) if image_id else None
