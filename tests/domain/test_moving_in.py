"""Files of other systems: numbers, texts and SKUs, and that no file at all is a fault of ours."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.catalog.cells import CellNotValid
from domain.catalog.moving_in import SYSTEMS, MovedSheet, Newcomer, find_format
from domain.catalog.moving_in.amounts import mark_of, money, quantity
from domain.catalog.moving_in.layout import Format
from domain.catalog.moving_in.made_skus import made_sku
from domain.catalog.moving_in.plain_text import plain_text
from domain.catalog.moving_in.reasons import reason_of
from domain.catalog.moving_in.systems.words import barcodes
from domain.catalog.product_sheet import COLUMNS
from domain.sheets import SheetNotReadable, Table, encoding_of

FILES = Path(__file__).parents[1] / "moving_in"
COMPANY = Newcomer(currency="EUR", places=2, has=lambda _kind, name: name == "VAT")


def moved(raw: bytes, location: str | None = None) -> MovedSheet:
    """The file as rows of our own sheet."""
    table = Table([raw], encoding_of([raw]))
    form = find_format(table.header)
    assert form
    return MovedSheet(table, form, COMPANY, location)


class TestAmounts:
    @pytest.mark.parametrize(
        ("text", "amount"),
        [
            (".99", "0.99"),
            ("5", "5.00"),
            ("1,234.50", "1234.50"),
            ("1.234,50", "1234.50"),
            ("€ 1.234,50", "1234.50"),
            ("1,5", "1.50"),
            ("9,99 EUR", "9.99"),
            ("1'234.50", "1234.50"),
            ("1\u202f234,50\xa0€", "1234.50"),
            ("5,-", "5.00"),
            ("5.\u2013 €", "5.00"),
            ("12,90 €/kg", "12.90"),
            ("€ 12.90 EUR", "12.90"),
            ("1.234.567", "1234567.00"),
            ("1,23,456.00", "123456.00"),
            ("0.500", "0.50"),
        ],
    )
    def test_mean_the_same_however_they_are_written(self, text: str, amount: str) -> None:
        assert money(text, "EUR", 2, "") == (amount, False)

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("1,234", "ambiguous"),
            ("1.234", "ambiguous"),
            ("$5", "other_currency"),
            ("£5", "other_currency"),
            ("5 USD", "other_currency"),
            ("129 kr.", "other_currency"),
            ("Fr. 5.00", "other_currency"),
            ("A$5", "other_currency"),
            ("5 $/kg", "other_currency"),
            ("-5", "negative"),
            ("12,90-", "negative"),
            ("(5.00)", "negative"),
            ("variable", "invalid"),
            ("1e5", "invalid"),
            ("12-15", "invalid"),
            ("1,234.567,00", "invalid"),
            ("1..2", "invalid"),
            ("9" * 40, "invalid"),
            ("", "invalid"),
        ],
    )
    def test_are_not_guessed(self, text: str, code: str) -> None:
        with pytest.raises(CellNotValid) as wrong:
            money(text, "EUR", 2, "")
        assert wrong.value.code == code

    def test_are_read_as_the_rest_of_the_file(self) -> None:
        assert mark_of(["1,234", "9,99", "5"]) == ","
        assert mark_of(["1,234", "9.99"]) == "."
        assert mark_of(["9,99", "9.99"]) == mark_of(["1,234", "5"]) == ""
        assert money("1,234", "EUR", 2, ".").text == "1234.00"
        assert money("1,234", "EUR", 2, ",") == ("1.23", True)

    def test_have_the_places_of_the_currency(self) -> None:
        assert money("1,200", "JPY", 0, "").text == money("1200.00", "JPY", 0, "").text == "1200"
        assert money("1.234", "KWD", 3, "").text == "1.234"
        assert money("17.39130", "EUR", 2, "") == ("17.39", True)
        assert money("0.125", "EUR", 2, "") == ("0.13", True)

    def test_a_dollar_is_not_said_to_be_another(self) -> None:
        assert money("$5.00", "AUD", 2, "").text == money("A$5.00", "AUD", 2, "").text == "5.00"
        assert money("129 kr", "SEK", 2, "").text == "129.00"
        with pytest.raises(CellNotValid, match="C\\$"):
            money("C$5.00", "USD", 2, "")

    def test_quantities_may_be_below_zero_and_parts(self) -> None:
        assert quantity("-3", ".") == Decimal(-3)
        assert (quantity("1,200", "."), quantity("12.345", "")) == (Decimal(1200), Decimal("12.345"))
        for text in ("", "-", "1/2", "many", "1 or 2"):
            with pytest.raises(CellNotValid):
                quantity(text, "")


class TestBarcodes:
    def test_several_stand_in_one_cell(self) -> None:
        assert barcodes("4006381333931, 96385074;X|'Y") == ("4006381333931", "96385074", "X", "Y")

    @pytest.mark.parametrize("text", ["4,00638E+12", "4.00638E+12", "4.00638e12", "4E+12"])
    def test_what_a_spreadsheet_shortened_is_not_divided(self, text: str) -> None:
        assert barcodes(text) == (text,)

    @pytest.mark.parametrize("text", ["4006381333931.0", "4006381333931,0", "4006381333931.00 "])
    def test_decimals_that_are_none_are_no_part_of_one(self, text: str) -> None:
        assert barcodes(text) == ("4006381333931",)


class TestTexts:
    def test_html_is_what_a_reader_sees(self) -> None:
        html = "<style>p{}</style><p>One<br>two&nbsp;&amp; <b>three</b></p>\n<ul><li>a</li><li>b</li></ul>"
        assert plain_text(html) == "One\ntwo & three\n\n- a\n- b"
        assert plain_text("3 < 4, AT&T & <3") == "3 < 4, AT&T & <3"
        assert plain_text("a\x00b") == "ab"

    @pytest.mark.parametrize("piece", ["<a ", "<a x=", "<a b='", "<!--", "<!-- -->", "</", "<script>", "&#"])
    def test_html_that_never_ends_is_read_once(self, piece: str) -> None:
        assert len(plain_text(piece * 30_000)) <= 100_000

    def test_what_stands_in_scripts_and_comments_is_not_seen(self) -> None:
        assert plain_text("a<script>b<p>c</p></script><!-- d --><SCRIPT>e</SCRIPT >f") == "af"
        assert plain_text("<p>a<style>never closed <p>b") == "a"

    @given(st.text())
    def test_any_text_has_one(self, text: str) -> None:
        assert "\0" not in plain_text(f"<p>{text}")

    def test_a_sku_is_the_same_each_time_and_another_for_each(self) -> None:
        made = made_sku("shopify", "tea\0M", ("Grüner Tee", "M / grün"))
        assert made == made_sku("shopify", "tea\0M", ("Grüner Tee", "M / grün"))
        assert made.startswith("grüner-tee-m-grün-")
        assert made != made_sku("square", "tea\0M", ("Grüner Tee", "M / grün"))
        assert len(made_sku("square", "x", ("word " * 50,))) <= 64

    def test_every_reason_is_a_sentence(self) -> None:
        for header in ("Image Src", "Tags", "Tax - Town (5%)", "Weight", "Whatever"):
            assert reason_of(header).endswith(".")


class TestForms:
    @pytest.mark.parametrize("path", sorted(FILES.glob("*.csv")), ids=lambda path: path.stem)
    def test_are_found_by_their_headers(self, path: Path) -> None:
        form = find_format(Table([path.read_bytes()]).header)
        assert form
        assert path.stem.startswith(form.name)

    def test_our_own_is_none_of_them(self) -> None:
        assert find_format([*COLUMNS]) is None
        assert find_format(["sku", "name", "colour"], ignore_unknown=True) is None

    def test_each_reads_all_it_names(self) -> None:
        for form in SYSTEMS:
            header = [name for names in form.fields.values() for name in names[:1]]
            assert form.known(header) == len(header)

    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=150)
    @given(st.data(), st.sampled_from(SYSTEMS))
    def test_no_file_is_a_fault_of_ours(self, data: st.DataObject, form: Format) -> None:
        header = [names[0] for names in form.fields.values()]
        words = st.sampled_from(
            ["", "a", "A", "1", "Y", "1,5", "S, L", "simple", "variation", "variable", "x:y"]
        )
        cell = words | st.text(max_size=12)
        rows: Iterable[list[str]] = data.draw(
            st.lists(st.lists(cell, min_size=len(header), max_size=len(header)), max_size=6)
        )
        lines = (";".join('"' + text.replace('"', '""') + '"' for text in row) for row in rows)
        raw = "\n".join([";".join(f'"{name}"' for name in header), *lines]).encode(errors="surrogatepass")
        try:
            sheet = moved(raw)
        except SheetNotReadable:
            return
        for row in sheet.rows:
            assert row
            problems: list[object] = []
            sheet.parse(*row, 2, problems)  # type: ignore[arg-type]
            assert problems == []

    def test_a_handle_that_no_cell_can_hold_still_holds_its_rows_together(self) -> None:
        long = "h" * 300
        header = "Handle,Title,Option1 Name,Option1 Value,Variant Price\n"
        rows = (f"{handle},Tea,Size,{size},1.00" for handle in ("\x08", long, f"{long}x") for size in "SM")
        sheet = moved((header + "\n".join(rows)).encode())
        keys = [row[1][0] for row in sheet.rows if row]
        assert keys[::2] == keys[1::2]
        assert len(set(keys)) == 3
        assert sheet.findings.by_hand.count == 6


class TestPlaces:
    LOYVERSE = b"Handle,SKU,Name,Track stock,Default price,In stock [A],In stock [B]\nx,1,X,Y,1.00,3,4\n"

    def test_a_place_that_is_not_there_is_refused(self) -> None:
        with pytest.raises(SheetNotReadable, match="it has A, B"):
            moved(self.LOYVERSE, "C")
        assert moved(self.LOYVERSE, "b").stock == {}

    def test_stock_that_is_not_taken_is_told(self) -> None:
        ignored = moved(self.LOYVERSE).findings.ignored
        assert set(ignored) == {"In stock [A]", "In stock [B]"}
