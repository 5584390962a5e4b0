"""What the feed must know of a product: which variants it has, how it is taxed, and whether it is on sale."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.catalog.products import SELLABLE, STATUS_AFTER, Product
from projections.base import Event, Fact
from projections.records import Reading
from projections.settings import NOWHERE

#: A store, or NOWHERE for all of them, and a variant.
Key = tuple[UUID, UUID]

MOVES: frozenset[Event] = frozenset(getattr(Product, name) for name in STATUS_AFTER)


class VariantId(Reading):
    """What is read of a variant within a product's event."""

    id: UUID


class Drafted(Reading):
    """What is read of a product that was drafted."""

    variants: tuple[VariantId, ...]
    unit_id: UUID | None
    tax_rate_ids: tuple[UUID, ...]


class Added(Reading):
    """What is read of a variant that was added."""

    variant: VariantId


class OfVariant(Reading):
    """What is read of an event of one variant."""

    variant_id: UUID


class InStore(Reading):
    """What is read of a price in one store."""

    variant_id: UUID
    store_id: UUID


@dataclass(slots=True, kw_only=True)
class Goods:
    """A product; tills know of it from when it is on sale for the first time."""

    id: UUID
    variant_ids: list[UUID]
    unit_id: UUID | None
    tax_rate_ids: list[UUID]
    is_on_sale: bool = False

    @classmethod
    def drafted(cls, fact: Fact) -> "Goods":
        """The product as it was registered."""
        return cls(
            id=fact.stream_id,
            variant_ids=[variant.id for variant in fact.data.variants],
            unit_id=fact.data.unit_id,
            tax_rate_ids=list(fact.data.tax_rate_ids),
        )

    def take(self, fact: Fact) -> Iterable[Key]:
        """Take in a later fact of the product. Returns where tills have to look at what of it again."""
        if fact.event in MOVES:
            was_on_sale = self.is_on_sale
            self.is_on_sale = STATUS_AFTER[fact.event.__name__] in SELLABLE
            return _everywhere(self.variant_ids) if was_on_sale or self.is_on_sale else ()
        changed = self._change(fact.event, fact.data)
        return changed if self.is_on_sale else ()

    def _change(self, event: Event, data: Any) -> Iterable[Key]:
        if event is Product.VariantAdded:
            self.variant_ids.append(data.variant.id)
            return _everywhere([data.variant.id])
        if event is Product.VariantRemoved:
            self.variant_ids = [one for one in self.variant_ids if one != data.variant_id]
            return _everywhere([data.variant_id])
        if event in (Product.StorePriced, Product.StorePriceLifted):
            return [(data.store_id, data.variant_id)]
        if event in (Product.Relabelled, Product.Repriced):
            return _everywhere([data.variant_id])
        if event is Product.Remeasured:
            self.unit_id = data.unit_id
        elif event is Product.Retaxed:
            self.tax_rate_ids = list(data.tax_rate_ids)
        return _everywhere(self.variant_ids)


def _everywhere(variant_ids: Iterable[UUID]) -> list[Key]:
    return [(NOWHERE, variant_id) for variant_id in variant_ids]
