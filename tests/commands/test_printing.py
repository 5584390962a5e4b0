"""Decisions about receipts: which copy a print is, in which shift it counts, and to whom one goes."""

import pytest

from commands.orders.printing import PrintReceipt, SendReceipt
from commands.ports import Missing
from domain.messages import Message
from domain.orders import Order
from tests.api.receipts.sold import item, sold
from tests.commands.samples import (
    ORDER,
    OTHER,
    REGISTER,
    SHIFT,
    caller,
    delivery,
    product,
    register,
    sale,
    shift,
    storage,
    store,
)
from tests.commands.scenario import Scenario, fact
from tests.domain.sales import refund as give_back
from tests.domain.sales import returned

PRINT = PrintReceipt(order_id=ORDER, format="escpos", paper="80mm")
SEND = SendReceipt(order_id=ORDER, address="ada@example.com", language="de")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """A sale at the one till of a store."""
    scenario.given(store(), storage(), register(), product(), delivery("10"))
    scenario.when(sale(register_id=REGISTER, store_id=None))
    return scenario


@pytest.fixture
def refund(scenario: Scenario) -> Order:
    """A sale of which something was given back."""
    order = sold([item(681, "1"), item(600, "1")])
    give_back(order, returned(1))
    scenario.given(order)
    return order


class TestPrinting:
    def test_the_first_print_is_the_original_and_each_further_one_a_copy(self, shop: Scenario) -> None:
        for copy in (0, 1, 2):
            outcome = shop.when(PRINT)
            outcome.then(fact(Order.ReceiptPrinted, ORDER, copy=copy, format="escpos", paper="80mm"))
            assert outcome.answer.copy == copy

    def test_a_print_counts_in_the_shift_that_is_open_at_the_register(self, shop: Scenario) -> None:
        shop.given(shift())
        shop.when(PRINT).then(fact(Order.ReceiptPrinted, shift_id=SHIFT))

    def test_without_an_open_shift_it_counts_in_none(self, shop: Scenario) -> None:
        shop.when(PRINT).then(fact(Order.ReceiptPrinted, shift_id=None))

    def test_a_refund_has_an_original_of_its_own(self, scenario: Scenario, refund: Order) -> None:
        of_sale = PrintReceipt(order_id=refund.id, format="pdf", paper="a4")
        of_refund = PrintReceipt(
            order_id=refund.id, refund_id=refund.refunds[0].refund_id, format="pdf", paper="a4"
        )
        scenario.when(of_sale).then(fact(Order.ReceiptPrinted, copy=0, refund_id=None))
        scenario.when(of_refund).then(
            fact(Order.ReceiptPrinted, copy=0, refund_id=refund.refunds[0].refund_id)
        )
        scenario.when(of_refund).then(
            fact(Order.ReceiptPrinted, copy=1, refund_id=refund.refunds[0].refund_id)
        )
        scenario.when(of_sale).then(fact(Order.ReceiptPrinted, copy=1, refund_id=None))

    def test_an_unknown_order_or_refund_is_missing(self, shop: Scenario) -> None:
        shop.when(PrintReceipt(order_id=OTHER, format="pdf", paper="a4")).then_refused(Missing)
        shop.when(PrintReceipt(order_id=ORDER, refund_id=OTHER, format="pdf", paper="a4")).then_refused(
            Missing
        )

    def test_a_sale_of_another_store_is_missing(self, shop: Scenario) -> None:
        elsewhere = shop.by(caller("Manager", OTHER))
        elsewhere.when(PRINT).then_refused(Missing)
        elsewhere.when(SEND).then_refused(Missing)


class TestSending:
    def test_a_message_encloses_it_and_the_order_does_not_say_to_whom(self, shop: Scenario) -> None:
        outcome = shop.when(SEND)
        message_id = outcome.answer.message.id
        outcome.then(
            fact(
                Message.Written,
                message_id,
                address="ada@example.com",
                document=Order.type_name,
                document_id=ORDER,
                part_id=None,
                language="de",
            ),
            fact(Order.ReceiptSent, ORDER, channel="email", message_id=message_id, refund_id=None),
        )

    def test_it_may_be_the_receipt_of_a_refund(self, scenario: Scenario, refund: Order) -> None:
        send = SendReceipt(
            order_id=refund.id,
            refund_id=refund.refunds[0].refund_id,
            address="ada@example.com",
            language="en",
        )
        scenario.when(send).then(
            fact(Message.Written, part_id=refund.refunds[0].refund_id),
            fact(Order.ReceiptSent, refund_id=refund.refunds[0].refund_id),
        )

    def test_sending_is_no_print(self, shop: Scenario) -> None:
        shop.when(SEND)
        shop.when(PRINT).then(fact(Order.ReceiptPrinted, copy=0))
