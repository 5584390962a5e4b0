"""Decisions about settings: brands, categories, units, stores and the other kinds."""

from decimal import Decimal
from typing import Any

import pytest

from commands.catalog.products import ReviseVariant
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import (
    ArchiveSetting,
    RegisterSetting,
    ReviseSetting,
    SwitchSetting,
    register_setting,
    with_position,
)
from domain.catalog.brands import Brand
from domain.catalog.categories import DEEPEST, Category
from domain.catalog.units import Unit
from domain.catalog.variant_types import VariantType
from domain.entities import AlreadyArchived
from domain.errors import Invalid
from domain.packages import Limits, PlanLimitReached
from domain.payment_methods import PaymentMethod
from domain.registers import Register
from domain.settings import DuplicateCode, DuplicateName, InUse, OtherStore, Setting
from domain.storages import Storage
from domain.stores import Store
from domain.suppliers import Supplier
from domain.tax_rates import TaxRate
from tests.commands.samples import (
    BRAND,
    CATEGORY,
    METHOD,
    NOTHING,
    OTHER,
    PRODUCT,
    REGISTER,
    SIZE,
    STORAGE,
    STORE,
    SUPPLIER,
    TAX,
    UNIT,
    VARIANT,
    brand,
    caller,
    category,
    delivery,
    id_of,
    method,
    package,
    product,
    register,
    size,
    storage,
    store,
    subscribed,
    supplier,
    tax,
    unit,
    user,
    variant,
)
from tests.commands.scenario import Scenario, fact

NEW_BRAND = RegisterSetting(kind=Brand, id=BRAND, values={"name": "Acme"})
NEW_STORE = RegisterSetting(kind=Store, id=STORE, values={"name": "Mitte", "code": "M", "day_cut": "04:00"})


def new(kind: type[Setting], /, **values: Any) -> RegisterSetting:
    return RegisterSetting(kind=kind, id=OTHER, values=values)


