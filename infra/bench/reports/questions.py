"""What is asked of reports: sections by the kinds of their ranges, and dashboards, no question twice."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from uuid import UUID

from infra.bench.reports.history import History

#: How many different questions there are of each kind.
QUESTIONS = 20
#: Sections by the ways in which they are read: sums of days, rows in time, of stores, of goods, of people.
SECTIONS = {
    "overview": "sales-summary/overview",
    "by period": "sales-summary/by-period",
    "by store": "sales-summary/by-store",
    "by product": "sales-summary/by-product",
    "by customer": "sales-summary/by-customer",
    "by payment method": "sales-summary/by-payment-method",
    "tax": "financial-report/tax",
    "profit and loss": "financial-report/profit-and-loss",
}
DASHBOARDS = (
    "summary",
    "sales-trend",
    "top-products",
    "top-customers",
    "payment-methods",
    "sales-by-hour",
    "sales-by-store",
    "low-stock",
    "recent-orders",
)
#: The ranges that are of all that there is, or nearly.
WHOLE = ("year", "ragged")
_DASHBOARD_DAYS = 30
#: How many days lie between the beginnings of months that are asked about.
_APART = 16

Query = Mapping[str, str]


def ranges(history: History, store_id: UUID) -> dict[str, list[Query]]:
    """The ranges by kind, each with its queries; the store is the one with most orders."""
    return {
        "month": [_between(*_months(history, number % 12, 1), number) for number in range(QUESTIONS)],
        "quarter": [_between(*_months(history, number % 4 * 3, 3), number) for number in range(QUESTIONS)],
        "year": [_between(history.first, history.last, number) for number in range(QUESTIONS)],
        "ragged": [_ragged(history, number) for number in range(QUESTIONS)],
        "one store": [{**_ragged(history, number), "store_id": str(store_id)} for number in range(QUESTIONS)],
    }


def basket_ranges(history: History, store_id: UUID) -> dict[str, list[Query]]:
    """The ranges of which rules are counted; each begins on a day of its own, so none was counted before."""
    numbers = range(QUESTIONS)
    days = [history.first + timedelta(days=_APART * number) for number in numbers]
    years = [_between(history.first + timedelta(days=number), history.last) for number in numbers]
    return {
        "month": [_between(day, day + timedelta(days=_DASHBOARD_DAYS - 1)) for day in days],
        "largest store": [{**query, "store_id": str(store_id)} for query in years],
        "year": years,
    }


def dashboard_queries(name: str, history: History) -> Iterator[Query]:
    """A dashboard of thirty days, each a few days before; what is about this moment takes no days."""
    for number in range(QUESTIONS):
        last = history.last - timedelta(days=3 * number)
        days = _between(last - timedelta(days=_DASHBOARD_DAYS - 1), last)
        yield {} if name in ("low-stock", "recent-orders") else days


def _between(first: date, last: date, number: int | None = None) -> Query:
    """A period; what is asked for by a page of another length was not asked before."""
    page = {} if number is None else {"limit": str(20 + number)}
    return {"from": first.isoformat(), "to": last.isoformat(), **page}


def _months(history: History, month: int, months: int) -> tuple[date, date]:
    last = month + months
    return date(history.year, month + 1, 1), date(history.year, last, monthrange(history.year, last)[1])


def _ragged(history: History, number: int) -> Query:
    """Nearly the whole year, from within a month to within a month."""
    first = history.first + timedelta(days=4 + number)
    return _between(first, history.last - timedelta(days=3 + number), number)
