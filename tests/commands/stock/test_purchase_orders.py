"""Decisions about purchase orders."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.companies import ReviseCompany
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.settings import ArchiveSetting, ReviseSetting
from commands.stock.purchase_orders.deliveries import ConsignedLine, TakeDelivery
from commands.stock.purchase_orders.drafts import (
    AmendPurchaseOrder,
    DiscardPurchaseOrder,
    DraftPurchaseOrder,
)
from commands.stock.purchase_orders.lines import EditedLine, PlannedLine
from commands.stock.purchase_orders.orders import CancelPurchaseOrder, OrderFromSupplier
from commands.stock.purchase_orders.suggested import DraftSuggested, SuggestedLine
from commands.stock.reversals import ReverseMovement
from commands.stock.supplier_returns import ReturnToSupplier, SupplierReturnEntry
from domain.errors import Invalid
from domain.messages import Message
from domain.money import AmountTooLarge
from domain.settings import OtherStore
from domain.stock.documents import InvalidTransition
from domain.stock.movements import StockMovement
from domain.stock.purchase_deliveries import DeliveredLine, ReceiveExceedsOrdered
from domain.stock.purchase_lines import NO_INTAKE
from domain.stock.purchase_orders import PurchaseOrder
from domain.stock.reversals import AlreadyReversed, NotReversible, reversal_id
from domain.suppliers import Supplier
from tests.commands.samples import (
    COMPANY,
    DELIVERY,
    NOTHING,
    NOW,
    ORDER,
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
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

SECOND, STALE = id_of("second variant"), frozenset({7})


def planned(
    quantity: str = "10", unit_cost: int = 90, variant_id: UUID = VARIANT, **more: Any
) -> PlannedLine:
    return PlannedLine(variant_id=variant_id, quantity=Decimal(quantity), unit_cost=unit_cost, **more)


def draft(*lines: PlannedLine, **values: Any) -> DraftPurchaseOrder:
    place = {"id": ORDER, "supplier_id": SUPPLIER, "storage_id": STORAGE}
    return DraftPurchaseOrder(**{**place, "lines": lines or (planned(),), **values})


def amend(
    *lines: tuple[UUID, str], values: Mapping[str, Any] | None = None, **changes: Any
) -> AmendPurchaseOrder:
    edits = tuple(EditedLine(variant_id=one, quantity=Decimal(q), values=values or {}) for one, q in lines)
    return AmendPurchaseOrder(id=ORDER, changes=changes, lines=edits or None)


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """A shop with two goods and a supplier."""
    goods = product(variant(), variant(SECOND, "PEPPER", cost=50))
    return scenario.given(store(), storage(), goods, supplier())


@pytest.fixture
def drafted(scenario: Scenario) -> Scenario:
    """Ten of the first are planned."""
    scenario.when(draft())
    return scenario


@pytest.fixture
def ordered(drafted: Scenario) -> Scenario:
    """They are ordered."""
    drafted.when(OrderFromSupplier(id=ORDER))
    return drafted


def line_of(scenario: Scenario) -> UUID:
    """The id of the order's first line, as an edit that changes nothing answers it."""
    order: PurchaseOrder = scenario.when(AmendPurchaseOrder(id=ORDER, changes={})).answer
    return order.lines[0].id


def take(scenario: Scenario, quantity: str, *, one: UUID = DELIVERY, **values: Any) -> TakeDelivery:
    names = ("unit_cost", "rejected", "rejected_reason")
    line = {name: values.pop(name) for name in names if name in values}
    consigned = ConsignedLine(line_id=line_of(scenario), quantity=Decimal(quantity), **line)
    return TakeDelivery(id=one, purchase_order_id=ORDER, **{"lines": (consigned,), **values})


class TestDrafting:
    def test_takes_the_next_number(self, scenario: Scenario) -> None:
        scenario.when(draft()).then(
            fact(PurchaseOrder.Drafted, ORDER, number="PO-000001", series_number=1, currency="EUR")
        )
        scenario.when(draft(id=OTHER)).then(fact(PurchaseOrder.Drafted, OTHER, number="PO-000002"))

    def test_is_done_once(self, drafted: Scenario) -> None:
        drafted.when(draft()).then_repeated()

    def test_refuses_what_is_not_there(self, scenario: Scenario) -> None:
        scenario.when(draft(supplier_id=NOTHING)).then_refused(Invalid, "supplier_id:not_found")
        scenario.when(draft(storage_id=NOTHING)).then_refused(Invalid, "storage_id:not_found")
        scenario.when(draft(planned(variant_id=NOTHING))).then_refused(
            Invalid, "lines.0.variant_id:not_found"
        )

    def test_refuses_a_variant_twice(self, scenario: Scenario) -> None:
        scenario.when(draft(planned(), planned())).then_refused(Invalid, "lines.1.variant_id:duplicate_line")

    def test_refuses_more_than_can_be_counted(self, scenario: Scenario) -> None:
        scenario.when(draft(planned("1000000000", 2**53))).then_refused(AmountTooLarge)

    def test_refuses_other_stores(self, scenario: Scenario) -> None:
        scenario.by(caller("Inventory Clerk", OTHER)).when(draft()).then_refused(OtherStore)


