"""What is answered of closings."""

from typing import Annotated

from api.answers import (
    Answer,
    Cost,
    Count,
    Currency,
    Day,
    Expected,
    Id,
    Meaning,
    Moment,
    Percent,
    Quantity,
    Sum,
)
from domain.fiscal import ClosingKind


class ClosedTaxAnswer(Answer):
    """A tax as it was charged, sales and returns apart."""

    name: Annotated[str | None, Meaning("What it was called; null for what bears no tax.", "VAT")]
    rate: Annotated[Percent, Meaning("The tax in percent.", "20")]
    inclusive: Annotated[bool, Meaning("Whether prices contain it.")]
    jurisdiction: Annotated[str | None, Meaning("Whom it is due to.")]
    sales_taxable: Annotated[Sum, Meaning("What was sold with it, without it.", 13840)]
    sales_amount: Annotated[Sum, Meaning("The tax of what was sold.", 2770)]
    returns_taxable: Annotated[Sum, Meaning("What came back of it, without it.", 4574)]
    returns_amount: Annotated[Sum, Meaning("The tax of what came back.", 915)]


class ClosedTenderAnswer(Answer):
    """What was taken by one method."""

    method: Annotated[str, Meaning("The code of the method.", "card")]
    sales: Annotated[Sum, Meaning("What was paid by it.", 9489)]
    tips: Annotated[Sum, Meaning("What came on top as tips, less those given back.", 500)]
    refunds: Annotated[Sum, Meaning("What was given back by it, without tips.", 0)]
    net: Annotated[Sum, Meaning("What is left: sales and tips less refunds.", 9989)]


class ClosedFiguresAnswer(Answer):
    """Sums, as a register's report has them, of a whole store. Voided sales are in none but `voids`."""

    receipts: Annotated[int, Meaning("How many sales, less those of earlier days that were voided.", 5)]
    refunds: Annotated[Count, Meaning("How many refunds and returns.", 2)]
    unlinked_returns: Annotated[Count, Meaning("How many of these were returns without their sale.", 0)]
    voids: Annotated[Count, Meaning("How many sales were taken back.", 1)]
    void_total: Annotated[Sum, Meaning("What these came to, tax included.", 1200)]
    price_overrides: Annotated[int, Meaning("Lines at another price than the catalog's.", 0)]
    items: Annotated[Quantity, Meaning("How many pieces, or what else they are counted in.", "7")]
    gross_sales: Annotated[Sum, Meaning("What was sold before discounts, without tax.", 13840)]
    discounts: Annotated[Sum, Meaning("What was taken off.", 0)]
    returns: Annotated[Sum, Meaning("What came back, without tax.", 4574)]
    net_sales: Annotated[Sum, Meaning("gross_sales - discounts - returns.", 9266)]
    tax: Annotated[Sum, Meaning("The tax of sales, less that of returns.", 1855)]
    tips: Annotated[Sum, Meaning("Tips, less those given back.", 600)]
    rounding: Annotated[Sum, Meaning("What rounding of cash brought, or (below zero) took.", 3)]
    deposits: Annotated[
        Sum, Meaning("Paid on orders before their goods, less what of that these have used up.", 0)
    ]
    total_collected: Annotated[
        Sum, Meaning("net_sales + tax + tips + rounding + deposits: what the tenders add up to.", 11724)
    ]
    sales: Annotated[Sum, Meaning("What was sold, tax included.", 16610)]
    returned: Annotated[Sum, Meaning("What was given back for goods, tax included.", 5489)]
    taxes: Annotated[list[ClosedTaxAnswer], Meaning("By tax.")]
    tenders: Annotated[list[ClosedTenderAnswer], Expected("By method, cash first.")]


class LateFiguresAnswer(Answer):
    """What became known of days that were closed before; it is in no earlier closing, and in no later one."""

    facts: Annotated[Count, Meaning("How many sales, refunds, voids and so on.", 1)]
    figures: Annotated[
        ClosedFiguresAnswer,
        Meaning(
            "What they come to; a void takes back what an earlier closing has, so sums may be below zero."
        ),
    ]
    reversed_receipts: Annotated[Count, Meaning("How many sales were voided that an earlier closing has.", 0)]
    reversed_total: Annotated[
        Sum, Meaning("What these came to; in the perpetual totals they stay sales, and are returns.", 0)
    ]


class StorePerpetualAnswer(Answer):
    """What the store took since it began, tax included; but for `net` it only grows."""

    sales: Annotated[Sum, Meaning("What was sold.", 16610)]
    returns: Annotated[Sum, Meaning("What was given back.", 5489)]
    net: Annotated[Sum, Meaning("sales - returns.", 11121)]
    receipts: Annotated[Count, Meaning("How many sales.", 5)]


class PreviousClosingAnswer(Answer):
    """The closing of the same kind before it."""

    id: Annotated[Id, Meaning("The one that this one goes on from.")]
    number: Annotated[Count, Meaning("One less than this one's: there are no gaps.", 211)]
    perpetual: Annotated[StorePerpetualAnswer, Meaning("The totals that this one goes on from.")]


class ListedClosingAnswer(Answer):
    """A closed day, month or year of a store. It never changes."""

    id: Annotated[Id, Meaning("Its id: the stream of its event (`fiscal.Closing.Made`) in the audit.")]
    store_id: Annotated[Id, Meaning("Whose trade is closed.")]
    kind: Annotated[ClosingKind, Meaning("What was closed.", "day")]
    number: Annotated[Count, Meaning("Counts the closings of the store of this kind, from 1.", 212)]
    first_day: Annotated[Day, Meaning("Its first business day.")]
    last_day: Annotated[Day, Meaning("Its last business day.")]
    made_at: Annotated[Moment, Meaning("When it was made.")]
    currency: Currency
    figures: Annotated[
        ClosedFiguresAnswer,
        Meaning("Of the period: a month adds up its days, a year its months."),
    ]
    late: Annotated[
        LateFiguresAnswer | None, Meaning("What became known of closed days since the last closing.")
    ]
    perpetual: Annotated[StorePerpetualAnswer, Meaning("With this closing, and what was late in it.")]
    previous_id: Annotated[Id | None, Meaning("The closing of this kind before it; null for the first.")]
    head_position: Annotated[
        Count, Meaning("Up to which position of the log it knows what happened.", 48_211)
    ]
    # Whoever knew all that is hashed but a cost could try which cost it is.
    head_hash: Annotated[str, Cost("The hash of the event there, in hex.", "9f2c" * 16)]


class ClosingAnswer(ListedClosingAnswer):
    """A closing with the one that it goes on from."""

    previous: Annotated[PreviousClosingAnswer | None, Meaning("The one before it; null for the first.")]
