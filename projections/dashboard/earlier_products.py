"""What a few variants sold in another period."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from domain.pending import Pending
from projections.base import Database
from projections.reports.period import Period
from projections.reports.section import EVERYTHING, Criteria
from projections.reports.sections.sales_summary.items import fact_rows, item_params, sum_rows
from projections.reports.tiles import View

_FIGURES: LiteralString = """item_no,
               coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0) AS net_sales"""
_SHOWN: LiteralString = "item_no = ANY(ARRAY(SELECT item_no FROM shown))"
_EARLIER: LiteralString = f"""
    WITH shown AS MATERIALIZED (
        SELECT item_no, variant_id FROM report_items
         WHERE company_id = %(company_id)s AND variant_id = ANY(%(variants)b::uuid[])
    )
    SELECT shown.variant_id, sum(known.net_sales) AS net_sales
      FROM ({sum_rows(_FIGURES, _SHOWN)}
         UNION ALL
            SELECT * FROM ({fact_rows(_FIGURES)}) AS fact WHERE {_SHOWN}) AS known
      JOIN shown ON shown.item_no = known.item_no
     GROUP BY shown.variant_id
"""


def ask_earlier(
    db: Database, view: View, period: Period, variants: Sequence[UUID]
) -> Pending[dict[UUID, int]]:
    """Ask for the net sales of these variants; of what sold nothing then there are none."""
    criteria = Criteria(
        period=period, position=EVERYTHING, permissions=view.permissions, stores=view.stores, limit=None
    )
    answer = db.ask(_EARLIER, {**item_params(db, criteria), "variants": list(variants)})
    return Pending(lambda: {row["variant_id"]: int(row["net_sales"]) for row in answer.rows()})