class TestAmending:
    def test_changes_all_of_a_plan(self, drafted: Scenario) -> None:
        outcome = drafted.when(amend((VARIANT, "3"), note="Soon"))
        outcome.then(fact(PurchaseOrder.Amended, ORDER, note="Soon", incoming=(), status="draft"))
        ((_, _, data),) = outcome.recorded
        assert [(line.quantity, line.unit_cost) for line in data.lines] == [(3, 90)]

    def test_needs_the_cost_of_what_is_new(self, drafted: Scenario) -> None:
        drafted.when(amend((SECOND, "3"))).then_refused(Invalid, "lines.0.unit_cost:required")

    def test_changes_nothing_by_what_is_so(self, drafted: Scenario) -> None:
        drafted.when(amend((VARIANT, "10"))).then_nothing()

    def test_orders_more_or_less_of_what_was_ordered(self, ordered: Scenario) -> None:
        outcome = ordered.when(amend((VARIANT, "12")))
        outcome.then(fact(PurchaseOrder.Amended, ORDER, status="ordered"))
        ((_, _, data),) = outcome.recorded
        assert [line.incoming_change for line in data.incoming] == [2]

    def test_orders_no_less_than_came(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "5"))
        ordered.when(amend((VARIANT, "4"))).then_refused(Invalid, "lines.0.quantity:below_received")
        ordered.when(amend((VARIANT, "5"))).then(fact(PurchaseOrder.Amended, ORDER, status="received"))

    def test_changes_neither_prices_nor_goods_of_what_was_ordered(self, ordered: Scenario) -> None:
        other_price = amend((VARIANT, "10"), values={"unit_cost": 1})
        ordered.when(other_price).then_refused(InvalidTransition)
        ordered.when(amend((SECOND, "1"))).then_refused(Invalid, "lines.0.variant_id:not_found")
        ordered.when(amend(reference="x")).then_refused(InvalidTransition)
        ordered.when(amend(note="x")).then(fact(PurchaseOrder.Rescheduled, ORDER, note="x"))

    def test_refuses_another_version_or_none(self, drafted: Scenario) -> None:
        command = AmendPurchaseOrder(id=ORDER, changes={"note": "x"}, expected_versions=STALE)
        drafted.when(command).then_refused(StaleVersion)
        drafted.when(AmendPurchaseOrder(id=NOTHING, changes={})).then_refused(Missing)

    def test_drops_a_draft_and_no_order(self, drafted: Scenario) -> None:
        drafted.when(DiscardPurchaseOrder(id=ORDER)).then(fact(PurchaseOrder.Discarded, ORDER))
        drafted.when(DiscardPurchaseOrder(id=ORDER)).then_refused(InvalidTransition)


