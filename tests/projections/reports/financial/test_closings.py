"""A day of a store is closed by the closes of the shifts that sold on it."""

from typing import Any

from domain.shifts import Shift
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import Trade


def test_each_close_of_a_shift_closes_the_days_on_which_it_sold(books: Books, trade: Trade) -> None:
    closes = list(trade.of(Shift.Closed))
    expected = {
        (one.event.report.store_id, day, one.position)
        for one in closes
        for day in one.event.report.business_dates
    }
    assert len(expected) >= len(closes) > 1
    assert rows(books) == expected


def rows(books: Books) -> set[tuple[Any, ...]]:
    with books.work() as db:
        cursor = db.connection.execute(
            "SELECT store_id, business_date, closed_position FROM report_closings WHERE company_id = %s",
            [books.company_id],
        )
        return {tuple(row) for row in cursor.fetchall()}
