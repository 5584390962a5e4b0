"""Whether the sums that reports are read from are what their facts add up to."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from projections.reports.reconciliation.checks import STORE, Check, Span, figures
from projections.reports.reconciliation.sales import MODEL
from projections.reports.sales.additions import OF_LINE, OF_PAYMENT, OF_SALE, OF_TAX
from projections.reports.sales.rollups import APART, NOBODY

Names = Sequence[LiteralString]

_POSITIONS: Names = ("first_position", "last_position")
#: What keys of sums are of a fact, where they are no column of it.
_KEYS: Mapping[LiteralString, LiteralString] = {
    "month": "date_trunc('month', business_date::timestamp)::date AS month",
    "customer_id": f"coalesce(customer_id, {NOBODY}) AS customer_id",
    "apart": f"{APART} AS apart",
}


def _rollup(
    table: LiteralString, period: LiteralString, keys: Names, measures: Names, facts: LiteralString
) -> LiteralString:
    """Where the rows of a table of sums are not what these facts come to.

    A row that has facts beyond the position answers nothing there, and is not compared.
    """
    same: LiteralString = ", ".join(keys)
    compared: Names = (*_POSITIONS, *measures)
    pairs: dict[LiteralString, tuple[LiteralString, LiteralString]] = {
        name: (f"coalesce(facts.{name}, 0)", f"coalesce(sums.{name}, 0)") for name in compared
    }
    columns: LiteralString = ", ".join((*keys, *compared))
    own: LiteralString = "".join(f" || ' {key} ' || {key}" for key in keys if key != "store_no")
    has_store = "store_no" in keys
    store_id: LiteralString = "place.id" if has_store else "NULL::uuid"
    store: LiteralString = STORE if has_store else ""
    return f"""
    WITH facts AS ({facts}
    ), sums AS (
        SELECT {columns}
          FROM {table}
         WHERE company_id = %(company_id)s AND {period} BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND first_position <= %(position)s::bigint
    )
    SELECT {store_id} AS store_id, '{table}'{own} AS subject, figure, a, b, NULL::bigint AS position
      FROM facts FULL JOIN sums USING ({same}){figures(pairs)}{store}
     WHERE a <> b AND coalesce(sums.last_position, 0) <= %(position)s::bigint
"""


def _facts(table: LiteralString, keys: Names, measures: Names) -> LiteralString:
    """What the facts come to."""
    selected: LiteralString = ", ".join(_KEYS.get(key, key) for key in keys)
    groups: LiteralString = ", ".join(keys)
    return f"""
        SELECT {selected}, min(position) AS first_position, max(position) AS last_position, {_sums(measures)}
          FROM {table}
         WHERE company_id = %(company_id)s AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND position <= %(position)s::bigint
         GROUP BY {groups}"""


def _sums(measures: Names) -> LiteralString:
    return ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in measures)


def _daily(table: LiteralString, facts: LiteralString, keys: Names, measures: Names) -> LiteralString:
    return _rollup(table, "business_date", keys, measures, _facts(facts, keys, measures))


def _monthly(
    table: LiteralString, facts: LiteralString, key: LiteralString, measures: Names
) -> LiteralString:
    keys: Names = ("month", *key.split(", "))
    return _rollup(table, "month", keys, measures, _facts(facts, keys, measures))


_SALE: Names = OF_SALE.split()
_LINE: Names = OF_LINE.split()

# Years are compared with their months, which were compared with their facts.
_MONTHS: LiteralString = f"""
        SELECT date_trunc('year', month::timestamp)::date AS year, item_no, apart,
               min(first_position) AS first_position, max(last_position) AS last_position, {_sums(_LINE)}
          FROM sales_item_month
         WHERE company_id = %(company_id)s AND month BETWEEN %(from_date)s::date AND %(to_date)s::date
           AND first_position <= %(position)s::bigint
         GROUP BY year, item_no, apart"""

_STATEMENTS: dict[LiteralString, tuple[Span, LiteralString]] = {
    "company day": ("day", _daily("sales_company_day", "sales_facts", ("business_date",), _SALE)),
    "company hour": ("day", _daily("sales_company_hour", "sales_facts", ("hour",), _SALE)),
    "store day": ("day", _daily("sales_store_day", "sales_facts", ("store_no",), _SALE)),
    "store month": ("month", _monthly("sales_store_month", "sales_facts", "store_no", _SALE)),
    "store hour": ("day", _daily("sales_store_hour", "sales_facts", ("store_no", "hour"), _SALE)),
    "register": ("day", _daily("sales_register_day", "sales_facts", ("store_no", "register_no"), _SALE)),
    "cashier": ("day", _daily("sales_cashier_day", "sales_facts", ("store_no", "cashier_no"), _SALE)),
    "company tax": ("day", _daily("sales_company_tax_day", "sales_tax_facts", ("tax_no",), OF_TAX.split())),
    "tax": ("day", _daily("sales_tax_day", "sales_tax_facts", ("store_no", "tax_no"), OF_TAX.split())),
    "payment": (
        "day",
        _daily("sales_payment_day", "sales_payment_facts", ("store_no", "method_no"), OF_PAYMENT.split()),
    ),
    "customer": ("month", _monthly("sales_customer_month", "sales_facts", "customer_id, store_no", _SALE)),
    "item": ("month", _monthly("sales_item_month", "sales_line_facts", "item_no, apart", _LINE)),
    "item year": ("year", _rollup("sales_item_year", "year", ("year", "item_no", "apart"), _LINE, _MONTHS)),
}

ROLLUPS = tuple(
    Check(
        rule="R2",
        meaning="Sums by day, month and year are what their facts add up to.",
        ways=("facts", "sums"),
        statement=statement,
        models=MODEL,
        span=span,
    )
    for span, statement in _STATEMENTS.values()
)
