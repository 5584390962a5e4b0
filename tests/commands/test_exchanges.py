"""Decisions about exchanges: a refund and a sale at once, of which only the difference is money."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from commands.companies import ReviseCompany
from commands.orders.baskets import DiscountNotAllowed, PriceOverrideNotAllowed
from commands.orders.exchange_terms import ExchangeGoods, RefundNotAllowed
from commands.orders.refund_rules import ReturnWindowClosed
from commands.orders.refunds import RefundOrder
from commands.orders.sales import PlaceSale
from commands.ports import DuplicateId, Missing
from domain.approvals import ApprovalNotValid
from domain.catalog.products import NotForSale
from domain.errors import Invalid
from domain.orders import LineReturn, Order, RefundMethodNotAllowed
from domain.orders.portions import ReturnExceedsSold
from domain.packages import Limits, PlanLimitReached
from domain.payments import PaymentExceedsTotal, PaymentInsufficient, Tender
from domain.pricing import Discount
from domain.settings import OtherStore
from domain.shifts import NoOpenShift
from domain.stock.movements import InsufficientStock, StockMovement
from tests.commands.samples import (
    COMPANY,
    CUSTOMER,
    NOTHING,
    NOW,
    ORDER,
    OTHER,
    REGISTER,
    SHIFT,
    STORAGE,
    STORE,
    SUPPLIER,
    TAX,
    VARIANT,
    approval,
    caller,
    counted,
    customer,
    delivery,
    id_of,
    line,
    package,
    product,
    register,
    sale,
    shift,
    storage,
    store,
    subscribed,
    tax,
    variant,
)
from tests.commands.scenario import Outcome, Scenario, fact

LINE, EXCHANGE, LARGE, SMALL = map(id_of, ("line", "exchange", "large", "small"))
NORTH, NORTH_STORAGE, NORTH_TILL = id_of("north"), id_of("north storage"), id_of("north till")
LATER = NOW + timedelta(hours=1)
CASHIER = caller("Cashier")


@pytest.fixture
def shop(scenario: Scenario) -> Scenario:
    """SALT at 2.49, a large one at 4.00 and a small one at 1.00: ten of each at 0.90; a second store."""
    scenario.given(store(), storage(), register(), product(), delivery("10"))
    for one, sku, price in ((LARGE, "LARGE", 400), (SMALL, "SMALL", 100)):
        made = product(variant(one, sku, price), one=id_of(sku))
        scenario.given(made, delivery("10", one=id_of(f"{sku} came"), variant_id=one))
    scenario.given(
        store(NORTH, "North", "N"),
        storage(NORTH_STORAGE, "North cellar", "NC", store_id=NORTH),
        register(NORTH_TILL, "9", NORTH),
    )
    return scenario


@pytest.fixture
def sold(shop: Scenario) -> Scenario:
    """Three SALT were sold at the till, for 7.47 in cash."""
    shop.when(sale(line("3", id=LINE), paid=747, register_id=REGISTER))
    return shop.at(LATER)


def cash(amount: int) -> tuple[Tender, ...]:
    return (Tender(method="cash", amount=amount),)


def tenders_of(amount: int | tuple[Tender, ...]) -> tuple[Tender, ...]:
    """The tenders themselves, or so much in cash, if it is anything."""
    if isinstance(amount, int):
        return cash(amount) if amount else ()
    return amount


def moved(outcome: Outcome) -> list[Any]:
    """The first line of each movement that was recorded."""
    return [data.lines[0] for event, _, data in outcome.recorded if issubclass(event, StockMovement.Moved)]


def exchange(
    *lines: Any,
    back: str = "1",
    restock: bool = True,
    paid: int | tuple[Tender, ...] = 0,
    given: int | tuple[Tender, ...] = 0,
    register_id: Any = REGISTER,
    **values: Any,
) -> ExchangeGoods:
    """Some of the SALT for others, by default one for a large one."""
    return ExchangeGoods(
        refund=RefundOrder(
            order_id=values.pop("order_id", ORDER),
            register_id=register_id,
            returns=(LineReturn(line_id=LINE, quantity=Decimal(back), restock=restock),),
            tenders=tenders_of(given),
            reason="wrong size",
            occurred_at=values.get("occurred_at"),
        ),
        sale=PlaceSale(
            **{
                "id": EXCHANGE,
                "register_id": register_id,
                "lines": lines or (line("1", LARGE),),
                "tenders": tenders_of(paid),
                **values,
            }
        ),
    )


def both(outcome: Outcome) -> tuple[Any, Any]:
    """The refund and the sale that were recorded."""
    if outcome.refusal:
        raise outcome.refusal
    by_event = {event: data for event, _, data in outcome.recorded}
    return by_event[Order.Refunded], by_event[Order.Sold]


class TestExchange:
    def test_is_a_refund_and_a_sale_tied_to_each_other(self, sold: Scenario) -> None:
        outcome = sold.when(exchange(paid=151)).then(
            fact(Order.Refunded, ORDER, exchange_order_id=EXCHANGE, total=249, number="M-1-R000001"),
            fact(StockMovement.Returned, storage_id=STORAGE, order_id=ORDER),
            fact(Order.Sold, EXCHANGE, number="M-1-000002", store_id=STORE),
            fact(StockMovement.Issued, storage_id=STORAGE, order_id=EXCHANGE),
        )
        refund, made = both(outcome)
        assert made.exchange_refund_id == refund.refund_id
        assert [(one.method, one.amount) for one in refund.payments] == [("exchange", 249)]
        assert [(one.method, one.amount) for one in made.payments] == [("exchange", 249), ("cash", 151)]
        assert outcome.answer.difference == 151
        assert outcome.answer.refund.refund_id == refund.refund_id

    def test_of_the_same_value_moves_no_money(self, sold: Scenario) -> None:
        refund, made = both(sold.when(exchange(line("1", VARIANT))))
        assert [(one.method, one.amount) for one in (*refund.payments, *made.payments)] == [
            ("exchange", 249),
            ("exchange", 249),
        ]

    def test_for_less_gives_the_rest_back(self, sold: Scenario) -> None:
        outcome = sold.when(exchange(line("1", SMALL), given=149))
        refund, made = both(outcome)
        assert [(one.method, one.amount) for one in refund.payments] == [("exchange", 100), ("cash", 149)]
        assert [(one.method, one.amount) for one in made.payments] == [("exchange", 100)]
        assert outcome.answer.difference == -149

    def test_t4_exchange_up(self, scenario: Scenario) -> None:
        """One of three L1 of T1 for a size of 12.00: credit 6.81, difference 6.26, 6.25 of it in cash."""
        t1_in(scenario)
        outcome = scenario.at(LATER).when(exchange(line("1", LARGE), paid=626))
        refund, made = both(outcome)
        (back,) = refund.lines
        assert (refund.total, back.net_sales, back.tax_total) == (681, 626, 55)
        assert (made.totals.total, made.totals.tax_total) == (1307, 107)
        assert outcome.answer.difference == 626
        assert [(one.method, one.amount) for one in made.payments] == [("exchange", 681), ("cash", 625)]
        assert (made.totals.rounding, refund.rounding) == (-1, 0)

    def test_is_for_the_customer_of_the_order(self, shop: Scenario) -> None:
        shop.given(customer())
        shop.when(sale(line("3", id=LINE), paid=747, register_id=REGISTER, customer_id=CUSTOMER))
        refund, made = both(shop.when(exchange(paid=151)))
        assert refund.customer_id == made.customer_id == CUSTOMER

    def test_belongs_to_the_open_shift_of_its_till(self, sold: Scenario) -> None:
        sold.given(shift())
        refund, made = both(sold.when(exchange(paid=151)))
        assert refund.shift_id == made.shift_id == SHIFT

    def test_needs_an_open_shift_where_sales_do(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"shift_required": True}))
        sold.when(exchange(paid=151)).then_refused(NoOpenShift)

    def test_may_be_made_in_another_store(self, sold: Scenario) -> None:
        sold.given(delivery("1", one=OTHER, variant_id=LARGE, storage_id=NORTH_STORAGE))
        refund, made = both(sold.when(exchange(paid=151, register_id=NORTH_TILL)))
        assert refund.store_id == made.store_id == NORTH
        assert refund.storage_id == made.storage_id == NORTH_STORAGE

    def test_stays_in_its_store_where_the_company_says_so(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"cross_store_returns": False}))
        sold.when(exchange(paid=151, register_id=NORTH_TILL)).then_refused(OtherStore)

    def test_is_made_at_the_till_of_the_sale_if_none_is_named(self, sold: Scenario) -> None:
        refund, made = both(sold.when(exchange(paid=151, register_id=None)))
        assert refund.register_id == made.register_id == REGISTER

    def test_answers_a_repetition_with_what_it_made(self, sold: Scenario) -> None:
        first = sold.when(exchange(paid=151), saying="this")
        again = sold.when(exchange(paid=151), saying="this").then_repeated()
        assert again.answer.refund.refund_id == first.answer.refund.refund_id
        sold.when(exchange(back="2", paid=151), saying="that").then_refused(DuplicateId, "id")

    def test_counts_as_a_sale_of_the_package(self, blank: Scenario) -> None:
        limits = Limits(orders_per_month=1)
        blank.given(package(limits=limits), subscribed(limits), store(), storage(), register())
        blank.given(product(), delivery())
        blank.when(sale(line("3", id=LINE), paid=747, register_id=REGISTER)).then(
            fact(Order.Sold), fact(StockMovement.Issued)
        )
        blank.when(exchange(line("1", VARIANT))).then_refused(PlanLimitReached, "limits.orders_per_month")

    def test_is_of_an_order_that_is_there(self, sold: Scenario) -> None:
        sold.when(exchange(paid=151, order_id=NOTHING)).then_refused(Missing)

    def test_returns_no_more_than_was_sold(self, sold: Scenario) -> None:
        sold.when(exchange(line("9", LARGE), back="4", paid=0)).then_refused(
            ReturnExceedsSold, "returns.0.quantity"
        )

    def test_of_an_exchange_goes_on(self, sold: Scenario) -> None:
        sold.when(exchange(line("1", LARGE, id=SUPPLIER), paid=151))
        again = ExchangeGoods(
            refund=RefundOrder(
                order_id=EXCHANGE,
                returns=(LineReturn(line_id=SUPPLIER, quantity=Decimal(1)),),
                reason="wrong again",
            ),
            sale=PlaceSale(lines=(line("4", SMALL),), tenders=()),
        )
        refund, made = both(sold.when(again))
        assert (refund.total, made.totals.total) == (400, 400)


class TestRights:
    def test_a_cashier_exchanges_for_the_same_or_more(self, sold: Scenario) -> None:
        both(sold.by(CASHIER).when(exchange(paid=151)))
        both(sold.when(exchange(line("1", VARIANT), id=OTHER)))

    def test_a_cashier_gives_no_money_back(self, sold: Scenario) -> None:
        less = exchange(line("1", SMALL), given=149)
        sold.by(CASHIER).when(less).then_refused(RefundNotAllowed, "orders.refund:not_held")
        both(sold.by(caller("Manager")).when(less))

    def test_a_cashier_gives_back_what_was_approved(self, sold: Scenario) -> None:
        less = exchange(line("1", SMALL), given=149)
        short = CASHIER.under(approval("orders.refund", amount=148))
        sold.by(short).when(less).then_refused(ApprovalNotValid)
        refund, made = both(sold.by(CASHIER.under(approval("orders.refund", amount=149))).when(less))
        assert refund.approved_by == made.approved_by == OTHER

    def test_what_was_approved_is_what_is_paid_out(self, shop: Scenario) -> None:
        shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        shop.when(sale(line("3", id=LINE), paid=745, register_id=REGISTER))
        sold = shop.at(LATER)
        less = exchange(line("1", SMALL), given=150)
        short = CASHIER.under(approval("orders.refund", amount=149))
        sold.by(short).when(less).then_refused(ApprovalNotValid)
        both(sold.by(CASHIER.under(approval("orders.refund", amount=150))).when(less))

    def test_a_cashier_takes_back_within_the_return_days(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        late = sold.at(NOW + timedelta(days=15))
        late.by(CASHIER).when(exchange(paid=151)).then_refused(ReturnWindowClosed)
        late.when(exchange(paid=151, occurred_at=NOW)).then_refused(ReturnWindowClosed)
        both(late.by(caller("Manager")).when(exchange(paid=151)))

    def test_nobody_gives_money_back_after_them(self, sold: Scenario) -> None:
        sold.when(ReviseCompany(id=COMPANY, changes={"return_days": 14}))
        less = exchange(line("1", SMALL), given=149)
        sold.at(NOW + timedelta(days=15)).when(less).then_refused(ReturnWindowClosed)

    def test_prices_and_discounts_take_their_own(self, sold: Scenario) -> None:
        nobody = caller("Cashier", without=["pos.discount"])
        cheap = exchange(line("1", LARGE, unit_price=249))
        sold.by(nobody).when(cheap).then_refused(PriceOverrideNotAllowed, "pos.price_override:not_held")
        tenth = Discount(type="percent", value=Decimal(10))
        sold.when(exchange(discounts=(tenth,), paid=111)).then_refused(
            DiscountNotAllowed, "pos.discount:not_held"
        )
        _, made = both(sold.by(caller()).when(exchange(discounts=(tenth,), paid=111)))
        assert made.totals.discount_total == 40


class TestMoney:
    @pytest.mark.parametrize(("paid", "refusal"), [(150, PaymentInsufficient), (0, PaymentInsufficient)])
    def test_covers_the_difference(self, sold: Scenario, paid: int, refusal: Any) -> None:
        sold.when(exchange(paid=paid)).then_refused(refusal, "payments")

    def test_is_named_where_too_little_of_it_was_handed_over(self, sold: Scenario) -> None:
        paid = (Tender(method="card", amount=51), Tender(method="cash", amount=100, tendered=50))
        sold.when(exchange(paid=paid)).then_refused(PaymentInsufficient, "payments.1.tendered")

    def test_gives_change_on_cash(self, sold: Scenario) -> None:
        tendered = (Tender(method="cash", amount=151, tendered=200),)
        _, made = both(sold.when(exchange(paid=tendered)))
        assert made.totals.change_total == 49

    def test_goes_back_only_for_what_is_above(self, sold: Scenario) -> None:
        sold.when(exchange(paid=151, given=10)).then_refused(PaymentExceedsTotal, "refund_payments")
        sold.when(exchange(line("1", SMALL), given=150)).then_refused(PaymentExceedsTotal, "refund_payments")
        sold.when(exchange(line("1", SMALL))).then_refused(PaymentInsufficient, "refund_payments")

    def test_goes_back_the_way_it_came(self, sold: Scenario) -> None:
        card = (Tender(method="card", amount=149),)
        other = exchange(line("1", SMALL), given=card)
        sold.by(caller("Manager", without=["orders.refund_other_method"])).when(other).then_refused(
            RefundMethodNotAllowed, "refund_payments"
        )
        refund, _ = both(sold.by(caller("Manager")).when(other))
        assert [one.method for one in refund.payments] == ["exchange", "card"]

    def test_of_what_an_exchange_paid_is_never_cash(self, sold: Scenario) -> None:
        sold.when(exchange(line("1", VARIANT, id=SUPPLIER)))
        cashed = RefundOrder(
            order_id=EXCHANGE,
            returns=(LineReturn(line_id=SUPPLIER, quantity=Decimal(1)),),
            tenders=cash(249),
            reason="changed my mind",
        )
        sold.when(cashed).then_refused(RefundMethodNotAllowed, "payments")

    def test_names_what_is_no_method_where_it_stands(self, sold: Scenario) -> None:
        shells = (Tender(method="shells", amount=1),)
        sold.when(exchange(paid=shells)).then_refused(Invalid, "payments.0.method:not_found")
        sold.when(exchange(given=shells)).then_refused(Invalid, "refund_payments.0.method:not_found")

    def test_is_not_offered_as_an_exchange(self, sold: Scenario) -> None:
        tied = (Tender(method="exchange", amount=151),)
        sold.when(exchange(paid=tied)).then_refused(Invalid, "payments.0.method:not_found")


class TestGoods:
    def test_come_back_at_their_cost_and_go_out_at_the_average(self, sold: Scenario) -> None:
        outcome = sold.when(exchange(line("2", VARIANT), paid=249))
        assert [(one.quantity, one.value_change, one.balance_quantity) for one in moved(outcome)] == [
            (1, 90, 8),
            (-2, -180, 6),
        ]

    def test_that_come_back_can_go_out_at_once(self, shop: Scenario) -> None:
        shop.when(sale(line("10", id=LINE), paid=2490, register_id=REGISTER))
        both(shop.when(exchange(line("1", VARIANT))))
        shop.when(exchange(line("1", VARIANT), restock=False, id=OTHER)).then_refused(
            InsufficientStock, "lines.0.quantity"
        )

    def test_that_are_not_put_back_leave_their_cost(self, sold: Scenario) -> None:
        outcome = sold.when(exchange(restock=False, paid=151)).then(
            fact(Order.Refunded, storage_id=None), fact(Order.Sold), fact(StockMovement.Issued)
        )
        refund, _ = both(outcome)
        assert [one.cost_total for one in refund.lines] == [0]

    def test_must_be_there(self, sold: Scenario) -> None:
        sold.when(exchange(line("11", LARGE), paid=4151)).then_refused(InsufficientStock, "lines.0.quantity")

    def test_must_be_for_sale(self, sold: Scenario) -> None:
        sold.given(product(variant(OTHER, "OLD"), one=NOTHING, status="archived"))
        sold.when(exchange(line("1", OTHER))).then_refused(NotForSale, "lines.0.variant_id")
        sold.when(exchange(line("1", NOTHING))).then_refused(Invalid, "lines.0.variant_id:not_found")

    def test_that_were_counted_since_leave_the_count_right(self, sold: Scenario) -> None:
        sold.given(*counted(LATER, "7", 630))
        late = sold.at(LATER + timedelta(hours=1))
        outcome = late.when(exchange(line("1", VARIANT), occurred_at=NOW + timedelta(minutes=1)))
        outcome.then(
            fact(Order.Refunded),
            fact(StockMovement.Returned),
            fact(StockMovement.CountCorrected, order_id=ORDER),
            fact(Order.Sold),
            fact(StockMovement.Issued),
            fact(StockMovement.CountCorrected, order_id=EXCHANGE),
        )
        assert [one.balance_quantity for one in moved(outcome)] == [8, 7, 6, 7]
        assert [one.balance_value for one in moved(outcome)] == [720, 630, 540, 630]


def t1_in(scenario: Scenario) -> None:
    """Sell T1 (see the contract of the till) and put another size of its first line on sale for 12.00."""
    scenario.given(store(), storage(), register(), tax(rate="8.875", inclusive=False))
    sizes = (("L1", 695, (TAX,)), ("L2", 800, (TAX,)), ("L3", 202, ()), ("large", 1200, (TAX,)))
    for sku, price, rates in sizes:
        goods: dict[str, Any] = {"tax_rate_ids": rates, "track_stock": False}
        scenario.given(product(variant(id_of(sku), sku, price), one=id_of(f"{sku} product"), **goods))
    rounding = {"rounding_level": "order", "rounding_mode": "half_up", "cash_rounding": 5}
    scenario.when(ReviseCompany(id=COMPANY, changes=rounding))
    scenario.when(
        PlaceSale(
            id=ORDER,
            register_id=REGISTER,
            lines=(
                line("3", id_of("L1"), id=LINE),
                line("2", id_of("L2")),
                line("1", id_of("L3")),
            ),
            discounts=(Discount(type="percent", value=Decimal(10)),),
            tenders=(Tender(method="cash", amount=3790, tendered=5000, tip=200),),
        )
    ).then(fact(Order.Sold, ORDER))
