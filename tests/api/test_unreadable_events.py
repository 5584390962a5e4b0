"""Events that this server cannot read: what belongs to them is not told half, and everything else goes on."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from commands.ports import Caller
from infra.identity.tokens import Tokens
from tests.conftest import SECRET

NEWER = "type = 'products.Product.Rebundled'"
LATER_VERSION = """state = '{"class_version":9}'"""
DAMAGED = "state = '[]'"
NO_JSON = "state = 'gone', metadata = 'gone'"

SPOIL = """
    UPDATE events SET {how}
     WHERE company_id = %(company_id)s
       AND position = (SELECT max(position) FROM events
                        WHERE company_id = %(company_id)s AND stream_id = %(stream_id)s)
"""

Spoil = Callable[[str, Any], None]


@pytest.fixture
def spoil(service: Any, shop: Any) -> Spoil:
    """Make the last event of a stream what this server cannot read, behind the log's back."""

    def change(how: str, stream_id: Any) -> None:
        with psycopg.connect(service.database.owner, autocommit=True) as owner:
            done = owner.execute(
                SPOIL.replace("{how}", how).encode(),
                {"company_id": shop.company_id, "stream_id": stream_id},
            )
            assert done.rowcount == 1

    return change


CASES = [
    (NEWER, 503, "newer_event"),
    (LATER_VERSION, 503, "newer_event"),
    (DAMAGED, 409, "damaged_event"),
    (NO_JSON, 409, "damaged_event"),
]


@pytest.mark.parametrize(("how", "status", "code"), CASES)
class TestOneThing:
    def test_is_refused_with_a_code_of_its_own(
        self, stocked: Any, spoil: Spoil, how: str, status: int, code: str
    ) -> None:
        product = stocked.product_of(variants=[{"sku": "SALT", "price": 100}])
        spoil(how, product["id"])
        admin = stocked.shop.client()
        answer = admin.get(f"/api/admin/products/{product['id']}")
        assert (answer.status, answer.code) == (status, code)
        assert ("retry-after" in answer.headers) == (status == 503)
        assert admin.get(f"/api/audit/streams/{product['id']}/state").code == code

    def test_is_not_decided_about(self, stocked: Any, spoil: Spoil, how: str, status: int, code: str) -> None:
        product = stocked.product_of(variants=[{"sku": "SALT", "price": 100}])
        spoil(how, product["id"])
        answer = stocked.shop.client().patch(f"/api/admin/products/{product['id']}", {"name": "Sea salt"})
        assert (answer.status, answer.code) == (status, code)
        page = stocked.shop.client().get("/api/audit/events?type=products.Product.Renamed").json
        assert page["data"] == []

    def test_is_one_row_of_the_audit(
        self, stocked: Any, spoil: Spoil, how: str, status: int, code: str
    ) -> None:
        del status
        admin = stocked.shop.client()
        product = stocked.product_of(variants=[{"sku": "SALT", "price": 100}])
        admin.patch(f"/api/admin/products/{product['id']}", {"name": "Sea salt"})
        spoil(how, product["id"])
        rows = admin.get("/api/audit/events?limit=100").data
        assert [row["position"] for row in rows] == list(range(1, len(rows) + 1))
        marked = [row for row in rows if row["unreadable"]]
        assert [(row["unreadable"], row["before"], row["after"]) for row in marked] == [(code, None, None)]
        assert marked[0]["stream_id"] == product["id"]
        assert [row["position"] for row in rows if row["summary"] is None] == [marked[0]["position"]]
        history = admin.get(f"/api/audit/streams/{product['id']}").data
        assert [row["unreadable"] for row in history] == [None, None, code]
        assert history[1]["after"] == {"status": "active"}


@pytest.mark.parametrize(("how", "status", "code"), CASES)
def test_a_story_ends_with_it(stocked: Any, spoil: Spoil, how: str, status: int, code: str) -> None:
    del status
    admin, sale = stocked.shop.client(), stocked.sell().data["id"]
    for stream_id in (stocked.product["id"], sale):
        spoil(how, stream_id)
        *_, last = admin.get(f"/api/audit/streams/{stream_id}/story").data
        assert (last["sentence"], last["changes"], last["unreadable"]) == (None, [], code)


def test_the_audit_shows_what_the_log_holds(stocked: Any, spoil: Spoil) -> None:
    product = stocked.product_of(variants=[{"sku": "SALT", "price": 100}])
    spoil(NO_JSON, product["id"])
    last = stocked.shop.client().get(f"/api/audit/streams/{product['id']}").data[-1]
    assert (last["data"], last["at"], last["actor"]) == ("gone", None, None)


def test_whoever_may_not_see_costs_is_not_shown_what_may_hold_some(stocked: Any, spoil: Spoil) -> None:
    shop = stocked.shop
    admin = shop.users["Admin"]
    caller = Caller(company_id=shop.company_id, user_id=admin, session_id=admin, role="Admin")
    denied = shop.service.client(Tokens(SECRET, 3600).issue(caller, denied=["costs.view"]))
    spoil("type = 'products.Product.Rebundled', state = '{\"price_paid\":60}'", stocked.product["id"])
    path = f"/api/audit/streams/{stocked.product['id']}"
    assert shop.client().get(path).data[-1]["data"] == {"price_paid": 60}
    hidden = denied.get(path).data[-1]
    assert (hidden["type"], hidden["data"]) == ("products.Product.Rebundled", None)


def test_events_are_found_by_their_author_beside_one_that_is_damaged(stocked: Any, spoil: Spoil) -> None:
    product = stocked.product_of(variants=[{"sku": "SALT", "price": 100}])
    spoil(NO_JSON, product["id"])
    shop = stocked.shop
    rows = shop.client().get(f"/api/audit/events?actor_id={shop.users['Admin']}&limit=100").data
    assert len(rows) > 5
    assert {row["actor"] for row in rows} == {shop.username("Admin")}


def test_a_sale_that_cannot_be_read_leaves_the_others_on_the_page(stocked: Any, spoil: Spoil) -> None:
    first, second = (stocked.sell().data["id"] for _ in range(2))
    spoil(NEWER, first)
    cashier = stocked.shop.client("Cashier")
    page = cashier.get("/api/cashier/orders").json
    assert page["pagination"]["total"] == 2
    assert [(row["id"], row.get("unreadable")) for row in page["data"]] == [
        (second, None),
        (first, "newer_event"),
    ]
    assert cashier.get(f"/api/cashier/orders/{first}").code == "newer_event"
    assert cashier.get(f"/api/cashier/orders/{first}/receipt").code == "newer_event"


def test_selling_goes_on_where_a_product_cannot_be_read(stocked: Any, spoil: Spoil) -> None:
    spoil(NEWER, stocked.product["id"])
    assert stocked.sell().status == 201
