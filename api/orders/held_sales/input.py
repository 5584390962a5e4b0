"""What is asked of tills that park sales and take them up again."""

from api.answers import meanings_of
from api.fields import Body, Choice, Flag, Id, OwnId, optional
from api.orders.held_sales.answers import HeldSaleAnswer
from api.orders.input import BasketBody
from api.queries import ListQuery
from projections.held_sales import SORT_KEYS

_HELD = meanings_of(HeldSaleAnswer)


class HoldBody(BasketBody):
    """A basket that is to be parked."""

    id = OwnId(**_HELD["id"])
    label = optional(100, **_HELD["label"])
    note = optional(1000, **_HELD["note"])
    reserve = Flag(
        load_default=False,
        meaning="Whether its goods are reserved for it until `expires_at`; else they stay free.",
        example=False,
    )
    held_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The parked sale that it was taken up from, which is discarded for this one.",
    )


class ResumeBody(Body):
    """At which till a parked sale is taken up."""

    register_id = Id(
        allow_none=True,
        load_default=None,
        meaning="The till. Without it whoever takes it up has it, and sells it at any till or none.",
    )
    take_over = Flag(
        load_default=False,
        meaning="Take it from the till that has it; takes `pos.approve`.",
        example=False,
    )


class HeldSalesQuery(ListQuery):
    """Filters of the parked sales; `search` looks into labels and notes."""

    store_id = Id(**_HELD["store_id"])
    register_id = Id(**_HELD["register_id"])
    cashier_id = Id(**_HELD["cashier_id"])
    sort = Choice(
        *SORT_KEYS, load_default="-held_at", meaning="What to sort by; a minus turns the order around."
    )