class TestRegisterSetting:
    def test_records_what_was_said(self, scenario: Scenario) -> None:
        scenario.when(NEW_BRAND).then(fact(Brand.Registered, BRAND, name="Acme", description=None))

    def test_answers_a_repetition_with_what_it_made(self, scenario: Scenario) -> None:
        scenario.when(NEW_BRAND, saying="this").then(fact(Brand.Registered, BRAND))
        assert scenario.when(NEW_BRAND, saying="this").then_repeated().answer.id == BRAND

    def test_refuses_the_id_of_what_was_made_from_other_content(self, scenario: Scenario) -> None:
        scenario.when(NEW_BRAND, saying="this")
        scenario.when(NEW_BRAND, saying="that").then_refused(DuplicateId, "id")

    def test_refuses_the_id_of_something_else(self, scenario: Scenario) -> None:
        scenario.given(supplier(BRAND)).when(NEW_BRAND, saying="this").then_refused(DuplicateId, "id")

    def test_refuses_a_repetition_about_another_store(self, scenario: Scenario) -> None:
        command = RegisterSetting(
            kind=Register, id=REGISTER, values={"name": "1", "code": "1", "store_id": STORE}
        )
        scenario.given(store()).when(command, saying="this")
        scenario.by(caller("Admin", OTHER)).when(command, saying="this").then_refused(DuplicateId, "id")

    @pytest.mark.parametrize("name", ["Acme", " ACME ", "acme"])
    def test_refuses_a_name_that_is_taken(self, scenario: Scenario, name: str) -> None:
        scenario.given(brand()).when(new(Brand, name=name)).then_refused(DuplicateName, "name")

    def test_refuses_a_name_that_looks_the_same(self, scenario: Scenario) -> None:
        scenario.given(brand(name="Caf\u00e9")).when(new(Brand, name="CAFE\u0301")).then_refused(
            DuplicateName, "name"
        )

    def test_takes_the_name_of_what_is_archived(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        scenario.given(archived).when(new(Brand, name="Acme")).then(
            fact(Brand.Registered, OTHER, name="Acme")
        )

    def test_takes_the_name_of_another_kind(self, scenario: Scenario) -> None:
        scenario.given(supplier(name="Acme")).when(NEW_BRAND).then(fact(Brand.Registered, BRAND))

    def test_refuses_a_code_that_is_taken(self, scenario: Scenario) -> None:
        other = new(Storage, name="Attic", code="c")
        scenario.given(store(), storage()).when(other).then_refused(DuplicateCode, "code")

    def test_takes_a_code_that_another_store_has(self, scenario: Scenario) -> None:
        other = new(Register, name="Till 1", code="1", store_id=id_of("second"))
        scenario.given(store(), store(id_of("second"), "Nord", "N"), register())
        scenario.when(other).then(fact(Register.Registered, OTHER, code="1"))

    def test_takes_a_name_that_only_a_cousin_has(self, scenario: Scenario) -> None:
        organic = new(Category, name="Organic", parent_id=CATEGORY)
        scenario.given(category(), category(id_of("drinks"), "Drinks"))
        scenario.given(category(id_of("organic"), "Organic", id_of("drinks")))
        scenario.when(organic).then(fact(Category.Registered, OTHER, parent_id=CATEGORY))

    def test_takes_any_number_without_a_code(self, scenario: Scenario) -> None:
        other = new(Supplier, name="Dairy", code=None)
        scenario.given(supplier()).when(other).then(fact(Supplier.Registered, OTHER, code=None))

    def test_refuses_a_reference_to_nothing(self, scenario: Scenario) -> None:
        command = new(Register, name="Till", code="1", store_id=NOTHING)
        scenario.when(command).then_refused(Invalid, "store_id:not_found")

    def test_refuses_a_reference_to_what_is_archived(self, scenario: Scenario) -> None:
        closed = store()
        closed.archive()
        command = new(Register, name="Till", code="1", store_id=STORE)
        scenario.given(closed).when(command).then_refused(Invalid, "store_id:not_found")

    def test_names_each_of_several_references(self, scenario: Scenario) -> None:
        values = {**NEW_STORE.values, "tax_rate_ids": (TAX, NOTHING)}
        command = RegisterSetting(kind=Store, id=STORE, values=values)
        scenario.given(tax()).when(command).then_refused(Invalid, "tax_rate_ids.1:not_found")

    def test_takes_clock_and_currency_of_a_store_from_the_company(self, scenario: Scenario) -> None:
        scenario.when(NEW_STORE).then(
            fact(Store.Registered, STORE, timezone="Europe/Berlin", currency="EUR", day_cut="04:00")
        )

    def test_lets_a_store_have_a_clock_of_its_own(self, scenario: Scenario) -> None:
        command = RegisterSetting(kind=Store, id=STORE, values={**NEW_STORE.values, "timezone": "Asia/Tokyo"})
        scenario.when(command).then(fact(Store.Registered, STORE, timezone="Asia/Tokyo"))

    def test_refuses_a_store_another_currency(self, scenario: Scenario) -> None:
        command = RegisterSetting(kind=Store, id=STORE, values={**NEW_STORE.values, "currency": "USD"})
        scenario.when(command).then_refused(Invalid, "currency:not_the_companys")

    def test_refuses_what_its_kind_does_not_allow(self, scenario: Scenario) -> None:
        command = new(Unit, name="Dozen", symbol="dz", precision=0, base_unit_id=UNIT)
        scenario.given(unit()).when(command).then_refused(Invalid, "factor:required")

    def test_refuses_the_code_of_what_every_till_takes(self, scenario: Scenario) -> None:
        scenario.when(new(PaymentMethod, name="Coins", code="Cash", kind="other")).then_refused(
            DuplicateCode, "code"
        )

    def test_refuses_a_register_in_a_store_of_others(self, scenario: Scenario) -> None:
        command = new(Register, name="Till", code="1", store_id=STORE)
        scenario.given(store()).by(caller("Admin", OTHER)).when(command).then_refused(OtherStore)

    def test_refuses_a_storage_of_others_to_whoever_is_bound(self, scenario: Scenario) -> None:
        second = store(id_of("second"), "Nord", "N")
        scenario.given(store(), second, storage()).by(caller("Admin", second.id))
        command = ReviseSetting(kind=Store, id=second.id, changes={"default_storage_id": STORAGE})
        scenario.when(command).then_refused(OtherStore)

    def test_refuses_a_store_to_whoever_is_bound_to_stores(self, scenario: Scenario) -> None:
        scenario.by(caller("Admin", OTHER)).when(NEW_STORE).then_refused(OtherStore)

    def test_refuses_one_more_store_than_the_package_allows(self, blank: Scenario) -> None:
        limits = Limits(stores=1)
        scenario = blank.given(package(limits=limits), subscribed(limits), store())
        command = new(Store, name="Nord", code="N", day_cut="00:00")
        scenario.when(command).then_refused(PlanLimitReached, "limits.stores")

    def test_has_room_for_what_the_package_does_not_limit(self, blank: Scenario) -> None:
        limits = Limits(stores=1)
        scenario = blank.given(package(limits=limits), subscribed(limits), store())
        scenario.when(NEW_BRAND).then(fact(Brand.Registered, BRAND))

    def test_refuses_a_tree_that_is_too_deep(self, scenario: Scenario) -> None:
        above = None
        for level in range(DEEPEST):
            scenario.given(category(id_of(f"level {level}"), f"Level {level}", above))
            above = id_of(f"level {level}")
        command = new(Category, name="Deeper", parent_id=above)
        scenario.when(command).then_refused(Invalid, "parent_id:too_deep")

    def test_says_where_it_stands_in_its_tree(self, scenario: Scenario) -> None:
        command = new(Category, name="Cheese", parent_id=CATEGORY)
        outcome = scenario.given(category()).when(command, handler=with_position(register_setting))
        _, position = outcome.answer
        assert [one["name"] for one in position["path"]] == ["Food", "Cheese"]
        assert position["depth"] == 2


class TestReviseSetting:
    def test_records_what_changes(self, scenario: Scenario) -> None:
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "Apex", "description": None})
        scenario.given(brand()).when(command).then(fact(Brand.Renamed, BRAND, name="Apex"))

    def test_records_nothing_without_a_change(self, scenario: Scenario) -> None:
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "Acme"})
        scenario.given(brand()).when(command).then_nothing()

    def test_refuses_what_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(ReviseSetting(kind=Brand, id=NOTHING, changes={})).then_refused(Missing)

    def test_refuses_the_id_of_another_kind(self, scenario: Scenario) -> None:
        scenario.given(supplier()).when(
            ReviseSetting(kind=Brand, id=SUPPLIER, changes={"name": "X"})
        ).then_refused(Missing)

    def test_refuses_what_is_not_of_the_owner_it_was_looked_for_under(self, scenario: Scenario) -> None:
        scenario.given(store(), register())
        command = ReviseSetting(kind=Register, id=REGISTER, changes={"name": "X"}, owner=OTHER)
        scenario.when(command).then_refused(Missing)

    def test_hides_what_lies_in_stores_of_others(self, scenario: Scenario) -> None:
        scenario.given(store(), register()).by(caller("Admin", OTHER))
        command = ReviseSetting(kind=Register, id=REGISTER, changes={"name": "X"}, owner=STORE)
        scenario.when(command).then_refused(Missing)

    @pytest.mark.parametrize("versions", [{2}, set()])
    def test_refuses_another_version(self, scenario: Scenario, versions: set[int]) -> None:
        expected = frozenset(versions)
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "X"}, expected_versions=expected)
        scenario.given(brand()).when(command).then_refused(StaleVersion)

    def test_takes_any_of_the_versions_named(self, scenario: Scenario) -> None:
        expected = frozenset({1, 7})
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "X"}, expected_versions=expected)
        scenario.given(brand()).when(command).then(fact(Brand.Renamed))

    def test_refuses_what_is_archived(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "X"})
        scenario.given(archived).when(command).then_refused(AlreadyArchived)

    def test_refuses_a_name_that_another_has(self, scenario: Scenario) -> None:
        command = ReviseSetting(kind=Brand, id=BRAND, changes={"name": "apex"})
        scenario.given(brand(), brand(OTHER, "Apex")).when(command).then_refused(DuplicateName, "name")

    def test_refuses_a_name_that_a_sibling_has_below_the_new_parent(self, scenario: Scenario) -> None:
        scenario.given(category(), category(id_of("cheese"), "Cheese", CATEGORY), category(OTHER, "Cheese"))
        command = ReviseSetting(kind=Category, id=OTHER, changes={"parent_id": CATEGORY})
        scenario.when(command).then_refused(DuplicateName, "name")

    def test_gives_up_a_code_that_another_takes(self, scenario: Scenario) -> None:
        coded = Supplier.begin(Supplier.Registered, SUPPLIER, name="Mill", code="M")
        scenario.given(coded, supplier(OTHER, "Dairy"))
        take = ReviseSetting(kind=Supplier, id=OTHER, changes={"code": "m"})
        scenario.when(take).then_refused(DuplicateCode, "code")
        scenario.when(ReviseSetting(kind=Supplier, id=SUPPLIER, changes={"code": None}))
        scenario.when(take).then(fact(Supplier.Recoded, OTHER, code="m"))

    def test_refuses_to_hang_a_category_under_itself(self, scenario: Scenario) -> None:
        scenario.given(category(), category(OTHER, "Cheese", CATEGORY))
        command = ReviseSetting(kind=Category, id=CATEGORY, changes={"parent_id": OTHER})
        scenario.when(command).then_refused(Invalid, "parent_id:ring")

    def test_refuses_to_measure_a_unit_in_itself(self, scenario: Scenario) -> None:
        command = ReviseSetting(kind=Unit, id=UNIT, changes={"base_unit_id": UNIT, "factor": 1})
        scenario.given(unit()).when(command).then_refused(Invalid, "base_unit_id:ring")

    def test_refuses_values_that_do_not_go_together_any_more(self, scenario: Scenario) -> None:
        command = ReviseSetting(kind=PaymentMethod, id=METHOD, changes={"code": "card"})
        scenario.given(method()).when(command).then_refused(DuplicateCode, "code")

    def test_refuses_to_move_a_storage_to_a_store_of_others(self, scenario: Scenario) -> None:
        second = store(id_of("second"), "Nord", "N")
        scenario.given(store(), second, storage()).by(caller("Admin", STORE))
        command = ReviseSetting(kind=Storage, id=STORAGE, changes={"store_id": second.id})
        scenario.when(command).then_refused(OtherStore)

    def test_refuses_to_make_a_warehouse_of_it_to_whoever_is_bound(self, scenario: Scenario) -> None:
        scenario.given(store(), storage()).by(caller("Admin", STORE))
        command = ReviseSetting(kind=Storage, id=STORAGE, changes={"store_id": None})
        scenario.when(command).then_refused(OtherStore)

    def test_refuses_to_take_away_an_option_that_variants_have(self, scenario: Scenario) -> None:
        scenario.given(size("S", "M"), product(variant(options={"Size": "M"})))
        command = ReviseSetting(kind=VariantType, id=SIZE, changes={"values": ("S", "L")})
        scenario.when(command).then_refused(InUse, "values:in_use")

    def test_refuses_to_rename_a_type_that_variants_have(self, scenario: Scenario) -> None:
        scenario.given(size("S", "M"), product(variant(options={"Size": "M"})))
        command = ReviseSetting(kind=VariantType, id=SIZE, changes={"name": "Width"})
        scenario.when(command).then_refused(InUse, "name:in_use")

    def test_takes_away_an_option_that_no_variant_has(self, scenario: Scenario) -> None:
        scenario.given(size("S", "M"), product(variant(options={"Size": "M"})))
        command = ReviseSetting(kind=VariantType, id=SIZE, changes={"values": ("M", "L")})
        scenario.when(command).then(fact(VariantType.ValuesListed, SIZE, values=("M", "L")))

    def test_takes_away_what_only_another_type_or_an_archived_product_has(self, scenario: Scenario) -> None:
        fit = VariantType.begin(VariantType.Registered, OTHER, name="Fit", values=("M", "slim"))
        gone = product(variant(id_of("gone"), "G", options={"Fit": "M"}), one=id_of("g"), status="archived")
        scenario.given(size("S", "M"), fit, product(variant(options={"Size": "M"})), gone)
        command = ReviseSetting(kind=VariantType, id=OTHER, changes={"values": ("slim",)})
        scenario.when(command).then(fact(VariantType.ValuesListed, OTHER))

    def test_frees_a_value_that_its_last_variant_gave_up(self, scenario: Scenario) -> None:
        scenario.given(size("S", "M"), product(variant(options={"Size": "M"})))
        scenario.when(
            ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"options": {"Size": "S"}})
        )
        command = ReviseSetting(kind=VariantType, id=SIZE, changes={"values": ("S",)})
        scenario.when(command).then(fact(VariantType.ValuesListed, SIZE))

    def test_refuses_a_precision_coarser_than_stock(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), product(unit_id=UNIT), delivery("1.25"))
        command = ReviseSetting(kind=Unit, id=UNIT, changes={"precision": 1})
        scenario.when(command).then_refused(InUse, "precision:in_use")

    def test_takes_a_precision_that_stock_fits(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), unit(), product(unit_id=UNIT), delivery("1.25"))
        command = ReviseSetting(kind=Unit, id=UNIT, changes={"precision": 2})
        scenario.when(command).then(fact(Unit.Refined, UNIT, precision=2))


