"""Who may approve what, for whom."""

from dataclasses import replace
from typing import Any

import pytest

from commands.approvals import Approver, GiveApproval
from commands.passwords import SetPin, WrongPassword
from domain.approvals import Approval, ApprovalNotValid, NotAnApprover
from domain.permissions import permissions_of
from domain.users import User
from tests.commands.samples import ADMIN, ORDER, OTHER, STORE, USER, approval, caller, id_of
from tests.commands.scenario import Scenario, fact

MARKET, HARBOUR = id_of("market"), id_of("harbour")
CASHIER = caller("Cashier", STORE, user_id=USER)


def user() -> User:
    return User.begin(User.Registered, USER, username="ann", role="Manager")


def approver(role: str = "Manager", **fields: Any) -> Approver:
    own = {
        "id": ADMIN,
        "role": role,
        "permissions": permissions_of(role),
        "store_ids": (),
        "rights_version": 1,
        "checked_hash": "hash",
    }
    return Approver(**{**own, **fields})


def give(
    key: str = "orders.refund", by: Approver | None = None, token: bytes = b"token", **fields: Any
) -> GiveApproval:
    return GiveApproval(approver=by or approver(), token_hash=token, key=key, **fields)


@pytest.fixture
def till(scenario: Scenario) -> Scenario:
    """A cashier of one store asks, and the approver has a password."""
    return scenario.given_password(ADMIN, "hash").by(CASHIER)


class TestGiveApproval:
    def test_is_kept_with_all_that_binds_it(self, till: Scenario) -> None:
        till.when(give(order_id=ORDER, amount=500)).then_nothing()
        assert till.approvals() == [
            Approval(
                token_hash=b"token",
                key="orders.refund",
                approver_id=ADMIN,
                approver_role="Manager",
                store_ids=(STORE,),
                order_id=ORDER,
                amount=500,
            )
        ]

    @pytest.mark.parametrize("missing", ["pos.approve", "orders.refund", "orders.refund_other_method"])
    def test_refuses_who_lacks_a_key_of_it(self, till: Scenario, missing: str) -> None:
        without = approver(permissions=permissions_of("Manager", (), (missing,)))
        till.when(give("orders.refund_other_method", without)).then_refused(NotAnApprover)
        assert till.approvals() == []

    def test_refuses_a_cashier(self, till: Scenario) -> None:
        till.when(give("pos.discount", approver("Cashier"))).then_refused(NotAnApprover)

    def test_refuses_who_works_elsewhere(self, till: Scenario) -> None:
        till.when(give(by=approver(store_ids=(MARKET, HARBOUR)))).then_refused(NotAnApprover)

    def test_is_for_the_stores_where_both_work(self, till: Scenario) -> None:
        stores = approver(store_ids=(MARKET, STORE))
        till.when(give(by=stores, token=b"1"))
        till.by(caller("Cashier", STORE, MARKET, HARBOUR)).when(give(by=stores, token=b"2"))
        till.by(caller("Cashier")).when(give(by=stores, token=b"3"))
        till.by(caller("Cashier")).when(give(token=b"4"))
        common = {one.token_hash: one.store_ids for one in till.approvals()}
        assert common == {b"1": (STORE,), b"2": (STORE, MARKET), b"3": (MARKET, STORE), b"4": ()}

    def test_refuses_who_has_another_password_by_now(self, till: Scenario) -> None:
        till.when(give(by=approver(checked_hash="older"))).then_refused(NotAnApprover)
        assert till.approvals() == []


class TestTheCaller:
    APPROVAL = approval("orders.refund", store_ids=(STORE,), amount=500)

    def test_has_the_key_where_both_work_and_no_other(self) -> None:
        approved = caller("Cashier", STORE, MARKET).under(self.APPROVAL)
        assert approved.permissions == CASHIER.permissions | {"orders.refund"}
        assert (approved.store_ids, approved.approved_by) == ((STORE,), OTHER)
        assert CASHIER.approved_by is None

    def test_gives_back_no_more_than_was_approved(self) -> None:
        approved = CASHIER.under(self.APPROVAL)
        approved.check_approved_amount(500)
        with pytest.raises(ApprovalNotValid):
            approved.check_approved_amount(501)
        replace(CASHIER, approval=None).check_approved_amount(10**12)


class TestSetPin:
    def test_sets_it_and_says_so_without_saying_which(self, scenario: Scenario) -> None:
        scenario.given(user()).given_password(USER, "hash")
        scenario.when(SetPin(user_id=USER, knew_current=True, pin_hash="pin")).then(fact(User.PinSet, USER))
        assert scenario.pin_of(USER) == "pin"

    def test_refuses_whoever_did_not_know_the_password(self, scenario: Scenario) -> None:
        scenario.given(user()).given_password(USER, "hash")
        wrong = SetPin(user_id=USER, knew_current=False, pin_hash="")
        scenario.when(wrong).then_refused(WrongPassword, "current_password:invalid")
        assert scenario.pin_of(USER) is None
