"""The taxes of a receipt: each rate has a letter, by which lines refer to it."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from string import ascii_uppercase
from uuid import UUID

from api.receipts.answers import PrintedTaxAnswer
from domain.pricing import LineTax

Rate = tuple[UUID, Decimal, bool]


class Letters:
    """The letters of the taxes of an order, in their order."""

    def __init__(self, taxes: Iterable[LineTax]) -> None:
        self._letters: Mapping[Rate, str] = {_rate(tax): _letter(number) for number, tax in enumerate(taxes)}

    def of(self, taxes: Iterable[LineTax]) -> str:
        """The letters of these taxes, without those that the order has not."""
        return "".join(sorted(self._letters.get(_rate(tax), "") for tax in taxes))

    def show(self, taxes: Sequence[LineTax]) -> list[PrintedTaxAnswer]:
        """The taxes with their letters."""
        return [
            PrintedTaxAnswer(
                letter=self.of([tax]),
                name=tax.name,
                rate=tax.rate,
                inclusive=tax.inclusive,
                taxable=tax.taxable,
                amount=tax.amount,
                gross=tax.taxable + tax.amount,
            )
            for tax in taxes
        ]


def added(taxes: Iterable[LineTax]) -> int:
    """What of these taxes is not contained in prices, in minor currency units."""
    return sum(tax.amount for tax in taxes if not tax.inclusive)


def _rate(tax: LineTax) -> Rate:
    return (tax.tax_rate_id, tax.rate, tax.inclusive)


def _letter(number: int) -> str:
    """A to Z, then A1 to Z1 and so on."""
    round_, place = divmod(number, len(ascii_uppercase))
    return f"{ascii_uppercase[place]}{round_ or ''}"
