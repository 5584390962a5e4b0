"""What is answered of parked sales."""

from typing import Annotated

from api.answers import Answer, Currency, Id, Meaning, Moment, Money, OwnId, Percent, Quantity, Version
from api.orders.answers import DiscountAnswer, QuoteAnswer, QuoteLineAnswer
from domain.held_sales import Status


class HeldLineAnswer(QuoteLineAnswer):
    """A line as it was priced when the sale was parked."""

    discounts: Annotated[list[DiscountAnswer], Meaning("Its own discounts, in this order.", [])]
    note: Annotated[str | None, Meaning("Free text about it; nothing depends on it.", "Gift wrap")]


class HeldSaleAnswer(Answer):
    """A parked sale. Its lines are as they were when it was parked."""

    id: OwnId
    label: Annotated[str | None, Meaning("What the till calls it.", "Lady with the pram")]
    status: Annotated[Status, Meaning("Whether it waits, who has it, and what became of it.", "held")]
    store_id: Annotated[Id, Meaning("The store it waits in.")]
    register_id: Annotated[Id | None, Meaning("The till it was parked at.")]
    cashier_id: Annotated[Id | None, Meaning("Who parked it.")]
    customer_id: Annotated[Id | None, Meaning("Who is buying; null: nobody was named.")]
    currency: Currency
    lines: Annotated[list[HeldLineAnswer], Meaning("In the order in which they were entered.")]
    discounts: Annotated[list[DiscountAnswer], Meaning("Discounts on the whole, in this order.", [])]
    note: Annotated[str | None, Meaning("Free text; nothing depends on it.")]
    value: Annotated[Money, Meaning("What it came to when it was parked, tax included.", 869)]
    is_reserved: Annotated[bool, Meaning("Whether its goods were reserved for it.", example=False)]
    held_at: Annotated[Moment, Meaning("When it was parked.")]
    expires_at: Annotated[Moment, Meaning("When it expires, unless it is sold, parked again or taken up.")]
    resumed_by: Annotated[Id | None, Meaning("Who has taken it up, last.")]
    resumed_register_id: Annotated[Id | None, Meaning("At which till.")]
    resumed_at: Annotated[Moment | None, Meaning("When.")]
    order_id: Annotated[Id | None, Meaning("The order that it became.")]
    version: Version


class ResumedLineAnswer(Answer):
    """A line that is still for sale, as a sale takes it."""

    variant_id: Annotated[Id, Meaning("Which variant, by its `id`; SKU and name may change, this does not.")]
    quantity: Annotated[Quantity, Meaning("How much.", "2")]
    unit_price: Annotated[Money | None, Meaning("The price that somebody set; null: the catalog's.")]
    discounts: Annotated[list[DiscountAnswer], Meaning("Its own discounts, in this order.", [])]
    note: Annotated[str | None, Meaning("Free text about it; nothing depends on it.", "Gift wrap")]


class ResumedBasketAnswer(Answer):
    """What a sale takes, once it is told how it is paid and, as `held_id`, which parked sale it is."""

    register_id: Annotated[Id | None, Meaning("The till that has it.")]
    store_id: Annotated[Id, Meaning("Where it was parked, and is sold.")]
    customer_id: Annotated[Id | None, Meaning("The customer, unless they are gone.")]
    lines: Annotated[list[ResumedLineAnswer], Meaning("The lines that are still for sale.")]
    discounts: Annotated[list[DiscountAnswer], Meaning("Discounts on the whole, in this order.", [])]


class TaxTermsAnswer(Answer):
    """A tax that is charged on a line."""

    tax_rate_id: Annotated[
        Id, Meaning("The setting that it was taken by; the rate of then stands beside it.")
    ]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]


class ChangeAnswer(Answer):
    """A field that is not what it was when the sale was parked."""

    line: Annotated[int | None, Meaning("The line, from 0; null: the whole.", 0)]
    field: Annotated[
        str,
        Meaning(
            "Of a line `status`, `name`, `variant_name`, `unit_price`, `taxes` or `available`; of the whole "
            "`customer_id` or `total`.",
            "unit_price",
        ),
    ]
    before: Annotated[
        int | str | list[TaxTermsAnswer] | None,
        Meaning("What it was; of `available`, how much the basket takes.", 450),
    ]
    now: Annotated[
        int | str | list[TaxTermsAnswer] | None,
        Meaning("What it is; null: it is gone, or cannot be told.", 480),
    ]


class ResumedSaleAnswer(HeldSaleAnswer):
    """A parked sale that was taken up, what it costs now, and what has changed meanwhile."""

    basket: Annotated[ResumedBasketAnswer, Meaning("What can be sold of it.")]
    quote: Annotated[
        QuoteAnswer | None,
        Meaning(
            "What that costs now; null where nothing of it is for sale, or the discounts are more than it is "
            "worth."
        ),
    ]
    changes: Annotated[list[ChangeAnswer], Meaning("What has changed since it was parked.", [])]
