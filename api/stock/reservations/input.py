"""What is asked of clients who reserve stock."""

from typing import get_args

from api.answers import meanings_of
from api.fields import Body, Choice, Id, Many, Moment, Object, OwnId, Quantity, optional
from api.queries import PageQuery
from api.stock.reservations.answers import ReservationAnswer, ReservationLineAnswer
from domain.stock.reservations import Status

_RESERVATION, _LINE = meanings_of(ReservationAnswer), meanings_of(ReservationLineAnswer)


class ReservedLine(Body):
    """So much of a variant."""

    variant_id = Id(required=True, **_LINE["variant_id"])
    quantity = Quantity(required=True, meaning="How much, in `unit_id`.", example="2")
    unit_id = Id(allow_none=True, load_default=None, **_LINE["unit_id"])


class ReservationBody(Body):
    """A reservation."""

    id = OwnId(**_RESERVATION["id"])
    storage_id = Id(required=True, **_RESERVATION["storage_id"])
    customer_id = Id(allow_none=True, load_default=None, **_RESERVATION["customer_id"])
    expires_at = Moment(required=True, meaning="When the promise lapses.", example="2030-03-14T18:00:00Z")
    occurred_at = Moment(allow_none=True, load_default=None, meaning="When it was agreed, if not right now.")
    reference = optional(200, **_RESERVATION["reference"])
    note = optional(1000, **_RESERVATION["note"])
    lines = Many(
        Object(ReservedLine()),
        required=True,
        shortest=1,
        longest=1000,
        meaning="The lines, each variant in one of them.",
    )


class ReleasedLine(Body):
    """So much of a variant, in its product's unit."""

    variant_id = Id(required=True, **_LINE["variant_id"])
    quantity = Quantity(required=True, meaning="How much, in the product's unit.", example="1")


class ReleaseBody(Body):
    """What is to be released of a reservation."""

    reason = optional(1000, meaning="Why.", example="Customer changed their mind")
    lines = Many(
        Object(ReleasedLine()),
        allow_none=True,
        load_default=None,
        shortest=1,
        longest=1000,
        meaning="What to release; without it, all that is still promised.",
    )


class ReservationsQuery(PageQuery):
    """Filters of the reservations."""

    order_id = Id(**_RESERVATION["order_id"])
    variant_id = Id(**_LINE["variant_id"])
    storage_id = Id(**_RESERVATION["storage_id"])
    status = Choice(*get_args(Status), **_RESERVATION["status"])
