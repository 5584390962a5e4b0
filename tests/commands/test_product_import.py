"""Decisions about sheets: every row's every error, and all of it or nothing."""

from typing import Any
from uuid import UUID

import pytest

from commands.catalog.assortment import TooManyImports
from commands.catalog.import_report import Report, SheetNotValid
from commands.catalog.product_import import ImportProducts, KeepImport
from commands.ports import ConcurrentEdit
from domain.catalog.brands import Brand
from domain.catalog.categories import DEEPEST, Category
from domain.catalog.products import MOST_VARIANTS, Product
from domain.catalog.units import UnitChange
from domain.packages import Limits, PlanLimitReached
from domain.sheets import SheetNotReadable
from tests.commands.memory.imports import MemoryAssortment
from tests.commands.samples import (
    BRAND,
    CATEGORY,
    OTHER,
    PRODUCT,
    SUPPLIER,
    TAX,
    UNIT,
    VARIANT,
    brand,
    caller,
    category,
    delivery,
    id_of,
    package,
    product,
    size,
    storage,
    store,
    subscribed,
    supplier,
    tax,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

SECOND = id_of("second variant")
TOMORROW = "2026-06-16T12:00:00Z"


def sheet(*rows: str, commit: bool = True, **more: Any) -> ImportProducts:
    """A sheet of these rows, the header first; cells are divided by semicolons."""
    content = "\n".join(rows).encode()
    return ImportProducts(chunks=lambda: [content], commit=commit, **more)


def imported(scenario: Scenario, *rows: str, **more: Any) -> Report:
    """What importing the sheet did."""
    outcome = scenario.when(sheet(*rows, **more))
    if outcome.refusal:
        raise outcome.refusal
    report: Report = outcome.answer
    return report


def tried(scenario: Scenario, *rows: str, **more: Any) -> set[tuple[int, str, str]]:
    """What is wrong with the sheet: row, column and code of each error."""
    report = imported(scenario, *rows, commit=False, **more)
    assert report.error_count == len(report.errors)
    return {(one.row, one.column, one.code) for one in report.errors}


def counts(report: Report) -> tuple[int, int, int]:
    return report.created, report.changed, report.unchanged


class TestNewProducts:
    def test_are_drafted(self, scenario: Scenario) -> None:
        outcome = scenario.when(sheet("sku;name;price;cost", "A;Apple;1.20;0.50", "B;Bread;3;"))
        outcome.then(fact(Product.Registered, name="Apple"), fact(Product.Registered, name="Bread"))
        (_, _, first) = outcome.recorded[0]
        assert (first.variants[0].sku, first.variants[0].price, first.variants[0].cost) == ("A", 120, 50)
        assert counts(outcome.answer) == (2, 0, 0)

    def test_share_a_row_each_with_their_variants(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;name;price", "shirt;A;Shirt;10", "shirt;B;;11")
        outcome = scenario.when(sheet(*rows)).then(fact(Product.Registered, name="Shirt"))
        assert [one.sku for one in outcome.recorded[0][2].variants] == ["A", "B"]

    def test_take_the_ids_that_the_sheet_says(self, scenario: Scenario) -> None:
        rows = ("product_id;variant_id;sku;name;price", f"{PRODUCT};{VARIANT};A;Apple;1")
        outcome = scenario.when(sheet(*rows)).then(fact(Product.Registered, PRODUCT))
        assert outcome.recorded[0][2].variants[0].id == VARIANT

    @pytest.mark.parametrize(
        ("status", "events"),
        [
            ("draft", []),
            ("active", [Product.Activated]),
            ("discontinued", [Product.Activated, Product.Discontinued]),
            ("archived", [Product.Archived]),
        ],
    )
    def test_come_to_their_status(self, scenario: Scenario, status: str, events: list[Any]) -> None:
        scenario.when(sheet("sku;name;price;status", f"A;Apple;1;{status}")).then(
            fact(Product.Registered), *map(fact, events)
        )

    def test_can_be_coming_soon(self, scenario: Scenario) -> None:
        rows = ("sku;name;price;status;launch_at", f"A;Apple;1;coming_soon;{TOMORROW}")
        scenario.when(sheet(*rows)).then(fact(Product.Registered), fact(Product.Scheduled))

    def test_refer_to_settings_by_name(self, scenario: Scenario) -> None:
        scenario.given(brand(), category(), unit(), supplier(), tax())
        rows = (
            "sku;name;price;brand;category;unit;supplier;tax_rates;description;track_stock",
            "A;Apple;1;acme;Food;kg;Mill;VAT|vat;Red;false",
        )
        scenario.when(sheet(*rows)).then(
            fact(
                Product.Registered,
                brand_id=BRAND,
                category_id=CATEGORY,
                unit_id=UNIT,
                supplier_id=SUPPLIER,
                tax_rate_ids=(TAX,),
                description="Red",
                track_stock=False,
            )
        )

    def test_make_brands_and_categories_if_they_may(self, scenario: Scenario) -> None:
        scenario.given(category())
        rows = ("sku;name;price;brand;category", "A;A;1;New;Food > Cheese", "B;B;1;new;Food > Cheese")
        outcome = scenario.when(sheet(*rows, create_missing=True))
        outcome.then(
            fact(Brand.Registered, name="New"),
            fact(Category.Registered, name="Cheese", parent_id=CATEGORY),
            fact(Product.Registered),
            fact(Product.Registered),
        )
        assert (outcome.answer.brands_created, outcome.answer.categories_created) == (1, 1)

    def test_need_a_name_a_sku_and_a_price(self, scenario: Scenario) -> None:
        rows = ("sku;name;price", "A;;1", ";Bread;2", "C;Cheese;")
        assert tried(scenario, *rows) == {
            (2, "name", "required"),
            (3, "sku", "required"),
            (4, "price", "required"),
        }

    def test_need_settings_that_are_there(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        scenario.given(archived)
        rows = (
            "sku;name;price;brand;category;unit;tax_rates",
            f"A;A;1;{BRAND};Food;kg;VAT",
            f"B;B;1;;{' > '.join('x' * (DEEPEST + 1))};;",
        )
        assert tried(scenario, *rows, create_missing=True) == {
            (2, "brand", "not_found"),
            (2, "unit", "not_found"),
            (2, "tax_rates", "not_found"),
            (3, "category", "not_found"),
        }

    def test_have_a_launch_only_when_they_are_coming_soon(self, scenario: Scenario) -> None:
        rows = (
            "sku;name;price;status;launch_at",
            "A;A;1;coming_soon;",
            "B;B;1;coming_soon;2020-01-01T00:00:00Z",
            f"C;C;1;active;{TOMORROW}",
        )
        assert tried(scenario, *rows) == {
            (2, "launch_at", "required"),
            (3, "launch_at", "in_the_past"),
            (4, "launch_at", "unexpected"),
        }

    def test_differ_from_each_other(self, scenario: Scenario) -> None:
        rows = (
            "variant_id;sku;name;price;barcodes",
            f"{VARIANT};A;A;1;4006381333931",
            f"{VARIANT};B;B;1;",
            ";a;C;1;4006381333931",
        )
        assert tried(scenario, *rows) == {
            (3, "variant_id", "duplicate_id"),
            (4, "sku", "duplicate_sku"),
            (4, "barcodes", "duplicate_barcode"),
        }

    def test_have_options_that_their_types_list_and_no_two_alike(self, scenario: Scenario) -> None:
        scenario.given(size("S"))
        rows = (
            "product_id;sku;name;price;options",
            "x;A;Shirt;1;Size=S",
            "x;B;;1;Size=S",
            "y;C;Hat;1;Size=L",
        )
        assert tried(scenario, *rows) == {(3, "options", "duplicate"), (4, "options", "not_listed")}

    def test_have_no_more_variants_than_a_product_can(self, scenario: Scenario) -> None:
        rows = [f"x;S{number};{'Shirt' if not number else ''};1" for number in range(MOST_VARIANTS + 1)]
        assert tried(scenario, "product_id;sku;name;price", *rows) == {(2, "", "too_many_variants")}

    def test_agree_on_what_their_rows_share(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;name;price;description", "x;A;Shirt;1;Red", "x;B;Shirt;1;Blue", "x;C;;1;")
        assert tried(scenario, *rows) == {(3, "description", "differs")}

    @pytest.mark.parametrize(("first", "later"), [("true", "false"), ("false", "true"), ("", "false")])
    def test_agree_on_whether_their_stock_is_counted(
        self, scenario: Scenario, first: str, later: str
    ) -> None:
        rows = ("product_id;sku;name;price;track_stock", f"x;A;Shirt;1;{first}", f"x;B;;1;{later}")
        assert tried(scenario, *rows) == {(3, "track_stock", "differs")}

    def test_of_the_same_name_are_several(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;name;price", ";A;Shirt;1", ";B;Shirt;1")
        assert counts(imported(scenario, *rows)) == (2, 0, 0)

    def test_have_an_id_that_is_nothing_elses(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;name;price", f"{BRAND};A;Apple;1")
        assert tried(scenario.given(brand()), *rows) == {(2, "product_id", "duplicate_id")}


class TestProductsThatAreThere:
    @pytest.fixture
    def scenario(self, scenario: Scenario) -> Scenario:
        return scenario.given(product(description="Coarse"))

    def test_are_known_by_sku_and_change_where_they_differ(self, scenario: Scenario) -> None:
        outcome = scenario.when(sheet("sku;name;price", "salt;Salt;2.99")).then(
            fact(Product.Renamed, PRODUCT, name="Salt"),
            fact(Product.Relabelled, PRODUCT, sku="salt"),
            fact(Product.Repriced, PRODUCT, price=299),
        )
        assert counts(outcome.answer) == (0, 1, 0)

    def test_stay_when_nothing_differs(self, scenario: Scenario) -> None:
        outcome = scenario.when(sheet("sku;name;price", "SALT;Sea salt;2.49"))
        assert counts(outcome.then_nothing().answer) == (0, 0, 1)

    def test_keep_what_has_no_column_and_lose_what_is_empty(self, scenario: Scenario) -> None:
        scenario.when(sheet("sku;description", "SALT;")).then(fact(Product.Described, description=None))

    def test_gain_variants(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;price", f"{PRODUCT};FINE;3")
        scenario.when(sheet(*rows)).then(fact(Product.VariantAdded, PRODUCT))

    def test_are_meant_by_any_of_their_variants(self, scenario: Scenario) -> None:
        rows = ("product_id;sku;price", "x;SALT;2.49", "x;FINE;3")
        scenario.when(sheet(*rows)).then(fact(Product.VariantAdded, PRODUCT))

    def test_are_known_by_variant_and_can_get_another_sku(self, scenario: Scenario) -> None:
        rows = ("variant_id;sku", f"{VARIANT};FLEUR")
        scenario.when(sheet(*rows)).then(fact(Product.Relabelled, PRODUCT, sku="FLEUR"))

    def test_move_along_their_life(self, scenario: Scenario) -> None:
        scenario.when(sheet("sku;status", "SALT;discontinued")).then(fact(Product.Discontinued, PRODUCT))

    def test_come_back_from_the_archive_before_anything_else(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "OLD"), one=OTHER, status="archived"))
        scenario.when(sheet("variant_id;sku;name;status", f"{SECOND};OLD;New;draft")).then(
            fact(Product.Restored, OTHER), fact(Product.Renamed, OTHER)
        )

    def test_cannot_come_back_as_anything_but_a_draft(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "OLD"), one=OTHER, status="archived"))
        rows = ("variant_id;sku;status", f"{SECOND};OLD;active")
        assert tried(scenario, *rows) == {(2, "status", "invalid_transition")}

    def test_are_not_edited_while_archived(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "OLD"), one=OTHER, status="archived"))
        rows = ("variant_id;sku;name", f"{SECOND};OLD;New")
        assert tried(scenario, *rows) == {(2, "", "invalid_transition")}

    def test_leave_their_skus_to_others_when_archived(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "OLD"), one=OTHER, status="archived"))
        outcome = scenario.when(sheet("sku;name;price", "OLD;New;3"))
        outcome.then(fact(Product.Registered, name="New"))

    def test_come_back_only_while_nobody_has_what_they_had(self, scenario: Scenario) -> None:
        had = (variant(SECOND, "OLD"), variant(id_of("third"), "PEPPER"), variant(id_of("fourth"), "NEW"))
        scenario.given(product(*had[:2], one=OTHER, status="archived"))
        scenario.given(product(variant(id_of("fifth"), "PEPPER"), one=id_of("pepper")))
        rows = ("variant_id;sku;status", f"{SECOND};OLD;draft")
        assert tried(scenario, *rows) == {(2, "status", "duplicate_sku")}
        scenario.given(product(had[2], one=id_of("old"), status="archived"))
        both = ("variant_id;sku;name;price;status", f"{had[2].id};NEW;New;3;draft", ";NEW;Newer;3;")
        assert tried(scenario, *both) == {(3, "sku", "duplicate_sku")}

    def test_move_only_as_their_life_goes(self, scenario: Scenario) -> None:
        assert tried(scenario, "sku;status", "SALT;draft") == {(2, "status", "invalid_transition")}

    def test_keep_the_launch_they_have(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "SOON"), one=OTHER, status="coming_soon"))
        rows = ("sku;status;launch_at", f"SOON;coming_soon;{TOMORROW}")
        assert tried(scenario, *rows) == {(2, "launch_at", "invalid_transition")}

    def test_stay_in_the_catalog_while_they_have_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), delivery())
        assert tried(scenario, "sku;status", "SALT;archived") == {(2, "status", "in_use")}

    def test_are_archived_without_stock(self, scenario: Scenario) -> None:
        scenario.when(sheet("sku;status", "SALT;archived")).then(fact(Product.Archived, PRODUCT))

    def test_keep_a_unit_as_fine_as_their_stock(self, scenario: Scenario) -> None:
        scenario.given(unit(), unit(OTHER, "Piece", "pc", 0), store(), storage())
        scenario.given(product(variant(SECOND, "FLOUR"), one=id_of("flour"), unit_id=UNIT))
        scenario.given(delivery("1.5", SECOND))
        assert tried(scenario, "sku;unit", "FLOUR;pc") == {(2, "unit", "in_use")}

    def test_keep_the_unit_that_their_stock_is_measured_in(self, scenario: Scenario) -> None:
        scenario.given(unit(), unit(OTHER, "Gram", "g", 5), store(), storage())
        scenario.given(product(variant(SECOND, "FLOUR"), one=id_of("flour"), unit_id=UNIT))
        scenario.given(delivery("2", SECOND))
        assert tried(scenario, "sku;unit", "FLOUR;g") == {(2, "unit", "in_use")}

    def test_keep_what_they_refer_to_though_it_is_archived(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        scenario.given(archived, product(variant(SECOND, "B"), one=OTHER, brand_id=BRAND))
        scenario.when(sheet("sku;brand;name", f"B;{BRAND};New")).then(fact(Product.Renamed, OTHER))

    def test_keep_tax_rates_they_have_though_archived(self, scenario: Scenario) -> None:
        archived = tax()
        archived.archive()
        scenario.given(archived, product(variant(SECOND, "B"), one=OTHER, tax_rate_ids=(TAX,)))
        scenario.when(sheet("sku;tax_rates;name", f"B;{TAX};New")).then(fact(Product.Renamed, OTHER))

    def test_keep_options_that_no_type_lists_any_more(self, scenario: Scenario) -> None:
        scenario.given(size("S"), product(variant(SECOND, "B", options={"Size": "XL"}), one=OTHER))
        scenario.when(sheet("sku;options;price", "B;Size=XL;1")).then(fact(Product.Repriced, OTHER))

    def test_lose_neither_sku_nor_price(self, scenario: Scenario) -> None:
        rows = ("variant_id;sku;price", f"{VARIANT};;")
        assert tried(scenario, *rows) == {(2, "sku", "required"), (2, "price", "required")}

    def test_own_their_variants_skus_and_barcodes(self, scenario: Scenario) -> None:
        other = variant(SECOND, "PEPPER", barcodes=("4006381333931",))
        scenario.given(product(other, one=OTHER))
        rows = (
            "product_id;variant_id;sku;barcodes",
            f"{OTHER};{VARIANT};SALT;4006381333931",
        )
        assert tried(scenario, *rows) == {
            (2, "product_id", "other_product"),
            (2, "barcodes", "duplicate_barcode"),
        }

    def test_own_their_skus(self, scenario: Scenario) -> None:
        scenario.given(product(variant(SECOND, "PEPPER"), one=OTHER))
        rows = ("variant_id;sku", f"{VARIANT};PEPPER")
        assert tried(scenario, *rows) == {(2, "sku", "duplicate_sku")}

    def test_are_meant_by_no_two_rows(self, scenario: Scenario) -> None:
        rows = ("variant_id;sku;price", f"{VARIANT};FLEUR;1", ";SALT;2")
        assert tried(scenario, *rows) == {(3, "sku", "duplicate_id")}

    def test_may_be_a_guess_to_whoever_sees_no_costs(self, scenario: Scenario) -> None:
        scenario.by(caller("Manager", without=["costs.view"]))
        assert counts(imported(scenario, "sku;cost", "SALT;0.90")) == (0, 1, 0)


class TestAllOrNothing:
    def test_tries_without_recording(self, scenario: Scenario) -> None:
        outcome = scenario.when(sheet("sku;name;price", "A;Apple;1", commit=False))
        assert counts(outcome.then_nothing().answer) == (1, 0, 0)

    def test_refuses_the_whole_sheet_for_one_row(self, scenario: Scenario) -> None:
        command = sheet("sku;name;price", "A;Apple;1", "B;;2")
        scenario.when(command).then_refused(SheetNotValid, "3.name:required")

    def test_tells_so_many_errors_and_counts_all(self, scenario: Scenario) -> None:
        report = imported(scenario, "sku;name;price", *(f"A{n};;1" for n in range(1001)), commit=False)
        assert (report.error_count, len(report.errors)) == (1001, 1000)

    def test_refuses_what_is_no_sheet(self, scenario: Scenario) -> None:
        assert type(scenario.when(sheet("nothing")).refusal) is SheetNotReadable

    def test_says_which_row_the_package_has_no_room_for(self, blank: Scenario) -> None:
        limits = Limits(products=1)
        scenario = blank.given(package(limits=limits), subscribed(limits))
        rows = ("sku;name;price", "A;Apple;1", "B;Bread;1")
        assert tried(scenario, *rows) == {(3, "", "plan_limit_reached")}
        scenario.when(sheet(*rows)).then_refused(PlanLimitReached, "limits.products")

    def test_makes_room_by_what_it_archives(self, blank: Scenario) -> None:
        limits = Limits(products=1)
        scenario = blank.given(package(limits=limits), subscribed(limits), product())
        rows = ("sku;name;price;status", "SALT;Sea salt;2.49;archived", "B;Bread;1;")
        assert tried(scenario, *rows) == set()


class TestWhatHappensMeanwhile:
    def test_is_refused_when_what_it_refers_to_is_archived_meanwhile(
        self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(MemoryAssortment, "held", lambda *_: False)
        command = sheet("sku;name;price;brand", "A;Apple;1;Acme")
        scenario.given(brand()).when(command).then_refused(ConcurrentEdit)

    def test_is_refused_when_stock_comes_meanwhile_that_keeps_a_unit(
        self, scenario: Scenario, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def in_use(_: MemoryAssortment, changes: dict[UUID, UnitChange], *, alone: bool) -> set[UUID]:
            return set(changes) if alone else set()

        monkeypatch.setattr(MemoryAssortment, "units_in_use", in_use)
        scenario.given(product(), unit()).when(sheet("sku;unit", "SALT;kg")).then_refused(ConcurrentEdit)


class TestKeepImport:
    def test_keeps_a_file_for_a_worker(self, scenario: Scenario) -> None:
        command = KeepImport(id=OTHER, content=b"sku")
        assert scenario.when(command).then_nothing().answer == OTHER

    def test_refuses_more_than_can_wait(self, scenario: Scenario) -> None:
        for number in range(5):
            scenario.when(KeepImport(id=id_of(f"import {number}"), content=b"sku"))
        scenario.when(KeepImport(id=OTHER, content=b"sku")).then_refused(TooManyImports)
