"""What was sold of goods within the period, as facts of sales tell it: for what, and at which cost."""

from typing import Any, LiteralString

from projections.base import Database
from projections.reports.section import Asked
from projections.reports.sections.sales_summary.items import item_params, item_rows

# Goods are those that were sold: under the category, brand and supplier that they had then. Sales are made in
# stores, so of a single storage nothing is known of them.
#: Queries `known` and `sale`: a row for each `id` that goods are told apart by.
SALES: LiteralString = f"""
    known AS ({item_rows(("quantity", "gross_sales", "discounts", "returns", "cost_of_goods"))}
    ), by_item AS (
        SELECT item_no, sum(quantity) AS quantity, sum(gross_sales - discounts - returns) AS net_sales,
               sum(cost_of_goods) AS cost_of_goods
          FROM (SELECT item_no, coalesce(quantity, 0) AS quantity, coalesce(gross_sales, 0) AS gross_sales,
                       coalesce(discounts, 0) AS discounts, coalesce(returns, 0) AS returns,
                       coalesce(cost_of_goods, 0) AS cost_of_goods
                  FROM known) AS one
         WHERE %(storage)s::uuid IS NULL
         GROUP BY item_no
    ), sale AS MATERIALIZED (
        SELECT CASE %(group)s::text
                    WHEN 'product' THEN item.product_id
                    WHEN 'category' THEN item.category_id
                    WHEN 'brand' THEN item.brand_id
                    WHEN 'supplier' THEN item.supplier_id
                    WHEN 'variant' THEN item.variant_id END AS id,
               sum(by_item.quantity) AS quantity, sum(by_item.net_sales) AS net_sales,
               sum(by_item.cost_of_goods) AS cost_of_goods
          FROM by_item
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = by_item.item_no
         WHERE (%(brand)s::uuid IS NULL OR item.brand_id = %(brand)s::uuid)
           AND (%(supplier)s::uuid IS NULL OR item.supplier_id = %(supplier)s::uuid)
           AND (%(category)s::uuid IS NULL OR item.category_id = ANY(ARRAY(
                WITH RECURSIVE below AS (
                    SELECT %(category)s::uuid AS id
                 UNION
                    SELECT child.id
                      FROM below
                      JOIN settings AS child
                        ON child.company_id = %(company_id)s AND child.parent_id = below.id
                     WHERE child.kind = 'categories'
                )
                SELECT id FROM below)))
           AND (%(products)b::uuid[] IS NULL OR item.product_id = ANY(%(products)b::uuid[])
                OR item.variant_id = ANY(%(variants)b::uuid[]))
         GROUP BY 1
    ), """


def sales_params(db: Database, asked: Asked) -> dict[str, Any]:
    """What these queries take beside the parameters of goods."""
    return item_params(db, asked)
