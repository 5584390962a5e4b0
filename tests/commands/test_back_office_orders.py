"""Decisions about orders of the back office: placed, amended, paid, handed over, lapsed and cancelled."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.accounts.payments import PayDues
from commands.accounts.tenders import CustomerRequired, OnAccountNotAllowed
from commands.catalog.products import ReviseVariant
from commands.companies import ReviseCompany
from commands.customers.archiving import ArchiveCustomer
from commands.customers.erasure import EraseCustomer
from commands.customers.merging import MergeCustomers
from commands.orders.back_office.amended_lines import AmendedLine
from commands.orders.back_office.amending import AmendOrder
from commands.orders.back_office.cancelling import CancelOrder
from commands.orders.back_office.fulfilling import FulfilOrder
from commands.orders.back_office.lapsing import LapseOrders
from commands.orders.back_office.paying import PayOrder
from commands.orders.back_office.placing import PlaceOrder
from commands.orders.baskets import DiscountNotAllowed, PriceOverrideNotAllowed, TotalChanged
from commands.orders.refund_rules import ReturnWindowClosed
from commands.orders.refunds import QuoteRefund, RefundOrder
from commands.ports import Missing, StaleVersion
from commands.settings import SwitchSetting
from domain.accounts import Account, CreditLimitExceeded, InsufficientCredit, StoreCredit
from domain.catalog.products import NotForSale
from domain.customer_erasure import OpenOrders
from domain.customers import Customer
from domain.errors import Invalid
from domain.money import AmountNotValid
from domain.orders import InvalidTransition, LineReturn, Order, RefundMethodNotAllowed
from domain.orders.back_office import (
    CancelExceedsOrdered,
    FulfilExceedsOrdered,
    LineFulfilled,
    PaymentExceedsDue,
    RefundRequired,
)
from domain.orders.handovers import LineQuantity, ReservedChange
from domain.packages import Limits, PlanLimitReached
from domain.payments import PaymentInsufficient, Tender
from domain.pricing import Discount
from domain.settings import InUse
from domain.stock.movements import InsufficientStock, StockMovement
from domain.stores import Store, StoreClosed
from tests.commands.samples import (
    COMPANY,
    CUSTOMER,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    PRODUCT,
    STORAGE,
    STORE,
    VARIANT,
    caller,
    delivery,
    id_of,
    line,
    package,
    product,
    storage,
    store,
    subscribed,
    tax,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

LINE, SECOND, TEA = map(id_of, ("a line", "a second order", "tea"))
CARD = Tender(method="card", amount=249)
HALF = Discount(type="percent", value=Decimal(50))


def account_holder(limit: int | None = 1000) -> Customer:
    return Customer.begin(Customer.Registered, CUSTOMER, name="Ada", credit_limit=limit, terms_days=14)


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store, and a customer who may owe 10.00."""
    return scenario.given(store(), storage(), product(), delivery("10"), account_holder())


def order(quantity: str = "2", **values: Any) -> PlaceOrder:
    """An order of SALT, by telephone."""
    defaults = {"id": ORDER, "store_id": STORE, "channel": "phone", **values}
    return PlaceOrder(lines=(line(quantity, id=LINE),), **defaults)


def paid(*tenders: Tender) -> PayOrder:
    return PayOrder(id=ORDER, tenders=tenders)


def handed_over(quantity: str = "2", **values: Any) -> FulfilOrder:
    return FulfilOrder(id=ORDER, lines=(units(quantity),), **values)


def units(quantity: str) -> LineQuantity:
    return LineQuantity(line_id=LINE, quantity=Decimal(quantity))


def amended(*lines: AmendedLine, **values: Any) -> AmendOrder:
    return AmendOrder(id=ORDER, **{"changes": {}, "lines": lines or None, **values})


def as_it_was(quantity: str, **values: Any) -> AmendedLine:
    return AmendedLine(id=LINE, quantity=Decimal(quantity), **values)


def cancelled(**values: Any) -> CancelOrder:
    return CancelOrder(id=ORDER, **{"reason": "changed their mind", **values})


def paid_by(amount: int) -> Tender:
    return Tender(method="card", amount=amount)


def promised(quantity: str, variant_id: Any = VARIANT) -> ReservedChange:
    return ReservedChange(storage_id=STORAGE, variant_id=variant_id, quantity=Decimal(quantity))


def standing(outcome: Outcome) -> tuple[str, str, str, int]:
    """The three statuses and what is due."""
    if outcome.refusal:
        raise outcome.refusal
    one: Order = outcome.answer
    return one.status, one.payment_status, one.fulfilment_status, one.due_total


