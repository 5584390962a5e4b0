"""Every figure that adds up is explained by facts that come to it, in every row and of the whole."""

from typing import Any

import pytest

from projections.reports.section import Section
from projections.reports.sections.sales_summary import SALES_SUMMARY
from tests.projections.reports.financial.books import Books
from tests.projections.reports.financial.trade import STORES


@pytest.mark.parametrize("stores", [None, (STORES["market"],)], ids=["all", "one store"])
@pytest.mark.parametrize("section", SALES_SUMMARY, ids=lambda one: one.path)
def test_facts_come_to_the_figure(books: Books, section: Section, stores: Any) -> None:
    table = books.report(section, stores=stores)
    columns = [column for column in section.columns if column.name in section.explanations]
    for row in (None, *table.rows[:2], *table.rows[-1:]):
        for column in columns:
            figure = table.overall[column.name] if row is None else row[column.name]
            if figure is not None:
                assert books.explain(section, column, row, stores=stores).total == figure, column.name


def test_all_that_adds_up_is_explained() -> None:
    for section in SALES_SUMMARY:
        added = {column.name for column in section.columns if column.is_additive}
        assert added <= section.explanations.keys(), section.path
