"""Between facts in memory and the bytes of the log: stable type names, JSON states, old versions lifted."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, partial
from types import MappingProxyType
from typing import Any, Literal, cast, get_type_hints
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate, events_of
from domain.entities import fields_of
from infra.eventstore.data_keys import DataKeys, NoDataKey
from infra.eventstore.sealing import (
    BrokenSeal,
    Place,
    about,
    forgotten,
    is_sealed,
    opened,
    sealed,
    subject_of,
    tells_anything,
    without_subject,
)
from projections.base import DamagedEvent, EventNotReadable, NewerEvent
from projections.feed import Told
from projections.public_records import Telling, public_record
from projections.records import Reading, Record, narrowed, paths_of, record

Decode = Callable[[str | bytes], Any]
#: By event, the fields of it that are read.
Readings = Mapping[type[Aggregate.Event], type[Reading]]
_NO_READINGS: Readings = MappingProxyType({})
#: By person, the key with which is sealed what events tell about them; None: they are forgotten.
SubjectKeys = Mapping[UUID, bytes | None]


class Metadata(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Who caused an event, in answer to what. `at` is when it was decided; the log adds its own time.

    From which network address is for sessions and the log of requests, which expire. Events of earlier
    versions name it still: their bytes stay, and nobody reads it.

    `content` is a fingerprint of the request, where that made something: by it a repetition is known.
    `approved_by` is whoever let the actor do it, with an approval that the request brought.
    """

    at: datetime
    actor: UUID | None = None
    request: str | None = None
    causation: str | None = None
    correlation: str | None = None
    terminal: str | None = None
    content: str | None = None
    approved_by: UUID | None = None


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


@cache
def _narrow(kind: EventType, reading: Any) -> Decode:
    return kind.decode_as(narrowed(kind.event, reading, kind.name))


