"""What is answered of taxes."""

from collections.abc import Iterable
from typing import Annotated

from api.answers import Answer, Id, Meaning, Money, Percent
from domain.pricing import LineTax


class TaxAnswer(Answer):
    """A tax, on a line or over the order."""

    tax_rate_id: Annotated[
        Id, Meaning("The setting that it was taken by; the rate of then stands beside it.")
    ]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]
    taxable: Annotated[Money, Meaning("What the tax is charged on.", 810)]
    amount: Annotated[Money, Meaning("The tax.", 59)]


def show_taxes(taxes: Iterable[LineTax]) -> list[TaxAnswer]:
    """The taxes of a line or an order; a sale has many, so each is constructed rather than converted."""
    return [
        TaxAnswer(
            tax_rate_id=tax.tax_rate_id,
            name=tax.name,
            rate=tax.rate,
            inclusive=tax.inclusive,
            taxable=tax.taxable,
            amount=tax.amount,
        )
        for tax in taxes
    ]
