"""Stores, storages, tax rates, suppliers, brands, units …: one behaviour for every kind."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest


@dataclass(frozen=True)
class Kind:
    """A kind of setting: where it lives, one of them, an edit of it, and the facts that the edit records."""

    path: str
    body: dict[str, Any]
    edit: dict[str, Any]
    facts: list[str]


KINDS = {
    "stores": Kind(
        "/api/admin/stores",
        {"name": "Main Street", "code": "MAIN"},
        {"day_cut": "04:00", "phone": "030 1"},
        ["stores.Store.Relocated", "stores.Store.Rescheduled"],
    ),
    "registers": Kind(
        "/api/admin/stores/{store}/registers",
        {"name": "Till 1", "code": "1"},
        {"code": "2", "has_drawer": False},
        ["registers.Register.Recoded", "registers.Register.Equipped"],
    ),
    "storages": Kind(
        "/api/admin/storages",
        {"name": "Warehouse", "code": "W"},
        {"allow_negative": True},
        ["storages.Storage.Policed"],
    ),
    "tax-rates": Kind(
        "/api/admin/settings/tax-rates",
        {"name": "VAT", "rate": "19", "inclusive": True},
        {"rate": "20.5"},
        ["tax_rates.TaxRate.Reassessed"],
    ),
    "brands": Kind(
        "/api/admin/settings/brands",
        {"name": "Acme", "description": "Tools"},
        {"description": None},
        ["brands.Brand.Described"],
    ),
    "categories": Kind(
        "/api/admin/settings/categories",
        {"name": "Drinks"},
        {"name": "Beverages"},
        ["categories.Category.Renamed"],
    ),
    "units": Kind(
        "/api/admin/settings/units",
        {"name": "Kilogram", "symbol": "kg", "precision": 3},
        {"precision": 2, "symbol": "KG"},
        ["units.Unit.Renamed", "units.Unit.Refined"],
    ),
    "variant-types": Kind(
        "/api/admin/settings/variant-types",
        {"name": "Size", "values": ["S", "M", "L"]},
        {"values": ["S", "M", "L", "XL"]},
        ["variant_types.VariantType.ValuesListed"],
    ),
    "suppliers": Kind(
        "/api/admin/settings/suppliers",
        {"name": "Hillside", "code": "HILL", "payment_terms_days": 30, "email": "sales@hillside.example"},
        {"payment_terms_days": 14, "phone": "030 1", "email": None},
        ["suppliers.Supplier.Relocated", "suppliers.Supplier.TermsAgreed"],
    ),
    "payment-methods": Kind(
        "/api/admin/settings/payment-methods",
        {"name": "Meal voucher", "code": "meal", "kind": "voucher"},
        {"opens_drawer": True, "kind": "other"},
        [
            "payment_methods.PaymentMethod.Reclassified",
            "payment_methods.PaymentMethod.HandlingAgreed",
        ],
    ),
}
CODED = ("stores", "registers", "storages", "suppliers", "payment-methods")
#: The kinds whose lists can be narrowed to a store, or to what lies right under something.
FILTERED = {
    "store_id": ("/api/admin/stores", "/api/admin/storages"),
    "parent_id": ("/api/admin/storages", "/api/admin/settings/categories"),
}
#: What a category shows of the tree and the catalog around it.
DERIVED = {"path", "depth", "product_count", "total_product_count"}
REQUIRED = {"name", "code", "rate", "symbol", "values", "kind"}


class Collection:
    """The settings of one kind in a shop of the test's own."""

    def __init__(self, shop: Any, kind: Kind) -> None:
        self.shop = shop
        self.admin = shop.client()
        self.kind = kind
        self.path = kind.path
        if "{store}" in kind.path:
            store = self.admin.post("/api/admin/stores", {"name": "Its store", "code": "ITS"}).data
            self.path = kind.path.format(store=store["id"])

    def add(self, **fields: Any) -> Any:
        return self.admin.post(self.path, {**self.kind.body, **fields})

    def another(self, name: str, **fields: Any) -> Any:
        """One more, told apart from the others by its name and, if it has one, its code."""
        coded = {"code": name.replace(" ", "-")} if "code" in self.kind.body else {}
        return self.add(name=name, **coded, **fields)

    def at(self, setting: Any) -> str:
        return f"{self.path}/{setting.data['id']}"

    def recorded(self, since: int) -> list[str]:
        return [event["type"] for event in self.shop.events()[since:]]


