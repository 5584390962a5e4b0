"""What of a log lies in stores."""

from typing import LiteralString

_OF_STORES: LiteralString = """(
                SELECT id FROM settings
                 WHERE company_id = %(company_id)s AND parent_id = ANY(%(store_ids)b::uuid[]))"""

#: Where the document that an event belongs to was begun.
_BEGUN_IN: LiteralString = """
                (SELECT substring(first.state FROM '"storage_id":"([0-9a-f-]{36})"')::uuid
                   FROM events AS first
                  WHERE first.company_id = %(company_id)s AND first.stream_id = events.stream_id
                    AND first.stream_version = 1)"""

#: The store that something at a till was begun in.
_STORE_AT_FIRST: LiteralString = """
                (SELECT substring(first.state FROM '"store_id":"([0-9a-f-]{36})"')::uuid
                   FROM events AS first
                  WHERE first.company_id = %(company_id)s AND first.stream_id = events.stream_id
                    AND first.stream_version = 1)"""

#: What lies in these stores: sales and movements of goods, documents about goods there, what else is done at
#: tills, the stores with their storages and registers, and users who are bound to nothing else. What belongs
#: to the whole company, its goods too, lies in none.
WITHIN_STORES: LiteralString = f"""
       (%(store_ids)b::uuid[] IS NULL OR CASE split_part(type, '.', 1)
            WHEN 'orders' THEN CASE WHEN starts_with(type, 'orders.Order.') THEN stream_id IN (
                SELECT id FROM orders
                 WHERE company_id = %(company_id)s AND store_id = ANY(%(store_ids)b::uuid[]))
                ELSE {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[]) END
            WHEN 'shifts' THEN {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[])
            WHEN 'stock' THEN
                substring(state FROM '"storage_id":"([0-9a-f-]{{36}})"')::uuid IN {_OF_STORES}
            WHEN 'transfers' THEN stream_id IN (
                SELECT id FROM transfers
                 WHERE company_id = %(company_id)s
                   AND (from_storage_id IN {_OF_STORES} OR to_storage_id IN {_OF_STORES}))
            WHEN 'purchase_orders' THEN stream_id IN (
                SELECT id FROM purchase_orders
                 WHERE company_id = %(company_id)s AND storage_id IN {_OF_STORES})
            WHEN 'counts' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'reservations' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'reorder_points' THEN {_BEGUN_IN} IN {_OF_STORES}
            WHEN 'tills' THEN {_STORE_AT_FIRST} = ANY(%(store_ids)b::uuid[])
            WHEN 'stores' THEN stream_id = ANY(%(store_ids)b::uuid[])
            WHEN 'storages' THEN stream_id IN {_OF_STORES}
            WHEN 'registers' THEN stream_id IN {_OF_STORES}
            WHEN 'users' THEN stream_id IN (
                SELECT id FROM users
                 WHERE company_id = %(company_id)s AND store_ids <> '{{}}'
                   AND store_ids <@ %(store_ids)b::uuid[])
            ELSE false END)
"""
