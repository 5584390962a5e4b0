"""What is answered of prices."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal
from uuid import UUID

from api.answers import Answer, Cost, Meaning, Moment, Money
from api.catalog.products.answers import Sku
from domain.catalog.products import Product, Variant


class StorePriceAnswer(Answer):
    """What a variant costs in a store."""

    store_id: Annotated[UUID, Meaning("Where it is sold at that.")]
    store_name: Annotated[str, Meaning("What the store is called.", "Harbour")]
    price: Annotated[Money, Meaning("What it costs in that store.", 430)]


class VariantPricesAnswer(Answer):
    """A variant with its prices."""

    variant_id: Annotated[
        UUID, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")
    ]
    sku: Sku
    price: Annotated[
        Money,
        Meaning(
            "What one unit is sold at, unless a store has a price of its own; `inclusive` taxes are in it.",
            450,
        ),
    ]
    cost: Annotated[Money, Cost("The purchase price.", 200)]
    stores: Annotated[list[StorePriceAnswer], Meaning("The stores with a price of their own, by name.")]


class PriceAnswer(Answer):
    """With `history`: a price or a cost that a variant had."""

    variant_id: Annotated[
        UUID, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")
    ]
    store_id: Annotated[UUID | None, Meaning("The store whose own price it was; null: everywhere.")]
    kind: Annotated[Literal["price", "cost"], Meaning("What it was.")]
    old: Annotated[Money | None, Meaning("The amount before; null: none.", 450)]
    new: Annotated[
        Money | None,
        Meaning("The amount from then on; null: the store has no price of its own any more.", 430),
    ]
    at: Annotated[Moment, Meaning("When it was set.")]
    by_user_id: Annotated[UUID | None, Meaning("Who set it; null for the system.")]
    by: Annotated[str | None, Meaning("That user's present name.", "admin@demo.local")]
    position: Annotated[int, Meaning("The position of the log at which it was set.", 42)]


def show_prices(
    product: Product, stores: Mapping[UUID, str], store_ids: Sequence[UUID]
) -> list[VariantPricesAnswer]:
    """Each variant with its price and those of the stores, of `store_ids` alone if there are any."""
    names = {one: name for one, name in stores.items() if not store_ids or one in store_ids}
    return [_show_variant(product, variant, names) for variant in product.variants.values()]


def _show_variant(product: Product, variant: Variant, names: Mapping[UUID, str]) -> VariantPricesAnswer:
    prices = product.prices_of(variant.id)
    return VariantPricesAnswer(
        variant_id=variant.id,
        sku=variant.sku,
        price=variant.price,
        cost=variant.cost,
        stores=[
            StorePriceAnswer(store_id=store_id, store_name=name, price=prices[store_id])
            for store_id, name in names.items()
            if store_id in prices
        ],
    )
