"""The way in: every command is one transaction, every question another, for HTTP and the command line."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Generic, LiteralString, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import errors

from commands.access import Access, TokenRevoked
from commands.creations import Content
from commands.outcomes import IdempotencyInProgress, IdempotencyKey, IdempotencyKeyReused, Outcome, Response
from commands.ports import Caller, ConcurrentEdit
from commands.unavailable import OutcomeUnknown
from domain.errors import Refusal
from infra.decisions.approvals import ApprovalUse
from infra.decisions.commits import position_of
from infra.decisions.kept_answers import KeptAnswers
from infra.decisions.measured import MeasuredCommand
from infra.decisions.signing import AskDevice, Signing, SigningDevice
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.eventstore.codec import Readings
from infra.eventstore.history import states_of
from infra.postgres.connections import Bounds, CommitUnknown, ConnectionLost
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.outages import insist, refusing_outages
from infra.postgres.pipeline import Answer, RequestConnection, RequestTransaction, request_transaction
from infra.postgres.pool import RequestPool
from infra.postgres.replica import WRITTEN, Replica, ReplicaUnfit, TooFarBehind
from infra.postgres.retries import count_retry
from infra.process.troubles import described
from projections.base import KNOWN_AT, Database, EventNotReadable, Params, ProjectionBehind, Row
from projections.feed import Told
from projections.log import EVENT

C = TypeVar("C")
R = TypeVar("R")
W = TypeVar("W", bound=PostgresUnitOfWork)
#: Makes the unit of work of a transaction, for a caller and a moment.
OpenWork = Callable[[RequestTransaction, EventWriter, Caller, datetime, Content | None], W]
#: Is told of the caller's access, before anything is answered.
TellAccess = Callable[[Access], None]

#: How often a decision is taken again when another one came in between.
ATTEMPTS = 5
#: How long a question waits for a read model to reach a position, in seconds.
PATIENCE = 5.0
#: How the database says that another decision came in between.
_CAME_IN_BETWEEN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)
#: What is run after an answer holds up nobody: neither who waits for the answer, nor the next request.
AFTERWARDS = Bounds(statement=1, lock=0.05, pause=1)

log = structlog.get_logger("questions")


_HEAD: LiteralString = """
    SELECT position FROM company_head WHERE company_id = %(company_id)s
"""

# A read model that knew more before than it knows now is being filled, and so is one of which nobody noted
# how far it is. What comes from several knows no more than the one that knows least.
_CHECKPOINT: LiteralString = """
    SELECT coalesce(min(coalesce(known.position, 0)), 0) AS position,
           bool_or(coalesce(known.position < known.whole_at, true)) AS is_filling
      FROM unnest(%(projections)b::text[]) AS source(name)
      LEFT JOIN LATERAL (
            SELECT position, whole_at FROM projection_checkpoints
             WHERE company_id = %(company_id)s AND projection = source.name
             LIMIT 1
           ) AS known ON true
"""

# The lock tells a request that is still running from one that ended; it goes with the transaction.
_STORED: LiteralString = """
    SELECT pg_try_advisory_xact_lock(hashtextextended(%(lock)s::text, 0)) AS mine,
           stored.fingerprint, stored.status, stored.etag, stored.body, stored.position
      FROM (SELECT 1) AS always
      LEFT JOIN idempotency_keys AS stored
        ON stored.company_id = %(company_id)s AND stored.key = %(key)s
"""

_STORE: LiteralString = """
    INSERT INTO idempotency_keys
           (company_id, key, fingerprint, status, etag, body, position, created_at, running_hours,
            subject_ids)
    SELECT %(company_id)s, %(key)s, %(fingerprint)s, %(status)s, %(etag)s, %(body)s, head.position, %(now)s,
           (SELECT hours FROM running_time), %(subjects)b::uuid[]
      FROM company_head AS head
     WHERE head.company_id = %(company_id)s
    RETURNING company_id
"""

# A session of an unknown user or a closed one is no session. The platform has no company row.
ACCESS: LiteralString = """
    SELECT session.revoked_at IS NULL AND person.is_active AS session_is_open, person.rights_version,
           company.status AS company_status, company.subscription_status,
           coalesce(company.blind_close, false) AS is_blind
      FROM sessions AS session
      JOIN users AS person ON person.company_id = session.company_id AND person.id = session.user_id
      LEFT JOIN companies AS company ON company.company_id = session.company_id
     WHERE session.company_id = %(company_id)s AND session.id = %(session_id)s
       AND session.user_id = %(user_id)s
