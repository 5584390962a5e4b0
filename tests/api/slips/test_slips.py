"""Slips: the same lines on every paper and in every format, in any script, and nothing a printer obeys."""

import io
import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as some
from pypdf import PdfReader

from api.documents import scripts
from api.slips import FORMATS, PAPERS, Block, Code, Fact, Item, Rule, Slip, Sum, Table, Text
from api.slips.columns import lines_of, wrapped
from api.slips.letters import writable
from tests.api.slips.reading import LINES_OF, codes_of_escpos, lines_of_escpos, lines_of_pdf

ADDRESS = "https://shop.example/api/receipts/ABC?id=DEF"
SLIP = Slip(
    title="Receipt MAIN-1-000001",
    language="en",
    made_at=datetime(2026, 3, 1, tzinfo=UTC),
    blocks=[
        Text(text="Corner Shop\n12 Harbour Street", is_strong=True, is_large=True, is_centered=True),
        Fact(label="Number", value="MAIN-1-000001"),
        Rule(),
        Item(name="Espresso beans", detail="2 x 4.50", value="9.00", mark="A"),
        Sum(label="Discount", value="-0.90", is_detail=True),
        Sum(label="Total EUR", value="8.10", is_strong=True, is_large=True),
        Table(header=["Tax", "Net", "Gross"], rows=[["A 19 %", "6.81", "8.10"]]),
        Code(text=ADDRESS),
    ],
)
SCRIPTS = [
    "Żółć",
    "Кофе",
    "Ωμέγα",
    "濃縮咖啡豆 エスプレッソ 에스프레소",
    "קפה אספרסו",
    "قهوة عربية",
    "नमक",
    "\U0001f377",
]


def named(name: str) -> Slip:
    """The slip of something of this name."""
    return replace(SLIP, blocks=[Item(name=name, detail="2 x 4.50", value="9.00", mark="A"), *SLIP.blocks])


@pytest.mark.parametrize("paper", PAPERS)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_says_the_same_on_every_paper(format_: str, paper: str) -> None:
    lines = [line.split() for line in LINES_OF[format_](FORMATS[format_][1](SLIP, PAPERS[paper]))]
    for line in ("Number MAIN-1-000001", "2 x 4.50 9.00 A", "Discount -0.90", "A 19 % 6.81 8.10"):
        assert line.split() in lines
    assert ["Total", "EUR", "8.10"] in lines


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("format_", FORMATS)
def test_any_script_is_written(format_: str, name: str) -> None:
    lines = [line.split() for line in LINES_OF[format_](FORMATS[format_][1](named(name), PAPERS["80mm"]))]
    assert lines.count(["2", "x", "4.50", "9.00", "A"]) == 2


@given(name=some.text(min_size=1, max_size=120), columns=some.sampled_from([32, 48]))
def test_no_name_makes_a_line_too_long_or_takes_a_figure_away(name: str, columns: int) -> None:
    lines = [line.text for line in lines_of(named(name), columns)]
    assert all(len(line) <= columns for line in lines)
    assert lines.count(f"{'  2 x 4.50':<{columns - 6}}9.00 A") == 2


@pytest.mark.parametrize(
    ("label", "lines"),
    [
        ("Closed", ["Closed                  1,000.00"]),
        ("Farmhouse butter, salted", ["Farmhouse butter,", "salted                  1,000.00"]),
        ("Unsweetened-almond-drinks", ["Unsweetened-almond-drinks", "                        1,000.00"]),
        (
            "Chocolate with roasted hazelnuts, salted",
            ["Chocolate with roasted", "hazelnuts, salted       1,000.00"],
        ),
    ],
)
def test_no_word_is_broken_for_a_value_beside_it(label: str, lines: list[str]) -> None:
    slip = replace(SLIP, blocks=[Fact(label=label, value="1,000.00")])
    assert [line.text for line in lines_of(slip, 32)] == lines


