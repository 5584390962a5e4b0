"""What a basket costs: line discounts, order discounts, then tax, each rounded once from its exact value."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm
from typing import Literal
from uuid import UUID

from domain.errors import Conflict, Detail, Invalid
from domain.money import (
    SCALE,
    AmountTooLarge,
    RoundingMode,
    apportion,
    apportion_within,
    checked,
    round_ratio,
    scaled,
    scaled_quantity,
)

# One hundred percent, as the scaled integers count it.
_FULL = 100 * SCALE


class DiscountExceedsValue(Conflict):
    """A discount cannot be more than what is left to pay."""

    code = "discount_exceeds_value"


class DiscountNotValid(Invalid):
    """A discount is 0 to 100 percent, or a whole number of minor units not below zero."""

    code = "discount_not_valid"


class TaxRateNotValid(Invalid):
    """A tax rate must not be negative."""

    code = "tax_rate_not_valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A tax in percent, either contained in the price (inclusive) or added to it."""

    id: UUID
    name: str
    rate: Decimal
    inclusive: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Discount:
    """A reduction in percent of what is left, or of an amount in minor units."""

    type: Literal["percent", "amount"]
    value: Decimal
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What is to be priced: a quantity of one variant at a unit price in minor units."""

    variant_id: UUID
    quantity: Decimal
    unit_price: int
    discounts: tuple[Discount, ...] = ()
    tax_rates: tuple[TaxRate, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a company rounds; stored on every order, so that a later change does not reach it."""

    currency: str
    rounding_level: Literal["line", "order"] = "line"
    rounding_mode: RoundingMode = "half_up"
    cash_rounding: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTax:
    """One tax on one line: the tax-exclusive value it is due on, and its amount."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    taxable: int
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderTax(LineTax):
    """One tax over the whole order: the sum of its lines'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A line's amounts in minor units.

    gross_total is as priced, before discounts; total is what the customer pays, tax included.
    net_sales = total - tax_total; gross_sales is the tax-exclusive value before discounts, never below it.
    """

    quantity: Decimal
    unit_price: int
    gross_total: int
    discount_total: int
    taxes: tuple[LineTax, ...]
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedBasket:
    """The lines and their sums; subtotal is the sum of the lines' gross_total."""

    lines: tuple[PricedLine, ...]
    taxes: tuple[OrderTax, ...]
    subtotal: int
    discount_total: int
    tax_total: int
    total: int
    gross_sales: int
    net_sales: int


def price(items: Sequence[Item], discounts: Sequence[Discount], rules: Rules) -> PricedBasket:
    """Price a basket: line discounts, order discounts apportioned over the lines, then tax.

    Raises DiscountExceedsValue, DiscountNotValid, TaxRateNotValid, QuantityNotValid, NumberNotValid,
    AmountNotValid and AmountTooLarge.
    """
    mode = rules.rounding_mode
    lines = [_Line(item, mode) for item in items]
    for index, line in enumerate(lines):
        for place, discount in enumerate(line.item.discounts):
            _discount([line], discount, mode, f"lines.{index}.discounts.{place}")
    for place, discount in enumerate(discounts):
        _discount(lines, discount, mode, f"discounts.{place}")
    values = [(line.numerator, line.denominator) for line in lines]
    taxes = _tax_amounts(lines, values, [line.left for line in lines], rules)
    contained = _tax_contained_before_discounts(lines, taxes, rules)
    return _basket(tuple(map(_priced_line, lines, taxes, contained)))


