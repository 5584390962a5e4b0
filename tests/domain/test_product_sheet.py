"""A product sheet: what is written into cells is read from them again, and nothing else is."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from domain.catalog import cells
from domain.catalog.cells import CellNotValid
from domain.catalog.product_sheet import COLUMNS, ProductSheet, columns_of, row_of
from domain.catalog.reference_book import ReferenceBook, SettingNames, path_of
from domain.money import MAX_AMOUNT
from domain.names import is_deceptive, is_visible
from domain.sheets import SheetNotReadable, Table, guarded, unguarded

#: Texts as the API takes them: trimmed, without control characters but with every line end.
LETTERS = st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\r\n'=+-@|>\\,;\"")
TEXTS = st.text(LETTERS, min_size=1, max_size=30).map(str.strip).filter(bool)
#: Names as the API takes them: something of each can be seen, and nothing turns around how it reads.
NAMES = TEXTS.filter(is_visible).filter(lambda name: not is_deceptive(name))
VISIBLE = st.characters(exclude_categories=("C", "Z"), include_characters=" ")
SKUS = st.text(VISIBLE, min_size=1, max_size=30).map(str.strip).filter(bool)
CURRENCIES = st.sampled_from(("JPY", "EUR", "BHD", "CLF"))
NUMBERS = st.none() | st.decimals(0, 1_000_000_000, places=5)
BARCODES = st.from_regex(r"[A-Za-z0-9-]{15,20}", fullmatch=True)


def rows_of(raw: bytes, *, size: int = 7) -> list[tuple[int, list[str]]]:
    """The rows of a file that comes in small pieces."""
    return list(Table(raw[at : at + size] for at in range(0, len(raw), size)).rows())


def problems_of(text: str) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that is wrong in a sheet."""
    sheet = ProductSheet([text.encode()])
    problems = list(sheet.problems)
    for row in sheet.rows:
        assert row is not None
        sheet.parse(*row, 2, problems)
    return [(one.row, one.column, one.code) for one in problems]


class TestFormulas:
    @pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''=1", "'-"])
    def test_a_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(self, text: str) -> None:
        assert guarded(text) == f"'{text}"

    @pytest.mark.parametrize("text", ["", "Milk", "1", "'tis", "O'Neill", "a=b", " =1"])
    def test_other_texts_stay(self, text: str) -> None:
        assert guarded(text) == text == unguarded(text)

    @given(st.text(st.sampled_from("'=+-@\t\ra "), max_size=6))
    def test_every_text_comes_back(self, text: str) -> None:
        assert unguarded(guarded(text)) == text
        assert not guarded(text).startswith(("=", "+", "-", "@", "\t", "\r"))

    def test_a_formula_that_nobody_guarded_is_the_text_it_is(self) -> None:
        assert unguarded("=1+1") == "=1+1"


class TestAmounts:
    @given(st.integers(0, MAX_AMOUNT), st.integers(0, 4))
    def test_every_amount_comes_back(self, amount: int, places: int) -> None:
        assert cells.money(cells.money_text(amount, places), places) == amount

    @pytest.mark.parametrize(
        ("text", "places", "amount"),
        [
            ("4.50", 2, 450),
            ("4.5", 2, 450),
            ("4", 2, 400),
            ("4.500", 2, 450),
            ("0.01", 2, 1),
            ("450", 0, 450),
        ],
    )
    def test_are_written_in_major_units(self, text: str, places: int, amount: int) -> None:
        assert cells.money(text, places) == amount

    @pytest.mark.parametrize(
        ("text", "places", "code"),
        [
            ("4.505", 2, "too_precise"),
            ("4.5", 0, "too_precise"),
            ("-1", 2, "negative"),
            ("1,50", 2, "invalid"),
            ("1e3", 2, "invalid"),
            ("$1", 2, "invalid"),
            (".5", 2, "invalid"),
            ("٣", 2, "invalid"),
            ("NaN", 2, "invalid"),
            ("90071992547409.93", 2, "too_large"),
            ("9" * 30, 2, "invalid"),
        ],
    )
    def test_what_is_no_amount_says_why(self, text: str, places: int, code: str) -> None:
        with pytest.raises(CellNotValid) as wrong:
            cells.money(text, places)
        assert wrong.value.code == code


