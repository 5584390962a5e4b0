"""Decisions about money that goes back: refunds and what they put back into stock."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.catalog.products import ChangeProductStatus
from commands.companies import ReviseCompany
from commands.moments import TooFarBack
from commands.orders.refund_rules import ReturnWindowClosed
from commands.orders.refunds import QuoteRefund, RefundOrder
from commands.ports import DuplicateId, Missing
from domain.approvals import ApprovalNotValid
from domain.catalog.products import Product
from domain.errors import Invalid
from domain.orders import LineGoodwill, LineReturn, Order, RefundMethodNotAllowed
from domain.orders.portions import RefundExceedsPaid, ReturnExceedsSold
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.settings import OtherStore
from domain.shifts import NoOpenShift
from domain.stock.movements import StockMovement
from tests.commands.samples import (
    COMPANY,
    NOTHING,
    NOW,
    ORDER,
    PRODUCT,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    UNIT,
    approval,
    caller,
    counted,
    delivery,
    id_of,
    line,
    method,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    unit,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

LINE, REFUND = id_of("line"), id_of("refund")
NORTH, NORTH_STORAGE, NORTH_TILL = id_of("north"), id_of("north storage"), id_of("north till")
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Two stores, and three of ten SALT sold in the first for 7.47 in cash."""
    scenario.given(store(), storage(), register(), product(), delivery("10"))
    scenario.given(
        store(NORTH, "North", "N"),
        storage(NORTH_STORAGE, "North cellar", "NC", store_id=NORTH),
        register(NORTH_TILL, "9", NORTH),
    )
    return scenario


@pytest.fixture
def sold(shop: Scenario) -> Scenario:
    """Three SALT of ten were sold, for cash."""
    shop.when(sale(line("3", id=LINE), paid=747))
    return shop.at(LATER)


def back(quantity: str = "1", *, restock: bool = True) -> LineReturn:
    return LineReturn(line_id=LINE, quantity=Decimal(quantity), restock=restock)


def cash(amount: int = 249) -> Tender:
    return Tender(method="cash", amount=amount)


def card(amount: int = 249) -> Tender:
    return Tender(method="card", amount=amount)


def refund(*tenders: Tender, **values: Any) -> RefundOrder:
    """A refund of one SALT in cash, unless it says otherwise."""
    defaults = {"order_id": ORDER, "id": REFUND, "returns": (back(),), "reason": "too salty", **values}
    return RefundOrder(tenders=tenders or (cash(),), **defaults)


def refunded(outcome: Outcome) -> Any:
    """The refund that was recorded."""
    event, _, data = outcome.recorded[0]
    assert event is Order.Refunded
    return data


