"""Prices of the past in memory: the log, read again up to a place."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from domain.aggregate import Aggregate
from domain.catalog.products import Product
from domain.catalog.shelf_prices import ShelfPrice, shelf_price
from domain.pending import Pending
from domain.pricing import TaxRate
from domain.stores import Store
from domain.tax_rates import TaxRate as TaxRateSetting
from infra.eventstore.codec import decode_metadata
from infra.runtime.models import EVENT_TYPES
from tests.commands.memory.world import World


class MemoryShelfPrices:
    """The prices of a company's stores."""

    def __init__(self, world: World, company_id: UUID) -> None:
        self._world = world
        self._company_id = company_id

    def known_at(
        self,
        store_id: UUID,
        variant_ids: Collection[UUID],
        *,
        position: int | None = None,
        moment: datetime | None = None,
    ) -> Pending[Mapping[UUID, ShelfPrice]]:
        known = list(self._known(position, moment))
        rates = {one.id: TaxRate(id=one.id, **one.values) for one in known if isinstance(one, TaxRateSetting)}
        prices = {
            variant_id: shelf_price(product, variant_id, store, rates)
            for store in known
            if isinstance(store, Store) and store.id == store_id
            for product in known
            if isinstance(product, Product)
            for variant_id in product.variants.keys() & set(variant_ids)
        }
        return Pending(lambda: prices)

    def _known(self, position: int | None, moment: datetime | None) -> Iterator[Aggregate]:
        """Everything as the log had it there."""
        rows = [
            row
            for row in self._world.journal[self._company_id][:position]
            if moment is None or decode_metadata(row["metadata"]).at <= moment
        ]
        for stream_id in {row["stream_id"] for row in rows}:
            known = EVENT_TYPES.rebuild(row for row in rows if row["stream_id"] == stream_id)
            if known is not None:
                yield known