class TestPlaceOrder:
    def test_promises_the_goods_for_a_week_and_takes_nothing(self, shop: Scenario) -> None:
        outcome = shop.when(order())
        outcome.then(
            fact(
                Order.Placed,
                ORDER,
                number="M-SO000001",
                series_number=1,
                channel="phone",
                storage_id=STORAGE,
                reserve_until=NOW + timedelta(days=7),
                reserved=(promised("2"),),
                business_date=NOW.date(),
            )
        )
        assert standing(outcome) == ("open", "unpaid", "unfulfilled", 498)

    def test_counts_its_orders_apart_from_sales(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(order(id=SECOND, store_id=STORE)).then(fact(Order.Placed, SECOND, number="M-SO000002"))

    def test_the_same_request_again_answers_with_the_order(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(order()).then_repeated()

    def test_the_company_says_for_how_long(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"order_reservation_days": None}))
        shop.when(order()).then(fact(Order.Placed, ORDER, reserve_until=None))

    def test_the_order_says_so_itself(self, shop: Scenario) -> None:
        until = NOW + timedelta(hours=1)
        shop.when(order(is_reserved_by_rule=False, reserve_until=until)).then(
            fact(Order.Placed, ORDER, reserve_until=until)
        )
        shop.when(order(id=SECOND, is_reserved_by_rule=False, reserve_until=NOW)).then_refused(
            Invalid, "reserve_until:in_the_past"
        )

    def test_what_is_promised_to_one_is_not_there_for_another(self, shop: Scenario) -> None:
        shop.when(order("8"))
        shop.when(order("3", id=SECOND)).then_refused(InsufficientStock, "lines.0.quantity")

    def test_no_more_than_there_is_can_be_promised(self, shop: Scenario) -> None:
        shop.when(order("11")).then_refused(InsufficientStock, "lines.0.quantity")

    def test_a_storage_that_may_fall_below_zero_promises_what_is_not_there(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(allow_negative=True), product())
        scenario.when(order()).then(fact(Order.Placed, ORDER, reserved=(promised("2"),)))

    def test_another_storage_is_named(self, shop: Scenario) -> None:
        loft = storage(OTHER, "Loft", "L")
        shop.given(loft, delivery("1", one=id_of("to the loft"), storage_id=OTHER))
        shop.when(order(storage_id=OTHER)).then_refused(InsufficientStock, "lines.0.quantity")
        shop.when(order("1", storage_id=OTHER)).then(fact(Order.Placed, ORDER, storage_id=OTHER))
        shop.when(order("1", id=SECOND, storage_id=NOTHING)).then_refused(Invalid, "storage_id")

    def test_what_is_not_counted_needs_no_storage(self, scenario: Scenario) -> None:
        scenario.given(store(), product(track_stock=False))
        scenario.when(order()).then(fact(Order.Placed, ORDER, reserved=(), storage_id=None))

    def test_is_paid_at_once(self, shop: Scenario) -> None:
        outcome = shop.when(order(tenders=(replace(CARD, amount=498),)))
        outcome.then(fact(Order.Placed), fact(Order.Paid, ORDER, paid_total=498, due=0))
        assert standing(outcome) == ("open", "paid", "unfulfilled", 0)

    def test_is_paid_in_part_and_never_too_much(self, shop: Scenario) -> None:
        assert standing(shop.when(order(tenders=(CARD,)))) == ("open", "partially_paid", "unfulfilled", 249)
        shop.when(order(id=SECOND, tenders=(replace(CARD, amount=499),))).then_refused(
            PaymentExceedsDue, "payments"
        )

    def test_what_the_screen_showed_is_what_is_charged(self, shop: Scenario) -> None:
        outcome = shop.when(order(expected_total=500)).then_refused(TotalChanged, "expected_total")
        assert outcome.refusal
        assert outcome.refusal.beside == {"expected": 500, "actual": 498}
        shop.when(order(expected_total=498)).then(fact(Order.Placed))

    def test_who_may_not_give_discounts_gives_none(self, shop: Scenario) -> None:
        shop.by(caller("Manager", without=["pos.discount"])).when(order(discounts=(HALF,))).then_refused(
            DiscountNotAllowed, "pos.discount:not_held"
        )

    def test_who_may_not_set_prices_sets_none(self, shop: Scenario) -> None:
        cheap = PlaceOrder(id=ORDER, store_id=STORE, channel="web", lines=(line("1", unit_price=1),))
        shop.by(caller("Manager", without=["pos.price_override"])).when(cheap).then_refused(
            PriceOverrideNotAllowed, "pos.price_override:not_held"
        )

    def test_what_is_unknown_or_not_sold_is_refused(self, shop: Scenario) -> None:
        shop.when(order(customer_id=NOTHING)).then_refused(Invalid, "customer_id")
        shop.when(order(store_id=NOTHING)).then_refused(Invalid, "store_id")
        shop.given(product(variant(TEA, "TEA"), one=OTHER, status="draft"))
        unsold = PlaceOrder(id=ORDER, store_id=STORE, channel="web", lines=(line("1", TEA),))
        shop.when(unsold).then_refused(NotForSale, "lines.0.variant_id")

    def test_one_of_several_stores_is_named(self, shop: Scenario) -> None:
        shop.given(store(OTHER, "North", "N"))
        shop.when(order(store_id=None)).then_refused(Invalid, "store_id:required")

    def test_a_closed_store_takes_none(self, scenario: Scenario) -> None:
        scenario.given(store(), storage(), product(), delivery("10"))
        scenario.when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        scenario.when(order()).then_refused(StoreClosed)

    def test_counts_as_a_sale_of_the_package(self, blank: Scenario) -> None:
        limits = Limits(orders_per_month=1)
        scenario = blank.given(package(limits=limits), subscribed(limits))
        scenario.given(store(), storage(), product(), delivery("10"))
        scenario.when(order()).then(fact(Order.Placed))
        scenario.when(order(id=SECOND)).then_refused(PlanLimitReached, "limits.orders_per_month")


