"""What a basket costs: line discounts, order discounts, then tax, each rounded once from its exact value."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import lcm
from typing import Literal, Protocol
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
    remedy = "Give at most what the line or the order still comes to."


class DiscountNotValid(Invalid):
    """A discount is 0 to 100 percent, or a whole number of minor units not below zero."""

    code = "discount_not_valid"
    remedy = "Send `percent` with 0 to 100, or `amount` with a whole number of minor units."


class TaxRateNotValid(Invalid):
    """A tax rate must not be negative."""

    code = "tax_rate_not_valid"
    remedy = "Send a rate of zero or more."


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRate:
    """A tax in percent, either contained in the price (inclusive) or added to it."""

    id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    jurisdiction: str | None = None


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
    """One tax on one line: the tax-exclusive value it is due on, and its amount, and whom it is due to."""

    tax_rate_id: UUID
    name: str
    rate: Decimal
    inclusive: bool
    taxable: int
    amount: int
    jurisdiction: str | None = None


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
        for position, discount in enumerate(line.item.discounts):
            _discount([line], discount, mode, f"lines.{index}.discounts.{position}")
    for position, discount in enumerate(discounts):
        _discount(lines, discount, mode, f"discounts.{position}")
    taxes = _tax_amounts(lines, rules)
    contained = _tax_contained_in_discounts(lines, taxes, rules)
    return _basket(tuple(map(_priced_line, lines, taxes, contained)))


def discount_shares(
    items: Sequence[Item], discounts: Sequence[Discount], mode: RoundingMode
) -> list[tuple[int, ...]]:
    """What each discount takes of each line as it is priced: the line's own first, then those of all lines.

    Together they are the line's `discount_total`. Raises what `price` does.
    """
    lines = [_Line(item, mode) for item in items]
    own = [[_discount([line], one, mode, "")[0] for one in line.item.discounts] for line in lines]
    of_all = [_discount(lines, one, mode, "") for one in discounts]
    return [(*mine, *(shares[at] for shares in of_all)) for at, mine in enumerate(own)]


class _Line:
    """A line being priced: what is left to pay of it, and the exact value, a ratio, that tax is due on."""

    __slots__ = (
        "denominator",
        "gross_numerator",
        "gross_total",
        "item",
        "numerator",
        "rates",
        "remaining",
        "tax_divisor",
    )

    def __init__(self, item: Item, mode: RoundingMode) -> None:
        exact = scaled_quantity(item.quantity) * checked(item.unit_price)
        self.item = item
        self.gross_total = self.remaining = round_ratio(exact, SCALE, mode)
        # What rounds to nothing costs nothing, and nothing bears no tax.
        self.gross_numerator = self.numerator = exact if self.remaining else 0
        self.denominator = SCALE
        # Every tax of a line, contained or added, is exact value * rate / (100 % + all contained rates):
        # the contained ones leave the price together, the added ones are due on what remains.
        self.rates, self.tax_divisor = list[int](), _FULL
        for rate in item.tax_rates:
            percent = scaled(rate.rate)
            if percent < 0:
                raise TaxRateNotValid
            self.rates.append(percent)
            if rate.inclusive:
                self.tax_divisor += percent

    def reduction(self) -> int:
        """What all discounts took off the exact value, over the denominator as it is by now."""
        return self.gross_numerator * (self.denominator // SCALE) - self.numerator

    def reduce(self, share: int, percent: int | None) -> None:
        """Take a share of a discount off; its percentage, if it has one, comes off the exact value."""
        self.remaining -= share
        if self.remaining == 0:
            self.numerator = 0
        elif percent is None:
            self.numerator = max(0, self.numerator - share * self.denominator)
        else:
            self.numerator *= _FULL - percent
            self.denominator *= _FULL


def _discount(lines: list[_Line], discount: Discount, mode: RoundingMode, field: str) -> list[int]:
    """Take a discount off and return the share of each line."""
    number = scaled(discount.value)
    remaining = sum(line.remaining for line in lines)
    if discount.type == "percent":
        percent, amount = number, _percent_of(lines, number, remaining, mode, field)
    else:
        percent, amount = None, _amount_within(number, remaining, field)
    shares = [amount] if len(lines) == 1 else apportion(amount, [line.remaining for line in lines])
    for line, share in zip(lines, shares, strict=True):
        line.reduce(share, percent)
    return shares


def _percent_of(lines: list[_Line], percent: int, remaining: int, mode: RoundingMode, field: str) -> int:
    if not 0 <= percent <= _FULL:
        detail = Detail(field, DiscountNotValid.code, "Must be from 0 to 100 percent.")
        raise DiscountNotValid(details=[detail])
    if percent == _FULL:
        return remaining
    numerators, denominator = _common((line.numerator, line.denominator) for line in lines)
    # The exact values of many fractional lines may add up to more than the rounded ones.
    return min(remaining, round_ratio(sum(numerators) * percent, denominator * _FULL, mode))


def _amount_within(number: int, remaining: int, field: str) -> int:
    amount, fraction = divmod(number, SCALE)
    if fraction or amount < 0:
        detail = Detail(field, DiscountNotValid.code, "Must be a whole number of minor units.")
        raise DiscountNotValid(details=[detail])
    if amount > remaining:
        detail = Detail(
            field, DiscountExceedsValue.code, f"{amount} is more than the {remaining} left to pay."
        )
        raise DiscountExceedsValue(details=[detail])
    return amount


def _common(ratios: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
    """Bring ratios to one denominator."""
    pairs = list(ratios)
    if len(pairs) == 1:
        return [pairs[0][0]], pairs[0][1]
    denominator = lcm(*(below for _, below in pairs))
    return [above * (denominator // below) for above, below in pairs], denominator


def _tax_amounts(lines: list[_Line], rules: Rules) -> list[list[int]]:
    """Return each line's tax amounts in the order of its rates.

    The contained ones are together no more than what is left to pay of the line.
    """
    mode = rules.rounding_mode
    amounts = [[0] * len(line.rates) for line in lines]
    rooms = [line.remaining for line in lines]
    for places in _places_of_each_rate(lines, rules):
        if len(places) == 1:
            [(at, slot)] = places
            line = lines[at]
            tax = round_ratio(line.numerator * line.rates[slot], line.denominator * line.tax_divisor, mode)
            if line.item.tax_rates[slot].inclusive:
                tax = min(tax, rooms[at])
                rooms[at] -= tax
            amounts[at][slot] = tax
            continue
        weights, denominator = _common(
            (lines[at].numerator * lines[at].rates[slot], lines[at].denominator * lines[at].tax_divisor)
            for at, slot in places
        )
        total = round_ratio(sum(weights), denominator, mode)
        if _is_contained(lines, places):
            shares = _within(total, weights, places, rooms)
        else:
            shares = apportion(total, weights)
        for (at, slot), share in zip(places, shares, strict=True):
            amounts[at][slot] = share
    return amounts


def _tax_contained_in_discounts(lines: list[_Line], taxes: list[list[int]], rules: Rules) -> list[int]:
    """Return how much less tax is contained in each line because of its discounts.

    For each tax that is what it would be without any discount, rounded by the same rules, less what it is;
    it is shared out by what the discounts took, so that a line without one has none of it.
    """
    mode = rules.rounding_mode
    contained = [0] * len(lines)
    if all(line.tax_divisor == _FULL or line.remaining == line.gross_total for line in lines):
        return contained
    rooms = [line.gross_total - line.remaining for line in lines]
    for places in _places_of_each_rate(lines, rules):
        if not _is_contained(lines, places):
            continue
        before, denominator = _common(
            (lines[at].gross_numerator * lines[at].rates[slot], SCALE * lines[at].tax_divisor)
            for at, slot in places
        )
        weights, _ = _common(
            (
                lines[at].reduction() * lines[at].rates[slot],
                lines[at].denominator * lines[at].tax_divisor,
            )
            for at, slot in places
        )
        charged = sum(taxes[at][slot] for at, slot in places)
        less = max(0, round_ratio(sum(before), denominator, mode) - charged)
        for (at, _), share in zip(places, _within(less, weights, places, rooms), strict=True):
            contained[at] += share
    return contained


def _within(total: int, weights: list[int], places: list[tuple[int, int]], rooms: list[int]) -> list[int]:
    """Share a total over lines as far as they have room for it; what each gets takes from its room."""
    if len(places) == 1:
        share = min(total, rooms[places[0][0]])
        rooms[places[0][0]] -= share
        return [share]
    own = [rooms[at] if weight else 0 for (at, _), weight in zip(places, weights, strict=True)]
    shares = apportion_within(min(total, sum(own)), weights, own)
    for (at, _), share in zip(places, shares, strict=True):
        rooms[at] -= share
    return shares


def _is_contained(lines: list[_Line], places: list[tuple[int, int]]) -> bool:
    at, slot = places[0]
    return lines[at].item.tax_rates[slot].inclusive


def _places_of_each_rate(lines: list[_Line], rules: Rules) -> Iterable[list[tuple[int, int]]]:
    """Group the places (line, slot) whose tax is rounded together: each alone, or an order's of one rate."""
    if rules.rounding_level == "line":
        return [[(at, slot)] for at, line in enumerate(lines) for slot in range(len(line.rates))]
    groups: dict[tuple[UUID, Decimal, bool], list[tuple[int, int]]] = {}
    for at, line in enumerate(lines):
        for slot, rate in enumerate(line.item.tax_rates):
            groups.setdefault((rate.id, rate.rate, rate.inclusive), []).append((at, slot))
    return groups.values()


