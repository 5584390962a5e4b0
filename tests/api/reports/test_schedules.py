"""Schedules of reports over HTTP: set up, looked at, changed, tried, archived, and refused."""

from typing import Any
from uuid import uuid4

import pytest

from api.reports.schedules import SCHEDULES

PATH = "/api/admin/reports/schedules"


def fields(**more: Any) -> dict[str, Any]:
    return {
        "name": "Stock of last week",
        "area": "inventory-report",
        "section": "valuation",
        "filters": "sort=-value",
        "range": "last_week",
        "at": "06:00",
        "timezone": "Europe/Berlin",
        "weekday": 1,
        **more,
    }


def test_a_schedule_lives_as_every_setting_does(shop: Any) -> None:
    admin = shop.client()
    recipients = [str(shop.users["Manager"])]

    made = admin.post(PATH, fields(recipients=recipients))

    assert made.status == 201, made.body
    one = f"{PATH}/{made.data['id']}"
    shown = admin.get(one)
    assert shown.data["recipients"] == recipients
    assert (shown.data["last_run"], shown.data["last_error"]) == (None, None)
    assert (shown.data["format"], shown.data["enabled"], shown.data["day"]) == ("csv", True, None)
    changed = admin.patch(one, {"weekday": None, "day": 31, "enabled": False}, If_Match=shown.headers["etag"])
    assert (changed.status, changed.data["day"], changed.data["enabled"]) == (200, 31, False)
    assert admin.patch(one, {"enabled": True}, If_Match='"1"').status == 412
    assert admin.patch(one, {"recipients": recipients}).data["version"] == changed.data["version"]
    assert admin.patch(one, {"recipients": []}).fields == {"recipients"}
    assert [row["id"] for row in admin.get(PATH).data] == [made.data["id"]]
    assert admin.post(f"{one}/test").status == 202
    assert admin.delete(one).data["status"] == "archived"
    assert admin.get(PATH).data == []
    assert admin.post(f"{one}/test").status == 404


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"section": "nothing"}, 422, "unknown_section"),
        ({"area": "nothing"}, 422, "validation_failed"),
        ({"filters": "colour=red"}, 400, "invalid_parameter"),
        ({"filters": "limit=5"}, 400, "invalid_parameter"),
        ({"filters": "from=2026-01-01"}, 400, "invalid_parameter"),
        ({"filters": "to=2026-01-01"}, 400, "invalid_parameter"),
        ({"filters": "as_of=2026-01-01T00:00:00Z"}, 400, "invalid_parameter"),
        ({"name": "Stock\r\nBcc: x@y.example"}, 422, "validation_failed"),
        ({"filters": "sort=colour"}, 422, "unknown_column"),
        ({"range": "tomorrow"}, 422, "validation_failed"),
        ({"at": "25:00"}, 422, "validation_failed"),
        ({"timezone": "Mars/Base"}, 422, "validation_failed"),
        ({"weekday": 8}, 422, "validation_failed"),
        ({"day": 31}, 422, "validation_failed"),
        ({"condition": "value is low"}, 422, "condition_not_valid"),
        ({"condition": "colour < 5"}, 422, "unknown_column"),
        ({"condition": "name > 1"}, 422, "condition_not_valid"),
        ({"condition": "product_id = 1"}, 422, "condition_not_valid"),
        ({"condition": "value > 3 days"}, 422, "condition_not_valid"),
        ({"recipients": []}, 422, "validation_failed"),
        ({"recipients": ["0190163d-8694-739b-aea5-966c26f8ad91"]}, 422, "validation_failed"),
    ],
)
def test_what_could_never_run_is_refused(shop: Any, wrong: dict[str, Any], status: int, code: str) -> None:
    recipients = [str(shop.users["Manager"])]

    answer = shop.client().post(PATH, fields(**{"recipients": recipients, **wrong}))

    assert (answer.status, answer.code) == (status, code), answer.body


def test_a_change_that_could_never_run_is_refused(shop: Any) -> None:
    admin = shop.client()
    recipients = [str(shop.users["Manager"])]
    one = f"{PATH}/{admin.post(PATH, fields(recipients=recipients)).data['id']}"

    assert admin.patch(one, {"section": "nothing"}).code == "unknown_section"
    assert admin.patch(one, {"day": 5}).code == "validation_failed"


def test_a_recipient_may_see_the_report(shop: Any) -> None:
    cashier = str(shop.users["Cashier"])

    answer = shop.client().post(PATH, fields(recipients=[cashier]))

    assert answer.fields == {"recipients.0"}