class TestOnAccount:
    def test_takes_a_customer_and_the_right(self, shop: Scenario) -> None:
        shop.when(order(on_account=True)).then_refused(CustomerRequired, "customer_id")
        without = caller("Manager", without=["orders.on_account"])
        shop.by(without).when(order(on_account=True, customer_id=CUSTOMER)).then_refused(
            OnAccountNotAllowed, "orders.on_account:not_held"
        )

    def test_is_owed_once_it_is_handed_over(self, shop: Scenario) -> None:
        outcome = shop.when(order(on_account=True, customer_id=CUSTOMER))
        outcome.then(fact(Order.Placed, ORDER, on_account=True))
        outcome = shop.when(handed_over())
        outcome.then(
            fact(Order.Fulfilled, ORDER, charged=498),
            fact(Order.Completed),
            fact(Account.Charged, amount=498, order_id=ORDER, due_on=NOW.date() + timedelta(days=14)),
            fact(StockMovement.Issued),
        )
        assert standing(outcome) == ("completed", "unpaid", "fulfilled", 498)

    def test_what_was_paid_counts_for_what_is_handed_over_first(self, shop: Scenario) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER, tenders=(replace(CARD, amount=300),)))
        first, second = shop.when(handed_over("1")), shop.when(handed_over("1"))
        assert [event.__name__ for event, _, _ in first.recorded] == ["Fulfilled", "Issued"]
        assert second.answer.charged == 198
        assert shop.when(handed_over("2")).answer.charged == 996 - 300

    def test_a_day_is_named_by_which_it_is_due(self, shop: Scenario) -> None:
        shop.when(order(on_account=True, customer_id=CUSTOMER, due_on=date(2026, 8, 1)))
        outcome = shop.when(handed_over())
        assert [data.due_on for event, _, data in outcome.recorded if event is Account.Charged] == [
            date(2026, 8, 1)
        ]

    def test_nothing_else_is_due_on_a_day(self, shop: Scenario) -> None:
        shop.when(order(due_on=date(2026, 8, 1))).then_refused(Invalid, "due_on:not_on_account")
        past = order(on_account=True, customer_id=CUSTOMER, due_on=date(2026, 6, 1))
        shop.when(past).then_refused(Invalid, "due_on:in_the_past")

    def test_no_more_than_the_limit_is_ordered(self, shop: Scenario) -> None:
        outcome = shop.when(order("5", on_account=True, customer_id=CUSTOMER))
        outcome.then_refused(CreditLimitExceeded, "on_account")
        assert outcome.refusal
        assert outcome.refusal.beside == {"limit": 1000, "due": 0, "asked": 1245}

    def test_two_orders_within_the_limit_are_not_handed_over_beyond_it(self, shop: Scenario) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER))
        second = replace(order("4", on_account=True, customer_id=CUSTOMER, id=SECOND), lines=(line("4"),))
        line_id = shop.when(second).answer.terms.lines[0].id
        shop.when(handed_over("4"))
        all_of_it = LineQuantity(line_id=line_id, quantity=Decimal(4))
        shop.when(FulfilOrder(id=SECOND, lines=(all_of_it,))).then_refused(CreditLimitExceeded)

    def test_the_limit_is_asked_again_only_for_what_is_more(self, shop: Scenario) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER))
        second = replace(order("4", on_account=True, customer_id=CUSTOMER, id=SECOND), lines=(line("4"),))
        line_id = shop.when(second).answer.terms.lines[0].id
        shop.when(handed_over("4"))

        def to(quantity: str) -> AmendOrder:
            return AmendOrder(id=SECOND, changes={}, lines=(replace(as_it_was(quantity), id=line_id),))

        shop.when(AmendOrder(id=SECOND, changes={"note": "rings"})).then(fact(Order.Amended, SECOND))
        shop.when(to("5")).then_refused(CreditLimitExceeded)
        shop.when(to("1")).then(fact(Order.Amended, SECOND))

    def test_what_is_owed_there_is_not_paid_here(self, shop: Scenario) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER))
        shop.when(handed_over("2"))
        shop.when(paid(replace(CARD, amount=499))).then_refused(PaymentExceedsDue, "payments")
        shop.when(paid(replace(CARD, amount=498))).then(fact(Order.Paid, ORDER, due=498))
        assert shop.when(handed_over("2")).answer.charged == 498

    def test_what_was_paid_on_account_is_due_no_longer(self, shop: Scenario) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER))
        shop.when(handed_over("2"))
        shop.when(PayDues(customer_id=CUSTOMER, amount=200, method="card"))
        outcome = shop.when(handed_over("2"))
        assert standing(outcome) == ("completed", "partially_paid", "fulfilled", 996 - 200)
        assert outcome.answer.charged == 996
        back = Tender(method="account", amount=249)
        returned = (LineReturn(line_id=LINE, quantity=Decimal(1)),)
        outcome = shop.when(RefundOrder(order_id=ORDER, returns=returned, tenders=(back,), reason="sour"))
        assert standing(outcome)[3] == 996 - 200 - 249

    def test_a_refund_lessens_what_is_owed(self, shop: Scenario) -> None:
        shop.when(order(on_account=True, customer_id=CUSTOMER))
        shop.when(handed_over())
        refund = RefundOrder(
            order_id=ORDER,
            returns=(LineReturn(line_id=LINE, quantity=Decimal(1)),),
            tenders=(Tender(method="account", amount=249),),
            reason="broken",
        )
        shop.when(refund).then(
            fact(Order.Refunded, ORDER, total=249),
            fact(Account.Credited, amount=-249),
            fact(StockMovement.Returned),
        )

    @pytest.mark.parametrize("method", ["card", "store_credit"])
    def test_nothing_goes_back_that_was_never_paid(self, shop: Scenario, method: str) -> None:
        shop.when(order("4", on_account=True, customer_id=CUSTOMER, tenders=(replace(CARD, amount=300),)))
        shop.when(handed_over("4"))
        back = (LineReturn(line_id=LINE, quantity=Decimal(2)),)
        refund = RefundOrder(
            order_id=ORDER, returns=back, tenders=(Tender(method=method, amount=498),), reason="broken"
        )
        shop.when(refund).then_refused(RefundMethodNotAllowed, "payments")
        half = (Tender(method=method, amount=300), Tender(method="account", amount=198))
        assert shop.when(replace(refund, tenders=half)).refusal is None


