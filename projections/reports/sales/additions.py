"""What each fact adds to the sums of sales: signed, so that what came back lowers the sums it had raised."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import IntEnum
from functools import lru_cache
from operator import attrgetter, itemgetter, neg
from typing import Any, NamedTuple

from domain.money import scaled
from domain.orders import Order
from domain.payments import ACCOUNT
from domain.unlinked_returns import UnlinkedReturn
from projections.base import Event
from projections.reports.sales.discounts import DiscountRow, discounts_of_handover, discounts_of_sale
from projections.reports.sales.readings import (
    Cancellation,
    Deposit,
    Goods,
    GoodwillLine,
    HandedOverLine,
    Handover,
    Payment,
    Refund,
    RefundPayment,
    Return,
    ReturnedLine,
    Sale,
    Tax,
    Void,
)

#: The measures of a fact and of its lines, taxes and payments, in this order. Money is minor currency units,
#: quantities are counted in hundred-thousandths. `returns` have no tax, and never lower `discounts`.
#: `below_cost` and `uncosted` count lines that were sold for less than they cost, and that had no cost.
#: `orders` of a line are those that have its variant, and of these `repeated_orders` are those that have
#: another variant of its product before: they contain the product once.
OF_SALE = (
    "orders items gross_sales discounts returns tax tips rounding cost_of_goods returned_items refund_count "
    "voids void_value overrides deposits dues_created"
)
OF_LINE = (
    "orders quantity returned_quantity gross_sales discounts returns tax cost_of_goods restocked_quantity "
    "not_restocked_value below_cost uncosted repeated_orders"
)
OF_TAX = "orders taxable tax returned_taxable returned_tax"
OF_PAYMENT = "payments amount tips refund_count refunds change"

#: A variant, its product, and the category, brand and supplier that it had when it was sold.
Item = tuple[str, str, str | None, str | None, str | None]
#: A tax: its name, rate, whether prices contain it, and whom it is due to. None is no tax at all.
TaxKey = tuple[str, Any, bool, str | None] | None
Measures = tuple[int, ...]
#: What was sold or came back, and its measures.
Line = tuple[Item, *tuple[int, ...]]


class FactKind(IntEnum):
    """What a fact of sales is.

    A refund has a date, hour, store, register and cashier of its own, a void those of the sale that it takes
    back. A placed order is revenue on the dates of its handovers, and one order on the first of them; what is
    paid on it is a deposit of the date of the payment, and what is given back for what of it is cancelled is
    a cancellation. A return is one without an order.
    """

    SALE = 1
    REFUND = 2
    VOID = 3
    HANDOVER = 4
    DEPOSIT = 5
    CANCELLATION = 6
    RETURN = 7


class Addition(NamedTuple):
    """What a fact adds: in total, by line, by tax, by kind of discount and by payment."""

    kind: FactKind
    totals: Measures
    lines: Sequence[Line] = ()
    taxes: Mapping[TaxKey, Measures] = {}
    discounts: Sequence[DiscountRow] = ()
    payments: Sequence[tuple[str, Measures]] = ()


def addition_of(event: Event, data: Any) -> Addition:
    """What a fact adds."""
    return _ADDITIONS[event](data)


def _totals(
    *,
    orders: int = 0,
    items: int = 0,
    gross_sales: int = 0,
    discounts: int = 0,
    returns: int = 0,
    tax: int = 0,
    tips: int = 0,
    rounding: int = 0,
    cost_of_goods: int = 0,
    returned_items: int = 0,
    refund_count: int = 0,
    voids: int = 0,
    void_value: int = 0,
    overrides: int = 0,
    deposits: int = 0,
    dues_created: int = 0,
) -> Measures:
    return (
        orders,
        items,
        gross_sales,
        discounts,
        returns,
        tax,
        tips,
        rounding,
        cost_of_goods,
        returned_items,
        refund_count,
        voids,
        void_value,
        overrides,
        deposits,
        dues_created,
    )


def _of_sale(sale: Sale) -> Addition:
    return _of_goods_sold(sale, discounts_of_sale(sale))


def _of_goods_sold(sale: Sale | Void, discounts: Sequence[DiscountRow]) -> Addition:
    totals = sale.totals
    lines = _sold_lines(sale.lines)
    sums = _totals(
        orders=1,
        items=_sum_of(lines, "quantity"),
        gross_sales=totals.gross_sales,
        discounts=totals.gross_sales - totals.net_sales,
        tax=totals.tax_total,
        tips=totals.tip_total,
        rounding=totals.rounding,
        cost_of_goods=totals.cost_total,
        overrides=sum(line.unit_price != line.list_price for line in sale.lines),
        dues_created=_on_account(sale.payments),
    )
    payments = [(paid.method, (1, paid.amount, paid.tip, 0, 0, paid.change)) for paid in sale.payments]
    return Addition(FactKind.SALE, sums, lines, _sold_taxes(sale.taxes, sale.lines, 1), discounts, payments)


def _of_void(void: Void) -> Addition:
    """All that the sale had added, taken away, and what that came to; of discounts the sale says it."""
    sold = _of_goods_sold(void, ())
    told = _totals(voids=1, void_value=void.totals.net_sales)
    return Addition(
        FactKind.VOID,
        tuple(after - before for after, before in zip(told, sold.totals, strict=True)),
        [(item, *map(neg, measures)) for item, *measures in sold.lines],
        {tax: tuple(map(neg, measures)) for tax, measures in sold.taxes.items()},
        (),
        [(method, tuple(map(neg, measures))) for method, measures in sold.payments],
    )


def _of_handover(handover: Handover) -> Addition:
    """A placed order is revenue as its goods are handed over, and counts as one order with the first.

    What is charged to the customer's account for them is paid so, as at a till. The rest of what they come to
    is taken from what was paid before.
    """
    lines = _sold_lines(handover.lines)
    items, gross_sales, discounts, tax, cost = (
        _sum_of(lines, name) for name in ("quantity", "gross_sales", "discounts", "tax", "cost_of_goods")
    )
    charged = handover.charged
    sums = _totals(
        orders=int(handover.is_first),
        items=items,
        gross_sales=gross_sales,
        discounts=discounts,
        tax=tax,
        cost_of_goods=cost,
        deposits=charged - (gross_sales - discounts + tax),
        dues_created=charged,
    )
    payments = [(ACCOUNT, (1, charged, 0, 0, 0, 0))] if charged else []
    taxes = _sold_taxes(handover.taxes, handover.lines, int(handover.is_first))
    return Addition(FactKind.HANDOVER, sums, lines, taxes, discounts_of_handover(handover.lines), payments)


def _of_deposit(paid: Deposit) -> Addition:
    """A deposit is money, and no revenue; what comes on top of the order's total is told with it."""
    sums = _totals(
        tips=paid.tip_total,
        rounding=paid.rounding,
        deposits=sum(one.amount for one in paid.payments) - paid.rounding,
        dues_created=_on_account(paid.payments),
    )
    rows = [(one.method, (1, one.amount, one.tip, 0, 0, one.change)) for one in paid.payments]
    return Addition(FactKind.DEPOSIT, sums, payments=rows)


