"""Decisions about money that a till gave back without a connection, and shifts that it had then."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.offline_exchanges import TakeOverExchange, TakeOverReturn
from commands.orders.offline_refunds import TakeOverRefund, TakeOverVoid
from commands.orders.refunds import RefundOrder
from commands.orders.unlinked_goods import ReturnedItem
from commands.orders.unlinked_returns import TakeReturn
from commands.orders.voids import VoidOrder
from commands.ports import Missing
from commands.settings import SwitchSetting
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift, CountedTender, EndShift
from commands.shifts.offline_shifts import (
    TakeOverClose,
    TakeOverEnd,
    TakeOverMovement,
    TakeOverOpening,
)
from commands.shifts.opening import OpenShift
from commands.sync.delivery import Delivery, NotArrived
from domain.orders import InvalidTransition, LineReturn, Order
from domain.orders.portions import ReturnExceedsSold
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount
from domain.settings import OtherStore
from domain.shifts import Denomination, Shift, ShiftAlreadyOpen
from domain.stock import documents
from domain.stock.movements import StockMovement
from domain.stores import Store
from domain.tills import REACH
from domain.unlinked_returns import UnlinkedReturn
from tests.commands.samples import (
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    REGISTER,
    SHIFT,
    STORE,
    VARIANT,
    caller,
    delivery,
    id_of,
    line,
    product,
    register,
    sale,
    shift,
    storage,
    store,
)
from tests.commands.scenario import Outcome, Scenario, fact

LINE, REFUND = id_of("line"), id_of("refund")
MORNING = NOW - timedelta(hours=2)
TOLD = Delivery(device_id=id_of("device"), device_code="X1", register_id=REGISTER, seq=7, told_at=MORNING)
CASH = (Tender(method="cash", amount=249),)
OTHER_CASHIER = replace(caller(), user_id=OTHER)
COINS, NOTES = Denomination(value=1, count=347), Denomination(value=100, count=4)
#: A close of the shift, in which cards took nothing.
COUNTED: dict[str, Any] = {
    "id": SHIFT,
    "counted_cash": 747,
    "denominations": (COINS, NOTES),
    "tenders": (CountedTender(method="card", counted=0),),
    "closing_float": 400,
}


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Three of ten SALT were sold this morning, in the shift of the only till."""
    scenario.given(store(), storage(), register(), product(), delivery("10"), shift())
    own = {"register_id": REGISTER, "store_id": None, "occurred_at": MORNING}
    scenario.when(sale(line("3", id=LINE), paid=747, **own)).then(
        fact(Order.Sold, shift_id=SHIFT), fact(StockMovement.Issued)
    )
    return scenario


@pytest.fixture
def closed(shop: Scenario) -> Scenario:
    """And the shift is closed by now."""
    shop.when(CloseShift(id=SHIFT, counted_cash=747)).then(fact(Shift.Closed))
    return shop


def refund(
    quantity: str = "1", *, shift_id: Any = SHIFT, told: Delivery = TOLD, **values: Any
) -> TakeOverRefund:
    """A refund of one SALT in cash, unless it says otherwise."""
    returns = (LineReturn(line_id=LINE, quantity=Decimal(quantity)),)
    defaults = {"order_id": ORDER, "id": REFUND, "returns": returns, "tenders": CASH, "reason": "too salty"}
    return TakeOverRefund(refund=RefundOrder(**{**defaults, **values}), shift_id=shift_id, delivery=told)


def void(**values: Any) -> TakeOverVoid:
    return TakeOverVoid(void=VoidOrder(**{"order_id": ORDER, "reason": "wrong", **values}), delivery=TOLD)


def numbered(number: str) -> Delivery:
    return replace(TOLD, number=number)


def recorded(outcome: Outcome, event: type[Any]) -> Any:
    """What the event of that kind says."""
    if outcome.refusal:
        raise outcome.refusal
    return next(data for kind, _, data in outcome.recorded if kind is event)