class TestPayOrder:
    def test_in_parts_until_nothing_is_due(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(paid(CARD)).then(fact(Order.Paid, ORDER, due=249))
        outcome = shop.when(paid(Tender(method="cash", amount=249, tendered=500)))
        outcome.then(fact(Order.Paid, ORDER, due=0, change_total=251))
        assert standing(outcome) == ("open", "paid", "unfulfilled", 0)
        shop.when(paid(CARD)).then_refused(PaymentExceedsDue, "payments")

    def test_parts_in_cash_are_paid_in_coins_that_there_are(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(order())
        shop.when(paid(Tender(method="cash", amount=13))).then_refused(
            AmountNotValid, "payments.0.amount:amount_not_valid"
        )
        shop.when(paid(Tender(method="cash", amount=15))).then(fact(Order.Paid, ORDER, due=483))
        shop.when(paid(Tender(method="cash", amount=483))).then(fact(Order.Paid, ORDER, due=0, rounding=2))

    def test_the_last_payment_completes_what_was_handed_over(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(handed_over())
        shop.when(paid(replace(CARD, amount=498))).then(fact(Order.Paid), fact(Order.Completed))

    def test_store_credit_is_spent(self, shop: Scenario) -> None:
        shop.when(order(customer_id=CUSTOMER))
        shop.when(paid(Tender(method="store_credit", amount=249))).then_refused(
            InsufficientCredit, "payments"
        )

    def test_the_account_of_nobody_pays_nothing(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(paid(Tender(method="store_credit", amount=249))).then_refused(
            CustomerRequired, "payments.0.method"
        )

    def test_an_order_of_another_store_is_not_there(self, shop: Scenario) -> None:
        shop.when(order())
        shop.by(caller("Manager", OTHER)).when(paid(CARD)).then_refused(Missing)

    def test_an_edit_of_an_older_version_is_refused(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(replace(paid(CARD), expected_versions=frozenset({2}))).then_refused(StaleVersion)


class TestFulfilOrder:
    def test_takes_its_own_promise_first_so_that_nothing_available_is_no_obstacle(
        self, shop: Scenario
    ) -> None:
        shop.when(order("10"))
        outcome = shop.when(handed_over("4", tracking="DHL 1"))
        outcome.then(
            fact(Order.Fulfilled, ORDER, reserved=(promised("-4"),), storage_id=STORAGE, tracking="DHL 1"),
            fact(StockMovement.Issued, order_id=ORDER),
        )
        assert [one.cost_total for one in outcome.answer.handovers[0].lines] == [360]
        assert standing(outcome) == ("open", "unpaid", "partially_fulfilled", 2490)

    def test_all_of_a_paid_order_completes_it(self, shop: Scenario) -> None:
        shop.when(order(tenders=(replace(CARD, amount=498),)))
        outcome = shop.when(handed_over())
        outcome.then(fact(Order.Fulfilled), fact(Order.Completed), fact(StockMovement.Issued))
        assert standing(outcome) == ("completed", "paid", "fulfilled", 0)

    def test_twice_or_more_than_ordered_is_refused(self, shop: Scenario) -> None:
        shop.when(order("2", tenders=(CARD,)))
        shop.when(handed_over("3")).then_refused(FulfilExceedsOrdered, "lines.0.quantity")
        shop.when(handed_over("2"))
        shop.when(handed_over("1")).then_refused(FulfilExceedsOrdered, "lines.0.quantity")

    def test_after_a_cancellation_is_refused(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(cancelled())
        shop.when(handed_over()).then_refused(InvalidTransition)

    def test_from_another_storage_frees_the_promise(self, shop: Scenario) -> None:
        loft = storage(OTHER, "Loft", "L")
        shop.given(loft, delivery("2", one=id_of("to the loft"), storage_id=OTHER, unit_cost=50))
        shop.when(order())
        outcome = shop.when(handed_over(storage_id=OTHER))
        outcome.then(
            fact(Order.Fulfilled, ORDER, reserved=(promised("-2"),), storage_id=OTHER),
            fact(StockMovement.Issued, storage_id=OTHER),
        )
        assert outcome.answer.terms.totals.cost_total == 100

    def test_what_lapsed_is_taken_from_what_is_free(self, shop: Scenario) -> None:
        shop.when(order("6"))
        shop.at(NOW + timedelta(days=8)).when(LapseOrders(ids=(ORDER,)))
        shop.when(replace(order("6", id=SECOND), lines=(line("6"),))).then(fact(Order.Placed))
        shop.when(handed_over("6")).then_refused(InsufficientStock, "lines.0.quantity")
        shop.when(handed_over("4")).then(
            fact(Order.Fulfilled, ORDER, reserved=()), fact(StockMovement.Issued)
        )

    def test_what_is_not_counted_costs_what_the_catalog_assumes(self, scenario: Scenario) -> None:
        scenario.given(store(), product(track_stock=False))
        scenario.when(order())
        outcome = scenario.when(handed_over())
        outcome.then(fact(Order.Fulfilled, ORDER, storage_id=None))
        assert outcome.answer.terms.totals.cost_total == 180

    def test_lies_neither_before_the_order_nor_in_the_future(self, shop: Scenario) -> None:
        shop.when(order())
        early, late = NOW - timedelta(minutes=1), NOW + timedelta(hours=1)
        shop.when(handed_over(occurred_at=early)).then_refused(Invalid, "occurred_at:before_the_order")
        shop.when(handed_over(occurred_at=late)).then_refused(Invalid, "occurred_at:in_the_future")

    def test_a_line_that_is_none_is_refused(self, shop: Scenario) -> None:
        shop.when(order())
        unknown = LineQuantity(line_id=NOTHING, quantity=Decimal(1))
        shop.when(FulfilOrder(id=ORDER, lines=(unknown,))).then_refused(Invalid, "lines.0.line_id")


class TestReturnWindow:
    def test_begins_when_the_goods_are_handed_over(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        shop.when(order(tenders=(replace(CARD, amount=498),)))
        shop.at(NOW + timedelta(days=10)).when(handed_over())
        returned = (LineReturn(line_id=LINE, quantity=Decimal(1)),)
        refund = RefundOrder(order_id=ORDER, returns=returned, tenders=(CARD,), reason="sour")
        shop.at(NOW + timedelta(days=25)).when(refund).then_refused(ReturnWindowClosed)
        shop.at(NOW + timedelta(days=24)).when(refund).then(
            fact(Order.Refunded), fact(StockMovement.Returned)
        )


class TestAmendOrder:
    def test_promises_move_by_the_difference_alone(self, shop: Scenario) -> None:
        shop.when(order("8"))
        shop.when(amended(as_it_was("10"))).then(
            fact(Order.Amended, ORDER, reserved=(promised("2"),), removed_line_ids=())
        )
        shop.when(amended(as_it_was("11"))).then_refused(InsufficientStock, "lines.0.quantity")
        shop.when(amended(as_it_was("1"))).then(fact(Order.Amended, ORDER, reserved=(promised("-9"),)))

    def test_old_lines_keep_their_price_unless_they_are_priced_anew(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 300}))
        outcome = shop.when(amended(as_it_was("3")))
        assert outcome.answer.terms.totals.total == 747
        assert shop.when(amended(as_it_was("3"), reprice=True)).answer.terms.totals.total == 900

    def test_taxes_of_old_lines_stay(self, scenario: Scenario) -> None:
        scenario.given(tax(), store(), storage(), product(tax_rate_ids=(tax().id,)), delivery("10"))
        scenario.when(order())
        outcome = scenario.when(amended(as_it_was("4")))
        assert outcome.answer.terms.totals.tax_total == 159

    def test_lines_are_added_and_left_out(self, shop: Scenario) -> None:
        shop.given(product(variant(TEA, "TEA", 100), one=OTHER, track_stock=False))
        shop.when(order())
        outcome = shop.when(amended(AmendedLine(variant_id=TEA, quantity=Decimal(3))))
        outcome.then(fact(Order.Amended, ORDER, removed_line_ids=(LINE,), reserved=(promised("-2"),)))
        assert outcome.answer.terms.totals.total == 300

    def test_a_line_says_what_it_is_of(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(amended(AmendedLine(quantity=Decimal(1)))).then_refused(
            Invalid, "lines.0.variant_id:required"
        )
        shop.when(amended(as_it_was("1", variant_id=TEA))).then_refused(
            Invalid, "lines.0.variant_id:immutable"
        )
        shop.when(amended(AmendedLine(variant_id=NOTHING, quantity=Decimal(1)))).then_refused(
            Invalid, "lines.0.variant_id:not_found"
        )

    def test_below_what_was_handed_over_is_refused(self, shop: Scenario) -> None:
        shop.when(order("4"))
        shop.when(handed_over("3"))
        shop.when(amended(as_it_was("2"))).then_refused(LineFulfilled, "lines.0.quantity")

    def test_beside_what_was_handed_over_only_quantities_change(self, shop: Scenario) -> None:
        shop.when(order("4", discounts=(HALF,)))
        shop.when(handed_over("1"))
        shop.when(amended(as_it_was("4", unit_price=1))).then_refused(LineFulfilled, "lines.0.unit_price")
        shop.when(amended(as_it_was("4"), discounts=())).then_refused(LineFulfilled, "discounts")
        shop.when(amended(as_it_was("4"), reprice=True)).then_refused(LineFulfilled, "reprice")
        assert shop.when(amended(as_it_was("6"))).answer.terms.totals.total == 747

    def test_amounts_follow_the_price_however_small_a_line_was_meanwhile(self, shop: Scenario) -> None:
        shop.given(product(variant(TEA, "TEA", 12), one=OTHER, track_stock=False))
        tea = line("1", TEA, id=SECOND)
        shop.when(PlaceOrder(id=ORDER, store_id=STORE, channel="web", lines=(line("1", id=LINE), tea)))
        shop.when(FulfilOrder(id=ORDER, lines=(LineQuantity(line_id=SECOND, quantity=Decimal(1)),)))
        rest = AmendedLine(id=SECOND, quantity=Decimal(1))
        shop.when(amended(as_it_was("0.001"), rest))
        assert shop.when(amended(as_it_was("8"), rest)).answer.terms.totals.total == 8 * 249 + 12

    def test_below_what_was_paid_takes_a_cancellation(self, shop: Scenario) -> None:
        shop.when(order(tenders=(replace(CARD, amount=498),)))
        outcome = shop.when(amended(as_it_was("1"))).then_refused(RefundRequired)
        assert outcome.refusal
        assert outcome.refusal.beside == {"overpaid": 249}

    def test_a_note_alone_changes_nothing_else(self, shop: Scenario) -> None:
        shop.when(order())
        outcome = shop.when(amended(changes={"note": "ring twice"}, reason="they rang"))
        outcome.then(fact(Order.Amended, ORDER, note="ring twice", reserved=(), reason="they rang"))
        shop.when(amended(changes={"note": "ring twice"})).then_nothing()

    def test_what_lapsed_is_promised_again_with_a_new_end(self, shop: Scenario) -> None:
        shop.when(order())
        later = NOW + timedelta(days=20)
        shop.at(NOW + timedelta(days=8)).when(LapseOrders(ids=(ORDER,)))
        shop.when(amended(changes={"note": "still open"})).then(fact(Order.Amended, ORDER, reserved=()))
        shop.when(amended(changes={"reserve_until": later})).then(
            fact(Order.Amended, ORDER, reserved=(promised("2"),), reserve_until=later)
        )

    def test_it_is_for_somebody_else(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(amended(changes={"customer_id": CUSTOMER})).then(
            fact(Order.Amended, ORDER, customer_id=CUSTOMER)
        )
        shop.when(amended(changes={"customer_id": NOTHING})).then_refused(Invalid, "customer_id")

    def test_somebody_else_takes_no_words_about_who_it_was_for(self, shop: Scenario) -> None:
        of_ada = replace(HALF, reason="Ada's birthday")
        lines = (line("2", id=LINE, discounts=(of_ada,)),)
        shop.when(
            replace(order(customer_id=CUSTOMER, note="ring at Ada's", discounts=(of_ada,)), lines=lines)
        )
        outcome = shop.when(amended(changes={"customer_id": None}))
        terms = outcome.answer.terms
        assert (terms.note, terms.discounts, terms.lines[0].discounts) == (None, (HALF,), (HALF,))
        assert terms.totals.total == 124

    def test_words_about_somebody_else_are_named_with_them(self, shop: Scenario) -> None:
        shop.when(order(customer_id=CUSTOMER, note="ring at Ada's"))
        again = replace(HALF, reason="loyal")
        change = amended(
            as_it_was("2", discounts=(again,)), changes={"customer_id": None, "note": "to the porter"}
        )
        terms = shop.when(change).answer.terms
        assert (terms.note, terms.lines[0].discounts) == ("to the porter", (again,))

    def test_what_is_owed_by_one_is_not_of_another(self, shop: Scenario) -> None:
        shop.when(order(on_account=True, customer_id=CUSTOMER))
        shop.when(amended(changes={"customer_id": None})).then_refused(CustomerRequired, "customer_id")
        shop.when(handed_over("1"))
        shop.when(amended(changes={"customer_id": None})).then_refused(InvalidTransition)

    def test_what_is_completed_stays(self, shop: Scenario) -> None:
        shop.when(order(tenders=(replace(CARD, amount=498),)))
        shop.when(handed_over())
        shop.when(amended(as_it_was("3"))).then_refused(InvalidTransition)


class TestCancelOrder:
    def test_all_of_it_frees_the_goods(self, shop: Scenario) -> None:
        shop.when(order())
        outcome = shop.when(cancelled())
        outcome.then(fact(Order.Cancelled, ORDER, reserved=(promised("-2"),), kept=(), payments=()))
        assert standing(outcome) == ("cancelled", "unpaid", "unfulfilled", 0)
        shop.when(cancelled()).then_refused(InvalidTransition)

    def test_a_part_of_it_leaves_the_rest(self, shop: Scenario) -> None:
        shop.when(order("4"))
        outcome = shop.when(cancelled(lines=(units("1"),)))
        assert standing(outcome) == ("open", "unpaid", "unfulfilled", 747)
        shop.when(cancelled(lines=(units("4"),))).then_refused(CancelExceedsOrdered, "lines.0.quantity")

    def test_the_rest_of_what_was_handed_over_and_paid_completes_it(self, shop: Scenario) -> None:
        shop.when(order("2", tenders=(CARD,)))
        shop.when(handed_over("1"))
        shop.when(cancelled()).then(fact(Order.Cancelled), fact(Order.Completed))

    def test_what_was_paid_too_much_goes_back(self, shop: Scenario) -> None:
        shop.when(order(tenders=(replace(CARD, amount=400),)))
        shop.when(cancelled(lines=(units("1"),))).then_refused(RefundRequired, "refund")
        short = cancelled(lines=(units("1"),), refund=(replace(CARD, amount=150),))
        shop.when(short).then_refused(PaymentInsufficient, "refund")
        outcome = shop.when(replace(short, refund=(replace(CARD, amount=151),)))
        assert standing(outcome) == ("open", "paid", "unfulfilled", 0)
        assert [payment.exact for payment in outcome.answer.given_back] == [151]

    @pytest.mark.parametrize("method", ["card", "store_credit"])
    def test_all_of_it_gives_back_what_was_paid_whatever_it_was_rounded_to(
        self, shop: Scenario, method: str
    ) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 13}))
        shop.when(order("4", customer_id=CUSTOMER, tenders=(Tender(method="cash", amount=50),)))
        refused = shop.when(cancelled()).then_refused(RefundRequired, "refund")
        assert refused.refusal
        assert refused.refusal.beside == {"overpaid": 50}
        outcome = shop.when(cancelled(refund=(Tender(method=method, amount=50),)))
        assert standing(outcome) == ("cancelled", "refunded", "unfulfilled", 0)
        assert (outcome.answer.refunded, outcome.answer.rounding) == (50, 0)

    def test_amending_the_rest_to_what_it_is_changes_nothing(self, shop: Scenario) -> None:
        off = Discount(type="amount", value=Decimal(500))
        shop.when(order("3", discounts=(off,)))
        left = shop.when(cancelled(lines=(units("1"),))).answer.terms.totals.total
        shop.when(amended(as_it_was("2"))).then_nothing()
        assert shop.when(amended(as_it_was("3"))).answer.terms.totals.total == 247
        assert left == 165

    def test_a_tip_goes_back_with_all_of_it(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"refund_to_original": "require"}))
        shop.when(order(tenders=(replace(CARD, amount=498, tip=50),)))
        shop.when(cancelled(lines=(units("1"),), refund=(CARD,))).then(fact(Order.Cancelled))
        shop.when(cancelled(refund=(CARD,))).then_refused(PaymentInsufficient, "refund")
        outcome = shop.when(cancelled(refund=(replace(CARD, amount=299),)))
        assert standing(outcome) == ("cancelled", "refunded", "unfulfilled", 0)

    def test_it_goes_back_as_store_credit(self, shop: Scenario) -> None:
        shop.when(order(customer_id=CUSTOMER, tenders=(replace(CARD, amount=498),)))
        shop.when(cancelled(refund="store_credit")).then(
            fact(Order.Cancelled), fact(StoreCredit.Issued, amount=498, order_id=ORDER)
        )
        shop.when(paid(CARD)).then_refused(InvalidTransition)

    def test_nobody_has_store_credit_without_a_name(self, shop: Scenario) -> None:
        shop.when(order(tenders=(CARD,)))
        shop.when(cancelled(refund="store_credit")).then_refused(CustomerRequired, "refund.0.method")

    def test_cash_is_rounded_over_all_that_goes_back_in_it(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 13}))
        shop.when(order("4", tenders=(Tender(method="cash", amount=50),)))
        one = cancelled(lines=(units("1"),), refund=(Tender(method="cash", amount=13),))
        for _ in range(3):
            shop.when(one)
        outcome = shop.when(one)
        assert [payment.amount for payment in outcome.answer.given_back] == [15, 10, 15, 10]

    def test_refunds_go_on_where_cancelling_stopped(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(ReviseVariant(product_id=PRODUCT, variant_id=VARIANT, changes={"price": 13}))
        shop.when(order("4", tenders=(Tender(method="cash", amount=50),)))
        shop.when(cancelled(lines=(units("1"),), refund=(Tender(method="cash", amount=13),)))
        shop.when(handed_over("3"))
        returned = (LineReturn(line_id=LINE, quantity=Decimal(1)),)
        tenders = (Tender(method="cash", amount=13),)
        paid_out = [
            shop.when(RefundOrder(order_id=ORDER, returns=returned, tenders=tenders, reason="sour"))
            for _ in range(3)
        ]
        assert [one.answer.refunds[-1].payments[0].amount for one in paid_out] == [10, 15, 10]

    def test_in_steps_it_leaves_what_at_once_it_would(self, shop: Scenario) -> None:
        cheap = Discount(type="amount", value=Decimal(3))
        one = line("10", unit_price=1, discounts=(cheap,), id=LINE)
        shop.when(PlaceOrder(id=ORDER, store_id=STORE, channel="web", lines=(one,), tenders=(paid_by(7),)))
        parts = [shop.when(handed_over("5")).answer.fulfilled_total]
        for gone in (1, 0, 1, 1):
            back = (paid_by(gone),) if gone else None
            shop.when(cancelled(lines=(units("1"),), refund=back))
        parts.append(shop.when(handed_over("1")).answer.fulfilled_total)
        assert parts == [4, 4]

    def test_cash_that_went_back_by_card_is_not_given_back_again(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(order("4", tenders=(Tender(method="cash", amount=996, tendered=1000),)))
        shop.when(cancelled(lines=(units("3"),), refund=(replace(CARD, amount=747),)))
        shop.when(handed_over("1"))
        quote = QuoteRefund(order_id=ORDER, returns=(LineReturn(line_id=LINE, quantity=Decimal(1)),))
        settlement = shop.when(quote).answer.settlement
        assert [(one.method, one.amount) for one in settlement.payments] == [("cash", 245)]

    def test_money_goes_back_the_way_it_came(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"refund_to_original": "require"}))
        shop.when(order(tenders=(CARD,)))
        in_cash = cancelled(refund=(Tender(method="cash", amount=249),))
        shop.when(in_cash).then_refused(RefundMethodNotAllowed, "refund")
        in_shells = replace(in_cash, refund=(Tender(method="shells", amount=249),))
        shop.when(in_shells).then_refused(Invalid, "refund.0.method:not_found")
        shop.when(replace(in_cash, refund=(CARD,))).then(fact(Order.Cancelled))

    def test_in_a_closed_store_it_is_cancelled_all_the_same(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(SwitchSetting(kind=Store, id=STORE, is_active=False))
        shop.when(cancelled()).then(fact(Order.Cancelled))


class TestLapseOrders:
    def test_frees_the_goods_and_leaves_the_order_open(self, shop: Scenario) -> None:
        shop.when(order())
        shop.at(NOW + timedelta(days=7)).when(LapseOrders(ids=(ORDER,))).then(
            fact(Order.ReservationLapsed, ORDER, reserved=(promised("-2"),))
        )
        shop.when(LapseOrders(ids=(ORDER,))).then_nothing()
        shop.when(order("10", id=SECOND)).then(fact(Order.Placed))

    def test_not_before_it_is_due(self, shop: Scenario) -> None:
        shop.when(order())
        shop.when(LapseOrders(ids=(ORDER,))).then_nothing()


def test_whoever_has_an_open_order_is_not_archived_nor_is_who_absorbed_them(shop: Scenario) -> None:
    shop.given(Customer.begin(Customer.Registered, OTHER, name="Ada L."))
    shop.when(order(customer_id=CUSTOMER))
    shop.when(ArchiveCustomer(id=CUSTOMER)).then_refused(InUse, "id:open_orders")
    shop.when(MergeCustomers(id=OTHER, absorb=(CUSTOMER,), keep={}))
    shop.when(ArchiveCustomer(id=OTHER)).then_refused(InUse, "id:open_orders")
    shop.when(EraseCustomer(id=OTHER, reason="asked for it")).then_refused(OpenOrders)
    shop.when(cancelled())
    shop.when(ArchiveCustomer(id=OTHER)).then(fact(Customer.Archived, OTHER))


def test_who_turned_out_to_be_another_is_named(shop: Scenario) -> None:
    shop.given(Customer.begin(Customer.Registered, OTHER, name="Augusta"))
    shop.when(MergeCustomers(id=OTHER, absorb=(CUSTOMER,), keep={}))
    shop.when(order(customer_id=CUSTOMER)).then_refused(Invalid, "customer_id:merged")
    shop.when(order(customer_id=OTHER)).then(fact(Order.Placed, ORDER, customer_id=OTHER))


def test_whoever_has_an_open_order_is_not_erased(shop: Scenario) -> None:
    shop.when(order(customer_id=CUSTOMER))
    shop.when(EraseCustomer(id=CUSTOMER, reason="asked for it")).then_refused(OpenOrders)
    shop.when(cancelled())
    shop.when(EraseCustomer(id=CUSTOMER, reason="asked for it")).then(fact(Customer.Erased))
