"""What can be set for a whole company."""

from api.companies.input import CompanyEdit
from api.fields import Body, Choice, Flag, Object, Percent, Whole, optional
from domain.companies import BACKDATING_DAYS
from domain.money import MAX_AMOUNT
from domain.permissions import ADMIN, CASHIER, CLERK, MANAGER

_SHORTEST_LOCK, _LONGEST_LOCK = 10, 86_400
_LONGEST_BACKDATING = 3_650


class TillPreferencesBody(Body):
    """What tills do."""

    ask_for_customer = Flag(load_default=False, meaning="Whether tills ask for the customer.", example=False)
    lock_after_seconds = Whole(
        least=_SHORTEST_LOCK,
        most=_LONGEST_LOCK,
        allow_none=True,
        load_default=None,
        meaning="After how many seconds without use a till locks itself; null: never.",
        example=300,
    )


class DiscountCeilingsBody(Body):
    """The largest discount that each role may give, in percent; a role that is left out keeps its own."""

    admin = Percent(data_key=ADMIN, attribute=ADMIN, meaning="For admins.", example="100")
    manager = Percent(data_key=MANAGER, attribute=MANAGER, meaning="For managers.", example="100")
    cashier = Percent(data_key=CASHIER, attribute=CASHIER, meaning="For cashiers.", example="20")
    clerk = Percent(data_key=CLERK, attribute=CLERK, meaning="For inventory clerks.", example="0")


class CompanySettingsEdit(CompanyEdit):
    """What can be set for the whole company; its currency stays what it is."""

    rounding_level = Choice(
        "line",
        "order",
        load_default="line",
        meaning="Whether tax is rounded on each line or on the whole order.",
    )
    rounding_mode = Choice(
        "half_up",
        "half_even",
        load_default="half_up",
        meaning="Where halves go: away from zero, or to the even neighbour.",
    )
    cash_rounding = Whole(
        least=0,
        most=MAX_AMOUNT,
        load_default=0,
        meaning="To what cash is rounded, in minor currency units; 0: to nothing.",
        example=5,
    )
    discount_ceilings = Object(
        DiscountCeilingsBody(),
        meaning="The largest discount by role, in percent of what a line or basket costs without any; a role "
        "without a ceiling may give no discount.",
    )
    backdating_days = Whole(
        least=0,
        most=_LONGEST_BACKDATING,
        load_default=BACKDATING_DAYS,
        meaning="How many days back a sale or delivery may lie; further takes `pos.backdate`.",
        example=30,
    )
    receipt_header = optional(2000, meaning="Printed above each receipt.", example="Welcome!")
    receipt_footer = optional(2000, meaning="Printed below each receipt.", example="Thank you.")
    pos = Object(TillPreferencesBody(), meaning="What tills do.")
