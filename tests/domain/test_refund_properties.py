"""Refunds of everything, in any parts and by any methods that paid, leave nothing of a sale (3, 4)."""

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.costing import Balance, give_back, issue
from domain.money import round_to_multiple
from domain.orders import (
    Goodwill,
    LineGoodwill,
    LineReturn,
    Order,
    RefundedLine,
    balances_of,
    check_methods,
    price_refund,
    remainders_of,
    settle_refund,
)
from domain.payments import Tender
from domain.pricing import Discount, Item, Rules, TaxRate, price
from tests.domain.sales import record, sold

RATES = (
    TaxRate(id=UUID(int=1), name="added", rate=Decimal("8.875"), inclusive=False),
    TaxRate(id=UUID(int=2), name="contained", rate=Decimal(20), inclusive=True),
    TaxRate(id=UUID(int=3), name="contained, high", rate=Decimal(100), inclusive=True),
    TaxRate(id=UUID(int=4), name="added, very high", rate=Decimal(300), inclusive=False),
)
MONEY = ("gross_total", "discount_total", "tax_total", "total", "gross_sales", "net_sales", "cost_total")

items = st.builds(
    Item,
    variant_id=st.just(UUID(int=1)),
    quantity=st.integers(1, 4).map(Decimal) | st.integers(1, 2500).map(lambda n: Decimal(n) / 1000),
    unit_price=st.integers(0, 2500) | st.integers(0, 9),
    tax_rates=st.lists(st.sampled_from(RATES), max_size=2, unique=True).map(tuple),
)
discounts = st.sampled_from(["0", "4", "33.3", "100"]).map(
    lambda percent: [Discount(type="percent", value=Decimal(percent))]
)
rules = st.builds(
    Rules,
    currency=st.just("CHF"),
    rounding_level=st.sampled_from(["line", "order"]),
    rounding_mode=st.sampled_from(["half_up", "half_even"]),
    cash_rounding=st.sampled_from([0, 5, 10]),
)