class TestCells:
    @given(st.dictionaries(TEXTS, TEXTS, min_size=1, max_size=4))
    def test_options_come_back(self, options: dict[str, str]) -> None:
        assert cells.options(cells.options_text(options)) == options

    @given(st.lists(TEXTS, unique=True, min_size=1, max_size=5))
    def test_lists_come_back(self, texts: list[str]) -> None:
        assert cells.parts(cells.parts_text(texts), 5) == tuple(texts)

    @pytest.mark.parametrize("text", ["Size", "=M", "Size=", "Size=M|", "Size=M=L", "Size=M||Colour=Red"])
    def test_options_that_are_none(self, text: str) -> None:
        with pytest.raises(CellNotValid):
            cells.options(text)

    def test_an_option_is_there_once(self) -> None:
        with pytest.raises(CellNotValid) as wrong:
            cells.options("Size=M|Size=L")
        assert wrong.value.code == "duplicate"

    def test_no_mark_keeps_the_space_around_a_text(self) -> None:
        assert cells.options("Size=\\ M |\\ Colour = Red\\ ") == {"Size": "M", "Colour": "Red"}
        assert cells.parts("\\ A|B\\ ", 2) == ("A", "B")
        assert path_of("\\ Drinks >\\ Milk") == ["Drinks", "Milk"]
        sheet = ProductSheet([b"sku,name\n'\tA,\"'\t=1\"\n"])
        (row,) = sheet.rows
        assert row is not None
        assert sheet.text(row[1], "sku") == "A"
        assert sheet.parse(*row, 2, []).values == {"sku": "A", "name": "=1"}

    def test_a_variant_has_a_hundred_options_at_most(self) -> None:
        options = {str(number): "x" for number in range(101)}
        with pytest.raises(CellNotValid) as wrong:
            cells.options(cells.options_text(options))
        assert wrong.value.code == "too_many"
        del options["7"]
        assert cells.options(cells.options_text(options)) == options

    def test_a_wrong_check_digit_is_named(self) -> None:
        assert cells.barcodes("4006381333931|X-1|X-1") == ("4006381333931", "X-1")
        with pytest.raises(CellNotValid) as wrong:
            cells.barcodes("4006381333932")
        assert wrong.value.code == "wrong_check_digit"

    def test_zeros_that_a_spreadsheet_cut_off_are_told(self) -> None:
        with pytest.raises(CellNotValid, match="012345678905") as wrong:
            cells.barcodes("X-1|12345678905")
        assert wrong.value.code == "zeros_cut_off"
        with pytest.raises(CellNotValid) as wrong:
            cells.barcodes("4.00638E+12")
        assert wrong.value.code == "digits_lost"

    @pytest.mark.parametrize("text", ["TRUE", "yes", "1", "True"])
    def test_yes_is_written_in_many_ways(self, text: str) -> None:
        assert cells.flag(text) is True

    def test_a_time_has_a_zone(self) -> None:
        launch = datetime(2026, 5, 1, 8, tzinfo=UTC)
        assert cells.moment("2026-05-01T10:00:00+02:00") == launch == cells.moment(cells.moment_text(launch))
        for text in ("2026-05-01T10:00:00", "tomorrow", "0001-01-01T00:00:00+14:00"):
            with pytest.raises(CellNotValid):
                cells.moment(text)


class TestReferences:
    def test_are_called_by_name_and_by_id_where_a_name_would_not_lead_back(self) -> None:
        root, leaf, gone = uuid4(), uuid4(), uuid4()
        litre, liter, kilo = uuid4(), uuid4(), uuid4()
        book = ReferenceBook(
            [
                SettingNames("categories", root, "Drinks > all"),
                SettingNames("categories", leaf, "Milk", root),
                SettingNames("brands", gone, "Gone", is_archived=True),
                SettingNames("units", litre, "Litre", symbol="l"),
                SettingNames("units", liter, "Liter", symbol="l"),
                SettingNames("units", kilo, "Kilogram", symbol="kg"),
            ]
        )
        assert book.label("categories", leaf) == r"Drinks \> all > Milk"
        assert book.label("units", kilo) == "kg"
        assert (book.label("units", litre), book.label("units", liter)) == ("Litre", "Liter")
        assert book.label("brands", gone) == str(gone)
        assert book.label("brands", None) == ""
        assert book.find("categories", "drinks \\> ALL>milk") == leaf
        assert book.find("units", "l") is None
        assert book.find("brands", "Gone") is None
        for kind, one in (("categories", leaf), ("units", litre), ("units", kilo), ("brands", gone)):
            assert book.find(kind, book.label(kind, one)) == one

    @given(st.lists(TEXTS, min_size=1, max_size=4))
    def test_every_path_comes_back(self, names: list[str]) -> None:
        named: list[SettingNames] = []
        for name in names:
            named.append(SettingNames("categories", uuid4(), name, named[-1].id if named else None))
        book = ReferenceBook(named)
        for one in named:
            assert book.find("categories", book.label("categories", one.id)) == one.id