@pytest.mark.parametrize("digits", range(1, 16))
def test_figures_of_a_table_stand_beside_the_longest_text_as_long_as_there_is_room(digits: int) -> None:
    rows = [["B 19 %", "1" * digits, "2" * digits]]
    data = FORMATS["pdf"][1](replace(SLIP, blocks=[Table(header=["", "", ""], rows=rows)]), PAPERS["80mm"])
    assert [line.split() for line in lines_of_pdf(data) if line.strip()] == [["B", "19", "%", *rows[0][1:]]]


@settings(deadline=None)
@given(name=some.text(max_size=80))
def test_no_name_is_a_command_to_the_printer(name: str) -> None:
    printed = lines_of_escpos(FORMATS["escpos"][1](named(f"{name}\x1bp0\x19\xfa"), PAPERS["80mm"]))
    assert "\x1b" not in "".join(printed)
    assert b"\x1bp" not in FORMATS["escpos"][1](named(name), PAPERS["80mm"])


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Crème brûlée, 5 €", "Crème brûlée, 5 €"),
        ("₹ 5 or ₪ 3", "INR 5 or ILS 3"),
        ("咖啡", "KaFei"),
        ("Кофе", "Кофе"),
        ("שלום", "slvm"),
        ("\U0001f377 Merlot", "? Merlot"),
        ("1\u202f234,50\xa0x", "1 234,50 x"),
        ("\u0627", "?"),
        ("e\u0301", "é"),
        ("a\x07\u200fb", "ab"),
    ],
)
def test_what_a_printer_cannot_write_is_written_as_it_sounds(text: str, written: str) -> None:
    assert writable(text) == written


def test_the_first_code_page_is_that_with_the_euro_sign() -> None:
    data = FORMATS["escpos"][1](named("5 €"), PAPERS["80mm"])
    assert b"\x1bt\x13" in data
    assert b"5 \xd5" in data


def test_a_drawer_opens_only_for_a_slip_that_opens_it() -> None:
    written = FORMATS["escpos"][1]
    assert b"\x1bp" not in written(SLIP, PAPERS["80mm"])
    assert written(replace(SLIP, opens_drawer=True), PAPERS["80mm"]).count(b"\x1bp\x00") == 1


@pytest.mark.parametrize("paper", PAPERS)
def test_a_printer_draws_the_code_and_cuts_the_slip_off(paper: str) -> None:
    data = FORMATS["escpos"][1](SLIP, PAPERS[paper])
    assert list(codes_of_escpos(data)) == [ADDRESS]
    assert data.endswith(b"\x1dV\x00")


def test_a_roll_is_one_page_as_long_as_it_needs_to_be() -> None:
    heights = []
    for count in (1, 100):
        slip = replace(SLIP, blocks=[*SLIP.blocks[:-1]] * count)
        (page,) = PdfReader(io.BytesIO(FORMATS["pdf"][1](slip, PAPERS["58mm"]))).pages
        assert round(float(page.mediabox.width) * 25.4 / 72) == 58
        heights.append(float(page.mediabox.height))
    assert heights[1] > 50 * heights[0]


def test_a_page_is_no_longer_than_readers_show() -> None:
    slip = replace(SLIP, blocks=[Item(name="Item", value="1.00")] * 2000)
    pages = PdfReader(io.BytesIO(FORMATS["pdf"][1](slip, PAPERS["80mm"]))).pages
    assert len(pages) == 2
    assert all(float(page.mediabox.height) <= 14_400.1 for page in pages)


def test_a4_is_as_many_pages_as_it_fills_and_loses_nothing() -> None:
    items = [Item(name=f"Item {number}", value="1.00") for number in range(300)]
    data = FORMATS["pdf"][1](replace(SLIP, blocks=items), PAPERS["a4"])
    pages = len(PdfReader(io.BytesIO(data)).pages)
    assert pages > 2
    lines = [line.split() for line in lines_of_pdf(data) if line.strip()]
    numbers = [f"Receipt MAIN-1-000001, {number} / {pages}".split() for number in range(1, pages + 1)]
    assert [line for line in lines if line in numbers] == numbers
    others = [line for line in lines if line not in numbers]
    assert others == [f"Item {number} 1.00".split() for number in range(300)]


