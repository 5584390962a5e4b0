"""Whatever happens in a shift, its drawer and its report add up (properties 1 and 2)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from commands.companies import ReviseCompany
from commands.orders.baskets import BasketLine
from commands.orders.exchange_terms import ExchangeGoods
from commands.orders.refunds import QuoteRefund, RefundOrder, quote_refund
from commands.orders.sales import PlaceSale
from commands.orders.voids import VoidOrder
from commands.shifts.cash import MoveCash
from commands.shifts.closing import CloseShift
from commands.shifts.opening import OpenShift
from domain.orders import LineReturn
from domain.payments import Tender
from domain.pricing import Discount
from domain.shifts import Shift
from domain.shifts.movements import REASONS
from tests.commands.memory.drawers import MemoryDrawers
from tests.commands.samples import (
    COMPANY,
    NOW,
    REGISTER,
    SHIFT,
    TAX,
    VARIANT,
    company,
    id_of,
    product,
    register,
    store,
    tax,
    variant,
)
from tests.commands.scenario import Scenario

#: More than anything here comes to: cash gives change of it.
PLENTY = 10_000_000

sales = st.tuples(
    st.just("sale"),
    st.integers(1, 3),
    st.integers(0, 5000),
    st.sampled_from(["cash", "card", "split"]),
    st.integers(0, 300),
    st.booleans(),
)
undoing = st.tuples(st.sampled_from(["void", "refund", "exchange"]), st.integers(0, 5), st.booleans())
movements = st.tuples(st.sampled_from(sorted(REASONS)), st.integers(1, 9000))
days = st.lists(sales | undoing | movements, max_size=8)


class Day:
    """A till that rounds cash to 5, with a tax of 20 % in its prices; what it refuses is left out."""

    def __init__(self, opening_float: int) -> None:
        self.shop = Scenario().given(company(), tax(rate="20"), store(), register())
        one = variant(VARIANT, "V", price=333)
        self.shop.given(product(one, track_stock=False, tax_rate_ids=(TAX,)))
        self.shop.when(ReviseCompany(id=COMPANY, changes={"cash_rounding": 5}))
        self.shop.when(OpenShift(id=SHIFT, register_id=REGISTER, opening_float=opening_float))
        self.orders: list[str] = []
        self.moment = NOW

    def take(self, act: tuple[Any, ...]) -> None:
        """Do it a minute later."""
        self.moment += timedelta(minutes=1)
        self.shop.at(self.moment)
        kind, *rest = act
        if kind == "sale":
            self.sell(*rest)
        elif kind in REASONS:
            self.move(kind, *rest)
        elif self.orders:
            self.undo(kind, *rest)

    def sell(self, quantity: int, unit_price: int, how: str, tip: int, is_cheaper: bool) -> None:
        """Sell some at this price, maybe with a discount, and a tip on the first tender."""
        name = f"sale {len(self.orders)}"
        tenders = {
            "cash": (Tender(method="cash", amount=PLENTY, tip=tip, tendered=2 * PLENTY),),
            "card": (Tender(method="card", amount=0, tip=tip),),
            "split": (Tender(method="card", amount=1), Tender(method="cash", amount=PLENTY)),
        }[how]
        line = BasketLine(
            variant_id=VARIANT,
            quantity=Decimal(quantity),
            unit_price=unit_price,
            id=id_of(f"line of {name}"),
            discounts=(Discount(type="percent", value=Decimal(10)),) if is_cheaper else (),
        )
        command = PlaceSale(id=id_of(name), register_id=REGISTER, lines=(line,), tenders=tenders)
        if how == "card":
            due = self.shop.when(PlaceSale(**{**vars(command), "expected_total": -1})).refusal
            total = due.quote.basket.total  # type: ignore[union-attr]
            card = Tender(method="card", amount=total, tip=tip)
            command = PlaceSale(**{**vars(command), "tenders": (card,)})
        if self.shop.when(command).refusal is None:
            self.orders.append(name)

    def undo(self, kind: str, which: int, in_cash: bool) -> None:
        """Void one of the sales, refund a unit of it, or exchange one."""
        name = self.orders[which % len(self.orders)]
        back = (LineReturn(line_id=id_of(f"line of {name}"), quantity=Decimal(1), restock=True),)
        refund = RefundOrder(
            order_id=id_of(name),
            register_id=REGISTER,
            returns=back,
            tenders=(Tender(method="cash" if in_cash else "card", amount=0),),
            reason="wrong",
        )
        if kind == "void":
            self.shop.when(VoidOrder(order_id=id_of(name), reason="wrong"))
        elif kind == "refund":
            self.refund(refund)
        else:
            line = BasketLine(variant_id=VARIANT, quantity=Decimal(30))
            cash = Tender(method="cash", amount=PLENTY)
            sale = PlaceSale(register_id=REGISTER, lines=(line,), tenders=(cash,))
            self.shop.when(ExchangeGoods(refund=RefundOrder(**{**vars(refund), "tenders": ()}), sale=sale))

    def refund(self, command: RefundOrder) -> None:
        """Refund it by one method, for the exact amount, which the till finds out first."""
        fields = {name: getattr(command, name) for name in ("order_id", "returns", "register_id")}
        quote = self.shop.when(QuoteRefund(**fields), handler=quote_refund)
        if quote.refusal is None:
            (tender,) = command.tenders
            exact = Tender(method=tender.method, amount=quote.answer.priced.total)
            self.shop.when(RefundOrder(**{**vars(command), "tenders": (exact,)}))

    def move(self, kind: str, amount: int) -> None:
        amount = 0 if kind == "no_sale" else amount
        self.shop.when(
            MoveCash(
                id=id_of(f"movement at {self.moment}"),
                shift_id=SHIFT,
                type=kind,  # type: ignore[arg-type]
                amount=amount,
                reason=REASONS[kind][0] if kind != "no_sale" else None,
            )
        )


@settings(max_examples=25, deadline=None)
@given(opening_float=st.integers(0, 20000), acts=days, counted=st.integers(0, 50000))
def test_drawer_and_report_add_up(opening_float: int, acts: list[tuple[Any, ...]], counted: int) -> None:
    day = Day(opening_float)
    for act in acts:
        day.take(act)
    drawers = MemoryDrawers(day.shop.world, COMPANY)
    before = drawers.figures(SHIFT).read()
    outcome = day.shop.when(CloseShift(id=SHIFT, counted_cash=counted, closing_float=counted // 2))
    (closed,) = [data for event, _, data in outcome.recorded if event is Shift.Closed]
    report = closed.report
    cash, nets = report.cash, {one.method: one.net for one in report.tenders}
    moved = sum(one.total for one in cash.paid_in) - sum(one.total for one in cash.paid_out) - cash.drops
    assert cash.expected == opening_float + nets.get("cash", 0) + moved == before.expected_cash
    assert cash.over_short == counted - cash.expected == closed.over_short
    assert report.total_collected == sum(nets.values())
    assert report.net_sales == report.gross_sales - report.discounts - report.returns
    assert report.tax == sum(one.sales_amount - one.returns_amount for one in report.taxes)
    assert sum(one.net_sales for one in report.cashiers) == report.net_sales
    assert nets.get("exchange", 0) == 0
    assert {method: net for method, net in nets.items() if net} == {
        method: net for method, net in before.tenders.items() if net
    }
    assert report.perpetual.net == report.net_sales + report.tax
    assert drawers.balance(SHIFT).read() == cash.expected
