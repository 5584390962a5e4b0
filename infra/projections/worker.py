"""The worker: follows every company's log with the read models that may lag a moment behind."""

import time
from collections.abc import Iterable, Sequence
from threading import Event
from typing import Any, LiteralString
from uuid import UUID

import psycopg
import structlog

from infra.eventstore.codec import EventTypes
from infra.postgres.connections import WORKERS
from infra.postgres.definitions import digest_of
from infra.postgres.heartbeats import part_name
from infra.postgres.request_transactions import RequestConnection
from infra.postgres.transactions import Transaction, transaction
from infra.process.garbage import collecting_no_garbage
from infra.process.tracing import note, span
from infra.process.troubles import described
from infra.projections.checkpoints import move, park, take
from infra.projections.faults import describe, is_passing
from infra.projections.measured import count_batch, count_parked, count_passed
from infra.projections.reading import BATCH, FactReader
from projections.base import NewerEvent, Projection

#: A company counts as active this long after its last write, in seconds: longer than any of its transactions.
ACTIVE_SECONDS = 30.0
#: Which of them every poll looks at, and how often one looks at all, in seconds: most transactions are
#: shorter, and with 300 active companies a look at all took 1.8 ms, many times a second.
LATELY_SECONDS, ACTIVE_LOOK_SECONDS = 2.0, 1.0
#: How often every head is compared with its checkpoints, in seconds.
FULL_LOOK_SECONDS = 60.0
#: What a batch should take, in seconds: at most a fraction of the pause after which the server takes a worker
#: for frozen, and frees what it holds.
SHORT_BATCH, LONG_BATCH = 0.3, 1.0
SHORTEST_PAUSE, LONGEST_PAUSE = 0.002, 0.25
#: How often a worker that keeps up begins a round at most, in seconds. Alone in a batch a sale costs ten
#: times what it costs among others, of the processor that tills would have had.
ROUND_SECONDS = 0.1
SHORTEST_BACKOFF, LONGEST_BACKOFF = 0.1, 5.0

log = structlog.get_logger("projections")

# Found without a lock and across companies, so it is only a hint where to look. The limit has the server look
# at the checkpoints of active companies alone: it would rather read those of all.
_ACTIVE: LiteralString = """
    SELECT activity.company_id
      FROM company_activity AS activity
     CROSS JOIN LATERAL (
           SELECT FROM company_head AS head
             JOIN projection_checkpoints AS checkpoint ON checkpoint.company_id = head.company_id
            WHERE head.company_id = activity.company_id
              AND checkpoint.projection = ANY(%(projections)b::text[])
              AND checkpoint.position < head.position
              AND checkpoint.parked_at IS NULL AND checkpoint.paused_at IS NULL
            LIMIT 1
           ) AS behind
     WHERE activity.active_at > now() - make_interval(secs => %(seconds)s)
"""

_BEHIND: LiteralString = """
    SELECT DISTINCT checkpoint.company_id
      FROM company_head AS head
      JOIN projection_checkpoints AS checkpoint ON checkpoint.company_id = head.company_id
     WHERE checkpoint.projection = ANY(%(projections)b::text[])
       AND checkpoint.position < head.position
       AND checkpoint.parked_at IS NULL AND checkpoint.paused_at IS NULL
"""

# Parked before an event that a newer version recorded: this one may be that version.
_TRY_AGAIN: LiteralString = """
    UPDATE projection_checkpoints SET parked_at = NULL, error = NULL
     WHERE projection = ANY(%(projections)b::text[]) AND parked_at IS NOT NULL
       AND starts_with(error, %(newer)s)
"""


