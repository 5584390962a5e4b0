"""What lay in storages at the end of a day, as it was known at a position.

It is what all facts come to, less those beyond the position, less those of later days: a question about now
reads a row a storage and variant, and one about a moment ago hardly more.
"""

from typing import LiteralString

from projections.reports.sections.inventory.places import here

_BEYOND: LiteralString = "position > %(position)s::bigint"


def _facts(columns: LiteralString, beyond: LiteralString, places: LiteralString) -> LiteralString:
    return f"""
            SELECT {columns}
              FROM stock_facts
             WHERE company_id = %(company_id)s AND {beyond}{places}"""


_IS_LATER: LiteralString = "position <= %(position)s::bigint AND business_date > %(to_date)s::date"

#: Rows of a storage, a variant, a quantity and a value that add up to what lay there.
BALANCE_CHANGES: LiteralString = f"""
            SELECT storage_id, variant_id, quantity, value
              FROM stock_totals
             WHERE company_id = %(company_id)s{here()}
         UNION ALL{_facts("storage_id, variant_id, -quantity, -value", _BEYOND, here())}
         UNION ALL{_facts("storage_id, variant_id, -quantity, -value", _IS_LATER, here())}"""

#: One row a storage and variant. Whatever moved has a total, and few of them moved since.
BALANCES: LiteralString = f"""
        SELECT total.storage_id, total.variant_id, total.quantity - coalesce(since.quantity, 0) AS quantity,
               total.value - coalesce(since.value, 0) AS value
          FROM (SELECT storage_id, variant_id, quantity, value
                  FROM stock_totals
                 WHERE company_id = %(company_id)s{here()}) AS total
          LEFT JOIN (
                SELECT storage_id, variant_id, sum(quantity)::bigint AS quantity, sum(value)::bigint AS value
                  FROM ({_facts("storage_id, variant_id, quantity, value", _BEYOND, here())}
             UNION ALL{_facts("storage_id, variant_id, quantity, value", _IS_LATER, here())}
                       ) AS moved
                 GROUP BY storage_id, variant_id) AS since
            ON since.storage_id = total.storage_id AND since.variant_id = total.variant_id"""

_MOVED: LiteralString = (
    "storage_id, variant_id, quantity, value, 0 AS reserved, 0 AS ordered, 0 AS in_transit"
)
_THERE: LiteralString = " AND for_storage_id IS NOT NULL" + here("for_storage_id")
_TRANSIT: LiteralString = "for_storage_id, variant_id, 0, 0, 0, 0, quantity"


def _promises(beyond: LiteralString) -> LiteralString:
    return f"""
            SELECT storage_id, variant_id, 0, 0, reserved, ordered, 0
              FROM stock_promises
             WHERE company_id = %(company_id)s AND {beyond}{here()}"""


#: The same with what is promised, on order, and on the way there; the days of promises are those of UTC.
LEVELS: LiteralString = f"""
        SELECT total.*,
               total.total_quantity - coalesce(since.quantity, 0) AS quantity,
               total.total_value - coalesce(since.value, 0) AS value,
               total.total_reserved - coalesce(since.reserved, 0) AS reserved,
               total.total_ordered - coalesce(since.ordered, 0) AS ordered,
               total.total_in_transit - coalesce(since.in_transit, 0) AS in_transit
          FROM (SELECT storage_id, variant_id, quantity AS total_quantity, value AS total_value,
                       reserved AS total_reserved, ordered AS total_ordered, in_transit AS total_in_transit,
                       last_received, received_position, last_sold, sold_position, last_counted,
                       counted_position
                  FROM stock_totals
                 WHERE company_id = %(company_id)s{here()}) AS total
          LEFT JOIN (
                SELECT storage_id, variant_id, sum(quantity)::bigint AS quantity, sum(value)::bigint AS value,
                       sum(reserved)::bigint AS reserved, sum(ordered)::bigint AS ordered,
                       sum(in_transit)::bigint AS in_transit
                  FROM ({_facts(_MOVED, _BEYOND, here())}
             UNION ALL{_facts(_MOVED, _IS_LATER, here())}
             UNION ALL{_facts(_TRANSIT, _BEYOND, _THERE)}
             UNION ALL{_facts(_TRANSIT, _IS_LATER, _THERE)}
             UNION ALL{_promises(_BEYOND)}
             UNION ALL{_promises("position <= %(position)s::bigint AND promised_on > %(to_date)s::date")}
                       ) AS moved
                 GROUP BY storage_id, variant_id) AS since
            ON since.storage_id = total.storage_id AND since.variant_id = total.variant_id"""


def last_day(kind: LiteralString, condition: LiteralString) -> LiteralString:
    """The day of the last fact of a kind of a `level`: that of all of them, unless some do not count."""
    return f"""CASE WHEN level.{kind}_position <= %(position)s::bigint
                         AND level.last_{kind} <= %(to_date)s::date THEN level.last_{kind}
                    WHEN level.{kind}_position IS NULL THEN NULL
                    ELSE (SELECT max(fact.business_date) FROM stock_facts AS fact
                           WHERE fact.company_id = %(company_id)s AND fact.variant_id = level.variant_id
                             AND fact.storage_id = level.storage_id AND fact.kind = '{kind}'
                             AND fact.business_date <= %(to_date)s::date
                             AND fact.position <= %(position)s::bigint{condition}) END"""
