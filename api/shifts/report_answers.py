"""What is answered of the report of a shift."""

from typing import Annotated, Literal

from api.answers import (
    Answer,
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


class ReportTaxAnswer(Answer):
    """One tax rate: what was taxed with it, sales and returns apart."""

    tax_rate_id: Annotated[
        Id, Meaning("The setting that it was taken by; the rate of then stands beside it.")
    ]
    name: Annotated[str, Meaning("What it was called.", "VAT")]
    rate: Annotated[Percent, Meaning("The tax in percent.", "20")]
    inclusive: Annotated[bool, Meaning("Whether prices contain it.")]
    sales_taxable: Annotated[Sum, Meaning("What was sold with it, without it.", 13840)]
    sales_amount: Annotated[Sum, Meaning("The tax of what was sold.", 2770)]
    returns_taxable: Annotated[Sum, Meaning("What came back of it, without it.", 4574)]
    returns_amount: Annotated[Sum, Meaning("The tax of what came back.", 915)]


class ReportTenderAnswer(Answer):
    """What was taken by one method."""

    method: Annotated[str, Meaning("The code of the method.", "card")]
    name: Annotated[
        str | None, Meaning("What the company called a method of its own; null for what every till takes.")
    ]
    sales: Annotated[Sum, Meaning("What was paid by it.", 9489)]
    tips: Annotated[Sum, Expected("What came on top of that as tips, less those given back.", 500)]
    refunds: Annotated[Sum, Meaning("What was given back by it, without tips.", 0)]
    net: Annotated[Sum, Meaning("What is left: sales and tips less refunds.", 9989)]
    counted: Annotated[Sum | None, Meaning("What was counted of it; null if nobody did, and for cash.")]
    over_short: Annotated[Sum | None, Meaning("What was counted too much, or (below zero) too little.")]


class ReasonAnswer(Answer):
    """What moved for one reason."""

    reason: Annotated[str, Meaning("Why.", "petty_cash")]
    count: Annotated[Count, Meaning("How often.", 1)]
    total: Annotated[Sum, Meaning("What it came to.", 750)]


class ReportCashAnswer(Answer):
    """The drawer; what only a close knows is null before it."""

    opening_float: Annotated[Sum, Meaning("What was in the drawer at first.", 10000)]
    sales: Annotated[Sum, Meaning("What sales brought.", 4135)]
    tips: Annotated[Sum, Expected("What tips brought.", 100)]
    refunds: Annotated[Sum, Meaning("What refunds took.", 2500)]
    paid_in: Annotated[list[ReasonAnswer], Meaning("What was put in.")]
    paid_out: Annotated[list[ReasonAnswer], Meaning("What was paid out.")]
    drops: Annotated[Sum, Meaning("What was brought to the safe or the bank before the close.", 5000)]
    expected: Annotated[Sum, Meaning("What should be in it.", 7385)]
    counted: Annotated[Sum | None, Meaning("What was counted.", 7380)]
    over_short: Annotated[Sum | None, Meaning("What was too much, or (below zero) too little.", -5)]
    over_short_reason: Annotated[
        str | None, Meaning("Why it was off, as whoever closed it said.", "Wrong change")
    ]
    closing_float: Annotated[Sum | None, Meaning("What stayed in it.", 5000)]
    dropped_at_close: Annotated[Sum | None, Meaning("What was brought to the safe then.", 2380)]


class OccurrenceAnswer(Answer):
    """How often something happened, and what it came to."""

    count: Annotated[Count, Meaning("How often.", 1)]
    total: Annotated[Sum, Meaning("What it came to.", 1200)]


class OccurrencesAnswer(Answer):
    """What somebody should look at."""

    voids: Annotated[
        OccurrenceAnswer,
        Meaning("Sales that were taken back, with tax; `void_value` of the sales overview is without it."),
    ]
    refunds: Annotated[OccurrenceAnswer, Meaning("Refunds of sales, with tax.")]
    unlinked_returns: Annotated[OccurrenceAnswer, Meaning("Returns without their sale, with tax.")]
    exchanges: Annotated[OccurrenceAnswer, Meaning("Sales that goods were given in exchange for, with tax.")]
    price_overrides: Annotated[
        OccurrenceAnswer, Meaning("Lines at another price; the total is what they cost more, or less.")
    ]
    discounts: Annotated[OccurrenceAnswer, Meaning("Lines with a discount.")]
    no_sale: Annotated[OccurrenceAnswer, Meaning("Openings of the drawer without a sale.")]
    reprints: Annotated[OccurrenceAnswer, Meaning("Copies of receipts.")]
    approvals: Annotated[OccurrenceAnswer, Meaning("What somebody else approved.")]


class ReportCashierAnswer(Answer):
    """What one cashier sold."""

    cashier_id: Annotated[Id | None, Meaning("Who.")]
    name: Annotated[str | None, Meaning("How they sign in, without the domain.", "ann")]
    orders: Annotated[Count, Meaning("How many sales.", 5)]
    net_sales: Annotated[Sum, Meaning("What they sold, less what they gave back, without tax.", 9266)]


class HeldAnswer(Answer):
    """Parked sales of the store; they outlive the shift."""

    count: Annotated[Count, Meaning("How many.", 0)]
    value: Annotated[Sum, Meaning("What they come to.", 0)]


class ReportLateAnswer(Answer):
    """What of earlier shifts became known since the last report; else it is in the perpetual sums alone."""

    count: Annotated[Count, Meaning("How many sales, refunds, returns, voids and movements of cash.", 0)]
    total: Annotated[Sum, Meaning("What they come to; movements of cash come to nothing.", 0)]


class OfflineAnswer(Answer):
    """What devices of the register did without a connection, and what of it is in no report yet.

    A shift whose report misses operations, or has one with a flag, is to be reviewed.
    """

    applied: Annotated[Count, Meaning("How many facts.", 0)]
    flagged: Annotated[Count, Meaning("How many of them differ from what would have been decided.", 0)]
    missing: Annotated[
        Count, Meaning("How many operations have not arrived, though later ones of their device have.", 0)
    ]
    waiting: Annotated[Count, Meaning("How many wait for something that has not arrived.", 0)]
    rejected: Annotated[Count, Meaning("How many are in the inbox.", 0)]


class PerpetualAnswer(Answer):
    """What the register took since it began, tax included; it only grows.

    What became known late is in the next report's; a late void is a return.
    """

    sales: Annotated[Sum, Meaning("What was sold.", 16610)]
    returns: Annotated[Sum, Meaning("What came back.", 5489)]
    net: Annotated[Sum, Meaning("Sales less returns.", 11121)]
    receipts: Annotated[Count, Meaning("How many receipts.", 5)]
    z_count: Annotated[Count, Meaning("How many closed shifts.", 1)]


class LetterheadAnswer(Answer):
    """What things and people were called when the report was made."""

    company: Annotated[str, Meaning("What it is called on receipts.", "Salt & Co")]
    tax_number: Annotated[
        str | None, Meaning("As the company's settings have it; null: none was entered.", "DE123456789")
    ]
    store: Annotated[str, Meaning("What it was called when the report was made.", "Harbour")]
    register: Annotated[str, Meaning("What it was called when the report was made.", "Till 1")]
    timezone: Annotated[str, Meaning("The store's clock.", "Europe/Berlin")]
    opened_by: Annotated[str | None, Meaning("Who opened the shift.", "ann")]
    closed_by: Annotated[str | None, Meaning("Who closed it.", "ann")]


class ShiftReportAnswer(Answer):
    """The report of a shift: an X of now, or the Z frozen at its close. Voided sales are in no sum.

    Where drawers are counted blind, all is left out that with the float comes to the cash that is expected.
    """

    type: Annotated[Literal["X", "Z"], Meaning("An X while the shift runs, a Z once it is closed.")]
    shift_id: Annotated[Id, Meaning("What it is the X of, or once it is closed the Z.")]
    register_id: Annotated[Id, Meaning("The till that it was open at.")]
    store_id: Annotated[Id, Meaning("Where that till stands.")]
    letterhead: Annotated[LetterheadAnswer, Meaning("The names of all of these, as they were then.")]
    currency: Currency
    z_number: Annotated[Count | None, Meaning("Its number, counted by register from 1; an X has none.", 1)]
    opened_by: Annotated[Id | None, Meaning("Who opened the shift.")]
    opened_at: Annotated[Moment, Meaning("When it was opened.")]
    closed_by: Annotated[Id | None, Meaning("Who closed it.")]
    closed_at: Annotated[Moment | None, Meaning("When it was closed.")]
    business_dates: Annotated[list[Day], Meaning("The store's days that it belongs to.", ["2026-03-14"])]
    first_receipt: Annotated[
        str | None, Meaning("The number of its first sale, by when it was made.", "MAIN-1-000001")
    ]
    last_receipt: Annotated[str | None, Meaning("The number of its last sale.", "MAIN-1-000006")]
    receipts: Annotated[Count, Meaning("How many sales.", 5)]
    refunds: Annotated[Count, Meaning("How many refunds and returns.", 2)]
    items: Annotated[Quantity, Meaning("How many units were sold.", "5")]
    gross_sales: Annotated[Sum, Meaning("What was sold, before discounts and without tax.", 13840)]
    discounts: Annotated[Sum, Meaning("What discounts took off.", 0)]
    returns: Annotated[Sum, Meaning("What came back, without tax.", 4574)]
    net_sales: Annotated[Sum, Meaning("Gross sales less discounts and returns.", 9266)]
    tax: Annotated[Sum, Expected("The tax of sales less that of returns.", 1855)]
    tips: Annotated[Sum, Expected("Tips less those given back.", 600)]
    rounding: Annotated[Sum, Expected("What cash rounding added, or (below zero) took.", 3)]
    total_collected: Annotated[Sum, Expected("Net sales, tax, tips and rounding: all tenders.", 11724)]
    taxes: Annotated[list[ReportTaxAnswer], Expected("The taxes by rate.")]
    tenders: Annotated[list[ReportTenderAnswer], Expected("What was taken by method.")]
    cash: Annotated[ReportCashAnswer, Expected("The drawer.")]
    counts: Annotated[OccurrencesAnswer, Meaning("What somebody should look at.")]
    cashiers: Annotated[list[ReportCashierAnswer], Meaning("Who sold what.")]
    held: Annotated[HeldAnswer, Meaning("The parked sales of the store.")]
    late: Annotated[ReportLateAnswer, Meaning("What became known late of earlier shifts.")]
    offline: Annotated[OfflineAnswer, Meaning("What a till did without a connection.")]
    perpetual: Annotated[PerpetualAnswer, Expected("What the register took since it began.")]
