"""What is answered of the store of a till."""

from typing import Annotated, Literal
from uuid import UUID

from api.answers import Answer, Clock, Count, Currency, Id, Meaning, Moment, Money, Percent
from api.company_settings.answers import TillPreferencesAnswer
from domain.companies import ReceiptPaper, RefundMethods
from domain.payments import CASH


class CashierStoreDetailsAnswer(Answer):
    """The store itself."""

    id: Annotated[Id, Meaning("By which other calls name it as `store_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Harbour")]
    code: Annotated[str, Meaning("A short code of its own.", "MAIN")]
    address: Annotated[str | None, Meaning("Postal address.", "12 Harbour Street")]
    phone: Annotated[str | None, Meaning("Telephone number.", "+1 555 0100")]
    timezone: Annotated[str, Meaning("A time zone of the IANA database.", "Europe/Berlin")]
    day_cut: Annotated[Clock, Meaning("When the business day begins, HH:MM by the store's clock.")]
    is_active: Annotated[bool, Meaning("Whether it is open for sales.", example=True)]
    tax_rate_ids: Annotated[list[UUID], Meaning("The taxes on products that have none of their own.", [])]


class OpenShiftAnswer(Answer):
    """A shift in which a register sells now."""

    id: Annotated[Id, Meaning("By which other calls name it as `shift_id`.")]
    opened_by: Annotated[Id | None, Meaning("Who opened it.")]
    opened_at: Annotated[Moment, Meaning("When it was opened.")]


class CashierRegisterAnswer(Answer):
    """A register of the store."""

    id: Annotated[Id, Meaning("By which sales name it as `register_id`.")]
    name: Annotated[str, Meaning("What it is called.", "Till 1")]
    code: Annotated[str, Meaning("A short code of its own.", "T1")]
    has_drawer: Annotated[bool, Meaning("Whether it has a drawer for cash.", example=True)]
    is_active: Annotated[bool, Meaning("Whether it is in use.", example=True)]
    open_shift: Annotated[OpenShiftAnswer | None, Meaning("The shift in which it sells, if one is open.")]


class CashierTaxRateAnswer(Answer):
    """A tax that is in use."""

    id: Annotated[Id, Meaning("By which products name it in `tax_rate_ids`.")]
    name: Annotated[str, Meaning("What it is called.", "Sales tax")]
    rate: Annotated[Percent, Meaning("The tax in percent.")]
    inclusive: Annotated[bool, Meaning("Whether prices already contain it.", example=False)]


class CashierMethodAnswer(Answer):
    """A payment method: a built-in one, or one of the company."""

    code: Annotated[str, Meaning("What sales are recorded under.", CASH)]
    name: Annotated[str, Meaning("What it is called.", "Cash")]
    kind: Annotated[str, Meaning("What it is; of a built-in one its code.", CASH)]
    is_built_in: Annotated[bool, Meaning("Whether every till has it.", example=True)]
    opens_drawer: Annotated[bool, Meaning("Whether the till opens its drawer for it.", example=True)]
    requires_reference: Annotated[bool, Meaning("Whether a payment needs a `reference`.", example=False)]


class ReceiptTextsAnswer(Answer):
    """What receipts say of the store's own accord, the company's texts where the store has none."""

    header: Annotated[str | None, Meaning("Printed above each receipt.", "Welcome!")]
    footer: Annotated[str | None, Meaning("Printed below each receipt.", "Thank you.")]


class TillSettingsAnswer(TillPreferencesAnswer):
    """What the company has agreed for its tills."""

    rounding_level: Annotated[
        Literal["line", "order"], Meaning("Whether tax is rounded on each line or on the whole order.")
    ]
    rounding_mode: Annotated[
        Literal["half_up", "half_even"],
        Meaning("Where halves go: away from zero, or to the even neighbour."),
    ]
    shift_required: Annotated[
        bool, Meaning("Whether a register sells and refunds only in an open shift.", example=False)
    ]
    blind_close: Annotated[
        bool, Meaning("Whether drawers are counted without being told what they should hold.", example=False)
    ]
    over_short_limit: Annotated[
        Money | None, Meaning("By how much a count may be off before it is to be reviewed; null: any.", 500)
    ]
    refund_to_original: Annotated[
        RefundMethods,
        Meaning("Whether refunds go to the methods that were paid with by suggestion, or have to."),
    ]
    cross_store_returns: Annotated[
        bool, Meaning("Whether goods of one store may be brought back to another.", example=True)
    ]
    return_days: Annotated[
        Count | None, Meaning("For how many days after the sale goods may be brought back; null: always.", 30)
    ]
    held_hours: Annotated[Count, Meaning("After how many hours a parked sale expires.", 72)]
    receipt_paper: Annotated[ReceiptPaper, Meaning("What receipts are printed on.")]


class CashierStoreAnswer(Answer):
    """All that a till needs to know of its store besides the catalog."""

    store: Annotated[
        CashierStoreDetailsAnswer,
        Meaning("Where the cashier works; of several the one that was asked for, else the first by name."),
    ]
    registers: Annotated[list[CashierRegisterAnswer], Meaning("Its registers, by name.")]
    currency: Currency
    tax_rates: Annotated[list[CashierTaxRateAnswer], Meaning("The taxes in use.")]
    payment_methods: Annotated[
        list[CashierMethodAnswer], Meaning("What a sale can be paid with, the built-in ones first.")
    ]
    cash_rounding: Annotated[Money, Meaning("To what cash is rounded; 0: to nothing.", 5)]
    receipt: Annotated[ReceiptTextsAnswer, Meaning("The texts of receipts.")]
    settings: Annotated[TillSettingsAnswer, Meaning("What the company has agreed for its tills.")]
    server_time: Annotated[Moment, Meaning("What the clock of the server says, for a till to compare.")]
    position: Annotated[int, Meaning("The position of the log this knows.", 42)]
