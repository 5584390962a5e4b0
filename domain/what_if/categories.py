"""What is said of a category holds for all below it, unless a nearer one says otherwise."""

from collections.abc import Mapping
from typing import TypeVar
from uuid import UUID

T = TypeVar("T")


def spread(said: Mapping[UUID, T], parents: Mapping[UUID, UUID | None]) -> dict[UUID, T]:
    """What holds for each category: what is said of it, else of the nearest above it that says anything."""
    held = {}
    for category_id in {*said, *parents}:
        nearest: UUID | None = category_id
        # Those that were passed are noted, so that even a ring would end.
        passed: set[UUID] = set()
        while nearest is not None and nearest not in passed:
            if nearest in said:
                held[category_id] = said[nearest]
                break
            passed.add(nearest)
            nearest = parents.get(nearest)
    return held


def below(category_id: UUID, parents: Mapping[UUID, UUID | None]) -> frozenset[UUID]:
    """The category and all below it."""
    return frozenset(spread({category_id: True}, parents))
