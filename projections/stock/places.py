"""Which storages somebody who is bound to stores may look into."""

from typing import LiteralString

#: The storages of `store_ids`, and the warehouses, which belong to no store.
IN_REACH: LiteralString = """
    SELECT id FROM settings
     WHERE company_id = %(company_id)s AND kind = 'storages'
       AND (parent_id IS NULL OR parent_id = ANY(%(store_ids)b::uuid[]))
"""
