"""An operation of a till as it was sent, and the four things that can become of it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from commands.ports import DuplicateId, Missing
from commands.sync.ports import SyncWork
from domain.deliveries import Waiting
from domain.devices import Device
from domain.orders import Order
from domain.till_operations import (
    MadeThing,
    RefusedField,
    TillOperation,
    entry_of_other,
    stream_of,
)

R = TypeVar("R")
#: The type of an operation that makes a customer, who has its id.
NEW_CUSTOMER = "customer.create"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a till did, as it says: `body` is JSON, `content` a fingerprint of type and body.

    `store_ids` are those that who sent it works in.
    """

    id: UUID
    seq: int
    type: str
    occurred_at: datetime
    body: str
    content: str
    cashier_id: UUID | None = None
    catalog_position: int | None = None
    number: str | None = None
    store_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Record(Generic[R]):
    """Record what an operation did, by the handler of what it is; it waits no more, and is in no inbox."""

    decide: Callable[[Any], R]
    made: Callable[[R], MadeThing]
    waited: UUID | None = None
    resolution: "Resolution | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """How an entry of the inbox, known by its stream, is settled: as it is, or as another `body`, in JSON."""

    stream_id: UUID
    action: str = "sent_again"
    reason: str | None = None
    body: str | None = None


@dataclass(frozen=True, kw_only=True)
class Reject:
    """Keep an operation that cannot be recorded, with why."""

    operation: Operation
    device: Device
    code: str
    message: str
    details: tuple[RefusedField, ...] = ()
    awaits: UUID | None = None
    is_reused: bool = False
    #: The version of what it names on which it was decided anew, where it lay in the inbox.
    awaited_version: int | None = None


@dataclass(frozen=True, kw_only=True)
class KeepWaiting:
    """Keep an operation until what it names is there."""

    operation: Operation
    device_id: UUID
    awaits: UUID
    received_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Discard:
    """An operation of the inbox is not to be recorded."""

    entry_id: UUID
    reason: str


@dataclass(frozen=True, kw_only=True)
class AskEntry:
    """Ask for an entry of the inbox by its stream."""

    stream_id: UUID


def record_operation(command: Record[R], work: SyncWork) -> R:
    """Record it, and settle what there was of it. Raises what its handler raises, and OperationSettled."""
    result = command.decide(work)
    if command.waited:
        work.deliveries.forget(command.waited)
    if resolution := command.resolution:
        rejected = work.load(TillOperation, resolution.stream_id)
        rejected.resolve(resolution.action, command.made(result), resolution.reason, resolution.body)
        work.save(rejected)
    return result


def reject_operation(command: Reject, work: SyncWork) -> None:
    """Keep it in the inbox; what is there already is not kept twice, but why it was rejected anew is."""
    operation = command.operation
    entries = work.deliveries.entries([operation.id]).read()
    work.deliveries.forget(operation.id)
    known = next((entry for entry in entries if entry.content == operation.content), None)
    if known:
        _reject_again(command, known.stream_id, work)
        return
    customer_id = _customer_of(operation, work)
    work.hold_person(customer_id)
    is_other = command.is_reused or bool(entries)
    entry_id = entry_of_other(operation.id, operation.content) if is_other else operation.id
    work.save(
        TillOperation.begin(
            TillOperation.Rejected,
            stream_of(entry_id),
            entry_id=entry_id,
            operation_id=operation.id,
            device_id=command.device.id,
            register_id=command.device.register_id,
            store_id=command.device.store_id,
            seq=operation.seq,
            type=operation.type,
            occurred_at=operation.occurred_at,
            cashier_id=operation.cashier_id,
            catalog_position=operation.catalog_position,
            number=operation.number,
            body=operation.body,
            content=operation.content,
            code=command.code,
            message=command.message,
            details=command.details,
            awaits=command.awaits,
            customer_id=customer_id,
        )
    )


def _reject_again(command: Reject, stream_id: UUID, work: SyncWork) -> None:
    """Keep why, where it was decided anew by itself and nobody has settled it meanwhile."""
    version = command.awaited_version
    if version is None:
        return
    entry = work.load(TillOperation, stream_id)
    if entry.status == "rejected":
        entry.reject_again(command.code, command.message, command.details, command.awaits, version)
        work.save(entry)


def keep_waiting(command: KeepWaiting, work: SyncWork) -> None:
    """Keep it, as long as it has waited already. Raises DuplicateId when another of its id waits."""
    operation = command.operation
    others = work.deliveries.waiting([operation.id]).read()
    if any(operation_of(other).content != operation.content for other in others):
        raise DuplicateId
    customer_id = _customer_of(operation, work)
    work.hold_person(customer_id)
    waiting = Waiting(
        id=operation.id,
        device_id=command.device_id,
        awaits=command.awaits,
        operation=msgspec.json.encode(operation).decode(),
        received_at=command.received_at or work.now,
        received_by=work.caller.user_id,
        customer_id=customer_id,
    )
    work.deliveries.keep(waiting, operation.seq)


def _customer_of(operation: Operation, work: SyncWork) -> UUID | None:
    """The customer whom an operation makes or names, else that of the order it names, as far as is known."""
    if operation.type == NEW_CUSTOMER:
        return operation.id
    body = msgspec.json.decode(operation.body)
    if customer_id := _id_in(body, "customer_id"):
        return customer_id
    order_id = _id_in(body, "order_id")
    return work.deliveries.customer_of(order_id).read() if order_id else None


def _id_in(body: Any, name: str) -> UUID | None:
    """The id under a name; None for what is no id, as a body may say anything."""
    try:
        return UUID(body[name])
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def discard_operation(command: Discard, work: SyncWork) -> TillOperation:
    """Settle it so. Raises Missing, OperationSettled."""
    rejected = _load(command.entry_id, work)
    rejected.discard(command.reason)
    work.save(rejected)
    return rejected


@dataclass(frozen=True, kw_only=True)
class FindEntry:
    """Ask for an entry of the inbox by its id."""

    entry_id: UUID


def find_entry(command: FindEntry, work: SyncWork) -> TillOperation:
    """The entry, of a store of the caller's. Raises Missing."""
    return _load(command.entry_id, work)


