"""Decisions about transfers."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.catalog.products import ChangeProductStatus
from commands.companies import ReviseCompany
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import ReviseSetting
from commands.stock.moments import BeforeLastCount, PeriodClosed
from commands.stock.transfers.cancelling import CancelTransfer
from commands.stock.transfers.drafts import AmendTransfer, DiscardTransfer, DraftTransfer, RequestedLine
from commands.stock.transfers.receiving import ReceiveTransfer
from commands.stock.transfers.shipping import ShipTransfer
from domain.catalog.products import StillInStock
from domain.catalog.units import Unit
from domain.costing import Balance
from domain.errors import Invalid
from domain.settings import InUse, OtherStore
from domain.stock.arrivals import Arrival, ReceiveExceedsShipped
from domain.stock.documents import InvalidTransition
from domain.stock.movements import InsufficientStock, MovementLine, StockMovement
from domain.stock.transfers import Transfer
from tests.commands.samples import (
    COMPANY,
    FOUNDED,
    NOTHING,
    NOW,
    OTHER,
    PRODUCT,
    STORAGE,
    STORE,
    UNIT,
    VARIANT,
    caller,
    counted,
    delivery,
    id_of,
    product,
    storage,
    store,
    unit,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

TRANSFER, RECEIPT, SECOND = map(id_of, ("transfer", "receipt", "second receipt"))
HARBOUR, SHED, PEPPER = map(id_of, ("harbour", "shed", "pepper"))
DRAFTED, AMENDED, DISCARDED = Transfer.Drafted, Transfer.Amended, Transfer.Discarded
OUT, SHIPPED = StockMovement.TransferredOut, Transfer.Shipped
IN, RECEIVED, CANCELLED = StockMovement.TransferredIn, Transfer.Received, Transfer.Cancelled


def requested(quantity: str = "5", variant_id: UUID = VARIANT, unit_id: UUID | None = None) -> RequestedLine:
    return RequestedLine(variant_id=variant_id, quantity=Decimal(quantity), unit_id=unit_id)


def draft(*lines: RequestedLine, **values: Any) -> DraftTransfer:
    storages = {"from_storage_id": STORAGE, "to_storage_id": SHED}
    return DraftTransfer(**{"id": TRANSFER, **storages, "lines": lines or (requested(),), **values})


def amend(*lines: RequestedLine, **changes: Any) -> AmendTransfer:
    return AmendTransfer(id=TRANSFER, lines=lines or None, changes=changes)


def ship(*lines: tuple[UUID, str], **values: Any) -> ShipTransfer:
    chosen = tuple((line_id, Decimal(quantity)) for line_id, quantity in lines) or None
    return ShipTransfer(id=TRANSFER, lines=chosen, **values)


def receive(*lines: Arrival, receipt_id: UUID = RECEIPT, **values: Any) -> ReceiveTransfer:
    return ReceiveTransfer(id=TRANSFER, receipt_id=receipt_id, lines=lines, **values)


def arrival(line_id: UUID, **parts: int | str) -> Arrival:
    quantities: dict[str, Any] = {name: Decimal(part) for name, part in parts.items()}
    return Arrival(line_id=line_id, **quantities)


CANCEL = CancelTransfer(id=TRANSFER, reason="Wrong store")


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """Two stores with a storage each; the first has 7 worth 1000, the last at 150."""
    scenario.given(store(), storage(), store(HARBOUR, "Harbour", "H"))
    scenario.given(storage(SHED, "Shed", "S", store_id=HARBOUR), product())
    first = delivery("1", one=id_of("one"), unit_cost=100)
    scenario.given(first)
    onto = balances(scenario)[STORAGE, VARIANT]
    return scenario.given(delivery("6", one=id_of("six"), unit_cost=150, onto=onto))


@pytest.fixture
def filled(scenario: Scenario) -> Scenario:
    """The second has 4 worth 500."""
    return scenario.given(delivery("4", one=id_of("four"), unit_cost=125, storage_id=SHED))


def balances(scenario: Scenario) -> dict[tuple[UUID, UUID], Balance]:
    """What each storage has of each variant, as the last movement of it says."""
    return {
        (data.storage_id, line.variant_id): Balance(
            quantity=line.balance_quantity, value=line.balance_value, last_unit_cost=line.last_unit_cost
        )
        for kind, _, data in scenario.facts()
        if issubclass(kind, StockMovement.Moved)
        for line in data.lines
    }


def figures(scenario: Scenario, storage_id: UUID = STORAGE) -> tuple[Any, ...]:
    """Quantity, value and last cost of the salt in a storage."""
    found = balances(scenario)[storage_id, VARIANT]
    return found.quantity, found.value, found.last_unit_cost


def decided(outcome: Outcome) -> Transfer:
    """The transfer that was decided about."""
    if outcome.refusal:
        raise outcome.refusal
    assert isinstance(outcome.answer, Transfer)
    return outcome.answer


def drafted(scenario: Scenario, *lines: RequestedLine) -> list[UUID]:
    """A plan; its lines."""
    return [line.id for line in decided(scenario.when(draft(*lines))).lines]


def shipped(scenario: Scenario, *lines: RequestedLine) -> list[UUID]:
    """Goods on their way; the lines of their transfer."""
    ids = drafted(scenario, *lines)
    decided(scenario.when(ship()))
    return ids


def lines_of(outcome: Outcome, event: type[Any]) -> tuple[Any, ...]:
    """The lines of what was recorded of a kind."""
    (lines,) = (data.lines for kind, _, data in outcome.recorded if kind is event)
    assert isinstance(lines, tuple)
    return lines


def oversold(quantity: str, value: int) -> StockMovement:
    """More was sold in the second storage than was there."""
    line = MovementLine(
        variant_id=VARIANT,
        quantity=Decimal(quantity),
        value_change=value,
        balance_quantity=Decimal(quantity),
        balance_value=value,
        last_unit_cost=Decimal(150),
    )
    return StockMovement.begin(
        StockMovement.Issued,
        id_of("oversold"),
        storage_id=SHED,
        occurred_at=FOUNDED,
        business_date=FOUNDED.date(),
        lines=(line,),
        order_id=id_of("sale"),
    )


class TestDraftTransfer:
    def test_plans_without_moving_anything(self, scenario: Scenario) -> None:
        outcome = scenario.when(draft(expected_at=NOW, reference="R", note="N"))
        outcome.then(
            fact(
                DRAFTED,
                TRANSFER,
                number="TR-000001",
                series_number=1,
                from_storage_id=STORAGE,
                to_storage_id=SHED,
                expected_at=NOW,
                reference="R",
                note="N",
                occurred_at=NOW,
            )
        )
        (line,) = lines_of(outcome, DRAFTED)
        assert (line.variant_id, line.sku, line.name, line.quantity) == (VARIANT, "SALT", "Sea salt", 5)
        assert decided(outcome).status == "draft"

    def test_counts_without_a_gap(self, scenario: Scenario) -> None:
        drafted(scenario)
        scenario.when(draft(id=OTHER)).then(fact(DRAFTED, OTHER, number="TR-000002"))

    def test_answers_a_repetition_with_what_it_made(self, scenario: Scenario) -> None:
        scenario.when(draft(), saying="this")
        scenario.when(draft(), saying="this").then_repeated()

    def test_refuses_its_id_for_other_content_or_storages(self, scenario: Scenario) -> None:
        scenario.when(draft(), saying="this")
        scenario.when(draft(), saying="that").then_refused(DuplicateId, "id")
        turned = draft(from_storage_id=SHED, to_storage_id=STORAGE)
        scenario.when(turned, saying="this").then_refused(DuplicateId, "id")

    def test_refuses_the_same_storage(self, scenario: Scenario) -> None:
        scenario.when(draft(to_storage_id=STORAGE)).then_refused(Invalid, "to_storage_id:same_storage")

    def test_names_all_that_is_wrong(self, scenario: Scenario) -> None:
        command = draft(requested(), requested(variant_id=NOTHING), requested(), to_storage_id=NOTHING)
        scenario.when(command).then_refused(
            Invalid,
            "to_storage_id:not_found",
            "lines.1.variant_id:not_found",
            "lines.2.variant_id:duplicate_line",
        )

    def test_keeps_what_was_entered_beside_what_it_comes_to(self, scenario: Scenario) -> None:
        case = id_of("case")
        scenario.given(unit(), unit(case, "Case", "cs"))
        flour = variant(PEPPER, "FLOUR")
        scenario.given(product(flour, one=OTHER, unit_id=UNIT))
        wrong = draft(requested("1", PEPPER, case))
        scenario.when(wrong).then_refused(Invalid, "lines.0.unit_id:no_common_unit")
        too_fine = draft(requested("0.0001", PEPPER))
        scenario.when(too_fine).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_either_side_may_plan(self, scenario: Scenario) -> None:
        for index, store_id in enumerate((STORE, HARBOUR)):
            scenario.by(caller("Inventory Clerk", store_id))
            scenario.when(draft(id=id_of(f"{index}"))).then(fact(DRAFTED))
        scenario.by(caller("Inventory Clerk", OTHER)).when(draft()).then_refused(OtherStore)

    def test_refuses_what_lies_in_closed_books(self, scenario: Scenario) -> None:
        yesterday = NOW - timedelta(days=1)
        scenario.when(ReviseCompany(id=COMPANY, changes={"books_closed_until": yesterday.date()}))
        scenario.when(draft(occurred_at=yesterday)).then_refused(PeriodClosed, "occurred_at:period_closed")
        scenario.when(draft()).then(fact(DRAFTED))


class TestAmendAndDiscard:
    def test_another_plan_keeps_the_lines_of_its_variants(self, scenario: Scenario) -> None:
        (line_id,) = drafted(scenario)
        scenario.given(product(variant(PEPPER, "PEPPER"), one=OTHER))
        outcome = scenario.when(amend(requested("1", PEPPER), requested("2"), note="Soon"))
        outcome.then(fact(AMENDED, TRANSFER, note="Soon", reference=None))
        pepper, salt = lines_of(outcome, AMENDED)
        assert (salt.id, salt.quantity, pepper.variant_id) == (line_id, 2, PEPPER)

    def test_what_is_so_already_records_nothing(self, scenario: Scenario) -> None:
        drafted(scenario)
        scenario.when(amend(requested())).then_nothing()
        scenario.when(amend(note=None)).then_nothing()

    def test_a_plan_that_is_dropped_is_at_its_end(self, scenario: Scenario) -> None:
        drafted(scenario)
        discard = DiscardTransfer(id=TRANSFER)
        scenario.when(discard).then(fact(DISCARDED, TRANSFER))
        for command in (discard, amend(note="x"), ship(), receive(is_closing=True), CANCEL):
            scenario.when(command).then_refused(InvalidTransition)

    def test_what_has_left_is_no_plan_any_more(self, scenario: Scenario) -> None:
        shipped(scenario)
        scenario.when(amend(note="x")).then_refused(InvalidTransition)
        scenario.when(DiscardTransfer(id=TRANSFER)).then_refused(InvalidTransition)

    def test_refuses_versions_that_have_passed(self, scenario: Scenario) -> None:
        (line_id,) = drafted(scenario)
        scenario.when(amend(note="x"))
        stale = frozenset({1})
        for command in (
            AmendTransfer(id=TRANSFER, lines=None, changes={"note": "y"}, expected_versions=stale),
            DiscardTransfer(id=TRANSFER, expected_versions=stale),
            ship(expected_versions=stale),
            receive(arrival(line_id, received=1), expected_versions=stale),
            CancelTransfer(id=TRANSFER, reason="x", expected_versions=stale),
        ):
            scenario.when(command).then_refused(StaleVersion)


class TestShipTransfer:
    def test_takes_the_goods_at_their_average(self, scenario: Scenario) -> None:
        drafted(scenario)
        outcome = scenario.when(ship(carrier="DHL", tracking="1Z"))
        outcome.then(
            fact(OUT, storage_id=STORAGE, transfer_id=TRANSFER, occurred_at=NOW),
            fact(SHIPPED, TRANSFER, carrier="DHL", tracking="1Z", occurred_at=NOW),
        )
        (moved,), (line,) = lines_of(outcome, OUT), lines_of(outcome, SHIPPED)
        assert (moved.quantity, moved.value_change, moved.transit_quantity) == (-5, -714, 5)
        assert (line.quantity, line.value) == (5, 714)
        assert figures(scenario) == (2, 286, 150)
        assert decided(outcome).status == "in_transit"

    def test_drops_what_is_not_shipped(self, scenario: Scenario) -> None:
        pepper = variant(PEPPER, "PEPPER")
        scenario.given(product(pepper, one=OTHER))
        salt, _ = drafted(scenario, requested(), requested("3", PEPPER))
        outcome = scenario.when(ship((salt, "2")))
        assert [line.quantity for line in lines_of(outcome, SHIPPED)] == [2]
        receipt = scenario.when(receive(arrival(salt, received=2)))
        assert decided(receipt).status == "received"
        assert (STORAGE, PEPPER) not in balances(scenario)

    def test_refuses_more_than_is_there(self, scenario: Scenario) -> None:
        drafted(scenario, requested("8"))
        scenario.when(ship()).then_refused(InsufficientStock, "lines.0.quantity:insufficient_stock")

    def test_names_each_wrong_line(self, scenario: Scenario) -> None:
        (line_id,) = drafted(scenario)
        wrong = ship((NOTHING, "1"), (line_id, "1"), (line_id, "1"))
        scenario.when(wrong).then_refused(
            Invalid, "lines.0.line_id:not_found", "lines.2.line_id:duplicate_line"
        )
        scenario.when(ship((line_id, "6"))).then_refused(Invalid, "lines.0.quantity:exceeds_requested")

    def test_refuses_quantities_finer_than_the_unit(self, scenario: Scenario) -> None:
        scenario.given(unit(precision=0))
        scenario.given(product(variant(PEPPER, "PEPPER"), one=OTHER, unit_id=UNIT))
        (line_id,) = drafted(scenario, requested("2", PEPPER))
        scenario.when(ship((line_id, "1.5"))).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_happens_once(self, scenario: Scenario) -> None:
        shipped(scenario)
        scenario.when(ship()).then_refused(InvalidTransition)

    def test_is_for_the_source(self, scenario: Scenario) -> None:
        drafted(scenario)
        scenario.by(caller("Inventory Clerk", HARBOUR)).when(ship()).then_refused(OtherStore)
        scenario.by(caller("Inventory Clerk", OTHER)).when(ship()).then_refused(Missing)
        scenario.by(caller("Inventory Clerk", STORE)).when(ship()).then(fact(OUT), fact(SHIPPED))

    def test_cannot_come_before_the_last_count_there(self, scenario: Scenario) -> None:
        scenario.given(*counted(NOW, "7", 1000))
        drafted(scenario)
        yesterday = ship(occurred_at=NOW - timedelta(days=1))
        scenario.when(yesterday).then_refused(BeforeLastCount, "occurred_at")
        scenario.when(ship()).then(fact(OUT), fact(SHIPPED))

    def test_says_when_it_happened(self, scenario: Scenario) -> None:
        drafted(scenario)
        yesterday = NOW - timedelta(days=1)
        day = date(2026, 6, 14)
        scenario.when(ship(occurred_at=yesterday)).then(
            fact(OUT, occurred_at=yesterday, business_date=day),
            fact(SHIPPED, occurred_at=yesterday, business_date=day),
        )


class TestReceiveTransfer:
    def test_s1_what_arrives_is_worth_what_it_left_with(self, filled: Scenario) -> None:
        (line_id,) = shipped(filled)
        first = filled.when(receive(arrival(line_id, received=3)))
        first.then(
            fact(IN, storage_id=SHED, receipt_id=RECEIPT, came_back=False, transfer_id=TRANSFER),
            fact(RECEIVED, TRANSFER, receipt_id=RECEIPT, is_final=False),
        )
        (moved,) = lines_of(first, IN)
        assert (moved.value_change, moved.transit_quantity, moved.transit_value) == (428, 2, 286)
        assert figures(filled, SHED) == (7, 928, Decimal("142.66667"))
        assert decided(first).status == "partially_received"
        rest = filled.when(receive(arrival(line_id, damaged=1, lost=1), receipt_id=SECOND))
        rest.then(fact(RECEIVED, TRANSFER, is_final=True))
        (line,) = lines_of(rest, RECEIVED)
        assert (line.damaged_value, line.lost_value) == (143, 143)
        assert (figures(filled)[:2], figures(filled, SHED)[:2]) == ((2, 286), (7, 928))
        assert decided(rest).status == "received"

    def test_s2_into_stock_below_zero(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        scenario.given(oversold("-2", -300))
        (moved,) = lines_of(scenario.when(receive(arrival(line_id, received=3))), IN)
        assert (moved.value_change, moved.settlement) == (428, 15)
        assert (moved.balance_quantity, moved.balance_value) == (1, 143)

    def test_says_what_is_left_on_the_way_after_each_event(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        outcome = scenario.when(receive(arrival(line_id, received=1, damaged=1, lost=1, returned=1)))
        outcome.then(
            fact(IN, storage_id=SHED, came_back=False),
            fact(RECEIVED),
            fact(IN, storage_id=STORAGE, came_back=True, receipt_id=RECEIPT),
        )
        (arrived, settled, returned) = (data.lines[0] for _, _, data in outcome.recorded)
        assert (arrived.value_change, arrived.transit_quantity, arrived.transit_value) == (143, 4, 571)
        assert (settled.damaged_value, settled.lost_value, settled.returned_value) == (143, 142, 143)
        assert (settled.transit_quantity, settled.transit_value) == (1, 143)
        assert (returned.value_change, returned.transit_quantity, returned.transit_value) == (143, 1, 143)
        assert figures(scenario) == (3, 429, 150)

    def test_closing_counts_the_rest_as_lost(self, scenario: Scenario) -> None:
        scenario.given(product(variant(PEPPER, "PEPPER"), one=OTHER))
        scenario.given(delivery("2", PEPPER, one=id_of("peppers"), unit_cost=50))
        salt, _ = shipped(scenario, requested(), requested("2", PEPPER))
        outcome = scenario.when(receive(arrival(salt, received=4), is_closing=True))
        outcome.then(fact(IN), fact(RECEIVED, is_final=True))
        assert [(line.received, line.lost) for line in lines_of(outcome, RECEIVED)] == [(4, 1), (0, 2)]
        assert decided(outcome).status == "received"

    def test_refuses_more_than_is_on_the_way(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        scenario.when(receive(arrival(line_id, received=4)))
        for parts in ({"received": 2}, {"damaged": 1, "lost": 1}, {"returned": 2}):
            command = receive(arrival(line_id, **parts), receipt_id=SECOND)
            scenario.when(command).then_refused(ReceiveExceedsShipped, "lines.0:receive_exceeds_shipped")

    def test_refuses_unknown_lines_and_nothing_at_all(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        twice = receive(arrival(line_id, received=1), arrival(line_id, lost=1), arrival(NOTHING, lost=1))
        scenario.when(twice).then_refused(
            Invalid, "lines.1.line_id:duplicate_line", "lines.2.line_id:not_found"
        )
        for nothing in (receive(), receive(arrival(line_id))):
            scenario.when(nothing).then_refused(Invalid, "lines:required")

    def test_refuses_quantities_finer_than_the_unit(self, scenario: Scenario) -> None:
        scenario.given(unit(precision=0))
        scenario.given(product(variant(PEPPER, "PEPPER"), one=OTHER, unit_id=UNIT))
        scenario.given(delivery("2", PEPPER, one=id_of("peppers")))
        (line_id,) = shipped(scenario, requested("2", PEPPER))
        scenario.when(receive(arrival(line_id, received="1.5"))).then_refused(
            Invalid, "lines.0.received:too_precise"
        )

    def test_answers_a_repetition_with_what_it_was_then(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        command = receive(arrival(line_id, received=3))
        scenario.when(command, saying="this")
        scenario.when(receive(receipt_id=SECOND, is_closing=True), saying="the rest")
        again = scenario.when(command, saying="this").then_repeated()
        assert decided(again).status == "partially_received"
        scenario.when(command, saying="that").then_refused(DuplicateId, "id")

    def test_refuses_what_never_left_or_has_all_arrived(self, scenario: Scenario) -> None:
        (line_id,) = drafted(scenario)
        scenario.when(receive(arrival(line_id, received=1))).then_refused(InvalidTransition)
        scenario.when(ship())
        scenario.when(receive(arrival(line_id, received=5)))
        command = receive(arrival(line_id, received=1), receipt_id=SECOND)
        scenario.when(command).then_refused(InvalidTransition)

    def test_is_for_the_destination(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        command = receive(arrival(line_id, received=1))
        scenario.by(caller("Inventory Clerk", STORE)).when(command).then_refused(OtherStore)
        scenario.by(caller("Inventory Clerk", OTHER)).when(command).then_refused(Missing)
        scenario.by(caller("Inventory Clerk", HARBOUR)).when(command).then(fact(IN), fact(RECEIVED))

    def test_cannot_come_before_the_goods_left_or_were_counted(self, filled: Scenario) -> None:
        (line_id,) = drafted(filled)
        yesterday, day_before = NOW - timedelta(days=1), NOW - timedelta(days=2)
        filled.when(ship(occurred_at=yesterday))
        command = receive(arrival(line_id, received=1), occurred_at=day_before)
        filled.when(command).then_refused(Invalid, "occurred_at:before_shipping")
        filled.given(*counted(NOW, "4", 500, SHED))
        command = receive(arrival(line_id, received=1), occurred_at=yesterday)
        filled.when(command).then_refused(BeforeLastCount, "occurred_at")
        # What did not arrive changes nothing that was counted.
        command = receive(arrival(line_id, lost=1), occurred_at=yesterday)
        filled.when(command).then(fact(RECEIVED))

    def test_what_goes_back_is_not_put_before_the_count_at_the_source(self, scenario: Scenario) -> None:
        (line_id,) = drafted(scenario)
        yesterday = NOW - timedelta(days=1)
        scenario.when(ship(occurred_at=yesterday))
        scenario.given(*counted(NOW, "2", 286))
        command = receive(arrival(line_id, returned=1), occurred_at=yesterday)
        scenario.when(command).then_refused(BeforeLastCount, "occurred_at")


class TestCancelTransfer:
    def test_a_plan_ends(self, scenario: Scenario) -> None:
        drafted(scenario)
        outcome = scenario.when(CANCEL)
        outcome.then(fact(CANCELLED, TRANSFER, reason="Wrong store", lines=()))
        assert decided(outcome).status == "cancelled"

    def test_a_cancelled_transfer_leaves_nothing_on_the_way(self, scenario: Scenario) -> None:
        before = figures(scenario)
        shipped(scenario)
        outcome = scenario.when(CANCEL)
        outcome.then(
            fact(CANCELLED, TRANSFER, reason="Wrong store"),
            fact(IN, storage_id=STORAGE, came_back=True, receipt_id=None),
        )
        transfer = decided(outcome)
        assert (transfer.status, transfer.in_transit) == ("cancelled", [])
        assert figures(scenario) == before

    def test_s1_the_rest_goes_back(self, filled: Scenario) -> None:
        (line_id,) = shipped(filled)
        filled.when(receive(arrival(line_id, received=3, damaged=1)))
        outcome = filled.when(CANCEL)
        (line,) = lines_of(outcome, CANCELLED)
        assert (line.returned, line.returned_value) == (1, 143)
        assert figures(filled) == (3, 429, 150)
        assert decided(outcome).status == "received"

    def test_what_is_done_cannot_be_cancelled(self, scenario: Scenario) -> None:
        (line_id,) = shipped(scenario)
        scenario.when(receive(arrival(line_id, received=5)))
        scenario.when(CANCEL).then_refused(InvalidTransition)

    def test_is_for_the_source(self, scenario: Scenario) -> None:
        shipped(scenario)
        scenario.by(caller("Inventory Clerk", HARBOUR)).when(CANCEL).then_refused(OtherStore)
        scenario.by(caller("Inventory Clerk", OTHER)).when(CANCEL).then_refused(Missing)
        scenario.by(caller("Inventory Clerk", STORE)).when(CANCEL).then(fact(CANCELLED), fact(IN))

    def test_goods_on_their_way_do_not_become_finer_than_their_unit(self, scenario: Scenario) -> None:
        scenario.given(unit(), product(variant(PEPPER, "PEPPER"), one=OTHER, unit_id=UNIT))
        scenario.given(delivery("1.5", PEPPER, one=id_of("pepper")))
        shipped(scenario, requested("1.5", PEPPER))
        coarser = ReviseSetting(kind=Unit, id=UNIT, changes={"precision": 0})
        scenario.when(coarser).then_refused(InUse, "precision:in_use")
        scenario.when(CANCEL).then(fact(CANCELLED), fact(IN))

    def test_goods_on_their_way_cannot_be_archived(self, scenario: Scenario) -> None:
        shipped(scenario, requested("7"))
        archive = ChangeProductStatus(id=PRODUCT, status="archived")
        scenario.when(archive).then_refused(StillInStock)