def in_halves(*lengths: int) -> Slip:
    """A slip in halves, with parts of so many lines below its head."""
    blocks: list[Block] = [Text(text="Head")]
    for part, length in enumerate(lengths):
        blocks += [Rule(), *(Fact(label=f"{part}.{line}", value="x") for line in range(length))]
    return replace(SLIP, blocks=blocks, in_halves=True)


def rows_on(paper: str, slip: Slip) -> list[list[str]]:
    """The lines of its PDF in words."""
    lines = lines_of_pdf(FORMATS["pdf"][1](slip, PAPERS[paper]))
    return [line.split() for line in lines if line.strip()]


def test_halves_stand_side_by_side_on_a4_and_are_alike_in_length() -> None:
    head, *rows = rows_on("a4", in_halves(10, 20, 29))
    assert head == ["Head"]
    assert rows[0] == ["0.0", "x", "2.0", "x"]
    assert rows[-1] == ["1.19", "x"]
    assert len(rows_on("80mm", in_halves(10, 20, 29))) == 60


def test_halves_go_on_over_the_page_and_lose_nothing() -> None:
    rows = rows_on("a4", in_halves(150, 3, 90))
    assert [row[-2:] for row in rows if row[0] == "Receipt"] == [["/", "3"]] * 3
    labels = [word for row in rows for word in row if re.fullmatch(r"\d\.\d+", word)]
    assert sorted(labels) == sorted(
        f"{part}.{line}" for part, length in enumerate((150, 3, 90)) for line in range(length)
    )


def test_a_page_on_a4_has_the_parts_between_which_a_browser_makes_halves() -> None:
    pages = [FORMATS["html"][1](in_halves(1, 2, 3), PAPERS[paper]).decode() for paper in ("a4", "80mm")]
    assert [page.count("<section>") for page in pages] == [3, 0]


@pytest.mark.parametrize("before", range(4))
def test_a_name_stands_on_the_page_of_its_amount(before: int) -> None:
    rows: list[Block] = [Item(name="Bag", value="0.10")] * before
    rows += [Item(name="Item", detail="2 x 1.00", value="2.00")] * 100
    pages = PdfReader(io.BytesIO(FORMATS["pdf"][1](replace(SLIP, blocks=rows), PAPERS["a4"]))).pages
    texts = [page.extract_text() for page in pages]
    assert all(text.count("Item") == text.count("2 x 1.00") for text in texts)


@pytest.mark.parametrize("format_", FORMATS)
def test_written_again_it_is_the_same_to_the_last_byte(format_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    first = FORMATS[format_][1](SLIP, PAPERS["80mm"])
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert FORMATS[format_][1](SLIP, PAPERS["80mm"]) == first


def test_a_page_needs_nothing_besides_itself_and_runs_nothing() -> None:
    page = FORMATS["html"][1](named("<script>alert(1)</script>"), PAPERS["80mm"]).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "src=" not in page


def test_on_a_page_amounts_end_at_the_edge_where_no_letter_stands_behind_any() -> None:
    unmarked = replace(SLIP, blocks=[block for block in SLIP.blocks if not isinstance(block, Item)])
    pages = [FORMATS["html"][1](slip, PAPERS["80mm"]).decode() for slip in (SLIP, unmarked)]
    assert [".mark { display: none;" in page for page in pages] == [False, True]


@pytest.mark.parametrize("style", ["", "-Bold"])
def test_the_small_fonts_have_every_letter_of_theirs_that_the_large_ones_have(style: str) -> None:
    large, small = (
        set(TTFont(scripts.FONTS / f"DejaVuSans{style}{part}.ttf").getBestCmap())
        for part in ("", "-European")
    )
    assert large & scripts.EUROPEAN == small


@given(text=some.text(alphabet="ab \u00e9", max_size=60), width=some.integers(1, 20))
def test_a_broken_text_keeps_its_letters(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
