"""Rows of a section are compared with those of the same key, whichever page of it is asked for."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import pytest

from projections.base import Row
from projections.reports.columns import Key
from projections.reports.period import Period
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade

#: What sections are asked with beside the usual, where other statements answer that.
OTHERWISE: Mapping[str, Sequence[dict[str, Any]]] = {
    "by-product": ({"sort": "-quantity"}, {"filters": {"search": ""}}),
    "by-customer": ({"sort": "orders"}, {"filters": {"channel": "pos"}}, {"basis": "first_reported"}),
    # The trade is short: what nobody bought for a day is dead in it.
    "dead-stock": ({"filters": {"days": 1}},),
}
RANKED = [section for section in SECTIONS if section.is_ranked]


def figures_of(section: Section, row: Row | None) -> Row | None:
    """The numbers of a row: what its place among all says is told of all of them only."""
    names = [one.name for one in section.columns if not isinstance(one, Key) and one.unit != "text"]
    return None if row is None else {name: row[name] for name in names}


@pytest.fixture(scope="module")
def period(trade: Trade) -> Period:
    """The later days of the trade; as many before them have about as much."""
    days = sorted(one.event.business_date for one in trade.recorded if hasattr(one.event, "business_date"))
    return Period(days[len(days) // 2], days[-1])


def pages_of(books: Books, section: Section, **asked: Any) -> Iterator[Any]:
    page = 1
    while (table := books.report(section, **asked, limit=3, page=page)).rows:
        yield table
        page += 1


@pytest.mark.parametrize("section", RANKED, ids=lambda section: section.path)
def test_pages_have_the_rows_of_their_keys(books: Books, section: Section, period: Period) -> None:
    found = 0
    for group, more in product(section.groups or (None,), ({}, *OTHERWISE.get(section.path, ()))):
        asked: dict[str, Any] = {**more, **({"group": group} if group else {})}
        earlier = books.report(section, **asked, period=period.previous())
        rows = {section.key_of(row): row for row in earlier.rows}
        here = books.report(section, **asked, period=period)
        compared = {"period": period, "compare_to": "previous_period", **asked}
        for table in pages_of(books, section, **compared):
            expected = [figures_of(section, rows.get(section.key_of(row))) for row in table.rows]
            told = [figures_of(section, row) for row in table.comparison.rows]
            assert told == expected, asked
            found += sum(row is not None for row in told)
            assert table.comparison.overall == earlier.overall
            assert table.comparison.count == len(earlier.rows)
        gone = books.report(section, **compared, limit=3, with_gone=True).comparison
        assert gone is not None
        keys = {section.key_of(row) for row in here.rows}
        assert [section.key_of(row) for row in gone.gone or ()] == [key for key in rows if key not in keys]
    assert found
