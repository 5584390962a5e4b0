"""The receipt of an order of the back office: what is due and handed over, until it is a sale."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from api.receipts.sales import sale_receipt
from api.receipts.slips import slip_of
from api.slips.columns import lines_of
from api.slips.languages import LANGUAGES
from domain.orders import Order, RefundPayment
from domain.orders.back_office import Occasion, cancel, fulfil, pay, place, settle_part
from domain.orders.handovers import LineQuantity
from domain.payments import Tender
from domain.pricing import Discount, Rules, price
from domain.tills import Till
from tests.api.receipts.sold import CONTEXT, SOLD_AT, item, sold

NOW = Occasion(occurred_at=SOLD_AT, business_date=SOLD_AT.date(), hour=23, cashier_id=None)
TILL = Till(
    channel="phone",
    store_id=UUID(int=2),
    register_id=None,
    cashier_id=None,
    series_id=UUID(int=3),
    series_number=1,
    number="MAIN-SO000001",
)


@pytest.fixture
def order() -> Order:
    """An order of four things at 2.50."""
    four = item(250, "4")
    rules = Rules(currency="EUR")
    return place(
        UUID(int=8),
        till=TILL,
        occasion=NOW,
        rules=rules,
        lines=sold([four]).terms.lines,
        basket=price([four], (), rules),
        discounts=(),
        storage_id=None,
    )


def units(quantity: str) -> LineQuantity:
    return LineQuantity(line_id=UUID(int=1), quantity=Decimal(quantity))


def pay_by_card(order: Order, amount: int) -> None:
    pay(order, NOW, settle_part(order.due_total, [Tender(method="card", amount=amount)], 0))


def hand_over(order: Order, quantity: str) -> None:
    fulfil(order, NOW, [units(quantity)], costs={}, storage_id=None)


def printed(order: Order, language: str = "en") -> list[str]:
    """The lines of its receipt on the wide roll, each with single blanks."""
    slip = slip_of(sale_receipt(order, CONTEXT, language, 0), LANGUAGES[language])
    return [" ".join(line.text.split()) for line in lines_of(slip, 48)]


def test_an_open_order_says_what_is_due_and_handed_over(order: Order) -> None:
    pay_by_card(order, 300)
    hand_over(order, "1")
    lines = printed(order)
    at = lines.index("Order")
    assert "Number MAIN-SO000001" in lines[at:]
    for line in ("1 of 4 handed over", "Total EUR 10.00", "Card 3.00", "Due EUR 7.00"):
        assert line in lines


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Bestellung", "0 von 4 übergeben", "Offen EUR 10,00"]),
        ("fr", ["Commande", "0 sur 4 remis", "Reste dû EUR 10,00"]),
    ],
)
def test_it_says_so_in_each_language(order: Order, language: str, words: list[str]) -> None:
    assert set(words) <= set(printed(order, language))


def test_what_was_given_back_for_what_was_cancelled_is_told(order: Order) -> None:
    pay_by_card(order, 1000)
    back = RefundPayment(method="card", amount=500, exact=500)
    cancel(order, NOW, [units("2")], reason="two are enough", payments=(back,))
    lines = printed(order)
    for line in ("Total EUR 5.00", "Card 10.00", "Given back: Card -5.00"):
        assert line in lines
    receipt = sale_receipt(order, CONTEXT, "en", 0)
    assert (receipt.paid_total, receipt.due, receipt.kind) == (500, 0, "order")


def test_who_ordered_on_account_and_until_when_it_is_due_is_told(order: Order) -> None:
    due = date(2026, 4, 1)
    order.placed.__dict__["due_on"] = due
    order.on_account = True
    hand_over(order, "4")
    context = replace(CONTEXT, customer="Ada Lovelace")
    slip = slip_of(sale_receipt(order, context, "en", 0), LANGUAGES["en"])
    lines = [" ".join(line.text.split()) for line in lines_of(slip, 48)]
    assert {"Customer Ada Lovelace", "Due on 1 Apr 2026", "On account EUR 10.00"} <= set(lines)
    order.settled = 400
    assert {"Paid on account 4.00", "On account EUR 6.00"} <= set(printed(order))


def test_discounts_of_what_is_left_are_in_proportion() -> None:
    off = Discount(type="amount", value=Decimal(500))
    tenth = Discount(type="percent", value=Decimal(10))
    three = item(333, "3", discounts=[off])
    rules = Rules(currency="EUR")
    sale = sold([three], discounts=[tenth])
    order = place(
        UUID(int=8),
        till=TILL,
        occasion=NOW,
        rules=rules,
        lines=sale.terms.lines,
        basket=price([three], (tenth,), rules),
        discounts=(tenth,),
        storage_id=None,
    )
    cancel(order, NOW, [units("2")], reason="one is enough")
    receipt = sale_receipt(order, CONTEXT, "en", 0)
    (line,) = receipt.lines
    assert (line.amount, line.discount, receipt.order_discount, receipt.total) == (333, 166, 17, 150)


def test_a_completed_one_is_a_sale_as_any_other(order: Order) -> None:
    hand_over(order, "4")
    pay_by_card(order, 1000)
    lines = printed(order)
    assert "Receipt" in lines
    assert not [line for line in lines if "handed over" in line or "Due" in line]


def test_a_cancelled_one_says_so(order: Order) -> None:
    cancel(order, NOW, None, reason="not needed")
    assert {"Order", "CANCELLED", "Total EUR 0.00"} <= set(printed(order))
