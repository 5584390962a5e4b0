"""What was sold in each hour, day, week, month or quarter, the empty ones included."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from domain.pending import Pending
from domain.weeks import weekdays
from projections.base import Database, Row
from projections.reports.closings import ReportClosings
from projections.reports.columns import Key
from projections.reports.explaining import explanations
from projections.reports.grouped import Grouping, Source, grouped, nothing_of
from projections.reports.intervals import FIRST_OF_WEEK, IS_PARTIAL, first_days, is_partial, last_day
from projections.reports.sales.sales_reports import SalesReports
from projections.reports.section import Chart, Criteria, Question, Result, Section
from projections.reports.sections.figures import SALES, measures_of
from projections.reports.sections.sales_summary.sources import (
    SALE_FACTS,
    STORE_DAYS,
    STORE_HOURS,
    STORE_MONTHS,
)
from projections.reports.stores import ask_stores

_MEASURES = measures_of(SALES)
_NAMES = tuple(measure.name for measure in _MEASURES)
#: By the interval, what tells its rows apart.
_KEYS: Mapping[str, Mapping[LiteralString, LiteralString]] = {
    "hour": {"period": "business_date", "hour": "hour"},
    "day": {"period": "business_date"},
    "week": {"period": FIRST_OF_WEEK},
    "month": {"period": "date_trunc('month', business_date::timestamp)::date"},
    "quarter": {"period": "date_trunc('quarter', business_date::timestamp)::date"},
    "hour_of_day": {"hour": "hour"},
    "hour_of_week": {"weekday": "extract(isodow FROM business_date)::int", "hour": "hour"},
    "day_of_week": {"weekday": "extract(isodow FROM business_date)::int"},
}
#: Whether a fact is in the interval of a row.
_IN_INTERVAL: LiteralString = f"""CASE %(interval)s::text
                WHEN 'hour' THEN business_date = %(key_period)s::date AND hour = %(key_hour)s::int
                WHEN 'day' THEN business_date = %(key_period)s::date
                WHEN 'week' THEN {FIRST_OF_WEEK} = %(key_period)s::date
                WHEN 'hour_of_day' THEN hour = %(key_hour)s::int
                WHEN 'hour_of_week' THEN extract(isodow FROM business_date) = %(key_weekday)s::int
                                     AND hour = %(key_hour)s::int
                WHEN 'day_of_week' THEN extract(isodow FROM business_date) = %(key_weekday)s::int
                ELSE date_trunc(%(interval)s::text, business_date::timestamp)::date = %(key_period)s::date
                END"""
_BY_HOUR = frozenset({"hour", "hour_of_day", "hour_of_week"})
_BY_MONTH = frozenset({"month", "quarter"})


def _grouping(interval: str, *, is_filtered: bool) -> Grouping:
    source = SALE_FACTS if is_filtered else _sums_by(interval)
    hour: tuple[LiteralString, ...] = ("hour",) if interval in _BY_HOUR else ()
    columns = ("business_date", *hour, *_NAMES)
    return Grouping(source=source, keys=_KEYS[interval], measures=_MEASURES, columns=columns)


def _sums_by(interval: str) -> Source:
    """The fewest sums that tell the intervals apart."""
    return STORE_HOURS if interval in _BY_HOUR else STORE_MONTHS if interval in _BY_MONTH else STORE_DAYS


_QUESTIONS: Mapping[str, Question] = {
    interval: grouped(_grouping(interval, is_filtered=False)) for interval in _KEYS
}
_FILTERED: Mapping[str, Question] = {
    interval: grouped(_grouping(interval, is_filtered=True)) for interval in _KEYS
}


def ask_periods(db: Database, criteria: Criteria) -> Pending[Result]:
    """Ask for a row of each interval of the period, in order of time."""
    interval = criteria.filters["interval"]
    is_filtered = any(value is not None for name, value in criteria.filters.items() if name != "interval")
    filters = {name: value for name, value in criteria.filters.items() if name != "interval"}
    found = (_FILTERED if is_filtered else _QUESTIONS)[interval](db, replace(criteria, filters=filters))
    stores = ask_stores(db, criteria.stores)
    return Pending(lambda: Result(rows=_filled(found.read().rows, criteria, stores.read())))


def _filled(found: Sequence[Row], criteria: Criteria, stores: Sequence[Row]) -> list[Row]:
    """A row for each interval, with nothing where there is no fact, and when it begins and ends."""
    cut = _common(store["day_cut"] for store in stores)
    zone = _common(store["timezone"] for store in stores)
    nothing: Row = {
        "period": None,
        "hour": None,
        "weekday": None,
        "is_partial": None,
        "starts_at": None,
        "ends_at": None,
        **{measure.name: nothing_of(measure) for measure in _MEASURES},
    }
    by_key = {_key(row): row for row in found}
    rows = []
    for key in _intervals(criteria, time.fromisoformat(cut).hour if cut else 0):
        times = _times(key, criteria, ZoneInfo(zone), time.fromisoformat(cut)) if zone and cut else {}
        rows.append({**nothing, **key, **by_key.get(_key(key), {}), **times})
    return rows


def _common(values: Iterator[str] | Any) -> str | None:
    """What all of them are; None where they differ, or there are none."""
    different = {*values}
    return different.pop() if len(different) == 1 else None


def _key(row: Row) -> tuple[Any, ...]:
    return row.get("period"), row.get("hour"), row.get("weekday")


def _intervals(criteria: Criteria, cut: int) -> Iterator[Row]:
    """The intervals of a period by their keys; a trading day begins with the hour of its cut."""
    interval, period = criteria.filters["interval"], criteria.period
    hours = [(cut + number) % 24 for number in range(24)]
    if interval == "hour_of_week":
        yield from ({"weekday": day, "hour": hour} for day in weekdays(criteria.week_start) for hour in hours)
    elif interval == "hour_of_day":
        yield from ({"hour": hour} for hour in hours)
    elif interval == "day_of_week":
        yield from ({"weekday": day} for day in weekdays(criteria.week_start))
    elif interval == "hour":
        days = first_days(period, "day", criteria.week_start)
        yield from ({"period": day, "hour": hour, "is_partial": False} for day in days for hour in hours)
    else:
        for day in first_days(period, interval, criteria.week_start):
            yield {"period": day, "is_partial": is_partial(day, period, interval, criteria.week_start)}


def _times(key: Row, criteria: Criteria, zone: ZoneInfo, cut: time) -> Row:
    """When an interval begins and ends: days at the cut, and not before or after the period."""
    interval, period, day = criteria.filters["interval"], criteria.period, key.get("period")
    if day is None:
        return {}
    if interval == "hour":
        # The hours before the cut end the trading day, on the next date of the calendar.
        later, hour = timedelta(days=key["hour"] < cut.hour), time(key["hour"])
        return {
            "starts_at": _utc(day, hour, zone, later),
            "ends_at": _utc(day, hour, zone, later + timedelta(hours=1)),
        }
    last = min(last_day(day, interval, criteria.week_start), period.to_date)
    return {
        "starts_at": _utc(max(day, period.from_date), cut, zone),
        "ends_at": _utc(last, cut, zone, timedelta(days=1)),
    }


def _utc(day: date, clock: time, zone: ZoneInfo, later: timedelta = timedelta()) -> datetime | None:
    """When a clock says so, and so much later by that clock; None outside of our era."""
    try:
        return (datetime.combine(day, clock, zone) + later).astimezone(UTC)
    except OverflowError:
        return None


BY_PERIOD = Section(
    area="sales-summary",
    path="by-period",
    title="Sales by period",
    meaning="What was sold in each interval of the period, the empty ones included. Weeks begin on "
    "the company's `week_start`, and a trading day with the hour of the store's day cut.",
    keys=(
        Key(name="period", label="Period", unit="date", meaning="Its first business date."),
        IS_PARTIAL,
        Key(name="hour", label="Hour", unit="count", meaning="The store's local hour.", example=9),
        Key(name="weekday", label="Weekday", unit="count", meaning="From 1 for Monday to 7.", example=1),
        Key(
            name="starts_at",
            label="Begins",
            unit="time",
            meaning="When it begins; null where the stores are in several time zones, and "
            "outside of our era.",
        ),
        Key(name="ends_at", label="Ends", unit="time", meaning="When the next one begins."),
    ),
    identity=("period", "hour", "weekday"),
    parts={interval: tuple(keys) for interval, keys in _KEYS.items()},
    columns=SALES,
    question=ask_periods,
    sources=(SalesReports, ReportClosings),
    explanations=explanations(SALE_FACTS, SALES, {"interval": _IN_INTERVAL}),
    order="period",
    filters=("interval", "register", "cashier", "customer", "channel"),
    chart=Chart(kind="line", of=("net_sales",), label="period"),
    is_sequence=True,
    has_first_reported=True,
)