class _Line:
    """A line being priced: what is left to pay of it, and the exact value, a ratio, that tax is due on."""

    __slots__ = (
        "denominator",
        "gross_numerator",
        "gross_total",
        "item",
        "left",
        "numerator",
        "rates",
        "tax_divisor",
    )

    def __init__(self, item: Item, mode: RoundingMode) -> None:
        exact = scaled_quantity(item.quantity) * checked(item.unit_price)
        self.item = item
        self.gross_total = self.left = round_ratio(exact, SCALE, mode)
        # What rounds to nothing costs nothing, and nothing bears no tax.
        self.gross_numerator = self.numerator = exact if self.left else 0
        self.denominator = SCALE
        self.rates = [scaled(rate.rate) for rate in item.tax_rates]
        if self.rates and min(self.rates) < 0:
            raise TaxRateNotValid
        # Every tax of a line, contained or added, is exact value * rate / (100 % + all contained rates):
        # the contained ones leave the price together, the added ones are due on what remains.
        self.tax_divisor = _FULL + sum(
            percent for percent, rate in zip(self.rates, item.tax_rates, strict=True) if rate.inclusive
        )

    def reduce(self, share: int, percent: int | None) -> None:
        """Take a share of a discount off; its percentage, if it has one, comes off the exact value."""
        self.left -= share
        if self.left == 0:
            self.numerator = 0
        elif percent is None:
            self.numerator = max(0, self.numerator - share * self.denominator)
        else:
            self.numerator *= _FULL - percent
            self.denominator *= _FULL


