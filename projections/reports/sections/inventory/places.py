"""Which storages a question is about: those of stores, one of them, or all and what is in transit."""

from typing import LiteralString


def here(column: LiteralString = "storage_id") -> LiteralString:
    """The condition that a storage in SQL is one of those; goods in transit are in none of a store's."""
    return f"""
               AND (%(stores)b::uuid[] IS NULL OR {column} = ANY(ARRAY(
                    SELECT place.id FROM settings AS place
                     WHERE place.company_id = %(company_id)s AND place.kind = 'storages'
                       AND place.parent_id = ANY(%(stores)b::uuid[]))))
               AND (%(storage)s::uuid IS NULL OR {column} = %(storage)s::uuid)"""


#: The rest of the condition that a storage is a place, not what is in transit; its alias comes before it.
ON_SHELVES: LiteralString = "storage_id <> '00000000-0000-0000-0000-000000000000'::uuid"