class TestOrdering:
    def test_has_the_goods_come(self, drafted: Scenario) -> None:
        outcome = drafted.when(OrderFromSupplier(id=ORDER))
        outcome.then(fact(PurchaseOrder.Ordered, ORDER, storage_id=STORAGE, sent_to=None))
        ((_, _, data),) = outcome.recorded
        assert [line.incoming_change for line in data.incoming] == [10]

    def test_writes_to_the_supplier(self, drafted: Scenario) -> None:
        drafted.when(OrderFromSupplier(id=ORDER, send=True)).then_refused(Invalid, "send:no_address")
        drafted.when(ReviseSetting(kind=Supplier, id=SUPPLIER, changes={"email": "a@mill.example"}))
        drafted.when(OrderFromSupplier(id=ORDER, send=True)).then(
            fact(PurchaseOrder.Ordered, ORDER, sent_to="a@mill.example"),
            fact(Message.Written, address="a@mill.example", document_id=ORDER),
        )

    def test_writes_again_about_what_is_still_to_come(self, ordered: Scenario) -> None:
        send = OrderFromSupplier(id=ORDER, send=True)
        ordered.when(ReviseSetting(kind=Supplier, id=SUPPLIER, changes={"email": "a@mill.example"}))
        written = fact(Message.Written, address="a@mill.example", document_id=ORDER)
        ordered.when(send).then(written)
        ordered.when(take(ordered, "4"))
        ordered.when(send).then(written)
        ordered.when(CancelPurchaseOrder(id=ORDER))
        ordered.when(send).then_refused(InvalidTransition)

    def test_refuses_an_archived_supplier(self, drafted: Scenario) -> None:
        drafted.when(ArchiveSetting(kind=Supplier, id=SUPPLIER))
        drafted.when(OrderFromSupplier(id=ORDER)).then_refused(Invalid, "supplier_id:not_found")

    def test_refuses_an_empty_plan(self, drafted: Scenario) -> None:
        drafted.when(AmendPurchaseOrder(id=ORDER, changes={}, lines=()))
        drafted.when(OrderFromSupplier(id=ORDER)).then_refused(Invalid, "lines:nothing_to_order")

    def test_is_done_once(self, ordered: Scenario) -> None:
        ordered.when(OrderFromSupplier(id=ORDER)).then_refused(InvalidTransition)


def reverse(movement_id: UUID = DELIVERY) -> ReverseMovement:
    return ReverseMovement(movement_id=movement_id, reason="Typed wrong")


def reopened(outcome: Outcome) -> tuple[str, int]:
    """Where the order stands after a reversal, and what of its line is on order again."""
    (_, _, data) = outcome.recorded[1]
    return data.status, int(data.lines[0].incoming_change)


def taken_value(scenario: Scenario, name: str, quantity: str) -> int:
    """What a delivery of that name is worth."""
    line = scenario.when(take(scenario, quantity, one=id_of(name))).recorded[0][2].lines[0]
    return int(line.value_change)


class TestTakingDeliveries:
    def test_books_a_receipt_and_counts_it_for_the_line(self, ordered: Scenario) -> None:
        outcome = ordered.when(take(ordered, "4"))
        outcome.then(
            fact(StockMovement.Received, DELIVERY, purchase_order_id=ORDER, supplier_id=SUPPLIER),
            fact(PurchaseOrder.DeliveryTaken, ORDER, movement_id=DELIVERY, status="partially_received"),
        )
        (_, _, data) = outcome.recorded[1]
        assert [(line.received, line.incoming_change, line.value) for line in data.lines] == [(4, -4, 360)]

    def test_parts_come_to_what_the_line_costs(self, scenario: Scenario) -> None:
        scenario.when(draft(planned("3", 100, discount_percent=Decimal("0.5"))))
        scenario.when(OrderFromSupplier(id=ORDER))
        values = [taken_value(scenario, name, "1") for name in ("a", "b", "c")]
        assert (values, sum(values)) == ([100, 99, 100], 299)

    def test_is_done_once(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4"))
        ordered.when(take(ordered, "4")).then_repeated()

    def test_refuses_an_id_that_another_movement_has(self, ordered: Scenario) -> None:
        ordered.given(delivery())
        ordered.when(take(ordered, "4"), saying="this").then_refused(DuplicateId, "id")

    def test_refuses_more_than_ordered_over_all_deliveries(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "6"))
        more = take(ordered, "5", one=OTHER)
        ordered.when(more).then_refused(ReceiveExceedsOrdered, "lines.0.quantity:receive_exceeds_ordered")
        ordered.when(ReviseCompany(id=COMPANY, changes={"over_receive_percent": Decimal(10)}))
        outcome = ordered.when(more)
        outcome.then(
            fact(StockMovement.Received, OTHER), fact(PurchaseOrder.DeliveryTaken, ORDER, status="received")
        )
        assert [line.incoming_change for line in outcome.recorded[1][2].lines] == [-4]

    def test_leaves_what_was_rejected_to_come(self, ordered: Scenario) -> None:
        outcome = ordered.when(take(ordered, "0", rejected=Decimal(10), rejected_reason="Wet"))
        outcome.then(
            fact(StockMovement.Received, DELIVERY, lines=()),
            fact(PurchaseOrder.DeliveryTaken, ORDER, status="ordered"),
        )

    def test_refuses_what_is_not_ordered_and_nothing_at_all(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "0")).then_refused(Invalid, "lines.0.quantity:invalid")
        unknown = ConsignedLine(line_id=NOTHING, quantity=Decimal(1))
        command = TakeDelivery(id=DELIVERY, purchase_order_id=ORDER, lines=(unknown,))
        ordered.when(command).then_refused(Invalid, "lines.0.line_id:not_found")

    def test_came_no_earlier_than_it_was_ordered_as_far_as_clocks_agree(self, ordered: Scenario) -> None:
        early = take(ordered, "4", occurred_at=NOW - timedelta(minutes=11))
        ordered.when(early).then_refused(Invalid, "occurred_at:before_ordering")
        late = take(ordered, "4", occurred_at=NOW - timedelta(minutes=9))
        ordered.when(late).then(
            fact(StockMovement.Received, DELIVERY), fact(PurchaseOrder.DeliveryTaken, ORDER)
        )

    def test_refuses_a_draft(self, drafted: Scenario) -> None:
        drafted.when(take(drafted, "1")).then_refused(InvalidTransition)

    def test_refuses_other_stores(self, ordered: Scenario) -> None:
        command = take(ordered, "1")
        ordered.by(caller("Inventory Clerk", OTHER)).when(command).then_refused(OtherStore)


