"""Refunds: what was given back for what came back, by tender, cashier, product, day or store."""

from collections.abc import Mapping
from typing import LiteralString

from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.explaining import amounts_of
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS
from projections.reports.grouped import STORES, nothing_of, params_of, whole
from projections.reports.names import ReportNames, name_of, user_name_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.figures import RETURNS
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.refund_figures import (
    FIGURES,
    KEYS,
    MEASURES,
    NOT_RESTOCKED_VALUE,
    QUANTITY,
    REFUNDED,
    RESTOCKED_QUANTITY,
    ROUNDING,
    TAX,
    TIPS,
)

# The kinds of facts are those of `FactKind`: a refund, and a return without an order. What is given back for
# what is cancelled is a deposit, and no refund. Here what went back is above zero.
_REFUNDS: LiteralString = f"""
        SELECT position, business_date, store_no, cashier_no, sold_on, -coalesce(tips, 0) AS tips,
               -coalesce(rounding, 0) AS rounding
          FROM sales_facts{JOIN_CUTS}
         WHERE company_id = %(company_id)s AND kind IN (2, 7) AND position <= %(position)s::bigint
           AND {IS_IN_BASIS}
           AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{STORES}
           AND (%(cashier)s::uuid IS NULL OR cashier_no = (
                SELECT no FROM report_places
                 WHERE company_id = %(company_id)s AND kind = 'cashier' AND id = %(cashier)s::uuid))
           AND (%(channel)s::text IS NULL OR channel = %(channel)s::text)"""

#: What of a refund belongs to which goods, and beside these what is of none.
_PARTS: LiteralString = f"""refund AS ({_REFUNDS}
    ), part AS (
        SELECT refund.position, line.line::int AS line, refund.business_date, refund.store_no,
               refund.cashier_no, refund.sold_on, item.product_id,
               coalesce(line.returned_quantity, 0) AS quantity, coalesce(line.returns, 0) AS returns,
               -coalesce(line.tax, 0) AS tax, 0::bigint AS tips, 0::bigint AS rounding,
               coalesce(line.restocked_quantity, 0) AS restocked_quantity,
               coalesce(line.not_restocked_value, 0) AS not_restocked_value
          FROM refund
          JOIN sales_line_facts AS line ON line.company_id = %(company_id)s
           AND line.business_date = refund.business_date AND line.store_no = refund.store_no
           AND line.position = refund.position
          JOIN report_items AS item ON item.company_id = %(company_id)s AND item.item_no = line.item_no
     UNION ALL
        SELECT position, -1, business_date, store_no, cashier_no, sold_on, NULL, 0, 0, 0, tips, rounding, 0, 0
          FROM refund
         WHERE tips <> 0 OR rounding <> 0
    )"""
_TENDER: LiteralString = """(
            SELECT string_agg(DISTINCT method.method, ' + ')
              FROM sales_payment_facts AS paid
              JOIN report_methods AS method
                ON method.company_id = %(company_id)s AND method.method_no = paid.method_no
             WHERE paid.company_id = %(company_id)s AND paid.business_date = part.business_date
               AND paid.store_no = part.store_no AND paid.position = part.position)"""
#: By the group, what tells the parts of its rows apart; `total` is the whole.
_KEYS: Mapping[str, Mapping[LiteralString, LiteralString]] = {
    "total": {},
    "method": {"tender": _TENDER},
    "cashier": {"cashier_no": "cashier_no"},
    "product": {"product_id": "product_id"},
    "day": {"business_date": "business_date"},
    "store": {"store_no": "store_no"},
}
_LABELS: Mapping[str, LiteralString] = {
    "cashier": f"""summed.*, person.id AS cashier_id, {user_name_of("person.id")} AS cashier
      FROM summed
      LEFT JOIN report_places AS person ON person.company_id = %(company_id)s AND person.kind = 'cashier'
            AND person.no = summed.cashier_no""",
    "product": """summed.*, (
            SELECT name FROM sales_variant_names
             WHERE company_id = %(company_id)s AND product_id = summed.product_id
             ORDER BY (position <= %(position)s::bigint) DESC, position DESC, line DESC
             LIMIT 1) AS product
      FROM summed""",
    "store": f"""summed.*, place.id AS store_id, {name_of("place.id")} AS store
      FROM summed
      JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
       AND place.no = summed.store_no""",
}
_SUMS: LiteralString = """
               count(*) AS refund_count, trim_scale(coalesce(sum(quantity), 0) * 0.00001) AS quantity,
               coalesce(sum(returns), 0) AS returns, coalesce(sum(tax), 0) AS tax,
               coalesce(sum(tips), 0) AS tips, coalesce(sum(rounding), 0) AS rounding,
               trim_scale(coalesce(sum(restocked_quantity), 0) * 0.00001) AS restocked_quantity,
               coalesce(sum(not_restocked_value), 0) AS not_restocked_value,
               coalesce(sum(returns + tax + tips + rounding) FILTER (
                   WHERE sold_on BETWEEN %(from_date)s::date AND %(to_date)s::date), 0) AS within_period,
               count(sold_on) AS sales_known, coalesce(sum(refunded_on - sold_on), 0) AS days_total"""


