"""Giving an approval: an approver, whose password or pin was checked, lets the caller do one thing once."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from commands.ports import UnitOfWork
from domain.approvals import Approval, NotAnApprover, common_stores
from domain.devices import Device
from domain.errors import Detail, Invalid
from domain.pending import Pending

#: For how many seconds an approval is good.
LIFETIME: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Approver:
    """A user of the company who has just shown to be who they are.

    `checked_hash` is what the password or the pin was checked against, `rights_version` the version of the
    user at which these rights were given.
    """

    id: UUID
    role: str
    permissions: Collection[str]
    store_ids: tuple[UUID, ...]
    rights_version: int
    checked_hash: str


@dataclass(frozen=True, kw_only=True)
class GiveApproval:
    """Let the caller do once what takes the key: with the order, and up to the amount, if they are given."""

    approver: Approver
    token_hash: bytes
    key: str
    order_id: UUID | None = None
    amount: int | None = None


def check_device(device: Device | None, store_ids: Collection[UUID]) -> None:
    """Raise Invalid unless pins are good at the device: it is in use, in one of these stores."""
    if device is None or device.is_retired or not device.is_within(store_ids):
        message = "There is no such device in use."
        raise Invalid(details=[Detail("device_id", "not_found", message)])


class ApprovalsPort(Protocol):
    """Approvals that were given. They are no facts: what is done with them says who approved it."""

    def give(self, approval: Approval, approver: Approver) -> Pending[bool]:
        """Let the caller use it for a while; False if the secret that was checked is another by now."""


class ApprovalWork(UnitOfWork, Protocol):
    """What approvals are decided with."""

    @property
    def approvals(self) -> ApprovalsPort:
        """Approvals."""


def give_approval(command: GiveApproval, work: ApprovalWork) -> None:
    """Give it, for use in the stores where both work. Raises NotAnApprover."""
    approver = command.approver
    approval = Approval(
        token_hash=command.token_hash,
        key=command.key,
        approver_id=approver.id,
        approver_role=approver.role,
        store_ids=common_stores(command.key, approver.permissions, approver.store_ids, work.caller.store_ids),
        order_id=command.order_id,
        amount=command.amount,
    )
    if not work.approvals.give(approval, approver).read():
        raise NotAnApprover
