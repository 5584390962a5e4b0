"""Decisions about deliveries."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.moments import BeforeTheCompany
from commands.ports import DuplicateId
from commands.settings import ArchiveSetting
from commands.stock.receipts import ReceivedLine, ReceiveStock
from domain.errors import Invalid
from domain.money import AmountTooLarge
from domain.settings import OtherStore
from domain.stock.movements import StockMovement
from domain.suppliers import Supplier
from tests.commands.samples import (
    DELIVERY,
    FOUNDED,
    NOTHING,
    NOW,
    OTHER,
    STORAGE,
    STORE,
    SUPPLIER,
    UNIT,
    VARIANT,
    caller,
    id_of,
    product,
    storage,
    store,
    supplier,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact


def line(quantity: str = "10", unit_cost: int = 90, variant_id: UUID = VARIANT) -> ReceivedLine:
    return ReceivedLine(variant_id=variant_id, quantity=Decimal(quantity), unit_cost=unit_cost)


def receive(*lines: ReceivedLine, **values: Any) -> ReceiveStock:
    return ReceiveStock(**{"id": DELIVERY, "storage_id": STORAGE, "lines": lines or (line(),), **values})


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    return scenario.given(store(), storage(), product(), supplier())


def received(outcome: Any) -> Any:
    """The lines of the movement that was recorded."""
    ((_, _, data),) = outcome.recorded
    return data.lines


class TestReceiveStock:
    def test_records_what_came_and_what_it_left(self, scenario: Scenario) -> None:
        outcome = scenario.when(receive(supplier_id=SUPPLIER, reference="LS 7"))
        outcome.then(
            fact(
                StockMovement.Received,
                DELIVERY,
                storage_id=STORAGE,
                occurred_at=NOW,
                supplier_id=SUPPLIER,
                reference="LS 7",
            )
        )
        (booked,) = received(outcome)
        assert (booked.quantity, booked.balance_quantity, booked.balance_value) == (10, 10, 900)

    def test_comes_on_top_of_what_is_there(self, scenario: Scenario) -> None:
        scenario.when(receive())
        (booked,) = received(scenario.when(receive(line("5", 120), id=OTHER)))
        assert (booked.balance_quantity, booked.balance_value) == (15, 1500)

    def test_books_one_variant_after_another(self, scenario: Scenario) -> None:
        first, second = received(scenario.when(receive(line("1"), line("2"))))
        assert (first.balance_quantity, second.balance_quantity) == (1, 3)

    def test_writes_a_quantity_with_no_more_digits_than_it_needs(self, scenario: Scenario) -> None:
        (booked,) = received(scenario.when(receive(line("10.000"))))
        assert str(booked.quantity) == "10"

    def test_answers_a_repetition_with_what_it_booked(self, scenario: Scenario) -> None:
        scenario.when(receive(), saying="this")
        scenario.when(receive(), saying="this").then_repeated()

    def test_answers_it_though_the_supplier_is_gone_by_now(self, scenario: Scenario) -> None:
        command = receive(supplier_id=SUPPLIER)
        scenario.when(command, saying="this")
        scenario.when(ArchiveSetting(kind=Supplier, id=SUPPLIER))
        scenario.when(command, saying="this").then_repeated()

    def test_refuses_its_id_for_other_content(self, scenario: Scenario) -> None:
        scenario.when(receive(), saying="this")
        scenario.when(receive(), saying="that").then_refused(DuplicateId, "id")

    def test_refuses_its_id_for_another_storage(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Attic", "A")).when(receive())
        scenario.when(receive(storage_id=OTHER)).then_refused(DuplicateId, "id")

    def test_names_an_unknown_storage_and_supplier(self, scenario: Scenario) -> None:
        command = receive(storage_id=NOTHING, supplier_id=OTHER)
        scenario.when(command).then_refused(Invalid, "storage_id:not_found", "supplier_id:not_found")

    def test_names_each_variant_whose_stock_is_not_counted(self, scenario: Scenario) -> None:
        uncounted = variant(id_of("advice"), "ADVICE")
        archived = variant(id_of("gone"), "GONE")
        scenario.given(product(uncounted, one=OTHER, track_stock=False))
        scenario.given(product(archived, one=id_of("gone product"), status="archived"))
        lines = [line(), *(line(variant_id=one) for one in (uncounted.id, archived.id, NOTHING))]
        scenario.when(receive(*lines)).then_refused(
            Invalid, *(f"lines.{index}.variant_id:not_found" for index in (1, 2, 3))
        )

    def test_names_each_quantity_finer_than_its_unit(self, scenario: Scenario) -> None:
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(unit(precision=1), product(flour, one=OTHER, unit_id=UNIT))
        command = receive(line("1.5", variant_id=flour.id), line("1.25", variant_id=flour.id))
        scenario.when(command).then_refused(Invalid, "lines.1.quantity:too_precise")

    def test_refuses_a_storage_of_others(self, scenario: Scenario) -> None:
        scenario.by(caller("Inventory Clerk", OTHER)).when(receive()).then_refused(OtherStore)

    def test_refuses_a_warehouse_to_whoever_is_bound_to_stores(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Warehouse", "W", store_id=None))
        scenario.by(caller("Inventory Clerk", STORE)).when(receive(storage_id=OTHER)).then_refused(OtherStore)

    def test_tells_whoever_is_bound_that_a_storage_is_not_there(self, scenario: Scenario) -> None:
        scenario.by(caller("Inventory Clerk", STORE))
        scenario.when(receive(storage_id=NOTHING)).then_refused(Invalid, "storage_id:not_found")

    def test_refuses_what_is_worth_more_than_can_be_counted(self, scenario: Scenario) -> None:
        scenario.when(receive(line("10000000", 10**12))).then_refused(AmountTooLarge)


class TestWhenItHappened:
    """The same rule for deliveries and sales."""

    def test_takes_the_moment_that_was_told(self, scenario: Scenario) -> None:
        yesterday = NOW - timedelta(days=1)
        scenario.when(receive(occurred_at=yesterday)).then(
            fact(StockMovement.Received, occurred_at=yesterday)
        )

    def test_forgives_a_clock_that_is_minutes_ahead(self, scenario: Scenario) -> None:
        soon = NOW + timedelta(minutes=10)
        scenario.when(receive(occurred_at=soon)).then(fact(StockMovement.Received, occurred_at=soon))

    def test_refuses_the_future(self, scenario: Scenario) -> None:
        command = receive(occurred_at=NOW + timedelta(minutes=11))
        scenario.when(command).then_refused(Invalid, "occurred_at:in_the_future")

    def test_refuses_what_lies_before_the_company(self, scenario: Scenario) -> None:
        command = receive(occurred_at=FOUNDED - timedelta(minutes=11))
        scenario.when(command).then_refused(BeforeTheCompany, "occurred_at")

    def test_lets_some_go_further_back_than_others(self, scenario: Scenario) -> None:
        long_ago = NOW - timedelta(days=31)
        command = receive(occurred_at=long_ago)
        scenario.by(caller("Inventory Clerk")).when(command).then_refused(Invalid, "occurred_at:too_old")
        scenario.by(caller("Manager")).when(command).then(fact(StockMovement.Received, occurred_at=long_ago))
