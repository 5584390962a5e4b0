"""What the levels of a page are called, by their keys, whatever the planner knows of the tables."""

from typing import LiteralString

from projections.catalog.variant_names import variant_name

#: Of each row `page`: its variant `v`, its product `p`, its `storage`, and its reorder `point` if it has one.
NAMES: LiteralString = f"""
      LEFT JOIN LATERAL (
            SELECT product_id, sku, {variant_name("variants")} AS name, reorder_quantity FROM variants
             WHERE company_id = %(company_id)s AND id = page.variant_id
             LIMIT 1
           ) AS v ON true
      LEFT JOIN LATERAL (
            SELECT name FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
           ) AS p ON true
      LEFT JOIN LATERAL (
            SELECT name FROM settings WHERE company_id = %(company_id)s AND id = page.storage_id LIMIT 1
           ) AS storage ON true
      LEFT JOIN LATERAL (
            SELECT reorder_quantity FROM reorder_points
             WHERE company_id = %(company_id)s AND storage_id = page.storage_id
               AND variant_id = page.variant_id
             LIMIT 1
           ) AS point ON true
"""
