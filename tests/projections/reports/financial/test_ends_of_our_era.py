"""Sections at both ends of our era: no date before the year 1 or after 9999 is told, and nothing breaks."""

from datetime import date
from typing import get_args

import pytest

from api.envelope import encode
from domain.weeks import WeekStart
from projections.reports.period import Period
from projections.reports.section import Section
from projections.reports.sections import SECTIONS
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from tests.projections.reports.financial.books import Books, ways_to_ask

FIRST, LAST = Period(date.min, date.min), Period(date.max, date.max)
#: The last week of our era ends after it; this period too lacks what comes after its last interval.
LAST_DAYS = Period(date(9999, 12, 27), date.max)


@pytest.mark.parametrize("section", SECTIONS, ids=[f"{one.area}/{one.path}" for one in SECTIONS])
def test_every_section_answers(books: Books, section: Section) -> None:
    usual = {"days": 3_660} if "days" in section.filters else {}
    for asked in ways_to_ask(section):
        filters = {**usual, **asked.pop("filters", {})}
        for period in (FIRST, LAST, LAST_DAYS):
            table = books.report(section, period=period, filters=filters, **asked)
            assert encode(table.rows)
            assert table.overall.get("net_sales") in (0, None), asked


@pytest.mark.parametrize("week_start", get_args(WeekStart))
def test_weeks_begin_and_end_within_it(books: Books, week_start: WeekStart) -> None:
    for period in (FIRST, LAST, LAST_DAYS):
        rows = books.report(
            BY_PERIOD, period=period, filters={"interval": "week"}, week_start=week_start
        ).rows
        assert all(date.min <= row["period"] <= period.to_date for row in rows)
        assert rows
