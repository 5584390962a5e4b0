"""Prices of single stores: set, lifted, and gone with their variant."""

from uuid import UUID, uuid4

import pytest

from domain.catalog.products import Product, Variant
from domain.entities import AlreadyArchived

SMALL, LARGE = uuid4(), uuid4()
HARBOUR, STATION = uuid4(), uuid4()


@pytest.fixture
def product() -> Product:
    """A product in two sizes, of which nothing was said yet but that."""
    variants = (Variant(id=SMALL, sku="S", price=100), Variant(id=LARGE, sku="L", price=200))
    example = Product.begin(Product.Registered, uuid4(), name="Tea", variants=variants)
    example.new_events()
    return example


def fields_of(product: Product) -> list[tuple[str, UUID, UUID, int | None, int | None]]:
    return [
        (
            type(event).__name__,
            event.variant_id,  # type: ignore[attr-defined]
            event.store_id,  # type: ignore[attr-defined]
            event.old_price,  # type: ignore[attr-defined]
            getattr(event, "price", None),
        )
        for event in product.new_events()
    ]


def test_a_store_has_a_price_of_its_own(product: Product) -> None:
    product.price_in_store(SMALL, HARBOUR, 90)
    product.price_in_store(SMALL, HARBOUR, 80)
    assert product.prices_of(SMALL) == {HARBOUR: 80}
    assert product.prices_of(LARGE) == {}
    assert fields_of(product) == [
        ("StorePriced", SMALL, HARBOUR, None, 90),
        ("StorePriced", SMALL, HARBOUR, 90, 80),
    ]


def test_it_is_lifted(product: Product) -> None:
    product.price_in_store(SMALL, HARBOUR, 0)
    product.price_in_store(SMALL, STATION, 95)
    product.price_in_store(SMALL, HARBOUR, None)
    assert product.prices_of(SMALL) == {STATION: 95}
    assert fields_of(product)[2:] == [("StorePriceLifted", SMALL, HARBOUR, 0, None)]


def test_what_is_so_already_records_nothing(product: Product) -> None:
    product.price_in_store(SMALL, HARBOUR, None)
    product.price_in_store(SMALL, HARBOUR, 90)
    product.price_in_store(SMALL, HARBOUR, 90)
    assert len(fields_of(product)) == 1


def test_the_same_price_as_everywhere_stays_when_that_one_changes(product: Product) -> None:
    product.price_in_store(SMALL, HARBOUR, 100)
    product.revise_variant(SMALL, {"price": 110})
    assert product.prices_of(SMALL) == {HARBOUR: 100}


def test_a_variant_that_is_removed_takes_its_prices_along(product: Product) -> None:
    product.price_in_store(SMALL, HARBOUR, 90)
    product.price_in_store(LARGE, HARBOUR, 190)
    product.remove_variant(SMALL)
    assert product.store_prices == {LARGE: {HARBOUR: 190}}


def test_an_archived_product_is_not_priced(product: Product) -> None:
    product.archive()
    for price in (90, None):
        with pytest.raises(AlreadyArchived):
            product.price_in_store(SMALL, HARBOUR, price)
