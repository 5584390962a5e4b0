"""Which facts brought what lies in storages: of each, how much of it still lies there."""

from typing import LiteralString

# What is taken back says what it takes back, and what comes with a transfer names that.
_DOCUMENT: LiteralString = """
               (SELECT coalesce(substring(state FROM '"original_id":"([0-9a-f-]{36})"'),
                                substring(state FROM '"transfer_id":"([0-9a-f-]{36})"'), stream_id::text)
                  FROM events WHERE company_id = %(company_id)s AND position = layer.position)"""
_OF_DAY: LiteralString = "PARTITION BY storage_id, variant_id, received_on"
_OF_LEVEL: LiteralString = "PARTITION BY storage_id, variant_id"


def _so_much(there: LiteralString, partition: LiteralString) -> LiteralString:
    """What of a quantity is left of so much in all, of which the last came last."""
    newer: LiteralString = f"sum(quantity) OVER ({partition} ORDER BY position DESC, line DESC)"
    return f"greatest(least(quantity, {there} - ({newer} - quantity)), 0)"


# A line of an event brought its layers in their order; a transfer's line brings several. What no layer
# explains came back without being received: from customers, or because something was reversed; or else it is
# told by the first that is known of it.
#: After `LYING`, the query `receipt`: the facts that brought what lies there, and how much of it they did.
RECEIPTS: LiteralString = f"""
    brought AS (
        SELECT layer.storage_id, layer.variant_id, layer.received_on, layer.position, layer.quantity,
               covered.quantity AS there,
               row_number() OVER (PARTITION BY layer.storage_id, layer.variant_id, layer.position
                                      ORDER BY layer.number) AS place,
               CASE WHEN min(layer.quantity) OVER (PARTITION BY layer.storage_id, layer.variant_id,
                                                                layer.received_on) < 0
                    THEN {_DOCUMENT} END AS document
          FROM covered
          JOIN stock_layers AS layer
            ON layer.company_id = %(company_id)s AND layer.storage_id = covered.storage_id
           AND layer.variant_id = covered.variant_id AND layer.received_on = covered.received_on
         WHERE layer.position <= %(position)s::bigint AND layer.business_date <= %(to_date)s::date
    ), kept AS (
        SELECT brought.*,
               sum(greatest(quantity, 0)) OVER ({_OF_DAY}, document ORDER BY position, place)
               + sum(least(quantity, 0)) OVER ({_OF_DAY}, document) AS upto
          FROM brought
    ), standing AS (
        SELECT storage_id, variant_id, received_on, there, position,
               greatest(least(quantity, upto), 0) AS quantity,
               (SELECT (array_agg(number ORDER BY number))[least(kept.place, count(*))::int] FROM stock_facts
                 WHERE company_id = %(company_id)s AND position = kept.position AND quantity > 0
                   AND storage_id = kept.storage_id AND variant_id = kept.variant_id) AS line
          FROM kept
         WHERE quantity > 0
    ), returned AS (
        SELECT storage_id, variant_id, received_on, there, position, line,
               {_so_much("there", _OF_LEVEL)} AS quantity
          FROM (SELECT rest.storage_id, rest.variant_id, rest.received_on, rest.quantity AS there,
                       fact.position, fact.number AS line, fact.quantity
                  FROM rest
                  JOIN stock_facts AS fact
                    ON fact.company_id = %(company_id)s AND fact.variant_id = rest.variant_id
                   AND fact.storage_id = rest.storage_id
                 WHERE fact.position <= %(position)s::bigint AND fact.business_date <= %(to_date)s::date
                   AND fact.quantity > 0
                   AND NOT EXISTS (SELECT FROM stock_layers
                                    WHERE company_id = %(company_id)s AND variant_id = fact.variant_id
                                      AND storage_id = fact.storage_id AND position = fact.position)
               ) AS fact
    ), part AS (
        SELECT storage_id, variant_id, received_on, position, line, {_so_much("there", _OF_DAY)} AS quantity
          FROM standing
     UNION ALL
        SELECT storage_id, variant_id, received_on, position, line, quantity FROM returned
     UNION ALL
        SELECT rest.storage_id, rest.variant_id, rest.received_on, first.position, first.number,
               rest.quantity - coalesce((SELECT sum(returned.quantity) FROM returned
                                          WHERE returned.storage_id = rest.storage_id
                                            AND returned.variant_id = rest.variant_id), 0)
          FROM rest
          JOIN LATERAL (
                SELECT position, number FROM stock_facts
                 WHERE company_id = %(company_id)s AND variant_id = rest.variant_id
                   AND storage_id = rest.storage_id AND position <= %(position)s::bigint
                   AND business_date <= %(to_date)s::date
                 ORDER BY business_date, position, number LIMIT 1) AS first ON true
    ), receipt AS (
        SELECT storage_id, variant_id, received_on, position, line, sum(quantity) AS quantity
          FROM part
         WHERE quantity <> 0
         GROUP BY storage_id, variant_id, received_on, position, line
    )"""