"""

_STREAMS: LiteralString = f"""
    SELECT {EVENT} FROM events AS e
     WHERE e.company_id = %(company_id)s AND e.stream_id = ANY(%(ids)b::uuid[])
     ORDER BY e.stream_id, e.stream_version
"""

# The last version that was known (see `Fact.known_at`), and all before it: a clock that was set back must not
# leave one of them out.
_STREAMS_AS_OF: LiteralString = f"""
    SELECT {EVENT}
      FROM (SELECT stream_id, max(stream_version) AS version FROM events
             WHERE company_id = %(company_id)s AND stream_id = ANY(%(ids)b::uuid[])
               AND {KNOWN_AT} <= %(as_of)s
             GROUP BY stream_id) AS latest
      JOIN events AS e ON e.company_id = %(company_id)s AND e.stream_id = latest.stream_id
                      AND e.stream_version <= latest.version
     ORDER BY e.stream_id, e.stream_version
"""


class Reading:
    """A question's view of the company: its read models, and its aggregates from the log."""

    def __init__(
        self,
        db: Database,
        writer: EventWriter,
        position: Answer | None = None,
        kept: Database | None = None,
    ) -> None:
        self.db = db
        #: Where answers are that were kept: a copy of the database has none of them.
        self.kept = kept or db
        self._writer = writer
        self._position = position
        #: What is left to be run once the question is answered.
        self.later: list[tuple[LiteralString, Params]] = []

    @property
    def position(self) -> int:
        """Up to which position of the log all read models know it that the question is answered from."""
        return _position(self._position) if self._position else 0

    def aggregates(self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None) -> list[Any]:
        """The aggregates of these ids, in this order, as they are or were known by `as_of`.

        Raises NewerEvent, DamagedEvent.
        """
        return [one for _, one in self.streams(kind, ids, as_of) if _readable(one)]

    def streams(
        self, kind: type[Any], ids: list[UUID], as_of: datetime | None = None
    ) -> list[tuple[UUID, Any]]:
        """The same with its id each, for pages: in place of one that cannot be read is why that is so."""
        params = {"company_id": self.db.company_id, "ids": ids, "as_of": as_of}
        answer = self.db.ask(_STREAMS_AS_OF if as_of else _STREAMS, params)
        streams: dict[UUID, list[dict[str, Any]]] = {}
        for row in answer.rows():
            streams.setdefault(row["stream_id"], []).append(row)
        results = ((one, self._rebuilt(streams[one])) for one in ids if one in streams)
        return [(one, result) for one, result in results if isinstance(result, (kind, EventNotReadable))]

    def _rebuilt(self, events: list[dict[str, Any]]) -> Any:
        try:
            return self._writer.types.rebuild(events)
        except EventNotReadable as trouble:
            return trouble

    def decode(self, row: Mapping[str, Any], readings: Readings) -> tuple[type[Any], Any]:
        """What a row of the log says: the event, and of those in `readings` what these read, else all.

        Raises NewerEvent, DamagedEvent.
        """
        return self._writer.types.decode(row, readings)

    def told(self, row: Row, *, with_costs: bool) -> Told:
        """What followers of the log are told of a row of it, without what tells about persons.

        Raises NewerEvent, DamagedEvent.
        """
        return self._writer.types.told(row, with_costs=with_costs)

    def opened(self, row: Row) -> Row:
        """A row of the log with what is sealed in it, if that can be read; else as it is."""
        return self._writer.types.in_clear(row)

    def states(
        self, versions: Mapping[UUID, Collection[int]]
    ) -> dict[tuple[UUID, int], dict[str, Any] | EventNotReadable]:
        """What these streams were at these versions, by stream and version, as JSON has it, or why not."""
        return states_of(self.db, self._writer.types, versions)

    def run_afterwards(self, query: LiteralString, params: Params) -> None:
        """Have a statement run once the question is answered, if that can be; the answer does without it."""
        self.later.append((query, params))


def _readable(result: Any) -> bool:
    if isinstance(result, EventNotReadable):
        raise result
    return True


