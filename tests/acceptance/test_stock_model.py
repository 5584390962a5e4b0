"""Whatever is done to stock, its balances, its ledger and its value are those of books kept by hand."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.acceptance.stock.adjustments import Adjustments
from tests.acceptance.stock.company import DEPOT, NORTH, SOUTH, StockCompany
from tests.acceptance.stock.counts import Counts
from tests.acceptance.stock.purchase_orders import PurchaseOrders
from tests.acceptance.stock.refusals import DOCUMENTS, Refusals
from tests.acceptance.stock.reservations import Reservations
from tests.acceptance.stock.supplier_returns import SupplierReturns
from tests.acceptance.stock.transfers import Transfers
from tests.agreeing import reports_agree


class Stock(Adjustments, SupplierReturns, Counts, Transfers, PurchaseOrders, Reservations, Refusals):
    """Everything that can be done to stock."""

    def teardown(self) -> None:
        for moment in list(self.pictures)[::5]:
            self.look_back(moment)
        reports_agree(self.company.shop)


@pytest.fixture
def stock_of(make_shop: Callable[..., Any]) -> type[Stock]:
    """Stock in companies of the test's own."""

    class InThisService(Stock):
        def found_company(self) -> StockCompany:
            return StockCompany(make_shop())

    return InThisService


def one_of_each(stock: Stock) -> Iterator[None]:
    """Every kind of document in an order in which each finds something to do."""
    yield stock.begin_with_something_everywhere()
    yield stock.reserve(NORTH, {0: 3, 1: 2})
    yield stock.sell(NORTH, [(0, 2), (1, 3), (0, 1)], is_late=False)
    yield stock.sell(SOUTH, [(0, 300)], is_late=False)
    yield stock.receive(SOUTH, [(0, 3, 2500, True), (0, 1, 1700, False)])
    yield stock.find(SOUTH, {0: 4, 2: 1}, "found", None)
    yield stock.write_off(NORTH, {0: 44, 1: 1}, "theft")
    yield stock.sell_more_than_there_is({0: 1, 2: 1})
    yield stock.return_to_supplier(DEPOT, {0: 5, 2: 3}, 777)
    yield stock.reverse(1)
    yield stock.reverse_again(0)
    yield stock.receive_and_undo_at_once(NORTH, [(1, 3, 1999, False), (1, 2, 1001, False)])
    yield stock.send([DEPOT, SOUTH], {0: 9, 1: 7}, 1)
    yield stock.begin_count(SOUTH, None, {0: -2, 1: 1})
    yield stock.unload(0, [(2, 1, 1, 0), (1, 1, 1, 1)], close=False)
    yield stock.unload_more_than_was_sent(0, "damaged")
    yield stock.sell(SOUTH, [(1, 2), (2, 1)], is_late=True)
    yield stock.tally(0, {1: 2, 2: -1}, "Cellar", adds=True)
    yield stock.cancel_transfer(0)
    yield stock.zero_without_saying_how_many(0)
    yield stock.complete_count(0, zero=True)
    yield stock.sell(SOUTH, [(1, 2), (1, 1)], is_late=True)
    yield stock.receive_late(SOUTH, [(2, 5, 1200, False)])
    yield stock.send_and_cancel_at_once([NORTH, DEPOT], {1: 5, 2: 2})
    yield stock.buy(DEPOT, {0: (4, 1399, True), 2: (7, 1050, False)})
    yield stock.take_delivery(0, [1, 0, 0], NORTH)
    yield stock.reverse_delivery(0)
    yield stock.take_delivery(0, [1, 0, 2], NORTH)
    yield stock.deliver_more_than_ordered(0, is_too_much=True)
    yield stock.cancel_order(0)
    yield stock.release(0)
    yield from (stock.wrong_goods(kind, NORTH) for kind in DOCUMENTS)
    yield stock.the_same_goods_twice(SOUTH)
    yield stock.at_another_time("adjustments", NORTH)


def test_one_of_each_document_is_in_the_books(stock_of: type[Stock]) -> None:
    stock = stock_of()
    for _ in one_of_each(stock):
        stock.levels_are_what_the_books_say()
        stock.the_ledger_adds_up_to_the_levels()
    for moment in stock.pictures:
        stock.look_back(moment)
    reports_agree(stock.company.shop)


@pytest.mark.long
def test_stock_is_what_the_books_say(stock_of: type[Stock], request: pytest.FixtureRequest) -> None:
    is_large = request.config.getoption("--large")
    run_state_machine_as_test(
        stock_of,
        settings=settings(
            max_examples=50 if is_large else 3,
            stateful_step_count=60 if is_large else 25,
            deadline=None,
            derandomize=not is_large,
            database=None,
            # To look for a shorter example takes minutes, and the last step of any tells what is wrong.
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
