"""All kinds of events: facts in memory become bytes of the log, and bytes of any version become facts."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import msgspec

from domain.aggregate import Aggregate
from infra.eventstore.codec.event_type import Decode, EventType, event_types_of
from infra.eventstore.codec.metadata import decode_metadata
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
    without_subject,
)
from projections.base import EventNotReadable, NewerEvent
from projections.feed import PublicFact
from projections.records import Reading, narrowed

#: By event, the fields of it that are read.
Readings = Mapping[type[Aggregate.Event], type[Reading]]
_NO_READINGS: Readings = MappingProxyType({})
#: By person, the key with which is sealed what events tell about them; None: they are forgotten.
SubjectKeys = Mapping[UUID, bytes | None]

_encoder = msgspec.json.Encoder()


class EventTypes:
    """Every event type by its stable name and by its class."""

    def __init__(self, aggregates: Iterable[type[Aggregate]], data_keys: DataKeys | None = None) -> None:
        self.data_keys = data_keys or DataKeys()
        kinds = [kind for aggregate in aggregates for kind in event_types_of(aggregate)]
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

    def public_fact(self, row: Mapping[str, Any], *, with_costs: bool) -> PublicFact:
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
        return PublicFact(data, metadata.at, metadata.actor)

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


@cache
def _narrow(kind: EventType, reading: Any) -> Decode:
    return kind.decode_as(narrowed(kind.event, reading, kind.name))


@cache
def _topic(aggregate: type[Aggregate]) -> str:
    return f"{aggregate.__module__}:{aggregate.__qualname__}"
