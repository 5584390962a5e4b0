"""One decision as one transaction: two round trips, one to read and lock, one to write and commit."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import LiteralString, TypeVar
from uuid import UUID

from commands.creations import Content
from commands.ports import Caller, DuplicateId, Missing
from domain.aggregate import Aggregate
from domain.pending import Pending
from infra.decisions.commits import Trace
from infra.decisions.creations import rows_at_creation
from infra.decisions.signing import NO_DEVICE, NoDevice, Signing
from infra.eventstore.append import APPEND_EVENTS
from infra.eventstore.appended import count_appended
from infra.eventstore.codec import EventTypes, Metadata, encode_metadata
from infra.eventstore.sealing import is_about_somebody, subject_of
from infra.eventstore.subject_keys import KeysOfSubjects
from infra.postgres.definitions import inline_digest
from infra.process.ids import uuid7
from projections.base import Answer, Database, Fact, Projection, Row
from projections.log import EVENT

A = TypeVar("A", bound=Aggregate)
#: An event as the log takes it: stream, version, type and state.
EventRow = tuple[UUID, int, str, str]
EventRows = Sequence[EventRow]

_STREAM: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = %(stream_id)s
     ORDER BY e.stream_version
"""


class EventWriter:
    """What is the same for every decision: the event types, and the read models written with the events."""

    def __init__(self, types: EventTypes, projections: Iterable[Projection]) -> None:
        self.types = types
        self._models = {model.name: model for model in projections}
        self._inline = [model for model in self._models.values() if model.mode == "inline"]
        #: What decisions are made on, in short; a transaction sees that the database has the same.
        self.models = inline_digest(self._inline)

    def model(self, name: str) -> Projection:
        """The read model of that name."""
        return self._models[name]

    def record(
        self,
        transaction: Database,
        events: Sequence[Aggregate.Event],
        metadata: Metadata,
        keys: KeysOfSubjects | None = None,
    ) -> Answer:
        """Queue what the inline read models make of the events, and their append; answers the position.

        The append comes last: it locks the head of the company's log, for which all its writers wait. `keys`
        are those of persons that this transaction knows already.
        """
        events, rows = self.sealed(transaction, events, keys or self.keys(transaction))
        self.fold(transaction, events, metadata)
        return self.append(transaction, rows, metadata)

    def keys(self, transaction: Database) -> KeysOfSubjects:
        """The keys of persons, for this transaction."""
        return KeysOfSubjects(transaction, self.types.data_keys)

    def sealed(
        self, transaction: Database, events: Sequence[Aggregate.Event], keys: KeysOfSubjects
    ) -> tuple[Sequence[Aggregate.Event], EventRows]:
        """The events, and as the log takes them: what they tell about persons is sealed.

        What is told about somebody who was forgotten reaches neither the log nor a read model.
        """
        types, company_id = self.types, transaction.company_id
        subjects = keys.of(*types.subjects_of(events))
        rows = [
            (event.originator_id, event.originator_version, *types.sealed(event, company_id, subjects))
            for event in events
        ]
        if None in subjects.values():
            events = [
                types.reread(event, state) for event, (_, _, _, state) in zip(events, rows, strict=True)
            ]
        return events, rows

    def fold(self, transaction: Database, events: Sequence[Aggregate.Event], metadata: Metadata) -> None:
        """Queue what the inline read models make of the events."""
        facts = [
            Fact(
                event=type(event),
                stream_id=event.originator_id,
                version=event.originator_version,
                data=event,
                at=metadata.at,
                actor_id=metadata.actor,
            )
            for event in events
        ]
        kinds = {fact.event for fact in facts}
        for projection in self._inline:
            if not kinds.isdisjoint(projection.events):
                projection.apply([fact for fact in facts if fact.event in projection.events], transaction)

    def append(self, transaction: Database, rows: EventRows, metadata: Metadata) -> Answer:
        """Queue the append of events; answers the position of the last."""
        types = [name for _, _, name, _ in rows]
        transaction.after_commit(partial(count_appended, types))
        return transaction.ask(
            APPEND_EVENTS,
            {
                "company_id": transaction.company_id,
                "stream_ids": [stream_id for stream_id, _, _, _ in rows],
                "stream_versions": [version for _, version, _, _ in rows],
                "types": types,
                "states": [state for _, _, _, state in rows],
                "metadata": [encode_metadata(metadata)] * len(rows),
            },
        )