class TestRefundOrder:
    def test_records_money_and_goods(self, sold: Scenario) -> None:
        outcome = sold.when(refund()).then(
            fact(
                Order.Refunded,
                ORDER,
                refund_id=REFUND,
                number="M-R000001",
                total=249,
                store_id=STORE,
                storage_id=STORAGE,
                occurred_at=LATER,
                payment_status="partially_refunded",
                fulfilment_status="partially_returned",
            ),
            fact(
                StockMovement.Returned,
                storage_id=STORAGE,
                order_id=ORDER,
                refund_id=REFUND,
                occurred_at=LATER,
                business_date=LATER.date(),
            ),
        )
        (_, _, returned) = outcome.recorded[1]
        moved = [(one.quantity, one.value_change, one.balance_quantity) for one in returned.lines]
        assert moved == [(1, 90, 8)]

    def test_in_three_parts_leaves_the_stock_as_it_was(self, sold: Scenario) -> None:
        outcomes = [sold.when(refund(id=None)) for _ in range(3)]
        (last,) = outcomes[-1].recorded[1][2].lines
        assert (last.balance_quantity, last.balance_value) == (10, 900)
        assert refunded(outcomes[-1]).fulfilment_status == "returned"

    def test_numbers_refunds_by_themselves_without_a_gap(self, sold: Scenario) -> None:
        numbers = [refunded(sold.when(refund(id=None))).number for _ in range(2)]
        assert numbers == ["M-R000001", "M-R000002"]

    def test_is_answered_again_with_what_it_recorded(self, sold: Scenario) -> None:
        sold.when(refund(), saying="one")
        outcome = sold.when(refund(), saying="one").then_repeated()
        assert [one.number for one in outcome.answer.refunds] == ["M-R000001"]

    def test_of_other_content_has_another_id(self, sold: Scenario) -> None:
        sold.when(refund(), saying="one")
        sold.when(refund(), saying="other").then_refused(DuplicateId, "id")

    def test_of_what_cannot_be_sold_again_moves_no_stock(self, sold: Scenario) -> None:
        outcome = sold.when(refund(returns=(back(restock=False),))).then(
            fact(Order.Refunded, ORDER, storage_id=None)
        )
        assert [one.cost_total for one in refunded(outcome).lines] == [0]

    def test_of_what_is_not_counted_moves_none_and_takes_its_cost_back(self, shop: Scenario) -> None:
        service = id_of("service")
        shop.given(product(variant(service, "SERVICE"), one=id_of("services"), track_stock=False))
        shop.when(sale(line("1", service, id=LINE)))
        outcome = shop.when(refund()).then(fact(Order.Refunded, ORDER, storage_id=None))
        assert [one.cost_total for one in refunded(outcome).lines] == [90]

    def test_takes_back_what_is_archived_by_now(self, shop: Scenario) -> None:
        shop.when(sale(line("10", id=LINE), paid=2490))
        shop.when(ChangeProductStatus(id=PRODUCT, status="archived")).then(fact(Product.Archived))
        shop.when(refund()).then(fact(Order.Refunded), fact(StockMovement.Returned, storage_id=STORAGE))

    def test_puts_goods_where_the_caller_says(self, sold: Scenario) -> None:
        sold.when(refund(storage_id=NORTH_STORAGE)).then(
            fact(Order.Refunded, store_id=STORE, storage_id=NORTH_STORAGE),
            fact(StockMovement.Returned, storage_id=NORTH_STORAGE),
        )

    def test_refuses_a_storage_that_is_not_there(self, sold: Scenario) -> None:
        sold.when(refund(storage_id=NOTHING)).then_refused(Invalid, "storage_id:not_found")

    def test_refuses_a_storage_of_others(self, sold: Scenario) -> None:
        sold.by(caller("Manager", STORE)).when(refund(storage_id=NORTH_STORAGE)).then_refused(OtherStore)

    def test_refuses_an_order_that_is_not_there(self, sold: Scenario) -> None:
        sold.when(refund(order_id=NOTHING, id=None)).then_refused(Missing)

    def test_gives_back_something(self, sold: Scenario) -> None:
        sold.when(refund(returns=())).then_refused(Invalid, "lines:required")

    def test_refuses_more_than_was_sold(self, sold: Scenario) -> None:
        sold.when(refund(returns=(back("4"),))).then_refused(ReturnExceedsSold, "lines.0.quantity")

    def test_refuses_goodwill_above_the_line(self, sold: Scenario) -> None:
        goodwill = (LineGoodwill(line_id=LINE, amount=748),)
        sold.when(refund(returns=(), goodwill=goodwill)).then_refused(RefundExceedsPaid, "goodwill.0.amount")

    def test_refuses_a_tip_that_nobody_gave(self, sold: Scenario) -> None:
        sold.when(refund(tip=1)).then_refused(RefundExceedsPaid, "tip")

    def test_refuses_a_payment_one_minor_unit_off(self, sold: Scenario) -> None:
        sold.when(refund(cash(248))).then_refused(PaymentInsufficient, "payments")
        sold.when(refund(cash(250))).then_refused(PaymentExceedsTotal, "payments")

    def test_refuses_part_of_a_piece(self, shop: Scenario) -> None:
        shop.given(unit(precision=0))
        piece = id_of("piece")
        pieces = variant(piece, "PIECE")
        shop.given(product(pieces, one=id_of("pieces"), unit_id=UNIT, track_stock=False))
        shop.when(sale(line("2", piece, id=LINE), paid=498))
        shop.when(refund(returns=(back("0.5"),))).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_cannot_lie_before_its_sale(self, sold: Scenario) -> None:
        early = refund(occurred_at=NOW - timedelta(minutes=1))
        sold.when(early).then_refused(Invalid, "occurred_at:before_the_sale")

    def test_lies_as_far_back_as_sales_may(self, sold: Scenario) -> None:
        somebody = caller(without=["pos.backdate"])
        late = sold.at(NOW + timedelta(days=60)).by(somebody)
        late.when(refund(occurred_at=NOW)).then_refused(TooFarBack, "occurred_at")

    def test_of_goods_that_were_counted_since_leaves_the_count_right(self, sold: Scenario) -> None:
        sold.given(*counted(LATER, "7", 630))
        outcome = (
            sold.at(LATER + timedelta(hours=1))
            .when(refund(occurred_at=NOW))
            .then(
                fact(Order.Refunded),
                fact(StockMovement.Returned),
                fact(StockMovement.CountCorrected, order_id=ORDER),
            )
        )
        (_, _, corrected) = outcome.recorded[2]
        moved = [(one.quantity, one.value_change, one.balance_quantity) for one in corrected.lines]
        assert moved == [(-1, -90, 7)]


