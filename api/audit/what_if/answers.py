"""What is answered of sales that were decided again."""

from typing import Annotated, Any

from api.answers import NULL, Answer, Cost, Count, Currency, Day, Id, Meaning, Percent, Sum
from api.audit.jobs import AuditJobAnswer


class FiguresAnswer(Answer, kw_only=True):
    """What sales come to; refunds that were given for them are left out."""

    gross_sales: Annotated[Sum, Meaning("Value of all lines before discounts, without tax.", 131_500)]
    discounts: Annotated[Sum, Meaning("What discounts took off, without tax.", 9_000)]
    net_sales: Annotated[Sum, Meaning("What was sold, without tax and discounts.", 122_500)]
    tax: Annotated[Sum, Meaning("Tax of what was sold.", 8_802)]
    total: Annotated[Sum, Meaning("Net sales and tax: what customers pay, but for rounding.", 131_302)]
    rounding: Annotated[Sum, Meaning("What cash rounding of sales at tills adds to it.", -2)]
    gross_profit: Annotated[Sum, Cost("Net sales less what the goods cost, which stays as it was.", 41_300)]


class TaxFiguresAnswer(Answer):
    """What a tax is due on, and what it comes to."""

    taxable: Annotated[Sum, Meaning("What it is due on, without tax.", 122_500)]
    tax: Annotated[Sum, Meaning("What it comes to.", 8_802)]


class WhatIfTaxAnswer(Answer, kw_only=True):
    """A tax as it was charged, beside what it would have come to on the same lines; null is no tax at all."""

    tax_rate_id: Annotated[Id | None, Meaning("The setting that it was taken by; null: there was no tax.")]
    name: Annotated[str | None, Meaning("What it was called.", "VAT")]
    rate: Annotated[Percent | None, Meaning("What was taken, in percent.", "19")]
    what_if_rate: Annotated[Percent | None, Meaning("What would have been taken, in percent.", "20")]
    inclusive: Annotated[bool | None, Meaning("Whether prices contained it.", example=True)]
    jurisdiction: Annotated[str | None, Meaning("Whose tax it was.", NULL)]
    as_sold: Annotated[TaxFiguresAnswer, Meaning("As it was.")]
    what_if: Annotated[TaxFiguresAnswer, Meaning("As it would have been.")]
    difference: Annotated[TaxFiguresAnswer, Meaning("By how much that is more, or less (below zero).")]


class ComparedAnswer(Answer, kw_only=True):
    """Orders both ways."""

    orders: Annotated[Count, Meaning("How many orders of which something was sold then.", 118)]
    differing: Annotated[Count, Meaning("How many of them would have come to something else.", 97)]
    as_sold: Annotated[FiguresAnswer, Meaning("As they were sold.")]
    what_if: Annotated[FiguresAnswer, Meaning("As they would have been.")]
    difference: Annotated[FiguresAnswer, Meaning("By how much that is more, or less (below zero).")]


class WhatIfStoreAnswer(ComparedAnswer, kw_only=True):
    """The orders of a store both ways."""

    store_id: Annotated[Id, Meaning("Where the orders were sold.")]
    store: Annotated[str | None, Meaning("What it is called now.", "Harbour")]


class WhatIfResultAnswer(ComparedAnswer, kw_only=True):
    """What came of it."""

    currency: Currency
    position: Annotated[Count, Meaning("Up to which position of the log sales count.", 41_882)]
    capped: Annotated[
        Count,
        Meaning("In how many orders a discount of an amount would have found less than it takes.", 0),
    ]
    by_tax_rate: Annotated[list[WhatIfTaxAnswer], Meaning("Each tax as it was charged.")]
    by_store: Annotated[list[WhatIfStoreAnswer], Meaning("Each store that sold something.")]


class AskedWhatIfAnswer(AuditJobAnswer, kw_only=True, rename={"from_date": "from", "to_date": "to"}):
    """Sales to be decided again, and how far that is. `done` and `total` are orders."""

    from_date: Annotated[Day, Meaning("The first business date.", "2026-03-01")]
    to_date: Annotated[Day, Meaning("The last business date.", "2026-03-31")]
    store_id: Annotated[Id | None, Meaning("The store; null for all of them.", NULL)]
    changes: Annotated[Any, Meaning("What would have been otherwise, as it was asked.", {"cash_rounding": 5})]


class WhatIfAnswer(AskedWhatIfAnswer, kw_only=True, rename={"from_date": "from", "to_date": "to"}):
    """The same with what came of it."""

    result: Annotated[WhatIfResultAnswer | None, Meaning("What came of it, when it is done.", NULL)] = None
