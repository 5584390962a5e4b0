"""The statements by which the reports of stock are written, and what they ask of what is remembered."""

from typing import LiteralString

FACT = (
    "position number business_date storage_id variant_id kind quantity value supplier_id actor_id "
    "for_storage_id"
)
ADD_FACTS: LiteralString = """
    INSERT INTO stock_facts (company_id, position, number, business_date, storage_id, variant_id, kind,
                             quantity, value, supplier_id, actor_id, for_storage_id)
    SELECT %(company_id)s, unnest(%(position)b::bigint[]), unnest(%(number)b::int[]),
           unnest(%(business_date)b::date[]), unnest(%(storage_id)b::uuid[]), unnest(%(variant_id)b::uuid[]),
           unnest(%(kind)b::text[]), unnest(%(quantity)b::bigint[]), unnest(%(value)b::bigint[]),
           unnest(%(supplier_id)b::uuid[]), unnest(%(actor_id)b::uuid[]), unnest(%(for_storage_id)b::uuid[])
    RETURNING company_id
"""

LAYER = "position number storage_id variant_id received_on business_date quantity"
ADD_LAYERS: LiteralString = """
    INSERT INTO stock_layers (company_id, position, number, storage_id, variant_id, received_on,
                              business_date, quantity)
    SELECT %(company_id)s, unnest(%(position)b::bigint[]), unnest(%(number)b::int[]),
           unnest(%(storage_id)b::uuid[]), unnest(%(variant_id)b::uuid[]), unnest(%(received_on)b::date[]),
           unnest(%(business_date)b::date[]), unnest(%(quantity)b::bigint[])
    RETURNING company_id
"""

PROMISE = "position number promised_on storage_id variant_id reserved ordered"
ADD_PROMISES: LiteralString = """
    INSERT INTO stock_promises (company_id, position, number, promised_on, storage_id, variant_id, reserved,
                                ordered)
    SELECT %(company_id)s, unnest(%(position)b::bigint[]), unnest(%(number)b::int[]),
           unnest(%(promised_on)b::date[]), unnest(%(storage_id)b::uuid[]), unnest(%(variant_id)b::uuid[]),
           unnest(%(reserved)b::bigint[]), unnest(%(ordered)b::bigint[])
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
    SELECT %(company_id)s, unnest(%(storage_id)b::uuid[]), unnest(%(variant_id)b::uuid[]),
           unnest(%(quantity)b::bigint[]), unnest(%(value)b::bigint[]), unnest(%(reserved)b::bigint[]),
           unnest(%(ordered)b::bigint[]), unnest(%(in_transit)b::bigint[]),
           unnest(%(last_received)b::date[]), unnest(%(received_position)b::bigint[]),
           unnest(%(last_sold)b::date[]), unnest(%(sold_position)b::bigint[]),
           unnest(%(last_counted)b::date[]), unnest(%(counted_position)b::bigint[])
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
    SELECT %(company_id)s, unnest(%(movement_id)b::uuid[]), unnest(%(kind)b::text[]),
           unnest(%(supplier_id)b::uuid[]), unnest(%(business_date)b::date[])
    RETURNING company_id
"""
ORIGINALS: LiteralString = """
    SELECT movement_id, kind, supplier_id, business_date FROM stock_originals
     WHERE company_id = %(company_id)s AND movement_id = ANY(%(ids)b::uuid[])
"""

VOID = "order_id business_date"
ADD_VOIDS: LiteralString = """
    INSERT INTO stock_voids (company_id, order_id, business_date)
    SELECT %(company_id)s, unnest(%(order_id)b::uuid[]), unnest(%(business_date)b::date[])
        ON CONFLICT (company_id, order_id) DO NOTHING
"""
VOIDS: LiteralString = """
    SELECT order_id, business_date FROM stock_voids
     WHERE company_id = %(company_id)s AND order_id = ANY(%(ids)b::uuid[])
"""

ROUTE = "transfer_id to_storage_id"
ADD_ROUTES: LiteralString = """
    INSERT INTO stock_routes (company_id, transfer_id, to_storage_id)
    SELECT %(company_id)s, unnest(%(transfer_id)b::uuid[]), unnest(%(to_storage_id)b::uuid[])
    RETURNING company_id
"""
ROUTES: LiteralString = """
    SELECT transfer_id, to_storage_id FROM stock_routes
     WHERE company_id = %(company_id)s AND transfer_id = ANY(%(ids)b::uuid[])
"""

SHIPMENT = "transfer_id variant_id number received_on quantity"
ADD_SHIPMENTS: LiteralString = """
    INSERT INTO stock_shipments (company_id, transfer_id, variant_id, number, received_on, quantity)
    SELECT %(company_id)s, unnest(%(transfer_id)b::uuid[]), unnest(%(variant_id)b::uuid[]),
           unnest(%(number)b::int[]), unnest(%(received_on)b::date[]), unnest(%(quantity)b::bigint[])
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
    SELECT %(company_id)s, unnest(%(position)b::bigint[]), unnest(%(order_id)b::uuid[]),
           unnest(%(supplier_id)b::uuid[]), unnest(%(storage_id)b::uuid[]),
           unnest(%(business_date)b::date[]), unnest(%(ordered_on)b::date[]), unnest(%(ordered)b::bigint[]),
           unnest(%(received)b::bigint[]), unnest(%(opened)b::smallint[]),
           unnest(%(deliveries)b::smallint[]), unnest(%(lead_days)b::int[])
    RETURNING company_id
"""

PURCHASE = "order_id supplier_id storage_id ordered_at ordered is_open"
PUT_PURCHASES: LiteralString = """
    INSERT INTO stock_purchases (company_id, order_id, supplier_id, storage_id, ordered_at, ordered, is_open)
    SELECT %(company_id)s, unnest(%(order_id)b::uuid[]), unnest(%(supplier_id)b::uuid[]),
           unnest(%(storage_id)b::uuid[]), unnest(%(ordered_at)b::timestamptz[]),
           unnest(%(ordered)b::bigint[]), unnest(%(is_open)b::bool[])
        ON CONFLICT (company_id, order_id) DO UPDATE
       SET supplier_id = excluded.supplier_id, storage_id = excluded.storage_id,
           ordered_at = excluded.ordered_at, ordered = excluded.ordered, is_open = excluded.is_open
"""
PURCHASES: LiteralString = """
    SELECT order_id, supplier_id, storage_id, ordered_at, ordered, is_open FROM stock_purchases
     WHERE company_id = %(company_id)s AND order_id = ANY(%(ids)b::uuid[])
"""