class TestTakeOverRefund:
    def test_records_it_in_its_shift_under_its_number(self, shop: Scenario) -> None:
        outcome = shop.when(refund(told=numbered("M-1-X1-R000001"))).then(
            fact(
                Order.Refunded,
                ORDER,
                refund_id=REFUND,
                number="M-1-X1-R000001",
                series_number=1,
                shift_id=SHIFT,
                occurred_at=MORNING,
            ),
            fact(StockMovement.Returned, refund_id=REFUND),
        )
        assert recorded(outcome, Order.Refunded).offline.flags == ()

    def test_is_recorded_once(self, shop: Scenario) -> None:
        shop.when(refund(), saying="this")
        shop.when(refund(), saying="this").then_repeated()

    def test_tells_a_closed_shift_of_it(self, closed: Scenario) -> None:
        outcome = closed.when(refund()).then(
            fact(Shift.LateSaleNoted, SHIFT, order_id=REFUND, cash=-249, total=-249),
            fact(Order.Refunded, shift_id=SHIFT),
            fact(StockMovement.Returned),
        )
        assert recorded(outcome, Order.Refunded).offline.flags == ("late",)

    def test_has_no_place_under_a_number_that_is_taken(self, shop: Scenario) -> None:
        told = numbered("M-1-X1-R000001")
        shop.when(refund(told=told))
        second = recorded(shop.when(refund(told=told, id=OTHER)), Order.Refunded)
        assert (second.number, second.series_number) == ("M-1-X1-R000001", 0)
        assert second.offline.flags == ("number_conflict",)

    def test_has_no_place_under_a_number_far_beyond_the_last(self, shop: Scenario) -> None:
        number = f"M-1-X1-R{REACH + 1}"
        first = recorded(shop.when(refund(told=numbered(number))), Order.Refunded)
        assert (first.number, first.series_number) == (number, 0)
        assert first.offline.flags == ("number_conflict",)
        furthest = refund(told=numbered(f"M-1-X1-R{REACH}"), id=OTHER)
        assert recorded(shop.when(furthest), Order.Refunded).series_number == REACH

    def test_is_paid_where_the_store_is_closed_by_now(self, shop: Scenario) -> None:
        shop.when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        assert recorded(shop.when(refund()), Order.Refunded).store_id == STORE

    def test_does_not_lie_before_its_sale(self, shop: Scenario) -> None:
        early = replace(TOLD, told_at=MORNING - timedelta(hours=1))
        assert recorded(shop.when(refund(told=early)), Order.Refunded).occurred_at == MORNING

    def test_waits_for_its_order(self, shop: Scenario) -> None:
        shop.when(refund(order_id=NOTHING)).then_refused(NotArrived)

    def test_leaves_what_is_more_than_was_sold_to_the_inbox(self, shop: Scenario) -> None:
        too_much = shop.when(refund("4", tenders=(Tender(method="cash", amount=996),)))
        assert type(too_much.refusal) is ReturnExceedsSold


class TestPartsInAnotherOrder:
    """Three for 7.46, which their till has given back as 2.49, 2.48 and 2.49."""

    GIVEN = (249, 248, 249)

    @pytest.mark.parametrize("method", ["cash", "card"])
    @pytest.mark.parametrize("arrival", list(permutations(range(3))))
    def test_come_to_the_same(self, scenario: Scenario, arrival: tuple[int, ...], method: str) -> None:
        scenario.given(store(), storage(), register(), product(), delivery("10"), shift())
        paid = (Tender(method=method, amount=746),)
        off = (Discount(type="amount", value=Decimal(1)),)
        scenario.when(sale(line("3", id=LINE), tenders=paid, discounts=off, register_id=REGISTER))
        back = []
        for part in arrival:
            given = (Tender(method=method, amount=self.GIVEN[part]),)
            outcome = scenario.when(refund(id=id_of(f"part {part}"), tenders=given))
            back.append(recorded(outcome, Order.Refunded))
            assert back[-1].payments[0].amount == self.GIVEN[part]
        assert [one.total for one in back] == [249, 248, 249]
        assert sum(one.rounding for one in back) == 0
        flags = ["total_differs" in one.offline.flags for one in back]
        assert any(flags) == any(one.rounding for one in back)

    def test_are_not_given_for_much_more_or_less(self, shop: Scenario) -> None:
        for amount, kind in ((247, PaymentInsufficient), (251, PaymentExceedsTotal)):
            for method in ("cash", "card"):
                given = (Tender(method=method, amount=amount),)
                shop.when(refund(tenders=given)).then_refused(kind, "payments")


