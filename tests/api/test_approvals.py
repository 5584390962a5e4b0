"""A manager approves, at a cashier's till, what the cashier may not do alone: one thing, once."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from infra.identity.forgetting import forget_old_sessions

PASSWORD = "correct horse battery staple"
OLD_SECRET = "the-secret-of-last-year-which-is-long-enough"
PATH = "/api/pos/approvals"
SALES, QUOTES = "/api/pos/orders", "/api/pos/quote"
PRICE = "pos.price_override"


def approve(shop: Any, key: str = PRICE, *, by: str = "Manager", at: Any = None, **more: Any) -> Any:
    """The answer to what somebody enters at the cashier's till, or at another."""
    body = {"username": shop.username(by), "password": PASSWORD, "key": key, **more}
    return (at or shop.client("Cashier")).post(PATH, body)


def token_of(*args: Any, **kwargs: Any) -> str:
    return str(approve(*args, **kwargs).data["approval"])


def cheap(stocked: Any, **more: Any) -> Any:
    """A piece of 119 for 100."""
    line = {"variant_id": stocked.variant_id, "quantity": 1, "unit_price": 100}
    return stocked.sale(1, lines=[line], payments=[{"method": "cash", "amount": 100}], **more)


def sell(stocked: Any, approval: str | None, body: dict[str, Any] | None = None, **headers: str) -> Any:
    sent = {"X_Approval": approval, **headers} if approval is not None else headers
    return stocked.shop.client("Cashier").post(SALES, body or cheap(stocked), **sent)


def kept(shop: Any) -> list[Any]:
    with psycopg.connect(shop.service.database.owner) as connection:
        query = "SELECT * FROM approvals WHERE company_id = %s"
        return connection.execute(query, [shop.company_id]).fetchall()


def change(shop: Any, statement: Any, *params: Any) -> None:
    """Change rows as no request would."""
    with psycopg.connect(shop.service.database.owner, autocommit=True) as connection:
        connection.execute(statement, [*params, shop.company_id])


STANDINGS = {
    "company_suspended": "UPDATE companies SET status = 'suspended' WHERE company_id = %s",
    "subscription_expired": "UPDATE companies SET subscription_status = 'expired' WHERE company_id = %s",
}
EXPIRE = "UPDATE approvals SET expires_at = now() - interval '1 second' WHERE company_id = %s"


def is_not_valid(answer: Any) -> bool:
    return (answer.status, answer.code) == (403, "approval_not_valid")