class Worker:
    """Applies the asynchronous read models. Any number of workers, anywhere, share the work.

    A company's checkpoints are moved in the transaction that applies its events, under a lock that goes with
    a dead worker's connection; so each event is applied once, whatever dies when.
    """

    def __init__(
        self, conninfo: str, types: EventTypes, projections: Iterable[Projection], *, batch: int = BATCH
    ) -> None:
        self._conninfo = conninfo
        self._types = types
        self._models = {model.name: model for model in projections if model.mode == "async"}
        self._digests = {model.name: digest_of(model) for model in self._models.values()}
        self._most = self._batch = batch
        self._readers: dict[tuple[str, ...], FactReader] = {}
        self._connection: psycopg.Connection[Any] | None = None
        self._behind: set[UUID] = set()
        self._next_full_look = self._next_active_look = 0.0
        self._tried_again = False

    def run(self, stop: Event) -> None:
        """Work until told to stop, whatever happens to the database meanwhile; end with the batch at hand."""
        pause, backoff = SHORTEST_PAUSE, SHORTEST_BACKOFF
        while not stop.is_set():
            began = time.monotonic()
            try:
                passed = self.step(stop)
            except psycopg.Error as error:
                self.close()
                log.warning("the database cannot be used", error=described(error), retry_seconds=backoff)
                stop.wait(backoff)
                backoff = min(backoff * 2, LONGEST_BACKOFF)
                continue
            backoff = SHORTEST_BACKOFF
            if passed:
                pause = SHORTEST_PAUSE
                if not self._behind:
                    stop.wait(max(0.0, began + ROUND_SECONDS - time.monotonic()))
            else:
                stop.wait(pause)
                pause = min(pause * 2, LONGEST_PAUSE)
        self.close()

    def step(self, stop: Event | None = None) -> int:
        """Advance each company that is behind by up to one batch. Returns how many events were passed.

        Raises psycopg.OperationalError when the connection is lost; the next step opens another.
        """
        passed = 0
        for company_id in self._candidates():
            if stop is not None and stop.is_set():
                break
            passed += self._advance(company_id)
        return passed

    def connect(self) -> psycopg.Connection[Any]:
        """Open a connection as the worker's role, which sees every company."""
        return RequestConnection.open(self._conninfo, WORKERS, part_name("projections"))

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
            self._next_full_look = 0.0
        return self._connection

    def _candidates(self) -> list[UUID]:
        connection = self._connected()
        params: dict[str, Any] = {"projections": list(self._models)}
        if not self._tried_again:
            connection.execute(_TRY_AGAIN, {**params, "newer": f"{NewerEvent.__name__}: "})
            self._tried_again = True
        now = time.monotonic()
        if now >= self._next_full_look:
            rows = connection.execute(_BEHIND, params).fetchall()
            self._next_full_look = now + FULL_LOOK_SECONDS
        elif now >= self._next_active_look:
            rows = connection.execute(_ACTIVE, {**params, "seconds": ACTIVE_SECONDS}).fetchall()
            self._next_active_look = now + ACTIVE_LOOK_SECONDS
        else:
            rows = connection.execute(_ACTIVE, {**params, "seconds": LATELY_SECONDS}).fetchall()
        behind, self._behind = self._behind, set()
        return list(behind.union(company_id for (company_id,) in rows))

    def _advance(self, company_id: UUID) -> int:
        began = time.monotonic()
        try:
            passed = self._advance_together(company_id)
        except Exception as error:  # noqa: BLE001 a read model may raise anything
            count_batch("failed", time.monotonic() - began)
            self._give_up_connection(error)
        else:
            seconds = time.monotonic() - began
            count_batch("done", seconds)
            self._pace(seconds)
            return passed
        return sum(self._advance_apart(company_id, model) for model in self._models.values())

    def _pace(self, seconds: float) -> None:
        """Take as much at a time as goes quickly: on a slow machine, or of large events, that is less."""
        if seconds > LONG_BATCH:
            self._batch = max(1, self._batch // 2)
        elif seconds < SHORT_BATCH:
            self._batch = min(self._most, self._batch * 2)

    def _give_up_connection(self, error: Exception) -> None:
        """Close a connection on which something failed. Raises psycopg.OperationalError if it was lost.

        Whatever state it was left in goes with it.
        """
        was_lost = self._connection is None or self._connection.closed
        self.close()
        if was_lost:
            # Maybe because it took so long that the server took us for frozen.
            self._batch = max(1, self._batch // 2)
            raise psycopg.OperationalError("the connection was lost") from error

    def _advance_together(self, company_id: UUID) -> int:
        """Advance the company's read models by a batch, those at the same position with one reading."""
        passed = 0
        with span("batch"), transaction(self._connected(), company_id) as db:
            positions, head = take(db, self._digests)
            # The model ahead goes first, the one behind at most as far: where they meet, they go on as one.
            goal = head
            for position in sorted(set(positions.values()), reverse=True):
                upto = min(position + self._batch, goal)
                group = [self._models[name] for name, reached in positions.items() if reached == position]
                if upto > position:
                    self._fold(db, group, position, upto)
                passed, goal = passed + upto - position, upto
            if goal < head:
                self._behind.add(company_id)
            note({"mipos.events": passed, "mipos.projections": len(positions)})
        return passed

    def _fold(self, db: Transaction, group: Sequence[Projection], after: int, upto: int) -> None:
        names = tuple(model.name for model in group)
        if names not in self._readers:
            self._readers[names] = FactReader(self._types, group)
        with collecting_no_garbage():
            facts = self._readers[names].read(db, after, upto)
            for model in group:
                if own := [fact for fact in facts if fact.event in model.events]:
                    model.apply(own, db)
        move(db, names, upto)
        db.after_commit(lambda: count_passed(names, upto - after))

    def _advance_apart(self, company_id: UUID, model: Projection) -> int:
        """Advance one read model by a batch, or up to the event it cannot apply, and park it there."""
        try:
            with transaction(self._connected(), company_id) as db:
                positions, head = take(db, {model.name: self._digests[model.name]})
                if not positions:
                    return 0
                start = positions[model.name]
                upto = min(start + self._batch, head)
                reached, error = self._approach(db, model, start, upto)
                if error is not None:
                    park(db, model.name, describe(db, reached + 1, error))
        except Exception as trouble:  # noqa: BLE001 a read model may raise anything
            self._give_up_connection(trouble)
            log.warning(
                "a read model could not be written; trying again later",
                projection=model.name,
                company_id=str(company_id),
                error=described(trouble),
            )
            self._behind.add(company_id)
            return 0
        if error is not None:
            count_parked(model.name)
            log.error(
                "a read model is parked: it cannot apply an event",
                projection=model.name,
                company_id=str(company_id),
                position=reached + 1,
                exc_info=error,
            )
        elif reached < head:
            self._behind.add(company_id)
        return reached - start

    def _approach(
        self, db: Transaction, model: Projection, position: int, upto: int
    ) -> tuple[int, Exception | None]:
        """Fold as far as it goes, halving the step on the way. Returns where it ends, and why if too soon.

        Raises what is no fault of the event.
        """
        step = upto - position
        while position < upto:
            reached = min(position + step, upto)
            try:
                # A savepoint: what fails within is undone, and the transaction goes on.
                with db.connection.transaction():
                    self._fold(db, [model], position, reached)
            except Exception as error:
                if db.connection.closed or is_passing(error):
                    raise
                if reached - position == 1:
                    return position, error
                upto = reached
            else:
                position = reached
            step = max(1, step // 2)
        return position, None