@pytest.fixture(params=list(KINDS))
def collection(request: pytest.FixtureRequest, shop: Any) -> Collection:
    """Each kind in turn."""
    return Collection(shop, KINDS[request.param])


@pytest.fixture(params=CODED)
def coded(request: pytest.FixtureRequest, shop: Any) -> Collection:
    """Each kind that has a code."""
    return Collection(shop, KINDS[request.param])


class TestAdding:
    def test_answers_what_was_added_where_and_at_which_position(self, collection: Collection) -> None:
        added = collection.add()
        assert added.status == 201
        assert added.json["success"] is True
        assert added.headers["etag"] == '"1"'
        assert int(added.headers["x-event-position"]) == len(collection.shop.events())
        assert added.data["version"] == 1
        assert added.data["status"] == "active"
        assert added.data["created_at"].endswith("Z")
        assert collection.kind.body.items() <= added.data.items()

    def test_the_added_the_read_and_the_listed_are_the_same(self, collection: Collection) -> None:
        added = collection.add()
        read, listed = collection.admin.get(collection.at(added)), collection.admin.get(collection.path)
        assert read.data == added.data
        assert listed.data == [added.data]

    def test_the_edited_the_read_and_the_listed_are_the_same(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        edited = collection.admin.patch(path, collection.kind.edit)
        assert collection.admin.get(path).data == edited.data
        assert collection.admin.get(collection.path).data == [edited.data]

    def test_names_differ_by_more_than_case_and_white_space(self, collection: Collection) -> None:
        assert collection.another("Red Brick").status == 201
        before = len(collection.shop.events())
        coded = {"code": "other"} if "code" in collection.kind.body else {}
        for name in ("RED BRICK", "red brick", " Red  \tBrick "):
            refused = collection.add(name=name, **coded)
            assert (refused.status, refused.code) == (409, "duplicate_name"), name
        assert len(collection.shop.events()) == before

    def test_of_many_who_add_the_same_name_at_once_one_succeeds(self, collection: Collection) -> None:
        with ThreadPoolExecutor(6) as many:
            answers = list(many.map(lambda _: collection.add(), range(6)))
        assert sorted(answer.status for answer in answers) == [201] + [409] * 5
        assert {answer.code for answer in answers if answer.status == 409} <= {"duplicate_name"}

    def test_codes_differ_by_more_than_case(self, coded: Collection) -> None:
        coded.add(code="ab")
        refused = coded.add(name="Another", code="AB")
        assert (refused.status, refused.code) == (409, "duplicate_code")

    def test_a_missing_name_is_named(self, collection: Collection) -> None:
        refused = collection.admin.post(collection.path, {})
        assert (refused.status, refused.code) == (422, "validation_failed")
        optional = {"code"} if collection.kind is KINDS["suppliers"] else set()
        assert refused.fields == (REQUIRED & collection.kind.body.keys()) - optional

    def test_a_name_of_ten_thousand_characters_is_named(self, collection: Collection) -> None:
        before = len(collection.shop.events())
        for name in ("x" * 10_000, "", "   ", None):
            refused = collection.add(name=name)
            assert (refused.status, refused.fields) == (422, {"name"})
        assert len(collection.shop.events()) == before


class TestListing:
    def test_pages_are_counted_and_end(self, collection: Collection) -> None:
        names = [f"Name {letter}" for letter in "abcde"]
        for name in names:
            collection.another(name)
        pages = [collection.admin.get(f"{collection.path}?limit=2&page={page}") for page in (1, 2, 3, 4)]
        assert [len(answer.data) for answer in pages] == [2, 2, 1, 0]
        assert [row["name"] for answer in pages for row in answer.data] == names
        assert pages[1].json["pagination"] == {"page": 2, "limit": 2, "total": 5, "pages": 3}

    def test_sorts_and_searches(self, collection: Collection) -> None:
        for name in ("Beta", "alpha", "Gamma ray"):
            collection.another(name)

        def names(query: str) -> list[str]:
            return [row["name"] for row in collection.admin.get(f"{collection.path}?{query}").data]

        assert names("sort=name") == ["alpha", "Beta", "Gamma ray"]
        assert names("sort=-name") == ["Gamma ray", "Beta", "alpha"]
        assert names("sort=created_at") == ["Beta", "alpha", "Gamma ray"]
        assert names("sort=-created_at") == ["Gamma ray", "alpha", "Beta"]
        assert names("search=A%20%20rA") == ["Gamma ray"]
        assert names("search=%25") == []

    def test_codes_are_searched_too(self, coded: Collection) -> None:
        coded.add(code="zz-9")
        assert len(coded.admin.get(f"{coded.path}?search=ZZ-9").data) == 1

    def test_archived_ones_are_listed_on_request(self, collection: Collection) -> None:
        collection.admin.delete(collection.at(collection.another("Old")))
        collection.another("New")

        def names(status: str) -> list[str]:
            return [row["name"] for row in collection.admin.get(f"{collection.path}?status={status}").data]

        assert (names("active"), names("archived"), names("all")) == (["New"], ["Old"], ["New", "Old"])
        assert [row["name"] for row in collection.admin.get(collection.path).data] == ["New"]
        assert names("inactive") == []

    def test_a_parameter_that_is_unknown_or_wrong_is_named(self, collection: Collection) -> None:
        wrong = [
            "colour=red",
            "page=0",
            "page=x",
            "page=1&page=2",
            "page=%D9%A3",
            "limit=101",
            "limit=-1",
            "limit=1.0",
            "limit=",
            "sort=price",
            "status=gone",
            "search=",
            "search=%00",
        ]
        for query in wrong:
            refused = collection.admin.get(f"{collection.path}?{query}")
            named = {query.partition("=")[0]}
            assert (refused.status, refused.code, refused.fields) == (400, "invalid_parameter", named), query

    @pytest.mark.parametrize("name", ["store_id", "parent_id"])
    def test_only_what_a_kind_has_filters_its_list(self, name: str, collection: Collection) -> None:
        filtered = collection.admin.get(f"{collection.path}?{name}={uuid4()}")
        if collection.kind.path in FILTERED[name]:
            assert filtered.data == []
            assert collection.admin.get(f"{collection.path}?{name}=1").fields == {name}
        else:
            assert (filtered.status, filtered.code, filtered.fields) == (400, "invalid_parameter", {name})

    def test_a_store_is_found_by_its_id_and_with_its_storages(self, shop: Any) -> None:
        admin = shop.client()
        for code in ("MAIN", "HARB"):
            store = admin.post("/api/admin/stores", {"name": code, "code": code}).data
            storage = {"name": code, "code": code, "store_id": store["id"]}
            storage = admin.post("/api/admin/storages", storage).data
            for path, expected in (("stores", store), ("storages", storage)):
                answer = admin.get(f"/api/admin/{path}?store_id={store['id']}")
                assert (answer.data, answer.json["pagination"]["total"]) == ([expected], 1)


class TestReading:
    def test_who_has_this_version_gets_no_body(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        assert collection.admin.get(path).headers["etag"] == '"1"'
        for tags in ('"1"', 'W/"1"', '"7", "1"', "*"):
            same = collection.admin.get(path, If_None_Match=tags)
            assert (same.status, same.body, same.headers["etag"]) == (304, b"", '"1"')
        assert collection.admin.get(path, If_None_Match='"2"').status == 200

    def test_as_of_shows_what_was_known_then(self, collection: Collection) -> None:
        before_it_was = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        added = collection.add()
        path, recorded = collection.at(added), collection.shop.events()[-1]["recorded_at"]
        then = recorded.astimezone(UTC).isoformat().replace("+00:00", "Z")
        collection.admin.patch(path, collection.kind.edit)
        former = collection.admin.get(f"{path}?as_of={then}").data
        assert former == {name: value for name, value in added.data.items() if name not in DERIVED}
        assert collection.admin.get(f"{path}?as_of={before_it_was}").status == 404
        assert collection.admin.get(f"{path}?as_of=2999-01-01T00:00:00Z").data["version"] > 1

    def test_as_of_is_a_time_with_a_zone(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        wrong = ["yesterday", "2024-01-01", "2024-01-01T00:00:00", "", "2024-13-01T00:00:00Z"]
        for as_of in [*wrong, "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"]:
            refused = collection.admin.get(f"{path}?as_of={as_of}")
            assert (refused.status, refused.fields) == (400, {"as_of"}), as_of

    def test_what_is_not_there_is_not_found(self, collection: Collection) -> None:
        path = f"{collection.path}/{uuid4()}"
        answers = [
            collection.admin.get(path),
            collection.admin.patch(path, {}),
            collection.admin.delete(path),
        ]
        assert {(answer.status, answer.code) for answer in answers} == {(404, "not_found")}

    def test_something_of_another_kind_is_not_found(self, collection: Collection) -> None:
        path = f"{collection.path}/{collection.shop.users['Admin']}"
        answers = [
            collection.admin.get(path),
            collection.admin.patch(path, {}),
            collection.admin.delete(path),
        ]
        assert {answer.status for answer in answers} == {404}


class TestEditing:
    def test_records_what_changed_and_nothing_else(self, collection: Collection) -> None:
        added = collection.add()
        before = len(collection.shop.events())
        edited = collection.admin.patch(collection.at(added), collection.kind.edit)
        assert edited.status == 200
        assert edited.data.items() >= collection.kind.edit.items()
        assert sorted(collection.recorded(before)) == sorted(collection.kind.facts)
        assert edited.headers["etag"] == f'"{1 + len(collection.kind.facts)}"'
        unchanged = added.data.keys() - collection.kind.edit.keys() - {"version", "updated_at"} - DERIVED
        assert {name: edited.data[name] for name in unchanged} == {
            name: added.data[name] for name in unchanged
        }

    def test_a_stale_version_is_refused(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        assert collection.admin.patch(path, collection.kind.edit, If_Match='"1"').status == 200
        before = len(collection.shop.events())
        for refused in (
            collection.admin.patch(path, {"name": "Late"}, If_Match='"1"'),
            collection.admin.delete(path, If_Match='"1"'),
        ):
            assert (refused.status, refused.code) == (412, "precondition_failed")
        assert len(collection.shop.events()) == before
        assert collection.admin.patch(path, {"name": "Any"}, If_Match="*").status == 200

    def test_one_of_several_versions_will_do(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        assert collection.admin.patch(path, {"name": "Second"}, If_Match='"7", "1"').status == 200
        assert collection.admin.delete(path, If_Match='"1","7"').status == 412
        assert collection.admin.patch(path, {"name": "Third"}, If_Match='"1",,"2"').status == 200

    def test_an_edit_to_a_name_of_ten_thousand_characters_is_refused(self, collection: Collection) -> None:
        refused = collection.admin.patch(collection.at(collection.add()), {"name": "x" * 10_000})
        assert (refused.status, refused.fields) == (422, {"name"})

    def test_an_unknown_field_is_named(self, collection: Collection) -> None:
        refused = collection.admin.patch(collection.at(collection.add()), {"colour": "red", "version": 9})
        assert (refused.status, refused.fields) == (422, {"colour", "version"})


class TestArchiving:
    def test_archives_once_and_keeps_the_history(self, collection: Collection) -> None:
        path = collection.at(collection.add())
        archived = collection.admin.delete(path)
        assert (archived.status, archived.data["status"]) == (200, "archived")
        assert collection.admin.get(path).data == archived.data
        again = collection.admin.delete(path)
        assert (again.status, again.code) == (409, "invalid_transition")
        assert collection.admin.patch(path, {"name": "New"}).code == "invalid_transition"


class TestWhatIsInUse:
    def refused(self, shop: Any, path: str, setting: Any) -> list[str]:
        """By what it is used, as the details say."""
        before = len(shop.events())
        answer = shop.client().delete(f"{path}/{setting['id']}")
        assert (answer.status, answer.code) == (409, "in_use")
        assert len(shop.events()) == before
        assert answer.fields == {"id"}
        return [detail["message"] for detail in answer.json["error"]["details"]]

    def test_what_a_product_refers_to(self, shop: Any) -> None:
        admin, base = shop.client(), "/api/admin/settings"
        brand = admin.post(f"{base}/brands", {"name": "Acme"}).data
        category = admin.post(f"{base}/categories", {"name": "Drinks"}).data
        unit = admin.post(f"{base}/units", {"name": "Piece", "symbol": "pc"}).data
        tax = admin.post(f"{base}/tax-rates", {"name": "VAT", "rate": 19}).data
        supplier = admin.post(f"{base}/suppliers", {"name": "Hillside"}).data
        product = {
            "name": "Milk",
            "supplier_id": supplier["id"],
            "brand_id": brand["id"],
            "category_id": category["id"],
            "unit_id": unit["id"],
            "tax_rate_ids": [tax["id"]],
            "variants": [{"sku": "M", "price": 1}],
        }
        filed = admin.post("/api/admin/products", product).data
        used = {"brands": brand, "categories": category, "units": unit, "tax-rates": tax}
        used["suppliers"] = supplier
        for kind, setting in used.items():
            assert self.refused(shop, f"{base}/{kind}", setting) == ["Products have it."]
        admin.delete(f"/api/admin/products/{filed['id']}")
        for kind, setting in used.items():
            assert admin.delete(f"{base}/{kind}/{setting['id']}").status == 200

    def test_what_a_shop_sells_at_is_said_to_be_used_by_all_that_uses_it(self, stocked: Any) -> None:
        shop, store, register = stocked.shop, stocked.store, stocked.register
        cashier = {"username": f"{uuid4()}@salt.test", "password": "sun-flower-77", "role_id": "cashier"}
        added = shop.client().post("/api/admin/settings/users", {**cashier, "store_ids": [store["id"]]})
        assert added.status == 201, added.body
        named = "Other settings name it, as registers and storages name their store."
        assert self.refused(shop, "/api/admin/stores", store) == [named, "Users are bound to it."]
        assert self.refused(shop, "/api/admin/storages", stocked.storage) == [
            "Stock lies there, is promised there, or is on its way."
        ]
        opened = {"register_id": register["id"], "opening_float": 0}
        assert shop.client().post("/api/pos/shifts/open", opened).status == 201
        registers = f"/api/admin/stores/{store['id']}/registers"
        assert self.refused(shop, registers, register) == ["A shift there is not closed."]

    def test_archiving_and_taking_into_use_at_once_never_both_succeed(self, shop: Any) -> None:
        admin = shop.client()

        def race(number: int) -> tuple[int, int]:
            brand = admin.post("/api/admin/settings/brands", {"name": f"Brand {number}"}).data
            product = {
                "name": "P",
                "brand_id": brand["id"],
                "variants": [{"sku": f"P{number}", "price": 1}],
            }
            with ThreadPoolExecutor(2) as both:
                used = both.submit(admin.post, "/api/admin/products", product)
                archived = both.submit(admin.delete, f"/api/admin/settings/brands/{brand['id']}")
            return used.result().status, archived.result().status

        outcomes = {race(number) for number in range(12)}
        assert outcomes <= {(201, 409), (422, 200)}


class TestCategories:
    @pytest.fixture
    def tree(self, shop: Any) -> Callable[..., Any]:
        """Adds a category under another."""
        admin = shop.client()

        def add(name: str, parent: Any = None) -> Any:
            body = {"name": name, "parent_id": parent["id"] if parent else None}
            return admin.post("/api/admin/settings/categories", body).data

        return add

    def move(self, shop: Any, category: Any, parent: Any) -> Any:
        path = f"/api/admin/settings/categories/{category['id']}"
        return shop.client().patch(path, {"parent_id": parent["id"] if parent else None})

    def test_a_branch_moves_and_comes_to_the_root(self, shop: Any, tree: Any) -> None:
        food = tree("Food")
        organic = tree("Organic")
        assert self.move(shop, organic, food).data["parent_id"] == food["id"]
        listed = shop.client().get(f"/api/admin/settings/categories?parent_id={food['id']}").data
        assert [row["name"] for row in listed] == ["Organic"]
        assert self.move(shop, organic, None).data["parent_id"] is None

    def test_no_two_moves_at_once_make_a_ring(self, shop: Any, tree: Any) -> None:
        for number in range(4):
            one, other = tree(f"One {number}"), tree(f"Other {number}")
            with ThreadPoolExecutor(2) as both:
                moves = [both.submit(self.move, shop, *pair) for pair in ((one, other), (other, one))]
            assert sorted(move.result().status for move in moves) == [200, 422]

    def test_each_shows_where_it_stands_and_what_is_filed_below_it(self, shop: Any, tree: Any) -> None:
        admin, path = shop.client(), "/api/admin/settings/categories"
        food = tree("Food")
        fruit = tree("Fruit", food)
        apples = tree("Apples", fruit)
        assert [step["name"] for step in apples["path"]] == ["Food", "Fruit", "Apples"]
        products = [
            admin.post(
                "/api/admin/products",
                {"name": f"P{n}", "category_id": one["id"], "variants": [{"sku": f"P{n}", "price": 1}]},
            ).data
            for n, one in enumerate((food, fruit, apples, apples))
        ]
        admin.delete(f"/api/admin/products/{products[3]['id']}")

        def numbers(one: Any) -> tuple[int, int, int]:
            return one["depth"], one["product_count"], one["total_product_count"]

        listed = admin.get(path).data
        assert {one["name"]: numbers(one) for one in listed} == {
            "Food": (1, 1, 3),
            "Fruit": (2, 1, 2),
            "Apples": (3, 1, 1),
        }
        for one in listed:
            assert admin.get(f"{path}/{one['id']}").data == one
        assert self.move(shop, fruit, None).data == admin.get(f"{path}/{fruit['id']}").data
        assert [numbers(admin.get(f"{path}/{one['id']}").data) for one in (food, fruit, apples)] == [
            (1, 1, 1),
            (1, 1, 2),
            (2, 1, 1),
        ]

    def test_the_whole_tree_is_answered_at_once(self, shop: Any, tree: Any) -> None:
        admin, path = shop.client(), "/api/admin/settings/categories"
        food, drinks = tree("Food"), tree("Drinks")
        bread, gone = tree("Bread", food), tree("Gone", food)
        tree("Rye", bread)
        admin.delete(f"{path}/{gone['id']}")
        product = {"name": "P", "category_id": bread["id"], "variants": [{"sku": "P", "price": 1}]}
        admin.post("/api/admin/products", product)

        def shape(node: Any) -> Any:
            return node["name"], node["depth"], node["total_product_count"], [*map(shape, node["children"])]

        answer = admin.get(f"{path}?tree=true")
        assert [shape(root) for root in answer.data] == [
            ("Drinks", 1, 0, []),
            ("Food", 1, 1, [("Bread", 2, 1, [("Rye", 3, 0, [])])]),
        ]
        assert answer.json["pagination"] == {"page": 1, "limit": 2, "total": 2, "pages": 1}
        assert answer.data[0]["id"] == drinks["id"]
        refused = admin.get(f"{path}?tree=true&search=x")
        assert (refused.status, refused.fields) == (400, {"search"})

    def test_another_companys_categories_and_products_do_not_count(
        self, tree: Any, make_shop: Callable[..., Any]
    ) -> None:
        food, other = tree("Food"), make_shop().client()
        assert other.get("/api/admin/settings/categories?tree=true").data == []
        assert other.get(f"/api/admin/products?category_id={food['id']}").data == []

    def test_a_category_finds_products_that_are_filed_below_it(self, shop: Any, tree: Any) -> None:
        admin = shop.client()
        food = tree("Food")
        fruit, tools = tree("Fruit", food), tree("Tools")
        for name, one in (("Meal", food), ("Apple", fruit), ("Hammer", tools)):
            body = {"name": name, "category_id": one["id"], "variants": [{"sku": name, "price": 1}]}
            filed = admin.post("/api/admin/products", body).data
            admin.post(f"/api/admin/products/{filed['id']}/status", {"status": "active"})

        def names(query: str, path: str = "/api/admin/products") -> tuple[list[str], int]:
            answer = admin.get(f"{path}?{query}")
            return [row["name"] for row in answer.data], answer.json["pagination"]["total"]

        for path in ("/api/admin/products", "/api/pos/products"):
            assert names(f"category_id={food['id']}", path) == (["Apple", "Meal"], 2)
            assert names(f"category_id={fruit['id']}", path) == (["Apple"], 1)
            assert names(f"category_id={food['id']}&search=app", path) == (["Apple"], 1)
            assert names(f"category_id={tools['id']}&search=app", path) == ([], 0)
        assert names(f"category_id={food['id']}&sort=-created_at") == (["Apple", "Meal"], 2)
        sheet = admin.get(f"/api/admin/products/export?category_id={food['id']}").body.decode()
        assert ("Apple" in sheet, "Meal" in sheet, "Hammer" in sheet) == (True, True, False)


class TestUnits:
    PATH = "/api/admin/settings/units"

    def test_a_base_unit_and_a_factor_come_together(self, shop: Any) -> None:
        admin = shop.client()
        piece = admin.post(self.PATH, {"name": "Piece", "symbol": "pc"}).data
        base, factor = {"base_unit_id": piece["id"]}, {"factor": "12"}
        crate = {"name": "Crate", "symbol": "cr"}
        assert admin.post(self.PATH, {**crate, **base}).fields == {"factor"}
        assert admin.post(self.PATH, {**crate, **factor}).fields == {"base_unit_id"}
        unit = admin.post(self.PATH, crate).data
        path = f"{self.PATH}/{unit['id']}"
        assert admin.patch(path, base).fields == {"factor"}
        assert admin.patch(path, factor).fields == {"base_unit_id"}
        assert admin.patch(path, {**base, **factor}).status == 200
        assert admin.patch(path, {"factor": None}).fields == {"factor"}
        assert admin.patch(path, {"base_unit_id": None}).fields == {"base_unit_id"}
        assert admin.patch(path, {"factor": "24"}).data["factor"] == "24"
        assert admin.patch(path, {"base_unit_id": None, "factor": None}).data["factor"] is None

    def test_a_quantity_is_converted_along_the_chain(self, shop: Any) -> None:
        admin = shop.client()

        def unit(name: str, base: Any = None, factor: str | None = None, precision: int = 0) -> Any:
            body = {"name": name, "symbol": name, "precision": precision, "factor": factor}
            return admin.post(self.PATH, {**body, "base_unit_id": base["id"] if base else None}).data

        def convert(one: Any, other: Any, quantity: str) -> Any:
            return admin.get(f"{self.PATH}/{one['id']}/convert?quantity={quantity}&to_unit_id={other['id']}")

        piece, litre = unit("piece"), unit("litre")
        box = unit("box", piece, "12")
        pallet = unit("pallet", box, "40", precision=2)
        answer = {"quantity": "960", "unit_id": piece["id"], "exact": True}
        assert convert(pallet, piece, "2").data == answer
        assert convert(piece, box, "6").data == {"quantity": "1", "unit_id": box["id"], "exact": False}
        assert convert(piece, pallet, "12").data["quantity"] == "0.03"
        path = f"{self.PATH}/{pallet['id']}/convert"
        assert admin.get(path).data == {"quantity": "480", "unit_id": piece["id"], "exact": True}
        refused = convert(box, litre, "1")
        assert (refused.status, refused.code, refused.fields) == (409, "no_common_unit", {"to_unit_id"})
        assert convert({"id": uuid4()}, box, "1").status == 404
        refused = convert(box, {"id": uuid4()}, "1")
        assert (refused.status, refused.fields) == (400, {"to_unit_id"})
        for quantity in ("-1", "x", "", "0.000001"):
            assert convert(box, piece, quantity).fields == {"quantity"}

    def test_a_factor_is_above_zero(self, shop: Any) -> None:
        admin = shop.client()
        piece = admin.post(self.PATH, {"name": "Piece", "symbol": "pc"}).data
        for factor in ("0", "-1", "0.000001"):
            crate = {"name": "Crate", "symbol": "cr", "base_unit_id": piece["id"], "factor": factor}
            assert admin.post(self.PATH, crate).fields == {"factor"}


class TestStores:
    def test_a_field_that_means_nothing_is_named(self, shop: Any) -> None:
        wrong = [
            ("timezone", "Europe/Atlantis"),
            ("timezone", "../../etc/passwd"),
            ("day_cut", "24:00"),
            ("day_cut", "4:00"),
            ("day_cut", "0٣:0٤"),
            ("currency", "eur"),
            ("currency", "XXX"),
            ("code", "a b"),
            ("code", "ä"),
            ("code", ""),
        ]
        for field, value in wrong:
            refused = shop.client().post("/api/admin/stores", {"name": "S", "code": "S", field: value})
            assert (refused.status, refused.fields) == (422, {field}), value

    def test_the_storages_of_a_store_are_listed_with_it(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        admin.post("/api/admin/storages", {"name": "Warehouse", "code": "W"})
        path = f"/api/admin/stores/{stocked.store['id']}/storages"
        assert admin.get(path).data == [stocked.storage]
        assert admin.get(f"{path}?search=cellar").data == []
        assert admin.get(f"/api/admin/stores/{uuid4()}/storages").status == 404
        assert admin.post(path, {"name": "X", "code": "X"}).status == 405

    def test_the_currency_stays(self, shop: Any) -> None:
        store = shop.client().post("/api/admin/stores", {"name": "S", "code": "S"}).data
        refused = shop.client().patch(f"/api/admin/stores/{store['id']}", {"currency": "USD"})
        assert (refused.status, refused.fields) == (422, {"currency"})

    def test_who_is_bound_to_a_store_sees_that_one(self, shop: Any) -> None:
        admin = shop.client()
        own, other = (admin.post("/api/admin/stores", {"name": n, "code": n}).data for n in ("A", "B"))
        bound = shop.client("Manager", stores=[own["id"]])
        assert [store["id"] for store in bound.get("/api/admin/stores").data] == [own["id"]]
        assert bound.get(f"/api/admin/stores/{own['id']}").status == 200
        assert bound.get(f"/api/admin/stores/{other['id']}").status == 404
        assert bound.get(f"/api/admin/stores/{own['id']}/registers").status == 200
        assert bound.get(f"/api/admin/stores/{other['id']}/registers").status == 404

    def test_a_register_is_found_under_its_own_store_only(self, shop: Any) -> None:
        admin = shop.client()
        own, other = (admin.post("/api/admin/stores", {"name": n, "code": n}).data for n in ("A", "B"))
        till = admin.post(f"/api/admin/stores/{own['id']}/registers", {"name": "T", "code": "T"}).data
        path = f"/api/admin/stores/{other['id']}/registers/{till['id']}"
        answers = [admin.get(path), admin.patch(path, {"name": "X"}), admin.delete(path)]
        assert {answer.status for answer in answers} == {404}
        assert admin.get(f"/api/admin/stores/{other['id']}/registers").data == []

    def test_the_registers_of_no_store_are_not_found(self, shop: Any) -> None:
        path = f"/api/admin/stores/{uuid4()}/registers"
        assert shop.client().get(path).status == 404
        assert shop.client().post(path, {"name": "T", "code": "T"}).status == 404


class TestOpening:
    def test_a_closed_store_keeps_its_place_and_reopens(self, shop: Any) -> None:
        admin = shop.client()
        path = f"/api/admin/stores/{admin.post('/api/admin/stores', {'name': 'S', 'code': 'S'}).data['id']}"
        closed = admin.post(f"{path}/deactivate")
        assert (closed.status, closed.data["status"], closed.headers["etag"]) == (200, "inactive", '"2"')
        assert admin.get(path).data == closed.data
        assert admin.get("/api/admin/stores").data == [closed.data]
        assert admin.patch(path, {"phone": "030 1"}).data["status"] == "inactive"
        reopened = admin.post(f"{path}/activate")
        assert (reopened.data["status"], reopened.data["version"]) == ("active", 4)
        types = [event["type"] for event in shop.events()[-3:]]
        assert types == ["stores.Store.Closed", "stores.Store.Relocated", "stores.Store.Reopened"]

    def test_lists_tell_open_from_closed_ones(self, shop: Any) -> None:
        admin = shop.client()
        for name in ("Open", "Closed", "Gone"):
            store = admin.post("/api/admin/stores", {"name": name, "code": name}).data
            if name == "Closed":
                admin.post(f"/api/admin/stores/{store['id']}/deactivate")
            if name == "Gone":
                admin.delete(f"/api/admin/stores/{store['id']}")

        def names(query: str) -> list[str]:
            return [row["name"] for row in admin.get(f"/api/admin/stores{query}").data]

        assert names("") == ["Closed", "Open"]
        assert names("?status=active") == ["Open"]
        assert names("?status=inactive") == ["Closed"]
        assert names("?status=archived") == ["Gone"]
        assert names("?status=all") == ["Closed", "Gone", "Open"]

    def test_a_stale_version_an_archived_and_an_unknown_store_are_refused(self, shop: Any) -> None:
        admin = shop.client()
        path = f"/api/admin/stores/{admin.post('/api/admin/stores', {'name': 'S', 'code': 'S'}).data['id']}"
        admin.patch(path, {"name": "T"})
        stale = admin.post(f"{path}/deactivate", If_Match='"1"')
        assert (stale.status, stale.code) == (412, "precondition_failed")
        admin.delete(path)
        for action in ("activate", "deactivate"):
            refused = admin.post(f"{path}/{action}")
            assert (refused.status, refused.code) == (409, "invalid_transition")
            assert admin.post(f"/api/admin/stores/{uuid4()}/{action}").status == 404

    def test_nothing_is_sold_in_a_closed_store(self, stocked: Any) -> None:
        admin = stocked.shop.client()
        sold = stocked.sell(1, id=str(uuid4()))
        admin.post(f"/api/admin/stores/{stocked.store['id']}/deactivate")
        before = len(stocked.shop.events())
        basket = {name: stocked.sale()[name] for name in ("register_id", "lines")}
        for refused in (stocked.sell(1), admin.post("/api/pos/quote", basket)):
            assert (refused.status, refused.code) == (409, "store_inactive")
        assert stocked.sell(1, id=sold.data["id"]).data == sold.data
        assert stocked.receive(5, 60).status == 201
        assert len(stocked.shop.events()) == before + 1
        admin.post(f"/api/admin/stores/{stocked.store['id']}/activate")
        assert stocked.sell(1).status == 201

    def test_other_kinds_are_not_switched(self, shop: Any) -> None:
        admin = shop.client()
        brand = admin.post("/api/admin/settings/brands", {"name": "Acme"}).data
        assert admin.post(f"/api/admin/settings/brands/{brand['id']}/deactivate").status == 404
