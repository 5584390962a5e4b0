"""Decisions about files of other systems: what becomes of them here, and the stock they bring."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from commands.catalog.import_report import Report
from commands.catalog.opening_stock import MayNotStock
from commands.catalog.product_import import ImportProducts, KeepImport
from commands.companies import ReviseCompany
from commands.stock.moments import PeriodClosed
from domain.catalog.products import Product
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.sheets import SheetNotReadable
from domain.stock.movements import StockMovement
from tests.commands.samples import (
    COMPANY,
    NOW,
    OTHER,
    STORAGE,
    STORE,
    VARIANT,
    caller,
    delivery,
    id_of,
    product,
    storage,
    store,
    tax,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

SHOPIFY = "Handle;Title;Variant SKU;Variant Price;Cost per item;Variant Inventory Qty;Vendor"


def bring(*rows: str, header: str = SHOPIFY, commit: bool = True, **more: Any) -> ImportProducts:
    """A file of Shopify with these rows."""
    content = "\n".join((header, *rows)).encode()
    terms = {"storage_id": STORAGE, "create_missing": True, **more}
    return ImportProducts(chunks=lambda: [content], commit=commit, **terms)


def report_of(outcome: Any) -> Report:
    if outcome.refusal:
        raise outcome.refusal
    report: Report = outcome.answer
    return report


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """A store with its storage."""
    return scenario.given(store(), storage())


class TestOpeningStock:
    def test_is_an_adjustment_at_the_cost_of_the_file(self, scenario: Scenario) -> None:
        outcome = scenario.when(bring("a;Apple;A;1.00;0.40;12;", "b;Bread;B;2.00;;3;"))
        outcome.then(
            fact(Product.Registered, name="Apple"),
            fact(Product.Registered, name="Bread"),
            fact(Product.Activated),
            fact(Product.Activated),
            fact(StockMovement.Adjusted, storage_id=STORAGE, reason="opening"),
        )
        (_, _, booked) = outcome.recorded[-1]
        assert {(line.balance_quantity, line.value_change) for line in booked.lines} == {
            (Decimal(12), 480),
            (Decimal(3), 0),
        }
        assert booked.reference == "Moved in from shopify"

    def test_is_foreseen_by_a_try(self, scenario: Scenario) -> None:
        outcome = scenario.when(bring("a;Apple;A;1.00;0.40;12;", commit=False)).then_nothing()
        assert report_of(outcome).stock_recorded == 1

    def test_of_what_has_ever_been_there_is_left_as_it_is(self, scenario: Scenario) -> None:
        scenario.given(product(variant(sku="SALT")), delivery("10"))
        outcome = scenario.when(bring("s;Sea salt;SALT;1.80;;99;"))
        report = report_of(outcome)
        assert (report.stock_recorded, report.stock_known) == (0, 1)
        assert StockMovement.Adjusted not in {event for event, _, _ in outcome.recorded}

    def test_of_what_is_here_without_any_comes_along(self, scenario: Scenario) -> None:
        scenario.given(product(variant(sku="SALT")))
        outcome = scenario.when(bring("s;Sea salt;SALT;1.80;;99;"))
        assert report_of(outcome).stock_recorded == 1
        assert outcome.recorded[-1][2].lines[0].variant_id == VARIANT

    @pytest.mark.parametrize("quantity", ["0", ""])
    def test_nothing_is_no_stock(self, scenario: Scenario, quantity: str) -> None:
        report = report_of(scenario.when(bring(f"a;Apple;A;1.00;;{quantity};")))
        assert (report.created, report.stock_recorded, report.by_hand) == (1, 0, [])

    def test_below_zero_or_finer_than_the_unit_needs_a_hand(self, scenario: Scenario) -> None:
        scenario.given(unit(precision=0))
        header = "Handle;SKU;Name;Track stock;Default price;Sold by weight;In stock [Shop]"
        rows = ("a;A;Apple;Y;1.00;Y;2.5", "b;B;Bread;Y;1.00;N;-1", "c;C;Cake;N;1.00;N;4")
        report = report_of(scenario.when(bring(*rows, header=header)))
        assert [(one.row, one.code) for one in report.by_hand] == [(2, "too_precise"), (3, "negative")]
        # What is not counted has no stock.
        assert (report.created, report.stock_recorded) == (3, 0)

    def test_of_a_thousand_articles_makes_two_movements(self, scenario: Scenario) -> None:
        rows = [f"p{number};P{number};S{number};1.00;;1;" for number in range(1001)]
        outcome = scenario.when(bring(*rows))
        booked = [data for event, _, data in outcome.recorded if event is StockMovement.Adjusted]
        assert [len(one.lines) for one in booked] == [1000, 1]

    @pytest.mark.parametrize("commit", [True, False])
    def test_takes_the_right_to_adjust(self, scenario: Scenario, *, commit: bool) -> None:
        scenario.by(caller(without=["inventory.adjust"]))
        scenario.when(bring("a;Apple;A;1.00;;1;", commit=commit)).then_refused(
            MayNotStock, "inventory.adjust:not_held"
        )
        kept = KeepImport(id=id_of("import"), content=b"", commit=commit, storage_id=STORAGE)
        scenario.when(kept).then_refused(MayNotStock, "inventory.adjust:not_held")

    @pytest.mark.parametrize("commit", [True, False])
    def test_goes_only_where_the_caller_works(self, scenario: Scenario, *, commit: bool) -> None:
        scenario.by(caller("Admin", OTHER))
        scenario.when(bring("a;Apple;A;1.00;;1;", commit=commit)).then_refused(OtherStore)
        scenario.by(caller("Admin", STORE))
        assert report_of(scenario.when(bring("a;Apple;A;1.00;;1;", commit=commit))).stock_recorded == 1

    @pytest.mark.parametrize("commit", [True, False])
    def test_goes_into_a_storage_that_is_there(self, scenario: Scenario, *, commit: bool) -> None:
        strange = bring("a;Apple;A;1.00;;1;", commit=commit, storage_id=OTHER)
        scenario.when(strange).then_refused(Invalid, "storage_id:not_found")

    def test_is_not_booked_into_closed_books(self, scenario: Scenario) -> None:
        scenario.when(ReviseCompany(id=COMPANY, changes={"books_closed_until": NOW.date()}))
        scenario.when(bring("a;Apple;A;1.00;;1;")).then_refused(PeriodClosed, "occurred_at")

    def test_of_a_file_that_has_none_is_refused(self, scenario: Scenario) -> None:
        nothing = bring("a;Apple;1.00", header="Handle;Title;Variant Price")
        scenario.when(nothing).then_refused(SheetNotReadable, "storage_id:no_stock")
        own = bring("A;Apple;1.00", header="sku;name;price")
        scenario.when(own).then_refused(SheetNotReadable, "storage_id:no_stock")
        located = bring("A;Apple;1.00", header="sku;name;price", storage_id=None, location="Shop")
        scenario.when(located).then_refused(SheetNotReadable, "location:no_stock")


class TestTaxes:
    @pytest.mark.parametrize(
        ("taxes", "said"),
        [
            ((), "There is no tax rate yet"),
            (("VAT",), "they include tax"),
            (("Levy",), "they do not include tax"),
            (("VAT", "Levy"), "where the product's rate does (VAT)"),
        ],
    )
    def test_what_prices_mean_here_is_told(self, scenario: Scenario, taxes: Sequence[str], said: str) -> None:
        scenario.given(*(tax(id_of(name), inclusive=name == "VAT", name=name) for name in taxes))
        (note,) = report_of(scenario.when(bring("a;Apple;A;1.00;;;", commit=False))).notes
        assert said in note


class TestErrors:
    def test_are_told_by_the_columns_of_the_file(self, scenario: Scenario) -> None:
        scenario.given(product(variant(sku="SALT", barcodes=("4006381333931",))))
        header = "Handle;Title;Variant SKU;Variant Price;Variant Barcode"
        outcome = scenario.when(
            bring("a;Apple;A;1.00;4006381333931", header=header, storage_id=None, commit=False)
        )
        (error,) = report_of(outcome).errors
        assert (error.row, error.column, error.code) == (2, "Variant Barcode", "duplicate_barcode")

    def test_a_brand_that_may_not_be_made_is_one(self, scenario: Scenario) -> None:
        outcome = scenario.when(bring("a;Apple;A;1.00;;;Orchard", create_missing=False, commit=False))
        (error,) = report_of(outcome).errors
        assert (error.column, error.code) == ("Vendor", "not_found")
