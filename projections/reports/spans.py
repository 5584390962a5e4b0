"""The spans of a period of which there are sums: whole years, whole months, and the days around them."""

from collections.abc import Mapping
from datetime import date, timedelta

from projections.reports.period import Period

#: By its name, the first and the last day of a span; years and months are named by their first days.
Spans = Mapping[str, tuple[date, date]]
#: A span without any day.
_NEVER = (date(2, 1, 1), date(1, 1, 1))


def spans_by_day(period: Period) -> Spans:
    """A period as nothing but days, for what has no sums by month or year."""
    spans = dict.fromkeys(("years", "months", "last_months", "last_days"), _NEVER)
    return {**spans, "days": (period.from_date, period.to_date)}


def spans_of(period: Period, *, by_year: bool = True) -> Spans:
    """A period as whole years, the whole months before and after them, and the days before and after these.

    Of a year that is known in part months tell more than it does itself, so that it is not asked `by_year`
    when that can be.
    """
    try:
        return _with_months(period, by_year=by_year) or spans_by_day(period)
    except OverflowError:  # at the ends of our era, where nothing was sold
        return spans_by_day(period)


def _with_months(period: Period, *, by_year: bool) -> Spans | None:
    """The same where a month begins within the period. Raises OverflowError."""
    start, end = period.from_date, period.to_date + timedelta(days=1)
    first = start if start.day == 1 else _month_after(start)
    after = end.replace(day=1)
    if first > after:
        return None
    around = {"days": (start, first - timedelta(days=1)), "last_days": (after, period.to_date)}
    spans = {**spans_by_day(period), **around}
    if first == after:
        return spans
    first_year = first if first.month == 1 else first.replace(month=12, day=1) + timedelta(days=31)
    after_year = after.replace(month=1)
    if first_year >= after_year or not by_year:
        return {**spans, "months": (first, _month_before(after))}
    return {
        **spans,
        "years": (first_year, _month_before(after_year).replace(month=1)),
        "months": (first, _month_before(first_year)),
        "last_months": (after_year, _month_before(after)),
    }


def span_params(spans: Spans, *, prefix: str = "") -> dict[str, date]:
    """The first and the last days of spans as parameters of a statement."""
    return {
        f"{prefix}{name}_{end}": day
        for name, span in spans.items()
        for end, day in zip(("from", "to"), span, strict=True)
    }


def _month_after(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _month_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
