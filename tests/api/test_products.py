"""The catalog over HTTP: drafting, finding, the life of a product, and what is unique in it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

PATH = "/api/admin/products"
STATUSES = ("draft", "coming_soon", "active", "discontinued", "archived")
ALLOWED = {
    ("draft", "active"),
    ("draft", "coming_soon"),
    ("coming_soon", "active"),
    ("active", "discontinued"),
    ("discontinued", "active"),
    ("draft", "archived"),
    ("active", "archived"),
    ("coming_soon", "archived"),
    ("discontinued", "archived"),
    ("archived", "draft"),
}
ON_THE_WAY_TO = {
    "draft": [],
    "coming_soon": ["coming_soon"],
    "active": ["active"],
    "discontinued": ["active", "discontinued"],
    "archived": ["archived"],
}


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
        made = admin.post(PATH, body)
        assert (made.status, made.headers["etag"]) == (201, '"1"')
        assert made.data["status"] == "draft"
        assert admin.get(f"{PATH}/{made.data['id']}").data == made.data
        assert admin.get(PATH).data == [made.data]
        assert made.data["variants"][0].items() >= {**body["variants"][0], "reorder_quantity": "10"}.items()

    def test_the_same_id_again_gives_the_first_result(self, shop: Any, admin: Any) -> None:
        body = draft(id=str(uuid4()))
        first = admin.post(PATH, body)
        before = len(shop.events())
        again = admin.post(PATH, body)
        assert (again.status, again.body) == (201, first.body)
        assert len(shop.events()) == before

    def test_a_tax_named_twice_is_due_once(self, admin: Any) -> None:
        tax = admin.post("/api/admin/settings/tax-rates", {"name": "VAT", "rate": 19}).data["id"]
        made = admin.post(PATH, draft(tax_rate_ids=[tax, tax])).data
        assert made["tax_rate_ids"] == [tax]
        edited = admin.patch(f"{PATH}/{made['id']}", {"tax_rate_ids": [tax, tax]}).data
        assert edited["tax_rate_ids"] == [tax]

    @pytest.mark.parametrize("zero", ["-0", -0.0])
    def test_zero_has_no_sign(self, admin: Any, zero: Any) -> None:
        variant = {"sku": "A", "price": 1, "reorder_level": zero}
        made = admin.post(PATH, draft(variants=[variant])).data
        assert made["variants"][0]["reorder_level"] in {"0", "0.0"}
        assert admin.get(PATH).data == [made]

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

    def test_within_a_product_nothing_occurs_twice(self, admin: Any) -> None:
        same = {"sku": "A", "price": 1, "barcodes": ["X"], "options": {"Size": "M"}}
        refused = admin.post(PATH, draft(variants=[same, {**same, "sku": "a"}]))
        assert refused.status == 422
        assert refused.fields == {"variants.1.sku", "variants.1.barcodes", "variants.1.options"}


class TestWhatIsUnique:
    def test_a_sku_is_taken_whatever_its_case(self, shop: Any, admin: Any) -> None:
        admin.post(PATH, draft())
        before = len(shop.events())
        refused = admin.post(PATH, draft(sku="milk"))
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_sku", {"variants.0.sku"})
        assert len(shop.events()) == before

    def test_a_barcode_is_taken(self, admin: Any) -> None:
        variant = {"sku": "A", "price": 1, "barcodes": ["X-1"]}
        admin.post(PATH, draft(variants=[variant]))
        refused = admin.post(PATH, draft(variants=[{**variant, "sku": "B"}]))
        assert (refused.status, refused.code) == (409, "duplicate_barcode")
        assert refused.fields == {"variants.0.barcodes"}

    def test_the_id_of_anothers_variant_is_taken(self, shop: Any, admin: Any) -> None:
        first = admin.post(PATH, draft()).data
        other = admin.post(PATH, draft(sku="OTHER")).data
        stolen = {"id": first["variants"][0]["id"], "sku": "STOLEN", "price": 1}
        before = len(shop.events())
        refused = admin.post(PATH, draft(variants=[stolen]))
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_id", {"variants.0.id"})
        refused = admin.post(f"{PATH}/{other['id']}/variants", stolen)
        assert (refused.status, refused.code, refused.fields) == (409, "duplicate_id", {"id"})
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

    def test_an_edit_to_a_taken_sku_or_barcode_is_refused(self, admin: Any) -> None:
        admin.post(PATH, draft(variants=[{"sku": "A", "price": 1, "barcodes": ["X"]}]))
        other = admin.post(PATH, draft(sku="B")).data
        path = f"{PATH}/{other['id']}/variants/{other['variants'][0]['id']}"
        refused = admin.patch(path, {"sku": "a"})
        assert (refused.code, refused.fields) == ("duplicate_sku", {"sku"})
        refused = admin.patch(path, {"barcodes": ["X"]})
        assert (refused.code, refused.fields) == ("duplicate_barcode", {"barcodes"})
        assert admin.patch(path, {"sku": "b"}).data["variants"][0]["sku"] == "b"

    def test_what_a_removed_variant_had_is_free_again(self, admin: Any) -> None:
        variants = [{"sku": "A", "price": 1, "barcodes": ["X"]}, {"sku": "B", "price": 1}]
        made = admin.post(PATH, draft(variants=variants)).data
        admin.delete(f"{PATH}/{made['id']}/variants/{made['variants'][0]['id']}")
        assert admin.post(PATH, draft(variants=variants[:1])).status == 201


class TestFinding:
    def test_by_name_sku_and_barcode(self, admin: Any) -> None:
        admin.post(PATH, draft("Oat  Milk", variants=[{"sku": "Oat-1", "price": 1, "barcodes": ["Abc-9"]}]))
        admin.post(PATH, draft("Bread", "BREAD"))

        def found(search: str) -> list[str]:
            return [product["name"] for product in admin.get(f"{PATH}?search={search}").data]

        assert found("oat%20MILK") == ["Oat  Milk"]
        assert found("oat-1") == ["Oat  Milk"]
        assert found("Abc-9") == ["Oat  Milk"]
        assert found("oat-12") == []
        assert found("br") == ["Bread"]
        assert found("milk%20oa") == ["Oat  Milk"]
        assert found("bredd") == ["Bread"]
        assert found("%25") == found("_") == []

    def test_by_brand_category_and_status(self, admin: Any) -> None:
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"}).data["id"]
        category = admin.post("/api/admin/settings/categories", {"name": "Drinks"}).data["id"]
        made = admin.post(PATH, draft("A", "A", brand_id=brand, category_id=category)).data
        admin.post(PATH, draft("B", "B"))
        gone = admin.post(PATH, draft("C", "C")).data
        admin.delete(f"{PATH}/{gone['id']}")
        move(admin, made, "active")

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
        made = admin.post(PATH, draft())
        then = shop.events()[-1]["recorded_at"].astimezone(UTC).isoformat().replace("+00:00", "Z")
        path = f"{PATH}/{made.data['id']}"
        admin.patch(path, {"name": "Oat milk"})
        assert admin.get(f"{path}?as_of={then}").data == made.data

    def test_who_has_this_version_gets_no_body(self, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}"
        same = admin.get(path, If_None_Match='"1"')
        assert (same.status, same.body) == (304, b"")

    def test_costs_are_for_those_who_may_see_them(self, shop: Any, admin: Any) -> None:
        made = admin.post(PATH, draft()).data
        for role in ("Manager", "Inventory Clerk"):
            assert shop.client(role).get(f"{PATH}/{made['id']}").data["variants"][0]["cost"] == 60
        assert shop.client("Cashier").get(f"{PATH}/{made['id']}").status == 403


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

    def test_what_it_refers_to_may_stay_though_it_is_archived(self, admin: Any) -> None:
        base = "/api/admin/settings"
        brand, other = (admin.post(f"{base}/brands", {"name": name}).data["id"] for name in "AB")
        tax = admin.post(f"{base}/tax-rates", {"name": "VAT", "rate": 19}).data["id"]
        path = f"{PATH}/{admin.post(PATH, draft(brand_id=brand, tax_rate_ids=[tax])).data['id']}"
        admin.delete(path)
        for setting in (f"brands/{brand}", f"brands/{other}", f"tax-rates/{tax}"):
            assert admin.delete(f"{base}/{setting}").status == 200
        admin.post(f"{path}/status", {"status": "draft"})
        edited = admin.patch(path, {"name": "Oat milk", "brand_id": brand, "tax_rate_ids": [tax]})
        assert (edited.status, edited.data["name"], edited.data["brand_id"]) == (200, "Oat milk", brand)
        for wrong in ({"brand_id": other}, {"category_id": brand}):
            assert admin.patch(path, wrong).fields == set(wrong)
        admin.patch(path, {"brand_id": None})
        assert admin.patch(path, {"brand_id": brand}).fields == {"brand_id"}

    def test_a_stale_version_is_refused(self, shop: Any, admin: Any) -> None:
        made = admin.post(PATH, draft()).data
        path = f"{PATH}/{made['id']}"
        variant = f"{path}/variants/{made['variants'][0]['id']}"
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

    def test_what_is_so_already_records_nothing(self, shop: Any, admin: Any) -> None:
        made = admin.post(PATH, draft()).data
        before = len(shop.events())
        same = {"price": 119, "cost": 60, "sku": "MILK", "barcodes": [], "reorder_level": None}
        path = f"{PATH}/{made['id']}/variants/{made['variants'][0]['id']}"
        assert admin.patch(path, same).data == made
        assert len(shop.events()) == before

    def test_the_same_id_again_adds_nothing(self, shop: Any, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}/variants"
        body = {"id": str(uuid4()), "sku": "B", "price": 1}
        first = admin.post(path, body)
        before = len(shop.events())
        assert admin.post(path, body).data == first.data
        assert len(shop.events()) == before

    def test_the_last_one_stays(self, admin: Any) -> None:
        made = admin.post(PATH, draft()).data
        refused = admin.delete(f"{PATH}/{made['id']}/variants/{made['variants'][0]['id']}")
        assert (refused.status, refused.code) == (409, "in_use")

    def test_one_with_stock_stays(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        path = f"{PATH}/{stocked.product['id']}"
        admin.post(f"{path}/variants", {"sku": "B", "price": 1})
        refused = admin.delete(f"{path}/variants/{stocked.variant_id}")
        assert (refused.status, refused.code) == (409, "in_use")
        refused = admin.delete(path)
        assert (refused.status, refused.code) == (409, "in_use")

    def test_one_of_another_product_is_not_found(self, admin: Any) -> None:
        one, other = admin.post(PATH, draft()).data, admin.post(PATH, draft(sku="B")).data
        path = f"{PATH}/{one['id']}/variants/{other['variants'][0]['id']}"
        answers = [admin.patch(path, {"price": 1}), admin.delete(path)]
        assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}

    def test_an_archived_product_is_closed(self, admin: Any) -> None:
        made = admin.post(PATH, draft()).data
        path = f"{PATH}/{made['id']}"
        admin.delete(path)
        answers = [
            admin.patch(path, {"name": "New"}),
            admin.post(f"{path}/variants", {"sku": "B", "price": 1}),
            admin.patch(f"{path}/variants/{made['variants'][0]['id']}", {"price": 1}),
            admin.delete(path),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(409, "invalid_transition")}


class TestTheLifeOfAProduct:
    @pytest.mark.parametrize("before", STATUSES)
    def test_only_the_known_ways_are_open(self, shop: Any, admin: Any, before: str) -> None:
        for number, after in enumerate(STATUSES):
            product = admin.post(PATH, draft(sku=f"P{number}")).data
            for step in ON_THE_WAY_TO[before]:
                product = move(admin, product, step).data
            assert product["status"] == before
            events = len(shop.events())
            answer = move(admin, product, after)
            if (before, after) in ALLOWED:
                assert (answer.status, answer.data["status"]) == (200, after)
                assert admin.get(f"{PATH}/{product['id']}").data == answer.data
                assert answer.data in admin.get(f"{PATH}?status={after}").data
            else:
                assert (answer.status, answer.code) == (409, "invalid_transition")
                assert len(shop.events()) == events

    def test_what_is_coming_soon_has_a_launch_in_the_future(self, admin: Any) -> None:
        path = f"{PATH}/{admin.post(PATH, draft()).data['id']}/status"
        past = (datetime.now(UTC) - timedelta(minutes=1)).isoformat()
        for body in ({"status": "coming_soon"}, {"status": "coming_soon", "launch_at": past}):
            refused = admin.post(path, body)
            assert (refused.status, refused.fields) == (422, {"launch_at"})

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

    def test_a_discontinued_one_is_sold_while_stock_lasts(self, stock: Callable[..., Any], shop: Any) -> None:
        stocked = stock(shop)
        admin = shop.client()
        admin.patch(f"/api/admin/storages/{stocked.storage['id']}", {"allow_negative": True})
        move(admin, stocked.product, "discontinued")
        assert stocked.sell(10).status == 201
        refused = stocked.sell(1)
        assert (refused.status, refused.code) == (409, "insufficient_stock")
        move(admin, stocked.product, "active")
        assert stocked.sell(1).status == 201
