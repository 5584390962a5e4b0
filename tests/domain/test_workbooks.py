"""Workbooks: what their cells show, and what is refused of them."""

from io import BytesIO
from struct import pack
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import workbooks
from domain.sheets import SheetNotReadable
from domain.workbooks import table_of

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
HEADER = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c></row>'


def book(
    rows: str = HEADER,
    strings: str = "<si><t>sku</t></si><si><t>name</t></si>",
    before: str = "",
    method: int = ZIP_DEFLATED,
) -> bytes:
    """A workbook with one sheet of these rows."""
    file = BytesIO()
    with ZipFile(file, "w", method) as archive:
        archive.writestr("xl/sharedStrings.xml", f'{before}<sst xmlns="{MAIN}">{strings}</sst>')
        sheet = f'{before}<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        archive.writestr("xl/worksheets/sheet2.xml", "<other/>")
    return file.getvalue()


def claiming(unpacked: int, content: bytes) -> bytes:
    """A workbook whose directory says of the first sheet that it has so many bytes."""
    with ZipFile(BytesIO(content)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    sizes = pack("<LL", sheet.compress_size, sheet.file_size)
    before, _, after = content.rpartition(sizes)
    return before + pack("<LL", sheet.compress_size, unpacked) + after


def rows_of(content: bytes, size: int = 100) -> list[tuple[int, list[str]]]:
    table = table_of(content[at : at + size] for at in range(0, len(content), size))
    assert table.header == ["sku", "name"]
    return list(table.rows())


def test_cells_are_what_they_show() -> None:
    rows = (
        '<row r="2"><c r="A2"><v>4006381333931</v></c><c r="B2"><v>0.30000000000000004</v></c></row>'
        '<row r="3"><c r="B3" t="inlineStr"><is><r><t>Cold </t></r><r><t>milk</t></r></is></c></row>'
        '<row r="4"><c r="A4" t="b"><v>1</v></c><c r="B4" t="str"><f>A1&amp;A2</f><v>computed</v></c></row>'
        '<row r="6"><c r="A6"><f>1+1</f></c><c t="e"><v>#N/A</v></c></row>'
        '<row r="7"><c r="A7"/><c r="C7" t="inlineStr"><is><t> </t></is></c></row>'
        '<row><c r="A8" t="s"><v>99</v></c><c><v>x</v></c></row>'
    )
    assert rows_of(book(HEADER + rows)) == [
        (2, ["4006381333931", "0.3"]),
        (3, ["", "Cold milk"]),
        (4, ["TRUE", "computed"]),
        (6, ["", "#N/A"]),
        (8, ["", "x"]),
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (book(rows=""), "empty"),
        (book()[:-60], "workbook"),
        (book()[:200], "workbook"),
        (book(rows="<row>"), "workbook"),
        (book(before='<!DOCTYPE x [<!ENTITY a "b">]>'), "workbook"),
        (book(rows=HEADER.replace("B1", "ZZZ1")), "too_many_columns"),
        (book(strings="<si><t>" + "a" * 20_000_000 + "</t></si>"), "too_large"),
        (book(rows=HEADER + "<row/>" * 3_000_000), "too_large"),
        (claiming(200 * 2**20, book()), "too_large"),
        (claiming(1000, book(rows=HEADER + "<row/>" * 3_000_000)), "workbook"),
        (book(method=ZIP_BZIP2), "workbook"),
    ],
)
def test_what_cannot_be_read_or_is_a_trap_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(SheetNotReadable) as refused:
        rows_of(content)
    assert [one["code"] for one in refused.value.details] == [code]


def test_more_rows_than_a_file_has_are_refused() -> None:
    far = '<row r="200002"><c r="A200002"><v>1</v></c></row>'
    with pytest.raises(SheetNotReadable, match="rows"):
        rows_of(book(HEADER + far))


def test_more_rows_than_a_spreadsheet_has_are_not_read_to_their_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MOST_SHEET_ROWS", 1000)
    assert rows_of(book(HEADER + "<row/>" * 999)) == []
    with pytest.raises(SheetNotReadable, match="rows"):
        rows_of(book(HEADER + "<row/>" * 1000 + "<broken"))


@given(st.binary(max_size=300), st.integers(0, 1000))
def test_no_workbook_is_a_fault_of_ours(junk: bytes, at: int) -> None:
    content = book()
    broken = content[: at % len(content)] + junk + content[at % len(content) :]
    try:
        list(table_of([b"PK\x03\x04" + broken[4:]]).rows())
    except SheetNotReadable:
        return
