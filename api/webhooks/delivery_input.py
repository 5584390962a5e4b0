"""What is asked of clients about deliveries and replays."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_args

from marshmallow import ValidationError, validates_schema

from api.fields import Body, Choice, Moment, PositionOrMoment, Text, Whole
from api.fields.places import FARTHEST
from api.webhooks.input import Distinct
from domain.event_patterns import MOST_PATTERNS
from domain.webhooks.deliveries import DeliveryStatus


class DeliveriesQuery(Body):
    """Filters of deliveries."""

    after = Whole(
        least=0, most=FARTHEST, load_default=0, meaning="The `next_after` that you got last.", example=17
    )
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)
    status = Choice(*get_args(DeliveryStatus), meaning="Only these.")
    type = Text(
        shortest=1,
        longest=100,
        meaning="Of this type of event, or of those that begin so, up to a dot.",
        example="orders.Order",
    )


class ReplayBody(Body):
    """Which events are sent once more: from a position or from a time, one of both."""

    example: ClassVar[Mapping[str, Any] | None] = {"from_position": 1, "to": 1200}

    from_position = Whole(least=1, most=FARTHEST, meaning="The first position.", example=1)
    from_time = Moment(meaning="Recorded at this time or later.", example="2026-03-01T00:00:00Z")
    to = PositionOrMoment(
        meaning="The last position, as a number, with `from_position`; or the last time, with `from_time`. "
        "Without it, up to the end of the log.",
        example=1200,
    )
    types = Distinct(
        Text(shortest=1, longest=100),
        shortest=1,
        longest=MOST_PATTERNS,
        allow_none=True,
        load_default=None,
        meaning="Only these types; without them, those of the webhook.",
        example=["orders.Order.Sold"],
    )

    @validates_schema
    def _check_beginning(self, data: dict[str, Any], **_: Any) -> None:
        if ("from_position" in data) == ("from_time" in data):
            raise ValidationError("Say either from_position or from_time.", "from_position")
        if "to" in data and isinstance(data["to"], int) != ("from_position" in data):
            raise ValidationError("A position with from_position, a time with from_time.", "to")
