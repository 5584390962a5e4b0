"""How many different customers bought something, and how many of them had not before."""

from typing import LiteralString

from domain.pending import Pending
from projections.base import Database
from projections.reports.explaining import Explanations, explained
from projections.reports.first_reported import IS_IN_BASIS, JOIN_CUTS, WITH_CUTS, was_first_reported
from projections.reports.grouped import STORES
from projections.reports.sales.rollups import NOBODY
from projections.reports.section import Criteria, Result
from projections.reports.sections.sales_summary.customers import customer_params, customer_rows
from projections.reports.sections.sales_summary.sources import SALE_FACTS


# Most customers that bought before did so soon before; a sale that was voided is none.
def _is_new(before: LiteralString = "", voided: LiteralString = "") -> LiteralString:
    """Whether a buyer had not bought before; these are more conditions on what they had, and on its void."""
    return f"""NOT EXISTS (
               SELECT FROM sales_facts AS sale
                WHERE sale.company_id = %(company_id)s AND sale.customer_id = buyer.customer_id
                  AND sale.business_date < %(from_date)s::date AND sale.position <= %(position)s::bigint
                  AND sale.orders > 0{STORES}{before}
                  AND NOT EXISTS (
                      SELECT FROM sales_facts AS void
                       WHERE void.company_id = %(company_id)s AND void.order_id = sale.order_id
                         AND void.orders < 0 AND void.position <= %(position)s::bigint{voided}))"""


def _of_basis(fact: LiteralString) -> LiteralString:
    return f" AND (%(basis)s::text = 'current' OR {was_first_reported(fact)})"


_IS_NEW: LiteralString = _is_new()
#: The same of what days were first reported as, if that is asked for.
_IS_NEW_OF_BASIS: LiteralString = _is_new(_of_basis("sale"), _of_basis("void"))


def _statement(
    rows: LiteralString, *, cuts: LiteralString = "", is_new: LiteralString = _IS_NEW
) -> LiteralString:
    return f"""
    WITH {cuts}buyer AS (
        SELECT customer_id
          FROM ({rows}) AS known
         WHERE customer_id <> {NOBODY}
         GROUP BY customer_id
        HAVING sum(orders) > 0
    )
    SELECT count(*) AS customers, count(*) FILTER (WHERE {is_new}) AS new_customers
      FROM buyer
"""


_OF_MONTHS: LiteralString = _statement(customer_rows(("orders",)))
_OF_SALES: LiteralString = _statement(SALE_FACTS.rows(("customer_id", "orders")))
_FIRST_REPORTED: LiteralString = _statement(
    SALE_FACTS.first_reported(("customer_id", "orders")), cuts=WITH_CUTS, is_new=_IS_NEW_OF_BASIS
)


def ask_buyers(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for both numbers, in one row."""
    is_filtered = any(value is not None for value in criteria.filters.values())
    statement = _OF_SALES if is_filtered else _OF_MONTHS
    answer = db.ask(
        _FIRST_REPORTED if criteria.basis == "first_reported" else statement, customer_params(db, criteria)
    )
    return Pending(lambda: Result(rows=answer.rows()))


_BUYING: LiteralString = SALE_FACTS.rows(("customer_id", "orders", "position", "business_date", "store_no"))
#: Each customer by their first sale of the period.
_BUYERS: LiteralString = f"""
        SELECT position, 0 AS line, 1 AS amount
          FROM (SELECT customer_id, min(position) FILTER (WHERE orders > 0) AS position
                  FROM ({_BUYING}) AS known{JOIN_CUTS}
                 WHERE customer_id IS NOT NULL AND {IS_IN_BASIS}
                 GROUP BY customer_id
                HAVING sum(orders) > 0) AS buyer"""
EXPLAINED_BUYERS: Explanations = {
    "customers": explained(_BUYERS),
    "new_customers": explained(f"{_BUYERS}\n         WHERE {_IS_NEW_OF_BASIS}"),
}
