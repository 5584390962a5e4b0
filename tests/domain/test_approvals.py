"""What an approval allows."""

from uuid import UUID

import pytest

from domain.approvals import APPROVABLE, APPROVE, Approval, ApprovalNotValid
from domain.permissions import PERMISSIONS

ORDER, OTHER, APPROVER = UUID(int=1), UUID(int=2), UUID(int=3)


def approval(**fields: object) -> Approval:
    own = {
        "token_hash": b"token",
        "key": "orders.refund",
        "approver_id": APPROVER,
        "approver_role": "Manager",
    }
    return Approval(**{**own, **fields})  # type: ignore[arg-type]


def test_every_key_that_can_be_approved_is_a_permission() -> None:
    assert PERMISSIONS.keys() >= {
        APPROVE,
        *APPROVABLE,
        *(key for keys in APPROVABLE.values() for key in keys),
    }


def test_whoever_may_refund_to_another_method_may_refund() -> None:
    assert approval(key="orders.refund_other_method").keys == {"orders.refund", "orders.refund_other_method"}
    assert approval().keys == {"orders.refund"}


def test_is_for_its_order_alone() -> None:
    approval().check_order(None)
    approval(order_id=ORDER).check_order(ORDER)
    for other in (OTHER, None):
        with pytest.raises(ApprovalNotValid):
            approval(order_id=ORDER).check_order(other)


def test_is_for_its_amount_at_most() -> None:
    approval().check_amount(10**12)
    approval(amount=500).check_amount(500)
    with pytest.raises(ApprovalNotValid):
        approval(amount=500).check_amount(501)
