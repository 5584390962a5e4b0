"""Decisions about reservations."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from commands.moments import BeforeTheCompany
from commands.ports import DuplicateId, Missing, StaleVersion
from commands.stock.reservations.expiry import ExpireReservations
from commands.stock.reservations.fulfilment import FulfilReservation
from commands.stock.reservations.placing import RequestedLine, ReserveStock
from commands.stock.reservations.release import ReleasedLine, ReleaseReservation
from domain.errors import Invalid
from domain.orders import Order
from domain.settings import OtherStore
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stock.reservations import (
    PlacedLine,
    ReleaseExceedsReserved,
    Reservation,
    ReservationEnded,
    ReservedLine,
)
from tests.commands.samples import (
    CUSTOMER,
    FOUNDED,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    STORAGE,
    STORE,
    UNIT,
    VARIANT,
    caller,
    customer,
    delivery,
    id_of,
    product,
    register,
    sale,
    storage,
    store,
    unit,
    variant,
)
from tests.commands.scenario import Scenario, fact

TOMORROW = NOW + timedelta(days=1)
RESERVATION = id_of("reservation")


def wish(quantity: str = "1", variant_id: UUID = VARIANT, unit_id: UUID | None = None) -> RequestedLine:
    return RequestedLine(variant_id=variant_id, quantity=Decimal(quantity), unit_id=unit_id)


def reserve(*lines: RequestedLine, **values: Any) -> ReserveStock:
    defaults = {"id": RESERVATION, "storage_id": STORAGE, "expires_at": TOMORROW}
    return ReserveStock(**{**defaults, "lines": lines or (wish(),), **values})


def release(quantity: str | None = None, variant_id: UUID = VARIANT, **values: Any) -> ReleaseReservation:
    lines = None
    if quantity is not None:
        lines = (ReleasedLine(variant_id=variant_id, quantity=Decimal(quantity)),)
    return ReleaseReservation(**{"id": RESERVATION, "lines": lines, **values})


def fulfil(quantity: str = "1", one: UUID = RESERVATION) -> FulfilReservation:
    return FulfilReservation(id=one, order_id=ORDER, quantities={VARIANT: Decimal(quantity)})


def line(quantity: str) -> ReservedLine:
    return ReservedLine(variant_id=VARIANT, quantity=Decimal(quantity))


@pytest.fixture
def scenario(scenario: Scenario) -> Scenario:
    """A shop with four of a product on hand."""
    return scenario.given(store(default_storage_id=STORAGE), storage(), product(), delivery("4"))


class TestReserving:
    def test_records_what_is_promised_to_whom_until_when(self, scenario: Scenario) -> None:
        scenario.given(customer())
        scenario.when(reserve(wish("3"), customer_id=CUSTOMER, reference="Phone")).then(
            fact(
                Reservation.Placed,
                RESERVATION,
                storage_id=STORAGE,
                customer_id=CUSTOMER,
                expires_at=TOMORROW,
                occurred_at=NOW,
                reference="Phone",
                lines=(PlacedLine(variant_id=VARIANT, quantity=Decimal(3), entered_quantity=Decimal(3)),),
            )
        )

    def test_leaves_less_for_the_next(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("3")))
        scenario.when(reserve(wish("2"), id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")
        scenario.when(reserve(wish("1"), id=OTHER)).then(fact(Reservation.Placed))

    def test_is_not_below_zero_even_where_sales_may_be(self, scenario: Scenario) -> None:
        cellar = id_of("cellar")
        scenario.given(storage(cellar, "Attic", "A", allow_negative=True))
        command = reserve(storage_id=cellar)
        scenario.when(command).then_refused(InsufficientStock, "lines.0.quantity")

    def test_of_a_unit_of_several_promises_so_many(self, scenario: Scenario) -> None:
        piece, case, wine = id_of("piece"), id_of("case"), variant(id_of("wine"), "WINE")
        cases = unit(case, "Case", "cs", precision=0)
        cases.revise({"base_unit_id": piece, "factor": Decimal(12)})
        scenario.given(unit(piece, "Piece", "pc", precision=0), cases)
        scenario.given(product(wine, one=OTHER, unit_id=piece), delivery("30", wine.id, one=id_of("more")))
        outcome = scenario.when(reserve(wish("2", wine.id, case)))
        promised = PlacedLine(
            variant_id=wine.id, quantity=Decimal(24), unit_id=case, entered_quantity=Decimal(2)
        )
        outcome.then(fact(Reservation.Placed, lines=(promised,)))

    def test_names_a_unit_of_something_else_and_a_quantity_too_fine(self, scenario: Scenario) -> None:
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(unit(precision=1), product(flour, one=OTHER, unit_id=UNIT))
        command = reserve(wish("1.25", flour.id), wish("1", unit_id=UNIT))
        scenario.when(command).then_refused(
            Invalid, "lines.0.quantity:too_precise", "lines.1.unit_id:no_common_unit"
        )

    def test_again_answers_with_what_it_reserved(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("4")), saying="this")
        scenario.when(reserve(wish("4")), saying="this").then_repeated()
        scenario.when(reserve(wish("4")), saying="that").then_refused(DuplicateId, "id")

    def test_names_everything_that_is_wrong(self, scenario: Scenario) -> None:
        command = reserve(
            wish(), wish(), wish(variant_id=NOTHING), storage_id=NOTHING, customer_id=OTHER, expires_at=NOW
        )
        scenario.when(command).then_refused(
            Invalid,
            "storage_id:not_found",
            "customer_id:not_found",
            "expires_at:in_the_past",
            "lines.1.variant_id:duplicate_line",
            "lines.2.variant_id:not_found",
        )

    def test_names_a_customer_who_is_archived(self, scenario: Scenario) -> None:
        gone = customer()
        gone.archive()
        scenario.given(gone)
        scenario.when(reserve(customer_id=CUSTOMER)).then_refused(Invalid, "customer_id:not_found")

    def test_lies_neither_in_the_future_nor_before_the_company(self, scenario: Scenario) -> None:
        tomorrow = reserve(occurred_at=TOMORROW, expires_at=TOMORROW + timedelta(days=1))
        scenario.when(tomorrow).then_refused(Invalid, "occurred_at:in_the_future")
        before = reserve(occurred_at=FOUNDED - timedelta(days=1))
        scenario.when(before).then_refused(BeforeTheCompany, "occurred_at")

    def test_is_refused_in_the_stores_of_others(self, scenario: Scenario) -> None:
        scenario.by(caller("Manager", OTHER)).when(reserve()).then_refused(OtherStore)
        scenario.by(caller("Manager", STORE)).when(reserve()).then(fact(Reservation.Placed))


class TestReleasing:
    def test_lets_go_of_all_that_is_left(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("3")))
        scenario.when(release("1"))
        outcome = scenario.when(release(reason="Bought elsewhere"))
        outcome.then(
            fact(
                Reservation.Released,
                RESERVATION,
                storage_id=STORAGE,
                lines=(line("2"),),
                reason="Bought elsewhere",
            )
        )
        assert outcome.answer.status == "released"

    def test_in_part_leaves_the_rest_promised(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("3")))
        outcome = scenario.when(release("2"))
        outcome.then(fact(Reservation.Released, lines=(line("2"),)))
        assert (outcome.answer.status, outcome.answer.open) == ("placed", {VARIANT: Decimal(1)})

    def test_medusa_12401_never_lets_reserved_go_below_zero(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("2")))
        scenario.when(release("3")).then_refused(ReleaseExceedsReserved, "lines.0.quantity")
        scenario.when(release("2"))
        scenario.when(release()).then_refused(ReservationEnded)
        scenario.when(release("1")).then_refused(ReservationEnded)

    def test_names_what_was_never_reserved(self, scenario: Scenario) -> None:
        scenario.when(reserve())
        scenario.when(release("1", OTHER)).then_refused(Invalid, "lines.0.variant_id:not_found")

    def test_names_a_variant_twice_and_a_quantity_too_fine(self, scenario: Scenario) -> None:
        flour = variant(id_of("flour"), "FLOUR")
        scenario.given(unit(precision=1), product(flour, one=OTHER, unit_id=UNIT))
        scenario.given(delivery("5", flour.id, one=id_of("more")))
        scenario.when(reserve(wish("2", flour.id)))
        fine = ReleasedLine(variant_id=flour.id, quantity=Decimal("0.25"))
        command = ReleaseReservation(id=RESERVATION, lines=(fine, fine))
        scenario.when(command).then_refused(
            Invalid,
            "lines.0.quantity:too_precise",
            "lines.1.quantity:too_precise",
            "lines.1.variant_id:duplicate_line",
        )

    def test_makes_the_goods_available_again(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("4")))
        scenario.when(reserve(id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")
        scenario.when(release("1"))
        scenario.when(reserve(id=OTHER)).then(fact(Reservation.Placed))

    def test_of_an_older_version_is_refused(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("2")))
        scenario.when(release("1"))
        scenario.when(release(expected_versions=frozenset({1}))).then_refused(StaleVersion)
        scenario.when(release(expected_versions=frozenset({2}))).then(fact(Reservation.Released))

    def test_is_refused_in_the_stores_of_others(self, scenario: Scenario) -> None:
        scenario.when(reserve())
        scenario.by(caller("Manager", OTHER)).when(release()).then_refused(OtherStore)

    def test_of_nothing_is_missing(self, scenario: Scenario) -> None:
        scenario.when(release()).then_refused(Missing)


class TestFulfilling:
    def test_s13_four_orders_of_one_each_get_theirs(self, scenario: Scenario) -> None:
        """S13 reservation; medusa#6500 and #11131: an order's own reservation does not stand in its way."""
        orders = [id_of(f"order {number}") for number in range(4)]
        for one in orders:
            scenario.when(reserve(id=one)).then(fact(Reservation.Placed))
        scenario.given(register())
        scenario.when(sale()).then_refused(InsufficientStock, "lines.0.quantity")
        for number, one in enumerate(orders, 1):
            scenario.when(fulfil(one=one)).then(
                fact(Reservation.Fulfilled, one, lines=(line("1"),)), fact(StockMovement.Issued)
            )
            if number < len(orders):
                # On hand 3, reserved 3, available 0.
                refused = scenario.when(sale())
                refused.then_refused(InsufficientStock, "lines.0.quantity")
        scenario.when(reserve(id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")

    def test_inventree_2969_what_was_handed_over_is_promised_no_more(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("3")))
        scenario.when(fulfil("3"))
        scenario.when(release()).then_refused(ReservationEnded)
        scenario.given(register())
        scenario.when(sale()).then(fact(Order.Sold), fact(StockMovement.Issued))

    def test_in_part_leaves_the_rest_promised(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("3")))
        scenario.when(fulfil("1")).then(
            fact(Reservation.Fulfilled, lines=(line("1"),)), fact(StockMovement.Issued, order_id=ORDER)
        )
        scenario.when(release()).then(fact(Reservation.Released, lines=(line("2"),)))

    def test_of_more_than_was_promised_takes_the_rest_of_what_is_free(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("1")))
        scenario.when(reserve(wish("2"), id=OTHER))
        scenario.when(fulfil("3")).then_refused(InsufficientStock, "lines.0.quantity")
        scenario.when(fulfil("2")).then(
            fact(Reservation.Fulfilled, RESERVATION, lines=(line("1"),)), fact(StockMovement.Issued)
        )

    def test_after_it_lapsed_takes_what_is_free(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("4")))
        scenario.at(TOMORROW).when(ExpireReservations(ids=(RESERVATION,)))
        scenario.when(fulfil("1")).then(fact(StockMovement.Issued))

    def test_is_refused_in_the_stores_of_others(self, scenario: Scenario) -> None:
        scenario.when(reserve())
        scenario.by(caller("Manager", OTHER)).when(fulfil()).then_refused(OtherStore)


class TestLapsing:
    def test_lets_go_of_what_is_due_once(self, scenario: Scenario) -> None:
        scenario.when(reserve(wish("2")))
        scenario.when(reserve(id=OTHER, expires_at=TOMORROW + timedelta(seconds=1)))
        scenario.when(release("1"))
        both = ExpireReservations(ids=(RESERVATION, OTHER))
        scenario.at(TOMORROW).when(both).then(
            fact(Reservation.Expired, RESERVATION, storage_id=STORAGE, lines=(line("1"),))
        )
        scenario.when(both).then_nothing()

    def test_leaves_nothing_to_release(self, scenario: Scenario) -> None:
        scenario.when(reserve())
        scenario.at(TOMORROW).when(ExpireReservations(ids=(RESERVATION,)))
        scenario.when(release()).then_refused(ReservationEnded)
