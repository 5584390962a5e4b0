"""When what lies in storages was received: of each level the last received, as far as they cover it."""

from typing import LiteralString

from projections.reports.sections.inventory.balances import BALANCES
from projections.reports.sections.inventory.places import here

# First in, first out: what is left is what came last. What no layer explains is as old as the oldest, or as
# the level itself; what was sold before it came has no age.
#: Queries `level` and `lying`: of each level with stock, how much of it was received on which day.
LYING: LiteralString = f"""
    level AS MATERIALIZED ({BALANCES}
    ), layer AS (
        SELECT storage_id, variant_id, received_on, sum(quantity) AS quantity
          FROM stock_layers
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint
           AND business_date <= %(to_date)s::date{here()}
         GROUP BY storage_id, variant_id, received_on
        HAVING sum(quantity) > 0
    ), walked AS (
        SELECT layer.storage_id, layer.variant_id, layer.received_on, layer.quantity,
               sum(layer.quantity) OVER (PARTITION BY layer.storage_id, layer.variant_id
                                             ORDER BY layer.received_on DESC) AS upto,
               level.quantity AS on_hand
          FROM layer
          JOIN level ON level.storage_id = layer.storage_id AND level.variant_id = layer.variant_id
         WHERE level.quantity > 0
    ), covered AS (
        SELECT storage_id, variant_id, received_on, least(quantity, on_hand - (upto - quantity)) AS quantity
          FROM walked
         WHERE upto - quantity < on_hand
    ), oldest AS (
        SELECT storage_id, variant_id, min(received_on) AS received_on, sum(quantity) AS quantity
          FROM covered
         GROUP BY storage_id, variant_id
    ), rest AS (
        SELECT level.storage_id, level.variant_id,
               coalesce(oldest.received_on, (
                        SELECT min(business_date) FROM stock_facts
                         WHERE company_id = %(company_id)s AND variant_id = level.variant_id
                           AND storage_id = level.storage_id AND position <= %(position)s::bigint
                           AND business_date <= %(to_date)s::date)) AS received_on,
               level.quantity - coalesce(oldest.quantity, 0) AS quantity
          FROM level
          LEFT JOIN oldest
                 ON oldest.storage_id = level.storage_id AND oldest.variant_id = level.variant_id
         WHERE level.quantity > coalesce(oldest.quantity, 0)
    ), lying AS (
        SELECT storage_id, variant_id, received_on, quantity FROM covered
     UNION ALL
        SELECT storage_id, variant_id, received_on, quantity FROM rest
    ), """
