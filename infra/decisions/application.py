"""The way in: every command is one transaction, every question another, for HTTP and the command line."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Generic, TypeVar
from uuid import UUID

from psycopg import errors

from commands.creations import Content
from commands.outcomes import IdempotencyKey, Outcome, Response
from commands.ports import Caller, ConcurrentEdit
from commands.unavailable import OutcomeUnknown
from infra.decisions.access import AccessCheck, TellAccess
from infra.decisions.approvals import ApprovalUse
from infra.decisions.commits import position_of
from infra.decisions.measured import MeasuredCommand
from infra.decisions.positions import HEAD, LogPosition
from infra.decisions.queries import Queries
from infra.decisions.repetitions import Repetition, keep_response
from infra.decisions.signing import AskDevice, Signing, SigningDevice
from infra.decisions.unit_of_work import EventWriter, PostgresUnitOfWork
from infra.postgres.connections import CommitUnknown, ConnectionLost
from infra.postgres.outages import insist, refusing_outages
from infra.postgres.pool import RequestPool
from infra.postgres.replica import Replica
from infra.postgres.request_transactions import RequestTransaction
from infra.postgres.retries import count_retry

C = TypeVar("C")
R = TypeVar("R")
W = TypeVar("W", bound=PostgresUnitOfWork)
#: Makes the unit of work of a transaction, for a caller and a moment.
OpenWork = Callable[[RequestTransaction, EventWriter, Caller, datetime, Content | None], W]

#: How often a decision is taken again when another one came in between.
ATTEMPTS = 5
#: How the database says that another decision came in between.
_CAME_IN_BETWEEN = (errors.SerializationFailure, errors.DeadlockDetected, errors.UniqueViolation)


class Application(Queries, Generic[W]):
    """Runs commands and questions over a pool of connections.

    `open_work` says which ports there are to decide with, and a `device` signs receipts. `seconds` is how
    long all transactions of a request may take together, `lengthy_seconds` of one that reads or writes much.
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
        super().__init__(pool, writer, seconds, lengthy_seconds, replica)
        self._device = device
        self._open_work = open_work

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
        deadline = self.deadline(lengthy=lengthy)
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
            access, earlier = AccessCheck(db, caller), Repetition(db, caller, key)
            try:
                return earlier.outcome()
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
            with self.open(caller.company_id, deadline, lengthy=lengthy) as db:
                access = AccessCheck(db, caller, tell)
                repetition = Repetition(db, caller, key) if key else None
                if within:
                    db.enter(within)
                work = self._begin_work(db, caller, content, signing)
                # A caller that may not ask learns nothing else, neither a result nor another refusal.
                if repetition:
                    try:
                        earlier = repetition.outcome()
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
                    position = db.ask(HEAD, {"company_id": caller.company_id})
                if not work.has_changes:
                    # Nothing was decided, so what was made only to be locked goes again.
                    db.abandon()
                elif key:
                    keep_response(db, caller, key, response, work)
        except CommitUnknown as lost:
            settled = self._position_of(work, lost, caller.company_id, within)
            db.note_commit()
            return Outcome(response, settled)
        head = position.row()
        if key and not work.has_changes:
            with self.transaction(caller.company_id) as db:
                keep_response(db, caller, key, response, work)
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
        deadline = self.deadline()
        position = position_of(work.trace, lost, lambda: self.open(within or own, deadline, reading=True))
        if position is None:
            raise ConnectionLost(str(lost), backend=lost.backend, is_silent=lost.is_silent) from lost
        if within:
            with self.open(own, deadline, reading=True) as db:
                return LogPosition(db).reached
        return position
