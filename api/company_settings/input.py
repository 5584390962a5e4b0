"""What can be set for a whole company."""

from api.answers import meanings_of
from api.companies.input import CompanyEdit
from api.company_settings.answers import (
    CompanySettingsAnswer,
    DiscountCeilingsAnswer,
    TillPreferencesAnswer,
)
from api.fields import Body, Choice, Day, Flag, Object, Percent, Whole, optional
from domain.companies import BACKDATING_DAYS, LEAD_TIME_DAYS, OVER_RECEIVE_PERCENT
from domain.money import MAX_AMOUNT
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER

_SHORTEST_LOCK, _LONGEST_LOCK = 10, 86_400
_LONGEST_BACKDATING = 3_650
_LONGEST_LEAD_TIME = 365


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
    cash_rounding = Whole(
        least=0,
        most=MAX_AMOUNT,
        load_default=0,
        meaning="To what cash is rounded, in minor currency units; 0: to nothing.",
        example=5,
    )
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
    receipt_header = optional(2000, **_SETTINGS["receipt_header"])
    receipt_footer = optional(2000, **_SETTINGS["receipt_footer"])
    pos = Object(TillPreferencesBody(), **_SETTINGS["pos"])
