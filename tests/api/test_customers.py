"""Customers over HTTP: shapes, duplicates, groups, totals, and how little a till shows."""

from typing import Any
from uuid import uuid4

import pytest

PATH, GROUPS, POS = "/api/admin/customers", "/api/admin/customer-groups", "/api/pos/customers"
ADA: dict[str, Any] = {
    "name": "Ada Lovelace",
    "phone": "+44 (20) 1815-1210",
    "email": "ada@example.com",
    "address": {"line1": "12 St James's Square", "city": "London", "country": "gb"},
    "tax_number": "GB 123",
    "reference": "K-1042",
    "birthday": "1985-12-10",
    "note": "Countess",
    "credit_limit": 50000,
    "terms_days": 30,
    "consents": [{"purpose": "profiling", "granted": False, "source": "form"}],
}


def register(shop: Any, **fields: Any) -> Any:
    answer = shop.client().post(PATH, {"name": uuid4().hex, **fields})
    assert answer.status == 201, answer.body
    return answer


def listed(shop: Any, query: str = "") -> list[str]:
    answer = shop.client().get(f"{PATH}?{query}")
    assert answer.status == 200, answer.body
    assert answer.json["pagination"]["total"] == len(answer.data)
    return [one["name"] for one in answer.data]


class TestACustomer:
    def test_is_shown_as_registered(self, shop: Any) -> None:
        group = shop.client().post(GROUPS, {"name": "Regulars"}).data["id"]
        made = register(shop, **ADA, group_ids=[group])
        consent = {"purpose": "profiling", "granted": False, "source": "form"}
        assert made.data == {
            **ADA,
            "id": made.data["id"],
            "address": {
                "line1": "12 St James's Square",
                "line2": None,
                "city": "London",
                "region": None,
                "postal_code": None,
                "country": "GB",
            },
            "group_ids": [group],
            "consents": [{**consent, "at": made.data["created_at"]}],
            "is_archived": False,
            "erased_at": None,
            "merged_into": None,
            "totals": {"visits": 0, "spent": 0, "last_visit": None, "average_order": None, "returned": 0},
            "balances": {"due": 0, "store_credit": 0},
            "created_at": made.data["created_at"],
            "version": 1,
        }
        shown = shop.client("Manager").get(f"{PATH}/{made.data['id']}")
        assert (shown.data, shown.headers["etag"]) == (made.data, '"1"')
        (row,) = shop.client().get(PATH).data
        assert row == made.data

    def test_is_edited_by_whoever_has_seen_the_last_version(self, shop: Any) -> None:
        path = f"{PATH}/{register(shop, **ADA).data['id']}"
        admin = shop.client()
        edited = admin.patch(path, {"name": "Ada King", "address": None}, If_Match='"1"')
        assert (edited.status, edited.data["address"], edited.data["version"]) == (200, None, 3)
        assert edited.data["phone"] == ADA["phone"]
        stale = admin.patch(path, {"name": "Ada"}, If_Match='"1"')
        assert (stale.status, stale.code) == (412, "precondition_failed")

    def test_was_what_they_were(self, shop: Any) -> None:
        made = register(shop, **ADA).data
        path = f"{PATH}/{made['id']}"
        shop.client().patch(path, {"name": "Ada King"})
        past = shop.client().get(f"{path}?as_of={made['created_at']}").data
        assert (past["totals"], past["balances"]) == (None, None)
        assert past["name"] == "Ada Lovelace"

    def test_is_archived_and_restored(self, shop: Any) -> None:
        made = register(shop, name="Gone").data
        path, admin = f"{PATH}/{made['id']}", shop.client()
        assert admin.delete(path).data["is_archived"] is True
        assert (listed(shop), listed(shop, "archived=true")) == ([], ["Gone"])
        refused = admin.patch(path, {"name": "Back"})
        assert (refused.status, refused.code) == (409, "invalid_transition")
        assert admin.post(f"{path}/restore").data["is_archived"] is False
        assert admin.post(f"{path}/restore").code == "invalid_transition"
        assert listed(shop) == ["Gone"]

    def test_agrees_and_refuses(self, shop: Any) -> None:
        path = f"{PATH}/{register(shop).data['id']}"
        said = {"purpose": "marketing_sms", "granted": True, "source": "call"}
        shop.client("Manager").post(f"{path}/consents", said)
        answer = shop.client("Manager").post(f"{path}/consents", {**said, "granted": False})
        assert answer.status == 201
        (consent,) = answer.data["consents"]
        assert (consent["purpose"], consent["granted"]) == ("marketing_sms", False)
        assert shop.client().get(path).data["consents"] == [consent]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "\u200b\u2060"),
            ("name", "\u3164"),
            ("name", "Ada\u202e"),
            ("reference", "\u200b"),
            ("phone", "call me"),
            ("phone", "12"),
            ("phone", ""),
            ("email", "ada at home"),
            ("address", {"country": "XX"}),
            ("address", {"street": "1"}),
            ("tax_number", "none"),
            ("birthday", "2999-01-01"),
            ("birthday", "10.12.1985"),
            ("group_ids", [str(uuid4())]),
            ("credit_limit", -1),
            ("credit_limit", "500"),
            ("terms_days", 366),
            ("consents", [{"purpose": "anything", "granted": True, "source": "form"}]),
            ("points", 5),
            ("price_list_id", None),
        ],
    )
    def test_with_what_makes_no_sense_is_refused(self, shop: Any, field: str, value: Any) -> None:
        refused = shop.client().post(PATH, {"name": "Ada", field: value})
        assert (refused.status, refused.code) == (422, "validation_failed")
        assert {name.partition(".")[0] for name in refused.fields} == {field}
        assert listed(shop) == []


