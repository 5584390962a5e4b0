"""Entities as their answers take them."""

from typing import Any

from domain.entities import Entity


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
