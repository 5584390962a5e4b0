"""What came in: payments without what was charged on account, and what was paid of dues."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.columns import Measure
from projections.reports.explaining import Explanations, explained
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS, WITH_CUTS
from projections.reports.grouped import STORE_IDS, ask_rows
from projections.reports.section import Criteria, Result
from projections.reports.sections.sales_summary.sources import PAYMENT_DAYS, PAYMENT_FACTS

DUES_PAID = Measure(
    name="dues_paid",
    label="Dues paid",
    unit="money",
    meaning="What customers paid of what they owed on account; at no register and to no cashier.",
    example=0,
)
PAYMENTS_NET = Measure(
    name="payments_net",
    label="Net payments",
    unit="money",
    meaning="What was paid with tips, dues included, without what was paid back and what was charged on "
    "account.",
    example=130_450,
)
_MEASURES = (DUES_PAID, PAYMENTS_NET)
_NET: LiteralString = "coalesce(amount, 0) + coalesce(tips, 0) - coalesce(refunds, 0)"


def _dues(cuts: LiteralString, condition: LiteralString) -> LiteralString:
    """What was paid of dues. That is in the back office: nothing of it is of a register or a channel.

    Of a day on which nothing was sold nothing was reported first.
    """
    return f"""
          FROM (SELECT fact.*, place.no AS store_no
                  FROM account_facts AS fact
                  LEFT JOIN report_places AS place ON place.company_id = %(company_id)s
                        AND place.kind = 'store' AND place.id = fact.store_id
                 WHERE fact.company_id = %(company_id)s AND account = 'due' AND fact.kind = 'redeemed'
                   AND fact.position <= %(position)s::bigint
                   AND business_date BETWEEN %(from_date)s::date AND %(to_date)s::date{STORE_IDS}
                   AND (%(customer)s::uuid IS NULL OR customer_id = %(customer)s::uuid)
                   AND %(register)s::uuid IS NULL AND %(cashier)s::uuid IS NULL
                   AND %(channel)s::text IS NULL) AS paid_due{cuts}
         WHERE {condition}"""


def _statement(payments: LiteralString, *, first_reported: bool = False) -> LiteralString:
    cuts: LiteralString = WITH_CUTS if first_reported else ""
    dues = _dues(_BESIDE_CUTS, _IS_REPORTED) if first_reported else _dues("", "true")
    return f"""
    WITH {cuts}due AS (
        SELECT coalesce(sum(-amount), 0) AS dues_paid{dues}
    ), paid AS ({payments}
    ), payment AS (
        SELECT coalesce(sum({_NET}), 0) AS net
          FROM paid
         WHERE method_no IS DISTINCT FROM (
               SELECT method_no FROM report_methods
                WHERE company_id = %(company_id)s AND method = 'account')
    )
    SELECT due.dues_paid, payment.net + due.dues_paid AS payments_net FROM due, payment
"""


_BESIDE_CUTS: LiteralString = """
          LEFT JOIN cuts USING (business_date, store_no)"""
_IS_REPORTED: LiteralString = "(position <= cut OR cut IS NULL)"
_COLUMNS = ("method_no", "amount", "tips", "refunds")
_OF_DAYS: LiteralString = _statement(PAYMENT_DAYS.rows(_COLUMNS))
_OF_SALES: LiteralString = _statement(PAYMENT_FACTS.rows(_COLUMNS))
_FIRST_REPORTED: LiteralString = _statement(PAYMENT_FACTS.first_reported(_COLUMNS), first_reported=True)


def ask_money(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for what came in, in one row."""
    is_filtered = any(value is not None for value in criteria.filters.values())
    statement = _OF_SALES if is_filtered else _OF_DAYS
    first_reported = criteria.basis == "first_reported"
    return ask_rows(db, criteria, _FIRST_REPORTED if first_reported else statement, _MEASURES)


_DUES_PAID: LiteralString = f"""
        SELECT position, row_number() OVER (PARTITION BY position ORDER BY lot_id) - 1 AS line,
               -amount AS amount{_dues(JOIN_CUTS, f"({IS_IN_BASIS} OR cut IS NULL)")}"""
EXPLAINED_MONEY: Explanations = {
    "dues_paid": explained(_DUES_PAID),
    "payments_net": explained(
        f"""{_DUES_PAID}
     UNION ALL
        SELECT position, line, {_NET} AS amount
          FROM {PAYMENT_FACTS.facts}{JOIN_CUTS}
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{PAYMENT_FACTS.where()}
           AND {IS_IN_BASIS} AND method <> 'account' AND {_NET} <> 0"""
    ),
}