class TestTakeOverVoid:
    def test_takes_the_sale_back(self, shop: Scenario) -> None:
        shop.when(void()).then(
            fact(Order.Voided, ORDER, occurred_at=MORNING), fact(StockMovement.Voided, order_id=ORDER)
        )

    def test_is_recorded_once(self, shop: Scenario) -> None:
        shop.when(void()).then(fact(Order.Voided), fact(StockMovement.Voided))
        shop.when(void()).then_repeated()

    def test_is_the_one_that_was_made_with_a_connection(self, shop: Scenario) -> None:
        shop.by(OTHER_CASHIER).when(VoidOrder(order_id=ORDER, reason="wrong"))
        shop.by(caller()).when(void()).then_repeated()

    def test_is_refused_for_another_reason(self, shop: Scenario) -> None:
        shop.when(VoidOrder(order_id=ORDER, reason="too salty"))
        shop.when(void()).then_refused(InvalidTransition)

    def test_of_other_stores_is_not_shown_though_it_was_recorded(self, shop: Scenario) -> None:
        shop.when(void())
        shop.by(caller("Manager", OTHER)).when(void()).then_refused(OtherStore)

    def test_tells_a_closed_shift_of_it(self, closed: Scenario) -> None:
        outcome = closed.when(void()).then(
            fact(Shift.LateSaleNoted, SHIFT, order_id=ORDER, cash=-747, total=-747),
            fact(Order.Voided),
            fact(StockMovement.Voided),
        )
        assert recorded(outcome, Order.Voided).offline.flags == ("late",)

    def test_waits_for_its_order(self, shop: Scenario) -> None:
        shop.when(void(order_id=NOTHING)).then_refused(NotArrived)

    def test_stays_within_the_stores_of_who_sends_it(self, shop: Scenario) -> None:
        shop.by(caller("Manager", OTHER)).when(void()).then_refused(OtherStore)


class TestTakeOverExchange:
    def exchange(
        self,
        *,
        order_id: Any = ORDER,
        shift_id: Any = SHIFT,
        quantity: str = "2",
        paid: int = 249,
        told: Delivery = TOLD,
    ) -> TakeOverExchange:
        """One SALT against two, or as many as it says."""
        returns = (LineReturn(line_id=LINE, quantity=Decimal(1)),)
        back = RefundOrder(order_id=order_id, returns=returns, reason="more")
        more = sale(line(quantity), id=OTHER, paid=paid, register_id=REGISTER, store_id=None)
        return TakeOverExchange(
            exchange=ExchangeGoods(refund=back, sale=more), shift_id=shift_id, delivery=told
        )

    def test_records_both_sides(self, shop: Scenario) -> None:
        outcome = shop.when(self.exchange())
        sold, returned = recorded(outcome, Order.Sold), recorded(outcome, Order.Refunded)
        assert (sold.offline.seq, returned.offline.seq, sold.occurred_at) == (7, 7, MORNING)

    def test_waits_for_its_order(self, shop: Scenario) -> None:
        shop.when(self.exchange(order_id=NOTHING)).then_refused(NotArrived)

    def test_waits_for_its_shift(self, shop: Scenario) -> None:
        shop.when(self.exchange(shift_id=NOTHING)).then_refused(NotArrived)

    def test_tells_a_closed_shift_of_both_sides(self, closed: Scenario) -> None:
        outcome = closed.when(self.exchange())
        sold, returned = recorded(outcome, Order.Sold), recorded(outcome, Order.Refunded)
        assert (sold.shift_id, returned.shift_id) == (SHIFT, SHIFT)
        assert (sold.offline.flags, returned.offline.flags) == (("late",), ("late",))
        noted = [data for kind, _, data in outcome.recorded if kind is Shift.LateSaleNoted]
        assert [(one.cash, one.sales, one.returns) for one in noted] == [(0, 0, 249), (249, 498, 0)]

    def test_is_in_no_shift_that_was_opened_later(self, shop: Scenario) -> None:
        sold = recorded(shop.when(self.exchange(shift_id=None)), Order.Sold)
        assert (sold.shift_id, sold.offline.flags) == (None, ("no_shift",))

    def test_takes_what_was_not_there(self, shop: Scenario) -> None:
        sold = recorded(shop.when(self.exchange(quantity="20", paid=19 * 249)), Order.Sold)
        assert sold.offline.flags == ("stock_negative",)

    def test_keeps_the_number_of_its_sale(self, shop: Scenario) -> None:
        outcome = shop.when(self.exchange(told=numbered("M-1-X1-000009")))
        sold, returned = recorded(outcome, Order.Sold), recorded(outcome, Order.Refunded)
        assert (sold.number, sold.series_number, sold.offline.flags) == ("M-1-X1-000009", 9, ())
        assert returned.series_number == 1

    def test_keeps_a_foreign_number_without_a_place(self, shop: Scenario) -> None:
        sold = recorded(shop.when(self.exchange(told=numbered("M-1-X2-000009"))), Order.Sold)
        assert (sold.number, sold.series_number) == ("M-1-X2-000009", 0)
        assert sold.offline.flags == ("number_conflict",)