class Application(Generic[W]):
    """Runs commands and questions over a pool of connections.

    `open_work` says which ports there are to decide with. `seconds` is how long all transactions of a request
    may take together, `lengthy_seconds` of one that reads or writes much. A `replica` answers questions
    while it has what the primary has.
    """

    def __init__(
        self,
        pool: RequestPool,
        writer: EventWriter,
        open_work: OpenWork[W],
        seconds: float,
        lengthy_seconds: float,
        *,
        replica: Replica | None = None,
        device: SigningDevice | None = None,
    ) -> None:
        self._pool = pool
        self._device = device
        self._replica = replica
        self._writer = writer
        self._open_work = open_work
        self._seconds = seconds
        self._lengthy_seconds = lengthy_seconds
        self._lengthy = Bounds.within(lengthy_seconds)

    @contextmanager
    def transaction(self, company_id: UUID, *, reading: bool = False) -> Iterator[RequestTransaction]:
        """A plain transaction of a company, for what is neither command nor question: sign-in, sessions.

        Raises Unavailable, and ServerOutdated and CompanyClosed as everything here does.
        """
        deadline = time.monotonic() + self._seconds
        with refusing_outages(), self._open(company_id, deadline, reading=reading) as db:
            yield db

    def perform(
        self, company_id: UUID, work: Callable[[RequestTransaction], R], *, reading: bool = False
    ) -> R:
        """The same for work that is begun again when its connection breaks off before anything was committed.

        Raises Unavailable.
        """
        deadline = time.monotonic() + self._seconds

        def attempt() -> R:
            with self._open(company_id, deadline, reading=reading) as db:
                return work(db)

        with refusing_outages():
            return insist(attempt, deadline)

    def check(self, caller: Caller) -> None:
        """Raise TokenRevoked or RightsChanged unless the caller may still ask."""
        self.perform(caller.company_id, lambda db: _Access(db, caller).check(writing=False), reading=True)

    @contextmanager
    def _open(
        self, company_id: UUID, deadline: float, *, reading: bool = False, lengthy: bool = False
    ) -> Iterator[RequestTransaction]:
        with (
            self._pool.connection() as connection,
            self._begin(connection, company_id, deadline, reading=reading, lengthy=lengthy) as db,
        ):
            yield db

    def _begin(
        self,
        connection: RequestConnection,
        company_id: UUID,
        deadline: float,
        *,
        reading: bool,
        lengthy: bool,
    ) -> AbstractContextManager[RequestTransaction]:
        return request_transaction(
            connection,
            company_id,
            reading=reading,
            models=self._writer.models,
            deadline=deadline,
            bounds=self._lengthy if lengthy else None,
        )

    def run(
        self,
        caller: Caller,
        handler: Callable[[C, W], R],
        command: C,
        present: Callable[[R], Response],
        key: IdempotencyKey | None = None,
        *,
        within: UUID | None = None,
        content: Content | None = None,
        lengthy: bool = False,
        tell: TellAccess | None = None,
    ) -> Outcome:
        """Decide, record and answer in one transaction; decide again when another decision came in between.

        `within` is the company whose log is written when the platform decides about another than its own;
        the caller's session and the idempotency key stay the caller's company's, and so does the position
        of the outcome. `content` is what the request says, if it makes something. `lengthy` grants more time.
        `tell` is told of the caller's access. An approval of the caller is used up with what is decided, and
        by nothing else. Raises the handler's refusals, those of the caller's access, ApprovalNotValid,
        IdempotencyKeyReused, IdempotencyInProgress, ConcurrentEdit, Unavailable.
        """
        signing = Signing(self._device, caller) if self._device else None
        decide = partial(
            self._attempt,
            caller,
            handler,
            command,
            present,
            key=key,
            within=within,
            content=content,
            lengthy=lengthy,
            tell=tell,
            signing=signing,
        )
        with MeasuredCommand(command) as measured:
            while True:
                try:
                    return measured.end(self._decide(decide, lengthy=lengthy))
                except AskDevice as waiting:
                    # Nothing is locked and no connection is held while it is asked.
                    assert signing is not None  # noqa: S101 nothing else asks
                    signing.ask(waiting.receipt)

    def _decide(self, decide: Callable[..., Outcome], *, lengthy: bool) -> Outcome:
        """Decide, and again when another decision came in between. Raises ConcurrentEdit, Unavailable."""
        deadline = time.monotonic() + (self._lengthy_seconds if lengthy else self._seconds)
        for attempt in range(ATTEMPTS):
            try:
                with refusing_outages():
                    return insist(partial(decide, deadline=deadline), deadline)
            except _CAME_IN_BETWEEN as error:
                count_retry(error)
                time.sleep(0.002 * attempt)
        raise ConcurrentEdit

    def stored(self, caller: Caller, key: IdempotencyKey) -> Outcome | None:
        """What was answered to this very request before, for one that is many decisions.

        Raises those of the caller's access, IdempotencyKeyReused, IdempotencyInProgress, Unavailable.
        """

        def look(db: RequestTransaction) -> Outcome | None:
            access, stored = _Access(db, caller), db.ask(_STORED, _key_params(caller, key))
            try:
                return _replayed(stored.row(), key)
            finally:
                access.check(writing=False)

        return self.perform(caller.company_id, look)

    def _attempt(
        self,
        caller: Caller,
        handler: Callable[[C, W], R],
        command: C,
        present: Callable[[R], Response],
        *,
        key: IdempotencyKey | None,
        within: UUID | None,
        content: Content | None,
        lengthy: bool,
        deadline: float,
        tell: TellAccess | None,
        signing: Signing | None,
    ) -> Outcome:
        try:
            with self._open(caller.company_id, deadline, lengthy=lengthy) as db:
                access = _Access(db, caller, tell)
                stored = db.ask(_STORED, _key_params(caller, key)) if key else None
                if within:
                    db.enter(within)
                work = self._begin_work(db, caller, content, signing)
                # A caller that may not ask learns nothing else, neither a result nor another refusal.
                if key and stored:
                    try:
                        earlier = _replayed(stored.row(), key)
                    finally:
                        access.check(writing=False)
                    if earlier:
                        db.abandon()
                        return earlier
                approval = ApprovalUse(db, caller)
                try:
                    result = handler(command, work)
                finally:
                    access.check(writing=True)
                    approval.check(is_repetition=work.is_repetition)
                response = present(result)
                position = work.record() if work.has_events else None
                if within:
                    db.enter(caller.company_id)
                if within or position is None:
                    position = db.ask(_HEAD, {"company_id": caller.company_id})
                if not work.has_changes:
                    # Nothing was decided, so what was made only to be locked goes again.
                    db.abandon()
                elif key:
                    db.execute(_STORE, _record_params(caller, key, response, work))
        except CommitUnknown as lost:
            settled = self._position_of(work, lost, caller.company_id, within)
            db.note_commit()
            return Outcome(response, settled)
        head = position.row()
        if key and not work.has_changes:
            with self.transaction(caller.company_id) as db:
                db.execute(_STORE, _record_params(caller, key, response, work))
        return Outcome(response, head["position"] if head else 0, replayed=work.is_repetition)

    def _begin_work(
        self, db: RequestTransaction, caller: Caller, content: Content | None, signing: Signing | None
    ) -> W:
        work = self._open_work(db, self._writer, caller, datetime.now(UTC), content)
        if signing:
            signing.begin()
            work.fiscal = signing
        return work

    def _position_of(self, work: W, lost: CommitUnknown, own: UUID, within: UUID | None) -> int:
        """The position of a decision whose commit broke off.

        Raises OutcomeUnknown, and ConnectionLost when it is certain that nothing was committed.
        """
        if not work.has_events:
            raise OutcomeUnknown from lost
        deadline = time.monotonic() + self._seconds
        position = position_of(work.trace, lost, lambda: self._open(within or own, deadline, reading=True))
        if position is None:
            raise ConnectionLost(str(lost), backend=lost.backend, is_silent=lost.is_silent) from lost
        if within:
            with self._open(own, deadline, reading=True) as db:
                return _position(db.ask(_HEAD, {"company_id": own}))
        return position

    def read(
        self,
        caller: Caller,
        question: Callable[[Reading], R],
        *,
        projections: tuple[str, ...] = (),
        wait_for: int | None = None,
        put_off: Callable[[], None] | None = None,
        within: UUID | None = None,
        lengthy: bool = False,
        tell: TellAccess | None = None,
        of_primary: bool = False,
    ) -> tuple[R, int]:
        """Answer a question and say up to which position of the caller's log the answer knows.

        `projections` names the asynchronous read models it is answered from; none: the inline ones, which
        know everything. With `wait_for` the answer knows at least that position; until then it is asked
        again, or, with `put_off`, its request is put off, from which it returns only when that has lasted
        too long.
        `within` is the company that is asked about when the platform asks about another than its own.
        `lengthy` grants more time, and `tell` is told of the caller's access. `of_primary` are questions that
        no copy can answer. Raises the question's refusals, those of the caller's access, ProjectionBehind,
        Unavailable.
        """
        started = time.monotonic()
        asked = _Asked(
            caller=caller,
            question=question,
            deadline=started + (self._lengthy_seconds if lengthy else self._seconds),
            params={"company_id": caller.company_id, "projections": list(projections)},
            wait_for=wait_for,
            within=within,
            lengthy=lengthy,
            tell=tell,
        )
        look = partial(self._look, asked, None if of_primary else self._replica)
        pause = 0.002
        while True:
            with refusing_outages():
                answer: tuple[R, int] | None = insist(look, started + self._seconds)
            if answer is not None:
                return answer
            if put_off is not None:
                put_off()
                raise ProjectionBehind
            if time.monotonic() + pause > started + PATIENCE:
                raise ProjectionBehind
            time.sleep(pause)
            pause = min(pause * 2, 0.1)

    def _look(self, asked: "_Asked", replica: Replica | None) -> tuple[Any, int] | None:
        """The answer and the position it knows; None when that is not far enough yet."""
        if replica is not None:
            try:
                return self._look_at_replica(asked, replica)
            except _AskPrimary:
                replica.count("primary")
        with self._pool.connection() as connection:
            with self._begin_asked(connection, asked) as db:
                access, position = _Access(db, asked.caller, asked.tell), db.ask(asked.known, asked.params)
                if asked.wait_for is not None:
                    access.check(writing=False)
                    if _position(position) < asked.wait_for:
                        return None
                if asked.within:
                    db.enter(asked.within)
                reading = Reading(db, self._writer, position)
                try:
                    answer = asked.question(reading)
                finally:
                    access.check(writing=False)
                known = asked.position_of(position)
            if reading.later:
                self._run_afterwards(connection, reading)
            return answer, known

    def _look_at_replica(self, asked: "_Asked", replica: Replica) -> tuple[Any, int] | None:
        """The same from the replica, which has to have by then all that the primary has now.

        The primary says who may ask, and how far everything is. Raises _AskPrimary where the replica cannot
        answer.
        """
        if not replica.is_at_hand:
            raise _AskPrimary
        with self._open(asked.caller.company_id, asked.deadline, reading=True) as db:
            access = _Access(db, asked.caller, asked.tell)
            position, written = db.ask(asked.known, asked.params), db.ask(WRITTEN, {})
            access.check(writing=False)
            least, has_to_have = _position(position), (written.row() or {}).get("written")
        if asked.wait_for is not None and least < asked.wait_for:
            return None
        if has_to_have is None:
            raise _AskPrimary
        try:
            with replica.having(has_to_have) as connection:
                reading, answer, known = self._ask_replica(connection, asked, least)
        except errors.QueryCanceled:
            raise  # It takes too long, wherever it is asked.
        except errors.SerializationFailure as error:
            # What it read was about to be cleaned up; the next question is none the worse for it.
            log.info("the replica broke a question off", error=described(error))
            raise _AskPrimary from error
        except (psycopg.Error, ReplicaUnfit) as error:
            replica.leave(error)
            raise _AskPrimary from error
        replica.count("replica")
        if reading.later:
            with self._pool.connection() as connection:
                self._run_afterwards(connection, reading)
        return answer, known

    def _ask_replica(
        self, connection: RequestConnection, asked: "_Asked", least: int
    ) -> tuple[Reading, Any, int]:
        with self._begin_asked(connection, asked) as db:
            position = db.ask(asked.known, asked.params)
            if asked.within:
                db.enter(asked.within)
            reading = Reading(db, self._writer, position, KeptAnswers(self, db.company_id))
            answer, known = asked.question(reading), asked.position_of(position)
            if known < least:
                raise TooFarBehind
            return reading, answer, known

    @contextmanager
    def _begin_asked(self, connection: RequestConnection, asked: "_Asked") -> Iterator[RequestTransaction]:
        """A transaction of the caller's company that goes on only if the read models are this version's."""
        company_id, deadline, lengthy = asked.caller.company_id, asked.deadline, asked.lengthy
        with self._begin(connection, company_id, deadline, reading=True, lengthy=lengthy) as db:
            for name in asked.params["projections"]:
                db.execute(HOLD_MODEL, named(self._writer.model(name)))
            yield db

    def _run_afterwards(self, connection: RequestConnection, reading: Reading) -> None:
        """Run what a question left, over the connection it had; that it fails is told to the log alone."""
        company_id, deadline = reading.db.company_id, time.monotonic() + AFTERWARDS.silence
        models = self._writer.models
        try:
            with request_transaction(
                connection, company_id, models=models, deadline=deadline, bounds=AFTERWARDS
            ) as db:
                for query, params in reading.later:
                    db.execute(query, params)
        except (psycopg.Error, Refusal) as error:
            log.warning("what follows an answer was not done", error=described(error))


