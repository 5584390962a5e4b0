"""Decisions about adjustments."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.ports import DuplicateId
from commands.stock.adjustments import AdjustmentLine, AdjustStock
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.stock.movements import InsufficientStock, StockMovement
from tests.commands.samples import (
    NOTHING,
    NOW,
    OTHER,
    STORAGE,
    STORE,
    UNIT,
    VARIANT,
    caller,
    delivery,
    id_of,
    product,
    storage,
    store,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

ADJUSTMENT = id_of("adjustment")


def line(quantity: str = "-2", variant_id: UUID = VARIANT, **values: Any) -> AdjustmentLine:
    return AdjustmentLine(variant_id=variant_id, quantity=Decimal(quantity), **values)


def adjust(*lines: AdjustmentLine, reason: str = "damaged", **values: Any) -> AdjustStock:
    defaults = {"id": ADJUSTMENT, "storage_id": STORAGE, "reason": reason, "lines": lines or (line(),)}
    return AdjustStock(**{**defaults, **values})


def adjusted(outcome: Any) -> Any:
    """The lines of the movement that was recorded."""
    ((_, _, data),) = outcome.recorded
    return data.lines


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """Ten of SALT, at 90 each."""
    return scenario.given(store(), storage(), product(), delivery())


class TestAdjustStock:
    def test_records_what_went_why_and_what_it_left(self, scenario: Scenario) -> None:
        outcome = scenario.when(adjust(note="Fell down", reference="A 7"))
        outcome.then(
            fact(
                StockMovement.Adjusted,
                ADJUSTMENT,
                storage_id=STORAGE,
                occurred_at=NOW,
                business_date=NOW.date(),
                reason="damaged",
                note="Fell down",
                reference="A 7",
                shortfalls=(),
            )
        )
        (booked,) = adjusted(outcome)
        assert (booked.quantity, booked.value_change) == (-2, -180)
        assert (booked.balance_quantity, booked.balance_value) == (8, 720)

    def test_takes_the_catalog_s_cost_of_what_was_never_bought(self, scenario: Scenario) -> None:
        pepper = variant(id_of("pepper"), "PEPPER", cost=70)
        scenario.given(product(pepper, one=OTHER))
        (booked,) = adjusted(scenario.when(adjust(line("3", pepper.id), reason="found")))
        assert (booked.value_change, booked.last_unit_cost) == (210, 0)

    def test_takes_the_cost_of_a_unit_as_it_was_entered(self, scenario: Scenario) -> None:
        gram, kilogram = id_of("gram"), id_of("kilogram")
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(
            unit(gram, "Gram", "g", precision=0),
            unit(kilogram, "Kilo", "kilo", base_unit_id=gram, factor=Decimal(1000)),
            product(flour, one=OTHER, unit_id=gram),
        )
        opening = line("1.5", flour.id, unit_id=kilogram, unit_cost=99)
        (booked,) = adjusted(scenario.when(adjust(opening, reason="opening")))
        assert (booked.quantity, booked.value_change) == (1500, 149)
        assert (booked.entered_quantity, booked.factor, booked.entered_cost) == (Decimal("1.5"), 1000, 99)

    def test_names_every_wrong_sign_beside_what_else_is_wrong(self, scenario: Scenario) -> None:
        command = adjust(line("2"), line("-2", unit_cost=5), line("-1", NOTHING))
        scenario.when(command).then_refused(
            Invalid,
            "lines.0.quantity:sign_not_valid",
            "lines.1.unit_cost:sign_not_valid",
            "lines.2.variant_id:not_found",
        )

    def test_never_goes_below_zero_wherever_sales_may(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Attic", "A", allow_negative=True))
        scenario.when(adjust(line("-11"))).then_refused(InsufficientStock, "lines.0.quantity")
        scenario.when(adjust(storage_id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")

    def test_names_each_quantity_finer_than_its_unit(self, scenario: Scenario) -> None:
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(unit(precision=1), product(flour, one=OTHER, unit_id=UNIT))
        command = adjust(line("1.25", flour.id), reason="correction")
        scenario.when(command).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_answers_a_repetition_with_what_it_booked(self, scenario: Scenario) -> None:
        scenario.when(adjust(), saying="this")
        scenario.when(adjust(), saying="this").then_repeated()

    def test_refuses_its_id_for_other_content_another_storage_and_another_kind(
        self, scenario: Scenario
    ) -> None:
        scenario.given(storage(OTHER, "Attic", "A"))
        scenario.when(adjust(), saying="this")
        scenario.when(adjust(), saying="that").then_refused(DuplicateId, "id")
        scenario.when(adjust(storage_id=OTHER)).then_refused(DuplicateId, "id")
        scenario.when(adjust(id=delivery().id)).then_refused(DuplicateId, "id")

    def test_refuses_a_storage_of_others_and_a_warehouse_to_whoever_is_bound(
        self, scenario: Scenario
    ) -> None:
        scenario.given(storage(OTHER, "Warehouse", "W", store_id=None))
        scenario.by(caller("Inventory Clerk", OTHER)).when(adjust()).then_refused(OtherStore)
        scenario.by(caller("Inventory Clerk", STORE))
        scenario.when(adjust(storage_id=OTHER)).then_refused(OtherStore)

    def test_may_lie_in_the_past_and_not_in_the_future(self, scenario: Scenario) -> None:
        tomorrow, yesterday = NOW + timedelta(days=1), NOW - timedelta(days=1)
        scenario.when(adjust(occurred_at=tomorrow)).then_refused(Invalid, "occurred_at:in_the_future")
        outcome = scenario.when(adjust(occurred_at=yesterday))
        outcome.then(fact(StockMovement.Adjusted, occurred_at=yesterday, business_date=yesterday.date()))
