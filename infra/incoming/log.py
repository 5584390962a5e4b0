"""Fills a company's log with what was recorded elsewhere, page by page: whole in the end, or not at all."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from infra.eventstore.chain import ChainedEvent
from infra.eventstore.codec import EventTypes
from infra.incoming.leftovers import hold, let_go, remove
from infra.postgres.analyzing import analyze_grown
from infra.postgres.definitions import inline_digest
from infra.postgres.transactions import Transaction, transaction
from infra.process.garbage import collecting_no_garbage
from infra.projections.reading import FactReader, moment_of
from projections.base import Projection

#: How many events one transaction adds: some tenths of a second.
PAGE = 2_000

_BEGIN: LiteralString = "SELECT begin_incoming_log(%(company_id)s)"

# Nobody is served, and no job looks at it, until all of it is there.
_CLOSE: LiteralString = """
    UPDATE installation SET closed = array_append(array_remove(closed, %(company_id)s), %(company_id)s)
"""

_IS_OURS: LiteralString = "SELECT refuse_outdated() FROM installation WHERE inline_models <> %(models)s"

_FILL: LiteralString = """
    SELECT fill_log(%(company_id)s::uuid, %(stream_ids)b::uuid[], %(stream_versions)b::bigint[],
                    %(types)b::text[], %(states)b::text[], %(metadata)b::text[],
                    %(recorded)b::timestamptz[]) AS hash
"""

_OPEN: LiteralString = """
    SELECT open_incoming_log(%(company_id)s, %(former)s::int, %(forgotten)b::uuid[], %(positions)b::bigint[])
           AS position
"""

# Whoever is restored later begins another life than this.
_IS_SERVED: LiteralString = """
    UPDATE installation
       SET log_epoch = greatest(log_epoch, %(former)s::int + 1), closed = array_remove(closed, %(company_id)s)
"""

# What is answered from them is whole when they know all that came in.
_FOLLOW: LiteralString = """
    INSERT INTO projection_checkpoints (company_id, projection, position, whole_at, paused_at)
    SELECT %(company_id)s, name, 0, %(whole_at)s, paused_at FROM projection_models WHERE mode = 'async'
        ON CONFLICT DO NOTHING
"""


class LogThere(Exception):
    """There is a log of company {company_id} here already, or one is being filled."""

    def __init__(self, company_id: UUID) -> None:
        super().__init__((type(self).__doc__ or "").format(company_id=company_id))


class IncomingLog:
    """A log that is being filled, as a worker. `last` is the position of its last event.

    The inline read models take each page in the transaction that adds it, as a shop's day would be taken; the
    company itself appears last, in the one that opens the log.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        company_id: UUID,
        types: EventTypes,
        models: Sequence[Projection],
    ) -> None:
        self.company_id = company_id
        self.last = 0
        self._connection = connection
        self._digest = inline_digest(models)
        inline = [model for model in models if model.mode == "inline"]
        self._companies = [model for model in inline if model.name == "companies"]
        self._others = [model for model in inline if model.name != "companies"]
        self._reader = FactReader(types, self._others)
        self._company_reader = FactReader(types, self._companies)

    @contextmanager
    def adding(self) -> Iterator[Transaction]:
        """A transaction of the company, in which its read models are still those of this version.

        Raises ServerOutdated.
        """
        with transaction(self._connection, self.company_id) as db:
            db.execute(_IS_OURS, {"models": self._digest})
            yield db

    def add(self, db: Transaction, events: Sequence[ChainedEvent]) -> bytes:
        """Add events, whose own positions and hashes do not count. Returns the hash of the last of them.

        Whatever a read model raises of an event goes on; nothing of the page is there then.
        """
        params = {
            "company_id": self.company_id,
            "stream_ids": [one.stream_id for one in events],
            "stream_versions": [one.stream_version for one in events],
            "types": [one.type for one in events],
            "states": [one.state for one in events],
            "metadata": [one.metadata for one in events],
            "recorded": [moment_of(one.recorded_at) for one in events],
        }
        row = db.ask(_FILL, params).row()
        with collecting_no_garbage():
            _fold(self._others, self._reader, db, events)
        self.last += len(events)
        return row["hash"] if row else b""

    def open(self, db: Transaction, forgotten: Mapping[UUID, int], former: int = 0) -> int:
        """Let the company be served, in a life of its log after the `former` one. Returns the last position.

        `forgotten` are the persons of whom it was recorded, by the position of the event that says so.
        """
        facts = self._company_reader.read(db, 0, self.last)
        for model in self._companies:
            model.apply([fact for fact in facts if fact.event in model.events], db)
        params = {
            "company_id": self.company_id,
            "former": former,
            "forgotten": list(forgotten),
            "positions": list(forgotten.values()),
        }
        row = db.ask(_OPEN, params).row()
        db.execute(_IS_SERVED, params)
        position = row["position"] if row else 0
        db.execute(_FOLLOW, {"company_id": self.company_id, "whole_at": position})
        return position


def _fold(
    models: Sequence[Projection], reader: FactReader, db: Transaction, events: Sequence[ChainedEvent]
) -> None:
    facts = reader.facts(db, events)
    for model in models:
        if own := [fact for fact in facts if fact.event in model.events]:
            model.apply(own, db)


@contextmanager
def incoming_log(
    connection: psycopg.Connection[Any], company_id: UUID, types: EventTypes, models: Sequence[Projection]
) -> Iterator[IncomingLog]:
    """Begin to fill a company's log; unless it is opened within, nothing of it is left. Raises LogThere.

    The connection is the worker's, in autocommit mode, and used for nothing else meanwhile.
    """
    if not hold(connection, company_id):
        raise LogThere(company_id)
    try:
        _begin(connection, company_id)
        yield IncomingLog(connection, company_id, types, models)
    finally:
        if not connection.closed:
            remove(connection, company_id, models)
            let_go(connection, company_id)
    analyze_grown(connection)


def _begin(connection: psycopg.Connection[Any], company_id: UUID) -> None:
    """Note that it is being filled. Raises LogThere."""
    params = {"company_id": company_id}
    try:
        with transaction(connection, company_id) as db:
            db.execute(_BEGIN, params)
            db.execute(_CLOSE, params)
    except psycopg.DatabaseError as error:
        if error.sqlstate == "MP409":
            raise LogThere(company_id) from None
        raise
