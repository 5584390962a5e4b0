"""One kind of event: its fields, its versions, and how its JSON is read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, Literal, get_type_hints
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate, events_of
from domain.entities import fields_of
from infra.eventstore.sealing import tells_anything
from projections.base import DamagedEvent, EventNotReadable, NewerEvent
from projections.public_records import Telling, public_record
from projections.records import Record, paths_of, record

Decode = Callable[[str | bytes], Any]


@dataclass(frozen=True)
class EventType:
    """One kind of event, under the name by which the log knows it for ever."""

    name: str
    event: type[Aggregate.Event]
    aggregate: type[Aggregate]
    fields: tuple[str, ...]
    version: int

    @property
    def private(self) -> Mapping[str, Any]:
        """Its fields that tell about a person, with what they read once that person is forgotten."""
        return self.event.private

    def state_of(self, event: Aggregate.Event) -> dict[str, Any]:
        """What an event of this type says, as it was given, with its version."""
        values = event.__dict__
        state = {name: values[name] for name in self.fields}
        if self.version > 1:
            state["class_version"] = self.version
        return state

    def subject_of(self, event: Aggregate.Event) -> UUID | None:
        """Whom an event of this type tells about; None where it tells about nobody."""
        return self._subject_of(event)[0] if self.private else None

    def _subject_of(self, event: Aggregate.Event) -> tuple[UUID | None, str]:
        """That, and what the person is."""
        own: UUID | None = getattr(event, self.event.subject)
        if own is None:
            for name, kind in self.event.other_subjects.items():
                if other := getattr(event, name):
                    return other, kind
        return own, self.event.subject_kind

    def subject_kind_of(self, event: Aggregate.Event) -> str:
        """What the person is whom an event of this type tells about."""
        return self._subject_of(event)[1]

    def tells_anything(self, event: Aggregate.Event) -> bool:
        """Whether any of its private fields holds something in an event of this type."""
        return tells_anything(event, self.private)

    def reads_private(self, record: Record) -> bool:
        """Whether a record has fields that tell about a person."""
        return not self.private.keys().isdisjoint(paths_of(record))

    @cached_property
    def decode(self) -> Decode:
        """The function that decodes a state to all that the event says, in the domain's own values."""
        return self.decode_as(record(self.name, self.event, get_type_hints(self.event)))

    @cached_property
    def record(self) -> Record:
        """What followers of the log are told of it: all but what tells about a person or may be a secret."""
        return public_record(self.event, Telling(without=self._untold), self.name)

    @cached_property
    def tell(self) -> Decode:
        """The function that decodes a state, sealed or not, to what followers are told."""
        return self._tell(with_costs=True)

    @cached_property
    def tell_without_costs(self) -> Decode:
        """The same for those who may not see costs."""
        return self._tell(with_costs=False)

    @property
    def _untold(self) -> frozenset[str]:
        return self.event.withheld.union(self.private)

    def _tell(self, *, with_costs: bool) -> Decode:
        telling = Telling(without=self._untold, with_costs=with_costs, as_written=True)
        return self.decode_as(public_record(self.event, telling, self.name))

    def decode_as(self, record: Record) -> Decode:
        """The function that decodes a state, of whatever version, to a record of fields of the event."""
        # A state of the first version does not say that it is.
        version = ("class_version", Literal[self.version], *((1,) if self.version == 1 else ()))
        versioned = msgspec.defstruct(
            record.__name__, [version], bases=(record,), frozen=True, kw_only=True, gc=False
        )
        decoder = msgspec.json.Decoder(versioned)
        return decoder.decode if self.version == 1 else partial(self._decode, decoder)

    def _decode(self, decoder: msgspec.json.Decoder[Any], state: str | bytes) -> Any:
        # A state of the current version, nearly every one, is decoded straight: only one that the decoder
        # refuses may be of an older version.
        try:
            return decoder.decode(state)
        except msgspec.ValidationError:
            return msgspec.convert(self.lifted(state), decoder.type)

    def trouble_with(self, state: str | bytes) -> EventNotReadable:
        """Why a state could not be decoded: it was written by a newer version, or is not what was written."""
        try:
            version = msgspec.json.decode(state).get("class_version", 1)
        except (msgspec.DecodeError, AttributeError, UnicodeDecodeError):
            version = None
        if isinstance(version, int) and version > self.version:
            return NewerEvent(
                f"The event {self.name} is of version {version}, which this server does not know."
            )
        return DamagedEvent(f"The state of the event {self.name} is not what the event says.")

    def lifted(self, state: str | bytes) -> dict[str, Any]:
        """A state of any version, led step by step through the `upcast_vN_vM` of the event's class."""
        lifted: dict[str, Any] = msgspec.json.decode(state)
        for version in range(lifted.get("class_version", 1), self.version):
            getattr(self.event, f"upcast_v{version}_v{version + 1}")(lifted)
            lifted["class_version"] = version + 1
        return lifted


def event_types_of(aggregate: type[Aggregate]) -> Iterable[EventType]:
    """The kinds of events that an aggregate has."""
    for name, event in events_of(aggregate):
        version = getattr(event, "class_version", 1)
        yield EventType(f"{aggregate.type_name}.{name}", event, aggregate, fields_of(event), version)
