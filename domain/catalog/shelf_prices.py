"""Shelf prices: what a variant costs in one store, and which taxes that store charges on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from domain.catalog.products import Product
from domain.pricing import TaxRate
from domain.stores import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfPrice:
    """The price in minor currency units, and the taxes that are contained in it or added to it."""

    price: int
    tax_rates: tuple[TaxRate, ...]


def shelf_price(
    product: Product, variant_id: UUID, store: Store, rates: Mapping[UUID, TaxRate]
) -> ShelfPrice:
    """What the store asks for a variant; `rates` has those of product and store that are known."""
    own_price = product.prices_of(variant_id).get(store.id)
    return ShelfPrice(
        price=product.variants[variant_id].price if own_price is None else own_price,
        tax_rates=tuple(rates[one] for one in tax_rate_ids(product, store) if one in rates),
    )


def tax_rate_ids(product: Product, store: Store) -> tuple[UUID, ...]:
    """The taxes of the product; what has none of its own takes the store's."""
    ids: tuple[UUID, ...] = product.values["tax_rate_ids"] or store.values["tax_rate_ids"]
    return ids
