"""What is asked of the log."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.fields import Body, Id, Moment, Text, Whole


class AuditStreamQuery(Body):
    """Which stretch of an aggregate's history."""

    after = Whole(least=0, most=2**62, load_default=0, meaning="The position you have seen last.")
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)


class AuditQuery(AuditStreamQuery):
    """Filters of the log; `from` and `to` are times of recording."""

    type = Text(
        shortest=1,
        longest=200,
        meaning="The type of event, such as `stores.Store.Renamed`, or its beginning: `stores.Store` for all "
        "of it.",
    )
    stream_id = Id(meaning="Only about this thing.")
    actor_id = Id(meaning="Only what this user did.")
    from_time = Moment(
        data_key="from", meaning="Not recorded before this time.", example="2026-03-01T00:00:00Z"
    )
    to_time = Moment(data_key="to", meaning="Recorded before this time.", example="2026-04-01T00:00:00Z")


class AuditStateQuery(Body):
    """At which point: neither means now."""

    version = Whole(least=1, most=2**62, meaning="As it was at this version.")
    as_of = Moment(meaning="As it was recorded by this time.")

    @validates_schema
    def check_one_point(self, query: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError when two points are named."""
        if "version" in query and "as_of" in query:
            raise ValidationError({name: ["Name a version or a time, not both."] for name in query})


class AuditProofQuery(Body):
    """Which stretch of the log; without either, all of it."""

    from_position = Whole(
        least=1, most=2**62, load_default=1, data_key="from", meaning="The first position.", example=1
    )
    to_position = Whole(
        least=1,
        most=2**62,
        load_default=None,
        allow_none=True,
        data_key="to",
        meaning="The last position; without one, the head of the log, which then has to agree as well.",
    )
