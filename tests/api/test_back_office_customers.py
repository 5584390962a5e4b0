"""Whom orders of the back office are for, over HTTP: merged or erased meanwhile, and what they owe."""

from collections.abc import Callable
from typing import Any

import pytest

from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS
from tests.acceptance.orders.desk import lapse
from tests.api.conftest import Stocked
from tests.api.test_accounts import customer_of, give, path, statement
from tests.api.test_back_office_orders import ORDERS, Desk, at_once, codes, standing, units
from tests.conftest import PASSWORD

CUSTOMERS = "/api/admin/customers"


@pytest.fixture
def desk(stocked: Stocked) -> Desk:
    """Somebody at the desk; there are ten, at 1.19."""
    return Desk(stocked)


@pytest.fixture
def ada(stocked: Stocked) -> str:
    """A customer who may owe 10.00."""
    return customer_of(stocked.shop)


@pytest.fixture
def eve(stocked: Stocked) -> str:
    """Another, who may owe as much."""
    return customer_of(stocked.shop, name="Eve")


def merge(desk: Desk, into: str, absorbed: str) -> Any:
    return desk.client("Admin").post(path(into, "merge"), {"absorb": [absorbed], "keep": {}})


def erase(desk: Desk, customer: str, **more: Any) -> Any:
    return desk.client("Admin").post(path(customer, "erase"), {"reason": "asked", **more})


def shown(desk: Desk, order: Any) -> Any:
    return desk.client().get(f"{ORDERS}/{order['id']}").data


class TestMergedMeanwhile:
    def test_an_open_order_is_found_under_who_was_kept(self, desk: Desk, ada: str, eve: str) -> None:
        order = desk.place(customer_id=eve).data
        assert merge(desk, ada, eve).status == 200
        (found,) = desk.client().get(f"{CUSTOMERS}/{ada}/orders").data
        assert (found["id"], found["customer_id"], found["status"]) == (order["id"], eve, "open")
        assert erase(desk, ada).code == "open_orders"
        assert desk.client("Admin").delete(f"{CUSTOMERS}/{ada}").code == "in_use"

    def test_it_is_charged_to_who_was_kept_within_their_limit(self, desk: Desk, ada: str, eve: str) -> None:
        order = desk.place(customer_id=eve, on_account=True).data
        merge(desk, ada, eve)
        assert standing(desk.do(order, "fulfil", {})) == ("completed", "unpaid", "fulfilled", 476)
        assert [statement(desk.stocked, one)["closing"] for one in (ada, eve)] == [476, 0]
        assert desk.place(5, customer_id=ada, on_account=True).code == "credit_limit_exceeded"
        desk.client().post(path(ada, "payments"), {"amount": 476, "method": "cash"})
        assert (shown(desk, order)["due_total"], shown(desk, order)["payment_status"]) == (0, "paid")

    def test_it_is_paid_and_given_back_by_the_credit_of_who_was_kept(
        self, desk: Desk, ada: str, eve: str
    ) -> None:
        give(desk.stocked, ada, 200)
        order = desk.place(customer_id=eve).data
        merge(desk, ada, eve)
        assert desk.pay(order, 200, "store_credit").status == 201
        assert desk.do(order, "cancel", {"reason": "no", "refund": "store_credit"}).status == 200
        assert desk.client().get(f"{CUSTOMERS}/{ada}").data["balances"]["store_credit"] == 200

    @pytest.mark.parametrize("_attempt", range(3))
    def test_a_merge_and_an_order_at_once_lose_nothing(
        self, desk: Desk, ada: str, eve: str, _attempt: int
    ) -> None:
        order = desk.place(customer_id=eve, on_account=True).data
        answers = at_once(
            lambda: merge(desk, ada, eve),
            lambda: desk.do(order, "fulfil", {}),
            lambda: desk.place(2, customer_id=eve),
        )
        assert {answer.status for answer in answers} <= {200, 201, 409, 422}
        assert answers[0].status == 200
        assert desk.do(order, "fulfil", {}).status in (200, 409)
        assert [statement(desk.stocked, one)["closing"] for one in (ada, eve)] == [476, 0]
        placed = 1 + (answers[2].status == 201)
        assert len(desk.client().get(f"{CUSTOMERS}/{ada}/orders").data) == placed


