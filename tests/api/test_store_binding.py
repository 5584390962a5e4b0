"""Who is bound to stores sees and writes there, and nowhere else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

INVENTORY = "/api/admin/inventory"
REPORTS = "/api/admin/reports/sales-summary"
STORES = "/api/admin/stores"
STORAGES = "/api/admin/storages"
PERIOD = "from=2021-01-01&to=2030-12-31"


@dataclass(frozen=True)
class Two:
    """Two stores of a company, each with a till and a storage, and a warehouse; all of them hold goods."""

    stocked: Any
    other: Any
    cellar: Any
    till: Any
    warehouse: Any

    @property
    def shop(self) -> Any:
        return self.stocked.shop

    @property
    def store(self) -> Any:
        return self.stocked.store

    def bound(self, role: str = "Admin") -> Any:
        """Somebody in that role who works in the first store."""
        return self.shop.client(role, stores=[self.store["id"]])

    def delivery(self, storage: Any, quantity: int = 5, **more: Any) -> dict[str, Any]:
        line = {"variant_id": self.stocked.variant_id, "quantity": quantity, "unit_cost": 60}
        return {"storage_id": storage["id"], "lines": [line], **more}


@pytest.fixture
def two(stocked: Any) -> Two:
    """A company with two stores and a warehouse."""
    admin = stocked.shop.client()
    other = admin.post(STORES, {"name": "Harbour", "code": "HARB"}).data
    cellar = admin.post(STORAGES, {"name": "Cellar", "code": "C", "store_id": other["id"]}).data
    till = admin.post(f"{STORES}/{other['id']}/registers", {"name": "Till", "code": "1"}).data
    warehouse = admin.post(STORAGES, {"name": "Warehouse", "code": "W"}).data
    example = Two(stocked, other, cellar, till, warehouse)
    for storage in (cellar, warehouse):
        assert admin.post(f"{INVENTORY}/receipts", example.delivery(storage)).status == 201
    return example


def refused(answer: Any) -> tuple[int, str]:
    return answer.status, answer.code


@pytest.fixture(params=["Admin", "Manager", "Inventory Clerk"])
def role(request: pytest.FixtureRequest) -> str:
    """Everybody who sees stock."""
    return str(request.param)


class TestStorages:
    def test_ones_own_are_listed_and_warehouses(self, two: Two, role: str) -> None:
        bound, own = two.bound(role), two.stocked.storage
        for query, expected in (
            ("sort=created_at", [own, two.warehouse]),
            ("sort=-created_at&limit=1", [two.warehouse]),
            ("search=warehouse", [two.warehouse]),
            (f"store_id={two.store['id']}", [own]),
        ):
            answer = bound.get(f"{STORAGES}?{query}")
            assert answer.data == expected, query
            assert answer.json["pagination"]["total"] == (2 if "sort" in query else 1)
        labels = {row["label"] for row in bound.get("/api/lookups/storages").data}
        assert labels == {own["name"], two.warehouse["name"]}

    def test_the_others_do_not_exist(self, two: Two, role: str) -> None:
        bound = two.bound(role)
        for storage in (two.stocked.storage, two.warehouse):
            assert bound.get(f"{STORAGES}/{storage['id']}").data == storage
        assert refused(bound.get(f"{STORAGES}/{two.cellar['id']}")) == (404, "not_found")
        assert refused(bound.get(f"{STORAGES}/{two.cellar['id']}/stock")) == (404, "not_found")

    def test_another_store_cannot_be_asked_for(self, two: Two) -> None:
        answer = two.bound().get(f"{STORAGES}?store_id={two.other['id']}")
        assert refused(answer) == (403, "forbidden")

    def test_the_others_cannot_be_changed(self, two: Two) -> None:
        before, bound = len(two.shop.events()), two.bound()
        for elsewhere, refusal in ((two.cellar, (404, "not_found")), (two.warehouse, (403, "forbidden"))):
            path = f"{STORAGES}/{elsewhere['id']}"
            assert refused(bound.patch(path, {"name": "Mine"})) == refusal
            assert refused(bound.patch(path, {"store_id": two.store["id"]})) == refusal
            assert refused(bound.delete(path)) == refusal
        assert len(two.shop.events()) == before

    def test_none_is_set_up_or_moved_elsewhere(self, two: Two) -> None:
        before, bound = len(two.shop.events()), two.bound()
        own = f"{STORAGES}/{two.stocked.storage['id']}"
        for store_id in (two.other["id"], None):
            body = {"name": "New", "code": "NEW", "store_id": store_id}
            assert refused(bound.post(STORAGES, body)) == (403, "forbidden")
            assert refused(bound.patch(own, {"store_id": store_id})) == (403, "forbidden")
        assert len(two.shop.events()) == before
        body = {"name": "New", "code": "NEW", "store_id": two.store["id"]}
        assert bound.post(STORAGES, body).status == 201

    def test_the_id_of_another_stores_tells_nothing(self, two: Two) -> None:
        body = {"name": "New", "code": "NEW", "store_id": two.store["id"], "id": two.cellar["id"]}
        assert refused(two.bound().post(STORAGES, body)) == (409, "duplicate_id")


class TestStores:
    def test_the_others_cannot_be_changed(self, two: Two) -> None:
        before, bound = len(two.shop.events()), two.bound()
        path = f"{STORES}/{two.other['id']}"
        answers = [
            bound.get(path),
            bound.patch(path, {"name": "Mine"}),
            bound.delete(path),
            bound.post(f"{path}/deactivate"),
            bound.post(f"{path}/activate"),
            bound.get(f"{path}/storages"),
            bound.get(f"{path}/registers"),
        ]
        assert {refused(answer) for answer in answers} == {(404, "not_found")}
        assert len(two.shop.events()) == before

    def test_ones_own_can(self, two: Two) -> None:
        bound, path = two.bound(), f"{STORES}/{two.store['id']}"
        assert bound.patch(path, {"phone": "030 1"}).status == 200
        assert bound.get(f"{path}/storages").data == [two.stocked.storage]
        assert bound.post(f"{path}/deactivate").data["status"] == "inactive"
        assert bound.post(f"{path}/activate").data["status"] == "active"

    def test_none_is_opened(self, two: Two) -> None:
        assert refused(two.bound().post(STORES, {"name": "Third", "code": "3"})) == (403, "forbidden")

    def test_it_sells_from_no_other_stores_storage(self, two: Two) -> None:
        bound, path = two.bound(), f"{STORES}/{two.store['id']}"
        answer = bound.patch(path, {"default_storage_id": two.cellar["id"]})
        assert refused(answer) == (403, "forbidden")
        assert bound.patch(path, {"default_storage_id": two.warehouse["id"]}).status == 200
        assert bound.patch(path, {"default_storage_id": two.stocked.storage["id"]}).status == 200


class TestRegisters:
    def test_those_of_another_store_do_not_exist(self, two: Two) -> None:
        before, bound = len(two.shop.events()), two.bound()
        registers = f"{STORES}/{two.other['id']}/registers"
        till = f"{registers}/{two.till['id']}"
        answers = [
            bound.get(registers),
            bound.post(registers, {"name": "Mine", "code": "M"}),
            bound.get(till),
            bound.patch(till, {"name": "Mine"}),
            bound.delete(till),
        ]
        assert {refused(answer) for answer in answers} == {(404, "not_found")}
        assert len(two.shop.events()) == before

    def test_those_of_ones_own_are_kept(self, two: Two) -> None:
        bound, registers = two.bound(), f"{STORES}/{two.store['id']}/registers"
        register = bound.post(registers, {"name": "New", "code": "N"}).data
        assert bound.patch(f"{registers}/{register['id']}", {"name": "Newer"}).status == 200
        assert bound.delete(f"{registers}/{register['id']}").status == 200


class TestStock:
    def test_levels_are_those_of_ones_own_store_and_of_warehouses(self, two: Two, role: str) -> None:
        bound, own = two.bound(role), two.stocked.storage["id"]
        levels = f"{INVENTORY}/levels"
        for path, expected in (
            (levels, {own, two.warehouse["id"]}),
            (f"{levels}?store_id={two.store['id']}", {own}),
            (f"{levels}?storage_id={two.warehouse['id']}", {two.warehouse["id"]}),
            (f"{levels}?storage_id={two.cellar['id']}", set()),
            (f"{STORAGES}/{own}/stock", {own}),
            (f"{STORAGES}/{two.warehouse['id']}/stock", {two.warehouse["id"]}),
        ):
            answer = bound.get(path)
            assert {row["storage_id"] for row in answer.data} == expected, path
            assert answer.json["pagination"]["total"] == len(expected)
        variant = bound.get(f"{levels}/{two.stocked.variant_id}").data
        assert {row["storage_id"] for row in variant["levels"]} == {own, two.warehouse["id"]}
        answer = bound.get(f"{INVENTORY}/levels?store_id={two.other['id']}")
        assert refused(answer) == (403, "forbidden")

    def test_who_is_bound_to_none_sees_all(self, two: Two) -> None:
        admin = two.shop.client()
        assert len(admin.get(f"{INVENTORY}/levels").data) == 3
        assert len(admin.get(f"{INVENTORY}/levels?store_id={two.other['id']}").data) == 1
        assert len(admin.get(STORAGES).data) == 3

    def test_who_is_bound_to_two_sees_both(self, two: Two) -> None:
        both = two.shop.client("Inventory Clerk", stores=[two.store["id"], two.other["id"]])
        assert len(both.get(f"{INVENTORY}/levels").data) == 3
        assert len(both.get(STORAGES).data) == 3

    def test_the_ledger_is_that_of_ones_own_store_and_of_warehouses(self, two: Two, role: str) -> None:
        position = str(len(two.shop.events()))
        bound, path = two.bound(role), f"{INVENTORY}/movements"
        rows = bound.get(path, X_Wait_For_Position=position).data
        assert {row["storage_id"] for row in rows} == {two.stocked.storage["id"], two.warehouse["id"]}
        own = bound.get(f"{path}?store_id={two.store['id']}", X_Wait_For_Position=position).data
        assert [row["storage_id"] for row in own] == [two.stocked.storage["id"]]
        assert refused(bound.get(f"{path}?store_id={two.other['id']}")) == (403, "forbidden")
        assert len(two.shop.client().get(path, X_Wait_For_Position=position).data) == 3
        assert bound.get(f"{path}?storage_id={two.cellar['id']}", X_Wait_For_Position=position).data == []

    def test_the_ledger_has_what_is_on_its_way_to_or_from_there(self, two: Two) -> None:
        admin, line = two.shop.client(), {"variant_id": two.stocked.variant_id, "quantity": "1"}
        attic = admin.post(STORAGES, {"name": "Attic", "code": "A", "store_id": two.other["id"]}).data
        ways, sent = ((two.warehouse, two.stocked.storage), (two.cellar, attic)), []
        for source, destination in ways:
            body = {"from_storage_id": source["id"], "to_storage_id": destination["id"], "lines": [line]}
            sent.append(admin.post(f"{INVENTORY}/transfers", body).data["id"])
            assert admin.post(f"{INVENTORY}/transfers/{sent[-1]}/ship").status == 200
        position = str(len(two.shop.events()))
        for client, expected in ((two.bound(), sent[:1]), (admin, sent)):
            rows = client.get(f"{INVENTORY}/movements", X_Wait_For_Position=position).data
            assert [row["transfer_id"] for row in rows if row["storage_id"] is None] == expected

    def test_goods_come_into_ones_own_store_only(self, two: Two, role: str) -> None:
        before, bound, path = len(two.shop.events()), two.bound(role), f"{INVENTORY}/receipts"
        for storage in (two.cellar, two.warehouse):
            assert refused(bound.post(path, two.delivery(storage))) == (403, "forbidden")
        assert len(two.shop.events()) == before
        assert bound.post(path, two.delivery(two.stocked.storage)).status == 201

    @pytest.mark.parametrize("role", ["Manager", "Inventory Clerk"])
    def test_no_delivery_to_another_store_is_returned(self, two: Two, role: str) -> None:
        admin, clerk, here = two.shop.client(), two.bound(role), two.stocked.storage
        supplier = admin.post("/api/admin/settings/suppliers", {"name": "Mill"}).data["id"]
        assert admin.post(f"{INVENTORY}/receipts", two.delivery(here)).status == 201
        line = {"variant_id": two.stocked.variant_id, "quantity": 1, "unit_credit": 60}
        for storage, status in ((two.cellar, 403), (two.warehouse, 201), (here, 201)):
            receipt = admin.post(f"{INVENTORY}/receipts", two.delivery(storage)).data["id"]
            body = {"storage_id": here["id"], "supplier_id": supplier, "receipt_id": receipt, "lines": [line]}
            assert clerk.post(f"{INVENTORY}/supplier-returns", body).status == status
            assert admin.post(f"{INVENTORY}/supplier-returns", body).status == 201

    def test_a_delivery_to_another_store_is_not_told(self, two: Two) -> None:
        admin, bound, path = two.shop.client(), two.bound("Inventory Clerk"), f"{INVENTORY}/receipts"
        chosen = str(uuid4())
        assert admin.post(path, two.delivery(two.cellar, id=chosen)).status == 201
        assert refused(bound.post(path, two.delivery(two.cellar, id=chosen))) == (403, "forbidden")
        assert refused(bound.post(path, two.delivery(two.stocked.storage, id=chosen))) == (
            409,
            "duplicate_id",
        )


class TestSelling:
    def sale(self, two: Two, **more: Any) -> dict[str, Any]:
        sale: dict[str, Any] = two.stocked.sale(1, **more)
        return sale

    def test_nobody_sells_in_another_store(self, two: Two) -> None:
        for role in ("Cashier", "Manager"):
            bound = two.bound(role)
            elsewhere = self.sale(two, register_id=two.till["id"])
            named = self.sale(two, register_id=None, store_id=two.other["id"])
            for body in (elsewhere, named):
                assert refused(bound.post("/api/pos/orders", body)) == (403, "forbidden")
                basket = {name: body.get(name) for name in ("register_id", "store_id", "lines")}
                assert refused(bound.post("/api/pos/quote", basket)) == (403, "forbidden")
            assert bound.post("/api/pos/orders", self.sale(two)).status == 201

    def test_ones_sales_in_a_store_one_has_left_are_not_shown(self, two: Two) -> None:
        cashier = two.shop.client("Cashier")
        sold = cashier.post("/api/pos/orders", self.sale(two, register_id=two.till["id"])).data
        bound = two.bound("Cashier")
        assert bound.get("/api/cashier/orders").data == []
        for path in (f"/api/cashier/orders/{sold['id']}", f"/api/cashier/orders/{sold['id']}/receipt"):
            assert cashier.get(path).status == 200
            assert refused(bound.get(path)) == (404, "not_found")

    def test_the_id_of_another_stores_sale_tells_nothing(self, two: Two) -> None:
        chosen = str(uuid4())
        elsewhere = self.sale(two, register_id=two.till["id"], id=chosen)
        assert two.shop.client("Cashier").post("/api/pos/orders", elsewhere).status == 201
        answer = two.bound("Cashier").post("/api/pos/orders", self.sale(two, id=chosen))
        assert refused(answer) == (409, "duplicate_id")

    def test_a_till_shows_what_its_stores_have(self, two: Two) -> None:
        def available(client: Any, query: str = "") -> list[str]:
            return [row["available"] for row in client.get(f"/api/pos/products{query}").data]

        both = two.shop.client("Cashier", stores=[two.store["id"], two.other["id"]])
        assert available(two.bound("Cashier")) == ["10"]
        assert available(both) == ["15"]
        assert available(both, f"?store_id={two.other['id']}") == ["5"]
        # Nothing is sold from a warehouse.
        assert available(two.shop.client("Cashier")) == ["15"]


class TestReports:
    @pytest.fixture
    def sold(self, two: Two) -> str:
        """Two sales here and one there; up to which position of the log."""
        cashier = two.shop.client("Cashier")
        for register in (two.stocked.register, two.stocked.register, two.till):
            sold = cashier.post("/api/pos/orders", two.stocked.sale(1, register_id=register["id"]))
        return str(sold.headers["x-event-position"])

    @pytest.mark.parametrize("as_of", [False, True], ids=["now", "as of"])
    def test_they_are_about_ones_own_store(self, two: Two, sold: str, as_of: bool) -> None:
        def orders(client: Any) -> int:
            moment = f"&as_of={datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}" if as_of else ""
            path = f"{REPORTS}/overview?{PERIOD}{moment}"
            return int(client.get(path, X_Wait_For_Position=sold).data["overall"]["orders"])

        assert (orders(two.bound("Manager")), orders(two.shop.client())) == (2, 3)

    @pytest.mark.parametrize("section", ["overview", "by-period", "by-store", "by-product"])
    def test_another_store_cannot_be_asked_for(self, two: Two, section: str) -> None:
        bound = two.bound("Manager")
        path = f"{REPORTS}/{section}?{PERIOD}&store_id="
        assert refused(bound.get(path + two.other["id"])) == (403, "forbidden")
        assert bound.get(path + two.store["id"]).status == 200

    def test_stores_are_told_apart_among_ones_own_only(self, two: Two, sold: str) -> None:
        path = f"{REPORTS}/by-store?{PERIOD}"
        rows = two.bound("Manager").get(path, X_Wait_For_Position=sold).data["rows"]
        assert [row["store_id"] for row in rows] == [two.store["id"]]


class TestTheAudit:
    """What lies in one's own stores is there, and nothing else, neither in the log nor as one thing."""

    @pytest.fixture
    def clerk(self, two: Two) -> Any:
        """A user who works in the first store alone."""
        body = {"username": uuid4().hex, "password": "correct horse battery staple", "role_id": "cashier"}
        users = "/api/admin/settings/users"
        return two.shop.client().post(users, {**body, "store_ids": [two.store["id"]]}).data

    @pytest.fixture
    def own(self, two: Two, clerk: Any) -> set[str]:
        """The ids of what lies in the first store: itself, storage, till, a sale, two movements, a clerk."""
        sold = two.stocked.sell()
        two.shop.client("Manager").post("/api/pos/orders", two.stocked.sale(1, register_id=two.till["id"]))
        places = {two.store["id"], two.stocked.storage["id"], two.stocked.register["id"]}
        moved = {
            str(event["stream_id"])
            for event in two.shop.events()
            if event["state"].get("storage_id") == two.stocked.storage["id"]
        }
        assert len(moved) == 3
        return {*places, *moved, sold.data["id"], clerk["id"]}

    def test_shows_what_lies_in_ones_own_stores(self, two: Two, own: set[str]) -> None:
        rows = two.bound().get("/api/audit/events?limit=100").data
        assert {row["stream_id"] for row in rows} == own
        assert len(two.shop.client().get("/api/audit/events?limit=100").data) > len(rows)

    def test_knows_nothing_else(self, two: Two, own: set[str]) -> None:
        bound = two.bound()
        for stream_id in {str(event["stream_id"]) for event in two.shop.events()}:
            for path in (f"/api/audit/streams/{stream_id}", f"/api/audit/streams/{stream_id}/state"):
                assert bound.get(path).status == (200 if stream_id in own else 404), path

    def test_documents_lie_where_their_goods_do(self, two: Two) -> None:
        admin, line = two.shop.client(), {"variant_id": two.stocked.variant_id, "quantity": "1"}
        supplier = admin.post("/api/admin/settings/suppliers", {"name": "Farm"}).data["id"]
        here, elsewhere = set[str](), set[str]()
        for storage, ids in ((two.stocked.storage, here), (two.cellar, elsewhere)):
            place = {"storage_id": storage["id"]}
            reserved = {**place, "expires_at": "2999-01-01T00:00:00Z", "lines": [line]}
            sent = {"from_storage_id": two.warehouse["id"], "to_storage_id": storage["id"], "lines": [line]}
            bought = {**place, "supplier_id": supplier, "lines": [{**line, "unit_cost": 1}]}
            for path, body in (("reservations", reserved), ("transfers", sent), ("purchase-orders", bought)):
                made = admin.post(f"{INVENTORY}/{path}", body)
                assert made.status == 201, (path, made.body)
                ids.add(made.data["id"])
            point = {**place, "variant_id": two.stocked.variant_id, "reorder_level": "3"}
            assert admin.put(f"{INVENTORY}/reorder-points", {"lines": [point]}).status == 200
            ids.add(str(two.shop.events()[-1]["stream_id"]))
        shown = {row["stream_id"] for row in two.bound().get("/api/audit/events?limit=100").data}
        assert (here - shown, elsewhere & shown) == (set(), set())
        for ids, status in ((here, 200), (elsewhere, 404)):
            for one in ids:
                assert two.bound().get(f"/api/audit/streams/{one}").status == status

    def test_what_happens_at_tills_lies_in_their_store(self, two: Two) -> None:
        here, elsewhere = set[str](), set[str]()
        line = {"variant_id": two.stocked.variant_id, "quantity": 1}
        for till, ids in ((two.stocked.register, here), (two.till, elsewhere)):
            place = {"register_id": till["id"]}
            for path, body in (("devices", {"name": "Tablet"}), ("orders/hold", {"lines": [line]})):
                made = two.shop.client("Manager").post(f"/api/pos/{path}", {**place, **body})
                assert made.status == 201, (path, made.body)
                ids.add(made.data["id"])
        shown = {row["stream_id"] for row in two.bound().get("/api/audit/events?limit=100").data}
        assert (here - shown, elsewhere & shown) == (set(), set())

    def test_of_another_company_is_no_audit_of_ones_own(
        self, two: Two, make_shop: Callable[..., Any]
    ) -> None:
        stranger = make_shop().client("Admin", stores=[two.store["id"]])
        assert stranger.get("/api/audit/events").data == []


