"""Reorder points: from which stock on a storage orders a variant again, and how much."""

from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from domain.aggregate import Aggregate

#: The reorder level, the least quantity to order, and the most to have, in the product's unit.
Levels = tuple[Decimal, Decimal | None, Decimal | None]


def reorder_point_id(storage_id: UUID, variant_id: UUID) -> UUID:
    """The id of the reorder point of a variant in a storage; there is one."""
    return uuid5(storage_id, f"reorder point of {variant_id}")


class ReorderPoint(Aggregate):
    """When and how much a storage orders of a variant; without one, what the variant itself says counts."""

    type_name = "reorder_points.ReorderPoint"

    class Set(Aggregate.Created):
        """A reorder point was set for the first time. Quantities are in the product's unit."""

        storage_id: UUID
        variant_id: UUID
        reorder_level: Decimal
        reorder_quantity: Decimal | None = None
        max_level: Decimal | None = None

        def apply(self, aggregate: "ReorderPoint") -> None:
            """Begin with these levels."""
            aggregate.storage_id = self.storage_id
            aggregate.variant_id = self.variant_id
            aggregate.levels = (self.reorder_level, self.reorder_quantity, self.max_level)

    class Adjusted(Aggregate.Event):
        """It was set to something else, or again after it was lifted."""

        storage_id: UUID
        variant_id: UUID
        reorder_level: Decimal
        reorder_quantity: Decimal | None = None
        max_level: Decimal | None = None

        def apply(self, aggregate: "ReorderPoint") -> None:
            """Go on with these levels."""
            aggregate.levels = (self.reorder_level, self.reorder_quantity, self.max_level)

    class Lifted(Aggregate.Event):
        """The variant's own values count again."""

        storage_id: UUID
        variant_id: UUID

        def apply(self, aggregate: "ReorderPoint") -> None:
            """Go on without levels."""
            aggregate.levels = None

    if TYPE_CHECKING:
        storage_id: UUID
        variant_id: UUID
        levels: Levels | None

    @classmethod
    def first(cls, storage_id: UUID, variant_id: UUID, levels: Levels) -> "ReorderPoint":
        """Set a reorder point where there never was one."""
        level, quantity, most = levels
        return cls.begin(
            cls.Set,
            reorder_point_id(storage_id, variant_id),
            storage_id=storage_id,
            variant_id=variant_id,
            reorder_level=level,
            reorder_quantity=quantity,
            max_level=most,
        )

    def adjust(self, levels: Levels | None) -> None:
        """Set it to these levels, or lift it without any; what is so already records nothing."""
        if levels == self.levels:
            return
        place = {"storage_id": self.storage_id, "variant_id": self.variant_id}
        if levels is None:
            self.trigger_event(self.Lifted, **place)
            return
        level, quantity, most = levels
        self.trigger_event(
            self.Adjusted, **place, reorder_level=level, reorder_quantity=quantity, max_level=most
        )
