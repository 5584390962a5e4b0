"""Every figure of every row, and of the whole, is the sum of the facts that explain it."""

from collections.abc import Iterator
from typing import Any

import pytest

from projections.base import Row
from projections.reports.columns import Column, Derived, Key
from projections.reports.explaining import Explained
from projections.reports.period import Period
from projections.reports.section import Section
from projections.reports.sections.financial import FINANCIAL_REPORT
from tests.projections.reports.financial.books import EVER, EVERYTHING, Books
from tests.projections.reports.financial.trade import Trade


def cells(section: Section, row: Row) -> Iterator[tuple[Column, Any]]:
    """The figures that facts add up to, with their values."""
    for column in section.columns:
        if column.name in section.explanations:
            yield column, row[column.name]


def asked_of(section: Section) -> list[str | None]:
    return list(section.groups) or [None]


@pytest.mark.parametrize("section", FINANCIAL_REPORT, ids=lambda section: section.path)
def test_every_figure_is_the_sum_of_its_facts(books: Books, trade: Trade, section: Section) -> None:
    middle = trade.positions(3)[1]
    days = sorted(one.event.business_date for one in trade.recorded if hasattr(one.event, "business_date"))
    later = Period(days[len(days) // 2], EVER.to_date)
    bounds = ((EVERYTHING, EVER), (middle, EVER), (EVERYTHING, later))
    for at, group in enumerate(asked_of(section)):
        position, period = bounds[at % 3]
        asked: dict[str, Any] = {"group": group, "position": position, "period": period}
        table = books.report(section, **asked)
        for column, value in cells(section, table.overall):
            assert books.explain(section, column, None, **asked).total == value, (group, column.name)
        for row in [row for row in table.rows if any_figure(section, row)][:3]:
            for column, value in cells(section, row):
                explained = books.explain(section, column, row, **asked)
                assert explained.total == value, (group, column.name, row)
                assert sum(fact["amount"] for fact in explained.rows) == value


def any_figure(section: Section, row: Row) -> bool:
    return any(value for _, value in cells(section, row))


@pytest.mark.parametrize("section", FINANCIAL_REPORT, ids=lambda section: section.path)
def test_every_figure_has_facts_or_follows_from_such_as_have(section: Section) -> None:
    named = {column.name: column for column in section.columns}
    for column in section.columns:
        if not isinstance(column, Key) and column.name not in section.explanations:
            assert isinstance(column, Derived), column.name
            assert all(name in named for name in column.inputs)


def test_facts_come_page_by_page_with_their_events(books: Books) -> None:
    section = next(one for one in FINANCIAL_REPORT if one.path == "payments")
    [amount] = [column for column in section.columns if column.name == "amount"]
    whole: Explained = books.explain(section, amount, None)
    pages = [books.explain(section, amount, None, limit=20, page=page) for page in (1, 2)]
    assert [fact for page in pages for fact in page.rows] == whole.rows[:40]
    assert {page.count for page in pages} == {whole.count} == {len(whole.rows)}
    assert {fact["type"] for fact in whole.rows} >= {"orders.Order.Sold"}