@pytest.mark.parametrize(
    "path",
    [
        f"{STORAGES}?",
        f"{INVENTORY}/levels?",
        "/api/pos/products?",
        "/api/admin/products?",
        "/api/admin/products/export?",
        "/api/admin/product-status/draft?",
        f"{REPORTS}/overview?{PERIOD}&",
    ],
)
def test_naming_another_store_is_refused_alike_everywhere(two: Two, path: str) -> None:
    bound = two.bound()
    answer = bound.get(f"{path}store_id={two.other['id']}")
    assert refused(answer) == (403, "forbidden")
    assert answer.json["message"] == "You do not work in this store."
    assert bound.get(f"{path}store_id={two.store['id']}").status == 200


def test_what_belongs_to_the_whole_company_is_there_for_all(two: Two) -> None:
    bound = two.bound("Manager")
    for kind in ("brands", "categories", "units", "variant-types", "suppliers", "tax-rates"):
        assert bound.get(f"/api/admin/settings/{kind}").status == 200
    assert bound.post("/api/admin/settings/brands", {"name": "Acme"}).status == 201


def test_a_store_of_another_company_is_no_store_of_ones_own(two: Two, make_shop: Callable[..., Any]) -> None:
    stranger = make_shop().client("Admin", stores=[two.store["id"]])
    assert stranger.get(STORAGES).data == []
    assert stranger.get(f"{STORES}/{two.store['id']}").status == 404
    assert stranger.get(f"{STORES}/{two.store['id']}/storages").status == 404
    body = {"name": "New", "code": "NEW", "store_id": two.store["id"]}
    assert stranger.post(STORAGES, body).fields == {"store_id"}
