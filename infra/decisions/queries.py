"""Answers questions: from the primary, or from a replica while it has what the primary has."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import psycopg
import structlog
from psycopg import errors

from commands.ports import Caller
from domain.errors import Refusal
from infra.decisions.access import AccessCheck, TellAccess
from infra.decisions.kept_answers import KeptAnswers
from infra.decisions.positions import LogPosition
from infra.decisions.reading import Reading
from infra.decisions.transactions import Transactions
from infra.decisions.unit_of_work import EventWriter
from infra.postgres.connections import Bounds
from infra.postgres.definitions import HOLD_MODEL, named
from infra.postgres.outages import insist, refusing_outages
from infra.postgres.pool import RequestPool
from infra.postgres.replica import WRITTEN, Replica, ReplicaUnfit, TooFarBehind
from infra.postgres.request_transactions import RequestConnection, RequestTransaction, request_transaction
from infra.process.troubles import described
from projections.base import ProjectionBehind

R = TypeVar("R")

#: How long a question waits for a read model to reach a position, in seconds.
PATIENCE = 5.0
#: What is run after an answer holds up nobody: neither who waits for the answer, nor the next request.
AFTERWARDS = Bounds(statement=1, lock=0.05, pause=1)

log = structlog.get_logger("questions")


class Queries(Transactions):
    """Answers questions over a pool; a `replica` answers while it has what the primary has."""

    def __init__(
        self,
        pool: RequestPool,
        writer: EventWriter,
        seconds: float,
        lengthy_seconds: float,
        replica: Replica | None = None,
    ) -> None:
        super().__init__(pool, writer.models, seconds, lengthy_seconds)
        self._writer = writer
        self._replica = replica

    def check(self, caller: Caller, *, writing: bool = False) -> None:
        """Raise TokenRevoked or RightsChanged unless the caller may still ask.

        `writing` what no command records, also CompanySuspended and SubscriptionExpired.
        """
        self.perform(
            caller.company_id, lambda db: AccessCheck(db, caller).check(writing=writing), reading=True
        )

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
        about = _Question(
            caller=caller,
            answer=question,
            deadline=self.deadline(lengthy=lengthy),
            projections=projections,
            wait_for=wait_for,
            within=within,
            lengthy=lengthy,
            tell=tell,
        )
        look = partial(self._look, about, None if of_primary else self._replica)
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

    def _look(self, question: "_Question", replica: Replica | None) -> tuple[Any, int] | None:
        """The answer and the position it knows; None when that is not far enough yet."""
        if replica is not None:
            try:
                return self._look_at_replica(question, replica)
            except _AskPrimary:
                replica.count("primary")
        with self._pool.connection() as connection:
            with self._begin_for(connection, question) as db:
                access = AccessCheck(db, question.caller, question.tell)
                position = LogPosition(db, question.projections)
                if question.wait_for is not None:
                    access.check(writing=False)
                    if position.reached < question.wait_for:
                        return None
                if question.within:
                    db.enter(question.within)
                reading = Reading(db, self._writer, position)
                try:
                    answer = question.answer(reading)
                finally:
                    access.check(writing=False)
                known = position.known()
            if reading.later:
                self._run_afterwards(connection, reading)
            return answer, known

    def _look_at_replica(self, question: "_Question", replica: Replica) -> tuple[Any, int] | None:
        """The same from the replica, which has to have by then all that the primary has now.

        The primary says who may ask, and how far everything is. Raises _AskPrimary where the replica cannot
        answer.
        """
        if not replica.is_at_hand:
            raise _AskPrimary
        with self.open(question.caller.company_id, question.deadline, reading=True) as db:
            access = AccessCheck(db, question.caller, question.tell)
            position, written = LogPosition(db, question.projections), db.ask(WRITTEN, {})
            access.check(writing=False)
            least, has_to_have = position.reached, (written.row() or {}).get("written")
        if question.wait_for is not None and least < question.wait_for:
            return None
        if has_to_have is None:
            raise _AskPrimary
        try:
            with replica.having(has_to_have) as connection:
                reading, answer, known = self._ask_replica(connection, question, least)
        except errors.QueryCanceled:
            raise  # It takes too long, wherever it is question.
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
        self, connection: RequestConnection, question: "_Question", least: int
    ) -> tuple[Reading, Any, int]:
        with self._begin_for(connection, question) as db:
            position = LogPosition(db, question.projections)
            if question.within:
                db.enter(question.within)
            reading = Reading(db, self._writer, position, KeptAnswers(self, db.company_id))
            answer, known = question.answer(reading), position.known()
            if known < least:
                raise TooFarBehind
            return reading, answer, known

    @contextmanager
    def _begin_for(
        self, connection: RequestConnection, question: "_Question"
    ) -> Iterator[RequestTransaction]:
        """A transaction of the caller's company that goes on only if the read models are this version's."""
        company_id, deadline, lengthy = question.caller.company_id, question.deadline, question.lengthy
        with self.begin(connection, company_id, deadline, reading=True, lengthy=lengthy) as db:
            for name in question.projections:
                db.execute(HOLD_MODEL, named(self._writer.model(name)))
            yield db

    def _run_afterwards(self, connection: RequestConnection, reading: Reading) -> None:
        """Run what a question left, over the connection it had; that it fails is told to the log alone."""
        company_id, deadline = reading.db.company_id, time.monotonic() + AFTERWARDS.silence
        try:
            with request_transaction(
                connection, company_id, models=self._models, deadline=deadline, bounds=AFTERWARDS
            ) as db:
                for query, params in reading.later:
                    db.execute(query, params)
        except (psycopg.Error, Refusal) as error:
            log.warning("what follows an answer was not done", error=described(error))


@dataclass(frozen=True, kw_only=True)
class _Question:
    """A question, who asks it, and how it is to be answered."""

    caller: Caller
    answer: Callable[[Reading], Any]
    #: A time of the monotonic clock.
    deadline: float
    #: The asynchronous read models that it is answered from.
    projections: tuple[str, ...]
    wait_for: int | None
    within: UUID | None
    lengthy: bool
    tell: TellAccess | None


class _AskPrimary(Exception):
    """The replica cannot answer this question now."""
