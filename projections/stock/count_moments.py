"""What moved before a moment and after it: by the ledger, and by the log as far as the ledger lacks it.

What a count moved is left out: its difference was there before the moment that it was counted for, however
late it was posted.
"""

from typing import LiteralString

#: The movements of a storage that the ledger does not know yet.
_TAIL: LiteralString = """
    SELECT e.position, (line ->> 'variant_id')::uuid AS variant_id,
           (line ->> 'quantity')::numeric AS quantity,
           (moved.state ->> 'occurred_at')::timestamptz AS occurred_at
      FROM events AS e
     CROSS JOIN LATERAL (SELECT e.state::jsonb AS state OFFSET 0) AS moved
     CROSS JOIN LATERAL jsonb_array_elements(moved.state -> 'lines') AS line
     WHERE e.company_id = %(company_id)s
       AND e.position > coalesce((SELECT position FROM projection_checkpoints
                                   WHERE company_id = %(company_id)s AND projection = 'stock_movements'), 0)
       AND e.type LIKE 'stock.StockMovement.%%' AND e.type <> 'stock.StockMovement.Counted'
       AND (moved.state ->> 'storage_id')::uuid = %(storage_id)s
"""

#: For each variant and moment, how much came since (below zero: went). It finds movements by their time, as
#: goods are nearly always counted just now. One statement, as the ledger may go on between two.
MOVED_SINCE: LiteralString = f"""
    WITH asked AS (
        SELECT DISTINCT unnest(%(variants)b::uuid[]) AS variant_id,
               unnest(%(moments)b::timestamptz[]) AS moment
    ), moved AS MATERIALIZED (
        SELECT variant_id, quantity, occurred_at FROM stock_movements
         WHERE company_id = %(company_id)s AND occurred_at >= %(earliest)s::timestamptz
           AND storage_id = %(storage_id)s AND type <> 'count'
     UNION ALL
        SELECT variant_id, quantity, occurred_at FROM ({_TAIL}) AS tail
    )
    SELECT asked.variant_id, asked.moment, sum(moved.quantity) AS quantity
      FROM asked
      JOIN moved ON moved.variant_id = asked.variant_id AND moved.occurred_at >= asked.moment
     GROUP BY asked.variant_id, asked.moment
"""

#: What was found of variants that are not posted yet, all areas together, and what became known late. The
#: area that was counted last decides. `variants` may be null for all. One variant after another by the key of
#: its movements, whatever the planner knows of the tables; OFFSET keeps it from other ways to them.
FINDINGS: LiteralString = f"""
    WITH tail AS MATERIALIZED ({_TAIL}), found AS MATERIALIZED (
        SELECT DISTINCT ON (variant_id) variant_id, area, counted_at, counted_by, expected_quantity,
               known_position, sum(quantity) OVER (PARTITION BY variant_id) AS counted_quantity
          FROM count_lines
         WHERE company_id = %(company_id)s AND count_id = %(count_id)s
           AND (%(variants)b::uuid[] IS NULL OR variant_id = ANY(%(variants)b::uuid[]))
         ORDER BY variant_id, counted_at DESC, area DESC
    )
    SELECT found.*, coalesce(late.quantity, 0) + coalesce(newest.quantity, 0) AS late_quantity
      FROM found
     CROSS JOIN LATERAL (
            SELECT sum(quantity) AS quantity
              FROM (SELECT storage_id, occurred_at, type, quantity FROM stock_movements
                     WHERE company_id = %(company_id)s AND variant_id = found.variant_id
                       AND place >= (found.known_position + 1) * %(lines_per_event)s::bigint
                    OFFSET 0) AS moved
             WHERE storage_id = %(storage_id)s AND occurred_at < found.counted_at AND type <> 'count'
           ) AS late
     CROSS JOIN LATERAL (
            SELECT sum(quantity) AS quantity FROM tail
             WHERE variant_id = found.variant_id AND position > found.known_position
               AND occurred_at < found.counted_at
           ) AS newest
      LEFT JOIN LATERAL (
            SELECT true AS is_posted FROM count_results
             WHERE company_id = %(company_id)s AND count_id = %(count_id)s AND variant_id = found.variant_id
             LIMIT 1
           ) AS result ON true
     WHERE result.is_posted IS NULL
"""
