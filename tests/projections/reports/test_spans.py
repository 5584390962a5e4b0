"""A period is cut into whole years, whole months and the days around them, each of its days once."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from projections.reports.period import Period
from projections.reports.spans import Spans, spans_by_day, spans_of

DAYS = st.dates(date(2022, 1, 1), date(2025, 12, 31))


def times_in(spans: Spans, day: date) -> int:
    """In how many of the spans a day is."""
    first = {"years": day.replace(month=1, day=1), "months": day.replace(day=1)}
    first["last_months"] = first["months"]
    return sum(start <= first.get(name, day) <= end for name, (start, end) in spans.items())


@given(DAYS, st.integers(0, 1000), st.booleans())
def test_each_day_is_in_one_span(start: date, more: int, by_year: bool) -> None:
    period = Period(start, start + timedelta(days=more))
    spans = spans_of(period, by_year=by_year)
    for at in range(-400, more + 401):
        day = start + timedelta(days=at)
        assert times_in(spans, day) == (period.from_date <= day <= period.to_date)


@given(DAYS, st.integers(0, 1000))
def test_without_years_their_months_stand_together(start: date, more: int) -> None:
    spans = spans_of(Period(start, start + timedelta(days=more)), by_year=False)
    nothing = spans_by_day(Period(start, start))["years"]
    assert spans["years"] == spans["last_months"] == nothing


def test_the_ends_of_our_era_are_told_by_day() -> None:
    for period in (Period(date.min, date(1, 3, 1)), Period(date(9999, 1, 15), date.max)):
        assert spans_of(period) == spans_by_day(period)
