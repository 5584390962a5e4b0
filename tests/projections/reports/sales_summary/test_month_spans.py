"""A period is cut into whole months and the days around them, each of its days once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projections.reports.period import Period
from projections.reports.sections.sales_summary.customers import month_spans

DAYS = st.dates(date(2023, 1, 1), date(2025, 12, 31))


@given(DAYS, st.integers(0, 800))
def test_each_day_is_in_one_span(first: date, more: int) -> None:
    period = Period(first, first + timedelta(days=more))
    spans = month_spans(period)
    (months_from, months_to), days, last_days = spans["months"], spans["days"], spans["last_days"]
    for at in range(-40, more + 41):
        day = first + timedelta(days=at)
        times = (months_from <= day.replace(day=1) <= months_to) + sum(
            start <= day <= end for start, end in (days, last_days)
        )
        assert times == (period.from_date <= day <= period.to_date)


def test_the_ends_of_our_era_are_told_by_day() -> None:
    for period in (Period(date.min, date(1, 3, 1)), Period(date(9999, 1, 15), date.max)):
        assert month_spans(period)["days"] == (period.from_date, period.to_date)
