"""What is answered of the settings of a company."""

from typing import Annotated, Literal

from msgspec import UNSET, UnsetType

from api.answers import Answer, Count, CreatedAt, Day, Meaning, Money, Percent, UpdatedAt, Version
from api.companies.answers import CompanyDetails
from domain.companies import ReceiptPaper, RefundMethods
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER
from domain.weeks import WeekStart


class TillPreferencesAnswer(Answer):
    """What tills do."""

    ask_for_customer: Annotated[bool, Meaning("Whether tills ask for the customer.", example=False)]
    lock_after_seconds: Annotated[
        Count | None, Meaning("After how many seconds without use a till locks itself; null: never.", 300)
    ]


class DiscountCeilingsAnswer(
    Answer, rename={"admin": ADMIN, "manager": MANAGER, "cashier": CASHIER, "clerk": CLERK}
):
    """The largest discount that each role may give, in percent; a role that is left out has none."""

    admin: Annotated[Percent, Meaning("For admins.", "100")] | UnsetType = UNSET
    manager: Annotated[Percent, Meaning("For managers.", "100")] | UnsetType = UNSET
    cashier: Annotated[Percent, Meaning("For cashiers.", "20")] | UnsetType = UNSET
    clerk: Annotated[Percent, Meaning("For inventory clerks.", "0")] | UnsetType = UNSET


class CompanySettingsAnswer(CompanyDetails):
    """The company's settings as they stand."""

    rounding_level: Annotated[
        Literal["line", "order"], Meaning("Whether tax is rounded on each line or on the whole order.")
    ]
    rounding_mode: Annotated[
        Literal["half_up", "half_even"],
        Meaning("Where halves go: away from zero, or to the even neighbour."),
    ]
    cash_rounding: Annotated[Money, Meaning("To what cash is rounded; 0: to nothing.", 5)]
    discount_ceilings: Annotated[
        DiscountCeilingsAnswer,
        Meaning(
            "The largest discount by role, in percent of what a line or basket costs without any; a role "
            "without a ceiling may give no discount."
        ),
    ]
    backdating_days: Annotated[
        Count,
        Meaning("How many days back a sale or delivery may lie; further takes `pos.backdate`.", 30),
    ]
    books_closed_until: Annotated[
        Day | None,
        Meaning("The last business date on which no stock moves any more, save by sales; null: none."),
    ]
    over_receive_percent: Annotated[
        Percent, Meaning("How much more than was ordered may be delivered, over all deliveries.", "0")
    ]
    default_lead_time_days: Annotated[
        Count, Meaning("After how many days suppliers deliver that have no lead time of their own.", 7)
    ]
    shift_required: Annotated[
        bool, Meaning("Whether a register sells and refunds only in an open shift.", example=False)
    ]
    blind_close: Annotated[
        bool,
        Meaning(
            "Whether drawers are counted without being told what they should hold; "
            "`shifts.view_expected` sees it all the same.",
            example=False,
        ),
    ]
    over_short_limit: Annotated[
        Money | None, Meaning("By how much a count may be off before it is to be reviewed; null: any.", 500)
    ]
    refund_to_original: Annotated[
        RefundMethods,
        Meaning(
            "Whether tills propose the methods that were paid with for refunds, or are required to use them."
        ),
    ]
    cross_store_returns: Annotated[
        bool, Meaning("Whether goods of one store may be brought back to another.", example=True)
    ]
    return_days: Annotated[
        Count | None, Meaning("For how many days after the sale goods may be brought back; null: always.", 30)
    ]
    held_hours: Annotated[Count, Meaning("After how many hours a parked sale expires.", 72)]
    order_reservation_days: Annotated[
        Count | None,
        Meaning("For how many days the goods of an order are reserved; null: without an end.", 7),
    ]
    receipt_paper: Annotated[ReceiptPaper, Meaning("What receipts are printed on.")]
    week_start: Annotated[
        WeekStart, Meaning("On which day weeks of reports begin, of days that are over too.", "monday")
    ]
    reports_to_outside: Annotated[
        bool,
        Meaning(
            "Whether schedules may mail reports to addresses that are none of its users'.", example=False
        ),
    ]
    auditor_email: Annotated[
        str | None,
        Meaning(
            "To whom the newest checkpoint of the log is mailed: once a day at most, and at once after a "
            "restore. Somebody outside of the company, who keeps them; null: nobody.",
            "office@accountant.example",
        ),
    ]
    public_proofs: Annotated[
        bool,
        Meaning(
            "Whether anyone may read checkpoints and tiles of the log: hashes, and how many there are.",
            example=False,
        ),
    ]
    receipt_header: Annotated[str | None, Meaning("Printed above each receipt.", "Welcome!")]
    receipt_footer: Annotated[str | None, Meaning("Printed below each receipt.", "Thank you.")]
    pos: Annotated[TillPreferencesAnswer, Meaning("What tills do.")]
    version: Version
    created_at: CreatedAt
    updated_at: UpdatedAt
