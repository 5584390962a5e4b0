"""The month in which a period ends: its sums stand for its days as well, while nothing was sold after these.

So what is asked about up to today, as dashboards do, is not added up from the facts of this month.
"""

from datetime import date
from typing import LiteralString

from projections.reports.section import EVERYTHING, Criteria
from projections.reports.spans import Spans

_IS_SOLD_AFTER: LiteralString = """EXISTS (
                SELECT FROM sales_company_day
                 WHERE company_id = %(company_id)s AND business_date > %(to_date)s::date
                   AND business_date < %(open_month)s::date + interval '1 month')"""
#: A condition on sums of months: that they stand for the last days of the period.
OF_OPEN_MONTH: LiteralString = f"month = %(open_month)s::date AND NOT {_IS_SOLD_AFTER}"
#: A condition on facts of the last days: that no sums stand for them.
WITHOUT_OPEN_MONTH: LiteralString = f"(%(open_month)s::date IS NULL OR {_IS_SOLD_AFTER})"


def open_month(criteria: Criteria, spans: Spans) -> date | None:
    """The month of which the last days of a period are the first ones: the parameter of both conditions.

    None where there are no such days, and as of a moment, at which a part of its facts may be known.
    """
    first, last = spans["last_days"]
    return first if first <= last and criteria.position == EVERYTHING else None
