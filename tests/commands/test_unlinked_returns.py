"""Decisions about goods that come back without their order."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.companies import ReviseCompany
from commands.moments import TooFarBack
from commands.orders.baskets import PriceOverrideNotAllowed
from commands.orders.unlinked_goods import ReturnedItem
from commands.orders.unlinked_returns import TakeReturn
from commands.ports import DuplicateId
from domain.approvals import ApprovalNotValid
from domain.errors import Invalid
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.settings import OtherStore
from domain.shifts import NoOpenShift
from domain.stock.movements import StockMovement
from domain.stores import StoreClosed
from domain.unlinked_returns import LinkedReturnExists, UnlinkedReturn
from tests.commands.samples import (
    COMPANY,
    CUSTOMER,
    NOTHING,
    NOW,
    OTHER,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    TAX,
    UNIT,
    VARIANT,
    approval,
    caller,
    counted,
    customer,
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
    tax,
    unit,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

RETURN = id_of("return")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT at 90 each in the cellar of one store with one till, sold at 249."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"))


def item(quantity: str = "1", unit_price: int = 249, **values: Any) -> ReturnedItem:
    return ReturnedItem(
        **{"variant_id": VARIANT, "quantity": Decimal(quantity), "unit_price": unit_price, **values}
    )


def cash(amount: int = 249) -> Tender:
    return Tender(method="cash", amount=amount)


def back(*items: ReturnedItem, paid: int = 249, **values: Any) -> TakeReturn:
    return TakeReturn(
        **{
            "id": RETURN,
            "lines": items or (item(),),
            "tenders": (cash(paid),) if paid else (),
            "reason": "no receipt",
            "register_id": REGISTER,
            **values,
        }
    )


def taken(outcome: Outcome) -> Any:
    """The return that was recorded."""
    event, _, data = outcome.recorded[0]
    assert event is UnlinkedReturn.Taken
    return data


def moved(outcome: Outcome) -> Any:
    """The line of the movement that was recorded."""
    (movement,) = [data for event, _, data in outcome.recorded if event is StockMovement.Returned]
    (one,) = movement.lines
    return one


class TestTakeReturn:
    def test_records_what_came_back_and_where_it_went(self, shop: Scenario) -> None:
        outcome = shop.when(back(item("2"), paid=498)).then(
            fact(UnlinkedReturn.Taken, RETURN, store_id=STORE, storage_id=STORAGE, total=498, rounding=0),
            fact(StockMovement.Returned, storage_id=STORAGE, refund_id=RETURN, order_id=None),
        )
        (frozen,) = taken(outcome).lines
        assert (frozen.sku, frozen.quantity, frozen.unit_price, frozen.list_price) == ("SALT", 2, 249, 249)
        assert (moved(outcome).quantity, moved(outcome).balance_quantity) == (2, 12)

    def test_is_numbered_among_the_refunds_of_the_till(self, shop: Scenario) -> None:
        shop.when(sale(id=None, register_id=REGISTER))
        numbers = [taken(shop.when(back(id=None))).number for _ in range(2)]
        assert numbers == ["M-1-R000001", "M-1-R000002"]

    def test_is_taxed_as_a_sale_of_now(self, shop: Scenario) -> None:
        shop.given(tax(rate="20"), product(variant(OTHER, "TEA", 999), one=NOTHING, tax_rate_ids=(TAX,)))
        data = taken(shop.when(back(item(unit_price=999, variant_id=OTHER), paid=999)))
        assert [(one.taxable, one.amount) for one in data.taxes] == [(832, 167)]
        (line_back,) = data.lines
        assert (line_back.net_sales, line_back.tax_total, line_back.total) == (832, 167, 999)

    def test_may_give_less_than_the_goods_cost(self, shop: Scenario) -> None:
        (frozen,) = taken(shop.when(back(item(unit_price=100), paid=100))).lines
        assert (frozen.unit_price, frozen.list_price, frozen.total) == (100, 249, 100)

    def test_gives_more_only_by_right(self, shop: Scenario) -> None:
        above = back(item(unit_price=250), paid=250)
        shop.by(caller("Manager", without=["pos.price_override"])).when(above).then_refused(
            PriceOverrideNotAllowed, "pos.price_override:not_held"
        )
        assert taken(shop.by(caller("Manager")).when(above)).total == 250

    def test_belongs_to_the_open_shift_of_the_till(self, shop: Scenario) -> None:
        shop.given(shift())
        assert taken(shop.when(back())).shift_id == SHIFT

    def test_needs_an_open_shift_where_sales_do(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"shift_required": True}))
        shop.when(back()).then_refused(NoOpenShift)
        shop.when(back(register_id=None)).then_refused(Invalid, "register_id:required")

    def test_may_be_taken_without_a_till(self, shop: Scenario) -> None:
        data = taken(shop.when(back(register_id=None, store_id=STORE)))
        assert (data.number, data.register_id, data.shift_id) == ("M-R000001", None, None)

    def test_may_say_whose_it_was_and_what_they_had_in_hand(self, shop: Scenario) -> None:
        shop.given(customer())
        data = taken(shop.when(back(customer_id=CUSTOMER, external_reference="ELSEWHERE-7", note="Torn")))
        assert (data.customer_id, data.external_reference, data.note) == (CUSTOMER, "ELSEWHERE-7", "Torn")

    def test_is_refused_for_a_sale_of_ours(self, shop: Scenario) -> None:
        number = shop.when(sale(register_id=REGISTER)).answer.terms.number
        shop.when(back(external_reference=number)).then_refused(LinkedReturnExists, "external_reference")

    def test_answers_a_repetition_with_the_return_it_made(self, shop: Scenario) -> None:
        shop.when(back(), saying="this")
        assert shop.when(back(), saying="this").then_repeated().answer.id == RETURN
        shop.when(back(paid=0), saying="that").then_refused(DuplicateId, "id")

    def test_is_taken_in_stores_of_the_caller_alone(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "North", "N"))
        shop.by(caller("Manager", OTHER)).when(back()).then_refused(OtherStore)

    def test_is_not_taken_in_a_closed_store(self, scenario: Scenario) -> None:
        closed = store()
        closed.switch(is_active=False)
        scenario.given(closed, storage(), register(), product()).when(back()).then_refused(StoreClosed)

    def test_lies_no_further_back_than_sales_may(self, shop: Scenario) -> None:
        long_ago = back(occurred_at=NOW - timedelta(days=60))
        shop.by(caller("Manager", without=["pos.backdate"])).when(long_ago).then_refused(
            TooFarBack, "occurred_at"
        )

    def test_pays_no_more_than_was_approved(self, shop: Scenario) -> None:
        cashier = caller("Cashier").under(approval("orders.return_unlinked", amount=248))
        shop.by(cashier).when(back()).then_refused(ApprovalNotValid)

    def test_says_who_approved_it(self, shop: Scenario) -> None:
        cashier = caller("Cashier").under(approval("orders.return_unlinked", amount=249))
        assert taken(shop.by(cashier).when(back())).approved_by == OTHER


class TestPayment:
    def test_comes_to_what_the_goods_do(self, shop: Scenario) -> None:
        shop.when(back(paid=248)).then_refused(PaymentInsufficient, "payments")
        shop.when(back(paid=250)).then_refused(PaymentExceedsTotal, "payments")
        shop.when(back(paid=0)).then_refused(PaymentInsufficient, "payments")

    @pytest.mark.parametrize("offered", [249, 250])
    def test_is_rounded_in_cash(self, shop: Scenario, offered: int) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        data = taken(shop.when(back(paid=offered)))
        assert (data.total, data.rounding) == (249, 1)
        assert [(one.amount, one.exact) for one in data.payments] == [(250, 249)]

    def test_is_exact_by_any_other_method(self, shop: Scenario) -> None:
        shop.given(method())
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        tenders = (Tender(method="twint", amount=101), cash(148))
        data = taken(shop.when(back(tenders=tenders)))
        assert [(one.method, one.amount, one.exact) for one in data.payments] == [
            ("twint", 101, 101),
            ("cash", 150, 148),
        ]
        assert data.rounding == 2

    @pytest.mark.parametrize("code", ["exchange", "shells"])
    def test_takes_a_method_that_is_there(self, shop: Scenario, code: str) -> None:
        tenders = (Tender(method=code, amount=249),)
        shop.when(back(tenders=tenders)).then_refused(Invalid, "payments.0.method:not_found")


class TestGoods:
    def test_come_in_at_what_such_goods_are_worth_there(self, shop: Scenario) -> None:
        outcome = shop.when(back(item("2"), paid=498))
        assert (moved(outcome).value_change, moved(outcome).balance_value) == (180, 1080)
        assert taken(outcome).lines[0].cost_total == 180

    def test_come_in_at_the_last_cost_where_there_are_none(self, shop: Scenario) -> None:
        shop.when(sale(line("10"), paid=2490, register_id=REGISTER))
        assert moved(shop.when(back())).value_change == 90

    def test_come_in_at_the_catalogs_cost_where_there_never_were_any(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), register(), product(variant(cost=77)))
        assert moved(scenario.when(back())).value_change == 77

    def test_stay_out_of_stock_if_they_cannot_be_sold_again(self, shop: Scenario) -> None:
        outcome = shop.when(back(item(restock=False))).then(
            fact(UnlinkedReturn.Taken, RETURN, storage_id=None, total=249)
        )
        assert taken(outcome).lines[0].cost_total == 0

    def test_lower_the_cost_of_goods_where_stock_is_not_counted(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), register(), product(variant(cost=77), track_stock=False))
        outcome = scenario.when(back(item("2"), paid=498)).then(fact(UnlinkedReturn.Taken, RETURN))
        assert taken(outcome).lines[0].cost_total == 154

    def test_come_back_even_if_they_are_sold_no_more(self, shop: Scenario) -> None:
        archived = product(variant(OTHER, "TEA", 300), one=NOTHING, status="archived")
        shop.given(archived)
        assert taken(shop.when(back(item(unit_price=300, variant_id=OTHER), paid=300))).total == 300

    def test_need_a_storage_to_go_to(self, scenario: Scenario) -> None:
        scenario.given(store(), register(), product()).when(back()).then_refused(
            Invalid, "storage_id:no_storage"
        )

    def test_must_be_known(self, shop: Scenario) -> None:
        shop.when(back(item(variant_id=NOTHING))).then_refused(Invalid, "lines.0.variant_id:not_found")

    def test_are_no_finer_than_their_unit(self, shop: Scenario) -> None:
        shop.given(unit(), product(variant(OTHER, "TEA", 300), one=NOTHING, unit_id=UNIT))
        finer = back(item("0.0005", 300, variant_id=OTHER), paid=0)
        shop.when(finer).then_refused(Invalid, "lines.0.quantity:too_precise")

    def test_that_were_counted_already_are_not_counted_twice(self, shop: Scenario) -> None:
        shop.given(*counted(NOW - timedelta(hours=1), "11", 990))
        outcome = shop.when(back(occurred_at=NOW - timedelta(hours=2)))
        outcome.then(
            fact(UnlinkedReturn.Taken, RETURN),
            fact(StockMovement.Returned),
            fact(StockMovement.CountCorrected, storage_id=STORAGE),
        )
        (_, _, corrected) = outcome.recorded[2]
        assert corrected.lines[0].quantity == -1
