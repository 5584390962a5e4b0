"""What customers bought, added up from whole months and single days.

What was sold to nobody known stands under an id of its own, `NOBODY`.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from projections.base import Database
from projections.reports.grouped import STORES, params_of
from projections.reports.open_months import OF_OPEN_MONTH, WITHOUT_OPEN_MONTH, open_month
from projections.reports.sales.rollups import NOBODY
from projections.reports.section import Criteria
from projections.reports.spans import span_params, spans_of

#: Of which month, customer and store a fact is.
_MONTH: LiteralString = f"""date_trunc('month', business_date::timestamp)::date,
                coalesce(customer_id, {NOBODY}), store_no"""


def customer_rows(columns: Sequence[LiteralString]) -> LiteralString:
    """These columns of all that customers bought in the period and the stores, beside `customer_id`.

    The sums of a month stand for their facts unless some of these are beyond the position.
    """
    names: LiteralString = "".join(f", {one}" for one in columns)
    facts: LiteralString = f"""
        SELECT coalesce(customer_id, {NOBODY}) AS customer_id{names}
          FROM sales_facts
         WHERE company_id = %(company_id)s AND position <= %(position)s::bigint{STORES}"""
    months: LiteralString = f"""
         WHERE company_id = %(company_id)s{STORES}
           AND month BETWEEN %(months_from)s::date AND %(months_to)s::date"""
    return f"""
        SELECT customer_id{names}
          FROM sales_customer_month{months} AND last_position <= %(position)s::bigint
     UNION ALL
        SELECT customer_id{names}
          FROM sales_customer_month
         WHERE company_id = %(company_id)s{STORES} AND {OF_OPEN_MONTH}
     UNION ALL{facts}
           AND business_date BETWEEN %(months_from)s::date
                                 AND (%(months_to)s::date + interval '1 month' - interval '1 day')::date
           AND ({_MONTH}) IN (
                SELECT month, customer_id, store_no
                  FROM sales_customer_month{months} AND last_position > %(position)s::bigint
                   AND first_position <= %(position)s::bigint)
     UNION ALL{facts}
           AND business_date BETWEEN %(days_from)s::date AND %(days_to)s::date
     UNION ALL{facts}
           AND business_date BETWEEN %(last_days_from)s::date AND %(last_days_to)s::date
           AND {WITHOUT_OPEN_MONTH}"""


def customer_params(db: Database, criteria: Criteria) -> dict[str, Any]:
    """The parameters of a question about customers."""
    spans = spans_of(criteria.period, by_year=False)
    return {
        **params_of(db, criteria),
        **span_params(spans),
        "open_month": open_month(criteria, spans),
        "limit": criteria.limit,
        "offset": criteria.offset,
    }