@dataclass(frozen=True)
class Scene:
    """A sale, the stock that it left, and how both were before."""

    order: Order
    cash_rounding: int
    before: Balance
    after: Balance

    @property
    def sold_to(self) -> int:
        """To what the sale was rounded."""
        assert self.order.sold
        return self.order.sold.cash_rounding or 0


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A sale of a few lines, whose goods came out of one balance, paid in up to three ways."""
    basket, off, how = draw(st.lists(items, min_size=1, max_size=4)), draw(discounts), draw(rules)
    total = price(basket, off, how).total
    tenders, left = [], total
    for method in draw(st.permutations(["card", "twint"])):
        if amount := draw(st.integers(0, left) | st.just(0)):
            tenders.append(Tender(method=method, amount=amount, tip=draw(st.integers(0, 300))))
            left -= amount
    if left or draw(st.booleans()):
        tenders.append(Tender(method="cash", amount=left, tip=draw(st.integers(0, 300))))
    quantity = sum((one.quantity for one in basket), Decimal(0)) + draw(st.integers(0, 3))
    before = balance = Balance(quantity=quantity, value=draw(st.integers(0, 5000)), last_unit_cost=77)
    costs = []
    for one in basket:
        cost, balance = issue(balance, one.quantity)
        costs.append(cost)
    if tenders and total:
        difference = draw(st.integers(-len(basket), len(basket)))
        last = tenders[-1]
        tenders[-1] = replace(last, amount=max(0, last.amount + difference))
    order = sold(basket, tenders, how, discounts=off, costs=costs)
    return Scene(order, draw(st.sampled_from([0, 5, 10])), before, balance)


def some_units(order: Order, data: st.DataObject) -> list[LineReturn]:
    """Some units of some lines, in whole thousandths."""
    left = {one: line.quantity for one, line in remainders_of(order).items() if line.quantity}
    lines = data.draw(st.lists(st.sampled_from(sorted(left)), unique=True)) if left else []
    return [
        LineReturn(line_id=one, quantity=Decimal(data.draw(st.integers(1, int(left[one] * 1000)))) / 1000)
        for one in lines
    ]


def some_goodwill(order: Order, returns: list[LineReturn], data: st.DataObject) -> list[LineGoodwill]:
    """Now and then some money on a line of which no units come back just now."""
    busy = {one.line_id for one in returns}
    left = [one for one, line in remainders_of(order).items() if line.total > 0 and one not in busy]
    if not left or data.draw(st.booleans()):
        return []
    line_id = data.draw(st.sampled_from(left))
    most = remainders_of(order)[line_id].total
    return [LineGoodwill(line_id=line_id, amount=data.draw(st.integers(1, most)))]


def some_payments(order: Order, total: int, data: st.DataObject) -> list[Tender]:
    """The total by any methods that paid, each within what it has left."""
    methods = data.draw(st.permutations(list(balances_of(order).values())))
    amounts: Counter[str] = Counter()
    for is_last in (False, True):
        for balance in methods:
            most = min(balance.left - amounts[balance.method], total)
            amount = most if is_last else data.draw(st.integers(0, max(most, 0)))
            amounts[balance.method] += amount
            total -= amount
    offers = [Tender(method=method, amount=amount) for method, amount in amounts.items() if amount]
    return with_rest(order, sum(amounts.values()), offers)


def with_rest(order: Order, total: int, offers: list[Tender]) -> list[Tender]:
    """The offers without cash: the largest with what this refund carries of the sale's rounding."""
    if not total or any(offer.method == "cash" for offer in offers):
        return offers
    rest = order.paid.rounding - sum(refund.rounding for refund in order.refunds)
    remaining = order.terms.totals.total - order.refunded_exact - total
    carried = rest if not remaining else min(0, remaining + rest)
    largest = max(offers, key=lambda offer: offer.amount)
    changed = replace(largest, amount=max(0, largest.amount + carried))
    return [changed if offer is largest else offer for offer in offers]


def give(order: Order, scene: Scene, data: st.DataObject, returns: list[LineReturn]) -> Order.Refunded:
    """One refund, with a share of the tips."""
    priced = price_refund(order, returns, some_goodwill(order, returns, data))
    tips = sum(balance.tip_left for balance in balances_of(order).values())
    tip = data.draw(st.integers(0, tips))
    offers = some_payments(order, priced.total, data)
    settlement = settle_refund(order, priced.total, tip, offers, scene.cash_rounding)
    check_methods(order, settlement, may_use_others=False)
    return record(order, priced, settlement)


def give_everything(scene: Scene, data: st.DataObject) -> None:
    """Refunds of some parts, then of all that is left of every line and of the tips."""
    order = scene.order
    for _ in range(data.draw(st.integers(0, 4))):
        give(order, scene, data, some_units(order, data))
    rest = [
        LineReturn(line_id=one, quantity=line.quantity)
        for one, line in remainders_of(order).items()
        if line.quantity
    ]
    priced = price_refund(order, rest)
    tip = sum(balance.tip_left for balance in balances_of(order).values())
    offers = some_payments(order, priced.total, data)
    record(order, priced, settle_refund(order, priced.total, tip, offers, scene.cash_rounding))


def amounts_of(order: Order, line_id: UUID) -> dict[str, int]:
    """What was given back of a line in every field, goodwill included."""
    lines = [line for refund in order.refunds for line in refund.lines if line.line_id == line_id]
    gifts: list[Any] = [one for refund in order.refunds for one in refund.goodwill if one.line_id == line_id]
    sums = {name: sum(getattr(line, name) for line in lines) for name in MONEY}
    for gift in gifts:
        sums["tax_total"] += gift.tax_total
        sums["total"] += gift.total
        sums["net_sales"] += gift.net_sales
        sums["gross_sales"] += gift.net_sales
        sums["gross_total"] += gift.total - sum(tax.amount for tax in gift.taxes if not tax.inclusive)
    return sums


