"""Makes a company from the log of another one, while that one sells on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from domain.companies import PLATFORM_ID, Origin
from domain.errors import Invalid, NotFound
from infra.eventstore.chain import ChainedEvent, Proof
from infra.eventstore.codec import EventTypes
from infra.incoming.copying import Copying
from infra.incoming.erasures import forgotten_by
from infra.incoming.leftovers import remove_leftovers
from infra.incoming.log import PAGE, IncomingLog, incoming_log
from infra.incoming.person_keys import PersonKeys
from infra.postgres.connections import BULK, bounded
from infra.postgres.transactions import Transaction, transaction
from projections.audit import ask_position_before
from projections.base import Projection

#: Told how many events are copied, and of how many.
Progress = Callable[[int, int], None]
#: Told at last, in the transaction that opens the log: where it comes from.
Complete = Callable[[Transaction, Origin], None]

_HEAD: LiteralString = "SELECT position FROM company_head WHERE company_id = %(company_id)s"

# What a copy of the catalog shows.
_COPY_PICTURES: LiteralString = """
    INSERT INTO image_contents (company_id, hash, size, media_type, bytes)
    SELECT %(company_id)s, hash, size, media_type, bytes FROM image_contents
     WHERE company_id = %(source_id)s
        ON CONFLICT DO NOTHING
"""


class NoSuchCompany(NotFound):
    """There is no such company."""


class NothingThen(Invalid):
    """The company's log had no event at that time."""

    code = "no_events"
    remedy = "Name a later time."


@dataclass(frozen=True, kw_only=True)
class Clone:
    """A company that is to be made of another one's log, as it was recorded by `as_of`, or is now."""

    company_id: UUID
    source_id: UUID
    as_of: datetime | None
    has_persons: bool

    def run(
        self,
        conninfo: str,
        types: EventTypes,
        models: Sequence[Projection],
        complete: Complete,
        progress: Progress,
    ) -> Origin:
        """Make it, as a worker; unless all of it could be made, nothing is left of it.

        Raises NoSuchCompany, NothingThen, LogThere, LogAltered, EventNotReadable.
        """
        address = bounded(conninfo, BULK)
        with (
            psycopg.connect(address, autocommit=True, application_name="mipos clone") as source,
            psycopg.connect(address, autocommit=True, application_name="mipos clone") as own,
        ):
            remove_leftovers(own, models)
            last = self._last(source)
            with incoming_log(own, self.company_id, types, models) as log:
                copy = _Copy(self, types, log, source)
                copy.fill(last, progress)
                origin = copy.origin
                with log.adding() as db:
                    log.open(db, copy.forgotten)
                    db.execute(_COPY_PICTURES, {"company_id": self.company_id, "source_id": self.source_id})
                    complete(db, origin)
        return origin

    def _last(self, connection: psycopg.Connection[Any]) -> int:
        """The last position that is copied. Raises NoSuchCompany, NothingThen."""
        with transaction(connection, self.source_id, reading=True) as db:
            head = db.ask(_HEAD, {"company_id": self.source_id}).row()
            if head is None or self.source_id == PLATFORM_ID:
                raise NoSuchCompany
            if self.as_of is None:
                return int(head["position"])
            # What was recorded at that very moment was known then.
            found = ask_position_before(db, self.as_of + timedelta(microseconds=1)).row()
        last = found["position"] if found else 0
        if not last:
            raise NothingThen
        return int(last)


class _Copy:
    """A log on its way into another company's."""

    def __init__(
        self, clone: Clone, types: EventTypes, log: IncomingLog, source: psycopg.Connection[Any]
    ) -> None:
        self.forgotten: dict[UUID, int] = {}
        self._clone = clone
        self._log = log
        self._source = source
        self._copying = Copying(types, clone.source_id, clone.company_id, has_persons=clone.has_persons)
        self._persons = PersonKeys(types, self._copying.keys)
        self._head_hash = b""

    @property
    def origin(self) -> Origin:
        """Up to where it was copied."""
        return Origin(
            company_id=self._clone.source_id,
            position=self._log.last,
            hash=self._head_hash.hex(),
            has_persons=self._clone.has_persons,
        )

    def fill(self, last: int, progress: Progress) -> None:
        """Copy page by page, each read in a transaction of its own, so that the source sells on."""
        progress(0, last)
        for page in self._pages(last):
            with self._log.adding() as db:
                self._persons.keep(db, page)
                self._log.add(db, page)
            progress(self._log.last, last)

    def _pages(self, last: int) -> Iterator[list[ChainedEvent]]:
        proof = Proof(self._clone.source_id)
        while proof.position < last:
            with transaction(self._source, self._clone.source_id, reading=True) as db:
                events = proof.next_page(db, min(last, proof.position + PAGE))
                keys = self._copying.source_keys(db, events)
            for event in events:
                for one in forgotten_by(event):
                    self.forgotten.setdefault(one, event.position)
            self._head_hash = events[-1].hash
            yield [self._copying.copied(event, keys) for event in events]