def _contained(rates: Sequence[TaxRate], amounts: list[int]) -> int:
    contained = 0
    for rate, amount in zip(rates, amounts, strict=True):
        if rate.inclusive:
            contained += amount
    return contained


def _priced_line(line: _Line, amounts: list[int], contained_in_discounts: int) -> PricedLine:
    item = line.item
    tax_total = sum(amounts)
    net_sales = line.remaining - _contained(item.tax_rates, amounts)
    return PricedLine(
        quantity=item.quantity,
        unit_price=item.unit_price,
        gross_total=line.gross_total,
        discount_total=line.gross_total - line.remaining,
        taxes=tuple(
            [
                LineTax(
                    tax_rate_id=rate.id,
                    name=rate.name,
                    rate=rate.rate,
                    inclusive=rate.inclusive,
                    taxable=net_sales,
                    amount=amount,
                    jurisdiction=rate.jurisdiction,
                )
                for rate, amount in zip(item.tax_rates, amounts, strict=True)
            ]
        ),
        tax_total=tax_total,
        total=net_sales + tax_total,
        gross_sales=net_sales + line.gross_total - line.remaining - contained_in_discounts,
        net_sales=net_sales,
    )


def _basket(lines: tuple[PricedLine, ...]) -> PricedBasket:
    basket = PricedBasket(
        lines=lines,
        taxes=order_taxes(lines),
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


class Taxed(Protocol):
    """What bears taxes: a line, or a part of one."""

    @property
    def taxes(self) -> tuple[LineTax, ...]:
        """Its taxes."""


def order_taxes(lines: Iterable[Taxed]) -> tuple[OrderTax, ...]:
    """Each tax over all of these lines."""
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
            jurisdiction=taxes[0].jurisdiction,
        )
        for taxes in groups.values()
    )