def test_a_recipient_may_see_all_stores_and_columns_of_the_file(shop: Any) -> None:
    admin, users = shop.client(), "/api/admin/settings/users"
    store = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
    user = {"username": uuid4().hex, "password": "correct horse battery staple", "role_id": "manager"}
    bound = admin.post(users, {**user, "store_ids": [store]}).data["id"]
    body = fields(recipients=[str(shop.users["Manager"]), bound])
    assert admin.post(PATH, body).fields == {"recipients.1"}

    made = admin.post(PATH, {**body, "filters": f"store_id={store}"})

    assert made.status == 201, made.body
    one = f"{PATH}/{made.data['id']}"
    assert admin.patch(one, {"filters": ""}).fields == {"recipients.1"}
    assert admin.put(f"{users}/{bound}/permissions", {"granted": [], "denied": ["costs.view"]}).status == 200
    assert admin.patch(one, {"at": "07:00"}).fields == {"recipients.1"}
    low = {"section": "low-stock", "filters": f"store_id={store}", "condition": "stock_out_on <= 3 days"}
    assert admin.patch(one, low).data["condition"] == "stock_out_on <= 3 days"


def signed_in(shop: Any, name: str, password: Any) -> Any:
    login = {"username": name, "password": password}
    return shop.service.client(shop.service.client().post("/api/auth/login", login).data["token"])


def test_whoever_is_bound_to_stores_changes_what_is_about_these(shop: Any) -> None:
    admin = shop.client()
    store = admin.post("/api/admin/stores", {"name": "Harbour", "code": "H"}).data["id"]
    user = {"password": "correct horse battery staple", "role_id": "manager", "store_ids": [store]}
    names = [uuid4().hex, uuid4().hex]
    ids = [admin.post("/api/admin/settings/users", {**user, "username": name}).data["id"] for name in names]
    one, other = (signed_in(shop, name, user["password"]) for name in names)
    every = admin.post(PATH, fields(recipients=[str(shop.users["Manager"])])).data["id"]
    own = one.post(PATH, fields(recipients=ids, name="Harbour", filters=f"store_id={store}")).data["id"]

    for refused in (one.patch(f"{PATH}/{every}", {"at": "07:00"}), one.delete(f"{PATH}/{every}")):
        assert (refused.status, refused.code) == (403, "forbidden")
    assert admin.get(f"{PATH}/{every}").data["version"] == 1
    assert other.patch(f"{PATH}/{own}", {"at": "07:00"}).data["at"] == "07:00"
    assert admin.patch(f"{PATH}/{own}", {"at": "08:00"}).data["at"] == "08:00"
    assert one.patch(f"{PATH}/{own}", {"at": "09:00"}).status == 403
    assert admin.delete(f"{PATH}/{own}").data["status"] == "archived"


def test_the_example_of_the_documentation_can_be_set_up(shop: Any, service: Any) -> None:
    document = service.client().get("/api/openapi.json").json
    content = document["paths"][SCHEDULES.path]["post"]["requestBody"]["content"]
    example = content["application/json"]["example"]

    made = shop.client().post(PATH, {**example, "recipients": [str(shop.users["Manager"])]})

    assert (made.status, len(example["recipients"])) == (201, 1), made.body


class TestAddressesOutside:
    COMPANY = "/api/admin/settings/company"

    def allow(self, admin: Any, *, is_allowed: bool = True) -> None:
        assert admin.patch(self.COMPANY, {"reports_to_outside": is_allowed}).status == 200

    def test_are_named_while_the_company_allows_it(self, shop: Any) -> None:
        admin, addresses = shop.client(), ["b@outside.example", "a@outside.example"]
        body = fields(addresses=addresses, filters="", recipients=[str(shop.users["Manager"])])
        refused = admin.post(PATH, body)
        assert (refused.status, refused.code, refused.fields) == (422, "outside_not_allowed", {"addresses"})
        assert admin.get(PATH).data == []

        self.allow(admin)
        made = admin.post(PATH, {**body, "addresses": [*addresses, "B@outside.example"]})

        assert (made.status, made.data["addresses"]) == (201, addresses)
        one = f"{PATH}/{made.data['id']}"
        self.allow(admin, is_allowed=False)
        refused = admin.patch(one, {"addresses": addresses[:1]})
        assert (refused.status, refused.code) == (422, "outside_not_allowed")
        # All else can be edited, and addresses be taken away.
        assert admin.patch(one, {"at": "07:00"}).data["addresses"] == addresses
        assert admin.patch(one, {"addresses": []}).data["addresses"] == []

    @pytest.mark.parametrize(
        ("wrong", "code", "field"),
        [
            ({"addresses": ["nowhere"]}, "validation_failed", "addresses.0"),
            ({"addresses": "a@outside.example"}, "validation_failed", "addresses"),
            ({"addresses": [f"{at}@o.example" for at in range(51)]}, "validation_failed", "addresses"),
            ({"addresses": None}, "validation_failed", "addresses"),
            ({"filters": "sort=-value"}, "unknown_column", None),
            ({"condition": "value > 5"}, "unknown_column", None),
        ],
    )
    def test_get_nothing_that_takes_a_permission(
        self, shop: Any, wrong: dict[str, Any], code: str, field: str | None
    ) -> None:
        admin = shop.client()
        self.allow(admin)
        usual = {"filters": "", "addresses": ["a@outside.example"]}

        answer = admin.post(PATH, fields(**{**usual, **wrong}))

        assert (answer.status, answer.code) == (422, code), answer.body
        assert field is None or answer.fields == {field}
        assert admin.get(PATH).data == []
