"""The views of drafts, coming, discontinued and archived products, over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from infra.projections.verify import verify
from infra.runtime.models import EVENT_TYPES, PROJECTIONS

VIEWS = "/api/admin/product-status"
PRODUCTS = "/api/admin/products"
SETTINGS = "/api/admin/settings"
MODEL = next(model for model in PROJECTIONS if model.name == "product_status")


def draft(admin: Any, name: str = "Tea", **fields: Any) -> Any:
    variants = fields.pop("variants", [{"sku": uuid4().hex, "price": 100}])
    registered = admin.post(PRODUCTS, {"name": name, "variants": variants, **fields})
    assert registered.status == 201, registered.body
    return registered.data


def move(client: Any, product: Any, status: str, **more: Any) -> Any:
    moved = client.post(f"{PRODUCTS}/{product['id']}/status", {"status": status, **more})
    assert moved.status == 200, moved.body
    return moved


def see(shop: Any, path: str, role: str = "Admin", **headers: Any) -> Any:
    """Look at a view once it knows the whole log."""
    client = shop.client(role, **headers)
    return client.get(f"{VIEWS}/{path}", X_Wait_For_Position=str(len(shop.events())))


def names(answer: Any) -> list[str]:
    return [row["name"] for row in answer.data]


class TestTheList:
    def test_says_what_stands_there_since_when_and_who_moved_it(self, shop: Any) -> None:
        admin = shop.client()
        brand = admin.post(f"{SETTINGS}/brands", {"name": "Acme"}).data["id"]
        category = admin.post(f"{SETTINGS}/categories", {"name": "Drinks"}).data["id"]
        supplier = admin.post(f"{SETTINGS}/suppliers", {"name": "Hillside"}).data["id"]
        filed = {"brand_id": brand, "category_id": category, "supplier_id": supplier}
        product = draft(admin, **filed)
        launch = (datetime.now(UTC) + timedelta(days=1)).replace(microsecond=0)
        moved = move(shop.client("Manager"), product, "coming_soon", launch_at=launch.isoformat()).data
        answer = see(shop, "coming-soon", "Inventory Clerk")
        assert answer.json["pagination"]["total"] == 1
        assert int(answer.headers["x-read-position"]) == len(shop.events())
        assert answer.data == [
            {
                "id": product["id"],
                "name": "Tea",
                "status": "coming_soon",
                "launch_at": launch.isoformat().replace("+00:00", "Z"),
                **filed,
                "brand": "Acme",
                "category": "Drinks",
                "supplier": "Hillside",
                "variant_count": 1,
                "since": moved["updated_at"],
                "by_user_id": str(shop.users["Manager"]),
                "by_username": shop.username("Manager"),
                "created_at": product["created_at"],
            }
        ]

    def test_is_found_by_words_slips_and_codes(self, shop: Any) -> None:
        admin = shop.client()
        for name, sku in (("Green tea", "G-1"), ("Black tea", "B-1"), ("Espresso", "E-1")):
            product = draft(admin, name, variants=[{"sku": sku, "price": 1, "barcodes": [f"code-{sku}"]}])
            move(admin, product, "archived")
        draft(admin, "Green cup")
        for search, expected in (
            ("tea", ["Black tea", "Green tea"]),
            ("gre", ["Green tea"]),
            ("te%20gr", ["Green tea"]),
            ("esprezso", ["Espresso"]),
            ("b-1", ["Black tea"]),
            ("code-E-1", ["Espresso"]),
            ("milk", []),
            ("!!!", []),
        ):
            assert names(see(shop, f"archived?search={search}")) == expected, search

    def test_is_sorted_filtered_and_paged(self, shop: Any) -> None:
        admin = shop.client()
        brand = admin.post(f"{SETTINGS}/brands", {"name": "Acme"}).data["id"]
        for name, fields in (("Cocoa", {}), ("Apple", {"brand_id": brand}), ("Bread", {})):
            draft(admin, name, **fields)
        assert names(see(shop, "draft")) == ["Apple", "Bread", "Cocoa"]
        assert names(see(shop, "draft?sort=-since")) == ["Bread", "Apple", "Cocoa"]
        assert names(see(shop, f"draft?brand_id={brand}")) == ["Apple"]
        second = see(shop, "draft?limit=2&page=2")
        assert (names(second), second.json["pagination"]["pages"]) == (["Cocoa"], 2)

    def test_of_a_category_has_what_is_filed_below_it(self, shop: Any) -> None:
        admin = shop.client()
        drinks = admin.post(f"{SETTINGS}/categories", {"name": "Drinks"}).data["id"]
        tea = admin.post(f"{SETTINGS}/categories", {"name": "Tea", "parent_id": drinks}).data["id"]
        draft(admin, "Green tea", category_id=tea)
        draft(admin, "Bread")
        assert names(see(shop, f"draft?category_id={drinks}")) == ["Green tea"]
        assert names(see(shop, f"draft?category_id={tea}")) == ["Green tea"]

    def test_is_of_no_other_company(self, shop: Any, make_shop: Any) -> None:
        product = draft(shop.client())
        other = make_shop()
        assert see(other, "draft").data == []
        assert see(other, "draft/summary").data["products"] == 0
        refused = see(other, f"draft/{product['id']}")
        assert (refused.status, refused.code) == (404, "not_found")

    @pytest.mark.parametrize("status", ["active", "coming_soon", "nothing", "Draft"])
    def test_of_anything_else_does_not_exist(self, shop: Any, status: str) -> None:
        for path in (status, f"{status}/summary", f"{status}/{uuid4()}"):
            refused = see(shop, path)
            assert (refused.status, refused.code) == (404, "not_found"), path

    def test_is_not_for_cashiers(self, shop: Any) -> None:
        for path in ("draft", "draft/summary", f"draft/{uuid4()}"):
            assert see(shop, path, "Cashier").code == "forbidden"


class TestTheSummary:
    def test_counts_products_variants_and_stock(self, stocked: Any) -> None:
        shop, admin = stocked.shop, stocked.shop.client()
        category = admin.post(f"{SETTINGS}/categories", {"name": "Drinks"}).data["id"]
        admin.patch(f"{PRODUCTS}/{stocked.product['id']}", {"category_id": category})
        other = draft(admin, variants=[{"sku": "A", "price": 1}, {"sku": "B", "price": 1}])
        for product in (stocked.product, other):
            if product is other:
                move(admin, product, "active")
            move(admin, product, "discontinued")
        summary = see(shop, "discontinued/summary").data
        stock = {"stock_units": "10", "stock_value": 600}
        drinks = {"id": category, "name": "Drinks", "products": 1, "variants": 1, **stock}
        rest = {"id": None, "name": None, "products": 1, "variants": 2, "stock_units": "0", "stock_value": 0}
        no_brand = {"id": None, "name": None, "products": 2, "variants": 3, **stock}
        assert summary == {
            "products": 2,
            "variants": 3,
            **stock,
            "by_category": [drinks, rest],
            "by_brand": [no_brand],
        }

    def test_counts_the_stock_of_ones_own_stores_only(self, stocked: Any) -> None:
        shop, admin = stocked.shop, stocked.shop.client()
        elsewhere = admin.post("/api/admin/stores", {"name": "Other", "code": "O"}).data["id"]
        move(admin, stocked.product, "discontinued")
        for store, units in ((stocked.store["id"], "10"), (elsewhere, "0")):
            manager = see(shop, "discontinued/summary", "Manager", stores=[store])
            assert (manager.status, manager.data["products"], manager.data["stock_units"]) == (200, 1, units)

    def test_tells_no_value_to_those_who_may_not_see_costs(self, stocked: Any) -> None:
        shop = stocked.shop
        move(shop.client(), stocked.product, "discontinued")
        denied = {"denied": ["costs.view"]}
        shop.client().put(f"{SETTINGS}/users/{shop.users['Manager']}/permissions", denied)
        body = {"username": shop.username("Manager"), "password": "correct horse battery staple"}
        manager = shop.service.client(shop.service.client().post("/api/auth/login", body).data["token"])
        summary = see(shop, "discontinued/summary")
        hidden = manager.get(
            f"{VIEWS}/discontinued/summary", X_Wait_For_Position=summary.headers["x-read-position"]
        )
        assert hidden.data["stock_units"] == "10"
        assert (b"stock_value" in summary.body, b"stock_value" in hidden.body) == (True, False)
        assert b"cost" not in manager.get(f"{VIEWS}/discontinued/{stocked.product['id']}").body


class TestOne:
    def test_is_the_product_with_the_time_and_author_of_the_move(self, shop: Any) -> None:
        admin, manager = shop.client(), shop.client("Manager")
        product = draft(admin)
        move(manager, product, "archived")
        admin.post(f"{PRODUCTS}/{product['id']}/variants", {"sku": "NEW", "price": 1})
        [listed] = see(shop, "archived").data
        whole = admin.get(f"{PRODUCTS}/{product['id']}")
        shown = see(shop, f"archived/{product['id']}")
        move_of_it = {name: listed[name] for name in ("since", "by_user_id", "by_username")}
        assert shown.data == {**whole.data, **move_of_it}
        assert shown.headers["etag"] == whole.headers["etag"]
        assert move_of_it["by_user_id"] == str(shop.users["Manager"])

    def test_is_not_found_where_it_does_not_stand(self, shop: Any) -> None:
        product = draft(shop.client())
        assert see(shop, f"draft/{product['id']}").status == 200
        assert see(shop, f"archived/{product['id']}").status == 404

    def test_is_told_as_it_was(self, shop: Any) -> None:
        admin = shop.client()
        product = draft(admin)
        before = shop.events()[-1]["recorded_at"].isoformat().replace("+00:00", "Z")
        move(shop.client("Manager"), product, "archived")
        then = see(shop, f"draft/{product['id']}?as_of={before}")
        assert (then.status, then.data["since"]) == (200, product["created_at"])
        assert then.data["by_user_id"] == str(shop.users["Admin"])
        assert see(shop, f"archived/{product['id']}?as_of={before}").status == 404


def test_the_read_model_is_what_the_log_makes_of_it(service: Any, shop: Any) -> None:
    admin = shop.client()
    for status in ("draft", "coming_soon", "active", "archived"):
        product = draft(admin, status)
        if status != "draft":
            move(admin, product, status, **({"launch_at": "2999-01-01T00:00:00Z"} if "_" in status else {}))
        admin.patch(f"{PRODUCTS}/{product['id']}", {"name": f"{status} again"})
    assert len(see(shop, "draft").data) == 1
    report = verify(service.database.worker, EVENT_TYPES, MODEL, UUID(str(shop.company_id)))
    assert (report.differences, [table.rows for table in report.tables]) == ((), [4])
