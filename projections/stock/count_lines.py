"""The lines of a count: what was found of each variant in each area, and what nobody has counted."""

from typing import LiteralString

from projections.base import Database, Row
from projections.catalog.variant_names import variant_name
from projections.pages import PAGE
from projections.search.within import has_all, typed_words
from projections.stock.count_lists import BESIDE, DIFFERING, ESTIMATE, finding_params
from projections.stock.count_scope import BELOW, PRESENT

# The words of a row `line` as the search has them, without blanks.
_CALLED: LiteralString = """(SELECT lower(line.sku) || ' '
                                   || replace(good.name || coalesce(own.more, ''), ' ', '')
                              FROM variants AS v
                              JOIN search_entries AS good
                                ON good.company_id = %(company_id)s AND good.id = v.product_id
                               AND good.kind = 'products'
                              LEFT JOIN search_entries AS own
                                ON own.company_id = %(company_id)s AND own.id = v.id AND own.kind = 'variants'
                             WHERE v.company_id = %(company_id)s AND v.id = line.variant_id)"""

# A variant's areas are compared with its stock together, and the line that was counted last has what came of
# that. What was posted stays; what is not posted yet is compared anew each time. All is read one after the
# other by its key, whatever the planner knows of the tables; outcomes are merged by sorting, not joined.
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
          {BESIDE}
         UNION ALL
        SELECT variant_id, expected_quantity, late_quantity, difference, difference_value, restated_quantity,
               restated_value
          FROM count_results
         WHERE company_id = %(company_id)s AND count_id = %(count_id)s
    ), compared AS (
        SELECT variant_id, area, quantity, counted_at, counted_by, is_last,
               NULL::numeric AS expected_quantity, NULL::numeric AS late_quantity,
               NULL::numeric AS difference, NULL::numeric AS difference_value,
               NULL::numeric AS restated_quantity, NULL::numeric AS restated_value
          FROM tallied
         UNION ALL
        SELECT variant_id, NULL, NULL, NULL, NULL, true, expected_quantity, late_quantity, difference,
               difference_value, restated_quantity, restated_value
          FROM outcome
    ), line AS (
        SELECT merged.variant_id, v.sku, p.name, v.name AS variant_name, merged.area,
               merged.quantity AS counted_quantity, merged.counted_at, merged.counted_by,
               merged.expected_quantity, merged.late_quantity, merged.difference, merged.difference_value,
               merged.restated_quantity, merged.restated_value
          FROM (SELECT variant_id, area, quantity, counted_at, counted_by,
                       max(expected_quantity) OVER own AS expected_quantity,
                       max(late_quantity) OVER own AS late_quantity, max(difference) OVER own AS difference,
                       max(difference_value) OVER own AS difference_value,
                       max(restated_quantity) OVER own AS restated_quantity,
                       max(restated_value) OVER own AS restated_value
                  FROM compared
                WINDOW own AS (PARTITION BY variant_id, is_last)) AS merged
         CROSS JOIN LATERAL (
                SELECT product_id, sku, {variant_name("variants")} AS name FROM variants
                 WHERE company_id = %(company_id)s AND id = merged.variant_id
                 LIMIT 1
               ) AS v
         CROSS JOIN LATERAL (
                SELECT name FROM products WHERE company_id = %(company_id)s AND id = v.product_id LIMIT 1
               ) AS p
         WHERE merged.counted_at IS NOT NULL AND %(status)s::text IS DISTINCT FROM 'uncounted'
         UNION ALL
        SELECT present.variant_id, sku, name, variant_name, NULL, NULL, NULL, NULL, on_hand, NULL, NULL, NULL,
               NULL, NULL
          FROM (SELECT {PRESENT}) AS present
          LEFT JOIN LATERAL (
                SELECT true AS is_tallied FROM count_lines
                 WHERE company_id = %(company_id)s AND count_id = %(count_id)s
                   AND variant_id = present.variant_id
                 LIMIT 1
               ) AS counted ON true
         WHERE %(is_unfinished)s::bool AND coalesce(%(status)s::text, 'uncounted') = 'uncounted'
           AND %(area)s::text IS NULL AND counted.is_tallied IS NULL
    ), shown AS MATERIALIZED (
        SELECT * FROM line
         WHERE (%(status)s::text IS DISTINCT FROM 'different' OR difference <> 0)
           AND (%(area)s::text IS NULL OR area = %(area)s::text)
           AND (NOT EXISTS (SELECT FROM unnest(%(words)b::text[]) AS term(word)
                             WHERE position(word IN lower(sku || ' ' || name || ' ' || variant_name)) = 0)
                OR {has_all(_CALLED)})
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
        **typed_words(search),
        "sort": sort,
        "limit": limit,
        "offset": (page - 1) * limit,
    }
    rows = db.ask(_LINES, params).rows()
    return [row for row in rows if row["variant_id"] is not None], rows[0]["total"]
