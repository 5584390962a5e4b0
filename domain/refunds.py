"""Giving money back: the part of a sold line that goes with the units returned, and its caps."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Protocol

from domain.errors import Conflict
from domain.money import AmountNotValid, RoundingMode, round_ratio, scaled_quantity
from domain.pricing import LineTax


class ReturnExceedsSold(Conflict):
    """No more can be returned than was sold and not yet returned."""

    code = "return_exceeds_sold"


class RefundExceedsPaid(Conflict):
    """No more can be refunded than was paid and not yet refunded."""

    code = "refund_exceeds_paid"


class SoldLine(Protocol):
    """What a refund needs to know of a line as it was sold; all of it frozen at the sale."""

    @property
    def quantity(self) -> Decimal:
        """Units sold."""

    @property
    def discount_total(self) -> int:
        """Every discount on it, in minor units."""

    @property
    def taxes(self) -> Sequence[LineTax]:
        """Its taxes."""

    @property
    def total(self) -> int:
        """What the customer paid for it, tax included."""

    @property
    def gross_sales(self) -> int:
        """Its tax-exclusive value before discounts."""

    @property
    def net_sales(self) -> int:
        """Its tax-exclusive value after them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundedLine:
    """The part of a sold line that is given back, in minor units; the fields mean what the line's do."""

    quantity: Decimal
    gross_total: int
    discount_total: int
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int
    taxes: tuple[LineTax, ...]


def portion(
    total: int, quantity: Decimal, already: Decimal, now: Decimal, mode: RoundingMode = "half_up"
) -> int:
    """Return the part of a total that belongs to units already+1 .. already+now of a quantity.

    The difference of two rounded running totals: the parts of any sequence of returns add up to the total.
    Raises ReturnExceedsSold and QuantityNotValid.
    """
    whole, before, after = _run(quantity, already, now)
    return _between(total, whole, before, after, mode)


def refund_line(
    line: SoldLine, already: Decimal, now: Decimal, mode: RoundingMode = "half_up"
) -> RefundedLine:
    """Return what goes back for `now` units of a line of which `already` were returned before.

    The total, each tax and each discount are portions of the line's own; the other fields follow from
    them, so that the part adds up as the line does. Raises ReturnExceedsSold and QuantityNotValid.
    """
    whole, before, after = _run(line.quantity, already, now)
    total = _between(line.total, whole, before, after, mode)
    discount_total = _between(line.discount_total, whole, before, after, mode)
    discount_before_tax = _between(line.gross_sales - line.net_sales, whole, before, after, mode)
    amounts = [_between(tax.amount, whole, before, after, mode) for tax in line.taxes]
    added = sum(amount for tax, amount in zip(line.taxes, amounts, strict=True) if not tax.inclusive)
    net_sales = total - sum(amounts)
    return RefundedLine(
        quantity=now,
        gross_total=total - added + discount_total,
        discount_total=discount_total,
        tax_total=sum(amounts),
        total=total,
        gross_sales=net_sales + discount_before_tax,
        net_sales=net_sales,
        taxes=tuple(
            replace(tax, taxable=net_sales, amount=amount)
            for tax, amount in zip(line.taxes, amounts, strict=True)
        ),
    )


def check_refund(paid: int, already: int, now: int) -> None:
    """Refuse, with RefundExceedsPaid, to refund more minor units than were paid and not yet refunded."""
    if now < 0:
        raise AmountNotValid
    if now > paid - already:
        raise RefundExceedsPaid(f"{now} is more than the {paid - already} that can still be refunded.")


def _run(quantity: Decimal, already: Decimal, now: Decimal) -> tuple[int, int, int]:
    whole, before, units = scaled_quantity(quantity), scaled_quantity(already), scaled_quantity(now)
    if before + units > whole:
        message = f"{now} is more than the {quantity - already} that can still be returned."
        raise ReturnExceedsSold(message)
    return whole, before, before + units


def _between(total: int, whole: int, before: int, after: int, mode: RoundingMode) -> int:
    if before == after:
        return 0
    return round_ratio(total * after, whole, mode) - round_ratio(total * before, whole, mode)
