"""Reports as files: all formats say the same to the last cent, and no spreadsheet computes any of it."""

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from api.reports.files import FILES, About, NoReport, Options, Report
from api.reports.files import pdf as pdf_module
from api.reports.files import xlsx as xlsx_module
from api.reports.files.cells import guarded
from api.reports.files.limits import ReportTooLong
from api.reports.files.reading import WrittenFile
from domain.pending import Pending
from projections.base import Row
from projections.reports.columns import Key
from projections.reports.period import CompareTo
from projections.reports.section import Chart, Criteria, Result
from tests.api.reports.made_up import FIGURES, KEYS, MARCH, report_of, row_of, section_of

FEW = [row_of(0), row_of(1, "=cmd|calc"), row_of(2, "Old Town, “Café”\nNo. 5")]


def written(kind: str, report: Report, options: Options | None = None) -> tuple[bytes, About]:
    file = io.BytesIO()
    about = FILES[kind].write(report, file, options or Options())
    return file.getvalue(), about


def lines_of(content: bytes, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator))


def text_of(cell: Any, currency_places: int = 2) -> str:
    """What a cell of a spreadsheet says, as CSV says it."""
    if cell.value is None or isinstance(cell.value, str):
        return cell.value or ""
    if isinstance(cell.value, datetime):
        return (
            f"{cell.value:%Y-%m-%d}" if "hh" not in cell.number_format else f"{cell.value:%Y-%m-%dT%H:%M:%SZ}"
        )
    if cell.number_format.startswith("#,##0."):
        return f"{Decimal(repr(cell.value)):.{currency_places}f}"
    if cell.number_format in ("0.0000", "0.00%"):
        return f"{Decimal(repr(cell.value)):.4f}"
    return str(cell.value)


def sheet_rows(content: bytes, name: str = "Report", places: int = 2) -> list[list[str]]:
    sheet = load_workbook(io.BytesIO(content))[name]
    return [[text_of(cell, places) for cell in row] for row in sheet.iter_rows()]


def pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


class TestCsv:
    def test_is_what_rfc_4180_and_spreadsheets_take(self) -> None:
        content, _ = written("csv", report_of(section_of(FEW)))

        lines = content.split(b"\r\n")
        assert content.startswith(
            b"\xef\xbb\xbfstore_id,store_name,opened_on,last_sale,visits,items,gross_sales"
        )
        assert lines[0].endswith(b",currency")
        assert b'"Old Town, \xe2\x80\x9cCaf\xc3\xa9\xe2\x80\x9d\nNo. 5' in content
        assert content.endswith(b"\r\n")
        assert len(lines_of(content)) == 1 + len(FEW)

    def test_has_amounts_with_their_currency_and_every_decimal_place(self) -> None:
        content, _ = written("csv", report_of(section_of(FEW)))

        first = dict(zip(*lines_of(content)[:2], strict=True))
        assert first == {
            "store_id": "00000000-0000-0000-0000-000000000000",
            "store_name": "Store 0",
            "opened_on": "2025-12-31",
            "last_sale": "",
            "visits": "1",
            "items": "2.5",
            "gross_sales": "1234.50",
            "discounts": "4.50",
            "returns": "2000.00",
            "net_sales": "-770.00",
            "cost_of_goods": "600.05",
            "share": "-0.4556",
            "currency": "EUR",
        }

    @pytest.mark.parametrize(
        ("currency", "amount"), [("JPY", "123450"), ("BHD", "123.450"), ("EUR", "1234.50")]
    )
    def test_counts_in_the_minor_units_of_the_currency(self, currency: str, amount: str) -> None:
        content, _ = written("csv", report_of(section_of(FEW), currency))

        assert lines_of(content)[1][6] == amount

    def test_has_no_footer_unless_it_is_asked_for(self) -> None:
        report = report_of(section_of(FEW))
        plain, _ = written("csv", report)
        content, about = written("csv", report_of(section_of(FEW)), Options(footer=True))

        assert lines_of(content)[:-2] == lines_of(plain)
        total, last = lines_of(content)[-2:]
        assert total[:7] == ["Total", "", "", "", "6", "7.5", "3703.50"]
        assert About.of(content) == about
        assert last[1:] == [""] * (len(total) - 1)

    def test_suits_spreadsheets_of_europe(self) -> None:
        options = Options(separator=";", decimal=",", bom=False)

        content, _ = written("csv", report_of(section_of(FEW)), options)

        assert content.startswith(b"store_id;store_name")
        assert lines_of(content, ";")[1][6:10] == ["1234,50", "4,50", "2000,00", "-770,00"]

    @pytest.mark.parametrize(
        "text",
        [
            "=1+1",
            "  =1",
            "+49 30",
            "-5 %",
            "@home",
            "\tx",
            "\rx",
            "\uff1d1",
            "\uff0b1",
            "\uff0d1",
            "\uff20x",
            "\u00a0=1",
            "\t=1",
        ],
    )
    def test_has_no_text_that_a_spreadsheet_computes(self, text: str) -> None:
        content, _ = written("csv", report_of(section_of([row_of(1, text)])))

        assert lines_of(content)[1][1] == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Harbour", "a=b", "5-7", "'quoted'", "  ", "é"])
    def test_leaves_every_other_text_alone(self, text: str) -> None:
        assert guarded(text) == text


