"""What was sold of goods within the period, as facts of sales tell it: for what, and at which cost."""

from typing import Any, LiteralString

from projections.base import Database
from projections.reports.grouped import STORES
from projections.reports.section import Criteria
from projections.reports.sections.inventory.explaining import quantities
from projections.reports.sections.inventory.goods import BELOW_CATEGORY, CALLED_SO
from projections.reports.sections.sales_summary.items import item_params, item_rows

_ITEMS_ASKED: LiteralString = f"""%(storage)s::uuid IS NULL
           AND (%(brand)s::uuid IS NULL OR item.brand_id = %(brand)s::uuid)
           AND (%(supplier)s::uuid IS NULL OR item.supplier_id = %(supplier)s::uuid)
           AND (%(category)s::uuid IS NULL OR item.category_id = ANY({BELOW_CATEGORY}))
           AND (%(search)s::text IS NULL OR EXISTS (
                SELECT FROM variants AS v
                 WHERE v.company_id = %(company_id)s AND v.id = item.variant_id AND {CALLED_SO}))"""


def sales_by(key: LiteralString) -> LiteralString:
    """Queries `known` and `sale`: what was sold, a row for each `id` that this is of an `item`.

    Goods are those that were sold: under the category, brand and supplier that they had then. Sales are made
    in stores, so of a single storage nothing is known of them.
    """
    return f"""
    known AS ({item_rows(("quantity", "gross_sales", "discounts", "returns", "cost_of_goods"))}
    ), sale AS MATERIALIZED (
        SELECT {key} AS id, sum(coalesce(known.quantity, 0)) AS quantity,
               sum(coalesce(gross_sales, 0) - coalesce(discounts, 0) - coalesce(returns, 0)) AS net_sales,
               sum(coalesce(cost_of_goods, 0)) AS cost_of_goods
          FROM known
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = known.item_no
         WHERE {_ITEMS_ASKED}
         GROUP BY 1
    ), """


#: What a line of a sale, or of a refund, adds to figures of sales.
SOLD: LiteralString = quantities("coalesce(fact.quantity, 0)")
NET_SALES: LiteralString = (
    "coalesce(fact.gross_sales, 0) - coalesce(fact.discounts, 0) - coalesce(fact.returns, 0)"
)
GROSS_PROFIT: LiteralString = f"{NET_SALES} - coalesce(fact.cost_of_goods, 0)"


def sold_lines(amount: LiteralString) -> LiteralString:
    """Lines of sales that add something, as an `item`: with what was sold, as it was filed then."""
    return f"""
        SELECT fact.position, fact.line, {amount} AS amount, item.variant_id, item.product_id,
               item.category_id, item.brand_id, item.supplier_id
          FROM sales_line_facts AS fact
          JOIN report_items AS item ON item.company_id = fact.company_id AND item.item_no = fact.item_no
         WHERE fact.company_id = %(company_id)s AND fact.position <= %(position)s::bigint
           AND fact.business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{STORES}
           AND ({amount}) <> 0 AND {_ITEMS_ASKED}"""


#: What goods were filed under when they were sold, as the rows are told apart.
GROUP_OF_ITEM: LiteralString = """
               CASE %(group)s::text
                    WHEN 'product' THEN item.product_id
                    WHEN 'category' THEN item.category_id
                    WHEN 'brand' THEN item.brand_id
                    WHEN 'supplier' THEN item.supplier_id
                    WHEN 'variant' THEN item.variant_id END"""


def sales_params(db: Database, criteria: Criteria) -> dict[str, Any]:
    """What these queries take beside the parameters of goods."""
    return item_params(db, criteria)
