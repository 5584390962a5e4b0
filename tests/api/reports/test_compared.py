"""What is compared with another period: ratios have their four places, and pictures a line of their own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from api.reports.files import chart as pictures
from api.reports.frame import Frame, show_table
from domain.pending import Pending
from projections.base import Database, Row
from projections.reports.section import Chart, Criteria, Result, Section
from projections.reports.sections.figures import MARGIN
from projections.reports.table import change
from tests.api.reports.made_up import FIGURES, KEYS, MARCH, report_of, row_of, section_of
from tests.api.reports.test_files import written

FRAME = Frame(
    currency="EUR",
    stores=[],
    as_of=None,
    position=None,
    read_position=42,
    now=datetime(2026, 4, 1, tzinfo=UTC),
)
LINE = Chart(kind="line", of=("net_sales",), label="opened_on")


def section_over_time(now: Sequence[Row], before: Sequence[Row], **more: Any) -> Section:
    """A section with a line, that finds other rows of the period before."""

    def question(_: Database, criteria: Criteria) -> Pending[Result]:
        rows = now if criteria.period == MARCH else before
        return Pending(lambda: Result(rows=[dict(row) for row in rows]))

    made = section_of([], KEYS, (*FIGURES, *more.pop("columns", ())), LINE)
    return replace(made, question=question, **{"is_sequence": True, **more})


def shown(section: Section) -> Any:
    return show_table(report_of(section, compare_to="previous_period").first, FRAME)


class TestPictures:
    def test_have_the_other_period_by_its_places(self) -> None:
        chart = shown(section_over_time([row_of(1), row_of(2)], [row_of(3, gross=900)]))["chart"]
        assert chart["series"] == [
            {"name": "net_sales", "label": "Net sales", "values": [123_000, 123_000]},
            {"name": "net_sales_previous", "label": "Net sales: before", "values": [450, None]},
        ]

    def test_have_one_line_where_rows_do_not_follow_in_time(self) -> None:
        section = section_over_time([row_of(1)], [row_of(1)], is_sequence=False)
        assert [one["name"] for one in shown(section)["chart"]["series"]] == ["net_sales"]

    @pytest.mark.parametrize("before", [[], [row_of(3)], [row_of(3), row_of(4), row_of(5)]])
    def test_on_paper_have_it_too(self, monkeypatch: pytest.MonkeyPatch, before: list[Row]) -> None:
        drawn: list[Sequence[str]] = []
        monkeypatch.setattr(pictures, "_heading", lambda _, names: drawn.append(names))
        section = section_over_time([row_of(1), row_of(2)], before)
        written("pdf", report_of(section, compare_to="previous_period"))
        written("pdf", report_of(section))
        assert drawn == [["Net sales", "Net sales: before"], ["Net sales"]]


class TestRatios:
    def test_rise_in_four_places(self) -> None:
        profit = replace(FIGURES[0], name="gross_profit", label="Profit", unit="money")
        now, before = {**row_of(1), "gross_profit": 61_500}, {**row_of(1), "gross_profit": 73_800}
        answer = shown(section_over_time([now], [before], columns=(profit, MARGIN)))
        for one in (answer["comparison"], answer["rows"][0]["comparison"]):
            assert str(one["change"]["margin"]) == "-0.1000"

    def test_that_are_the_same_rise_by_nothing_in_four_places(self) -> None:
        assert str(change(Decimal("0.5000"), Decimal("0.5000"), "ratio")) == "0.0000"
        assert str(change(Decimal("2.50"), Decimal("0.5"), "quantity")) == "2"
