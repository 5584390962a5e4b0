"""Liabilities: store credit and deposits as the company owes them, and apart from them dues, owed to it."""

from collections.abc import Mapping
from typing import Any, LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.accounts import ReportAccounts
from projections.reports.columns import Measure
from projections.reports.explaining import explained
from projections.reports.grouped import STORES, params_of
from projections.reports.ranked import ask_page, in_keys, order_by, order_params, overall_of
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Criteria, Result, Section
from projections.reports.sections.financial.behind import facts_behind, in_group
from projections.reports.sections.financial.liability_figures import (
    FIGURES,
    ISSUED,
    KEYS,
    MEASURES,
    STALE,
    TAKEN,
)

_IDENTITY: tuple[LiteralString, ...] = ("account", "issued_in", "holder_id")
# Dues are an asset, which is told of only if it is asked for; deposits are no account of a customer.
_ACCOUNT: LiteralString = """CASE coalesce(%(account)s::text, 'store_credit')
                         WHEN 'dues' THEN 'due' WHEN 'store_credit' THEN 'store_credit' END"""
# A deposit is of the day on which something was paid of its order first; sales facts of kind 5 are payments,
# those of kind 6 cancellations, and goods that are handed over use what was paid.
_MOVED: LiteralString = f"""moved AS (
        SELECT CASE account WHEN 'due' THEN 'dues' ELSE account END AS account, kind, business_date, lot_date,
               customer_id AS holder_id, amount, position
          FROM account_facts
         WHERE company_id = %(company_id)s AND account = {_ACCOUNT}
           AND position <= %(position)s::bigint AND business_date <= %(to_date)s::date
           AND (%(stores)b::uuid[] IS NULL OR store_id = ANY(%(stores)b::uuid[]))
           AND (%(customer)s::uuid IS NULL OR customer_id = %(customer)s::uuid)
     UNION ALL
        SELECT 'deposits', CASE kind WHEN 5 THEN 'issued_sold' WHEN 6 THEN 'cashed_out' ELSE 'redeemed' END,
               business_date, min(business_date) OVER (PARTITION BY order_id), order_id, deposits, position
          FROM sales_facts
         WHERE company_id = %(company_id)s AND coalesce(%(account)s::text, 'deposits') = 'deposits'
           AND deposits IS NOT NULL
           AND position <= %(position)s::bigint AND business_date <= %(to_date)s::date{STORES}
           AND (%(customer)s::uuid IS NULL OR customer_id = %(customer)s::uuid)
    ), last AS (
        SELECT account, holder_id, max(business_date) AS last_on FROM moved GROUP BY account, holder_id
    )"""


def _sum(kind: LiteralString, sign: LiteralString = "") -> LiteralString:
    return f"""coalesce({sign}sum(amount) FILTER (
                   WHERE kind = '{kind}' AND business_date >= %(from_date)s::date), 0) AS {kind}"""


_SUMS: LiteralString = f"""
               coalesce(sum(amount) FILTER (WHERE business_date < %(from_date)s::date), 0) AS opening,
               {", ".join(_sum(one.name) for one in ISSUED)},
               {", ".join(_sum(one.name, "-") for one in TAKEN)},
               coalesce(sum(amount) FILTER (WHERE kind IN ('adjusted', 'moved')
                                              AND business_date >= %(from_date)s::date), 0) AS adjusted,
               sum(amount) AS closing,
               count(*) FILTER (WHERE business_date >= %(from_date)s::date) AS entries"""

#: What rows can be told apart by beside the account, each with the columns that it has.
_KEPT: Mapping[str, Mapping[LiteralString, LiteralString]] = {
    "account": {},
    "month": {"issued_in": "date_trunc('month', lot_date::timestamp)::date"},
    "holder": {"holder_id": "holder_id"},
}
_ORDER: LiteralString = order_by(
    {
        "issued_in": "issued_in - date '2000-01-01'",
        "closing": "closing",
        "count": "count",
        "average": "closing / nullif(count, 0)",
        **{one.name: one.name for one in MEASURES},
    },
    "account, issued_in, holder_id",
)
_TOTALS: LiteralString = ", ".join(f"sum({one.name}) AS {one.name}" for one in MEASURES if one is not STALE)
_COUNT = Measure(name="count", label="Holders", unit="count", meaning="")


