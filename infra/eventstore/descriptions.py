"""What there is to follow: each type of event with its meaning and the schema of what it says."""

import inspect
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import msgspec

from domain.aggregate import Aggregate
from infra.eventstore.codec import EventType, EventTypes


@dataclass(frozen=True)
class EventDescription:
    """A type of event, as a follower of the log knows it."""

    type: str
    version: int
    meaning: str
    json_schema: dict[str, Any]


class EventCatalog:
    """Every type of event there is."""

    def __init__(self, types: EventTypes) -> None:
        self._types = types

    @property
    def names(self) -> Collection[str]:
        """The names of all types."""
        return self._types.by_name.keys()

    @cached_property
    def descriptions(self) -> tuple[EventDescription, ...]:
        """All types in the order of their names."""
        return tuple(_described(kind) for _, kind in sorted(self._types.by_name.items()))


def _described(kind: EventType) -> EventDescription:
    meaning = meaning_of(kind.event)
    return EventDescription(kind.name, kind.version, meaning, schema_of(kind, meaning))


def meaning_of(event: type[Aggregate.Event]) -> str:
    """What an event's docstring says, be it that of the event it was derived from; empty without one."""
    own = (base for base in event.__mro__ if base.__name__ == event.__name__)
    # A dataclass without a docstring is given its signature for one.
    words = (inspect.cleandoc(base.__dict__.get("__doc__") or "") for base in own)
    return next((one for one in words if one and not one.startswith(f"{event.__name__}(")), "")


def schema_of(kind: EventType, meaning: str) -> dict[str, Any]:
    """The JSON Schema of what followers are told of an event; those of values within it are beside it."""
    schema = msgspec.json.schema(kind.record)
    own: dict[str, Any] = schema["$defs"].pop(kind.name)
    within = {"$defs": schema["$defs"]} if schema["$defs"] else {}
    return {**own, "description": meaning, **within}