@dataclass(frozen=True, kw_only=True)
class _Asked:
    """A question, who asks it, and how it is to be answered."""

    caller: Caller
    question: Callable[[Reading], Any]
    #: A time of the monotonic clock.
    deadline: float
    #: The company and the read models that it is answered from, as statements take them.
    params: Params
    wait_for: int | None
    within: UUID | None
    lengthy: bool
    tell: TellAccess | None

    @property
    def known(self) -> LiteralString:
        """What asks up to which position those read models know the log: all of it, if there are none."""
        return _CHECKPOINT if self.params["projections"] else _HEAD

    def position_of(self, answer: Answer) -> int:
        """That position. Raises ProjectionBehind where one of them is being filled."""
        if self.params["projections"] and _is_filling(answer):
            raise ProjectionBehind
        return _position(answer)


class _AskPrimary(Exception):
    """The replica cannot answer this question now."""


class _Access:
    """A caller's access, asked for with the first round trip of their own request."""

    def __init__(self, db: RequestTransaction, caller: Caller, tell: TellAccess | None = None) -> None:
        self._caller = caller
        self._tell = tell
        params = {"company_id": caller.company_id, "session_id": caller.session_id, "user_id": caller.user_id}
        self._answer = db.ask(ACCESS, params) if caller.session_id else None

    def check(self, *, writing: bool) -> None:
        """Raise TokenRevoked, RightsChanged, CompanySuspended or SubscriptionExpired."""
        if self._answer is None:
            return
        row = self._answer.row()
        if row is None:
            raise TokenRevoked
        access = Access(**row)
        access.check(self._caller.rights_version, writing=writing)
        if self._tell:
            self._tell(access)


