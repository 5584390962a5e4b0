"""What is asked of the log of the service."""

from collections.abc import Mapping
from typing import get_args
from uuid import UUID

from marshmallow import ValidationError

from api.fields import Body, Choice, Id, Moment, Text, Whole
from api.logs.answers import Level
from projections.log_lines import moment_of

#: Levels by what they are called in requests as well.
SYNONYMS: Mapping[str, Level] = {"warn": "warning"}


def check_line_id(line_id: UUID) -> None:
    """Raise ValidationError for what is no id of a line."""
    if moment_of(line_id) is None:
        raise ValidationError("Not the id of a line.")


class LogQuery(Body):
    """Filters of the log; without times it is about the last seven days."""

    level = Choice(
        *(*get_args(Level), *SYNONYMS),
        meaning="Only lines of this level; `warn` is `warning`.",
        example="error",
    )
    from_time = Moment(
        data_key="from", meaning="Not written before this time.", example="2026-03-01T00:00:00Z"
    )
    to_time = Moment(data_key="to", meaning="Written before this time.", example="2026-03-02T00:00:00Z")
    search = Text(
        shortest=1,
        longest=200,
        meaning="A part of `event` or of the JSON of `fields`, in either case of letters.",
        example="mail",
    )
    request_id = Text(
        shortest=1,
        longest=128,
        meaning="Only what this request caused: its `X-Request-Id`.",
        example="till-7:42",
    )
    company_id = Id(meaning="Only what names this company.")
    logger = Text(
        shortest=1, longest=200, meaning="Only what this part of the service wrote.", example="jobs"
    )
    before = Id(validate=check_line_id, meaning="The id of the last line you have seen: older ones follow.")
    limit = Whole(least=1, most=100, load_default=20, meaning="How many at most.", example=20)
