"""Companies: taken on by the platform with all they need, edited, suspended, archived."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

PATH = "/api/admin/companies"
PASSWORD = "correct horse battery staple"
PLATFORM = "00000000-0000-4000-8000-000000000000"


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def body_of(**fields: Any) -> dict[str, Any]:
    return {"name": f"Bakery {uuid4().hex}", "currency": "EUR", "timezone": "Europe/Berlin", **fields}


def admin_of(**fields: Any) -> dict[str, Any]:
    return {"username": f"boss-{uuid4().hex}", "password": PASSWORD, **fields}


def add(platform: Any, **fields: Any) -> Any:
    answer = platform.post(PATH, body_of(**fields))
    assert answer.status == 201, answer.body
    return answer.data


def log_in(service: Any, username: str, password: str = PASSWORD) -> Any:
    return service.client().post("/api/auth/login", {"username": username, "password": password})


def events_of(service: Any, company_id: str) -> list[str]:
    with psycopg.connect(service.database.owner) as connection:
        query = "SELECT type FROM events WHERE company_id = %s ORDER BY position"
        return [type_ for (type_,) in connection.execute(query, [company_id])]


class TestTakingOn:
    def test_says_back_what_was_told(self, platform: Any) -> None:
        fields = body_of(email="hello@bakery.test", phone="030 1", address="Main Street 1", tax_number="DE1")
        company = platform.post(PATH, fields).data
        assert {**company, **fields} == company
        assert (company["status"], company["subscription_status"]) == ("active", None)
        shown = platform.get(f"{PATH}/{company['id']}")
        assert shown.data == company
        assert shown.headers["etag"] == f'"{company["version"]}"'

    def test_its_log_begins_with_it_and_its_admin_in_one_transaction(
        self, platform: Any, service: Any
    ) -> None:
        company = add(platform, admin=admin_of())
        assert events_of(service, company["id"]) == ["companies.Company.Registered", "users.User.Registered"]

    def test_its_admin_can_sign_in_and_set_up_a_shop(self, platform: Any, service: Any) -> None:
        admin = admin_of(email="boss@bakery.test")
        company = add(platform, admin=admin)
        answer = log_in(service, admin["username"])
        assert answer.data["user"]["company"]["id"] == company["id"]
        assert answer.data["user"]["role"]["name"] == "Admin"
        client = service.client(answer.data["token"])
        store = client.post("/api/admin/stores", {"name": "Main", "code": "M"})
        assert (store.status, store.data["currency"]) == (201, "EUR")

    def test_the_password_stays_out_of_the_log_and_of_answers(self, platform: Any, service: Any) -> None:
        key = str(uuid4())
        answer = platform.post(PATH, body_of(admin=admin_of()), Idempotency_Key=key)
        with psycopg.connect(service.database.owner) as connection:
            [(log,)] = connection.execute(
                "SELECT string_agg(state || metadata, '') FROM events WHERE company_id = %s",
                [answer.data["id"]],
            )
        for text in (log, answer.body.decode()):
            assert "horse" not in text
            assert "argon2" not in text

    def test_the_same_id_at_once_makes_one_company(self, platform: Any, service: Any) -> None:
        body = body_of(id=str(uuid4()), admin=admin_of())
        with ThreadPoolExecutor(4) as many:
            answers = list(many.map(lambda _: platform.post(PATH, body), range(4)))
        assert {answer.status for answer in answers} == {201}
        assert len(events_of(service, body["id"])) == 2

    def test_a_key_answers_with_the_first_outcome(self, platform: Any) -> None:
        body, key = body_of(admin=admin_of()), str(uuid4())
        first = platform.post(PATH, body, Idempotency_Key=key)
        again = platform.post(PATH, body, Idempotency_Key=key)
        assert again.data == first.data
        assert again.headers["idempotent-replayed"] == "true"
        other = platform.post(PATH, body_of(), Idempotency_Key=key)
        assert (other.status, other.code) == (422, "idempotency_key_reused")

    def test_a_taken_user_name_makes_no_company(self, platform: Any, shop: Any) -> None:
        company_id = str(uuid4())
        namesake = admin_of(username=shop.username("Admin").upper())
        answer = platform.post(PATH, body_of(id=company_id, admin=namesake))
        assert (answer.status, answer.code) == (409, "duplicate_username")
        assert platform.get(f"{PATH}/{company_id}").status == 404
        assert events_of(shop.service, company_id) == []

    def test_of_two_that_want_a_user_name_at_once_one_gets_it(self, platform: Any) -> None:
        admin = admin_of()
        with ThreadPoolExecutor(4) as many:
            answers = list(many.map(lambda _: platform.post(PATH, body_of(admin=admin)), range(4)))
        assert sorted(answer.status for answer in answers) == [201, 409, 409, 409]
        assert {answer.code for answer in answers if answer.status == 409} == {"duplicate_username"}

    def test_a_weak_password_is_refused(self, platform: Any) -> None:
        answer = platform.post(PATH, body_of(admin=admin_of(password="password")))
        assert (answer.status, answer.fields) == (422, {"admin.password"})

    def test_an_admin_whose_name_holds_what_cannot_be_seen_is_refused(self, platform: Any) -> None:
        answer = platform.post(PATH, body_of(admin=admin_of(username=f"boss\u200b-{uuid4().hex}")))
        assert (answer.status, answer.fields) == (422, {"admin.username"})

    def test_every_wrong_field_is_named(self, platform: Any) -> None:
        body = {"currency": "EURO", "timezone": "Mars/Base", "email": "x", "admin": {"role": "Admin"}}
        answer = platform.post(PATH, body)
        assert (answer.status, answer.code) == (422, "validation_failed")
        wrong = {"name", "currency", "timezone", "email"}
        assert answer.fields == wrong | {"admin.username", "admin.password", "admin.role"}


class TestEditing:
    def test_the_platform_edits_any(self, service: Any, platform: Any, bring_picture: Any) -> None:
        company = add(platform, phone="1")
        path = f"{PATH}/{company['id']}"
        logo, _ = bring_picture(service.guest(UUID(company["id"])))
        changes = {"name": "Other", "timezone": "UTC", "email": "a@b.test", "logo_image_id": logo}
        changed = platform.patch(path, changes, If_Match=f'"{company["version"]}"')
        assert {**changed.data, **changes, "phone": "1"} == changed.data
        assert platform.get(path).data == changed.data
        assert platform.patch(path, {"name": "Late"}, If_Match='"1"').status == 412

    def test_an_admin_edits_the_own(self, shop: Any) -> None:
        path = f"{PATH}/{shop.company_id}"
        assert shop.client().patch(path, {"name": "Our shop"}).data["name"] == "Our shop"
        assert shop.client().get(path).data["name"] == "Our shop"

    def test_the_currency_stays(self, platform: Any) -> None:
        answer = platform.patch(f"{PATH}/{add(platform)['id']}", {"currency": "USD"})
        assert (answer.status, answer.fields) == (422, {"currency"})

    def test_the_past_is_still_to_be_seen(self, platform: Any) -> None:
        company = add(platform)
        path, before = f"{PATH}/{company['id']}", now()
        platform.patch(path, {"name": "Other"})
        past = platform.get(f"{path}?as_of={before}")
        assert past.data["name"] == company["name"]


class TestTheLogo:
    def test_is_one_of_the_company_s_own_pictures(
        self, make_shop: Any, platform: Any, bring_picture: Any
    ) -> None:
        shop, other = make_shop(), make_shop()
        elsewhere, _ = bring_picture(other.client())
        path = f"{PATH}/{shop.company_id}"
        for client in (shop.client(), platform):
            for unknown in (elsewhere, str(uuid4())):
                refused = client.patch(path, {"logo_image_id": unknown})
                assert (refused.status, refused.code) == (422, "validation_failed")
                (detail,) = refused.json["error"]["details"]
                assert (detail["field"], detail["code"]) == ("logo_image_id", "not_found")
        own, _ = bring_picture(shop.client())
        assert platform.patch(path, {"logo_image_id": own}).data["logo_image_id"] == own
        assert shop.client().patch(path, {"logo_image_id": None}).data["logo_image_id"] is None

    def test_a_picture_stays_as_long_as_it_is_the_logo(
        self, shop: Any, service: Any, bring_picture: Any
    ) -> None:
        admin = shop.client()
        image_id, product_id = bring_picture(admin)
        image, company = f"/api/admin/products/{product_id}/images/{image_id}", f"{PATH}/{shop.company_id}"
        admin.patch(company, {"logo_image_id": image_id})
        refused = admin.delete(image)
        assert (refused.status, refused.code) == (409, "in_use")
        assert service.client().get(f"/api/images/{image_id}").status == 200
        admin.patch(company, {"logo_image_id": None})
        assert admin.delete(image).status == 200
        gone = admin.patch(company, {"logo_image_id": image_id})
        assert (gone.status, gone.fields) == (422, {"logo_image_id"})

    def test_is_there_or_not_chosen_when_its_picture_is_removed_at_once(
        self, shop: Any, bring_picture: Any
    ) -> None:
        admin, company = shop.client(), f"{PATH}/{shop.company_id}"
        for _ in range(5):
            image_id, product_id = bring_picture(admin)
            image = f"/api/admin/products/{product_id}/images/{image_id}"
            with ThreadPoolExecutor(2) as two:
                chosen = two.submit(admin.patch, company, {"logo_image_id": image_id})
                removed = two.submit(admin.delete, image)
            assert {chosen.result().status, removed.result().status} in ({200, 409}, {422, 200})


class TestWhoSeesWhat:
    def test_the_platform_finds_any_company_by_its_words(self, platform: Any) -> None:
        mark = uuid4().hex
        one = add(platform, name=f"Alpha {mark} bakery", email=f"office@{mark}.test")
        other = add(platform, name=f"Beta {mark}")

        def ids_of(query: str) -> list[str]:
            return [row["id"] for row in platform.get(f"{PATH}?{query}").data]

        assert ids_of(f"search={mark}") == [one["id"], other["id"]]
        assert ids_of(f"search={mark}&sort=-name") == [other["id"], one["id"]]
        assert ids_of(f"search=BAKERY%20{mark}") == [one["id"]]
        assert ids_of(f"search={mark}.test") == [one["id"]]
        platform.post(f"{PATH}/{other['id']}/suspend")
        assert ids_of(f"search={mark}&status=suspended") == [other["id"]]
        platform.delete(f"{PATH}/{other['id']}")
        assert ids_of(f"search={mark}") == [one["id"]]
        assert ids_of(f"search={mark}&status=archived") == [other["id"]]
        listed = platform.get(f"{PATH}?search={mark}").data[0]
        assert listed == platform.get(f"{PATH}/{one['id']}").data

    def test_it_filters_by_package_and_subscription(self, platform: Any) -> None:
        package = platform.post("/api/admin/packages", {"name": uuid4().hex, "trial_days": 1}).data
        on_trial, paying = (add(platform, package_id=package["id"]) for _ in range(2))
        platform.put(f"{PATH}/{paying['id']}/subscription", {"status": "active"})
        listed = platform.get(f"{PATH}?package_id={package['id']}&subscription_status=trial").data
        assert [row["id"] for row in listed] == [on_trial["id"]]
        assert platform.get(f"{PATH}?package_id={package['id']}").json["pagination"]["total"] == 2

    def test_an_admin_sees_the_own_alone(self, shop: Any, make_shop: Any) -> None:
        client, other = shop.client(), make_shop()
        assert [row["id"] for row in client.get(PATH).data] == [str(shop.company_id)]
        assert client.get(f"{PATH}?search={other.company_id}").data == []
        for answer in (
            client.get(f"{PATH}/{other.company_id}"),
            client.patch(f"{PATH}/{other.company_id}", {"name": "Mine"}),
            client.get(f"{PATH}/{other.company_id}/subscription"),
            client.get(f"{PATH}/{PLATFORM}"),
        ):
            assert (answer.status, answer.code) == (404, "not_found")

    @pytest.mark.parametrize("role", ["Manager", "Cashier", "Inventory Clerk"])
    def test_others_see_none(self, shop: Any, role: str) -> None:
        assert shop.client(role).get(PATH).status == 403
        assert shop.client(role).get(f"{PATH}/{shop.company_id}").status == 403

    def test_only_the_platform_takes_on_suspends_and_archives(self, shop: Any) -> None:
        client, own = shop.client(), f"{PATH}/{shop.company_id}"
        answers = [
            client.post(PATH, body_of()),
            client.post(f"{own}/suspend"),
            client.post(f"{own}/activate"),
            client.delete(own),
            client.put(f"{own}/subscription", {"status": "active"}),
        ]
        assert {answer.status for answer in answers} == {403}

    def test_an_unknown_company_is_not_found(self, platform: Any) -> None:
        path = f"{PATH}/{uuid4()}"
        answers = [
            platform.get(path),
            platform.patch(path, {"name": "x"}),
            platform.delete(path),
            platform.post(f"{path}/suspend"),
            platform.get(f"{path}/subscription"),
            platform.put(f"{path}/subscription", {"status": "active"}),
        ]
        assert {answer.status for answer in answers} == {404}


class TestSuspending:
    def test_its_people_read_but_do_not_write(self, platform: Any, stocked: Any) -> None:
        path = f"{PATH}/{stocked.shop.company_id}"
        suspended = platform.post(f"{path}/suspend", {"reason": "Invoices unpaid"}).data
        assert (suspended["status"], suspended["suspension_reason"]) == ("suspended", "Invoices unpaid")
        till, admin = stocked.shop.client("Cashier"), stocked.shop.client()
        for answer in (
            till.post("/api/pos/orders", stocked.sale()),
            till.post("/api/pos/quote", {"lines": stocked.sale()["lines"]}),
            admin.post("/api/admin/stores", {"name": "New", "code": "N"}),
            admin.patch(path, {"name": "Still mine"}),
        ):
            assert (answer.status, answer.code) == (403, "company_suspended")
        assert till.get("/api/cashier/orders").status == 200
        assert admin.get("/api/admin/products").data
        assert platform.post(f"{path}/activate").data["status"] == "active"
        assert till.post("/api/pos/orders", stocked.sale()).status == 201

    def test_a_sale_that_was_made_is_answered_again(self, platform: Any, stocked: Any) -> None:
        till, key, sale = stocked.shop.client("Cashier"), str(uuid4()), stocked.sale()
        sold = till.post("/api/pos/orders", sale, Idempotency_Key=key)
        platform.post(f"{PATH}/{stocked.shop.company_id}/suspend")
        again = till.post("/api/pos/orders", sale, Idempotency_Key=key)
        assert (again.status, again.data) == (201, sold.data)
        assert till.post("/api/pos/orders", sale, Idempotency_Key=str(uuid4())).status == 403

    def test_nobody_of_it_can_sign_in(self, platform: Any, shop: Any) -> None:
        platform.post(f"{PATH}/{shop.company_id}/suspend")
        answer = log_in(shop.service, shop.username("Admin"))
        assert (answer.status, answer.code) == (403, "company_suspended")

    def test_the_platform_may_still_edit_it(self, platform: Any, shop: Any) -> None:
        path = f"{PATH}/{shop.company_id}"
        platform.post(f"{path}/suspend")
        assert platform.patch(path, {"phone": "030"}).status == 200

    def test_it_needs_no_body(self, platform: Any, shop: Any) -> None:
        assert platform.call("POST", f"{PATH}/{shop.company_id}/suspend").status == 200


class TestArchiving:
    def test_ends_every_session_and_keeps_the_user_names(self, platform: Any, shop: Any) -> None:
        client = shop.client()
        archived = platform.delete(f"{PATH}/{shop.company_id}")
        assert archived.data["status"] == "archived"
        assert (client.get("/api/admin/products").status, client.get("/api/auth/me").status) == (401, 401)
        answer = log_in(shop.service, shop.username("Admin"))
        assert (answer.status, answer.code) == (403, "company_suspended")
        assert answer.json["message"] == "The company is archived: nobody can sign in any more."
        refused = platform.post(PATH, body_of(admin=admin_of(username=shop.username("Admin"))))
        assert refused.code == "duplicate_username"
