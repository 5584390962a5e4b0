"""What a refund comes to: goods by the frozen amounts of their lines, goodwill, and the tax in both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from uuid import UUID

from domain.errors import Detail, Invalid
from domain.money import AmountNotValid, RoundingMode
from domain.orders.lines import SaleLine
from domain.orders.order import Order
from domain.orders.portions import RefundExceedsPaid, ReturnExceedsSold, portion, refund_line, tax_shares
from domain.orders.refunds import Goodwill, LineGoodwill, LineReturn, PricedRefund, RefundedLine
from domain.pricing import LineTax, order_taxes


def price_refund(
    order: Order, returns: Sequence[LineReturn], goodwill: Sequence[LineGoodwill] = ()
) -> PricedRefund:
    """Price a refund on what was given back of the order before; first its goods, then its goodwill.

    All refunds of a line add up to what it was sold for in every field, in whatever parts and order: units
    by cumulative difference, at most what goodwill has left of the line. Raises Invalid naming a line that
    the order has not, ReturnExceedsSold, RefundExceedsPaid, InvalidTransition, QuantityNotValid and
    AmountNotValid.
    """
    order.check_refundable()
    _check_lines(order, returns, goodwill)
    mode: RoundingMode = "half_even" if order.terms.rounding_mode == "half_even" else "half_up"
    remainders = remainders_of(order)
    lines = tuple(remainders[one.line_id].take(one, at, mode) for at, one in enumerate(returns))
    gifts = tuple(remainders[one.line_id].forgo(one, at, mode) for at, one in enumerate(goodwill))
    parts: tuple[RefundedLine | Goodwill, ...] = (*lines, *gifts)
    return PricedRefund(
        lines=lines,
        goodwill=gifts,
        taxes=order_taxes(parts),
        tax_total=sum(part.tax_total for part in parts),
        total=sum(part.total for part in parts),
    )


def _check_lines(order: Order, returns: Sequence[LineReturn], goodwill: Sequence[LineGoodwill]) -> None:
    known = {line.id for line in order.terms.lines}
    named = [(f"lines.{at}.line_id", one.line_id) for at, one in enumerate(returns)]
    named += [(f"goodwill.{at}.line_id", one.line_id) for at, one in enumerate(goodwill)]
    details = [
        Detail(name, "not_found", "The order has no such line.")
        for name, line_id in named
        if line_id not in known
    ]
    if details:
        raise Invalid(details=details)


def remainders_of(order: Order, *planned: PricedRefund) -> dict[UUID, "Remainder"]:
    """What is left of each line after all refunds so far, and those that are only planned."""
    remainders = {line.id: Remainder(line) for line in order.terms.lines}
    refunds: tuple[Order.Refunded | PricedRefund, ...] = (*order.refunds, *planned)
    for refund in refunds:
        for returned in refund.lines:
            remainders[returned.line_id].less(returned.quantity, returned.total, returned.taxes)
        for gift in refund.goodwill:
            remainders[gift.line_id].less(Decimal(0), gift.total, gift.taxes)
            remainders[gift.line_id].goodwill += gift.total
    return remainders


@dataclass(slots=True)
class Remainder:
    """What of a sold line was not given back yet: its money and each of its taxes, in minor units.

    `returned` counts the units that came back, and `goodwill` the money that was given without any.
    """

    line: SaleLine
    returned: Decimal = Decimal(0)
    goodwill: int = 0
    total: int = field(init=False)
    taxes: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.total = self.line.total
        self.taxes = [tax.amount for tax in self.line.taxes]

    @property
    def quantity(self) -> Decimal:
        """How many units can still come back."""
        return self.line.quantity - self.returned

    def less(self, quantity: Decimal, total: int, taxes: Iterable[LineTax]) -> None:
        """Take off what was given back."""
        self.returned += quantity
        self.total -= total
        self.taxes = [left - tax.amount for left, tax in zip(self.taxes, taxes, strict=True)]

    def take(self, back: LineReturn, at: int, mode: RoundingMode) -> RefundedLine:
        """The part of the line that goes back with these units."""
        if back.quantity > self.quantity:
            raise _exceeds_sold(at, self.quantity)
        line, units = self.line, refund_line(self.line, self.returned, back.quantity, mode)
        total = min(units.total, self.total)
        taxes = self._taxes(total, [tax.amount for tax in units.taxes])
        added = sum(tax.amount for tax in taxes if not tax.inclusive)
        tax_total = sum(tax.amount for tax in taxes)
        cost = portion(line.cost_total, line.quantity, self.returned, back.quantity)
        self.less(back.quantity, total, taxes)
        return RefundedLine(
            line_id=line.id,
            product_id=line.product_id,
            variant_id=line.variant_id,
            category_id=line.category_id,
            brand_id=line.brand_id,
            supplier_id=line.supplier_id,
            quantity=back.quantity,
            restock=back.restock,
            gross_total=total - added + units.discount_total,
            discount_total=units.discount_total,
            taxes=taxes,
            tax_total=tax_total,
            total=total,
            gross_sales=total - tax_total + units.gross_sales - units.net_sales,
            net_sales=total - tax_total,
            cost_total=cost if back.restock else 0,
            not_restocked_cost=0 if back.restock else cost,
        )

    def forgo(self, gift: LineGoodwill, at: int, mode: RoundingMode) -> Goodwill:
        """Goodwill on the line: the tax in it is the difference of two running totals, too."""
        if gift.amount <= 0:
            raise AmountNotValid
        if gift.amount > self.total:
            raise _exceeds_paid(at, self.total)
        line = self.line
        before, after = (
            tax_shares(line, money, mode) for money in (self.goodwill, self.goodwill + gift.amount)
        )
        taxes = self._taxes(gift.amount, [b - a for a, b in zip(before, after, strict=True)])
        self.less(Decimal(0), gift.amount, taxes)
        self.goodwill += gift.amount
        tax_total = sum(tax.amount for tax in taxes)
        return Goodwill(
            line_id=line.id,
            product_id=line.product_id,
            variant_id=line.variant_id,
            category_id=line.category_id,
            brand_id=line.brand_id,
            supplier_id=line.supplier_id,
            taxes=taxes,
            tax_total=tax_total,
            total=gift.amount,
            net_sales=gift.amount - tax_total,
        )

    def _taxes(self, money: int, amounts: Iterable[int]) -> tuple[LineTax, ...]:
        """These amounts of tax within what is left, so that no part has more tax than money.

        Units and goodwill are rounded apart; what takes the last of the money takes the last of the tax.
        """
        shares, remaining, left = [], money, self.total
        for amount, own in zip(amounts, self.taxes, strict=True):
            least, most = max(0, own - (left - remaining)), min(own, remaining)
            shares.append(min(max(amount, least), most))
            remaining, left = remaining - shares[-1], left - own
        net_sales = money - sum(shares)
        return tuple(
            replace(tax, taxable=net_sales, amount=share)
            for tax, share in zip(self.line.taxes, shares, strict=True)
        )


def _exceeds_sold(at: int, left: Decimal) -> ReturnExceedsSold:
    message = f"No more than {left.normalize():f} can still be returned."
    return ReturnExceedsSold(details=[Detail(f"lines.{at}.quantity", ReturnExceedsSold.code, message)])


def _exceeds_paid(at: int, left: int) -> RefundExceedsPaid:
    message = f"No more than {left} can still be refunded on this line."
    return RefundExceedsPaid(details=[Detail(f"goodwill.{at}.amount", RefundExceedsPaid.code, message)])
