"""Decisions about goods that go back to their supplier."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.ports import DuplicateId
from commands.stock.receipts import ReceivedLine, ReceiveStock
from commands.stock.reversals import ReverseMovement
from commands.stock.supplier_returns import ReturnToSupplier, SupplierReturnEntry
from domain.errors import Invalid
from domain.settings import OtherStore
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.reversals import NotReversible
from domain.stock.supplier_returns import ReturnExceedsReceived
from tests.commands.samples import (
    DELIVERY,
    NOTHING,
    NOW,
    OTHER,
    STORAGE,
    STORE,
    SUPPLIER,
    VARIANT,
    caller,
    delivery,
    id_of,
    product,
    storage,
    store,
    supplier,
)
from tests.commands.scenario import Scenario, fact

RETURN, SUPPLIED, MOOR = map(id_of, ("return", "supplied", "moor"))


def line(quantity: str = "2", unit_credit: int = 100, variant_id: UUID = VARIANT) -> SupplierReturnEntry:
    return SupplierReturnEntry(variant_id=variant_id, quantity=Decimal(quantity), unit_credit=unit_credit)


def send_back(*lines: SupplierReturnEntry, **values: Any) -> ReturnToSupplier:
    defaults = {"id": RETURN, "storage_id": STORAGE, "supplier_id": SUPPLIER, "lines": lines or (line(),)}
    return ReturnToSupplier(**{**defaults, **values})


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """Ten of SALT at 90 each from nobody in particular, and five more from the supplier."""
    scenario.given(store(), storage(), product(), supplier(), supplier(MOOR, "Moor"), delivery())
    supplied = ReceivedLine(variant_id=VARIANT, quantity=Decimal(5), unit_cost=90)
    scenario.when(ReceiveStock(id=SUPPLIED, storage_id=STORAGE, supplier_id=SUPPLIER, lines=(supplied,)))
    return scenario


class TestReturnToSupplier:
    def test_records_what_went_back_and_what_is_credited(self, scenario: Scenario) -> None:
        outcome = scenario.when(send_back(line("2", 100), line("1", 30), reference="R 7"))
        outcome.then(
            fact(
                StockMovement.SupplierReturned,
                RETURN,
                storage_id=STORAGE,
                occurred_at=NOW,
                supplier_id=SUPPLIER,
                receipt_id=None,
                credit_total=230,
                reference="R 7",
            )
        )
        ((_, _, data),) = outcome.recorded
        assert [(one.value_change, one.balance_quantity) for one in data.lines] == [(-180, 13), (-90, 12)]

    def test_of_a_delivery_sends_no_more_back_than_came(self, scenario: Scenario) -> None:
        scenario.when(send_back(line("3"), receipt_id=SUPPLIED))
        more = send_back(line("3"), id=OTHER, receipt_id=SUPPLIED)
        scenario.when(more).then_refused(ReturnExceedsReceived, "lines.0.quantity")
        rest = send_back(line("2"), id=OTHER, receipt_id=SUPPLIED)
        scenario.when(rest).then(fact(StockMovement.SupplierReturned, OTHER))

    def test_of_a_delivery_counts_no_return_that_was_reversed(self, scenario: Scenario) -> None:
        scenario.when(send_back(line("5"), receipt_id=SUPPLIED))
        scenario.when(ReverseMovement(movement_id=RETURN, reason="Kept them"))
        again = send_back(line("5"), id=OTHER, receipt_id=SUPPLIED)
        scenario.when(again).then(fact(StockMovement.SupplierReturned, OTHER))

    def test_of_a_delivery_that_was_reversed_sends_nothing_back(self, scenario: Scenario) -> None:
        scenario.when(ReverseMovement(movement_id=SUPPLIED, reason="Twice"))
        scenario.when(send_back(receipt_id=SUPPLIED)).then_refused(ReturnExceedsReceived, "receipt_id")

    def test_keeps_a_delivery_from_being_reversed(self, scenario: Scenario) -> None:
        scenario.when(send_back(receipt_id=SUPPLIED))
        scenario.when(ReverseMovement(movement_id=SUPPLIED, reason="Twice")).then_refused(NotReversible)

    def test_takes_a_delivery_of_nobody_in_particular_for_the_supplier_s(self, scenario: Scenario) -> None:
        scenario.when(send_back(receipt_id=DELIVERY)).then(fact(StockMovement.SupplierReturned, RETURN))

    def test_names_a_delivery_that_is_none_or_another_supplier_s(self, scenario: Scenario) -> None:
        for command in (
            send_back(receipt_id=NOTHING),
            send_back(receipt_id=VARIANT),
            send_back(receipt_id=SUPPLIED, supplier_id=MOOR),
        ):
            scenario.when(command).then_refused(Invalid, "receipt_id:not_found")

    def test_names_all_that_is_not_there(self, scenario: Scenario) -> None:
        command = send_back(line(variant_id=NOTHING), storage_id=NOTHING, supplier_id=NOTHING)
        scenario.when(command).then_refused(
            Invalid,
            "storage_id:not_found",
            "supplier_id:not_found",
            "lines.0.variant_id:not_found",
        )

    def test_never_goes_below_zero(self, scenario: Scenario) -> None:
        scenario.when(send_back(line("16"))).then_refused(InsufficientStock, "lines.0.quantity")

    def test_answers_a_repetition_with_what_it_booked(self, scenario: Scenario) -> None:
        scenario.when(send_back(), saying="this")
        scenario.when(send_back(), saying="this").then_repeated()

    def test_refuses_its_id_for_another_storage_and_another_kind(self, scenario: Scenario) -> None:
        scenario.given(storage(OTHER, "Attic", "A")).when(send_back())
        scenario.when(send_back(storage_id=OTHER)).then_refused(DuplicateId, "id")
        scenario.when(send_back(id=SUPPLIED)).then_refused(DuplicateId, "id")

    def test_refuses_a_delivery_to_where_the_caller_does_not_work(self, scenario: Scenario) -> None:
        elsewhere, attic = id_of("elsewhere"), id_of("attic")
        scenario.given(store(elsewhere, "Elsewhere", "E"), storage(attic, "Attic", "A", store_id=elsewhere))
        scenario.given(storage(NOTHING, "Warehouse", "W", store_id=None))
        supplied = ReceivedLine(variant_id=VARIANT, quantity=Decimal(5), unit_cost=90)
        for place, receipt in ((attic, id_of("first")), (NOTHING, id_of("second"))):
            scenario.when(ReceiveStock(id=receipt, storage_id=place, lines=(supplied,)))
        scenario.by(caller("Inventory Clerk", STORE))
        scenario.when(send_back(receipt_id=id_of("first"))).then_refused(OtherStore)
        outcome = scenario.when(send_back(receipt_id=id_of("second")))
        outcome.then(fact(StockMovement.SupplierReturned, RETURN))

    def test_refuses_a_warehouse_to_whoever_is_bound_to_stores(self, scenario: Scenario) -> None:
        scenario.given(storage(NOTHING, "Warehouse", "W", store_id=None))
        scenario.by(caller("Inventory Clerk", STORE))
        scenario.when(send_back(storage_id=NOTHING)).then_refused(OtherStore)
