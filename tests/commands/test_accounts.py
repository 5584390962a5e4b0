"""Decisions about customers' accounts: store credit, and what is owed."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.accounts.adjustments import AdjustCredit
from commands.accounts.closing import forfeit, move_accounts
from commands.accounts.expiry import ExpireCredit
from commands.accounts.holding import CustomerClosed
from commands.accounts.payments import PayDues
from commands.accounts.tenders import CustomerRequired, OnAccountNotAllowed
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.offline_sales import TakeOverSale
from commands.orders.refunds import RefundOrder
from commands.orders.unlinked_goods import ReturnedItem
from commands.orders.unlinked_returns import TakeReturn
from commands.orders.voids import VoidOrder
from commands.ports import Missing
from commands.sync.delivery import Delivery
from domain.accounts import (
    Account,
    CreditLimitExceeded,
    InsufficientCredit,
    PaymentExceedsDue,
    StoreCredit,
)
from domain.accounts.entries import AccountEntry
from domain.customers import Customer
from domain.errors import Invalid
from domain.orders import LineReturn, Order, RefundMethodNotAllowed
from domain.payments import Tender
from domain.stock.movements import StockMovement
from tests.commands.samples import (
    CUSTOMER,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    REGISTER,
    STORE,
    VARIANT,
    caller,
    delivery,
    id_of,
    line,
    method,
    product,
    register,
    sale,
    storage,
    store,
)
from tests.commands.scenario import Outcome, Scenario, fact

TODAY = NOW.date()
SECOND = id_of("second order")
LINE = id_of("line")


def customer(one: Any = CUSTOMER, **values: Any) -> Customer:
    """A customer who may owe 10.00 for a fortnight."""
    agreed = {"name": "Ada", "credit_limit": 1000, "terms_days": 14, **values}
    return Customer.begin(Customer.Registered, one, **agreed)


def credit(amount: int = 1000, **values: Any) -> AdjustCredit:
    return AdjustCredit(**{"customer_id": CUSTOMER, "amount": amount, "reason": "sorry", **values})


def payment(amount: int, **values: Any) -> PayDues:
    return PayDues(**{"customer_id": CUSTOMER, "amount": amount, "method": "card", **values})


def bought(quantity: str, *tenders: tuple[str, int], **values: Any) -> Any:
    """A sale of SALT at 2.49 to the customer, paid so."""
    offered = tuple(Tender(method=by, amount=amount) for by, amount in tenders)
    values = {"customer_id": CUSTOMER, "tenders": offered, **values}
    return replace(sale(line(quantity, id=LINE)), **values)


def entries(outcome: Outcome) -> list[tuple[str, int, int]]:
    """The account entries that were recorded: what they are called, what they change, what they leave."""
    if outcome.refusal:
        raise outcome.refusal
    return [
        (event.__qualname__, data.amount, data.balance)
        for event, _, data in outcome.recorded
        if issubclass(event, AccountEntry.Recorded)
    ]


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """Ten SALT in the cellar of one store, and a customer."""
    return scenario.given(store(), storage(), register(), product(), delivery("10"), customer())


class TestAdjustCredit:
    def test_gives_credit_for_a_reason(self, shop: Scenario) -> None:
        shop.when(credit(expires_on=TODAY)).then(
            fact(
                StoreCredit.Adjusted,
                customer_id=CUSTOMER,
                amount=1000,
                balance=1000,
                expires_on=TODAY,
                business_date=TODAY,
            )
        )

    def test_takes_it_away_again(self, shop: Scenario) -> None:
        shop.when(credit())
        assert entries(shop.when(credit(-400))) == [("StoreCredit.Adjusted", -400, 600)]

    def test_never_falls_below_zero(self, shop: Scenario) -> None:
        shop.when(credit(300))
        shop.when(credit(-301)).then_refused(InsufficientCredit, "amount")

    @pytest.mark.parametrize(
        ("amount", "expires_on", "field"),
        [
            (0, None, "amount"),
            (100, TODAY - timedelta(days=1), "expires_on:invalid"),
            (-100, TODAY, "expires_on:invalid"),
        ],
    )
    def test_refuses_what_is_no_adjustment(
        self, shop: Scenario, amount: int, expires_on: date | None, field: str
    ) -> None:
        shop.when(credit(500))
        shop.when(credit(amount, expires_on=expires_on)).then_refused(Invalid, field)

    def test_is_of_a_customer_who_is_there(self, shop: Scenario) -> None:
        shop.when(credit(customer_id=NOTHING)).then_refused(Missing)

    def test_is_not_of_one_who_is_archived(self, scenario: Scenario) -> None:
        gone = customer()
        gone.archive()
        scenario.given(gone).when(credit()).then_refused(CustomerClosed)


class TestExpireCredit:
    def test_lapses_once_its_last_day_is_over(self, shop: Scenario) -> None:
        shop.when(credit(700, expires_on=TODAY))
        shop.when(credit(300))
        expire = ExpireCredit(customer_ids=(CUSTOMER, NOTHING))
        shop.when(expire).then_nothing()
        tomorrow = shop.at(NOW + timedelta(days=1))
        assert entries(tomorrow.when(expire)) == [("StoreCredit.Expired", -700, 300)]
        tomorrow.when(expire).then_nothing()

    def test_is_over_by_the_clock_of_the_company(self, shop: Scenario) -> None:
        shop.when(credit(expires_on=TODAY))
        late = shop.at(NOW.replace(hour=22))
        assert entries(late.when(ExpireCredit(customer_ids=(CUSTOMER,)))) == [
            ("StoreCredit.Expired", -1000, 0)
        ]

    def test_cannot_be_spent_afterwards_although_it_is_still_there(self, shop: Scenario) -> None:
        shop.when(credit(expires_on=TODAY))
        later = shop.at(NOW + timedelta(days=1))
        later.when(bought("1", ("store_credit", 249))).then_refused(InsufficientCredit, "payments")

    def test_is_spent_first_where_it_ends_first(self, shop: Scenario) -> None:
        shop.when(credit(300))
        shop.when(credit(300, expires_on=TODAY + timedelta(days=9)))
        shop.when(credit(300, expires_on=TODAY))
        shop.when(bought("2", ("store_credit", 498)))
        later = shop.at(NOW + timedelta(days=30))
        expired = entries(later.when(ExpireCredit(customer_ids=(CUSTOMER,))))
        assert expired == [("StoreCredit.Expired", -102, 300)]


class TestPaying:
    def test_spends_store_credit_at_the_till(self, shop: Scenario) -> None:
        shop.when(credit(1000))
        shop.when(bought("2", ("store_credit", 498))).then(
            fact(Order.Sold, ORDER, customer_id=CUSTOMER),
            fact(StoreCredit.Spent, order_id=ORDER, store_id=STORE, amount=-498, balance=502),
            fact(StockMovement.Issued),
        )

    def test_spends_a_tip_as_well(self, shop: Scenario) -> None:
        shop.when(credit(1000))
        tender = Tender(method="store_credit", amount=249, tip=51)
        assert entries(shop.when(bought("1", tenders=(tender,)))) == [("StoreCredit.Spent", -300, 700)]

    def test_owes_what_is_sold_on_account_for_the_days_agreed(self, shop: Scenario) -> None:
        shop.when(bought("2", ("account", 498))).then(
            fact(Order.Sold, ORDER),
            fact(
                Account.Charged,
                order_id=ORDER,
                store_id=STORE,
                amount=498,
                balance=498,
                due_on=TODAY + timedelta(days=14),
            ),
            fact(StockMovement.Issued),
        )

    def test_takes_several_methods_at_once(self, shop: Scenario) -> None:
        shop.when(credit(100))
        paid = bought("2", ("store_credit", 100), ("account", 300), ("cash", 98))
        assert entries(shop.when(paid)) == [("StoreCredit.Spent", -100, 0), ("Account.Charged", 300, 300)]

    def test_never_spends_more_than_is_there(self, shop: Scenario) -> None:
        shop.when(credit(248))
        shop.when(bought("1", ("store_credit", 249))).then_refused(InsufficientCredit, "payments")

    def test_never_owes_more_than_was_agreed(self, shop: Scenario) -> None:
        shop.when(bought("2", ("account", 498), id=SECOND))
        outcome = shop.when(bought("3", ("account", 747))).then_refused(CreditLimitExceeded, "payments")
        assert outcome.refusal is not None
        assert outcome.refusal.beside == {"limit": 1000, "due": 498, "asked": 747}

    def test_owes_nothing_where_nothing_was_agreed(self, scenario: Scenario) -> None:
        things = (store(), storage(), register(), product(), delivery("10"), customer(credit_limit=None))
        scenario.given(*things).when(bought("1", ("account", 249))).then_refused(
            CreditLimitExceeded, "payments"
        )

    @pytest.mark.parametrize("by", ["store_credit", "account"])
    def test_is_from_the_accounts_of_somebody(self, shop: Scenario, by: str) -> None:
        outcome = shop.when(bought("1", (by, 249), customer_id=None))
        outcome.then_refused(CustomerRequired, "payments.0.method:customer_required")

    def test_takes_the_right_to_sell_on_account(self, shop: Scenario) -> None:
        by = shop.by(caller("Cashier"))
        by.when(bought("1", ("account", 249))).then_refused(OnAccountNotAllowed, "orders.on_account:not_held")

    def test_is_made_once(self, shop: Scenario) -> None:
        shop.when(credit(1000))
        shop.when(bought("2", ("store_credit", 498)))
        shop.when(bought("2", ("store_credit", 498))).then_repeated()
        assert entries(shop.when(credit(-502))) == [("StoreCredit.Adjusted", -502, 0)]


class TestGivingBack:
    def test_a_void_gives_back_what_was_spent_and_owed(self, shop: Scenario) -> None:
        shop.when(credit(100))
        shop.when(bought("2", ("store_credit", 100), ("account", 398)))
        voided = shop.when(VoidOrder(order_id=ORDER, reason="mistake"))
        assert entries(voided) == [("StoreCredit.Returned", 100, 100), ("Account.Credited", -398, 0)]

    def test_a_refund_issues_credit(self, shop: Scenario) -> None:
        shop.when(bought("2", ("card", 498)))
        outcome = shop.when(_refund("1", ("store_credit", 249)))
        assert entries(outcome) == [("StoreCredit.Issued", 249, 249)]
        (issued,) = [data for event, _, data in outcome.recorded if event is StoreCredit.Issued]
        assert (issued.order_id, issued.refund_id) == (ORDER, id_of("refund"))

    def test_a_refund_lowers_what_is_owed(self, shop: Scenario) -> None:
        shop.when(bought("2", ("account", 498)))
        assert entries(shop.when(_refund("1", ("account", 249)))) == [("Account.Credited", -249, 249)]

    def test_what_was_paid_meanwhile_becomes_credit(self, shop: Scenario) -> None:
        shop.when(bought("2", ("account", 498)))
        shop.when(payment(400))
        assert entries(shop.when(_refund("1", ("account", 249)))) == [
            ("Account.Credited", -98, 0),
            ("StoreCredit.Issued", 151, 151),
        ]

    def test_it_is_of_somebody(self, shop: Scenario) -> None:
        shop.when(bought("1", ("card", 249), customer_id=None))
        outcome = shop.when(_refund("1", ("store_credit", 249)))
        outcome.then_refused(CustomerRequired, "payments.0.method:customer_required")

    def test_it_goes_to_whom_the_customer_turned_out_to_be(self, shop: Scenario) -> None:
        absorbed = customer(NOTHING)
        shop.given(absorbed).when(bought("1", ("card", 249), customer_id=NOTHING))
        absorbed.trigger_event(Customer.Merged, into=CUSTOMER)
        outcome = shop.given(absorbed).when(_refund("1", ("store_credit", 249)))
        assert entries(outcome) == [("StoreCredit.Issued", 249, 249)]
        assert [data.customer_id for _, _, data in outcome.recorded if hasattr(data, "from_customer_id")] == [
            CUSTOMER
        ]


def _refund(quantity: str, *tenders: tuple[str, int]) -> RefundOrder:
    return RefundOrder(
        id=id_of("refund"),
        order_id=ORDER,
        returns=(LineReturn(line_id=LINE, quantity=Decimal(quantity), restock=True),),
        tenders=tuple(Tender(method=by, amount=amount) for by, amount in tenders),
        reason="too salty",
    )


class TestWithoutAConnection:
    """What a till sold already is recorded, whatever was agreed, and nothing falls below zero."""

    def test_owes_what_credit_was_short(self, shop: Scenario) -> None:
        shop.when(credit(100))
        outcome = shop.when(_taken(bought("1", ("store_credit", 249))))
        assert entries(outcome) == [("StoreCredit.Spent", -100, 0), ("Account.Charged", 149, 149)]
        assert _flags(outcome) == ("insufficient_credit",)

    def test_owes_more_than_was_agreed(self, shop: Scenario) -> None:
        outcome = shop.when(_taken(bought("5", ("account", 1245))))
        assert entries(outcome) == [("Account.Charged", 1245, 1245)]
        assert _flags(outcome) == ("credit_limit_exceeded",)

    def test_says_who_had_no_right_to_sell_so(self, shop: Scenario) -> None:
        outcome = shop.by(caller("Cashier")).when(_taken(bought("1", ("account", 249))))
        assert _flags(outcome) == ("not_permitted",)

    def test_is_owed_by_who_is_archived_since(self, shop: Scenario) -> None:
        gone = customer(OTHER)
        gone.archive()
        outcome = shop.given(gone).when(_taken(bought("1", ("account", 249), customer_id=OTHER)))
        assert entries(outcome) == [("Account.Charged", 249, 249)]
        assert (outcome.recorded[0][2].customer_id, _flags(outcome)) == (OTHER, ("customer_unknown",))

    def test_is_from_the_accounts_of_somebody(self, shop: Scenario) -> None:
        outcome = shop.when(_taken(bought("1", ("account", 249), customer_id=None)))
        outcome.then_refused(CustomerRequired, "payments.0.method:customer_required")


def _taken(made: Any) -> TakeOverSale:
    known = Delivery(
        device_id=id_of("device"), device_code="X1", register_id=REGISTER, seq=1, told_at=NOW, number=None
    )
    lines = tuple(replace(one, unit_price=249) for one in made.lines)
    return TakeOverSale(sale=replace(made, lines=lines), delivery=known)


def _flags(outcome: Outcome) -> tuple[str, ...]:
    flags: tuple[str, ...] = outcome.recorded[0][2].offline.flags
    return flags


class TestExchanging:
    def test_gives_back_as_credit_what_came_back_more(self, shop: Scenario) -> None:
        shop.when(bought("3", ("card", 747)))
        tender = Tender(method="store_credit", amount=498)
        refund = replace(_refund("3"), id=None, tenders=(tender,))
        sold = replace(sale(line("1")), id=SECOND, tenders=())
        assert entries(shop.when(ExchangeGoods(refund=refund, sale=sold))) == [
            ("StoreCredit.Issued", 498, 498)
        ]

    def test_owes_what_went_out_more(self, shop: Scenario) -> None:
        shop.when(bought("1", ("card", 249)))
        refund = replace(_refund("1"), id=None)
        tender = Tender(method="account", amount=249)
        sold = replace(sale(line("2")), id=SECOND, tenders=(tender,))
        outcome = shop.when(ExchangeGoods(refund=refund, sale=sold))
        assert entries(outcome) == [("Account.Charged", 249, 249)]

    def test_leaves_what_is_owed_for_other_goods_and_lets_the_rest_come_back(self, shop: Scenario) -> None:
        shop.when(bought("3", ("account", 747)))
        sold = replace(sale(line("1")), id=SECOND, tenders=())
        assert entries(shop.when(ExchangeGoods(refund=replace(_refund("1"), id=None), sale=sold))) == []
        shop.when(_refund("2", ("card", 498))).then_refused(RefundMethodNotAllowed, "payments")
        assert entries(shop.when(_refund("2", ("account", 498)))) == [("Account.Credited", -498, 249)]


class TestReturnsWithoutAnOrder:
    def test_issue_credit(self, shop: Scenario) -> None:
        back = TakeReturn(
            lines=(ReturnedItem(variant_id=VARIANT, quantity=Decimal(1), unit_price=249, restock=True),),
            tenders=(Tender(method="store_credit", amount=249),),
            reason="no receipt",
            register_id=REGISTER,
            customer_id=CUSTOMER,
        )
        assert entries(shop.when(back)) == [("StoreCredit.Issued", 249, 249)]
        shop.when(replace(back, customer_id=None)).then_refused(CustomerRequired, "payments.0.method")


class TestPayDues:
    def test_pays_what_is_due_first(self, shop: Scenario) -> None:
        shop.at(NOW - timedelta(days=3)).when(bought("1", ("account", 249), id=SECOND))
        shop.at(NOW).when(bought("2", ("account", 498)))
        outcome = shop.when(payment(300, reference="7"))
        assert entries(outcome) == [("Account.Settled", -300, 447)]
        (settled,) = [data for _, _, data in outcome.recorded]
        assert settled.method == "card"
        assert [(one.order_id, one.amount) for one in settled.allocations] == [(SECOND, 249), (ORDER, 51)]

    def test_pays_the_orders_that_are_named(self, shop: Scenario) -> None:
        shop.when(bought("1", ("account", 249), id=SECOND))
        shop.when(bought("2", ("account", 498)))
        (_, _, settled) = shop.when(payment(300, order_ids=(ORDER,))).recorded[0]
        assert [(one.order_id, one.amount) for one in settled.allocations] == [(ORDER, 300)]
        shop.when(payment(199, order_ids=(ORDER,))).then_refused(PaymentExceedsDue, "amount")

    def test_is_no_more_than_is_owed(self, shop: Scenario) -> None:
        shop.when(bought("1", ("account", 249)))
        shop.when(payment(250)).then_refused(PaymentExceedsDue, "amount")

    def test_leaves_the_rest_as_credit_if_it_is_to(self, shop: Scenario) -> None:
        shop.when(bought("1", ("account", 249)))
        assert entries(shop.when(payment(300, as_credit=True))) == [
            ("Account.Settled", -249, 0),
            ("StoreCredit.Issued", 51, 51),
        ]

    def test_can_be_made_with_store_credit(self, shop: Scenario) -> None:
        shop.when(bought("1", ("account", 249)))
        shop.when(credit(1000))
        assert entries(shop.when(payment(200, method="store_credit"))) == [
            ("StoreCredit.Spent", -200, 800),
            ("Account.Settled", -200, 49),
        ]

    def test_needs_a_method_that_is_taken(self, shop: Scenario) -> None:
        shop.when(bought("1", ("account", 249)))
        shop.when(payment(249, method="shells")).then_refused(Invalid, "method:not_found")
        shop.when(payment(249, method="account")).then_refused(Invalid, "method:not_found")
        shop.given(method("twint", requires_reference=True))
        shop.when(payment(249, method="twint")).then_refused(Invalid, "reference:required")


class TestEnds:
    def test_nothing_is_left_of_what_is_forfeited(self, shop: Scenario) -> None:
        shop.when(credit(100))
        shop.when(bought("1", ("account", 249)))

        def decide(_: None, work: Any) -> None:
            forfeit(work.accounts.hold(CUSTOMER).read(), "gone", work)

        assert entries(shop.when(None, handler=decide)) == [
            ("Account.WrittenOff", -249, 0),
            ("StoreCredit.Expired", -100, 0),
        ]

    def test_what_moves_keeps_its_days(self, shop: Scenario) -> None:
        ends = TODAY + timedelta(days=5)
        shop.given(customer(OTHER, terms_days=30))
        shop.when(credit(100, expires_on=ends))
        shop.when(bought("1", ("account", 249)))

        def decide(_: None, work: Any) -> None:
            held = work.accounts.hold_all([CUSTOMER, OTHER]).read()
            move_accounts(held[CUSTOMER], held[OTHER], work)

        outcome = shop.when(None, handler=decide).then(
            fact(StoreCredit.Moved, customer_id=CUSTOMER, amount=-100, from_customer_id=CUSTOMER),
            fact(Account.Moved, customer_id=CUSTOMER, amount=-249, from_customer_id=CUSTOMER),
            fact(
                StoreCredit.Moved,
                customer_id=OTHER,
                amount=100,
                balance=100,
                from_customer_id=CUSTOMER,
                expires_on=ends,
            ),
            fact(
                Account.Moved,
                customer_id=OTHER,
                amount=249,
                balance=249,
                from_customer_id=CUSTOMER,
                order_id=ORDER,
                due_on=TODAY + timedelta(days=14),
            ),
        )
        assert outcome.refusal is None