class TestErasedMeanwhile:
    def test_an_erasure_and_an_order_at_once_are_one_of_them(self, desk: Desk, ada: str) -> None:
        answers = at_once(lambda: erase(desk, ada), lambda: desk.place(customer_id=ada, note="ring at Ada's"))
        assert codes(answers) in (["", "open_orders"], ["", "validation_failed"])
        is_placed = answers[1].status == 201
        assert desk.stock() == (("10", "4", "6") if is_placed else ("10", "0", "10"))

    def test_an_erasure_and_an_order_that_becomes_theirs_at_once_are_one_of_them(
        self, desk: Desk, ada: str
    ) -> None:
        order = desk.place().data
        answers = at_once(lambda: erase(desk, ada), lambda: desk.amend(order, {"customer_id": ada}))
        assert sorted(answer.status >= 400 for answer in answers) == [False, True]
        assert {answer.status for answer in answers} <= {200, 409, 422}

    def test_what_was_said_of_who_is_erased_is_read_nowhere(self, desk: Desk, ada: str) -> None:
        reason = {"type": "amount", "value": 1, "reason": "Quixote's birthday"}
        paid = {"method": "card", "amount": 100, "reference": "Quixote 1"}
        order = desk.place(
            customer_id=ada, note="ring at Quixote's", discounts=[reason], payments=[paid]
        ).data
        desk.amend(order, {"note": "Quixote rang", "reason": "Quixote said so"})
        desk.do(order, "fulfil", {"lines": units(order, "1"), "tracking": "to Quixote"})
        assert desk.pay(order, 100).status == 201
        owed = desk.do(order, "cancel", {"reason": "x"}).json["error"]["overpaid"]
        refund = [{"method": "card", "amount": owed, "reference": "Quixote 2"}]
        cancelled = desk.do(order, "cancel", {"reason": "Quixote has enough", "refund": refund})
        assert cancelled.status == 200, cancelled.body
        assert erase(desk, ada, forfeit=True).status == 200
        for what in ("", "/history", "/receipt"):
            answer = desk.client("Admin").get(f"{ORDERS}/{order['id']}{what}")
            assert (answer.status, b"uixote" in answer.body) == (200, False)

    def test_an_order_that_is_somebody_elses_says_nothing_of_who_it_was_for(
        self, desk: Desk, ada: str, eve: str
    ) -> None:
        order = desk.place(customer_id=ada, note="ring at Quixote's").data
        assert desk.amend(order, {"customer_id": eve}).data["note"] is None
        assert erase(desk, ada).status == 200
        history = desk.client("Admin").get(f"{ORDERS}/{order['id']}/history")
        assert (history.status, b"uixote" in history.body) == (200, False)
        assert standing(desk.do(order, "fulfil", {}))[:3] == ("open", "unpaid", "fulfilled")


class TestOwed:
    def test_it_is_due_by_the_day_that_was_agreed(self, desk: Desk, ada: str) -> None:
        order = desk.place(customer_id=ada, on_account=True, due_on="2999-12-31").data
        desk.do(order, "fulfil", {})
        assert shown(desk, order)["back_office"]["due_on"] == "2999-12-31"
        ageing = statement(desk.stocked, ada)["ageing"]
        assert (ageing["current"], sum(ageing.values())) == (476, 476)

    def test_a_deposit_is_not_owed(self, desk: Desk, ada: str) -> None:
        paid = [{"method": "card", "amount": 100}]
        order = desk.place(customer_id=ada, on_account=True, payments=paid).data
        assert standing(desk.do(order, "fulfil", {"lines": units(order, "1")}))[3] == 376
        assert statement(desk.stocked, ada)["closing"] == 19
        desk.do(order, "fulfil", {})
        assert statement(desk.stocked, ada)["closing"] == 376

    def test_who_paid_before_owes_nothing_and_has_no_account_yet(self, desk: Desk, ada: str) -> None:
        paid = [{"method": "card", "amount": 476}]
        order = desk.place(customer_id=ada, on_account=True, payments=paid).data
        assert standing(desk.do(order, "fulfil", {})) == ("completed", "paid", "fulfilled", 0)
        (accounts,) = (model for model in PROJECTIONS if model.name == "accounts")
        shop = desk.stocked.shop
        assert verify(shop.service.database.worker, EVENT_TYPES, accounts, shop.company_id).is_true

    def test_what_is_owed_is_given_back_on_the_account(self, desk: Desk, ada: str) -> None:
        order = desk.place(customer_id=ada, on_account=True).data
        desk.do(order, "fulfil", {})
        back = {"lines": units(order, "1"), "payments": [{"method": "account", "amount": 119}], "reason": "x"}
        assert desk.do(order, "refunds", back, role="Admin").status == 201
        assert statement(desk.stocked, ada)["closing"] == 357
        assert desk.client().get(f"{CUSTOMERS}/{ada}").data["balances"]["due"] == 357

    def test_nobody_owes_without_a_name_or_the_right_to_it(self, desk: Desk, ada: str) -> None:
        refused = desk.place(on_account=True)
        assert (refused.status, refused.code, refused.fields) == (422, "customer_required", {"customer_id"})
        shop = desk.stocked.shop
        rights = f"/api/admin/settings/users/{shop.users['Manager']}/permissions"
        assert shop.client().put(rights, {"denied": ["orders.on_account"]}).status == 200
        body = {"username": shop.username("Manager"), "password": PASSWORD}
        manager = shop.service.client(shop.service.client().post("/api/auth/login", body).data["token"])
        account = [{"method": "account", "amount": 1}]
        assert manager.post(ORDERS, desk.body(customer_id=ada, on_account=True)).status == 403
        assert manager.post(ORDERS, desk.body(customer_id=ada, payments=account)).status == 403
        order = manager.post(ORDERS, desk.body(customer_id=ada)).data
        assert manager.post(f"{ORDERS}/{order['id']}/payments", {"payments": account}).status == 403
        assert desk.stock() == ("10", "4", "6")