class TestOneRequest:
    def test_may_do_what_was_approved_and_says_who_approved_it(self, stocked: Any) -> None:
        shop = stocked.shop
        refused = sell(stocked, None)
        assert (refused.code, refused.fields) == ("forbidden", {"pos.price_override"})
        approved = approve(shop)
        assert (approved.status, approved.data["expires_in"]) == (200, 120)
        sold = sell(stocked, approved.data["approval"])
        assert (sold.status, sold.data["total"]) == (201, 100)
        events = shop.events()[-2:]
        manager = str(shop.users["Manager"])
        assert {one["metadata"]["approved_by"] for one in events} == {manager}
        assert {one["metadata"]["actor"] for one in events} == {str(shop.users["Cashier"])}
        (shown,) = shop.client().get(f"/api/audit/streams/{sold.data['id']}").data
        assert (shown["approved_by"], shown["data"]["approved_by"]) == (manager, manager)

    def test_and_no_second_one(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        assert sell(stocked, token).status == 201
        before = len(stocked.shop.events())
        assert is_not_valid(sell(stocked, token))
        assert len(stocked.shop.events()) == before

    def test_of_many_at_once_exactly_one(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        with ThreadPoolExecutor(8) as tills:
            answers = list(tills.map(lambda _: sell(stocked, token), range(8)))
        assert sorted(answer.status for answer in answers) == [201, *[403] * 7]
        assert {answer.code for answer in answers if answer.status == 403} == {"approval_not_valid"}

    def test_that_is_refused_leaves_it_good(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        short = {**cheap(stocked), "payments": [{"method": "cash", "amount": 99}]}
        assert sell(stocked, token, short).code == "payment_insufficient"
        assert sell(stocked, token, {"lines": []}).status == 422
        assert sell(stocked, token).status == 201

    def test_that_is_a_quote_leaves_it_good(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        basket = {name: value for name, value in cheap(stocked).items() if name != "payments"}
        till = stocked.shop.client("Cashier")
        assert till.post(QUOTES, basket).status == 403
        for _ in range(2):
            assert till.post(QUOTES, basket, X_Approval=token).data["total"] == 100
        assert sell(stocked, token).status == 201
        assert is_not_valid(till.post(QUOTES, basket, X_Approval=token))

    def test_that_did_not_need_it_uses_it_up_all_the_same(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        assert sell(stocked, token, stocked.sale()).status == 201
        assert is_not_valid(sell(stocked, token))

    @pytest.mark.parametrize("known_by", ["id", "key"])
    def test_that_is_repeated_is_answered_as_before(self, stocked: Any, known_by: str) -> None:
        token = token_of(stocked.shop)
        body = cheap(stocked, id=str(uuid4())) if known_by == "id" else cheap(stocked)
        headers = {"Idempotency_Key": str(uuid4())} if known_by == "key" else {}
        first = sell(stocked, token, body, **headers)
        change(stocked.shop, EXPIRE)
        again = sell(stocked, token, body, **headers)
        assert (first.status, again.status, again.data) == (201, 201, first.data)
        assert again.headers["idempotent-replayed"] == "true"

    def test_that_is_sent_many_times_at_once_is_done_once(self, stocked: Any) -> None:
        token, body = token_of(stocked.shop), cheap(stocked, id=str(uuid4()))
        with ThreadPoolExecutor(6) as tills:
            answers = list(tills.map(lambda _: sell(stocked, token, body), range(6)))
        assert {answer.status for answer in answers} == {201}
        assert len({answer.data["number"] for answer in answers}) == 1


class TestIsGoodOnly:
    def test_if_it_was_given(self, stocked: Any) -> None:
        for made_up in ("", "made up", "x" * 43, "Ã"):
            assert is_not_valid(sell(stocked, made_up)), made_up

    def test_for_two_minutes(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        change(stocked.shop, EXPIRE)
        assert is_not_valid(sell(stocked, token))

    def test_for_who_asked(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        body, headers = cheap(stocked), {"X_Approval": token}
        assert is_not_valid(stocked.shop.client("Manager").post(SALES, body, **headers))
        assert sell(stocked, token).status == 201

    def test_in_their_company(self, stocked: Any, make_shop: Callable[..., Any], stock: Any) -> None:
        theirs = stock(make_shop())
        assert is_not_valid(sell(stocked, token_of(theirs.shop)))

    def test_for_what_was_approved(self, stocked: Any) -> None:
        assert is_not_valid(sell(stocked, token_of(stocked.shop, "orders.void")))
        assert sell(stocked, token_of(stocked.shop, "pos.discount")).code == "forbidden"

    def test_for_the_order_that_was_named(self, stocked: Any) -> None:
        order_id = str(uuid4())
        token = token_of(stocked.shop, order_id=order_id)
        assert is_not_valid(sell(stocked, token))
        assert is_not_valid(sell(stocked, token, cheap(stocked, id=str(uuid4()))))
        assert sell(stocked, token, cheap(stocked, id=order_id)).status == 201

    def test_as_long_as_the_approver_may_approve(self, stocked: Any) -> None:
        token, admin = token_of(stocked.shop), stocked.shop.client()
        path = f"/api/admin/settings/users/{stocked.shop.users['Manager']}"
        assert admin.put(f"{path}/permissions", {"granted": [], "denied": [PRICE]}).status == 200
        assert is_not_valid(sell(stocked, token))

    def test_as_long_as_the_approver_may_sign_in(self, stocked: Any) -> None:
        token, admin = token_of(stocked.shop), stocked.shop.client()
        path = f"/api/admin/settings/users/{stocked.shop.users['Manager']}"
        assert admin.post(f"{path}/deactivate").status == 200
        assert is_not_valid(sell(stocked, token))

    def test_where_both_work(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        other = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
        path = f"/api/admin/settings/users/{stocked.shop.users['Manager']}/stores"
        assert admin.put(path, {"store_ids": [other]}).status == 200
        refused = sell(stocked, token_of(stocked.shop))
        assert (refused.status, refused.code) == (403, "forbidden")
        bound = stocked.shop.client("Cashier", stores=[stocked.store["id"]])
        elsewhere = approve(stocked.shop, at=bound)
        assert (elsewhere.status, elsewhere.code) == (403, "forbidden")

    def test_once_its_caller_is_signed_in(self, stocked: Any) -> None:
        login = {"username": stocked.shop.username("Cashier"), "password": PASSWORD}
        session = stocked.shop.service.client().post("/api/auth/login", login).data["token"]
        till = stocked.shop.service.client(session)
        token = token_of(stocked.shop, at=till)
        assert till.post("/api/auth/logout").status == 200
        assert till.post(SALES, cheap(stocked), X_Approval=token).code == "token_revoked"
        assert approve(stocked.shop, at=till).code == "token_revoked"


class TestADiscount:
    def sale(self, stocked: Any, percent: int) -> Any:
        discounts = [{"type": "percent", "value": percent}]
        payments = [{"method": "card", "amount": 119 - int(119 * percent / 100 + 0.5)}]
        return stocked.sale(1, discounts=discounts, payments=payments)

    def test_may_be_as_large_as_the_approver_may_give(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        ceilings = {"discount_ceilings": {"Manager": "50"}}
        assert admin.patch("/api/admin/settings/company", ceilings).status == 200
        token = token_of(stocked.shop, "pos.discount")
        refused = sell(stocked, token, self.sale(stocked, 60))
        assert refused.code == "discount_above_ceiling"
        assert "50 percent" in refused.json["error"]["details"][0]["message"]
        assert sell(stocked, token, self.sale(stocked, 50)).status == 201

    def test_is_not_larger_for_what_else_is_approved(self, stocked: Any) -> None:
        token = token_of(stocked.shop)
        assert sell(stocked, token, self.sale(stocked, 50)).code == "discount_above_ceiling"


class TestARefund:
    def refund(self, stocked: Any, order: Any, approval: str, method: str = "cash", **more: Any) -> Any:
        """The answer to a cashier who gives the only piece of an order back."""
        line = {"line_id": order["lines"][0]["id"], "quantity": "1"}
        body = {"lines": [line], "payments": [{"method": method, "amount": 119}], "reason": "sour", **more}
        path = f"/api/pos/orders/{order['id']}/refunds"
        return stocked.shop.client("Cashier").post(path, body, X_Approval=approval)

    def test_comes_to_no_more_than_was_approved(self, stocked: Any) -> None:
        order, bound = stocked.sell().data, {"key": "orders.refund"}
        too_little = token_of(stocked.shop, **bound, order_id=order["id"], amount=118)
        assert is_not_valid(self.refund(stocked, order, too_little))
        enough = token_of(stocked.shop, **bound, order_id=order["id"], amount=119)
        assert is_not_valid(self.refund(stocked, stocked.sell().data, enough))
        assert self.refund(stocked, order, enough).data["approved_by"] == str(stocked.shop.users["Manager"])

    def test_that_is_repeated_is_answered_as_before(self, stocked: Any) -> None:
        order, token, own_id = stocked.sell().data, token_of(stocked.shop, "orders.refund"), str(uuid4())
        first, again = (self.refund(stocked, order, token, id=own_id) for _ in range(2))
        assert (first.status, again.status, again.data) == (201, 201, first.data)

    def test_by_another_method_takes_one_approval_of_that(self, stocked: Any) -> None:
        order = stocked.sell().data
        refused = self.refund(stocked, order, token_of(stocked.shop, "orders.refund"), "card")
        assert refused.code == "refund_method_not_allowed"
        token = token_of(stocked.shop, "orders.refund_other_method")
        assert self.refund(stocked, order, token, "card").status == 201

    def test_of_two_orders_at_once_is_one_refund(self, stocked: Any) -> None:
        orders, token = [stocked.sell().data for _ in range(4)], token_of(stocked.shop, "orders.refund")
        with ThreadPoolExecutor(4) as tills:
            answers = list(tills.map(lambda order: self.refund(stocked, order, token), orders))
        assert sorted(answer.status for answer in answers) == [201, 403, 403, 403]


class TestGiving:
    @pytest.mark.parametrize("role", ["Cashier", "Inventory Clerk"])
    def test_takes_the_right_to_approve(self, shop: Any, role: str) -> None:
        refused = approve(shop, by=role)
        assert (refused.status, refused.code) == (403, "forbidden")
        assert kept(shop) == []

    def test_takes_a_till(self, shop: Any) -> None:
        assert approve(shop, at=shop.client("Inventory Clerk")).code == "forbidden"

    def test_tells_nobody_what_was_wrong(self, shop: Any, make_shop: Callable[..., Any]) -> None:
        other = make_shop()
        assert other.service.client().post("/api/auth/login", login_of(other, "Manager")).status == 200
        answers = [
            approve(shop, password="wrong"),
            approve(shop, username=f"nobody-{uuid4()}"),
            approve(shop, username=other.username("Manager")),
            approve(shop, password=f"{PASSWORD} "),
            approve(shop, by="Cashier"),
        ]
        told = {json.dumps({**answer.json, "request_id": None}) for answer in answers}
        assert len(told) == 1
        assert {(answer.status, answer.code) for answer in answers} == {(403, "forbidden")}
        assert kept(shop) == []

    def test_of_somebody_who_may_not_sign_in_is_refused_alike(self, shop: Any) -> None:
        path = f"/api/admin/settings/users/{shop.users['Manager']}/deactivate"
        assert shop.client().post(path).status == 200
        assert (approve(shop).status, approve(shop).code) == (403, "forbidden")

    def test_is_held_back_like_signing_in(self, shop: Any) -> None:
        for _ in range(10):
            assert approve(shop, password="wrong").status == 403
        for _ in range(2):
            assert (approve(shop).status, approve(shop).code) == (429, "too_many_requests")
        assert int(approve(shop).headers["retry-after"]) > 0
        signing_in = shop.service.client().post("/api/auth/login", login_of(shop, "Manager"))
        assert signing_in.code == "too_many_requests"
        assert approve(shop, by="Admin").status == 200

    def test_begins_anew_with_what_is_right(self, shop: Any) -> None:
        for _ in range(3):
            assert [approve(shop, password="wrong").status for _ in range(9)] == [403] * 9
            assert approve(shop).status == 200

    def test_keeps_no_token(self, shop: Any) -> None:
        token = token_of(shop)
        (row,) = kept(shop)
        assert token not in str(row)
        assert token.encode() not in row

    def test_stores_no_answer(self, shop: Any) -> None:
        till, body = shop.client("Cashier"), {**login_of(shop, "Manager"), "key": PRICE}
        first, again = (till.post(PATH, body, Idempotency_Key="once") for _ in range(2))
        assert first.data["approval"] != again.data["approval"]
        with psycopg.connect(shop.service.database.owner) as connection:
            query = "SELECT count(*) FROM idempotency_keys WHERE company_id = %s"
            assert connection.execute(query, [shop.company_id]).fetchone() == (0,)

    @pytest.mark.parametrize("status", ["company_suspended", "subscription_expired"])
    def test_takes_a_company_in_good_standing(self, shop: Any, status: str) -> None:
        change(shop, STANDINGS[status])
        assert approve(shop).code == status

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"password": None}, "password"),
            ({"pin": "7306"}, "password"),
            ({"key": "products.edit"}, "key"),
            ({"key": None}, "key"),
            ({"amount": 100}, "amount"),
            ({"key": "orders.refund", "amount": -1}, "amount"),
            ({"key": "orders.refund", "amount": "5"}, "amount"),
            ({"order_id": "one"}, "order_id"),
            ({"colour": "red"}, "colour"),
        ],
    )
    def test_refuses_what_it_cannot_read(self, shop: Any, wrong: dict[str, Any], field: str) -> None:
        refused = approve(shop, **wrong)
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert refused.fields == {field}
        assert kept(shop) == []


def pin_at(shop: Any, device_id: Any, pin: str = "7306", *, at: Any = None, **more: Any) -> Any:
    """The answer to a manager's pin at the cashier's till, on this device."""
    body = {"username": shop.username("Manager"), "pin": pin, "device_id": device_id, "key": PRICE, **more}
    return (at or shop.client("Cashier")).post(PATH, body)


@pytest.fixture
def device_id(stocked: Any) -> str:
    """A device at the till, where a manager has a pin."""
    own = {"current_password": PASSWORD, "pin": "7306"}
    assert stocked.shop.client("Manager").put("/api/auth/pin", own).status == 200
    return enrol(stocked)


def enrol(stocked: Any) -> str:
    body = {"register_id": stocked.register["id"], "name": "Tablet"}
    return str(stocked.shop.client("Cashier").post("/api/pos/devices", body).data["device_id"])


class TestAPin:
    def test_approves_at_an_enrolled_device(self, stocked: Any, device_id: str) -> None:
        sold = sell(stocked, pin_at(stocked.shop, device_id).data["approval"])
        assert sold.status == 201
        assert stocked.shop.events()[-1]["metadata"]["approved_by"] == str(stocked.shop.users["Manager"])

    def test_is_the_approvers_own(self, stocked: Any, device_id: str) -> None:
        shop = stocked.shop
        for wrong in ({"pin": "7307"}, {"pin": ""}, {"username": shop.username("Admin")}):
            assert pin_at(shop, device_id, **wrong).code == "forbidden"
        assert approve(shop, password="7306").code == "forbidden"
        assert pin_at(shop, device_id, PASSWORD).code == "forbidden"

    def test_counts_like_a_password(self, stocked: Any, device_id: str) -> None:
        for _ in range(5):
            assert pin_at(stocked.shop, device_id, "7307").status == 403
            assert approve(stocked.shop, password="wrong").status == 403
        assert pin_at(stocked.shop, device_id).code == "too_many_requests"
        assert approve(stocked.shop).code == "too_many_requests"

    def test_is_tried_at_no_other_device(
        self, stocked: Any, device_id: str, make_shop: Callable[..., Any], stock: Any
    ) -> None:
        shop, retired = stocked.shop, enrol(stocked)
        shop.client().post(f"/api/pos/devices/{retired}/retire", {"reason": "Broken"})
        elsewhere = shop.client("Cashier", stores=[str(uuid4())])
        answers = [
            pin_at(shop, str(uuid4())),
            pin_at(shop, stocked.register["id"]),
            pin_at(shop, retired),
            pin_at(shop, retired, "7307"),
            pin_at(shop, enrol(stock(make_shop()))),
            pin_at(shop, device_id, at=elsewhere),
        ]
        assert {(answer.status, *answer.fields, *answer.codes) for answer in answers} == {
            (422, "device_id", "not_found")
        }
        assert kept(shop) == []

    def test_ends_with_the_password(self, stocked: Any, device_id: str) -> None:
        manager = stocked.shop.client("Manager")
        body = {"current_password": PASSWORD, "new_password": "purple monkey dishwasher"}
        assert manager.post("/api/auth/change-password", body).status == 200
        assert pin_at(stocked.shop, device_id).code == "forbidden"

    def test_is_good_while_the_key_is_known_that_it_was_set_under(
        self, stocked: Any, device_id: str, serve_here: Callable[..., Any]
    ) -> None:
        shop, own = stocked.shop, {"current_password": PASSWORD, "pin": "90417"}
        with serve_here(MIPOS_SECRET_KEY=OLD_SECRET) as old:
            manager = old.client().post("/api/auth/login", login_of(shop, "Manager")).data["token"]
            assert old.client(manager).put("/api/auth/pin", own).status == 200
        with serve_here(MIPOS_FORMER_SECRET_KEYS=OLD_SECRET) as server:
            till = server.client(shop.client("Cashier").token)
            assert pin_at(shop, device_id, "90417", at=till).status == 200
        with serve_here() as server:
            till = server.client(shop.client("Cashier").token)
            assert pin_at(shop, device_id, "90417", at=till).code == "forbidden"

    def test_goes_with_a_device_and_without_a_password(self, shop: Any) -> None:
        till, body = shop.client("Cashier"), {"username": shop.username("Manager"), "key": PRICE}
        assert till.post(PATH, body).fields == {"password"}
        assert till.post(PATH, {**body, "pin": "7306"}).fields == {"device_id"}


class TestForgetting:
    def test_leaves_what_is_good_and_what_was_used_within_a_month(self, stocked: Any) -> None:
        shop, database = stocked.shop, stocked.shop.service.database
        ages = {"used": "30 days", "used long ago": "32 days", "unused": "1 second"}
        for name, age in ages.items():
            token = token_of(shop)
            if name.startswith("used"):
                assert sell(stocked, token, stocked.sale()).status == 201
            change(shop, AGE, name.encode(), age)
        token = token_of(shop)
        with psycopg.connect(database.worker, autocommit=True) as connection:
            forget_old_sessions(connection)
        assert b"used" in {row[1] for row in kept(shop)}
        assert {b"used long ago", b"unused"}.isdisjoint(row[1] for row in kept(shop))
        assert sell(stocked, token).status == 201


AGE = """
    UPDATE approvals SET token_hash = %s, expires_at = now() - %s::interval
     WHERE expires_at > now() AND company_id = %s
"""


def login_of(shop: Any, role: str) -> dict[str, str]:
    return {"username": shop.username(role), "password": PASSWORD}