def _of_cancellation(cancelled: Cancellation) -> Addition:
    payments = cancelled.payments
    exact = sum(one.exact for one in payments)
    sums = _totals(
        tips=-sum(one.tip for one in payments),
        rounding=exact - sum(one.amount for one in payments),
        deposits=-exact,
        dues_created=-_on_account(payments),
    )
    return Addition(FactKind.CANCELLATION, sums, payments=_paid_back(payments))


def _of_refund(refund: Refund) -> Addition:
    lines = [*map(_returned, refund.lines), *map(_goodwill, refund.goodwill)]
    taxes = _returned_taxes(refund.taxes, (*refund.lines, *refund.goodwill))
    return _given_back(FactKind.REFUND, lines, taxes, refund)


def _of_return(taken: Return) -> Addition:
    lines = list(map(_returned, taken.lines))
    return _given_back(FactKind.RETURN, lines, _returned_taxes(taken.taxes, taken.lines), taken)


def _given_back(
    kind: FactKind,
    lines: Sequence[Line],
    taxes: Mapping[TaxKey, Measures],
    refund: Refund | Return,
) -> Addition:
    """It lowers no order, item or discount: what came back has measures of its own."""
    units, returns, tax, cost = (
        _sum_of(lines, name) for name in ("returned_quantity", "returns", "tax", "cost_of_goods")
    )
    sums = _totals(
        returns=returns,
        tax=tax,
        tips=-sum(paid.tip for paid in refund.payments),
        rounding=-refund.rounding,
        cost_of_goods=cost,
        returned_items=units,
        refund_count=1,
        dues_created=-_on_account(refund.payments),
    )
    return Addition(kind, sums, lines, taxes, (), _paid_back(refund.payments))