class TestSwitchSetting:
    def test_closes_a_store_and_opens_it_again(self, scenario: Scenario) -> None:
        scenario.given(store())
        scenario.when(SwitchSetting(kind=Store, id=STORE, is_active=False)).then(fact(Store.Closed, STORE))
        scenario.when(SwitchSetting(kind=Store, id=STORE, is_active=True)).then(fact(Store.Reopened, STORE))

    def test_records_nothing_for_what_is_so_already(self, scenario: Scenario) -> None:
        command = SwitchSetting(kind=Store, id=STORE, is_active=True)
        scenario.given(store()).when(command).then_nothing()

    def test_refuses_to_open_more_stores_than_the_package_allows(self, blank: Scenario) -> None:
        limits = Limits(stores=1)
        closed = store(OTHER, "Nord", "N")
        closed.switch(is_active=False)
        scenario = blank.given(package(limits=limits), subscribed(limits), store(), closed)
        command = SwitchSetting(kind=Store, id=OTHER, is_active=True)
        scenario.when(command).then_refused(PlanLimitReached, "limits.stores")

    def test_refuses_what_is_archived(self, scenario: Scenario) -> None:
        archived = store()
        archived.archive()
        command = SwitchSetting(kind=Store, id=STORE, is_active=False)
        scenario.given(archived).when(command).then_refused(AlreadyArchived)


