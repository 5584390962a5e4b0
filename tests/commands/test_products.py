"""Decisions about products and their variants."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from commands.catalog.launches import LaunchDueProducts
from commands.catalog.products import (
    AddVariant,
    ChangeProductStatus,
    RegisterProduct,
    RemoveVariant,
    ReviseProduct,
    ReviseVariant,
)
from commands.catalog.store_prices import PriceForStores, StorePrice
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.stock.reversals import ReverseMovement
from domain.catalog.products import (
    MOST_VARIANTS,
    STATUSES,
    DuplicateBarcode,
    DuplicateSku,
    InvalidTransition,
    LastVariant,
    LaunchMissing,
    Product,
    Status,
    StillInStock,
    TooManyVariants,
    UnknownVariant,
    Variant,
)
from domain.entities import AlreadyArchived
from domain.errors import Invalid, Refusal
from domain.packages import Limits, PlanLimitReached
from domain.settings import InUse, OtherStore
from projections.guards.catalog.products import DuplicateVariant
from tests.commands.samples import (
    BRAND,
    DELIVERY,
    NOTHING,
    NOW,
    OTHER,
    PRODUCT,
    STORE,
    TAX,
    UNIT,
    VARIANT,
    brand,
    caller,
    delivery,
    id_of,
    package,
    product,
    size,
    storage,
    store,
    subscribed,
    tax,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

SECOND = id_of("second variant")
WAYS: set[tuple[Status, Status]] = {
    ("draft", "active"),
    ("draft", "coming_soon"),
    ("draft", "archived"),
    ("coming_soon", "active"),
    ("coming_soon", "archived"),
    ("active", "discontinued"),
    ("active", "archived"),
    ("discontinued", "active"),
    ("discontinued", "archived"),
    ("archived", "draft"),
}
STALE = frozenset({99})


def new(*variants: Variant, one: object = PRODUCT, **values: object) -> RegisterProduct:
    return RegisterProduct(
        id=one,  # type: ignore[arg-type]
        values={"name": "Sea salt", **values},
        variants=variants or (variant(),),
    )


def limited(blank: Scenario, products: int) -> Scenario:
    limits = Limits(products=products)
    return blank.given(package(limits=limits), subscribed(limits))


class TestRegisterProduct:
    def test_drafts_it_with_its_variants(self, scenario: Scenario) -> None:
        scenario.when(new(variant(), variant(SECOND, "PEPPER"))).then(
            fact(
                Product.Registered, PRODUCT, name="Sea salt", variants=(variant(), variant(SECOND, "PEPPER"))
            )
        )

    def test_answers_a_repetition_with_what_it_made(self, scenario: Scenario) -> None:
        scenario.when(new(), saying="this").then(fact(Product.Registered))
        scenario.when(new(), saying="this").then_repeated()

    def test_answers_a_repetition_with_what_it_was_then(self, scenario: Scenario) -> None:
        scenario.when(new(), saying="this")
        scenario.when(ReviseProduct(id=PRODUCT, changes={"name": "Salt"}))
        assert scenario.when(new(), saying="this").then_repeated().answer.values["name"] == "Sea salt"

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        scenario.when(new(), saying="this")
        scenario.when(new(), saying="that").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize(
        ("second", "fields"),
        [
            (variant(VARIANT, "OTHER"), ["variants.1.id"]),
            (variant(SECOND, "salt"), ["variants.1.sku"]),
            (variant(SECOND, "OTHER", barcodes=("4006381333931",)), ["variants.1.barcodes"]),
            (variant(SECOND, "OTHER", options={"Size": "S"}), ["variants.1.options"]),
            (variant(VARIANT, "SALT"), ["variants.1.id", "variants.1.sku"]),
        ],
    )
    def test_refuses_two_variants_alike(self, scenario: Scenario, second: Variant, fields: list[str]) -> None:
        first = variant(barcodes=("4006381333931",), options={"Size": "S"})
        scenario.when(new(first, second)).then_refused(Invalid, *(f"{field}:duplicate" for field in fields))

    def test_takes_variants_without_options_side_by_side(self, scenario: Scenario) -> None:
        scenario.when(new(variant(), variant(SECOND, "PEPPER"))).then(fact(Product.Registered))

    def test_refuses_the_id_of_another_products_variant(self, scenario: Scenario) -> None:
        command = new(variant(sku="OTHER"), one=OTHER)
        scenario.given(product()).when(command).then_refused(DuplicateVariant, "variants.0.id:duplicate_id")

    def test_refuses_a_sku_that_is_taken(self, scenario: Scenario) -> None:
        command = new(variant(SECOND, "salt"), one=OTHER)
        scenario.given(product()).when(command).then_refused(DuplicateSku, "variants.0.sku:duplicate_sku")

    def test_refuses_a_barcode_that_is_taken(self, scenario: Scenario) -> None:
        scenario.given(product(variant(barcodes=("4006381333931",))))
        command = new(variant(SECOND, "OTHER", barcodes=("4006381333931",)), one=OTHER)
        scenario.when(command).then_refused(DuplicateBarcode, "variants.0.barcodes:duplicate_barcode")

    def test_takes_what_a_removed_variant_had(self, scenario: Scenario) -> None:
        gone = variant(barcodes=("4006381333931",))
        scenario.given(product(gone, variant(SECOND, "PEPPER")))
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=VARIANT))
        scenario.when(new(gone, one=OTHER)).then(fact(Product.Registered, OTHER))

    def test_names_each_reference_to_nothing(self, scenario: Scenario) -> None:
        scenario.given(tax()).when(new(brand_id=BRAND, tax_rate_ids=(TAX, NOTHING))).then_refused(
            Invalid, "brand_id:not_found", "tax_rate_ids.1:not_found"
        )

    def test_refuses_an_option_that_its_type_does_not_list(self, scenario: Scenario) -> None:
        command = new(variant(options={"Size": "XXL", "Colour": "any"}))
        scenario.given(size("S", "M")).when(command).then_refused(
            Invalid, "variants.0.options.Size:not_listed"
        )

    def test_takes_any_option_of_a_type_that_is_archived(self, scenario: Scenario) -> None:
        gone = size("S")
        gone.archive()
        scenario.given(gone).when(new(variant(options={"Size": "XXL"}))).then(fact(Product.Registered))

    def test_refuses_one_more_than_the_package_allows(self, blank: Scenario) -> None:
        command = new(variant(SECOND, "PEPPER"), one=OTHER)
        limited(blank, 1).given(product()).when(command).then_refused(PlanLimitReached, "limits.products")

    def test_does_not_count_archived_products(self, blank: Scenario) -> None:
        command = new(variant(SECOND, "PEPPER"), one=OTHER)
        limited(blank, 1).given(product(status="archived")).when(command).then(
            fact(Product.Registered, OTHER)
        )


class TestReviseProduct:
    def test_records_each_change_as_what_it_is(self, scenario: Scenario) -> None:
        changes = {"name": "Salt", "brand_id": BRAND, "track_stock": True}
        scenario.given(product(), brand()).when(ReviseProduct(id=PRODUCT, changes=changes)).then(
            fact(Product.Renamed, PRODUCT, name="Salt"),
            fact(Product.Reclassified, PRODUCT, brand_id=BRAND, category_id=None, supplier_id=None),
        )

    def test_keeps_a_reference_to_what_is_archived_by_now(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        changes = {"name": "Salt", "brand_id": BRAND}
        scenario.given(product(brand_id=BRAND), archived)
        scenario.when(ReviseProduct(id=PRODUCT, changes=changes)).then(fact(Product.Renamed))

    def test_refuses_to_begin_one(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        command = ReviseProduct(id=PRODUCT, changes={"brand_id": BRAND})
        scenario.given(product(), archived).when(command).then_refused(Invalid, "brand_id:not_found")

    @pytest.mark.parametrize(
        ("command", "refusal"),
        [
            (ReviseProduct(id=NOTHING, changes={}), Missing),
            (ReviseProduct(id=PRODUCT, changes={"name": "X"}, expected_versions=STALE), StaleVersion),
        ],
    )
    def test_refuses_what_is_not_there(
        self, scenario: Scenario, command: ReviseProduct, refusal: type[Refusal]
    ) -> None:
        scenario.given(product()).when(command).then_refused(refusal)

    def test_refuses_an_archived_one(self, scenario: Scenario) -> None:
        scenario.given(product(status="archived"))
        scenario.when(ReviseProduct(id=PRODUCT, changes={"name": "X"})).then_refused(AlreadyArchived)

    def test_refuses_a_unit_coarser_than_its_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), unit(OTHER, "Piece", "pc", 0))
        scenario.given(product(unit_id=UNIT), delivery("1.5"))
        command = ReviseProduct(id=PRODUCT, changes={"unit_id": OTHER})
        scenario.when(command).then_refused(InUse, "unit_id:in_use")

    def test_refuses_no_unit_for_fractions(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), product(unit_id=UNIT), delivery("1.5"))
        scenario.when(ReviseProduct(id=PRODUCT, changes={"unit_id": None})).then_refused(
            InUse, "unit_id:in_use"
        )

    def test_refuses_a_first_unit_coarser_than_its_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(UNIT, "Piece", "pc", 0), product(), delivery("1.5"))
        command = ReviseProduct(id=PRODUCT, changes={"unit_id": UNIT})
        scenario.when(command).then_refused(InUse, "unit_id:in_use")

    @pytest.mark.parametrize("changed", [OTHER, None])
    def test_keeps_the_unit_that_its_stock_is_measured_in(
        self, scenario: Scenario, changed: UUID | None
    ) -> None:
        scenario.given(store(), storage(), unit(), unit(OTHER, "Gram", "g", 5))
        scenario.given(product(unit_id=UNIT), delivery("2"))
        command = ReviseProduct(id=PRODUCT, changes={"unit_id": changed})
        scenario.when(command).then_refused(InUse, "unit_id:in_use")

    @pytest.mark.parametrize("changed", [OTHER, None])
    def test_changes_its_unit_when_nothing_is_left(self, scenario: Scenario, changed: UUID | None) -> None:
        scenario.given(store(), storage(), unit(), unit(OTHER, "Gram", "g", 5))
        scenario.given(product(unit_id=UNIT), delivery("2"))
        scenario.when(ReverseMovement(movement_id=DELIVERY, reason="Twice"))
        command = ReviseProduct(id=PRODUCT, changes={"unit_id": changed})
        scenario.when(command).then(fact(Product.Remeasured, PRODUCT, unit_id=changed))

    def test_takes_a_unit_that_its_stock_fits(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), product(), delivery("2"))
        command = ReviseProduct(id=PRODUCT, changes={"unit_id": UNIT})
        scenario.when(command).then(fact(Product.Remeasured, PRODUCT, unit_id=UNIT))

    def test_leaves_fractions_alone_while_the_unit_stays(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), product(unit_id=UNIT), delivery("1.5"))
        scenario.when(ReviseProduct(id=PRODUCT, changes={"unit_id": UNIT})).then_nothing()


class TestChangeProductStatus:
    @pytest.mark.parametrize(
        ("before", "status", "event"),
        [
            ("draft", "active", Product.Activated),
            ("coming_soon", "active", Product.Launched),
            ("active", "discontinued", Product.Discontinued),
            ("discontinued", "active", Product.Reactivated),
            ("active", "archived", Product.Archived),
            ("archived", "draft", Product.Restored),
        ],
    )
    def test_moves_along_its_life(
        self, scenario: Scenario, before: Status, status: Status, event: type[Product.Moved]
    ) -> None:
        command = ChangeProductStatus(id=PRODUCT, status=status)
        scenario.given(product(status=before)).when(command).then(fact(event, PRODUCT))

    @pytest.mark.parametrize("before", STATUSES)
    @pytest.mark.parametrize("after", STATUSES)
    def test_knows_no_other_way(self, scenario: Scenario, before: Status, after: Status) -> None:
        launch_at = NOW + timedelta(days=1) if after == "coming_soon" else None
        command = ChangeProductStatus(id=PRODUCT, status=after, launch_at=launch_at)
        outcome = scenario.given(product(status=before)).when(command)
        if (before, after) in WAYS:
            assert outcome.answer.status == after
        else:
            outcome.then_refused(InvalidTransition)

    def test_plans_a_launch(self, scenario: Scenario) -> None:
        tomorrow = NOW + timedelta(days=1)
        command = ChangeProductStatus(id=PRODUCT, status="coming_soon", launch_at=tomorrow)
        scenario.given(product(status="draft")).when(command).then(
            fact(Product.Scheduled, PRODUCT, launch_at=tomorrow)
        )

    def test_refuses_a_launch_that_does_not_lie_ahead(self, scenario: Scenario) -> None:
        command = ChangeProductStatus(id=PRODUCT, status="coming_soon", launch_at=NOW)
        scenario.given(product(status="draft")).when(command).then_refused(Invalid, "launch_at:in_the_past")

    def test_refuses_to_be_coming_soon_without_a_launch(self, scenario: Scenario) -> None:
        command = ChangeProductStatus(id=PRODUCT, status="coming_soon")
        scenario.given(product(status="draft")).when(command).then_refused(LaunchMissing, "launch_at")

    def test_refuses_a_move_that_its_life_does_not_have(self, scenario: Scenario) -> None:
        command = ChangeProductStatus(id=PRODUCT, status="discontinued")
        scenario.given(product(status="draft")).when(command).then_refused(InvalidTransition)

    def test_refuses_another_version(self, scenario: Scenario) -> None:
        command = ChangeProductStatus(id=PRODUCT, status="archived", expected_versions=STALE)
        scenario.given(product()).when(command).then_refused(StaleVersion)

    def test_refuses_to_archive_what_has_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), product(), delivery())
        scenario.when(ChangeProductStatus(id=PRODUCT, status="archived")).then_refused(StillInStock)

    def test_refuses_to_restore_more_than_the_package_allows(self, blank: Scenario) -> None:
        scenario = limited(blank, 1).given(
            product(status="archived"), product(variant(SECOND, "P"), one=OTHER)
        )
        command = ChangeProductStatus(id=PRODUCT, status="draft")
        scenario.when(command).then_refused(PlanLimitReached, "limits.products")


class TestAddVariant:
    def test_offers_one_more(self, scenario: Scenario) -> None:
        added = variant(SECOND, "PEPPER")
        command = AddVariant(product_id=PRODUCT, variant=added)
        scenario.given(product()).when(command).then(fact(Product.VariantAdded, PRODUCT, variant=added))

    def test_answers_a_repetition_with_the_product_as_it_was(self, scenario: Scenario) -> None:
        command = AddVariant(product_id=PRODUCT, variant=variant(SECOND, "PEPPER"))
        scenario.given(product()).when(command, saying="this")
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=VARIANT))
        answer = scenario.when(command, saying="this").then_repeated().answer
        assert set(answer.variants) == {VARIANT, SECOND}

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        command = AddVariant(product_id=PRODUCT, variant=variant(SECOND, "PEPPER"))
        scenario.given(product()).when(command, saying="this")
        scenario.when(command, saying="that").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize(
        ("added", "refusal", "field"),
        [
            (variant(SECOND, "salt"), DuplicateSku, "sku"),
            (variant(id_of("third"), "NEW", barcodes=("4006381333931",)), DuplicateBarcode, "barcodes"),
            (variant(id_of("third"), "NEW"), DuplicateVariant, "id"),
        ],
    )
    def test_refuses_what_another_variant_has(
        self, scenario: Scenario, added: Variant, refusal: type[Refusal], field: str
    ) -> None:
        other = variant(id_of("third"), "THIRD", barcodes=("4006381333931",))
        if refusal is DuplicateBarcode:
            added = variant(SECOND, "NEW", barcodes=added.barcodes)
        scenario.given(product(), product(other, one=OTHER))
        scenario.when(AddVariant(product_id=PRODUCT, variant=added)).then_refused(refusal, field)

    def test_refuses_options_that_a_sibling_has(self, scenario: Scenario) -> None:
        scenario.given(product(variant(options={"Size": "M"})))
        added = variant(SECOND, "PEPPER", options={"Size": "M"})
        command = AddVariant(product_id=PRODUCT, variant=added)
        scenario.when(command).then_refused(Invalid, "options:duplicate")

    def test_refuses_an_option_that_its_type_does_not_list(self, scenario: Scenario) -> None:
        added = variant(SECOND, "PEPPER", options={"Size": "L"})
        scenario.given(size("S", "M"), product())
        scenario.when(AddVariant(product_id=PRODUCT, variant=added)).then_refused(Invalid, "options.Size")

    def test_refuses_more_than_a_product_can_have(self, scenario: Scenario) -> None:
        full = [variant(id_of(f"variant {number}"), f"S{number}") for number in range(MOST_VARIANTS)]
        command = AddVariant(product_id=PRODUCT, variant=variant(SECOND, "PEPPER"))
        scenario.given(product(*full)).when(command).then_refused(TooManyVariants)

    def test_refuses_an_archived_or_unknown_product(self, scenario: Scenario) -> None:
        added = variant(SECOND, "PEPPER")
        scenario.given(product(status="archived"))
        scenario.when(AddVariant(product_id=PRODUCT, variant=added)).then_refused(AlreadyArchived)
        scenario.when(AddVariant(product_id=NOTHING, variant=added)).then_refused(Missing)


class TestReviseVariant:
    def change(self, **changes: object) -> ReviseVariant:
        return ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes=changes)

    def test_records_each_change_as_what_it_is(self, scenario: Scenario) -> None:
        command = self.change(price=299, cost=100, reorder_level=Decimal(5))
        scenario.given(product()).when(command).then(
            fact(Product.Repriced, PRODUCT, variant_id=VARIANT, old_price=249, price=299),
            fact(Product.Recosted, PRODUCT, old_cost=90, cost=100),
            fact(Product.ReorderingSet, PRODUCT, reorder_level=Decimal(5), reorder_quantity=None),
        )

    def test_records_nothing_without_a_change(self, scenario: Scenario) -> None:
        scenario.given(product()).when(self.change(price=249, sku="SALT")).then_nothing()

    def test_relabels_it(self, scenario: Scenario) -> None:
        scenario.given(product()).when(self.change(sku="FLEUR")).then(
            fact(Product.Relabelled, PRODUCT, sku="FLEUR", options={})
        )

    def test_refuses_a_sku_or_a_barcode_that_another_has(self, scenario: Scenario) -> None:
        other = variant(SECOND, "PEPPER", barcodes=("4006381333931",))
        scenario.given(product(), product(other, one=OTHER))
        scenario.when(self.change(sku="pepper")).then_refused(DuplicateSku, "sku")
        scenario.when(self.change(barcodes=("4006381333931",))).then_refused(DuplicateBarcode, "barcodes")

    def test_keeps_options_that_no_type_lists_any_more(self, scenario: Scenario) -> None:
        scenario.given(size("S"), product(variant(options={"Size": "XL"})))
        scenario.when(self.change(sku="FLEUR")).then(fact(Product.Relabelled, options={"Size": "XL"}))

    def test_refuses_new_options_that_its_type_does_not_list(self, scenario: Scenario) -> None:
        scenario.given(size("S"), product())
        scenario.when(self.change(options={"Size": "XL"})).then_refused(Invalid, "options.Size:not_listed")

    def test_refuses_options_that_a_sibling_has(self, scenario: Scenario) -> None:
        scenario.given(product(variant(), variant(SECOND, "PEPPER", options={"Size": "M"})))
        scenario.when(self.change(options={"Size": "M"})).then_refused(Invalid, "options:duplicate")

    def test_refuses_an_archived_product(self, scenario: Scenario) -> None:
        scenario.given(product(variant(), variant(SECOND, "PEPPER"), status="archived"))
        scenario.when(self.change(price=1)).then_refused(AlreadyArchived)
        command = RemoveVariant(product_id=PRODUCT, variant_id=VARIANT)
        scenario.when(command).then_refused(AlreadyArchived)

    def test_refuses_a_variant_that_the_product_has_not(self, scenario: Scenario) -> None:
        command = ReviseVariant(product_id=PRODUCT, variant_id=NOTHING, changes={"price": 1})
        scenario.given(product()).when(command).then_refused(UnknownVariant)

    def test_refuses_another_version_of_the_product(self, scenario: Scenario) -> None:
        command = ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={}, expected_versions=STALE)
        scenario.given(product()).when(command).then_refused(StaleVersion)


class TestRemoveVariant:
    def test_stops_offering_it(self, scenario: Scenario) -> None:
        scenario.given(product(variant(), variant(SECOND, "PEPPER")))
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=VARIANT)).then(
            fact(Product.VariantRemoved, PRODUCT, variant_id=VARIANT)
        )

    def test_refuses_the_last_one(self, scenario: Scenario) -> None:
        command = RemoveVariant(product_id=PRODUCT, variant_id=VARIANT)
        scenario.given(product()).when(command).then_refused(LastVariant)

    def test_refuses_one_with_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), product(variant(), variant(SECOND, "PEPPER")), delivery())
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=VARIANT)).then_refused(StillInStock)

    def test_refuses_one_that_is_not_there(self, scenario: Scenario) -> None:
        scenario.given(product())
        scenario.when(RemoveVariant(product_id=PRODUCT, variant_id=NOTHING)).then_refused(UnknownVariant)


class TestLaunchDueProducts:
    LAUNCH = LaunchDueProducts(product_ids=(PRODUCT, OTHER))

    def test_launches_what_is_due_and_leaves_the_rest(self, scenario: Scenario) -> None:
        scenario.given(product(status="coming_soon"), product(variant(SECOND, "P"), one=OTHER))
        outcome = scenario.at(NOW + timedelta(days=7)).when(self.LAUNCH)
        assert outcome.then(fact(Product.Launched, PRODUCT)).answer == 1

    def test_waits_for_the_moment(self, scenario: Scenario) -> None:
        scenario.given(product(status="coming_soon"), product(variant(SECOND, "P"), one=OTHER))
        assert scenario.when(self.LAUNCH).then_nothing().answer == 0


class TestPriceForStores:
    def price(self, *prices: StorePrice, versions: frozenset[int] | None = None) -> PriceForStores:
        return PriceForStores(product_id=PRODUCT, prices=prices, expected_versions=versions)

    def at(self, price: int | None, store_id: object = STORE, variant_id: object = VARIANT) -> StorePrice:
        return StorePrice(variant_id=variant_id, store_id=store_id, price=price)  # type: ignore[arg-type]

    def test_gives_a_variant_a_price_of_its_own_there(self, scenario: Scenario) -> None:
        outcome = scenario.given(store(), product()).when(self.price(self.at(199)))
        outcome.then(fact(Product.StorePriced, PRODUCT, store_id=STORE, old_price=None, price=199))
        assert outcome.answer.stores == {STORE: "Mitte"}

    def test_lifts_it_again(self, scenario: Scenario) -> None:
        scenario.given(store(), product()).when(self.price(self.at(199)))
        scenario.when(self.price(self.at(None))).then(fact(Product.StorePriceLifted, old_price=199))

    def test_records_nothing_without_a_change(self, scenario: Scenario) -> None:
        scenario.given(store(), product()).when(self.price(self.at(None))).then_nothing()

    def test_names_each_unknown_variant_and_store(self, scenario: Scenario) -> None:
        command = self.price(self.at(1), self.at(1, NOTHING, NOTHING))
        scenario.given(store(), product()).when(command).then_refused(
            Invalid, "prices.1.store_id:not_found", "prices.1.variant_id:not_found"
        )

    def test_refuses_two_prices_for_the_same(self, scenario: Scenario) -> None:
        command = self.price(self.at(1), self.at(2))
        scenario.given(store(), product()).when(command).then_refused(Invalid, "prices.1:duplicate")

    def test_refuses_a_store_of_others(self, scenario: Scenario) -> None:
        scenario.given(store(), product()).by(caller("Manager", OTHER))
        scenario.when(self.price(self.at(1))).then_refused(OtherStore)

    def test_refuses_an_archived_product(self, scenario: Scenario) -> None:
        scenario.given(store(), product(status="archived"))
        scenario.when(self.price(self.at(1))).then_refused(AlreadyArchived)

    def test_refuses_another_version(self, scenario: Scenario) -> None:
        scenario.given(store(), product())
        scenario.when(self.price(self.at(1), versions=STALE)).then_refused(StaleVersion)
