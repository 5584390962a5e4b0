"""Users: taken on, changed, bound to stores, let go; and who may do that to whom."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from domain.permissions import permissions_of

USERS = "/api/admin/settings/users"
PASSWORD = "correct horse battery staple"


@dataclass(frozen=True)
class Staff:
    """The users of a shop of the test's own, as its administrator manages them."""

    shop: Any

    @property
    def admin(self) -> Any:
        return self.shop.client()

    def name(self, name: str) -> str:
        """A user name that no other test has."""
        return f"{name}@{self.shop.company_id}"

    def add(self, name: str = "anna", role: str = "cashier", *, by: Any = None, **more: Any) -> Any:
        """The answer to taking somebody on."""
        body = {"username": self.name(name), "password": PASSWORD, "role_id": role, **more}
        return (by or self.admin).post(USERS, body)

    def sign_in(self, name: str, password: str = PASSWORD) -> Any:
        body = {"username": self.name(name), "password": password}
        return self.shop.service.client().post("/api/auth/login", body)

    def client(self, name: str) -> Any:
        """A client signed in as that user."""
        return self.shop.service.client(self.sign_in(name).data["token"])

    def hired(self, name: str, role: str, *, by: Any = None, **more: Any) -> Any:
        """A client signed in as somebody just taken on."""
        assert self.add(name, role, by=by, **more).status == 201
        return self.client(name)

    def at(self, role: str) -> str:
        """The path of the user the shop began with in that role."""
        return f"{USERS}/{self.shop.users[role]}"

    def recorded(self, since: int) -> list[str]:
        return [event["type"].removeprefix("users.User.") for event in self.shop.events()[since:]]


def path(answer: Any) -> str:
    return f"{USERS}/{answer.data['id']}"