def _paid_back(payments: Iterable[RefundPayment]) -> list[tuple[str, Measures]]:
    return [(paid.method, (0, 0, -paid.tip, 1, paid.amount, 0)) for paid in payments]


def _on_account(payments: Iterable[Payment | RefundPayment]) -> int:
    """What of the payments the customer owes from then on, or owes no more."""
    return sum(paid.amount + paid.tip for paid in payments if paid.method == ACCOUNT)


def _sold_lines(lines: Iterable[HandedOverLine]) -> list[Line]:
    """What goods add that left; the first line of a variant counts the order that has it."""
    variants: set[str] = set()
    products: set[str] = set()
    rows: list[Line] = []
    for line in lines:
        item = _item(line)
        gross_sales, net_sales, cost = line.gross_sales, line.net_sales, line.cost_total
        is_first = item[0] not in variants
        is_repeated = is_first and item[1] in products
        variants.add(item[0])
        products.add(item[1])
        rows.append(
            (
                item,
                1 if is_first else 0,
                _scaled(line.quantity),
                0,
                gross_sales,
                gross_sales - net_sales,
                0,
                line.tax_total,
                cost,
                0,
                0,
                1 if net_sales < cost else 0,
                0 if cost else 1,
                1 if is_repeated else 0,
            )
        )
    return rows


def _returned(line: ReturnedLine) -> Line:
    quantity = _scaled(line.quantity)
    restocked = quantity if line.restock else 0
    moved = (0, 0, quantity, 0, 0, line.net_sales, -line.tax_total, -line.cost_total)
    return (_item(line), *moved, restocked, line.not_restocked_cost, 0, 0, 0)


def _goodwill(line: GoodwillLine) -> Line:
    return (_item(line), 0, 0, 0, 0, 0, line.net_sales, -line.tax_total, 0, 0, 0, 0, 0, 0)


#: Few quantities are not like others, and each is looked at closely.
_scaled = lru_cache(maxsize=10_000)(scaled)
_item: Callable[[Goods], Item] = attrgetter(
    "variant_id", "product_id", "category_id", "brand_id", "supplier_id"
)
_OF_LINE: Mapping[str, Callable[[Line], int]] = {
    name: itemgetter(at) for at, name in enumerate(OF_LINE.split(), 1)
}


def _sum_of(lines: Iterable[Line], name: str) -> int:
    return sum(map(_OF_LINE[name], lines))


def _sold_taxes(taxes: Iterable[Tax], lines: Iterable[Goods], orders: int) -> dict[TaxKey, Measures]:
    return {tax: (orders, *sums, 0, 0) for tax, sums in _taxes(taxes, lines).items()}


def _returned_taxes(taxes: Iterable[Tax], lines: Iterable[Goods]) -> dict[TaxKey, Measures]:
    return {tax: (0, 0, 0, *sums) for tax, sums in _taxes(taxes, lines).items()}


def _taxes(taxes: Iterable[Tax], lines: Iterable[Goods]) -> dict[TaxKey, tuple[int, int]]:
    """The base and the amount of each tax, and the base of what bears none."""
    sums: dict[TaxKey, tuple[int, int]] = {}
    for tax in taxes:
        key = (tax.name, tax.rate, tax.inclusive, tax.jurisdiction)
        taxable, amount = sums.get(key, (0, 0))
        sums[key] = (taxable + tax.taxable, amount + tax.amount)
    untaxed = [line.net_sales for line in lines if not line.taxes]
    if untaxed:
        sums[None] = (sum(untaxed), 0)
    return sums


_ADDITIONS: Mapping[Event, Callable[[Any], Addition]] = {
    Order.Sold: _of_sale,
    Order.Voided: _of_void,
    Order.Refunded: _of_refund,
    Order.Fulfilled: _of_handover,
    Order.Paid: _of_deposit,
    Order.Cancelled: _of_cancellation,
    UnlinkedReturn.Taken: _of_return,
}
