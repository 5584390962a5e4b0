"""An order of the back office adds up after any sequence of steps: its money, its goods and its promises."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Invalid
from domain.orders import InvalidTransition, Order, RefundPayment, SaleLine, check_voidable
from domain.orders.back_office import (
    CancelExceedsOrdered,
    FulfilExceedsOrdered,
    LineFulfilled,
    Occasion,
    PaymentExceedsDue,
    RefundRequired,
    amend,
    cancel,
    fulfil,
    is_due,
    lapse,
    overpaid_after,
    pay,
    place,
    settle_part,
)
from domain.orders.handovers import LineQuantity
from domain.payments import Tender
from domain.pricing import Item, PricedBasket, Rules, TaxRate, price
from domain.tills import Till

VAT = TaxRate(id=UUID(int=1), name="VAT", rate=Decimal("8.1"), inclusive=True)
RULES = Rules(currency="CHF", cash_rounding=5)
STORAGE, FIRST, SECOND = UUID(int=50), UUID(int=101), UUID(int=102)
UNTIL = datetime(2026, 2, 8, 9, tzinfo=UTC)
OCCASION = Occasion(
    occurred_at=datetime(2026, 2, 1, 9, tzinfo=UTC),
    business_date=date(2026, 2, 1),
    hour=10,
    cashier_id=None,
)
TILL = Till(
    channel="phone",
    store_id=UUID(int=2),
    register_id=None,
    cashier_id=None,
    series_id=UUID(int=3),
    series_number=1,
    number="MAIN-O-000001",
)
MONEY = ("gross_total", "discount_total", "tax_total", "total", "gross_sales", "net_sales")


def priced(*quantities: str | Decimal, unit_price: int = 333) -> tuple[tuple[SaleLine, ...], PricedBasket]:
    """Lines of these quantities, the first with the id FIRST, all of one variant each."""
    items = [
        Item(variant_id=UUID(int=at + 1), quantity=Decimal(one), unit_price=unit_price, tax_rates=(VAT,))
        for at, one in enumerate(quantities)
    ]
    basket = price(items, (), RULES)
    lines = tuple(
        SaleLine(
            id=UUID(int=101 + at),
            product_id=UUID(int=at + 1),
            variant_id=UUID(int=at + 1),
            sku=str(at),
            name="Thing",
            variant_name="",
            category_id=None,
            brand_id=None,
            quantity=line.quantity,
            unit_price=line.unit_price,
            list_price=line.unit_price,
            gross_total=line.gross_total,
            discount_total=line.discount_total,
            taxes=line.taxes,
            tax_total=line.tax_total,
            total=line.total,
            gross_sales=line.gross_sales,
            net_sales=line.net_sales,
            cost_total=0,
            is_stocked=True,
        )
        for at, line in enumerate(basket.lines)
    )
    return lines, basket


def placed(*quantities: str | Decimal, **terms: Any) -> Order:
    lines, basket = priced(*(quantities or ("3", "2")))
    values: dict[str, Any] = {"storage_id": STORAGE, "reserve_until": UNTIL, **terms}
    return place(
        UUID(int=7),
        till=TILL,
        occasion=OCCASION,
        rules=RULES,
        lines=lines,
        basket=basket,
        discounts=(),
        **values,
    )


def units(line_id: UUID, quantity: str | Decimal) -> LineQuantity:
    return LineQuantity(line_id=line_id, quantity=Decimal(quantity))


def hand_over(order: Order, *quantities: LineQuantity, **costs: int) -> None:
    fulfil(order, OCCASION, quantities, costs={FIRST: costs.get("first", 0)}, storage_id=STORAGE)


def pay_with(order: Order, *tenders: Tender) -> None:
    pay(order, OCCASION, settle_part(order.due_total, tenders, RULES.cash_rounding))


def change(order: Order, *quantities: str, unit_price: int = 333, reserves: bool = True) -> None:
    lines, _ = priced(*quantities, unit_price=unit_price)
    terms: dict[str, Any] = {"discounts": (), "customer_id": None, "note": None, "reserve_until": UNTIL}
    amend(order, OCCASION, lines=lines, reserves=reserves, **terms)


def back(amount: int) -> tuple[RefundPayment, ...]:
    return (RefundPayment(method="card", amount=amount, exact=amount),)


def promises(order: Order) -> list[int]:
    return [int(order.reserved.get(UUID(int=one), Decimal(0))) for one in (1, 2)]


def statuses(order: Order) -> tuple[str, str, str]:
    return order.status, order.payment_status, order.fulfilment_status


class TestAPlacedOrder:
    def test_is_open_unpaid_unfulfilled_and_promised(self) -> None:
        order = placed()
        assert statuses(order) == ("open", "unpaid", "unfulfilled")
        assert (order.due_total, promises(order)) == (1665, [3, 2])

    def test_cannot_be_voided_or_refunded(self) -> None:
        order = placed()
        with pytest.raises(InvalidTransition):
            order.check_refundable()
        with pytest.raises(InvalidTransition):
            check_voidable(order)

    def test_that_is_completed_is_still_no_sale_to_void(self) -> None:
        order = placed(on_account=True)
        hand_over(order, units(FIRST, "3"), units(SECOND, "2"))
        with pytest.raises(InvalidTransition, match="back office"):
            check_voidable(order)


class TestPaying:
    def test_in_parts_comes_to_the_whole(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=665))
        assert (order.payment_status, order.due_total) == ("partially_paid", 1000)
        pay_with(order, Tender(method="cash", amount=1000, tendered=2000))
        assert (order.payment_status, order.due_total, order.paid.change_total) == ("paid", 0, 1000)
        assert order.status == "open"

    def test_the_last_of_it_in_cash_is_rounded_and_a_part_is_not(self) -> None:
        order = placed("1")
        pay_with(order, Tender(method="cash", amount=100))
        assert (order.due_total, order.paid.rounding) == (233, 0)
        pay_with(order, Tender(method="cash", amount=235))
        assert (order.due_total, order.paid.rounding, order.paid.paid_total) == (0, 2, 335)

    def test_more_than_is_due_is_refused_on_a_card(self) -> None:
        with pytest.raises(PaymentExceedsDue):
            pay_with(placed(), Tender(method="card", amount=1666))

    def test_more_than_is_due_gives_change_in_cash(self) -> None:
        order = placed("1")
        pay_with(order, Tender(method="cash", amount=500))
        assert (order.due_total, order.paid.paid_total, order.paid.change_total) == (0, 335, 165)

    def test_a_paid_order_is_refused(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=1665))
        with pytest.raises(PaymentExceedsDue):
            pay_with(order, Tender(method="cash", amount=5))


class TestFulfilling:
    def test_in_parts_consumes_the_promise_and_freezes_the_cost(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "2"), first=120)
        assert (statuses(order), promises(order)) == (("open", "unpaid", "partially_fulfilled"), [1, 2])
        assert [line.cost_total for line in order.terms.lines] == [120, 0]

    def test_the_last_part_of_a_paid_order_completes_it(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=1665))
        hand_over(order, units(FIRST, "3"))
        hand_over(order, units(SECOND, "2"))
        assert statuses(order) == ("completed", "paid", "fulfilled")
        assert promises(order) == [0, 0]

    def test_on_account_completes_it_with_something_due(self) -> None:
        order = placed(on_account=True)
        hand_over(order, units(FIRST, "3"), units(SECOND, "2"))
        assert (statuses(order), order.due_total) == (("completed", "unpaid", "fulfilled"), 1665)

    def test_the_last_payment_completes_what_was_handed_over(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "3"), units(SECOND, "2"))
        assert statuses(order)[0] == "open"
        pay_with(order, Tender(method="card", amount=1665))
        assert statuses(order)[0] == "completed"

    def test_more_than_ordered_is_refused(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "2"))
        with pytest.raises(FulfilExceedsOrdered):
            hand_over(order, units(FIRST, "2"))

    @pytest.mark.parametrize("named", [[UUID(int=9)], [FIRST, FIRST]], ids=["unknown", "twice"])
    def test_a_line_that_is_none_is_refused(self, named: list[UUID]) -> None:
        with pytest.raises(Invalid):
            hand_over(placed(), *(units(one, "1") for one in named))

    def test_what_is_cancelled_is_refused(self) -> None:
        order = placed()
        cancel(order, OCCASION, None, reason="No more wanted")
        with pytest.raises(InvalidTransition):
            hand_over(order, units(FIRST, "1"))


class TestAmending:
    def test_moves_promises_by_the_difference_only(self) -> None:
        order = placed()
        order.new_events()
        change(order, "5", "2")
        [amended] = order.new_events()
        assert isinstance(amended, Order.Amended)
        assert [(one.variant_id, one.quantity) for one in amended.reserved] == [(UUID(int=1), Decimal(2))]
        assert (promises(order), order.due_total) == ([5, 2], 7 * 333)

    def test_below_what_is_fulfilled_is_refused(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "2"))
        with pytest.raises(LineFulfilled):
            change(order, "1", "2")

    def test_below_what_is_paid_takes_a_cancellation(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=1665))
        with pytest.raises(RefundRequired):
            change(order, "2", "2")

    def test_to_what_was_handed_over_and_paid_completes_it(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "2"), units(SECOND, "2"))
        pay_with(order, Tender(method="card", amount=1332))
        change(order, "2", "2")
        assert order.status == "completed"

    def test_of_a_lapsed_order_promises_nothing_unless_it_is_to(self) -> None:
        order = placed()
        lapse(order, OCCASION)
        change(order, "5", "2", reserves=False)
        assert promises(order) == [0, 0]
        change(order, "5", "2")
        assert (promises(order), order.has_lapsed) == ([5, 2], False)


class TestLapsing:
    def test_frees_the_goods_and_leaves_the_order_open(self) -> None:
        order = placed()
        assert (is_due(order, UNTIL), is_due(order, OCCASION.occurred_at)) == (True, False)
        lapse(order, OCCASION)
        assert (promises(order), order.status, is_due(order, UNTIL)) == ([0, 0], "open", False)

    def test_without_an_end_it_never_does(self) -> None:
        assert not is_due(placed(reserve_until=None), UNTIL)

    def test_what_lapsed_is_handed_over_without_a_promise(self) -> None:
        order = placed()
        lapse(order, OCCASION)
        hand_over(order, units(FIRST, "3"))
        assert promises(order) == [0, 0]


class TestCancelling:
    def test_all_of_an_untouched_order_ends_it(self) -> None:
        order = placed()
        cancel(order, OCCASION, None, reason="No more wanted")
        assert statuses(order) == ("cancelled", "unpaid", "unfulfilled")
        assert (promises(order), order.due_total) == ([0, 0], 0)

    def test_the_rest_of_a_paid_one_gives_back_what_is_too_much(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=1665))
        hand_over(order, units(FIRST, "2"))
        assert overpaid_after(order, None).exact == 999
        with pytest.raises(RefundRequired):
            cancel(order, OCCASION, None, reason="Sold out")
        cancel(order, OCCASION, None, reason="Sold out", payments=back(999))
        assert (statuses(order), order.due_total) == (("completed", "paid", "fulfilled"), 0)

    def test_a_whole_paid_one_is_refunded(self) -> None:
        order = placed()
        pay_with(order, Tender(method="card", amount=1665))
        cancel(order, OCCASION, None, reason="Sold out", payments=back(1665))
        assert statuses(order) == ("cancelled", "refunded", "unfulfilled")

    def test_more_than_is_left_is_refused(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "2"))
        with pytest.raises(CancelExceedsOrdered):
            cancel(order, OCCASION, [units(FIRST, "2")], reason="Sold out")

    def test_twice_is_refused(self) -> None:
        order = placed()
        cancel(order, OCCASION, None, reason="Sold out")
        with pytest.raises(InvalidTransition):
            cancel(order, OCCASION, None, reason="Sold out")

    def test_of_nothing_is_refused(self) -> None:
        order = placed()
        hand_over(order, units(FIRST, "3"), units(SECOND, "2"))
        with pytest.raises(InvalidTransition):
            cancel(order, OCCASION, None, reason="Sold out")


steps = st.lists(
    st.tuples(
        st.sampled_from(["fulfil", "cancel", "amend", "pay", "lapse"]), st.integers(0, 1), st.integers(1, 4)
    ),
    max_size=10,
)


def take(order: Order, name: str, at: int, number: int) -> None:
    """Do one step, or refuse it."""
    line_id = (FIRST, SECOND)[at]
    try:
        if name == "fulfil":
            hand_over(order, units(line_id, str(number)), first=number)
        elif name == "cancel":
            over = overpaid_after(order, [units(line_id, str(number))]).exact
            cancel(
                order,
                OCCASION,
                [units(line_id, str(number))],
                reason="Sold out",
                payments=back(over) if over else (),
            )
        elif name == "amend":
            change(order, str(number + at), str(number))
        elif name == "pay":
            pay_with(order, Tender(method="card", amount=number * 111))
        else:
            lapse(order, OCCASION)
    except (InvalidTransition, FulfilExceedsOrdered, CancelExceedsOrdered, LineFulfilled):
        return
    except (PaymentExceedsDue, RefundRequired, Invalid):
        return


@settings(max_examples=150, deadline=None)
@given(steps=steps)
def test_any_steps_add_up(steps: list[tuple[str, int, int]]) -> None:
    order = placed("3", "2")
    for step in steps:
        take(order, *step)
        terms, handed_over = order.terms, [part for one in order.handovers for part in one.lines]
        assert terms.totals.total == sum(line.total for line in terms.lines)
        for line in terms.lines:
            parts = [part for part in handed_over if part.line_id == line.id]
            assert line.cost_total == sum(part.cost_total for part in parts)
            if order.fulfilled.get(line.id) == line.quantity:
                for field in MONEY:
                    assert sum(getattr(part, field) for part in parts) == getattr(line, field)
        need = {line.variant_id: line.quantity - order.fulfilled.get(line.id, 0) for line in terms.lines}
        left = {one: units for one, units in order.reserved.items() if units}
        if not order.has_lapsed:
            assert left == {one: units for one, units in need.items() if units}
        assert order.due_total >= 0
        events = list(order.pending_events)
        assert isinstance(events[-1], Order.Placed | Order.Step)
        assert events[-1].standing == replace(order.figures.standing, status=order.status)


def test_parts_of_thirds_add_up() -> None:
    lines, basket = priced("3", unit_price=1000)
    lines = (replace(lines[0], total=1000, gross_total=1000),)
    order = place(
        UUID(int=7),
        till=TILL,
        occasion=OCCASION,
        rules=RULES,
        lines=lines,
        basket=basket,
        discounts=(),
        storage_id=None,
    )
    for _ in range(3):
        hand_over(order, units(FIRST, "1"))
    assert [one.lines[0].total for one in order.handovers] == [333, 334, 333]