@st.composite
def variants(draw: st.DrawFn) -> dict[str, Any]:
    """A row of the catalog, as its read model has it."""
    return {
        "product_id": draw(st.uuids()),
        "name": draw(NAMES),
        "description": draw(st.none() | TEXTS),
        "status": draw(st.sampled_from(("draft", "active", "archived"))),
        "launch_at": draw(st.none() | st.datetimes(datetime(1900, 1, 2), timezones=st.just(UTC))),  # noqa: DTZ001
        "brand_id": draw(st.none() | st.uuids()),
        "category_id": draw(st.none() | st.uuids()),
        "unit_id": draw(st.none() | st.uuids()),
        "supplier_id": draw(st.none() | st.uuids()),
        "tax_rate_ids": draw(st.lists(st.uuids(), unique=True, max_size=3)),
        "track_stock": draw(st.booleans()),
        "variant_id": draw(st.uuids()),
        "variant_name": draw(st.just("") | TEXTS),
        "sku": draw(SKUS),
        "barcodes": draw(st.lists(BARCODES, unique=True, max_size=3)),
        "options": draw(st.dictionaries(TEXTS, TEXTS, max_size=3)),
        "price": draw(st.integers(0, MAX_AMOUNT)),
        "cost": draw(st.integers(0, MAX_AMOUNT)),
        "reorder_level": draw(NUMBERS),
        "reorder_quantity": draw(NUMBERS),
    }


PLACES = {"JPY": 0, "EUR": 2, "BHD": 3, "CLF": 4}


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(variants(), max_size=3), CURRENCIES, st.sampled_from(",;\t"), st.integers(1, 40))
def test_what_is_written_is_read_again(
    rows: list[dict[str, Any]], currency: str, separator: str, size: int
) -> None:
    book = ReferenceBook([])
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=separator)
    writer.writerow(columns_of(with_costs=True))
    writer.writerows(row_of(row, book, currency, with_costs=True) for row in rows)
    raw = file.getvalue().encode()
    sheet = ProductSheet(raw[at : at + size] for at in range(0, len(raw), size))
    assert sheet.problems == []
    for row, expected in zip(sheet.rows, rows, strict=True):
        assert row is not None
        problems: list[Any] = []
        read = sheet.parse(*row, PLACES[currency], problems).values
        assert problems == []
        for column, field in {**dict.fromkeys(COLUMNS), **FIELDS}.items():
            there = expected[field or column]
            assert read.get(column) == AS_READ.get(column, lambda value: value)(there), column


FIELDS = {"brand": "brand_id", "category": "category_id", "unit": "unit_id", "supplier": "supplier_id"} | {
    "tax_rates": "tax_rate_ids"
}


def _name(value: UUID | None) -> str | None:
    return str(value) if value else None


AS_READ: dict[str, Any] = {
    "product_id": str,
    "brand": _name,
    "category": _name,
    "unit": _name,
    "supplier": _name,
    "tax_rates": lambda values: tuple(str(value) for value in values),
    "barcodes": tuple,
    "reorder_level": lambda value: value if value is None else Decimal(value),
}