@settings(max_examples=150, deadline=None)
@given(scenes(), st.data())
def test_refunds_of_every_unit_leave_nothing(scene: Scene, data: st.DataObject) -> None:
    give_everything(scene, data)
    check_money(scene.order)
    check_taxes(scene.order)
    check_parts(scene.order)
    check_stock(scene)
    check_cash(scene)


@settings(max_examples=100, deadline=None)
@given(scenes(), st.data())
def test_refunds_by_any_method_give_back_no_more_than_was_paid_and_half_a_coin(
    scene: Scene, data: st.DataObject
) -> None:
    """Only cash for what others paid is above."""
    order, multiple = scene.order, scene.sold_to
    for is_last in (False, False, True):
        lines = {one: line.quantity for one, line in remainders_of(order).items() if line.quantity}
        rest = [LineReturn(line_id=one, quantity=quantity) for one, quantity in lines.items()]
        priced = price_refund(order, rest if is_last else some_units(order, data))
        method = data.draw(st.sampled_from(["cash", "card", "voucher"]))
        offers = with_rest(order, priced.total, [Tender(method=method, amount=priced.total)])
        record(order, priced, settle_refund(order, priced.total, 0, offers, scene.cash_rounding))
    paid = order.paid.paid_total - order.paid.tip_total
    in_cash = any(payment.method == "cash" for refund in order.refunds for payment in refund.payments)
    assert order.refunded <= paid + (in_cash and (multiple + 1) // 2)


def check_money(order: Order) -> None:
    """Each line has all of its money back in every field, and each rounding and tip is undone."""
    for line in order.terms.lines:
        assert amounts_of(order, line.id) == {name: getattr(line, name) for name in MONEY}
    assert (order.refunded, order.refunded_exact) == (order.paid.paid_total, order.terms.totals.total)
    assert sum(refund.rounding for refund in order.refunds) == order.paid.rounding
    assert sum(refund.tip for refund in order.refunds) == order.paid.tip_total
    assert order.fulfilment_status == "returned"
    assert order.payment_status == ("refunded" if order.terms.totals.total else "paid")


def check_taxes(order: Order) -> None:
    """Each tax of the order was given back."""
    taxes: Counter[UUID] = Counter()
    for refund in order.refunds:
        taxes.update({tax.tax_rate_id: tax.amount for tax in refund.taxes})
    assert taxes == Counter({tax.tax_rate_id: tax.amount for tax in order.terms.taxes})


def check_parts(order: Order) -> None:
    """No part is below zero or has more tax than money."""
    for refund in order.refunds:
        parts: tuple[RefundedLine | Goodwill, ...] = (*refund.lines, *refund.goodwill)
        for part in parts:
            assert 0 <= part.tax_total <= part.total
            assert all(tax.amount >= 0 and tax.taxable == part.net_sales for tax in part.taxes)
        for line in refund.lines:
            assert min(line.discount_total, line.gross_total, line.cost_total) >= 0


def check_stock(scene: Scene) -> None:
    """Goods come back at the cost they left with."""
    balance = scene.after
    for refund in scene.order.refunds:
        for line in refund.lines:
            balance = give_back(balance, line.quantity, line.cost_total).balance
    assert balance == scene.before


def check_cash(scene: Scene) -> None:
    """At any time the cash given back is what was due in cash, rounded, and no more than was paid."""
    paid = sum(payment.amount for payment in scene.order.paid.payments if payment.method == "cash")
    paid_out = exact = 0
    for refund in scene.order.refunds:
        for payment in refund.payments:
            if payment.method == "cash":
                assert payment.amount >= 0
                paid_out, exact = paid_out + payment.amount, exact + payment.exact
                due = min(round_to_multiple(exact, scene.sold_to), paid)
                assert paid_out == (paid if exact and exact == balances_of(scene.order)["cash"].paid else due)
