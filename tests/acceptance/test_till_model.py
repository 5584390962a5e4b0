"""Whatever is done at two tills is as in books kept by hand, and each Z for ever (property 7)."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acceptance.till.returns import Returns
from tests.acceptance.till.shifts import Shifts
from tests.acceptance.till.shop import TillShop


class Tills(Shifts, Returns):
    """Everything that can be done at a till."""


@pytest.fixture
def tills(make_shop: Callable[..., Any]) -> type[Tills]:
    """Two tills in companies of the test's own."""

    class InThisService(Tills):
        def open_shop(self) -> TillShop:
            return TillShop(make_shop)

    return InThisService


def one_of_each(tills: Tills) -> Iterator[None]:
    """Everything in an order in which each finds something to do."""
    yield tills.begin_with_one_open()
    yield tills.sell(0, [(0, 3), (1, 2)], 10, "cash", 200)
    yield tills.sell(1, [(2, 1)], 33, "both", 35)
    yield tills.move_cash(0, "paid_in", 2000)
    yield tills.park(0, [(1, 2), (0, 1)], 10, is_reserved=True)
    yield tills.park(1, [(2, 4)], 0, is_reserved=False)
    yield tills.refund(0, 0, [1, 1], restock=True, method="cash", with_tip=False)
    yield tills.give_goodwill(1, 0, 0, 3, "cash")
    yield tills.refund(0, 0, [1], restock=False, method="card", with_tip=True)
    yield tills.void(0)
    yield tills.sell(0, [(1, 1), (0, 1)], 0, "both", 35)
    yield tills.void(1)
    yield tills.void(1)
    yield tills.open_shift(1, 5000)
    yield tills.sell(1, [(0, 4), (2, 3)], 33, "both", 200)
    yield tills.exchange(0, 2, [2], lines=[(1, 1)], how="cash", method="card")
    yield tills.exchange(1, 2, [1, 3], lines=[(2, 1)], how="card", method="cash")
    yield tills.give_too_much_back(2, 0)
    yield tills.go_on_with_parked(1, 0, "resume", [])
    yield tills.go_on_with_parked(1, 0, "sell", [(1, 1), (0, 2)])
    yield tills.return_without_order(1, 1, 2, 7, restock=True)
    yield tills.return_without_order(0, 0, 1, 0, restock=False)
    yield tills.tell_later(0, 0, [(0, 1), (2, 2)], "cash")
    yield tills.count_the_drawer(0)
    yield tills.sell(0, [(0, 1)], 0, "cash", 0)
    yield tills.open_shift(0, 12345)
    yield tills.move_cash(0, "drop", 10000)
    yield tills.close_shift(0, 0, -5, 5000)
    yield tills.void(4)
    yield tills.tell_later(0, 0, [(1, 1)], "both")
    yield tills.tell_again(0)
    yield tills.tell_again(1)
    yield tills.refund(0, 6, [1], restock=True, method="cash", with_tip=False)
    yield tills.open_shift(0, 0)
    yield tills.close_shift(0, 0, 700, 0)
    yield tills.go_on_with_parked(0, 0, "discard", [])


def test_one_of_each_is_in_the_books(tills: type[Tills]) -> None:
    both = tills()
    for _ in one_of_each(both):
        both.drawers_and_reports_are_what_the_books_say()
        both.stock_is_what_the_books_say()
    both.teardown()
    done = Counter(fact.kind for fact in both.facts)
    late = [fact for _, shift in both.shifts for fact in shift.late]
    assert (done["void"], done["return"], len(late)) == (1, 2, 1)
    assert [order.is_exchange for order in both.orders].count(True) == 2


@pytest.mark.long
def test_tills_are_what_their_books_say(tills: type[Tills], request: pytest.FixtureRequest) -> None:
    is_large = request.config.getoption("--large")
    run_state_machine_as_test(
        tills,
        settings=settings(
            max_examples=50 if is_large else 4,
            stateful_step_count=80 if is_large else 40,
            deadline=None,
            derandomize=not is_large,
            database=None,
            # To look for a shorter example takes minutes, and the last step of any tells what is wrong.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