class EventTypes:
    """Every event type by its stable name and by its class."""

    def __init__(self, aggregates: Iterable[type[Aggregate]], data_keys: DataKeys | None = None) -> None:
        self.data_keys = data_keys or DataKeys()
        kinds = [kind for aggregate in aggregates for kind in _event_types(aggregate)]
        self.by_name = {kind.name: kind for kind in kinds}
        self.by_event = {kind.event: kind for kind in kinds}

    def named(self, name: str) -> EventType:
        """The type of that name. Raises NewerEvent."""
        try:
            return self.by_name[name]
        except KeyError:
            raise NewerEvent(f"This server does not know the event {name}.") from None

    def encode(self, event: Aggregate.Event) -> tuple[str, str]:
        """The stable type name and the JSON state of an event, with all that it tells."""
        kind = self.by_event[type(event)]
        return kind.name, _encoder.encode(kind.state_of(event)).decode()

    def sealed(self, event: Aggregate.Event, company_id: UUID, keys: SubjectKeys) -> tuple[str, str]:
        """The same as the log takes it: what it tells about a person is sealed with the person's key.

        It is left out where `keys` say that the person is forgotten.
        """
        kind = self.by_event[type(event)]
        subject_id = kind.subject_of(event)
        if subject_id is None or not kind.tells_anything(event):
            name, text = self.encode(event)
            return name, about(subject_id, text) if subject_id else text
        state = msgspec.to_builtins(kind.state_of(event))
        if key := keys[subject_id]:
            place = Place(company_id, subject_id, event.originator_id, event.originator_version, kind.name)
            return kind.name, _encoder.encode(sealed(state, kind.private, key, place)).decode()
        return kind.name, about(subject_id, _encoder.encode(forgotten(state, kind.private)).decode())

    def subjects_of(self, events: Iterable[Aggregate.Event]) -> tuple[dict[UUID, str], set[UUID]]:
        """Whom these events tell something about, each with its kind, and who of them is new with them."""
        kinds, new = {}, set()
        for event in events:
            kind = self.by_event[type(event)]
            if (subject_id := kind.subject_of(event)) and kind.tells_anything(event):
                kinds[subject_id] = kind.subject_kind_of(event)
                if event.originator_version == 1 and event.originator_id == subject_id:
                    new.add(subject_id)
        return kinds, new

    def persons_in(self, events: Iterable[Aggregate.Event]) -> set[UUID]:
        """Whom these events are about, be it that they tell anything or not."""
        return {subject for event in events if (subject := self.by_event[type(event)].subject_of(event))}

    def reread(self, event: Aggregate.Event, state: str) -> Aggregate.Event:
        """An event as its state says, where that tells less than the event did."""
        kind = self.by_event[type(event)]
        if is_sealed(state) or not (kind.subject_of(event) and kind.tells_anything(event)):
            return event
        data = kind.decode(state)
        told = object.__new__(kind.event)
        told.__dict__.update(event.__dict__, **{field: getattr(data, field) for field in kind.fields})
        return told

    def opened(self, state: str, place: Place, wrapped: bytes | None) -> str:
        """The sealed state of an event as it was before, by the key of whom it tells about.

        Without a key what was sealed is forgotten. Raises DamagedEvent, NoDataKey.
        """
        kind = self.by_name[place.type]
        key = self.data_keys.unwrap(wrapped, place.company_id, place.subject_id) if wrapped else None
        try:
            return opened(state, kind.private, key, place)
        except BrokenSeal as error:
            raise kind.trouble_with(state) from error

    def _state(self, kind: EventType, row: Mapping[str, Any]) -> str:
        """The state of a row of the log (`projections.log.EVENT`), opened."""
        state: str = row["state"]
        if not kind.private or not is_sealed(state):
            return state
        subject_id = subject_of(state)
        place = Place(row["company_id"], subject_id, row["stream_id"], row["stream_version"], kind.name)
        return self.opened(state, place, row["subject_key"])

    def in_clear(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of the log with its state as it was before it was sealed; as it is where it is unreadable."""
        try:
            state = self._state(self.named(row["type"]), row)
        except EventNotReadable:
            return dict(row)
        return {**row, "state": without_subject(state)}

    def members(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The state of a row of the log, of its event's present version, opened, without whom it is about.

        Raises NewerEvent, DamagedEvent.
        """
        kind = self.named(row["type"])
        try:
            return kind.lifted(without_subject(self._state(kind, row)))
        except (msgspec.MsgspecError, KeyError, TypeError, AttributeError) as error:
            raise kind.trouble_with(row["state"]) from error

    def decode(
        self, row: Mapping[str, Any], readings: Readings = _NO_READINGS
    ) -> tuple[type[Aggregate.Event], Any]:
        """What a row of the log says: the event, and of those in `readings` what these read, else all.

        Raises NewerEvent, DamagedEvent.
        """
        kind = self.named(row["type"])
        reading: Any = readings.get(kind.event)
        decode = _narrow(kind, reading) if reading else kind.decode
        try:
            return kind.event, decode(self._state(kind, row))
        except msgspec.DecodeError as error:
            raise kind.trouble_with(row["state"]) from error

    def told(self, row: Mapping[str, Any], *, with_costs: bool) -> Told:
        """What followers of the log are told of a row of it: of what may be sealed nothing, sealed or not.

        Raises NewerEvent, DamagedEvent.
        """
        kind = self.named(row["type"])
        decode = kind.tell if with_costs else kind.tell_without_costs
        try:
            data, metadata = decode(row["state"]), decode_metadata(row["metadata"])
        except msgspec.DecodeError as error:
            raise kind.trouble_with(row["state"]) from error
        # Whatever version it was recorded in, it is told in the present one.
        msgspec.structs.force_setattr(data, "class_version", msgspec.UNSET)
        return Told(data, metadata.at, metadata.actor)

    def rebuild(self, rows: Iterable[Mapping[str, Any]]) -> Aggregate | None:
        """The aggregate that results from its events, rows of the log in order.

        Raises NewerEvent, DamagedEvent.
        """
        aggregate: Aggregate | None = None
        for aggregate in self.replay(rows):  # noqa: B007 the last one is what results
            pass
        return aggregate

    def replay(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Aggregate]:
        """The aggregate as each of its events leaves it, always the same object; rows of the log in order.

        Raises NewerEvent, DamagedEvent: nobody goes on from a stream that is only half understood.
        """
        aggregate: Aggregate | None = None
        for row in rows:
            kind = self.named(row["type"])
            try:
                aggregate = _applied(kind, row, self._state(kind, row), aggregate)
            except NoDataKey:
                raise
            except Exception as error:
                # A state that decodes may still not be one that its stream can have come to.
                raise kind.trouble_with(row["state"]) from error
            yield aggregate


def _applied(kind: EventType, row: Mapping[str, Any], state: str, aggregate: Aggregate | None) -> Aggregate:
    """What an aggregate is after one more event, a row of the log whose state was opened."""
    data = kind.decode(state)
    attributes = {field: getattr(data, field) for field in kind.fields}
    metadata = decode_metadata(row["metadata"])
    attributes.update(
        originator_id=row["stream_id"],
        originator_version=row["stream_version"],
        timestamp=metadata.at,
    )
    if aggregate is None:
        attributes["originator_topic"] = _topic(kind.aggregate)
    event = object.__new__(kind.event)
    event.__dict__.update(attributes)
    result = cast("Aggregate", event.mutate(aggregate))
    if aggregate is None:
        result.attribute_to(metadata.actor)
    return result


_encoder = msgspec.json.Encoder()
_metadata_decoder = msgspec.json.Decoder(Metadata)


def encode_metadata(metadata: Metadata) -> str:
    """The JSON of an event's metadata."""
    return _encoder.encode(metadata).decode()


def decode_metadata(text: str | bytes) -> Metadata:
    """The metadata of an event from its JSON."""
    return _metadata_decoder.decode(text)


@cache
def _topic(aggregate: type[Aggregate]) -> str:
    return f"{aggregate.__module__}:{aggregate.__qualname__}"


def _event_types(aggregate: type[Aggregate]) -> Iterable[EventType]:
    for name, event in events_of(aggregate):
        version = getattr(event, "class_version", 1)
        yield EventType(f"{aggregate.type_name}.{name}", event, aggregate, fields_of(event), version)