class TestWhereItIsPaid:
    def test_at_the_till_that_sold_it_unless_another_is_named(self, shop: Scenario) -> None:
        shop.when(sale(line(id=LINE), register_id=REGISTER, store_id=None))
        shop.when(refund(id=None)).then(
            fact(Order.Refunded, register_id=REGISTER, number="M-1-R000001"), fact(StockMovement.Returned)
        )

    def test_in_another_store_which_keeps_the_goods(self, sold: Scenario) -> None:
        sold.when(refund(register_id=NORTH_TILL)).then(
            fact(Order.Refunded, store_id=NORTH, register_id=NORTH_TILL, number="N-9-R000001"),
            fact(StockMovement.Returned, storage_id=NORTH_STORAGE),
        )

    def test_in_the_only_store_of_whoever_works_elsewhere(self, sold: Scenario) -> None:
        sold.by(caller("Manager", NORTH)).when(refund()).then(
            fact(Order.Refunded, store_id=NORTH, register_id=None), fact(StockMovement.Returned)
        )

    def test_again_for_whoever_paid_it_there(self, sold: Scenario) -> None:
        sold.by(caller("Manager", NORTH)).when(refund(), saying="one")
        sold.when(refund(), saying="one").then_repeated()

    def test_not_at_the_till_of_others(self, sold: Scenario) -> None:
        sold.by(caller("Manager", STORE)).when(refund(register_id=NORTH_TILL)).then_refused(OtherStore)

    def test_not_elsewhere_where_the_company_does_not_want_it(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"cross_store_returns": False}))
        sold.when(refund(register_id=NORTH_TILL)).then_refused(OtherStore)
        sold.when(refund()).then(fact(Order.Refunded), fact(StockMovement.Returned))

    def test_in_the_open_shift_of_the_register(self, shop: Scenario) -> None:
        shop.given(shift())
        shop.when(sale(line(id=LINE), register_id=REGISTER, store_id=None))
        shop.when(refund()).then(fact(Order.Refunded, shift_id=SHIFT), fact(StockMovement.Returned))

    def test_in_an_open_shift_where_that_is_required(self, shop: Scenario) -> None:
        shop.when(sale(line(id=LINE), register_id=REGISTER, store_id=None))
        shop.when(ReviseCompany(id=COMPANY, changes={"shift_required": True}))
        shop.when(refund()).then_refused(NoOpenShift)

    def test_at_a_register_where_a_shift_is_required(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"shift_required": True}))
        sold.when(refund()).then_refused(Invalid, "register_id:required")


