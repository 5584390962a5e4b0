"""Decisions about reorder points."""

from decimal import Decimal
from typing import Any

import pytest

from commands.stock.reorder_points import ReorderLine, SetReorderPoints
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.stock.reorder_points import ReorderPoint, reorder_point_id
from tests.commands.samples import (
    NOTHING,
    OTHER,
    STORAGE,
    STORE,
    UNIT,
    VARIANT,
    caller,
    id_of,
    product,
    storage,
    store,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

POINT = reorder_point_id(STORAGE, VARIANT)
TEN = {"reorder_level": Decimal(10), "reorder_quantity": Decimal(40), "max_level": Decimal(60)}
LIFTED = {"reorder_level": None}


def line(**values: Any) -> ReorderLine:
    return ReorderLine(**{"storage_id": STORAGE, "variant_id": VARIANT, **TEN, **values})


def lift(**values: Any) -> ReorderLine:
    return ReorderLine(**{"storage_id": STORAGE, "variant_id": VARIANT, **values})


def put(*lines: ReorderLine) -> SetReorderPoints:
    return SetReorderPoints(lines=lines or (line(),))


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    return scenario.given(store(), storage(), product(variant(), variant(id_of("pepper"), "PEPPER")))


class TestSetting:
    def test_records_what_is_to_hold(self, scenario: Scenario) -> None:
        scenario.when(put()).then(
            fact(ReorderPoint.Set, POINT, storage_id=STORAGE, variant_id=VARIANT, **TEN)
        )

    def test_of_several_records_each_on_its_own(self, scenario: Scenario) -> None:
        pepper = id_of("pepper")
        scenario.when(put(line(), line(variant_id=pepper))).then(
            fact(ReorderPoint.Set, POINT), fact(ReorderPoint.Set, reorder_point_id(STORAGE, pepper))
        )

    def test_again_records_nothing(self, scenario: Scenario) -> None:
        scenario.when(put())
        scenario.when(put(line(reorder_level=Decimal("10.0")))).then_nothing()

    def test_to_something_else_adjusts_it(self, scenario: Scenario) -> None:
        scenario.when(put())
        scenario.when(put(line(reorder_level=Decimal(5), max_level=None))).then(
            fact(
                ReorderPoint.Adjusted,
                POINT,
                storage_id=STORAGE,
                variant_id=VARIANT,
                reorder_level=Decimal(5),
                reorder_quantity=Decimal(40),
                max_level=None,
            )
        )

    def test_may_be_at_nothing(self, scenario: Scenario) -> None:
        scenario.when(put(line(reorder_level=Decimal(0)))).then(fact(ReorderPoint.Set))


class TestLifting:
    def test_takes_it_away_until_it_is_set_again(self, scenario: Scenario) -> None:
        scenario.when(put())
        scenario.when(put(lift())).then(
            fact(ReorderPoint.Lifted, POINT, storage_id=STORAGE, variant_id=VARIANT)
        )
        scenario.when(put(lift())).then_nothing()
        scenario.when(put()).then(fact(ReorderPoint.Adjusted, POINT, **TEN))

    def test_what_was_never_set_records_nothing(self, scenario: Scenario) -> None:
        scenario.when(put(lift())).then_nothing()

    def test_is_possible_of_what_the_catalog_has_no_more(self, scenario: Scenario) -> None:
        gone = variant(id_of("gone"), "GONE")
        scenario.given(product(gone, one=id_of("gone product"), status="archived"))
        scenario.given(ReorderPoint.first(STORAGE, gone.id, (Decimal(1), None, None)))
        scenario.when(put(lift(variant_id=gone.id))).then(fact(ReorderPoint.Lifted))


class TestRefusals:
    def test_name_each_storage_and_variant_that_is_not_there(self, scenario: Scenario) -> None:
        command = put(line(), line(storage_id=NOTHING), line(variant_id=NOTHING), lift(variant_id=OTHER))
        scenario.when(command).then_refused(
            Invalid,
            "lines.1.storage_id:not_found",
            "lines.2.variant_id:not_found",
            "lines.3.variant_id:not_found",
        )

    def test_name_what_stands_there_twice(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Attic", "A"))
        command = put(line(), line(storage_id=OTHER), lift())
        scenario.when(command).then_refused(Invalid, "lines.2.variant_id:duplicate_line")

    def test_name_quantities_without_a_level_and_a_most_below_it(self, scenario: Scenario) -> None:
        command = put(
            lift(reorder_quantity=Decimal(1)), line(variant_id=id_of("pepper"), max_level=Decimal(9))
        )
        scenario.when(command).then_refused(
            Invalid, "lines.0.reorder_level:required", "lines.1.max_level:too_low"
        )

    def test_name_each_quantity_finer_than_the_unit(self, scenario: Scenario) -> None:
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(unit(precision=1), product(flour, one=OTHER, unit_id=UNIT))
        fine = Decimal("10.25")
        command = put(
            line(variant_id=flour.id, reorder_level=fine, reorder_quantity=fine, max_level=Decimal("11.5"))
        )
        scenario.when(command).then_refused(
            Invalid, "lines.0.reorder_level:too_precise", "lines.0.reorder_quantity:too_precise"
        )

    def test_are_about_the_stores_of_others_and_warehouses(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Warehouse", "W", store_id=None))
        clerk = caller("Inventory Clerk", STORE)
        scenario.by(clerk).when(put(line(), line(storage_id=OTHER))).then_refused(OtherStore)
        scenario.by(caller("Inventory Clerk", OTHER)).when(put()).then_refused(OtherStore)
        scenario.by(clerk).when(put()).then(fact(ReorderPoint.Set))
