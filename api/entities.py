"""What operations on entities share: how edits are refused, and the values that answers are made of."""

from typing import Any

from commands.ports import ConcurrentEdit, StaleVersion
from domain.entities import AlreadyArchived, Entity

#: How any edit may be refused, whatever is edited.
EDITS = (StaleVersion, AlreadyArchived, ConcurrentEdit)


def values_of(entity: Entity) -> dict[str, Any]:
    """The fields of an entity, with its id, whether it is archived, and how often and when it was changed."""
    return {
        **entity.values,
        "id": entity.id,
        "is_archived": entity.is_archived,
        "version": entity.version,
        "created_at": entity.created_on,
        "updated_at": entity.modified_on,
    }