class TestReturnWindow:
    def test_is_open_on_its_last_day(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        sold.at(NOW + timedelta(days=14)).when(refund()).then(
            fact(Order.Refunded), fact(StockMovement.Returned)
        )

    def test_is_closed_on_the_day_after(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        sold.at(NOW + timedelta(days=15)).when(refund()).then_refused(ReturnWindowClosed)

    def test_stays_closed_whenever_it_is_said_to_have_happened(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        late = sold.at(NOW + timedelta(days=15))
        late.when(refund(occurred_at=NOW)).then_refused(ReturnWindowClosed)
        late.when(QuoteRefund(order_id=ORDER, returns=(back(),), occurred_at=NOW)).then_refused(
            ReturnWindowClosed
        )


class TestMethods:
    def test_another_takes_the_right_to_it(self, sold: Scenario) -> None:
        somebody = caller(without=["orders.refund_other_method"])
        sold.by(somebody).when(refund(card())).then_refused(RefundMethodNotAllowed, "payments")
        sold.by(caller()).when(refund(card())).then(fact(Order.Refunded), fact(StockMovement.Returned))

    def test_another_is_not_enough_of_a_right_where_the_company_requires_the_first(
        self, sold: Scenario
    ) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"refund_to_original": "require"}))
        sold.when(refund(card())).then_refused(RefundMethodNotAllowed, "payments")
        sold.by(caller().under(approval("orders.refund"))).when(refund(card())).then_refused(
            RefundMethodNotAllowed, "payments"
        )

    def test_another_takes_an_approval_there(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"refund_to_original": "require"}))
        sold.by(caller().under(approval("orders.refund_other_method"))).when(refund(card())).then(
            fact(Order.Refunded, approved_by=approval("orders.refund").approver_id),
            fact(StockMovement.Returned),
        )

    def test_an_approval_is_for_no_more_than_its_amount(self, sold: Scenario) -> None:
        somebody = caller("Cashier").under(approval("orders.refund", amount=248))
        sold.by(somebody).when(refund()).then_refused(ApprovalNotValid)

    def test_of_the_company_are_recorded_by_their_code(self, shop: Scenario) -> None:
        shop.given(method("twint"))
        shop.when(sale(line(id=LINE), tenders=(Tender(method="twint", amount=249),)))
        outcome = shop.when(refund(Tender(method="Twint", amount=249)))
        assert [one.method for one in refunded(outcome).payments] == ["twint"]

    def test_nobody_knows_are_refused(self, sold: Scenario) -> None:
        offers = (Tender(method="shells", amount=249),)
        sold.when(refund(*offers)).then_refused(Invalid, "payments.0.method:not_found")

    def test_do_not_include_an_exchange(self, sold: Scenario) -> None:
        offers = (Tender(method="exchange", amount=249),)
        sold.when(refund(*offers)).then_refused(Invalid, "payments.0.method:not_found")


class TestQuoteRefund:
    def quote(self, **values: Any) -> QuoteRefund:
        return QuoteRefund(**{"order_id": ORDER, "returns": (back(),), **values})

    def test_suggests_the_methods_that_paid(self, shop: Scenario) -> None:
        shop.when(sale(line("3", id=LINE), tenders=(card(200), cash(547))))
        quote = shop.when(self.quote()).then_nothing().answer
        assert [(one.method, one.amount) for one in quote.settlement.payments] == [
            ("card", 200),
            ("cash", 49),
        ]
        assert quote.priced.total == 249

    def test_is_what_the_refund_will_be(self, sold: Scenario) -> None:
        quote = sold.when(self.quote(tenders=(cash(),))).then_nothing().answer
        recorded = refunded(sold.when(refund()))
        assert (quote.priced.lines, quote.priced.total) == (recorded.lines, recorded.total)
        assert quote.settlement.payments == recorded.payments

    def test_is_refused_as_the_refund_would_be(self, sold: Scenario) -> None:
        sold.when(self.quote(returns=(back("4"),))).then_refused(ReturnExceedsSold, "lines.0.quantity")
