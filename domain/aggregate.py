"""What every aggregate of the trade shares: it decides, records facts, and is rebuilt from them."""

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, ClassVar, Self, cast
from uuid import UUID

from eventsourcing.domain import Aggregate as LibraryAggregate
from eventsourcing.utils import get_topic, resolve_topic

# The time of a fact is the log's business: whoever saves it stamps it, whoever loads it restores it.
UNSTAMPED = datetime(1970, 1, 1, tzinfo=UTC)


class Aggregate(LibraryAggregate):
    """A consistency boundary. Public methods decide; the `apply` of an event only changes state."""

    #: The stable first part of the names of its events in the log, never a Python path.
    type_name: ClassVar[str]

    class Event(LibraryAggregate.Event):
        """A fact about one aggregate, in the past tense."""

        #: True, in a class's own body, for what several events have in common and never happens itself.
        shared: ClassVar[bool] = True
        #: Its fields that tell about a person, each with what it reads once that person is forgotten. A dot
        #: leads into a value or into each of a list (`payments.reference`).
        private: ClassVar[Mapping[str, Any]] = MappingProxyType({})
        #: Its fields that no follower of the log outside is told: an address may have a secret in it.
        withheld: ClassVar[frozenset[str]] = frozenset()
        #: The field that names the person they tell about; where it names nobody, they are as any others.
        subject: ClassVar[str] = "originator_id"
        #: What that person is, such as `customer`.
        subject_kind: ClassVar[str] = "customer"
        #: Where that field names nobody, others that may, each with what the person is then.
        other_subjects: ClassVar[Mapping[str, str]] = MappingProxyType({})

        @staticmethod
        def create_timestamp() -> datetime:
            """Leave the time open: `domain` has no clock."""
            return UNSTAMPED

        def stamp(self, moment: datetime) -> None:
            """Say when it was decided; whoever saves it does."""
            vars(self)["timestamp"] = moment

    class Created(Event, LibraryAggregate.Created):
        """The first fact of an aggregate."""

        shared: ClassVar[bool] = True

        def mutate(self, aggregate: Any) -> Any:
            """Make the aggregate, which must not be there yet.

            None has a constructor of its own: what it is follows from `apply`. So the library's search for
            what a constructor may take of the fact is left out, which took longer than all else of it.
            """
            if aggregate is not None:
                raise AssertionError("the first fact of an aggregate that is there already")
            kind = resolve_topic(self.originator_topic)
            made = kind.__new__(kind)
            made.__base_init__(self.originator_id, self.originator_version, self.timestamp)
            self.apply(made)
            return made

    def is_within(self, store_ids: Collection[UUID]) -> bool:  # noqa: ARG002 what belongs to stores looks at it
        """Whether it is there for somebody who works in these stores; without stores, everything is."""
        return True

    @property
    def created_by(self) -> UUID | None:
        """The user who decided its first fact; None for what the service did by itself."""
        return cast("UUID | None", vars(self).get("_created_by"))

    def stamp(self, moment: datetime, actor_id: UUID | None) -> None:
        """Say when and by whom its newest facts were decided, and with them the aggregate's own times."""
        if self._created_on is UNSTAMPED:
            self._created_on = moment
            self.attribute_to(actor_id)
        self._modified_on = moment

    def attribute_to(self, actor_id: UUID | None) -> None:
        """Say whose decision its first fact was; whoever saves it or loads it does."""
        self._created_by = actor_id

    def new_events(self) -> list["Aggregate.Event"]:
        """Hand over the facts it recorded since it was loaded, oldest first."""
        return cast("list[Aggregate.Event]", list(self.collect_events()))

    @classmethod
    def begin(cls, event: type["Aggregate.Created"], aggregate_id: UUID, **facts: Any) -> Self:
        """Make an aggregate by recording its first fact."""
        first = event(
            originator_topic=get_topic(cls),
            originator_id=aggregate_id,
            originator_version=cls.INITIAL_VERSION,
            timestamp=UNSTAMPED,
            **facts,
        )
        aggregate = cast("Self", first.mutate(None))
        aggregate.pending_events.append(first)
        return aggregate


def events_of(aggregate: type[Aggregate]) -> Iterator[tuple[str, type[Aggregate.Event]]]:
    """Every event that an aggregate records, by its name."""
    for name, event in vars(aggregate).items():
        if isinstance(event, type) and issubclass(event, Aggregate.Event) and not _is_shared(name, event):
            yield name, event


def _is_shared(name: str, event: type[Aggregate.Event]) -> bool:
    # The library derives an own `Event`, `Revised` and so on for every aggregate; they inherit the mark.
    return any("shared" in vars(base) and base.__name__ == name for base in event.__mro__)