def _statement(group: str) -> LiteralString:
    keys = _KEYS[group]
    selected: LiteralString = "".join(f"{sql} AS {name}, " for name, sql in keys.items())
    names: LiteralString = "".join(f"{name}, " for name in keys)
    grouped: LiteralString = f"\n         GROUP BY {', '.join(keys)}" if keys else ""
    rows: LiteralString = _LABELS.get(group, "summed.* FROM summed")
    order: LiteralString = f"\n     ORDER BY {', '.join(f'summed.{name}' for name in keys)}" if keys else ""
    return f"""WITH {_PARTS}, keyed AS (
        SELECT {selected}part.position, part.business_date AS refunded_on, sold_on, quantity, returns, tax,
               tips, rounding, restocked_quantity, not_restocked_value
          FROM part
    ), by_refund AS (
        SELECT {names}position, refunded_on, sold_on, sum(quantity) AS quantity, sum(returns) AS returns,
               sum(tax) AS tax, sum(tips) AS tips, sum(rounding) AS rounding,
               sum(restocked_quantity) AS restocked_quantity,
               sum(not_restocked_value) AS not_restocked_value
          FROM keyed
         GROUP BY {names}position, refunded_on, sold_on
    ), summed AS (
        SELECT {names}{_SUMS}
          FROM by_refund{grouped}
    )
    SELECT {rows}{order}
"""


_STATEMENTS: Mapping[str, LiteralString] = {group: _statement(group) for group in _KEYS}


# Of refunds, sales and days there is one fact for each refund, at the first of its parts in the row.
REFUND_FACTS: LiteralString = f"""WITH {_PARTS}, keyed AS (
        SELECT part.*, {_TENDER} AS tender, person.id AS cashier_id, place.id AS store_id
          FROM part
          LEFT JOIN report_places AS person ON person.company_id = %(company_id)s
                AND person.kind = 'cashier' AND person.no = part.cashier_no
          JOIN report_places AS place ON place.company_id = %(company_id)s AND place.kind = 'store'
                                     AND place.no = part.store_no
    )
        SELECT keyed.*, row_number() OVER (
                   PARTITION BY position, CASE WHEN %(is_row)s::bool AND %(group)s::text = 'product'
                                               THEN product_id END ORDER BY line) = 1 AS is_first
          FROM keyed"""
IN_ROW: Mapping[LiteralString, LiteralString] = {
    "method": "tender IS NOT DISTINCT FROM %(key_tender)s::text",
    "cashier": "cashier_id IS NOT DISTINCT FROM %(key_cashier_id)s::uuid",
    "product": "product_id IS NOT DISTINCT FROM %(key_product_id)s::uuid",
    "day": "business_date = %(key_business_date)s::date",
    "store": "store_id = %(key_store_id)s::uuid",
}
#: By the group, what tells its rows apart.
PARTS: Mapping[str, tuple[LiteralString, ...]] = {
    "method": ("tender",),
    "cashier": ("cashier_id",),
    "product": ("product_id",),
    "day": ("business_date",),
    "store": ("store_id",),
}
_WITHIN: LiteralString = "coalesce(sold_on BETWEEN %(from_date)s::date AND %(to_date)s::date, false)"
REFUND_AMOUNTS: Mapping[LiteralString, LiteralString] = {
    **amounts_of((QUANTITY, RETURNS, TAX, TIPS, ROUNDING, REFUNDED, RESTOCKED_QUANTITY, NOT_RESTOCKED_VALUE)),
    "refund_count": "CASE WHEN is_first THEN 1 ELSE 0 END",
    "within_period": f"CASE WHEN {_WITHIN} THEN returns + tax + tips + rounding ELSE 0 END",
    "after_period": f"CASE WHEN {_WITHIN} THEN 0 ELSE returns + tax + tips + rounding END",
    "sales_known": "CASE WHEN is_first AND sold_on IS NOT NULL THEN 1 ELSE 0 END",
    "days_total": "CASE WHEN is_first AND sold_on IS NOT NULL THEN business_date - sold_on ELSE 0 END",
}


def ask_refunds(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for a row of each tender, cashier, product, day or store, and for the whole."""
    params = params_of(db, criteria)
    rows = db.ask(_STATEMENTS[criteria.group or "method"], params)
    total = db.ask(_STATEMENTS["total"], params)

    def found() -> Result:
        [overall] = total.rows()
        return Result(
            rows=[_with_keys(whole(row, MEASURES)) for row in rows.rows()], overall=whole(overall, MEASURES)
        )

    return Pending(found)


def _with_keys(row: Row) -> Row:
    return {**{key.name: nothing_of(key) for key in KEYS}, **row}


REFUNDS = Section(
    area="financial-report",
    path="refunds",
    title="Refunds",
    meaning=(
        "What was given back, on the date and by the store that paid it, and whether its sale was of the "
        "same period. Why it was given back stands with each refund alone."
    ),
    keys=KEYS,
    identity=("tender", "cashier_id", "product_id", "business_date", "store_id"),
    parts=PARTS,
    optional=("tender", "cashier_id", "product_id"),
    columns=FIGURES,
    question=ask_refunds,
    sources=(SalesReports, ReportNames, ReportClosings),
    explanations=facts_behind(REFUND_FACTS, REFUND_AMOUNTS, in_group(IN_ROW)),
    has_first_reported=True,
    order="-refunded",
    filters=("cashier", "channel"),
    groups=("method", "cashier", "product", "day", "store"),
)