class TestTakeOverReturn:
    def taken(self, shift_id: Any = SHIFT, told: Delivery = TOLD) -> TakeOverReturn:
        item = ReturnedItem(variant_id=VARIANT, quantity=Decimal(1), unit_price=249)
        back = TakeReturn(id=REFUND, lines=(item,), tenders=CASH, reason="gift", register_id=REGISTER)
        return TakeOverReturn(taken=back, shift_id=shift_id, delivery=told)

    def test_records_it(self, shop: Scenario) -> None:
        outcome = shop.when(self.taken()).then(
            fact(UnlinkedReturn.Taken, REFUND, occurred_at=MORNING, shift_id=SHIFT),
            fact(StockMovement.Returned, refund_id=REFUND),
        )
        assert recorded(outcome, UnlinkedReturn.Taken).offline.seq == 7

    def test_waits_for_its_shift(self, shop: Scenario) -> None:
        shop.when(self.taken(NOTHING)).then_refused(NotArrived)

    def test_tells_a_closed_shift_of_it(self, closed: Scenario) -> None:
        outcome = closed.when(self.taken()).then(
            fact(Shift.LateSaleNoted, SHIFT, order_id=REFUND, cash=-249, total=-249),
            fact(UnlinkedReturn.Taken, shift_id=SHIFT),
            fact(StockMovement.Returned),
        )
        assert recorded(outcome, UnlinkedReturn.Taken).offline.flags == ("late",)

    def test_is_in_no_shift_that_was_opened_later(self, shop: Scenario) -> None:
        taken = recorded(shop.when(self.taken(None)), UnlinkedReturn.Taken)
        assert (taken.shift_id, taken.offline.flags) == (None, ("no_shift",))

    def test_keeps_its_number(self, shop: Scenario) -> None:
        taken = recorded(shop.when(self.taken(told=numbered("M-1-X1-R000004"))), UnlinkedReturn.Taken)
        assert (taken.number, taken.series_number) == ("M-1-X1-R000004", 4)

    def test_has_no_place_under_a_number_that_another_return_has(self, shop: Scenario) -> None:
        told = numbered("M-1-X1-R000004")
        shop.when(self.taken(told=told))
        second = replace(self.taken(told=told).taken, id=OTHER)
        outcome = shop.when(replace(self.taken(told=told), taken=second))
        taken = recorded(outcome, UnlinkedReturn.Taken)
        assert (taken.series_number, taken.offline.flags) == (0, ("number_conflict",))