class TestArchiveSetting:
    def test_archives_what_nothing_refers_to(self, scenario: Scenario) -> None:
        command = ArchiveSetting(kind=Brand, id=BRAND)
        scenario.given(brand()).when(command).then(fact(Brand.Archived, BRAND))

    def test_refuses_what_is_archived(self, scenario: Scenario) -> None:
        archived = brand()
        archived.archive()
        scenario.given(archived).when(ArchiveSetting(kind=Brand, id=BRAND)).then_refused(AlreadyArchived)

    @pytest.mark.parametrize(
        ("field", "kind", "one"),
        [
            ("brand_id", Brand, BRAND),
            ("category_id", Category, CATEGORY),
            ("unit_id", Unit, UNIT),
            ("supplier_id", Supplier, SUPPLIER),
        ],
    )
    def test_refuses_what_a_product_refers_to(
        self, scenario: Scenario, field: str, kind: type[Setting], one: Any
    ) -> None:
        scenario.given(brand(), category(), unit(), supplier(), product(**{field: one}))
        scenario.when(ArchiveSetting(kind=kind, id=one)).then_refused(InUse, "id:in_use")

    def test_archives_what_only_an_archived_product_refers_to(self, scenario: Scenario) -> None:
        scenario.given(brand(), product(brand_id=BRAND, status="archived"))
        scenario.when(ArchiveSetting(kind=Brand, id=BRAND)).then(fact(Brand.Archived))

    def test_refuses_a_store_with_a_register_or_a_user(self, scenario: Scenario) -> None:
        second = store(id_of("second"), "Nord", "N")
        scenario.given(store(), second, register(), user(store_ids=(second.id,)))
        scenario.when(ArchiveSetting(kind=Store, id=STORE)).then_refused(InUse, "id:in_use")
        scenario.when(ArchiveSetting(kind=Store, id=second.id)).then_refused(InUse, "id:in_use")

    def test_refuses_a_store_with_a_storage(self, scenario: Scenario) -> None:
        scenario.given(store(), storage()).when(ArchiveSetting(kind=Store, id=STORE)).then_refused(
            InUse, "id:in_use"
        )

    def test_refuses_the_storage_that_a_store_sells_from(self, scenario: Scenario) -> None:
        scenario.given(storage(store_id=None), store(default_storage_id=STORAGE))
        scenario.when(ArchiveSetting(kind=Storage, id=STORAGE)).then_refused(InUse, "id:in_use")

    def test_refuses_a_tax_rate_that_a_store_has(self, scenario: Scenario) -> None:
        scenario.given(tax(), store(tax_rate_ids=(TAX,)))
        scenario.when(ArchiveSetting(kind=TaxRate, id=TAX)).then_refused(InUse, "id:in_use")

    def test_refuses_a_category_with_branches(self, scenario: Scenario) -> None:
        scenario.given(category(), category(OTHER, "Cheese", CATEGORY))
        scenario.when(ArchiveSetting(kind=Category, id=CATEGORY)).then_refused(InUse, "id:in_use")
        scenario.when(ArchiveSetting(kind=Category, id=OTHER)).then(fact(Category.Archived, OTHER))

    def test_refuses_a_unit_with_multiples(self, scenario: Scenario) -> None:
        crate = {"name": "Crate", "symbol": "cr", "precision": 0, "base_unit_id": UNIT, "factor": Decimal(12)}
        scenario.given(unit()).when(new(Unit, **crate)).then(fact(Unit.Registered, OTHER))
        scenario.when(ArchiveSetting(kind=Unit, id=UNIT)).then_refused(InUse, "id:in_use")

    def test_archives_a_store_whose_user_has_left(self, scenario: Scenario) -> None:
        gone = user(store_ids=(STORE,))
        gone.archive()
        scenario.given(store(), gone).when(ArchiveSetting(kind=Store, id=STORE)).then(fact(Store.Archived))

    def test_refuses_a_storage_that_holds_goods(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), product(), delivery())
        scenario.when(ArchiveSetting(kind=Storage, id=STORAGE)).then_refused(InUse, "id:in_use")

    def test_refuses_a_tax_rate_that_a_product_has(self, scenario: Scenario) -> None:
        scenario.given(tax(), product(tax_rate_ids=(TAX,)))
        scenario.when(ArchiveSetting(kind=TaxRate, id=TAX)).then_refused(InUse, "id:in_use")

    def test_refuses_a_variant_type_that_variants_have(self, scenario: Scenario) -> None:
        scenario.given(size(), product(variant(options={"Size": "M"}), one=PRODUCT))
        scenario.when(ArchiveSetting(kind=VariantType, id=SIZE)).then_refused(InUse, "id:in_use")