class TestLapsed:
    def test_its_goods_are_free_until_it_is_handed_over(self, desk: Desk) -> None:
        order = desk.place().data
        assert lapse(desk.stocked.shop, order["id"]) == 1
        assert desk.stock() == ("10", "0", "10")
        back_office = shown(desk, order)["back_office"]
        assert (back_office["has_lapsed"], back_office["reserved"]) == (True, [])
        assert shown(desk, order)["status"] == "open"
        assert desk.place(8).status == 201
        assert desk.do(order, "fulfil", {}).code == "insufficient_stock"
        assert desk.do(order, "fulfil", {"lines": units(order, "2")}).status == 200
        assert desk.stock() == ("8", "8", "0")

    def test_it_is_reserved_again_with_another_end(self, desk: Desk) -> None:
        order = desk.place().data
        lapse(desk.stocked.shop, order["id"])
        again = desk.amend(order, {"reserve_until": None}).data
        assert (again["back_office"]["has_lapsed"], desk.stock()) == (False, ("10", "4", "6"))
        assert lapse(desk.stocked.shop, order["id"]) == 0

    def test_an_end_and_a_handover_at_once_leave_nothing_reserved(self, desk: Desk) -> None:
        order = desk.place().data
        at_once(lambda: _lapse_again(desk, order), lambda: desk.do(order, "fulfil", {}))
        assert shown(desk, order)["fulfilment_status"] == "fulfilled"
        assert desk.stock() == ("6", "0", "6")


def _lapse_again(desk: Desk, order: Any) -> None:
    """Whoever meets somebody else at the order looks again, as the job does the next time."""
    try:
        lapse(desk.stocked.shop, order["id"])
    except Exception:  # noqa: BLE001 the other was first
        lapse(desk.stocked.shop, order["id"])


class TestIfMatch:
    def test_every_step_is_refused_of_an_older_version(self, desk: Desk) -> None:
        order = desk.place().data
        desk.amend(order, {"note": "later"})
        paid = {"payments": [{"method": "card", "amount": 1}]}
        for what, body in (("payments", paid), ("fulfil", {}), ("cancel", {"reason": "no"})):
            assert desk.do(order, what, body, If_Match='"1"').status == 412
        assert desk.do(order, "payments", paid, If_Match='"2"').status == 201


class TestCashIsRounded:
    def test_where_it_pays_the_last_of_it_and_back_the_same(
        self, make_shop: Callable[..., Any], stock: Callable[..., Stocked]
    ) -> None:
        desk = Desk(stock(make_shop(cash_rounding=5)))
        order = desk.place(2).data
        assert desk.pay(order, 101, "cash").code == "amount_not_valid"
        assert standing(desk.pay(order, 100, "cash")) == ("open", "partially_paid", "unfulfilled", 138)
        cash = [{"method": "cash", "amount": 138, "tendered": 200}]
        paid = desk.do(order, "payments", {"payments": cash})
        assert (standing(paid)[1:], paid.data["change_total"]) == (("paid", "unfulfilled", 0), 60)
        refund = [{"method": "cash", "amount": 120}]
        less = {"reason": "one less", "lines": units(order, "1"), "refund": refund}
        assert standing(desk.do(order, "cancel", less)) == ("open", "paid", "unfulfilled", 0)
        back = desk.do(order, "cancel", {"reason": "no", "refund": refund})
        assert standing(back) == ("cancelled", "refunded", "unfulfilled", 0)
        assert [one["amount"] for one in back.data["back_office"]["given_back"]] == [120, 120]
