"""A line while it is priced: what is left to pay of it, and its exact value."""

from collections.abc import Iterable
from math import lcm

from domain.errors import Invalid
from domain.money import SCALE, RoundingMode, checked, round_ratio, scaled, scaled_quantity
from domain.pricing.records import Item

# One hundred percent, as the scaled integers count it.
FULL = 100 * SCALE


class TaxRateNotValid(Invalid):
    """A tax rate must not be negative."""

    code = "tax_rate_not_valid"
    remedy = "Send a rate of zero or more."


class Line:
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
        self.rates, self.tax_divisor = list[int](), FULL
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
            self.numerator *= FULL - percent
            self.denominator *= FULL


def common(ratios: Iterable[tuple[int, int]]) -> tuple[list[int], int]:
    """Bring ratios to one denominator."""
    pairs = list(ratios)
    if len(pairs) == 1:
        return [pairs[0][0]], pairs[0][1]
    denominator = lcm(*(below for _, below in pairs))
    return [above * (denominator // below) for above, below in pairs], denominator
