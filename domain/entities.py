"""Things with a long life: registered once, edited in the trade's terms, archived in the end.

The fields of an entity are those of its `Registered` event. Each further event names the fields that change
together in one decision of the trade (a store is *relocated*, a product is *renamed*). Editing compares what
was asked with what is, and records only what really changes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from domain.aggregate import Aggregate, events_of
from domain.errors import Conflict

HEADER = frozenset({"originator_id", "originator_version", "originator_topic", "timestamp"})


class AlreadyArchived(Conflict):
    """It is archived; nothing more can be done with it."""

    code = "invalid_transition"
    remedy = "Use another one, or restore it where that can be done."


class NotRevisable(Exception):
    """No event of an entity revises a field, so nothing could record its change; the code is wrong."""


@cache
def fields_of(event: type[Aggregate.Event]) -> tuple[str, ...]:
    """The names of what an event says, without its header."""
    return tuple(field.name for field in fields(event) if field.name not in HEADER)


class Entity(Aggregate):
    """Something that is registered, revised and archived."""

    class Registered(Aggregate.Created):
        """It exists from now on."""

        def apply(self, aggregate: "Entity") -> None:
            """Take over every field."""
            aggregate.values = {name: getattr(self, name) for name in fields_of(type(self))}
            aggregate.is_archived = False

    class Revised(Aggregate.Event):
        """Some fields that belong together have new values."""

        shared: ClassVar[bool] = True

        def apply(self, aggregate: "Entity") -> None:
            """Take over the fields this event names."""
            aggregate.values.update((name, getattr(self, name)) for name in fields_of(type(self)))

    class Archived(Aggregate.Event):
        """It is out of use; its history stays."""

        def apply(self, aggregate: "Entity") -> None:
            """Close it."""
            aggregate.is_archived = True

    # NOTE: the library turns an annotated aggregate class into a dataclass; state is set by events alone.
    if TYPE_CHECKING:
        values: dict[str, Any]
        is_archived: bool

    def revise(self, changes: Mapping[str, Any]) -> None:
        """Record each event whose fields really change; asking for what already is records nothing.

        Raises AlreadyArchived, NotRevisable.
        """
        if self.is_archived:
            raise AlreadyArchived
        self.check_revisable(changes)
        after = {**self.values, **changes}
        for event in self.revisions():
            names = fields_of(event)
            if any(after[name] != self.values[name] for name in names):
                self.trigger_event(event, **{name: after[name] for name in names})

    def archive(self) -> None:
        """Put it out of use. Raises AlreadyArchived."""
        if self.is_archived:
            raise AlreadyArchived
        self.trigger_event(type(self).Archived)

    @classmethod
    def check_revisable(cls, names: Iterable[str]) -> None:
        """Raise NotRevisable for a field that no event revises."""
        revised = {name for event in cls.revisions() for name in fields_of(event)}
        for name in names:
            if name not in revised:
                message = f"{name} of {cls.__name__} can be edited, but is in none of its Revised events"
                raise NotRevisable(message)

    @classmethod
    def revisions(cls) -> tuple[type["Entity.Revised"], ...]:
        """The events by which an existing entity can change, in the order they were declared."""
        return tuple(event for _, event in events_of(cls) if issubclass(event, Entity.Revised))
