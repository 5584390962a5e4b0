"""Reorder points: from which stock on a storage orders a variant again, and how much."""

from decimal import Decimal
from uuid import UUID, uuid5

from domain.aggregate import Aggregate


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

    class Adjusted(Aggregate.Event):
        """It was set to something else, or again after it was lifted."""

        storage_id: UUID
        variant_id: UUID
        reorder_level: Decimal
        reorder_quantity: Decimal | None = None
        max_level: Decimal | None = None

    class Lifted(Aggregate.Event):
        """The variant's own values count again."""

        storage_id: UUID
        variant_id: UUID
