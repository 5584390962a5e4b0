"""What is known before the operations of a delivery are decided, and what is noted after them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from commands.ports import Missing
from commands.sync.operation import waiting_of
from commands.sync.ports import SyncWork
from domain.catalog.shelf_prices import ShelfPrice
from domain.deliveries import InboxEntry, Waiting
from domain.devices import Device
from domain.errors import Detail, Invalid
from domain.pending import Pending
from domain.settings import OtherStore
from domain.till_operations import TillOperation
from domain.users import User

#: For how long an operation waits for what it names.
PATIENCE = timedelta(hours=24)
#: How many waiting operations are looked at in one go.
MOST_DUE = 500

#: What a store asked for goods, by the position of the log at which a till knew its catalog.
Prices = Mapping[int, Mapping[UUID, ShelfPrice]]


@dataclass(frozen=True, kw_only=True)
class BeginDelivery:
    """Ask what operations of a device are decided on: by whom they are, and what they sell as of where."""

    device_id: UUID
    operation_ids: Collection[UUID]
    cashier_ids: Collection[UUID]
    goods: Mapping[int, Collection[UUID]]
    seqs: Collection[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDelivery:
    """The device and the cashiers; what of the operations is in the inbox, or waits."""

    device: Device
    cashiers: Mapping[UUID, User]
    prices: Prices
    entries: Mapping[UUID, list[InboxEntry]]
    waiting: Mapping[UUID, Waiting]


@dataclass(frozen=True, kw_only=True)
class NoteDelivery:
    """A device was heard of."""

    device_id: UUID


@dataclass(frozen=True, kw_only=True)
class FindDue:
    """Ask which waiting operations can be decided now, but for these."""

    but: Collection[UUID] = ()


@dataclass(frozen=True, kw_only=True)
class AskRights:
    """Ask what a user was allowed to do at a moment."""

    user_id: UUID
    moment: datetime


def begin_delivery(command: BeginDelivery, work: SyncWork) -> KnownDelivery:
    """All that is known of it, in two round trips. Raises Invalid for an unknown device, OtherStore.

    That its operations have arrived is noted before they are decided, as that depends on it.
    """
    entries = work.deliveries.entries(command.operation_ids)
    waiting = work.deliveries.waiting(command.operation_ids)
    cashiers = {one: work.ask(User, one) for one in command.cashier_ids}
    device = _device(command.device_id, work)
    prices = {
        position: work.shelf_prices.known_at(device.store_id, variants, position=position)
        for position, variants in command.goods.items()
    }
    if command.seqs:
        work.deliveries.note(device.id, command.seqs, work.now)
    by_operation: dict[UUID, list[InboxEntry]] = {}
    for entry in entries.read():
        by_operation.setdefault(entry.operation_id, []).append(entry)
    return KnownDelivery(
        device=device,
        cashiers={one: user for one, asked in cashiers.items() if (user := _found(asked))},
        prices={position: known.read() for position, known in prices.items()},
        entries=by_operation,
        waiting={one.id: one for one in waiting.read()},
    )


def _device(device_id: UUID, work: SyncWork) -> Device:
    try:
        device = work.load(Device, device_id)
    except Missing:
        raise Invalid(details=[Detail("device_id", "not_found", "There is no such device.")]) from None
    if not device.is_within(work.caller.store_ids):
        raise OtherStore
    return device


def _found(asked: Pending[User]) -> User | None:
    try:
        return asked.read()
    except Missing:
        return None


def note_delivery(command: NoteDelivery, work: SyncWork) -> None:
    """Keep that the device was heard of."""
    work.deliveries.note(command.device_id, (), work.now)


def find_due(command: FindDue, work: SyncWork) -> list[Waiting]:
    """The operations that need not wait any more, then those of the inbox whose absent thing is there.

    Those of a device are in the order in which it did them.
    """
    waiting = work.deliveries.due(work.now - PATIENCE, command.but, MOST_DUE)
    versions = work.deliveries.due_entries(MOST_DUE).read()
    entries = [entry.read() for entry in [work.ask(TillOperation, stream_id) for stream_id in versions]]
    entries.sort(key=lambda entry: (entry.rejected.device_id, entry.rejected.seq))
    return [*waiting.read(), *(waiting_of(entry, versions[entry.id]) for entry in entries)]


def ask_rights(command: AskRights, work: SyncWork) -> User | None:
    """The user as they were then, or None if they were not there yet."""
    return work.deliveries.user_at(command.user_id, command.moment).read()