@dataclass(frozen=True, kw_only=True)
class FindOrder:
    """Ask for an order that an operation names."""

    order_id: UUID


def find_order(command: FindOrder, work: SyncWork) -> Order:
    """The order. Raises Missing."""
    return work.load(Order, command.order_id)


def ask_entry(command: AskEntry, work: SyncWork) -> TillOperation:
    """The entry. Raises Missing."""
    return work.load(TillOperation, command.stream_id)


def _load(entry_id: UUID, work: SyncWork) -> TillOperation:
    rejected = work.load(TillOperation, stream_of(entry_id))
    if not rejected.is_within(work.caller.store_ids):
        raise Missing
    return rejected


def operation_of(waiting: Waiting) -> Operation:
    """The operation that waits."""
    return msgspec.json.decode(waiting.operation, type=Operation)


def waiting_of(entry: TillOperation, awaited_version: int) -> Waiting:
    """The same for one of the inbox: by who sent it, in the store of its device, and for the last time."""
    sent, operation = entry.rejected, operation_in(entry)
    return Waiting(
        id=operation.id,
        device_id=sent.device_id,
        awaits=entry.refusal.awaits or operation.id,
        operation=msgspec.json.encode(replace(operation, store_ids=(sent.store_id,))).decode(),
        received_at=entry.created_on,
        received_by=entry.created_by,
        is_hopeless=True,
        awaited_version=awaited_version,
    )


def operation_in(rejected: TillOperation) -> Operation:
    """The operation that was rejected."""
    sent = rejected.rejected
    return Operation(
        id=sent.operation_id,
        seq=sent.seq,
        type=sent.type,
        occurred_at=sent.occurred_at,
        body=sent.body,
        content=sent.content,
        cashier_id=sent.cashier_id,
        catalog_position=sent.catalog_position,
        number=sent.number,
    )
