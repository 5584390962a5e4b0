"""Orders of the back office decided again: what goods that were handed over would have come to."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from domain.errors import Refusal
from domain.orders import Order, SaleLine
from domain.orders.back_office import Occasion, amend, cancel, fulfil, place
from domain.orders.handovers import LineQuantity
from domain.pricing import Discount, DiscountExceedsValue, Item, Rules, price
from domain.tills import Till
from domain.what_if.changes import Changes, Promotion
from domain.what_if.placed_orders import PlacedOrder, Portion
from tests.domain.what_if.sold import amount, item, lines_of, percent, tax
from tests.domain.what_if.test_comparison import discounts, items, rules

OCCASION = Occasion(
    occurred_at=datetime(2026, 2, 1, 9, tzinfo=UTC), business_date=date(2026, 2, 1), hour=10, cashier_id=None
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
VAT = tax("19", 1, inclusive=True)
#: Prices everything anew, and takes nothing off.
NOTHING_TAKEN = Changes(promotions=(Promotion(discount=percent("0")),))
MONEY = ("gross_sales", "net_sales", "tax_total")


def placed(basket: list[Item], off: tuple[Discount, ...] = (), how: Rules | None = None) -> Order:
    how = how or Rules(currency="CHF")
    return place(
        UUID(int=7),
        till=TILL,
        occasion=OCCASION,
        rules=how,
        lines=lines_of(basket, off, how),
        basket=price(basket, off, how),
        discounts=off,
        storage_id=None,
    )


def hand_over(order: Order, **units: str) -> None:
    quantities = [
        LineQuantity(line_id=UUID(int=int(name.removeprefix("line"))), quantity=Decimal(quantity))
        for name, quantity in units.items()
    ]
    fulfil(order, OCCASION, quantities, costs={}, storage_id=None)


def with_lines(order: Order, lines: tuple[SaleLine, ...], off: tuple[Discount, ...]) -> None:
    terms = {"customer_id": None, "note": None, "reserve_until": None, "reserves": False}
    amend(order, OCCASION, lines=lines, discounts=off, **terms)  # type: ignore[arg-type]


def handovers(order: Order, changes: Changes) -> list[tuple[Any, Portion]]:
    """What was handed over, each part beside what it would have come to."""
    follower, pairs = PlacedOrder(changes), []
    for event in order.pending_events:
        portions = follower.follow(type(event), event)
        pairs += list(zip(event.lines, portions, strict=True)) if isinstance(event, Order.Fulfilled) else []
    return pairs


@st.composite
def orders(draw: st.DrawFn) -> Order:
    """An order of anything, amended, cancelled and handed over in parts and in any order."""
    basket, off, how = draw(st.lists(items, min_size=1, max_size=4)), tuple(draw(discounts)), draw(rules)
    try:
        order = placed(basket, off, how)
    except DiscountExceedsValue:
        assume(False)
    for step in draw(st.lists(st.sampled_from(["fulfil", "cancel", "amend", "add"]), max_size=6)):
        with suppress(Refusal):
            _step(order, step, draw)
    return order


def _step(order: Order, step: str, draw: st.DrawFn) -> None:
    if not (lines := order.terms.lines):
        return
    at = draw(st.integers(0, len(lines) - 1))
    units = Decimal(draw(st.integers(1, 3_000))) / 1000
    match step:
        case "fulfil":
            some = LineQuantity(line_id=lines[at].id, quantity=min(units, lines[at].quantity))
            fulfil(order, OCCASION, [some], costs={}, storage_id=None)
        case "cancel":
            some = LineQuantity(line_id=lines[at].id, quantity=min(units, lines[at].quantity))
            cancel(order, OCCASION, [some], reason="changed their mind")
        case "amend" if not order.is_begun:
            again, off = draw(st.lists(items, min_size=1, max_size=4)), tuple(draw(discounts))
            how = _rules(order)
            with_lines(order, lines_of(again, off, how, first_id=101), off)
        case "add":
            new = lines_of([draw(items)], (), _rules(order), first_id=200 + len(list(order.pending_events)))
            if order.is_begun:
                with_lines(order, (*lines, *new), order.terms.discounts)


def _rules(order: Order) -> Rules:
    terms = order.terms
    return Rules(
        currency="CHF",
        rounding_level="order" if terms.rounding_level == "order" else "line",
        rounding_mode="half_even" if terms.rounding_mode == "half_even" else "half_up",
    )


@settings(max_examples=200, deadline=None)
@given(orders(), st.sampled_from([Changes(), NOTHING_TAKEN]))
def test_what_is_not_otherwise_makes_no_difference_whatever_the_steps(order: Order, changes: Changes) -> None:
    for part, portion in handovers(order, changes):
        for field in MONEY:
            assert getattr(portion, field) == getattr(part, field)
        assert portion.taxes == part.taxes


def test_parts_follow_what_the_whole_line_would_have_come_to() -> None:
    order = placed([item(1_000, "3", VAT), item(500, "1", VAT, variant=2)])
    for _ in range(3):
        hand_over(order, line101="1")
    pairs = handovers(order, Changes(prices={UUID(int=1): 500}))
    assert [portion.net_sales + portion.tax_total for _, portion in pairs] == [500, 500, 500]
    assert sum(portion.tax_total for _, portion in pairs) == 239


def test_a_discount_of_the_order_is_shared_as_over_all_lines_that_it_was_given_on() -> None:
    order = placed([item(1_000), item(1_000, variant=2)], (amount(1_000),))
    hand_over(order, line102="1")
    ((_, portion),) = handovers(order, Changes(prices={UUID(int=1): 3_000}))
    assert portion.net_sales == 750


def test_what_is_added_once_goods_are_gone_is_priced_by_itself() -> None:
    order = placed([item(1_000, "2")], (percent("50"),))
    hand_over(order, line101="1")
    with_lines(order, (*order.terms.lines, *lines_of([item(400, variant=2)], first_id=300)), (percent("50"),))
    hand_over(order, line101="1", line300="1")
    pairs = handovers(order, Changes(prices={UUID(int=2): 300}))
    assert [portion.net_sales for _, portion in pairs] == [500, 500, 300]


def test_a_line_that_was_priced_anew_before_goods_are_gone_is_so_too() -> None:
    order = placed([item(1_000, "2", VAT)])
    lines = tuple(replace(line, list_price=line.unit_price) for line in lines_of([item(1_200, "2", VAT)]))
    with_lines(order, lines, ())
    hand_over(order, line101="2")
    ((part, portion),) = handovers(order, Changes(tax_rates={UUID(int=1): Decimal(20)}))
    assert part.net_sales + part.tax_total == portion.net_sales + portion.tax_total == 2_400
    assert portion.tax_total == 400


def test_a_line_that_was_cancelled_and_is_added_again_is_priced_as_it_was_added() -> None:
    order = placed([item(1_000), item(1_000, variant=2)])
    cancel(order, OCCASION, [LineQuantity(line_id=UUID(int=102), quantity=Decimal(1))], reason="Sold out")
    with_lines(order, (*order.terms.lines, *lines_of([item(400, variant=3)], first_id=102)), ())
    hand_over(order, line102="1")
    ((part, portion),) = handovers(order, Changes())
    assert part.net_sales == portion.net_sales == 400