def put(client: Any, path: str, body: Any, **headers: str) -> Any:
    return client.call(
        "PUT", path, body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.fixture
def staff(shop: Any) -> Staff:
    return Staff(shop)


def add_stores(admin: Any, *names: str) -> list[str]:
    return [admin.post("/api/admin/stores", {"name": name, "code": name}).data["id"] for name in names]


class TestTakingOn:
    def test_answers_who_was_taken_on(self, staff: Staff) -> None:
        (harbour,) = add_stores(staff.admin, "Harbour")
        answer = staff.add("anna", "inventory_clerk", email="anna@shop.example", store_ids=[harbour])
        assert (answer.status, answer.headers["etag"]) == (201, '"1"')
        user = dict(answer.data)
        assert user.pop("created_at") == user.pop("updated_at")
        assert user == {
            "id": answer.data["id"],
            "username": staff.name("anna"),
            "email": "anna@shop.example",
            "is_active": True,
            "status": "active",
            "role_id": "inventory_clerk",
            "role": {"id": "inventory_clerk", "name": "Inventory Clerk"},
            "store_ids": [harbour],
            "stores": [{"id": harbour, "name": "Harbour", "code": "Harbour"}],
            "granted": [],
            "denied": [],
            "last_login": None,
            "version": 1,
        }

    def test_the_added_the_read_and_the_listed_are_the_same(self, staff: Staff) -> None:
        stores = add_stores(staff.admin, "Harbour", "Airport")
        added = staff.add(store_ids=stores, granted=["products.view"], denied=["pos.use"])
        assert staff.admin.get(path(added)).data == added.data
        assert staff.admin.get(f"{USERS}?search=anna").data == [added.data]

    def test_lets_them_sign_in_at_once_with_their_rights(self, staff: Staff) -> None:
        cashier = staff.hired("anna", "cashier", granted=["products.view"], denied=["pos.use"])
        assert cashier.get("/api/admin/products").status == 200
        assert cashier.get("/api/pos/products").code == "forbidden"

    def test_takes_a_role_by_id_or_name(self, staff: Staff) -> None:
        for number, body in enumerate(
            [{"role_id": "inventory_clerk"}, {"role_id": "Inventory Clerk"}, {"role": "Inventory Clerk"}]
        ):
            user = {"username": staff.name(f"u{number}"), "password": PASSWORD, **body}
            assert staff.admin.post(USERS, user).data["role"]["name"] == "Inventory Clerk"

    def test_a_key_gives_the_first_outcome_again(self, staff: Staff) -> None:
        body = {"username": staff.name("anna"), "password": PASSWORD, "role_id": "cashier"}
        first, again = (staff.admin.post(USERS, body, Idempotency_Key="hire-1") for _ in range(2))
        assert (first.status, again.body) == (201, first.body)
        assert again.headers["idempotent-replayed"] == "true"

    def test_nobody_sees_a_hash_and_the_log_knows_no_password(self, staff: Staff) -> None:
        added = staff.add()
        answers = [added, staff.admin.get(path(added)), staff.admin.get(USERS)]
        for text in (*(answer.body.decode() for answer in answers), str(staff.shop.events())):
            assert "argon2" not in text
            assert "hash" not in text
            assert PASSWORD not in text

    @pytest.mark.parametrize(
        ("field", "body"),
        [
            ("password", {"password": "short"}),
            ("password", {"password": "aaaaaaaaaaaa"}),
            ("password", {"password": "password123"}),
            ("password", {"password": "x" * 201}),
            ("role_id", {"role_id": "owner"}),
            ("role_id", {"role_id": None}),
            ("username", {"username": "x" * 10_000}),
            ("username", {"username": "  "}),
            ("username", {"username": "admin\u200b"}),
            ("email", {"email": "nobody"}),
            ("granted.1", {"granted": ["products.view", "products.fly"]}),
            ("denied.0", {"denied": ["products.fly"]}),
            ("denied", {"granted": ["products.view"], "denied": ["products.view"]}),
            ("granted", {"granted": ["products.view"] * 1001}),
            ("store_ids.0", {"store_ids": [str(uuid4())]}),
            ("role", {"role": "cashier"}),
        ],
    )
    def test_what_is_not_valid_is_named(self, staff: Staff, field: str, body: Any) -> None:
        before = len(staff.shop.events())
        user = {"username": staff.name("x"), "password": PASSWORD, "role_id": "cashier", **body}
        answer = staff.admin.post(USERS, user)
        assert (answer.status, answer.code, answer.fields) == (422, "validation_failed", {field})
        assert len(staff.shop.events()) == before

    def test_the_user_name_is_no_password(self, staff: Staff) -> None:
        assert staff.add("annabella", password=staff.name("annabella").upper()).fields == {"password"}

    def test_stores_of_another_company_and_archived_ones_are_none(
        self, staff: Staff, make_shop: Callable[..., Any]
    ) -> None:
        own, archived = add_stores(staff.admin, "Own", "Archived")
        staff.admin.delete(f"/api/admin/stores/{archived}")
        (theirs,) = add_stores(make_shop().client(), "Theirs")
        added = staff.add()
        before = len(staff.shop.events())
        for answer in (
            staff.add("b", store_ids=[own, theirs, archived]),
            put(staff.admin, f"{path(added)}/stores", {"store_ids": [own, theirs, archived]}),
        ):
            assert (answer.status, answer.fields) == (422, {"store_ids.1", "store_ids.2"})
        assert len(staff.shop.events()) == before


class TestNames:
    def test_are_taken_whatever_the_case_in_every_company(
        self, staff: Staff, make_shop: Callable[..., Any]
    ) -> None:
        staff.add("anna")
        other = make_shop().client()
        body = {"username": staff.name("ANNA").upper(), "password": PASSWORD, "role_id": "cashier"}
        for answer in (staff.add("Anna"), other.post(USERS, body)):
            assert (answer.status, answer.code) == (409, "duplicate_username")
        bert = staff.add("bert")
        assert staff.admin.patch(path(bert), {"username": staff.name("aNNa")}).code == "duplicate_username"

    def test_are_the_same_in_full_width_and_one_signs_in_with_either(self, staff: Staff) -> None:
        anna = staff.add("anna")
        wide = "\uff21\uff4e\uff4e\uff41"
        assert staff.add(wide).code == "duplicate_username"
        assert staff.admin.patch(path(anna), {"username": staff.name(wide)}).status == 200
        assert staff.sign_in("anna").status == staff.sign_in(wide).status == 200
        assert staff.add("anna").code == "duplicate_username"

    def test_tell_who_has_them_in_the_own_company_alone(
        self, staff: Staff, make_shop: Callable[..., Any]
    ) -> None:
        anna, bert = staff.add("anna"), staff.add("bert")
        edit = {"username": staff.name("ANNA")}
        for refused in (staff.add("Anna"), staff.admin.patch(path(bert), edit)):
            (detail,) = refused.json["error"]["details"]
            assert (detail["field"], detail["code"]) == ("username", "duplicate_username")
            holder = {"id": anna.data["id"], "name": staff.name("anna"), "status": "active"}
            assert holder.items() <= detail.items()
        body = {"username": staff.name("anna"), "password": PASSWORD, "role_id": "cashier"}
        (detail,) = make_shop().client().post(USERS, body).json["error"]["details"]
        assert detail.keys() == {"field", "code", "message"}
        assert anna.data["id"] not in str(detail)

    def test_of_two_companies_at_once_one_gets_it(self, make_shop: Callable[..., Any]) -> None:
        admins = [make_shop().client() for _ in range(2)]
        for round_ in range(5):
            body = {"username": f"{round_}-{uuid4()}", "password": PASSWORD, "role_id": "cashier"}
            with ThreadPoolExecutor(2) as both:
                answers = list(both.map(lambda admin: admin.post(USERS, body), admins))  # noqa: B023
            assert sorted(answer.status for answer in answers) == [201, 409]
            assert {answer.code for answer in answers if answer.status == 409} == {"duplicate_username"}

    def test_can_change_their_case_and_be_given_up(self, staff: Staff) -> None:
        anna = staff.add("anna")
        renamed = staff.admin.patch(path(anna), {"username": staff.name("Anna")})
        assert renamed.data["username"] == staff.name("Anna")
        assert staff.admin.patch(path(anna), {"username": staff.name("berta")}).status == 200
        assert staff.sign_in("anna").status == 401
        assert staff.sign_in("berta").status == 200
        assert staff.add("anna").status == 201

    def test_of_the_archived_are_free_again(self, staff: Staff) -> None:
        anna = staff.add("anna")
        archived = staff.admin.delete(path(anna))
        assert (archived.data["status"], archived.data["is_active"]) == ("archived", False)
        assert staff.sign_in("anna").status == 401
        assert staff.add("anna").status == 201
        assert staff.sign_in("anna").status == 200


class TestListing:
    def names(self, staff: Staff, query: str) -> list[str]:
        rows = staff.admin.get(f"{USERS}?limit=100&{query}").data
        return [row["username"].partition("@")[0] for row in rows]

    def test_finds_every_word_in_names_and_addresses(self, staff: Staff) -> None:
        staff.add("anna", email="A.Jones@Shop.example")
        staff.add("bert", email="b.jones@shop.example")
        assert self.names(staff, "search=JONES") == ["anna", "bert"]
        assert self.names(staff, "search=jones%20an") == ["anna"]
        assert self.names(staff, "search=jones%20zoe") == []
        assert self.names(staff, "search=%25") == []

    def test_sorts_and_pages(self, staff: Staff) -> None:
        names = ["admin", "cashier", "inventory-clerk", "manager"]
        assert self.names(staff, "sort=username") == names
        assert self.names(staff, "sort=-username") == names[::-1]
        staff.add("aaron")
        assert self.names(staff, "sort=-created_at")[0] == "aaron"
        assert self.names(staff, "sort=created_at")[-1] == "aaron"
        page = staff.admin.get(f"{USERS}?page=2&limit=2").json
        assert page["pagination"] == {"page": 2, "limit": 2, "total": 5, "pages": 3}
        assert [row["username"].partition("@")[0] for row in page["data"]] == names[1:3]

    def test_filters_by_role_store_and_status(self, staff: Staff) -> None:
        (store,) = add_stores(staff.admin, "Harbour")
        staff.add("anna", store_ids=[store])
        staff.add("bert", is_active=False)
        staff.admin.delete(path(staff.add("carl")))
        assert self.names(staff, "role_id=cashier") == ["anna", "bert", "cashier"]
        assert self.names(staff, "role_id=Inventory%20Clerk") == ["inventory-clerk"]
        assert self.names(staff, f"store_id={store}") == ["anna"]
        assert self.names(staff, "status=inactive") == ["bert"]
        assert self.names(staff, "status=archived") == ["carl"]
        assert self.names(staff, "status=active&role_id=cashier") == ["anna", "cashier"]
        assert len(self.names(staff, "status=all")) == 7
        assert len(self.names(staff, "")) == 6

    def test_refuses_what_is_no_filter(self, staff: Staff) -> None:
        for query in ("role_id=owner", "status=gone", "store_id=1", "sort=password", "hash=1"):
            answer = staff.admin.get(f"{USERS}?{query}")
            assert (answer.status, answer.fields) == (400, {query.partition("=")[0]})

    def test_of_a_store_are_those_bound_to_it_or_to_none(self, staff: Staff) -> None:
        harbour, airport = add_stores(staff.admin, "Harbour", "Airport")
        staff.add("anna", store_ids=[harbour])
        staff.add("bert", store_ids=[airport])
        rows = staff.admin.get(f"/api/admin/stores/{harbour}/users?role_id=cashier").data
        assert [row["username"].partition("@")[0] for row in rows] == ["anna", "cashier"]
        assert staff.admin.get(f"/api/admin/stores/{uuid4()}/users").code == "not_found"


class TestEditing:
    def test_records_what_changed_and_nothing_else(self, staff: Staff) -> None:
        (store,) = add_stores(staff.admin, "Harbour")
        anna = staff.add()
        since = len(staff.shop.events())
        edited = staff.admin.patch(
            path(anna),
            {
                "username": staff.name("berta"),
                "email": "berta@shop.example",
                "role": "Manager",
                "store_ids": [store],
                "granted": ["audit.view"],
                "is_active": False,
            },
        )
        assert edited.status == 200
        facts = ["Renamed", "Readdressed", "Appointed", "Posted", "Empowered", "Barred"]
        assert staff.recorded(since) == facts
        assert edited.data["version"] == 7
        assert edited.data["status"] == "inactive"
        assert staff.admin.get(path(anna)).data == edited.data
        assert staff.admin.patch(path(anna), {"email": "berta@shop.example"}).data == edited.data
        assert staff.recorded(since) == facts

    def test_a_stale_version_is_refused(self, staff: Staff) -> None:
        anna = path(staff.add())
        calls: list[Callable[..., Any]] = [
            lambda **version: staff.admin.patch(anna, {"email": None}, **version),
            lambda **version: staff.admin.delete(anna, **version),
            lambda **version: staff.admin.post(f"{anna}/deactivate", **version),
            lambda **version: staff.admin.post(
                f"{anna}/reset-password", {"new_password": PASSWORD}, **version
            ),
            lambda **version: put(staff.admin, f"{anna}/permissions", {"granted": []}, **version),
            lambda **version: put(staff.admin, f"{anna}/stores", {"store_ids": []}, **version),
        ]
        for call in calls:
            assert call(If_Match='"7"').code == "precondition_failed"
        assert staff.admin.patch(anna, {"email": "a@b"}, If_Match='"1"').headers["etag"] == '"2"'
        assert staff.admin.get(anna, If_None_Match='"2"').status == 304

    def test_what_was_is_still_known(self, staff: Staff) -> None:
        anna = staff.add(email="old@shop.example")
        moment = staff.shop.events()[-1]["recorded_at"].isoformat().replace("+", "%2B")
        staff.admin.patch(path(anna), {"email": "new@shop.example"})
        assert staff.admin.get(f"{path(anna)}?as_of={moment}").data == anna.data
        assert staff.admin.get(f"{path(anna)}?as_of=2001-01-01T00:00:00Z").code == "not_found"

    def test_nobody_is_bound_to_a_store_while_it_is_archived(self, staff: Staff) -> None:
        for number in range(5):
            (store,) = add_stores(staff.admin, f"S{number}")
            anna = path(staff.add(f"anna{number}"))
            with ThreadPoolExecutor(2) as both:
                bound = both.submit(put, staff.admin, f"{anna}/stores", {"store_ids": [store]})
                closed = both.submit(staff.admin.delete, f"/api/admin/stores/{store}")
                assert sorted((bound.result().status, closed.result().status)) in ([200, 409], [200, 422])


class TestSigningOut:
    def signed_in(self, staff: Staff) -> tuple[str, Any, str]:
        """Somebody's path, a client of theirs, and their refresh token."""
        anna = path(staff.add())
        tokens = staff.sign_in("anna").data
        return anna, staff.shop.service.client(tokens["token"]), tokens["refresh_token"]

    def refresh(self, staff: Staff, token: str) -> Any:
        return staff.shop.service.client().post("/api/auth/refresh", {"refresh_token": token})

    @pytest.mark.parametrize("action", ["deactivate", "archive", "reset-password", "patch", "sessions"])
    def test_happens_at_once(self, staff: Staff, action: str) -> None:
        anna, client, refresh_token = self.signed_in(staff)
        assert client.get("/api/cashier/orders").status == 200
        actions: dict[str, Callable[[], Any]] = {
            "deactivate": lambda: staff.admin.post(f"{anna}/deactivate"),
            "archive": lambda: staff.admin.delete(anna),
            "reset-password": lambda: staff.admin.post(
                f"{anna}/reset-password", {"new_password": "a fresh password"}
            ),
            "patch": lambda: staff.admin.patch(anna, {"is_active": False}),
            "sessions": lambda: staff.admin.delete(f"{anna}/sessions"),
        }
        assert actions[action]().status == 200
        assert client.get("/api/cashier/orders").code == "token_revoked"
        assert self.refresh(staff, refresh_token).status == 401

    def test_the_inactive_stay_out_until_they_are_activated(self, staff: Staff) -> None:
        anna, _, _ = self.signed_in(staff)
        staff.admin.post(f"{anna}/deactivate")
        assert staff.sign_in("anna").status == 401
        assert staff.admin.post(f"{anna}/activate").data["status"] == "active"
        assert staff.sign_in("anna").status == 200

    def test_only_the_new_password_opens(self, staff: Staff) -> None:
        anna, _, _ = self.signed_in(staff)
        since = len(staff.shop.events())
        weak = staff.admin.post(f"{anna}/reset-password", {"new_password": staff.name("anna")})
        assert (weak.status, weak.fields) == (422, {"new_password"})
        staff.admin.post(f"{anna}/reset-password", {"new_password": "a fresh password"})
        assert staff.recorded(since) == ["PasswordReset"]
        assert staff.sign_in("anna").status == 401
        assert staff.sign_in("anna", "a fresh password").status == 200

    def test_sessions_are_listed_and_ended_one_by_one(self, staff: Staff) -> None:
        anna, first, _ = self.signed_in(staff)
        second = staff.client("anna")
        listed = staff.admin.get(f"{anna}/sessions").data
        assert len(listed) == 2
        assert listed[0].keys() >= {"id", "created_at", "last_used_at", "expires_at", "address", "current"}
        assert b"hash" not in staff.admin.get(f"{anna}/sessions").body
        assert not any(session["current"] for session in listed)
        assert staff.admin.delete(f"{anna}/sessions/{listed[0]['id']}").status == 200
        codes = sorted(client.get("/api/auth/me").status for client in (first, second))
        assert codes == [200, 401]
        assert staff.admin.delete(f"{anna}/sessions/{listed[0]['id']}").code == "not_found"
        own = staff.admin.get(f"{staff.at('Admin')}/sessions").data
        assert [session["current"] for session in own] == [True]
        elsewhere = f"{anna}/sessions/{own[0]['id']}"
        assert staff.admin.delete(elsewhere).code == "not_found"

    @pytest.mark.parametrize(
        "change", [{"role_id": "manager"}, {"store_ids": "harbour"}, {"granted": ["products.view"]}]
    )
    def test_other_rights_take_a_refresh(self, staff: Staff, change: dict[str, Any]) -> None:
        (store,) = add_stores(staff.admin, "Harbour")
        rights = {"store_ids": [store]} if "store_ids" in change else change
        anna, client, refresh_token = self.signed_in(staff)
        staff.admin.patch(anna, {"email": "a@b.example"})
        assert client.get("/api/cashier/orders").status == 200
        staff.admin.patch(anna, rights)
        assert client.get("/api/cashier/orders").code == "token_expired"
        fresh = self.refresh(staff, refresh_token)
        again = staff.shop.service.client(fresh.data["token"])
        assert again.get("/api/cashier/orders").status == 200
        expected = {"role_id": 200, "granted": 200, "store_ids": 403}[next(iter(rights))]
        assert again.get("/api/admin/products").status == expected


class TestRules:
    def test_nobody_gives_what_they_do_not_hold(self, staff: Staff) -> None:
        rights = ["users.view", "users.create", "users.edit", "users.grant", "users.archive"]
        manager = staff.hired("mia", "manager", granted=rights)
        anna = staff.add("anna", by=manager)
        assert anna.status == 201
        before = len(staff.shop.events())
        lacking = permissions_of("Admin") - permissions_of("Manager", rights)
        for answer, keys in (
            (staff.add("b", "admin", by=manager), lacking),
            (staff.add("c", granted=["company.edit", "products.view"], by=manager), {"company.edit"}),
            (manager.patch(path(anna), {"role_id": "admin"}), lacking),
            (manager.patch(path(anna), {"granted": ["audit.view"]}), {"audit.view"}),
            (put(manager, f"{path(anna)}/permissions", {"granted": ["stores.edit"]}), {"stores.edit"}),
        ):
            assert (answer.status, answer.code, answer.fields) == (403, "forbidden", keys)
        assert len(staff.shop.events()) == before
        for answer in (
            staff.add("d", "manager", by=manager),
            manager.patch(path(anna), {"role_id": "inventory_clerk"}),
            put(
                manager, f"{path(anna)}/permissions", {"granted": ["orders.view"], "denied": ["company.edit"]}
            ),
        ):
            assert answer.status in (200, 201)

    def test_nobody_touches_somebody_who_holds_more(self, staff: Staff) -> None:
        rights = ["users.view", "users.create", "users.edit", "users.grant", "users.archive"]
        manager = staff.hired("mia", "manager", granted=rights)
        boss = staff.at("Admin")
        before = len(staff.shop.events())
        for answer in (
            manager.patch(boss, {"email": "mine@shop.example"}),
            manager.patch(boss, {"role_id": "cashier"}),
            manager.post(f"{boss}/deactivate"),
            manager.post(f"{boss}/reset-password", {"new_password": "a fresh password"}),
            manager.delete(boss),
            manager.delete(f"{boss}/sessions"),
            manager.delete(f"{boss}/sessions/{staff.shop.users['Admin']}"),
            put(manager, f"{boss}/permissions", {"denied": ["users.edit"]}),
            put(manager, f"{boss}/stores", {"store_ids": []}),
        ):
            assert (answer.status, answer.code) == (403, "forbidden")
            assert "company.edit" in answer.fields
        assert len(staff.shop.events()) == before
        assert staff.admin.get("/api/auth/me").status == 200
        assert manager.get(boss).status == 200

    def test_the_platforms_role_and_keys_stay_the_platforms(self, staff: Staff) -> None:
        before = len(staff.shop.events())
        platforms = ["companies.create", "companies.suspend", "packages.view", "projections.view"]
        denied = sorted(permissions_of("Super Admin"))
        for answer, fields in (
            (staff.add(role="super_admin"), {"role_id"}),
            (staff.add(role="Super Admin", denied=denied), {"role_id"}),
            (staff.add(granted=platforms), set(platforms)),
            (put(staff.admin, f"{staff.at('Admin')}/permissions", {"granted": platforms}), set(platforms)),
            (staff.admin.patch(staff.at("Cashier"), {"role": "Super Admin"}), {"role_id"}),
        ):
            assert (answer.status, answer.code, answer.fields) == (403, "forbidden", fields)
        assert len(staff.shop.events()) == before

    def test_whoever_is_bound_to_stores_manages_those_who_are_bound_to_them(self, staff: Staff) -> None:
        harbour, airport = add_stores(staff.admin, "Harbour", "Airport")
        boss = staff.hired("boss", "admin", store_ids=[harbour])
        ours = staff.add("ours", by=boss, store_ids=[harbour])
        theirs = staff.add("theirs", store_ids=[airport])
        both = staff.add("both", store_ids=[harbour, airport])
        assert ours.status == 201
        for stores in ([], [airport], [harbour, airport]):
            assert staff.add("x", by=boss, store_ids=stores).status == 403
            assert put(boss, f"{path(ours)}/stores", {"store_ids": stores}).status == 403
        listed = [row["username"].partition("@")[0] for row in boss.get(USERS).data]
        assert listed == ["boss", "ours"]
        for one in (path(theirs), path(both), staff.at("Cashier"), staff.at("Admin")):
            for answer in (
                boss.get(one),
                boss.patch(one, {"email": None}),
                boss.delete(one),
                boss.post(f"{one}/deactivate"),
                boss.post(f"{one}/reset-password", {"new_password": PASSWORD}),
                boss.get(f"{one}/permissions"),
                boss.get(f"{one}/sessions"),
                boss.delete(f"{one}/sessions"),
            ):
                assert (answer.status, answer.code) == (404, "not_found")
        here = boss.get(f"/api/admin/stores/{harbour}/users")
        assert [row["username"].partition("@")[0] for row in here.data] == ["boss", "ours"]
        assert here.json["pagination"]["total"] == 2
        assert boss.get(f"/api/admin/stores/{airport}/users").code == "not_found"
        assert boss.post(f"{path(ours)}/deactivate").status == 200


class TestTheLastAdmin:
    def test_cannot_go(self, staff: Staff) -> None:
        (store,) = add_stores(staff.admin, "Harbour")
        staff.add("bound", "admin", store_ids=[store])
        staff.add("inactive", "admin", is_active=False)
        staff.add("limited", "admin", denied=["users.grant"])
        boss, before = staff.at("Admin"), len(staff.shop.events())
        for answer in (
            staff.admin.post(f"{boss}/deactivate"),
            staff.admin.delete(boss),
            staff.admin.patch(boss, {"role_id": "manager"}),
            staff.admin.patch(boss, {"is_active": False}),
            put(staff.admin, f"{boss}/permissions", {"denied": ["users.create"]}),
            put(staff.admin, f"{boss}/stores", {"store_ids": [store]}),
        ):
            assert (answer.status, answer.code) == (409, "last_admin")
        assert len(staff.shop.events()) == before
        assert put(staff.admin, f"{boss}/permissions", {"denied": ["costs.view"]}).status == 200

    def test_of_two_who_remove_each_other_at_once_one_stays(self, staff: Staff) -> None:
        for round_ in range(4):
            shop_admin = staff.client(f"last{round_ - 1}") if round_ else staff.admin
            first_path = f"{USERS}/{shop_admin.get('/api/auth/me').data['user']['id']}"
            second = staff.add(f"second{round_}", "admin", by=shop_admin)
            rival = staff.client(f"second{round_}")
            with ThreadPoolExecutor(2) as both:
                one = both.submit(shop_admin.post, f"{path(second)}/deactivate")
                other = both.submit(rival.post, f"{first_path}/deactivate")
                answers = [one.result(), other.result()]
            assert min(answer.status for answer in answers) == 200
            refused = next(answer for answer in answers if answer.status != 200)
            assert refused.code in ("last_admin", "token_revoked")
            winner = shop_admin if answers[0].status == 200 else rival
            assert staff.add(f"last{round_}", "admin", by=winner).status == 201
            mine = winner.get("/api/auth/me").data["user"]["id"]
            assert staff.client(f"last{round_}").delete(f"{USERS}/{mine}").status == 200


class TestThePlan:
    @pytest.fixture
    def full(self, staff: Staff, platform: Any) -> Staff:
        """A shop whose package has room for one more."""
        package = platform.post(
            "/api/admin/packages",
            {
                "name": f"Five {uuid4()}",
                "price": 0,
                "currency": "EUR",
                "billing_period": "monthly",
                "limits": {"users": 5},
            },
        ).data
        subscription = f"/api/admin/companies/{staff.shop.company_id}/subscription"
        assert put(platform, subscription, {"package_id": package["id"]}).status == 200
        return staff

    def test_has_room_for_so_many_active_users(self, full: Staff) -> None:
        anna = full.add("anna")
        before = len(full.shop.events())
        refused = full.add("bert")
        assert (refused.status, refused.code) == (403, "plan_limit_reached")
        assert len(full.shop.events()) == before
        assert full.sign_in("bert").status == 401
        assert full.add("bert", is_active=False).status == 201
        bert = f"{USERS}/{full.admin.get(f'{USERS}?search=bert').data[0]['id']}"
        for answer in (full.admin.post(f"{bert}/activate"), full.admin.patch(bert, {"is_active": True})):
            assert answer.code == "plan_limit_reached"
        assert full.admin.patch(bert, {"email": "bert@shop.example"}).status == 200
        full.admin.post(f"{path(anna)}/deactivate")
        assert full.admin.post(f"{bert}/activate").status == 200

    def test_of_many_at_once_only_so_many_fit(self, full: Staff) -> None:
        with ThreadPoolExecutor(4) as many:
            answers = list(many.map(lambda number: full.add(f"n{number}"), range(4)))
        assert sorted(answer.status for answer in answers) == [201, 403, 403, 403]
