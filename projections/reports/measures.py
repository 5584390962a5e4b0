"""What each fact adds to the sums of sales: signed, so that what came back lowers the sums it had raised."""

from collections.abc import Callable, Iterable, Mapping
from operator import neg
from typing import Any, NamedTuple
from uuid import UUID

from domain.money import scaled
from domain.orders import Order
from domain.payments import ACCOUNT
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Event
from projections.reports.readings import (
    Cancellation,
    GivenBack,
    GoodwillLine,
    Handover,
    Paid,
    PlacedPayment,
    Refund,
    Return,
    ReturnedLine,
    Sale,
    SoldLine,
)

#: Stands where a fact names no register, cashier, category or brand, because a key has no gaps.
NOBODY = str(UUID(int=0))
#: The measures of a fact, of a line and of a payment, in this order. Money is minor currency units,
#: quantities are counted in hundred-thousandths. `returns` have no tax, and never lower `discounts`.
TOTALS = "orders items gross_sales discounts returns tax tips rounding cost_of_goods"
OF_LINE = "quantity returned_quantity gross_sales discounts returns tax cost_of_goods"
OF_PAYMENT = "payments amount tips refund_count refunds"

Measures = tuple[int, ...]


class Addition(NamedTuple):
    """What a fact adds: in total, by line and by payment.

    A line's row begins with its variant, category and brand, a payment's with its method.
    """

    totals: Measures
    lines: list[tuple[Any, ...]]
    payments: list[tuple[Any, ...]]


def register_of(data: Any) -> str:
    """The register at which it happened; what happens to a placed order is at none."""
    return getattr(data, "register_id", None) or NOBODY


def addition_of(event: Event, data: Any) -> Addition:
    """What a fact adds."""
    return _ADDITIONS[event](data)


def _sold(line: SoldLine) -> tuple[Any, ...]:
    discount = line.gross_sales - line.net_sales
    sold = (scaled(line.quantity), 0, line.gross_sales, discount, 0, line.tax_total, line.cost_total)
    return (line.variant_id, line.category_id or NOBODY, line.brand_id or NOBODY, *sold)


def _of_sale(sale: Sale) -> Addition:
    totals = sale.totals
    lines = [_sold(line) for line in sale.lines]
    sums = (
        1,
        sum(line[3] for line in lines),
        totals.gross_sales,
        totals.gross_sales - totals.net_sales,
        0,
        totals.tax_total,
        totals.tip_total,
        totals.rounding,
        totals.cost_total,
    )
    return Addition(sums, lines, [(paid.method, 1, paid.amount, paid.tip, 0, 0) for paid in sale.payments])


def _of_void(sale: Sale) -> Addition:
    """All that the sale had added, taken away."""
    totals, lines, payments = _of_sale(sale)
    return Addition(
        tuple(map(neg, totals)),
        [(*line[:3], *map(neg, line[3:])) for line in lines],
        [(paid[0], *map(neg, paid[1:])) for paid in payments],
    )


def _of_handover(handover: Handover) -> Addition:
    """A placed order is revenue as its goods are handed over, and counts as one order with the first.

    What is charged to the customer's account for them is paid so, as at a till.
    """
    lines = [_sold(line) for line in handover.lines]
    items, gross_sales, discounts, tax, cost = (sum(line[at] for line in lines) for at in (3, 5, 6, 8, 9))
    charged = [(ACCOUNT, 1, handover.charged, 0, 0, 0)] if handover.charged else []
    sums = (int(handover.is_first), items, gross_sales, discounts, 0, tax, 0, 0, cost)
    return Addition(sums, lines, charged)


def _of_placed_payment(paid: PlacedPayment) -> Addition:
    """A deposit is money, and no revenue; what comes on top of the order's total is told with it."""
    rows = [(one.method, 1, one.amount, one.tip, 0, 0) for one in paid.payments]
    return Addition((0, 0, 0, 0, 0, 0, paid.tip_total, paid.rounding, 0), [], rows)


def _of_cancellation(cancelled: Cancellation) -> Addition:
    rounding = sum(one.amount - one.exact for one in cancelled.payments)
    return _given_back([], cancelled.payments, rounding)


def _of_refund(refund: Refund) -> Addition:
    lines = [*map(_goods, refund.lines), *map(_goodwill, refund.goodwill)]
    return _given_back(lines, refund.payments, refund.rounding)


def _of_return(taken: Return) -> Addition:
    return _given_back([_goods(line) for line in taken.lines], taken.payments, taken.rounding)


def _goods(line: ReturnedLine) -> tuple[Any, ...]:
    moved = (0, scaled(line.quantity), 0, 0, line.net_sales, -line.tax_total, -line.cost_total)
    return (line.variant_id, line.category_id or NOBODY, line.brand_id or NOBODY, *moved)


def _goodwill(line: GoodwillLine) -> tuple[Any, ...]:
    given = (0, 0, 0, 0, line.net_sales, -line.tax_total, 0)
    return (line.variant_id, line.category_id or NOBODY, line.brand_id or NOBODY, *given)


def _given_back(
    lines: list[tuple[Any, ...]], payments: Iterable[Paid | GivenBack], rounding: int
) -> Addition:
    """It lowers no order, item or discount: what came back has measures of its own."""
    rows = [(paid.method, 0, 0, -paid.tip, 1, paid.amount) for paid in payments]
    returns, tax, cost = (sum(line[column] for line in lines) for column in (7, 8, 9))
    tips = sum(row[3] for row in rows)
    return Addition((0, 0, 0, 0, returns, tax, tips, -rounding, cost), lines, rows)


_ADDITIONS: Mapping[Event, Callable[[Any], Addition]] = {
    Order.Sold: _of_sale,
    Order.Voided: _of_void,
    Order.Refunded: _of_refund,
    Order.Fulfilled: _of_handover,
    Order.Paid: _of_placed_payment,
    Order.Cancelled: _of_cancellation,
    UnlinkedReturn.Taken: _of_return,
}
