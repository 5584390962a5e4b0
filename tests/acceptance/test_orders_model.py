"""Whatever becomes of several orders of one customer, over HTTP, is as in books kept by hand."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.acceptance.orders.books import LIMIT, PRICE
from tests.acceptance.orders.desk import Desk
from tests.agreeing import reports_agree

WHICH, UNITS, ODD = st.integers(0, 9), st.integers(1, 5), st.sampled_from([0, 0, 1, 50])
#: What is done more often, and what less.
OFTEN = ["place", "place_on_account", "amend", "pay", "pay_by_credit", "fulfil", "cancel"]
SELDOM = ["cancel_for_nothing", "refund", "lapse", "settle"]
#: One of the orders, units of the article, and what is paid beside whole units.
STEP = st.tuples(st.sampled_from([*OFTEN, *OFTEN, "fulfil", *SELDOM]), WHICH, UNITS, ODD)


def do(desk: Desk, what: str, which: int, units: int, odd: int) -> None:
    """Take a step, as far as there is an order to take it with, and look at all that it may have changed."""
    if what in ("place", "place_on_account") or not desk.books.orders:
        desk.place(units, odd and PRICE + odd, on_account=what == "place_on_account")
    elif what == "settle":
        desk.settle(units * PRICE + odd)
    else:
        order = desk.books.orders[-1 - which % min(3, len(desk.books.orders))]
        steps: dict[str, Callable[[], None]] = {
            "amend": lambda: desk.amend(order, units + odd % 3),
            "pay": lambda: desk.pay(order, units * PRICE - odd, "card"),
            "pay_by_credit": lambda: desk.pay(order, odd or PRICE, "store_credit"),
            "fulfil": lambda: desk.fulfil(order, units),
            "cancel": lambda: desk.cancel(order, units, as_credit=True),
            "cancel_for_nothing": lambda: desk.cancel(order, units, as_credit=False),
            "refund": lambda: desk.refund(order, units),
            "lapse": lambda: desk.lapse(order),
        }
        steps[what]()
    for order in desk.books.orders:
        desk.check(order)
    desk.check_shelf_and_accounts()


def test_one_of_each_is_in_the_books(make_shop: Callable[..., Any]) -> None:
    desk = Desk(make_shop())
    for step in (
        ("place", 0, 4, 50),
        ("amend", 0, 5, 0),
        ("fulfil", 0, 2, 0),
        ("lapse", 0, 1, 0),
        ("fulfil", 0, 1, 0),
        ("cancel", 0, 1, 0),
        ("pay", 0, 2, 0),
        ("fulfil", 0, 1, 0),
        ("pay", 0, 1, 50),
        ("pay", 0, 1, 69),
        ("refund", 0, 1, 0),
        ("place_on_account", 0, 5, 1),
        ("pay_by_credit", 0, 1, 0),
        ("fulfil", 0, 4, 0),
        ("settle", 0, 1, 50),
        ("fulfil", 0, 1, 0),
        ("settle", 0, 1, 0),
        ("place", 0, 3, 50),
        ("cancel", 0, 3, 0),
    ):
        do(desk, *step)
    assert {order.status for order in desk.books.orders} == {"completed", "cancelled"}
    assert desk.books.dues > 0
    assert desk.books.credit > 0
    reports_agree(desk.shop)


@pytest.mark.long
def test_orders_are_what_their_books_say(
    make_shop: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    is_large = request.config.getoption("--large")

    @settings(
        max_examples=60 if is_large else 4,
        deadline=None,
        derandomize=not is_large,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEP, min_size=20, max_size=60 if is_large else 24))
    def run(steps: list[tuple[str, int, int, int]]) -> None:
        desk = Desk(make_shop())
        for step in steps:
            do(desk, *step)
        assert desk.books.dues <= LIMIT
        assert desk.differences() == []
        reports_agree(desk.shop)

    run()
