"""Orders of the back office in the reports: revenue when goods are handed over, money when it is paid."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from unittest.mock import ANY

import pytest

from domain.orders import Order
from domain.orders.back_office import cancel, fulfil, pay, settle_part
from domain.orders.back_office.cancelling import overpaid_after
from domain.orders.handovers import LineQuantity
from domain.orders.refunds import RefundPayment
from domain.payments import Tender
from projections.reports.section import Section
from projections.reports.sections.sales_summary import SALES_SUMMARY
from projections.reports.sections.sales_summary.by_payment_method import BY_PAYMENT_METHOD
from projections.reports.sections.sales_summary.by_period import BY_PERIOD
from projections.reports.sections.sales_summary.by_product import BY_PRODUCT
from projections.reports.sections.sales_summary.overview import OVERVIEW
from tests.projections.shop import Shop

PLACED, PAID, FIRST, SECOND, LAST = (date(2024, 3, day) for day in range(1, 6))
EVERYTHING = 10_000


@pytest.fixture
def shop(database: Any) -> Iterator[Shop]:
    opened = Shop(database)
    yield opened
    opened.close()


def deposits(shop: Shop, order: Order, amount: int, day: date = PAID, method: str = "card") -> None:
    tenders = [Tender(method=method, amount=amount, tip=20 if method == "card" else 0)]
    shop.step(pay, order, day, settle_part(order.due_total, tenders, 5))


def hands_over(shop: Shop, order: Order, day: date, *, at: slice, share: str = "1") -> None:
    """Hand over this share of each of these lines; a unit costs 7."""
    lines = [
        LineQuantity(line_id=line.id, quantity=line.quantity * Decimal(share))
        for line in order.terms.lines[at]
    ]
    shop.step(fulfil, order, day, lines, costs={one.line_id: 7 for one in lines}, storage_id=None)


def cancels_the_rest(shop: Shop, order: Order, day: date = LAST) -> int:
    overpaid = overpaid_after(order, None).exact
    payments = (RefundPayment(method="card", amount=overpaid, exact=overpaid),) if overpaid else ()
    shop.step(cancel, order, day, None, reason="gone", payments=payments)
    return overpaid


def measures(shop: Shop, day: date | None = None) -> dict[str, Any]:
    """The measures of a day, or of all of them."""
    if day is None:
        return dict(shop.ask(OVERVIEW).overall)
    return next((dict(row) for row in shop.ask(BY_PERIOD).rows if row["period"] == day), {})


def test_what_is_only_placed_is_no_revenue(shop: Shop) -> None:
    shop.place(PLACED)
    shop.fold([EVERYTHING])
    assert shop.ask(BY_PRODUCT).rows == []
    assert measures(shop)["orders"] == 0


def test_a_deposit_is_money_of_its_day_and_no_revenue(shop: Shop) -> None:
    deposits(shop, shop.place(PLACED), 50)
    shop.fold([EVERYTHING])
    row = measures(shop, PAID)
    assert (row["orders"], row["items"], row["net_sales"], row["tax"]) == (0, 0, 0, 0)
    assert (row["tips"], row["total_collected"]) == (20, 20)
    [paid] = shop.ask(BY_PAYMENT_METHOD).rows
    assert (paid["method"], paid["payments"], paid["amount"], paid["tips"]) == ("card", 1, 50, 20)


def test_goods_are_revenue_and_cost_on_the_day_they_are_handed_over(shop: Shop) -> None:
    order = shop.place(PLACED)
    hands_over(shop, order, FIRST, at=slice(1))
    hands_over(shop, order, SECOND, at=slice(1, 3))
    shop.fold([EVERYTHING])
    first, rest = order.terms.lines[0], order.terms.lines[1:]
    assert (measures(shop, FIRST)["net_sales"], measures(shop, FIRST)["tax"]) == (
        first.net_sales,
        first.tax_total,
    )
    assert measures(shop, SECOND)["net_sales"] == sum(line.net_sales for line in rest)
    assert measures(shop, SECOND)["cost_of_goods"] == 14


def test_an_order_counts_once_with_its_first_goods(shop: Shop) -> None:
    order = shop.place(PLACED)
    hands_over(shop, order, FIRST, at=slice(1), share="0.5")
    hands_over(shop, order, SECOND, at=slice(1), share="0.5")
    shop.fold([EVERYTHING])
    assert (measures(shop, FIRST)["orders"], measures(shop, SECOND)["orders"]) == (1, 0)


def test_all_its_parts_add_up_to_the_order(shop: Shop) -> None:
    order = shop.place(PLACED)
    deposits(shop, order, order.due_total)
    for day, share in ((FIRST, "0.375"), (SECOND, "0.25"), (LAST, "0.375")):
        hands_over(shop, order, day, at=slice(3), share=share)
    shop.fold([EVERYTHING])
    assert order.status == "completed"
    whole, totals = measures(shop), order.terms.totals
    assert whole["net_sales"] == totals.net_sales
    assert whole["discounts"] == totals.gross_sales - totals.net_sales
    assert whole["tax"] == totals.tax_total
    assert whole["cost_of_goods"] == totals.cost_total == 63
    assert whole["items"] == sum(line.quantity for line in order.terms.lines)
    assert whole["total_collected"] == order.paid.paid_total


def test_what_is_given_back_for_what_is_cancelled_is_money_of_its_day(shop: Shop) -> None:
    order = shop.place(PLACED)
    deposits(shop, order, order.due_total)
    hands_over(shop, order, FIRST, at=slice(1))
    rest = order.terms.lines[1:]
    given = cancels_the_rest(shop, order)
    shop.fold([EVERYTHING])
    assert given == sum(line.total for line in rest)
    row = measures(shop, LAST)
    assert (row["returns"], row["net_sales"], row["orders"]) == (0, 0, 0)
    paid = shop.ask(BY_PAYMENT_METHOD).totals
    assert (paid["refund_count"], paid["refunds"]) == (1, given)
    assert paid["amount"] + paid["tips"] - paid["refunds"] == measures(shop)["total_collected"]


def test_cash_that_is_rounded_is_collected_to_the_coin(shop: Shop) -> None:
    order = shop.place(PLACED)
    deposits(shop, order, order.due_total, method="cash")
    hands_over(shop, order, FIRST, at=slice(3))
    shop.fold([EVERYTHING])
    assert measures(shop)["total_collected"] == order.paid.paid_total
    assert order.paid.paid_total % 5 == 0


def test_what_is_charged_to_an_account_is_paid_so_as_at_a_till(shop: Shop) -> None:
    order = shop.place(PLACED, on_account=True)
    deposits(shop, order, 100)
    hands_over(shop, order, FIRST, at=slice(3))
    shop.fold([EVERYTHING])
    by_method = {row["method"]: row["amount"] for row in shop.ask(BY_PAYMENT_METHOD).rows}
    assert by_method == {"card": 100, "account": order.terms.totals.total - 100}
    assert sum(by_method.values()) == measures(shop)["net_sales"] + measures(shop)["tax"]


def test_a_variant_is_called_what_the_order_called_it(shop: Shop) -> None:
    order = shop.place(PLACED, name="Mint tea")
    hands_over(shop, order, FIRST, at=slice(1))
    shop.fold([EVERYTHING])
    [row] = shop.ask(BY_PRODUCT).rows
    assert (row["name"], row["product_id"]) == ("Mint tea", order.terms.lines[0].product_id)


def busy(shop: Shop) -> Shop:
    """A shop with sales, and with orders in every state."""
    shop.sell(5, day=FIRST)
    for name in ("Tea", "Green tea", "Tea"):
        order = shop.place(PLACED, name=name)
        deposits(shop, order, 100)
        hands_over(shop, order, FIRST, at=slice(2), share="0.5")
        hands_over(shop, order, SECOND, at=slice(1), share="0.5")
        cancels_the_rest(shop, order)
    return shop


@pytest.mark.parametrize("section", SALES_SUMMARY, ids=lambda section: section.path)
def test_each_position_is_what_was_known_then(shop: Shop, section: Section) -> None:
    facts = len(busy(shop).facts())
    shop.fold([facts])
    known = {at: shop.ask(section, position=at) for at in range(1, facts, 5)}
    for at, then in known.items():
        shop.forget()
        shop.fold([at], upto=at)
        assert shop.ask(section) == replace(then, criteria=ANY)