class TestAPossibleDuplicate:
    def test_is_named_and_insisted_on(self, shop: Any) -> None:
        first = register(shop, **ADA).data["id"]
        body = {"name": "Ada again", "phone": "0044 20 18151210", "email": "ADA@example.com"}
        refused = shop.client().post(PATH, body)
        assert (refused.status, refused.code) == (409, "possible_duplicate")
        details = refused.json["error"]["details"]
        assert [(one["field"], one["customer_id"]) for one in details] == [("phone", first), ("email", first)]
        assert shop.client().post(f"{PATH}?force=true", body).status == 201

    def test_of_another_company_is_none(self, shop: Any, make_shop: Any) -> None:
        register(make_shop(), **ADA)
        register(shop, **ADA)

    def test_sent_again_answers_as_before(self, shop: Any) -> None:
        body = {**ADA, "id": str(uuid4())}
        first, again = shop.client().post(PATH, body), shop.client().post(PATH, body)
        assert (again.status, again.data) == (201, first.data)
        assert again.headers["idempotent-replayed"] == "true"
        other = shop.client().post(PATH, {**body, "name": "Grace"})
        assert (other.status, other.code) == (409, "duplicate_id")


class TestTheList:
    def test_is_filtered_and_sorted(self, shop: Any) -> None:
        group = shop.client().post(GROUPS, {"name": "Staff"}).data["id"]
        for name, groups in (("Bob", []), ("ada", [group]), ("Cid", [group])):
            register(shop, name=name, group_ids=groups)
        assert listed(shop) == ["ada", "Bob", "Cid"]
        assert listed(shop, "sort=-name") == ["Cid", "Bob", "ada"]
        assert listed(shop, "sort=-created_at") == ["Cid", "ada", "Bob"]
        assert listed(shop, f"group_id={group}") == ["ada", "Cid"]
        assert listed(shop, f"group_id={uuid4()}") == []
        assert listed(shop, "erased=true") == []

    def test_finds_names_numbers_and_addresses(self, shop: Any) -> None:
        register(shop, **ADA)
        register(shop, name="Grace Hopper")
        for text in ("love", "+44 20 1815 1210", "ada@example.com", "k-1042", "Lovelase"):
            assert listed(shop, f"search={text.replace('+', '%2B').replace(' ', '%20')}") == ["Ada Lovelace"]
        assert listed(shop, "search=nobody") == []

    def test_takes_no_other_parameter(self, shop: Any) -> None:
        assert shop.client().get(f"{PATH}?points=1").status == 400


@pytest.fixture
def bought(stocked: Any) -> tuple[Any, str]:
    """A shop, and a customer who bought for 1190, gave 119 back, and had 238 voided."""
    customer = register(stocked.shop, name="Ada").data["id"]
    register(stocked.shop, name="Never")
    order = stocked.sell(10, role="Admin", customer_id=customer).data
    line = {"line_id": order["lines"][0]["id"], "quantity": "1"}
    body = {"lines": [line], "payments": [{"method": "cash", "amount": 119}], "reason": "sour"}
    assert stocked.shop.client().post(f"/api/pos/orders/{order['id']}/refunds", body).status == 201
    stocked.receive("10", 60)
    return stocked, customer