def _discount(lines: list[_Line], discount: Discount, mode: RoundingMode, field: str) -> None:
    number = scaled(discount.value)
    left = sum(line.left for line in lines)
    if discount.type == "percent":
        percent, amount = number, _percent_of(lines, number, left, mode, field)
    else:
        percent, amount = None, _amount_within(number, left, field)
    shares = [amount] if len(lines) == 1 else apportion(amount, [line.left for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.reduce(share, percent)


def _percent_of(lines: list[_Line], percent: int, left: int, mode: RoundingMode, field: str) -> int:
    if not 0 <= percent <= _FULL:
        detail = Detail(field, DiscountNotValid.code, "Must be from 0 to 100 percent.")
        raise DiscountNotValid(details=[detail])
    if percent == _FULL:
        return left
    numerators, denominator = _common((line.numerator, line.denominator) for line in lines)
    # The exact values of many fractional lines may add up to more than the rounded ones.
    return min(left, round_ratio(sum(numerators) * percent, denominator * _FULL, mode))


def _amount_within(number: int, left: int, field: str) -> int:
    amount, fraction = divmod(number, SCALE)
    if fraction or amount < 0:
        detail = Detail(field, DiscountNotValid.code, "Must be a whole number of minor units.")
        raise DiscountNotValid(details=[detail])
    if amount > left:
        detail = Detail(field, DiscountExceedsValue.code, f"{amount} is more than the {left} left to pay.")
        raise DiscountExceedsValue(details=[detail])
    return amount


def _common(ratios: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
    """Bring ratios to one denominator."""
    pairs = list(ratios)
    denominator = lcm(*(below for _, below in pairs))
    return [above * (denominator // below) for above, below in pairs], denominator


def _tax_amounts(
    lines: list[_Line], values: list[tuple[int, int]], worth: list[int], rules: Rules
) -> list[list[int]]:
    """Return each line's tax amounts in the order of its rates, due on the exact values given.

    `worth` is what these values round to: a line's share of an order's contained taxes is no more than that.
    """
    mode = rules.rounding_mode
    if rules.rounding_level == "line":
        return [
            [round_ratio(above * rate, below * line.tax_divisor, mode) for rate in line.rates]
            for line, (above, below) in zip(lines, values, strict=True)
        ]
    amounts = [[0] * len(line.rates) for line in lines]
    rooms = list(worth)
    for places in _places_of_each_rate(lines):
        weights, denominator = _common(
            (values[at][0] * lines[at].rates[slot], values[at][1] * lines[at].tax_divisor)
            for at, slot in places
        )
        total = round_ratio(sum(weights), denominator, mode)
        is_contained = lines[places[0][0]].item.tax_rates[places[0][1]].inclusive
        if is_contained:
            shares = apportion_within(total, weights, [rooms[at] for at, _ in places])
        else:
            shares = apportion(total, weights)
        for (at, slot), share in zip(places, shares, strict=True):
            amounts[at][slot] = share
            rooms[at] -= share if is_contained else 0
    return amounts


def _places_of_each_rate(lines: list[_Line]) -> Iterator[list[tuple[int, int]]]:
    """Group the places (line, slot) where the same tax is due."""
    groups: dict[tuple[UUID, Decimal, bool], list[tuple[int, int]]] = {}
    for at, line in enumerate(lines):
        for slot, rate in enumerate(line.item.tax_rates):
            groups.setdefault((rate.id, rate.rate, rate.inclusive), []).append((at, slot))
    yield from groups.values()


def _tax_contained_before_discounts(lines: list[_Line], taxes: list[list[int]], rules: Rules) -> list[int]:
    """Return the tax contained in each line's gross_total, rounded by the same rules as the tax charged."""
    if all(line.tax_divisor == _FULL for line in lines):
        return [0] * len(lines)
    if any(line.left != line.gross_total for line in lines):
        values = [(line.gross_numerator, SCALE) for line in lines]
        taxes = _tax_amounts(lines, values, [line.gross_total for line in lines], rules)
    return [_contained(line.item.tax_rates, amounts) for line, amounts in zip(lines, taxes, strict=True)]


def _contained(rates: Sequence[TaxRate], amounts: list[int]) -> int:
    return sum(amount for rate, amount in zip(rates, amounts, strict=True) if rate.inclusive)


def _priced_line(line: _Line, amounts: list[int], contained_before: int) -> PricedLine:
    item = line.item
    tax_total = sum(amounts)
    net_sales = line.left - _contained(item.tax_rates, amounts)
    return PricedLine(
        quantity=item.quantity,
        unit_price=item.unit_price,
        gross_total=line.gross_total,
        discount_total=line.gross_total - line.left,
        taxes=tuple(
            LineTax(
                tax_rate_id=rate.id,
                name=rate.name,
                rate=rate.rate,
                inclusive=rate.inclusive,
                taxable=net_sales,
                amount=amount,
            )
            for rate, amount in zip(item.tax_rates, amounts, strict=True)
        ),
        tax_total=tax_total,
        total=net_sales + tax_total,
        # A discount smaller than the rounding of tax must not show up as a negative discount.
        gross_sales=max(net_sales, line.gross_total - contained_before),
        net_sales=net_sales,
    )


def _basket(lines: tuple[PricedLine, ...]) -> PricedBasket:
    basket = PricedBasket(
        lines=lines,
        taxes=_order_taxes(lines),
        subtotal=sum(line.gross_total for line in lines),
        discount_total=sum(line.discount_total for line in lines),
        tax_total=sum(line.tax_total for line in lines),
        total=sum(line.total for line in lines),
        gross_sales=sum(line.gross_sales for line in lines),
        net_sales=sum(line.net_sales for line in lines),
    )
    try:
        checked(basket.subtotal)
        checked(basket.total)
    except AmountTooLarge:
        raise AmountTooLarge("The basket is worth more than can be sold at once.") from None
    return basket


def _order_taxes(lines: Iterable[PricedLine]) -> tuple[OrderTax, ...]:
    groups: dict[tuple[UUID, Decimal, bool], list[LineTax]] = {}
    for line in lines:
        for tax in line.taxes:
            groups.setdefault((tax.tax_rate_id, tax.rate, tax.inclusive), []).append(tax)
    return tuple(
        OrderTax(
            tax_rate_id=taxes[0].tax_rate_id,
            name=taxes[0].name,
            rate=taxes[0].rate,
            inclusive=taxes[0].inclusive,
            taxable=sum(tax.taxable for tax in taxes),
            amount=sum(tax.amount for tax in taxes),
        )
        for taxes in groups.values()
    )
