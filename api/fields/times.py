"""Times, dates and times of day."""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import ValidationError, fields

from api.fields.body import Described
from api.fields.texts import Text

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
# Nothing in the trade is older, and the first days of the calendar have no local time in every zone.
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


class Moment(Described, fields.AwareDateTime):
    """A time, ISO 8601 with a zone, kept in UTC; from the year 1900 on."""

    default_error_messages = dict.fromkeys(
        ("invalid", "invalid_awareness", "format"),
        "Must be a time with its zone, such as 2026-03-01T09:00:00Z.",
    )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        moment: datetime = super()._deserialize(value, attr, data, **kwargs)
        try:
            moment = moment.astimezone(UTC)
        except OverflowError:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE) from None
        if moment < _EARLIEST:
            raise ValidationError("Must not lie before the year 1900.")
        return moment


class Day(Described, fields.Date):
    """A date, YYYY-MM-DD and nothing else that ISO 8601 allows."""

    default_error_messages = dict.fromkeys(("invalid", "format"), "Must be a date, such as 2026-03-01.")

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _DAY.match(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class DayCut(Text):
    """A time of day, HH:MM."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
            raise ValidationError("Must be a time of day, HH:MM, such as 04:00.")
        return text
