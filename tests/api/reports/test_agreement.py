"""Files against their answer: what any of them says otherwise is found, wherever it comes from."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from api.reports.files import Report
from api.reports.files import csv as csv_module
from api.reports.files import xlsx as xlsx_module
from api.reports.files.agreement import MOST_CELLS, Disagreement, disagreements
from projections.base import Row
from projections.reports.columns import Key
from projections.reports.table import Table
from tests.api.reports.made_up import KEYS, LONG, report_of, row_of, section_of

FEW = [row_of(0), row_of(1, "=cmd|calc"), row_of(2, "Old Town, “Café”\nNo. 5"), row_of(3, "'quoted'")]


def found(rows: Sequence[Row], answered: Sequence[Row] | None = None, currency: str = "EUR") -> Any:
    """What files of these rows say otherwise than an answer of the same, or of others."""
    report = report_of(section_of(rows), currency)
    page = report.first if answered is None else report_of(section_of(answered), currency).first
    return list(disagreements([page], report))


def page_of(report: Report, rows: Sequence[Row]) -> Table:
    """A page of the answer, with these rows."""
    return replace(report.first, rows=list(rows))


@pytest.mark.parametrize("currency", ["EUR", "JPY", "BHD"])
def test_files_of_any_currency_agree(currency: str) -> None:
    assert found([*FEW, row_of(5, gross=99_999_999_999_999_999)], currency=currency) == []


@pytest.mark.parametrize("gross", LONG)
@pytest.mark.parametrize("currency", ["EUR", "JPY"])
def test_files_of_long_sums_agree(gross: int, currency: str) -> None:
    assert found([row_of(0, gross=gross)], currency=currency) == []
    told = found([row_of(0, gross=gross)], [row_of(0, gross=gross + 1)], currency=currency)
    assert {one.column for one in told} == {"gross_sales", "net_sales"}


def test_files_of_nothing_agree() -> None:
    assert found([]) == []


def test_flags_agree_and_one_that_is_not_set_is_no_other() -> None:
    flag = Key(name="is_partial", label="Partial", unit="flag", meaning="Whether days are missing.")
    flags = (True, False, None)
    rows = [{**row_of(number), "is_partial": one} for number, one in enumerate(flags)]
    report = report_of(section_of(rows, (*KEYS, flag)))
    assert list(disagreements([report.first], report)) == []
    turned = [{**row, "is_partial": not row["is_partial"]} for row in report.first.rows]
    told = list(disagreements([page_of(report, turned)], report))
    assert [one.column for one in told] == ["is_partial"] * 2 * len(flags)


def test_an_answer_of_several_pages_is_one_file() -> None:
    report = report_of(section_of(FEW))
    rows = report.first.rows
    assert list(disagreements([page_of(report, rows[:2]), page_of(report, rows[2:])], report)) == []


def test_a_cell_that_a_csv_loses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = csv_module._shown
    monkeypatch.setattr(
        csv_module, "_shown", lambda *of: lambda cells: ["".join(one.split("-")) for one in shown(*of)(cells)]
    )
    [one] = [one for one in found(FEW[:1]) if one.column == "net_sales"]
    key = "00000000-0000-0000-0000-000000000000"
    assert one == Disagreement(kind="CSV", row=key, column="net_sales", answered="-770.00", written="770.00")


def test_a_cell_that_a_spreadsheet_writes_otherwise_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(sheet: Any, at: Any, _value: Any, _text: str, form: Any) -> None:
        sheet.write_number(*at, 7, form)

    monkeypatch.setitem(xlsx_module._WRITERS, "ratio", write)
    assert [(one.kind, one.column, one.answered, one.written) for one in found(FEW[:1])] == [
        ("spreadsheet", "share", "1.0000", "7.0000")
    ]


def test_rows_that_only_one_of_them_has_are_told() -> None:
    key = str(FEW[2]["store_id"])
    longer = [one for one in found(FEW[:3], FEW[:2]) if one.row == "of no answer"]
    shorter = [one for one in found(FEW[:2], FEW[:3]) if one.row == key]
    assert {(one.answered, one.written) for one in longer if one.column == "store_id"} == {("nothing", key)}
    assert {(one.answered, one.written) for one in shorter if one.column == "store_id"} == {(key, "nothing")}


def test_rows_in_another_order_are_told() -> None:
    report = report_of(section_of(FEW))
    turned = page_of(report, report.first.rows[::-1])
    assert {one.column for one in disagreements([turned], report)} >= {"store_id", "store_name"}


def test_texts_are_told_by_their_length_for_they_may_be_names() -> None:
    texts = [one for one in found([row_of(0, "Ada")], [row_of(0, "Grace")]) if one.column == "store_name"]
    assert {(one.answered, one.written) for one in texts} == {("5 characters", "3 characters")}


def test_a_file_that_is_wrong_all_over_does_not_flood() -> None:
    answered = [row_of(number) for number in range(50)]
    assert len(found([], answered)) == 2 * MOST_CELLS
