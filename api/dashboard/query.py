"""What can be asked of a dashboard, and which period and stores that is about."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from api.fields import Body, Choice, Day, Ids, Whole
from api.reports.asking import MOST_DAYS
from api.reports.parameters import MOST_STORES
from projections.reports.period import Period, PeriodNotValid, RangeTooLong

#: How many days are shown where no period is asked for, today included.
USUAL_DAYS = 30
#: How many points a trend has at most.
MOST_POINTS = 400


class DashboardQuery(Body):
    """Business dates, both inclusive, given together or not at all, and the stores."""

    from_date = Day(data_key="from", meaning="The first business date.", example="2026-03-01")
    to_date = Day(data_key="to", meaning="The last business date, itself included.", example="2026-03-31")
    store_id = Ids(
        longest=MOST_STORES, meaning="The stores, one or several; without it, all of the caller's."
    )


class SummaryQuery(DashboardQuery):
    """Without dates, today: of each store the business date that it is in."""


class TrendQuery(DashboardQuery):
    """In which steps."""

    interval = Choice(
        "hour",
        "day",
        "week",
        "month",
        "quarter",
        load_default="day",
        meaning="In which steps; weeks begin on the company's `week_start`.",
    )


class TopQuery(DashboardQuery):
    """How many rows."""

    limit = Whole(least=1, most=100, load_default=10, meaning="How many rows at most.", example=10)


class ProductsQuery(TopQuery):
    """What the best are best in."""

    by = Choice(
        "net_sales",
        "quantity",
        "gross_profit",
        load_default="net_sales",
        meaning="What counts; `gross_profit` is for those who may see costs.",
    )


class StoresQuery(TopQuery):
    """How many stores."""

    limit = Whole(least=1, most=1_000, load_default=100, meaning="How many stores at most.", example=100)


class NewestQuery(TopQuery):
    """How many of the newest."""

    limit = Whole(least=1, most=100, load_default=20, meaning="How many rows at most.", example=20)


class TrendTooLong(RangeTooLong):
    """A trend has 400 points at most; ask for longer steps."""

    code = "range_too_long"
    remedy = "Ask for a longer `interval`, or for a shorter period."


def period_of(query: Mapping[str, Any]) -> Period | None:
    """The period that is asked for, if any. Raises PeriodNotValid, RangeTooLong."""
    first, last = query.get("from_date"), query.get("to_date")
    if (first is None) != (last is None):
        missing = "from" if first is None else "to"
        raise PeriodNotValid.in_fields(missing, message="Give both dates, or none of them.")
    if first is None or last is None:
        return None
    period = Period(first, last)
    period.check_length(MOST_DAYS)
    return period


def usual_period(today: date, days: int = USUAL_DAYS) -> Period:
    """The period without one that is asked for: so many days, today included."""
    return Period(today - timedelta(days=days - 1), today)
