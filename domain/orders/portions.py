"""Portions: the part of a sold line that goes with the units returned, and what caps it."""

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
    remedy = "Read the order, and return at most `quantity` minus `returned_quantity` of each line."


class RefundExceedsPaid(Conflict):
    """No more can be refunded than was paid and not yet refunded."""

    code = "refund_exceeds_paid"
    remedy = "Read the order, and give back at most `paid_total` minus `refunded_total`."


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
class Portion:
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


def refund_line(line: SoldLine, already: Decimal, now: Decimal, mode: RoundingMode = "half_up") -> Portion:
    """Return what goes back for `now` units of a line of which `already` were returned before.

    The total and the discount are portions of the line's own. Taxes go with the money, and the discount
    before tax with the discount, each by the difference of two rounded running totals: all of them add up
    to the line's, and no part has more tax than it pays. Raises ReturnExceedsSold and QuantityNotValid.
    """
    whole, before, after = _run(line.quantity, already, now)
    return _portion(line, whole, before, after, mode, quantity=now)


def resize_line(line: SoldLine, quantity: Decimal, mode: RoundingMode = "half_up") -> Portion:
    """Return what the line comes to with another quantity, be it more: its amounts in proportion."""
    return _portion(
        line, scaled_quantity(line.quantity), 0, scaled_quantity(quantity), mode, quantity=quantity
    )


def _portion(
    line: SoldLine, whole: int, before: int, after: int, mode: RoundingMode, *, quantity: Decimal
) -> Portion:
    earlier, later = (_returned(line, whole, units, mode) for units in (before, after))
    amounts = [b - a for a, b in zip(earlier.taxes, later.taxes, strict=True)]
    total, discount_total = later.total - earlier.total, later.discount_total - earlier.discount_total
    added = sum(amount for tax, amount in zip(line.taxes, amounts, strict=True) if not tax.inclusive)
    net_sales = total - sum(amounts)
    return Portion(
        quantity=quantity,
        gross_total=total - added + discount_total,
        discount_total=discount_total,
        tax_total=sum(amounts),
        total=total,
        gross_sales=net_sales + later.discount_before_tax - earlier.discount_before_tax,
        net_sales=net_sales,
        taxes=tuple(
            replace(tax, taxable=net_sales, amount=amount)
            for tax, amount in zip(line.taxes, amounts, strict=True)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Returned:
    """What belongs to the first units of a line; nothing else than how many they are decides about it."""

    total: int
    discount_total: int
    discount_before_tax: int
    taxes: list[int]


def _returned(line: SoldLine, whole: int, units: int, mode: RoundingMode) -> _Returned:
    def by_units(amount: int) -> int:
        return round_ratio(amount * units, whole, mode) if units else 0

    total, discount_total = by_units(line.total), by_units(line.discount_total)
    before_tax = _along(line.gross_sales - line.net_sales, discount_total, line.discount_total, mode)
    return _Returned(total, discount_total, before_tax, tax_shares(line, total, mode))


def tax_shares(line: SoldLine, money: int, mode: RoundingMode = "half_up") -> list[int]:
    """How much of each of the line's taxes is in a part of its total, together never more than the part."""
    shares, remaining, of = [], money, line.total
    for tax in line.taxes:
        # Each tax takes from what the ones before it have left of the money.
        shares.append(_along(tax.amount, remaining, of, mode))
        remaining, of = remaining - shares[-1], of - tax.amount
    return shares


def _along(amount: int, part: int, of: int, mode: RoundingMode) -> int:
    """The share of an amount that goes with a part of what contains it; nothing contains nothing."""
    return round_ratio(amount * part, of, mode) if of else 0


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
