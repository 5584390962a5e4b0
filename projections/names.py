"""What things are called now that events name by their ids, of every kind, in one statement."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from projections.base import Answer, Database

_NAMES: LiteralString = """
    SELECT id, split_part(username, '@', 1) AS name FROM users
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, name FROM settings WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, name FROM products WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT variant.id, concat_ws(', ', product.name, nullif(variant.name, ''))
      FROM variants AS variant
      JOIN products AS product ON product.company_id = variant.company_id AND product.id = variant.product_id
     WHERE variant.company_id = %(company_id)s AND variant.id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, name FROM customers
     WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[]) AND %(customers)s::bool
    UNION ALL
    SELECT id, number FROM orders WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, number FROM refunds WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, number FROM transfers WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, number FROM purchase_orders WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, number FROM counts WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
    UNION ALL
    SELECT id, name FROM devices WHERE company_id = %(company_id)s AND id = ANY(%(ids)b::uuid[])
"""


def ask_names(db: Database, ids: Sequence[UUID], *, customers: bool) -> Answer:
    """Ask for the names of these ids, as rows of `id` and `name`; of customers only if that is asked for.

    Users are called without the part of their name that is the company's, documents by their numbers.
    """
    return db.ask(_NAMES, {"company_id": db.company_id, "ids": list(ids), "customers": customers})
