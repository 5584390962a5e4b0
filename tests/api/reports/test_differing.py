"""Altered files of reports: what was altered is named, and what is only written otherwise is not."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook

from api.reports.files import FILES, Options, Report
from api.reports.files import cells as cells_module
from api.reports.files.differing import CellDifference, Layout
from api.reports.files.reading import WrittenFile
from projections.base import Row
from tests.api.reports.made_up import LONG, report_of, row_of, section_of

#: A row is of a store that somebody calls as totals are, to be told apart from them.
ROWS = [row_of(0), row_of(1), row_of(2, "Total")]


def written(kind: str, report: Report | None = None, options: Options | None = None) -> bytes:
    file = io.BytesIO()
    FILES[kind].write(report or report_of(section_of(ROWS)), file, options or Options(footer=True))
    return file.getvalue()


def altered(content: bytes, report: Report | None = None) -> list[CellDifference]:
    """What of the file is not as the report is now."""
    report = report or report_of(section_of(ROWS))
    file = WrittenFile.of(content)
    layout = Layout(section=report.section, columns=report.columns, about=file.about(), kind=file.kind)
    cells = report.cells()
    expected = layout.lines(map(cells.of, report.rows()), cells.of(report.footer))
    found = file.cells(report.columns, report.places)
    assert found is not None
    headings = [] if layout.is_headed_as_written(found) else layout.headings(found)
    return [*headings, *layout.compare(found, expected)[1], *layout.facts(found)]


def told(content: bytes) -> list[str]:
    return [f"{one.row}, {one.column}: {one.before} -> {one.after}" for one in altered(content)]


def lines(content: bytes) -> list[bytes]:
    return content.split(b"\r\n")


def with_sheets(change: Callable[[Any], None], content: bytes | None = None) -> bytes:
    """A spreadsheet after somebody has changed it and saved it."""
    book, saved = load_workbook(io.BytesIO(content or written("xlsx"))), io.BytesIO()
    change(book)
    book.save(saved)
    return saved.getvalue()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("rows", [ROWS, [], [row_of(0, gross=99_999_999_999_999_999)]])
def test_nothing_is_altered_in_a_file_as_it_was_written(kind: str, rows: Sequence[Row]) -> None:
    for report in (report_of(section_of(rows)), report_of(section_of(rows[:1], keys=()))):
        assert altered(written(kind, report), report) == []


def test_nothing_is_altered_in_a_file_without_totals() -> None:
    report = report_of(section_of(ROWS))
    about = WrittenFile.of(written("csv")).about()
    layout = Layout(section=report.section, columns=report.columns, about=about, kind="csv")
    cells = report.cells()
    found = WrittenFile.of(written("csv", options=Options())).cells(report.columns, report.places)
    assert found is not None

    expected = layout.lines(map(cells.of, report.rows()), cells.of(report.footer))
    assert not layout.has_totals(found, expected)
    assert layout.compare(found, expected) == (True, [])


class TestCsv:
    def test_tells_a_total(self) -> None:
        assert told(written("csv").replace(b"3703.50", b"3703.51")) == [
            "Total, gross_sales: 3703.51 -> 3703.50"
        ]

    def test_tells_another_currency_of_every_line(self) -> None:
        found = told(written("csv").replace(b",EUR\r\n", b",USD\r\n"))

        assert len(found) == 4
        assert found[-1] == "Total, currency: USD -> EUR"

    def test_tells_another_heading(self) -> None:
        content = written("csv").replace(b"gross_sales", b"net_sales2", 1)

        assert told(content) == ["Header, gross_sales: net_sales2 -> gross_sales"]

    def test_tells_the_total_that_is_gone_and_no_row(self) -> None:
        every = lines(written("csv"))

        found = altered(b"\r\n".join([*every[:4], *every[5:]]))

        assert {one.row for one in found} == {"Total"}
        assert {one.before for one in found} == {""}

    def test_tells_a_row_that_is_gone_and_no_total(self) -> None:
        every = lines(written("csv"))

        found = altered(b"\r\n".join([*every[:2], *every[3:]]))

        assert {one.row.split(", ")[1] for one in found} == {"Store 1"}

    def test_tells_a_row_after_the_total(self) -> None:
        every = lines(written("csv"))

        found = altered(b"\r\n".join([*every[:5], every[3].replace(b"Total", b"Fake"), *every[5:]]))

        assert found
        assert all("Fake" in one.row and not one.after for one in found)

    def test_tells_what_stands_beyond_the_columns(self) -> None:
        [one] = altered(written("csv").replace(b",EUR\r\n", b",EUR,paid\r\n", 1))

        assert (one.column, one.before, one.after) == ("column 14", "paid", "")

    def test_takes_numbers_as_equal_however_they_are_written(self) -> None:
        content = written("csv").replace(b"1234.50,", b"1234.5,").replace(b"\r\n", b"\n")

        assert b"1234.5," in content
        assert told(content) == []

    @pytest.mark.parametrize("gross", LONG)
    def test_takes_long_sums_as_equal_however_they_are_written(self, gross: int) -> None:
        report = report_of(section_of([row_of(1, gross=gross * 10)]))
        text = f"{gross}"[:-1].encode()
        content = written("csv", report).replace(text + b".70,", text + b".7,")

        assert content != written("csv", report)
        assert altered(content, report) == []
        [one, *_] = altered(content.replace(text + b".7,", text + b".71,"), report)
        assert one.before.endswith(".71")

    def test_rounds_nothing_away(self) -> None:
        found = told(written("csv").replace(b",1234.50,", b",1234.504,", 1))

        assert [one.partition(": ")[2] for one in found] == ["1234.504 -> 1234.50"]

    @pytest.mark.parametrize(
        ("written_as", "instead"),
        [("1234.50", "NaN"), ("1234.50", "sNaN"), ("1234.50", "1e999"), ("09:26:53Z", "09:26:53")],
    )
    def test_tells_what_is_no_value_of_its_column(self, written_as: str, instead: str) -> None:
        [one] = altered(written("csv").replace(written_as.encode(), instead.encode(), 1))

        assert one.before.endswith(instead)


class TestSpreadsheet:
    def change(self, cell: str, value: Any, sheet: str = "Report") -> list[str]:
        return told(with_sheets(lambda book: book[sheet].__setitem__(cell, value)))

    def test_is_not_altered_by_being_saved(self) -> None:
        assert told(with_sheets(lambda _: None)) == []

    def test_tells_a_total(self) -> None:
        assert self.change("G5", 1) == ["Total, gross_sales: 1.00 -> 3703.50"]

    def test_tells_what_is_less_than_a_cent(self) -> None:
        [one] = self.change("G2", 1234.504)

        assert one.endswith("gross_sales: 1234.504 -> 1234.50")

    def test_takes_a_number_of_a_program_that_counts_in_halves(self) -> None:
        assert self.change("G2", 1234.5000000000002) == []

    def test_tells_another_heading(self) -> None:
        assert self.change("E1", "Net profit") == ["Header, visits: Net profit -> Visits"]

    def test_tells_a_heading_that_its_second_sheet_has_too(self) -> None:
        def change(book: Any) -> None:
            book["Report"]["E1"] = "Net profit"
            [label] = [row[1] for row in book["About"].iter_rows() if row[0].value == "visits"]
            label.value = "Net profit"

        assert told(with_sheets(change)) == ["Header, visits: Net profit -> Visits"]

    def test_tells_another_company_and_other_days(self) -> None:
        assert self.change("B2", "Another", "About") == ["About, Company: Another -> Harbour Coffee"]
        assert self.change("B4", "2026-01-01", "About") == ["About, From: 2026-01-01 -> 2026-03-01"]

    def test_tells_a_line_that_nobody_wrote(self) -> None:
        def change(book: Any) -> None:
            book["About"].insert_rows(3)
            book["About"]["A3"], book["About"]["B3"] = "Audited by", "nobody"

        assert told(with_sheets(change)) == ["About, Audited by: nobody -> "]

    def test_tells_a_row_that_is_gone_and_no_total(self) -> None:
        found = altered(with_sheets(lambda book: book["Report"].delete_rows(3)))

        assert {one.row.split(", ")[1] for one in found} == {"Store 1"}


class TestHeadingsOfBefore:
    """What columns were called when a file was written may not be what they are called today."""

    def renamed(self) -> Report:
        section = section_of(ROWS)
        [first, *others] = section.columns
        return report_of(replace(section, columns=(replace(first, label="Guests"), *others)))

    def test_are_no_alteration(self) -> None:
        assert altered(written("xlsx"), self.renamed()) == []

    def test_are_none_in_a_file_whose_token_says_nothing_of_them(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sealed = Report.sealed
        with monkeypatch.context() as before:
            before.setattr(Report, "sealed", lambda *of: msgspec.structs.replace(sealed(*of), headings=""))
            before.setattr(cells_module, "titled", lambda column: column.label)
            content = written("xlsx")

        assert WrittenFile.of(content).about().headings == ""
        assert altered(content, self.renamed()) == []
        [one] = altered(with_sheets(lambda book: book["Report"].__setitem__("E1", "Profit"), content))
        assert (one.row, one.column, one.before) == ("Header", "visits", "Profit")