def ask_known(db: Database, projections: tuple[str, ...]) -> Callable[[], int]:
    """Ask up to which position all of these read models know the company's log, with the next round trip.

    Without any it is all of it. What is returned reads it, and raises ProjectionBehind where one of them is
    being filled.
    """
    params = {"company_id": db.company_id, "projections": list(projections)}
    answer = db.ask(_CHECKPOINT if projections else _HEAD, params)

    def known() -> int:
        # A worker's transaction hands out a row once.
        row = answer.row() or {}
        if row.get("is_filling"):
            raise ProjectionBehind
        return int(row.get("position", 0))

    return known


def _position(answer: Answer) -> int:
    row = answer.row()
    return row["position"] if row else 0


def _is_filling(answer: Answer) -> bool:
    row = answer.row()
    return bool(row and row["is_filling"])


def _key_params(caller: Caller, key: IdempotencyKey) -> dict[str, Any]:
    return {
        "company_id": caller.company_id,
        "key": key.key,
        "lock": f"{caller.company_id}/{key.key}",
    }


def _record_params(
    caller: Caller, key: IdempotencyKey, response: Response, work: PostgresUnitOfWork
) -> dict[str, Any]:
    return {
        **_key_params(caller, key),
        "fingerprint": key.fingerprint,
        "status": response.status,
        "etag": response.etag,
        "body": response.body,
        "now": work.now,
        "subjects": sorted(work.subjects) or None,
    }


def _replayed(row: dict[str, Any] | None, key: IdempotencyKey) -> Outcome | None:
    if row is None or row["status"] is None:
        if row is not None and not row["mine"]:
            raise IdempotencyInProgress
        return None
    if not key.is_of(bytes(row["fingerprint"])):
        raise IdempotencyKeyReused
    response = Response(row["status"], row["etag"], bytes(row["body"]))
    return Outcome(response, row["position"], replayed=True)
