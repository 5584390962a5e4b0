"""The statements by which the reports of stock are written, and what they ask of what is remembered."""

from typing import LiteralString

FACT = (
    "position number business_date storage_id variant_id kind quantity value supplier_id actor_id "
    "for_storage_id"
)
ADD_FACTS: LiteralString = """
    INSERT INTO stock_facts (company_id, position, number, business_date, storage_id, variant_id, kind,
                             quantity, value, supplier_id, actor_id, for_storage_id)
    SELECT %(company_id)s, fact.*
      FROM unnest(%(position)b::bigint[], %(number)b::int[], %(business_date)b::date[],
                  %(storage_id)b::uuid[], %(variant_id)b::uuid[], %(kind)b::text[], %(quantity)b::bigint[],
                  %(value)b::bigint[], %(supplier_id)b::uuid[], %(actor_id)b::uuid[],
                  %(for_storage_id)b::uuid[]) AS fact
    RETURNING company_id
"""

LAYER = "position number storage_id variant_id received_on business_date quantity"
ADD_LAYERS: LiteralString = """
    INSERT INTO stock_layers (company_id, position, number, storage_id, variant_id, received_on,
                              business_date, quantity)
    SELECT %(company_id)s, layer.*
      FROM unnest(%(position)b::bigint[], %(number)b::int[], %(storage_id)b::uuid[],
                  %(variant_id)b::uuid[], %(received_on)b::date[], %(business_date)b::date[],
                  %(quantity)b::bigint[]) AS layer
    RETURNING company_id
"""

PROMISE = "position number promised_on storage_id variant_id reserved ordered"
ADD_PROMISES: LiteralString = """
    INSERT INTO stock_promises (company_id, position, number, promised_on, storage_id, variant_id, reserved,
                                ordered)
    SELECT %(company_id)s, promise.*
      FROM unnest(%(position)b::bigint[], %(number)b::int[], %(promised_on)b::date[],
                  %(storage_id)b::uuid[], %(variant_id)b::uuid[], %(reserved)b::bigint[],
                  %(ordered)b::bigint[]) AS promise
    RETURNING company_id
"""

TOTAL = (
    "storage_id variant_id quantity value reserved ordered in_transit last_received received_position "
    "last_sold sold_position last_counted counted_position"
)
ADD_TOTALS: LiteralString = """
    INSERT INTO stock_totals AS total (company_id, storage_id, variant_id, quantity, value, reserved, ordered,
                                       in_transit, last_received, received_position, last_sold,
                                       sold_position, last_counted, counted_position)
    SELECT %(company_id)s, change.*
      FROM unnest(%(storage_id)b::uuid[], %(variant_id)b::uuid[], %(quantity)b::bigint[],
                  %(value)b::bigint[], %(reserved)b::bigint[], %(ordered)b::bigint[],
                  %(in_transit)b::bigint[], %(last_received)b::date[], %(received_position)b::bigint[],
                  %(last_sold)b::date[], %(sold_position)b::bigint[], %(last_counted)b::date[],
                  %(counted_position)b::bigint[]) AS change
        ON CONFLICT (company_id, storage_id, variant_id) DO UPDATE
       SET quantity = total.quantity + excluded.quantity, value = total.value + excluded.value,
           reserved = total.reserved + excluded.reserved, ordered = total.ordered + excluded.ordered,
           in_transit = total.in_transit + excluded.in_transit,
           last_received = greatest(total.last_received, excluded.last_received),
           received_position = greatest(total.received_position, excluded.received_position),
           last_sold = greatest(total.last_sold, excluded.last_sold),
           sold_position = greatest(total.sold_position, excluded.sold_position),
           last_counted = greatest(total.last_counted, excluded.last_counted),
           counted_position = greatest(total.counted_position, excluded.counted_position)
"""

ORIGINAL = "movement_id kind supplier_id business_date"
ADD_ORIGINALS: LiteralString = """
    INSERT INTO stock_originals (company_id, movement_id, kind, supplier_id, business_date)
    SELECT %(company_id)s, original.*
      FROM unnest(%(movement_id)b::uuid[], %(kind)b::text[], %(supplier_id)b::uuid[],
                  %(business_date)b::date[]) AS original
    RETURNING company_id
"""
ORIGINALS: LiteralString = """
    SELECT movement_id, kind, supplier_id, business_date FROM stock_originals
     WHERE company_id = %(company_id)s AND movement_id = ANY(%(ids)b::uuid[])
"""

