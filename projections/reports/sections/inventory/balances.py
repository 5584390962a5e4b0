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

#: One row a storage and variant.
BALANCES: LiteralString = f"""
        SELECT storage_id, variant_id, sum(quantity) AS quantity, sum(value) AS value
          FROM ({BALANCE_CHANGES}
               ) AS change
         GROUP BY storage_id, variant_id"""

_TRANSIT: LiteralString = "for_storage_id, variant_id, 0, 0, 0, 0, -quantity"


def _promises(beyond: LiteralString) -> LiteralString:
    return f"""
            SELECT storage_id, variant_id, 0, 0, -reserved, -ordered, 0
              FROM stock_promises
             WHERE company_id = %(company_id)s AND {beyond}{here()}"""


#: The same with what is promised, on order, and on the way there; the days of promises are those of UTC.
LEVELS: LiteralString = f"""
        SELECT storage_id, variant_id, sum(quantity) AS quantity, sum(value) AS value,
               sum(reserved) AS reserved, sum(ordered) AS ordered, sum(in_transit) AS in_transit
          FROM (
            SELECT storage_id, variant_id, quantity, value, reserved, ordered, in_transit
              FROM stock_totals
             WHERE company_id = %(company_id)s{here()}
         UNION ALL{_facts("storage_id, variant_id, -quantity, -value, 0, 0, 0", _BEYOND, here())}
         UNION ALL{_facts("storage_id, variant_id, -quantity, -value, 0, 0, 0", _IS_LATER, here())}
         UNION ALL{_facts(_TRANSIT, "for_storage_id IS NOT NULL AND " + _BEYOND, here("for_storage_id"))}
         UNION ALL{_facts(_TRANSIT, "for_storage_id IS NOT NULL AND " + _IS_LATER, here("for_storage_id"))}
         UNION ALL{_promises(_BEYOND)}
         UNION ALL{_promises("position <= %(position)s::bigint AND promised_on > %(to_date)s::date")}
               ) AS change
         GROUP BY storage_id, variant_id"""
