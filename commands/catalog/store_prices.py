"""Pricing a product's variants for single stores."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from commands.catalog.products import CatalogWork
from commands.ports import check_version
from domain.catalog.products import Product
from domain.entities import AlreadyArchived
from domain.errors import Detail, Invalid
from domain.settings import OtherStore


@dataclass(frozen=True, kw_only=True)
class StorePrice:
    """What a variant is to cost in a store, in minor currency units; None: what it costs everywhere."""

    variant_id: UUID
    store_id: UUID
    price: int | None


@dataclass(frozen=True, kw_only=True)
class PriceForStores:
    """Give variants of a product prices of their own in stores; those that are not named stay."""

    product_id: UUID
    prices: tuple[StorePrice, ...]
    expected_versions: frozenset[int] | None = None


@dataclass(frozen=True)
class PricedProduct:
    """A product, and the names of the company's stores."""

    product: Product
    stores: Mapping[UUID, str]


def price_for_stores(command: PriceForStores, work: CatalogWork) -> PricedProduct:
    """Record what changes. Raises Missing, StaleVersion, AlreadyArchived, Invalid, OtherStore."""
    names = work.catalog.stores()
    product = work.load(Product, command.product_id)
    check_version(product.version, command.expected_versions)
    if product.is_archived:
        raise AlreadyArchived
    stores = names.read()
    if details := [*_unknown(command.prices, product, stores), *_repeated(command.prices)]:
        raise Invalid(details=details)
    own = work.caller.store_ids
    if own and any(one.store_id not in own for one in command.prices):
        raise OtherStore
    for one in command.prices:
        product.price_in_store(one.variant_id, one.store_id, one.price)
    work.save(product)
    return PricedProduct(product, stores)


def _unknown(prices: Sequence[StorePrice], product: Product, stores: Mapping[UUID, str]) -> Iterable[Detail]:
    for index, one in enumerate(prices):
        if one.variant_id not in product.variants:
            message = "The product has no such variant."
            yield Detail(f"prices.{index}.variant_id", "not_found", message)
        if one.store_id not in stores:
            yield Detail(f"prices.{index}.store_id", "not_found", "There is no such store.")


def _repeated(prices: Sequence[StorePrice]) -> Iterable[Detail]:
    """Of two prices for the same, nobody could say which is meant."""
    pairs: set[tuple[UUID, UUID]] = set()
    for index, one in enumerate(prices):
        if (one.variant_id, one.store_id) in pairs:
            yield Detail(f"prices.{index}", "duplicate", "This variant is priced for this store twice.")
        pairs.add((one.variant_id, one.store_id))
