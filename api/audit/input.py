"""What is asked of the log."""

from typing import Any

from marshmallow import ValidationError, validates_schema

from api.audit.stories.languages import STORY_LANGUAGES
from api.fields import Body, Choice, Id, Many, Moment, OwnId, Text, Whole


class AuditStreamQuery(Body):
    """Which stretch of an aggregate's history."""

    after = Whole(
        least=0, most=2**62, meaning="The position you have seen last; without one, from the first."
    )
    before = Whole(
        least=1,
        most=2**62,
        meaning="Newest first: what lies before this position. One beyond the end begins with the newest.",
        example=9_007_199_254_740_991,
    )
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)
    lang = Choice(
        *STORY_LANGUAGES,
        meaning="The language of sentences; without it the best of Accept-Language, else English.",
        example="de",
    )

    @validates_schema
    def check_one_direction(self, query: dict[str, Any], **_: Any) -> None:
        """Raise ValidationError when both directions are named."""
        if "after" in query and "before" in query:
            raise ValidationError(
                {name: ["Go on after or before, not both."] for name in ("after", "before")}
            )


class AuditQuery(AuditStreamQuery):
    """Filters of the log; `from` and `to` are times of recording."""

    type = Text(
        shortest=1,
        longest=200,
        meaning="The type of event, such as `stores.Store.Renamed`, or its beginning: `stores.Store` for all "
        "of it.",
    )
    stream_type = Text(
        shortest=1,
        longest=200,
        meaning="Only about things of this kind: the type of an event without its last part.",
        example="stores.Store",
    )
    stream_id = Id(meaning="Only about this thing.")
    actor_id = Id(meaning="Only what this user did.")
    request_id = Text(
        shortest=1,
        longest=128,
        meaning="Only what this request did: its `X-Request-Id`.",
        example="till-7:42",
    )
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


class AuditVerificationBody(AuditProofQuery):
    """Which stretch of the log; without either, all of it."""

    id = OwnId(meaning="Its id; you may choose it yourself.")


class LogExportBody(AuditVerificationBody):
    """Which stretch of the log, and without what; without anything, all of it."""

    withhold = Many(
        Choice("metadata", meaning="Who did it and when."),
        longest=1,
        load_default=list,
        meaning="What a digest stands for: `metadata`, so that nobody reads who did what.",
        example=["metadata"],
    )
