"""What the search reads: of which events, and which of their fields."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from domain.aggregate import Aggregate, events_of
from domain.catalog.products import STATUS_AFTER, Product
from domain.entities import Entity, fields_of
from domain.kinds import SETTINGS
from domain.settings import Setting
from projections.base import Event, belonging
from projections.records import Reading

_SEARCHABLE: tuple[type[Product | Setting], ...] = (Product, *SETTINGS)
KIND_OF = {event: kind.kind for kind in _SEARCHABLE for _, event in events_of(kind)}
_MOVES: tuple[Event, ...] = tuple(getattr(Product, name) for name in STATUS_AFTER)


class Named(Reading):
    """What is read of a setting, or of another name."""

    name: str


class Labelled(Reading):
    """What is read of a variant."""

    name: str
    options: dict[str, str]


class DraftedVariant(Labelled):
    """What is read of a variant that is there from the beginning, or was added."""

    id: UUID


class Drafted(Named):
    """What is read of a product that was drafted."""

    variants: tuple[DraftedVariant, ...]


class Added(Reading):
    """What is read of a variant that was added."""

    variant: DraftedVariant


class Relabelled(Labelled):
    """What is read of a variant that carries other words."""

    variant_id: UUID


def _of_settings() -> Iterator[tuple[Event, type[Reading]]]:
    """Of settings, what is in a family that all kinds share changes their standing or gives them a name."""
    for event in belonging(SETTINGS, Entity.Registered, Entity.Revised):
        if "name" in fields_of(event):
            yield event, Named
    for event in belonging(SETTINGS, Setting.Switched, Entity.Archived):
        yield event, Reading


#: The events that change by what something is found, or whether it is.
FOLDS: Mapping[Event, type[Aggregate.Event | Reading]] = {
    Product.Registered: Drafted,
    Product.Renamed: Named,
    Product.VariantAdded: Added,
    Product.VariantRemoved: Product.VariantRemoved,
    Product.Relabelled: Relabelled,
    **dict.fromkeys(_MOVES, Reading),
    **dict(_of_settings()),
}
#: Nobody looks for prices, pictures, taxes or where something is filed.
IGNORED: frozenset[Event] = frozenset(
    {
        Product.Described,
        Product.Reclassified,
        Product.Remeasured,
        Product.Retaxed,
        Product.StockTrackingSet,
        Product.Repriced,
        Product.Recosted,
        Product.ReorderingSet,
        Product.StorePriced,
        Product.StorePriceLifted,
        Product.ImageAdded,
        Product.ImageRemoved,
        Product.ImageRelabelled,
        Product.ImagesOrdered,
        *(event for event in belonging(SETTINGS, Entity.Revised) if "name" not in fields_of(event)),
    }
)
