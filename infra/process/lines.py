"""One line of a log: what all lines have in common is made here, and what is left are fields of its own."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from infra.process.hiding import hidden
from infra.process.ids import uuid7_at

#: How many bytes the fields of a line have at most; of more, only the beginning is told.
LONGEST_FIELDS = 16_384
_LONGEST_NAME = 200

_encode = msgspec.json.Encoder().encode


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What was logged, with nothing in it that nobody may read. `fields` is an object of JSON."""

    #: By it lines are in the order of time, too.
    id: UUID
    at: datetime
    level: str
    logger: str
    event: str
    request_id: str | None = None
    company_id: UUID | None = None
    user_id: UUID | None = None
    #: The template of the path that was asked for: what stands in a path may be a secret or a person's.
    route: str | None = None
    status: int | None = None
    milliseconds: float | None = None
    fields: msgspec.Raw

    def text(self) -> bytes:
        """The line as it is written to a stream."""
        return _encode(self) + b"\n"


def line_of(event: Mapping[str, Any], *, logger: str, level: str) -> Line:
    """The line that tells of an event; what of it is not common to all lines becomes its fields."""
    rest: dict[str, Any] = {}
    common: dict[str, Any] = {}
    for name, value in event.items():
        read = _COMMON.get(name)
        if read is None:
            rest[name] = value
        elif value is not None:
            # What is not what it should be stays where it is.
            taken = read(value)
            (rest if taken is None else common)[name] = value if taken is None else taken
    what = str(rest.pop("event", ""))
    at = datetime.now(UTC)
    return Line(
        id=uuid7_at(at),
        at=at,
        level=level,
        logger=logger[:_LONGEST_NAME],
        event=hidden(what),
        **common,
        fields=_fields(rest),
    )


def _fields(rest: Mapping[str, Any]) -> msgspec.Raw:
    if not rest:
        return msgspec.Raw(b"{}")
    encoded = _encode(hidden(rest))
    if len(encoded) > LONGEST_FIELDS:
        beginning = encoded[:LONGEST_FIELDS].decode(errors="replace")
        encoded = _encode({"bytes": len(encoded), "beginning": beginning})
    return msgspec.Raw(encoded)


def _id(value: Any) -> UUID | None:
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None


def _name(value: Any) -> str | None:
    """A text that was looked at before, or is our own; a client's may be a token, which is hidden as such."""
    if not isinstance(value, str):
        return None
    return hidden(value[:_LONGEST_NAME]) if "eyJ" in value or not value.isascii() else value[:_LONGEST_NAME]


def _whole(value: Any) -> int | None:
    return value if type(value) is int and abs(value) < 2**31 else None


def _number(value: Any) -> float | None:
    return float(value) if type(value) in {int, float} else None


_COMMON: Mapping[str, Callable[[Any], Any]] = {
    "request_id": _name,
    "company_id": _id,
    "user_id": _id,
    "route": _name,
    "status": _whole,
    "milliseconds": _number,
}