class TestFiles:
    @given(
        st.lists(st.lists(st.text(LETTERS, max_size=5), min_size=2, max_size=2), max_size=5),
        st.sampled_from(("\n", "\r\n", "\r")),
        st.booleans(),
        st.integers(1, 9),
    )
    @example([["a\r\nb", "c\rd"], ["", ""], ["é", "\u2028"]], "\r", True, 1)
    def test_cells_are_what_was_written_whatever_the_line_ends(
        self, rows: list[list[str]], end: str, has_bom: bool, size: int
    ) -> None:
        file = io.StringIO(newline="")
        csv.writer(file, lineterminator=end, quoting=csv.QUOTE_ALL).writerows([["sku", "name"], *rows])
        raw = file.getvalue().encode("utf-8-sig" if has_bom else "utf-8")
        assert [cells for _, cells in rows_of(raw, size=size)] == [
            row for row in rows if "".join(row).strip()
        ]

    def test_line_ends_may_be_mixed_and_rows_empty(self) -> None:
        assert rows_of(b"sku,name\r\na,1\nb,2\r\r\n,\nc,3\n \t\n , \nd,4\n ") == [
            (2, ["a", "1"]),
            (3, ["b", "2"]),
            (6, ["c", "3"]),
            (9, ["d", "4"]),
        ]

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_the_header_shows_the_separator(self, separator: str) -> None:
        raw = separator.join(("SKU", " Tax Rates ", "name")) + "\n" + separator.join(("a", "b", "c,d;e"))
        quoted = raw.replace("c,d;e", '"c,d;e"')
        sheet = ProductSheet([quoted.encode()])
        assert sheet.columns == ("sku", "tax_rates", "name")
        assert sheet.rows == [(2, ["a", "b", "c,d;e"])]

    def test_what_spreadsheets_add_is_no_part_of_the_table(self) -> None:
        expected = [(2, ["a", "1,5"]), (3, ["b", ""])]
        assert rows_of(b"sep=;\r\nsku;name;;\r\na;1,5;;\r\nb;;;;\r\n") == expected
        assert rows_of("sku\tname\na\t1,5\nb\t".encode("utf-16")) == expected

    def test_unknown_columns_are_passed_over_if_that_is_wanted(self) -> None:
        sheet = ProductSheet([b"colour,sku,nmae\nred,a,x\n"], ignore_unknown=True)
        assert (sheet.columns, sheet.unknown) == ((None, "sku", None), ["colour", "nmae"])
        assert sheet.parse(2, ["red", "a", "x"], 2, []).values == {"sku": "a"}

    def test_an_unknown_column_names_the_nearest_and_all(self) -> None:
        with pytest.raises(SheetNotReadable, match="product_id, name, description") as refused:
            ProductSheet([b"sku,nmae,zzzz\n"])
        assert [one["message"] for one in refused.value.details] == [
            "There is no such column; name is the nearest.",
            "There is no such column.",
        ]

    def test_every_wrong_column_is_named(self) -> None:
        with pytest.raises(SheetNotReadable) as refused:
            ProductSheet([b"name,colour,name,size,price,price\n"])
        assert {(one["field"], one["code"]) for one in refused.value.details} == {
            ("colour", "unknown_column"),
            ("size", "unknown_column"),
            ("name", "duplicate_column"),
            ("price", "duplicate_column"),
            ("sku", "missing_column"),
        }

    @pytest.mark.parametrize(
        ("raw", "code"),
        [
            (b"", "empty"),
            (b"\n \r\n", "empty"),
            ("sku\na".encode("utf-16-le"), "not_utf8"),
            ("sku,größe\na,b\n".encode("latin-1"), "not_utf8"),
            (b'"sku\na', "broken_quotes"),
            (b"sku\n" + b"a\n" * 200_001, "too_many_rows"),
            (b"PK\x03\x04\x14\x00", "workbook"),
            (b"PK\x03\x04" + bytes(17 * 2**20), "too_large"),
            (b"\xd0\xcf\x11\xe0\xa1\xb1", "workbook"),
            (b"sep=;\n", "empty"),
        ],
    )
    def test_a_file_that_is_no_sheet_says_why(self, raw: bytes, code: str) -> None:
        with pytest.raises(SheetNotReadable) as refused:
            ProductSheet([raw])
        assert [one["code"] for one in refused.value.details] == [code]

    @pytest.mark.parametrize(
        ("row", "wrong"),
        [
            ("a,1,2", (2, "", "too_many_cells")),
            ("a", (2, "", "too_few_cells")),
            ('a,"b', (2, "", "broken_quotes")),
            ('a,"b"c', (2, "", "broken_quotes")),
            ('a,"' + "b" * 200_000, (2, "", "too_long")),
            ("a," + "b" * 201, (2, "name", "too_long")),
            ("a" * 65 + ",b", (2, "sku", "too_long")),
            ("a\u200bb,b", (2, "sku", "invalid")),
            ("a,b\x07", (2, "name", "invalid")),
        ],
    )
    def test_a_row_that_is_wrong_is_named(self, row: str, wrong: tuple[int, str, str]) -> None:
        assert problems_of(f"sku,name\n{row}") == [wrong]

    def test_a_quote_that_is_never_closed_does_not_hide_what_came_before(self) -> None:
        assert problems_of('sku,name\na,1,1\nb,"x\nc,3\n') == [
            (2, "", "too_many_cells"),
            (3, "", "broken_quotes"),
        ]

    def test_bytes_that_are_no_utf8_are_named_by_their_cell(self) -> None:
        sheet = ProductSheet(["sku,name\na,Käse\nb,Öl\n".encode("latin-1")])
        problems: list[Any] = []
        for row in sheet.rows:
            assert row is not None
            sheet.parse(*row, 2, problems)
        assert [(one.row, one.column, one.code) for one in problems] == [
            (2, "name", "not_utf8"),
            (3, "name", "not_utf8"),
        ]
