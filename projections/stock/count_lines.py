"""The lines of a count: what was found of each variant in each area, and what nobody has counted."""

from typing import LiteralString

from domain.settings import name_key
from projections.base import Database, Row
from projections.pages import PAGE
from projections.stock.count_lists import DIFFERING, ESTIMATE, finding_params
from projections.stock.count_scope import BELOW, PRESENT

# A variant's areas are compared with its stock together, and the line that was counted last has what came of
# that. What was posted stays; what is not posted yet is compared anew each time.
_LINES: LiteralString = f"""
    WITH {BELOW}, tallied AS MATERIALIZED (
        SELECT variant_id, area, quantity, counted_at, counted_by,
               row_number() OVER (PARTITION BY variant_id ORDER BY counted_at DESC, area DESC) = 1 AS is_last
          FROM count_lines
         WHERE company_id = %(company_id)s AND count_id = %(count_id)s
    ), outcome AS MATERIALIZED (
        SELECT finding.variant_id, finding.expected_quantity, finding.late_quantity, finding.difference,
               {ESTIMATE} AS difference_value, NULL::numeric AS restated_quantity,
               NULL::numeric AS restated_value
          FROM ({DIFFERING}) AS finding
          LEFT JOIN stock_balances AS b ON b.company_id = %(company_id)s
                AND b.storage_id = %(storage_id)s AND b.variant_id = finding.variant_id
          LEFT JOIN variants AS v ON v.company_id = %(company_id)s AND v.id = finding.variant_id
         UNION ALL
        SELECT variant_id, expected_quantity, late_quantity, difference, difference_value, restated_quantity,
               restated_value
          FROM count_results
         WHERE company_id = %(company_id)s AND count_id = %(count_id)s
    ), line AS (
        SELECT tallied.variant_id, v.sku, p.name, v.name AS variant_name, tallied.area,
               tallied.quantity AS counted_quantity, tallied.counted_at, tallied.counted_by,
               outcome.expected_quantity, outcome.late_quantity, outcome.difference,
               outcome.difference_value, outcome.restated_quantity, outcome.restated_value
          FROM tallied
          JOIN variants AS v ON v.company_id = %(company_id)s AND v.id = tallied.variant_id
          JOIN products AS p ON p.company_id = %(company_id)s AND p.id = v.product_id
          LEFT JOIN outcome ON outcome.variant_id = tallied.variant_id AND tallied.is_last
         WHERE %(status)s::text IS DISTINCT FROM 'uncounted'
         UNION ALL
        SELECT variant_id, sku, name, variant_name, NULL, NULL, NULL, NULL, on_hand, NULL, NULL, NULL, NULL,
               NULL
          FROM ({PRESENT}) AS present
         WHERE %(is_unfinished)s::bool AND coalesce(%(status)s::text, 'uncounted') = 'uncounted'
           AND %(area)s::text IS NULL
           AND NOT EXISTS (SELECT FROM tallied WHERE tallied.variant_id = present.variant_id)
    ), shown AS MATERIALIZED (
        SELECT * FROM line
         WHERE (%(status)s::text IS DISTINCT FROM 'different' OR difference <> 0)
           AND (%(area)s::text IS NULL OR area = %(area)s::text)
           AND NOT EXISTS (SELECT FROM unnest(%(words)b::text[]) AS term(word)
                            WHERE position(word IN lower(sku || ' ' || name || ' ' || variant_name)) = 0)
    )
    SELECT shown_of.total, page.*
      FROM (SELECT count(*) AS total FROM shown) AS shown_of
      LEFT JOIN LATERAL (
            SELECT *, row_number() OVER () AS place
              FROM (SELECT * FROM shown
                     ORDER BY CASE %(sort)s::text WHEN 'sku' THEN sku WHEN 'name' THEN name END,
                              CASE %(sort)s::text WHEN '-sku' THEN sku WHEN '-name' THEN name END DESC,
                              CASE %(sort)s::text WHEN 'difference' THEN difference
                                   WHEN 'difference_value' THEN difference_value END NULLS LAST,
                              CASE %(sort)s::text WHEN '-difference' THEN difference
                                   WHEN '-difference_value' THEN difference_value END DESC NULLS LAST,
                              sku, variant_id, area
                    {PAGE}) AS ordered
           ) AS page ON true
     ORDER BY page.place
"""


def list_lines(
    db: Database,
    count: Row,
    *,
    page: int,
    limit: int,
    sort: str,
    status: str | None = None,
    area: str | None = None,
    search: str | None = None,
) -> tuple[list[Row], int]:
    """One page of a count's lines and how many there are; every word of `search` stands in name or SKU."""
    params = {
        **finding_params(db.company_id, count),
        "is_unfinished": count["status"] == "open",
        "status": status,
        "area": area,
        "words": name_key(search).split() if search else [],
        "sort": sort,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    rows = db.ask(_LINES, params).rows()
    return [row for row in rows if row["variant_id"] is not None], rows[0]["total"]
