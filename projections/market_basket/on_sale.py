"""What can be sold now: of what is bought together, only that is offered."""

from collections.abc import Iterable
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database

_ON_SALE: LiteralString = """
    SELECT item.item_no AS no
      FROM unnest(%(numbers)b::int[]) AS asked(no)
      JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = asked.no
      JOIN products AS product ON product.company_id = %(company_id)s AND product.id = item.product_id
                              AND product.status = 'active'
"""


def ask_on_sale(db: Database, numbers: Iterable[int]) -> Pending[frozenset[int]]:
    """Ask which of these numbers stand for products that can be sold, as they are today."""
    answer = db.ask(_ON_SALE, {"company_id": db.company_id, "numbers": sorted({*numbers})})
    return Pending(lambda: frozenset(row["no"] for row in answer.rows()))