class TestXlsx:
    def test_has_the_cells_of_the_csv(self) -> None:
        plain, by_csv = written("csv", report_of(section_of(FEW)), Options(footer=True))
        content, by_xlsx = written("xlsx", report_of(section_of(FEW)))

        expected = [[cell.removeprefix("'") for cell in line[:-1]] for line in lines_of(plain)[1:-1]]
        assert sheet_rows(content)[1:] == expected
        assert by_xlsx.checksum == by_csv.checksum

    def test_has_numbers_dates_and_texts(self) -> None:
        content, _ = written("xlsx", report_of(section_of(FEW)))

        sheet = load_workbook(io.BytesIO(content))["Report"]
        kinds = {
            head.value: (cell.data_type, cell.number_format)
            for head, cell in zip(sheet[1], sheet[3], strict=True)
        }
        assert kinds["Store id"] == ("s", "@")
        assert kinds["Store"] == ("s", "@")
        assert kinds["Opened on"] == ("d", "yyyy-mm-dd")
        assert kinds["Visits"] == ("n", "#,##0")
        assert kinds["Gross sales (EUR)"] == ("n", "#,##0.00")
        assert kinds["Share"] == ("n", "0.00%")
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref == "A1:L4"

    @pytest.mark.parametrize(("currency", "shape"), [("JPY", "#,##0"), ("BHD", "#,##0.000")])
    def test_shows_amounts_as_the_currency_has_them(self, currency: str, shape: str) -> None:
        content, _ = written("xlsx", report_of(section_of(FEW), currency))

        assert load_workbook(io.BytesIO(content))["Report"]["G2"].number_format == shape

    def test_keeps_an_amount_of_more_digits_than_a_spreadsheet_counts(self) -> None:
        content, _ = written("xlsx", report_of(section_of([row_of(1, gross=12_345_678_901_234_567)])))

        assert sheet_rows(content)[1][6] == "123456789012345.67"

    def test_says_on_a_second_sheet_what_it_is_of(self) -> None:
        content, about = written("xlsx", report_of(section_of(FEW)))

        sheet = load_workbook(io.BytesIO(content))["About"]
        told = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
        assert told["Read position"] == "42"
        assert told["From"] == "2026-03-01"
        assert told["Checksum (SHA-256)"] == about.checksum
        assert told["net_sales"] == "Net sales"
        assert About.of(str(told["Token"]).encode()) == about

    def test_goes_on_in_another_sheet_when_one_is_full(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(xlsx_module, "MOST_ROWS", 2)

        content, about = written("xlsx", report_of(section_of([row_of(number) for number in range(5)])))

        assert load_workbook(io.BytesIO(content)).sheetnames == ["Report", "Report 2", "Report 3", "About"]
        assert [len(sheet_rows(content, name)) for name in ("Report", "Report 2", "Report 3")] == [3, 3, 3]
        assert about.rows == 5


class TestPdf:
    def test_says_what_it_is_of_on_every_page(self) -> None:
        rows = [row_of(number) for number in range(100)]
        chart = Chart(kind="bar", of=("net_sales",), label="store_name")

        content, about = written("pdf", report_of(section_of(rows, chart=chart)))

        pages = [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]
        assert len(pages) > 2
        for number, page in enumerate(pages, start=1):
            assert f"{number} / {len(pages)}" in page
            assert "Harbour Coffee · position 42 · 2026-04-01 06:00:00 UTC" in page
            assert "Gross sales" in page
        assert "From: 2026-03-01   To: 2026-03-31   Currency: EUR" in pages[0]
        assert "Total" in pages[-1]
        assert "123,450.00" in pages[-1]
        assert about.checksum in pages[-1]
        assert About.of(content) == about

    def test_is_written_in_any_script(self) -> None:
        assert "東京店" in pdf_text(written("pdf", report_of(section_of([row_of(1, "東京店")])))[0])

    def test_has_the_checksum_of_the_other_formats(self) -> None:
        assert written("pdf", report_of(section_of(FEW)))[1] == written("csv", report_of(section_of(FEW)))[1]

    def test_names_rows_and_leaves_ids_out(self) -> None:
        text = pdf_text(written("pdf", report_of(section_of(FEW)))[0])

        assert "Store 0" in text
        assert str(FEW[0]["store_id"]) not in text

    def test_leaves_out_what_says_nothing_of_any_row(self) -> None:
        rows = [{**row, "last_sale": None} for row in FEW]

        text = pdf_text(written("pdf", report_of(section_of(rows)))[0])

        assert "Opened on" in text
        assert "Last sale" not in text

    def test_has_further_tables_for_columns_without_room(self) -> None:
        many = tuple(
            replace(FIGURES[0], name=f"figure_{number}", label=f"Figure{number}") for number in range(40)
        )
        rows = [{**row_of(1), **{column.name: 1_000 + index for index, column in enumerate(many)}}]

        text = pdf_text(written("pdf", report_of(section_of(rows, KEYS, many)))[0])

        assert all(f"{1_000 + number:,}" in text for number in range(40))
        assert text.count("Store 1") > 1

    @pytest.mark.parametrize("kind", ["bar", "line", "waterfall"])
    @pytest.mark.parametrize("rows", [FEW, FEW[:1], []], ids=["three", "one", "none"])
    def test_draws_its_picture_whatever_the_figures_are(self, kind: Any, rows: Any) -> None:
        chart = Chart(kind=kind, of=("gross_sales", "discounts", "returns", "net_sales"), label="store_name")

        content, _ = written("pdf", report_of(section_of(rows, chart=chart)))

        assert "Sales by store" in pdf_text(content)

    @pytest.mark.parametrize(("paper", "size"), [("a4", (842, 595)), ("letter", (792, 612))])
    def test_is_on_the_paper_that_is_asked_for(self, paper: Any, size: tuple[int, int]) -> None:
        content, _ = written("pdf", report_of(section_of(FEW)), Options(paper=paper))

        box = PdfReader(io.BytesIO(content)).pages[0].mediabox
        assert (round(box.width), round(box.height)) == size

    def test_takes_away_in_a_waterfall_what_the_formula_takes_away(self) -> None:
        chart = Chart(kind="waterfall", of=("gross_sales", "discounts", "returns", "net_sales"), label="")
        section = section_of([row_of(0)], keys=(), chart=chart)

        text = pdf_text(written("pdf", report_of(section))[0])

        assert text.index("-4.50") < text.index("-2,000.00") < text.index("-770.00")

    def test_refuses_more_rows_than_it_has_room_for(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(pdf_module, "MOST_PDF_ROWS", 2)

        with pytest.raises(ReportTooLong) as refusal:
            written("pdf", report_of(section_of(FEW)))

        assert [detail["field"] for detail in refusal.value.details] == ["format"]


PARTIAL = Key(name="is_partial", label="Partial", unit="flag", meaning="Whether days are missing.")


class TestFlags:
    def rows(self, *flags: bool | None) -> list[Row]:
        return [{**row_of(number), "is_partial": flag} for number, flag in enumerate(flags)]

    def report(self, *flags: bool | None) -> Report:
        return report_of(section_of(self.rows(*flags), (*KEYS, PARTIAL)))

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_are_true_or_false_also_when_they_are_read_again(self, kind: str) -> None:
        content, _ = written(kind, self.report(True, False, None))

        rows = WrittenFile.of(content).rows(self.report().columns, 2) or []
        assert [row[len(KEYS)] for row in rows] == ["true", "false", ""]

    def test_are_truth_values_in_a_spreadsheet(self) -> None:
        content, _ = written("xlsx", self.report(True, False))

        sheet = load_workbook(io.BytesIO(content))["Report"]
        assert [row[len(KEYS)].value for row in sheet.iter_rows(2, 3)] == [True, False]

    def test_stand_on_paper_where_one_is_set(self) -> None:
        assert "Partial" in pdf_text(written("pdf", self.report(True, False))[0])
        assert "Partial" not in pdf_text(written("pdf", self.report(False, False, None))[0])


class TestComparisons:
    def report(self) -> Report:
        """Three stores, of which the first had sold half as much a month before, and the last nothing."""

        def question(_: Any, criteria: Criteria) -> Pending[Result]:
            if criteria.period == MARCH:
                return Pending(lambda: Result(rows=[row_of(number) for number in range(3)]))
            rows = [row_of(0, gross=61_725), row_of(1) | {"returns": 123_000}]
            return Pending(lambda: Result(rows=rows))

        return report_of(replace(section_of([]), question=question), compare_to="previous_period")

    def test_stand_beside_each_figure(self) -> None:
        content, _ = written("csv", self.report(), Options(footer=True))

        header, *lines, total, _ = lines_of(content)
        first, second, third = (dict(zip(header, line, strict=True)) for line in lines)
        at = header.index("gross_sales")
        assert header[at : at + 5] == [
            "gross_sales",
            "gross_sales_previous",
            "gross_sales_change",
            "gross_sales_change_ratio",
            "discounts",
        ]
        assert lines[0][at : at + 4] == ["1234.50", "617.25", "617.25", "1.0000"]
        # What was nothing can rise by any amount, in no proportion.
        assert (second["net_sales_previous"], second["net_sales_change"]) == ("0.00", "1230.00")
        assert second["net_sales_change_ratio"] == ""
        assert (first["share_previous"], first["share_change"]) == ("1.0000", first["share_change"])
        assert len(first["share_change"].partition(".")[2]) == 4
        assert (third["visits_previous"], third["visits_change"]) == ("", "")
        assert total[at : at + 4] == ["3703.50", "1851.75", "1851.75", "1.0000"]

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_are_read_again_as_they_were_written(self, kind: str) -> None:
        report = self.report()
        cells = report.cells()
        expected = [cells.of(row) for row in report.rows()]

        content, _ = written(kind, self.report())

        assert WrittenFile.of(content).rows(report.columns, report.places) == expected

    def test_have_the_same_checksum_in_every_format(self) -> None:
        assert len({written(kind, self.report())[1].checksum for kind in FILES}) == 1

    def test_stand_in_one_table_of_a_paper_with_their_figure(self, monkeypatch: pytest.MonkeyPatch) -> None:
        tables: list[list[str]] = []
        monkeypatch.setattr(pdf_module, "_table", lambda *of: tables.append([one.name for one, _ in of[2]]))

        written("pdf", self.report())

        assert len(tables) > 2
        for name in ("visits", "items", "gross_sales", "net_sales", "cost_of_goods", "share"):
            [table] = [one for one in tables if name in one]
            at = table.index(name)
            assert table[at + 1 : at + 4] == [f"{name}_previous", f"{name}_change", f"{name}_change_ratio"]

    def test_count_as_many_rows_as_may_be_gone(self) -> None:
        assert self.report().most_rows == 3
        assert replace(self.report(), has_gone=True).most_rows == 5

    def test_stand_on_paper_with_the_days_that_they_are_of(self) -> None:
        report = self.report()
        days = (date(2026, 2, 1), date(2026, 2, 28))
        about = msgspec.structs.replace(report.about, compared_with=days)

        text = pdf_text(written("pdf", replace(report, about=about))[0])

        assert "Compared with: 2026-02-01 to 2026-02-28" in text
        assert "617.25" in text


@pytest.mark.parametrize("compare_to", ["none", "previous_year"])
@pytest.mark.parametrize("kind", FILES)
def test_whoever_may_not_see_costs_finds_none(kind: str, compare_to: CompareTo) -> None:
    report = report_of(section_of(FEW), permissions=frozenset(), compare_to=compare_to)
    content, about = written(kind, report, Options(footer=True))

    texts: Sequence[str] = [pdf_text(content)] if kind == "pdf" else [str(lines(kind, content))]
    assert not any(name.startswith("cost_of_goods") for name in about.columns)
    assert not any(word in text for text in texts for word in ("600.05", "cost_of_goods", "Cost of goods"))


def lines(kind: str, content: bytes) -> Any:
    if kind == "csv":
        return lines_of(content)
    return [sheet_rows(content), sheet_rows(content, "About")]


def test_a_file_of_something_else_is_no_report() -> None:
    for content in (b"a,b\r\n", b"mipos-report:", b"mipos-report:AAAA", b"mipos-report:e30="):
        with pytest.raises(NoReport):
            About.of(content)


class TestReadingAgain:
    @pytest.mark.parametrize(
        ("kind", "options"),
        [
            ("xlsx", Options()),
            ("csv", Options()),
            ("csv", Options(footer=True)),
            ("csv", Options(separator=";", decimal=",", bom=False, footer=True)),
        ],
    )
    @pytest.mark.parametrize("currency", ["EUR", "JPY", "BHD"])
    def test_finds_every_cell_as_it_was_written(self, kind: str, options: Options, currency: str) -> None:
        rows = [*FEW, row_of(3, "'quoted'"), row_of(4, ""), row_of(5, gross=99_999_999_999_999_999)]
        report = report_of(section_of(rows), currency)
        cells = report.cells()
        expected = [cells.of(row) for row in report.first.rows]

        content, _ = written(kind, report, options)

        file = WrittenFile.of(content)
        assert file.kind == kind
        assert file.rows(report.columns, report.places) == expected

    def test_reads_what_another_program_saved(self) -> None:
        report = report_of(section_of(FEW))
        cells = report.cells()
        expected = [cells.of(row) for row in report.first.rows]
        content, about = written("xlsx", report)
        saved = io.BytesIO()
        load_workbook(io.BytesIO(content)).save(saved)

        file = WrittenFile.of(saved.getvalue())

        assert file.about() == about
        assert file.rows(report.columns, report.places) == expected

    @pytest.mark.parametrize("kind", FILES)
    def test_says_what_it_is_of(self, kind: str) -> None:
        content, about = written(kind, report_of(section_of(FEW)), Options(footer=True))

        assert WrittenFile.of(content).about() == about

    def test_a_spreadsheet_of_something_else_is_no_report(self) -> None:
        with pytest.raises(NoReport):
            WrittenFile.of(b"PK\x03\x04 is no archive").about()
