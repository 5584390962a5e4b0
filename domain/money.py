"""Money in minor units: currencies, the one way to round, and fair shares of an amount."""

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from domain.errors import Invalid

RoundingMode = Literal["half_up", "half_even"]

# Beyond this a JSON number is no longer exact in every client, and a 64-bit column is in sight.
MAX_AMOUNT = 2**53
# Quantities and percentages carry five decimal places at most; as integers they are counted in 1/SCALE.
SCALE = 10**5

# ISO 4217, list one: every active currency that has a minor unit, by the number of its decimal places.
_CODES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD "
    "HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU "
    "UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {code: places for places, codes in _CODES.items() for code in codes.split()}
#: The codes of these currencies, in order.
CURRENCIES = tuple(sorted(_EXPONENTS))


class UnknownCurrency(Invalid):
    """There is no such currency."""

    code = "unknown_currency"
    remedy = "Send a code of ISO 4217, such as `EUR`; `GET /api/lookups/currencies` lists them."


class AmountTooLarge(Invalid):
    """The amount is too large."""

    code = "amount_too_large"
    remedy = (
        "Look at prices and quantities: together they come to more than can be counted. Divide the "
        "document if they are right."
    )


class AmountNotValid(Invalid):
    """An amount must not be negative."""

    code = "amount_not_valid"
    remedy = "Send an amount of zero or more."


class NumberNotValid(Invalid):
    """A quantity or percentage is a finite number with at most five decimal places."""

    code = "number_not_valid"
    remedy = "Send a decimal of at most five places."


class QuantityNotValid(Invalid):
    """A quantity must not be negative."""

    code = "quantity_not_valid"
    remedy = "Send a quantity of zero or more."


class NothingToShare(Invalid):
    """An amount cannot be shared where nothing has any weight."""

    code = "nothing_to_share"
    remedy = "Give at least one line a price or a quantity."


def exponent(currency: str) -> int:
    """Return how many decimal places the currency's minor unit has (ISO 4217); UnknownCurrency if none."""
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise UnknownCurrency(f"There is no currency {currency!r}.") from None


def checked(amount: int) -> int:
    """Return the amount, in minor units, or refuse it with AmountTooLarge or AmountNotValid."""
    if amount < 0:
        raise AmountNotValid
    if amount > MAX_AMOUNT:
        raise AmountTooLarge
    return amount


@lru_cache(maxsize=4096)
def scaled(value: Decimal) -> int:
    """Return a quantity or percentage counted in 1/SCALE; NumberNotValid if it is finer than that."""
    if not value.is_finite():
        raise NumberNotValid
    if not -MAX_AMOUNT <= value <= MAX_AMOUNT:
        raise AmountTooLarge
    number = int(value * SCALE)
    # A comparison is exact at any precision, which a product of decimals is not.
    if Decimal(number) / SCALE != value:
        raise NumberNotValid
    return number


def shortest(number: Decimal) -> Decimal:
    """Return the same quantity or percentage, written with no more digits than it needs."""
    return Decimal(scaled(number)) / SCALE


def scaled_quantity(quantity: Decimal) -> int:
    """Return a quantity counted in 1/SCALE; QuantityNotValid below zero."""
    number = scaled(quantity)
    if number < 0:
        raise QuantityNotValid
    return number


def round_ratio(numerator: int, denominator: int, mode: RoundingMode = "half_up") -> int:
    """Return numerator / denominator (above zero) rounded once, exactly.

    A value and its negative round to the same size: half_up takes a half away from zero.
    """
    if numerator < 0:
        return -round_ratio(-numerator, denominator, mode)
    whole, rest = divmod(numerator, denominator)
    if 2 * rest > denominator or (2 * rest == denominator and (mode == "half_up" or whole % 2)):
        return whole + 1
    return whole


def round_to_multiple(amount: int, multiple: int) -> int:
    """Return the multiple nearest to the amount, halves away from zero; below 2 there is nothing to round.

    Cash has no coin for every amount; a sale and its refund must round to the same size.
    """
    return round_ratio(amount, multiple) * multiple if multiple > 1 else amount


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Share a total over weights (none below zero) by largest remainder, ties in order.

    The shares add up to the total. A zero weight gets none, and no share is larger than its weight while
    the total is no larger than their sum. Raises NothingToShare when a total meets no weight at all.
    """
    if total == 0:
        return [0] * len(weights)
    if total < 0:
        return [-share for share in apportion(-total, weights)]
    whole = sum(weights)
    if whole == 0:
        raise NothingToShare
    products = [total * weight for weight in weights]
    shares = [product // whole for product in products]
    if remaining := total - sum(shares):
        # The sort is stable, so equal remainders stay in line order.
        for index in sorted(range(len(products)), key=lambda i: -(products[i] % whole))[:remaining]:
            shares[index] += 1
    return shares


def apportion_within(total: int, weights: Sequence[int], rooms: Sequence[int]) -> list[int]:
    """Share a total as `apportion` does, but nobody gets more than their room while another has some left.

    What is too much for one goes to whoever of some weight then has the least beyond the exact share, ties
    in order. Raises NothingToShare.
    """
    shares = apportion(total, weights)
    whole = sum(weights)

    def beyond(index: int) -> int:
        return shares[index] * whole - total * weights[index]

    for index, room in enumerate(rooms):
        for _ in range(shares[index] - room):
            others = [i for i, weight in enumerate(weights) if weight and shares[i] < rooms[i]]
            if not others:
                return shares
            shares[min(others, key=beyond)] += 1
            shares[index] -= 1
    return shares