class PostgresUnitOfWork:
    """Loads aggregates and records what was decided.

    What else handlers read and lock are ports, which a subclass adds: this one knows none of them.
    """

    def __init__(
        self,
        transaction: Database,
        writer: EventWriter,
        caller: Caller,
        now: datetime,
        content: Content | None = None,
    ) -> None:
        self.caller = caller
        self.now = now
        #: Whether the request had been recorded before.
        self.is_repetition = False
        self.transaction = transaction
        self.writer = writer
        self._content = content
        self._events: list[Aggregate.Event] = []
        self._has_changed_rows = False
        #: What signs receipts; the same decision taken again for its sake makes the same ids.
        self.fiscal: NoDevice | Signing = NO_DEVICE
        #: The keys of the persons that this decision tells about.
        self.keys = writer.keys(transaction)
        #: Whom the answer to this decision may tell about.
        self.subjects: set[UUID] = set()

    def new_id(self) -> UUID:
        """A fresh id, later than earlier ones."""
        return self.fiscal.keep(uuid7())

    def find_earlier(
        self, kind: type[A], by: type[Aggregate.Event], own_id: UUID | None, *, within: UUID | None = None
    ) -> Pending[A | None]:
        """Ask whether this very request was recorded before."""
        if own_id is None:
            return Pending(lambda: None)
        answer = self._ask_stream(within or own_id)
        types = self.writer.types

        def earlier() -> A | None:
            rows = rows_at_creation(self._known(answer), own_id, types.by_event[by].name, self._content)
            aggregate = types.rebuild(rows)
            if aggregate is None:
                return None
            if not isinstance(aggregate, kind) or not aggregate.is_within(self.caller.store_ids):
                raise DuplicateId
            self.is_repetition = True
            return aggregate

        return Pending(earlier)

    def load(self, kind: type[A], aggregate_id: UUID) -> A:
        """The aggregate. Raises Missing."""
        return self.ask(kind, aggregate_id).read()

    def ask(self, kind: type[A], aggregate_id: UUID) -> Pending[A]:
        """Ask for the aggregate with the next round trip; reading it raises Missing."""
        answer = self._ask_stream(aggregate_id)

        def aggregate() -> A:
            found = self.writer.types.rebuild(self._known(answer))
            if not isinstance(found, kind):
                raise Missing
            return found

        return Pending(aggregate)

    def _ask_stream(self, stream_id: UUID) -> Answer:
        return self.transaction.ask(
            _STREAM, {"company_id": self.transaction.company_id, "stream_id": stream_id}
        )

    def _known(self, answer: Answer) -> list[Row]:
        """The events of a stream; whom they are about is remembered, with the key if they have one."""
        rows = answer.rows()
        for state, key in ((row["state"], row["subject_key"]) for row in rows):
            if is_about_somebody(state):
                self.subjects.add(subject := subject_of(state))
                if key:
                    self.keys.read(subject, key)
        return rows

    def hold_person(self, person_id: UUID | None) -> None:
        """Let this person, if there is one, not be forgotten until the decision is recorded."""
        if person_id:
            self.keys.hold(person_id)

    def save(self, *aggregates: Aggregate) -> None:
        """Take their new events into this decision."""
        for aggregate in aggregates:
            if events := aggregate.new_events():
                self._events += events
                for event in events:
                    event.stamp(self.now)
                aggregate.stamp(self.now, self.caller.user_id)

    @property
    def has_events(self) -> bool:
        """Whether anything was decided that has to be recorded."""
        return bool(self._events)

    def changed_rows(self) -> None:
        """Take notice that a port has written beside the log: passwords, sessions, files."""
        self._has_changed_rows = True

    @property
    def has_changes(self) -> bool:
        """Whether anything was decided at all, facts or what is written beside them."""
        return self.has_events or self._has_changed_rows

    def record(self) -> Answer:
        """Queue everything that was saved. Answers the position of the last event.

        Raises SerializationFailure where somebody was forgotten of whom this decision has read something.
        """
        self.keys.hold_read()
        self.subjects |= self.writer.types.persons_in(self._events)
        return self.writer.record(self.transaction, self._events, self.metadata, self.keys)

    @property
    def trace(self) -> Trace:
        """By what the last of the events that were saved is known again."""
        last = self._events[-1]
        return Trace(last.originator_id, last.originator_version, encode_metadata(self.metadata))

    @property
    def metadata(self) -> Metadata:
        """The caller that decided, and the request it answers."""
        caller = self.caller
        return Metadata(
            at=self.now,
            actor=caller.user_id,
            request=caller.request_id,
            terminal=caller.terminal,
            content=self._content.fingerprint if self._content else None,
            approved_by=caller.approved_by,
        )