class TestReversingDeliveries:
    """Each ends at what the order was before; an order that somebody ended stays so."""

    def test_has_the_goods_come_again(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4", rejected=Decimal(2), rejected_reason="Wet"))
        outcome = ordered.when(reverse())
        outcome.then(
            fact(StockMovement.Reversed, reversal_id(DELIVERY), original_id=DELIVERY),
            fact(PurchaseOrder.DeliveryReversed, ORDER, movement_id=DELIVERY, status="ordered"),
        )
        assert outcome.recorded[1][2].lines == (
            DeliveredLine(
                line_id=line_of(ordered),
                variant_id=VARIANT,
                incoming_change=Decimal(4),
                received=Decimal(-4),
                base_received=Decimal(-4),
                value=-360,
                rejected=Decimal(-2),
            ),
        )
        order = ordered.when(AmendPurchaseOrder(id=ORDER, changes={})).answer
        assert (order.deliveries, order.received_total) == ([], 0)
        assert order.intake(order.lines[0].id) == NO_INTAKE

    def test_of_more_than_was_ordered_has_only_that_come_again(self, ordered: Scenario) -> None:
        ordered.when(ReviseCompany(id=COMPANY, changes={"over_receive_percent": Decimal(50)}))
        ordered.when(take(ordered, "6"))
        ordered.when(take(ordered, "9", one=OTHER))
        assert reopened(ordered.when(reverse(OTHER))) == ("partially_received", 4)
        ordered.when(take(ordered, "9", one=NOTHING))
        assert reopened(ordered.when(reverse())) == ("partially_received", 1)

    def test_leaves_an_order_received_of_which_enough_came_anyhow(self, ordered: Scenario) -> None:
        ordered.when(ReviseCompany(id=COMPANY, changes={"over_receive_percent": Decimal(50)}))
        ordered.when(take(ordered, "4"))
        ordered.when(take(ordered, "10", one=OTHER))
        assert reopened(ordered.when(reverse())) == ("received", 0)

    def test_leaves_a_closed_order_closed(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4"))
        ordered.when(CancelPurchaseOrder(id=ORDER))
        assert reopened(ordered.when(reverse())) == ("closed", 0)

    def test_takes_back_what_was_all_rejected(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "0", rejected=Decimal(10), rejected_reason="Wet"))
        ordered.when(CancelPurchaseOrder(id=ORDER))
        assert reopened(ordered.when(reverse())) == ("cancelled", 0)

    def test_lets_an_order_be_cancelled_of_which_nothing_is_left(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4"))
        ordered.when(reverse())
        ordered.when(CancelPurchaseOrder(id=ORDER)).then(fact(PurchaseOrder.Cancelled, ORDER))

    def test_lets_what_comes_instead_come_to_what_the_line_costs(self, scenario: Scenario) -> None:
        """The one that was rounded down goes back: what comes for it makes up for that."""
        scenario.when(draft(planned("3", 100, discount_percent=Decimal("0.5"))))
        scenario.when(OrderFromSupplier(id=ORDER))
        values = [taken_value(scenario, name, "1") for name in ("a", "b")]
        assert scenario.when(reverse(id_of("a"))).recorded[1][2].lines[0].value == -100
        values += [taken_value(scenario, name, "1") for name in ("c", "d")]
        assert (values[1:], sum(values[1:])) == ([99, 100, 100], 299)

    def test_lets_what_comes_instead_never_cost_less_than_nothing(self, scenario: Scenario) -> None:
        scenario.when(draft(planned("8", 1, discount_percent=Decimal(50))))
        scenario.when(OrderFromSupplier(id=ORDER))
        assert [taken_value(scenario, name, "1") for name in "abcde"] == [1, 0, 1, 0, 1]
        for name in "bd":
            scenario.when(reverse(id_of(name)))
        assert [taken_value(scenario, name, "1") for name in "fghij"] == [0, 0, 0, 1, 0]

    def test_happens_once_and_not_of_what_went_back_to_the_supplier(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4"))
        line = SupplierReturnEntry(variant_id=VARIANT, quantity=Decimal(1), unit_credit=90)
        command = ReturnToSupplier(id=OTHER, storage_id=STORAGE, supplier_id=SUPPLIER, lines=(line,))
        ordered.when(replace(command, receipt_id=DELIVERY))
        ordered.when(reverse()).then_refused(NotReversible)
        ordered.when(reverse(OTHER))
        ordered.when(reverse())
        ordered.when(reverse()).then_refused(AlreadyReversed, "movement_id:already_reversed")


class TestEnding:
    def test_cancels_what_never_came(self, ordered: Scenario) -> None:
        outcome = ordered.when(CancelPurchaseOrder(id=ORDER, reason="Dear"))
        outcome.then(fact(PurchaseOrder.Cancelled, ORDER, reason="Dear"))
        assert [line.incoming_change for line in outcome.recorded[0][2].incoming] == [-10]
        ordered.when(CancelPurchaseOrder(id=ORDER)).then_refused(InvalidTransition)

    def test_closes_what_came_in_part(self, ordered: Scenario) -> None:
        ordered.when(take(ordered, "4"))
        outcome = ordered.when(CancelPurchaseOrder(id=ORDER))
        outcome.then(fact(PurchaseOrder.Closed, ORDER))
        assert [line.incoming_change for line in outcome.recorded[0][2].incoming] == [-6]

    def test_cancels_a_draft_of_which_nothing_was_on_order(self, drafted: Scenario) -> None:
        drafted.when(CancelPurchaseOrder(id=ORDER)).then(fact(PurchaseOrder.Cancelled, ORDER, incoming=()))


class TestSuggestions:
    @pytest.fixture
    def supplied(self, scenario: Scenario) -> Scenario:
        """A product that has a supplier, bought at 77 the last time."""
        tea = product(variant(OTHER, "TEA", cost=50), one=id_of("tea"), supplier_id=SUPPLIER, name="Tea")
        return scenario.given(tea, delivery("1", OTHER, unit_cost=77))

    def test_become_drafts_at_the_last_cost(self, supplied: Scenario) -> None:
        line = SuggestedLine(variant_id=OTHER, storage_id=STORAGE, quantity=Decimal(24))
        outcome = supplied.when(DraftSuggested(id=ORDER, lines=(line,)))
        outcome.then(fact(PurchaseOrder.Drafted, ORDER, supplier_id=SUPPLIER, together=(ORDER,)))
        assert [line.unit_cost for line in outcome.recorded[0][2].lines] == [77]
        supplied.when(DraftSuggested(id=ORDER, lines=(line,))).then_repeated()

    def test_are_refused_without_a_supplier_or_twice(self, supplied: Scenario) -> None:
        nobodys = SuggestedLine(variant_id=VARIANT, storage_id=STORAGE, quantity=Decimal(1))
        refused = supplied.when(DraftSuggested(id=ORDER, lines=(nobodys,)))
        refused.then_refused(Invalid, "lines.0.variant_id:no_supplier")
        line = SuggestedLine(variant_id=OTHER, storage_id=STORAGE, quantity=Decimal(1))
        refused = supplied.when(DraftSuggested(id=ORDER, lines=(line, line)))
        refused.then_refused(Invalid, "lines.1.variant_id:duplicate_line")

    def test_are_refused_for_other_stores(self, supplied: Scenario) -> None:
        line = SuggestedLine(variant_id=OTHER, storage_id=STORAGE, quantity=Decimal(1))
        elsewhere = caller("Inventory Clerk", id_of("other store"))
        supplied.by(elsewhere).when(DraftSuggested(id=ORDER, lines=(line,))).then_refused(OtherStore)
        supplied.by(caller("Inventory Clerk", STORE)).when(DraftSuggested(id=ORDER, lines=(line,))).then(
            fact(PurchaseOrder.Drafted, ORDER)
        )