class TestTotals:
    def test_are_what_was_bought_and_given_back(self, bought: Any) -> None:
        stocked, customer = bought
        client = stocked.shop.client()
        voided = stocked.sell(2, role="Admin", customer_id=customer).data
        answer = client.post(f"/api/pos/orders/{voided['id']}/void", {"reason": "mistake"})
        position = answer.headers["x-event-position"]
        shown = client.get(f"{PATH}/{customer}", X_Wait_For_Position=position).data["totals"]
        assert shown == {
            "visits": 1,
            "spent": 1071,
            "last_visit": voided["business_date"],
            "average_order": 1190,
            "returned": 119,
        }

    def test_put_customers_in_order(self, bought: Any) -> None:
        stocked, _ = bought
        client = stocked.shop.client()
        position = client.get("/api/admin/orders").headers["x-read-position"]
        for sort in ("-spent", "-last_visit"):
            rows = client.get(f"{PATH}?sort={sort}", X_Wait_For_Position=position).data
            assert [row["name"] for row in rows] == ["Ada", "Never"]
        rows = client.get(f"{PATH}?sort=spent", X_Wait_For_Position=position).data
        assert [row["totals"]["spent"] for row in rows] == [0, 1071]

    def test_put_customers_in_the_order_of_the_stores_in_which_one_works(self, bought: Any) -> None:
        stocked, _ = bought
        other = stocked.shop.client().post("/api/admin/stores", {"name": "Other", "code": "OTHER"}).data["id"]
        position = stocked.shop.client().get("/api/admin/orders").headers["x-read-position"]

        def spent_in(store: str, sort: str) -> list[int]:
            rows = stocked.shop.client(stores=[store]).get(
                f"{PATH}?sort={sort}", X_Wait_For_Position=position
            )
            return [row["totals"]["spent"] for row in rows.data]

        own = stocked.store["id"]
        assert spent_in(own, "spent") == spent_in(own, "last_visit") == [0, 1071]
        assert spent_in(own, "-spent") == spent_in(own, "-last_visit") == [1071, 0]
        assert spent_in(other, "-spent") == [0, 0]

    def test_lead_to_the_orders(self, bought: Any) -> None:
        stocked, customer = bought
        client = stocked.shop.client()
        orders = client.get(f"{PATH}/{customer}/orders").data
        assert [order["customer_id"] for order in orders] == [customer]
        assert client.get(f"{PATH}/{customer}/orders?status=voided").data == []
        assert client.get(f"{PATH}/{uuid4()}/orders").status == 404


class TestBalances:
    def test_are_shown_and_stand_against_archiving(self, shop: Any) -> None:
        made = register(shop, name="Ada").data
        register(shop, name="Bob")
        admin, path = shop.client(), f"{PATH}/{made['id']}"
        assert admin.post(f"{path}/store-credit", {"amount": 500, "reason": "sorry"}).status == 201
        assert admin.get(path).data["balances"] == {"due": 0, "store_credit": 500}
        (row,) = shop.client("Cashier").get(f"{POS}?search=ada").data
        assert row["store_credit"] == 500
        refused = admin.delete(path)
        assert (refused.status, refused.code) == (409, "in_use")
        assert admin.post(f"{path}/store-credit", {"amount": -500, "reason": "spent"}).status == 201
        assert (listed(shop, "has_due=true"), listed(shop, "has_due=false")) == ([], ["Ada", "Bob"])
        assert admin.delete(path).status == 200


class TestAGroup:
    def test_is_not_archived_while_somebody_belongs_to_it(self, shop: Any) -> None:
        admin = shop.client()
        group = admin.post(GROUPS, {"name": "Staff"})
        assert group.status == 201
        customer = register(shop, group_ids=[group.data["id"]]).data["id"]
        refused = admin.delete(f"{GROUPS}/{group.data['id']}")
        assert (refused.status, refused.code) == (409, "in_use")
        assert admin.patch(f"{PATH}/{customer}", {"group_ids": []}).status == 200
        assert admin.delete(f"{GROUPS}/{group.data['id']}").status == 200
        assert admin.post(GROUPS, {"name": "staff"}).status == 201
        assert admin.post(GROUPS, {"name": "STAFF"}).code == "duplicate_name"


class TestAtTheTill:
    def test_little_is_shown(self, shop: Any) -> None:
        group = shop.client().post(GROUPS, {"name": "Regulars"}).data
        customer = register(shop, **ADA, group_ids=[group["id"]]).data["id"]
        (row,) = shop.client("Cashier").get(f"{POS}?search=love").data
        assert row == {
            "id": customer,
            "name": "Ada Lovelace",
            "phone_ending": "1210",
            "groups": [{"id": group["id"], "name": "Regulars"}],
            "store_credit": 0,
            "version": 1,
        }
        shown = shop.client("Cashier").get(f"{POS}/{customer}")
        assert (shown.data, shown.headers["etag"]) == (row, '"1"')

    def test_somebody_is_registered(self, shop: Any) -> None:
        cashier = shop.client("Cashier")
        made = cashier.post(POS, {"name": "Ada", "phone": "+44 20 1815"})
        assert (made.status, made.data["phone_ending"]) == (201, "1815")
        refused = cashier.post(POS, {"name": "Ada", "phone": "+4420 1815"})
        assert refused.code == "possible_duplicate"
        assert cashier.post(POS, {"name": "Ada", "credit_limit": 5}).status == 422
        assert cashier.get(f"{PATH}/{made.data['id']}").status == 403
        assert shop.client().get(f"{PATH}/{made.data['id']}").data["phone"] == "+44 20 1815"

    def test_somebody_archived_is_not_sold_to(self, stocked: Any) -> None:
        customer = register(stocked.shop).data["id"]
        stocked.shop.client().delete(f"{PATH}/{customer}")
        refused = stocked.sell(1, customer_id=customer)
        assert (refused.status, refused.fields) == (422, {"customer_id"})