def _statement(kept: Mapping[LiteralString, LiteralString]) -> LiteralString:
    issued_in: LiteralString = kept.get("issued_in", "NULL::date")
    holder_id: LiteralString = kept.get("holder_id", "NULL::uuid")
    return f"""WITH {_MOVED}, by_holder AS (
        SELECT account, {issued_in} AS issued_in, moved.holder_id AS holder, {holder_id} AS holder_id,
               last_on,{_SUMS}
          FROM moved JOIN last USING (account, holder_id)
         GROUP BY account, {issued_in}, moved.holder_id, last_on
    ), rows AS (
        SELECT account, issued_in, holder_id, {_TOTALS},
               sum(closing) AS closing, count(*) FILTER (WHERE closing <> 0) AS count,
               coalesce(sum(closing) FILTER (WHERE last_on <= %(to_date)s::date - 365), 0) AS stale
          FROM by_holder
         GROUP BY account, issued_in, holder_id
        HAVING sum(closing) <> 0 OR sum(opening) <> 0 OR sum(entries) > 0
    ), page AS (
        SELECT * FROM rows
         WHERE {in_keys(*_IDENTITY)}
         ORDER BY {_ORDER}
         LIMIT %(limit)s::bigint OFFSET %(offset)s::bigint
    )
    SELECT whole.*, page.*,
           coalesce((SELECT CASE WHEN erased_at IS NULL THEN name ELSE 'erased' END FROM customers
                      WHERE company_id = %(company_id)s AND id = page.holder_id),
                    (SELECT number FROM orders
                      WHERE company_id = %(company_id)s AND id = page.holder_id)) AS holder
      FROM (SELECT count(*) AS number, {overall_of(MEASURES)},
                   (SELECT count(*) FROM (SELECT FROM by_holder GROUP BY account, holder
                                          HAVING sum(closing) <> 0) AS one) AS overall_count
              FROM rows) AS whole
      LEFT JOIN page ON true
     ORDER BY {_ORDER}
"""


_STATEMENTS: Mapping[str, LiteralString] = {group: _statement(kept) for group, kept in _KEPT.items()}


_WITHIN: LiteralString = "business_date >= %(from_date)s::date"
_AMOUNTS: Mapping[LiteralString, LiteralString] = {
    "opening": f"CASE WHEN {_WITHIN} THEN 0 ELSE amount END",
    **{
        one.name: f"CASE WHEN {_WITHIN} AND kind = '{one.name}' THEN {sign}amount ELSE 0 END"
        for some, sign in ((ISSUED, ""), (TAKEN, "-"))
        for one in some
    },
    "adjusted": f"CASE WHEN {_WITHIN} AND kind IN ('adjusted', 'moved') THEN amount ELSE 0 END",
    "closing": "amount",
    "stale": "CASE WHEN last_on <= %(to_date)s::date - 365 THEN amount ELSE 0 END",
}
_IN_ROW: LiteralString = f"""account = %(key_account)s::text AND {
    in_group(
        {
            "account": "true",
            "month": "date_trunc('month', lot_date::timestamp)::date = %(key_issued_in)s::date",
            "holder": "holder_id = %(key_holder_id)s::uuid",
        }
    )
}"""
_FACTS: LiteralString = f"""WITH {_MOVED}
        SELECT moved.*, 0 AS line, last_on FROM moved JOIN last USING (account, holder_id)"""


# A holder counts with their last entry in the row.
_HOLDERS: LiteralString = explained(
    f"""
        SELECT max(position) AS position, 0 AS line, 1 AS amount
          FROM ({_FACTS}
               ) AS fact
         WHERE NOT %(is_row)s::bool OR {_IN_ROW}
         GROUP BY account, holder_id
        HAVING sum(amount) <> 0"""
)


def _ask(db: Database, criteria: Criteria) -> Pending[Result]:
    params: dict[str, Any] = {
        **params_of(db, criteria),
        **order_params(criteria, LIABILITIES.order),
        "limit": criteria.limit,
        "offset": criteria.offset,
    }
    return ask_page(db, _STATEMENTS[criteria.group or "account"], params, (*MEASURES, _COUNT), "account")


LIABILITIES = Section(
    area="financial-report",
    path="liabilities",
    title="Liabilities",
    meaning=(
        "What the company owes its customers: store credit, and deposits for goods that are not handed over "
        "yet (below zero for goods that were handed over before they were paid). What customers owe is an "
        "asset, and in no sum with these: it is told of with `account=dues` alone. What is of an order "
        "belongs to its store; credit that was given by hand is of none."
    ),
    keys=KEYS,
    identity=_IDENTITY,
    parts={group: ("account", *keys) for group, keys in _KEPT.items()},
    columns=FIGURES,
    question=_ask,
    sources=(ReportAccounts, SalesReports),
    explanations={**facts_behind(_FACTS, _AMOUNTS, _IN_ROW), "count": _HOLDERS},
    order="-closing",
    filters=("account", "customer"),
    groups=tuple(_KEPT),
    sorts=("issued_in", *(one.name for one in FIGURES)),
    is_ranked=True,
)