VOID = "order_id business_date"
ADD_VOIDS: LiteralString = """
    INSERT INTO stock_voids (company_id, order_id, business_date)
    SELECT %(company_id)s, void.*
      FROM unnest(%(order_id)b::uuid[], %(business_date)b::date[]) AS void
        ON CONFLICT (company_id, order_id) DO NOTHING
"""
VOIDS: LiteralString = """
    SELECT order_id, business_date FROM stock_voids
     WHERE company_id = %(company_id)s AND order_id = ANY(%(ids)b::uuid[])
"""

ROUTE = "transfer_id to_storage_id"
ADD_ROUTES: LiteralString = """
    INSERT INTO stock_routes (company_id, transfer_id, to_storage_id)
    SELECT %(company_id)s, route.*
      FROM unnest(%(transfer_id)b::uuid[], %(to_storage_id)b::uuid[]) AS route
    RETURNING company_id
"""
ROUTES: LiteralString = """
    SELECT transfer_id, to_storage_id FROM stock_routes
     WHERE company_id = %(company_id)s AND transfer_id = ANY(%(ids)b::uuid[])
"""

SHIPMENT = "transfer_id variant_id number received_on quantity"
ADD_SHIPMENTS: LiteralString = """
    INSERT INTO stock_shipments (company_id, transfer_id, variant_id, number, received_on, quantity)
    SELECT %(company_id)s, shipment.*
      FROM unnest(%(transfer_id)b::uuid[], %(variant_id)b::uuid[], %(number)b::int[],
                  %(received_on)b::date[], %(quantity)b::bigint[]) AS shipment
    RETURNING company_id
"""
SHIPMENTS: LiteralString = """
    SELECT transfer_id, variant_id, received_on, quantity FROM stock_shipments
     WHERE company_id = %(company_id)s AND transfer_id = ANY(%(ids)b::uuid[])
     ORDER BY transfer_id, variant_id, number
"""

#: What was received of variants in a storage and may lie there, the newest first.
LAYERS: LiteralString = """
    SELECT variant_id, received_on, sum(quantity) AS quantity FROM stock_layers
     WHERE company_id = %(company_id)s AND storage_id = %(storage_id)s::uuid
       AND variant_id = ANY(%(variants)b::uuid[])
     GROUP BY variant_id, received_on
    HAVING sum(quantity) > 0
     ORDER BY variant_id, received_on DESC
"""

PURCHASE_FACT = (
    "position order_id supplier_id storage_id business_date ordered_on ordered received opened deliveries "
    "lead_days"
)
ADD_PURCHASE_FACTS: LiteralString = """
    INSERT INTO purchase_facts (company_id, position, order_id, supplier_id, storage_id, business_date,
                                ordered_on, ordered, received, opened, deliveries, lead_days)
    SELECT %(company_id)s, fact.*
      FROM unnest(%(position)b::bigint[], %(order_id)b::uuid[], %(supplier_id)b::uuid[],
                  %(storage_id)b::uuid[], %(business_date)b::date[], %(ordered_on)b::date[],
                  %(ordered)b::bigint[], %(received)b::bigint[], %(opened)b::smallint[],
                  %(deliveries)b::smallint[], %(lead_days)b::int[]) AS fact
    RETURNING company_id
"""

PURCHASE = "order_id supplier_id storage_id ordered_at ordered is_open"
PUT_PURCHASES: LiteralString = """
    INSERT INTO stock_purchases (company_id, order_id, supplier_id, storage_id, ordered_at, ordered, is_open)
    SELECT %(company_id)s, purchase.*
      FROM unnest(%(order_id)b::uuid[], %(supplier_id)b::uuid[], %(storage_id)b::uuid[],
                  %(ordered_at)b::timestamptz[], %(ordered)b::bigint[], %(is_open)b::bool[]) AS purchase
        ON CONFLICT (company_id, order_id) DO UPDATE
       SET supplier_id = excluded.supplier_id, storage_id = excluded.storage_id,
           ordered_at = excluded.ordered_at, ordered = excluded.ordered, is_open = excluded.is_open
"""
PURCHASES: LiteralString = """
    SELECT order_id, supplier_id, storage_id, ordered_at, ordered, is_open FROM stock_purchases
     WHERE company_id = %(company_id)s AND order_id = ANY(%(ids)b::uuid[])
"""
