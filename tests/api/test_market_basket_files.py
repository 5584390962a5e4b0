"""What is bought together as files: the rows of the answer, in full, as people and programs read them."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from api.reports.files import About
from domain.market_basket import MEASURES
from infra.cli.reports import reports
from tests.api.conftest import Stocked, stock_shop

BASE = "/api/admin/analytics/market-basket"
_TODAY = datetime.now(UTC).date()
PERIOD = {"from": str(_TODAY - timedelta(days=3)), "to": str(_TODAY + timedelta(days=2))}
#: Every rule that there is.
EVERY = {**PERIOD, "min_support_count": "1", "min_confidence": "0", "min_lift": "0"}
#: What is in each basket. The first is a formula in every spreadsheet.
GOODS = ("=1+1", "Milk", "Bread", "Tea")
BASKETS = (("=1+1", "Milk"), ("=1+1", "Milk"), ("Milk", "Bread"), ("Milk", "Bread", "Tea"), ("Tea",))


@dataclass(frozen=True)
class Grocer:
    """A shop that sold these baskets, and the position of the last of them."""

    stocked: Stocked
    position: str

    @property
    def shop(self) -> Any:
        return self.stocked.shop

    def get(self, path: str, role: str = "Admin", **query: Any) -> Any:
        address = f"{BASE}/{path}?{urlencode(query)}"
        return self.shop.client(role).get(address, X_Wait_For_Position=self.position)

    def rows(self, path: str, name: str, **query: Any) -> list[Any]:
        """All rows of an answer, page by page, three on each."""
        rows: list[Any] = []
        for page in range(1, 100):
            answer = self.get(path, **query, page=page, limit=3)
            assert answer.status == 200, answer.body
            rows += answer.data[name]
            if len(answer.data[name]) < 3:
                assert len(rows) == answer.data["count"]
                return rows
        raise AssertionError("There is no last page.")

    def csv(self, path: str, **query: Any) -> list[dict[str, str]]:
        answer = self.get(f"{path}/export", **query)
        assert answer.status == 200, answer.body
        return list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))

    def book(self, path: str, **query: Any) -> Any:
        answer = self.get(f"{path}/export", format="xlsx", **query)
        assert answer.status == 200, answer.body
        return load_workbook(io.BytesIO(answer.body))


@pytest.fixture
def grocer(shop: Any) -> Grocer:
    stocked = stock_shop(shop)
    variants = {}
    for number, name in enumerate(GOODS):
        variant = {"sku": f"-{number}", "price": 119}
        product = stocked.product_of(name=name, track_stock=False, variants=[variant])
        variants[name] = product["variants"][0]["id"]
    for basket in BASKETS:
        lines = [{"variant_id": variants[name], "quantity": 1} for name in basket]
        sold = stocked.sell(lines=lines, payments=[{"method": "cash", "amount": 119 * len(lines)}])
        assert sold.status == 201, sold.body
    return Grocer(stocked, str(len(shop.events())))


def flat(rule: Any) -> dict[str, str]:
    """A rule of the answer as a line of a file; an apostrophe keeps spreadsheets from computing a text."""
    line: dict[str, str] = {}
    for name, value in rule.items():
        if name in ("antecedent", "consequent"):
            line |= {name: guarded(value["name"]), f"{name}_id": value["id"]}
        elif name == "comparison":
            line |= {f"{one}_previous": text_of(figure) for one, figure in value.items()}
        else:
            line[name] = text_of(value)
    return line


def text_of(value: Any) -> str:
    return "" if value is None else str(value)


def guarded(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "-")) else text


def sheet_rows(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


class TestRulesFile:
    def test_has_the_rules_of_the_answer_in_their_order(self, grocer: Grocer) -> None:
        rules = grocer.rows("rules", "rules", **EVERY, include="p_value")
        assert len(rules) == 8
        assert grocer.csv("rules", **EVERY, include="p_value") == [flat(rule) for rule in rules]

    def test_has_the_other_period_and_what_became_of_rules(self, grocer: Grocer) -> None:
        query = {**EVERY, "compare_to": "previous_period", "sort": "-score"}
        rules = grocer.rows("rules", "rules", **query)
        lines = grocer.csv("rules", **query)
        assert lines == [flat(rule) for rule in rules]
        assert {"pair_count_previous", "support_previous", "change", "score", "trend"} <= lines[0].keys()

    def test_ends_after_as_many_rules_as_are_asked_for_and_says_how_many_there_are(
        self, grocer: Grocer
    ) -> None:
        first = grocer.csv("rules", **EVERY, limit=3)
        assert first == grocer.csv("rules", **EVERY)[:3]
        answer = grocer.get("rules/export", **EVERY, limit=3)
        about = About.of(answer.headers["x-report-about"].encode())
        assert (about.rows, about.count) == (3, 8)

    def test_has_six_places_of_ratios_as_numbers_in_a_spreadsheet(self, grocer: Grocer) -> None:
        header, *rows = grocer.book("rules", **EVERY)["Report"].iter_rows()
        names = [cell.value for cell in header]
        lines = grocer.csv("rules", **EVERY)
        for row, line in zip(rows, lines, strict=True):
            for name in MEASURES:
                cell = row[names.index(name.replace("_", " ").capitalize())]
                assert cell.value is None or (cell.number_format, f"{cell.value:.6f}") == (
                    "0.000000",
                    line[name],
                )
                assert (cell.value is None) == (line[name] == "")

    def test_has_chances_as_numbers_with_their_power_of_ten(self, grocer: Grocer) -> None:
        query = {**EVERY, "include": "p_value"}
        header, *rows = grocer.book("rules", **query)["Report"].iter_rows()
        place = [cell.value for cell in header].index("P value")
        lines = grocer.csv("rules", **query)
        for row, line in zip(rows, lines, strict=True):
            assert row[place].number_format == "0.000E+00"
            assert row[place].value == float(line["p_value"])
        european = grocer.get("rules/export", **query, separator=";", decimal=",").body.decode("utf-8-sig")
        lines_there = csv.DictReader(io.StringIO(european, newline=""), delimiter=";")
        assert [one["p_value"] for one in lines_there] == [one["p_value"].replace(".", ",") for one in lines]

    def test_is_no_formula_in_any_format(self, grocer: Grocer) -> None:
        names = {line["antecedent"] for line in grocer.csv("rules", **EVERY)}
        assert "'=1+1" in names
        assert "=1+1" not in names
        cells = [cell for row in grocer.book("rules", **EVERY)["Report"].iter_rows() for cell in row]
        assert {cell.data_type for cell in cells if cell.value == "=1+1"} == {"s"}

    def test_has_stock_keeping_units_and_ids_of_variants_as_texts(self, grocer: Grocer) -> None:
        query = {**EVERY, "level": "variant"}
        rule = grocer.rows("rules", "rules", **query)[0]
        line = grocer.csv("rules", **query)[0]
        told = rule["antecedent"]
        assert [line[f"antecedent_{one}"] for one in ("id", "product_id")] == [told["id"], told["product_id"]]
        assert line["antecedent_sku"] == guarded(told["sku"])
        cells = {cell.value: cell for cell in grocer.book("rules", **query)["Report"][2]}
        assert [cells[told[one]].data_type for one in ("id", "sku", "product_id")] == ["s", "s", "s"]

    def test_is_what_its_second_sheet_says(self, grocer: Grocer) -> None:
        store_id = grocer.stocked.store["id"]
        query = {"min_support_count": 1, "store_id": store_id, **PERIOD}
        answer = grocer.get("rules/export", **query, format="xlsx")
        book = load_workbook(io.BytesIO(answer.body))
        told = {row[0]: row[1:] for row in sheet_rows(book["About"])}
        assert (told["From"][0], told["To"][0]) == (PERIOD["from"], PERIOD["to"])
        assert told["Stores"][:2] == [store_id, "Main Street"]
        assert told["Min confidence"][0] == "0.1"
        assert told["Read position"][0] == grocer.position
        assert told["Checksum (SHA-256)"][0] == answer.headers["x-report-checksum"]
        assert told["lift_low"][1] == MEASURES["lift_low"].meaning
        assert len(sheet_rows(book["Report"])) - 1 == int(told["Rows"][0]) == int(told["Rows in all"][0])

    def test_has_the_same_checksum_in_both_formats_and_a_name(self, grocer: Grocer) -> None:
        plain, sheet = (grocer.get("rules/export", **EVERY, format=one) for one in ("csv", "xlsx"))
        assert plain.headers["x-report-checksum"] == sheet.headers["x-report-checksum"]
        name = f"rules-{PERIOD['from']}-{PERIOD['to']}-p{grocer.position}"
        assert f'filename="{name}.csv"' in plain.headers["content-disposition"]
        assert f'filename="{name}.xlsx"' in sheet.headers["content-disposition"]

    def test_suits_spreadsheets_of_europe(self, grocer: Grocer) -> None:
        query = {**EVERY, "separator": ";", "decimal": ",", "bom": "false", "footer": "true"}
        answer = grocer.get("rules/export", **query)
        lines = list(csv.reader(io.StringIO(answer.body.decode(), newline=""), delimiter=";"))
        assert lines[1][lines[0].index("support")].startswith("0,")
        assert lines[-1] == [answer.headers["x-report-about"], *[""] * (len(lines[0]) - 1)]
        assert len(lines) == 8 + 2

    def test_names_the_one_that_is_asked_for(self, grocer: Grocer) -> None:
        milk = next(
            line["antecedent_id"] for line in grocer.csv("rules", **EVERY) if line["antecedent"] == "Milk"
        )
        told = {
            row[0]: row[1:] for row in sheet_rows(grocer.book("rules", **EVERY, antecedent_id=milk)["About"])
        }
        assert told["Antecedent id"][:2] == [milk, "Milk"]

    def test_of_nothing_has_its_header_alone(self, grocer: Grocer) -> None:
        assert grocer.csv("rules", **{**EVERY, "min_support_count": 6}) == []
        assert len(sheet_rows(grocer.book("rules", **{**EVERY, "min_support_count": 6})["Report"])) == 1


class TestItemsetsFile:
    def test_has_the_sets_of_the_answer_in_their_order(self, grocer: Grocer) -> None:
        query = {**PERIOD, "min_support_count": 1}
        sets = grocer.rows("itemsets", "itemsets", **query)
        lines = grocer.csv("itemsets", **query)
        assert [(line["count"], line["support"]) for line in lines] == [
            (str(one["count"]), one["support"]) for one in sets
        ]
        names = [" + ".join(thing["name"] for thing in one["things"]) for one in sets]
        assert [line["things"] for line in lines] == [guarded(name) for name in names]
        ids = [" ".join(thing["id"] for thing in one["things"]) for one in sets]
        assert [line["thing_ids"] for line in lines] == ids
        assert {(line["length"], line["baskets"]) for line in lines} == {("2", "5"), ("3", "5")}

    def test_says_the_same_as_a_spreadsheet(self, grocer: Grocer) -> None:
        query = {**PERIOD, "min_support_count": 1, "level": "variant"}
        lines = grocer.csv("itemsets", **query)
        rows = sheet_rows(grocer.book("itemsets", **query)["Report"])[1:]
        assert [[guarded(str(cell)) for cell in row[:-1]] for row in rows] == [
            list(line.values())[:-1] for line in lines
        ]
        assert [f"{row[-1]:.6f}" for row in rows] == [line["support"] for line in lines]


@pytest.mark.parametrize("path", ["rules", "itemsets"])
@pytest.mark.parametrize(
    ("name", "value"),
    [("format", "pdf"), ("limit", "50001"), ("limit", "0"), ("page", "2"), ("paper", "a4")],
)
def test_what_no_file_is_made_of_is_refused(grocer: Grocer, path: str, name: str, value: str) -> None:
    answer = grocer.get(f"{path}/export", **PERIOD, **{name: value})
    assert answer.status == 400
    assert answer.fields == {name}


@pytest.mark.parametrize("path", ["rules", "itemsets"])
def test_a_cashier_may_not_take_files(grocer: Grocer, path: str) -> None:
    assert grocer.get(f"{path}/export", role="Cashier", **PERIOD).status == 403


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_verifying_says_that_such_a_file_is_not_asked_again(
    grocer: Grocer, service: Any, tmp_path: Path, kind: str
) -> None:
    answer = grocer.get("rules/export", **EVERY, format=kind, footer="true")
    file = tmp_path / f"rules.{kind}"
    file.write_bytes(answer.body)
    known = {"worker_conninfo": lambda: service.database.worker}
    done = CliRunner().invoke(reports, ["verify", str(file)], obj=known)
    assert done.exit_code == 1
    assert "only files of reports are. Nothing was checked." in done.output
