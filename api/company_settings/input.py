"""What can be set for a whole company."""

from typing import get_args

from api.answers import meanings_of
from api.companies.input import CompanyEdit
from api.company_settings.answers import (
    CompanySettingsAnswer,
    DiscountCeilingsAnswer,
    TillPreferencesAnswer,
)
from api.fields import Body, Choice, Day, Email, Flag, Money, Object, Percent, Whole, optional
from domain.companies import (
    BACKDATING_DAYS,
    HELD_HOURS,
    LEAD_TIME_DAYS,
    ORDER_RESERVATION_DAYS,
    OVER_RECEIVE_PERCENT,
    RECEIPT_PAPER,
    REFUND_TO_ORIGINAL,
    ReceiptPaper,
    RefundMethods,
)
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER
from domain.weeks import WEEK_START, WeekStart

_SHORTEST_LOCK, _LONGEST_LOCK = 10, 86_400
_LONGEST_BACKDATING = 3_650
_LONGEST_LEAD_TIME = 365
_LONGEST_RETURN = 3_650
_LONGEST_RESERVATION = 3_650
#: A year of hours.
_LONGEST_HOLD = 8_760


# What is asked of clients means what they are answered.
_SETTINGS, _TILLS = meanings_of(CompanySettingsAnswer), meanings_of(TillPreferencesAnswer)
_CEILINGS = meanings_of(DiscountCeilingsAnswer)


class TillPreferencesBody(Body):
    """What tills do."""

    ask_for_customer = Flag(load_default=False, **_TILLS["ask_for_customer"])
    lock_after_seconds = Whole(
        least=_SHORTEST_LOCK,
        most=_LONGEST_LOCK,
        allow_none=True,
        load_default=None,
        **_TILLS["lock_after_seconds"],
    )


def _ceiling(role: str) -> Percent:
    return Percent(data_key=role, attribute=role, **_CEILINGS[role])


class DiscountCeilingsBody(Body):
    """The largest discount that each role may give, in percent; a role that is left out keeps its own."""

    admin = _ceiling(ADMIN)
    manager = _ceiling(MANAGER)
    cashier = _ceiling(CASHIER)
    clerk = _ceiling(CLERK)


class CompanySettingsEdit(CompanyEdit):
    """What can be set for the whole company; its currency stays what it is."""

    rounding_level = Choice("line", "order", load_default="line", **_SETTINGS["rounding_level"])
    rounding_mode = Choice("half_up", "half_even", load_default="half_up", **_SETTINGS["rounding_mode"])
    cash_rounding = Money(load_default=0, **_SETTINGS["cash_rounding"])
    discount_ceilings = Object(DiscountCeilingsBody(), **_SETTINGS["discount_ceilings"])
    backdating_days = Whole(
        least=0,
        most=_LONGEST_BACKDATING,
        load_default=BACKDATING_DAYS,
        **_SETTINGS["backdating_days"],
    )
    books_closed_until = Day(allow_none=True, load_default=None, **_SETTINGS["books_closed_until"])
    over_receive_percent = Percent(load_default=OVER_RECEIVE_PERCENT, **_SETTINGS["over_receive_percent"])
    default_lead_time_days = Whole(
        least=0,
        most=_LONGEST_LEAD_TIME,
        load_default=LEAD_TIME_DAYS,
        **_SETTINGS["default_lead_time_days"],
    )
    shift_required = Flag(load_default=False, **_SETTINGS["shift_required"])
    blind_close = Flag(load_default=False, **_SETTINGS["blind_close"])
    over_short_limit = Money(allow_none=True, load_default=None, **_SETTINGS["over_short_limit"])
    refund_to_original = Choice(
        *get_args(RefundMethods), load_default=REFUND_TO_ORIGINAL, **_SETTINGS["refund_to_original"]
    )
    cross_store_returns = Flag(load_default=True, **_SETTINGS["cross_store_returns"])
    return_days = Whole(
        least=0,
        most=_LONGEST_RETURN,
        allow_none=True,
        load_default=None,
        **_SETTINGS["return_days"],
    )
    held_hours = Whole(least=1, most=_LONGEST_HOLD, load_default=HELD_HOURS, **_SETTINGS["held_hours"])
    order_reservation_days = Whole(
        least=1,
        most=_LONGEST_RESERVATION,
        allow_none=True,
        load_default=ORDER_RESERVATION_DAYS,
        **_SETTINGS["order_reservation_days"],
    )
    receipt_paper = Choice(*get_args(ReceiptPaper), load_default=RECEIPT_PAPER, **_SETTINGS["receipt_paper"])
    week_start = Choice(*get_args(WeekStart), load_default=WEEK_START, **_SETTINGS["week_start"])
    reports_to_outside = Flag(load_default=False, **_SETTINGS["reports_to_outside"])
    auditor_email = Email(allow_none=True, load_default=None, **_SETTINGS["auditor_email"])
    public_proofs = Flag(load_default=False, **_SETTINGS["public_proofs"])
    receipt_header = optional(2000, **_SETTINGS["receipt_header"])
    receipt_footer = optional(2000, **_SETTINGS["receipt_footer"])
    pos = Object(TillPreferencesBody(), **_SETTINGS["pos"])