class TestShifts:
    def opening(self, **values: Any) -> TakeOverOpening:
        opening = OpenShift(**{"id": OTHER, "register_id": REGISTER, "opening_float": 0, **values})
        return TakeOverOpening(opening=opening, delivery=TOLD)

    def test_are_opened_when_the_till_did(self, closed: Scenario) -> None:
        closed.when(self.opening()).then(fact(Shift.Opened, OTHER, occurred_at=MORNING))

    def test_wait_for_the_close_of_the_last_one_while_something_is_missing(self, shop: Scenario) -> None:
        shop.when(self.opening()).then_refused(NotArrived)

    def test_are_rejected_while_another_is_open_and_nothing_is_missing(self, shop: Scenario) -> None:
        opening = replace(self.opening(), delivery=replace(TOLD, seq=1))
        shop.when(opening).then_refused(ShiftAlreadyOpen)

    def test_are_filled(self, shop: Scenario) -> None:
        movement = MoveCash(id=OTHER, shift_id=SHIFT, type="paid_out", amount=100, reason="petty_cash")
        command = TakeOverMovement(movement=movement, delivery=TOLD)
        shop.when(command).then(fact(Shift.CashPaidOut, SHIFT, movement_id=OTHER, occurred_at=MORNING))
        missing = replace(command, movement=replace(movement, shift_id=NOTHING))
        shop.when(missing).then_refused(NotArrived)

    def test_are_filled_after_they_were_closed(self, shop: Scenario) -> None:
        movement = MoveCash(id=OTHER, shift_id=SHIFT, type="paid_out", amount=100, reason="petty_cash")
        shop.when(TakeOverClose(closing=CloseShift(id=SHIFT, counted_cash=647), delivery=TOLD))
        command = TakeOverMovement(movement=movement, delivery=TOLD)
        outcome = shop.when(command, saying="paid out").then(
            fact(Shift.LateSaleNoted, SHIFT, order_id=OTHER, cash=-100, total=0),
            fact(Shift.CashPaidOut, SHIFT, movement_id=OTHER, amount=100, is_late=True),
        )
        assert outcome.answer.shift.restated_over_short == 0
        shop.when(command, saying="paid out").then_repeated()

    def ending(self) -> TakeOverEnd:
        return TakeOverEnd(ending=EndShift(id=SHIFT), delivery=TOLD)

    def closing(self, **values: Any) -> TakeOverClose:
        return TakeOverClose(closing=CloseShift(**{**COUNTED, **values}), delivery=TOLD)

    def test_are_ended_and_closed_once(self, shop: Scenario) -> None:
        shop.when(self.ending()).then(fact(Shift.Ended, SHIFT))
        shop.when(self.ending()).then_repeated()
        left = {"closing_float": 747}
        shop.when(self.closing(**left)).then(fact(Shift.Closed, SHIFT, over_short=0))
        shop.when(self.closing(**left)).then_repeated()

    def test_are_ended_when_they_are_closed(self, closed: Scenario) -> None:
        closed.when(self.ending()).then_repeated()

    @pytest.mark.parametrize(
        "same",
        [
            {},
            {"denominations": (NOTES, COINS)},
            {"tenders": (CountedTender(method="Card", counted=0),)},
            {"note": "A quiet day", "over_short_reason": "Counted twice"},
        ],
    )
    def test_are_closed_already_on_the_same_count(self, shop: Scenario, same: dict[str, Any]) -> None:
        shop.when(CloseShift(**COUNTED)).then(fact(Shift.Closed), fact(Shift.CashDropped))
        shop.when(self.closing(**same)).then_repeated()

    @pytest.mark.parametrize(
        "other",
        [
            {"counted_cash": 746, "denominations": ()},
            {"denominations": (COINS, replace(NOTES, value=50, count=8))},
            {"closing_float": 401},
            {"closing_float": None},
            {"tenders": (CountedTender(method="card", counted=1),)},
            {"tenders": ()},
        ],
    )
    def test_are_not_closed_on_another_count(self, shop: Scenario, other: dict[str, Any]) -> None:
        shop.when(CloseShift(**COUNTED))
        shop.when(self.closing(**other)).then_refused(documents.InvalidTransition)

    def test_of_other_stores_are_not_shown_though_they_are_closed(self, shop: Scenario) -> None:
        shop.when(CloseShift(**COUNTED))
        shop.by(caller("Manager", OTHER))
        shop.when(self.ending()).then_refused(Missing)
        shop.when(self.closing()).then_refused(Missing)

    def test_wait_for_their_opening(self, shop: Scenario) -> None:
        shop.when(TakeOverEnd(ending=EndShift(id=NOTHING), delivery=TOLD)).then_refused(NotArrived)
        closing = CloseShift(id=NOTHING, counted_cash=0)
        shop.when(TakeOverClose(closing=closing, delivery=TOLD)).then_refused(NotArrived)
