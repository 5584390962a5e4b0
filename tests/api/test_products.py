"""The catalog over HTTP: drafting, finding, the life of a product, and what is unique in it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/products"


def draft(name: str = "Milk", sku: str = "MILK", **more: Any) -> dict[str, Any]:
    return {"name": name, "variants": [{"sku": sku, "price": 119, "cost": 60}], **more}


def soon() -> str:
    return (datetime.now(UTC) + timedelta(days=1)).isoformat()


def move(admin: Any, product: Any, status: str) -> Any:
    launch = {"launch_at": soon()} if status == "coming_soon" else {}
    return admin.post(f"{PATH}/{product['id']}/status", {"status": status, **launch})


@pytest.fixture
def admin(shop: Any) -> Any:
    """Who owns the catalog."""
    return shop.client()


class TestDrafting:
    def test_the_added_the_read_and_the_listed_are_the_same(self, admin: Any) -> None:
        base = "/api/admin/settings"
        body = {
            "name": "Shirt",
            "description": "Cotton\nand linen",
            "brand_id": admin.post(f"{base}/brands", {"name": "Acme"}).data["id"],
            "category_id": admin.post(f"{base}/categories", {"name": "Wear"}).data["id"],
            "unit_id": admin.post(f"{base}/units", {"name": "Piece", "symbol": "pc"}).data["id"],
            "tax_rate_ids": [admin.post(f"{base}/tax-rates", {"name": "VAT", "rate": 19}).data["id"]],
            "track_stock": False,
            "variants": [
                {
                    "sku": "S-M",
                    "name": "Medium",
                    "barcodes": ["4006381333931", "INTERNAL-7"],
                    "options": {"Size": "M", "Colour": "red"},
                    "price": 1999,
                    "cost": 800,
                    "reorder_level": "2.5",
                    "reorder_quantity": 10,
                },
                {"sku": "S-L", "options": {"Size": "L"}, "price": 0},
            ],
        }
        added = admin.post(PATH, body)
        assert (added.status, added.headers["etag"]) == (201, '"1"')
        assert added.data["status"] == "draft"
        assert admin.get(f"{PATH}/{added.data['id']}").data == added.data
        assert admin.get(PATH).data == [added.data]
        assert added.data["variants"][0].items() >= {**body["variants"][0], "reorder_quantity": "10"}.items()

    def test_a_tax_named_twice_is_due_once(self, admin: Any) -> None:
        tax = admin.post("/api/admin/settings/tax-rates", {"name": "VAT", "rate": 19}).data["id"]
        product = admin.post(PATH, draft(tax_rate_ids=[tax, tax])).data
        assert product["tax_rate_ids"] == [tax]
        edited = admin.patch(f"{PATH}/{product['id']}", {"tax_rate_ids": [tax, tax]}).data
        assert edited["tax_rate_ids"] == [tax]

    @pytest.mark.parametrize("zero", ["-0", -0.0])
    def test_zero_has_no_sign(self, admin: Any, zero: Any) -> None:
        variant = {"sku": "A", "price": 1, "reorder_level": zero}
        product = admin.post(PATH, draft(variants=[variant])).data
        assert product["variants"][0]["reorder_level"] in {"0", "0.0"}
        assert admin.get(PATH).data == [product]

    @pytest.mark.parametrize("unseen", ["\n", "\t", "\u0085", "\u200b", "\u202e"])
    def test_all_of_a_sku_can_be_seen(self, admin: Any, unseen: str) -> None:
        refused = admin.post(PATH, draft(sku=f"A{unseen}B"))
        assert (refused.status, refused.fields) == (422, {"variants.0.sku"})
        assert admin.post(PATH, draft(sku=" A B ")).data["variants"][0]["sku"] == "A B"

    def test_an_option_is_named_once_however_it_is_spaced(self, admin: Any) -> None:
        variant = {"sku": "A", "price": 1, "options": {"Size": "M", " Size": "L"}}
        refused = admin.post(PATH, draft(variants=[variant]))
        assert (refused.status, refused.fields) == (422, {"variants.0.options"})

    def test_every_wrong_field_is_named(self, admin: Any) -> None:
        body = {
            "name": " ",
            "brand_id": "x",
            "variants": [
                {"sku": "", "price": -1},
                {"price": 1.5, "sku": "A", "barcodes": ["4006381333930", "a b"], "reorder_level": "0.000001"},
            ],
        }
        refused = admin.post(PATH, body)
        assert refused.status == 422
        assert refused.fields == {
            "name",
            "brand_id",
            "variants.0.sku",
            "variants.0.price",
            "variants.1.price",
            "variants.1.barcodes.0",
            "variants.1.barcodes.1",
            "variants.1.reorder_level",
        }

    @pytest.mark.parametrize("gtin", ["96385074", "012345678905", "4006381333931", "14006381333938"])
    def test_a_gtin_has_the_right_check_digit(self, admin: Any, gtin: str) -> None:
        wrong = gtin[:-1] + str((int(gtin[-1]) + 1) % 10)
        variant = {"sku": gtin, "price": 1}
        refused = admin.post(PATH, draft(variants=[{**variant, "barcodes": [wrong]}]))
        assert (refused.status, refused.fields) == (422, {"variants.0.barcodes.0"})
        assert admin.post(PATH, draft(variants=[{**variant, "barcodes": [gtin]}])).status == 201

    def test_a_product_has_a_variant(self, admin: Any) -> None:
        assert admin.post(PATH, draft(variants=[])).fields == {"variants"}


class TestWhatAnArchivedProductHad:
    VARIANT = {"sku": "MILK", "price": 119, "barcodes": ["4006381333931"]}

    @pytest.fixture
    def archived(self, admin: Any) -> Any:
        product = admin.post(PATH, draft(name="Old milk", variants=[self.VARIANT])).data
        assert admin.post(f"{PATH}/{product['id']}/status", {"status": "archived"}).status == 200
        return product

    def test_is_free_for_another(self, admin: Any, archived: Any) -> None:
        newer = admin.post(PATH, draft(name="Milk", variants=[self.VARIANT]))
        assert newer.status == 201
        admin.post(f"{PATH}/{newer.data['id']}/status", {"status": "active"})
        offered = admin.get("/api/pos/products?barcode=4006381333931").data
        assert [one["product_id"] for one in offered] == [newer.data["id"]]
        view = "/api/admin/product-status/archived?search=4006381333931"
        found = admin.get(view, X_Wait_For_Position=newer.headers["x-event-position"]).data
        assert [one["id"] for one in found] == [archived["id"]]

    def test_comes_back_with_it_if_nobody_has_it(self, admin: Any, archived: Any) -> None:
        path = f"{PATH}/{archived['id']}/status"
        assert admin.post(path, {"status": "draft"}).status == 200
        refused = admin.post(PATH, draft(name="Milk", variants=[self.VARIANT]))
        assert refused.code == "duplicate_sku"

    def test_keeps_it_away_while_another_has_it_who_is_named(self, admin: Any, archived: Any) -> None:
        newer = admin.post(PATH, draft(name="Milk", variants=[self.VARIANT])).data
        refused = admin.post(f"{PATH}/{archived['id']}/status", {"status": "draft"})
        assert (refused.status, refused.code) == (409, "duplicate_sku")
        (detail,) = refused.json["error"]["details"]
        assert (detail["id"], detail["name"], detail["status"]) == (newer["id"], "Milk", "draft")
        assert admin.delete(f"{PATH}/{newer['id']}").status in (200, 204)
        assert admin.post(f"{PATH}/{archived['id']}/status", {"status": "draft"}).status == 200


class TestWhatIsUnique:
    @pytest.mark.parametrize("spelling", ["012345678905", "0012345678905", "00012345678905"])
    def test_a_gtin_is_one_barcode_in_all_its_lengths(self, admin: Any, spelling: str) -> None:
        variants = [{"sku": "A", "price": 1, "barcodes": ["012345678905", "ab-1"]}]
        product = admin.post(PATH, draft(variants=variants)).data
        for barcodes in ([spelling], ["AB-1"]):
            refused = admin.post(PATH, draft(variants=[{"sku": "B", "price": 1, "barcodes": barcodes}]))
            assert (refused.status, refused.code) == (409, "duplicate_barcode")
        both = [{"sku": "C", "price": 1, "barcodes": ["4006381333931", "04006381333931"]}]
        refused = admin.post(PATH, draft(variants=both))
        assert (refused.status, refused.fields) == (422, {"variants.0.barcodes"})
        admin.post(f"{PATH}/{product['id']}/status", {"status": "active"})
        for way in (f"search={spelling}", "search=AB-1"):
            assert [one["id"] for one in admin.get(f"{PATH}?{way}").data] == [product["id"]]
        for way in (f"barcode={spelling}", f"search={spelling}", "barcode=aB-1"):
            offered = admin.get(f"/api/pos/products?{way}").data
            assert [one["product_id"] for one in offered] == [product["id"]], way
            assert offered[0]["barcodes"] == ["012345678905", "ab-1"]
        assert admin.get(f"/api/lookups/variants?search={spelling}").data[0]["barcode"] == "012345678905"

    def test_a_sku_is_taken_whatever_its_case(self, shop: Any, admin: Any) -> None:
        admin.post(PATH, draft())
        before = len(shop.events())
        refused = admin.post(PATH, draft(sku="milk"))
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_sku", {"variants.0.sku"})
        assert len(shop.events()) == before

    def test_a_sibling_has_the_sku_the_barcode_or_the_options(self, admin: Any) -> None:
        variant = {"sku": "A", "price": 1, "barcodes": ["X"], "options": {"Size": "M"}}
        path = f"{PATH}/{admin.post(PATH, draft(variants=[variant])).data['id']}/variants"
        refused = admin.post(path, {"sku": "a", "price": 1})
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_sku", {"sku"})
        refused = admin.post(path, {"sku": "B", "price": 1, "barcodes": ["X"]})
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_barcode", {"barcodes"})
        refused = admin.post(path, {"sku": "B", "price": 1, "options": {"Size": "M"}})
        assert (refused.status, refused.fields) == (422, {"options"})


class TestFinding:
    def test_by_name_sku_and_barcode(self, admin: Any) -> None:
        admin.post(PATH, draft("Oat  Milk", variants=[{"sku": "Oat-1", "price": 1, "barcodes": ["Abc-9"]}]))
        admin.post(PATH, draft("Bread", "BREAD"))

        def names(search: str) -> list[str]:
            return [product["name"] for product in admin.get(f"{PATH}?search={search}").data]

        assert names("oat%20MILK") == ["Oat  Milk"]
        assert names("oat-1") == ["Oat  Milk"]
        assert names("Abc-9") == ["Oat  Milk"]
        assert names("oat-12") == []
        assert names("br") == ["Bread"]
        assert names("milk%20oa") == ["Oat  Milk"]
        assert names("bredd") == ["Bread"]
        assert names("%25") == names("_") == []

    def test_by_brand_category_and_status(self, admin: Any) -> None:
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"}).data["id"]
        category = admin.post("/api/admin/settings/categories", {"name": "Drinks"}).data["id"]
        listed = admin.post(PATH, draft("A", "A", brand_id=brand, category_id=category)).data
        admin.post(PATH, draft("B", "B"))
        gone = admin.post(PATH, draft("C", "C")).data
        admin.delete(f"{PATH}/{gone['id']}")
        move(admin, listed, "active")

        def names(query: str) -> list[str]:
            answer = admin.get(f"{PATH}?{query}")
            assert answer.json["pagination"]["total"] == len(answer.data)
            return [product["name"] for product in answer.data]

        for query in (f"brand_id={brand}", f"category_id={category}", "status=active"):
            assert names(query) == ["A"]
        assert names("") == ["A", "B"]
        assert names("status=archived") == ["C"]
        assert names("sort=-created_at") == ["B", "A"]
        assert names(f"brand_id={uuid4()}") == []

    def test_a_parameter_that_is_unknown_or_wrong_is_named(self, admin: Any) -> None:
        for query in ("status=sold", "sort=price", "brand_id=acme", "limit=0", "colour=red"):
            refused = admin.get(f"{PATH}?{query}")
            assert (refused.status, refused.fields) == (400, {query.partition("=")[0]}), query

    def test_as_of_shows_what_was_known_then(self, shop: Any, admin: Any) -> None:
        added = admin.post(PATH, draft())
        then = shop.events()[-1]["recorded_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
        path = f"{PATH}/{added.data['id']}"
        admin.patch(path, {"name": "Oat milk"})
        assert admin.get(f"{path}?as_of={then}").data == added.data

    def test_who_has_this_version_gets_no_body(self, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}"
        same = admin.get(path, If_None_Match='"1"')
        assert (same.status, same.body) == (304, b"")

    def test_costs_are_for_those_who_may_see_them(self, shop: Any, admin: Any) -> None:
        product = admin.post(PATH, draft()).data
        for role in ("Manager", "Inventory Clerk"):
            assert shop.client(role).get(f"{PATH}/{product['id']}").data["variants"][0]["cost"] == 60
        assert shop.client("Cashier").get(f"{PATH}/{product['id']}").status == 403


class TestEditing:
    def test_records_what_changed_and_nothing_else(self, shop: Any, admin: Any) -> None:
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"}).data["id"]
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}"
        before = len(shop.events())
        edited = admin.patch(path, {"name": "Oat milk", "brand_id": brand, "track_stock": True})
        assert [event["type"] for event in shop.events()[before:]] == [
            "products.Product.Renamed",
            "products.Product.Reclassified",
        ]
        assert admin.get(path).data == edited.data
        assert admin.get(PATH).data == [edited.data]
        again = admin.patch(path, {"name": "Oat milk", "brand_id": brand})
        assert again.data == edited.data
        assert len(shop.events()) == before + 2

    def test_a_stale_version_is_refused(self, shop: Any, admin: Any) -> None:
        product = admin.post(PATH, draft()).data
        path = f"{PATH}/{product['id']}"
        variant = f"{path}/variants/{product['variants'][0]['id']}"
        assert admin.patch(path, {"name": "Oat milk"}, If_Match='"1"').status == 200
        before = len(shop.events())
        refused = [
            admin.patch(path, {"name": "Late"}, If_Match='"1"'),
            admin.delete(path, If_Match='"1"'),
            admin.patch(variant, {"price": 1}, If_Match='"1"'),
            admin.delete(variant, If_Match='"1"'),
            admin.post(f"{path}/status", {"status": "active"}, If_Match='"1"'),
        ]
        assert {(answer.status, answer.code) for answer in refused} == {(412, "precondition_failed")}
        assert len(shop.events()) == before

    def test_variants_have_ways_of_their_own(self, admin: Any) -> None:
        refused = admin.patch(f"{PATH}/{admin.post(PATH, draft()).data['id']}", {"variants": []})
        assert (refused.status, refused.fields) == (422, {"variants"})


class TestVariants:
    def test_there_are_so_many_at_most(self, admin: Any) -> None:
        variants = [{"sku": str(number), "price": 1} for number in range(500)]
        path = f"{PATH}/{admin.post(PATH, draft(variants=variants)).data['id']}/variants"
        refused = admin.post(path, {"sku": "500", "price": 1})
        assert (refused.status, refused.code) == (409, "too_many_variants")

    def test_one_is_added_edited_and_removed(self, shop: Any, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}"
        added = admin.post(f"{path}/variants", {"sku": "MILK-2", "price": 199, "name": "Two litres"})
        assert (added.status, len(added.data["variants"])) == (201, 2)
        variant = added.data["variants"][1]
        before = len(shop.events())
        change = {"price": 189, "cost": 70, "reorder_level": "5", "barcodes": ["X", "X"]}
        edited = admin.patch(f"{path}/variants/{variant['id']}", change)
        assert {event["type"].rpartition(".")[2] for event in shop.events()[before:]} == {
            "Repriced",
            "Recosted",
            "ReorderingSet",
            "Relabelled",
        }
        assert edited.data["variants"][1] == {**variant, **change, "barcodes": ["X"]}
        assert admin.get(path).data == edited.data
        assert admin.get(PATH).data == [edited.data]
        removed = admin.delete(f"{path}/variants/{variant['id']}")
        assert [one["sku"] for one in removed.data["variants"]] == ["MILK"]
        assert admin.get(PATH).data == [removed.data]

    def test_added_ones_come_after_the_first_ones_everywhere(self, admin: Any) -> None:
        skus = [f"MILK-{number}" for number in range(8)]
        first = [{"sku": sku, "price": 1, "options": {"Size": sku}} for sku in skus[:6]]
        path = f"{PATH}/{admin.post(PATH, {'name': 'Milk', 'variants': first}).data['id']}"
        for sku in skus[6:]:
            assert admin.post(f"{path}/variants", {"sku": sku, "price": 1, "options": {"Size": sku}}).data
        product = admin.post(f"{path}/status", {"status": "active"}).data
        assert [variant["sku"] for variant in product["variants"]] == skus
        assert admin.get(PATH).data == [product]
        pages = [admin.get(f"/api/pos/products?limit=1&page={page}").data for page in range(1, 9)]
        assert [row["sku"] for page in pages for row in page] == skus

    def test_one_of_another_product_is_not_found(self, admin: Any) -> None:
        one, other = admin.post(PATH, draft()).data, admin.post(PATH, draft(sku="B")).data
        path = f"{PATH}/{one['id']}/variants/{other['variants'][0]['id']}"
        answers = [admin.patch(path, {"price": 1}), admin.delete(path)]
        assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}

    def test_an_archived_product_is_closed(self, admin: Any) -> None:
        product = admin.post(PATH, draft()).data
        path = f"{PATH}/{product['id']}"
        admin.delete(path)
        answers = [
            admin.patch(path, {"name": "New"}),
            admin.post(f"{path}/variants", {"sku": "B", "price": 1}),
            admin.patch(f"{path}/variants/{product['variants'][0]['id']}", {"price": 1}),
            admin.delete(path),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(409, "invalid_transition")}


class TestTheLifeOfAProduct:
    def test_what_goes_on_sale_at_once_is_not_launched_later(self, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}"
        refused = admin.post(f"{path}/status", {"status": "active", "launch_at": soon()})
        assert (refused.status, refused.fields) == (422, {"launch_at"})
        assert admin.get(path).data["status"] == "draft"
        assert admin.post(f"{path}/status", {"status": "active", "launch_at": None}).status == 200

    def test_a_launch_is_kept_in_utc(self, admin: Any) -> None:
        product = admin.post(PATH, draft()).data
        body = {"status": "coming_soon", "launch_at": "2099-06-01T12:00:00+02:00"}
        moved = admin.post(f"{PATH}/{product['id']}/status", body).data
        assert moved["launch_at"] == "2099-06-01T10:00:00Z"
        assert admin.get(PATH).data == [moved]
