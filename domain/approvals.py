"""Approvals: somebody with a right lets somebody without it do one thing, once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from domain.errors import NotAllowed

#: What an approver needs beside the key that is approved.
APPROVE: Final = "pos.approve"
REFUND: Final = "orders.refund"
REFUND_OTHER_METHOD: Final = "orders.refund_other_method"
RETURN_UNLINKED: Final = "orders.return_unlinked"
DISCOUNT: Final = "pos.discount"
#: Of what can be approved, what gives money back.
MONEY_BACK: Final = (REFUND, REFUND_OTHER_METHOD, "orders.void", RETURN_UNLINKED)
#: All that can be approved, and the keys that its approval grants: whoever refunds to another method refunds.
APPROVABLE: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        **{key: frozenset({key}) for key in (*MONEY_BACK, "pos.price_override", DISCOUNT, APPROVE)},
        REFUND_OTHER_METHOD: frozenset({REFUND, REFUND_OTHER_METHOD}),
    }
)


class NotAnApprover(NotAllowed):
    """Name, password or pin is wrong, or whoever has them may not approve this here."""


class ApprovalNotValid(NotAllowed):
    """The approval is unknown, too old, used, or for something else."""

    code = "approval_not_valid"
    remedy = "Ask for a new approval at this till, and send it once, with the request it is for."


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """What an approver allows one caller to do once.

    `store_ids` are the stores in which both work; empty: in all. `order_id` is the only order it is for, and
    `amount`, in minor currency units, the most that may go back; None for any.
    """

    token_hash: bytes
    key: str
    approver_id: UUID
    approver_role: str
    store_ids: tuple[UUID, ...] = ()
    order_id: UUID | None = None
    amount: int | None = None

    @property
    def keys(self) -> frozenset[str]:
        """The permission keys it grants."""
        return APPROVABLE[self.key]

    def check_order(self, order_id: UUID | None) -> None:
        """Raise ApprovalNotValid for a request about another order than the one it is for."""
        if self.order_id is not None and self.order_id != order_id:
            raise ApprovalNotValid("The approval is for another order.")

    def check_amount(self, amount: int) -> None:
        """Raise ApprovalNotValid when more money goes back than was approved."""
        if self.amount is not None and amount > self.amount:
            raise ApprovalNotValid("It is more than was approved.")


def common_stores(
    key: str, permissions: Collection[str], own: tuple[UUID, ...], callers: tuple[UUID, ...]
) -> tuple[UUID, ...]:
    """The stores in which an approver with these permissions and `own` stores may approve the key.

    Without stores one works in all. Raises NotAnApprover for whoever may not approve it, or works elsewhere
    than the caller.
    """
    if not {APPROVE, *APPROVABLE[key]} <= set(permissions):
        raise NotAnApprover
    if not own or not callers:
        return own or callers
    common = tuple(store_id for store_id in callers if store_id in own)
    if not common:
        raise NotAnApprover
    return common
