"""Whether the facts of sales agree with each other, event by event."""

from collections.abc import Mapping
from typing import LiteralString

from projections.reports.reconciliation.checks import KNOWN, STORE, Check, figures

#: By the name of a figure, what a row of a table adds to it.
Sums = Mapping[LiteralString, LiteralString]

MODEL = ("report_sales",)


def _by_event(one_table: LiteralString, one: Sums, other_table: LiteralString, other: Sums) -> LiteralString:
    """Where the rows of an event in two tables do not come to the same, store by store."""
    pairs: dict[LiteralString, tuple[LiteralString, LiteralString]] = {
        name: (f"coalesce(one.{name}, 0)", f"coalesce(other.{name}, 0)") for name in one
    }
    return f"""
    WITH one AS ({_sums(one_table, one)}
    ), other AS ({_sums(other_table, other)}
    ), differing AS (
        SELECT store_no, position, figure, a, b
          FROM one FULL JOIN other USING (store_no, position){figures(pairs)}
    )
    SELECT place.id AS store_id, '' AS subject, figure, sum(a) AS a, sum(b) AS b,
           min(differing.position) FILTER (WHERE a <> b) AS position
      FROM differing{STORE}
     GROUP BY place.id, figure
    HAVING bool_or(a <> b)
"""


def _sums(table: LiteralString, sums: Sums) -> LiteralString:
    summed: LiteralString = ", ".join(f"sum({sql}) AS {name}" for name, sql in sums.items())
    return f"""
        SELECT store_no, position, {summed}
          FROM {table}{KNOWN}
         GROUP BY store_no, position"""


_OF_SALES: Sums = {
    name: name
    for name in (
        "items",
        "returned_items",
        "gross_sales",
        "discounts",
        "returns",
        "tax",
        "cost_of_goods",
    )
}
_OF_LINES: Sums = {**_OF_SALES, "items": "quantity", "returned_items": "returned_quantity"}

_LINES: LiteralString = _by_event("sales_line_facts", _OF_LINES, "sales_facts", _OF_SALES)


def _added(*names: LiteralString, less: tuple[LiteralString, ...] = ()) -> LiteralString:
    plus: LiteralString = " + ".join(f"coalesce({name}, 0)" for name in names)
    minus: LiteralString = "".join(f" - coalesce({name}, 0)" for name in less)
    return plus + minus


_PAID: LiteralString = _added("amount", "tips", less=("refunds",))
_ON_ACCOUNT: LiteralString = f"""CASE WHEN method_no = (SELECT method_no FROM report_methods
                        WHERE company_id = %(company_id)s AND method = 'account') THEN {_PAID} END"""

# What goods come to is paid in money, or with what is owed to or by the customer; what is paid before the
# goods, and what of that they use up, are deposits.
_BRIDGE: LiteralString = _by_event(
    "sales_facts",
    {
        "collected": _added(
            "gross_sales", "tax", "tips", "rounding", "deposits", less=("discounts", "returns")
        ),
        "dues_created": "dues_created",
    },
    "sales_payment_facts",
    {"collected": _PAID, "dues_created": _ON_ACCOUNT},
)

_TAXES: LiteralString = _by_event(
    "sales_tax_facts", {"tax": _added("tax", less=("returned_tax",))}, "sales_facts", {"tax": "tax"}
)

LINES = Check(
    rule="R1",
    meaning="Lines add up to their sales and refunds.",
    ways=("lines", "sales"),
    statement=_LINES,
    models=MODEL,
)
BRIDGE = Check(
    rule="R3",
    meaning="What was collected, with deposits and dues, is what was paid less what was paid back.",
    ways=("sales", "payments"),
    statement=_BRIDGE,
    models=MODEL,
)
TAXES = Check(
    rule="R5",
    meaning="Taxes by rate add up to those of sales and refunds.",
    ways=("taxes", "sales"),
    statement=_TAXES,
    models=MODEL,
)
