"""Deciding operations of a till: each in a transaction of its own, whatever becomes of the others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar
from uuid import UUID

import structlog

from api.sync.answers import MadeAnswer, ResultAnswer, WrongFieldAnswer
from api.sync.arrivals import Arrival, NotAvailableOffline
from api.sync.kinds import Kind
from api.work import Work
from commands.access import CompanySuspended, SubscriptionExpired, Unauthenticated
from commands.creations import Content
from commands.outcomes import Outcome, Response
from commands.ports import Caller, ConcurrentEdit, DuplicateId
from commands.shifts.closing import VIEW_EXPECTED
from commands.sync.arrivals import AskRights, KnownDelivery, ask_rights
from commands.sync.delivery import NOT_PERMITTED, Delivery, NotArrived
from commands.sync.operation import (
    AskEntry,
    KeepWaiting,
    Operation,
    Record,
    Reject,
    Resolution,
    ask_entry,
    keep_waiting,
    record_operation,
    reject_operation,
)
from commands.unavailable import Unavailable
from domain.deliveries import InboxEntry, Waiting
from domain.errors import Conflict, Detail, Invalid, NotAllowed, Refusal
from domain.permissions import PERMISSIONS
from domain.settings import OtherStore
from domain.till_operations import MadeThing, OperationDiscarded, RefusedField
from domain.users import User
from projections.base import CompanyClosed, EventNotReadable, ServerOutdated

log = structlog.get_logger("sync")

C = TypeVar("C")
R = TypeVar("R")

#: What says nothing of an operation: the whole delivery is refused, and can be sent again.
_OF_THE_DELIVERY = (
    Unauthenticated,
    CompanySuspended,
    SubscriptionExpired,
    ConcurrentEdit,
    Unavailable,
    ServerOutdated,
    CompanyClosed,
    EventNotReadable,
)
#: Who settles what tills did may send it for others.
SYNC_RESOLVE = "sync.resolve"
#: What lets nobody do anything: whoever did what they may not do has seen no more for it.
_SEEING = frozenset({"costs.view", VIEW_EXPECTED})
_NOTHING = Response(200, None, b"")


class Run(Protocol):
    """Runs a handler as one decision, as the application does."""

    def __call__(
        self,
        caller: Caller,
        handler: Callable[[Any, Work], Any],
        command: Any,
        present: Callable[[Any], Response],
        *,
        content: Content | None = None,
    ) -> Outcome:
        """Decide, record and answer in one transaction."""


class DependsOnRejected(Conflict):
    """What it names was rejected, or has not come in time."""

    code = "depends_on_rejected"
    remedy = "Settle first what it names, in the inbox; then send it again under a new id."


class IdReused(Conflict):
    """Something else has this id already."""

    code = "id_reused"
    remedy = "Give each operation an id of its own that was never used before."


class Failed(Conflict):
    """Something went wrong on our side; it is kept."""

    code = "internal_error"
    remedy = "Leave it in the inbox, and tell whoever runs the service the request's id."


@dataclass(frozen=True, slots=True)
class _Rights:
    """By which rights it is decided, and of which role; what is to be said of it, and who mends it."""

    role: str
    permissions: frozenset[str]
    flags: frozenset[str] = frozenset()
    mended_by: UUID | None = None


class Decider:
    """Decides the operations of one device for one caller."""

    def __init__(self, run: Run, caller: Caller, known: KnownDelivery) -> None:
        self._run = run
        self._caller = caller
        self._known = known

    def decide(self, arrival: Arrival, waiting: Waiting | None = None) -> ResultAnswer:
        """Record it, keep it waiting, or reject it; `waiting` is what it was until now.

        Raises what says nothing of the operation.
        """
        operation = arrival.operation
        try:
            return self._decided(arrival)
        except NotArrived as missing:
            return self._missing(operation, missing, waiting)
        except _OF_THE_DELIVERY:
            raise
        except DuplicateId:
            refusal: Refusal = IdReused()
        except Refusal as refused:
            refusal = refused
        except Exception:  # one that we cannot decide must not hold up its till for ever
            log.exception("an operation failed", operation_id=str(operation.id))
            refusal = Failed()
        return self._reject(operation, refusal, waiting)

    def _decided(self, arrival: Arrival) -> ResultAnswer:
        entry = self._entry(arrival.operation)
        if entry and entry.status != "rejected":
            return self._settled(arrival.operation, entry)
        return self.record(arrival, Resolution(stream_id=entry.stream_id) if entry else None)

    def _entry(self, operation: Operation) -> InboxEntry | None:
        entries = self._known.entries.get(operation.id, [])
        return next((entry for entry in entries if entry.content == operation.content), None)

    def record(self, arrival: Arrival, resolution: Resolution | None) -> ResultAnswer:
        """Record it by the cashier's rights of now, else of then, else as what was not permitted.

        Raises every refusal of its handler, or why the operation could not be read.
        """
        kind, refused = _kind_of(arrival), None
        for rights in self._rights(arrival.operation, kind.permission):
            try:
                return self._applied(arrival, kind, rights, resolution)
            except OtherStore:
                raise
            except NotAllowed as refusal:
                refused = refusal
        raise refused or NotAllowed

    def mend(self, arrival: Arrival, resolution: Resolution) -> ResultAnswer:
        """Record what the caller mended by their own rights, as approved by them unless they did it.

        Raises NotAllowed, every refusal of its handler, or why the operation could not be read.
        """
        kind, caller, cashier = _kind_of(arrival), self._caller, self._cashier(arrival.operation)
        if kind.permission not in caller.permissions:
            raise NotAllowed.without(kind.permission)
        mended_by = caller.user_id if caller.user_id != cashier.id else None
        rights = _Rights(caller.role, caller.permissions, mended_by=mended_by)
        return self._applied(arrival, kind, rights, resolution)

    def _cashier(self, operation: Operation) -> User:
        """Who did it. Raises Invalid."""
        cashier = self._known.cashiers.get(operation.cashier_id) if operation.cashier_id else None
        if cashier is None:
            raise Invalid(details=[Detail("cashier_id", "not_found", "There is no such user.")])
        return cashier

    def _rights(self, operation: Operation, permission: str) -> Iterator[_Rights]:
        """The cashier's of now and of then, each only as far as they are the sender's, too."""
        cashier = self._cashier(operation)
        if rights := self._shared(cashier, permission):
            yield rights
        then = self._user_at(cashier.id, operation)
        if then and (rights := self._shared(then, permission)):
            yield rights
        all_but_unseen = frozenset(PERMISSIONS) - (_SEEING - cashier.permissions)
        yield _Rights(cashier.values["role"], all_but_unseen, frozenset({NOT_PERMITTED}))

    def _shared(self, cashier: User, permission: str) -> _Rights | None:
        """What the cashier may, as far as the sender may; None if that is not enough.

        Who names somebody else gains nothing by it, unless they settle what tills did.
        """
        role, permissions = cashier.values["role"], cashier.permissions
        sender = self._known.cashiers.get(self._caller.user_id) if self._caller.user_id else None
        if sender is None:
            return None
        if sender.id != cashier.id and SYNC_RESOLVE not in sender.permissions:
            role, permissions = sender.values["role"], permissions & sender.permissions
        works_here = self._known.device.is_within(cashier.values["store_ids"])
        is_allowed = cashier.is_active and works_here and permission in permissions
        return _Rights(role, permissions) if is_allowed else None

    def _user_at(self, user_id: UUID, operation: Operation) -> User | None:
        user, _ = self._ask(ask_rights, AskRights(user_id=user_id, moment=operation.occurred_at))
        return user

    def _applied(
        self, arrival: Arrival, kind: Kind, rights: _Rights, resolution: Resolution | None
    ) -> ResultAnswer:
        operation, made = arrival.operation, []
        command = kind.command(arrival.body or {}, self._delivery(operation, rights.flags))
        record = Record(
            decide=lambda work: kind.handler(command, work),
            made=kind.made,
            waited=operation.id if operation.id in self._known.waiting else None,
            resolution=resolution,
        )

        def note(result: Any) -> Response:
            made.append((kind.made(result), kind.flags(result)))
            return _NOTHING

        caller = replace(
            self._caller,
            sent_for=operation.cashier_id,
            role=rights.role,
            permissions=rights.permissions,
            mended_by=rights.mended_by,
        )
        outcome = self._run(caller, record_operation, record, note, content=arrival.content)
        thing, flags = made[-1]
        return ResultAnswer(
            id=operation.id,
            status="replayed" if outcome.replayed else "applied",
            resource=_show(thing),
            flags=list(flags),
            position=outcome.position,
        )

    def _delivery(self, operation: Operation, flags: frozenset[str]) -> Delivery:
        device, position = self._known.device, operation.catalog_position
        prices = self._known.prices.get(position) if position is not None else None
        return Delivery(
            device_id=device.id,
            device_code=device.code,
            register_id=device.register_id,
            seq=operation.seq,
            told_at=operation.occurred_at,
            number=operation.number,
            catalog_position=position,
            flags=flags,
            prices_of=None if prices is None else device.store_id,
            prices=prices or {},
        )

    def _settled(self, operation: Operation, entry: InboxEntry) -> ResultAnswer:
        """What somebody has settled in the inbox stays so."""
        rejected, position = self._ask(ask_entry, AskEntry(stream_id=entry.stream_id))
        if rejected.made:
            resource = _show(rejected.made)
            return ResultAnswer(id=operation.id, status="replayed", resource=resource, position=position)
        refusal = OperationDiscarded()
        return ResultAnswer(
            id=operation.id, status="rejected", code=refusal.code, message=refusal.message, position=position
        )

    def _missing(self, operation: Operation, missing: NotArrived, waiting: Waiting | None) -> ResultAnswer:
        """Keep it waiting for what it names, unless that will not come."""
        if waiting and waiting.is_hopeless:
            return self._reject(operation, DependsOnRejected(), waiting, awaits=missing.awaits)
        before = self._known.waiting.get(operation.id)
        command = KeepWaiting(
            operation=operation,
            device_id=self._known.device.id,
            awaits=missing.awaits,
            received_at=before.received_at if before else None,
        )
        try:
            self._ask(keep_waiting, command)
        except DuplicateId:
            return self._reject(operation, IdReused(), waiting)
        return ResultAnswer(id=operation.id, status="waiting", code=missing.code, message=missing.message)

    def _reject(
        self, operation: Operation, refusal: Refusal, waiting: Waiting | None, *, awaits: UUID | None = None
    ) -> ResultAnswer:
        code = _code(refusal)
        command = Reject(
            operation=operation,
            device=self._known.device,
            code=code,
            message=refusal.message,
            details=tuple(RefusedField(**detail) for detail in refusal.details),
            awaits=awaits,
            is_reused=isinstance(refusal, IdReused),
            awaited_version=waiting.awaited_version if waiting else None,
        )
        _, position = self._ask(reject_operation, command)
        return ResultAnswer(
            id=operation.id,
            status="rejected",
            code=code,
            message=refusal.message,
            details=[WrongFieldAnswer(**detail) for detail in refusal.details],
            position=position,
        )

    def _ask(self, handler: Callable[[C, Work], R], command: C) -> tuple[R, int]:
        return ask(self._run, self._caller, handler, command)


def ask(run: Run, caller: Caller, handler: Callable[[C, Work], R], command: C) -> tuple[R, int]:
    """What a handler answers that presents nothing, and at which position of the log."""
    answers: list[R] = []

    def note(result: R) -> Response:
        answers.append(result)
        return _NOTHING

    position = run(caller, handler, command, note).position
    return answers[-1], position


def _kind_of(arrival: Arrival) -> Kind:
    """What it is. Raises why the operation could not be read."""
    if arrival.refusal or arrival.kind is None:
        raise arrival.refusal or NotAvailableOffline
    return arrival.kind


def _code(refusal: Refusal) -> str:
    """The refusal's own code; what names nothing but things that are not there is not found."""
    codes = {detail["code"] for detail in refusal.details}
    return "not_found" if type(refusal) is Invalid and codes == {"not_found"} else refusal.code


def _show(thing: MadeThing) -> MadeAnswer:
    return MadeAnswer(type=thing.type, id=thing.id, number=thing.number)
