"""Prices of single stores: what a variant costs there instead of everywhere."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.images import Pictured
from domain.entities import AlreadyArchived


class PricedByStore(Pictured):
    """Something whose variants may cost something else in single stores; amounts are minor currency units."""

    class StorePriced(Aggregate.Event):
        """A variant has a price of its own in a store; `old_price` is the store's before, None without."""

        variant_id: UUID
        store_id: UUID
        old_price: int | None
        price: int

        def apply(self, aggregate: "PricedByStore") -> None:
            """Take it over."""
            aggregate.store_prices.setdefault(self.variant_id, {})[self.store_id] = self.price

    class StorePriceLifted(Aggregate.Event):
        """A variant costs in a store what it costs everywhere."""

        variant_id: UUID
        store_id: UUID
        old_price: int

        def apply(self, aggregate: "PricedByStore") -> None:
            """Forget the store's own price."""
            del aggregate.store_prices[self.variant_id][self.store_id]

    if TYPE_CHECKING:
        #: The price of each variant in each store that has one of its own.
        store_prices: dict[UUID, dict[UUID, int]]

    def prices_of(self, variant_id: UUID) -> Mapping[UUID, int]:
        """What a variant costs in the stores with a price of their own."""
        return self.store_prices.get(variant_id, {})

    def price_in_store(self, variant_id: UUID, store_id: UUID, price: int | None) -> None:
        """Give a variant a price of its own in a store, or with None lift it; what is so records nothing.

        Raises AlreadyArchived.
        """
        if self.is_archived:
            raise AlreadyArchived
        target = {"variant_id": variant_id, "store_id": store_id}
        old_price = self.prices_of(variant_id).get(store_id)
        if price == old_price:
            return
        if price is None:
            self.trigger_event(type(self).StorePriceLifted, **target, old_price=old_price)
        else:
            self.trigger_event(type(self).StorePriced, **target, old_price=old_price, price=price)
